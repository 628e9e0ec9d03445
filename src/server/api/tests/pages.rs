//! Lists that come page by page.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{PASS, ask, create, ended, service, start};
use crate::server::Service;

const INVALID: &str = r#"{"__type":"InvalidToken","message":"Invalid Token: 'Invalid token'"}"#;

/// A page with one entry of a list, behind a token.
async fn one(service: &Arc<Service>, operation: &str, filters: &Value, token: &Value) -> Value {
    let mut body = filters.clone();
    body["maxResults"] = json!(1);
    if token.is_string() {
        body["nextToken"] = token.clone();
    }
    let told = ask(service, operation, &body.to_string()).await;
    serde_json::from_str(&told).expect("JSON")
}

/// A service with several of everything that is listed.
async fn full() -> Arc<Service> {
    let service = service().await;
    create(&service, PASS, r#","publish":true"#).await;
    for name in ["a", "b", "c"] {
        ask(
            &service,
            "CreateActivity",
            &format!(r#"{{"name":"{name}"}}"#),
        )
        .await;
        ask(&service, "StartExecution", &start(name)).await;
        ended(&service, &format!("ARN:execution:m:{name}")).await;
        let alias = format!(
            r#"{{"name":"{name}","routingConfiguration":[{{"stateMachineVersionArn":"ARN:stateMachine:m:1","weight":100}}]}}"#
        );
        ask(&service, "CreateStateMachineAlias", &alias).await;
    }
    service
}

#[tokio::test]
async fn a_token_is_good_for_its_own_list_only() {
    let service = &full().await;
    let machine = || json!({"stateMachineArn": "ARN:stateMachine:m"});
    let lists = [
        (
            "GetExecutionHistory",
            json!({"executionArn": "ARN:execution:m:a"}),
        ),
        (
            "GetExecutionHistory",
            json!({"executionArn": "ARN:execution:m:b"}),
        ),
        (
            "GetExecutionHistory",
            json!({"executionArn": "ARN:execution:m:a", "reverseOrder": true}),
        ),
        ("ListActivities", json!({})),
        ("ListExecutions", machine()),
        (
            "ListExecutions",
            json!({"stateMachineArn": "ARN:stateMachine:m", "statusFilter": "SUCCEEDED"}),
        ),
        ("ListStateMachineAliases", machine()),
        (
            "ListStateMachineAliases",
            json!({"stateMachineArn": "ARN:stateMachine:m:1"}),
        ),
    ];
    for (operation, filters) in &lists {
        let first = one(service, operation, filters, &Value::Null).await;
        assert!(
            first["nextToken"].is_string(),
            "{operation} {filters}: {first}"
        );
        for (other, others) in &lists {
            let next = one(service, other, others, &first["nextToken"]).await;
            let is_own = (other, others) == (operation, filters);
            let is_refused = next["__type"] == "InvalidToken";
            assert_eq!(
                is_refused, !is_own,
                "{operation} {filters}, {other} {others}"
            );
        }
    }
    let token = one(service, "ListActivities", &json!({}), &Value::Null).await;
    let other = one(
        service,
        "ListStateMachines",
        &json!({}),
        &token["nextToken"],
    )
    .await;
    assert_eq!(other.to_string(), INVALID);
}

#[tokio::test]
async fn what_is_deleted_between_two_pages_hides_nothing() {
    let service = &full().await;
    let machine = json!({"stateMachineArn": "ARN:stateMachine:m"});
    for (list, filters, delete, member, arn) in [
        (
            "ListActivities",
            json!({}),
            "DeleteActivity",
            "activityArn",
            "ARN:activity:",
        ),
        (
            "ListStateMachineAliases",
            machine,
            "DeleteStateMachineAlias",
            "stateMachineAliasArn",
            "ARN:stateMachine:m:",
        ),
    ] {
        let first = one(service, list, &filters, &Value::Null).await;
        ask(
            service,
            delete,
            &json!({member: format!("{arn}a")}).to_string(),
        )
        .await;
        let next = one(service, list, &filters, &first["nextToken"]).await;
        assert!(
            next.to_string().contains(&format!("\"{arn}b\"")),
            "{list}: {next}"
        );
        assert!(next["nextToken"].is_string(), "{list}: {next}");
    }
}
