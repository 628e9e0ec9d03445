//! One scope of the graph and the questions about it.

use petgraph::graph::NodeIndex;

use super::{Edge, Graph, Missing, Node, Vertex};
use crate::language::{Flow, State};

/// A scope's place in [`Graph::scopes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub(super) usize);

/// A scope of states: the machine's, a branch's, an item processor's.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'g, 'm> {
    graph: &'g Graph<'m>,
    id: ScopeId,
}

impl<'g, 'm> Scope<'g, 'm> {
    pub(super) fn new(graph: &'g Graph<'m>, id: ScopeId) -> Self {
        Self { graph, id }
    }

    /// The scope's place in [`Graph::scopes`].
    #[must_use]
    pub fn id(self) -> ScopeId {
        self.id
    }

    /// The scope in the definition.
    #[must_use]
    pub fn flow(self) -> &'m Flow {
        self.graph.scopes[self.id.0].flow
    }

    /// The Parallel or Map that the scope is inside of; none for the machine's own.
    #[must_use]
    pub fn owner(self) -> Option<Vertex> {
        self.graph.scopes[self.id.0].owner
    }

    /// How many states the scope is inside of: 0 for the machine's own.
    #[must_use]
    pub fn depth(self) -> usize {
        self.graph.scopes[self.id.0].depth
    }

    /// Where the scope begins: the source of its `StartAt` edge.
    #[must_use]
    pub fn start(self) -> Vertex {
        let first = self.graph.scopes[self.id.0].vertices.start;
        Vertex(NodeIndex::new(first))
    }

    /// Where `StartAt` leads, when it is given: a state, or one that is missing.
    #[must_use]
    pub fn entry(self) -> Option<Vertex> {
        let edge = self.graph.edges_from(self.start()).next()?;
        Some(edge.to)
    }

    /// Where `StartAt` leads, and where it led in an older machine ([`super::Merged`]).
    pub fn entries(self) -> impl Iterator<Item = Vertex> + use<'g, 'm> {
        self.graph.edges_from(self.start()).map(|edge| edge.to)
    }

    /// The state of this name: the last one, when several have it.
    #[must_use]
    pub fn vertex(self, name: &str) -> Option<Vertex> {
        let index = self.flow().index(name)?;
        Some(Vertex(NodeIndex::new(self.start().number() + 1 + index)))
    }

    /// The states, in order of the text.
    pub fn states(self) -> impl Iterator<Item = (Vertex, &'m State)> + use<'g, 'm> {
        self.vertices()
            .filter_map(move |vertex| Some((vertex, self.graph.state(vertex)?)))
    }

    /// The targets that the scope does not have, once each.
    pub fn missing(self) -> impl Iterator<Item = (Vertex, Missing<'m>)> + use<'g, 'm> {
        self.vertices()
            .filter_map(move |vertex| match self.graph.node(vertex) {
                Node::Missing(missing) => Some((vertex, missing)),
                Node::Start | Node::State(_) => None,
            })
    }

    /// Every transition: `StartAt`, then the states' in order of the text.
    pub fn edges(self) -> impl Iterator<Item = &'g Edge<'m>> + use<'g, 'm> {
        self.vertices()
            .flat_map(move |vertex| self.graph.edges_from(vertex))
    }

    /// The states that `StartAt` leads to.
    pub fn reachable(self) -> impl Iterator<Item = Vertex> + use<'g, 'm> {
        self.that(|graph, vertex, _| graph.is_reachable(vertex))
    }

    /// The states that `StartAt` does not lead to.
    pub fn unreachable(self) -> impl Iterator<Item = Vertex> + use<'g, 'm> {
        self.that(|graph, vertex, _| !graph.is_reachable(vertex))
    }

    /// The states where the scope can end: `End`, Succeed, Fail.
    pub fn terminals(self) -> impl Iterator<Item = Vertex> + use<'g, 'm> {
        self.that(|_, _, state| state.is_terminal())
    }

    /// The states that lead to no terminal state, reachable or not: whoever enters goes round
    /// in circles or breaks off.
    pub fn trapped(self) -> impl Iterator<Item = Vertex> + use<'g, 'm> {
        self.that(|graph, vertex, _| !graph.can_end(vertex))
    }

    /// The transitions that name a state of another scope, and that state.
    pub fn leaving(self) -> impl Iterator<Item = (&'g Edge<'m>, Vertex)> + use<'g, 'm> {
        self.edges()
            .filter_map(move |edge| match self.graph.node(edge.to) {
                Node::Missing(missing) => Some((edge, missing.elsewhere?)),
                Node::Start | Node::State(_) => None,
            })
    }

    fn vertices(self) -> impl Iterator<Item = Vertex> + use<> {
        let vertices = self.graph.scopes[self.id.0].vertices.clone();
        vertices.map(|index| Vertex(NodeIndex::new(index)))
    }

    fn that(
        self,
        holds: fn(&Graph<'m>, Vertex, &State) -> bool,
    ) -> impl Iterator<Item = Vertex> + use<'g, 'm> {
        self.states()
            .filter(move |(vertex, state)| holds(self.graph, *vertex, state))
            .map(|(vertex, _)| vertex)
    }
}
