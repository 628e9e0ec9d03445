//! What rules look at: the model, and what several rules would otherwise find out again.

use std::cell::Cell;
use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::{is_placeholder, similar};
use crate::language::{Body, Flow, State, StateKind, StateMachine, Target};
use crate::syntax::{Entry, Tree};

/// A definition, prepared for the rules.
pub struct Context<'a> {
    pub(super) tree: &'a Tree,
    /// The machine's scope first, then the others in order of the text.
    pub(super) scopes: Vec<Scope<'a>>,
    /// All states of a name, in order of their scopes.
    pub(super) names: HashMap<&'a str, Vec<Namesake<'a>>, FixedState>,
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
    State(usize),
    Lost(Instead<'a>),
    /// Only a deployment will tell.
    Unknown,
}

struct Resolver<'a, 'n> {
    tree: &'a Tree,
    names: &'n HashMap<&'a str, Vec<Namesake<'a>>, FixedState>,
    /// How many more names may be compared: a definition in which every transition is wrong
    /// must not cost the square of its size.
    comparisons: Cell<usize>,
}

const MOST_COMPARISONS: usize = 200_000;

impl<'a> Context<'a> {
    pub(super) fn new(tree: &'a Tree, machine: &'a StateMachine) -> Self {
        let flows = machine.flows();
        let mut names: HashMap<&str, Vec<Namesake<'_>>, FixedState> = HashMap::default();
        for (scope, flow) in flows.iter().enumerate() {
            for state in &flow.states {
                let namesake = Namesake { state, scope };
                names.entry(&state.name).or_default().push(namesake);
            }
        }
        let resolver = Resolver {
            tree,
            names: &names,
            comparisons: Cell::new(MOST_COMPARISONS),
        };
        let scopes = flows
            .into_iter()
            .enumerate()
            .map(|(at, flow)| resolver.scope(flow, at == 0))
            .collect();
        Self {
            tree,
            scopes,
            names,
        }
    }
}

impl<'a> Resolver<'a, '_> {
    fn scope(&self, flow: &'a Flow, is_outermost: bool) -> Scope<'a> {
        let mut scope = Scope {
            flow,
            is_outermost,
            lost: Vec::new(),
            reachable: None,
        };
        // Without states every transition would be lost, and `States` itself is to blame.
        if flow.states.is_empty() {
            return scope;
        }
        let mut is_certain = !flow
            .states
            .iter()
            .any(|state| self.has_unread_target(state));
        let mut follow = |target: &'a Target| match self.lead(flow, target) {
            Lead::State(index) => Some(index),
            Lead::Unknown => {
                is_certain = false;
                None
            }
            Lead::Lost(instead) => {
                scope.lost.push(Lost { target, instead });
                // A misspelt name is one mistake: what it means to reach counts as reached.
                match instead {
                    Instead::Similar(state) => flow.index(&state.name),
                    Instead::Elsewhere(_) | Instead::Nothing => None,
                }
            }
        };
        let start = flow.start_at.as_ref().and_then(&mut follow);
        let mut next: Vec<Vec<usize>> = Vec::with_capacity(flow.states.len());
        for (at, state) in flow.states.iter().enumerate() {
            let mut leads: Vec<usize> = state
                .targets()
                .into_iter()
                .filter_map(&mut follow)
                .collect();
            // A forgotten `Next` is one mistake as well: it most likely means the state below.
            if ends_nowhere(self.tree, state) && at + 1 < flow.states.len() {
                leads.push(at + 1);
            }
            next.push(leads);
        }
        scope.reachable = start
            .filter(|_| is_certain)
            .map(|start| reachable(start, &next));
        scope
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
        if let Some(index) = flow.index(&target.name) {
            return Lead::State(index);
        }
        if is_placeholder(&target.name) {
            return Lead::Unknown;
        }
        if let Some(namesake) = self.names.get(&*target.name).and_then(|all| all.first()) {
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
        key => similar::nearest(key, ["Next", "End"]).is_some(),
    };
    tree.node(state.node).entries().iter().any(is_like)
}

fn reachable(start: usize, next: &[Vec<usize>]) -> Vec<bool> {
    let mut reached = vec![false; next.len()];
    let mut pending = vec![start];
    while let Some(index) = pending.pop() {
        if !std::mem::replace(&mut reached[index], true) {
            pending.extend(&next[index]);
        }
    }
    reached
}
