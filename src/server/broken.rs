//! Executions that cannot go on: what is kept of them cannot be read or does not fit this version,
//! or this program has a mistake. Each ends as FAILED, its history says why, and everything else
//! goes on; left alone it would be RUNNING for ever.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use super::protocol::ApiError;
use super::rebuilding::RunRow;
use super::record::Recorder;
use super::service::Service;
use crate::data::Timestamp;
use crate::history::read_history;
pub(super) use crate::runtime::cannot_go_on as cause;

/// Why an execution cannot be had back.
#[derive(Debug)]
pub(super) enum Lost {
    /// The database cannot be read now: nothing is known about the execution.
    Database(rusqlite::Error),
    /// What is kept of it is of no use.
    Broken(String),
}

impl From<rusqlite::Error> for Lost {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Lost> for ApiError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Database(error) => error.into(),
            Lost::Broken(why) => Self::internal(format!("The execution cannot go on: {why}")),
        }
    }
}

/// An execution that cannot go on.
pub(super) struct Broken {
    id: i64,
    arn: String,
    /// How many of its events are kept.
    events: u64,
    /// When the last of them happened.
    at: Timestamp,
    why: String,
}

impl Broken {
    pub(super) fn find(
        row: &RunRow,
        why: String,
        connection: &Connection,
    ) -> rusqlite::Result<Self> {
        let (events, at) = last_event(connection, row.id)?;
        Ok(Self {
            id: row.id,
            arn: row.arn.clone(),
            events,
            at: at.unwrap_or(Timestamp(row.started)),
            why,
        })
    }
}

/// How many events of an execution are kept.
pub(super) fn kept_events(connection: &Connection, execution: i64) -> rusqlite::Result<u64> {
    Ok(last_event(connection, execution)?.0)
}

/// How many events of an execution are kept, and when the last one happened.
fn last_event(
    connection: &Connection,
    execution: i64,
) -> rusqlite::Result<(u64, Option<Timestamp>)> {
    let mut select = connection.prepare_cached(
        "SELECT first, lines FROM events WHERE execution = ?1 ORDER BY first DESC LIMIT 1",
    )?;
    let last = select.query_row(params![execution], |row| {
        let first: i64 = row.get(0)?;
        let lines = row.get_ref(1)?.as_str().unwrap_or_default();
        let count = i64::try_from(lines.lines().count()).unwrap_or(i64::MAX);
        let recording = lines.lines().last().map(read_history);
        let event = recording.and_then(Result::ok);
        let at = event.and_then(|it| it.events.last().map(|event| event.timestamp));
        let number = first.saturating_add(count).saturating_sub(1);
        Ok((u64::try_from(number).unwrap_or(0), at))
    });
    Ok(last.optional()?.unwrap_or((0, None)))
}

impl Service {
    /// Ends an execution that cannot go on.
    pub(super) fn give_up(&self, broken: &Broken) {
        let mut recorder =
            Recorder::new(self.store.clone(), broken.id.into(), broken.events, 0, None);
        recorder.broke(self.now().max(broken.at), &cause(&broken.why));
        self.tell_trouble(&broken.arn, &broken.why);
    }

    /// Tells whoever runs the server that an execution was ended.
    pub(super) fn tell_trouble(&self, arn: &str, why: &str) {
        self.troubles.tell_broken(arn, why);
    }
}

/// Where lines about troubles go.
type Tell = dyn Fn(&str) + Send + Sync;

/// What went wrong, for whoever runs the server.
#[derive(Default)]
pub(super) struct Troubles {
    count: AtomicU64,
    reader: Mutex<Reader>,
}

enum Reader {
    /// Nobody listens yet.
    Awaited(Vec<String>),
    There(Box<Tell>),
}

impl Default for Reader {
    fn default() -> Self {
        Self::Awaited(Vec::new())
    }
}

impl Troubles {
    /// Tells that an execution was ended.
    pub(super) fn tell_broken(&self, arn: &str, why: &str) {
        let line = format!("the execution {arn} cannot go on and has ended as FAILED: {why}");
        self.count.fetch_add(1, Ordering::Relaxed);
        match &mut *self.reader() {
            Reader::Awaited(lines) => lines.push(line),
            Reader::There(tell) => tell(&line),
        }
    }

    /// Lets somebody hear what went wrong so far, and what will.
    pub(super) fn listen(&self, tell: Box<Tell>) {
        let mut reader = self.reader();
        if let Reader::Awaited(lines) = &*reader {
            for line in lines {
                tell(line);
            }
        }
        *reader = Reader::There(tell);
    }

    /// How often something went wrong.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    fn reader(&self) -> MutexGuard<'_, Reader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
