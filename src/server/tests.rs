//! A server as a whole, asked over connections that are only memory, or too slow.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use futures_core::Stream;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

use super::connections::{Patience, converse, serve};
use super::service::{Limits, Service};
use super::testing::{call, service, service_with};
use super::{guard, read, whole};
use crate::runtime::handlers::TaskPattern;
use crate::runtime::{Answers, Handlers, Invocation, TaskHandler, Work};

/// So short that a test need not wait, for clients who are too slow anyway.
const HASTE: Patience = Patience {
    head: Duration::from_millis(20),
    write: Duration::from_millis(20),
    connections: 1,
};

fn app(service: &Arc<Service>) -> Router {
    let hosts = guard::Hosts::of("127.0.0.1:8083".parse().expect("an address"), &[]);
    whole(Arc::clone(service), hosts)
}

/// A connection to a server, on which not more than so many bytes are under way.
fn connect(service: &Arc<Service>, patience: Patience, room: usize) -> DuplexStream {
    let (ours, theirs) = duplex(room);
    let app = app(service);
    tokio::spawn(async move {
        let (_going_on, stopping) = watch::channel(false);
        converse(theirs, app, patience, stopping).await;
    });
    ours
}

fn request(operation: &str, body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// All that comes until the server has closed the connection.
async fn answer(mut stream: impl AsyncReadExt + Unpin) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("text");
    text
}

async fn ask(service: &Arc<Service>, operation: &str, body: &str) -> String {
    let mut stream = connect(service, Patience::default(), 65_536);
    let request = request(operation, body);
    stream.write_all(request.as_bytes()).await.expect("room");
    answer(stream).await
}

#[tokio::test]
async fn a_panic_is_the_answer_of_its_request_and_nothing_else() {
    let service = &service().await;
    let machine = json!({"name": "m", "roleArn": "arn:aws:iam::123456789012:role/r",
        "definition": r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#});
    call(service, "CreateStateMachine", &machine).await;
    for operation in ["TripCall", "TripRead", "TripWrite", "TripLock"] {
        let told = ask(service, operation, "{}").await;
        assert!(told.starts_with("HTTP/1.1 500"), "{operation}: {told}");
        let body = r#"{"__type":"InternalFailure","message":"The request broke inside the server: tripped"}"#;
        assert!(told.ends_with(body), "{operation}: {told}");
    }
    // Nobody deleted the machines, and the thread that writes writes.
    let listed = call(service, "ListStateMachines", &json!({})).await;
    assert_eq!(listed["stateMachines"].as_array().map(Vec::len), Some(1));
    call(service, "CreateActivity", &json!({"name": "a"})).await;
    let get = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut stream = connect(service, Patience::default(), 65_536);
    stream.write_all(get.as_bytes()).await.expect("room");
    let metrics = answer(stream).await;
    let counted = "asl_requests_total{operation=\"TripWrite\",status=\"500\"} 1\n";
    assert!(metrics.contains(counted), "{metrics}");
}

/// Work that breaks: at once, or a little later.
struct Breaking {
    at_once: bool,
}

impl TaskHandler for Breaking {
    fn invoke(&self, _: Invocation, _: Answers) -> Work {
        assert!(!self.at_once, "no {}", "hands");
        Work::Running(Box::pin(async {
            tokio::task::yield_now().await;
            panic!("no head")
        }))
    }

    fn describe(&self) -> String {
        "breaks".to_owned()
    }
}

/// An execution that ends as soon as it may.
async fn run(service: &Arc<Service>, machine: &str) -> Value {
    let arn = format!("arn:aws:states:us-east-1:123456789012:stateMachine:{machine}");
    let input = json!({"stateMachineArn": arn, "name": "e"});
    let started = call(service, "StartExecution", &input).await;
    let execution = json!({"executionArn": started["executionArn"]});
    loop {
        let described = call(service, "DescribeExecution", &execution).await;
        if described["status"] != "RUNNING" {
            return described;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_execution_that_breaks_ends_and_says_why() {
    let mut handlers = Handlers::default();
    for at_once in [true, false] {
        let handler = Arc::new(Breaking { at_once });
        handlers.bind(TaskPattern::State(format!("{at_once}")), handler);
    }
    let service = &service_with(handlers, Limits::default()).await;
    for (at_once, cause) in [
        (true, "The execution cannot go on: no hands"),
        (false, "The handler of the Task broke: no head"),
    ] {
        let task = json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": true,
            "Parameters": {"QueueUrl": "q", "MessageBody": "b"}});
        let definition = json!({"StartAt": format!("{at_once}"),
            "States": {format!("{at_once}"): task}});
        let machine = json!({"name": format!("m-{at_once}"), "definition": definition.to_string(),
            "roleArn": "arn:aws:iam::123456789012:role/r"});
        call(service, "CreateStateMachine", &machine).await;
        let ended = run(service, &format!("m-{at_once}")).await;
        assert_eq!(ended["status"], "FAILED", "{ended}");
        assert_eq!(ended["error"], "States.Runtime");
        let told = ended["cause"].as_str().expect("a cause");
        assert!(told.ends_with(cause), "{told}");
        let expected = if at_once {
            "NOT_REDRIVABLE"
        } else {
            "REDRIVABLE"
        };
        assert_eq!(ended["redriveStatus"], expected, "{ended}");
        let execution = json!({"executionArn": ended["executionArn"]});
        let history = call(service, "GetExecutionHistory", &execution).await;
        let events = history["events"].as_array().expect("events");
        let ids: Vec<_> = events
            .iter()
            .filter_map(|event| event["id"].as_u64())
            .collect();
        assert!(
            (1..).zip(&ids).all(|(number, id)| number == *id),
            "{history}"
        );
        let last = events.last().expect("an event");
        assert_eq!(last["type"], "ExecutionFailed");
        assert_eq!(last["executionFailedEventDetails"]["cause"], told);
    }
    // It is told, and then it is gone.
    while service.running() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(service.troubles.count(), 1);
}

#[tokio::test]
async fn half_a_head_is_not_waited_for() {
    let service = &service().await;
    for sent in ["", "POST / HT", "POST / HTTP/1.1\r\nHost: local"] {
        let mut stream = connect(service, HASTE, 65_536);
        stream.write_all(sent.as_bytes()).await.expect("room");
        assert_eq!(answer(stream).await, "", "{sent}");
    }
}

/// An activity, and a machine whose executions wait for its workers.
async fn waiting(service: &Arc<Service>) -> (Value, Value) {
    let activity = call(service, "CreateActivity", &json!({"name": "a"})).await;
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": activity["activityArn"]}}});
    let machine = json!({"name": "m", "definition": definition.to_string(),
        "roleArn": "arn:aws:iam::123456789012:role/r"});
    let machine = call(service, "CreateStateMachine", &machine).await;
    let machine = json!({"stateMachineArn": machine["stateMachineArn"]});
    (activity, machine)
}

/// A request of somebody who is in no haste, of a server who is; a client who is slow would have
/// been sent away meanwhile.
async fn patiently(service: &Arc<Service>, request: &str) -> DuplexStream {
    let (mut ours, theirs) = duplex(65_536);
    ours.write_all(request.as_bytes()).await.expect("room");
    let app = app(service);
    tokio::spawn(async move {
        let (_going_on, stopping) = watch::channel(false);
        converse(theirs, app, HASTE, stopping).await;
    });
    assert_eq!(answer(connect(service, HASTE, 65_536)).await, "");
    ours
}

#[tokio::test]
async fn a_long_poll_is_not_hurried() {
    let service = &service().await;
    let (activity, machine) = waiting(service).await;
    let poll = patiently(service, &request("GetActivityTask", &activity.to_string())).await;
    call(service, "StartExecution", &machine).await;
    let told = answer(poll).await;
    assert!(told.contains("\"taskToken\""), "{told}");
}

#[tokio::test]
async fn a_stream_of_events_is_not_hurried() {
    let service = &service().await;
    let (_, machine) = waiting(service).await;
    let started = call(service, "StartExecution", &machine).await;
    let arn = started["executionArn"].as_str().expect("an ARN");
    let get = format!(
        "GET /console/events?execution={arn} HTTP/1.1\r\nHost: localhost\r\n\
         Connection: close\r\n\r\n"
    );
    let stream = patiently(service, &get).await;
    call(service, "StopExecution", &json!({"executionArn": arn})).await;
    let told = answer(stream).await;
    assert!(told.contains("event: end"), "{told}");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let service = &service().await;
    let (mut ours, theirs) = duplex(64);
    let get = "GET /console/page.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
    ours.write_all(get.as_bytes()).await.expect("room");
    let (_going_on, stopping) = watch::channel(false);
    // Ends, although the client is there and could still take it.
    converse(theirs, app(service), HASTE, stopping).await;
    assert!(answer(ours).await.len() <= 64);
}

#[tokio::test]
async fn who_comes_when_all_places_are_taken_waits_for_one() {
    let service = &service().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, app(service), HASTE, async {
        let _ = stopped.await;
    }));
    let idle = TcpStream::connect(address).await.expect("it listens");
    let mut second = TcpStream::connect(address).await.expect("it listens");
    let list = request("ListStateMachines", "{}");
    second.write_all(list.as_bytes()).await.expect("room");
    let told = answer(second).await;
    assert!(told.ends_with(r#"{"stateMachines":[]}"#), "{told}");
    // The place was that of the first.
    assert_eq!(idle.try_read(&mut [0]).ok(), Some(0));
    drop(stop);
    serving.await.expect("it ends");
}

/// A body that never comes.
struct Never;

impl Stream for Never {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_body_is_not_waited_for_for_ever() {
    let refused = read(Body::from_stream(Never), Duration::ZERO).await;
    let refused = refused.expect_err("it did not come");
    assert_eq!(
        (refused.status.as_u16(), refused.code),
        (408, "RequestTimeout")
    );
}
