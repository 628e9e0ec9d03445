//! # missing-argument
//!
//! ## What it does
//! Reports a call of a service that leaves out an argument which the service needs.
//!
//! ## Why it matters
//! The call always fails: the service refuses it. A Task without any `Parameters` or `Arguments`
//! is left alone, as its input may hold them; so are arguments that an expression gives.
//!
//! ## Example
//! ```json
//! {
//!   "Type": "Task",
//!   "Resource": "arn:aws:states:::lambda:invoke",
//!   "Parameters": { "Payload.$": "$" },
//!   "End": true
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Type": "Task",
//!   "Resource": "arn:aws:states:::lambda:invoke",
//!   "Parameters": { "FunctionName": "charge", "Payload.$": "$" },
//!   "End": true
//! }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Integrating optimized services:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::integrations::Action;
use crate::lint::quoted;
use crate::lint::similar::nearest;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "missing-argument",
    category: Category::Resource,
    severity: Severity::Error,
    aws_code: None,
    is_on: true,
    source: include_str!("missing_argument.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (task, integration) in context.calls() {
        let Some(action) = integration.optimized else {
            continue;
        };
        let Some(arguments) = context.arguments(task.state) else {
            continue;
        };
        let Some(names) = arguments.names() else {
            continue;
        };
        let lacking: Vec<String> = missing(action, &names).map(listed).collect();
        if lacking.is_empty() {
            continue;
        }
        let lacking = lacking.join(" and ");
        let message = format!(
            "state {} calls {} without {lacking}",
            quoted(&task.state.name),
            integration.name(),
        );
        let label = format!("{lacking} must be in here");
        out.push(RULE.finding(message).label(arguments.key, label));
    }
}

/// The groups of which no argument is given, nor one that may be meant as it.
fn missing<'n>(
    action: &Action,
    names: &'n [&str],
) -> impl Iterator<Item = &'static [&'static str]> + use<'n> {
    let is_given = |group: &[&str]| names.iter().any(|name| group.contains(name));
    let is_meant = |group: &[&str]| {
        let mut names = names.iter();
        names.any(|name| nearest(name, group.iter().copied()).is_some())
    };
    let groups = action.required.iter().copied();
    groups.filter(move |group| !is_given(group) && !is_meant(group))
}

fn listed(group: &[&str]) -> String {
    let names: Vec<String> = group.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_call(action: &str, fields: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "arn:aws:states:::{action}", {fields} "End": true}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn a_service_gets_what_it_needs() {
        check_call(
            "lambda:invoke",
            r#""Parameters": {},"#,
            expect![[r#"
                error[missing-argument] state "A" calls lambda:invoke without `FunctionName` (-)
                  at 1:97 "Parameters" -- `FunctionName` must be in here
            "#]],
        );
        check_call(
            "dynamodb:getItem",
            r#""Parameters": {},"#,
            expect![[r#"
            error[missing-argument] state "A" calls dynamodb:getItem without `TableName` and `Key` (-)
              at 1:100 "Parameters" -- `TableName` and `Key` must be in here
        "#]],
        );
        check_call(
            "sqs:sendMessage",
            r#""Parameters": {"QueueUrl.$": "$.url"},"#,
            expect![[r#"
                error[missing-argument] state "A" calls sqs:sendMessage without `MessageBody` (-)
                  at 1:99 "Parameters" -- `MessageBody` must be in here
            "#]],
        );
        check_call(
            "sns:publish",
            r#""QueryLanguage": "JSONata", "Arguments": {"Message": "{% $states.input %}"},"#,
            expect![[r#"
                error[missing-argument] state "A" calls sns:publish without `TopicArn` or `TargetArn` or `PhoneNumber` (-)
                  at 1:123 "Arguments" -- `TopicArn` or `TargetArn` or `PhoneNumber` must be in here
            "#]],
        );
        check_call(
            "http:invoke",
            r#""Parameters": {"ApiEndpoint": "https://example.com", "Method": "GET"},"#,
            expect![[r#"
                error[missing-argument] state "A" calls http:invoke without `Authentication` or `InvocationConfig` (-)
                  at 1:95 "Parameters" -- `Authentication` or `InvocationConfig` must be in here
            "#]],
        );
    }

    #[test]
    fn arguments_may_come_from_anywhere() {
        check_call("lambda:invoke", "", expect![""]);
        check_call(
            "lambda:invoke",
            r#""QueryLanguage": "JSONata", "Arguments": "{% $states.input %}","#,
            expect![""],
        );
        check_call(
            "sns:publish",
            r#""Parameters": {"PhoneNumber.$": "$.number", "Message": "hello"},"#,
            expect![""],
        );
        check_call(
            "dynamodb:getItem",
            r#""Parameters": {"TableName": {"Ref": "Table"}, "Key": {}},"#,
            expect![""],
        );
    }
}
