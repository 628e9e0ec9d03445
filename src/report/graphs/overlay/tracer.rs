//! Follows an execution, event by event, through the graph of its definition.
//!
//! What is counted: every visit of a state by how it ended, every transition by the field that
//! makes it, every end of a scope. A catcher is found as the engine finds it, by the error; of
//! several Choice rules that lead to one state a history does not tell which it was, so that all
//! of them were taken. Children of distributed Maps have histories of their own.

use std::sync::Arc;

use super::names::{NameId, Names};
use super::tally::{Outcome, Trace};
use super::visits::{Entry, Failure, Fork, ItemEnd, Visit, VisitId, Visits};
use crate::data::{EventId, Timestamp};
use crate::graph::{Edge, EdgeKind, Graph, Vertex};
use crate::history::outline::{StateType, Status};
use crate::history::{Details, HistoryEvent, HistoryEventType};
use crate::language::{Body, Catcher, State};

/// Follows one execution.
#[derive(Clone, Debug)]
pub struct Tracer<'g, 'm> {
    graph: &'g Graph<'m>,
    names: Names,
    visits: Visits,
    trace: Trace,
    /// The visit that the machine's own scope is at.
    root: Option<VisitId>,
    status: Status,
    /// Where the execution failed: a redrive goes on there.
    failing: Option<VisitId>,
    last: Timestamp,
}

impl<'g, 'm> Tracer<'g, 'm> {
    /// Before the first event.
    #[must_use]
    pub fn new(graph: &'g Graph<'m>) -> Self {
        Self {
            graph,
            names: Names::of(graph),
            visits: Visits::default(),
            trace: Trace::default(),
            root: None,
            status: Status::Running,
            failing: None,
            last: Timestamp::default(),
        }
    }

    /// Takes the next event.
    pub fn event(&mut self, event: &HistoryEvent<'_>) {
        use HistoryEventType as Type;
        self.last = self.last.max(event.timestamp);
        match (event.kind, &event.details) {
            (kind, Details::StateEntered { name, .. }) => {
                if let Some(kind) = StateType::entered_by(kind) {
                    self.entered(event, kind, name);
                }
            }
            (_, Details::StateExited { name, .. }) => self.exited(event, name),
            (Type::ActivityScheduled | Type::LambdaFunctionScheduled | Type::TaskScheduled, _) => {
                self.scheduled(event);
            }
            (Type::EvaluationFailed, Details::Evaluation { state, .. }) => {
                let name = self.names.number(state);
                let visit = self.visits.named(event.previous, name);
                self.failed(visit, event, false);
            }
            (Type::ActivityTimedOut | Type::LambdaFunctionTimedOut | Type::TaskTimedOut, _) => {
                self.failed(self.working(event.previous), event, true);
            }
            (Type::MapStateStarted, _) => self.fork_started(event, StateType::Map),
            (Type::ParallelStateStarted, _) => self.fork_started(event, StateType::Parallel),
            (Type::MapStateFailed, _) => self.fork_failed(event, StateType::Map),
            (Type::ParallelStateFailed, _) => self.fork_failed(event, StateType::Parallel),
            (Type::MapRunStarted, _) => self.map_run_started(event),
            (_, Details::MapIteration { name, index }) => {
                self.iteration(event, name.as_deref(), *index);
            }
            (Type::ExecutionFailed, _) => self.execution_failed(event),
            (Type::ExecutionSucceeded, _) => self.status = Status::Succeeded,
            (Type::ExecutionTimedOut, _) => self.status = Status::TimedOut,
            (Type::ExecutionAborted, _) => self.status = Status::Aborted,
            (Type::ExecutionRedriven, _) => self.redriven(event),
            // Nothing follows these.
            (
                Type::ExecutionStarted
                | Type::MapStateAborted
                | Type::MapStateSucceeded
                | Type::ParallelStateAborted
                | Type::ParallelStateSucceeded
                | Type::TaskStateAborted
                | Type::WaitStateAborted,
                _,
            ) => {}
            (_, Details::Failure { .. } | Details::TaskFailure { .. }) => {
                self.failed(self.working(event.previous), event, false);
            }
            _ => self.follow(event),
        }
    }

    /// What was counted. States that are still open ended with the execution, or go on.
    #[must_use]
    pub fn finish(mut self) -> Trace {
        for id in self.visits.all() {
            let Some(visit) = self.visits.get(id).filter(|visit| !visit.is_left) else {
                continue;
            };
            let outcome = match (ended_by_itself(visit), self.status) {
                (Some(outcome), _) => outcome,
                (None, Status::Running) => Outcome::Running,
                (None, Status::TimedOut) => Outcome::TimedOut,
                (None, _) => Outcome::Aborted,
            };
            record(&mut self.trace, visit, outcome, self.last);
        }
        self.trace
    }

    /// How many visits and events are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        self.visits.held()
    }

    fn entered(&mut self, event: &HistoryEvent<'_>, kind: StateType, name: &str) {
        let name = self.names.number(name);
        let (from, parent) = self.come_from(event);
        let vertex = self.vertex(name, from, parent.map(|(parent, _)| parent));
        match (vertex, self.names.name(name)) {
            (Some(vertex), _) => {
                self.trace.state_mut(vertex).visits += 1;
                self.count_way(event.previous, from, vertex);
            }
            (None, Some(name)) => self.trace.stranger(name),
            (None, None) => {}
        }
        if let Some(from) = from {
            self.leave_behind(from, event.timestamp);
        }
        let parent = parent.map(|(parent, thread)| (parent, self.thread(parent, thread, vertex)));
        let visit = self.visits.begin(&Entry {
            name,
            vertex,
            kind,
            parent,
            at: event.timestamp,
            before: event.previous,
        });
        self.visits.file(visit, event.id);
        if parent.is_none() {
            self.root = Some(visit);
        }
    }

    /// The visit that the state follows, and what it is inside of.
    fn come_from(
        &self,
        event: &HistoryEvent<'_>,
    ) -> (Option<VisitId>, Option<(VisitId, Option<u64>)>) {
        let Some(place) = self.visits.place(event.previous) else {
            // Only the first state of all follows no event (9.1), unless events are missing.
            return (self.root, None);
        };
        let Some(visit) = self.visits.get(place.visit) else {
            return (self.root, None);
        };
        let is_inside = !visit.is_left && is_fork(visit.kind) && visit.fork.started.is_some();
        if place.iteration.is_some() || is_inside {
            return (None, Some((place.visit, place.iteration)));
        }
        let parent = visit.parent.map(|(parent, thread)| (parent, Some(thread)));
        (Some(place.visit), parent)
    }

    /// The number of an iteration, or of the branch that a state is in.
    fn thread(&self, parent: VisitId, thread: Option<u64>, vertex: Option<Vertex>) -> u64 {
        if let Some(thread) = thread {
            return thread;
        }
        let scope = vertex.map(|vertex| self.graph.scope_of(vertex).start().number() as u64);
        let threads = self
            .visits
            .get(parent)
            .map(|visit| visit.fork.threads.len());
        // Beyond the numbers of scopes there are those of branches that nothing is known of.
        scope.unwrap_or_else(|| u64::MAX - threads.unwrap_or_default() as u64)
    }

    /// The state of this name; where several have it, the one beside the state before or inside
    /// the one around.
    fn vertex(
        &self,
        name: NameId,
        from: Option<VisitId>,
        parent: Option<VisitId>,
    ) -> Option<Vertex> {
        let states = self.names.states(name);
        if states.len() < 2 {
            return states.first().copied();
        }
        let vertex = |id: Option<VisitId>| self.visits.get(id?)?.vertex;
        let (from, parent) = (vertex(from), vertex(parent));
        let fits = |state: &&Vertex| {
            let scope = self.graph.scope_of(**state);
            match from {
                Some(from) => self.graph.scope_of(from).id() == scope.id(),
                None => scope.owner() == parent,
            }
        };
        states.iter().find(fits).or(states.first()).copied()
    }

    /// Counts the transition to a state: that of `StartAt`, or one of the state before.
    fn count_way(&mut self, previous: EventId, from: Option<VisitId>, to: Vertex) {
        let before = from.and_then(|from| self.visits.get(from));
        let Some(visit) = before else {
            let start = self.graph.scope_of(to).start();
            let mut edges = self.graph.edges_from(start).filter(|edge| edge.to == to);
            // A log without its beginning tells nothing of the first state that it has.
            let known = previous == EventId::NONE || self.visits.place(previous).is_some();
            if let Some(edge) = edges.next().filter(|_| known) {
                self.trace.took(edge);
            }
            return;
        };
        let Some(vertex) = visit.vertex else { return };
        let (ways, caught) = ways(self.graph, vertex, to, visit.failure.as_ref());
        if caught && visit.failure.is_none() && visit.is_left {
            self.trace.state_mut(vertex).was_caught();
        }
        for edge in ways {
            self.trace.took(edge);
        }
    }

    /// The visit before is over; its exit is missing when it is still open.
    fn leave_behind(&mut self, id: VisitId, at: Timestamp) {
        self.close_inside(id, at, false);
        if let Some((visit, _)) = self.visits.remove(id)
            && !visit.is_left
        {
            record(&mut self.trace, &visit, left(&visit), at);
        }
    }

    fn exited(&mut self, event: &HistoryEvent<'_>, name: &str) {
        let name = self.names.number(name);
        let Some(id) = self.visits.named(event.previous, name) else {
            return;
        };
        self.close_inside(id, event.timestamp, false);
        let Some(visit) = self.visits.get_mut(id) else {
            return;
        };
        visit.is_left = true;
        let has_failed = visit.failure.is_some();
        let visit = &*visit;
        record(&mut self.trace, visit, left(visit), event.timestamp);
        let ends = |vertex: &Vertex| self.graph.state(*vertex).is_some_and(State::is_terminal);
        if let Some(vertex) = visit.vertex.filter(|_| !has_failed).filter(ends) {
            self.trace.end(vertex);
        }
        if has_failed {
            self.warn(id);
        }
        self.visits.file(id, event.id);
    }

    /// The iterations around have caught something.
    fn warn(&mut self, id: VisitId) {
        let around = self.visits.around(id);
        let iterations: Vec<_> = around.filter_map(|(_, visit)| visit.parent).collect();
        for (map, index) in iterations {
            let map = self.visits.get_mut(map);
            if let Some(item) = map.and_then(|map| map.fork.items.get_mut(&index)) {
                item.has_caught = true;
            }
        }
    }

    /// Ends what is open inside a Map or Parallel: it goes on elsewhere, or is tried again.
    fn close_inside(&mut self, id: VisitId, at: Timestamp, is_retried: bool) {
        let threads = |visits: &mut Visits, id| {
            let visit = visits.get_mut(id);
            visit.map_or_else(Vec::new, |visit| {
                let threads = std::mem::take(&mut visit.fork.threads);
                threads.into_values().collect()
            })
        };
        let mut pending: Vec<VisitId> = threads(&mut self.visits, id);
        while let Some(inner) = pending.pop() {
            pending.extend(threads(&mut self.visits, inner));
            let Some((visit, _)) = self
                .visits
                .remove(inner)
                .filter(|(visit, _)| !visit.is_left)
            else {
                continue;
            };
            let outcome = match ended_by_itself(&visit) {
                _ if is_retried => Outcome::Retried,
                Some(outcome) => outcome,
                None => Outcome::Aborted,
            };
            record(&mut self.trace, &visit, outcome, at);
        }
    }

    /// The visit whose work an event is about.
    fn working(&self, previous: EventId) -> Option<VisitId> {
        let place = self.visits.place(previous)?;
        let visit = self.visits.get(place.visit)?;
        (!visit.is_left).then_some(place.visit)
    }

    fn follow(&mut self, event: &HistoryEvent<'_>) {
        if let Some(visit) = self.working(event.previous) {
            self.visits.file(visit, event.id);
        }
    }

    fn scheduled(&mut self, event: &HistoryEvent<'_>) {
        let Some(id) = self.working(event.previous) else {
            return;
        };
        if let Some(visit) = self.visits.get_mut(id) {
            (visit.failure, visit.is_fatal) = (None, false);
            visit.tries += 1;
        }
        self.visits.file(id, event.id);
    }

    fn failed(&mut self, visit: Option<VisitId>, event: &HistoryEvent<'_>, timed_out: bool) {
        let Some(id) = visit else { return };
        if let Some(visit) = self.visits.get_mut(id) {
            visit.failure = Some(Failure {
                error: error(event),
                timed_out,
            });
        }
        self.visits.file(id, event.id);
    }

    fn fork_started(&mut self, event: &HistoryEvent<'_>, kind: StateType) {
        let Some(id) = self.visits.fork(event.previous, kind) else {
            return self.follow(event);
        };
        let begun = self
            .visits
            .get(id)
            .is_some_and(|visit| visit.fork.started.is_some());
        if begun {
            // A retried fork starts again after the failure inside it (5.7).
            self.close_inside(id, event.timestamp, true);
        }
        let Some(visit) = self.visits.get_mut(id) else {
            return;
        };
        visit.tries += 1;
        (visit.failure, visit.is_fatal) = (None, false);
        visit.fork.items.clear();
        self.visits.start_fork(id, event.id);
    }

    fn fork_failed(&mut self, event: &HistoryEvent<'_>, kind: StateType) {
        let Some(id) = self.visits.fork(event.previous, kind) else {
            return self.follow(event);
        };
        self.fail_around(event.previous, Some(id), None);
        if let Some(visit) = self.visits.get_mut(id) {
            visit.failure.get_or_insert_default();
            // It may still be caught.
            visit.is_fatal = false;
            visit.fork.is_closed = true;
        }
        self.visits.file(id, event.id);
    }

    /// A visit failed with the event at a place, and all around it, up to one or to the execution.
    fn fail_around(&mut self, event: EventId, up_to: Option<VisitId>, why: Option<&Failure>) {
        let place = self.visits.place(event).map(|place| place.visit);
        let Some(inner) = place.or(self.root) else {
            return;
        };
        let chain: Vec<VisitId> = self.visits.around(inner).map(|(id, _)| id).collect();
        let mut why = why.cloned();
        for id in chain {
            let Some(visit) = self.visits.get_mut(id).filter(|visit| !visit.is_left) else {
                continue;
            };
            visit.is_fatal = true;
            let told = match visit.kind {
                // A Fail state's error is told by nothing but the end of the execution.
                StateType::Fail => why.take().or_else(|| fails_with(self.graph, visit.vertex)),
                _ => why.take(),
            };
            let failure = visit
                .failure
                .get_or_insert_with(|| told.unwrap_or_default());
            why = Some(failure.clone());
            if up_to == Some(id) {
                return;
            }
        }
    }

    fn map_run_started(&mut self, event: &HistoryEvent<'_>) {
        let visit = self.working(event.previous);
        if let Some(visit) = visit.and_then(|id| self.visits.get_mut(id)) {
            visit.fork.is_distributed = true;
            if let (Some(vertex), Details::MapRunStarted { map_run_arn }) =
                (visit.vertex, &event.details)
                && let Some(arn) = map_run_arn
            {
                self.trace.begin_map_run(arn, vertex);
            }
        }
        self.follow(event);
    }

    fn iteration(&mut self, event: &HistoryEvent<'_>, name: Option<&str>, index: u64) {
        let map = match name {
            Some(name) => {
                let name = self.names.number(name);
                self.visits.named(event.previous, name)
            }
            None => self.visits.fork(event.previous, StateType::Map),
        };
        let Some(id) = map else { return };
        let end = match event.kind {
            HistoryEventType::MapIterationStarted => {
                self.visits.file_iteration(id, index, event.id);
                None
            }
            HistoryEventType::MapIterationSucceeded => {
                self.iteration_succeeded(id, index, event);
                Some(ItemEnd::Succeeded)
            }
            HistoryEventType::MapIterationFailed => {
                self.fail_around(event.previous, Some(id), None);
                Some(ItemEnd::Failed)
            }
            _ => Some(ItemEnd::Aborted),
        };
        if let Some(map) = self.visits.get_mut(id) {
            map.fork.items.entry(index).or_default().end = end;
            map.is_fatal = false;
        }
    }

    fn iteration_succeeded(&mut self, map: VisitId, index: u64, event: &HistoryEvent<'_>) {
        let fork = self.visits.get_mut(map).map(|visit| &mut visit.fork);
        let last = fork.and_then(|fork| fork.threads.remove(&index));
        if let Some(last) = last {
            self.close_inside(last, event.timestamp, false);
            if let Some((_, tip)) = self.visits.remove(last) {
                // The next iteration may follow the last state event of this one (9.1).
                self.visits.file_end(map, tip);
            }
        }
        self.visits.file_end(map, event.id);
    }

    fn execution_failed(&mut self, event: &HistoryEvent<'_>) {
        self.status = Status::Failed;
        let why = Failure {
            error: error(event),
            timed_out: false,
        };
        self.fail_around(event.previous, None, Some(&why));
        let place = self.visits.place(event.previous);
        self.failing = place.map(|place| self.visits.deepest_failing(place.visit));
    }

    /// A redrive goes on where the execution failed.
    fn redriven(&mut self, event: &HistoryEvent<'_>) {
        self.status = Status::Running;
        for id in self.visits.all() {
            if let Some(visit) = self.visits.get_mut(id).filter(|visit| !visit.is_left) {
                (visit.failure, visit.is_fatal) = (None, false);
                visit.fork.is_closed = false;
            }
        }
        if let Some(failing) = self.failing.take().or(self.root) {
            self.visits.file(failing, event.id);
        }
    }
}

/// Counts a visit that ended, or has not.
fn record(trace: &mut Trace, visit: &Visit, outcome: Outcome, at: Timestamp) {
    let Some(vertex) = visit.vertex else { return };
    let tally = trace.state_mut(vertex);
    tally.end(outcome);
    // What is at work takes longer than is known.
    if outcome != Outcome::Running {
        tally.durations.add(at.since(visit.entered));
    }
    tally.tries += visit.tries;
    tally.worked += u64::from(visit.tries > 0);
    if let Some(failure) = &visit.failure {
        tally.error.clone_from(&failure.error);
    }
    let Fork { is_distributed, .. } = visit.fork;
    tally.is_distributed |= is_distributed;
    tally
        .items
        .add(&visit.fork.items(outcome != Outcome::Running));
}

fn is_fork(kind: StateType) -> bool {
    matches!(kind, StateType::Map | StateType::Parallel)
}

/// How a visit ended that was left.
fn left(visit: &Visit) -> Outcome {
    match visit.failure {
        Some(_) => Outcome::Caught,
        None => Outcome::Succeeded,
    }
}

/// How an open visit ended that failed, and what is around it with it.
fn ended_by_itself(visit: &Visit) -> Option<Outcome> {
    let failure = visit.failure.as_ref().filter(|_| visit.is_fatal);
    match failure {
        Some(failure) if failure.timed_out => Some(Outcome::TimedOut),
        Some(_) => Some(Outcome::Failed),
        None if visit.kind == StateType::Fail => Some(Outcome::Failed),
        None => None,
    }
}

fn error(event: &HistoryEvent<'_>) -> Option<Arc<str>> {
    let (error, _) = event.details.as_failure()?;
    error.map(Arc::from)
}

/// The error of a Fail state, when it stands in the definition.
fn fails_with(graph: &Graph<'_>, vertex: Option<Vertex>) -> Option<Failure> {
    let Body::Fail(fail) = &graph.state(vertex?)?.body else {
        return None;
    };
    let error = fail.error.as_ref().map(|field| Arc::clone(&field.value));
    Some(Failure {
        error: error.filter(|error| !error.starts_with("{%")),
        timed_out: false,
    })
}

/// The transitions that lead from a state to another, with or without an error, and whether they
/// are catchers'.
fn ways<'g, 'm>(
    graph: &'g Graph<'m>,
    from: Vertex,
    to: Vertex,
    failure: Option<&Failure>,
) -> (Vec<&'g Edge<'m>>, bool) {
    let (catches, plain): (Vec<_>, Vec<_>) = graph
        .edges_from(from)
        .filter(|edge| edge.to == to)
        .partition(|edge| edge.kind.is_catch());
    // An error in the output, as of a ResultPath, has no event of its own.
    if failure.is_none() && !plain.is_empty() {
        return (plain, false);
    }
    let error = failure.and_then(|failure| failure.error.as_deref());
    let takes = |edge: &&Edge<'_>| match edge.kind {
        EdgeKind::Catch { catcher, .. } => catches_error(catcher, error),
        _ => false,
    };
    let first = graph.edges_from(from).find(takes);
    let found = first.filter(|edge| edge.to == to);
    (
        found.or(catches.first().copied()).into_iter().collect(),
        true,
    )
}

/// Whether a catcher takes an error, as the engine decides it.
fn catches_error(catcher: &Catcher, error: Option<&str>) -> bool {
    let mut names = catcher.error_equals.iter();
    names.any(|name| match &*name.value {
        "States.ALL" => true,
        "States.TaskFailed" => error != Some("States.Timeout"),
        name => error == Some(name),
    })
}
