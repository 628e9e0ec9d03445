//! Who keeps Map Runs beyond the end of the process, so that what their children have done is not
//! done again.

use super::Report;
use crate::data::Timestamp;
use crate::engine::map_run::MapRun;
use crate::engine::{Identity, Outcome, Start};
use crate::runtime::journal::{Entry, Journal};

/// Keeps Map Runs and their children. It is asked on the threads that run them, and may take its
/// time.
pub trait Keeper: Send + Sync {
    /// A Map Run begins, or goes on.
    fn begins(&self, run: &MapRun);

    /// What is kept of a child.
    fn child(&self, run: &MapRun, child: &Identity) -> Kept;

    /// Keeps what a child is told from here on, which is given so many items; of one that goes on,
    /// behind what is kept of it.
    fn journal(&self, run: &MapRun, items: u64, start: &Start, behind: Behind) -> Box<dyn Journal>;

    /// How a Map Run stands.
    fn stands(&self, run: &MapRun, report: &Report);
}

/// What is kept of a child.
#[derive(Debug)]
pub enum Kept {
    /// Nothing: it has not begun.
    Nothing,
    /// It has ended.
    Ended {
        /// How.
        outcome: Outcome,
        /// When it started.
        started: Timestamp,
        /// When it ended.
        stopped: Timestamp,
        /// How often a step of it began.
        transitions: u64,
    },
    /// It has begun.
    Begun {
        /// When.
        started: Timestamp,
        /// All that it was told.
        journal: Vec<Entry>,
    },
}

/// How much of an execution is kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Behind {
    /// How many of its events.
    pub events: u64,
    /// How many entries of its journal.
    pub entries: u64,
}
