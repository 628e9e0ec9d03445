//! Executions that cannot go on, answers of which only the server knows, and a disk without room.

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::handler::Handler;
use super::server::{Client, Server};

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:order";

/// Somebody must answer.
fn waiting() -> Value {
    json!({"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:us-east-1:123456789012:activity:people"}}})
}

fn folder(definition: &Value) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("order.asl.json");
    std::fs::write(path, definition.to_string()).expect("writable");
    folder
}

fn begin(client: &mut Client, name: &str) -> String {
    let started = client.must(
        "StartExecution",
        &json!({"stateMachineArn": ARN, "name": name}),
    );
    started["executionArn"].as_str().expect("an ARN").to_owned()
}

#[track_caller]
fn refused(client: &mut Client, operation: &str, input: &Value, code: &str) {
    let (_, answer) = client.call(operation, input).expect("the server answers");
    assert_eq!(answer["__type"], code, "{operation} {input}: {answer}");
}

#[test]
fn an_execution_that_cannot_go_on_keeps_nobody_from_serving() {
    let folder = folder(&waiting());
    let arguments = ["order.asl.json", "--db", "asl.db"];
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    client.must("CreateActivity", &json!({"name": "people"}));
    let names = ["line", "journal", "input", "events", "well"];
    let arns = names.map(|name| begin(&mut client, name));
    // A token is given away only when everything is kept.
    let activity = "arn:aws:states:us-east-1:123456789012:activity:people";
    for _ in names {
        client.must("GetActivityTask", &json!({"activityArn": activity}));
    }
    server.kill();

    let database = Connection::open(folder.path().join("asl.db")).expect("a database");
    let ids = "(SELECT id FROM executions WHERE name = ?1)";
    for (name, change) in [
        (
            "line",
            format!("UPDATE journal SET lines = 'no line' WHERE execution = {ids}"),
        ),
        (
            "journal",
            format!("DELETE FROM journal WHERE execution = {ids}"),
        ),
        (
            "input",
            format!("UPDATE executions SET input = '{{' WHERE id = {ids}"),
        ),
        (
            "events",
            format!("DELETE FROM events WHERE execution = {ids} AND first > 1"),
        ),
    ] {
        let changed = database.execute(&change, [name]).expect("valid SQL");
        assert!(changed > 0, "{name}");
    }
    drop(database);

    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    assert_eq!(server.warnings.len(), 4, "{:?}", server.warnings);
    let says = [
        "this is no line of a journal",
        "its journal leads to 0 events, and 4 are kept",
        "its input is no JSON",
        "its journal leads to 4 events, and",
    ];
    for ((arn, said), warning) in arns.iter().zip(says).zip(&server.warnings) {
        let begins = format!("warning: the execution {arn} cannot go on and has ended as FAILED: ");
        assert!(
            warning.starts_with(&begins) && warning.contains(said),
            "{warning}"
        );
        let ended = client.ended(arn);
        assert_eq!(
            (&ended["status"], &ended["error"]),
            (&json!("FAILED"), &json!("States.Runtime"))
        );
        assert!(
            ended["cause"]
                .as_str()
                .is_some_and(|cause| cause.contains(said)),
            "{ended}"
        );
        let history = client.history(arn);
        let ids = history.iter().map(|event| event["id"].as_u64());
        assert!(ids.eq((1..=history.len() as u64).map(Some)), "{history:?}");
        let last = history.last().expect("events");
        assert_eq!(last["type"], "ExecutionFailed");
        let redrive = json!({"executionArn": arn});
        refused(
            &mut client,
            "RedriveExecution",
            &redrive,
            "ExecutionNotRedrivable",
        );
    }
    let well = json!({"executionArn": arns[4]});
    assert_eq!(client.must("DescribeExecution", &well)["status"], "RUNNING");
    let (_, metrics) = server.get("/metrics");
    assert!(
        metrics.contains("\nasl_broken_executions_total 4\n"),
        "{metrics}"
    );
}

#[test]
fn a_token_of_a_task_that_has_ended_is_known_after_a_restart() {
    let folder = folder(&waiting());
    let arguments = ["order.asl.json", "--db", "asl.db"];
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    let activity = client.must("CreateActivity", &json!({"name": "people"}));
    let arn = begin(&mut client, "e");
    let task = client.must(
        "GetActivityTask",
        &json!({"activityArn": activity["activityArn"]}),
    );
    let answer = json!({"taskToken": task["taskToken"], "output": "1"});
    client.must("SendTaskSuccess", &answer);
    client.ended(&arn);
    server.kill();
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    refused(&mut client, "SendTaskSuccess", &answer, "TaskTimedOut");
    let beat = json!({"taskToken": task["taskToken"]});
    refused(&mut client, "SendTaskHeartbeat", &beat, "TaskTimedOut");
    let never = json!({"taskToken": "00000000-0000-4000-8000-000000000000"});
    refused(&mut client, "SendTaskFailure", &never, "TaskDoesNotExist");
}

#[test]
fn an_answer_that_is_quicker_than_the_service_outlives_the_server() {
    let folder = folder(&json!({"StartAt": "Ask", "States": {"Ask": {
        "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"token.$": "$$.Task.Token"}}}}));
    let handler = Handler::start_slow(1);
    let task = format!("*={}", handler.url);
    let arguments = ["order.asl.json", "--db", "asl.db", "--task", &task];
    let token = || {
        let call = handler.calls.recv().expect("the handler is asked");
        call.body["parameters"]["token"].clone()
    };
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    let arn = begin(&mut client, "e");
    let first = token();
    let answer = json!({"taskToken": first, "output": "[7]"});
    client.must("SendTaskSuccess", &answer);
    refused(&mut client, "SendTaskSuccess", &answer, "TaskTimedOut");
    server.kill();

    // The service did not answer, so it is asked again; nobody has to answer again.
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    assert_eq!(token(), first);
    let ended = client.ended(&arn);
    assert_eq!(
        (&ended["status"], &ended["output"]),
        (&json!("SUCCEEDED"), &json!("[7]"))
    );
    refused(&mut client, "SendTaskSuccess", &answer, "TaskTimedOut");
}

#[test]
fn calls_of_a_mock_are_counted_across_a_restart() {
    let charge = |next: &str| {
        json!({"Type": "Task", "Next": next,
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge"})
    };
    let folder = folder(&json!({"StartAt": "Charge", "States": {
        "Charge": charge("Which"),
        "Which": {"Type": "Choice", "Default": "Done", "Choices": [
            {"Variable": "$.n", "NumericEquals": 0, "Next": "Ask"}]},
        "Ask": {"Type": "Task", "Next": "Charge",
            "Resource": "arn:aws:states:us-east-1:123456789012:activity:people"},
        "Done": {"Type": "Succeed"}}}));
    let mocks = json!({
        "StateMachines": {"order": {"TestCases": {"Twice": {"Charge": "Charged"}}}},
        "MockedResponses": {"Charged": {"0": {"Return": {"n": 0}}, "1": {"Return": {"n": 1}}}}});
    std::fs::write(folder.path().join("mocks.json"), mocks.to_string()).expect("writable");
    let arguments = ["order.asl.json", "--db", "asl.db", "--mock", "mocks.json"];
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    let activity = client.must("CreateActivity", &json!({"name": "people"}));
    let machine = json!({"stateMachineArn": format!("{ARN}#Twice"), "name": "e"});
    let started = client.must("StartExecution", &machine);
    let task = client.must(
        "GetActivityTask",
        &json!({"activityArn": activity["activityArn"]}),
    );
    server.kill();
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    let answer = json!({"taskToken": task["taskToken"], "output": "{}"});
    client.must("SendTaskSuccess", &answer);
    let ended = client.ended(started["executionArn"].as_str().expect("an ARN"));
    assert_eq!(
        (&ended["status"], &ended["output"]),
        (&json!("SUCCEEDED"), &json!("{\"n\":1}"))
    );
}

/// A server that may not write beyond a limit is one on a full disk; the limit can be lifted.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    use std::process::Command;
    use std::thread;

    let folder = folder(&waiting());
    let arguments = ["order.asl.json", "--db", "asl.db"];
    let mut limited = Command::new("sh");
    let limit = "trap '' XFSZ; ulimit -S -f 2048; exec \"$0\" \"$@\"";
    limited.args(["-c", limit, env!("CARGO_BIN_EXE_asl")]);
    let server = Server::run(limited, folder.path(), &arguments);
    let mut client = server.client();
    let activity = client.must("CreateActivity", &json!({"name": "people"}));
    let mut arns = vec![begin(&mut client, "first")];
    let task = client.must(
        "GetActivityTask",
        &json!({"activityArn": activity["activityArn"]}),
    );
    let large = json!("x".repeat(100_000)).to_string();
    let refused = loop {
        let name = format!("e-{}", arns.len());
        let input = json!({"stateMachineArn": ARN, "name": name, "input": large});
        match client.call("StartExecution", &input).expect("an answer") {
            (200, started) => {
                arns.push(started["executionArn"].as_str().expect("an ARN").to_owned());
            }
            refused => break refused,
        }
    };
    assert_eq!(refused.0, 500, "{}", refused.1);
    assert_eq!(refused.1["__type"], "InternalFailure");
    let message = refused.1["message"].as_str().expect("a message");
    assert!(message.contains("database"), "{message}");
    let (head, _) = server.get("/health");
    assert!(head.starts_with("HTTP/1.1 503"), "{head}");
    // Reading goes on; an answer is not acknowledged before there is room for it.
    assert_eq!(
        client.must("DescribeExecution", &json!({"executionArn": arns[0]}))["status"],
        "RUNNING"
    );
    let mut worker = server.client();
    let answer = json!({"taskToken": task["taskToken"], "output": large});
    let answering = thread::spawn(move || worker.must("SendTaskSuccess", &answer));

    let id = server.id().to_string();
    let lifted = Command::new("prlimit")
        .args(["--pid", &id, "--fsize=unlimited"])
        .status();
    assert!(lifted.expect("there is prlimit").success());
    answering.join().expect("it is acknowledged");
    assert_eq!(client.ended(&arns[0])["output"], json!(large));
    arns.push(begin(&mut client, "last"));
    server.kill();
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    for arn in &arns {
        client.must("DescribeExecution", &json!({"executionArn": arn}));
    }
    assert_eq!(client.ended(&arns[0])["output"], json!(large));
}
