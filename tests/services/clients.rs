//! `asl serve` with the clients that people have: AWS's SDKs for Python and JavaScript, its command
//! line, and a worker for an activity. Nothing is changed for them but the endpoint.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::Server;
use crate::{command, programs, say};

/// What a script prints when it is given the address of a server: JSON, a value a line.
#[track_caller]
fn prints(script: &str, program: impl FnOnce() -> Command) -> Vec<Value> {
    let folder = TempDir::new().expect("a temporary folder");
    let server = Server::start(folder.path(), &["--db", "asl.db"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tools")
        .join(script);
    let done = program()
        .arg(script)
        .arg(server.url())
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let printed = String::from_utf8(done.stdout).expect("text");
    let values = printed.lines().map(serde_json::from_str);
    values.collect::<Result<_, _>>().expect("JSON")
}

#[test]
fn an_application_in_python_and_its_worker() {
    let Some(programs) = programs() else { return };
    let printed = prints("client.py", || command(programs.join("python3"), &programs));
    let events = [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ];
    let expected = [
        json!(["SUCCEEDED", {"approved": true}]),
        json!(events),
        json!(["first"]),
        json!("ExecutionAlreadyExists"),
        json!({"Code": "InvalidArn", "Message": "Invalid Arn: 'Invalid ARN prefix: not an arn'"}),
        json!(["SUCCEEDED", "{\"ok\":true}"]),
    ];
    assert_eq!(printed, expected);
}

#[test]
fn an_application_in_javascript() {
    if std::env::var_os("ASL_NODE_MODULES").is_none() {
        say("services: ASL_NODE_MODULES names no folder: no SDK for JavaScript is tried");
        return;
    }
    let printed = prints("client.mjs", || Command::new("node"));
    let events = [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ];
    let expected = [
        json!(["SUCCEEDED", "42", true]),
        json!(events),
        json!(["SUCCEEDED", "2"]),
        json!("InvalidExecutionInput"),
    ];
    assert_eq!(printed, expected);
}

#[test]
fn the_command_line_of_aws() {
    let Some(programs) = programs() else { return };
    let folder = TempDir::new().expect("a temporary folder");
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let file = folder.path().join("m.asl.json");
    std::fs::write(file, definition).expect("writable");
    let server = Server::start(folder.path(), &["m.asl.json"]);
    let aws = |arguments: &[&str]| -> Value {
        let done = command("aws", &programs)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .args(["--endpoint-url", &server.url(), "--region", "us-east-1"])
            .args(["--output", "json", "stepfunctions"])
            .args(arguments)
            .output()
            .expect("aws starts");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments:?}: {said}");
        serde_json::from_slice(&done.stdout).unwrap_or_default()
    };
    let machines = aws(&["list-state-machines"]);
    let machine = machines["stateMachines"][0]["stateMachineArn"].as_str();
    let machine = machine.expect("the machine of the file");
    let started = aws(&[
        "start-execution",
        "--state-machine-arn",
        machine,
        "--input",
        "[1]",
    ]);
    let execution = started["executionArn"].as_str().expect("an ARN");
    let history = loop {
        let history = aws(&["get-execution-history", "--execution-arn", execution]);
        let events = history["events"].as_array().expect("events").clone();
        if events
            .last()
            .is_some_and(|last| last["type"] == "ExecutionSucceeded")
        {
            break events;
        }
    };
    assert_eq!(history.len(), 4, "{history:?}");
}
