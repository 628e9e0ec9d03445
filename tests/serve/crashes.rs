//! The server is killed again and again while programs use it: what it acknowledged is there
//! afterwards, what was recorded as done is not done again, and every history is one that an
//! execution without interruption could have.
//!
//! So many times: `ASL_KILLS`, 12 unless it says otherwise.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::TryRecvError;
use std::sync::{Arc, Mutex};
use std::thread;

use aslkit::data::{Json, Seed, Timestamp};
use aslkit::engine::{Likeness, Program, replay};
use aslkit::history::read_history;
use aslkit::runtime::IdentityOptions;
use aslkit::syntax::{Format, Source};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::handler::Handler;
use super::server::{Client, Server};
use super::support;

/// Work that is done, children that do some, a wait, and a token that somebody must answer.
const MACHINE: &str = r#"{
  "StartAt": "Prepare",
  "States": {
    "Prepare": {"Type": "Pass", "Next": "Both"},
    "Both": {
      "Type": "Parallel",
      "Branches": [
        {"StartAt": "Work", "States": {
          "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
            "Parameters": {"name.$": "$$.Execution.Name"},
            "End": true}}},
        {"StartAt": "Pause", "States": {
          "Pause": {"Type": "Wait", "Seconds": 1, "End": true}}},
        {"StartAt": "Each", "States": {
          "Each": {
            "Type": "Map",
            "Label": "each",
            "ItemsPath": "$.items",
            "ItemSelector": {
              "name.$": "States.Format('{}/{}', $$.Execution.Name, $$.Map.Item.Index)"},
            "ItemProcessor": {
              "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
              "StartAt": "Do",
              "States": {"Do": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work",
                "End": true}}},
            "End": true}}}],
      "Next": "Ask"},
    "Ask": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": {"name.$": "$$.Execution.Name", "token.$": "$$.Task.Token"},
      "Next": "Done"},
    "Done": {"Type": "Succeed"}}}"#;

const INPUT: &str = r#"{"items":[1,2]}"#;

const ARN: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:crash";

/// What programs were told.
#[derive(Default)]
struct Acknowledged {
    /// Executions by name.
    started: BTreeMap<String, String>,
    /// What tokens were answered with, by the execution's name.
    answered: BTreeMap<String, Value>,
    /// Tokens that nobody has answered yet, by the execution's name.
    tokens: HashMap<String, String>,
    /// When work was asked for, after when the connection was opened.
    calls: Vec<(String, [u128; 2])>,
}

fn kills() -> usize {
    let kills = std::env::var("ASL_KILLS").ok();
    kills.and_then(|kills| kills.parse().ok()).unwrap_or(12)
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    interrupt(kills(), Server::kill);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_told_to_end() {
    interrupt(kills().min(6), |server| {
        // In order, however many still ask.
        assert_eq!(server.terminate(), Some(0));
    });
}

/// Lets programs use a server that ends again and again, and judges what is left.
fn interrupt(times: usize, end: impl Fn(Server)) {
    let folder = TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("crash.asl.json"), MACHINE).expect("writable");
    let handler = Handler::start();
    let task = format!("*={}", handler.url);
    let arguments = ["crash.asl.json", "--db", "asl.db", "--task", &task];
    let known = Arc::new(Mutex::new(Acknowledged::default()));
    let mut random = Seed(20_261_123).named("kills");
    for round in 0..times {
        let server = Server::start(folder.path(), &arguments);
        let most = 1 + random.bits() % 60;
        load(&server, &known, round, most, random.bits() % 20_000);
        end(server);
        listen(&handler, &known);
    }
    let server = Server::start(folder.path(), &arguments);
    let mut client = server.client();
    finish(&mut client, &handler, &known);
    judge(&mut client, &known.lock().expect("no panic"));
}

/// Lets programs use the server until so many requests were answered.
fn load(server: &Server, known: &Arc<Mutex<Acknowledged>>, round: usize, most: u64, spins: u64) {
    let answered = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::new();
    for client in 0..4 {
        let (known, answered) = (Arc::clone(known), Arc::clone(&answered));
        let mut caller = server.client();
        // Ends when the server is gone.
        let caller = thread::spawn(move || {
            for number in 0.. {
                let name = format!("e-{round}-{client}-{number}");
                if use_it(&mut caller, &known, name).is_none() {
                    return;
                }
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
        callers.push(caller);
    }
    while (answered.load(Ordering::Relaxed) as u64) < most {
        let ended = callers.iter().any(thread::JoinHandle::is_finished);
        assert!(!ended, "a program could not use the server");
        thread::yield_now();
    }
    // A moment that no request decides.
    for _ in 0..spins {
        std::hint::spin_loop();
    }
}

/// One program's turn: an execution is started, and a token answered.
fn use_it(client: &mut Client, known: &Mutex<Acknowledged>, name: String) -> Option<()> {
    let input = json!({"stateMachineArn": ARN, "name": name, "input": INPUT});
    let (status, answer) = client.call("StartExecution", &input).ok()?;
    assert_eq!(status, 200, "{answer}");
    let arn = answer["executionArn"].as_str()?.to_owned();
    let token = {
        let mut known = known.lock().expect("no panic");
        known.started.insert(name, arn);
        let name = known.tokens.keys().next().cloned();
        name.and_then(|name| known.tokens.remove_entry(&name))
    };
    let Some((name, token)) = token else {
        return Some(());
    };
    answer_token(client, known, &name, &token)
}

fn answer_token(
    client: &mut Client,
    known: &Mutex<Acknowledged>,
    name: &str,
    token: &str,
) -> Option<()> {
    let output = json!({"answer": name});
    let input = json!({"taskToken": token, "output": output.to_string()});
    let answered = client.call("SendTaskSuccess", &input);
    let mut known = known.lock().expect("no panic");
    match answered {
        Ok((200, _)) => {
            known.answered.insert(name.to_owned(), output);
            Some(())
        }
        // An answer that came through although nobody was told: it counts only once.
        Ok((_, refused)) => {
            assert_eq!(refused["__type"], "TaskTimedOut", "{name}: {refused}");
            Some(())
        }
        Err(_) => {
            known.tokens.insert(name.to_owned(), token.to_owned());
            None
        }
    }
}

/// Takes note of what the handler was asked for. Programs of rounds that are over may still be at
/// it.
fn listen(handler: &Handler, known: &Mutex<Acknowledged>) {
    let mut known = known.lock().expect("no panic");
    loop {
        match handler.calls.try_recv() {
            Ok(call) => {
                // Services get what stands around the parameters too.
                let given = call.body.get("parameters").unwrap_or(&call.body);
                let name = given["name"].as_str().expect("a name").to_owned();
                match given["token"].as_str() {
                    Some(token) => {
                        known.tokens.insert(name, token.to_owned());
                    }
                    None => known.calls.push((name, [call.opened, call.at])),
                }
            }
            Err(TryRecvError::Empty) => return,
            Err(TryRecvError::Disconnected) => panic!("the handler is gone"),
        }
    }
}

/// Answers every token until all executions have ended.
fn finish(client: &mut Client, handler: &Handler, known: &Mutex<Acknowledged>) {
    let names: Vec<(String, String)> = {
        let known = known.lock().expect("no panic");
        known.started.clone().into_iter().collect()
    };
    for (_, arn) in names {
        loop {
            let described = client.must("DescribeExecution", &json!({"executionArn": arn}));
            if described["status"] != "RUNNING" {
                assert_eq!(described["status"], "SUCCEEDED", "{described}");
                break;
            }
            listen(handler, known);
            let tokens: Vec<(String, String)> = {
                let mut known = known.lock().expect("no panic");
                known.tokens.drain().collect()
            };
            for (name, token) in tokens {
                answer_token(client, known, &name, &token).expect("the server answers");
            }
        }
    }
}

fn judge(client: &mut Client, known: &Acknowledged) {
    assert!(!known.started.is_empty() && !known.calls.is_empty());
    let source = Source::new("crash.asl.json", MACHINE);
    let program = Arc::new(support::compile(&source, Format::Json).expect("a program"));
    let mut done_at = HashMap::new();
    for (name, arn) in &known.started {
        let events = client.history(arn);
        check_order(name, &events);
        check_replay(name, &program, &events);
        done_at.insert(name.clone(), worked(&events));
        done_at.extend(children(client, arn));
        if let Some(answer) = known.answered.get(name) {
            let ask = of_type(&events, "TaskSucceeded");
            let output = ask["taskSucceededEventDetails"]["output"].as_str();
            assert_eq!(output, Some(&*answer.to_string()), "{name}");
        }
    }
    for (name, [_, at]) in &known.calls {
        let Some(done) = done_at.get(name) else {
            continue;
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds of this era are exact"
        )]
        let late = *at as f64 - done * 1000.0;
        let calls = || known.calls.iter().filter(|(other, _)| other == name);
        assert!(
            late <= 1.0,
            "{name} was asked for again {late} ms after it was done at {done}: {:?}",
            calls().collect::<Vec<_>>()
        );
    }
}

fn of_type<'e>(events: &'e [Value], kind: &str) -> &'e Value {
    let mut events = events.iter();
    let found = events.find(|event| event["type"] == kind);
    found.unwrap_or_else(|| panic!("no {kind}"))
}

/// When the work was done.
fn worked(events: &[Value]) -> f64 {
    let work = of_type(events, "LambdaFunctionSucceeded");
    work["timestamp"].as_f64().expect("a time")
}

/// When the children of an execution did their work, by their names.
fn children(client: &mut Client, execution: &str) -> Vec<(String, f64)> {
    let runs = client.must("ListMapRuns", &json!({"executionArn": execution}));
    assert_eq!(runs["mapRuns"].as_array().map(Vec::len), Some(1), "{runs}");
    let run = json!({"mapRunArn": runs["mapRuns"][0]["mapRunArn"]});
    let described = client.must("DescribeMapRun", &run);
    assert_eq!(described["status"], "SUCCEEDED", "{described}");
    let listed = client.must("ListExecutions", &run);
    let listed = listed["executions"].as_array().expect("a list");
    assert_eq!(listed.len(), 2, "{listed:?}");
    let children = listed.iter().map(|child| {
        let arn = child["executionArn"].as_str().expect("an ARN");
        let described = client.must("DescribeExecution", &json!({"executionArn": arn}));
        let input = described["input"].as_str().expect("an input");
        let input: Value = serde_json::from_str(input).expect("a document");
        let events = client.history(arn);
        check_order(arn, &events);
        let name = input["name"].as_str().expect("a name");
        (name.to_owned(), worked(&events))
    });
    children.collect()
}

/// Ids without gaps, each event after the one it follows, time that does not run back.
fn check_order(name: &str, events: &[Value]) {
    let mut last = 0.0;
    for (index, event) in events.iter().enumerate() {
        let id = event["id"].as_u64().expect("an id");
        assert_eq!(id, index as u64 + 1, "{name}: {}", json!(events));
        assert!(
            event["previousEventId"].as_u64() < Some(id),
            "{name}: {event}"
        );
        let at = event["timestamp"].as_f64().expect("a time");
        assert!(at >= last, "{name}: time runs back at {event}");
        last = at;
    }
    let last = events.last().map(|event| &event["type"]);
    assert_eq!(last, Some(&json!("ExecutionSucceeded")), "{name}");
}

/// An execution that is told the same, and is not interrupted, has the same history.
fn check_replay(name: &str, program: &Arc<Program>, events: &[Value]) {
    let recording = json!({"events": events}).to_string();
    let recording = read_history(&recording).expect("a history");
    let mut identity = IdentityOptions {
        machine: "crash".to_owned(),
        account: "123456789012".to_owned(),
        ..support::identity()
    };
    identity.name = Some(name.to_owned());
    let identity = identity.identity().expect("valid names");
    let mut start = support::start(Json::parse(INPUT).expect("a document"), identity, 0);
    start.at = recording
        .events
        .first()
        .map_or(Timestamp(0), |event| event.timestamp);
    let replayed = replay(program, start, &recording.events, Likeness::Foreign);
    assert!(replayed.is_ok(), "{name}: {replayed:?}");
}
