//! Children whose Map Run ended without them: the server was killed before they heard of it.

use rusqlite::{Connection, params};

use crate::data::{EventId, StatesError, Timestamp};
use crate::history::{Details, HistoryEvent, HistoryEventType};
use crate::server::broken::kept_events;
use crate::server::protocol::ApiError;

/// Ends Map Runs whose execution has ended, and their children, and so on down.
pub(super) fn end(connection: &Connection, now: Timestamp) -> Result<(), ApiError> {
    loop {
        let mut update = connection.prepare_cached(
            "UPDATE map_runs SET status = 'ABORTED', stopped = ?1 WHERE status = 'RUNNING' \
             AND execution IN (SELECT id FROM executions WHERE status <> 'RUNNING')",
        )?;
        let runs = update.execute([now.0])?;
        let mut select = connection.prepare_cached(
            "SELECT e.id FROM executions e JOIN map_runs m ON m.id = e.map_run \
             WHERE e.status = 'RUNNING' AND m.status <> 'RUNNING'",
        )?;
        let children = select.query_map([], |row| row.get(0))?;
        let children: Vec<i64> = children.collect::<Result<_, _>>()?;
        for child in &children {
            abort(connection, *child, now)?;
        }
        if runs == 0 && children.is_empty() {
            return Ok(());
        }
    }
}

fn abort(connection: &Connection, child: i64, now: Timestamp) -> Result<(), ApiError> {
    let kept = kept_events(connection, child)?;
    // Of an Express child there are none.
    if kept > 0 {
        let error = StatesError::default();
        let event = HistoryEvent {
            timestamp: now,
            kind: HistoryEventType::ExecutionAborted,
            id: EventId(kept + 1),
            previous: EventId::NONE,
            details: Details::failure(&error),
        };
        let mut line = String::new();
        event.write(&mut line);
        line.push('\n');
        let mut insert = connection
            .prepare_cached("INSERT INTO events (execution, first, lines) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![child, kept.cast_signed() + 1, line])?;
    }
    let mut update = connection
        .prepare_cached("UPDATE executions SET status = 'ABORTED', stopped = ?2 WHERE id = ?1")?;
    update.execute(params![child, now.0])?;
    Ok(())
}
