//! What a visit knows of its branches or iterations. Most visits have none, and take no room for it.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Deref;

use super::node::{Tally, ThreadId};
use crate::data::EventId;

/// How many iterations with something to tell a Map keeps of each kind.
const MAX_KEPT_ITERATIONS: usize = 100;

/// The branches or iterations of a visit, of its current attempt.
#[derive(Clone, Debug)]
pub(super) struct Fork {
    /// The number of items of a Map.
    pub(super) length: Option<u64>,
    /// Whether its children are executions of their own.
    pub(super) distributed: bool,
    /// All branches; of the iterations that ended, those that have something to tell.
    pub(super) threads: Vec<ThreadId>,
    /// Iterations at work.
    pub(super) open: BTreeMap<u64, ThreadId>,
    /// Iterations that were aborted: a redrive goes on with them. There are no more of them than
    /// were at work at once.
    pub(super) aborted: BTreeMap<u64, ThreadId>,
    pub(super) tally: Tally,
    /// Milliseconds of each iteration that ended by itself.
    pub(super) durations: Vec<i64>,
    pub(super) peak: usize,
    /// The thread whose failure is the fork's.
    pub(super) failed: Option<ThreadId>,
    /// Whether its `…StateFailed` was seen.
    pub(super) closed: bool,
    /// Events filed under the fork itself, in order: its start, then ends of iterations.
    pub(super) filed: VecDeque<EventId>,
}

impl Fork {
    /// Whether one more iteration of its kind may be kept.
    pub(super) fn has_room(&self, failed: bool) -> bool {
        let kept = if failed {
            self.tally.failed
        } else {
            self.tally.caught
        };
        usize::try_from(kept).is_ok_and(|kept| kept <= MAX_KEPT_ITERATIONS)
    }
}

/// A fork, if there is one; else it reads as an empty one.
#[derive(Clone, Debug, Default)]
pub(super) struct ForkSlot(Option<Box<Fork>>);

static NONE: Fork = Fork::new();

impl Fork {
    pub(super) const fn new() -> Self {
        Self {
            length: None,
            distributed: false,
            threads: Vec::new(),
            open: BTreeMap::new(),
            aborted: BTreeMap::new(),
            tally: Tally {
                succeeded: 0,
                caught: 0,
                failed: 0,
                aborted: 0,
            },
            durations: Vec::new(),
            peak: 0,
            failed: None,
            closed: false,
            filed: VecDeque::new(),
        }
    }
}

impl Deref for ForkSlot {
    type Target = Fork;

    fn deref(&self) -> &Fork {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl ForkSlot {
    /// The fork, if there is one.
    pub(super) fn get_mut(&mut self) -> Option<&mut Fork> {
        self.0.as_deref_mut()
    }

    /// The fork, which is there from now on.
    pub(super) fn made(&mut self) -> &mut Fork {
        self.0.get_or_insert_with(|| Box::new(Fork::new()))
    }

    /// Every thread that is kept.
    pub(super) fn into_threads(self) -> impl Iterator<Item = ThreadId> {
        self.0.into_iter().flat_map(|fork| {
            let open = fork.open.into_values().chain(fork.aborted.into_values());
            fork.threads.into_iter().chain(open)
        })
    }
}
