//! Joins: how a Parallel or Map state waits for its threads.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::execution::{Execution, FailedThread};
use super::failure::Failure;
use super::io;
use super::program::{Body, FlowId, Program, State};
use super::scope::{Item, Variables, View};
use super::thread::{Phase, Thread, ThreadId};
use super::{Effect, Out};
use crate::data::{EventId, Json, Nature, StatesError};
use crate::history::{Details, HistoryEventType};
use crate::language::StateKind;

/// Names a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ForkId(u64);

/// The forks that are open.
#[derive(Debug, Default)]
pub(super) struct Forks {
    open: HashMap<ForkId, Fork>,
    made: u64,
}

/// Branches or iterations under way, and the thread that waits for them.
#[derive(Debug)]
struct Fork {
    thread: ThreadId,
    /// The state's effective input: every branch's input, or `$` of `ItemSelector`.
    input: Json,
    work: Work,
    /// How many children may run at once.
    window: u32,
    /// The first child that was not started yet.
    next: u32,
    total: u32,
    /// Those that were started and have not succeeded.
    live: BTreeMap<u32, ThreadId>,
    results: Vec<Json>,
    missing: u32,
    /// The last event of the branches, or the last `MapIterationSucceeded`.
    last: EventId,
}

#[derive(Debug)]
enum Work {
    Branches,
    Items { flow: FlowId, items: Json },
}

impl Execution {
    /// Parks a Parallel's thread with its branches begun.
    pub(super) fn fork_branches(
        &mut self,
        program: &Program,
        id: ThreadId,
        thread: &mut Thread,
        input: Json,
        branches: &[FlowId],
    ) -> ForkId {
        let total = u32::try_from(branches.len()).expect("a definition is under 4 GiB");
        let fork = Fork {
            thread: id,
            input,
            work: Work::Branches,
            window: total,
            next: total,
            total,
            live: BTreeMap::new(),
            results: vec![Json::Null; branches.len()],
            missing: total,
            last: thread.previous,
        };
        let fork_id = self.forks.add(fork);
        for (index, flow) in (0..).zip(branches) {
            let variables = Arc::new(Variables::inside(&thread.variables, None));
            let raw = self.forks.open[&fork_id].input.clone();
            let parent = Some((fork_id, index));
            let start = program.flow(*flow).start;
            let child = Thread::new(start, raw, variables, parent, thread.previous);
            self.spawn(fork_id, index, child);
        }
        fork_id
    }

    /// Parks a Map's thread with as many iterations begun as may run at once.
    pub(super) fn fork_items(
        &mut self,
        state: &State,
        id: ThreadId,
        thread: &mut Thread,
        (input, items, window): (Json, Json, u32),
        out: &mut Out<'_>,
    ) -> Result<ForkId, Failure> {
        let Body::Map(map) = &state.body else {
            unreachable!("only a Map forks items")
        };
        let count = items.as_array().map_or(0, <[Json]>::len);
        let total = u32::try_from(count)
            .map_err(|_| StatesError::runtime("The Map state has more than 2^32 items."))?;
        let fork = Fork {
            thread: id,
            // Once, not for every item that reads `$`.
            input: input.compacted(),
            work: Work::Items {
                flow: map.flow,
                items,
            },
            window,
            next: 0,
            total,
            live: BTreeMap::new(),
            results: vec![Json::Null; count],
            missing: total,
            last: thread.previous,
        };
        let fork_id = self.forks.add(fork);
        for _ in 0..window.min(total) {
            if let Err(failure) = self.start_iteration(state, thread, fork_id, thread.previous, out)
            {
                let program = Arc::clone(&self.program);
                self.abort_children(&program, state, (fork_id, None), thread.previous, out);
                thread.phase = Phase::Forked(fork_id);
                return Err(failure);
            }
        }
        Ok(fork_id)
    }

    /// Starts the next iteration; its first event points at `previous`.
    fn start_iteration(
        &mut self,
        state: &State,
        parent: &Thread,
        fork_id: ForkId,
        previous: EventId,
        out: &mut Out<'_>,
    ) -> Result<(), Failure> {
        let Body::Map(map) = &state.body else {
            unreachable!("only a Map has iterations")
        };
        let fork = self
            .forks
            .open
            .get(&fork_id)
            .expect("open while its thread is parked");
        let Work::Items { flow, items } = &fork.work else {
            unreachable!("a Map's fork has items")
        };
        let index = fork.next;
        let value = items
            .as_array()
            .and_then(|items| items.get(index as usize))
            .cloned();
        let item = Item {
            index: u64::from(index),
            value: value.unwrap_or_default(),
            key: None,
            source: None,
        };
        let start = self.program.flow(*flow).start;
        let raw = match &map.item_selector {
            None => item.value.compacted(),
            Some(selector) => {
                let view = View {
                    core: &self.core,
                    state,
                    thread: parent,
                    input: &fork.input,
                    result: None,
                    error_output: None,
                    item: Some(&item),
                    now: self.recorder.now(),
                };
                io::made(
                    selector,
                    "ItemSelector",
                    &view,
                    &mut self.core.seed.at(self.recorder.last()),
                )?
            }
        };
        io::check_size(state, &raw)?;
        let fork = self.forks.open.get_mut(&fork_id).expect("still open");
        fork.next += 1;
        let details = Details::MapIteration {
            name: Some((&*state.name).into()),
            index: u64::from(index),
        };
        let kind = HistoryEventType::MapIterationStarted;
        let started = self.recorder.event(out.sink, previous, kind, details);
        let variables = Arc::new(Variables::inside(&parent.variables, Some(item)));
        let child = Thread::new(start, raw, variables, Some((fork_id, index)), started);
        self.spawn(fork_id, index, child);
        Ok(())
    }

    fn spawn(&mut self, fork: ForkId, index: u32, child: Thread) {
        let id = self.threads.insert(child);
        self.ready.push_back(id);
        self.forks
            .open
            .get_mut(&fork)
            .expect("just made")
            .live
            .insert(index, id);
    }

    /// A branch or an iteration ended with an output.
    pub(super) fn child_succeeded(
        &mut self,
        fork_id: ForkId,
        index: u32,
        output: Json,
        last: EventId,
        out: &mut Out<'_>,
    ) {
        let program = Arc::clone(&self.program);
        let Some(fork) = self.forks.open.get_mut(&fork_id) else {
            return;
        };
        fork.live.remove(&index);
        fork.results[index as usize] = output;
        fork.missing -= 1;
        let parent_id = fork.thread;
        let Some(mut parent) = self.threads.take(parent_id) else {
            return;
        };
        let state = program.state(parent.state);
        let mut failed = None;
        if state.kind() == StateKind::Map {
            let event = self.iteration_event(
                state,
                HistoryEventType::MapIterationSucceeded,
                (index, last),
                out,
            );
            let fork = self.forks.open.get_mut(&fork_id).expect("still open");
            fork.last = event;
            // The next iteration points at the last state event of the one that made room.
            if fork.next < fork.total {
                failed = self
                    .start_iteration(state, &parent, fork_id, last, out)
                    .err();
            }
        } else {
            fork.last = fork.last.max(last);
        }
        if let Some(failure) = failed {
            self.abort_children(&program, state, (fork_id, None), parent.previous, out);
            self.settle(&program, parent_id, parent, failure, out);
            return;
        }
        if self.forks.open[&fork_id].missing == 0 {
            self.join(state, fork_id, &mut parent, out);
            self.ready.push_front(parent_id);
        }
        self.threads.put_back(parent_id, parent);
    }

    /// Lets a parent's thread deal with a failure that arose while it was parked.
    fn settle(
        &mut self,
        program: &Program,
        id: ThreadId,
        mut thread: Box<Thread>,
        failure: Failure,
        out: &mut Out<'_>,
    ) {
        use super::execution::Turn;
        let state = program.state(thread.state);
        match self.fail(state, id, &mut thread, failure, out) {
            Turn::Parked => self.threads.put_back(id, thread),
            Turn::Again => {
                self.threads.put_back(id, thread);
                self.ready.push_front(id);
            }
            Turn::Ended(_) => unreachable!("a catcher goes to a state"),
            Turn::Failed(error) => self.broke(program, id, thread, error, out),
        }
    }

    fn iteration_event(
        &mut self,
        state: &State,
        kind: HistoryEventType,
        (index, previous): (u32, EventId),
        out: &mut Out<'_>,
    ) -> EventId {
        let details = Details::MapIteration {
            name: Some((&*state.name).into()),
            index: u64::from(index),
        };
        self.recorder.event(out.sink, previous, kind, details)
    }

    /// All children succeeded. The event after this one points where this one does
    /// (07 §7.8: `MapStateExited` has the previous of `MapStateSucceeded`, 44 of 44 recordings).
    fn join(&mut self, state: &State, id: ForkId, parent: &mut Thread, out: &mut Out<'_>) {
        let fork = self
            .forks
            .open
            .remove(&id)
            .expect("open while its thread is parked");
        let kind = if state.kind() == StateKind::Map {
            HistoryEventType::MapStateSucceeded
        } else {
            HistoryEventType::ParallelStateSucceeded
        };
        parent.previous = fork.last;
        self.recorder
            .event(out.sink, fork.last, kind, Details::None);
        parent.phase = Phase::Joined(Json::array(fork.results));
    }

    /// A fork without children is joined at once.
    pub(super) fn join_if_empty(
        &mut self,
        state: &State,
        id: ForkId,
        parent: &mut Thread,
        out: &mut Out<'_>,
    ) -> bool {
        let empty = self
            .forks
            .open
            .get(&id)
            .is_some_and(|fork| fork.missing == 0);
        if empty {
            self.join(state, id, parent, out);
        }
        empty
    }

    /// A branch or an iteration failed: its siblings are aborted, and the state around it fails.
    pub(super) fn child_failed(
        &mut self,
        program: &Program,
        child: &FailedThread,
        (fork_id, index): (ForkId, u32),
        error: StatesError,
        out: &mut Out<'_>,
    ) {
        let Some(parent_id) = self.forks.thread(fork_id) else {
            return;
        };
        let Some(mut parent) = self.threads.take(parent_id) else {
            return;
        };
        let state = program.state(parent.state);
        // All the closing events point at the event that tells the failure.
        let failing = child.previous;
        if state.kind() == StateKind::Map {
            let kind = HistoryEventType::MapIterationFailed;
            self.iteration_event(state, kind, (index, failing), out);
        }
        // A Fail state and a failed evaluation leave no Aborted event of their own (05 §5.7), and
        // a container that failed has said so itself.
        let silent = error.nature == Nature::Evaluation;
        if !silent && program.state(child.state).kind() == StateKind::Task {
            let kind = HistoryEventType::TaskStateAborted;
            self.recorder.event(out.sink, failing, kind, Details::None);
        }
        self.abort_children(program, state, (fork_id, Some(index)), failing, out);
        parent.previous = failing;
        self.settle(program, parent_id, parent, Failure::joined(error), out);
    }

    /// Aborts what is still alive in a fork, but for the child that failed. The threads stay where
    /// they are until somebody handles the failure.
    fn abort_children(
        &mut self,
        program: &Program,
        state: &State,
        (fork, failed): (ForkId, Option<u32>),
        failing: EventId,
        out: &mut Out<'_>,
    ) {
        for (index, id) in self.forks.children(fork) {
            if Some(index) == failed {
                continue;
            }
            if state.kind() == StateKind::Map {
                let kind = HistoryEventType::MapIterationAborted;
                self.iteration_event(state, kind, (index, failing), out);
            }
            self.abort_thread(program, id, failing, out);
        }
    }

    fn abort_thread(
        &mut self,
        program: &Program,
        id: ThreadId,
        failing: EventId,
        out: &mut Out<'_>,
    ) {
        let Some(thread) = self.threads.get(id) else {
            return;
        };
        let state = program.state(thread.state);
        match thread.phase {
            Phase::Enter => return,
            Phase::Task(task) => {
                self.tasks.remove(&task);
                out.effects.push(Effect::Cancel(task));
            }
            Phase::MapRun(run) => {
                self.tasks.remove(&run);
                out.effects.push(Effect::Cancel(run));
                // Its place is the model's; no recording has one (09 §9.5).
                let kind = HistoryEventType::MapRunAborted;
                self.recorder.event(out.sink, failing, kind, Details::None);
            }
            // Recursion is bounded by how deep a definition can nest.
            Phase::Forked(fork) => self.abort_children(program, state, (fork, None), failing, out),
            _ => {}
        }
        let kind = match state.kind() {
            StateKind::Task => HistoryEventType::TaskStateAborted,
            StateKind::Wait => HistoryEventType::WaitStateAborted,
            StateKind::Parallel => HistoryEventType::ParallelStateAborted,
            StateKind::Map => HistoryEventType::MapStateAborted,
            StateKind::Pass | StateKind::Choice | StateKind::Succeed | StateKind::Fail => return,
        };
        self.recorder.event(out.sink, failing, kind, Details::None);
    }

    /// Forgets a failed fork with all that is in it: its failure was handled.
    pub(super) fn discard(&mut self, fork: Option<ForkId>) {
        let mut pending: Vec<ForkId> = fork.into_iter().collect();
        while let Some(fork) = pending.pop().and_then(|id| self.forks.open.remove(&id)) {
            let threads = fork.live.into_values();
            let threads = threads.filter_map(|id| self.threads.remove(id));
            pending.extend(threads.filter_map(|thread| thread.fork()));
        }
    }

    /// Starts as many iterations of a redriven Map as may run beside those that go on.
    pub(super) fn refill(&mut self, id: ThreadId, out: &mut Out<'_>) {
        let program = Arc::clone(&self.program);
        let Some(parent) = self.threads.take(id) else {
            return;
        };
        let (state, previous) = (program.state(parent.state), parent.previous);
        while let Some(fork) = parent.fork().filter(|fork| self.forks.has_room(*fork)) {
            if let Err(failure) = self.start_iteration(state, &parent, fork, previous, out) {
                self.abort_children(&program, state, (fork, None), previous, out);
                return self.settle(&program, id, parent, failure, out);
            }
        }
        self.threads.put_back(id, parent);
    }
}

impl Forks {
    /// The thread that waits for a fork.
    pub(super) fn thread(&self, id: ForkId) -> Option<ThreadId> {
        self.open.get(&id).map(|fork| fork.thread)
    }

    /// The children of a fork that were started and have not succeeded.
    pub(super) fn children(&self, id: ForkId) -> Vec<(u32, ThreadId)> {
        let live = self.open.get(&id).into_iter().flat_map(|fork| &fork.live);
        live.map(|(index, thread)| (*index, *thread)).collect()
    }

    /// The thread of a child that was started and has not succeeded.
    pub(super) fn child(&self, id: ForkId, index: u32) -> Option<ThreadId> {
        self.open.get(&id)?.live.get(&index).copied()
    }

    fn has_room(&self, id: ForkId) -> bool {
        let fork = self.open.get(&id);
        fork.is_some_and(|fork| fork.live.len() < fork.window as usize && fork.next < fork.total)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn clear(&mut self) {
        self.open.clear();
    }

    fn add(&mut self, fork: Fork) -> ForkId {
        self.made += 1;
        let id = ForkId(self.made);
        self.open.insert(id, fork);
        id
    }
}
