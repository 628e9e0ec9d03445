//! What a visit knows of its branches or iterations. Most visits have none, and take no room for it.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Deref;

use super::node::{Tally, ThreadId};
use crate::data::EventId;

/// How many iterations with something to tell a Map keeps of each kind.
const MAX_KEPT_ITERATIONS: usize = 100;

/// How many durations of iterations are kept.
const MAX_DURATIONS: usize = 1 << 14;

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
    /// How long the iterations took that ended by themselves.
    pub(super) durations: Durations,
    pub(super) peak: usize,
    /// The thread whose failure is the fork's.
    pub(super) failed: Option<ThreadId>,
    /// Whether its `…StateFailed` was seen.
    pub(super) closed: bool,
    /// Events filed under the fork itself, in order: its start, then ends of iterations.
    pub(super) filed: VecDeque<EventId>,
}

impl Fork {
    /// Whether one more iteration of its kind may be kept: where too much is kept already, only the
    /// first.
    pub(super) fn has_room(&self, failed: bool, is_full: bool) -> bool {
        let most = if is_full { 1 } else { MAX_KEPT_ITERATIONS };
        let kept = if failed {
            self.tally.failed
        } else {
            self.tally.caught
        };
        usize::try_from(kept).is_ok_and(|kept| kept <= most)
    }
}

/// Milliseconds of iterations. Of more than `MAX_DURATIONS` they are a sample: every second one,
/// every fourth, and so on.
#[derive(Clone, Debug)]
pub(super) struct Durations {
    sample: Vec<i64>,
    /// How many there are to one in the sample, as a power of two.
    halved: u32,
    /// How many came since the last one in the sample.
    passed: u64,
    longest: Option<i64>,
}

impl Durations {
    const fn new() -> Self {
        Self {
            sample: Vec::new(),
            halved: 0,
            passed: 0,
            longest: None,
        }
    }

    pub(super) fn push(&mut self, millis: i64) {
        self.longest = self.longest.max(Some(millis));
        self.passed += 1;
        if self.passed < 1 << self.halved {
            return;
        }
        self.passed = 0;
        self.sample.push(millis);
        if self.sample.len() == MAX_DURATIONS {
            let mut at = 0;
            self.sample.retain(|_| {
                at += 1;
                at % 2 == 0
            });
            self.halved += 1;
        }
    }

    pub(super) fn longest(&self) -> Option<i64> {
        self.longest
    }

    pub(super) fn median(&self) -> Option<i64> {
        let mut sample = self.sample.clone();
        let middle = sample.len().saturating_sub(1) / 2;
        (!sample.is_empty()).then(|| *sample.select_nth_unstable(middle).1)
    }

    /// No more are to come: what they tell is kept, and not they.
    pub(super) fn settle(&mut self) {
        self.sample = self.median().into_iter().collect();
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
            durations: Durations::new(),
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
