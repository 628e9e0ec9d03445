//! What rules look at: the model, and what several rules would otherwise find out again.

use std::cell::Cell;
use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::expressions::{self, Expression};
use super::flow::DataFlow;
use super::handlers::{self, Handlers};
use super::tasks::{self, Integration, TaskState};
use super::variables::Variables;
use super::{Definition, Options, is_placeholder, similar};
use crate::graph::{self, Graph, Vertex};
use crate::language::{Body, Flow, State, StateKind, StateMachine, StateMachineType, Target};
use crate::syntax::{Entry, Node, Source, Tree};

/// A definition, prepared for the rules.
pub struct Context<'a> {
    pub(super) source: &'a Source,
    pub(super) tree: &'a Tree,
    pub(super) machine: &'a StateMachine,
    /// The type of state machine it is for, when that is known.
    pub(super) machine_type: Option<StateMachineType>,
    /// The machine's scope first, then the others in order of the text.
    pub(super) scopes: Vec<Scope<'a>>,
    /// Every expression, read.
    pub(super) expressions: Vec<Expression<'a>>,
    /// Every payload template.
    pub(super) templates: Vec<Node<'a>>,
    /// What the states retry and catch.
    pub(super) handlers: Vec<Handlers<'a>>,
    /// Every Task state that calls a service.
    pub(super) calls: Vec<(TaskState<'a>, Integration<'a>)>,
    /// Who assigns variables, and who reads them.
    pub(super) variables: Variables<'a>,
    /// The states and transitions.
    pub(super) graph: Graph<'a>,
    /// What is known of the data of each state.
    pub(super) data_flow: DataFlow,
    /// The first state of each name, in order of the scopes.
    pub(super) names: HashMap<&'a str, Namesake<'a>, FixedState>,
}

/// A `States` object, and where its transitions lead.
pub(super) struct Scope<'a> {
    pub(super) flow: &'a Flow,
    /// Whether this is the scope of the whole machine.
    pub(super) is_outermost: bool,
    /// The transitions that lead to no state of the scope.
    pub(super) lost: Vec<Lost<'a>>,
    /// Which states the walk from `StartAt` comes to; `None` when that cannot be told.
    pub(super) reachable: Option<Vec<bool>>,
}

/// A transition that leads to no state of its scope.
pub(super) struct Lost<'a> {
    pub(super) target: &'a Target,
    pub(super) instead: Instead<'a>,
}

/// What stands where a lost transition may have been meant to lead.
#[derive(Clone, Copy)]
pub(super) enum Instead<'a> {
    /// A state of this name in another scope.
    Elsewhere(&'a State),
    /// A state of a similar name in the same scope.
    Similar(&'a State),
    Nothing,
}

/// One of the states of a name.
#[derive(Clone, Copy)]
pub(super) struct Namesake<'a> {
    pub(super) state: &'a State,
    /// The scope's place in [`Context::scopes`].
    pub(super) scope: usize,
}

/// Where one transition leads.
enum Lead<'a> {
    State,
    Lost(Instead<'a>),
    /// Only a deployment will tell.
    Unknown,
}

struct Resolver<'a, 'n> {
    tree: &'a Tree,
    names: &'n HashMap<&'a str, Namesake<'a>, FixedState>,
    /// How many more names may be compared: a definition in which every transition is wrong
    /// must not cost the square of its size.
    comparisons: Cell<usize>,
}

const MOST_COMPARISONS: usize = 200_000;

impl<'a> Context<'a> {
    pub(super) fn new(definition: Definition<'a>, options: &Options) -> Self {
        let Definition {
            source,
            tree,
            machine,
        } = definition;
        let flows = machine.flows();
        let count = flows.iter().map(|flow| flow.states.len()).sum();
        let mut names: HashMap<&str, Namesake<'_>, FixedState> =
            HashMap::with_capacity_and_hasher(count, FixedState::default());
        for (scope, flow) in flows.iter().enumerate() {
            for state in &flow.states {
                let namesake = Namesake { state, scope };
                names.entry(&state.name).or_insert(namesake);
            }
        }
        let resolver = Resolver {
            tree,
            names: &names,
            comparisons: Cell::new(MOST_COMPARISONS),
        };
        let graph = Graph::new(machine);
        let mut meant = Vec::new();
        let mut scopes: Vec<Scope<'_>> = graph
            .scopes()
            .map(|scope| resolver.scope(scope, &mut meant))
            .collect();
        let reach = graph.reachable_with(&meant);
        for (scope, found) in scopes.iter_mut().zip(graph.scopes()) {
            if let Some(reachable) = &mut scope.reachable {
                reachable.extend(found.states().map(|(vertex, _)| reach.contains(vertex)));
            }
        }
        let (expressions, templates) = expressions::read(tree, &graph);
        let variables = Variables::of(source, tree, machine, &graph, &expressions);
        Self {
            source,
            tree,
            machine,
            machine_type: options.machine_type,
            handlers: handlers::of_all(scopes.iter().flat_map(|scope| &scope.flow.states)),
            calls: tasks::calls(&scopes),
            scopes,
            data_flow: DataFlow::of(tree, &graph, &expressions),
            graph,
            expressions,
            templates,
            variables,
            names,
        }
    }
}

impl<'a> Resolver<'a, '_> {
    /// A scope with what it lost. `meant` gets the transitions as they most likely are meant;
    /// `reachable` is still empty where it can be told.
    fn scope(&self, scope: graph::Scope<'_, 'a>, meant: &mut Vec<(Vertex, Vertex)>) -> Scope<'a> {
        let flow = scope.flow();
        let mut found = Scope {
            flow,
            is_outermost: scope.owner().is_none(),
            lost: Vec::new(),
            reachable: None,
        };
        // Without states every transition would be lost, and `States` itself is to blame.
        if flow.states.is_empty() {
            return found;
        }
        let unread = |state| self.has_unread_target(state);
        let mut is_certain = !flow.states.iter().any(unread);
        let has_later_states = flow.states.iter().any(|state| is_placeholder(&state.name));
        let mut starts = false;
        for edge in scope.edges() {
            let lead = self.lead(flow, edge.target);
            if edge.from == scope.start() {
                starts = matches!(lead, Lead::State | Lead::Lost(Instead::Similar(_)));
            }
            match lead {
                Lead::State => {}
                Lead::Unknown => is_certain = false,
                Lead::Lost(_) if has_later_states => is_certain = false,
                Lead::Lost(instead) => {
                    let target = edge.target;
                    found.lost.push(Lost { target, instead });
                    // A misspelt name is one mistake: what it means to reach counts as reached.
                    if let Instead::Similar(state) = instead {
                        meant.extend(scope.vertex(&state.name).map(|to| (edge.from, to)));
                    }
                }
            }
        }
        let states: Vec<(Vertex, &State)> = scope.states().collect();
        for pair in states.windows(2) {
            // A forgotten `Next` is one mistake as well: it most likely means the state below.
            if ends_nowhere(self.tree, pair[0].1) {
                meant.push((pair[0].0, pair[1].0));
            }
        }
        found.reachable = (starts && is_certain).then(Vec::new);
        found
    }

    /// Whether a transition may be there that could not be read as one.
    fn has_unread_target(&self, state: &State) -> bool {
        let has = |node, field| self.tree.node(node).entry(field).is_some();
        let rules = match &state.body {
            Body::Unknown => return true,
            Body::Choice(choice) => {
                if choice.default.is_none() && has(state.node, "Default") {
                    return true;
                }
                &choice.rules[..]
            }
            _ => &[],
        };
        rules
            .iter()
            .any(|rule| rule.next.is_none() && has(rule.node, "Next"))
            || state
                .catch
                .iter()
                .any(|c| c.next.is_none() && has(c.node, "Next"))
            || (state.transition.next.is_none() && has_transition_like(self.tree, state))
    }

    fn lead(&self, flow: &'a Flow, target: &'a Target) -> Lead<'a> {
        if flow.index(&target.name).is_some() {
            return Lead::State;
        }
        if is_placeholder(&target.name) {
            return Lead::Unknown;
        }
        if let Some(namesake) = self.names.get(&*target.name) {
            return Lead::Lost(Instead::Elsewhere(namesake.state));
        }
        let similar = self.similar(flow, &target.name);
        Lead::Lost(similar.map_or(Instead::Nothing, Instead::Similar))
    }

    fn similar(&self, flow: &'a Flow, name: &str) -> Option<&'a State> {
        let left = self.comparisons.get().checked_sub(flow.states.len())?;
        self.comparisons.set(left);
        let names = flow.states.iter().map(|state| &*state.name);
        flow.state(similar::nearest(name, names)?)
    }
}

/// Whether a state that needs `Next` or `End` has neither, and nothing that looks like them.
pub(super) fn ends_nowhere(tree: &Tree, state: &State) -> bool {
    state.kind().is_some_and(StateKind::has_transition)
        && state.transition.next.is_none()
        && !state.transition.ends()
        && !has_transition_like(tree, state)
}

/// Whether a field is meant as `Next` or `End` but cannot be read as one: it is misspelt, or of
/// the wrong type. Other rules say so.
fn has_transition_like(tree: &Tree, state: &State) -> bool {
    let is_like = |entry: &Entry| match &*entry.key {
        "Next" => state.transition.next.is_none(),
        "End" => state.transition.end.is_none(),
        key => is_placeholder(key) || similar::nearest(key, ["Next", "End"]).is_some(),
    };
    tree.node(state.node).entries().iter().any(is_like)
}
