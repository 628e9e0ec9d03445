//! The thread that writes: all that waits goes into one transaction.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tokio::sync::{mpsc, oneshot};

use super::{Append, Change, Child};
use crate::runtime::caught_at_once;
use crate::server::live::Watchers;
use crate::server::protocol::ApiError;

/// So much goes into one transaction at most.
const MOST_JOBS: usize = 4096;

/// So much may wait to be written before others are asked to wait too.
const MOST_WAITING: usize = 2 * MOST_JOBS;

/// How long a disk that is full is left alone.
const PAUSE: Duration = Duration::from_millis(500);

/// Tells whoever asked how it went, once the transaction is over.
type Finish = Box<dyn FnOnce(Result<(), ApiError>) + Send>;

/// Something to be done alone, or refused: whether it changed anything that shall stay, and how to
/// tell.
type Call = Box<dyn FnOnce(Result<&Connection, ApiError>) -> (bool, Finish) + Send>;

enum Job {
    Call(Call),
    /// Since when it waits, and what.
    Append(Instant, Append),
    /// Trying again what could not be written.
    Retry,
    Close(oneshot::Sender<()>),
}

pub(super) struct Writer {
    jobs: mpsc::UnboundedSender<Job>,
    /// How many appends are not written yet.
    waiting: Arc<AtomicUsize>,
    times: Arc<Mutex<Times>>,
    watchers: Arc<Watchers>,
}

/// How many commits there were, and how long they took together.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommitTimes {
    /// So many.
    pub count: u64,
    /// Together.
    pub total: Duration,
    /// The longest.
    pub longest: Duration,
    /// How many took at most as long as each of [`CommitTimes::BOUNDS`], and longer than the one
    /// before.
    pub buckets: [u64; CommitTimes::BOUNDS.len()],
}

impl CommitTimes {
    /// Where buckets end, in microseconds.
    pub const BOUNDS: [u64; 10] = [
        250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_500_000,
    ];

    fn add(&mut self, took: Duration) {
        self.count += 1;
        self.total += took;
        self.longest = self.longest.max(took);
        let bounds = Self::BOUNDS.map(Duration::from_micros);
        if let Some(bucket) = bounds.iter().position(|bound| took <= *bound) {
            self.buckets[bucket] += 1;
        }
    }
}

/// What is counted of writing.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::server) struct Times {
    pub(in crate::server) commits: CommitTimes,
    /// From the event to the disk.
    pub(in crate::server) appends: CommitTimes,
    /// How many states were entered.
    pub(in crate::server) transitions: u64,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (jobs, queue) = mpsc::unbounded_channel();
        let (times, watchers, waiting) = (Arc::default(), Arc::default(), Arc::default());
        let thread = Thread {
            connection,
            queue,
            waiting: Arc::clone(&waiting),
            appends: VecDeque::new(),
            times: Arc::clone(&times),
            watchers: Arc::clone(&watchers),
        };
        // A machine that has no thread left cannot serve at all; calls tell so.
        let _ = std::thread::Builder::new()
            .name("database".to_owned())
            .spawn(move || thread.run());
        Self {
            jobs,
            waiting,
            times,
            watchers,
        }
    }

    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (answer, answered) = oneshot::channel();
        self.ask(work, |answered| {
            // Whoever asked may have gone.
            let _ = answer.send(answered);
        })?;
        answered.await.unwrap_or_else(|_| Err(self.lost()))
    }

    /// The same, on a thread that may wait.
    pub(super) fn call_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.ask(work, move |answered| {
            let _ = answer.send(answered);
        })?;
        answered.recv().unwrap_or_else(|_| Err(self.lost()))
    }

    /// Why there is no answer.
    fn lost(&self) -> ApiError {
        if self.jobs.is_closed() {
            gone()
        } else {
            ApiError::panicked("the database could not be written")
        }
    }

    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
        answer: impl FnOnce(Result<T, ApiError>) + Send + 'static,
    ) -> Result<(), ApiError> {
        let call: Call = Box::new(move |connection| {
            let done = connection.and_then(|connection| {
                let done = caught_at_once(|| work(connection));
                done.unwrap_or_else(|said| Err(ApiError::panicked(&said)))
            });
            let changed = done.is_ok();
            let finish: Finish = Box::new(move |kept| answer(kept.and(done)));
            (changed, finish)
        });
        self.jobs.send(Job::Call(call)).map_err(|_| gone())
    }

    /// Whether more waits to be written than should.
    pub(super) fn is_behind(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > MOST_WAITING
    }

    pub(super) fn append(&self, append: Append) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _ = self.jobs.send(Job::Append(Instant::now(), append));
    }

    pub(super) fn times(&self) -> Times {
        *self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn watchers(&self) -> &Arc<Watchers> {
        &self.watchers
    }

    /// Ends when everything that was asked for before is written.
    pub(super) async fn close(&self) {
        let (closed, done) = oneshot::channel();
        if self.jobs.send(Job::Close(closed)).is_ok() {
            let _ = done.await;
        }
    }
}

fn gone() -> ApiError {
    ApiError::internal("The database is closed.")
}

struct Thread {
    connection: Connection,
    queue: mpsc::UnboundedReceiver<Job>,
    waiting: Arc<AtomicUsize>,
    /// What is to be written, or could not be and is tried again.
    appends: VecDeque<(Instant, Append)>,
    times: Arc<Mutex<Times>>,
    watchers: Arc<Watchers>,
}

impl Thread {
    fn run(mut self) {
        while let Some(first) = self.next() {
            let began = Instant::now();
            let (mut calls, mut closed) = (Vec::new(), None);
            let mut job = Some(first);
            while let Some(next) = job.take() {
                match next {
                    Job::Call(call) => calls.push(call),
                    Job::Append(since, append) => self.appends.push_back((since, append)),
                    Job::Retry => {}
                    Job::Close(close) => closed = Some(close),
                }
                if calls.len() + self.appends.len() < MOST_JOBS && closed.is_none() {
                    job = self.queue.try_recv().ok();
                }
            }
            // Whoever asked for what panicked is told by the loss of his answer; what executions did
            // is tried again.
            if caught_at_once(|| self.transact(calls)) == Ok(true) {
                self.count(began.elapsed());
            }
            if let Some(closed) = closed {
                let _ = closed.send(());
                return;
            }
        }
    }

    /// The next job. What could not be written is tried again every now and then.
    fn next(&mut self) -> Option<Job> {
        if self.appends.is_empty() {
            return self.queue.blocking_recv();
        }
        std::thread::sleep(PAUSE);
        match self.queue.try_recv() {
            Ok(job) => Some(job),
            Err(mpsc::error::TryRecvError::Empty) => Some(Job::Retry),
            Err(mpsc::error::TryRecvError::Disconnected) => None,
        }
    }

    /// Writes what is to be written and does calls, in one transaction; whether it is kept.
    fn transact(&mut self, calls: Vec<Call>) -> bool {
        let (mut calls, mut finishes) = (calls.into_iter(), Vec::new());
        let connection = &self.connection;
        undo(connection);
        let done = connection.execute_batch("BEGIN IMMEDIATE").and_then(|()| {
            for (_, append) in &self.appends {
                write(connection, append)?;
            }
            if self.appends.iter().any(|(_, append)| append.ends()) {
                delete_machines(connection)?;
            }
            for call in calls.by_ref() {
                finishes.push(alone(connection, call)?);
            }
            connection.execute_batch("COMMIT")
        });
        let kept = done.map_err(ApiError::from);
        match &kept {
            Ok(()) => {
                let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
                self.waiting
                    .fetch_sub(self.appends.len(), Ordering::Relaxed);
                for (since, append) in self.appends.drain(..) {
                    times.appends.add(since.elapsed());
                    times.transitions += append.transitions;
                    append.acks.into_iter().for_each(|ack| {
                        let _ = ack.send(());
                    });
                    self.watchers.tell(append.execution.get());
                }
            }
            Err(refused) => {
                undo(connection);
                finishes.extend(calls.map(|call| call(Err(refused.clone())).1));
            }
        }
        for finish in finishes {
            finish(kept.clone());
        }
        kept.is_ok()
    }

    fn count(&self, took: Duration) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.commits.add(took);
    }
}

/// Nothing is left of a transaction that was not committed.
fn undo(connection: &Connection) {
    if !connection.is_autocommit() {
        // What cannot be undone now cannot be committed either.
        let _ = connection.execute_batch("ROLLBACK");
    }
}

/// Does one call so that it leaves nothing when it fails.
fn alone(connection: &Connection, call: Call) -> rusqlite::Result<Finish> {
    connection.prepare_cached("SAVEPOINT call")?.execute([])?;
    let (changed, finish) = call(Ok(connection));
    if connection.is_autocommit() {
        // A full disk may have undone the whole transaction: all of it is refused, and this call
        // with the reason that it was given.
        let kept = if changed {
            Err(undone().into())
        } else {
            Ok(())
        };
        finish(kept);
        return Err(undone());
    }
    if !changed {
        connection.prepare_cached("ROLLBACK TO call")?.execute([])?;
    }
    connection.prepare_cached("RELEASE call")?.execute([])?;
    Ok(finish)
}

fn undone() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT_ROLLBACK),
        Some("another request of the same moment could not be written".to_owned()),
    )
}

fn write(connection: &Connection, append: &Append) -> rusqlite::Result<()> {
    if let Some(Change::Begun(child)) = append.changes.first() {
        append.execution.set(begin(connection, child)?);
    }
    let id = append.execution.get();
    let lines = |table: &str, first: u64, lines: &str| {
        if lines.is_empty() {
            return Ok(());
        }
        let first = i64::try_from(first).unwrap_or(i64::MAX);
        let insert = match table {
            "events" => "INSERT INTO events (execution, first, lines) VALUES (?1, ?2, ?3)",
            _ => "INSERT INTO journal (execution, first, lines) VALUES (?1, ?2, ?3)",
        };
        let mut insert = connection.prepare_cached(insert)?;
        insert.execute(params![id, first, lines]).map(drop)
    };
    lines("events", append.first_event, &append.events)?;
    let is_final = |change: &Change| match change {
        Change::Ended { status, .. } => *status == "SUCCEEDED",
        Change::Forgotten => true,
        Change::Begun(_) | Change::Redriven { .. } | Change::MapRun { .. } => false,
    };
    if append.changes.iter().any(is_final) {
        // Nothing goes on from here: the events are all that is needed of it.
        let is_kept = append.first_entry > 0 || append.first_event > 1;
        if is_kept {
            let delete = "DELETE FROM journal WHERE execution = ?1";
            connection.prepare_cached(delete)?.execute([id])?;
        }
    } else {
        lines("journal", append.first_entry, &append.entries)?;
    }
    let insert = "INSERT OR IGNORE INTO tokens (token, execution) VALUES (?1, ?2)";
    for token in &append.tokens {
        let mut insert = connection.prepare_cached(insert)?;
        insert.execute(params![token, id])?;
    }
    append
        .changes
        .iter()
        .try_for_each(|it| change(connection, id, it))
}

/// The row of a child. One that is restarted has one already.
fn begin(connection: &Connection, child: &Child) -> rusqlite::Result<i64> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO executions (arn, machine_arn, name, revision, status, started, input, seed, \
         map_run, round) VALUES (?1, ?2, ?3, ?4, 'RUNNING', ?5, ?6, ?7, ?8, ?9) \
         ON CONFLICT (arn) DO UPDATE SET status = 'RUNNING', started = ?5, stopped = NULL, \
         output = NULL, error = NULL, cause = NULL, round = ?9 RETURNING id",
    )?;
    let row = params![
        &*child.arn,
        &*child.machine_arn,
        &*child.name,
        child.revision,
        child.started,
        child.input,
        child.seed,
        child.map_run,
        child.round
    ];
    insert.query_row(row, |row| row.get(0))
}

fn change(connection: &Connection, id: i64, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::MapRun {
            id,
            status,
            stopped,
            item_counts,
            execution_counts,
        } => {
            let mut update = connection.prepare_cached(
                "UPDATE map_runs SET status = ?2, stopped = ?3, item_counts = ?4, \
                 execution_counts = ?5 WHERE id = ?1",
            )?;
            let changed = params![id, status, stopped, item_counts, execution_counts];
            update.execute(changed).map(drop)
        }
        Change::Ended {
            status,
            stopped,
            output,
            error,
            cause,
        } => {
            let mut update = connection.prepare_cached(
                "UPDATE executions SET status = ?2, stopped = ?3, output = ?4, error = ?5, \
                 cause = ?6 WHERE id = ?1",
            )?;
            let changed = params![id, status, stopped, output, error, cause];
            update.execute(changed).map(drop)
        }
        Change::Redriven { at, round, token } => {
            let mut update = connection.prepare_cached(
                "UPDATE executions SET status = 'RUNNING', stopped = NULL, error = NULL, \
                 cause = NULL, redrives = redrives + 1, redriven = ?2, round = ?3 \
                 WHERE id = ?1",
            )?;
            update.execute(params![id, at, round])?;
            token
                .iter()
                .try_for_each(|it| redriven(connection, id, it, *at))
        }
        // Done with what was written before.
        Change::Begun(_) | Change::Forgotten => Ok(()),
    }
}

/// A machine that is being deleted goes with the last of its executions.
fn delete_machines(connection: &Connection) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached(
        "DELETE FROM machines WHERE deleting IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM executions e \
         WHERE e.machine_arn = machines.arn AND e.status = 'RUNNING')",
    )?;
    delete.execute([]).map(drop)
}

/// How many client tokens of redrives are remembered.
const MOST_TOKENS: i64 = 10;

fn redriven(connection: &Connection, id: i64, token: &str, at: i64) -> rusqlite::Result<()> {
    let insert = "INSERT OR REPLACE INTO redrives (execution, token, at) VALUES (?1, ?2, ?3)";
    connection
        .prepare_cached(insert)?
        .execute(params![id, token, at])?;
    let mut forget = connection.prepare_cached(
        "DELETE FROM redrives WHERE execution = ?1 AND token NOT IN \
         (SELECT token FROM redrives WHERE execution = ?1 ORDER BY at DESC LIMIT ?2)",
    )?;
    forget.execute(params![id, MOST_TOKENS]).map(drop)
}
