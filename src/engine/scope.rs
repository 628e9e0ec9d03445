//! What an expression in a state can see: its input, the context object, the variables. All of
//! it are views; the context object is built only when somebody asks for all of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::program::State;
use super::test_state::Alone;
use super::thread::Thread;
use super::{Era, Identity, TaskContext};
use crate::data::{Json, Seed, Timestamp, limits};
use crate::language::StateKind;
use crate::query::{self, jsonata};

/// What an execution is, for its whole life.
#[derive(Clone, Debug)]
pub(super) struct Core {
    pub(super) identity: Arc<Identity>,
    pub(super) input: Json,
    pub(super) started: Timestamp,
    pub(super) seed: Seed,
    pub(super) era: Era,
    /// How often it was redriven.
    pub(super) redrives: u32,
    /// When it was redriven last.
    pub(super) redriven: Option<Timestamp>,
    /// When only one state runs, to test it.
    pub(super) alone: Option<Arc<Alone>>,
}

/// The variables of one scope and of those around it. An outer scope cannot change while a scope
/// inside it is alive: its thread is parked at the fork.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    own: BTreeMap<Arc<str>, Json>,
    outer: Option<Arc<Variables>>,
    item: Option<Item>,
    held: Held,
}

/// How much a scope's variables hold, of what all scopes of the execution hold together. Scopes
/// that end take themselves off.
#[derive(Debug, Default)]
struct Held {
    own: usize,
    all: Arc<AtomicUsize>,
}

impl Held {
    fn none(all: &Arc<AtomicUsize>) -> Self {
        Self {
            own: 0,
            all: Arc::clone(all),
        }
    }

    fn add(&mut self, more: usize, less: usize) {
        self.all.fetch_add(more, Ordering::Relaxed);
        self.all.fetch_sub(less, Ordering::Relaxed);
        self.own = self.own + more - less;
    }
}

impl Clone for Held {
    fn clone(&self) -> Self {
        let mut held = Self::none(&self.all);
        held.add(self.own, 0);
        held
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.add(0, self.own);
    }
}

/// The item that an iteration is about.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) index: u64,
    pub(super) value: Json,
    /// When the items are an object's fields.
    pub(super) key: Option<Arc<str>>,
    /// In a distributed Map.
    pub(super) source: Option<Arc<str>>,
}

impl Item {
    /// `$$.Map.Item`
    pub(super) fn object(&self) -> Json {
        let index = Json::from(self.index.cast_signed());
        let members = [
            Some(("Index", index)),
            Some(("Value", self.value.compacted())),
            self.key.clone().map(|key| ("Key", Json::String(key))),
            self.source
                .clone()
                .map(|source| ("Source", Json::String(source))),
        ];
        members.into_iter().flatten().collect()
    }
}

impl Variables {
    pub(super) fn root(own: BTreeMap<Arc<str>, Json>) -> Self {
        let mut held = Held::default();
        held.add(own.values().map(Json::size).sum(), 0);
        Self {
            own,
            outer: None,
            item: None,
            held,
        }
    }

    pub(super) fn inside(outer: &Arc<Self>, item: Option<Item>) -> Self {
        Self {
            own: BTreeMap::new(),
            outer: Some(Arc::clone(outer)),
            item,
            held: Held::none(&outer.held.all),
        }
    }

    /// Whether all variables of the execution stay within its limit with these assigned. Only
    /// values count; whether names do on AWS is unconfirmed.
    pub(super) fn has_room_for(&self, values: &[(Arc<str>, Json)]) -> bool {
        let (more, less) = self.difference(values);
        let all = self.held.all.load(Ordering::Relaxed);
        all + more - less <= limits::MAX_VARIABLES
    }

    pub(super) fn assign(&mut self, values: Vec<(Arc<str>, Json)>) {
        let (more, less) = self.difference(&values);
        self.held.add(more, less);
        self.own.extend(values);
    }

    /// The bytes that come with an assignment and those that go.
    fn difference(&self, values: &[(Arc<str>, Json)]) -> (usize, usize) {
        let more = values.iter().map(|(_, value)| value.size()).sum();
        let replaced = values.iter().filter_map(|(name, _)| self.own.get(name));
        (more, replaced.map(Json::size).sum())
    }

    fn get(&self, name: &str) -> Option<&Json> {
        let mut scope = self;
        loop {
            if let Some(value) = scope.own.get(name) {
                return Some(value);
            }
            scope = scope.outer.as_deref()?;
        }
    }

    /// All that can be seen from here.
    pub(super) fn all(&self) -> BTreeMap<Arc<str>, Json> {
        let mut all = self.own.clone();
        let mut scope = self;
        while let Some(outer) = scope.outer.as_deref() {
            for (name, value) in &outer.own {
                all.entry(name.clone()).or_insert_with(|| value.clone());
            }
            scope = outer;
        }
        all
    }

    /// The item of the innermost Map around.
    fn item(&self) -> Option<&Item> {
        let mut scope = self;
        loop {
            if let Some(item) = &scope.item {
                return Some(item);
            }
            scope = scope.outer.as_deref()?;
        }
    }
}

/// A state's view while one of its fields is evaluated.
pub(super) struct View<'v> {
    pub(super) core: &'v Core,
    pub(super) state: &'v State,
    pub(super) thread: &'v Thread,
    /// `$`, or `$states.input`.
    pub(super) input: &'v Json,
    /// `$states.result`
    pub(super) result: Option<&'v Json>,
    /// `$states.errorOutput`
    pub(super) error_output: Option<&'v Json>,
    /// `$$.Map.Item` of the iteration that `ItemSelector` is evaluated for.
    pub(super) item: Option<&'v Item>,
    pub(super) now: Timestamp,
}

impl<'v> View<'v> {
    /// The view with another `$`.
    pub(super) fn of(&self, input: &'v Json) -> View<'v> {
        View { input, ..*self }
    }

    /// The view after the state's work.
    pub(super) fn with_result(&self, result: &'v Json) -> View<'v> {
        View {
            result: Some(result),
            ..*self
        }
    }

    /// The context object that a test gives in place of the execution's own.
    fn given_context(&self) -> Option<&Json> {
        self.core.alone.as_ref()?.context.as_ref()
    }

    fn execution(&self, member: &str) -> Option<Json> {
        let identity = &self.core.identity;
        Some(match member {
            "Id" => Json::String(identity.execution_arn.clone()),
            "Input" => self.core.input.clone(),
            "StartTime" => Json::from(self.core.started.to_string()),
            "Name" => Json::String(identity.name.clone()),
            "RoleArn" => Json::String(identity.role_arn.clone()),
            "RedriveCount" if self.core.era.tells_redrive_count => {
                Json::from(i64::from(self.core.redrives))
            }
            "RedriveTime" => Json::from(self.core.redriven?.to_string()),
            _ => return None,
        })
    }

    fn state_machine(&self, member: &str) -> Option<Json> {
        let identity = &self.core.identity;
        Some(match member {
            "Id" => Json::String(identity.state_machine_arn.clone()),
            "Name" => Json::String(identity.state_machine_name.clone()),
            _ => return None,
        })
    }

    /// `RetryCount` is there for the states that can be retried only (01-fields §1.8).
    fn state(&self, member: &str) -> Option<Json> {
        let retries = matches!(
            self.state.kind(),
            StateKind::Task | StateKind::Map | StateKind::Parallel
        );
        Some(match member {
            "Name" => Json::String(self.state.name.clone()),
            "EnteredTime" => Json::from(self.thread.entered_at.to_string()),
            "RetryCount" if retries => Json::from(i64::from(self.thread.attempt)),
            _ => return None,
        })
    }

    fn task(&self, member: &str) -> Option<Json> {
        let token = self.thread.token.as_ref().filter(|_| member == "Token")?;
        Some(Json::String(token.clone()))
    }

    fn map(&self, member: &str) -> Option<Json> {
        if member != "Item" {
            return None;
        }
        let item = self.item.or_else(|| self.thread.variables.item())?;
        Some(item.object())
    }

    /// What the task that is about to be asked for can be told of its context.
    pub(super) fn task_context(&self) -> TaskContext {
        TaskContext {
            input: self.core.input.clone(),
            started: self.core.started,
            redrives: self.core.redrives,
            entered: self.thread.entered_at,
            item: self.thread.variables.item().cloned(),
            now: self.now,
        }
    }

    fn section(&self, section: &str, members: &[&str]) -> Option<Json> {
        let found = members.iter().filter_map(|member| {
            Some((
                *member,
                query::Scope::context_member(self, section, member)?,
            ))
        });
        let found: Vec<(&str, Json)> = found.collect();
        (!found.is_empty()).then(|| found.into_iter().collect())
    }
}

/// The members of the context object in the order AWS prints them (01-fields §1.8).
const STANDARD: &[&str] = &[
    "Id",
    "Input",
    "StartTime",
    "Name",
    "RoleArn",
    "RedriveCount",
    "RedriveTime",
];
const EXPRESS: &[&str] = &[
    "Id",
    "Input",
    "Name",
    "RoleArn",
    "StartTime",
    "RedriveCount",
];

impl query::Scope for View<'_> {
    fn input(&self) -> &Json {
        self.input
    }

    fn variable(&self, name: &str) -> Option<&Json> {
        self.thread.variables.get(name)
    }

    fn context(&self) -> Json {
        if let Some(given) = self.given_context() {
            return given.clone();
        }
        let execution = if self.core.identity.express {
            EXPRESS
        } else {
            STANDARD
        };
        let sections: [(&str, &[&str]); 5] = [
            ("Execution", execution),
            ("StateMachine", &["Id", "Name"]),
            ("State", &["Name", "EnteredTime", "RetryCount"]),
            ("Task", &["Token"]),
            ("Map", &["Item"]),
        ];
        let found = sections
            .into_iter()
            .filter_map(|(name, members)| Some((name, self.section(name, members)?)));
        found.collect()
    }

    fn context_member(&self, section: &str, member: &str) -> Option<Json> {
        if let Some(given) = self.given_context() {
            return given.get(section)?.get(member).cloned();
        }
        match section {
            "Execution" => self.execution(member),
            "StateMachine" => self.state_machine(member),
            "State" => self.state(member),
            "Task" => self.task(member),
            "Map" => self.map(member),
            _ => None,
        }
    }
}

impl jsonata::Variables for View<'_> {
    fn variable(&self, name: &str) -> Option<&Json> {
        self.thread.variables.get(name)
    }
}

impl View<'_> {
    /// Lets `evaluate` see the view as JSONata does.
    pub(super) fn jsonata<R>(&self, evaluate: impl FnOnce(&jsonata::Scope<'_>) -> R) -> R {
        let context = || query::Scope::context(self);
        evaluate(&jsonata::Scope {
            states: jsonata::StatesView {
                input: self.input,
                context: &context,
                result: self.result,
                error_output: self.error_output,
            },
            variables: self,
            now: self.now,
        })
    }
}
