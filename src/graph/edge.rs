//! Transitions.

use std::fmt;

use super::Vertex;
use crate::language::states::ChoiceRule;
use crate::language::{Catcher, Target};

/// A transition.
#[derive(Clone, Copy, Debug)]
pub struct Edge<'m> {
    /// A number that is unique in the graph, as [`Vertex::number`] is.
    pub number: usize,
    /// Where it comes from; for `StartAt` the scope's start.
    pub from: Vertex,
    /// Where it goes to.
    pub to: Vertex,
    /// Which field makes it.
    pub kind: EdgeKind<'m>,
    /// The name in the definition, with its place.
    pub target: &'m Target,
}

/// The field that makes a transition.
#[derive(Clone, Copy, Debug)]
pub enum EdgeKind<'m> {
    /// `StartAt`
    StartAt,
    /// `Choices[index].Next`
    Choice {
        /// Which rule, from 0.
        index: usize,
        /// The rule.
        rule: &'m ChoiceRule,
    },
    /// `Default`
    Default,
    /// `Next`
    Next,
    /// `Catch[index].Next`
    Catch {
        /// Which catcher, from 0.
        index: usize,
        /// The catcher.
        catcher: &'m Catcher,
    },
}

impl EdgeKind<'_> {
    /// Whether an error takes this way.
    #[must_use]
    pub fn is_catch(&self) -> bool {
        matches!(self, Self::Catch { .. })
    }
}

impl fmt::Display for EdgeKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartAt => f.write_str("StartAt"),
            Self::Choice { index, .. } => write!(f, "Choices[{index}]"),
            Self::Default => f.write_str("Default"),
            Self::Next => f.write_str("Next"),
            Self::Catch { index, .. } => write!(f, "Catch[{index}]"),
        }
    }
}
