//! Map Runs: what the rows about them say.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::page::Page;
use super::{no_such_resource, object, parsed, seconds, wrong_kind};
use crate::data::{Json, Number};
use crate::server::names::Arn;
use crate::server::protocol::{ApiError, Members, Reason, Reply};
use crate::server::service::Service;

/// The ARN of a Map Run.
fn arn(members: &Members) -> Result<String, ApiError> {
    let arn = members.needed("mapRunArn");
    match parsed(arn)? {
        Arn::MapRun => Ok(arn.to_owned()),
        _ => Err(wrong_kind(arn)),
    }
}

/// The row of a Map Run.
pub(super) fn find(connection: &Connection, arn: &str) -> Result<i64, ApiError> {
    let Arn::MapRun = parsed(arn)? else {
        return Err(wrong_kind(arn));
    };
    let mut select = connection.prepare_cached("SELECT id FROM map_runs WHERE arn = ?1")?;
    let found = select.query_row([arn], |row| row.get(0)).optional()?;
    found.ok_or_else(no_such_resource)
}

pub(super) async fn describe(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let described = service.store.read(move |connection| {
        let id = find(connection, &arn)?;
        let mut select = connection.prepare_cached(
            "SELECT m.arn, e.arn, m.status, m.started, m.stopped, m.max_concurrency, \
             m.tolerated_percentage, m.tolerated_count, m.item_counts, m.execution_counts, \
             m.redrives, m.redriven \
             FROM map_runs m JOIN executions e ON e.id = m.execution WHERE m.id = ?1",
        )?;
        Ok(select.query_row([id], description)?)
    });
    Ok(described.await?.into())
}

fn description(row: &Row<'_>) -> rusqlite::Result<Json> {
    let text = |index| row.get::<_, String>(index).map(Json::from);
    let number = |index| row.get::<_, i64>(index).map(Json::from);
    let counts = |index| -> rusqlite::Result<Json> {
        let text: String = row.get(index)?;
        Ok(Json::parse(&text).unwrap_or_else(|_| Json::empty_object()))
    };
    let percentage = Number::from_result(row.get(6)?);
    Ok(object([
        Some(("mapRunArn", text(0)?)),
        Some(("executionArn", text(1)?)),
        Some(("status", text(2)?)),
        Some(("startDate", seconds(row.get(3)?))),
        row.get::<_, Option<i64>>(4)?
            .map(|at| ("stopDate", seconds(at))),
        Some(("maxConcurrency", number(5)?)),
        percentage.map(|it| ("toleratedFailurePercentage", Json::Number(it))),
        Some(("toleratedFailureCount", number(7)?)),
        Some(("itemCounts", counts(8)?)),
        Some(("executionCounts", counts(9)?)),
        Some(("redriveCount", number(10)?)),
        row.get::<_, Option<i64>>(11)?
            .map(|at| ("redriveDate", seconds(at))),
    ]))
}

pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = super::executions::arn(members)?;
    let page = Page::of(members, "ListMapRuns", &["executionArn"])?;
    let listed = service.store.read(move |connection| {
        let execution = super::executions::find(connection, &arn)?;
        let mut select = connection.prepare_cached(
            "SELECT id, arn, machine_arn, started, stopped FROM map_runs \
             WHERE execution = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
        )?;
        let after = page.after.unwrap_or(0);
        let rows = select.query_map([execution, after, page.limit()], |row| {
            let entry = object([
                Some(("executionArn", Json::from(arn.as_str()))),
                Some(("mapRunArn", Json::from(row.get::<_, String>(1)?))),
                Some(("stateMachineArn", Json::from(row.get::<_, String>(2)?))),
                Some(("startDate", seconds(row.get(3)?))),
                row.get::<_, Option<i64>>(4)?
                    .map(|at| ("stopDate", seconds(at))),
            ]);
            Ok((row.get(0)?, entry))
        })?;
        Ok(page.reply("mapRuns", rows.collect::<Result<_, _>>()?))
    });
    Ok(listed.await?.into())
}

/// A Map Run that has ended stays as it is. AWS's wordings are not recorded.
pub(super) async fn update(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    // More than is ever used anyway, and as much as a Map Run counts.
    let most = i64::from(u32::MAX);
    let concurrency = members.integer("maxConcurrency").map(|it| it.min(most));
    let count = members.integer("toleratedFailureCount");
    let percentage = members.get("toleratedFailurePercentage");
    let percentage = percentage.and_then(Json::as_number).map(Number::as_f64);
    if concurrency.is_none() && count.is_none() && percentage.is_none() {
        return Err(ApiError::invalid(
            Reason::MissingParameter,
            "Either maxConcurrency, toleratedFailurePercentage or toleratedFailureCount must be \
             specified",
        ));
    }
    let changed = service.map_runs.changed(&arn);
    let updated = service.store.write(move |connection| {
        let id = find(connection, &arn)?;
        let mut update = connection.prepare_cached(
            "UPDATE map_runs SET max_concurrency = coalesce(?2, max_concurrency), \
             tolerated_percentage = coalesce(?3, tolerated_percentage), \
             tolerated_count = coalesce(?4, tolerated_count) WHERE id = ?1 AND status = 'RUNNING'",
        )?;
        match update.execute(params![id, concurrency, percentage, count])? {
            0 => {
                let message = format!("Map Run already completed: '{arn}'");
                Err(ApiError::invalid(Reason::CompletedMapRun, message))
            }
            _ => Ok(changed),
        }
    });
    drop(updated.await?);
    Ok(Json::empty_object().into())
}
