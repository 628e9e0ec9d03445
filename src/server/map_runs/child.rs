//! A child of a Map Run: what is kept of it, and how more is kept.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::{MapRuns, lock};
use crate::data::{Json, StatesError, Timestamp};
use crate::engine::{EventSink, Input, Outcome, Start};
use crate::history::HistoryEvent;
use crate::runtime::{Ack, Behind, Ended, Entry, Journal, KeptChild, Remote};
use crate::server::api::early_results;
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

/// What is kept of a child, with its row. What has ended stands in the round it ended in; in the
/// next one, what did not succeed goes on, and Express children begin again (12.1).
pub(super) fn find(
    connection: &Connection,
    arn: &str,
    is_express: bool,
    round: i64,
) -> Result<Option<(i64, KeptChild)>, ApiError> {
    let mut select = connection.prepare_cached(
        "SELECT id, status, started, stopped, output, error, cause, round \
         FROM executions WHERE arn = ?1",
    )?;
    let found = select.query_row([arn], |row| {
        let (status, own): (String, i64) = (row.get(1)?, row.get(7)?);
        let started = Timestamp(row.get(2)?);
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
        let stands = |outcome: &Outcome| own == round || matches!(outcome, Outcome::Succeeded(_));
        let kept = match outcome {
            Some(outcome) if stands(&outcome) => KeptChild::Ended {
                outcome,
                started,
                stopped: Timestamp(row.get::<_, Option<i64>>(3)?.unwrap_or(started.0)),
            },
            _ if is_express => KeptChild::Nothing,
            outcome => KeptChild::Begun {
                started,
                journal: Vec::new(),
                early: Vec::new(),
                redrive: outcome.is_some(),
                taken_up: None,
            },
        };
        Ok((row.get(0)?, kept))
    });
    let Some((id, mut kept)) = found.optional()? else {
        return Ok(None);
    };
    if let KeptChild::Begun { journal, early, .. } = &mut kept {
        *journal = entries(connection, id)?;
        *early = early_results(connection, id)?;
    }
    Ok(Some((id, kept)))
}

fn entries(connection: &Connection, id: i64) -> Result<Vec<Entry>, ApiError> {
    let mut select = connection
        .prepare_cached("SELECT lines FROM journal WHERE execution = ?1 ORDER BY first")?;
    let mut rows = select.query(params![id])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        for line in row.get_ref(0)?.as_str().unwrap_or_default().lines() {
            let entry = Entry::read(line);
            entries.push(entry.map_err(|error| ApiError::internal(error.to_string()))?);
        }
    }
    Ok(entries)
}

/// Writes a child down. Of an Express one only how it ended is kept, as little as AWS keeps.
pub(super) struct ChildJournal {
    recorder: Recorder,
    all: MapRuns,
    arn: Arc<str>,
    /// Reaches it, until that is known to others.
    remote: Option<Remote>,
    is_express: bool,
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
            arn: Arc::clone(&start.identity.execution_arn),
            remote: Some(remote),
            is_express: start.identity.express,
        }
    }

    /// Keeps that it begins.
    pub(super) fn begins(&mut self, start: &Start, place: &Place) {
        let identity = &start.identity;
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
        if self.remote.is_none() {
            lock(&self.all.0.waiting).remove(&self.arn);
        }
    }
}

impl EventSink for ChildJournal {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        if !self.is_express {
            self.recorder.event(event);
        }
    }

    fn idle(&mut self) {
        self.recorder.idle();
        if let Some(remote) = self.remote.take() {
            lock(&self.all.0.waiting).insert(Arc::clone(&self.arn), remote);
        }
    }
}

impl Journal for ChildJournal {
    fn told(&mut self, at: Timestamp, input: &Input) {
        if !self.is_express {
            self.recorder.told(at, input);
        }
    }

    fn ran(&mut self) {
        if !self.is_express {
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
}
