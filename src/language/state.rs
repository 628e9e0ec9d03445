//! What every state has, whatever its type.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::errors::{self, Catcher, Retrier};
use super::field::{Reader, is_object};
use super::states::{Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait};
use super::{Field, Flow, InTree, query_language};
use crate::query::QueryLanguage;
use crate::syntax::{Entry, NodeId, Span};

/// The eight types of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateKind {
    /// Does work.
    Task,
    /// Passes its input on, changed.
    Pass,
    /// Chooses what is next.
    Choice,
    /// Waits.
    Wait,
    /// Ends its scope well.
    Succeed,
    /// Ends the execution badly.
    Fail,
    /// Runs branches side by side.
    Parallel,
    /// Runs a processor for each item.
    Map,
}

impl StateKind {
    /// The types in the order of the specification.
    pub const ALL: [Self; 8] = [
        Self::Task,
        Self::Pass,
        Self::Choice,
        Self::Wait,
        Self::Succeed,
        Self::Fail,
        Self::Parallel,
        Self::Map,
    ];

    /// The name, as `Type` says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Pass => "Pass",
            Self::Choice => "Choice",
            Self::Wait => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail => "Fail",
            Self::Parallel => "Parallel",
            Self::Map => "Map",
        }
    }

    /// Whether a state of this type goes on by `Next` or ends by `End`.
    #[must_use]
    pub fn has_transition(self) -> bool {
        match self {
            Self::Task | Self::Pass | Self::Wait | Self::Parallel | Self::Map => true,
            Self::Choice | Self::Succeed | Self::Fail => false,
        }
    }
}

impl fmt::Display for StateKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for StateKind {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .ok_or(())
    }
}

/// A state that another one names.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The field that names it: `Next`, `Default`, `StartAt`.
    pub field: &'static str,
    /// The name.
    pub name: Arc<str>,
    /// Where the field's key stands.
    pub key: Span,
    /// Where the name stands.
    pub span: Span,
    /// The name's node in the tree.
    pub node: NodeId,
}

/// `Next` or `End`: how a state goes on.
#[derive(Clone, Debug, Default)]
pub struct Transition {
    /// `Next`
    pub next: Option<Target>,
    /// `End`
    pub end: Option<Field<bool>>,
}

impl Transition {
    /// Whether the state ends its scope.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.value)
    }
}

/// The fields that move data, in the order they are applied.
#[derive(Clone, Debug, Default)]
pub struct Io {
    /// `InputPath`; `null` gives `{}`.
    pub input_path: Option<Field<Option<Arc<str>>>>,
    /// `Parameters`
    pub parameters: Option<Field<InTree>>,
    /// `Arguments` (JSONata)
    pub arguments: Option<Field<InTree>>,
    /// `ResultSelector`
    pub result_selector: Option<Field<InTree>>,
    /// `ResultPath`; `null` drops the result.
    pub result_path: Option<Field<Option<Arc<str>>>>,
    /// `OutputPath`; `null` gives `{}`.
    pub output_path: Option<Field<Option<Arc<str>>>>,
    /// `Output` (JSONata)
    pub output: Option<Field<InTree>>,
    /// `Assign`
    pub assign: Option<Field<InTree>>,
}

/// What a state does, by type.
#[derive(Clone, Debug)]
pub enum Body {
    /// `Task`
    Task(Task),
    /// `Pass`
    Pass(Pass),
    /// `Choice`
    Choice(Choice),
    /// `Wait`
    Wait(Wait),
    /// `Succeed`
    Succeed(Succeed),
    /// `Fail`
    Fail(Fail),
    /// `Parallel`
    Parallel(Parallel),
    /// `Map`
    Map(Box<Map>),
    /// `Type` is missing, or names no type of state.
    Unknown,
}

/// A state.
#[derive(Clone, Debug)]
pub struct State {
    /// Its name: the key in `States`.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// Where the state's object stands.
    pub span: Span,
    /// The state's object in the tree.
    pub node: NodeId,
    /// `Type` as it is written.
    pub type_name: Option<Field<Arc<str>>>,
    /// `Comment`
    pub comment: Option<Field<Arc<str>>>,
    /// `QueryLanguage`, when the state chooses its own.
    pub query_language: Option<Field<QueryLanguage>>,
    /// The query language its fields are in.
    pub language: QueryLanguage,
    /// The fields that move data.
    pub io: Io,
    /// `Next` or `End`.
    pub transition: Transition,
    /// `Retry`
    pub retry: Vec<Retrier>,
    /// `Catch`
    pub catch: Vec<Catcher>,
    /// What it does.
    pub body: Body,
}

impl State {
    /// The state's type, when it is known.
    #[must_use]
    pub fn kind(&self) -> Option<StateKind> {
        match self.body {
            Body::Task(_) => Some(StateKind::Task),
            Body::Pass(_) => Some(StateKind::Pass),
            Body::Choice(_) => Some(StateKind::Choice),
            Body::Wait(_) => Some(StateKind::Wait),
            Body::Succeed(_) => Some(StateKind::Succeed),
            Body::Fail(_) => Some(StateKind::Fail),
            Body::Parallel(_) => Some(StateKind::Parallel),
            Body::Map(_) => Some(StateKind::Map),
            Body::Unknown => None,
        }
    }

    /// The scopes inside the state: a Parallel's branches, a Map's processor.
    #[must_use]
    pub fn flows(&self) -> &[Flow] {
        match &self.body {
            Body::Parallel(parallel) => &parallel.branches,
            Body::Map(map) => map
                .processor
                .as_ref()
                .map_or(&[], |p| std::slice::from_ref(&p.flow)),
            _ => &[],
        }
    }

    /// Every state this one can go to, in order of the text: Choice rules, Default, Next, Catch.
    #[must_use]
    pub fn targets(&self) -> Vec<&Target> {
        let mut targets = Vec::new();
        if let Body::Choice(choice) = &self.body {
            targets.extend(choice.rules.iter().filter_map(|rule| rule.next.as_ref()));
            targets.extend(&choice.default);
        }
        targets.extend(&self.transition.next);
        targets.extend(
            self.catch
                .iter()
                .filter_map(|catcher| catcher.next.as_ref()),
        );
        targets
    }

    /// Whether the scope can end here: `End`, Succeed or Fail.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(self.body, Body::Succeed(_) | Body::Fail(_)) || self.transition.ends()
    }

    pub(super) fn read(reader: &mut Reader<'_, '_>, entry: &Entry, machine: QueryLanguage) -> Self {
        let node = reader.node;
        if !is_object(node) {
            reader.wrong_type(&format!("state \"{}\"", entry.key), "an object", node);
        }
        let own = reader.string("QueryLanguage").and_then(|field| {
            let value = query_language(&field.value)?;
            Some(field.map(|_| value))
        });
        let language = own.as_ref().map_or(machine, |field| field.value);
        let type_name = reader.string("Type");
        let kind = type_name
            .as_ref()
            .and_then(|field| field.value.parse().ok());
        Self {
            name: entry.key.clone(),
            name_span: entry.key_span,
            span: node.span(),
            node: node.id(),
            comment: reader.string("Comment"),
            query_language: own,
            language,
            io: Io::read(reader),
            transition: Transition {
                next: reader.target("Next"),
                end: reader.boolean("End"),
            },
            retry: errors::read_retriers(reader),
            catch: errors::read_catchers(reader),
            body: Body::read(reader, kind, machine),
            type_name,
        }
    }
}

impl Io {
    fn read(reader: &mut Reader<'_, '_>) -> Self {
        Self {
            input_path: reader.nullable_path("InputPath"),
            parameters: reader.in_tree("Parameters"),
            arguments: reader.in_tree("Arguments"),
            result_selector: reader.object_in_tree("ResultSelector"),
            result_path: reader.nullable_path("ResultPath"),
            output_path: reader.nullable_path("OutputPath"),
            output: reader.in_tree("Output"),
            assign: reader.object_in_tree("Assign"),
        }
    }
}

impl Body {
    /// `machine` is the language of the whole machine: states inside a Map or Parallel inherit
    /// that one, not their container's (01-fields §1.5).
    fn read(reader: &mut Reader<'_, '_>, kind: Option<StateKind>, machine: QueryLanguage) -> Self {
        match kind {
            Some(StateKind::Task) => Self::Task(Task::read(reader)),
            Some(StateKind::Pass) => Self::Pass(Pass::read(reader)),
            Some(StateKind::Choice) => Self::Choice(Choice::read(reader)),
            Some(StateKind::Wait) => Self::Wait(Wait::read(reader)),
            Some(StateKind::Succeed) => Self::Succeed(Succeed),
            Some(StateKind::Fail) => Self::Fail(Fail::read(reader)),
            Some(StateKind::Parallel) => Self::Parallel(Parallel::read(reader, machine)),
            Some(StateKind::Map) => Self::Map(Box::new(Map::read(reader, machine))),
            None => Self::Unknown,
        }
    }
}
