//! Map Runs at work: items are read by one thread, children run on all cores, and their results
//! are put together in the order of the items.

mod coordinator;
mod feed;
mod keeper;
mod results;
#[cfg(test)]
mod tests;
mod worker;

use std::sync::Arc;

use super::clock::Clock;
use super::host::Host;
use super::own_thread::{Farewell, on_own_thread};
use crate::data::{Json, StatesError, Timestamp};
use crate::engine::Note;
use crate::engine::map_run::{MapRun, MapRunStatus, Tally};
use coordinator::Coordinator;
pub use keeper::{BegunChild, Behind, Bounds, Keeper, KeptChild, KeptRun};

/// How a Map Run stands, and what failed first.
#[derive(Clone, Debug)]
pub struct Report {
    /// The Map state's name.
    pub name: Arc<str>,
    /// Its items by what became of them.
    pub tally: Tally,
    /// How many items are known that no child was given yet.
    pub pending: u64,
    /// How many children are at work.
    pub running: u64,
    /// The first child that failed, by its place, with its error.
    pub first_failure: Option<(u64, StatesError)>,
    /// Whether it goes on, and how it ended.
    pub status: MapRunStatus,
}

impl Report {
    /// The report as an execution's sink hears it.
    #[must_use]
    pub fn note(&self) -> Note<'_> {
        let first_failure = self.first_failure.as_ref();
        Note::MapRun {
            state: &self.name,
            tally: self.tally,
            first_failure: first_failure.map(|(child, error)| (*child, error)),
            status: self.status,
        }
    }
}

/// What a Map Run came to, and when.
pub(super) type Ended = (Timestamp, Result<Json, StatesError>);

/// Starts a Map Run on threads of its own; dropping the future ends them and all they started.
pub(super) fn start(
    run: MapRun,
    host: Arc<Host>,
    clock: Box<dyn Clock>,
    count: impl Fn(Report) + Send + 'static,
) -> impl Future<Output = Ended> + Send {
    let at = run.at;
    let farewell = match host.keeper() {
        // It is kept how they ended.
        Some(_) => Farewell::Elsewhere,
        None => Farewell::Here,
    };
    let ended = on_own_thread("map-run", farewell, move |stop| {
        Coordinator::new(Arc::new(run), host, clock, Box::new(count), stop).run()
    });
    async move {
        ended.await.unwrap_or_else(|| {
            let cause = "The Map Run cannot be done: this machine has no thread left for it.";
            (at, Err(StatesError::runtime(cause)))
        })
    }
}
