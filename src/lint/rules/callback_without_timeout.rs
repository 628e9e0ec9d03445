//! # callback-without-timeout
//!
//! ## What it does
//! Reports a Task that waits for somebody's answer, by a task token or as an activity, and has
//! neither a timeout nor a heartbeat.
//!
//! ## Why it matters
//! When the answer never comes, the Task waits for a year.
//!
//! ## Example
//! ```json
//! {
//!   "Type": "Task",
//!   "Resource": "arn:aws:states:us-east-1:123456789012:activity:approve",
//!   "End": true
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Type": "Task",
//!   "Resource": "arn:aws:states:us-east-1:123456789012:activity:approve",
//!   "TimeoutSeconds": 86400,
//!   "HeartbeatSeconds": 600,
//!   "End": true
//! }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Wait for a callback with task token:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>

use super::{Category, Rule, missing_timeout};
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "callback-without-timeout",
    category: Category::Resource,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("callback_without_timeout.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for task in context.tasks() {
        if missing_timeout::is_callback(&task) && !missing_timeout::is_bounded(context, &task) {
            let message = format!(
                "state {} may wait for its answer for a year",
                quoted(&task.state.name)
            );
            out.push(
                RULE.finding(message)
                    .label(task.resource.span, "somebody has to answer for this Task")
                    .help("add `TimeoutSeconds`, or `HeartbeatSeconds` when the worker sends heartbeats"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_task(fields: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", {fields}, "End": true}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn an_answer_may_never_come() {
        check_task(
            r#""Resource": "arn:aws:states:us-east-1:123456789012:activity:a""#,
            expect![[r#"
                warning[callback-without-timeout] state "A" may wait for its answer for a year (-)
                  at 1:63 "arn:aws:states:us-east-1:123456789012:activity:a" -- somebody has to answer for this Task
                  help: add `TimeoutSeconds`, or `HeartbeatSeconds` when the worker sends heartbeats
            "#]],
        );
        check_task(
            r#""Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "u", "MessageBody.$": "$$.Task.Token"}"#,
            expect![[r#"
                warning[callback-without-timeout] state "A" may wait for its answer for a year (-)
                  at 1:63 "arn:aws:states:::sqs:sendMessage.waitForTaskToken" -- somebody has to answer for this Task
                  help: add `TimeoutSeconds`, or `HeartbeatSeconds` when the worker sends heartbeats
            "#]],
        );
    }

    #[test]
    fn a_timeout_or_a_heartbeat_bounds_the_wait() {
        check_task(
            r#""Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "HeartbeatSeconds": 5"#,
            expect![""],
        );
        check_task(
            r#""Resource": "arn:aws:states:us-east-1:123456789012:activity:a", "TimeoutSecondsPath": "$.t""#,
            expect![""],
        );
        check_task(
            r#""Resource": "arn:aws:lambda:us-east-1:123456789012:function:f""#,
            expect![""],
        );
    }
}
