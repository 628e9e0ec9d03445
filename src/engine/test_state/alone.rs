//! What the interpreter asks and is told while a state runs alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Configuration;
use crate::data::{EventId, Json, Number, StatesError, Timestamp};
use crate::engine::Execution;
use crate::engine::program::{Next, StateId};
use crate::engine::scope::{Item, Variables, View};
use crate::engine::thread::Thread;

/// A value on the data's way through a state, by the field it has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// `InputPath`
    AfterInputPath,
    /// `Parameters`
    AfterParameters,
    /// `Arguments`
    AfterArguments,
    /// `ItemsPath`
    AfterItemsPath,
    /// `ItemReader.ReaderConfig.ItemsPointer`
    AfterItemsPointer,
    /// `ItemSelector`
    AfterItemSelector,
    /// `ItemBatcher`
    AfterItemBatcher,
    /// `MaxConcurrency`
    MaxConcurrency,
    /// `ToleratedFailureCount`
    ToleratedFailureCount,
    /// `ToleratedFailurePercentage`
    ToleratedFailurePercentage,
    /// The state's work
    Result,
    /// `ResultSelector`
    AfterResultSelector,
    /// `ResultPath`
    AfterResultPath,
}

impl Step {
    /// The member of `inspectionData`.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::AfterInputPath => "afterInputPath",
            Self::AfterParameters => "afterParameters",
            Self::AfterArguments => "afterArguments",
            Self::AfterItemsPath => "afterItemsPath",
            Self::AfterItemsPointer => "afterItemsPointer",
            Self::AfterItemSelector => "afterItemSelector",
            Self::AfterItemBatcher => "afterItemBatcher",
            Self::MaxConcurrency => "maxConcurrency",
            Self::ToleratedFailureCount => "toleratedFailureCount",
            Self::ToleratedFailurePercentage => "toleratedFailurePercentage",
            Self::Result => "result",
            Self::AfterResultSelector => "afterResultSelector",
            Self::AfterResultPath => "afterResultPath",
        }
    }

    /// Whether the member is a number, not a document in a text.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::MaxConcurrency | Self::ToleratedFailureCount | Self::ToleratedFailurePercentage
        )
    }
}

/// What a state has beside its execution when it runs alone.
#[derive(Debug)]
pub(in crate::engine) struct Alone {
    mock: Option<Result<Json, StatesError>>,
    /// What `$$` is, when the request says so.
    pub(in crate::engine) context: Option<Json>,
    pub(super) configuration: Configuration,
    /// Fields are evaluated on a shared view of the execution: what they tell is kept behind a lock
    /// that nobody ever waits for.
    told: Mutex<Told>,
}

/// What was told so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) steps: Vec<(Step, Json)>,
    pub(super) next: Option<StateId>,
    /// The retrier that the error matches, used up or not.
    pub(super) retrier: Option<usize>,
    /// The delay before the retry that is due.
    pub(super) backoff_seconds: Option<f64>,
    /// The catcher that took the error.
    pub(super) caught: Option<(usize, StatesError)>,
    /// All variables after the state.
    pub(super) variables: Option<BTreeMap<Arc<str>, Json>>,
}

impl Told {
    /// A Wait evaluates its `InputPath` before and after: one step it is.
    fn see(&mut self, step: Step, value: &Json) {
        let seen = self.steps.iter_mut().find(|(seen, _)| *seen == step);
        match seen {
            Some((_, old)) => old.clone_from(value),
            None => self.steps.push((step, value.clone())),
        }
    }
}

impl Alone {
    pub(super) fn new(
        mock: Option<Result<Json, StatesError>>,
        context: Option<Json>,
        configuration: Configuration,
    ) -> Self {
        Self {
            mock,
            context,
            configuration,
            told: Mutex::default(),
        }
    }

    fn tell(&self, what: impl FnOnce(&mut Told)) {
        what(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn told(&self) -> Told {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.clone()
    }

    /// What the state's work gives instead of being done.
    pub(in crate::engine) fn mock(&self) -> Option<Result<Json, StatesError>> {
        self.mock.clone()
    }

    /// How often the state was retried before.
    pub(in crate::engine) fn retries(&self) -> u32 {
        self.configuration.retrier_retry_count
    }

    /// The state is left, by its own transition or by a catcher's.
    pub(in crate::engine) fn left(&self, next: Next, variables: &Variables) {
        self.tell(|told| {
            told.next = match next {
                Next::State(state) => Some(state),
                Next::End => None,
            };
            told.variables = Some(variables.all());
        });
    }

    /// A retrier matches the error, whether it has attempts left or not.
    pub(in crate::engine) fn matched(&self, retrier: usize) {
        self.tell(|told| told.retrier = Some(retrier));
    }

    /// The state would be tried again at this time.
    #[expect(
        clippy::cast_precision_loss,
        reason = "delays are far below 2^53 milliseconds"
    )]
    pub(in crate::engine) fn retries_at(&self, now: Timestamp, until: Timestamp) {
        let seconds = until.since(now) as f64 / 1000.0;
        self.tell(|told| told.backoff_seconds = Some(seconds));
    }

    /// A catcher took the error.
    pub(in crate::engine) fn caught(&self, catcher: usize, error: &StatesError) {
        self.tell(|told| told.caught = Some((catcher, error.clone())));
    }
}

impl View<'_> {
    /// Keeps a value on its way, when the state runs alone.
    pub(in crate::engine) fn saw(&self, step: Step, value: &Json) {
        if let Some(alone) = &self.core.alone {
            alone.tell(|told| told.see(step, value));
        }
    }

    /// As [`Self::saw`], for a number.
    pub(in crate::engine) fn saw_number(&self, step: Step, value: Number) {
        self.saw(step, &Json::Number(value));
    }
}

impl Execution {
    /// Makes an execution that has not begun end with this state.
    pub(super) fn be_alone(&mut self, state: StateId, item: Option<Item>, alone: Arc<Alone>) {
        let root = self.threads.get_mut(self.root).expect("it has not begun");
        let variables = match item {
            Some(item) => Arc::new(Variables::inside(&root.variables, Some(item))),
            None => Arc::clone(&root.variables),
        };
        let raw = root.raw.clone();
        *root = Thread::new(state, raw, variables, None, EventId::NONE);
        self.core.alone = Some(alone);
        self.forget_timeouts();
        let start = self.core.started;
        self.set_execution_timeout(start);
    }
}

/// Whole seconds where they are, as `retryBackoffIntervalSeconds` prints them.
pub(super) fn seconds(value: f64) -> Json {
    Number::from_result(value).map_or(Json::Null, Json::Number)
}
