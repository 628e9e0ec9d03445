//! What a change did, painted and noted down.

use std::collections::HashMap;

use super::matching::states;
use super::ways::{Way, told, was};
use super::{Change, Pair, Side, What, fields};
use crate::graph::{Correspondence, Edge, Graph, Merged, Node, Scope, Vertex};
use crate::language::State;
use crate::report::graphs::ends_well;
use crate::report::graphs::overlay::{Mark, Overlay, Paint, Taken};
use crate::syntax::Span;

/// Paints the picture of both, and notes each change.
pub(super) fn paint(
    pair: &Pair<'_, '_>,
    same: &Correspondence,
    ways: &[Way<'_, '_>],
    merged: &Merged<'_>,
    changes: &mut Vec<Change>,
) -> Overlay {
    let mut painter = Painter {
        pair,
        same,
        before: states_before(pair, same),
        merged,
        overlay: Overlay::partial(),
        changes,
    };
    for (vertex, state) in states(pair.newer.graph) {
        painter.newer(vertex, state);
    }
    for (vertex, state) in states(pair.older.graph) {
        painter.older(vertex, state);
    }
    for way in ways {
        painter.way(way);
    }
    painter.scopes();
    painter.overlay
}

/// What the newer graph's states were. One that was a missing target was none.
fn states_before(pair: &Pair<'_, '_>, same: &Correspondence) -> HashMap<Vertex, Vertex> {
    let all = same.vertices.iter();
    all.filter(|(old, _)| !matches!(pair.older.graph.node(**old), Node::Missing(_)))
        .map(|(old, new)| (*new, *old))
        .collect()
}

struct Painter<'a, 'g, 'm> {
    pair: &'a Pair<'g, 'm>,
    same: &'a Correspondence,
    before: HashMap<Vertex, Vertex>,
    merged: &'a Merged<'m>,
    overlay: Overlay,
    changes: &'a mut Vec<Change>,
}

/// A way of the newer or of the older definition alone.
const fn taken(mark: Mark) -> Taken {
    Taken {
        mark,
        count: 0,
        heat: 0.0,
    }
}

impl Painter<'_, '_, '_> {
    fn newer(&mut self, vertex: Vertex, state: &State) {
        let at = self.merged.from_newer[&vertex];
        let Some(before) = self.before.get(&vertex).copied() else {
            self.mark(at, Mark::Added, None);
            self.note(What::Added, state, false);
            for edge in self.pair.newer.graph.edges_from(vertex) {
                self.take_newer(edge, Mark::Added);
            }
            self.end(at, state, Mark::Added);
            return;
        };
        let mut notes = Vec::new();
        if let Some(moved) = self.moved_from(before, vertex) {
            notes.push(format!("was {moved}"));
            let now = scope_told(&self.pair.newer, vertex);
            self.note(What::Moved(format!("was {moved}, is {now}")), state, false);
        }
        if let Some(old) = self.pair.older.graph.state(before)
            && old.name != state.name
        {
            notes.push(format!("was {}", old.name));
            self.note(What::Renamed(old.name.clone()), state, false);
        }
        self.changed(before, vertex, state, &mut notes);
        if !notes.is_empty() {
            self.mark(at, Mark::Changed, Some(notes.join(" · ")));
        }
        let ended = self.pair.older.graph.state(before).is_some_and(ends_well);
        if !ended {
            self.end(at, state, Mark::Added);
        }
    }

    /// Notes which fields differ. A comment alone is told, not painted.
    fn changed(&mut self, before: Vertex, now: Vertex, state: &State, notes: &mut Vec<String>) {
        let (Some(old), Some(new)) = (self.pair.older.object(before), self.pair.newer.object(now))
        else {
            return;
        };
        let found = fields::of_state(old, new);
        if !found.names.is_empty() {
            notes.push(found.names.join(", "));
        }
        if let Some(what) = found.what() {
            self.note(what, state, false);
        }
    }

    fn older(&mut self, vertex: Vertex, state: &State) {
        let now = self.same.vertices.get(&vertex).copied();
        if now.is_none() {
            self.note(What::Removed, state, true);
        }
        // One inside of what is no container any more is not drawn.
        let Some(at) = self.merged.from_older.get(&vertex).copied() else {
            return;
        };
        let note = now.map(|now| format!("is {}", scope_told(&self.pair.newer, now)));
        self.mark(at, Mark::Removed, note);
        for edge in self.pair.older.graph.edges_from(vertex) {
            self.take_older(edge);
        }
        self.end(at, state, Mark::Removed);
    }

    fn way(&mut self, way: &Way<'_, '_>) {
        let graphs = (self.pair.older.graph, self.pair.newer.graph);
        match *way {
            Way::Changed { before, now } => {
                self.take_newer(now, Mark::Changed);
                self.remark(now, was(before));
            }
            Way::Rerouted { before, now } => {
                self.take_newer(now, Mark::Added);
                self.take_older(before);
                let rerouted = told(graphs, Some(before), Some(now));
                self.note_way(What::Rerouted(rerouted), now, false);
            }
            Way::Added(now) => {
                self.take_newer(now, Mark::Added);
                let is_new = !self.before.contains_key(&now.to);
                if !is_new || self.pair.newer.graph.state(now.to).is_none() {
                    let added = told(graphs, None, Some(now));
                    self.note_way(What::WayAdded(added), now, false);
                }
            }
            Way::Removed(before) => {
                self.take_older(before);
                // That a state is gone tells that nothing leads there.
                if self.same.vertices.contains_key(&before.to) {
                    let removed = told(graphs, Some(before), None);
                    self.note_way(What::WayRemoved(removed), before, true);
                }
            }
        }
    }

    /// Where scopes begin that only one definition has.
    fn scopes(&mut self) {
        let begins = |scope: Scope<'_, '_>| scope.start();
        for start in self.pair.newer.graph.scopes().map(begins) {
            if !self.before.contains_key(&start) {
                for edge in self.pair.newer.graph.edges_from(start) {
                    self.take_newer(edge, Mark::Added);
                }
            }
        }
        for start in self.pair.older.graph.scopes().map(begins) {
            if !self.same.vertices.contains_key(&start) {
                for edge in self.pair.older.graph.edges_from(start) {
                    self.take_older(edge);
                }
            }
        }
    }

    fn mark(&mut self, at: Vertex, mark: Mark, note: Option<String>) {
        self.overlay.paint(at, Paint { mark, note });
    }

    fn end(&mut self, at: Vertex, state: &State, mark: Mark) {
        if ends_well(state) {
            self.overlay.end(at, taken(mark));
        }
    }

    fn take_newer(&mut self, edge: &Edge<'_>, mark: Mark) {
        if let Some(edge) = self.merged.newer_edge(edge) {
            self.overlay.take(edge, taken(mark));
        }
    }

    fn remark(&mut self, edge: &Edge<'_>, remark: String) {
        if let Some(edge) = self.merged.newer_edge(edge) {
            self.overlay.remark(edge, remark);
        }
    }

    fn take_older(&mut self, edge: &Edge<'_>) {
        if let Some(edge) = self.merged.older_edge(edge) {
            self.overlay.take(edge, taken(Mark::Removed));
        }
    }

    fn note(&mut self, what: What, state: &State, is_older: bool) {
        self.changes.push(Change {
            what,
            state: Some(state.name.clone()),
            span: state.name_span,
            is_older,
        });
    }

    fn note_way(&mut self, what: What, edge: &Edge<'_>, is_older: bool) {
        let graph: &Graph<'_> = if is_older {
            self.pair.older.graph
        } else {
            self.pair.newer.graph
        };
        let owner = || graph.state(graph.scope_of(edge.from).owner()?);
        let state = graph.state(edge.from).or_else(owner);
        self.changes.push(Change {
            what,
            state: state.map(|state| state.name.clone()),
            span: if edge.target.span == Span::default() {
                graph.scope_of(edge.from).flow().span
            } else {
                edge.target.span
            },
            is_older,
        });
    }

    /// Where a state was, when that was in another scope.
    fn moved_from(&self, before: Vertex, now: Vertex) -> Option<String> {
        let (older, newer) = (self.pair.older.graph, self.pair.newer.graph);
        let stayed = self.same.stayed(older, newer, before) == Some(now);
        (!stayed).then(|| scope_told(&self.pair.older, before))
    }
}

/// `in "Price the items"`; `outside` for the machine's own scope.
fn scope_told(side: &Side<'_, '_>, vertex: Vertex) -> String {
    let owner = side.graph.scope_of(vertex).owner();
    match owner.and_then(|owner| side.graph.state(owner)) {
        Some(owner) => format!("in \"{}\"", owner.name),
        None => "outside".to_owned(),
    }
}
