//! A suite as it was read: nothing in it needs to be looked at twice.

use std::sync::Arc;

use super::PathPattern;
use crate::data::{Json, Timestamp};
use crate::history::ExecutionType;
use crate::syntax::{NodeId, Span};

/// Something with its place in the suite.
#[derive(Clone, Debug, PartialEq)]
pub struct Written<T> {
    /// What is written.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// A suite: cases of one machine.
#[derive(Clone, Debug)]
pub struct Suite {
    /// `machine`: the definition's file, relative to the suite; of a template `FILE#NAME`.
    pub machine: Written<Arc<str>>,
    /// `handlers`: a handlers file, relative to the suite.
    pub handlers: Option<Written<Arc<str>>>,
    /// `defaults`: what cases get that say nothing else.
    pub defaults: Given,
    /// `cases`, in order.
    pub cases: Vec<Case>,
}

/// What an execution is given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `input` or `input-file`.
    pub input: Option<InputFrom>,
    /// `mocks` and `mock-file`.
    pub mocks: Mocks,
    /// `type`
    pub execution_type: Option<ExecutionType>,
    /// `start-time`
    pub start_time: Option<Timestamp>,
}

/// Where the input comes from.
#[derive(Clone, Debug)]
pub enum InputFrom {
    /// It stands in the suite.
    Here(Json),
    /// A file, relative to the suite.
    File(Written<Arc<str>>),
}

/// Who answers for Tasks.
#[derive(Clone, Debug, Default)]
pub struct Mocks {
    /// `mocks`: answers by a state's name or a glob over `Resource`.
    pub answers: Vec<Answers>,
    /// `mock-file`, relative to the suite.
    pub file: Option<Written<Arc<str>>>,
    /// `case`: the test case of a `MockConfigFile.json`.
    pub case: Option<Written<Arc<str>>>,
}

/// The answers of one Task.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The state or the glob.
    pub pattern: Written<Arc<str>>,
    /// The node of the answers.
    pub node: NodeId,
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: Arc<str>,
    /// Where its name stands.
    pub span: Span,
    /// `skip`: why it is not run.
    pub skip: Option<Arc<str>>,
    /// What its execution is given.
    pub given: Given,
    /// What its execution shall come to.
    pub expect: Expect,
}

/// What a case expects; what is not said is not looked at.
#[derive(Clone, Debug)]
pub struct Expect {
    /// `status`: by default FAILED where an error or a cause is expected, else SUCCEEDED; nothing
    /// where a case comes without expectations from a `MockConfigFile.json`.
    pub status: Option<Status>,
    /// `output`: equal to this.
    pub output: Option<(Json, NodeId)>,
    /// `output-includes`: at least this.
    pub output_includes: Option<Json>,
    /// `error`
    pub error: Option<Arc<str>>,
    /// `cause` and `cause-includes`
    pub cause: Texts,
    /// `path`: the states that are gone through.
    pub path: Option<PathPattern>,
    /// `calls`: what Tasks are asked, by state.
    pub calls: Vec<(Written<Arc<str>>, Calls)>,
}

/// What a text shall be.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// The whole of it.
    pub equals: Option<Arc<str>>,
    /// A part of it.
    pub includes: Option<Arc<str>>,
}

/// How an execution ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// `SUCCEEDED`
    Succeeded,
    /// `FAILED`
    Failed,
    /// `TIMED_OUT`
    TimedOut,
    /// `ABORTED`: no case can expect it.
    Aborted,
}

impl Status {
    /// The name that AWS gives it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }
}

/// The calls that a Task shall make.
#[derive(Clone, Debug)]
pub enum Calls {
    /// So many.
    Count(usize),
    /// With these payloads, in order.
    Payloads(Vec<Json>),
}

impl Default for Expect {
    fn default() -> Self {
        Self {
            status: Some(Status::Succeeded),
            output: None,
            output_includes: None,
            error: None,
            cause: Texts::default(),
            path: None,
            calls: Vec::new(),
        }
    }
}
