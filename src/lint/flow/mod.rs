//! What states get and give, as far as that can be told without running them.
//!
//! An execution's input is unknown, and so is what a Task answers. From there each state is
//! followed: `Result`, `Parameters`, `Output` and their like make things known again, and
//! `ResultPath` keeps what was. A state that is come to in several ways gets what all of them
//! agree on. Nothing is told of states that no walk comes to.

mod context_object;
mod shape;
mod stages;

use std::collections::{HashMap, VecDeque};

use foldhash::fast::FixedState;

use crate::graph::{EdgeKind, Graph, Scope, Vertex};
use crate::language::{Body, State};
use crate::syntax::Tree;

use super::expressions::Expression;

pub(super) use context_object::CONTEXT_OBJECT;
pub(super) use shape::{Arrays, Found, Shape};
use stages::Read;
pub(super) use stages::{ERROR_OUTPUT, Stages, find};

/// How often what a state gets may change before it counts as unknown.
const MOST_CHANGES: u8 = 4;

/// How often what a state gets has changed.
type Changes = HashMap<Vertex, u8, FixedState>;

/// What is known of each state's data.
pub(super) struct DataFlow {
    /// By the number of the state's vertex; `None` for states that no walk comes to.
    states: Vec<Option<Stages>>,
}

impl DataFlow {
    pub(super) fn of(tree: &Tree, graph: &Graph<'_>, expressions: &[Expression<'_>]) -> Self {
        let read = Read::of(tree, expressions);
        let count = graph
            .scopes()
            .flat_map(Scope::states)
            .map(|(vertex, _)| vertex.number());
        let count = count.max().map_or(0, |last| last + 1);
        let mut flow = Self {
            states: (0..count).map(|_| None).collect(),
        };
        // Outer scopes come before the ones inside them.
        for scope in graph.scopes() {
            let input = flow.input_of(scope, graph);
            if let Some(input) = input {
                flow.scope(&read, graph, scope, input);
            }
        }
        flow
    }

    /// What is known of a state's data.
    pub(super) fn stages(&self, vertex: Vertex) -> Option<&Stages> {
        self.states.get(vertex.number())?.as_ref()
    }

    /// What a scope begins with; `None` when no walk comes to it.
    fn input_of(&self, scope: Scope<'_, '_>, graph: &Graph<'_>) -> Option<Shape> {
        let Some(owner) = scope.owner() else {
            return Some(Shape::Unknown);
        };
        let stages = self.stages(owner)?;
        Some(match graph.state(owner).map(|state| &state.body) {
            Some(Body::Parallel(_)) => stages.sent.clone(),
            Some(Body::Map(map)) if map.item_batcher.is_none() => stages.sent.clone(),
            _ => Shape::Unknown,
        })
    }

    fn scope(&mut self, read: &Read<'_>, graph: &Graph<'_>, scope: Scope<'_, '_>, input: Shape) {
        let mut changes = Changes::default();
        let mut pending: VecDeque<(Vertex, Shape)> =
            scope.entry().map(|to| (to, input)).into_iter().collect();
        while let Some((vertex, shape)) = pending.pop_front() {
            let Some(state) = graph.state(vertex) else {
                continue;
            };
            let Some(input) = self.merged(vertex, shape, &mut changes) else {
                continue;
            };
            let stages = Stages::of(read, state, input);
            pending.extend(leaving(read, graph, vertex, state, &stages));
            self.states[vertex.number()] = Some(stages);
        }
    }

    /// What a state gets when one more way to it is known; `None` when that changes nothing.
    fn merged(&self, vertex: Vertex, shape: Shape, changes: &mut Changes) -> Option<Shape> {
        let Some(before) = self.stages(vertex) else {
            return Some(shape);
        };
        let merged = before.input.or(&shape);
        if merged == before.input {
            return None;
        }
        let count = changes.entry(vertex).or_default();
        *count = count.saturating_add(1);
        Some(if *count > MOST_CHANGES {
            Shape::Unknown
        } else {
            merged
        })
    }
}

/// Where a state leads, with what goes there.
fn leaving(
    read: &Read<'_>,
    graph: &Graph<'_>,
    vertex: Vertex,
    state: &State,
    stages: &Stages,
) -> impl Iterator<Item = (Vertex, Shape)> {
    let goes = move |edge: &crate::graph::Edge<'_>| match edge.kind {
        EdgeKind::Catch { catcher, .. } => (edge.to, stages.caught(read, state, catcher)),
        EdgeKind::Choice { rule, .. } => (edge.to, stages.chosen(state, rule)),
        EdgeKind::StartAt | EdgeKind::Default | EdgeKind::Next => (edge.to, stages.output.clone()),
    };
    graph.edges_from(vertex).map(goes)
}
