//! What a server keeps, and what it refuses to start on.

use serde_json::json;
use tempfile::TempDir;

use super::handler::Handler;
use super::server::Server;

const WAIT: &str = r#"{"StartAt": "Ask", "States": {"Ask": {
    "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:people",
    "Next": "Fail"}, "Fail": {"Type": "Fail", "Error": "E", "Cause": "c"}}}"#;

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("order.asl.json"), WAIT).expect("writable");
    folder
}

#[test]
fn a_worker_answers_after_the_server_was_started_again() {
    let folder = folder();
    let arguments = ["order.asl.json", "--db", "asl.db"];
    let machine = "arn:aws:states:us-east-1:123456789012:stateMachine:order";
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    let activity = client.must("CreateActivity", &json!({"name": "people"}));
    let activity = json!({"activityArn": activity["activityArn"], "workerName": "w"});
    let started = client.must("StartExecution", &json!({"stateMachineArn": machine}));
    let task = client.must("GetActivityTask", &activity);
    server.kill();

    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    // Somebody has the task already: it is not given out again.
    let token = &task["taskToken"];
    client.must("SendTaskHeartbeat", &json!({"taskToken": token}));
    client.must(
        "SendTaskSuccess",
        &json!({"taskToken": token, "output": "7"}),
    );
    let arn = started["executionArn"].as_str().expect("an ARN");
    let ended = client.ended(arn);
    assert_eq!(
        (&ended["status"], &ended["error"]),
        (&json!("FAILED"), &json!("E"))
    );
    let kinds: Vec<_> = client
        .history(arn)
        .iter()
        .map(|event| event["type"].clone())
        .collect();
    let expected = [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "FailStateEntered",
        "ExecutionFailed",
    ];
    assert_eq!(kinds, expected);

    // Redriven after another start, it goes on where it failed.
    server.kill();
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    client.must("RedriveExecution", &json!({"executionArn": arn}));
    let ended = client.ended(arn);
    assert_eq!(ended["redriveCount"], 1, "{ended}");
    assert_eq!(ended["status"], "FAILED");
    let (status, refused) = client
        .call(
            "StartExecution",
            &json!({"stateMachineArn": machine, "name": ended["name"]}),
        )
        .expect("the server answers");
    assert_eq!(
        (status, &refused["__type"]),
        (400, &json!("ExecutionAlreadyExists"))
    );
}

#[test]
fn a_second_server_on_the_same_file_is_refused() {
    let folder = folder();
    let _server = Server::start(folder.path(), &["--db", "asl.db"]);
    let mut second = assert_cmd::Command::new(env!("CARGO_BIN_EXE_asl"));
    let second = second
        .current_dir(folder.path())
        .args(["serve", "--port", "0", "--db", "asl.db"]);
    second
        .assert()
        .code(2)
        .stderr("error: asl.db is in use: another server runs on it\n");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_database_that_is_in_use_is_refused() {
    let folder = folder();
    let _server = Server::start(folder.path(), &["--db", "asl.db"]);
    std::os::unix::fs::symlink("asl.db", folder.path().join("other.db")).expect("writable");
    let mut second = assert_cmd::Command::new(env!("CARGO_BIN_EXE_asl"));
    let second = second
        .current_dir(folder.path())
        .args(["serve", "--port", "0", "--db", "other.db"]);
    second
        .assert()
        .code(2)
        .stderr("error: other.db is in use: another server runs on it\n");
}

/// What an execution tells is written as it goes on, and not when it waits for something.
#[cfg(target_os = "linux")]
#[test]
fn an_execution_that_tells_much_takes_little_memory() {
    const STATES: usize = 120;
    let folder = folder();
    let large = "x".repeat(250_000);
    let states: serde_json::Map<_, _> = (0..STATES)
        .map(|number| {
            let mut state = json!({"Type": "Pass"});
            if number + 1 < STATES {
                state["Next"] = json!(format!("S{}", number + 1));
            } else {
                state["End"] = json!(true);
            }
            (format!("S{number}"), state)
        })
        .collect();
    let machine = json!({"StartAt": "S0", "States": states});
    std::fs::write(folder.path().join("order.asl.json"), machine.to_string()).expect("writable");
    let server = Server::start(folder.path(), &["order.asl.json", "--db", "asl.db"]);
    let mut client = server.client();
    let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:order";
    let input = json!({"stateMachineArn": arn, "input": json!(large).to_string()});
    let started = client.must("StartExecution", &input);
    let ended = client.ended(started["executionArn"].as_str().expect("an ARN"));
    assert_eq!(ended["status"], "SUCCEEDED");
    let process = std::fs::read_to_string(format!("/proc/{}/status", server.id()));
    let process = process.expect("a process");
    let most = process.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = most.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    // All events have 60 MB together.
    assert!(kib.expect("a number") < 120_000, "{most:?}");
}

#[test]
fn a_file_that_is_no_database_of_a_server_is_left_alone() {
    let folder = folder();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "not a database at all, but notes\n".repeat(100)).expect("writable");
    let mut asl = assert_cmd::Command::new(env!("CARGO_BIN_EXE_asl"));
    let asl = asl
        .current_dir(folder.path())
        .args(["serve", "--port", "0", "--db", "notes.txt"]);
    let said = asl.assert().code(2).get_output().stderr.clone();
    let said = String::from_utf8(said).expect("text");
    assert!(
        said.contains("notes.txt") && said.contains("not a database"),
        "{said}"
    );
    let kept = std::fs::read_to_string(path).expect("it is still there");
    assert!(kept.starts_with("not a database at all"));
}

#[test]
fn what_cannot_be_a_database_is_refused_in_words() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("folder")).expect("writable");
    let newer = rusqlite::Connection::open(folder.path().join("newer.db")).expect("a database");
    newer
        .execute_batch("PRAGMA application_id = 1634954289; PRAGMA user_version = 999;")
        .expect("valid SQL");
    for (path, said) in [
        ("folder", "error: folder is a directory, and no database\n"),
        (
            "newer.db",
            "error: newer.db was written by a later version of asl (schema 999, this version \
             knows up to 1): use that one, or another file\n",
        ),
        (
            "nowhere/asl.db",
            "error: cannot lock the database nowhere/asl.db: No such file or directory (os error \
             2)\n",
        ),
    ] {
        let mut asl = assert_cmd::Command::new(env!("CARGO_BIN_EXE_asl"));
        let asl = asl
            .current_dir(folder.path())
            .args(["serve", "--port", "0", "--db", path]);
        asl.assert().code(2).stderr(said);
    }
}

/// A service may be given an answer before it has answered itself: no event tells of it then.
#[test]
fn an_answer_that_came_before_the_service_answered_is_kept() {
    let ask = json!({"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"token.$": "$$.Task.Token"}}}});
    let mut child = ask.clone();
    child["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let fan = json!({"StartAt": "Fan", "States": {"Fan": {"Type": "Map", "End": true,
        "ItemProcessor": child}}});
    for (machine, output) in [(ask, "7"), (fan, "[7]")] {
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("order.asl.json");
        std::fs::write(file, machine.to_string()).expect("writable");
        let handler = Handler::start_slow(1);
        let task = format!("Ask={}", handler.url);
        let arguments = ["order.asl.json", "--db", "asl.db", "--task", &task];
        let server = Server::start(folder.path(), &arguments);
        let mut client = server.client();
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:order";
        let started = client.must(
            "StartExecution",
            &json!({"stateMachineArn": arn, "input": "[1]"}),
        );
        let asked = handler.calls.recv().expect("the service is asked");
        let token = &asked.body["parameters"]["token"];
        let answer = json!({"taskToken": token, "output": "7"});
        client.must("SendTaskSuccess", &answer);
        server.kill();

        let server = Server::start(folder.path(), &arguments);
        let ended = server
            .client()
            .ended(started["executionArn"].as_str().expect("an ARN"));
        assert_eq!(ended["output"], output, "{ended}");
        // It never answered, and is asked again.
        let again = handler.calls.recv().expect("the service is asked");
        assert_eq!(&again.body["parameters"]["token"], token);
    }
}
