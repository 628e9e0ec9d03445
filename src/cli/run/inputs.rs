//! `asl run --inputs`: an execution for each line, a line of results for each in their order.
//!
//! A thread reads, one for each core runs, and this one writes. Between them is a [`Window`]: what
//! is read, what runs and what waits for its turn to be written are bounded together.

mod bar;
mod done;
mod recipe;
mod result;
mod source;
mod window;
mod worker;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::future::Future;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior};

use super::outside::Outside;
use super::port::OpenPort;
use super::progress::Voice;
use super::stop::stop;
use super::{fresh_seed, too_many_machines};
use crate::cli::Exit;
use crate::cli::args::RunArgs;
use crate::cli::document::Document;
use crate::cli::output::{Failure, Terminal};
use crate::data::Seed;
use crate::engine::Program;
use crate::report::histories::duration;
use crate::report::style::{Style, fit, printable, printable_json};
use crate::runtime::Stop;
use bar::Bar;
use done::Done;
use recipe::Recipe;
use source::{Ending, Source};
use window::Window;
use worker::{Finished, Shared, Trouble};

/// How many executions run at once on a core: those that wait for handlers and for time.
const JOBS_PER_CORE: usize = 8;

/// How many results are taken at once.
const MANY: usize = 256;

/// What readers and executions are measured with: the main thread's own.
const STACK: usize = 8 << 20;

/// How many failures the summary names.
const MOST_FAILURES: usize = 5;

/// How results stand.
#[derive(Default)]
pub(super) struct Counts {
    written: u64,
    failed: u64,
    /// The last line that was written.
    line: u64,
    /// How far the inputs are done, in bytes.
    read_to: u64,
    /// The first failures, by their lines.
    failures: Vec<(u64, String)>,
}

pub(super) fn run(
    args: &RunArgs,
    inputs: &Path,
    terminal: &Terminal,
    document: &Document,
    (program, machine): (Program, String),
    outside: Outside,
) -> Result<Exit, Failure> {
    let seed = Seed(args.seed.unwrap_or_else(fresh_seed));
    let recipe = Recipe::new(args, document, machine, seed)?;
    let done = match &args.many.skip_done {
        Some(results) => Done::read(results, terminal)?,
        None => Done::default(),
    };
    let source = Source::open(inputs)?;
    crate::runtime::raise_descriptor_limit();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.many.jobs.map(|jobs| usize::from(jobs.get()));
    let jobs = jobs.unwrap_or(JOBS_PER_CORE * cores);
    let shared = Arc::new(Shared {
        program: Arc::new(program),
        host: Arc::clone(&outside.host),
        recipe,
        window: Arc::new(Window::new(jobs)),
        stop: watch::Sender::new(None),
    });
    let mut results = Results::new(args, terminal, &source, &shared);
    if done.is_torn {
        results.print("\n")?;
    }
    let (finished, workers) = employ(&shared, jobs, cores).map_err(|error| cannot_start(&error))?;
    let ending = read(source, done, &shared.window);
    let mut ending = ending.map_err(|error| cannot_start(&error))?;
    let ended = results.take_all(args, terminal, outside.port, finished);
    // Whatever still runs ends now, and with it what it started.
    shared.window.give_up();
    let why = ended.as_ref().ok().and_then(End::stopped);
    shared
        .stop
        .send_replace(Some(why.unwrap_or(Stop::Interrupted)));
    for worker in workers {
        let worked = worker.join().expect("workers do not panic");
        worked.map_err(|error| cannot_start(&error))?;
    }
    results.conclude(ended?, ending.try_recv().ok(), terminal)
}

/// A worker's thread.
type Worker = JoinHandle<io::Result<()>>;

fn cannot_start(error: &io::Error) -> Failure {
    Failure::usage(format_args!("cannot start a thread: {error}"))
}

/// As many workers as there are cores, or as executions may run at once.
fn employ(
    shared: &Arc<Shared>,
    jobs: usize,
    cores: usize,
) -> io::Result<(UnboundedReceiver<Finished>, Vec<Worker>)> {
    let (sender, finished) = mpsc::unbounded_channel();
    let threads = cores.min(jobs);
    let worker = |number: usize| {
        let (shared, sender) = (Arc::clone(shared), sender.clone());
        let most = jobs / threads + usize::from(number < jobs % threads);
        let thread = thread::Builder::new().stack_size(STACK);
        thread.spawn(move || worker::work(&shared, most, &sender))
    };
    let workers: io::Result<Vec<_>> = (0..threads).map(worker).collect();
    Ok((finished, workers?))
}

/// Reads on a thread that nobody waits for: it may wait for a person.
fn read(source: Source, done: Done, window: &Arc<Window>) -> io::Result<oneshot::Receiver<Ending>> {
    let window = Arc::clone(window);
    let (sender, ending) = oneshot::channel();
    thread::Builder::new().spawn(move || {
        let ending = source.read(&window, &done);
        // Nobody asks when the run was given up.
        let _ = sender.send(ending);
        window.end();
    })?;
    Ok(ending)
}

/// Why no more results are written.
enum End {
    /// There are no more.
    All,
    /// The run was stopped.
    Stopped(Stop),
    /// This line failed.
    Failed(u64, String),
}

impl End {
    fn stopped(&self) -> Option<Stop> {
        match self {
            Self::Stopped(why) => Some(*why),
            Self::All | Self::Failed(..) => None,
        }
    }
}

/// Writes the results in the order of their inputs.
struct Results {
    out: BufWriter<Stdout>,
    is_seen: bool,
    keep_going: bool,
    bar: Bar,
    shared: Arc<Shared>,
    /// Whose turn it is.
    next: u64,
    /// Ended before others that come first.
    /// Invariant: none of them is `next` while more are waited for.
    early: BTreeMap<u64, Finished>,
    counts: Counts,
}

impl Results {
    fn new(args: &RunArgs, terminal: &Terminal, source: &Source, shared: &Arc<Shared>) -> Self {
        Self {
            out: BufWriter::with_capacity(64 * 1024, io::stdout()),
            is_seen: terminal.stdout_seen,
            keep_going: args.many.keep_going,
            bar: Bar::new(args.progress, source.size, terminal),
            shared: Arc::clone(shared),
            next: 0,
            early: BTreeMap::new(),
            counts: Counts::default(),
        }
    }

    /// Writes what comes, until no more comes or none of it is wanted.
    fn take_all(
        &mut self,
        args: &RunArgs,
        terminal: &Terminal,
        port: Option<OpenPort>,
        finished: UnboundedReceiver<Finished>,
    ) -> Result<End, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let ended = runtime.block_on(async {
            let stop = pin!(stop(args, Arc::new(Notify::new())));
            let Some(port) = port else {
                return self.take(finished, stop).await;
            };
            let (serving, tell) = port.serve(Voice::new(terminal, None))?;
            let ended = tokio::select! {
                ended = self.take(finished, stop) => ended,
                never = tell => match never {},
            };
            serving.end().await;
            ended
        });
        // What is written are whole lines, however it ended.
        let flushed = self.out.flush();
        let ended = ended?;
        flushed?;
        Ok(ended)
    }

    async fn take(
        &mut self,
        mut finished: UnboundedReceiver<Finished>,
        mut stop: Pin<&mut impl Future<Output = Stop>>,
    ) -> Result<End, Failure> {
        let interval = self.bar.interval();
        let mut told = tokio::time::interval_at(Instant::now() + interval, interval);
        told.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut some = Vec::new();
        loop {
            tokio::select! {
                biased;
                why = stop.as_mut() => return Ok(End::Stopped(why)),
                _ = told.tick() => self.bar.tell(&self.counts),
                count = finished.recv_many(&mut some, MANY) => {
                    if count == 0 {
                        return Ok(End::All);
                    }
                    for one in some.drain(..) {
                        if let Some(end) = self.add(one)? {
                            return Ok(end);
                        }
                    }
                    if finished.is_empty() {
                        self.out.flush()?;
                    }
                }
            }
        }
    }

    /// Writes a result, and those that waited for it; or lets it wait for others.
    fn add(&mut self, mut finished: Finished) -> Result<Option<End>, Failure> {
        if finished.failure.is_some() && !self.keep_going {
            // All lines before it have been begun, and none behind it is wanted.
            self.shared.window.give_up();
        }
        if finished.place != self.next {
            let size = finished.result.len();
            finished.size += size;
            self.shared.window.grow(size);
            self.early.insert(finished.place, finished);
            return Ok(None);
        }
        let mut turn = Some(finished);
        while let Some(finished) = turn {
            self.next += 1;
            if let Some(end) = self.write(finished)? {
                return Ok(Some(end));
            }
            turn = self.early.remove(&self.next);
        }
        Ok(None)
    }

    fn write(&mut self, finished: Finished) -> Result<Option<End>, Failure> {
        let Finished { line, result, .. } = finished;
        if !result.is_empty() {
            let result = if self.is_seen {
                printable_json(&result)
            } else {
                Cow::Borrowed(&*result)
            };
            self.print(&format!("{result}\n"))?;
        }
        self.shared.window.retire(finished.size);
        self.counts.written += 1;
        self.counts.line = line;
        self.counts.read_to = finished.read_to;
        match finished.trouble {
            None => {}
            Some(Trouble::Log(error)) => return Err(Failure::usage(error)),
            Some(Trouble::Lost) => {
                let message = format_args!("line {line} came to no end: a fault of this program");
                return Err(Failure::usage(message));
            }
        }
        let Some(why) = finished.failure else {
            return Ok(None);
        };
        self.counts.failed += 1;
        if self.counts.failures.len() < MOST_FAILURES {
            self.counts.failures.push((line, why.clone()));
        }
        Ok((!self.keep_going).then_some(End::Failed(line, why)))
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        if !self.is_seen {
            return self.out.write_all(text.as_bytes());
        }
        let out = &mut self.out;
        self.bar.aside(|| {
            out.write_all(text.as_bytes())?;
            out.flush()
        })
    }

    /// Says how it went.
    fn conclude(
        self,
        end: End,
        ending: Option<Ending>,
        terminal: &Terminal,
    ) -> Result<Exit, Failure> {
        let elapsed = self.bar.finish();
        if self.shared.host.was_full() {
            terminal.error(&too_many_machines());
        }
        let counts = &self.counts;
        let (skipped, broken) = ending.map_or((0, None), |end| (end.skipped, end.broken));
        if !terminal.quiet {
            terminal.say(&summary(counts, skipped, elapsed, &terminal.stderr_style()));
        }
        match end {
            End::All => match broken {
                Some(broken) => Err(Failure::usage(broken)),
                None if counts.failed > 0 => Ok(Exit::Findings),
                None => Ok(Exit::Success),
            },
            End::Failed(line, why) => {
                terminal.error(&format!(
                    "stopped at line {line}, which failed: {}; {GO_ON}, or see them all with \
                     --keep-going",
                    printable(&why)
                ));
                Ok(Exit::Findings)
            }
            End::Stopped(why) => {
                let (cause, exit) = match why {
                    Stop::Interrupted => ("interrupted", Exit::Interrupted),
                    Stop::OutOfTime => ("the time given by --timeout was over", Exit::TimedOut),
                };
                terminal.error(&format!("{cause} {}; {GO_ON}", behind(counts.line)));
                Ok(exit)
            }
        }
    }
}

/// What to do about results that are not complete.
const GO_ON: &str = "to go on, name the file with these results in --skip-done and append to it";

fn behind(line: u64) -> String {
    match line {
        0 => "before the first result".to_owned(),
        line => format!("behind line {line}"),
    }
}

/// `✔ 1200 inputs: 1197 succeeded, 3 failed, 7 done before  1.20 s, 1000/s`, and the first
/// failures.
fn summary(counts: &Counts, skipped: u64, elapsed: Duration, style: &Style) -> String {
    let (written, failed) = (counts.written, counts.failed);
    let mark = if failed == 0 {
        style.ok("✔")
    } else {
        style.bad("✖")
    };
    let noun = if written == 1 { "input" } else { "inputs" };
    let mut text = format!("{mark} {written} {noun}: {} succeeded", written - failed);
    for (count, what) in [(failed, "failed"), (skipped, "done before")] {
        if count > 0 {
            write!(text, ", {count} {what}").expect("a string takes all");
        }
    }
    let millis = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
    let time = format!("{}, {}", duration(millis), bar::rate(written, elapsed));
    writeln!(text, "  {}", style.dim(&time)).expect("a string takes all");
    for (line, why) in &counts.failures {
        let told = format!("  line {line}  {}", printable(why));
        writeln!(text, "{}", fit(&told, style.width)).expect("a string takes all");
    }
    let more = failed - counts.failures.len() as u64;
    if more > 0 {
        writeln!(text, "  and {more} more").expect("a string takes all");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_the_first_failures() {
        let counts = Counts {
            written: 1200,
            failed: 3,
            failures: vec![
                (7, "Declined: no\u{1b} funds".to_owned()),
                (9, "E".to_owned()),
            ],
            ..Counts::default()
        };
        let text = summary(
            &counts,
            7,
            Duration::from_millis(1500),
            &Style::new(false, 80),
        );
        assert_eq!(
            text,
            "✖ 1200 inputs: 1197 succeeded, 3 failed, 7 done before  1.50 s, 800/s\n  \
             line 7  Declined: no\\u001b funds\n  line 9  E\n  and 1 more\n"
        );
    }
}
