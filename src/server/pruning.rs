//! What is too old is forgotten: executions 90 days after their end, as on AWS, and what a redrive
//! needs after the 14 days in which there can be one (10 §10.7).

use std::sync::Weak;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::protocol::ApiError;
use super::service::Service;

const DAY: i64 = 86_400_000;

/// How long after its end an execution can be redriven.
pub(super) const REDRIVABLE: i64 = 14 * DAY;

/// So many executions at once: others want to write too.
const BATCH: i64 = 500;

const PAUSE: Duration = Duration::from_secs(3600);

/// Forgets, every now and then, what ended more than so many days ago.
pub(super) async fn prune(service: Weak<Service>, days: u32) {
    loop {
        let Some(strong) = service.upgrade() else {
            return;
        };
        let now = strong.now().0;
        // What cannot be done now is done an hour later.
        while let Ok(BATCH) = forget(&strong, now, days).await {}
        drop(strong);
        tokio::time::sleep(PAUSE).await;
    }
}

/// How many executions were forgotten.
pub(super) async fn forget(service: &Service, now: i64, days: u32) -> Result<i64, ApiError> {
    let before = now - i64::from(days) * DAY;
    let forgotten = service.store.write(move |connection| {
        forget_journals(connection, now - REDRIVABLE)?;
        let mut select = connection.prepare_cached(
            "SELECT id FROM executions WHERE stopped < ?1 ORDER BY stopped LIMIT ?2",
        )?;
        let ids = select.query_map(params![before, BATCH], |row| row.get(0))?;
        let ids: Vec<i64> = ids.collect::<Result<_, _>>()?;
        for id in &ids {
            for delete in [
                "DELETE FROM events WHERE execution = ?1",
                "DELETE FROM journal WHERE execution = ?1",
                "DELETE FROM map_runs WHERE execution = ?1",
                "DELETE FROM redrives WHERE execution = ?1",
                "DELETE FROM tokens WHERE execution = ?1",
                "DELETE FROM executions WHERE id = ?1",
            ] {
                connection.prepare_cached(delete)?.execute([id])?;
            }
        }
        Ok(i64::try_from(ids.len()).unwrap_or(i64::MAX))
    });
    forgotten.await
}

fn forget_journals(connection: &Connection, before: i64) -> Result<(), ApiError> {
    let mut delete = connection.prepare_cached(
        "DELETE FROM journal WHERE execution IN (SELECT id FROM executions WHERE stopped < ?1)",
    )?;
    delete.execute([before])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::testing::{call, service};

    const MACHINE: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Fail"}}}"#;

    #[tokio::test]
    async fn what_ended_long_ago_is_forgotten() {
        let service = service().await;
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
        let role = "arn:aws:iam::123456789012:role/r";
        let machine = json!({"name": "m", "definition": MACHINE, "roleArn": role});
        call(&service, "CreateStateMachine", &machine).await;
        for name in ["a", "b"] {
            let input = json!({"stateMachineArn": arn, "name": name});
            let started = call(&service, "StartExecution", &input).await;
            let execution = json!({"executionArn": started["executionArn"]});
            while call(&service, "DescribeExecution", &execution).await["status"] == "RUNNING" {
                tokio::task::yield_now().await;
            }
        }
        let now = service.now().0;
        assert_eq!(forget(&service, now + 89 * DAY, 90).await.ok(), Some(0));
        assert_eq!(forget(&service, now + 91 * DAY, 90).await.ok(), Some(2));
        let left = call(&service, "ListExecutions", &json!({"stateMachineArn": arn})).await;
        assert_eq!(left["executions"], json!([]));
    }
}
