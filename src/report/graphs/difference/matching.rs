//! Which state of the older definition is which of the newer.
//!
//! First by name in the scope, then by name wherever (it moved), then by what a state is and what
//! stands around it (it has another name).

use std::collections::{HashMap, HashSet, VecDeque};

use super::{Pair, renames};
use crate::graph::{Correspondence, Graph, Scope, ScopeId, Vertex};

/// Finds what both have.
pub(super) fn matched(pair: &Pair<'_, '_>) -> Correspondence {
    let mut matcher = Matcher {
        pair,
        same: Correspondence::default(),
        taken: HashSet::new(),
    };
    let roots = (pair.older.graph.root().id(), pair.newer.graph.root().id());
    matcher.scopes(vec![roots]);
    matcher.moved();
    matcher.renamed();
    matcher.missing();
    matcher.same
}

struct Matcher<'a, 'g, 'm> {
    pair: &'a Pair<'g, 'm>,
    same: Correspondence,
    /// The newer graph's vertices that were found in the older.
    taken: HashSet<Vertex>,
}

impl<'g, 'm> Matcher<'_, 'g, 'm> {
    /// Matches the states of scopes that are the same by their names, and the scopes inside them.
    fn scopes(&mut self, mut pending: Vec<(ScopeId, ScopeId)>) {
        while let Some((older, newer)) = pending.pop() {
            let before = self.pair.older.graph.scope(older);
            let now = self.pair.newer.graph.scope(newer);
            self.same.scopes.insert(older, newer);
            self.join(before.start(), now.start());
            let mut names = by_name(
                before
                    .states()
                    .map(|(vertex, state)| (&*state.name, vertex)),
            );
            for (vertex, state) in now.states() {
                let found = names.get_mut(&*state.name);
                if let Some(old) = found.and_then(VecDeque::pop_front) {
                    self.join(old, vertex);
                    pending.extend(self.inside(old, vertex));
                }
            }
        }
    }

    fn join(&mut self, older: Vertex, newer: Vertex) {
        self.same.vertices.insert(older, newer);
        self.taken.insert(newer);
    }

    /// Which scopes inside two states are the same: those with the most names in common, then
    /// what is left, in order.
    fn inside(&self, older: Vertex, newer: Vertex) -> Vec<(ScopeId, ScopeId)> {
        let mut before: Vec<Scope<'g, 'm>> = self.pair.older.graph.scopes_in(older).collect();
        let mut left = Vec::new();
        let mut found = Vec::new();
        for now in self.pair.newer.graph.scopes_in(newer) {
            let names: HashSet<&str> = now.states().map(|(_, state)| &*state.name).collect();
            let common = |scope: &Scope<'_, '_>| {
                let states = scope.states();
                states
                    .filter(|(_, state)| names.contains(&*state.name))
                    .count()
            };
            let counted = before.iter().map(common).enumerate();
            // The first of those with as many.
            let best = counted.rev().max_by_key(|(_, count)| *count);
            match best.filter(|(_, count)| *count > 0) {
                Some((at, _)) => found.push((before.remove(at).id(), now.id())),
                None => left.push(now.id()),
            }
        }
        found.extend(before.iter().map(|scope| scope.id()).zip(left));
        found
    }

    /// States that are in another scope now. A name that several have says nothing.
    fn moved(&mut self) {
        let gone = states(self.pair.older.graph);
        let gone = gone.filter(|(vertex, _)| !self.same.vertices.contains_key(vertex));
        let gone = by_name(gone.map(|(vertex, state)| (&*state.name, vertex)));
        let come: Vec<_> = states(self.pair.newer.graph)
            .filter(|(vertex, _)| !self.taken.contains(vertex))
            .collect();
        let names = by_name(come.iter().map(|(vertex, state)| (&*state.name, *vertex)));
        for (vertex, state) in come {
            let (Some(old), 1) = (gone.get(&*state.name), names[&*state.name].len()) else {
                continue;
            };
            let is_free = |old: &Vertex| {
                !self.same.vertices.contains_key(old) && !self.taken.contains(&vertex)
            };
            let [old] = old.iter().copied().filter(is_free).collect::<Vec<_>>()[..] else {
                continue;
            };
            self.join(old, vertex);
            let inside = self.inside(old, vertex);
            self.scopes(inside);
        }
    }

    /// States that have another name.
    fn renamed(&mut self) {
        let mut pending: Vec<(ScopeId, ScopeId)> = self
            .same
            .scopes
            .iter()
            .map(|(old, new)| (*old, *new))
            .collect();
        pending.sort_unstable();
        for (older, newer) in pending {
            for (old, new) in renames::renamed(self.pair, &self.same, older, newer) {
                self.join(old, new);
                let inside = self.inside(old, new);
                self.scopes(inside);
            }
        }
    }

    /// Targets that are missing before, and missing or there now: a transition to them is the same.
    fn missing(&mut self) {
        let scopes: Vec<_> = self
            .same
            .scopes
            .iter()
            .map(|(old, new)| (*old, *new))
            .collect();
        for (older, newer) in scopes {
            let now = self.pair.newer.graph.scope(newer);
            let ghosts = now
                .missing()
                .map(|(vertex, missing)| (&**missing.name, vertex));
            let ghosts: HashMap<&str, Vertex> = ghosts.collect();
            for (vertex, missing) in self.pair.older.graph.scope(older).missing() {
                let name = &**missing.name;
                let found = ghosts.get(name).copied().or_else(|| now.vertex(name));
                if let Some(found) = found {
                    self.same.vertices.insert(vertex, found);
                }
            }
        }
    }
}

/// Every state.
pub(super) fn states<'g, 'm>(
    graph: &'g Graph<'m>,
) -> impl Iterator<Item = (Vertex, &'m crate::language::State)> + use<'g, 'm> {
    graph.scopes().flat_map(Scope::states)
}

fn by_name<'n>(
    named: impl Iterator<Item = (&'n str, Vertex)>,
) -> HashMap<&'n str, VecDeque<Vertex>> {
    let mut found: HashMap<&str, VecDeque<Vertex>> = HashMap::new();
    for (name, vertex) in named {
        found.entry(name).or_default().push_back(vertex);
    }
    found
}
