//! Forks: the branches of a Parallel, the iterations of a Map, and how they fail.

use super::Outline;
use super::fold::Moment;
use super::fork::Fork;
use super::node::{Failure, MAX_NESTING, Outcome, StateType, ThreadId, VisitId, VisitNode};
use super::place::Place;
use crate::data::Timestamp;
use crate::history::{Details, HistoryEventType};

impl Outline {
    pub(super) fn begin_branch(&mut self, visit: VisitId, at: Timestamp) -> ThreadId {
        let Some(around) = self.thread_with_room(visit) else {
            return self.store.visit(visit).map_or(self.root, |v| v.thread);
        };
        let number = self.fork(visit).map_or(0, |fork| fork.threads.len()) as u64;
        let thread = self.store.begin_thread(Some(around), number, at);
        // A branch that its Parallel does not know of would outlive it.
        if let Some(node) = self.store.visit_mut(visit) {
            node.work_mut().fork.made().threads.push(thread);
        }
        thread
    }

    /// The visit itself, unless it is too deep for threads of its own.
    fn thread_with_room(&self, visit: VisitId) -> Option<VisitId> {
        let thread = self.store.thread(self.store.visit(visit)?.thread)?;
        (thread.depth < MAX_NESTING).then_some(visit)
    }

    pub(super) fn fork_started(
        &mut self,
        moment: Moment,
        state_type: StateType,
        details: &Details<'_>,
    ) {
        let Some(visit) = self.fork_around(moment.place, state_type) else {
            return self.follow(moment);
        };
        let redriven = self.redriven;
        self.stop_map_run(visit);
        if self.store.visit(visit).is_some_and(has_begun) {
            self.retry_fork(visit, moment);
        }
        let Some(node) = self.store.visit_mut(visit) else {
            return;
        };
        node.failure = None;
        let work = node.work_mut();
        self.summary.transitions += u64::from(!work.tries.is_empty());
        work.try_again(moment.at, redriven);
        let fork = work.fork.made();
        if let Details::MapStarted { length } = details {
            fork.length = Some(*length);
        }
        self.unfile_fork(visit);
        self.file_in_fork(visit, moment.id);
    }

    /// A retried fork starts again after the failure inside it (5.7); the attempt leaves only its
    /// error behind.
    fn retry_fork(&mut self, visit: VisitId, moment: Moment) {
        self.mark_failing(moment.place, Some(visit));
        self.fail_with_thread(visit);
        let Some(fork) = self.fork_mut(visit) else {
            return;
        };
        let mut old = std::mem::replace(fork, Fork::new());
        fork.filed = std::mem::take(&mut old.filed);
        let threads = old.threads.into_iter().chain(old.open.into_values());
        for thread in threads.chain(old.aborted.into_values()) {
            self.fold_away(thread);
        }
    }

    /// The open fork around a place, the innermost that has not failed. No event says which: its
    /// name is not told.
    fn fork_around(&self, place: Option<Place>, state_type: StateType) -> Option<VisitId> {
        let mut around = self.around(place?).map(|(visit, _)| visit);
        around.find(|visit| {
            let fork = self.fork(*visit);
            self.is_a(*visit, state_type) && fork.is_none_or(|fork| !fork.closed)
        })
    }

    pub(super) fn fork_failed(&mut self, moment: Moment, state_type: StateType) {
        let Some(visit) = self.fork_around(moment.place, state_type) else {
            return self.follow(moment);
        };
        self.mark_failing(moment.place, Some(visit));
        self.fail_with_thread(visit);
        let Some(node) = self.store.visit_mut(visit) else {
            return;
        };
        if node.failure.is_none() {
            let why = Failure::new((None, None), moment.id, moment.at);
            node.failure = Some(Box::new(why));
        }
        node.work_mut().fork.made().closed = true;
        let thread = node.thread;
        self.file_in_thread(thread, moment.id);
    }

    /// Every fork around the place, up to one or all, fails with the thread that the place is in.
    pub(super) fn mark_failing(&mut self, place: Option<Place>, up_to: Option<VisitId>) {
        let Some(place) = place else { return };
        let mut chain = Vec::new();
        for (visit, below) in self.around(place) {
            chain.push((visit, below));
            if up_to == Some(visit) {
                break;
            }
        }
        for (visit, below) in chain {
            if let Some(fork) = self.fork_mut(visit) {
                fork.failed = fork.failed.or(below);
            }
        }
    }

    /// The error of a fork, and of its last attempt, is that of the thread that failed.
    pub(super) fn fail_with_thread(&mut self, visit: VisitId) {
        let Some(inside) = self.store.visit(self.deepest(visit)) else {
            return;
        };
        let why = match &inside.failure {
            Some(failure) => failure.inherited(),
            // A Fail state's error is told by nothing but the end of the execution.
            None if inside.state_type == StateType::Fail => {
                Failure::new((None, None), inside.event, inside.entered)
            }
            None => return,
        };
        let Some(node) = self.store.visit_mut(visit) else {
            return;
        };
        if let Some(last) = node.work_mut().tries.last_mut()
            && last.outcome == Outcome::Running
        {
            last.ended = Some(why.at);
            last.outcome = Outcome::Failed(why.error.clone());
        }
        if node.failure.is_none() {
            node.failure = Some(Box::new(why));
        }
    }

    pub(super) fn map_run_started(&mut self, moment: Moment) {
        if let Some(visit) = self.working(moment.place)
            && self.is_a(visit, StateType::Map)
            && let Some(fork) = self.fork_mut(visit)
        {
            fork.distributed = true;
        }
        self.follow(moment);
    }

    /// The Map Run goes on with the children that it has, in a try of its own (12.1).
    pub(super) fn map_run_redriven(&mut self, moment: Moment) {
        if let Some(visit) = self.fork_around(moment.place, StateType::Map) {
            self.stop_map_run(visit);
            let redriven = self.redriven;
            if let Some(node) = self.store.visit_mut(visit) {
                node.failure = None;
                node.work_mut().try_again(moment.at, redriven);
                self.summary.transitions += 1;
            }
        }
        self.follow(moment);
    }

    /// A Map Run that was at work when the execution ended did not end by itself.
    fn stop_map_run(&mut self, visit: VisitId) {
        let stopped = self.stopped;
        if let Some(work) = self.store.visit_mut(visit).and_then(|v| v.work.as_mut())
            && work.fork.distributed
        {
            work.stop_try(stopped);
        }
    }

    pub(super) fn iteration(
        &mut self,
        moment: Moment,
        kind: HistoryEventType,
        details: &Details<'_>,
    ) {
        let Details::MapIteration { name, index } = details else {
            return;
        };
        let is_map = |visit: &VisitNode| visit.state_type == StateType::Map;
        let visit = match name {
            Some(name) => self.named(moment.place, name, is_map),
            None => self.fork_around(moment.place, StateType::Map),
        };
        let Some(visit) = visit else { return };
        match kind {
            HistoryEventType::MapIterationStarted => self.begin_iteration(visit, *index, moment),
            HistoryEventType::MapIterationFailed => self.iteration_failed(visit, *index, moment.at),
            HistoryEventType::MapIterationSucceeded => {
                self.iteration_succeeded(visit, *index, moment);
            }
            _ => self.iteration_aborted(visit, *index),
        }
    }

    fn begin_iteration(&mut self, visit: VisitId, index: u64, moment: Moment) {
        if self.thread_with_room(visit).is_none() {
            if let Some(thread) = self.store.visit(visit).map(|visit| visit.thread) {
                self.file_in_thread(thread, moment.id);
            }
            return;
        }
        let thread = self.store.begin_thread(Some(visit), index, moment.at);
        self.file_in_thread(thread, moment.id);
        let Some(node) = self.store.visit_mut(visit) else {
            return;
        };
        let fork = node.work_mut().fork.made();
        let twice = fork.open.insert(index, thread);
        fork.peak = fork.peak.max(fork.open.len());
        if let Some(twice) = twice {
            fork.tally.aborted += 1;
            self.fold_iteration(visit, twice);
        }
    }

    fn iteration_succeeded(&mut self, visit: VisitId, index: u64, moment: Moment) {
        let Some(thread) = self.end_iteration(visit, index, moment.at) else {
            return;
        };
        self.refile(thread, visit);
        self.file_in_fork(visit, moment.id);
        let warned = self.store.thread(thread).is_some_and(|node| node.warned);
        let is_full = self.kept.is_reached(self.store.visits());
        let Some(fork) = self.fork_mut(visit) else {
            return;
        };
        if !warned {
            fork.tally.succeeded += 1;
            return self.fold_iteration(visit, thread);
        }
        fork.tally.caught += 1;
        if fork.has_room(false, is_full) {
            fork.threads.push(thread);
            self.forget_thread(thread);
        } else {
            self.fold_iteration(visit, thread);
        }
    }

    /// What follows is about the failure and follows the failing event, so the thread stays filed.
    fn iteration_failed(&mut self, visit: VisitId, index: u64, at: Timestamp) {
        let Some(thread) = self.end_iteration(visit, index, at) else {
            return;
        };
        if let Some(node) = self.store.thread_mut(thread) {
            node.failed = true;
        }
        let is_full = self.kept.is_reached(self.store.visits());
        let Some(fork) = self.fork_mut(visit) else {
            return;
        };
        fork.tally.failed += 1;
        if fork.has_room(true, is_full) {
            fork.failed = fork.failed.or(Some(thread));
            fork.threads.push(thread);
        } else {
            self.refile(thread, visit);
            self.fold_iteration(visit, thread);
        }
    }

    fn end_iteration(&mut self, visit: VisitId, index: u64, at: Timestamp) -> Option<ThreadId> {
        let thread = self.fork_mut(visit)?.open.remove(&index)?;
        let node = self.store.thread_mut(thread)?;
        node.ended = Some(at);
        let millis = at.since(node.started).max(0);
        self.fork_mut(visit)?.durations.push(millis);
        Some(thread)
    }

    fn iteration_aborted(&mut self, visit: VisitId, index: u64) {
        let Some(fork) = self.fork_mut(visit) else {
            return;
        };
        if let Some(thread) = fork.open.remove(&index) {
            fork.tally.aborted += 1;
            let twice = fork.aborted.insert(index, thread);
            if let Some(twice) = twice {
                self.fold_iteration(visit, twice);
            }
        }
    }

    /// After a redrive, something happens in a thread: it goes on, and all around it, even those
    /// that had failed or were aborted.
    pub(super) fn revive(&mut self, thread: ThreadId) {
        let mut at = Some(thread);
        for _ in 0..=MAX_NESTING {
            let Some((thread, node)) = at.and_then(|id| Some((id, self.store.thread(id)?))) else {
                return;
            };
            let (parent, number, failed) = (node.parent, node.number, node.failed);
            if let Some(visit) = parent {
                self.reopen(visit, thread, number, failed);
            }
            at = parent.and_then(|visit| Some(self.store.visit(visit)?.thread));
        }
    }

    fn reopen(&mut self, visit: VisitId, thread: ThreadId, number: u64, failed: bool) {
        let Some(fork) = self.fork_mut(visit) else {
            return;
        };
        if fork.aborted.get(&number) == Some(&thread) {
            fork.aborted.remove(&number);
            fork.tally.aborted = fork.tally.aborted.saturating_sub(1);
        } else if failed {
            fork.threads.retain(|other| *other != thread);
            fork.tally.failed = fork.tally.failed.saturating_sub(1);
            fork.failed = fork.failed.filter(|failed| *failed != thread);
        } else {
            return;
        }
        let twice = fork.open.insert(number, thread);
        if let Some(twice) = twice.filter(|twice| *twice != thread) {
            self.fold_iteration(visit, twice);
        }
        if let Some(node) = self.store.thread_mut(thread) {
            (node.failed, node.ended) = (false, None);
        }
    }

    /// Removes an iteration whose failure, if it had one, is not the Map's.
    fn fold_iteration(&mut self, visit: VisitId, thread: ThreadId) {
        if let Some(fork) = self.fork_mut(visit) {
            fork.failed = fork.failed.filter(|failed| *failed != thread);
        }
        self.fold_away(thread);
    }

    /// The fork's threads are over. Says whether something was caught in them.
    pub(super) fn close_attempt(&mut self, visit: VisitId) -> bool {
        let Some(fork) = self.fork_mut(visit) else {
            return false;
        };
        let (failed, open) = (fork.failed, std::mem::take(&mut fork.open));
        let aborted = std::mem::take(&mut fork.aborted);
        fork.durations.settle();
        let threads = fork.threads.clone();
        let mut warned = fork.tally.caught > 0;
        for thread in threads {
            self.unfile(thread);
            warned |= self.store.thread(thread).is_some_and(|node| node.warned);
            if failed != Some(thread) {
                self.forget_thread(thread);
            }
        }
        for thread in aborted.into_values() {
            self.fold_away(thread);
        }
        for thread in open.into_values() {
            let kept = failed == Some(thread);
            let Some(fork) = self.fork_mut(visit) else {
                break;
            };
            if kept {
                fork.tally.failed += 1;
                fork.threads.push(thread);
            } else {
                fork.tally.aborted += 1;
                self.fold_away(thread);
            }
        }
        warned
    }

    pub(super) fn is_a(&self, visit: VisitId, state_type: StateType) -> bool {
        let visit = self.store.visit(visit);
        visit.is_some_and(|visit| visit.state_type == state_type)
    }

    fn fork(&self, visit: VisitId) -> Option<&Fork> {
        Some(&self.store.visit(visit)?.work.as_ref()?.fork)
    }

    fn fork_mut(&mut self, visit: VisitId) -> Option<&mut Fork> {
        self.store.visit_mut(visit)?.work.as_mut()?.fork.get_mut()
    }

    pub(super) fn failed_thread(&self, visit: VisitId) -> Option<ThreadId> {
        self.store.visit(visit)?.failed_thread()
    }

    pub(super) fn failure_mut(&mut self, visit: VisitId) -> Option<&mut Failure> {
        self.store.visit_mut(visit)?.failure.as_deref_mut()
    }
}

fn has_begun(visit: &VisitNode) -> bool {
    visit
        .work
        .as_ref()
        .is_some_and(|work| !work.tries.is_empty())
}
