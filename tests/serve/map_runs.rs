//! Map Runs of a server: their children are executions of their own, which outlast it.

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::server::{Client, Server};

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:fan";
const ARGUMENTS: [&str; 3] = ["fan.asl.json", "--db", "asl.db"];

/// A machine whose children wait for people, so many at once.
fn folder(concurrency: u32, tolerated: u32) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let activity = "arn:aws:states:us-east-1:123456789012:activity:people";
    let machine = json!({"StartAt": "Fan", "States": {"Fan": {
        "Type": "Map", "Label": "fan", "End": true,
        "MaxConcurrency": concurrency, "ToleratedFailureCount": tolerated,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Ask",
            "States": {"Ask": {"Type": "Task", "Resource": activity, "End": true}}}}}});
    std::fs::write(folder.path().join("fan.asl.json"), machine.to_string()).expect("writable");
    folder
}

fn start(client: &mut Client, input: &Value) -> Value {
    client.must("CreateActivity", &json!({"name": "people"}));
    let input = json!({"stateMachineArn": MACHINE, "input": input.to_string()});
    let started = client.must("StartExecution", &input);
    started["executionArn"].clone()
}

/// The next task: its token and its input.
fn task(client: &mut Client) -> (Value, Value) {
    let arn = "arn:aws:states:us-east-1:123456789012:activity:people";
    let task = client.must("GetActivityTask", &json!({"activityArn": arn}));
    let input = task["input"].as_str().expect("there is a task");
    let input = serde_json::from_str(input).expect("a document");
    (task["taskToken"].clone(), input)
}

fn succeed(client: &mut Client, token: &Value) {
    let answer = json!({"taskToken": token, "output": "\"done\""});
    client.must("SendTaskSuccess", &answer);
}

fn fail(client: &mut Client, token: &Value) {
    client.must(
        "SendTaskFailure",
        &json!({"taskToken": token, "error": "No"}),
    );
}

/// The only Map Run of an execution, once it has this status.
fn map_run(client: &mut Client, execution: &Value, status: &str) -> Value {
    loop {
        let runs = client.must("ListMapRuns", &json!({"executionArn": execution}));
        let runs = runs["mapRuns"].as_array().expect("a list");
        assert!(runs.len() <= 1, "{runs:?}");
        if let Some(run) = runs.first() {
            let arn = json!({"mapRunArn": run["mapRunArn"]});
            let run = client.must("DescribeMapRun", &arn);
            if run["status"] == status {
                return run;
            }
        }
        std::thread::yield_now();
    }
}

/// The children of a Map Run by their inputs.
fn children(client: &mut Client, run: &Value) -> Vec<(Value, Value)> {
    let listed = client.must("ListExecutions", &json!({"mapRunArn": run["mapRunArn"]}));
    let listed = listed["executions"].as_array().expect("a list").clone();
    let mut children: Vec<(Value, Value)> = listed
        .iter()
        .map(|child| {
            let arn = json!({"executionArn": child["executionArn"]});
            let child = client.must("DescribeExecution", &arn);
            assert_eq!(child["mapRunArn"], run["mapRunArn"]);
            (child["input"].clone(), child)
        })
        .collect();
    children.sort_by_key(|(input, _)| input.to_string());
    children
}

fn statuses(client: &mut Client, run: &Value) -> Vec<Value> {
    let children = children(client, run);
    children.iter().map(|it| it.1["status"].clone()).collect()
}

fn kinds(client: &mut Client, arn: &Value) -> Vec<Value> {
    let history = client.history(arn.as_str().expect("an ARN"));
    history.iter().map(|it| it["type"].clone()).collect()
}

#[test]
fn what_children_have_done_is_not_done_again_after_a_kill() {
    let folder = folder(2, 0);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let execution = start(&mut client, &json!([1, 2, 3]));
    let (first, _) = task(&mut client);
    let (second, held) = task(&mut client);
    succeed(&mut client, &first);
    let (third, _) = task(&mut client);
    server.kill();

    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let run = map_run(&mut client, &execution, "RUNNING");
    let mut expected = [json!("SUCCEEDED"), json!("RUNNING"), json!("RUNNING")];
    if held == 1 {
        expected.swap(0, 1);
    }
    assert_eq!(statuses(&mut client, &run), expected);
    // Whoever held a task answers it: nothing is given out again.
    succeed(&mut client, &second);
    succeed(&mut client, &third);
    let ended = client.ended(execution.as_str().expect("an ARN"));
    assert_eq!(ended["output"], r#"["done","done","done"]"#);
    let run = map_run(&mut client, &execution, "SUCCEEDED");
    assert_eq!(run["itemCounts"]["succeeded"], 3, "{run}");
    assert_eq!(run["executionCounts"]["total"], 3, "{run}");
    for (_, child) in children(&mut client, &run) {
        let expected = [
            "ExecutionStarted",
            "TaskStateEntered",
            "ActivityScheduled",
            "ActivityStarted",
            "ActivitySucceeded",
            "TaskStateExited",
            "ExecutionSucceeded",
        ];
        assert_eq!(kinds(&mut client, &child["executionArn"]), expected);
    }
}

#[test]
fn a_redrive_goes_on_with_the_children_that_did_not_succeed() {
    let folder = folder(1, 0);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let execution = start(&mut client, &json!([1, 2, 3]));
    let (token, _) = task(&mut client);
    succeed(&mut client, &token);
    let (token, _) = task(&mut client);
    fail(&mut client, &token);
    let ended = client.ended(execution.as_str().expect("an ARN"));
    assert_eq!(ended["status"], "FAILED");
    let run = map_run(&mut client, &execution, "FAILED");
    assert_eq!(
        (&run["itemCounts"]["pending"], &run["itemCounts"]["failed"]),
        (&json!(1), &json!(1)),
        "{run}"
    );
    let failed = &children(&mut client, &run)[1].1;
    assert_eq!(failed["redriveStatus"], "REDRIVABLE_BY_MAP_RUN");
    let failed = json!({"executionArn": failed["executionArn"]});
    let (status, refused) = client
        .call("RedriveExecution", &failed)
        .expect("the server answers");
    assert_eq!(
        (status, &refused["__type"]),
        (400, &json!("ExecutionNotRedrivable"))
    );

    // Also by a server that was started again.
    server.kill();
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    client.must("RedriveExecution", &json!({"executionArn": execution}));
    for expected in [2, 3] {
        let (token, input) = task(&mut client);
        assert_eq!(input, expected);
        succeed(&mut client, &token);
    }
    let ended = client.ended(execution.as_str().expect("an ARN"));
    assert_eq!(ended["output"], r#"["done","done","done"]"#);
    let run = map_run(&mut client, &execution, "SUCCEEDED");
    assert_eq!(run["redriveCount"], 1, "{run}");
    let children = children(&mut client, &run);
    let redriven: Vec<&Value> = children.iter().map(|it| &it.1["redriveCount"]).collect();
    assert_eq!(redriven, [0, 1, 0]);
    let kinds = kinds(&mut client, &execution);
    let expected = [
        "MapRunFailed",
        "MapStateFailed",
        "ExecutionFailed",
        "ExecutionRedriven",
        "MapRunRedriven",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ];
    assert_eq!(kinds[kinds.len() - expected.len()..], expected, "{kinds:?}");
}

#[test]
fn what_a_map_run_may_do_is_changed_while_it_is_at_work() {
    let folder = folder(1, 0);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let execution = start(&mut client, &json!([1, 2, 3]));
    let (first, _) = task(&mut client);
    let run = map_run(&mut client, &execution, "RUNNING");
    client.must(
        "UpdateMapRun",
        &json!({"mapRunArn": run["mapRunArn"], "maxConcurrency": 3, "toleratedFailureCount": 2}),
    );
    // Two more begin beside the first.
    let (second, _) = task(&mut client);
    let (third, _) = task(&mut client);
    for token in [&first, &second] {
        fail(&mut client, token);
    }
    succeed(&mut client, &third);
    let ended = client.ended(execution.as_str().expect("an ARN"));
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
}

#[test]
fn a_map_run_without_a_limit_of_its_own_goes_on_after_a_kill() {
    let folder = folder(1, 0);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let execution = start(&mut client, &json!([1, 2, 3]));
    let (first, _) = task(&mut client);
    map_run(&mut client, &execution, "RUNNING");
    server.kill();

    // As UpdateMapRun keeps it, right before the end.
    let database = Connection::open(folder.path().join("asl.db")).expect("a database");
    let change = "UPDATE map_runs SET max_concurrency = 0";
    assert_eq!(database.execute(change, []).expect("valid SQL"), 1);
    drop(database);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let tokens = [first, task(&mut client).0, task(&mut client).0];
    let run = map_run(&mut client, &execution, "RUNNING");
    let most = json!({"mapRunArn": run["mapRunArn"], "maxConcurrency": i32::MAX});
    client.must("UpdateMapRun", &most);
    for token in tokens {
        succeed(&mut client, &token);
    }
    let ended = client.ended(execution.as_str().expect("an ARN"));
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
}

#[test]
fn children_that_cannot_go_on_have_failed_after_a_kill() {
    let folder = folder(0, 2);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let execution = start(&mut client, &json!([1, 2, 3]));
    let mut tasks = [(); 3].map(|()| task(&mut client));
    tasks.sort_by_key(|(_, input)| input.to_string());
    server.kill();

    let database = Connection::open(folder.path().join("asl.db")).expect("a database");
    let ids = "(SELECT id FROM executions WHERE map_run IS NOT NULL AND input = ?1)";
    for (input, change) in [
        ("1", "DELETE FROM journal"),
        ("2", "UPDATE journal SET lines = 'no line'"),
    ] {
        let change = format!("{change} WHERE execution = {ids}");
        let changed = database.execute(&change, [input]).expect("valid SQL");
        assert!(changed > 0, "{input}");
    }
    drop(database);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let run = map_run(&mut client, &execution, "RUNNING");
    succeed(&mut client, &tasks[2].0);
    let ended = client.ended(execution.as_str().expect("an ARN"));
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    let children = children(&mut client, &run);
    for ((_, child), said) in children.iter().zip([
        "its journal leads to 0 events, and 4 are kept",
        "this is no line of a journal",
    ]) {
        assert_eq!(child["status"], "FAILED", "{child}");
        let cause = child["cause"].as_str().expect("a cause");
        assert!(cause.contains(said), "{cause}");
        let expected = [
            "ExecutionStarted",
            "TaskStateEntered",
            "ActivityScheduled",
            "ActivityStarted",
            "ExecutionFailed",
        ];
        assert_eq!(kinds(&mut client, &child["executionArn"]), expected);
    }
    let (_, metrics) = server.get("/metrics");
    assert!(
        metrics.contains("\nasl_broken_executions_total 2\n"),
        "{metrics}"
    );
}

#[test]
fn a_child_that_a_kill_kept_from_hearing_of_the_end_is_redriven() {
    let folder = folder(1, 0);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let execution = start(&mut client, &json!([1]));
    task(&mut client);
    let run = map_run(&mut client, &execution, "RUNNING");
    client.must("StopExecution", &json!({"executionArn": execution}));
    map_run(&mut client, &execution, "ABORTED");
    server.kill();

    let database = Connection::open(folder.path().join("asl.db")).expect("a database");
    let child = "(SELECT id FROM executions WHERE map_run IS NOT NULL)";
    for change in [
        format!("DELETE FROM events WHERE execution = {child} AND lines LIKE '%ExecutionAborted%'"),
        format!("DELETE FROM journal WHERE execution = {child} AND lines LIKE '%\"stop\"%'"),
        format!("UPDATE executions SET status = 'RUNNING', stopped = NULL WHERE id = {child}"),
    ] {
        assert_eq!(database.execute(&change, []).expect("valid SQL"), 1);
    }
    drop(database);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    assert_eq!(statuses(&mut client, &run), ["ABORTED"]);
    client.must("RedriveExecution", &json!({"executionArn": execution}));
    let (token, _) = task(&mut client);
    succeed(&mut client, &token);
    let ended = client.ended(execution.as_str().expect("an ARN"));
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    let child = children(&mut client, &run)[0].1["executionArn"].clone();
    let history = client.history(child.as_str().expect("an ARN"));
    let ids = history.iter().map(|event| event["id"].as_u64());
    assert!(ids.eq((1..=history.len() as u64).map(Some)), "{history:?}");
}

#[test]
fn a_child_is_stopped_alone_and_all_with_their_execution() {
    let folder = folder(0, 1);
    let server = Server::start(folder.path(), &ARGUMENTS);
    let mut client = server.client();
    let execution = start(&mut client, &json!([1, 2, 3]));
    for _ in 0..3 {
        task(&mut client);
    }
    let run = map_run(&mut client, &execution, "RUNNING");
    let child = children(&mut client, &run)[0].1["executionArn"].clone();
    let stop = json!({"executionArn": child, "error": "Enough"});
    client.must("StopExecution", &stop);
    let stopped = client.ended(child.as_str().expect("an ARN"));
    assert_eq!(
        (&stopped["status"], &stopped["error"]),
        (&json!("ABORTED"), &json!("Enough"))
    );
    client.must("StopExecution", &json!({"executionArn": execution}));
    let run = map_run(&mut client, &execution, "ABORTED");
    assert_eq!(run["executionCounts"]["aborted"], 3, "{run}");
    assert_eq!(statuses(&mut client, &run), ["ABORTED"; 3]);
    for (_, child) in children(&mut client, &run) {
        let kinds = kinds(&mut client, &child["executionArn"]);
        assert_eq!(kinds.last(), Some(&json!("ExecutionAborted")), "{kinds:?}");
    }
}
