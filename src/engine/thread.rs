//! Threads: lines of control. The root is one, and so is each branch and each iteration.

use std::sync::Arc;

use super::join::ForkId;
use super::program::StateId;
use super::scope::Variables;
use crate::data::{EventId, Json, StatesError, Timestamp};

/// Names a thread: its place in the slab, and a ticket, so that who comes late never reaches a
/// stranger that took the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ThreadId {
    index: u32,
    ticket: u32,
}

/// Where a thread is within its state.
#[derive(Debug)]
pub(super) enum Phase {
    /// The state was not entered yet.
    Enter,
    /// The state's work is to be begun, for the first time or again.
    Attempt,
    /// Waits for the task of this event.
    Task(EventId),
    /// The task answered.
    Answered(Result<Json, StatesError>),
    /// Waits for a time.
    Waiting,
    /// The time of a Wait state came.
    Waited,
    /// Waits for branches or iterations.
    Forked(ForkId),
    /// They all succeeded, with these results.
    Joined(Json),
    /// Waits for the Map Run of this event.
    MapRun(EventId),
    /// The Map Run is over.
    Ran(Result<Json, StatesError>),
    /// In a replay: the Map Run succeeded, and only what its state was left with is known.
    Left {
        output: Json,
        assigned: Vec<(Arc<str>, Json)>,
    },
    /// Waits to be tried again.
    Backoff,
}

/// A line of control.
#[derive(Debug)]
pub(super) struct Thread {
    pub(super) state: StateId,
    pub(super) phase: Phase,
    /// The state's raw input: what `ResultPath` writes into and a Catch falls back on.
    pub(super) raw: Json,
    pub(super) variables: Arc<Variables>,
    pub(super) parent: Option<(ForkId, u32)>,
    /// The last event on this line of control.
    pub(super) previous: EventId,
    /// The event before the state was entered: what `EvaluationFailed` points at.
    pub(super) before_entered: EventId,
    pub(super) entered: EventId,
    pub(super) entered_at: Timestamp,
    /// Retries of each retrier during this stay in the state.
    pub(super) retries: Vec<u32>,
    /// All retries during this stay.
    pub(super) attempt: u32,
    /// The token of the task in hand.
    pub(super) token: Option<Arc<str>>,
    /// What the state's own timer must still carry to count.
    pub(super) alarm: u32,
    /// When the next heartbeat must have come.
    pub(super) heartbeat_due: Option<Timestamp>,
    /// How long the task in hand may take.
    pub(super) timeout_seconds: Option<i64>,
    /// How long the task in hand may be silent.
    pub(super) heartbeat_seconds: Option<i64>,
    /// The `MapRunStarted` of its last Map Run, once that is over.
    pub(super) map_run: EventId,
    /// How often that Map Run was redriven.
    pub(super) run_redrives: u32,
    pub(super) run_redrive: RunRedrive,
}

/// Whether a redrive goes on with the last Map Run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum RunRedrive {
    /// Another one begins.
    #[default]
    No,
    /// It would: the Map Run did not succeed.
    Possible,
    /// It does.
    Due,
}

impl Thread {
    pub(super) fn new(
        state: StateId,
        raw: Json,
        variables: Arc<Variables>,
        parent: Option<(ForkId, u32)>,
        previous: EventId,
    ) -> Self {
        Self {
            state,
            phase: Phase::Enter,
            raw,
            variables,
            parent,
            previous,
            before_entered: EventId::NONE,
            entered: EventId::NONE,
            entered_at: Timestamp::default(),
            retries: Vec::new(),
            attempt: 0,
            token: None,
            alarm: 0,
            heartbeat_due: None,
            timeout_seconds: None,
            heartbeat_seconds: None,
            map_run: EventId::NONE,
            run_redrives: 0,
            run_redrive: RunRedrive::default(),
        }
    }

    /// The thread as expressions see it, for one who evaluates them elsewhere.
    pub(super) fn snapshot(&self) -> Self {
        let (raw, variables) = (self.raw.clone(), Arc::clone(&self.variables));
        Self {
            entered: self.entered,
            entered_at: self.entered_at,
            attempt: self.attempt,
            ..Self::new(self.state, raw, variables, None, self.previous)
        }
    }
}

impl Thread {
    /// The fork it waits for, or that failed with it.
    pub(super) fn fork(&self) -> Option<ForkId> {
        match self.phase {
            Phase::Forked(fork) => Some(fork),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Slot {
    ticket: u32,
    thread: Option<Box<Thread>>,
}

/// All threads of an execution.
#[derive(Debug, Default)]
pub(super) struct Threads {
    slots: Vec<Slot>,
    free: Vec<u32>,
}

impl Threads {
    pub(super) fn insert(&mut self, thread: Thread) -> ThreadId {
        let thread = Some(Box::new(thread));
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            slot.thread = thread;
            return ThreadId {
                index,
                ticket: slot.ticket,
            };
        }
        let index = u32::try_from(self.slots.len()).expect("memory ends before 2^32 threads");
        self.slots.push(Slot { ticket: 0, thread });
        ThreadId { index, ticket: 0 }
    }

    fn slot(&mut self, id: ThreadId) -> Option<&mut Slot> {
        self.slots
            .get_mut(id.index as usize)
            .filter(|slot| slot.ticket == id.ticket)
    }

    pub(super) fn get(&self, id: ThreadId) -> Option<&Thread> {
        let slot = self.slots.get(id.index as usize)?;
        slot.thread.as_deref().filter(|_| slot.ticket == id.ticket)
    }

    pub(super) fn get_mut(&mut self, id: ThreadId) -> Option<&mut Thread> {
        self.slot(id)?.thread.as_deref_mut()
    }

    /// Takes the thread out to work on it; it keeps its place until [`Threads::put_back`] or
    /// [`Threads::remove`].
    pub(super) fn take(&mut self, id: ThreadId) -> Option<Box<Thread>> {
        self.slot(id)?.thread.take()
    }

    pub(super) fn put_back(&mut self, id: ThreadId, thread: Box<Thread>) {
        if let Some(slot) = self.slot(id) {
            slot.thread = Some(thread);
        }
    }

    /// Frees the thread's place; whoever still names it will find nothing.
    pub(super) fn remove(&mut self, id: ThreadId) -> Option<Box<Thread>> {
        let slot = self.slot(id)?;
        slot.ticket = slot.ticket.wrapping_add(1);
        let thread = slot.thread.take();
        self.free.push(id.index);
        thread
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.free.clear();
    }
}

/// The forks above a thread with the branch or item of each: an identity that survives other
/// orders of events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThreadPath(pub Arc<[(StateId, u32)]>);
