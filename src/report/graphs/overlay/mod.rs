//! What is painted onto a picture, whatever it comes from: an execution, two of them, a folder of
//! logs, the coverage of a suite, an older definition.
//!
//! A format reads it, by [`Look`] and [`Way`], and knows nothing of where it comes from. What it
//! does not mention was not reached, unless it says otherwise.

mod coverage;
mod execution;
mod look;
mod many;
mod names;
mod pair;
mod sketch;
mod tally;
#[cfg(test)]
mod tests;
mod tracer;
mod visits;

use std::collections::{HashMap, HashSet};

pub use self::coverage::{CoverageFile, MachineCoverage, NoCoverage, coverage};
pub use self::execution::execution;
pub use self::look::{Look, Way};
pub use self::many::many;
pub use self::pair::pair;
pub use self::tally::{Items, Trace};
pub use self::tracer::Tracer;

use crate::graph::{Edge, Vertex};

/// What happened to a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// It ended as it should.
    Succeeded,
    /// It failed and a Catch went on, or something inside it did.
    Caught,
    /// It failed.
    Failed,
    /// It took longer than it was allowed.
    TimedOut,
    /// It was stopped from outside.
    Aborted,
    /// It has not ended.
    Running,
    /// The newer definition has it, the older one does not.
    Added,
    /// The older definition has it, the newer one does not.
    Removed,
    /// Both definitions have it, and it is not the same.
    Changed,
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Succeeded,
        Self::Caught,
        Self::Failed,
        Self::TimedOut,
        Self::Aborted,
        Self::Running,
        Self::Added,
        Self::Removed,
        Self::Changed,
    ];

    /// The sign that stands before the name: colour alone says nothing to some.
    #[must_use]
    pub fn glyph(self) -> &'static str {
        match self {
            Self::Succeeded => "✔",
            Self::Caught => "⚠",
            Self::Failed => "✖",
            Self::TimedOut => "⧗",
            Self::Aborted => "⊘",
            Self::Running => "●",
            Self::Added => "+",
            Self::Removed => "−",
            Self::Changed => "≠",
        }
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Caught => "caught",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Aborted => "aborted",
            Self::Running => "running",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// How a state is painted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paint {
    /// What happened.
    pub mark: Mark,
    /// One line more: `7 tries · 24.6 s · InjectedError`.
    pub note: Option<String>,
}

/// How a transition is painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// What the way led to, for its colour: succeeded, or caught by a Catch; added, removed.
    pub mark: Mark,
    /// How often it was taken.
    pub count: u64,
    /// How much of all that happened went this way, from 0 to 1: what hot paths are thicker by.
    /// 0 when it does not matter.
    pub heat: f64,
}

/// What happened, state by state and transition by transition.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    states: HashMap<Vertex, Paint>,
    edges: HashMap<usize, Taken>,
    ends: HashMap<Vertex, Taken>,
    remarks: HashMap<usize, String>,
    unknown: HashSet<Vertex>,
    is_partial: bool,
}

impl Overlay {
    /// An overlay that says nothing of what it does not mention, such as that of a change: the
    /// rest is drawn as without one.
    #[must_use]
    pub fn partial() -> Self {
        Self {
            is_partial: true,
            ..Self::default()
        }
    }

    /// Paints a state.
    pub fn paint(&mut self, vertex: Vertex, paint: Paint) {
        self.states.insert(vertex, paint);
    }

    /// Paints a transition.
    pub fn take(&mut self, edge: &Edge<'_>, taken: Taken) {
        self.edges.insert(edge.number, taken);
    }

    /// Paints the way from a terminal state to the end of its scope.
    pub fn end(&mut self, vertex: Vertex, taken: Taken) {
        self.ends.insert(vertex, taken);
    }

    /// Says one word more on a transition: `only A`.
    pub fn remark(&mut self, edge: &Edge<'_>, remark: String) {
        self.remarks.insert(edge.number, remark);
    }

    /// Nothing is known of a state and what leads from it: it is not painted, and not faint.
    pub fn leave_open(&mut self, vertex: Vertex) {
        self.unknown.insert(vertex);
    }

    /// What happened to a state; none when it was not reached.
    #[must_use]
    pub fn state(&self, vertex: Vertex) -> Option<&Paint> {
        self.states.get(&vertex)
    }

    /// Whether and how a transition was taken.
    #[must_use]
    pub fn edge(&self, edge: &Edge<'_>) -> Option<Taken> {
        self.edges.get(&edge.number).copied()
    }

    /// Whether and how a scope ended at this state.
    #[must_use]
    pub fn ended(&self, vertex: Vertex) -> Option<Taken> {
        self.ends.get(&vertex).copied()
    }

    /// What more stands on a transition.
    #[must_use]
    pub fn remark_on(&self, edge: &Edge<'_>) -> Option<&str> {
        self.remarks.get(&edge.number).map(String::as_str)
    }
}
