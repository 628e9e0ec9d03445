//! What is refused, and how it is told.

use super::{OTHER, PASS, WAIT, ask, check, create, service, start, waiting};
use crate::server::service::Limits;

#[tokio::test]
async fn a_version_has_one_arn_only() {
    let service = &service().await;
    create(service, PASS, r#","publish":true"#).await;
    let alias = r#"{"name":"live","routingConfiguration":[{"stateMachineVersionArn":"ARN:stateMachine:m:1","weight":100}]}"#;
    ask(service, "CreateStateMachineAlias", alias).await;
    for number in ["01", "+1", "0"] {
        let arn = format!("ARN:stateMachine:m:{number}");
        let refused = format!(
            r#"{{"__type":"InvalidArn","message":"Invalid Arn: 'Invalid ARN prefix: {arn}'"}}"#
        );
        let version = format!(r#"{{"stateMachineVersionArn":"{arn}"}}"#);
        check(service, "DeleteStateMachineVersion", &version, &refused).await;
        let machine = format!(r#"{{"stateMachineArn":"{arn}"}}"#);
        check(service, "StartExecution", &machine, &refused).await;
        let twice = format!(
            r#"{{"name":"two","routingConfiguration":[{{"stateMachineVersionArn":"ARN:stateMachine:m:1","weight":50}},{{"stateMachineVersionArn":"{arn}","weight":50}}]}}"#
        );
        let refused = ask(service, "CreateStateMachineAlias", &twice).await;
        assert!(
            refused.contains("must contain state machine version ARNs"),
            "{refused}"
        );
    }
    let start = r#"{"stateMachineArn":"ARN:stateMachine:m:live","name":"e"}"#;
    let started = r#"{"executionArn":"ARN:execution:m:e","startDate":1}"#;
    check(service, "StartExecution", start, started).await;
}

/// How a request is refused.
fn refusal(message: &str, reason: &str) -> String {
    format!(r#"{{"__type":"ValidationException","message":"{message}","reason":"{reason}"}}"#)
}

#[tokio::test]
async fn programs_are_told_the_reason_in_a_word() {
    let service = &service().await;
    create(service, PASS, r#","publish":true"#).await;
    let labelled = r#"{"stateMachineArn":"ARN:stateMachine:m/Items"}"#;
    let message =
        "The operation does not support the ARN of a Map state: 'ARN:stateMachine:m/Items'";
    for operation in [
        "DeleteStateMachine",
        "DescribeStateMachine",
        "StartExecution",
        "UpdateStateMachine",
    ] {
        let reason = "API_DOES_NOT_SUPPORT_LABELED_ARNS";
        let refused = refusal(message, reason);
        check(service, operation, labelled, &refused).await;
    }
    for (operation, body, reason) in [
        (
            "CreateStateMachineAlias",
            r#"{"name":"a","routingConfiguration":[{"stateMachineVersionArn":"ARN:stateMachine:m:1","weight":1}]}"#,
            "INVALID_ROUTING_CONFIGURATION",
        ),
        ("ListExecutions", "{}", "MISSING_REQUIRED_PARAMETER"),
        (
            "UpdateMapRun",
            r#"{"mapRunArn":"ARN:mapRun:m/L:1"}"#,
            "MISSING_REQUIRED_PARAMETER",
        ),
        (
            "UpdateStateMachineAlias",
            r#"{"stateMachineAliasArn":"ARN:stateMachine:m:a"}"#,
            "MISSING_REQUIRED_PARAMETER",
        ),
    ] {
        let told = ask(service, operation, body).await;
        let reason = format!(r#","reason":"{reason}"}}"#);
        assert!(told.ends_with(&reason), "{operation}: {told}");
    }
    // Members out of bounds have none (recorded).
    let told = ask(service, "ListStateMachines", r#"{"maxResults":1001}"#).await;
    assert!(
        told.contains("ValidationException") && !told.contains("reason"),
        "{told}"
    );
}

#[tokio::test]
async fn a_machine_that_is_being_deleted_says_so() {
    let service = &waiting(Limits::default()).await;
    let machine = r#"{"stateMachineArn":"ARN:stateMachine:m"}"#;
    ask(service, "PublishStateMachineVersion", machine).await;
    ask(service, "StartExecution", &start("e")).await;
    check(service, "DeleteStateMachine", machine, "{}").await;
    let deleting = r#"{"__type":"StateMachineDeleting","message":"State Machine Deleting: 'ARN:stateMachine:m'"}"#;
    for definition in [WAIT, OTHER] {
        assert_eq!(create(service, definition, "").await, deleting);
    }
    let routing = r#""routingConfiguration":[{"stateMachineVersionArn":"ARN:stateMachine:m:1","weight":100}]"#;
    let create = format!(r#"{{"name":"live",{routing}}}"#);
    check(service, "CreateStateMachineAlias", &create, deleting).await;
    let update = format!(r#"{{"stateMachineAliasArn":"ARN:stateMachine:m:live",{routing}}}"#);
    check(service, "UpdateStateMachineAlias", &update, deleting).await;
    check(service, "ListStateMachineAliases", machine, deleting).await;
}
