//! An execution as the database keeps it: its row, and how it comes back by its journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::{Connection, Row, params};

use super::api::early_results;
use super::broken::{Lost, kept_events};
use super::mocks;
use super::protocol::ApiError;
use super::service::Service;
use crate::data::{Json, Seed, Timestamp, limits};
use crate::engine::program::FlowId;
use crate::engine::{Era, Identity, Program, Start};
use crate::runtime::{Entry, Host, Rebuilt, caught_at_once};

/// An execution that is about to run, or to go on.
pub(super) struct Going {
    /// Its row.
    pub(super) id: i64,
    pub(super) rebuilt: Rebuilt,
    /// Who does its work, when that is not whoever else does.
    pub(super) mocked: Option<Arc<Host>>,
    /// How many entries of its journal are kept.
    pub(super) entries: u64,
    /// How many of its events are kept.
    pub(super) events: u64,
}

impl Going {
    /// An execution that is about to begin.
    pub(super) fn fresh(id: i64, program: Arc<Program>, start: Start) -> Self {
        Self {
            id,
            rebuilt: Rebuilt::new(program, start),
            mocked: None,
            entries: 0,
            events: 0,
        }
    }
}

impl Service {
    /// An execution as the database knows it.
    pub(super) fn rebuild(&self, row: &RunRow, connection: &Connection) -> Result<Going, Lost> {
        let rebuilt = caught_at_once(|| self.replay(row, connection));
        rebuilt.unwrap_or_else(|said| Err(Lost::Broken(said)))
    }

    fn replay(&self, row: &RunRow, connection: &Connection) -> Result<Going, Lost> {
        let program = self.programs.of(row.revision, connection)?;
        let id = row.id;
        let input = Json::parse(&row.input);
        let input =
            input.map_err(|error| Lost::Broken(format!("its input is no JSON: {error}")))?;
        let mut rebuilt = Rebuilt::new(program, row.start(input));
        let mut entries = 0;
        let mut select = connection
            .prepare_cached("SELECT lines FROM journal WHERE execution = ?1 ORDER BY first")?;
        let mut rows = select.query([id])?;
        while let Some(row) = rows.next()? {
            for line in row.get_ref(0)?.as_str().unwrap_or_default().lines() {
                let entry = Entry::read(line).map_err(|error| Lost::Broken(error.to_string()))?;
                rebuilt.replay(entry);
                entries += 1;
            }
        }
        let events = kept_events(connection, id)?;
        rebuilt.leads_to(events).map_err(Lost::Broken)?;
        let mocked = row.mock_case.as_deref().map(|case| {
            let host = self.mocked(&row.machine_name, case);
            host.unwrap_or_else(|_| Arc::new(mocks::nobody()))
        });
        rebuilt.answer(early_results(connection, id)?);
        Ok(Going {
            id,
            rebuilt,
            mocked,
            entries,
            events,
        })
    }
}

/// What is needed to have an execution back.
pub(super) const RUN: &str = "e.id, e.arn, e.name, e.started, e.input, e.seed, e.revision, \
     r.machine_arn, r.name, r.role_arn, e.mock_case, e.map_run IS NOT NULL";

/// An execution's row, as far as it is needed to run it.
pub(super) struct RunRow {
    pub(super) id: i64,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) started: i64,
    pub(super) input: String,
    pub(super) seed: i64,
    pub(super) revision: i64,
    pub(super) machine_arn: String,
    pub(super) machine_name: String,
    pub(super) role_arn: String,
    pub(super) mock_case: Option<String>,
    /// Whether a Map Run began it.
    pub(super) is_child: bool,
}

impl RunRow {
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            arn: row.get(1)?,
            name: row.get(2)?,
            started: row.get(3)?,
            input: row.get(4)?,
            seed: row.get(5)?,
            revision: row.get(6)?,
            machine_arn: row.get(7)?,
            machine_name: row.get(8)?,
            role_arn: row.get(9)?,
            mock_case: row.get(10)?,
            is_child: row.get(11)?,
        })
    }

    /// The execution of this row, whether it runs or not.
    pub(super) fn find(connection: &Connection, id: i64) -> Result<Self, ApiError> {
        let mut select = connection.prepare_cached(&format!(
            "SELECT {RUN} FROM executions e JOIN revisions r ON r.id = e.revision WHERE e.id = ?1"
        ))?;
        Ok(select.query_row(params![id], Self::of)?)
    }

    /// What the execution starts, or started, with.
    pub(super) fn start(&self, input: Json) -> Start {
        let region = self.arn.split(':').nth(3).unwrap_or_default();
        let express = self.arn.split(':').nth(5) == Some("express");
        let identity = Identity {
            execution_arn: self.arn.as_str().into(),
            name: self.name.as_str().into(),
            state_machine_arn: self.machine_arn.as_str().into(),
            state_machine_name: self.machine_name.as_str().into(),
            role_arn: self.role_arn.as_str().into(),
            region: region.into(),
            express,
        };
        Start {
            flow: FlowId::default(),
            input,
            variables: BTreeMap::new(),
            identity: Arc::new(identity),
            at: Timestamp(self.started),
            seed: Seed(self.seed.cast_unsigned()),
            max_events: if express { 0 } else { limits::MAX_EVENTS },
            era: Era::default(),
        }
    }
}
