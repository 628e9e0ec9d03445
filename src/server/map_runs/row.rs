//! The row of a Map Run.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::counts::{Unredriven, none_yet};
use crate::engine::map_run::{MAX_CONCURRENCY, MapRun, Tolerance};
use crate::runtime::Bounds;
use crate::server::protocol::ApiError;

/// Its row.
pub(super) struct Row {
    pub(super) id: i64,
    /// The row of its execution.
    pub(super) execution: i64,
    /// The machine's revision.
    pub(super) revision: i64,
    /// Whether it was there before.
    pub(super) is_known: bool,
    /// What it may do.
    pub(super) bounds: Bounds,
}

impl Row {
    /// Writes the row of a Map Run that begins, or finds that of one that goes on; none when its
    /// execution is not kept.
    pub(super) fn written(
        run: &MapRun,
    ) -> impl FnOnce(&Connection) -> Result<Option<(Self, Unredriven)>, ApiError> + Send + 'static
    {
        let (arn, parent) = (Arc::clone(&run.arn), run.parent());
        let execution_arn = Arc::clone(&parent.execution_arn);
        let machine_arn = Arc::clone(&parent.state_machine_arn);
        let (at, round, own) = (run.at.0, run.redrives, Bounds::of(run));
        let (none, is_batched) = (none_yet(), run.batch.is_some());
        move |connection| {
            let mut select =
                connection.prepare_cached("SELECT id, revision FROM executions WHERE arn = ?1")?;
            let execution = select.query_row([&*execution_arn], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?))
            });
            let Some((execution, revision)) = execution.optional()? else {
                return Ok(None);
            };
            if let Some((id, bounds)) = again(connection, &arn, round, at)? {
                let unredriven = Unredriven::find(connection, id, is_batched, round)?;
                let row = Self {
                    id,
                    execution,
                    revision,
                    is_known: true,
                    bounds,
                };
                return Ok(Some((row, unredriven)));
            }
            let mut insert = connection.prepare_cached(
                "INSERT INTO map_runs (arn, execution, machine_arn, status, started, \
                 max_concurrency, tolerated_percentage, tolerated_count, item_counts, \
                 execution_counts) VALUES (?1, ?2, ?3, 'RUNNING', ?4, ?5, ?6, ?7, ?8, ?8)",
            )?;
            let count = own.tolerance.count.unwrap_or(0);
            insert.execute(params![
                &*arn,
                execution,
                &*machine_arn,
                at,
                own.max_concurrency,
                own.tolerance.percentage.unwrap_or(0.0),
                i64::try_from(count).unwrap_or(i64::MAX),
                none
            ])?;
            let row = Self {
                id: connection.last_insert_rowid(),
                execution,
                revision,
                is_known: false,
                bounds: own,
            };
            Ok(Some((row, Unredriven::default())))
        }
    }

    /// What a Map Run may do by its row.
    pub(super) fn bounds(connection: &Connection, id: i64) -> Result<Bounds, ApiError> {
        let mut select = connection.prepare_cached(
            "SELECT id, max_concurrency, tolerated_percentage, tolerated_count \
             FROM map_runs WHERE id = ?1",
        )?;
        Ok(select.query_row([id], id_and_bounds)?.1)
    }
}

/// The row of a Map Run that goes on, and what it may do.
fn again(
    connection: &Connection,
    arn: &str,
    round: u32,
    at: i64,
) -> Result<Option<(i64, Bounds)>, ApiError> {
    let mut update = connection.prepare_cached(
        "UPDATE map_runs SET status = 'RUNNING', stopped = NULL, \
         redriven = CASE WHEN redrives < ?2 THEN ?3 ELSE redriven END, redrives = ?2 \
         WHERE arn = ?1 RETURNING id, max_concurrency, tolerated_percentage, tolerated_count",
    )?;
    let found = update.query_row(params![arn, round, at], id_and_bounds);
    Ok(found.optional()?)
}

/// In rows, as in the API, 0 children at once are as many as may be (07 §7.2), and nothing is
/// tolerated by 0; beside another bound that one does not count.
fn id_and_bounds(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, Bounds)> {
    let most: i64 = row.get(1)?;
    let most = u32::try_from(most).ok().filter(|most| *most > 0);
    let percentage: f64 = row.get(2)?;
    let count: i64 = row.get(3)?;
    let bounds = Bounds {
        max_concurrency: most.map_or(MAX_CONCURRENCY, |most| most.min(MAX_CONCURRENCY)),
        tolerance: Tolerance {
            count: u64::try_from(count).ok().filter(|count| *count > 0),
            percentage: Some(percentage).filter(|percentage| *percentage > 0.0),
        },
    };
    Ok((row.get(0)?, bounds))
}
