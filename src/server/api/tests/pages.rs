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

/// The numbers of an execution's events, page by page.
async fn events(service: &Arc<Service>, more: &str) -> Vec<Vec<u64>> {
    let (mut pages, mut token) = (Vec::new(), String::new());
    loop {
        let body = format!(r#"{{"executionArn":"ARN:execution:m:e"{more}{token}}}"#);
        let told = ask(service, "GetExecutionHistory", &body).await;
        assert!(told.len() < 5_000_000, "{}", told.len());
        let page: Value = serde_json::from_str(&told).expect("JSON");
        let events = page["events"].as_array().expect("a list").iter();
        pages.push(events.filter_map(|event| event["id"].as_u64()).collect());
        match page["nextToken"].as_str() {
            Some(next) => token = format!(r#","nextToken":"{next}""#),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn a_page_of_a_history_is_not_too_long() {
    let service = &service().await;
    let states = (0..12).map(|n| {
        let next = if n < 11 {
            json!({"Type": "Pass", "Next": (n + 1).to_string()})
        } else {
            json!({"Type": "Succeed"})
        };
        (n.to_string(), next)
    });
    let states: serde_json::Map<String, Value> = states.collect();
    let definition = json!({"StartAt": "0", "States": states}).to_string();
    create(service, &definition, "").await;
    let input = json!("x".repeat(200_000)).to_string();
    let start = json!({"stateMachineArn": "ARN:stateMachine:m", "name": "e", "input": input});
    ask(service, "StartExecution", &start.to_string()).await;
    ended(service, "ARN:execution:m:e").await;
    let whole: Vec<u64> = (1..=26).collect();
    let pages = events(service, "").await;
    assert_eq!((pages.len(), pages.concat()), (2, whole.clone()));
    let pages = events(service, r#","reverseOrder":true"#).await;
    let backwards: Vec<u64> = whole.iter().rev().copied().collect();
    assert_eq!((pages.len(), pages.concat()), (2, backwards));
    let pages = events(service, r#","includeExecutionData":false"#).await;
    assert_eq!(pages, [whole]);
}
