//! Redrive: an execution that ended without success goes on; when it may (12 §12.1), and how often
//! it does when it is asked for twice.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use super::executions::{arn, find};
use super::{object, seconds};
use crate::data::limits;
use crate::server::broken::kept_events;
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::pruning::REDRIVABLE;
use crate::server::rebuilding::RunRow;
use crate::server::service::{Redrive, SOON, Service};

/// How long a client token means the same redrive (the API's model: 15 minutes, and the last ten).
const TOKEN_LIVES: i64 = 15 * 60 * 1000;

/// How long an execution may be open, redrives and all.
const OPEN: i64 = limits::STANDARD_TIMEOUT_SECONDS * 1000;

/// So many events leave no room for another and what comes of it (12 §12.1).
const FULL: u64 = 24_999;

pub(super) async fn redrive(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let token = members.owned("clientToken");
    let now = service.now().0;
    let id = service
        .store
        .read(move |connection| find(connection, &arn))
        .await?;
    // Who ended can run again only from here, so that what is read stays true.
    let claim = loop {
        if let Some(claim) = service.live.claim(id) {
            break claim;
        }
        // It runs, or is about to, or has just ended and lets go: the database knows soon.
        let key = token.clone();
        let done = service
            .store
            .read(move |connection| done_or_refused(connection, id, key.as_deref(), now));
        if let Some(at) = done.await? {
            return Ok(told(at));
        }
        tokio::time::sleep(SOON).await;
    };
    let (key, shared) = (token.clone(), Arc::clone(service));
    let going = service.store.read(move |connection| {
        if let Some(at) = done_or_refused(connection, id, key.as_deref(), now)? {
            return Ok(Err(at));
        }
        let row = RunRow::find(connection, id)?;
        if row.is_child {
            // AWS's wording is not recorded.
            let why = "Execution is a child of a Map Run and is redriven with it";
            return Err(not_redrivable_error(why));
        }
        shared.check_room(connection)?;
        let going = shared.rebuild(&row, connection)?;
        match going.rebuilt.execution.not_redrivable() {
            None => Ok(Ok(going)),
            Some(why) => Err(not_redrivable_error(why)),
        }
    });
    let going = match going.await? {
        Ok(going) => going,
        Err(at) => return Ok(told(at)),
    };
    let (ack, kept) = oneshot::channel();
    service.go_on(going, claim, Redrive { token, ack });
    let gone = |_| ApiError::internal("The execution could not be redriven.");
    kept.await.map_err(gone)?;
    let redriven = service.store.read(move |connection| {
        let mut select =
            connection.prepare_cached("SELECT redriven FROM executions WHERE id = ?1")?;
        Ok(select.query_row([id], |row| row.get::<_, Option<i64>>(0))?)
    });
    Ok(told(redriven.await?.unwrap_or(now)))
}

fn told(at: i64) -> Reply {
    object([Some(("redriveDate", seconds(at)))]).into()
}

fn not_redrivable_error(why: impl Into<String>) -> ApiError {
    ApiError::new("ExecutionNotRedrivable", why)
}

/// When this very redrive was done, if it was.
fn asked_before(
    connection: &Connection,
    execution: i64,
    token: Option<&str>,
    now: i64,
) -> Result<Option<i64>, ApiError> {
    let mut select = connection.prepare_cached(
        "SELECT at FROM redrives WHERE execution = ?1 AND token = ?2 AND at > ?3",
    )?;
    let found = select.query_row(params![execution, token, now - TOKEN_LIVES], |row| {
        row.get(0)
    });
    Ok(found.optional()?)
}

/// When this very redrive was done, if it was; an error if it may not be done now.
fn done_or_refused(
    connection: &Connection,
    execution: i64,
    token: Option<&str>,
    now: i64,
) -> Result<Option<i64>, ApiError> {
    if let Some(at) = asked_before(connection, execution, token, now)? {
        return Ok(Some(at));
    }
    match not_redrivable(connection, execution, now)? {
        Some(why) => Err(not_redrivable_error(why)),
        None => Ok(None),
    }
}

/// Why an execution cannot be redriven, in the words of the API's model.
pub(super) fn not_redrivable(
    connection: &Connection,
    execution: i64,
    now: i64,
) -> rusqlite::Result<Option<String>> {
    let mut select = connection.prepare_cached(
        "SELECT e.status, e.started, e.stopped, \
         EXISTS (SELECT 1 FROM journal j WHERE j.execution = e.id), \
         EXISTS (SELECT 1 FROM machines m WHERE m.arn = e.machine_arn AND m.deleting) \
         FROM executions e WHERE e.id = ?1",
    )?;
    let (status, started, stopped, has_journal, deleting) =
        select.query_row([execution], |row| {
            let stopped: Option<i64> = row.get(2)?;
            let facts: (String, i64, Option<i64>, bool, bool) =
                (row.get(0)?, row.get(1)?, stopped, row.get(3)?, row.get(4)?);
            Ok(facts)
        })?;
    let why = if !matches!(status.as_str(), "FAILED" | "TIMED_OUT" | "ABORTED") {
        return Ok(Some(format!(
            "Execution is {status} and cannot be redriven"
        )));
    } else if deleting {
        "State machine is in DELETING status"
    } else if stopped.is_some_and(|stopped| now.saturating_sub(stopped) > REDRIVABLE) {
        "Execution redrivable period exceeded"
    } else if now.saturating_sub(started) > OPEN {
        "Execution has exceeded the max execution time"
    } else if kept_events(connection, execution)? >= FULL {
        "Execution history event limit exceeded"
    } else if !has_journal {
        // Ours: it was broken.
        "Execution could not go on and cannot be redriven"
    } else {
        return Ok(None);
    };
    Ok(Some(why.to_owned()))
}
