//! Ways through the scopes of a machine: the cheapest one to a goal and on to an end.

use std::collections::HashMap;
use std::sync::Arc;

use crate::language::{Body, Flow, State, StateMachine, Target};
use crate::suite::Part;
use crate::syntax::NodeId;

/// What an error costs compared to a step: ways without are preferred.
const ERROR: usize = 1_000;
/// An end that is a failure.
const FAILURE: usize = 100_000;

/// A part of a state that is to be gone through.
#[derive(Clone, Copy)]
pub(super) struct Goal<'m> {
    pub(super) flow: &'m Flow,
    pub(super) state: &'m State,
    pub(super) part: Part,
}

impl Goal<'_> {
    pub(super) fn key(&self) -> (Arc<str>, Part) {
        (Arc::clone(&self.state.name), self.part)
    }

    fn exit(&self) -> Exit {
        match self.part {
            Part::Entered | Part::Retrier(_) => Exit::Next,
            Part::Rule(rule) => Exit::Rule(rule),
            Part::Default => Exit::Default,
            Part::Catcher(catcher) => Exit::Catch(catcher),
        }
    }
}

/// How a state is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// By `Next`, or to the end.
    Next,
    Rule(usize),
    Default,
    Catch(usize),
}

impl Exit {
    fn cost(self) -> usize {
        match self {
            Self::Next | Self::Rule(_) | Self::Default => 1,
            Self::Catch(_) => ERROR,
        }
    }
}

/// A state of a way, and how it is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Its place in its scope.
    pub(super) state: usize,
    pub(super) exit: Exit,
    /// The retrier that is to try it again.
    pub(super) retrier: Option<usize>,
}

/// Every scope of a machine with the cheapest ways out of its states.
pub(super) struct Ways<'m> {
    machine: &'m StateMachine,
    scopes: HashMap<NodeId, Scope<'m>>,
    /// The scope and the state that a scope is inside of.
    around: HashMap<NodeId, (&'m Flow, &'m State)>,
    happy: Routes,
}

/// The ways through all scopes that one execution takes.
#[derive(Clone)]
pub(super) struct Routes(HashMap<NodeId, Vec<Step>>);

impl<'m> Ways<'m> {
    pub(super) fn of(machine: &'m StateMachine) -> Self {
        let mut ways = Self {
            machine,
            scopes: HashMap::new(),
            around: HashMap::new(),
            happy: Routes(HashMap::new()),
        };
        for flow in machine.flows() {
            let scope = Scope::new(flow);
            let way = scope.through(None).unwrap_or_default();
            ways.happy.0.insert(flow.node, way);
            ways.scopes.insert(flow.node, scope);
            for state in &flow.states {
                let inner = state.flows().iter();
                ways.around
                    .extend(inner.map(|inner| (inner.node, (flow, state))));
            }
        }
        ways
    }

    /// Ways that go through a goal, if there is one.
    pub(super) fn to(&self, goal: Option<&Goal<'m>>) -> Option<Routes> {
        let mut routes = self.happy.clone();
        let mut through = goal.map(|goal| (goal.flow, goal.state, goal.exit()));
        while let Some((flow, state, exit)) = through {
            let at = flow.index(&state.name)?;
            let way = self.scopes[&flow.node].through(Some((at, exit)))?;
            routes.0.insert(flow.node, way);
            // The states around it must be come to as well.
            let around = self.around.get(&flow.node);
            through = around.map(|(flow, state)| (*flow, *state, Exit::Next));
        }
        if let Some(goal) = goal
            && let Part::Retrier(retrier) = goal.part
        {
            let at = goal.flow.index(&goal.state.name)?;
            let way = routes.0.get_mut(&goal.flow.node)?;
            way.iter_mut().find(|step| step.state == at)?.retrier = Some(retrier);
        }
        let is_through = !routes.of(&self.machine.flow).is_empty();
        is_through.then_some(routes)
    }
}

impl Routes {
    pub(super) fn of(&self, flow: &Flow) -> &[Step] {
        self.0.get(&flow.node).map_or(&[], Vec::as_slice)
    }

    /// Whether the machine ends well, and not in a Fail state.
    pub(super) fn ends_well(&self, machine: &StateMachine) -> bool {
        let last = self.of(&machine.flow).last();
        let last = last.map(|step| &machine.flow.states[step.state].body);
        !matches!(last, Some(Body::Fail(_)))
    }

    /// What is gone through.
    pub(super) fn parts(&self, machine: &StateMachine) -> Vec<(Arc<str>, Part)> {
        let mut parts = Vec::new();
        let mut pending = vec![&machine.flow];
        while let Some(flow) = pending.pop() {
            for step in self.of(flow) {
                let state = &flow.states[step.state];
                let part = match step.exit {
                    Exit::Next => Part::Entered,
                    Exit::Rule(rule) => Part::Rule(rule),
                    Exit::Default => Part::Default,
                    Exit::Catch(catcher) => Part::Catcher(catcher),
                };
                parts.push((Arc::clone(&state.name), part));
                if step.exit == Exit::Next {
                    pending.extend(state.flows());
                }
            }
        }
        parts
    }
}

/// A scope whose ways are looked for.
struct Scope<'m> {
    flow: &'m Flow,
    /// For each state the way on: how it is left, to which state, at which cost to the end.
    ways: Vec<Option<Way>>,
}

#[derive(Clone, Copy)]
struct Way {
    exit: Exit,
    next: Option<usize>,
    cost: usize,
}

impl<'m> Scope<'m> {
    fn new(flow: &'m Flow) -> Self {
        let mut scope = Self {
            flow,
            ways: vec![None; flow.states.len()],
        };
        // Costs become smaller until nothing does. Definitions run downwards or upwards; rarely
        // both, so that a few rounds do.
        let count = flow.states.len();
        let mut goes_on = true;
        while goes_on {
            goes_on = false;
            for at in (0..count).rev().chain(0..count) {
                goes_on |= scope.improve(at);
            }
        }
        scope
    }

    fn improve(&mut self, at: usize) -> bool {
        let mut best = self.ways[at];
        for (exit, next) in self.exits(at) {
            let found = self.way(at, exit, next);
            if let Some(way) = found
                && best.is_none_or(|best| way.cost < best.cost)
            {
                best = Some(way);
            }
        }
        let is_better = match (self.ways[at], best) {
            (Some(old), Some(new)) => new.cost < old.cost,
            (None, Some(_)) => true,
            _ => false,
        };
        self.ways[at] = best;
        is_better
    }

    /// A way out of a state, when it leads to an end.
    fn way(&self, at: usize, exit: Exit, next: Option<usize>) -> Option<Way> {
        let rest = match next {
            Some(next) => self.ways[next]?.cost,
            None if matches!(self.flow.states[at].body, Body::Fail(_)) => FAILURE,
            None => 0,
        };
        Some(Way {
            exit,
            next,
            cost: exit.cost() + rest,
        })
    }

    /// How a state can be left, and to which state; none is the end.
    fn exits(&self, at: usize) -> Vec<(Exit, Option<usize>)> {
        let state = &self.flow.states[at];
        let to = |target: Option<&Target>| target.and_then(|target| self.flow.index(&target.name));
        let mut exits = Vec::new();
        if state.is_terminal() {
            exits.push((Exit::Next, None));
        } else if let Some(next) = to(state.transition.next.as_ref()) {
            exits.push((Exit::Next, Some(next)));
        }
        if let Body::Choice(choice) = &state.body {
            for (rule, it) in choice.rules.iter().enumerate() {
                exits.extend(to(it.next.as_ref()).map(|next| (Exit::Rule(rule), Some(next))));
            }
            let default = to(choice.default.as_ref());
            exits.extend(default.map(|next| (Exit::Default, Some(next))));
        }
        for (catcher, it) in state.catch.iter().enumerate() {
            let next = to(it.next.as_ref());
            exits.extend(next.map(|next| (Exit::Catch(catcher), Some(next))));
        }
        exits
    }

    /// The way from the start to the end, through a state that is left in one way.
    fn through(&self, goal: Option<(usize, Exit)>) -> Option<Vec<Step>> {
        let start = self.flow.start_at.as_ref()?;
        let start = self.flow.index(&start.name)?;
        let mut steps = Vec::new();
        let mut at = Some(start);
        if let Some((goal, exit)) = goal {
            steps = self.between(start, goal)?;
            let exits = self.exits(goal);
            let (_, next) = exits.into_iter().find(|(it, _)| *it == exit)?;
            steps.push(step(goal, exit));
            at = next;
        }
        while let Some(state) = at {
            let way = self.ways[state]?;
            steps.push(step(state, way.exit));
            at = way.next;
        }
        Some(steps)
    }

    /// The cheapest way to a state, without it.
    fn between(&self, start: usize, goal: usize) -> Option<Vec<Step>> {
        let mut reached: Vec<Option<Reached>> = vec![None; self.flow.states.len()];
        reached[start] = Some((0, None));
        let mut pending = std::collections::BTreeSet::from([(0, start)]);
        while let Some((cost, at)) = pending.pop_first() {
            if at == goal {
                break;
            }
            for (exit, next) in self.exits(at) {
                let Some(next) = next else { continue };
                let cost = cost + exit.cost();
                if reached[next].is_none_or(|(known, _)| cost < known) {
                    reached[next] = Some((cost, Some((at, exit))));
                    pending.insert((cost, next));
                }
            }
        }
        let mut steps = Vec::new();
        let mut at = goal;
        while let Some((before, exit)) = reached[at]?.1 {
            steps.push(step(before, exit));
            at = before;
        }
        steps.reverse();
        Some(steps)
    }
}

/// What a state costs to come to, and from where it is come to.
type Reached = (usize, Option<(usize, Exit)>);

fn step(state: usize, exit: Exit) -> Step {
    Step {
        state,
        exit,
        retrier: None,
    }
}
