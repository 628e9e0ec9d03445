//! A worker: runs executions on one core, as many at once as wait for something.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::LocalSet;

use super::recipe::Recipe;
use super::result::{Execution, invalid};
use super::window::{Job, Window};
use crate::data::Json;
use crate::data::limits::MAX_PAYLOAD;
use crate::engine::{EventSink, Outcome, Program, Silent};
use crate::runtime::{self, Host, LogFile, LogFileError, Stop};

/// What all workers share.
pub(super) struct Shared {
    pub(super) program: Arc<Program>,
    pub(super) host: Arc<Host>,
    pub(super) recipe: Recipe,
    pub(super) window: Arc<Window>,
    /// Why all shall end, once they shall.
    pub(super) stop: watch::Sender<Option<Stop>>,
}

/// What became of a line.
pub(super) struct Finished {
    pub(super) place: u64,
    pub(super) line: u64,
    pub(super) read_to: u64,
    /// In bytes, what it takes of the window.
    pub(super) size: usize,
    /// Its line of the results.
    pub(super) result: String,
    /// Why it did not succeed.
    pub(super) failure: Option<String>,
    /// Why its log is not whole.
    pub(super) trouble: Option<LogFileError>,
}

/// Runs what comes until nothing comes any more, no more than `most` at once.
pub(super) fn work(
    shared: &Arc<Shared>,
    most: usize,
    finished: &mpsc::UnboundedSender<Finished>,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let places = Arc::new(Semaphore::new(most));
    let all = async {
        while let Ok(place) = Arc::clone(&places).acquire_owned().await
            && let Some(job) = shared.window.take().await
        {
            let (shared, finished) = (Arc::clone(shared), finished.clone());
            tokio::task::spawn_local(async move {
                // Nobody listens any more when all was given up.
                let _ = finished.send(shared.run(job).await);
                drop(place);
            });
        }
    };
    let local = LocalSet::new();
    runtime.block_on(local.run_until(all));
    // Those that still run.
    runtime.block_on(local);
    // A handler that hangs in a system call must not keep the program from ending.
    runtime.shutdown_timeout(Duration::from_millis(200));
    Ok(())
}

impl Shared {
    async fn run(&self, job: Job) -> Finished {
        let mut finished = Finished {
            place: job.place,
            line: job.line,
            read_to: job.read_to,
            size: job.size(),
            result: String::new(),
            failure: None,
            trouble: None,
        };
        match read(&job) {
            Ok(input) => self.execute(&job, input, &mut finished).await,
            Err(why) => {
                let text = job.text.as_deref().unwrap_or_default();
                finished.result = invalid(job.line, &why, text);
                finished.failure = Some(why);
            }
        }
        finished
    }

    async fn execute(&self, job: &Job, input: Json, finished: &mut Finished) {
        let mut clock = self.recipe.clock();
        let at = clock.now();
        let start = self.recipe.start(job.line, input, at);
        let start = start.expect("an example was made before");
        let name = Arc::clone(&start.identity.name);
        let mut log = match self.recipe.log(job.line, &start) {
            Ok(log) => log,
            Err(error) => {
                finished.trouble = Some(error);
                return;
            }
        };
        let mut silent = Silent;
        let sink: &mut dyn EventSink = match &mut log {
            Some(log) => log,
            None => &mut silent,
        };
        let stop = pin!(self.stopped());
        let program = Arc::clone(&self.program);
        let ended = runtime::run(program, start, &self.host, &mut *clock, sink, stop).await;
        // Machines that were only started run to their end, before there are too many of them.
        if self.host.detached_count() > 0 {
            self.host.finish(pin!(self.stopped())).await;
        }
        finished.trouble = log.and_then(|log| LogFile::finish(log).err());
        finished.failure = match &ended.outcome {
            Outcome::Succeeded(_) => None,
            Outcome::Failed(error) | Outcome::Aborted(error) => Some(error.to_string()),
            Outcome::TimedOut => Some("the execution timed out".to_owned()),
        };
        finished.result = Execution {
            line: job.line,
            name: &name,
            outcome: &ended.outcome,
            duration: ended.at.since(at),
            input: job.text.as_deref().unwrap_or_default(),
        }
        .to_line();
    }

    fn stopped(&self) -> impl Future<Output = Stop> + use<> {
        let mut stop = self.stop.subscribe();
        async move {
            let why = stop.wait_for(Option::is_some).await.ok();
            match why.and_then(|why| *why) {
                Some(why) => why,
                // Nobody is left who could stop it.
                None => std::future::pending().await,
            }
        }
    }
}

/// The input that a line is.
fn read(job: &Job) -> Result<Json, String> {
    let text = job.text.as_ref().map_err(String::clone)?;
    let input = Json::parse(text).map_err(|error| format!("the line is no JSON: {error}"))?;
    match input.size() {
        0..=MAX_PAYLOAD => Ok(input),
        size => Err(format!(
            "the input is too large: {size} bytes, and AWS takes up to {MAX_PAYLOAD}"
        )),
    }
}
