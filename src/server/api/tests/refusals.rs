//! What is refused, and how it is told.

use super::{PASS, ask, check, create, service};

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
