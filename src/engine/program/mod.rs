//! A definition that can be executed: ids instead of names, expressions compiled, defaults filled.
//!
//! After [`Program::compile`] nothing looks a name up again, and nothing that is wrong with the
//! text of a definition can come up while it runs.

mod choice;
mod compile;
mod expression;
mod io;
mod map;
mod scalar;
mod variables;

pub use scalar::Scalar;

use std::sync::Arc;

use super::map_run::{OutputType, ReaderConfig, Transformation};
use crate::data::Json;
use crate::language::states::Operator;
use crate::language::{Resource, StateKind};
use crate::query::{Path, PayloadTemplate, ReferencePath, jsonata};

/// A state's place in its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

/// A scope's place in its program; 0, the default, is the machine itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowId(pub u32);

/// A compiled definition, to be shared by any number of executions.
#[derive(Debug)]
pub struct Program {
    states: Box<[State]>,
    flows: Box<[Flow]>,
    /// `TimeoutSeconds` of the machine.
    pub(super) timeout_seconds: Option<i64>,
}

/// A compiled scope.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    /// Where it starts.
    pub start: StateId,
    /// The first of its states, which follow one another.
    pub(super) first: StateId,
}

/// Where a state goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// To another state of its scope.
    State(StateId),
    /// Nowhere: its scope ends.
    End,
}

/// A compiled state.
#[derive(Debug)]
pub struct State {
    /// Its name.
    pub name: Arc<str>,
    pub(super) io: Io,
    pub(super) assign: Option<Template>,
    pub(super) retry: Box<[Retrier]>,
    pub(super) catch: Box<[Catcher]>,
    pub(super) next: Next,
    pub(super) body: Body,
}

/// The fields that move data, by query language.
#[derive(Debug)]
pub(super) enum Io {
    JsonPath(Box<JsonPathIo>),
    Jsonata(Box<JsonataIo>),
}

#[derive(Debug, Default)]
pub(super) struct JsonPathIo {
    pub(super) input_path: PathField,
    pub(super) parameters: Option<PayloadTemplate>,
    pub(super) result_selector: Option<PayloadTemplate>,
    pub(super) result_path: ResultPath,
    pub(super) output_path: PathField,
}

#[derive(Debug, Default)]
pub(super) struct JsonataIo {
    pub(super) arguments: Option<jsonata::Template>,
    pub(super) output: Option<jsonata::Template>,
}

/// `InputPath`, `OutputPath`.
#[derive(Debug, Default)]
pub(super) enum PathField {
    /// `$`, or absent
    #[default]
    Whole,
    /// `null`: gives `{}`
    Nothing,
    Path(Path),
}

/// `ResultPath`.
#[derive(Debug, Default)]
pub(super) enum ResultPath {
    /// `$`, or absent: the result is all
    #[default]
    Whole,
    /// `null`: the result is dropped
    Discard,
    At(ReferencePath),
}

#[derive(Clone, Debug)]
pub(super) struct Retrier {
    pub(super) error_equals: Box<[Arc<str>]>,
    pub(super) interval_seconds: f64,
    pub(super) max_attempts: i64,
    pub(super) backoff_rate: f64,
    /// Infinite when there is no cap.
    pub(super) max_delay_seconds: f64,
    pub(super) jitter: bool,
}

#[derive(Debug)]
pub(super) struct Catcher {
    pub(super) error_equals: Box<[Arc<str>]>,
    pub(super) next: StateId,
    pub(super) result_path: ResultPath,
    pub(super) output: Option<jsonata::Template>,
    pub(super) assign: Option<Template>,
}

#[derive(Debug)]
pub(super) enum Body {
    Task(Box<Task>),
    /// With its `Result`.
    Pass(Option<Json>),
    Choice(Choice),
    Wait(Wait),
    Succeed,
    Fail(Fail),
    Parallel(Box<[FlowId]>),
    Map(Box<Map>),
}

#[derive(Debug)]
pub(super) struct Task {
    pub(super) resource: Resource,
    pub(super) timeout: Option<Scalar>,
    pub(super) heartbeat: Option<Scalar>,
    pub(super) role_arn: Option<Scalar>,
}

#[derive(Debug)]
pub(super) enum Wait {
    Seconds(Scalar),
    Timestamp(Scalar),
}

#[derive(Debug)]
pub(super) struct Fail {
    pub(super) error: Option<Scalar>,
    pub(super) cause: Option<Scalar>,
}

#[derive(Debug)]
pub(super) struct Map {
    pub(super) flow: FlowId,
    pub(super) items: Items,
    pub(super) item_selector: Option<Template>,
    pub(super) max_concurrency: Option<Scalar>,
    /// What only a distributed Map has.
    pub(super) distributed: Option<Box<Distributed>>,
}

/// The fields of a distributed Map.
#[derive(Debug)]
pub(super) struct Distributed {
    pub(super) label: Option<Arc<str>>,
    /// `ProcessorConfig.ExecutionType` is `EXPRESS`.
    pub(super) express: bool,
    pub(super) item_reader: Option<ItemReader>,
    pub(super) item_batcher: Option<ItemBatcher>,
    pub(super) result_writer: Option<ResultWriter>,
    pub(super) tolerated_failure_count: Option<Scalar>,
    pub(super) tolerated_failure_percentage: Option<Scalar>,
}

#[derive(Debug)]
pub(super) struct ItemReader {
    /// Lists a bucket instead of reading an object.
    pub(super) lists: bool,
    /// `Parameters` or `Arguments`
    pub(super) arguments: Template,
    pub(super) config: ReaderConfig,
    pub(super) max_items: Option<Scalar>,
}

#[derive(Debug)]
pub(super) struct ItemBatcher {
    pub(super) max_items: Option<Scalar>,
    pub(super) max_input_bytes: Option<Scalar>,
    pub(super) batch_input: Option<Template>,
}

#[derive(Debug)]
pub(super) struct ResultWriter {
    /// `Parameters` or `Arguments`, when the results are exported.
    pub(super) arguments: Option<Template>,
    pub(super) output_type: OutputType,
    pub(super) transformation: Transformation,
}

/// Where a Map's items come from.
#[derive(Debug)]
pub(super) enum Items {
    Path(Path),
    Template(jsonata::Template),
    /// The state's input, in JSONata.
    Input,
}

/// A template in the query language of its state.
#[derive(Debug)]
pub(super) enum Template {
    JsonPath(PayloadTemplate),
    Jsonata(jsonata::Template),
}

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) rules: Box<[Rule]>,
    pub(super) default: Option<StateId>,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) condition: Condition,
    pub(super) next: StateId,
    pub(super) assign: Option<Template>,
    pub(super) output: Option<jsonata::Template>,
}

#[derive(Debug)]
pub(super) enum Condition {
    Comparison(Box<Comparison>),
    And(Box<[Condition]>),
    Or(Box<[Condition]>),
    Not(Box<Condition>),
    Expression(Box<jsonata::Template>),
}

#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) variable: Path,
    pub(super) operator: Operator,
    pub(super) operand: Operand,
}

#[derive(Debug)]
pub(super) enum Operand {
    Literal(Json),
    Path(Path),
}

impl Program {
    /// The state of this id.
    #[must_use]
    pub fn state(&self, id: StateId) -> &State {
        &self.states[id.0 as usize]
    }

    /// The scope of this id.
    #[must_use]
    pub fn flow(&self, id: FlowId) -> &Flow {
        &self.flows[id.0 as usize]
    }

    /// The state of this name, in whatever scope; the first one, when several have it.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<StateId> {
        let index = self.states.iter().position(|state| &*state.name == name)?;
        u32::try_from(index).ok().map(StateId)
    }

    /// The scope that a state is in.
    pub(super) fn flow_of(&self, state: StateId) -> FlowId {
        let begun = |flow: &Flow| flow.first <= state;
        let index = self.flows.iter().rposition(begun).unwrap_or_default();
        FlowId(u32::try_from(index).unwrap_or_default())
    }

    /// The states around a state, inner ones first.
    fn around(&self, state: StateId) -> impl Iterator<Item = &State> {
        let mut flow = self.flow_of(state);
        std::iter::from_fn(move || {
            let has = |state: &State| match &state.body {
                Body::Parallel(branches) => branches.contains(&flow),
                Body::Map(map) => map.flow == flow,
                _ => false,
            };
            let index = self.states.iter().position(has)?;
            flow = self.flow_of(StateId(u32::try_from(index).ok()?));
            Some(&self.states[index])
        })
    }

    /// Whether a Map is somewhere around a state.
    pub(super) fn is_in_map(&self, state: StateId) -> bool {
        let is_map = |around: &State| around.kind() == StateKind::Map;
        self.around(state).any(is_map)
    }

    /// Whether a state of this name is somewhere within a state.
    pub(super) fn contains(&self, state: StateId, name: &str) -> bool {
        let outer = self.state(state);
        let Some(inner) = self.find(name) else {
            return false;
        };
        self.around(inner).any(|around| std::ptr::eq(around, outer))
    }

    /// The states of every scope, in order of the text.
    pub(super) fn states(&self) -> impl Iterator<Item = &State> {
        self.states.iter()
    }

    /// The Task states of every scope with what they call, in order of the text.
    pub fn tasks(&self) -> impl Iterator<Item = (&Arc<str>, &Resource)> {
        self.states.iter().filter_map(|state| match &state.body {
            Body::Task(task) => Some((&state.name, &task.resource)),
            _ => None,
        })
    }
}

impl Map {
    /// Whether it is left with where its results were written, not with the results.
    pub(super) fn writes_results(&self) -> bool {
        let own = self.distributed.as_ref();
        let writer = own.and_then(|own| own.result_writer.as_ref());
        writer.is_some_and(|writer| writer.arguments.is_some())
    }
}

impl State {
    /// The state's type.
    #[must_use]
    pub fn kind(&self) -> StateKind {
        match self.body {
            Body::Task(_) => StateKind::Task,
            Body::Pass(_) => StateKind::Pass,
            Body::Choice(_) => StateKind::Choice,
            Body::Wait(_) => StateKind::Wait,
            Body::Succeed => StateKind::Succeed,
            Body::Fail(_) => StateKind::Fail,
            Body::Parallel(_) => StateKind::Parallel,
            Body::Map(_) => StateKind::Map,
        }
    }
}
