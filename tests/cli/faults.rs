//! What breaks around a run: it is killed at any moment, its endpoint is restarted or answers too
//! late, it hangs when somebody wants it to end.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::asl::{Asl, Folder, Told};

/// Nothing here takes longer, or it hangs.
const LIMIT: Duration = Duration::from_secs(30);

/// Commands one after the other, and three at once.
const MACHINE: &str = r#"{
  "StartAt": "Work",
  "States": {
    "Work": {"Type": "Task", "Resource": "work", "ResultPath": "$.r", "Next": "Count"},
    "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Again"},
    "Again": {"Type": "Choice", "Default": "Each", "Choices": [
      {"Variable": "$.n", "NumericLessThan": 5, "Next": "Work"}]},
    "Each": {"Type": "Map", "ItemsPath": "$$.Execution.Input.items", "MaxConcurrency": 3, "End": true,
      "ItemProcessor": {"StartAt": "Do", "States": {
        "Do": {"Type": "Task", "Resource": "work", "End": true}}}}
  }
}"#;

fn start(folder: &Folder, line: &str) -> Child {
    folder
        .asl(line)
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("it runs");
}

/// Waits until a file has so many lines.
fn wait_for_lines(folder: &Folder, name: &str, count: usize) {
    let begun = Instant::now();
    let lines = || {
        let text = std::fs::read_to_string(folder.path(name)).unwrap_or_default();
        text.matches('\n').count()
    };
    while lines() < count {
        assert!(begun.elapsed() < LIMIT, "no {count} lines in {name}");
        thread::yield_now();
    }
}

#[test]
fn a_run_that_is_killed_leaves_a_log_to_go_on_from() {
    for lines in [2, 4, 7, 12, 25, 40, 55] {
        let folder = Folder::new()
            .file("m.asl.json", MACHINE)
            .file("good.yaml", "work: {return: 1}\n");
        let mut run = start(
            &folder,
            r#"run m.asl.json -q --task '*=cmd:echo 1' --log run.jsonl
               --input '{"n": 0, "items": [1, 2, 3, 4, 5, 6, 7, 8, 9]}'"#,
        );
        wait_for_lines(&folder, "run.jsonl", lines);
        signal(&run, Signal::KILL);
        run.wait().expect("it was killed");
        let log = folder.read("run.jsonl");
        let whole = log.rfind('\n').map_or("", |end| &log[..end]);
        for (number, line) in whole.lines().enumerate() {
            let line: Value = serde_json::from_str(line).expect("a whole line is JSON");
            assert!(number == 0 || line["id"] == number, "{line}");
        }
        folder.asl("history run.jsonl").code(0);
        if whole.contains("ExecutionSucceeded") {
            continue;
        }
        folder
            .asl("run --redrive run.jsonl -q --mock good.yaml --time skip --log run.jsonl")
            .code(0)
            .stdout("[1,1,1,1,1,1,1,1,1]\n");
        folder.asl("run --replay run.jsonl").code(0);
    }
}

#[test]
fn a_second_run_does_not_write_the_log_of_the_first() {
    let wait =
        r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 86400, "End": true}}}"#;
    let folder = Folder::new().file("m.asl.json", wait);
    let first = start(&folder, "run m.asl.json --log run.jsonl");
    // Written when it begins to wait.
    wait_for_lines(&folder, "run.jsonl", 3);
    folder
        .asl("run m.asl.json --time skip --log run.jsonl")
        .code(2)
        .stderr("error: cannot write the log run.jsonl: another run is writing it\n");
    folder
        .asl("run --redrive run.jsonl --time skip --log run.jsonl")
        .code(2)
        .stderr_contains("another run is writing it");
    signal(&first, Signal::TERM);
    let output = first.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert!(folder.read("run.jsonl").contains("ExecutionAborted"));
}

#[test]
fn who_asks_twice_does_not_wait_for_a_pipe_that_nobody_reads() {
    let result = "x".repeat(200_000);
    let definition = format!(
        r#"{{"StartAt": "A", "States": {{
            "A": {{"Type": "Pass", "Result": "{result}", "Next": "B"}},
            "B": {{"Type": "Wait", "Seconds": 86400, "End": true}}}}}}"#
    );
    let folder = Folder::new().file("m.asl.json", definition);
    let mut run = start(&folder, "run m.asl.json -q --log -");
    // It is writing what the pipe does not hold.
    let mut first = [0];
    let stdout = run.stdout.as_mut().expect("piped");
    stdout.read_exact(&mut first).expect("a header");
    let begun = Instant::now();
    let status = loop {
        signal(&run, Signal::INT);
        if let Some(status) = run.try_wait().expect("it is ours") {
            break status;
        }
        assert!(begun.elapsed() < LIMIT, "it does not end");
        thread::yield_now();
    };
    assert_eq!(status.code(), Some(130));
}

/// One request's body, and an answer that lets the connection live.
fn serve(stream: &TcpStream, answer: &str) -> String {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a request");
        let lower = header.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
        if header.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    // Who asked may have gone.
    let length = answer.len();
    let _ = write!(
        &mut &*stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{answer}"
    );
    String::from_utf8(body).expect("JSON")
}

const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

#[test]
fn an_endpoint_may_be_restarted_between_two_calls() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a call");
        assert_eq!(serve(&stream, "1"), "{}");
        drop((stream, listener));
        let listener = TcpListener::bind(address).expect("its port");
        let (stream, _) = listener.accept().expect("a call");
        serve(&stream, "2")
    });
    let definition = format!(
        r#"{{"StartAt": "One", "States": {{
            "One": {{"Type": "Task", "Resource": "{LAMBDA}", "Next": "Two"}},
            "Two": {{"Type": "Task", "Resource": "{LAMBDA}", "End": true, "Retry": [
                {{"ErrorEquals": ["States.ALL"], "MaxAttempts": 50, "BackoffRate": 1}}]}}}}}}"#
    );
    Asl::new("run m.asl.json -q --time 10x --task")
        .args([format!("*=http://{address}/")])
        .file("m.asl.json", definition)
        .code(0)
        .stdout("2\n");
    assert_eq!(server.join().expect("no panic"), "1");
}

#[test]
fn an_answer_that_comes_after_the_time_out_is_not_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = thread::spawn(move || {
        let (late, _) = listener.accept().expect("a call");
        let (next, _) = listener.accept().expect("another one");
        serve(&late, "\"late\"");
        serve(&next, "\"in time\"")
    });
    let definition = format!(
        r#"{{"StartAt": "One", "States": {{
            "One": {{"Type": "Task", "Resource": "{LAMBDA}", "TimeoutSeconds": 1, "End": true,
                "Catch": [{{"ErrorEquals": ["States.Timeout"], "Next": "Two"}}]}},
            "Two": {{"Type": "Task", "Resource": "{LAMBDA}", "End": true}}}}}}"#
    );
    Asl::new("run m.asl.json -q --time 10x --task")
        .args([format!("*=http://{address}/")])
        .file("m.asl.json", definition)
        .code(0)
        .stdout("\"in time\"\n");
    server.join().expect("no panic");
}

#[test]
fn a_command_that_floods_and_stalls_hinders_no_other() {
    // The first one writes all the time, the second one reads nothing and says nothing.
    let definition = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Flood", "States": {"Flood": {"Type": "Task", "Resource": "f", "TimeoutSeconds": 3, "End": true,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Flooded"}]}, "Flooded": {"Type": "Pass", "Result": 1, "End": true}}},
        {"StartAt": "Stall", "States": {"Stall": {"Type": "Task", "Resource": "s", "TimeoutSeconds": 3, "End": true,
            "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Stalled"}]}, "Stalled": {"Type": "Pass", "Result": 2, "End": true}}},
        {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "w", "TimeoutSeconds": 1000, "End": true}}}
    ]}}}"#;
    Asl::new("run m.asl.json -q --time 10x --task 'f=cmd:yes' --task 's=cmd:sleep 86400' --task 'w=cmd:echo 3'")
        .file("m.asl.json", definition)
        .code(0)
        .stdout("[1,2,3]\n");
}

/// Many executions whose handler is killed now and then: the others do not notice.
#[test]
fn handlers_that_crash_fail_their_own_execution_only() {
    let definition =
        r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "t", "End": true}}}"#;
    let script = r#"read n; case "$n" in 3|7) kill -9 $$;; *) echo "$n";; esac"#;
    let inputs: String = (0..10).map(|n: u8| n.to_string() + "\n").collect();
    let told: Told = Asl::new("run m.asl.json --keep-going --inputs - --task '*=cmd:sh t.sh'")
        .file("m.asl.json", definition)
        .file("t.sh", script)
        .stdin(inputs)
        .code(1);
    let failed: Vec<u64> = told
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter(|result| result["status"] == "FAILED")
        .map(|result| result["line"].as_u64().expect("a number"))
        .collect();
    assert_eq!(failed, [4, 8]);
    told.stdout_contains("sh ended with signal 9");
}
