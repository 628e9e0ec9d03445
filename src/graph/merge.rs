//! Two graphs in one: a newer machine with what an older one had besides.
//!
//! The newer one is there as it is, and what the older one has more is added where it was: states
//! and missing targets after those of their scope, transitions after those of their state, whole
//! scopes after those of their Parallel. What was added can be told apart ([`Graph::is_older`]).

use std::collections::{HashMap, HashSet};

use petgraph::visit::{VisitMap, Visitable};

use super::{Edge, Graph, Marks, Missing, Net, Node, Scope, ScopeId, Stored, Stretch, Vertex};

/// What of an older graph is in a newer one too.
#[derive(Clone, Debug, Default)]
pub struct Correspondence {
    /// Of each scope that both have, by the older one's: the newer one's.
    pub scopes: HashMap<ScopeId, ScopeId>,
    /// Of each start, state and missing target that both have, wherever: the newer one's.
    pub vertices: HashMap<Vertex, Vertex>,
    /// The older one's transitions, by number, that are to be added between states that both have.
    pub removed: HashSet<usize>,
}

impl Correspondence {
    /// What the newer graph has in the place of a vertex, in the same scope.
    #[must_use]
    pub fn stayed(&self, older: &Graph<'_>, newer: &Graph<'_>, vertex: Vertex) -> Option<Vertex> {
        let now = *self.vertices.get(&vertex)?;
        let scope = self.scopes.get(&older.scope_of(vertex).id());
        (scope == Some(&newer.scope_of(now).id())).then_some(now)
    }
}

/// Two graphs in one, and what became of the vertices and transitions of both.
#[derive(Debug)]
pub struct Merged<'m> {
    /// All of it.
    pub graph: Graph<'m>,
    /// Of the newer graph's vertices, where they are.
    pub from_newer: HashMap<Vertex, Vertex>,
    /// Of the older graph's vertices that were added, where they are.
    pub from_older: HashMap<Vertex, Vertex>,
    newer_edges: HashMap<usize, usize>,
    older_edges: HashMap<usize, usize>,
}

/// What of a graph comes from an older machine.
#[derive(Clone, Debug, Default)]
pub(super) struct Older {
    pub(super) vertices: HashSet<Vertex>,
    pub(super) edges: HashSet<usize>,
}

impl<'m> Merged<'m> {
    /// Joins two graphs.
    #[must_use]
    pub fn new(newer: &Graph<'m>, older: &Graph<'m>, same: &Correspondence) -> Self {
        let back = |(old, new): (&Vertex, &Vertex)| (*new, *old);
        let mut merger = Merger {
            newer,
            older,
            same,
            partners: same.vertices.iter().map(back).collect(),
            scopes_before: same.scopes.iter().map(|(old, new)| (*new, *old)).collect(),
            net: Net::new(),
            scopes: Vec::new(),
            from_newer: HashMap::new(),
            from_older: HashMap::new(),
            newer_edges: HashMap::new(),
            older_edges: HashMap::new(),
        };
        merger.build();
        merger.finish()
    }

    /// What became of a transition of the newer graph.
    #[must_use]
    pub fn newer_edge(&self, edge: &Edge<'_>) -> Option<&Edge<'m>> {
        self.graph.edge(*self.newer_edges.get(&edge.number)?)
    }

    /// What became of a transition of the older graph that was added.
    #[must_use]
    pub fn older_edge(&self, edge: &Edge<'_>) -> Option<&Edge<'m>> {
        self.graph.edge(*self.older_edges.get(&edge.number)?)
    }
}

/// A scope that is to be built: the newer one's, with what the older one had besides, or one that
/// only the older machine had.
#[derive(Clone, Copy)]
struct Part {
    owner: Option<Vertex>,
    newer: Option<ScopeId>,
    older: Option<ScopeId>,
}

struct Merger<'a, 'm> {
    newer: &'a Graph<'m>,
    older: &'a Graph<'m>,
    same: &'a Correspondence,
    partners: HashMap<Vertex, Vertex>,
    scopes_before: HashMap<ScopeId, ScopeId>,
    net: Net<'m>,
    scopes: Vec<Stretch<'m>>,
    from_newer: HashMap<Vertex, Vertex>,
    from_older: HashMap<Vertex, Vertex>,
    newer_edges: HashMap<usize, usize>,
    older_edges: HashMap<usize, usize>,
}

impl<'a, 'm> Merger<'a, 'm> {
    fn build(&mut self) {
        let root = Part {
            owner: None,
            newer: Some(self.newer.root().id()),
            older: Some(self.older.root().id()),
        };
        let mut pending = vec![root];
        while let Some(part) = pending.pop() {
            let id = ScopeId(self.scopes.len());
            let newer = part.newer.map(|id| self.newer.scope(id));
            let older = part.older.map(|id| self.older.scope(id));
            let Some(scope) = newer.or(older) else {
                continue;
            };
            let first = self.net.node_count();
            self.vertices(id, newer, older);
            self.edges(newer, older);
            let depth = part.owner.map_or(0, |owner| {
                let owner = &mut self.net[owner.0];
                owner.inner.push(id);
                self.scopes[owner.scope.0].depth + 1
            });
            self.scopes.push(Stretch {
                flow: scope.flow(),
                owner: part.owner,
                depth,
                vertices: first..self.net.node_count(),
            });
            let mut inner = self.inside(newer, older);
            inner.reverse();
            pending.append(&mut inner);
        }
    }

    /// The start, the newer states, the older ones, then what is missing: a name is found by its
    /// place in the newer scope ([`Scope::vertex`]).
    fn vertices(
        &mut self,
        id: ScopeId,
        newer: Option<Scope<'a, 'm>>,
        older: Option<Scope<'a, 'm>>,
    ) {
        if let Some(newer) = newer {
            self.add_newer(id, newer.start());
            newer
                .states()
                .for_each(|(vertex, _)| self.add_newer(id, vertex));
        } else if let Some(older) = older {
            self.add_older(id, older.start());
        }
        if let Some(older) = older {
            older
                .states()
                .for_each(|(vertex, _)| self.add_gone(id, vertex));
        }
        if let Some(newer) = newer {
            newer
                .missing()
                .for_each(|(vertex, _)| self.add_newer(id, vertex));
        }
        if let Some(older) = older {
            older
                .missing()
                .for_each(|(vertex, _)| self.add_gone(id, vertex));
        }
    }

    fn add_newer(&mut self, scope: ScopeId, vertex: Vertex) {
        let at = self.add(scope, self.newer.node(vertex));
        self.from_newer.insert(vertex, at);
    }

    /// Adds what the newer scope does not have.
    fn add_gone(&mut self, scope: ScopeId, vertex: Vertex) {
        if self.same.stayed(self.older, self.newer, vertex).is_none() {
            self.add_older(scope, vertex);
        }
    }

    fn add_older(&mut self, scope: ScopeId, vertex: Vertex) {
        let at = self.add(scope, self.older.node(vertex));
        self.from_older.insert(vertex, at);
    }

    fn add(&mut self, scope: ScopeId, node: Node<'m>) -> Vertex {
        Vertex(self.net.add_node(Stored {
            node,
            scope,
            edges: 0..0,
            inner: Vec::new(),
        }))
    }

    fn edges(&mut self, newer: Option<Scope<'a, 'm>>, older: Option<Scope<'a, 'm>>) {
        for vertex in newer.into_iter().flat_map(sources) {
            let at = self.from_newer[&vertex];
            let before = self.net.edge_count();
            for edge in self.newer.edges_from(vertex) {
                let number = self.connect(edge, at, self.from_newer[&edge.to]);
                self.newer_edges.insert(edge.number, number);
            }
            let partner = self.partners.get(&vertex).copied();
            let partner = partner
                .filter(|old| self.same.stayed(self.older, self.newer, *old) == Some(vertex));
            if let Some(partner) = partner {
                self.removed(partner, at);
            }
            self.net[at.0].edges = before..self.net.edge_count();
        }
        for vertex in older.into_iter().flat_map(sources) {
            if let Some(at) = self.from_older.get(&vertex).copied() {
                let before = self.net.edge_count();
                for edge in self.older.edges_from(vertex) {
                    self.connect_older(edge, at);
                }
                self.net[at.0].edges = before..self.net.edge_count();
            }
        }
    }

    /// The transitions that a state of both had in the older machine.
    fn removed(&mut self, partner: Vertex, at: Vertex) {
        for edge in self.older.edges_from(partner) {
            if self.same.removed.contains(&edge.number) {
                self.connect_older(edge, at);
            }
        }
    }

    fn connect_older(&mut self, edge: &Edge<'m>, from: Vertex) {
        // Transitions stay in their scope, and every vertex of it was added.
        let to = match self.same.stayed(self.older, self.newer, edge.to) {
            Some(now) => self.from_newer[&now],
            None => self.from_older[&edge.to],
        };
        let number = self.connect(edge, from, to);
        self.older_edges.insert(edge.number, number);
    }

    fn connect(&mut self, edge: &Edge<'m>, from: Vertex, to: Vertex) -> usize {
        let number = self.net.edge_count();
        let edge = Edge {
            number,
            from,
            to,
            ..*edge
        };
        self.net.add_edge(from.0, to.0, edge);
        number
    }

    /// The scopes inside the states of a scope. Of a state that moved, they are where it is now.
    fn inside(&self, newer: Option<Scope<'a, 'm>>, older: Option<Scope<'a, 'm>>) -> Vec<Part> {
        let mut parts = Vec::new();
        for (vertex, _) in newer.into_iter().flat_map(Scope::states) {
            let owner = Some(self.from_newer[&vertex]);
            let scopes = self.newer.scopes_in(vertex);
            let is_open = scopes.len() > 0;
            parts.extend(scopes.map(|scope| Part {
                owner,
                newer: Some(scope.id()),
                older: self.scopes_before.get(&scope.id()).copied(),
            }));
            // What is no container any more has no place for them.
            let before = self.partners.get(&vertex).filter(|_| is_open);
            if let Some(before) = before {
                parts.extend(self.only_older(owner, *before));
            }
        }
        for (vertex, _) in older.into_iter().flat_map(Scope::states) {
            let owner = self.from_older.get(&vertex).copied();
            if owner.is_some() && !self.same.vertices.contains_key(&vertex) {
                parts.extend(self.only_older(owner, vertex));
            }
        }
        parts
    }

    /// The scopes of an older state that the newer machine does not have.
    fn only_older(&self, owner: Option<Vertex>, vertex: Vertex) -> Vec<Part> {
        let scopes = self.older.scopes_in(vertex);
        let gone = scopes.filter(|scope| !self.same.scopes.contains_key(&scope.id()));
        gone.map(|scope| Part {
            owner,
            newer: None,
            older: Some(scope.id()),
        })
        .collect()
    }

    /// What can be reached and what ends are facts of each machine alone.
    fn marks(&self, holds: fn(&Graph<'m>, Vertex) -> bool) -> Marks {
        let mut marks = self.net.visit_map();
        for (graph, places) in [
            (self.newer, &self.from_newer),
            (self.older, &self.from_older),
        ] {
            for (vertex, at) in places.iter().filter(|(vertex, _)| holds(graph, **vertex)) {
                debug_assert!(vertex.number() < graph.net.node_count());
                marks.visit(at.0);
            }
        }
        marks
    }

    fn finish(mut self) -> Merged<'m> {
        self.place_elsewhere();
        let graph = Graph {
            reachable: self.marks(Graph::is_reachable),
            ending: self.marks(Graph::can_end),
            net: self.net,
            scopes: self.scopes,
            older: Older {
                vertices: self.from_older.values().copied().collect(),
                edges: self.older_edges.values().copied().collect(),
            },
        };
        Merged {
            graph,
            from_newer: self.from_newer,
            from_older: self.from_older,
            newer_edges: self.newer_edges,
            older_edges: self.older_edges,
        }
    }

    fn place_elsewhere(&mut self) {
        for (places, is_older) in [(&self.from_newer, false), (&self.from_older, true)] {
            for at in places.values() {
                let Node::Missing(Missing { name, elsewhere }) = self.net[at.0].node else {
                    continue;
                };
                let place = |vertex: &Vertex| {
                    if is_older {
                        let now = self.same.vertices.get(vertex);
                        let now = now.and_then(|now| self.from_newer.get(now));
                        now.or_else(|| self.from_older.get(vertex)).copied()
                    } else {
                        self.from_newer.get(vertex).copied()
                    }
                };
                let elsewhere = elsewhere.as_ref().and_then(place);
                self.net[at.0].node = Node::Missing(Missing { name, elsewhere });
            }
        }
    }
}

/// What transitions of a scope come from.
fn sources<'a>(scope: Scope<'a, '_>) -> impl Iterator<Item = Vertex> + use<'a> {
    let states: Vec<Vertex> = scope.states().map(|(vertex, _)| vertex).collect();
    std::iter::once(scope.start()).chain(states)
}
