//! Events into the tree, one at a time.

use std::sync::Arc;

use super::node::{
    Failure, Input, MAX_NESTING, Outcome, StateType, ThreadId, Try, VisitId, VisitNode, bounded,
};
use super::place::Place;
use super::{Latest, MAX_LABELS, MAX_STATES, Outline, Status};
use crate::data::{EventId, Timestamp};
use crate::history::{Details, EventJson, HistoryEvent, HistoryEventType};

/// What every event has.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    pub(super) id: EventId,
    pub(super) place: Option<Place>,
}

impl Outline {
    /// Takes the next event.
    pub fn push(&mut self, event: &HistoryEvent<'_>) {
        use HistoryEventType as Type;
        let (at, id) = (event.timestamp, event.id);
        self.summary.events += 1;
        self.summary.started.get_or_insert(at);
        self.summary.last = self.summary.last.max(Some(at));
        let place = self.place_after(event.previous);
        let moment = Moment { at, id, place };
        match event.kind {
            Type::ExecutionSucceeded => self.end(Status::Succeeded, moment, (None, None)),
            Type::ExecutionFailed => self.end(Status::Failed, moment, failure(&event.details)),
            Type::ExecutionTimedOut => self.end(Status::TimedOut, moment, failure(&event.details)),
            Type::ExecutionAborted => self.end(Status::Aborted, moment, failure(&event.details)),
            Type::ExecutionRedriven => self.redriven(moment),
            Type::ActivityScheduled | Type::LambdaFunctionScheduled | Type::TaskScheduled => {
                self.scheduled(moment, &event.details);
            }
            Type::ActivityStarted
            | Type::LambdaFunctionStarted
            | Type::TaskStarted
            | Type::TaskSubmitted
            | Type::MapRunSucceeded => self.follow(moment),
            Type::ActivitySucceeded | Type::LambdaFunctionSucceeded | Type::TaskSucceeded => {
                self.try_succeeded(moment);
            }
            Type::ActivityFailed
            | Type::ActivityScheduleFailed
            | Type::LambdaFunctionFailed
            | Type::LambdaFunctionScheduleFailed
            | Type::LambdaFunctionStartFailed
            | Type::MapRunAborted
            | Type::MapRunFailed
            | Type::TaskFailed
            | Type::TaskStartFailed
            | Type::TaskSubmitFailed => self.try_failed(moment, &event.details, false),
            Type::ActivityTimedOut | Type::LambdaFunctionTimedOut | Type::TaskTimedOut => {
                self.try_failed(moment, &event.details, true);
            }
            Type::EvaluationFailed => self.evaluation_failed(moment, &event.details),
            Type::MapRunRedriven => self.map_run_redriven(moment),
            Type::MapStateStarted => self.fork_started(moment, StateType::Map, &event.details),
            Type::ParallelStateStarted => {
                self.fork_started(moment, StateType::Parallel, &event.details);
            }
            Type::MapStateFailed => self.fork_failed(moment, StateType::Map),
            Type::ParallelStateFailed => self.fork_failed(moment, StateType::Parallel),
            Type::MapIterationStarted
            | Type::MapIterationSucceeded
            | Type::MapIterationFailed
            | Type::MapIterationAborted => self.iteration(moment, event.kind, &event.details),
            Type::MapRunStarted => self.map_run_started(moment),
            // Nothing follows these, and what they say follows from what comes after them: a state
            // that is open when its fork or the execution is over was aborted.
            Type::ExecutionStarted
            | Type::MapStateAborted
            | Type::MapStateSucceeded
            | Type::ParallelStateAborted
            | Type::ParallelStateSucceeded
            | Type::TaskStateAborted
            | Type::WaitStateAborted => {}
            Type::ChoiceStateEntered
            | Type::FailStateEntered
            | Type::MapStateEntered
            | Type::ParallelStateEntered
            | Type::PassStateEntered
            | Type::SucceedStateEntered
            | Type::TaskStateEntered
            | Type::WaitStateEntered => self.entered(moment, event.kind, &event.details),
            Type::ChoiceStateExited
            | Type::MapStateExited
            | Type::ParallelStateExited
            | Type::PassStateExited
            | Type::SucceedStateExited
            | Type::TaskStateExited
            | Type::WaitStateExited => self.exited(moment, &event.details),
        }
    }

    /// The first state follows no event (9.1); after it only damaged histories have such events.
    fn place_after(&self, previous: EventId) -> Option<Place> {
        let known = self.places.get(previous);
        known.or_else(|| {
            let first = self.store.last_visit(self.root).is_none();
            first.then_some(Place::Thread(self.root))
        })
    }

    pub(super) fn follow(&mut self, moment: Moment) {
        if let Some(thread) = moment.place.and_then(|place| self.thread_at(place)) {
            self.file_in_thread(thread, moment.id);
        }
    }

    fn entered(&mut self, moment: Moment, kind: HistoryEventType, details: &Details<'_>) {
        let Details::StateEntered { name, input } = details else {
            return;
        };
        let Some(state_type) = StateType::entered_by(kind) else {
            return;
        };
        self.summary.transitions += 1;
        let thread = self.thread_to_enter(moment);
        // Its exit is missing when a state is still open.
        if let Some(open) = self.store.current(thread) {
            self.leave(open, moment.at);
        }
        let known = self.latest.get_mut(&**name);
        let visit = self.store.add_visit(VisitNode {
            name: known
                .as_ref()
                .map_or_else(|| Arc::from(&**name), |known| Arc::clone(&known.name)),
            state_type,
            event: moment.id,
            entered: moment.at,
            exited: None,
            thread,
            failure: None,
            work: None,
        });
        match known {
            Some(known) => known.visit = visit,
            None => self.first_visit(visit),
        }
        self.begin_visit(thread, visit, input.as_ref());
        self.file_in_thread(thread, moment.id);
    }

    fn begin_visit(&mut self, thread: ThreadId, visit: VisitId, input: Option<&EventJson<'_>>) {
        let Some(node) = self.store.thread_mut(thread) else {
            return;
        };
        node.input = input.map(Input::of);
        if node.line.is_empty() && node.parent.is_some() {
            node.item = node.input.as_ref().map(Input::preview);
        }
        self.append(thread, visit);
    }

    fn first_visit(&mut self, visit: VisitId) {
        if let Some(node) = self.store.visit(visit)
            && self.latest.len() < MAX_STATES
        {
            let name = Arc::clone(&node.name);
            self.latest
                .insert(Arc::clone(&name), Latest { name, visit });
            self.summary.states = self.latest.len();
        }
    }

    /// A state that follows the start of a Parallel is the first of a branch.
    fn thread_to_enter(&mut self, moment: Moment) -> ThreadId {
        match moment.place {
            Some(Place::Thread(thread)) => thread,
            Some(Place::Fork(visit)) => self.begin_branch(visit, moment.at),
            None => match self.store.current(self.root) {
                Some(visit) if self.is_a(visit, StateType::Parallel) => {
                    self.begin_branch(visit, moment.at)
                }
                _ => self.root,
            },
        }
    }

    fn exited(&mut self, moment: Moment, details: &Details<'_>) {
        let Some(name) = details.state_name() else {
            return;
        };
        let Some(visit) = self.named(moment.place, name, |_| true) else {
            return;
        };
        self.leave(visit, moment.at);
        if let Some(thread) = self.store.visit(visit).map(|visit| visit.thread) {
            self.file_in_thread(thread, moment.id);
        }
    }

    /// The open state of this name around a place; else the one that was entered last.
    pub(super) fn named(
        &self,
        place: Option<Place>,
        name: &str,
        is_wanted: impl Fn(&VisitNode) -> bool,
    ) -> Option<VisitId> {
        let matches = |id: VisitId| {
            let visit = self.store.visit(id);
            visit.is_some_and(|visit| visit.is_open() && &*visit.name == name && is_wanted(visit))
        };
        let around = place.and_then(|place| {
            let mut around = self.around(place).map(|(visit, _)| visit);
            around.find(|visit| matches(*visit))
        });
        around.or_else(|| {
            self.latest
                .get(name)
                .map(|latest| latest.visit)
                .filter(|visit| matches(*visit))
        })
    }

    fn leave(&mut self, visit: VisitId, at: Timestamp) {
        if self.failed_thread(visit).is_some() {
            self.fail_with_thread(visit);
        }
        let warned = self.close_attempt(visit);
        self.unfile_fork(visit);
        let Some(node) = self.store.visit_mut(visit) else {
            return;
        };
        node.exited = Some(at);
        let (thread, caught) = (node.thread, node.failure.is_some());
        if let Some(last) = node.work.as_mut().and_then(|work| work.tries.last_mut())
            && last.ended.is_none()
        {
            last.ended = Some(at);
            last.outcome = Outcome::Succeeded;
        }
        let Some(around) = self.store.thread_mut(thread) else {
            return;
        };
        around.warned |= warned || caught;
        let input = around.input.take();
        if caught {
            let before = around.caught.replace(visit);
            if let Some(failure) = self.failure_mut(visit) {
                failure.input = input;
            }
            if let Some(before) = before {
                self.forget(before);
            }
        }
    }

    /// What failed here cannot be why the execution ends: its texts are not needed.
    fn forget(&mut self, visit: VisitId) {
        let mut pending = vec![visit];
        // Two texts at most are held on each level.
        for _ in 0..=2 * MAX_NESTING {
            let Some(visit) = pending.pop() else { break };
            if let Some(failure) = self.failure_mut(visit) {
                failure.cause = None;
                failure.input = None;
            }
            let failed = self.failed_thread(visit);
            if let Some(thread) = failed.and_then(|thread| self.store.thread_mut(thread)) {
                thread.input = None;
                pending.extend(thread.caught.take());
                pending.extend(thread.line.last());
            }
        }
    }

    pub(super) fn forget_thread(&mut self, thread: ThreadId) {
        let Some(node) = self.store.thread_mut(thread) else {
            return;
        };
        node.input = None;
        let visits = [node.caught.take(), node.line.last()];
        for visit in visits.into_iter().flatten() {
            self.forget(visit);
        }
    }

    fn scheduled(&mut self, moment: Moment, details: &Details<'_>) {
        let (resource, redriven) = (self.label(details), self.redriven);
        let stopped = self.stopped;
        if let Some(visit) = self.working(moment.place)
            && let Some(node) = self.store.visit_mut(visit)
        {
            node.failure = None;
            let work = node.work_mut();
            work.resource = resource;
            work.stop_try(stopped);
            let before = work.tries.last().and_then(|last| last.ended);
            self.summary.transitions += u64::from(!work.tries.is_empty());
            work.begin_try(Try {
                redriven: before.is_some() && before <= redriven,
                ..Try::begun(moment.at)
            });
        }
        self.follow(moment);
    }

    /// `lambda:invoke`; the name of a function or an activity in its ARN.
    fn label(&mut self, details: &Details<'_>) -> Option<Arc<str>> {
        let label = match details {
            Details::TaskScheduled {
                resource_type,
                resource,
                ..
            } => format!("{resource_type}:{resource}"),
            Details::FunctionScheduled { resource, .. } => {
                let mut parts = resource.splitn(7, ':');
                let tail = parts.nth(5).zip(parts.next());
                tail.map_or_else(
                    || resource.to_string(),
                    |(kind, name)| format!("{kind} {name}"),
                )
            }
            _ => return None,
        };
        if let Some(label) = self.labels.get(&*label) {
            return Some(Arc::clone(label));
        }
        let label = bounded(&label);
        if self.labels.len() < MAX_LABELS {
            self.labels.insert(Arc::clone(&label));
        }
        Some(label)
    }

    /// The state whose work the events at a place are about.
    pub(super) fn working(&self, place: Option<Place>) -> Option<VisitId> {
        self.store.current(self.thread_at(place?)?)
    }

    fn try_succeeded(&mut self, moment: Moment) {
        self.end_try(moment, Outcome::Succeeded);
        self.follow(moment);
    }

    fn end_try(&mut self, moment: Moment, outcome: Outcome) {
        let visit = self.working(moment.place);
        if let Some(node) = visit.and_then(|visit| self.store.visit_mut(visit)) {
            let work = node.work_mut();
            if work.tries.is_empty() {
                work.begin_try(Try::begun(moment.at));
            }
            if let Some(last) = work.tries.last_mut() {
                last.ended = Some(moment.at);
                last.outcome = outcome;
            }
        }
    }

    fn try_failed(&mut self, moment: Moment, details: &Details<'_>, timed_out: bool) {
        let mut why = Failure::new(failure(details), moment.id, moment.at);
        why.timed_out = timed_out;
        self.end_try(moment, Outcome::Failed(why.error.clone()));
        let visit = self.working(moment.place);
        if let Some(node) = visit.and_then(|visit| self.store.visit_mut(visit)) {
            node.failure = Some(Box::new(why));
        }
        self.follow(moment);
    }

    /// It follows the event *before* the state was entered, or that event itself, so the state is
    /// found by its name (9.1).
    fn evaluation_failed(&mut self, moment: Moment, details: &Details<'_>) {
        let Details::Evaluation { state, .. } = details else {
            return;
        };
        let Some(visit) = self.named(moment.place, state, |_| true) else {
            return self.follow(moment);
        };
        let why = Failure::new(failure(details), moment.id, moment.at);
        if let Some(node) = self.store.visit_mut(visit) {
            if let Some(last) = node.work.as_mut().and_then(|work| work.tries.last_mut())
                && last.outcome != Outcome::Running
            {
                last.outcome = Outcome::Failed(why.error.clone());
            }
            node.failure = Some(Box::new(why));
            let thread = node.thread;
            self.file_in_thread(thread, moment.id);
        }
    }

    fn end(&mut self, status: Status, moment: Moment, why: (Option<&str>, Option<&str>)) {
        self.summary.status = status;
        self.summary.ended = Some(moment.at);
        (self.summary.error, self.summary.cause) = (why.0.map(bounded), why.1.map(bounded));
        if status != Status::Failed {
            return;
        }
        let place = moment.place.unwrap_or(Place::Thread(self.root));
        self.mark_failing(Some(place), None);
        let mut failing = self.working(Some(place));
        for _ in 0..=MAX_NESTING {
            let Some(visit) = failing else { break };
            self.fail_with_execution(visit, moment, why);
            let inside = self.failed_thread(visit);
            failing = inside.and_then(|thread| self.store.last_visit(thread));
        }
    }

    /// An error of the machine itself, and that of a Fail state, has no event but the end (9.1).
    fn fail_with_execution(
        &mut self,
        visit: VisitId,
        moment: Moment,
        why: (Option<&str>, Option<&str>),
    ) {
        let Some(node) = self.store.visit_mut(visit) else {
            return;
        };
        self.failing = Some(node.thread);
        let failure = node
            .failure
            .get_or_insert_with(|| Box::new(Failure::new(why, moment.id, moment.at)));
        if failure.error.is_none() && failure.cause.is_none() {
            failure.error.clone_from(&self.summary.error);
            failure.cause.clone_from(&self.summary.cause);
        }
        if node.state_type == StateType::Fail {
            failure.event = node.event;
        }
    }

    /// Down the failing threads of a visit, to the state that failed by itself.
    pub(super) fn deepest(&self, visit: VisitId) -> VisitId {
        let mut visit = visit;
        for _ in 0..=MAX_NESTING {
            let inside = self
                .failed_thread(visit)
                .and_then(|t| self.store.last_visit(t));
            let Some(inside) = inside else { break };
            visit = inside;
        }
        visit
    }

    /// A redrive goes on where the execution failed.
    fn redriven(&mut self, moment: Moment) {
        self.summary.status = Status::Running;
        self.summary.redrives += 1;
        self.redriven = Some(moment.at);
        self.stopped = self.summary.ended.take();
        (self.summary.error, self.summary.cause) = (None, None);
        let thread = self.failing.take().unwrap_or(self.root);
        let place = Place::Thread(thread);
        let around: Vec<_> = self.around(place).map(|(visit, _)| visit).collect();
        for visit in around {
            if let Some(node) = self.store.visit_mut(visit) {
                node.failure = None;
                let is_fork = matches!(node.state_type, StateType::Map | StateType::Parallel);
                if let Some(work) = node.work.as_mut().filter(|_| is_fork) {
                    if let Some(fork) = work.fork.get_mut() {
                        (fork.failed, fork.closed) = (None, false);
                    }
                    // A Map Run has a try of its own.
                    if let Some(last) = work.tries.last_mut().filter(|_| !work.fork.distributed) {
                        (last.ended, last.outcome) = (None, Outcome::Running);
                    }
                }
            }
        }
        self.file_in_thread(thread, moment.id);
    }
}

fn failure<'e>(details: &'e Details<'_>) -> (Option<&'e str>, Option<&'e str>) {
    details.as_failure().unwrap_or_default()
}
