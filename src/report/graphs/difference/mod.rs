//! What a change of a definition added, removed, changed and rerouted.
//!
//! `matching` finds which state is which, `fields` and `ways` what differs between two that are the
//! same, `paint` puts it onto the picture of the newer definition with what the older one had
//! besides ([`Merged`]), and `summary` tells it.

mod fields;
mod matching;
mod paint;
mod renames;
mod summary;
#[cfg(test)]
mod tests;
mod ways;

use std::sync::Arc;

use crate::graph::{Graph, Merged, Vertex};
use crate::language::StateMachine;
use crate::report::graphs::overlay::Overlay;
use crate::syntax::{Node, Span, Tree};

pub use self::summary::{Places, summary};

/// A version of a definition.
#[derive(Clone, Copy, Debug)]
pub struct Version<'m> {
    /// What it says.
    pub machine: &'m StateMachine,
    /// Where it was read from.
    pub tree: &'m Tree,
}

/// What a change did, and the picture of it.
#[derive(Debug)]
pub struct Difference<'m> {
    /// The newer machine with what the older one had besides.
    pub graph: Graph<'m>,
    /// What is painted there.
    pub overlay: Overlay,
    /// What there is to tell, in the order of the newer text and then of the older.
    pub changes: Vec<Change>,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub what: What,
    /// The state; none for the machine itself.
    pub state: Option<Arc<str>>,
    /// Where it stands.
    pub span: Span,
    /// Whether that is in the older text.
    pub is_older: bool,
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A state is new.
    Added,
    /// A state is gone.
    Removed,
    /// A state is in another scope: where it was and is, in words.
    Moved(String),
    /// A state has another name: the one it had.
    Renamed(Arc<str>),
    /// Fields say something else.
    Changed(Vec<String>),
    /// A transition leads elsewhere.
    Rerouted(Rerouted),
    /// A state has one more transition to a state that was there.
    WayAdded(Rerouted),
    /// A state has one transition less to a state that is still there.
    WayRemoved(Rerouted),
    /// Nothing but comments.
    Comment,
}

/// A transition, where it led and leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rerouted {
    /// The field that makes it, and its condition or error.
    pub way: String,
    /// Where it led.
    pub before: Option<Arc<str>>,
    /// Where it leads.
    pub now: Option<Arc<str>>,
}

/// Both versions, for those who compare.
struct Pair<'g, 'm> {
    older: Side<'g, 'm>,
    newer: Side<'g, 'm>,
}

struct Side<'g, 'm> {
    graph: &'g Graph<'m>,
    tree: &'m Tree,
}

impl<'m> Side<'_, 'm> {
    /// The object of the state at a vertex.
    fn object(&self, vertex: Vertex) -> Option<Node<'m>> {
        let state = self.graph.state(vertex)?;
        Some(self.tree.node(state.node))
    }
}

/// Compares two versions.
#[must_use]
pub fn difference<'m>(older: Version<'m>, newer: Version<'m>) -> Difference<'m> {
    let (before, now) = (Graph::new(older.machine), Graph::new(newer.machine));
    let pair = Pair {
        older: Side {
            graph: &before,
            tree: older.tree,
        },
        newer: Side {
            graph: &now,
            tree: newer.tree,
        },
    };
    let mut same = matching::matched(&pair);
    let ways = ways::ways(&pair, &same);
    same.removed = ways.iter().filter_map(ways::Way::removed).collect();
    let merged = Merged::new(&now, &before, &same);
    let mut changes = machine_changes(older, newer);
    let overlay = paint::paint(&pair, &same, &ways, &merged, &mut changes);
    changes.sort_by_key(|change| (change.is_older, change.span));
    Difference {
        graph: merged.graph,
        overlay,
        changes,
    }
}

/// What differs in the machine's own fields.
fn machine_changes(older: Version<'_>, newer: Version<'_>) -> Vec<Change> {
    let [before, now] = [older, newer].map(|version| version.tree.node(version.machine.flow.node));
    let found = fields::of_machine(before, now);
    let what = found.what();
    let change = what.map(|what| Change {
        what,
        state: None,
        span: newer.machine.flow.span,
        is_older: false,
    });
    change.into_iter().collect()
}
