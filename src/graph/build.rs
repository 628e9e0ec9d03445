//! From the model to the graph, scope by scope.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use petgraph::graph::NodeIndex;
use petgraph::visit::{Dfs, Reversed, Visitable};

use super::{Edge, EdgeKind, Graph, Marks, Missing, Net, Node, ScopeId, Stored, Stretch, Vertex};
use crate::language::states::Choice;
use crate::language::{Body, Catcher, Flow, State, StateMachine, Target};

pub(super) fn build(machine: &StateMachine) -> Graph<'_> {
    let mut builder = Builder::default();
    let mut pending = vec![(None, &machine.flow)];
    while let Some((owner, flow)) = pending.pop() {
        let first = builder.scope(owner, flow);
        for (index, state) in flow.states.iter().enumerate().rev() {
            let owner = Some(Vertex(NodeIndex::new(first + index)));
            pending.extend(state.flows().iter().rev().map(|flow| (owner, flow)));
        }
    }
    builder.find_elsewhere();
    Graph {
        reachable: builder.reachable(),
        ending: builder.ending(),
        net: builder.net,
        scopes: builder.scopes,
        older: super::merge::Older::default(),
    }
}

#[derive(Default)]
struct Builder<'m> {
    net: Net<'m>,
    scopes: Vec<Stretch<'m>>,
    has_missing: bool,
}

impl<'m> Builder<'m> {
    /// Adds a scope and gives the number of its first state.
    fn scope(&mut self, owner: Option<Vertex>, flow: &'m Flow) -> usize {
        let id = ScopeId(self.scopes.len());
        let start = self.node(id, Node::Start);
        for state in &flow.states {
            self.node(id, Node::State(state));
        }
        self.edges(id, start, flow);
        let depth = owner.map_or(0, |owner| {
            let owner = &mut self.net[owner.0];
            owner.inner.push(id);
            self.scopes[owner.scope.0].depth + 1
        });
        self.scopes.push(Stretch {
            flow,
            owner,
            depth,
            vertices: start.number()..self.net.node_count(),
        });
        start.number() + 1
    }

    fn node(&mut self, scope: ScopeId, node: Node<'m>) -> Vertex {
        Vertex(self.net.add_node(Stored {
            node,
            scope,
            edges: 0..0,
            inner: Vec::new(),
        }))
    }

    fn edges(&mut self, scope: ScopeId, start: Vertex, flow: &'m Flow) {
        let mut missing = HashMap::new();
        let first = start.number();
        // One list for all: most states have a single transition.
        let mut transitions = Vec::new();
        let states = flow.states.iter().map(Some);
        for (index, state) in std::iter::once(None).chain(states).enumerate() {
            if let Some(state) = state {
                add_transitions(state, &mut transitions);
            } else {
                let starts = flow.start_at.iter();
                transitions.extend(starts.map(|at| (EdgeKind::StartAt, at)));
            }
            let from = Vertex(NodeIndex::new(first + index));
            let before = self.net.edge_count();
            for (kind, target) in transitions.drain(..) {
                let to = match flow.index(&target.name) {
                    Some(state) => Vertex(NodeIndex::new(first + 1 + state)),
                    None => self.missing(scope, &mut missing, &target.name),
                };
                let edge = Edge {
                    number: self.net.edge_count(),
                    from,
                    to,
                    kind,
                    target,
                };
                self.net.add_edge(from.0, to.0, edge);
            }
            self.net[from.0].edges = before..self.net.edge_count();
        }
    }

    fn missing(
        &mut self,
        scope: ScopeId,
        known: &mut HashMap<&'m str, Vertex>,
        name: &'m Arc<str>,
    ) -> Vertex {
        self.has_missing = true;
        *known.entry(name).or_insert_with(|| {
            let elsewhere = None;
            self.node(scope, Node::Missing(Missing { name, elsewhere }))
        })
    }

    /// A missing name cannot be in its own scope, so that wherever it is found is another one.
    fn find_elsewhere(&mut self) {
        if !self.has_missing {
            return;
        }
        let mut first: HashMap<&str, Vertex> = HashMap::new();
        for index in self.net.node_indices() {
            if let Node::State(state) = self.net[index].node {
                first.entry(&state.name).or_insert(Vertex(index));
            }
        }
        for stored in self.net.node_weights_mut() {
            if let Node::Missing(missing) = &mut stored.node {
                missing.elsewhere = first.get(&**missing.name).copied();
            }
        }
    }

    /// Scopes are not connected, so that one walk from all starts is a walk of each scope.
    fn reachable(&self) -> Marks {
        let starts = self.all(|node| matches!(node, Node::Start));
        let mut walk = Dfs::from_parts(starts, self.net.visit_map());
        while walk.next(&self.net).is_some() {}
        walk.discovered
    }

    fn ending(&self) -> Marks {
        let ends = self.all(|node| matches!(node, Node::State(state) if state.is_terminal()));
        let mut walk = Dfs::from_parts(ends, self.net.visit_map());
        while walk.next(Reversed(&self.net)).is_some() {}
        walk.discovered
    }

    fn all(&self, holds: impl Fn(&Node<'m>) -> bool) -> Vec<NodeIndex> {
        let indices = self.net.node_indices();
        indices
            .filter(|index| holds(&self.net[*index].node))
            .collect()
    }
}

/// In the order of [`State::targets`].
fn add_transitions<'m>(state: &'m State, found: &mut Vec<(EdgeKind<'m>, &'m Target)>) {
    if let Body::Choice(choice) = &state.body {
        found.extend(choices(choice));
        found.extend(choice.default.iter().map(|to| (EdgeKind::Default, to)));
    }
    let next = state.transition.next.iter();
    found.extend(next.map(|to| (EdgeKind::Next, to)));
    let catchers = state.catch.iter().enumerate();
    found.extend(catchers.filter_map(caught));
}

fn choices(choice: &Choice) -> impl Iterator<Item = (EdgeKind<'_>, &Target)> {
    choice.rules.iter().enumerate().filter_map(|(index, rule)| {
        let to = rule.next.as_ref()?;
        Some((EdgeKind::Choice { index, rule }, to))
    })
}

fn caught((index, catcher): (usize, &Catcher)) -> Option<(EdgeKind<'_>, &Target)> {
    let to = catcher.next.as_ref()?;
    Some((EdgeKind::Catch { index, catcher }, to))
}
