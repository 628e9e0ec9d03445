//! Machines that are being deleted: nothing is started any more, what runs is ended at its next
//! step, and with the last execution the machine is gone (the API's model, `DeleteStateMachine`).

use std::sync::{Arc, Weak};

use rusqlite::{Connection, OptionalExtension, params};

use super::protocol::ApiError;
use super::service::Service;
use crate::data::StatesError;

/// The executions of machines that are being deleted: of this one, or of all.
const RUNNING: &str = "SELECT e.id FROM executions e JOIN machines m ON m.arn = e.machine_arn \
     WHERE e.status = 'RUNNING' AND m.deleting IS NOT NULL AND (?1 IS NULL OR m.arn = ?1)";

/// Deletes a machine, at once or when its executions have ended: the latter are told.
pub(super) fn delete(
    connection: &Connection,
    machine: &str,
    now: i64,
) -> Result<Vec<i64>, ApiError> {
    for table in ["versions", "aliases"] {
        let delete =
            format!("DELETE FROM {table} WHERE machine = (SELECT id FROM machines WHERE arn = ?1)");
        connection.prepare_cached(&delete)?.execute([machine])?;
    }
    connection
        .prepare_cached("DELETE FROM tags WHERE resource = ?1")?
        .execute([machine])?;
    connection
        .prepare_cached("UPDATE machines SET deleting = ?2 WHERE arn = ?1")?
        .execute(params![machine, now])?;
    let running = running(connection, Some(machine))?;
    if running.is_empty() {
        connection
            .prepare_cached("DELETE FROM machines WHERE arn = ?1")?
            .execute([machine])?;
    }
    Ok(running)
}

/// The executions of a machine that is being deleted, or of all such.
pub(super) fn running(
    connection: &Connection,
    machine: Option<&str>,
) -> Result<Vec<i64>, ApiError> {
    let mut select = connection.prepare_cached(RUNNING)?;
    let ids = select.query_map([machine], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

impl Service {
    /// Ends executions of machines that are being deleted, each when more of it happens.
    pub(super) fn wind_up(self: &Arc<Self>, executions: Vec<i64>) {
        for execution in executions {
            let mut watching = self.store.watchers().watch(execution);
            if self.live.get(execution).is_none() {
                // It ended at this very moment.
                continue;
            }
            let service = Arc::downgrade(self);
            self.spawn(async move {
                watching.more().await;
                terminate(&service, execution).await;
            });
        }
    }
}

async fn terminate(service: &Weak<Service>, execution: i64) {
    let Some(service) = service.upgrade() else {
        return;
    };
    // Somebody may have wanted the machine back meanwhile.
    let doomed = service.store.read(move |connection| {
        let mut select = connection.prepare_cached(
            "SELECT e.arn FROM executions e JOIN machines m ON m.arn = e.machine_arn \
             WHERE e.id = ?1 AND e.status = 'RUNNING' AND m.deleting IS NOT NULL",
        )?;
        let arn = select.query_row([execution], |row| row.get::<_, String>(0));
        Ok(arn.optional()?)
    });
    if let Ok(Some(arn)) = doomed.await {
        service.stop(execution, &arn, StatesError::default()).await;
    }
}
