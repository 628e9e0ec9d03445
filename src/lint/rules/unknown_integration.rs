//! # unknown-integration
//!
//! ## What it does
//! Reports a Task that calls a service or an action for which Step Functions has no optimized
//! integration.
//!
//! ## Why it matters
//! `arn:aws:states:::SERVICE:ACTION` exists for few services and actions. AWS rejects the others
//! with `SCHEMA_VALIDATION_FAILED`, "The resource provided … is not recognized"; nearly all can
//! be called by the SDK instead, as `arn:aws:states:::aws-sdk:SERVICE:ACTION`. Where a service
//! may have more actions than are known here, the finding is a warning.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::dynamodb:query", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:query", "End": true }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Integrating optimized services:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>

use super::{Category, Rule};
use crate::language::Field;
use crate::language::Resource;
use crate::lint::context::Context;
use crate::lint::integrations::{self, SERVICES, Service};
use crate::lint::quoted;
use crate::lint::similar::nearest;
use crate::lint::tasks::{Integration, Part};
use crate::syntax::{Diagnostic, Edit, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unknown-integration",
    category: Category::Resource,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("unknown_integration.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (task, integration) in context.calls() {
        let is_whole = !integration.service.text.is_empty() && !integration.action.text.is_empty();
        if integration.is_sdk || !is_whole {
            continue;
        }
        match integrations::service(integration.service.text) {
            None => out.push(unknown_service(context, task.resource, &integration)),
            Some(service) if service.action(integration.action.text).is_none() => {
                out.push(unknown_action(
                    context,
                    task.resource,
                    &integration,
                    service,
                ));
            }
            Some(_) => {}
        }
    }
}

fn unknown_service(
    context: &Context<'_>,
    resource: &Field<Resource>,
    integration: &Integration<'_>,
) -> Diagnostic {
    let name = integration.service.text;
    let message = format!("Step Functions has no integration with {}", quoted(name));
    let place = context.place(resource.span, integration.service);
    let finding = RULE.finding(message);
    if let Some(near) = nearest(name, SERVICES.iter().map(|service| service.id)) {
        let help = format!("did you mean {}?", quoted(near));
        let finding = finding.label(place, "no such service").help(help);
        return with_fix(finding, context, resource, integration.service, near);
    }
    let finding = finding.label(place, "no service with an optimized integration");
    match integrations::sdk_id(name) {
        Some(id) => finding.help(by_sdk(id, integration.action.text)),
        None => finding.help(
            "a service without an optimized integration is called by the SDK: arn:aws:states:::aws-sdk:<service>:<action>",
        ),
    }
}

fn unknown_action(
    context: &Context<'_>,
    resource: &Field<Resource>,
    integration: &Integration<'_>,
    service: &Service,
) -> Diagnostic {
    let name = integration.action.text;
    let message = format!(
        "{} has no optimized action {}",
        quoted(service.id),
        quoted(name)
    );
    let place = context.place(resource.span, integration.action);
    let mut finding = RULE.finding(message);
    if let Some(near) = nearest(name, service.actions.iter().map(|action| action.name)) {
        let help = format!("did you mean {}?", quoted(near));
        let finding = finding.label(place, "no such action").help(help);
        return with_fix(finding, context, resource, integration.action, near);
    }
    if !service.is_complete {
        finding.severity = Severity::Warning;
        finding.aws_code = None;
    }
    let known: Vec<String> = service.actions.iter().map(|a| quoted(a.name)).collect();
    let label = format!("known are {}", known.join(", "));
    finding
        .label(place, label)
        .help(by_sdk(service.sdk_id(), name))
}

fn by_sdk(service: &str, action: &str) -> String {
    format!("call it by the SDK: arn:aws:states:::aws-sdk:{service}:{action}")
}

fn with_fix(
    finding: Diagnostic,
    context: &Context<'_>,
    resource: &Field<Resource>,
    part: Part<'_>,
    near: &str,
) -> Diagnostic {
    let span = context.place(resource.span, part);
    if span == resource.span {
        return finding;
    }
    let text = near.to_owned();
    finding.fix(true, vec![Edit { span, text }])
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_resource(resource: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "{resource}", "End": true}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn a_service_must_have_an_integration() {
        check_resource(
            "arn:aws:states:::foo:bar",
            expect![[r#"
            error[unknown-integration] Step Functions has no integration with "foo" (SCHEMA_VALIDATION_FAILED)
              at 1:81 foo -- no service with an optimized integration
              help: a service without an optimized integration is called by the SDK: arn:aws:states:::aws-sdk:<service>:<action>
        "#]],
        );
        check_resource(
            "arn:aws:states:::s3:getObject",
            expect![[r#"
            error[unknown-integration] Step Functions has no integration with "s3" (SCHEMA_VALIDATION_FAILED)
              at 1:81 s3 -- no service with an optimized integration
              help: call it by the SDK: arn:aws:states:::aws-sdk:s3:getObject
        "#]],
        );
        check_resource(
            "arn:aws:states:::lamda:invoke",
            expect![[r#"
            error[unknown-integration] Step Functions has no integration with "lamda" (SCHEMA_VALIDATION_FAILED)
              at 1:81 lamda -- no such service
              help: did you mean "lambda"?
              fix: 1:81 lamda -> lambda
        "#]],
        );
    }

    #[test]
    fn an_action_must_be_one_of_the_service() {
        check_resource(
            "arn:aws:states:::dynamodb:query",
            expect![[r#"
            error[unknown-integration] "dynamodb" has no optimized action "query" (SCHEMA_VALIDATION_FAILED)
              at 1:90 query -- known are "deleteItem", "getItem", "putItem", "updateItem"
              help: call it by the SDK: arn:aws:states:::aws-sdk:dynamodb:query
        "#]],
        );
        check_resource(
            "arn:aws:states:::sqs:SendMessage",
            expect![[r#"
            error[unknown-integration] "sqs" has no optimized action "SendMessage" (SCHEMA_VALIDATION_FAILED)
              at 1:85 SendMessage -- no such action
              help: did you mean "sendMessage"?
              fix: 1:85 SendMessage -> sendMessage
        "#]],
        );
        check_resource(
            "arn:aws:states:::athena:listWorkGroups",
            expect![[r#"
            warning[unknown-integration] "athena" has no optimized action "listWorkGroups" (-)
              at 1:88 listWorkGroups -- known are "getQueryExecution", "getQueryResults", "startQueryExecution", "stopQueryExecution"
              help: call it by the SDK: arn:aws:states:::aws-sdk:athena:listWorkGroups
        "#]],
        );
    }

    #[test]
    fn known_and_unknowable_integrations_are_left_alone() {
        check_resource("arn:aws:states:::ecs:runTask.sync", expect![""]);
        check_resource("arn:aws:states:::aws-sdk:s3:getObject", expect![""]);
        check_resource("arn:aws:states:::${Service}:invoke", expect![""]);
    }
}
