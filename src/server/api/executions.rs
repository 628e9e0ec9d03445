//! Executions: started, described, listed, stopped, redriven.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::oneshot;

use super::machines::{Machine, does_not_exist};
use super::page::Page;
use super::{EXECUTION_ARN, MACHINE_ARN, given, invalid_arn, object, seconds, text};
use crate::data::{EventId, Json, StatesError, limits};
use crate::engine::Outcome;
use crate::runtime::Ended;
use crate::server::names::{Arn, is_name};
use crate::server::protocol::{ApiError, Members, Reply, Text};
use crate::server::service::{RunRow, Service};

const STATUSES: [&str; 6] = [
    "SUCCEEDED",
    "TIMED_OUT",
    "PENDING_REDRIVE",
    "ABORTED",
    "FAILED",
    "RUNNING",
];

/// What an execution is started with.
struct Request {
    machine_arn: String,
    name: String,
    input: String,
    document: Json,
    trace_header: Option<String>,
}

impl Request {
    fn of(service: &Service, members: &Members) -> Result<Self, ApiError> {
        let machine_arn = members.required(MACHINE_ARN)?;
        if !matches!(Arn::parse(machine_arn), Some(Arn::Machine { .. })) {
            return Err(invalid_arn(machine_arn));
        }
        let name = match members.optional(text("name", 1, 80))? {
            Some(name) if is_name(name) => name.to_owned(),
            Some(name) => {
                return Err(ApiError::new(
                    "InvalidName",
                    format!("Invalid Name: '{name}'"),
                ));
            }
            None => service.draw().at(EventId::NONE).uuid(),
        };
        let input = members.optional(Text {
            secret: true,
            ..text("input", 0, limits::MAX_PAYLOAD)
        })?;
        let input = input.unwrap_or("{}").to_owned();
        let document = Json::parse(&input).map_err(|error| {
            let message = format!("Invalid State Machine Execution Input: '{error}'");
            ApiError::new("InvalidExecutionInput", message)
        })?;
        let trace_header = members.optional(text("traceHeader", 0, 256))?;
        Ok(Self {
            machine_arn: machine_arn.to_owned(),
            name,
            input,
            document,
            trace_header: trace_header.map(str::to_owned),
        })
    }
}

pub(super) async fn start(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let request = Request::of(service, members)?;
    let (now, seed) = (service.now().0, service.draw());
    let shared = Arc::clone(service);
    let begun = service.store.write(move |connection| {
        let machine = Machine::find(connection, &request.machine_arn)?
            .ok_or_else(|| does_not_exist(&request.machine_arn))?;
        let arn = shared.names.execution(&machine.name, &request.name);
        if let Some(same) = same(connection, &arn, &request.input)? {
            return Ok((arn, same, None));
        }
        let program = shared.programs.of(machine.revision, connection)?;
        connection
            .prepare_cached(
                "INSERT INTO executions (arn, machine_arn, revision, name, status, started, input, \
                 trace_header, seed) VALUES (?1, ?2, ?3, ?4, 'RUNNING', ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                arn,
                machine.arn,
                machine.revision,
                request.name,
                now,
                request.input,
                request.trace_header,
                seed.0.cast_signed()
            ])?;
        let row = RunRow {
            id: connection.last_insert_rowid(),
            arn: arn.clone(),
            name: request.name,
            started: now,
            input: String::new(),
            seed: seed.0.cast_signed(),
            revision: machine.revision,
            machine_arn: machine.arn,
            machine_name: machine.name,
            role_arn: machine.role_arn,
        };
        let start = row.start(request.document);
        Ok((arn, now, Some(Service::fresh(row.id, program, start))))
    });
    let (arn, started, going) = begun.await?;
    if let Some(going) = going {
        service.go(going, None);
    }
    Ok(object([
        Some(("executionArn", Json::from(arn))),
        Some(("startDate", seconds(started))),
    ])
    .into())
}

/// When an execution of this name was started, if it still runs and has the same input: another
/// start is the same then, and an error otherwise (10 §10.4).
fn same(connection: &Connection, arn: &str, input: &str) -> Result<Option<i64>, ApiError> {
    let mut select = connection
        .prepare_cached("SELECT status, input, started FROM executions WHERE arn = ?1")?;
    let found = select.query_row([arn], |row| {
        let running = row.get_ref(0)?.as_str()? == "RUNNING";
        let same = row.get_ref(1)?.as_str()? == input;
        Ok((running && same, row.get(2)?))
    });
    match found.optional()? {
        None => Ok(None),
        Some((true, started)) => Ok(Some(started)),
        Some((false, _)) => {
            let message = format!("Execution Already Exists: '{arn}'");
            Err(ApiError::new("ExecutionAlreadyExists", message))
        }
    }
}

/// The ARN of an execution that is kept.
pub(super) fn arn(members: &Members) -> Result<String, ApiError> {
    let arn = members.required(EXECUTION_ARN)?;
    match Arn::parse(arn) {
        Some(Arn::Execution) => Ok(arn.to_owned()),
        Some(Arn::Express) => Err(ApiError::new(
            "InvalidArn",
            "Invalid Arn: 'Resource type not valid in this context: express'",
        )),
        _ => Err(invalid_arn(arn)),
    }
}

/// The row of an execution.
pub(super) fn find(connection: &Connection, arn: &str) -> Result<i64, ApiError> {
    let mut select = connection.prepare_cached("SELECT id FROM executions WHERE arn = ?1")?;
    let found = select.query_row([arn], |row| row.get(0)).optional()?;
    found.ok_or_else(|| {
        let message = format!("Execution Does Not Exist: '{arn}'");
        ApiError::new("ExecutionDoesNotExist", message)
    })
}

pub(super) async fn describe(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let described = service.store.read(move |connection| {
        let id = find(connection, &arn)?;
        let mut select = connection.prepare_cached(
            "SELECT arn, machine_arn, name, status, started, stopped, input, output, error, cause, \
             trace_header, version_arn, alias_arn, redrives, redriven FROM executions WHERE id = ?1",
        )?;
        Ok(select.query_row([id], description)?)
    });
    Ok(described.await?.into())
}

fn description(row: &Row<'_>) -> rusqlite::Result<Json> {
    let text = |index| row.get::<_, Option<String>>(index);
    let included = || -> Json { [("included", Json::from(true))].into_iter().collect() };
    let status: String = row.get(3)?;
    let output = text(7)?;
    let (redrive, why) = match status.as_str() {
        "FAILED" | "TIMED_OUT" | "ABORTED" => ("REDRIVABLE", None),
        status => (
            "NOT_REDRIVABLE",
            Some(format!("Execution is {status} and cannot be redriven")),
        ),
    };
    Ok(object([
        Some(("executionArn", Json::from(row.get::<_, String>(0)?))),
        Some(("stateMachineArn", Json::from(row.get::<_, String>(1)?))),
        Some(("name", Json::from(row.get::<_, String>(2)?))),
        Some(("status", Json::from(status))),
        Some(("startDate", seconds(row.get(4)?))),
        row.get::<_, Option<i64>>(5)?
            .map(|at| ("stopDate", seconds(at))),
        Some(("input", Json::from(row.get::<_, String>(6)?))),
        Some(("inputDetails", included())),
        output.is_some().then(|| ("outputDetails", included())),
        given("output", output),
        given("error", text(8)?),
        given("cause", text(9)?),
        given("traceHeader", text(10)?),
        given("stateMachineVersionArn", text(11)?),
        given("stateMachineAliasArn", text(12)?),
        Some(("redriveCount", Json::from(row.get::<_, i64>(13)?))),
        row.get::<_, Option<i64>>(14)?
            .map(|at| ("redriveDate", seconds(at))),
        Some(("redriveStatus", Json::from(redrive))),
        given("redriveStatusReason", why),
    ]))
}

pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = super::machines::arn(members)?;
    let status = members.word("statusFilter", &STATUSES)?;
    let page = Page::of(members, 3096)?;
    let listed = service.store.read(move |connection| {
        let machine = Machine::find(connection, &arn)?.ok_or_else(|| does_not_exist(&arn))?;
        if machine.kind == "EXPRESS" {
            return Err(not_for_this_type());
        }
        let filter = if status.is_some() {
            "AND status = ?5"
        } else {
            "AND ?5 IS NULL"
        };
        let mut select = connection.prepare_cached(&format!(
            "SELECT arn, machine_arn, name, status, started, stopped, redrives, version_arn, \
             alias_arn, id FROM executions WHERE machine_arn = ?1 {filter} \
             AND (started, id) < (?2, ?3) ORDER BY started DESC, id DESC LIMIT ?4"
        ))?;
        let place = match page.after.as_deref() {
            Some([started, id]) => (*started, *id),
            _ => (i64::MAX, i64::MAX),
        };
        let size = i64::try_from(page.size).unwrap_or(i64::MAX);
        let rows = select.query_map(params![arn, place.0, place.1, size + 1, status], entry)?;
        let mut entries: Vec<([i64; 2], Json)> = rows.collect::<Result<_, _>>()?;
        let more = entries.len() > page.size;
        entries.truncate(page.size);
        let last = entries.last().map(|(place, _)| *place).filter(|_| more);
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        Ok(object([
            Some(("executions", Json::array(entries))),
            given("nextToken", last.map(|place| Page::token(&place))),
        ]))
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
    ]);
    Ok(([started, row.get(9)?], entry))
}

fn not_for_this_type() -> ApiError {
    ApiError::new(
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )
}

pub(super) async fn stop(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let secret = |name, most| Text {
        secret: true,
        ..text(name, 0, most)
    };
    let why = StatesError {
        error: members.optional(secret("error", 256))?.map(Into::into),
        cause: members.optional(secret("cause", 32_768))?.map(Into::into),
        ..StatesError::default()
    };
    let key = arn.clone();
    let id = service
        .store
        .read(move |connection| find(connection, &key))
        .await?;
    let now = service.now().0;
    let stopped = if service.stop(id, why).await {
        now
    } else {
        // It had ended by itself: its end is the answer.
        let stopped = service.store.read(move |connection| {
            let mut select =
                connection.prepare_cached("SELECT stopped FROM executions WHERE id = ?1")?;
            Ok(select.query_row([id], |row| row.get::<_, Option<i64>>(0))?)
        });
        stopped.await?.unwrap_or(now)
    };
    Ok(object([Some(("stopDate", seconds(stopped)))]).into())
}

pub(super) async fn redrive(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    members.optional(text("clientToken", 1, 64))?;
    let shared = Arc::clone(service);
    let going = service.store.read(move |connection| {
        let id = find(connection, &arn)?;
        let row = RunRow::find(connection, id)?;
        let going = shared.rebuild(&row, connection)?;
        match going.rebuilt.execution.not_redrivable() {
            None => Ok(going),
            Some(why) => Err(ApiError::new("ExecutionNotRedrivable", why)),
        }
    });
    let (going, now) = (going.await?, service.now().0);
    let (ack, kept) = oneshot::channel();
    service.go(going, Some(ack));
    let gone = |_| ApiError::internal("The execution could not be redriven.");
    kept.await.map_err(gone)?;
    Ok(object([Some(("redriveDate", seconds(now)))]).into())
}

pub(super) async fn start_sync(
    service: &Arc<Service>,
    members: &Members,
) -> Result<Reply, ApiError> {
    let request = Request::of(service, members)?;
    let seed = service.draw();
    let (shared, key) = (Arc::clone(service), request.machine_arn.clone());
    let found = service.store.read(move |connection| {
        let machine = Machine::find(connection, &key)?.ok_or_else(|| does_not_exist(&key))?;
        if machine.kind != "EXPRESS" {
            return Err(not_for_this_type());
        }
        let program = shared.programs.of(machine.revision, connection)?;
        Ok((machine, program))
    });
    let (machine, program) = found.await?;
    let id = seed.at(EventId::NONE).uuid();
    let row = RunRow {
        id: 0,
        arn: service.names.express(&machine.name, &request.name, &id),
        name: request.name,
        started: service.now().0,
        input: String::new(),
        seed: seed.0.cast_signed(),
        revision: machine.revision,
        machine_arn: machine.arn,
        machine_name: machine.name,
        role_arn: machine.role_arn,
    };
    let start = row.start(request.document);
    let ended = service.run_express(program, start).await;
    Ok(sync_reply(row, request.input, &ended).into())
}

/// Billed by 100 ms and 64 MB, as recorded (10 §10.6).
fn sync_reply(row: RunRow, input: String, ended: &Ended) -> Json {
    let included = || -> Json { [("included", Json::from(true))].into_iter().collect() };
    let (status, output, error) = match &ended.outcome {
        Outcome::Succeeded(output) => ("SUCCEEDED", Some(output), None),
        Outcome::Failed(error) | Outcome::Aborted(error) => ("FAILED", None, Some(error)),
        Outcome::TimedOut => ("TIMED_OUT", None, None),
    };
    let cause = error.and_then(|error| error.cause.clone());
    let error = error.and_then(|error| error.error.clone());
    let took = (ended.at.0 - row.started).max(1);
    let billing: Json = [
        ("billedMemoryUsedInMB", Json::from(64)),
        (
            "billedDurationInMilliseconds",
            Json::from((took + 99) / 100 * 100),
        ),
    ]
    .into_iter()
    .collect();
    object([
        Some(("executionArn", Json::from(row.arn))),
        Some(("stateMachineArn", Json::from(row.machine_arn))),
        Some(("name", Json::from(row.name))),
        Some(("startDate", seconds(row.started))),
        Some(("stopDate", seconds(ended.at.0))),
        Some(("status", Json::from(status))),
        error.map(|error| ("error", Json::String(error))),
        cause.map(|cause| ("cause", Json::String(cause))),
        Some(("input", Json::from(input))),
        Some(("inputDetails", included())),
        output.map(|output| ("output", Json::from(output.text().into_owned()))),
        Some(("outputDetails", included())),
        Some(("billingDetails", billing)),
    ])
}
