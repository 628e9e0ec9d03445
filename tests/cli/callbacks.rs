//! The callback port: workers and callbacks from outside answer the Tasks of a run, through the
//! API that AWS's SDKs speak.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Stdio};

use serde_json::{Value, json};

use crate::asl::{Asl, Folder, Told};

const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:approve";

/// A run that waits to be answered.
struct Run {
    folder: Folder,
    child: Child,
    stderr: BufReader<ChildStderr>,
    port: Port,
}

/// Where a run is answered.
#[derive(Clone)]
struct Port(String);

impl Run {
    /// Runs a machine of these states, which begins at the first.
    fn start(start_at: &str, states: &Value, more: &[&str]) -> Self {
        let definition = json!({"StartAt": start_at, "States": states}).to_string();
        let folder = Folder::new().file("approval.asl.json", definition);
        let mut child = folder
            .asl("run approval.asl.json --callback-port 0 --log log.jsonl --timeout 60s")
            .args(more.iter().copied())
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let mut run = Self {
            folder,
            child,
            stderr,
            port: Port(String::new()),
        };
        let line = run.line("callback port: ");
        let address = line.trim().rsplit('/').next();
        run.port = Port(address.expect("a URL").to_owned());
        run
    }

    /// The next line of stderr that has this.
    #[track_caller]
    fn line(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let count = self.stderr.read_line(&mut line).expect("it speaks UTF-8");
            assert!(count > 0, "it ended without saying {text}");
            if line.contains(text) {
                return line;
            }
        }
    }

    /// The token that a person is told for a state.
    #[track_caller]
    fn token(&mut self, state: &str) -> String {
        token_in(&self.line(&format!("{state} waits for a callback: ")))
    }

    /// Its end, and the events of the log.
    #[track_caller]
    fn code(mut self, expected: i32) -> (Told, Vec<Value>) {
        let mut rest = String::new();
        self.stderr
            .read_to_string(&mut rest)
            .expect("it speaks UTF-8");
        let mut output = self.child.wait_with_output().expect("it ends");
        output.stderr = rest.into_bytes();
        let told = Told::of(&output);
        assert_eq!(output.status.code(), Some(expected), "{told}");
        let log = self.folder.read("log.jsonl");
        let events = log.lines().skip(1);
        let events = events.map(|line| serde_json::from_str(line).expect("an event is JSON"));
        (told, events.collect())
    }
}

impl Port {
    /// What an operation answers: the status, and the body.
    #[track_caller]
    fn call(&self, operation: &str, members: &Value) -> (u16, Value) {
        let target = format!("X-Amz-Target: AWSStepFunctions.{operation}\r\n");
        let (status, body) = self.send("POST / HTTP/1.1", &target, &members.to_string());
        (
            status,
            serde_json::from_str(&body).expect("JSON comes back"),
        )
    }

    fn send(&self, line: &str, headers: &str, body: &str) -> (u16, String) {
        let length = body.len();
        self.raw(&format!(
            "{line}\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n\
             {headers}\r\n{body}",
            self.0
        ))
    }

    fn raw(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.0).expect("it listens");
        // It may answer and go before it has read all.
        let _ = stream.write_all(request.as_bytes());
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        let status = text.split(' ').nth(1).and_then(|s| s.parse().ok());
        let (_, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        (status.unwrap_or(0), body.to_owned())
    }

    /// A worker who asks for a task and does not get it yet.
    fn wait_for_a_task(&self) -> TcpStream {
        let mut worker = TcpStream::connect(&self.0).expect("it listens");
        let body = json!({"activityArn": ACTIVITY}).to_string();
        write!(
            worker,
            "POST / HTTP/1.1\r\nhost: x\r\nX-Amz-Target: AWSStepFunctions.GetActivityTask\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("it reads");
        worker
    }

    #[track_caller]
    fn ok(&self, operation: &str, members: &Value) -> Value {
        let (status, answer) = self.call(operation, members);
        assert_eq!(status, 200, "{operation} {members}: {answer}");
        answer
    }

    #[track_caller]
    fn refuses(&self, operation: &str, members: &Value, code: &str) {
        let (status, answer) = self.call(operation, members);
        assert_eq!(status, 400, "{operation} {members}: {answer}");
        assert_eq!(answer["__type"], code, "{operation} {members}: {answer}");
        assert!(answer["message"].is_string(), "{answer}");
    }

    #[track_caller]
    fn succeed(&self, token: &str, output: &str) {
        let answer = self.ok(
            "SendTaskSuccess",
            &json!({"taskToken": token, "output": output}),
        );
        assert_eq!(answer, json!({}));
    }

    /// The task that a worker gets.
    #[track_caller]
    fn poll(&self, worker: &str) -> (String, String) {
        let wanted = json!({"activityArn": ACTIVITY, "workerName": worker});
        let task = self.ok("GetActivityTask", &wanted);
        let text = |name: &str| task[name].as_str().expect("a text").to_owned();
        (text("taskToken"), text("input"))
    }
}

fn token_in(line: &str) -> String {
    let mut words = line.split(' ').skip_while(|word| *word != "--task-token");
    words.nth(1).expect("a token").to_owned()
}

fn callback(more: &Value) -> Value {
    task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", more)
}

pub(crate) fn activity(more: &Value) -> Value {
    task(ACTIVITY, more)
}

pub(crate) fn task(resource: &str, more: &Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": resource});
    let more = more.as_object().expect("fields of a state").clone();
    state.as_object_mut().expect("an object").extend(more);
    state
}

fn types(events: &[Value]) -> Vec<&str> {
    let types = events.iter().map(|event| event["type"].as_str());
    types.map(|name| name.expect("a type")).collect()
}

#[track_caller]
fn details<'e>(events: &'e [Value], kind: &str) -> &'e Value {
    let event = events.iter().find(|event| event["type"] == kind);
    let event = event.unwrap_or_else(|| panic!("no {kind} in {:?}", types(events)));
    let members = event.as_object().expect("an event");
    let details = members.iter().find(|(name, _)| name.ends_with("Details"));
    details.expect("it has details").1
}

#[test]
fn a_worker_polls_beats_and_answers() {
    let states = json!({"Act": activity(&json!({"HeartbeatSeconds": 3600, "End": true}))});
    let run = Run::start("Act", &states, &["--input", "{\"id\":7}"]);
    let (token, input) = run.port.poll("worker-1");
    assert_eq!(input, "{\"id\":7}");
    let beaten = run
        .port
        .ok("SendTaskHeartbeat", &json!({"taskToken": token}));
    assert_eq!(beaten, json!({}));
    run.port.succeed(&token, "{\"approved\": true}");
    let (told, events) = run.code(0);
    told.stdout("{\"approved\":true}\n");
    let expected = [
        "ExecutionStarted",
        "TaskStateEntered",
        "ActivityScheduled",
        "ActivityStarted",
        "ActivitySucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ];
    assert_eq!(types(&events), expected);
    let started = details(&events, "ActivityStarted");
    assert_eq!(started, &json!({"workerName": "worker-1"}));
}

#[test]
fn two_workers_get_a_task_each() {
    let branch = json!({"StartAt": "Act", "States": {"Act": activity(&json!({"End": true}))}});
    let second = branch.to_string().replace("Act\"", "Too\"");
    let second: Value = serde_json::from_str(&second).expect("still JSON");
    let states = json!({"Both": {"Type": "Parallel", "Branches": [branch, second], "End": true}});
    let run = Run::start("Both", &states, &[]);
    let workers = ["a", "b"].map(|worker| {
        let port = run.port.clone();
        std::thread::spawn(move || {
            let (token, _) = port.poll(worker);
            port.succeed(&token, &format!("\"by {worker}\""));
        })
    });
    for worker in workers {
        worker.join().expect("each gets a task");
    }
    let (told, _) = run.code(0);
    let output = told.json();
    let both = [json!(["by a", "by b"]), json!(["by b", "by a"])];
    assert!(both.contains(&output), "{output}");
}

#[test]
fn a_worker_who_still_waits_at_the_end_gets_nothing() {
    let states = json!({
        "First": callback(&json!({"Next": "Done"})),
        "Act": activity(&json!({"End": true})),
        "Done": {"Type": "Succeed"},
    });
    let mut run = Run::start("First", &states, &[]);
    let token = run.token("First");
    let mut worker = run.port.wait_for_a_task();
    // Another call on the port is answered meanwhile.
    run.port.succeed(&token, "1");
    run.code(0);
    let mut answer = String::new();
    let _ = worker.read_to_string(&mut answer);
    assert!(
        answer.is_empty() || answer.ends_with("\r\n\r\n{}"),
        "{answer}"
    );
}

#[test]
fn a_worker_who_hangs_up_takes_no_task_with_him() {
    let states = json!({
        "First": callback(&json!({"Next": "Act"})),
        "Act": activity(&json!({"End": true})),
    });
    let mut run = Run::start("First", &states, &[]);
    let (token, port) = (run.token("First"), run.port.clone());
    let worker = port.wait_for_a_task();
    let beat = || port.ok("SendTaskHeartbeat", &json!({"taskToken": token}));
    beat();
    drop(worker);
    // By the time these are answered, it is known.
    (0..3).for_each(|_| drop(beat()));
    port.succeed(&token, "1");
    port.succeed(&port.poll("another").0, "2");
    run.code(0).0.stdout("2\n");
}

#[test]
fn a_callback_that_nobody_was_asked_for_is_told_to_the_person() {
    let states = json!({"Approve": callback(&json!({"End": true}))});
    let mut run = Run::start("Approve", &states, &["--region", "eu-west-1"]);
    let line = run.line("Approve waits for a callback: ");
    assert!(
        line.contains("aws stepfunctions send-task-success --task-token "),
        "{line}"
    );
    assert!(
        line.contains(&format!("--endpoint-url http://{} ", run.port.0)),
        "{line}"
    );
    assert!(
        line.contains("--region eu-west-1 --no-sign-request"),
        "{line}"
    );
    run.port.succeed(&token_in(&line), "[1, 2]");
    let (told, events) = run.code(0);
    told.stdout("[1,2]\n");
    assert_eq!(details(&events, "TaskSubmitted")["output"], "{}");
    assert_eq!(details(&events, "TaskSucceeded")["output"], "[1,2]");
}

#[test]
fn a_failure_may_have_neither_an_error_nor_a_cause() {
    let caught = json!([{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]);
    let states = json!({
        "Approve": callback(&json!({"Catch": caught, "End": true})),
        "Caught": {"Type": "Pass", "End": true},
    });
    let mut run = Run::start("Approve", &states, &[]);
    let token = run.token("Approve");
    run.port.ok("SendTaskFailure", &json!({"taskToken": token}));
    let (told, events) = run.code(0);
    told.stdout("{\"Error\":null,\"Cause\":null}\n");
    let members = json!({"resourceType": "sqs", "resource": "sendMessage.waitForTaskToken"});
    assert_eq!(details(&events, "TaskFailed"), &members);

    let mut run = Run::start("Approve", &states, &[]);
    let token = run.token("Approve");
    let failure = json!({"taskToken": token, "error": "Declined", "cause": "no"});
    run.port.ok("SendTaskFailure", &failure);
    let (told, _) = run.code(0);
    told.stdout("{\"Error\":\"Declined\",\"Cause\":\"no\"}\n");
}

#[test]
fn wrong_calls_are_refused_and_do_no_harm() {
    let states = json!({
        "Approve": callback(&json!({"Next": "Act"})),
        "Act": activity(&json!({"End": true})),
    });
    let mut run = Run::start("Approve", &states, &[]);
    let (token, port) = (run.token("Approve"), run.port.clone());
    let success = |token: &str, output: &str| json!({"taskToken": token, "output": output});
    port.refuses(
        "SendTaskSuccess",
        &success("NoSuchTaskToken", "1"),
        "InvalidToken",
    );
    let other = "00000000-0000-4000-8000-000000000000";
    port.refuses("SendTaskSuccess", &success(other, "1"), "TaskDoesNotExist");
    port.refuses("SendTaskSuccess", &success(&token, "{bad"), "InvalidOutput");
    port.refuses(
        "SendTaskSuccess",
        &json!({"taskToken": token}),
        "ValidationException",
    );
    let large = format!("\"{}\"", "x".repeat(262_144));
    port.refuses(
        "SendTaskSuccess",
        &success(&token, &large),
        "ValidationException",
    );
    port.refuses("SendTaskSuccess", &json!([]), "SerializationException");
    port.refuses(
        "GetActivityTask",
        &json!({"activityArn": "approve"}),
        "InvalidArn",
    );
    let other = ACTIVITY.replace("approve", "other");
    port.refuses(
        "GetActivityTask",
        &json!({"activityArn": other}),
        "ActivityDoesNotExist",
    );
    port.refuses("StartExecution", &json!({}), "UnknownOperationException");
    port.succeed(&token, "1");
    port.refuses("SendTaskSuccess", &success(&token, "2"), "TaskTimedOut");
    port.refuses(
        "SendTaskHeartbeat",
        &json!({"taskToken": token}),
        "TaskTimedOut",
    );
    port.succeed(&port.poll("w").0, "3");
    run.code(0).0.stdout("3\n");
}

#[test]
fn requests_that_are_none_do_no_harm() {
    let states = json!({"Approve": callback(&json!({"End": true}))});
    let mut run = Run::start("Approve", &states, &[]);
    let (token, port) = (run.token("Approve"), run.port.clone());
    let check = |(status, body): (u16, String), expected: u16, code: &str| {
        assert_eq!(status, expected, "{body}");
        assert!(body.contains(code), "no {code:?} in {body}");
    };
    let unknown = "UnknownOperationException";
    check(port.send("GET / HTTP/1.1", "", ""), 400, unknown);
    check(port.send("POST /x HTTP/1.1", "", "{}"), 400, unknown);
    check(port.send("POST / HTTP/1.1", "", "{}"), 400, unknown);
    check(port.send("OPTIONS / HTTP/1.1", "", ""), 400, unknown);
    check(port.raw("SSH-2.0-OpenSSH_9.6\r\n\r\n"), 400, "");
    let target = "X-Amz-Target: AWSStepFunctions.SendTaskSuccess\r\n";
    let nested = "[".repeat(500_000);
    let refused = "SerializationException";
    check(port.send("POST / HTTP/1.1", target, &nested), 400, refused);
    let endless =
        format!("POST / HTTP/1.1\r\nhost: x\r\n{target}content-length: 99999999999\r\n\r\n");
    check(port.raw(&endless), 413, refused);
    // One who connects and says nothing keeps nobody from ending.
    let _silent = TcpStream::connect(&port.0).expect("it listens");
    port.succeed(&token, "1");
    run.code(0).0.stdout("1\n");
}

#[test]
fn an_answer_after_the_time_out_is_late() {
    let caught = json!([{"ErrorEquals": ["States.Timeout"], "Next": "Then"}]);
    let states = json!({
        "Approve": callback(&json!({"TimeoutSeconds": 1, "Catch": caught, "End": true})),
        "Then": callback(&json!({"End": true})),
    });
    let mut run = Run::start("Approve", &states, &["--time", "1000x"]);
    let late = run.token("Approve");
    let token = run.token("Then");
    let answer = json!({"taskToken": late, "output": "1"});
    run.port.refuses("SendTaskSuccess", &answer, "TaskTimedOut");
    run.port.succeed(&token, "2");
    let (told, events) = run.code(0);
    told.stdout("2\n");
    assert_eq!(details(&events, "TaskTimedOut")["error"], "States.Timeout");
}

#[test]
fn time_does_not_jump_while_somebody_is_awaited() {
    let states = json!({
        "Before": {"Type": "Wait", "Seconds": 86400, "Next": "Approve"},
        "Approve": callback(&json!({"TimeoutSeconds": 3600, "Next": "Act"})),
        "Act": activity(&json!({"TimeoutSeconds": 3600, "End": true})),
    });
    let mut run = Run::start("Before", &states, &["--time", "skip"]);
    let token = run.token("Approve");
    run.port.succeed(&token, "1");
    let (token, _) = run.port.poll("w");
    run.port.succeed(&token, "2");
    run.code(0).0.stdout("2\n");
}

/// An activity's time-outs count from the moment when a worker takes it.
#[test]
fn a_worker_who_is_silent_is_given_up() {
    let states = json!({"Act": activity(&json!({"HeartbeatSeconds": 1, "End": true}))});
    let run = Run::start("Act", &states, &["--time", "1000x"]);
    let (token, _) = run.port.poll("w");
    let (_, events) = run.code(1);
    let kinds = types(&events);
    assert_eq!(
        kinds[3..5],
        ["ActivityStarted", "ActivityTimedOut"],
        "{token}"
    );
    assert_eq!(
        details(&events, "ActivityTimedOut"),
        &json!({"error": "States.Timeout"})
    );
}

/// A service that is asked once, and the answer that it gives after `meanwhile` was done with
/// the token it got.
fn service(
    listener: &TcpListener,
    status: &str,
    meanwhile: impl FnOnce(&str),
) -> std::io::Result<String> {
    let (stream, _) = listener.accept()?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let call: Value = serde_json::from_slice(&body)?;
    let token = call["context"]["TaskToken"].as_str().expect("a token");
    meanwhile(token);
    let answer = r#"{"MessageId": "m-1"}"#;
    let length = answer.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n");
    write!(reader.into_inner(), "{head}\r\n{answer}")?;
    Ok(token.to_owned())
}

fn with_service(more: &Value) -> (Run, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let handler = format!("*=http://{address}/");
    let states = json!({"Ask": callback(more)});
    (Run::start("Ask", &states, &["--task", &handler]), listener)
}

const ASKED: [&str; 5] = [
    "TaskScheduled",
    "TaskStarted",
    "TaskSubmitted",
    "TaskSucceeded",
    "TaskStateExited",
];

#[test]
fn a_bound_handler_is_the_service_and_the_callback_comes_later() {
    let (run, listener) = with_service(&json!({"End": true}));
    let token = service(&listener, "200 OK", |_| {}).expect("it is asked");
    run.port.succeed(&token, "{\"paid\": true}");
    let (told, events) = run.code(0);
    told.stdout("{\"paid\":true}\n");
    assert_eq!(types(&events)[2..7], ASKED);
    assert_eq!(
        details(&events, "TaskSubmitted")["output"],
        "{\"MessageId\":\"m-1\"}"
    );
}

#[test]
fn a_callback_may_be_quicker_than_the_service_that_was_asked() {
    let (run, listener) = with_service(&json!({"End": true}));
    let port = run.port.clone();
    service(&listener, "200 OK", |token| port.succeed(token, "7")).expect("it is asked");
    let (told, events) = run.code(0);
    told.stdout("7\n");
    assert_eq!(types(&events)[2..7], ASKED);
}

#[test]
fn a_service_that_fails_fails_its_task() {
    let (run, listener) = with_service(&json!({"End": true}));
    service(&listener, "500 Internal Server Error", |_| {}).expect("it is asked");
    let (_, events) = run.code(1);
    assert_eq!(types(&events)[4..], ["TaskFailed", "ExecutionFailed"]);
}

#[test]
fn a_mock_is_the_callback_itself() {
    let states = json!({"Ask": callback(&json!({"End": true}))});
    let definition = json!({"StartAt": "Ask", "States": states}).to_string();
    Asl::new("run approval.asl.json --callback-port 0 --mock mocks.yaml -q")
        .file("approval.asl.json", definition)
        .file("mocks.yaml", "Ask: [{return: 7}]")
        .code(0)
        .stdout("7\n");
}

#[test]
fn the_plan_knows_who_answers() {
    let states = json!({
        "Approve": callback(&json!({"Next": "Act"})),
        "Act": activity(&json!({"End": true})),
    });
    let definition = json!({"StartAt": "Approve", "States": states}).to_string();
    let asl = |line: &str| Asl::new(line).file("approval.asl.json", &definition);
    asl("run approval.asl.json --callback-port 0 --dry")
        .code(0)
        .stdout_contains("answered through the callback port")
        .stdout_contains("activity worker on the callback port");
    asl("run approval.asl.json --callback-port 0 --dry --task Approve=cmd:true")
        .code(0)
        .stdout_contains("cmd: true, answered through the callback port");
    asl("run approval.asl.json")
        .code(2)
        .stderr_contains("with --callback-port PORT somebody can answer from outside");
}

#[test]
fn a_port_that_is_taken_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    Asl::new(&format!("run machine.json --callback-port {port}"))
        .file(
            "machine.json",
            r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#,
        )
        .code(2)
        .stdout("")
        .stderr_contains(&format!("cannot listen on 127.0.0.1:{port}: "));
    Asl::new("run machine.json --callback-port 70000")
        .file("machine.json", "{}")
        .code(2)
        .stderr_contains("--callback-port");
}
