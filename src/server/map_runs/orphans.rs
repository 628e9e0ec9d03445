//! Children whose Map Run ended without them: the server was killed before they heard of it.

use rusqlite::{Connection, OptionalExtension, params};

use crate::data::{EventId, StatesError, Timestamp};
use crate::engine::Input;
use crate::history::{Details, HistoryEvent, HistoryEventType};
use crate::runtime::Entry;
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
        tell(connection, child, now, &Input::Stop(error))?;
    }
    let mut update = connection
        .prepare_cached("UPDATE executions SET status = 'ABORTED', stopped = ?2 WHERE id = ?1")?;
    update.execute(params![child, now.0])?;
    Ok(())
}

/// Puts behind an execution's journal what it would have been told: when it is redriven, the
/// journal has to lead to its events.
fn tell(
    connection: &Connection,
    execution: i64,
    at: Timestamp,
    input: &Input,
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(
        "SELECT first, lines FROM journal WHERE execution = ?1 ORDER BY first DESC LIMIT 1",
    )?;
    let next = select.query_row([execution], |row| {
        let lines = row.get_ref(1)?.as_str().unwrap_or_default();
        let count = i64::try_from(lines.lines().count()).unwrap_or(i64::MAX);
        Ok(row.get::<_, i64>(0)?.saturating_add(count))
    });
    let next = next.optional()?.unwrap_or(0);
    let mut line = String::new();
    Entry::write_told(at, input, &mut line);
    let mut insert = connection
        .prepare_cached("INSERT INTO journal (execution, first, lines) VALUES (?1, ?2, ?3)")?;
    insert.execute(params![execution, next, line]).map(drop)
}
