//! The console of a server, used in Chromium: what is clicked happens, what happens is seen, and
//! nothing that a user wrote runs. The driver comes with an npm package in the folder that
//! `ASL_NODE_MODULES` names.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

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

/// A server on a port of its own, which ends with the test.
struct Server {
    process: Child,
    address: String,
    stderr: Option<BufReader<std::process::ChildStderr>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Serves definitions, from and to a database in the folder.
    fn start(folder: &Path, definitions: &[(&str, Value)], more: &[&str]) -> Self {
        let mut arguments = Vec::new();
        for (name, definition) in definitions {
            let path = folder.join(format!("{name}.asl.json"));
            fs::write(&path, definition.to_string()).expect("the folder can be written");
            arguments.push(path);
        }
        let mut process = Command::new(env!("CARGO_BIN_EXE_asl"))
            .arg("serve")
            .args(arguments)
            .args(["--port", "0", "--time", "skip", "--db"])
            .arg(folder.join("asl.db"))
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stderr = BufReader::new(process.stderr.take().expect("stderr is a pipe"));
        let mut line = String::new();
        stderr.read_line(&mut line).expect("it speaks UTF-8");
        let address = line.trim().rsplit('/').next().expect("a URL").to_owned();
        assert!(address.contains(':'), "{line}");
        Self {
            process,
            address,
            stderr: Some(stderr),
        }
    }

    /// The head and the body of an answer.
    fn ask(&self, head: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        let request =
            format!("{head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it speaks UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
        (head.to_owned(), body.to_owned())
    }

    fn get(&self, path: &str) -> (String, String) {
        self.ask(
            &format!("GET {path} HTTP/1.1\r\nhost: {}", self.address),
            "",
        )
    }

    #[track_caller]
    fn call(&self, operation: &str, members: &Value) -> Value {
        let host = &self.address;
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {host}\r\nX-Amz-Target: AWSStepFunctions.{operation}"
        );
        let (head, body) = self.ask(&head, &members.to_string());
        assert!(
            head.starts_with("HTTP/1.1 200"),
            "{operation}: {head}\n{body}"
        );
        serde_json::from_str(&body).expect("JSON comes back")
    }

    #[track_caller]
    fn begin(&self, machine: &str, input: &str) -> String {
        let machine = format!("arn:aws:states:us-east-1:123456789012:stateMachine:{machine}");
        let members = json!({"stateMachineArn": machine, "name": "one", "input": input});
        let answer = self.call("StartExecution", &members);
        answer["executionArn"].as_str().expect("an ARN").to_owned()
    }
}

/// Looks at a server; says so when there is nothing to look with.
fn check(scenario: &str, server: &Server) {
    if std::env::var_os("ASL_NODE_MODULES").is_none() {
        return say("ASL_NODE_MODULES names no folder: no console is looked at");
    }
    let node = Command::new("node")
        .arg(root().join("tests/tools/console-check.mjs"))
        .arg(scenario)
        .arg(format!("http://{}", server.address))
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
    let server = Server::start(&room("walk"), &[("review", review())], &[]);
    check("walk", &server);
}

#[test]
fn all_of_it_can_be_reached_by_keys_and_on_a_phone() {
    let server = Server::start(&room("keys"), &[("review", review())], &[]);
    check("keys", &server);
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
    let server = Server::start(&room("maps"), &[("spread", machine)], &[]);
    server.begin("spread", "[1, 2, 3]");
    check("maps", &server);
}

#[test]
fn a_person_can_be_the_worker_and_express_executions_show_what_they_come_to() {
    let activity = "arn:aws:states:us-east-1:123456789012:activity:approve";
    let machine = json!({"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": activity, "End": true},
    }});
    let server = Server::start(&room("work"), &[("ask", machine)], &[]);
    server.call("CreateActivity", &json!({"name": "approve"}));
    let quick = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}});
    let role = "arn:aws:iam::123456789012:role/r";
    let definition = quick.to_string();
    let members =
        json!({"name": "quick", "type": "EXPRESS", "definition": definition, "roleArn": role});
    server.call("CreateStateMachine", &members);
    server.begin("ask", "{\"please\": true}");
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
    let server = Server::start(&room("hostile"), &[("hostile", definition)], &[]);
    server.begin("hostile", &json!({"in": HOSTILE}).to_string());
    check("hostile", &server);
}

#[test]
fn a_page_tells_the_same_after_the_server_came_back() {
    let folder = room("again");
    let server = Server::start(&folder, &[("review", review())], &[]);
    server.begin("review", "{}");
    drop(server);
    let server = Server::start(&folder, &[], &[]);
    check("again", &server);
}

/// The messages of a stream until its end.
fn stream(server: &Server, query: &str, more: &str) -> Vec<Value> {
    let head = format!(
        "GET /console/events?{query} HTTP/1.1\r\nhost: {}{more}",
        server.address
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
    let server = Server::start(&room("stream"), &[("short", machine)], &[]);
    let arn = server.begin("short", "{}");
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
    let server = Server::start(&room("policy"), &[("review", review())], &[]);
    let arn = server.begin("review", "{}");
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
    }
}

/// The value of a line of `/metrics`.
fn metric(page: &str, name: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}

#[test]
fn health_metrics_and_a_line_for_each_request() {
    let mut server = Server::start(&room("metrics"), &[("review", review())], &["-v"]);
    let (head, body) = server.get("/health");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        body,
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "database": "ok"})
    );

    let arn = server.begin("review", "{}");
    server.call("StopExecution", &json!({"executionArn": arn}));
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

    let lines = server.stderr.take().expect("it is read once").lines();
    // The others are for people.
    let mut lines = lines.map(|line| line.expect("UTF-8"));
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
