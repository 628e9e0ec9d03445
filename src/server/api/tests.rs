//! Single operations, asked of a server in memory.

mod map_runs;
mod pages;
mod refusals;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::data::{Json, Seed, Timestamp};
use crate::runtime::handlers::{Answer, MockHandler, Step, TaskPattern};
use crate::runtime::{Handlers, VirtualClock};
use crate::server::service::Limits;
use crate::server::testing::{service_at, service_with};
use crate::server::{Mocks, Place, Service, Settings};
use crate::syntax::{self, Format, Source};

const PASS: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
const OTHER: &str = r#"{"StartAt":"B","States":{"B":{"Type":"Succeed"}}}"#;
/// How long something that must happen is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// All that the API has.
const OPERATIONS: [&str; 37] = [
    "CreateActivity",
    "CreateStateMachine",
    "CreateStateMachineAlias",
    "DeleteActivity",
    "DeleteStateMachine",
    "DeleteStateMachineAlias",
    "DeleteStateMachineVersion",
    "DescribeActivity",
    "DescribeExecution",
    "DescribeMapRun",
    "DescribeStateMachine",
    "DescribeStateMachineAlias",
    "DescribeStateMachineForExecution",
    "GetActivityTask",
    "GetExecutionHistory",
    "ListActivities",
    "ListExecutions",
    "ListMapRuns",
    "ListStateMachineAliases",
    "ListStateMachineVersions",
    "ListStateMachines",
    "ListTagsForResource",
    "PublishStateMachineVersion",
    "RedriveExecution",
    "SendTaskFailure",
    "SendTaskHeartbeat",
    "SendTaskSuccess",
    "StartExecution",
    "StartSyncExecution",
    "StopExecution",
    "TagResource",
    "TestState",
    "UntagResource",
    "UpdateMapRun",
    "UpdateStateMachine",
    "UpdateStateMachineAlias",
    "ValidateStateMachineDefinition",
];
const TASK: &str = r#"{"StartAt":"Charge","States":{"Charge":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true}}}"#;

async fn service() -> Arc<Service> {
    let mocks = r#"{"StateMachines": {"m": {"TestCases": {"Happy": {"Charge": "Charged"}}}},
      "MockedResponses": {"Charged": {"0": {"Return": {"paid": true}}}}}"#;
    let (tree, _) = syntax::read(&Source::new("mocks", mocks), Format::Json);
    let mut handlers = Handlers::default();
    let answers = vec![Answer::fixed(Step::Return(Json::from("real")), None)];
    let handler = MockHandler::answering("of all", answers);
    handlers.bind(TaskPattern::Resource("*".to_owned()), Arc::new(handler));
    let settings = Settings {
        place: Place::Memory,
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        handlers,
        mocks: Some(Mocks::read(tree).expect("a mocks file")),
        clock: Box::new(|at| Box::new(VirtualClock::new(at.or(Some(Timestamp(1_000)))))),
        seed: Seed(1),
        days: 90,
    };
    let (service, _) = Service::open(settings).await.expect("a database");
    service
}

/// Asks, with `ARN` for the beginning of our ARNs.
async fn ask(service: &Arc<Service>, operation: &str, body: &str) -> String {
    let arn = "arn:aws:states:us-east-1:123456789012";
    let (_, told) = service.answer(operation, &body.replace("ARN", arn)).await;
    told.replace(arn, "ARN")
}

async fn check(service: &Arc<Service>, operation: &str, body: &str, expected: &str) {
    let actual = ask(service, operation, body).await;
    assert_eq!(actual, expected, "{operation} {body}");
}

async fn create(service: &Arc<Service>, definition: &str, more: &str) -> String {
    let definition = Value::from(definition);
    let body = format!(
        r#"{{"name":"m","definition":{definition},"roleArn":"arn:aws:iam::1:role/r"{more}}}"#
    );
    ask(service, "CreateStateMachine", &body).await
}

/// How an execution ended; it does not take long.
async fn ended(service: &Arc<Service>, arn: &str) -> Value {
    loop {
        let body = format!(r#"{{"executionArn":"{arn}"}}"#);
        let told = ask(service, "DescribeExecution", &body).await;
        let told: Value = serde_json::from_str(&told).expect("JSON");
        if told["status"] != "RUNNING" {
            return told;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn versions_have_numbers_that_are_never_given_again() {
    let service = &service().await;
    assert_eq!(
        create(service, PASS, r#","publish":true"#).await,
        r#"{"stateMachineArn":"ARN:stateMachine:m","creationDate":1,"stateMachineVersionArn":"ARN:stateMachine:m:1"}"#,
    );
    let published = r#"{"creationDate":1,"stateMachineVersionArn":"ARN:stateMachine:m:1"}"#;
    let machine = r#"{"stateMachineArn":"ARN:stateMachine:m"}"#;
    check(service, "PublishStateMachineVersion", machine, published).await;
    let first = r#"{"stateMachineVersionArn":"ARN:stateMachine:m:1"}"#;
    check(service, "DeleteStateMachineVersion", first, "{}").await;
    let published = r#"{"creationDate":1,"stateMachineVersionArn":"ARN:stateMachine:m:2"}"#;
    check(service, "PublishStateMachineVersion", machine, published).await;
    check(
        service,
        "DescribeStateMachine",
        first.replace("Version", "").as_str(),
        r#"{"__type":"StateMachineDoesNotExist","message":"State Machine Does Not Exist: 'ARN:stateMachine:m:1'"}"#,
    )
    .await;
}

#[tokio::test]
async fn an_alias_leads_to_versions_that_stay_for_it() {
    let service = &service().await;
    create(service, PASS, r#","publish":true"#).await;
    let alias = |routes: &str| format!(r#"{{"name":"prod","routingConfiguration":[{routes}]}}"#);
    let route = |number: u8, weight: u8| {
        format!(r#"{{"stateMachineVersionArn":"ARN:stateMachine:m:{number}","weight":{weight}}}"#)
    };
    let refused = |message: &str| {
        format!(
            r#"{{"__type":"ValidationException","message":"{message}","reason":"INVALID_ROUTING_CONFIGURATION"}}"#
        )
    };
    let wrong = alias(&format!("{},{}", route(1, 70), route(2, 29)));
    let message = "Sum of routing configuration weights must equal 100. Received: [70, 29]";
    check(
        service,
        "CreateStateMachineAlias",
        &wrong,
        &refused(message),
    )
    .await;
    let wrong = alias(&format!("{},{}", route(1, 70), route(1, 30)));
    let message = "Routing configuration must contain distinct state machine version ARNs. \
                   Received: [ARN:stateMachine:m:1, ARN:stateMachine:m:1]";
    check(
        service,
        "CreateStateMachineAlias",
        &wrong,
        &refused(message),
    )
    .await;
    let made = r#"{"stateMachineAliasArn":"ARN:stateMachine:m:prod","creationDate":1}"#;
    check(
        service,
        "CreateStateMachineAlias",
        &alias(&route(1, 100)),
        made,
    )
    .await;
    check(
        service,
        "DeleteStateMachineVersion",
        r#"{"stateMachineVersionArn":"ARN:stateMachine:m:1"}"#,
        r#"{"__type":"ConflictException","message":"Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [prod]"}"#,
    )
    .await;
    let start = r#"{"stateMachineArn":"ARN:stateMachine:m:prod","name":"e"}"#;
    let started = r#"{"executionArn":"ARN:execution:m:e","startDate":1}"#;
    check(service, "StartExecution", start, started).await;
    let ended = ended(service, "ARN:execution:m:e").await;
    assert_eq!(ended["stateMachineVersionArn"], "ARN:stateMachine:m:1");
    assert_eq!(ended["stateMachineAliasArn"], "ARN:stateMachine:m:prod");
    assert_eq!(ended["stateMachineArn"], "ARN:stateMachine:m");
}

#[tokio::test]
async fn an_update_of_nothing_makes_no_revision() {
    let service = &service().await;
    create(service, PASS, "").await;
    let update = |definition: &str| {
        let definition = Value::from(definition);
        format!(r#"{{"stateMachineArn":"ARN:stateMachine:m","definition":{definition}}}"#)
    };
    check(
        service,
        "UpdateStateMachine",
        &update(PASS),
        r#"{"updateDate":1}"#,
    )
    .await;
    let first = ask(service, "UpdateStateMachine", &update(OTHER)).await;
    assert!(first.contains("revisionId"), "{first}");
    check(service, "UpdateStateMachine", &update(OTHER), &first).await;
    let machine = r#"{"stateMachineArn":"ARN:stateMachine:m"}"#;
    let missing = r#"{"__type":"MissingRequiredParameter","message":"Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"}"#;
    check(service, "UpdateStateMachine", machine, missing).await;
}

#[tokio::test]
async fn a_resource_has_fifty_tags_at_most() {
    let service = &service().await;
    create(service, PASS, r#","tags":[{"key":"a","value":"1"}]"#).await;
    let tags: Vec<String> = (0..50).map(|n| format!(r#"{{"key":"k{n}"}}"#)).collect();
    let tag = |tags: &[String]| {
        let tags = tags.join(",");
        format!(r#"{{"resourceArn":"ARN:stateMachine:m","tags":[{tags}]}}"#)
    };
    let refused = ask(service, "TagResource", &tag(&tags)).await;
    assert!(refused.contains("TooManyTags"), "{refused}");
    check(service, "TagResource", &tag(&tags[..49]), "{}").await;
    let untag = r#"{"resourceArn":"ARN:stateMachine:m","tagKeys":["a"]}"#;
    check(service, "UntagResource", untag, "{}").await;
    check(service, "TagResource", &tag(&tags), "{}").await;
    check(
        service,
        "ListTagsForResource",
        r#"{"resourceArn":"ARN:stateMachine:m:1"}"#,
        r#"{"__type":"ResourceNotFound","message":"Resource not found: 'ARN:stateMachine:m:1'"}"#,
    )
    .await;
}

#[tokio::test]
async fn a_test_case_answers_the_tasks_of_its_execution_only() {
    let service = &service().await;
    create(service, TASK, "").await;
    let start = |case: &str, name: &str| {
        format!(r#"{{"stateMachineArn":"ARN:stateMachine:m{case}","name":"{name}"}}"#)
    };
    for (case, name, output) in [
        ("#Happy", "mocked", r#"{"paid":true}"#),
        ("", "real", "\"real\""),
    ] {
        ask(service, "StartExecution", &start(case, name)).await;
        let ended = ended(service, &format!("ARN:execution:m:{name}")).await;
        assert_eq!(ended["output"], output, "{ended}");
    }
    let refused = ask(service, "StartExecution", &start("#Sad", "none")).await;
    assert!(
        refused.contains("there is no test case \\\"Sad\\\""),
        "{refused}"
    );
}

#[tokio::test]
async fn an_express_machine_has_no_list_of_executions() {
    let service = &service().await;
    create(service, PASS, r#","type":"EXPRESS""#).await;
    let machine = r#"{"stateMachineArn":"ARN:stateMachine:m"}"#;
    let unsupported = r#"{"__type":"StateMachineTypeNotSupported","message":"This operation is not supported by this type of state machine"}"#;
    check(service, "ListExecutions", machine, unsupported).await;
    let started = ask(service, "StartExecution", machine).await;
    assert!(started.contains("\"ARN:express:m:"), "{started}");
    let done = ask(
        service,
        "StartSyncExecution",
        r#"{"stateMachineArn":"ARN:stateMachine:m","input":"[1]","includedData":"METADATA_ONLY"}"#,
    )
    .await;
    assert!(
        done.contains("\"SUCCEEDED\"") && !done.contains("[1]"),
        "{done}"
    );
}

#[tokio::test]
async fn executions_are_filtered_by_what_became_of_them() {
    let service = &service().await;
    create(service, PASS, "").await;
    let start = r#"{"stateMachineArn":"ARN:stateMachine:m","name":"e"}"#;
    ask(service, "StartExecution", start).await;
    ended(service, "ARN:execution:m:e").await;
    let list = |more: &str| format!(r#"{{"stateMachineArn":"ARN:stateMachine:m"{more}}}"#);
    let none = r#"{"executions":[]}"#;
    let redriven = list(r#","redriveFilter":"REDRIVEN""#);
    check(service, "ListExecutions", &redriven, none).await;
    let failed = list(r#","statusFilter":"FAILED""#);
    check(service, "ListExecutions", &failed, none).await;
    let both = list(r#","statusFilter":"SUCCEEDED","redriveFilter":"NOT_REDRIVEN""#);
    let found = ask(service, "ListExecutions", &both).await;
    assert!(found.contains("ARN:execution:m:e"), "{found}");
    let runs = r#"{"executionArn":"ARN:execution:m:e"}"#;
    check(service, "ListMapRuns", runs, r#"{"mapRuns":[]}"#).await;
    check(
        service,
        "DescribeMapRun",
        r#"{"mapRunArn":"ARN:mapRun:m/L:1"}"#,
        r#"{"__type":"ResourceNotFound","message":"Request references a resource that does not exist."}"#,
    )
    .await;
}

#[tokio::test]
async fn a_state_alone_is_worked_for_by_the_handlers() {
    let service = &service().await;
    let state = r#"{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","End":true}"#;
    let state = Value::from(state);
    let test = |more: &str| format!(r#"{{"definition":{state}{more}}}"#);
    let role = test(r#","roleArn":"arn:aws:iam::1:role/r""#);
    let done = r#"{"output":"\"real\"","status":"SUCCEEDED"}"#;
    check(service, "TestState", &role, done).await;
    let mock = test(r#","mock":{"result":"{\"Payload\":1}"}"#);
    let done = r#"{"output":"{\"Payload\":1}","status":"SUCCEEDED"}"#;
    check(service, "TestState", &mock, done).await;
}

#[tokio::test]
async fn every_operation_of_the_model_is_done_by_somebody() {
    let service = &service().await;
    for operation in OPERATIONS {
        let told = ask(service, operation, "{}").await;
        assert!(
            !told.contains("Nobody does") && !told.contains("not known"),
            "{told}"
        );
    }
    let told = ask(service, "CreateStack", "{}").await;
    assert!(told.contains("UnknownOperationException"), "{told}");
}

const WAIT: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Resource":"arn:aws:states:us-east-1:123456789012:activity:a"}}}"#;
const FAIL: &str = r#"{"StartAt":"A","States":{"A":{"Type":"Fail","Error":"E"}}}"#;

/// A service whose executions wait for a worker.
async fn waiting(limits: Limits) -> Arc<Service> {
    let service = service_with(Handlers::default(), limits).await;
    ask(&service, "CreateActivity", r#"{"name":"a"}"#).await;
    create(&service, WAIT, "").await;
    service
}

fn start(name: &str) -> String {
    format!(r#"{{"stateMachineArn":"ARN:stateMachine:m","name":"{name}"}}"#)
}

fn execution(name: &str) -> String {
    format!(r#"{{"executionArn":"ARN:execution:m:{name}"}}"#)
}

#[tokio::test]
async fn one_execution_too_many_is_refused() {
    let service = &waiting(Limits { open_executions: 3 }).await;
    for name in ["a", "b", "c"] {
        let started = ask(service, "StartExecution", &start(name)).await;
        assert!(started.contains("startDate"), "{started}");
    }
    let refused = r#"{"__type":"ExecutionLimitExceeded","message":"The maximum number of running executions has been reached. Running executions must end or be stopped before a new execution can be started."}"#;
    check(service, "StartExecution", &start("d"), refused).await;
    // The same again is not one more.
    let same = ask(service, "StartExecution", &start("c")).await;
    assert!(same.contains("startDate"), "{same}");
    ask(service, "StopExecution", &execution("a")).await;
    ask(service, "StartExecution", &start("d")).await;
    check(service, "RedriveExecution", &execution("a"), refused).await;
}

#[tokio::test]
async fn a_thousand_workers_may_wait_for_an_activity() {
    let service = &waiting(Limits::default()).await;
    let places: Vec<_> = std::iter::from_fn(|| {
        let arn = "arn:aws:states:us-east-1:123456789012:activity:a";
        service.callbacks.place(arn)
    })
    .collect();
    assert_eq!(places.len(), 1000);
    let poll = r#"{"activityArn":"ARN:activity:a"}"#;
    let refused = r#"{"__type":"ActivityWorkerLimitExceeded","message":"The maximum number of workers concurrently polling for activity tasks has been reached."}"#;
    check(service, "GetActivityTask", poll, refused).await;
}

#[tokio::test]
async fn a_redrive_is_done_once_for_each_client_token() {
    let service = &service_with(Handlers::default(), Limits::default()).await;
    create(service, FAIL, "").await;
    ask(service, "StartExecution", &start("e")).await;
    ended(service, "ARN:execution:m:e").await;
    let redrive =
        |token: &str| format!(r#"{{"executionArn":"ARN:execution:m:e","clientToken":"{token}"}}"#);
    for (token, count) in [("one", 1), ("one", 1), ("two", 2), ("one", 2)] {
        let redriven = ask(service, "RedriveExecution", &redrive(token)).await;
        assert!(redriven.contains("redriveDate"), "{redriven}");
        let ended = ended(service, "ARN:execution:m:e").await;
        assert_eq!(ended["redriveCount"], count, "{token}: {ended}");
    }
}

#[tokio::test]
async fn of_two_redrives_at_once_one_is_done() {
    let service = &service_with(Handlers::default(), Limits::default()).await;
    create(service, FAIL, "").await;
    ask(service, "StartExecution", &start("e")).await;
    ended(service, "ARN:execution:m:e").await;
    let body = execution("e");
    let asked = || ask(service, "RedriveExecution", &body);
    let all = tokio::join!(asked(), asked(), asked());
    let redriven = [all.0, all.1, all.2];
    let done = redriven.iter().filter(|it| it.contains("redriveDate"));
    let ended = ended(service, "ARN:execution:m:e").await;
    assert_eq!(ended["redriveCount"], done.count(), "{redriven:?}");
    let history = ask(service, "GetExecutionHistory", &body).await;
    let history: Value = serde_json::from_str(&history).expect("JSON");
    let events = history["events"].as_array().expect("events");
    let ids = events.iter().map(|event| event["id"].as_u64());
    assert!(ids.eq((1..=events.len() as u64).map(Some)), "{history}");
}

#[tokio::test]
async fn a_redrive_waits_for_who_ended_and_has_not_let_go() {
    let service = &service_with(Handlers::default(), Limits::default()).await;
    create(service, FAIL, "").await;
    ask(service, "StartExecution", &start("e")).await;
    ended(service, "ARN:execution:m:e").await;
    let held = loop {
        match service.live.claim(1) {
            Some(claim) => break claim,
            None => tokio::task::yield_now().await,
        }
    };
    let body = execution("e");
    let let_go = async {
        // Meanwhile the redrive finds that it cannot go on yet.
        for _ in 0..3 {
            ask(service, "DescribeExecution", &body).await;
        }
        drop(held);
    };
    let (redriven, ()) = tokio::join!(ask(service, "RedriveExecution", &body), let_go);
    assert!(redriven.contains("redriveDate"), "{redriven}");
}

#[tokio::test]
async fn a_start_that_nobody_waits_for_runs_all_the_same() {
    let service = &service_with(Handlers::default(), Limits::default()).await;
    create(service, PASS, "").await;
    let body = start("e");
    let mut left = Box::pin(ask(service, "StartExecution", &body));
    // The client goes as soon as the request has begun.
    tokio::select! {
        biased;
        answer = &mut left => panic!("{answer:?}"),
        () = std::future::ready(()) => {}
    }
    drop(left);
    loop {
        let told = ask(service, "DescribeExecution", &execution("e")).await;
        if !told.contains("ExecutionDoesNotExist") {
            break;
        }
    }
    let ended = tokio::time::timeout(PATIENCE, ended(service, "ARN:execution:m:e")).await;
    assert_eq!(ended.expect("somebody works on it")["status"], "SUCCEEDED");
}

#[tokio::test]
async fn an_execution_that_is_about_to_run_is_stopped() {
    let service = &waiting(Limits::default()).await;
    for number in 0..50 {
        let name = format!("e{number}");
        let (start, body) = (start(&name), execution(&name));
        let stop = async {
            while ask(service, "StopExecution", &body)
                .await
                .contains("DoesNotExist")
            {}
        };
        tokio::join!(ask(service, "StartExecution", &start), stop);
        let told = ask(service, "DescribeExecution", &body).await;
        assert!(told.contains(r#""status":"ABORTED""#), "{told}");
    }
}

#[tokio::test]
async fn an_execution_can_be_redriven_for_fourteen_days() {
    const DAY: i64 = 86_400_000;
    let today = Arc::new(AtomicI64::new(DAY));
    let clock = Arc::clone(&today);
    let clock = move || clock.load(Ordering::Relaxed);
    let service = &service_at(clock).await;
    create(service, FAIL, "").await;
    ask(service, "StartExecution", &start("e")).await;
    ended(service, "ARN:execution:m:e").await;
    today.store(15 * DAY, Ordering::Relaxed);
    let redrivable = ended(service, "ARN:execution:m:e").await;
    assert_eq!(redrivable["redriveStatus"], "REDRIVABLE");
    today.store(15 * DAY + 1, Ordering::Relaxed);
    let late = ended(service, "ARN:execution:m:e").await;
    let why = "Execution redrivable period exceeded";
    assert_eq!(late["redriveStatus"], "NOT_REDRIVABLE");
    assert_eq!(late["redriveStatusReason"], why);
    let refused = format!(r#"{{"__type":"ExecutionNotRedrivable","message":"{why}"}}"#);
    check(service, "RedriveExecution", &execution("e"), &refused).await;
}

#[tokio::test]
async fn a_machine_goes_with_the_last_of_its_executions() {
    let service = &waiting(Limits::default()).await;
    ask(service, "StartExecution", &start("one")).await;
    let poll = r#"{"activityArn":"ARN:activity:a"}"#;
    let task: Value =
        serde_json::from_str(&ask(service, "GetActivityTask", poll).await).expect("JSON");
    ask(service, "StartExecution", &start("other")).await;
    ask(service, "GetActivityTask", poll).await;
    let machine = r#"{"stateMachineArn":"ARN:stateMachine:m"}"#;
    check(service, "DeleteStateMachine", machine, "{}").await;
    let described = ask(service, "DescribeStateMachine", machine).await;
    assert!(described.contains(r#""status":"DELETING""#), "{described}");
    let deleting = r#"{"__type":"StateMachineDeleting","message":"State Machine Deleting: 'ARN:stateMachine:m'"}"#;
    check(service, "StartExecution", &start("more"), deleting).await;
    check(service, "PublishStateMachineVersion", machine, deleting).await;
    assert_eq!(create(service, WAIT, "").await, deleting);
    // A task that is worked on may end; a step further there is nothing.
    let answer = format!(r#"{{"taskToken":{},"output":"1"}}"#, task["taskToken"]);
    check(service, "SendTaskSuccess", &answer, "{}").await;
    ended(service, "ARN:execution:m:one").await;
    let described = ask(service, "DescribeStateMachine", machine).await;
    assert!(described.contains("DELETING"), "{described}");
    ask(service, "StopExecution", &execution("other")).await;
    let gone = r#"{"__type":"StateMachineDoesNotExist","message":"State Machine Does Not Exist: 'ARN:stateMachine:m'"}"#;
    check(service, "DescribeStateMachine", machine, gone).await;
    let created = create(service, WAIT, "").await;
    assert!(created.contains("creationDate"), "{created}");
}
