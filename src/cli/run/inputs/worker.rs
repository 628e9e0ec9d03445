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
use crate::runtime::{self, Host, LogFile, LogFileError, Masked, Stop};

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
    /// Why no more can be run.
    pub(super) trouble: Option<Trouble>,
}

/// Why no more can be run.
pub(super) enum Trouble {
    /// The log is not whole.
    Log(LogFileError),
    /// It came to no end, which is a fault of ours.
    Lost,
}

/// Tells what became of a line, whatever becomes of it: who waits for its turn must not wait for
/// ever when there is a fault in the program.
struct Promise {
    finished: Option<Finished>,
    to: mpsc::UnboundedSender<Finished>,
}

impl Drop for Promise {
    fn drop(&mut self) {
        if let Some(finished) = self.finished.take() {
            // Nobody listens any more when all was given up.
            let _ = self.to.send(finished);
        }
    }
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
            let shared = Arc::clone(shared);
            let mut promise = Promise {
                finished: Some(Finished::not_yet(&job)),
                to: finished.clone(),
            };
            tokio::task::spawn_local(async move {
                promise.finished = Some(shared.run(job).await);
                drop((promise, place));
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

impl Finished {
    /// What is told of a line that comes to no end.
    fn not_yet(job: &Job) -> Self {
        Self {
            place: job.place,
            line: job.line,
            read_to: job.read_to,
            size: job.size(),
            result: String::new(),
            failure: None,
            trouble: Some(Trouble::Lost),
        }
    }
}

impl Shared {
    async fn run(&self, job: Job) -> Finished {
        let mut finished = Finished {
            trouble: None,
            ..Finished::not_yet(&job)
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
        let masking = self.host.handlers.masking();
        let mut log = match self.recipe.log(job.line, &start, masking) {
            Ok(log) => log,
            Err(error) => {
                finished.trouble = Some(Trouble::Log(error));
                return;
            }
        };
        let mut silent = Silent;
        let sink: &mut dyn EventSink = match &mut log {
            Some(log) => &mut Masked { sink: log, masking },
            None => &mut silent,
        };
        let stop = pin!(self.stopped());
        let program = Arc::clone(&self.program);
        let ended = runtime::run(program, start, &self.host, &mut *clock, sink, stop).await;
        // Machines that were only started run to their end, before there are too many of them.
        if self.host.detached_count() > 0 {
            self.host.finish(pin!(self.stopped())).await;
        }
        let logged = log.map_or(Ok(()), LogFile::finish);
        let outcome = masking.outcome(ended.outcome);
        finished.trouble = logged.err().map(Trouble::Log);
        finished.failure = match &outcome {
            Outcome::Succeeded(_) => None,
            Outcome::Failed(error) | Outcome::Aborted(error) => Some(error.to_string()),
            Outcome::TimedOut => Some("the execution timed out".to_owned()),
        };
        finished.result = Execution {
            line: job.line,
            name: &name,
            outcome: &outcome,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_comes_to_no_end_is_told() {
        let job = Job {
            place: 3,
            line: 7,
            read_to: 0,
            text: Ok("{}".to_owned()),
        };
        let (to, mut told) = mpsc::unbounded_channel();
        drop(Promise {
            finished: Some(Finished::not_yet(&job)),
            to,
        });
        let told = told.try_recv().expect("it was told");
        assert_eq!((told.place, told.line, told.size), (3, 7, 2));
        assert!(matches!(told.trouble, Some(Trouble::Lost)));
    }
}
