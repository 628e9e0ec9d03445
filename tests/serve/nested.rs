//! Machines that call Step Functions, which is the server that runs them.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::{Client, Server};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:";

/// A server with machines of these names and states, and a client of it.
fn serving(machines: &[(&str, Value)]) -> (TempDir, Server, Client) {
    let folder = TempDir::new().expect("a temporary folder");
    let mut arguments = Vec::new();
    for (name, states) in machines {
        let file = format!("{name}.asl.json");
        let definition = json!({"StartAt": "A", "States": states});
        std::fs::write(folder.path().join(&file), definition.to_string()).expect("writable");
        arguments.push(file);
    }
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--db", "asl.db"]);
    let server = Server::start(folder.path(), &arguments);
    let client = server.client();
    (folder, server, client)
}

fn run(client: &mut Client, machine: &str, input: &Value) -> Value {
    let input = json!({"stateMachineArn": format!("{ARN}{machine}"), "input": input.to_string()});
    let started = client.must("StartExecution", &input);
    client.ended(started["executionArn"].as_str().expect("an ARN"))
}

fn calling(action: &str, parameters: &Value) -> Value {
    json!({"A": {
        "Type": "Task",
        "Resource": format!("arn:aws:states:::{action}"),
        "Parameters": parameters,
        "End": true
    }})
}

fn output(ended: &Value) -> Value {
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    let output = ended["output"].as_str().expect("an output");
    serde_json::from_str(output).expect("JSON")
}

#[test]
fn a_machine_waits_for_the_machine_that_it_started() {
    let child = json!({"A": {"Type": "Pass", "Parameters": {"got.$": "$.n"}, "End": true}});
    let start = json!({"StateMachineArn": format!("{ARN}child"), "Input": {"n.$": "$.n"}});
    let (_folder, _server, mut client) = serving(&[
        ("child", child),
        ("text", calling("states:startExecution.sync", &start)),
        ("parsed", calling("states:startExecution.sync:2", &start)),
        ("only", calling("states:startExecution", &start)),
    ]);
    let told = output(&run(&mut client, "text", &json!({"n": 7})));
    assert_eq!(
        (&told["Output"], &told["Status"]),
        (&json!("{\"got\":7}"), &json!("SUCCEEDED"))
    );
    let names: Vec<&String> = told.as_object().expect("an object").keys().collect();
    assert!(names.is_sorted(), "{names:?}");
    let told = output(&run(&mut client, "parsed", &json!({"n": 8})));
    assert_eq!(told["Output"], json!({"got": 8}));
    let told = output(&run(&mut client, "only", &json!({"n": 9})));
    let child = told["ExecutionArn"].as_str().expect("an ARN");
    assert_eq!(told["SdkHttpMetadata"]["HttpStatusCode"], 200, "{told}");
    assert_eq!(output(&client.ended(child)), json!({"got": 9}));
    let children = client.must(
        "ListExecutions",
        &json!({"stateMachineArn": format!("{ARN}child")}),
    );
    assert_eq!(children["executions"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_child_that_fails_fails_the_task_with_its_description() {
    let start = json!({"StateMachineArn": format!("{ARN}child")});
    let missing = json!({"StateMachineArn": format!("{ARN}nobody")});
    let (_folder, _server, mut client) = serving(&[
        (
            "child",
            json!({"A": {"Type": "Fail", "Error": "E", "Cause": "c"}}),
        ),
        ("parent", calling("states:startExecution.sync", &start)),
        ("lost", calling("aws-sdk:sfn:startExecution", &missing)),
    ]);
    let ended = run(&mut client, "parent", &json!({}));
    assert_eq!(ended["error"], "States.TaskFailed", "{ended}");
    let cause: Value =
        serde_json::from_str(ended["cause"].as_str().expect("a cause")).expect("JSON");
    assert_eq!(
        (&cause["Error"], &cause["Status"]),
        (&json!("E"), &json!("FAILED"))
    );
    let ended = run(&mut client, "lost", &json!({}));
    assert_eq!(
        ended["error"], "Sfn.StateMachineDoesNotExistException",
        "{ended}"
    );
}

#[test]
fn the_child_is_stopped_with_its_parent() {
    let wait = json!({"A": {"Type": "Wait", "Seconds": 100_000, "End": true}});
    let start = json!({"StateMachineArn": format!("{ARN}child"), "Name": "c"});
    let (_folder, _server, mut client) = serving(&[
        ("child", wait),
        ("parent", calling("states:startExecution.sync", &start)),
    ]);
    let input = json!({"stateMachineArn": format!("{ARN}parent")});
    let parent = client.must("StartExecution", &input);
    let child = "arn:aws:states:us-east-1:123456789012:execution:child:c";
    let described = json!({"executionArn": child});
    while client
        .call("DescribeExecution", &described)
        .expect("an answer")
        .0
        != 200
    {}
    client.must(
        "StopExecution",
        &json!({"executionArn": parent["executionArn"]}),
    );
    assert_eq!(client.ended(child)["status"], "ABORTED");
}

/// Children of Map Runs run on a thread of their own, which ends with the Map Run.
#[test]
fn what_children_of_a_map_run_start_outlasts_it() {
    let ask = json!({"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:us-east-1:123456789012:activity:people"}});
    let start = json!({"StateMachineArn": format!("{ARN}ask")});
    let (_folder, _server, mut client) = serving(&[
        ("ask", ask),
        ("fan", fan(&calling("states:startExecution", &start))),
    ]);
    let activity = client.must("CreateActivity", &json!({"name": "people"}));
    let activity = json!({"activityArn": activity["activityArn"]});
    let started = output(&run(&mut client, "fan", &json!([1, 2])));
    for execution in started.as_array().expect("an array") {
        let task = client.must("GetActivityTask", &activity);
        let answer = json!({"taskToken": task["taskToken"], "output": "7"});
        client.must("SendTaskSuccess", &answer);
        assert!(execution["ExecutionArn"].is_string(), "{execution}");
    }
    for execution in started.as_array().expect("an array") {
        let arn = execution["ExecutionArn"].as_str().expect("an ARN");
        assert_eq!(output(&client.ended(arn)), 7);
    }
}

#[test]
fn what_children_of_a_map_run_wait_for_is_stopped_with_them() {
    let wait = json!({"A": {"Type": "Wait", "Seconds": 100_000, "End": true}});
    let start = json!({"StateMachineArn": format!("{ARN}child"), "Name.$": "$"});
    let (_folder, _server, mut client) = serving(&[
        ("child", wait),
        ("fan", fan(&calling("states:startExecution.sync", &start))),
    ]);
    let input = json!({"stateMachineArn": format!("{ARN}fan"), "input": "[\"c\"]"});
    let parent = client.must("StartExecution", &input);
    let child = "arn:aws:states:us-east-1:123456789012:execution:child:c";
    let described = json!({"executionArn": child});
    let told = |client: &mut Client| client.call("DescribeExecution", &described);
    while told(&mut client).expect("an answer").0 != 200 {}
    let parent = json!({"executionArn": parent["executionArn"]});
    client.must("StopExecution", &parent);
    assert_eq!(client.ended(child)["status"], "ABORTED");
}

/// A distributed Map whose children go through these states.
fn fan(states: &Value) -> Value {
    json!({"A": {"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Each", "States": {"Each": states["A"]}}}})
}

#[test]
fn a_child_is_waited_for_across_a_crash() {
    let child = json!({"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:us-east-1:123456789012:activity:people"}});
    let start = json!({"StateMachineArn": format!("{ARN}child")});
    let (folder, server, mut client) = serving(&[
        ("child", child),
        ("parent", calling("states:startExecution.sync:2", &start)),
    ]);
    let activity = client.must("CreateActivity", &json!({"name": "people"}));
    let activity = json!({"activityArn": activity["activityArn"]});
    let parent = client.must(
        "StartExecution",
        &json!({"stateMachineArn": format!("{ARN}parent")}),
    );
    let task = client.must("GetActivityTask", &activity);
    server.kill();
    let server = Server::start(folder.path(), &["--db", "asl.db"]);
    let mut client = server.client();
    let answer = json!({"taskToken": task["taskToken"], "output": "[1]"});
    client.must("SendTaskSuccess", &answer);
    let ended = client.ended(parent["executionArn"].as_str().expect("an ARN"));
    assert_eq!(output(&ended)["Output"], json!([1]));
    let children = client.must(
        "ListExecutions",
        &json!({"stateMachineArn": format!("{ARN}child")}),
    );
    assert_eq!(
        children["executions"].as_array().map(Vec::len),
        Some(1),
        "{children}"
    );
}
