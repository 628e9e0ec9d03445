//! What became of the transitions out of what both definitions have.

use std::collections::HashSet;

use super::{Pair, Rerouted};
use crate::graph::{Correspondence, Edge, EdgeKind, Graph, Node, Vertex};
use crate::report::graphs::{Labels, labels};
use crate::syntax::{Node as Object, Tree};

/// A transition that is not as it was.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way<'g, 'm> {
    /// Where it leads is the same, not when.
    Changed {
        before: &'g Edge<'m>,
        now: &'g Edge<'m>,
    },
    /// When it is taken is the same, not where it leads.
    Rerouted {
        before: &'g Edge<'m>,
        now: &'g Edge<'m>,
    },
    Added(&'g Edge<'m>),
    Removed(&'g Edge<'m>),
}

impl Way<'_, '_> {
    /// The number of a transition that is no more.
    pub(super) fn removed(&self) -> Option<usize> {
        match self {
            Self::Rerouted { before, .. } | Self::Removed(before) => Some(before.number),
            Self::Changed { .. } | Self::Added(_) => None,
        }
    }
}

/// Finds them all, in order of the newer text.
pub(super) fn ways<'g, 'm>(pair: &Pair<'g, 'm>, same: &Correspondence) -> Vec<Way<'g, 'm>> {
    let mut joined: Vec<(Vertex, Vertex)> = same
        .vertices
        .iter()
        .map(|(old, new)| (*old, *new))
        .filter(|(old, _)| !matches!(pair.older.graph.node(*old), Node::Missing(_)))
        .collect();
    joined.sort_unstable_by_key(|(_, new)| *new);
    let mut found = Vec::new();
    for (older, newer) in joined {
        Fan::new(pair, same, older, newer).compare(&mut found);
    }
    found
}

/// The transitions out of a state, before and now, that were not found on the other side.
struct Fan<'a, 'g, 'm> {
    pair: &'a Pair<'g, 'm>,
    same: &'a Correspondence,
    before: Vec<&'g Edge<'m>>,
    now: Vec<&'g Edge<'m>>,
}

impl<'a, 'g, 'm> Fan<'a, 'g, 'm> {
    fn new(pair: &'a Pair<'g, 'm>, same: &'a Correspondence, older: Vertex, newer: Vertex) -> Self {
        Self {
            pair,
            same,
            before: pair.older.graph.edges_from(older).collect(),
            now: pair.newer.graph.edges_from(newer).collect(),
        }
    }

    fn compare(mut self, found: &mut Vec<Way<'g, 'm>>) {
        self.take(|fan, before, now| fan.leads_alike(before, now) && fan.is_for(before, now));
        for (before, now) in self.take(Self::is_for) {
            found.push(Way::Rerouted { before, now });
        }
        let alike = |fan: &Self, before: &Edge<'_>, now: &Edge<'_>| {
            let (one, other) = (before.kind.is_catch(), now.kind.is_catch());
            one == other && fan.leads_alike(before, now)
        };
        for (before, now) in self.take(alike) {
            found.push(Way::Changed { before, now });
        }
        found.extend(self.before.into_iter().map(Way::Removed));
        found.extend(self.now.into_iter().map(Way::Added));
    }

    /// Takes out pairs that are alike in some way, each with the first that is.
    fn take(
        &mut self,
        is_alike: impl Fn(&Self, &'g Edge<'m>, &'g Edge<'m>) -> bool,
    ) -> Vec<(&'g Edge<'m>, &'g Edge<'m>)> {
        let mut found = Vec::new();
        let mut gone = HashSet::new();
        for now in &self.now {
            let mut left = self
                .before
                .iter()
                .filter(|edge| !gone.contains(&edge.number));
            if let Some(before) = left.find(|before| is_alike(self, before, now)) {
                gone.insert(before.number);
                found.push((*before, *now));
            }
        }
        self.before.retain(|edge| !gone.contains(&edge.number));
        let kept = |edge: &&Edge<'m>| !found.iter().any(|(_, now)| now.number == edge.number);
        self.now.retain(kept);
        found
    }

    fn leads_alike(&self, before: &Edge<'_>, now: &Edge<'_>) -> bool {
        self.same.vertices.get(&before.to) == Some(&now.to)
    }

    /// Whether both are taken on the same occasion.
    fn is_for(&self, before: &'g Edge<'m>, now: &'g Edge<'m>) -> bool {
        let (older, newer) = (self.pair.older.tree, self.pair.newer.tree);
        match (before.kind, now.kind) {
            (EdgeKind::StartAt, EdgeKind::StartAt)
            | (EdgeKind::Default, EdgeKind::Default)
            | (EdgeKind::Next, EdgeKind::Next) => true,
            (EdgeKind::Choice { rule: one, .. }, EdgeKind::Choice { rule: other, .. }) => {
                occasion(older, one.node) == occasion(newer, other.node)
            }
            (EdgeKind::Catch { catcher: one, .. }, EdgeKind::Catch { catcher: other, .. }) => {
                let errors =
                    |tree: &Tree, node| tree.node(node).get("ErrorEquals").map(Object::to_json);
                errors(older, one.node) == errors(newer, other.node)
            }
            _ => false,
        }
    }
}

/// The condition of a rule.
fn occasion(tree: &Tree, rule: crate::syntax::NodeId) -> Vec<(&str, crate::data::Json)> {
    let rule = tree.node(rule);
    let fields = rule.entries().iter();
    let fields =
        fields.filter(|entry| !["Assign", "Comment", "Next", "Output"].contains(&&*entry.key));
    let mut fields: Vec<_> = fields
        .map(|entry| (&*entry.key, tree.node(entry.value).to_json()))
        .collect();
    fields.sort_by_key(|(key, _)| *key);
    fields
}

/// A way in words: the field that makes it and when it is taken, and where it led and leads.
pub(super) fn told(
    (older, newer): (&Graph<'_>, &Graph<'_>),
    before: Option<&Edge<'_>>,
    now: Option<&Edge<'_>>,
) -> Rerouted {
    let name = |graph: &Graph<'_>, edge: &Edge<'_>| match graph.node(edge.to) {
        Node::State(state) => state.name.clone(),
        Node::Missing(_) | Node::Start => edge.target.name.clone(),
    };
    Rerouted {
        way: now.or(before).map(occasion_told).unwrap_or_default(),
        before: before.map(|edge| name(older, edge)),
        now: now.map(|edge| name(newer, edge)),
    }
}

fn occasion_told(edge: &Edge<'_>) -> String {
    let label = labels::edge(edge, Labels::Condition).unwrap_or_default();
    match edge.kind {
        EdgeKind::StartAt | EdgeKind::Next | EdgeKind::Default => edge.kind.to_string(),
        EdgeKind::Choice { .. } => format!("if {label}"),
        EdgeKind::Catch { .. } => format!("on {label}"),
    }
}

/// What stood on a way: `was $.a > 1`.
pub(super) fn was(before: &Edge<'_>) -> String {
    let label = labels::edge(before, Labels::Condition);
    format!("was {}", label.unwrap_or_else(|| before.kind.to_string()))
}
