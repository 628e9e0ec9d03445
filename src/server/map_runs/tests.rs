//! Map Runs of a server in memory.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use serde_json::{Value, json};

use crate::server::Service;
use crate::server::testing::{call, service};

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:people";

/// A machine that is a Map of children that begin with `Work`.
async fn create(service: &Arc<Service>, map: &Value, states: &Value) -> Value {
    let mut fan = json!({"Type": "Map", "Label": "fan", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Work", "States": states}});
    for (name, value) in map.as_object().expect("fields") {
        fan[name] = value.clone();
    }
    let definition = json!({"StartAt": "Fan", "States": {"Fan": fan}}).to_string();
    let role = "arn:aws:iam::123456789012:role/r";
    let machine = json!({"name": "fan", "definition": definition, "roleArn": role});
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
