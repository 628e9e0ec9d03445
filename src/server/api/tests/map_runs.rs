//! Map Runs and their children, asked for.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{PASS, WAIT, ask, create, service, start};
use crate::runtime::Handlers;
use crate::server::Service;
use crate::server::service::Limits;
use crate::server::testing::service_with;

/// What an operation answers.
async fn told(service: &Arc<Service>, operation: &str, body: &Value) -> Value {
    let told = ask(service, operation, &body.to_string()).await;
    serde_json::from_str(&told).expect("JSON")
}

/// The ARN of a Map Run with one child, which does this.
async fn begun(service: &Arc<Service>, processor: &str) -> Value {
    let mut processor: Value = serde_json::from_str(processor).expect("JSON");
    processor["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let map = json!({"Type": "Map", "Label": "items", "End": true, "Items": [1],
        "QueryLanguage": "JSONata", "ItemProcessor": processor});
    let definition = json!({"StartAt": "M", "States": {"M": map}}).to_string();
    create(service, &definition, "").await;
    ask(service, "StartExecution", &start("e")).await;
    let execution = json!({"executionArn": "ARN:execution:m:e"});
    loop {
        let runs = told(service, "ListMapRuns", &execution).await;
        if let Some(run) = runs["mapRuns"].get(0) {
            return run["mapRunArn"].clone();
        }
    }
}

/// The ARN of one that has ended.
async fn over(service: &Arc<Service>) -> Value {
    let run = begun(service, PASS).await;
    loop {
        let described = told(service, "DescribeMapRun", &json!({"mapRunArn": run})).await;
        if described["status"] == "SUCCEEDED" {
            return run;
        }
    }
}

#[tokio::test]
async fn the_machine_of_a_child_is_told_with_its_map_run() {
    let service = &service().await;
    let run = over(service).await;
    let children = told(service, "ListExecutions", &json!({"mapRunArn": run})).await;
    let child = json!({"executionArn": children["executions"][0]["executionArn"]});
    let machine = told(service, "DescribeStateMachineForExecution", &child).await;
    assert_eq!(machine["mapRunArn"], run, "{machine}");
    assert_eq!(machine["label"], "items");
    let parent = json!({"executionArn": "ARN:execution:m:e"});
    let machine = told(service, "DescribeStateMachineForExecution", &parent).await;
    assert_eq!(
        (machine.get("mapRunArn"), machine.get("label")),
        (None, None)
    );
}

#[tokio::test]
async fn a_map_run_that_has_ended_stays_as_it_is() {
    let service = &service().await;
    let run = over(service).await;
    let update = json!({"mapRunArn": run, "maxConcurrency": 5});
    let refused = told(service, "UpdateMapRun", &update).await;
    assert_eq!(
        refused["reason"], "CANNOT_UPDATE_COMPLETED_MAP_RUN",
        "{refused}"
    );
}

#[tokio::test]
async fn no_number_of_children_at_once_is_too_large() {
    let service = &service_with(Handlers::default(), Limits::default()).await;
    ask(service, "CreateActivity", r#"{"name":"a"}"#).await;
    let run = begun(service, WAIT).await;
    for (concurrency, kept) in [(7, 7), (1_i64 << 40, u32::MAX), (i64::MAX, u32::MAX)] {
        let update = json!({"mapRunArn": run, "maxConcurrency": concurrency});
        assert_eq!(told(service, "UpdateMapRun", &update).await, json!({}));
        let described = told(service, "DescribeMapRun", &json!({"mapRunArn": run})).await;
        assert_eq!(described["maxConcurrency"], kept);
    }
}
