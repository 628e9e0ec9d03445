//! # missing-task-token
//!
//! ## What it does
//! Reports a Task that waits for its token (`.waitForTaskToken`), but gives the token to nobody:
//! neither `$$.Task.Token` nor `$states.context.Task.Token` stands in its arguments.
//!
//! ## Why it matters
//! Nobody can answer for the Task, so it waits until its timeout, or a year.
//!
//! ## Example
//! ```json
//! {
//!   "Type": "Task",
//!   "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
//!   "Parameters": { "QueueUrl": "https://example.com/q", "MessageBody": "approve?" },
//!   "HeartbeatSeconds": 600,
//!   "End": true
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Type": "Task",
//!   "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
//!   "Parameters": {
//!     "QueueUrl": "https://example.com/q",
//!     "MessageBody": { "Question": "approve?", "Token.$": "$$.Task.Token" }
//!   },
//!   "HeartbeatSeconds": 600,
//!   "End": true
//! }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Wait for a callback with task token:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::{is_filled_in_later, quoted};
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Kind, Node, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "missing-task-token",
    category: Category::Resource,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("missing_task_token.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (task, integration) in context.calls() {
        if !integration.waits_for_token() {
            continue;
        }
        let arguments = context.arguments(task.state);
        if arguments.as_ref().is_some_and(|it| may_hold_token(it.node)) {
            continue;
        }
        let message = format!(
            "state {} waits for its task token, but gives it to nobody",
            quoted(&task.state.name)
        );
        let (field, token) = match task.state.language {
            QueryLanguage::JsonPath => ("Parameters", r#""TaskToken.$": "$$.Task.Token""#),
            QueryLanguage::Jsonata => (
                "Arguments",
                r#""TaskToken": "{% $states.context.Task.Token %}""#,
            ),
        };
        let waits = context.place(task.resource.span, integration.pattern);
        let mut finding = RULE.finding(message).label(waits, "the Task waits for it");
        if let Some(arguments) = arguments {
            finding = finding.label(arguments.key, "the token is not in here");
        }
        out.push(finding.help(format!("pass it on in `{field}`, as {token}")));
    }
}

/// Whether the token, or something that may contain it, stands in a value.
fn may_hold_token(node: Node<'_>) -> bool {
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        match node.kind() {
            Kind::String(text) if names_token(text) => return true,
            _ if is_filled_in_later(node) => return true,
            Kind::Array(_) => pending.extend(node.items()),
            Kind::Object(entries) => {
                pending.extend(entries.iter().map(|e| node.tree().node(e.value)));
            }
            _ => {}
        }
    }
    false
}

/// The token itself, or the whole context: anything but another member of it.
fn names_token(text: &str) -> bool {
    let is_token = |rest: &str| {
        let rest = rest.trim_start();
        rest.starts_with(".Task") || !rest.starts_with('.') || rest.starts_with("..")
    };
    let after = |mark: &str| {
        let found = text.match_indices(mark);
        found
            .map(|(at, _)| &text[at + mark.len()..])
            .collect::<Vec<_>>()
    };
    after("$$").into_iter().any(is_token)
        || after("$states").into_iter().any(|rest| {
            let rest = rest.trim_start();
            match rest.strip_prefix(".context") {
                Some(rest) => is_token(rest),
                None => !rest.starts_with('.'),
            }
        })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_body(body: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "TimeoutSeconds": 9, "End": true,
              "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
              "Parameters": {{"QueueUrl": "u", "MessageBody": {body}}}}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn somebody_must_get_the_token() {
        check_body(
            r#""approve?""#,
            expect![[r#"
            warning[missing-task-token] state "A" waits for its task token, but gives it to nobody (-)
              at 2:60 .waitForTaskToken -- the Task waits for it
              at 3:15 "Parameters" -- the token is not in here
              help: pass it on in `Parameters`, as "TaskToken.$": "$$.Task.Token"
        "#]],
        );
        check_body(
            r#"{"id.$": "$$.Execution.Id"}"#,
            expect![[r#"
            warning[missing-task-token] state "A" waits for its task token, but gives it to nobody (-)
              at 2:60 .waitForTaskToken -- the Task waits for it
              at 3:15 "Parameters" -- the token is not in here
              help: pass it on in `Parameters`, as "TaskToken.$": "$$.Task.Token"
        "#]],
        );
        check(
            r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Task", "TimeoutSeconds": 9, "End": true,
              "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}}}"#,
            expect![[r#"
                warning[missing-task-token] state "A" waits for its task token, but gives it to nobody (-)
                  at 2:58 .waitForTaskToken -- the Task waits for it
                  help: pass it on in `Arguments`, as "TaskToken": "{% $states.context.Task.Token %}"
            "#]],
        );
    }

    #[test]
    fn the_token_may_stand_anywhere() {
        check_body(r#"[{"a": {"Token.$": "$$.Task.Token"}}]"#, expect![""]);
        check_body(r#"{"context.$": "$$"}"#, expect![""]);
        check_body(
            r#"{"t.$": "States.Format('{}', $$.Task.Token)"}"#,
            expect![""],
        );
        check_body(r#"{"t": "${Body}"}"#, expect![""]);
        check(
            r#"{"StartAt": "A", "QueryLanguage": "JSONata", "States": {"A": {"Type": "Task", "TimeoutSeconds": 9, "End": true,
              "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
              "Arguments": "{% {'FunctionName': 'f', 'Payload': $states.context.Task.Token} %}"}}}"#,
            expect![""],
        );
    }
}
