//! The coordinator: hands children out to the workers and puts together what they come to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc as jobs, watch};

use super::feed::Feed;
use super::keeper::{Bounds, KeptRun};
use super::results::{self, Results};
use super::worker::{self, Done, Job, Shared};
use super::{Ended, Report};
use crate::data::{Json, StatesError, Timestamp};
use crate::engine::map_run::{MapRun, MapRunStatus, ResultWriter, Tally};
use crate::runtime::clock::Clock;
use crate::runtime::host::Host;
use crate::runtime::result_files::{ResultStatus, pending};

/// How many children go to a worker at once when many may run.
const CHUNK: u64 = 128;

/// How many chunks there are at least when as many children run as may.
const CHUNKS: u64 = 64;

/// Up to so many children at once, virtual time is exact.
const EXACT: u64 = 256;

/// How many bytes of items may be on their way at once.
const OPEN_BYTES: usize = 32 << 20;

/// How often is told how the run stands.
const COUNT_EVERY: Duration = Duration::from_millis(100);

pub(super) struct Coordinator {
    run: Arc<MapRun>,
    host: Arc<Host>,
    clock: Box<dyn Clock>,
    count: Box<dyn Fn(Report) + Send>,
    stop: watch::Sender<bool>,
    kept: Option<Arc<dyn KeptRun>>,
    bounds: Bounds,
    done: (mpsc::Sender<Vec<Done>>, mpsc::Receiver<Vec<Done>>),
    workers: Vec<Worker>,
    cores: usize,
    tally: Tally,
    /// How many items are known that no child was given yet.
    pending: u64,
    first_failure: Option<(u64, StatesError)>,
    /// When the last child ended that has.
    last: Timestamp,
    /// Children that were begun.
    begun: u64,
    /// Children whose results were taken, in order.
    taken: u64,
    /// Begun and not ended.
    open: u64,
    /// What those were given, in bytes.
    open_bytes: usize,
    /// Ended before others that come first.
    early: BTreeMap<u64, Done>,
    /// In bytes, what those left for the results.
    early_bytes: usize,
    /// When the children ended that make room for others, in time that is not the same for all;
    /// of very many, by their place.
    room: BinaryHeap<Reverse<(u64, Timestamp)>>,
    /// When the children ended that failed, with their items.
    failures: Vec<(Timestamp, u64)>,
    told: Instant,
}

struct Worker {
    jobs: jobs::UnboundedSender<Vec<Job>>,
    thread: JoinHandle<std::io::Result<()>>,
}

impl Coordinator {
    pub(super) fn new(
        run: Arc<MapRun>,
        host: Arc<Host>,
        clock: Box<dyn Clock>,
        count: Box<dyn Fn(Report) + Send>,
        stop: watch::Sender<bool>,
    ) -> Self {
        let last = run.at;
        let is_stopped = || *stop.borrow();
        let keeper = host.keeper();
        let kept = keeper.and_then(|keeper| keeper.begins(&run, &is_stopped));
        let bounds = Bounds::of(&run);
        Self {
            run,
            host,
            clock,
            count,
            stop,
            kept,
            bounds,
            done: mpsc::channel(),
            workers: Vec::new(),
            // Once: on Linux it reads files.
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            tally: Tally::default(),
            pending: 0,
            first_failure: None,
            last,
            begun: 0,
            taken: 0,
            open: 0,
            open_bytes: 0,
            early: BTreeMap::new(),
            early_bytes: 0,
            room: BinaryHeap::new(),
            failures: Vec::new(),
            told: Instant::now(),
        }
    }

    /// Runs the children to their ends, or until too many failed.
    pub(super) fn run(mut self) -> Ended {
        let result = self.results();
        let is_given_up = self.is_stopped();
        self.stop.send_replace(true);
        for worker in std::mem::take(&mut self.workers) {
            drop(worker.jobs);
            // Whatever became of it: nothing is left that it could tell.
            let _ = worker.thread.join();
        }
        self.count_stopped();
        self.tell(match result {
            Ok(_) => MapRunStatus::Succeeded,
            Err(_) if is_given_up => MapRunStatus::Aborted,
            Err(_) => MapRunStatus::Failed,
        });
        let at = if self.clock.is_virtual() {
            self.last
        } else {
            self.clock.now()
        };
        (at, result)
    }

    fn results(&mut self) -> Result<Json, StatesError> {
        if self.is_stopped() {
            return Err(stopped());
        }
        let run = Arc::clone(&self.run);
        let writer = results::writer(&run);
        let mut feed = Feed::open(&run, &self.host.buckets)?;
        let mut results = Results::open(&run, &writer, &self.host.buckets)?;
        let done = self.children(&mut feed, &mut results, &writer);
        match done {
            // What was done stays: the files tell it, whatever the run came to, and what was not.
            Err(error) => {
                if results.are_exported() && !self.is_stopped() {
                    let _ = self.leave(&mut feed, &mut results, &writer);
                }
                let _ = results.finish(&run);
                Err(error)
            }
            Ok(()) => results.finish(&run),
        }
    }

    fn children(
        &mut self,
        feed: &mut Feed,
        results: &mut Results,
        writer: &ResultWriter,
    ) -> Result<(), StatesError> {
        while !self.is_stopped() {
            self.look_up();
            self.judge()?;
            while !self.tally.complete && self.has_room() {
                let chunk = self.chunk(feed)?;
                self.hand_out(chunk, writer)?;
            }
            self.judge()?;
            if self.open == 0 && self.tally.complete {
                return Ok(());
            }
            // A worker answers, if only that it was stopped.
            let Ok(mut heard) = self.done.1.recv_timeout(COUNT_EVERY) else {
                self.check_workers()?;
                continue;
            };
            heard.extend(self.done.1.try_iter().flatten());
            for done in heard {
                self.hear(done, results)?;
            }
            while let Some(done) = self.early.remove(&self.taken) {
                self.taken += done.count;
                self.early_bytes -= done.size();
                if self.clock.is_virtual() {
                    self.count(&done)?;
                }
                Self::keep(&done, results)?;
            }
            self.tell(MapRunStatus::Running);
        }
        Err(stopped())
    }

    /// Takes what a worker says. In time that is not the same for all, children count in their
    /// order, so that every run comes to the same; else what failed counts at once.
    fn hear(&mut self, mut done: Done, results: &mut Results) -> Result<(), StatesError> {
        self.open -= done.count;
        self.open_bytes -= done.given;
        if !self.clock.is_virtual() {
            self.count(&done)?;
            if !results.are_ordered() {
                return Self::keep(&done, results);
            }
        }
        if results.are_ordered() && self.early_bytes + done.size() > results::ENOUGH {
            results.give_up();
            done.entries.clear();
        }
        self.early_bytes += done.size();
        self.early.insert(done.number, done);
        Ok(())
    }

    /// Writes what has ended without being counted, and what was not begun.
    fn leave(
        &mut self,
        feed: &mut Feed,
        results: &mut Results,
        writer: &ResultWriter,
    ) -> Result<(), StatesError> {
        for done in std::mem::take(&mut self.early).into_values() {
            Self::keep(&done, results)?;
        }
        let mut entry = String::new();
        while let Some(given) = feed.next()? {
            entry.clear();
            pending(&given.read(&self.run)?, writer, &mut entry);
            results.add(ResultStatus::Pending, &entry)?;
        }
        Ok(())
    }

    /// Learns what it may do from now on.
    fn look_up(&mut self) {
        if let Some(kept) = &self.kept {
            self.bounds = kept.bounds();
        }
    }

    /// Of a run that is kept, children are not dropped but stopped, and counted.
    fn count_stopped(&mut self) {
        if self.kept.is_none() {
            return;
        }
        let early = std::mem::take(&mut self.early).into_values();
        let early = early.filter(|_| self.clock.is_virtual());
        for done in early.chain(self.done.1.try_iter().flatten()) {
            self.tally.add(&done.tally);
        }
        self.open = 0;
    }

    fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Whether another may be begun. In time that is not the same for all, a child begins when
    /// another made room for it, and when that is, is known when all before it have ended; of very
    /// many, those that were taken must do.
    fn has_room(&self) -> bool {
        let most = u64::from(self.bounds.max_concurrency);
        let room = match (self.clock.is_virtual(), most <= EXACT) {
            (false, _) => self.open < most,
            (true, true) => self.begun < most || self.begun == self.taken,
            (true, false) => self.begun - self.taken < most,
        };
        room && self.open_bytes < OPEN_BYTES
    }

    /// The next children, as many as go out at once.
    fn chunk(&mut self, feed: &mut Feed) -> Result<Vec<Job>, StatesError> {
        let most = u64::from(self.bounds.max_concurrency);
        let size = (most / CHUNKS).clamp(1, CHUNK);
        let mut chunk = Vec::new();
        while (chunk.len() as u64) < size && self.has_room() {
            let Some(given) = feed.next()? else {
                self.tally.complete = true;
                break;
            };
            let at = match self.begun.checked_sub(most) {
                Some(_) => self.room.pop().map_or(self.last, |Reverse((_, at))| at),
                None => self.run.at,
            };
            let number = self.begun;
            self.begun += 1;
            self.open += 1;
            self.open_bytes += given.size();
            chunk.push(Job { number, at, given });
        }
        self.tally.total = feed.taken();
        self.pending = feed.left();
        Ok(chunk)
    }

    /// Gives a chunk to a worker, in turn; workers are begun as they are needed.
    fn hand_out(&mut self, chunk: Vec<Job>, writer: &ResultWriter) -> Result<(), StatesError> {
        let Some(first) = chunk.first().map(|job| job.number) else {
            return Ok(());
        };
        if self.workers.len() < self.cores {
            let worker = self.worker(writer.clone());
            self.workers.push(worker.map_err(|error| {
                let cause = format!("The Map Run cannot be done on this machine: {error}");
                StatesError::runtime(cause)
            })?);
        }
        let size = chunk.len() as u64;
        let turn = usize::try_from(first / size).unwrap_or(0) % self.workers.len();
        // A worker that is gone is found by `check_workers`.
        let _ = self.workers[turn].jobs.send(chunk);
        Ok(())
    }

    fn worker(&mut self, writer: ResultWriter) -> std::io::Result<Worker> {
        let (jobs, queue) = jobs::unbounded_channel();
        let shared = Shared {
            run: Arc::clone(&self.run),
            host: Arc::clone(&self.host),
            writer,
            names: self.run.names(),
            kept: self.kept.clone(),
            done: self.done.0.clone(),
        };
        let (clock, stopped) = (self.clock.fork(self.run.at), self.stop.subscribe());
        let thread = std::thread::Builder::new()
            .name("map-run-children".to_owned())
            .spawn(move || worker::work(shared, clock, queue, stopped))?;
        Ok(Worker { jobs, thread })
    }

    /// A worker ends only when it is told to: else its machine has no more to give.
    fn check_workers(&mut self) -> Result<(), StatesError> {
        let gone = self.workers.iter().position(|w| w.thread.is_finished());
        let Some(gone) = gone.filter(|_| !self.is_stopped()) else {
            return Ok(());
        };
        let why = match self.workers.swap_remove(gone).thread.join() {
            Ok(Err(error)) => error.to_string(),
            Ok(Ok(())) | Err(_) => "its thread ended".to_owned(),
        };
        let cause = format!("A child of the Map Run cannot run on this machine: {why}");
        Err(StatesError::runtime(cause))
    }

    fn count(&mut self, done: &Done) -> Result<(), StatesError> {
        if let Some(error) = &done.error {
            return Err(error.clone());
        }
        self.tally.add(&done.tally);
        if self.first_failure.is_none() {
            self.first_failure.clone_from(&done.first_failure);
        }
        self.last = done.stopped.iter().copied().fold(self.last, Timestamp::max);
        if self.clock.is_virtual() {
            let exact = u64::from(self.bounds.max_concurrency) <= EXACT;
            let places = (done.number..).map(|place| if exact { 0 } else { place });
            let ends = places.zip(done.stopped.iter().copied());
            self.room.extend(ends.map(Reverse));
            self.failures.extend(&done.failures);
        }
        Ok(())
    }

    fn keep(done: &Done, results: &mut Results) -> Result<(), StatesError> {
        done.entries
            .iter()
            .try_for_each(|(status, entries)| results.add(*status, entries))
    }

    /// When, in time that is not the same for all, too many had failed.
    fn exceeded_at(&self) -> Timestamp {
        let mut failures = self.failures.clone();
        failures.sort_unstable();
        let mut tally = Tally {
            total: self.tally.total,
            complete: self.tally.complete,
            ..Tally::default()
        };
        let passes = |(_, items): &&(Timestamp, u64)| {
            tally.failed += items;
            tally.exceeds(self.bounds.tolerance)
        };
        failures
            .iter()
            .find(passes)
            .map_or(self.last, |(at, _)| *at)
    }

    fn judge(&mut self) -> Result<(), StatesError> {
        if self.tally.exceeds(self.bounds.tolerance) {
            if self.clock.is_virtual() {
                self.last = self.exceeded_at();
            }
            return Err(Tally::exceeded());
        }
        Ok(())
    }

    fn tell(&mut self, status: MapRunStatus) {
        if status == MapRunStatus::Running && self.told.elapsed() < COUNT_EVERY {
            return;
        }
        self.told = Instant::now();
        let report = Report {
            name: self.run.name.clone(),
            tally: self.tally,
            pending: self.pending,
            running: self.open,
            first_failure: self.first_failure.clone(),
            status,
        };
        if let Some(kept) = &self.kept {
            kept.stands(&report, self.clock.now());
        }
        (self.count)(report);
    }
}

fn stopped() -> StatesError {
    StatesError::runtime("The Map Run was stopped.")
}
