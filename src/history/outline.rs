//! A history folded into the tree that people think in: visits of states, their tries, branches
//! and iterations. It takes one event at a time, so that a log and a running execution are read
//! alike, and it keeps no payload of what succeeded. How much it keeps does not depend on how long
//! the history is, unless that is asked for.
//!
//! Events are attributed by their `previousEventId`; ids interleave when threads run side by side
//! (reference: history events, 9.1). A history may be cut off, damaged or not ours: what cannot be
//! attributed is counted and otherwise left out, and the work per event is bounded.

mod cause;
mod fold;
mod fork;
mod forks;
mod gap;
mod line;
mod node;
mod place;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
mod view;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use self::node::{Store, ThreadId, VisitId};
use self::place::Places;
use crate::data::{EventId, Timestamp};

pub use self::cause::{FirstCause, Link, Step};
pub use self::gap::Gap;
pub use self::line::Kept;
pub use self::node::{Failure, Input, Outcome, StateType, Tally, Try};
pub use self::view::{Items, Thread, Visit};

/// How something ended, or that it has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// It has not ended.
    #[default]
    Running,
    /// It ended as it should.
    Succeeded,
    /// It failed, and a Catch went on; or something inside it did.
    Caught,
    /// It failed, and nothing handled that.
    Failed,
    /// It took longer than it was allowed.
    TimedOut,
    /// It was stopped from outside, or because something beside it failed.
    Aborted,
}

/// What is known of the execution as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How it ended; never [`Status::Caught`].
    pub status: Status,
    /// The error it ended with.
    pub error: Option<Arc<str>>,
    /// The cause it ended with, within bounds.
    pub cause: Option<Arc<str>>,
    /// The time of its first event.
    pub started: Option<Timestamp>,
    /// The time of its last event so far.
    pub last: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How many events there were.
    pub events: u64,
    /// How many states, by name, were visited.
    pub states: usize,
    /// How often it was redriven.
    pub redrives: u64,
    /// How often a step began: states that were entered, and tries after the first. AWS bills
    /// Standard executions by it, retries included; children of Map Runs have counts of their own.
    pub transitions: u64,
}

/// How many states are known by name: a definition of 1 MiB has no room for more.
const MAX_STATES: usize = 1 << 16;

/// How many names of resources are shared: each is that of a state, or made up.
const MAX_LABELS: usize = 1 << 12;

/// A history, folded.
#[derive(Clone, Debug)]
pub struct Outline {
    summary: Summary,
    kept: Kept,
    store: Store,
    places: Places,
    root: ThreadId,
    /// The visit that entered last under each name: the way back for events without a known
    /// predecessor. It may be gone or over; whoever uses it looks.
    latest: HashMap<Arc<str>, Latest, RandomState>,
    /// Names of resources, shared between visits.
    labels: HashSet<Arc<str>, RandomState>,
    /// Where the execution failed: a redrive goes on there.
    failing: Option<ThreadId>,
    /// When it was redriven last.
    redriven: Option<Timestamp>,
    /// When it had ended before that.
    stopped: Option<Timestamp>,
}

/// A state's name, shared by its visits, and its last visit.
#[derive(Clone, Debug)]
struct Latest {
    name: Arc<str>,
    visit: VisitId,
}

impl Default for Outline {
    fn default() -> Self {
        Self::new()
    }
}

impl Outline {
    /// An outline of no events, which keeps few visits.
    #[must_use]
    pub fn new() -> Self {
        Self::keeping(Kept::FEW)
    }

    /// An outline of no events, which keeps so many visits.
    #[must_use]
    pub fn keeping(kept: Kept) -> Self {
        let mut store = Store::default();
        let root = store.begin_thread(None, 0, Timestamp::default());
        Self {
            summary: Summary::default(),
            kept,
            store,
            places: Places::default(),
            root,
            latest: HashMap::default(),
            labels: HashSet::default(),
            failing: None,
            redriven: None,
            stopped: None,
        }
    }

    /// The execution as a whole.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The names of all states that were visited, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.latest.keys().map(|name| &**name)
    }

    /// Whether an event can be followed: 0 stands for none, and damaged histories have it often.
    fn is_filed(id: EventId) -> bool {
        id != EventId::NONE
    }
}
