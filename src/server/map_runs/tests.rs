//! Map Runs of a server in memory.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;

use serde_json::{Value, json};

use crate::data::{Json, StatesError};
use crate::runtime::handlers::TaskPattern;
use crate::runtime::{Answers, Handlers, Invocation, TaskHandler, Work};
use crate::server::Service;
use crate::server::service::Limits;
use crate::server::testing::{call, service, service_with};

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:people";

/// A machine that is a Map of children that begin with `Work`.
async fn create(service: &Arc<Service>, map: &Value, states: &Value) -> Value {
    create_as(service, "STANDARD", map, states).await
}

/// The same with children of this kind, as the machine's name says.
async fn create_as(service: &Arc<Service>, kind: &str, map: &Value, states: &Value) -> Value {
    let mut fan = json!({"Type": "Map", "Label": "fan", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": "Work", "States": states}});
    for (name, value) in map.as_object().expect("fields") {
        fan[name] = value.clone();
    }
    let definition = json!({"StartAt": "Fan", "States": {"Fan": fan}}).to_string();
    let role = "arn:aws:iam::123456789012:role/r";
    let machine = json!({"name": kind, "definition": definition, "roleArn": role});
    let created = call(service, "CreateStateMachine", &machine).await;
    created["stateMachineArn"].clone()
}

async fn start(service: &Arc<Service>, machine: &Value, items: &Value) -> Value {
    let input = json!({"stateMachineArn": machine, "input": items.to_string()});
    let started = call(service, "StartExecution", &input).await;
    started["executionArn"].clone()
}

/// Children that wait for people.
async fn asking(service: &Arc<Service>, map: &Value) -> Value {
    call(service, "CreateActivity", &json!({"name": "people"})).await;
    let work = json!({"Work": {"Type": "Task", "Resource": ACTIVITY, "End": true}});
    create(service, map, &work).await
}

/// The token of the next task.
async fn task(service: &Arc<Service>) -> Value {
    let task = call(
        service,
        "GetActivityTask",
        &json!({"activityArn": ACTIVITY}),
    )
    .await;
    assert!(task["taskToken"].is_string(), "{task}");
    task["taskToken"].clone()
}

/// The only Map Run of an execution.
async fn map_run(service: &Arc<Service>, execution: &Value) -> Value {
    let runs = call(service, "ListMapRuns", &json!({"executionArn": execution})).await;
    let run = json!({"mapRunArn": runs["mapRuns"][0]["mapRunArn"]});
    call(service, "DescribeMapRun", &run).await
}

#[tokio::test]
async fn a_map_run_does_what_was_asked_for_last_whoever_is_answered_first() {
    let service = service().await;
    let machine = asking(&service, &json!({"MaxConcurrency": 1})).await;
    let execution = start(&service, &machine, &json!([1, 2, 3, 4])).await;
    task(&service).await;
    let run = map_run(&service, &execution).await["mapRunArn"].clone();
    let change = |most| json!({"mapRunArn": run, "maxConcurrency": most});
    let (less, more) = (change(1), change(4));
    let mut first = pin!(call(&service, "UpdateMapRun", &less));
    // It is asked for, and nobody looks at the answer yet.
    let is_answered = poll_fn(|context| Poll::Ready(first.as_mut().poll(context).is_ready())).await;
    call(&service, "UpdateMapRun", &more).await;
    if !is_answered {
        first.await;
    }
    for _ in 0..3 {
        task(&service).await;
    }
    assert_eq!(map_run(&service, &execution).await["maxConcurrency"], 4);
}

/// Waits until an execution has ended: how.
async fn ended(service: &Arc<Service>, execution: &Value) -> Value {
    loop {
        let about = json!({"executionArn": execution});
        let described = call(service, "DescribeExecution", &about).await;
        if described["status"] != "RUNNING" {
            return described;
        }
        tokio::task::yield_now().await;
    }
}

/// The children of an execution's Map Run, in no order.
async fn children(service: &Arc<Service>, execution: &Value) -> Vec<Value> {
    let run = map_run(service, execution).await;
    let about = json!({"mapRunArn": run["mapRunArn"]});
    let listed = call(service, "ListExecutions", &about).await;
    let listed = listed["executions"].as_array().expect("a list");
    let arn = |child: &Value| child["executionArn"].clone();
    listed.iter().map(arn).collect()
}

/// The types of an execution's events, which are numbered as they should be.
async fn kinds(service: &Arc<Service>, execution: &Value) -> Vec<Value> {
    let about = json!({"executionArn": execution});
    let history = call(service, "GetExecutionHistory", &about).await;
    let events = history["events"].as_array().expect("events");
    let ids = events.iter().map(|event| event["id"].as_u64());
    assert!(ids.eq((1..=events.len() as u64).map(Some)), "{history}");
    events.iter().map(|event| event["type"].clone()).collect()
}

/// Breaks when it is asked.
struct Breaks;

impl TaskHandler for Breaks {
    fn invoke(&self, _: Invocation, _: Answers) -> Work {
        panic!("no hands")
    }

    fn describe(&self) -> String {
        "breaks".to_owned()
    }
}

#[tokio::test]
async fn a_child_that_breaks_at_work_has_failed_and_the_others_go_on() {
    let mut handlers = Handlers::default();
    handlers.bind(TaskPattern::State("Break".to_owned()), Arc::new(Breaks));
    let service = service_with(handlers, Limits::default()).await;
    let states = json!({
        "Work": {"Type": "Choice", "Default": "Done", "Choices": [
            {"Variable": "$", "NumericEquals": 2, "Next": "Break"}]},
        "Break": {"Type": "Task", "End": true, "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody": "b"}},
        "Done": {"Type": "Succeed"}});
    for kind in ["STANDARD", "EXPRESS"] {
        let map = json!({"ToleratedFailureCount": 1});
        let machine = create_as(&service, kind, &map, &states).await;
        let execution = start(&service, &machine, &json!([1, 2, 3])).await;
        let ended = ended(&service, &execution).await;
        assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
        let counts = map_run(&service, &execution).await["executionCounts"].clone();
        assert_eq!(
            (&counts["failed"], &counts["running"]),
            (&json!(1), &json!(0))
        );
        if kind == "STANDARD" {
            let mut lasts = Vec::new();
            for child in children(&service, &execution).await {
                lasts.extend(kinds(&service, &child).await.pop());
            }
            lasts.sort_by_key(Value::to_string);
            let expected = [
                "ExecutionFailed",
                "ExecutionSucceeded",
                "ExecutionSucceeded",
            ];
            assert_eq!(lasts, expected);
        }
    }
    assert_eq!(service.troubles.count(), 2);
}

#[tokio::test]
async fn a_child_is_not_redriven_without_what_it_was_told() {
    let service = service().await;
    let fail = json!({"Work": {"Type": "Pass", "Next": "Fail"}, "Fail": {"Type": "Fail"}});
    let machine = create(&service, &json!({}), &fail).await;
    let execution = start(&service, &machine, &json!([1])).await;
    ended(&service, &execution).await;
    let child = children(&service, &execution).await.remove(0);
    let before = kinds(&service, &child).await;
    let forgotten = service.store.write(|connection| {
        let delete = "DELETE FROM journal WHERE execution IN \
                      (SELECT id FROM executions WHERE map_run IS NOT NULL)";
        Ok(connection.execute(delete, [])?)
    });
    assert!(forgotten.await.is_ok_and(|rows| rows > 0));
    call(
        &service,
        "RedriveExecution",
        &json!({"executionArn": execution}),
    )
    .await;
    assert_eq!(ended(&service, &execution).await["status"], "FAILED");
    assert_eq!(kinds(&service, &child).await, before);
    let ended = ended(&service, &child).await;
    let cause = ended["cause"].as_str().expect("a cause");
    assert!(
        cause.contains("leads to 0 events, and 5 are kept"),
        "{cause}"
    );
    assert_eq!(
        (&ended["error"], &ended["redriveCount"]),
        (&json!("States.Runtime"), &json!(0))
    );
}

/// Keeps its thread until whoever holds the other end lets go.
struct Blocks {
    is_asked: AtomicBool,
    until: Mutex<mpsc::Receiver<()>>,
}

impl TaskHandler for Blocks {
    fn invoke(&self, _: Invocation, _: Answers) -> Work {
        self.is_asked.store(true, Ordering::Relaxed);
        let until = self.until.lock().expect("nobody panics");
        Work::Done(match until.recv() {
            Ok(()) => Ok(Json::Null),
            Err(_) => Err(StatesError::default()),
        })
    }

    fn describe(&self) -> String {
        "blocks".to_owned()
    }
}

#[tokio::test]
async fn nobody_waits_for_a_map_run_that_takes_its_time_to_stop() {
    let (hold, until) = mpsc::channel();
    let handler = Arc::new(Blocks {
        is_asked: AtomicBool::new(false),
        until: Mutex::new(until),
    });
    let mut handlers = Handlers::default();
    let pattern = TaskPattern::State("Work".to_owned());
    handlers.bind(pattern, Arc::clone(&handler) as Arc<dyn TaskHandler>);
    let service = service_with(handlers, Limits::default()).await;
    let work = json!({"Work": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "q", "MessageBody": "b"}}});
    let machine = create(&service, &json!({}), &work).await;
    let execution = start(&service, &machine, &json!([1])).await;
    while !handler.is_asked.load(Ordering::Relaxed) {
        tokio::task::yield_now().await;
    }
    // The second Map Run waits for the first, and neither keeps anybody from being answered.
    let about = json!({"executionArn": execution});
    call(&service, "StopExecution", &about).await;
    assert_eq!(ended(&service, &execution).await["status"], "ABORTED");
    call(&service, "RedriveExecution", &about).await;
    call(&service, "StopExecution", &about).await;
    assert_eq!(ended(&service, &execution).await["status"], "ABORTED");
    drop(hold);
    while map_run(&service, &execution).await["status"] != "ABORTED" {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_express_child_that_begins_again_starts_its_execution_again() {
    let service = service().await;
    let role = "arn:aws:iam::123456789012:role/r";
    let pass = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
    let machine = json!({"name": "other", "definition": pass, "roleArn": role});
    let other = call(&service, "CreateStateMachine", &machine).await["stateMachineArn"].clone();
    let work = json!({
        "Work": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution",
            "Parameters": {"StateMachineArn": other, "Input": {}}, "Next": "Fail"},
        "Fail": {"Type": "Fail"}});
    for (kind, started) in [("STANDARD", 1), ("EXPRESS", 3)] {
        let machine = create_as(&service, kind, &json!({}), &work).await;
        let execution = start(&service, &machine, &json!([1])).await;
        let about = json!({"executionArn": execution});
        ended(&service, &execution).await;
        call(&service, "RedriveExecution", &about).await;
        assert_eq!(ended(&service, &execution).await["status"], "FAILED");
        let others = call(
            &service,
            "ListExecutions",
            &json!({"stateMachineArn": other}),
        )
        .await;
        let others = others["executions"].as_array().map(Vec::len);
        assert_eq!(others, Some(started), "{kind}");
    }
}

#[tokio::test]
async fn children_that_were_not_redriven_are_what_they_were() {
    let map = json!({"MaxConcurrency": 1, "ToleratedFailureCount": 1});
    let batched = json!({"MaxConcurrency": 1, "ToleratedFailureCount": 3,
        "ItemBatcher": {"MaxItemsPerBatch": 2}});
    let counts = |run: &Value, of: &str| {
        ["pending", "failed", "total"].map(|name| run[of][name].as_u64().unwrap_or(0))
    };
    for (kind, map, size) in [("one", &map, 1), ("two", &batched, 2)] {
        let service = service().await;
        let machine = asking(&service, map).await;
        let items: Vec<u64> = (0..4 * size).collect();
        let execution = start(&service, &machine, &json!(items)).await;
        let about = json!({"executionArn": execution});
        let fail = async || {
            let failure = json!({"taskToken": task(&service).await, "error": "No"});
            call(&service, "SendTaskFailure", &failure).await;
        };
        fail().await;
        fail().await;
        ended(&service, &execution).await;
        let first = counts(&map_run(&service, &execution).await, "itemCounts");
        assert_eq!(first, [2 * size, 2 * size, 4 * size], "{kind}");
        call(&service, "RedriveExecution", &about).await;
        // The first begins again, and the second does not.
        let failure = json!({"taskToken": task(&service).await, "error": "No"});
        let run = map_run(&service, &execution).await["mapRunArn"].clone();
        let strict = json!({"mapRunArn": run, "toleratedFailureCount": 0});
        call(&service, "UpdateMapRun", &strict).await;
        call(&service, "SendTaskFailure", &failure).await;
        ended(&service, &execution).await;
        let run = map_run(&service, &execution).await;
        let expected = [2 * size, 2 * size, 4 * size];
        assert_eq!(counts(&run, "itemCounts"), expected, "{kind}");
        assert_eq!(counts(&run, "executionCounts")[1], 2, "{kind}");
    }
}
