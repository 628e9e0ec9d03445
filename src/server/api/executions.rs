//! Executions: described, listed, stopped.

use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::machines::Machine;
use super::page::Page;
use super::{
    given, included, is_without_data, map_runs, no_such_resource, object, parsed, redrive, seconds,
    wrong_kind,
};
use crate::data::{Json, StatesError};
use crate::server::names::Arn;
use crate::server::protocol::{ApiError, Members, Reason, Reply};
use crate::server::service::{SOON, Service};

/// How often an execution that is about to run is looked for before somebody who wants to stop it
/// is told to come back: a child of a Map Run may wait for its turn.
const TRIES: usize = 500;

/// The ARN of an execution that is kept.
pub(super) fn arn(members: &Members) -> Result<String, ApiError> {
    let arn = members.needed("executionArn");
    match parsed(arn)? {
        Arn::Execution => Ok(arn.to_owned()),
        _ => Err(wrong_kind(arn)),
    }
}

/// The row of an execution.
pub(in crate::server) fn find(connection: &Connection, arn: &str) -> Result<i64, ApiError> {
    let mut select = connection.prepare_cached("SELECT id FROM executions WHERE arn = ?1")?;
    let found = select.query_row([arn], |row| row.get(0)).optional()?;
    found.ok_or_else(|| {
        let message = format!("Execution Does Not Exist: '{arn}'");
        ApiError::new("ExecutionDoesNotExist", message)
    })
}

pub(super) async fn describe(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let (is_whole, now) = (!is_without_data(members), service.now().0);
    let described = service.store.read(move |connection| {
        let id = find(connection, &arn)?;
        let mut select = connection.prepare_cached(
            "SELECT arn, machine_arn, name, status, started, stopped, input, output, error, cause, \
             trace_header, version_arn, alias_arn, redrives, redriven, \
             (SELECT m.arn FROM map_runs m WHERE m.id = map_run) FROM executions WHERE id = ?1",
        )?;
        let not_redrivable = redrive::not_redrivable(connection, id, now)?;
        Ok(select.query_row([id], |row| description(row, is_whole, not_redrivable))?)
    });
    Ok(described.await?.into())
}

fn description(
    row: &Row<'_>,
    is_whole: bool,
    not_redrivable: Option<String>,
) -> rusqlite::Result<Json> {
    let text = |index| row.get::<_, Option<String>>(index);
    let status: String = row.get(3)?;
    let output = text(7)?.filter(|_| is_whole);
    let map_run = text(15)?;
    let redrive = match not_redrivable {
        None if map_run.is_some() => "REDRIVABLE_BY_MAP_RUN",
        None => "REDRIVABLE",
        Some(_) => "NOT_REDRIVABLE",
    };
    Ok(object([
        Some(("executionArn", Json::from(row.get::<_, String>(0)?))),
        Some(("stateMachineArn", Json::from(row.get::<_, String>(1)?))),
        Some(("name", Json::from(row.get::<_, String>(2)?))),
        Some(("status", Json::from(status))),
        Some(("startDate", seconds(row.get(4)?))),
        row.get::<_, Option<i64>>(5)?
            .map(|at| ("stopDate", seconds(at))),
        given("input", text(6)?.filter(|_| is_whole)),
        is_whole.then(|| ("inputDetails", included())),
        output.is_some().then(|| ("outputDetails", included())),
        given("output", output),
        given("error", text(8)?),
        given("cause", text(9)?),
        given("traceHeader", text(10)?),
        given("mapRunArn", map_run),
        given("stateMachineVersionArn", text(11)?),
        given("stateMachineAliasArn", text(12)?),
        Some(("redriveCount", Json::from(row.get::<_, i64>(13)?))),
        row.get::<_, Option<i64>>(14)?
            .map(|at| ("redriveDate", seconds(at))),
        Some(("redriveStatus", Json::from(redrive))),
        given("redriveStatusReason", not_redrivable),
    ]))
}

/// Whose executions are listed.
enum Whose {
    /// Of a machine, of one of its versions or aliases.
    Machine(String),
    /// The children of a Map Run.
    MapRun(String),
}

impl Whose {
    /// One of the two must be given.
    fn of(members: &Members) -> Result<Self, ApiError> {
        match (members.owned("stateMachineArn"), members.owned("mapRunArn")) {
            (Some(arn), None) => Ok(Self::Machine(arn)),
            (None, Some(arn)) => Ok(Self::MapRun(arn)),
            // AWS's wordings are not recorded.
            (None, None) => Err(ApiError::invalid(
                Reason::MissingParameter,
                "Either stateMachineArn or mapRunArn must be specified",
            )),
            (Some(_), Some(_)) => Err(ApiError::validation(
                "Either stateMachineArn or mapRunArn must be specified, and not both",
            )),
        }
    }

    /// The column that tells them, and its value.
    fn filter(self, connection: &Connection) -> Result<(&'static str, Value), ApiError> {
        let arn = match self {
            Self::MapRun(arn) => {
                let id = map_runs::find(connection, &arn)?;
                return Ok(("map_run", id.into()));
            }
            Self::Machine(arn) => arn,
        };
        let column = match parsed(&arn)? {
            Arn::Machine { .. } => "machine_arn",
            Arn::Version { .. } => "version_arn",
            Arn::Alias { .. } => "alias_arn",
            Arn::Labelled { .. } => return Err(no_such_resource()),
            _ => return Err(wrong_kind(&arn)),
        };
        if Machine::resolve(connection, &arn, 0.0)?.kind == "EXPRESS" {
            return Err(not_for_this_type());
        }
        Ok((column, arn.into()))
    }
}

/// The latest first (recorded).
pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let whose = Whose::of(members)?;
    let status = members.owned("statusFilter");
    let redriven = match members.text("redriveFilter") {
        Some("REDRIVEN") => " AND redrives > 0",
        Some(_) => " AND redrives = 0",
        None => "",
    };
    let filters = [
        "stateMachineArn",
        "mapRunArn",
        "statusFilter",
        "redriveFilter",
    ];
    let page = Page::of(members, "ListExecutions", &filters)?;
    let listed = service.store.read(move |connection| {
        let (column, value) = whose.filter(connection)?;
        let place = page.after.unwrap_or([i64::MAX; 2]);
        let mut values = vec![value, place[0].into(), place[1].into(), page.limit().into()];
        let with_status = if let Some(status) = status {
            values.push(status.into());
            " AND status = ?5"
        } else {
            ""
        };
        let mut select = connection.prepare_cached(&format!(
            "SELECT arn, machine_arn, name, status, started, stopped, redrives, version_arn, \
             alias_arn, id, (SELECT m.arn FROM map_runs m WHERE m.id = map_run), redriven \
             FROM executions WHERE {column} = ?1{with_status}{redriven} \
             AND (started, id) < (?2, ?3) ORDER BY started DESC, id DESC LIMIT ?4"
        ))?;
        let rows = select.query_map(params_from_iter(values), entry)?;
        Ok(page.reply("executions", rows.collect::<Result<_, _>>()?))
    });
    Ok(listed.await?.into())
}

/// An entry of the list, with its place in it.
fn entry(row: &Row<'_>) -> rusqlite::Result<([i64; 2], Json)> {
    let started: i64 = row.get(4)?;
    let entry = object([
        Some(("executionArn", Json::from(row.get::<_, String>(0)?))),
        Some(("stateMachineArn", Json::from(row.get::<_, String>(1)?))),
        Some(("name", Json::from(row.get::<_, String>(2)?))),
        Some(("status", Json::from(row.get::<_, String>(3)?))),
        Some(("startDate", seconds(started))),
        row.get::<_, Option<i64>>(5)?
            .map(|at| ("stopDate", seconds(at))),
        Some(("redriveCount", Json::from(row.get::<_, i64>(6)?))),
        given("stateMachineVersionArn", row.get(7)?),
        given("stateMachineAliasArn", row.get(8)?),
        given("mapRunArn", row.get(10)?),
        row.get::<_, Option<i64>>(11)?
            .map(|at| ("redriveDate", seconds(at))),
    ]);
    Ok(([started, row.get(9)?], entry))
}

pub(super) fn not_for_this_type() -> ApiError {
    ApiError::new(
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )
}

pub(super) async fn stop(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let why = StatesError {
        error: members.text("error").map(Into::into),
        cause: members.text("cause").map(Into::into),
        ..StatesError::default()
    };
    let key = arn.clone();
    let id = service
        .store
        .read(move |connection| find(connection, &key))
        .await?;
    let now = service.now().0;
    for _ in 0..TRIES {
        if service.stop(id, &arn, why.clone()).await {
            return Ok(stopped_at(now));
        }
        // It had ended by itself: its end is the answer. Or it is about to run.
        let ended = service.store.read(move |connection| {
            let mut select =
                connection.prepare_cached("SELECT stopped FROM executions WHERE id = ?1")?;
            Ok(select.query_row([id], |row| row.get::<_, Option<i64>>(0))?)
        });
        if let Some(ended) = ended.await? {
            return Ok(stopped_at(ended));
        }
        tokio::time::sleep(SOON).await;
    }
    let why = "The execution is about to run and could not be reached yet.";
    Err(ApiError::internal(why))
}

fn stopped_at(at: i64) -> Reply {
    object([Some(("stopDate", seconds(at)))]).into()
}
