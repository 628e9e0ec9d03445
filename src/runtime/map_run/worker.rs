//! A worker: runs children on one core, as many at once as wait for something.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};

use tokio::sync::{mpsc as jobs, watch};
use tokio::task::LocalSet;

use super::results;
use crate::data::{Json, StatesError, Timestamp};
use crate::engine::map_run::{ChildResult, ItemOrigin, MapRun, ResultWriter};
use crate::engine::{Outcome, Silent};
use crate::runtime::clock::Clock;
use crate::runtime::driver;
use crate::runtime::host::Host;
use crate::runtime::items::SourceItem;

/// A child to be run.
pub(super) struct Job {
    /// Its place among the children.
    pub(super) number: u64,
    /// When it starts, where time is not the same for all.
    pub(super) at: Timestamp,
    pub(super) given: Given,
}

/// What a child is given.
pub(super) enum Given {
    /// An item as it was found.
    Item(ItemOrigin, Found),
    /// A batch of this many items.
    Batch(Json, u64),
}

/// An item, read already or not.
pub(super) enum Found {
    Value(Json),
    Raw(SourceItem),
}

impl Found {
    pub(super) fn read(self) -> Result<Json, StatesError> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Raw(item) => item.read(),
        }
    }
}

impl Given {
    pub(super) fn items(&self) -> u64 {
        match self {
            Self::Item(..) => 1,
            Self::Batch(_, items) => *items,
        }
    }

    /// How much memory it takes, about.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Item(_, Found::Raw(item)) => item.size(),
            // Held by the state anyway.
            Self::Item(_, Found::Value(_)) => 0,
            Self::Batch(input, _) => input.size(),
        }
    }
}

/// A child that has ended.
pub(super) struct Done {
    pub(super) number: u64,
    /// The size of what it was given.
    pub(super) given: usize,
    /// The child, or why there could be none, which fails the Map Run.
    pub(super) child: Result<ChildResult, StatesError>,
    /// What stands in the results for it.
    pub(super) entries: String,
}

/// What all workers of a run share.
pub(super) struct Shared {
    pub(super) run: Arc<MapRun>,
    pub(super) host: Arc<Host>,
    pub(super) writer: ResultWriter,
    pub(super) done: mpsc::Sender<Vec<Done>>,
}

/// Runs what comes until the run is over or given up; what still works is dropped then.
pub(super) fn work(
    shared: Shared,
    clock: Box<dyn Clock>,
    mut jobs: jobs::UnboundedReceiver<Vec<Job>>,
    mut stopped: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let shared = Arc::new(shared);
    let local = LocalSet::new();
    let all = async {
        while let Some(chunk) = jobs.recv().await {
            run_chunk(&shared, &*clock, chunk);
        }
    };
    runtime.block_on(local.run_until(async {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => {}
            () = all => {}
        }
    }));
    drop(local);
    // The coordinator may wait for nothing but this.
    let _ = shared.done.send(Vec::new());
    Ok(())
}

/// Runs each child as far as it comes by itself: most have ended then, and their results go back
/// together. The others go on beside what comes next.
fn run_chunk(shared: &Arc<Shared>, clock: &dyn Clock, chunk: Vec<Job>) {
    let mut ended = Vec::with_capacity(chunk.len());
    for job in chunk {
        let clock = clock.fork(job.at);
        let mut child = Box::pin(run_child(Arc::clone(shared), clock, job));
        match poll_once(child.as_mut()) {
            Poll::Ready(done) => ended.push(done),
            Poll::Pending => {
                let shared = Arc::clone(shared);
                tokio::task::spawn_local(async move {
                    let done = child.await;
                    // Nobody listens when the run was given up.
                    let _ = shared.done.send(vec![done]);
                });
            }
        }
    }
    if !ended.is_empty() {
        let _ = shared.done.send(ended);
    }
}

fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

async fn run_child(shared: Arc<Shared>, mut clock: Box<dyn Clock>, job: Job) -> Done {
    let Job { number, given, .. } = job;
    let (items, size) = (given.items(), given.size());
    let child = run_given(&shared, &mut *clock, number, items, given).await;
    let mut entries = String::new();
    if let Ok(child) = &child {
        results::entries(child, &shared.writer, &mut entries);
    }
    Done {
        number,
        given: size,
        child,
        entries,
    }
}

async fn run_given(
    shared: &Shared,
    clock: &mut dyn Clock,
    number: u64,
    items: u64,
    given: Given,
) -> Result<ChildResult, StatesError> {
    let run = &shared.run;
    let input = match given {
        Given::Batch(input, _) => input,
        Given::Item(origin, item) => run.select(origin, item.read()?)?,
    };
    let started = clock.now();
    let start = run.child(number, input, started)?;
    let (identity, input) = (Arc::clone(&start.identity), start.input.clone());
    let program = Arc::clone(&run.program);
    let stop = pin!(pending());
    let ended = driver::run(program, start, &shared.host, clock, &mut Silent, stop).await;
    Ok(ChildResult {
        identity,
        items,
        input,
        outcome: ended.outcome,
        started,
        stopped: ended.at,
    })
}

/// Why a child did not succeed.
pub(super) fn failure(outcome: &Outcome) -> Option<StatesError> {
    match outcome {
        Outcome::Succeeded(_) => None,
        Outcome::Failed(error) | Outcome::Aborted(error) => Some(error.clone()),
        Outcome::TimedOut => Some(StatesError::timeout()),
    }
}
