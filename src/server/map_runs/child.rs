//! A child of a Map Run: what is kept of it, and how more is kept.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::counts::ITEMS;
use super::{MapRuns, lock};
use crate::data::{Json, StatesError, Timestamp};
use crate::engine::{EventSink, Identity, Input, Outcome, Start};
use crate::history::HistoryEvent;
use crate::runtime::{
    Ack, BegunChild, Behind, Ended, Entry, Journal, JournalError, KeptChild, Remote,
};
use crate::server::api::early_results;
use crate::server::broken::{cause, kept_events};
use crate::server::protocol::ApiError;
use crate::server::record::Recorder;
use crate::server::store::{Child, RowId};

/// Where a child belongs.
pub(super) struct Place {
    /// Its Map Run's row.
    pub(super) id: i64,
    /// The machine's revision.
    pub(super) revision: i64,
    /// How often the Map Run was redriven.
    pub(super) round: i64,
}

/// The row of a child that is there already.
pub(super) struct Known {
    pub(super) row: i64,
    /// How many of its events are kept.
    pub(super) events: u64,
    pub(super) has_ended: bool,
    /// How it had ended, and how many items it has, when it begins again in this round.
    pub(super) begins_again: Option<(String, u64)>,
}

/// A child's row, as far as it says how to go on.
struct Row {
    id: i64,
    status: String,
    started: Timestamp,
    stopped: Option<Timestamp>,
    /// How it ended.
    outcome: Option<Outcome>,
    /// How often its Map Run had been redriven then.
    round: i64,
    items: u64,
}

impl Row {
    fn of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let status: String = row.get(1)?;
        let error = || -> rusqlite::Result<StatesError> {
            Ok(StatesError {
                error: row.get::<_, Option<String>>(5)?.map(Into::into),
                cause: row.get::<_, Option<String>>(6)?.map(Into::into),
                ..StatesError::default()
            })
        };
        let outcome = match status.as_str() {
            "SUCCEEDED" => {
                let output: String = row.get(4)?;
                Json::parse(&output).ok().map(Outcome::Succeeded)
            }
            "FAILED" => Some(Outcome::Failed(error()?)),
            "TIMED_OUT" => Some(Outcome::TimedOut),
            "ABORTED" => Some(Outcome::Aborted(error()?)),
            _ => None,
        };
        Ok(Self {
            id: row.get(0)?,
            status,
            started: Timestamp(row.get(2)?),
            stopped: row.get::<_, Option<i64>>(3)?.map(Timestamp),
            outcome,
            round: row.get(7)?,
            items: row.get::<_, i64>(8)?.unsigned_abs(),
        })
    }
}

/// What is kept of a child, with its row. What has ended stands in the round it ended in; in the
/// next one, what did not succeed goes on, and Express children begin again (12.1).
pub(super) fn find(
    connection: &Connection,
    arn: &str,
    is_express: bool,
    (round, is_batched): (i64, bool),
) -> Result<Option<(Known, KeptChild)>, ApiError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT id, status, started, stopped, output, error, cause, round, {ITEMS} \
         FROM executions WHERE arn = ?1"
    ))?;
    let found = select.query_row(params![arn, is_batched], Row::of);
    let Some(row) = found.optional()? else {
        return Ok(None);
    };
    let known = Known {
        row: row.id,
        events: kept_events(connection, row.id)?,
        has_ended: row.status != "RUNNING",
        begins_again: (row.round < round).then_some((row.status, row.items)),
    };
    let stands = |outcome: &Outcome| row.round == round || matches!(outcome, Outcome::Succeeded(_));
    let kept = match row.outcome {
        Some(outcome) if stands(&outcome) => KeptChild::Ended {
            outcome,
            started: row.started,
            stopped: row.stopped.unwrap_or(row.started),
        },
        _ if is_express => KeptChild::Nothing,
        _ => match entries(connection, row.id)? {
            Ok(journal) => KeptChild::Begun(BegunChild {
                started: row.started,
                journal,
                events: known.events,
                early: early_results(connection, row.id)?,
                redrive: known.has_ended,
                taken_up: None,
            }),
            Err(error) => KeptChild::Lost(error.to_string()),
        },
    };
    Ok(Some((known, kept)))
}

fn entries(connection: &Connection, id: i64) -> rusqlite::Result<Result<Vec<Entry>, JournalError>> {
    let mut select = connection
        .prepare_cached("SELECT lines FROM journal WHERE execution = ?1 ORDER BY first")?;
    let mut rows = select.query(params![id])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        for line in row.get_ref(0)?.as_str().unwrap_or_default().lines() {
            match Entry::read(line) {
                Ok(entry) => entries.push(entry),
                Err(error) => return Ok(Err(error)),
            }
        }
    }
    Ok(Ok(entries))
}

/// Writes a child down. Of an Express one only how it ended is kept, as little as AWS keeps.
pub(super) struct ChildJournal {
    recorder: Recorder,
    all: MapRuns,
    child: Arc<Identity>,
    /// Reaches it, until that is known to others.
    remote: Option<Remote>,
}

impl ChildJournal {
    /// A journal behind what is kept in this row, if there is one.
    pub(super) fn new(
        all: &MapRuns,
        start: &Start,
        behind: Behind,
        remote: Remote,
        row: Option<i64>,
    ) -> Self {
        let row = row.map_or_else(RowId::default, RowId::from);
        let (store, Behind { events, entries }) = (all.0.store.clone(), behind);
        Self {
            recorder: Recorder::new(store, row, events, entries, None),
            all: all.clone(),
            child: Arc::clone(&start.identity),
            remote: Some(remote),
        }
    }

    /// Keeps that it begins.
    pub(super) fn begins(&mut self, start: &Start, place: &Place) {
        let identity = &start.identity;
        if identity.express && place.round > 0 {
            let arn = Arc::clone(&identity.execution_arn);
            lock(&self.all.0.rounds).insert(arn, place.round);
        }
        self.recorder.begun(Child {
            arn: Arc::clone(&identity.execution_arn),
            machine_arn: Arc::clone(&identity.state_machine_arn),
            name: Arc::clone(&identity.name),
            revision: place.revision,
            started: start.at.0,
            input: start.input.text().into_owned(),
            seed: start.seed.0.cast_signed(),
            map_run: place.id,
            round: place.round,
        });
    }

    /// Keeps that it goes on after its end.
    pub(super) fn is_redriven(&mut self, at: Timestamp, place: &Place) {
        self.recorder.redriven(at, place.round, None);
    }
}

impl Drop for ChildJournal {
    fn drop(&mut self) {
        if self.child.express {
            lock(&self.all.0.rounds).remove(&self.child.execution_arn);
        }
        if self.remote.is_none() {
            lock(&self.all.0.waiting).remove(&self.child.execution_arn);
        }
    }
}

impl EventSink for ChildJournal {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        if !self.child.express {
            self.recorder.event(event);
        }
    }

    fn idle(&mut self) {
        self.recorder.idle();
        if let Some(remote) = self.remote.take() {
            let arn = Arc::clone(&self.child.execution_arn);
            lock(&self.all.0.waiting).insert(arn, remote);
        }
    }
}

impl Journal for ChildJournal {
    fn told(&mut self, at: Timestamp, input: &Input) {
        if !self.child.express {
            self.recorder.told(at, input);
        }
    }

    fn ran(&mut self) {
        if !self.child.express {
            self.recorder.ran();
        }
    }

    fn gives(&mut self, token: &Arc<str>) {
        self.recorder.gives(token);
    }

    fn acknowledge(&mut self, ack: Ack) {
        self.recorder.acknowledge(ack);
    }

    fn kept(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.recorder.kept()
    }

    fn is_ahead(&self) -> bool {
        self.recorder.is_ahead()
    }

    fn ended(&mut self, ended: &Ended) {
        self.recorder.ended(ended);
    }

    fn broke(&mut self, at: Timestamp, why: &str) {
        let error = cause(why);
        if self.child.express {
            self.recorder.ended(&Ended {
                outcome: Outcome::Failed(error),
                stopped: None,
                at,
            });
        } else {
            self.recorder.broke(at, &error);
        }
        let arn = &self.child.execution_arn;
        self.all.0.troubles.tell_broken(arn, why);
    }
}
