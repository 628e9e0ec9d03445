//! The console of a server, used in Chromium: what is clicked happens, what happens is seen, and
//! nothing that a user wrote runs. The driver comes with an npm package in the folder that
//! `ASL_NODE_MODULES` names.

#[path = "support/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use server::Server;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Tells something to whoever runs the tests: past the capture of their output.
fn say(line: &str) {
    writeln!(std::io::stderr().lock(), "console: {line}").expect("stderr can be written");
}

/// A folder of a test's own.
fn room(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("console-{name}"));
    // What an earlier run left may be there.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// Serves definitions, from and to a database in the folder.
fn start(folder: &Path, definitions: &[(&str, Value)], more: &[&str]) -> Server {
    let mut arguments = Vec::new();
    for (name, definition) in definitions {
        let file = format!("{name}.asl.json");
        fs::write(folder.join(&file), definition.to_string()).expect("the folder can be written");
        arguments.push(file);
    }
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    arguments.extend(["--time", "skip", "--db", "asl.db"]);
    arguments.extend(more);
    Server::start(folder, &arguments)
}

#[track_caller]
fn begin(server: &Server, machine: &str, input: &str) -> String {
    let machine = format!("arn:aws:states:us-east-1:123456789012:stateMachine:{machine}");
    let members = json!({"stateMachineArn": machine, "name": "one", "input": input});
    let answer = server.client().must("StartExecution", &members);
    answer["executionArn"].as_str().expect("an ARN").to_owned()
}

/// Looks at a server; says so when there is nothing to look with.
fn check(scenario: &str, server: &Server) {
    if std::env::var_os("ASL_NODE_MODULES").is_none() {
        return say("ASL_NODE_MODULES names no folder: no console is looked at");
    }
    let node = Command::new("node")
        .arg(root().join("tests/tools/console-check.mjs"))
        .arg(scenario)
        .arg(server.url())
        .output();
    let Ok(output) = node else {
        return say("there is no node: no console is looked at");
    };
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    let (out, err) = (told(&output.stdout), told(&output.stderr));
    match output.status.code() {
        Some(0) => say(&out),
        Some(2) if err.contains("no chromium") => {
            say("there is no chromium: no console is looked at");
        }
        code => panic!("{code:?}: {out}\n{err}"),
    }
}

/// A task that somebody reviews, between two states.
fn review() -> Value {
    json!({"StartAt": "Prepare", "States": {
        "Prepare": {"Type": "Pass", "Next": "Review"},
        "Review": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "q", "MessageBody": {"token.$": "$$.Task.Token"}},
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
    }})
}

/// Everything that would like to be more than text.
const HOSTILE: &str = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\
                       <svg onload=window.pwned=1>\u{2028}\u{202e}\"'";

#[test]
fn an_execution_is_started_watched_answered_redriven_and_stopped() {
    let server = start(&room("walk"), &[("review", review())], &[]);
    check("walk", &server);
}

#[test]
fn all_of_it_can_be_reached_by_keys_and_on_a_phone() {
    let server = start(&room("keys"), &[("review", review())], &[]);
    check("keys", &server);
}

#[test]
fn durations_go_on_and_texts_have_room() {
    let server = start(&room("clock"), &[("review", review())], &[]);
    check("clock", &server);
}

#[test]
fn what_is_shown_is_new_or_said_to_be_old() {
    let short = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let server = start(&room("stale"), &[("short", short.clone())], &[]);
    let members = json!({
        "name": "quick", "type": "EXPRESS", "definition": short.to_string(),
        "roleArn": "arn:aws:iam::123456789012:role/r",
    });
    server.client().must("CreateStateMachine", &members);
    check("stale", &server);
}

#[test]
fn map_runs_are_counted_and_lead_to_their_executions() {
    let machine = json!({"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "End": true, "Label": "each", "ToleratedFailureCount": 1,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "A", "States": {
                "A": {"Type": "Choice", "Default": "B",
                    "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "C"}]},
                "B": {"Type": "Succeed"},
                "C": {"Type": "Fail", "Error": "Odd"},
            },
        },
    }}});
    let server = start(&room("maps"), &[("spread", machine)], &[]);
    begin(&server, "spread", "[1, 2, 3]");
    check("maps", &server);
}

#[test]
fn a_person_can_be_the_worker_and_express_executions_show_what_they_come_to() {
    let activity = "arn:aws:states:us-east-1:123456789012:activity:approve";
    let machine = json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": activity, "End": true},
    }});
    let server = start(&room("work"), &[("ask", machine)], &[]);
    server
        .client()
        .must("CreateActivity", &json!({"name": "approve"}));
    let quick = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
    let role = "arn:aws:iam::123456789012:role/r";
    let definition = quick.to_string();
    let members =
        json!({"name": "quick", "type": "EXPRESS", "definition": definition, "roleArn": role});
    server.client().must("CreateStateMachine", &members);
    begin(&server, "ask", "{\"please\": true}");
    check("work", &server);
}

#[test]
fn nothing_that_a_user_wrote_runs() {
    // As long as a state's name can be.
    let name: String = HOSTILE.chars().rev().take(80).collect();
    let name: String = name.chars().rev().collect();
    let definition = json!({"StartAt": name, "States": {
        name: {"Type": "Pass", "Result": HOSTILE, "ResultPath": "$.out", "Comment": HOSTILE, "Next": "Review"},
        "Review": review()["States"]["Review"],
        "Done": {"Type": "Fail", "Error": HOSTILE, "Cause": HOSTILE},
    }});
    let server = start(&room("hostile"), &[("hostile", definition)], &[]);
    begin(&server, "hostile", &json!({"in": HOSTILE}).to_string());
    check("hostile", &server);
}

#[test]
fn a_page_tells_the_same_after_the_server_came_back() {
    let folder = room("again");
    let server = start(&folder, &[("review", review())], &[]);
    begin(&server, "review", "{}");
    drop(server);
    let server = start(&folder, &[], &[]);
    check("again", &server);
}

/// The messages of a stream until its end.
fn stream(server: &Server, query: &str, more: &str) -> Vec<Value> {
    let head = format!(
        "GET /console/events?{query} HTTP/1.1\r\nhost: {}{more}",
        server.address()
    );
    let (head, body) = server.ask(&head, "");
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    let messages = body.lines().filter_map(|line| line.strip_prefix("data: "));
    let messages = messages.map(|text| serde_json::from_str(text).expect("JSON"));
    messages.collect()
}

#[test]
fn a_stream_tells_an_ended_execution_at_once_and_goes_on_where_it_broke_off() {
    let machine = json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    let server = start(&room("stream"), &[("short", machine)], &[]);
    let arn = begin(&server, "short", "{}");
    let query = format!("execution={}", arn.replace(':', "%3A"));
    // It ends by itself, or this test does not.
    let told = stream(&server, &query, "");
    let events: Vec<&Value> = told
        .iter()
        .flat_map(|message| message["page"]["events"].as_array().into_iter().flatten())
        .collect();
    let ids: Vec<_> = events
        .iter()
        .filter_map(|event| event["id"].as_u64())
        .collect();
    assert_eq!(ids, (1..=4).collect::<Vec<_>>());
    assert_eq!(told.last(), Some(&json!({})));
    let last = &told[told.len() - 2]["page"];
    assert_eq!(last["execution"]["status"], "succeeded");
    assert!(
        last["drawn"]["picture"]
            .as_str()
            .expect("a picture")
            .contains("succeeded")
    );

    for (query, more) in [
        (format!("{query}&after=3"), ""),
        (query, "\r\nLast-Event-ID: 3"),
    ] {
        let told = stream(&server, &query, more);
        let events = told[0]["page"]["events"].as_array().expect("a list");
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0]["type"], "ExecutionSucceeded");
    }
    assert!(
        server
            .get("/console/events?execution=x")
            .0
            .starts_with("HTTP/1.1 404")
    );
}

#[test]
fn pages_bring_their_policy_and_are_for_this_machine_only() {
    let allowed = ["--allow-host", "asl.example"];
    let server = start(&room("policy"), &[("review", review())], &allowed);
    let arn = begin(&server, "review", "{}");
    let arn = arn.replace(':', "%3A");
    for path in [
        "/",
        "/console/page.js",
        &format!("/console/execution?arn={arn}"),
    ] {
        let (head, _) = server.get(path);
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        assert!(head.contains("content-security-policy: default-src 'none'; script-src 'self';"));
        assert!(head.contains("x-frame-options: DENY"));
    }
    for path in [
        "/console/machine",
        "/console/machine?arn=%3Cimg%3E",
        "/console/execution?arn=x",
    ] {
        let (head, body) = server.get(path);
        assert!(head.starts_with("HTTP/1.1 404"), "{path}: {head}");
        assert!(!body.contains("<img"), "{body}");
    }
    for path in ["/", "/console/page.css", "/health", "/metrics"] {
        let (head, _) = server.ask(&format!("GET {path} HTTP/1.1\r\nhost: evil.example"), "");
        assert!(head.starts_with("HTTP/1.1 403"), "{path}: {head}");
        let (head, _) = server.ask(&format!("GET {path} HTTP/1.1\r\nhost: ASL.example:80"), "");
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
    }
}

/// The value of a line of `/metrics`.
fn metric(page: &str, name: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}

#[test]
fn health_metrics_and_a_line_for_each_request() {
    let server = start(&room("metrics"), &[("review", review())], &["-v"]);
    let (head, body) = server.get("/health");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        body,
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "database": "ok"})
    );

    let arn = begin(&server, "review", "{}");
    server
        .client()
        .must("StopExecution", &json!({"executionArn": arn}));
    // It is acknowledged as soon as it is kept that it was asked to stop.
    let ended = |page: &str| {
        let is_kept = metric(page, "asl_executions{status=\"ABORTED\"}").is_some();
        is_kept && metric(page, "asl_running_executions") == Some(0.0)
    };
    let mut pages = (0..1000).map(|_| server.get("/metrics").1);
    let page = pages.find(|page| ended(page)).expect("it has stopped");
    let expected = [
        ("asl_executions{status=\"ABORTED\"}", 1.0),
        ("asl_running_executions", 0.0),
        ("asl_open_tasks", 0.0),
        ("asl_transitions_total", 2.0),
        (
            "asl_requests_total{operation=\"StartExecution\",status=\"200\"}",
            1.0,
        ),
    ];
    for (name, value) in expected {
        assert_eq!(metric(&page, name), Some(value), "{name} in {page}");
    }
    let commits = metric(&page, "asl_commit_seconds_count").expect("it is counted");
    assert!(commits >= 3.0, "{page}");
    assert_eq!(
        metric(&page, "asl_commit_seconds_bucket{le=\"+Inf\"}"),
        Some(commits)
    );

    // The others are for people.
    let said = server.said();
    let mut lines = said.iter();
    let mut line = || {
        lines
            .find(|line| line.starts_with("time="))
            .expect("a line")
    };
    let first = line();
    assert!(
        first.starts_with("time=2") && first.contains(" operation=StartExecution status=200 ms=")
    );
    assert!(first.ends_with(&format!(" execution={arn}")), "{first}");
    assert!(line().contains(" operation=StopExecution status=200 "));
}

#[test]
fn node_reads_every_part_of_the_script() {
    let folder = root().join("src/server/console/script");
    for part in fs::read_dir(folder).expect("the folder is there") {
        let path = part.expect("the folder can be read").path();
        let Ok(output) = Command::new("node").arg("--check").arg(&path).output() else {
            return say("there is no node: the script is not read");
        };
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {told}", path.display());
    }
}
