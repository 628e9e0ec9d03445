//! What is too old is forgotten: executions 90 days after their end, as on AWS, and what a redrive
//! needs after the 14 days in which there can be one (10 §10.7). The children of a Map Run go with
//! the execution that it belongs to: as long as that one runs or can be redriven, what they have
//! done must be known.

use std::sync::Weak;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

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
        while let Ok(BATCH) = forget_journals(&strong, now).await {}
        while let Ok(BATCH) = forget(&strong, now, days).await {}
        drop(strong);
        tokio::time::sleep(PAUSE).await;
    }
}

/// How many executions were forgotten.
pub(super) async fn forget(service: &Service, now: i64, days: u32) -> Result<i64, ApiError> {
    let before = now - i64::from(days) * DAY;
    let over = service.store.read(move |connection| {
        let mut select = connection.prepare_cached(
            "SELECT id FROM executions WHERE stopped < ?1 AND map_run IS NULL \
             ORDER BY stopped LIMIT ?2",
        )?;
        let ids = select.query_map(params![before, BATCH], |row| row.get(0))?;
        Ok(ids.collect::<Result<Vec<i64>, _>>()?)
    });
    let over = over.await?;
    if over.is_empty() {
        return Ok(0);
    }
    let forgotten = service.store.write(move |connection| {
        let mut forgotten = 0;
        for root in over {
            // It may have been redriven meanwhile.
            if has_ended(connection, root, before)? {
                forgotten += forget_tree(connection, root, BATCH - forgotten)?;
            }
        }
        Ok(forgotten)
    });
    forgotten.await
}

fn has_ended(connection: &Connection, execution: i64, before: i64) -> rusqlite::Result<bool> {
    let mut select =
        connection.prepare_cached("SELECT 1 FROM executions WHERE id = ?1 AND stopped < ?2")?;
    select.exists([execution, before])
}

/// What has to be forgotten before an execution.
enum Below {
    /// A child of one of its Map Runs.
    Child {
        id: i64,
        is_running: bool,
    },
    /// A Map Run that has no children any more.
    MapRun(i64),
    Nothing,
}

impl Below {
    fn find(connection: &Connection, execution: i64) -> rusqlite::Result<Self> {
        let mut select = connection.prepare_cached(
            "SELECT m.id, e.id, e.status = 'RUNNING' FROM map_runs m \
             LEFT JOIN executions e ON e.map_run = m.id WHERE m.execution = ?1 LIMIT 1",
        )?;
        let found = select.query_row([execution], |row| {
            Ok(match row.get(1)? {
                Some(id) => Self::Child {
                    id,
                    is_running: row.get(2)?,
                },
                None => Self::MapRun(row.get(0)?),
            })
        });
        Ok(found.optional()?.unwrap_or(Self::Nothing))
    }
}

/// Forgets an execution and, before it, all that its Map Runs began, but not more executions than
/// so many: the others another time. How many there were.
fn forget_tree(connection: &Connection, root: i64, most: i64) -> rusqlite::Result<i64> {
    let (mut path, mut forgotten) = (vec![root], 0);
    while let Some(&execution) = path.last()
        && forgotten < most
    {
        match Below::find(connection, execution)? {
            // It has not heard yet that it was stopped.
            Below::Child {
                is_running: true, ..
            } => break,
            Below::Child { id, .. } => path.push(id),
            Below::MapRun(id) => {
                let mut delete = connection.prepare_cached("DELETE FROM map_runs WHERE id = ?1")?;
                delete.execute([id])?;
            }
            Below::Nothing => {
                forget_one(connection, execution)?;
                path.pop();
                forgotten += 1;
            }
        }
    }
    Ok(forgotten)
}

fn forget_one(connection: &Connection, execution: i64) -> rusqlite::Result<()> {
    for delete in [
        "DELETE FROM events WHERE execution = ?1",
        "DELETE FROM journal WHERE execution = ?1",
        "DELETE FROM redrives WHERE execution = ?1",
        "DELETE FROM tokens WHERE execution = ?1",
        "DELETE FROM executions WHERE id = ?1",
    ] {
        connection.prepare_cached(delete)?.execute([execution])?;
    }
    Ok(())
}

/// When the execution `e` ended that was not begun by a Map Run, and that `e` belongs to.
const ROOT_STOPPED: &str = "(WITH RECURSIVE up(map_run, stopped) AS ( \
     SELECT e.map_run, e.stopped UNION ALL \
     SELECT p.map_run, p.stopped FROM up JOIN map_runs m ON m.id = up.map_run \
     JOIN executions p ON p.id = m.execution) \
     SELECT stopped FROM up WHERE map_run IS NULL)";

/// Forgets the journals from which nothing can go on any more: of how many executions.
async fn forget_journals(service: &Service, now: i64) -> Result<i64, ApiError> {
    let before = now - REDRIVABLE;
    let over = service.store.read(move |connection| {
        let mut select = connection.prepare_cached(&format!(
            "SELECT e.id FROM executions e WHERE e.stopped < ?1 \
             AND EXISTS (SELECT 1 FROM journal j WHERE j.execution = e.id) \
             AND {ROOT_STOPPED} < ?1 LIMIT ?2"
        ))?;
        let ids = select.query_map(params![before, BATCH], |row| row.get(0))?;
        Ok(ids.collect::<Result<Vec<i64>, _>>()?)
    });
    let over = over.await?;
    if over.is_empty() {
        return Ok(0);
    }
    let forgotten = service.store.write(move |connection| {
        // It may have been redriven meanwhile.
        let mut delete = connection.prepare_cached(&format!(
            "DELETE FROM journal WHERE execution = ?1 \
             AND (SELECT {ROOT_STOPPED} < ?2 FROM executions e WHERE e.id = ?1)"
        ))?;
        let mut forgotten = 0;
        for id in over {
            forgotten += i64::from(delete.execute([id, before])? > 0);
        }
        Ok(forgotten)
    });
    forgotten.await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::server::testing::{call, service};

    const FAIL: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Fail"}}}"#;

    /// A Map of these states; an error of theirs is the child's alone.
    fn fan(name: &str, states: &Value) -> Value {
        json!({"StartAt": name, "States": {name: {
            "Type": "Map", "End": true, "ToleratedFailurePercentage": 100, "ItemsPath": "$",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": states["StartAt"], "States": states["States"]}}}})
    }

    async fn create(service: &Arc<Service>, definition: &str) {
        let role = "arn:aws:iam::123456789012:role/r";
        let machine = json!({"name": "m", "definition": definition, "roleArn": role});
        call(service, "CreateStateMachine", &machine).await;
    }

    async fn start(service: &Arc<Service>, name: &str, input: &Value) -> Value {
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
        let input = json!({"stateMachineArn": arn, "name": name, "input": input.to_string()});
        let started = call(service, "StartExecution", &input).await;
        json!({"executionArn": started["executionArn"]})
    }

    async fn ended(service: &Arc<Service>, execution: &Value) {
        while call(service, "DescribeExecution", execution).await["status"] == "RUNNING" {
            tokio::task::yield_now().await;
        }
    }

    /// How many rows a table has where this is true.
    async fn rows(service: &Service, from: &'static str) -> i64 {
        let count = service.store.read(move |connection| {
            let select = format!("SELECT count(*) FROM {from}");
            Ok(connection.query_row(&select, [], |row| row.get(0))?)
        });
        count.await.expect("it can be read")
    }

    #[tokio::test]
    async fn what_ended_long_ago_is_forgotten() {
        let service = service().await;
        create(&service, FAIL).await;
        for name in ["a", "b"] {
            let execution = start(&service, name, &json!({})).await;
            ended(&service, &execution).await;
        }
        let now = service.now().0;
        assert_eq!(forget(&service, now + 89 * DAY, 90).await.ok(), Some(0));
        assert_eq!(forget(&service, now + 91 * DAY, 90).await.ok(), Some(2));
        assert_eq!(rows(&service, "executions").await, 0);
    }

    #[tokio::test]
    async fn children_are_forgotten_with_the_execution_that_they_belong_to() {
        let service = service().await;
        let activity = "arn:aws:states:us-east-1:123456789012:activity:people";
        call(&service, "CreateActivity", &json!({"name": "people"})).await;
        let work = json!({"StartAt": "Which", "States": {
            "Which": {"Type": "Choice", "Default": "Fail", "Choices": [
                {"Variable": "$", "NumericEquals": 0, "Next": "Ask"}]},
            "Ask": {"Type": "Task", "Resource": activity, "End": true},
            "Fail": {"Type": "Fail"}}});
        create(&service, &fan("Outer", &fan("Inner", &work)).to_string()).await;
        let execution = start(&service, "e", &json!([[1, 2], [0, 3]])).await;
        let ask = json!({"activityArn": activity});
        let task = call(&service, "GetActivityTask", &ask).await;
        while rows(&service, "executions WHERE stopped IS NOT NULL").await < 4 {
            tokio::task::yield_now().await;
        }
        // Four children have ended, and their execution has not: all of it is needed.
        let now = service.now().0;
        let late = now + 91 * DAY;
        assert_eq!(forget_journals(&service, late).await.ok(), Some(0));
        assert_eq!(forget(&service, late, 90).await.ok(), Some(0));
        assert_eq!(rows(&service, "executions").await, 7);

        let answer = json!({"taskToken": task["taskToken"], "output": "{}"});
        call(&service, "SendTaskSuccess", &answer).await;
        ended(&service, &execution).await;
        assert_eq!(forget(&service, now + 89 * DAY, 90).await.ok(), Some(0));
        assert_eq!(forget(&service, late, 90).await.ok(), Some(7));
        for table in ["executions", "map_runs", "events", "journal", "tokens"] {
            assert_eq!(rows(&service, table).await, 0, "{table}");
        }
    }

    #[tokio::test]
    async fn journals_are_kept_as_long_as_their_execution_can_be_redriven() {
        let service = service().await;
        let fail = json!({"StartAt": "A", "States": {"A": {"Type": "Fail"}}});
        let fan = fan("Fan", &fail).to_string();
        create(&service, &fan.replace(":100,", ":0,")).await;
        let execution = start(&service, "e", &json!([1])).await;
        ended(&service, &execution).await;
        // The child ended when its execution still ran for weeks.
        let earlier = service.store.write(|connection| {
            let update = "UPDATE executions SET stopped = stopped - ?1 WHERE map_run IS NOT NULL";
            Ok(connection.execute(update, [20 * DAY])?)
        });
        assert_eq!(earlier.await.ok(), Some(1));
        let now = service.now().0;
        assert_eq!(forget_journals(&service, now + DAY).await.ok(), Some(0));
        let late = now + 15 * DAY;
        assert_eq!(forget_journals(&service, late).await.ok(), Some(2));
        assert_eq!(rows(&service, "journal").await, 0);
    }

    #[tokio::test]
    async fn not_more_than_a_batch_is_forgotten_at_once() {
        let service = service().await;
        let pass = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
        create(&service, &fan("Fan", &pass).to_string()).await;
        let items: Vec<i64> = (0..BATCH).collect();
        let execution = start(&service, "e", &json!(items)).await;
        ended(&service, &execution).await;
        let late = service.now().0 + 91 * DAY;
        assert_eq!(forget(&service, late, 90).await.ok(), Some(BATCH));
        assert_eq!(forget(&service, late, 90).await.ok(), Some(1));
        assert_eq!(rows(&service, "map_runs").await, 0);
    }
}
