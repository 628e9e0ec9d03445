//! Who keeps Map Runs beyond the end of the process, so that what their children have done is not
//! done again.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::Report;
use crate::data::Timestamp;
use crate::engine::map_run::{MapRun, Tolerance};
use crate::engine::{Identity, Outcome, Start};
use crate::runtime::inbox::Remote;
use crate::runtime::journal::{Ack, EarlyResult, Entry, Journal};

/// Keeps Map Runs and their children. It is asked on the threads that run them, and may take its
/// time.
pub trait Keeper: Send + Sync {
    /// A Map Run begins, is redriven, or goes on where it was when the process ended; none when its
    /// execution is not kept either, or it was stopped before it could begin.
    fn begins(&self, run: &MapRun, is_stopped: &dyn Fn() -> bool) -> Option<Arc<dyn KeptRun>>;
}

/// A Map Run that is kept.
pub trait KeptRun: Send + Sync {
    /// What is kept of a child.
    fn child(&self, child: &Identity) -> KeptChild;

    /// A child that should go on cannot, and ends as one that failed.
    fn lost(&self, child: &Identity, at: Timestamp, why: &str);

    /// Keeps what a child is told from here on; of one that goes on, behind what is kept of it. The
    /// child is reached through the remote.
    fn journal(&self, start: &Start, behind: Behind, remote: Remote) -> Box<dyn Journal>;

    /// How the Map Run stands.
    fn stands(&self, report: &Report, at: Timestamp);

    /// What it may do at this moment: somebody may have changed that since it began.
    fn bounds(&self) -> Bounds;

    /// Ends when there is room for more to be kept.
    fn has_room(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// What a Map Run may do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// How many children may run at once.
    pub max_concurrency: u32,
    /// How many items may fail.
    pub tolerance: Tolerance,
}

impl Bounds {
    /// As the definition has them.
    #[must_use]
    pub fn of(run: &MapRun) -> Self {
        Self {
            max_concurrency: run.max_concurrency,
            tolerance: run.tolerance,
        }
    }
}

/// What is kept of a child.
#[derive(Debug)]
pub enum KeptChild {
    /// Nothing: it begins.
    Nothing,
    /// It has ended, and that stands.
    Ended {
        /// How.
        outcome: Outcome,
        /// When it started.
        started: Timestamp,
        /// When it ended.
        stopped: Timestamp,
    },
    /// It goes on.
    Begun(BegunChild),
    /// It cannot go on, and why: what is kept of it cannot be read.
    Lost(String),
}

/// What is kept of a child that goes on: it had not ended, or is redriven.
#[derive(Debug)]
pub struct BegunChild {
    /// When it started.
    pub started: Timestamp,
    /// All that it was told.
    pub journal: Vec<Entry>,
    /// How many of its events are kept.
    pub events: u64,
    /// Results that its tasks were given early.
    pub early: Vec<EarlyResult>,
    /// Whether it goes on after its end.
    pub redrive: bool,
    /// Told when its tasks can be answered again.
    pub taken_up: Option<Ack>,
}

/// How much of an execution is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Behind {
    /// How many of its events.
    pub events: u64,
    /// How many entries of its journal.
    pub entries: u64,
}
