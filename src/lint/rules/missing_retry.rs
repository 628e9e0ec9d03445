//! # missing-retry
//!
//! ## What it does
//! Reports a Task that no retrier tries again when the service it calls is throttled or has
//! trouble. Off by default.
//!
//! ## Why it matters
//! Such errors pass: without a retrier the first of them ends the execution, or is caught as if
//! the work itself had failed.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Type": "Task",
//!   "Resource": "arn:aws:states:::lambda:invoke",
//!   "Retry": [
//!     {
//!       "ErrorEquals": [
//!         "Lambda.ServiceException", "Lambda.AWSLambdaException",
//!         "Lambda.SdkClientException", "Lambda.TooManyRequestsException"
//!       ],
//!       "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2, "JitterStrategy": "FULL"
//!     }
//!   ],
//!   "End": true
//! }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Best practices, Handling transient Lambda service exceptions:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html>

use super::{Category, Rule};
use crate::language::{Resource, State};
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::lint::tasks::TaskState;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "missing-retry",
    category: Category::Style,
    severity: Severity::Warning,
    aws_code: None,
    is_on: false,
    source: include_str!("missing_retry.rs"),
    check,
};

/// Names that stand for throttling and trouble of a service, or for every error.
const WILDCARDS: [&str; 2] = ["States.ALL", "States.TaskFailed"];
const TRANSIENT: [&str; 5] = ["Throttl", "TooManyRequests", "Service", "Sdk", "Limit"];

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for task in context.tasks() {
        if calls_service(&task) && !retries_transient_errors(task.state) {
            let message = format!(
                "state {} does not try again when its service is throttled",
                quoted(&task.state.name)
            );
            let label = if task.state.retry.is_empty() {
                "this Task has no `Retry`"
            } else {
                "no retrier of this Task is for throttling"
            };
            out.push(
                RULE.finding(message)
                    .label(task.state.name_span, label)
                    .help("add a retrier for the service's throttling errors, or for `States.TaskFailed`"),
            );
        }
    }
}

/// An activity's worker is not throttled.
fn calls_service(task: &TaskState<'_>) -> bool {
    !matches!(task.resource.value, Resource::Activity { .. })
}

fn retries_transient_errors(state: &State) -> bool {
    let names = state.retry.iter().flat_map(|retrier| &retrier.error_equals);
    names
        .map(|name| &*name.value)
        .any(|name| WILDCARDS.contains(&name) || TRANSIENT.iter().any(|word| name.contains(word)))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check_with;

    #[test]
    fn a_task_needs_a_retrier_when_it_is_asked_for() {
        check_with(
            "missing-retry",
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Task", "Resource": "${F}", "Next": "B"},
              "B": {"Type": "Task", "Resource": "${F}", "Retry": [{"ErrorEquals": ["Mine"]}], "Next": "C"},
              "C": {"Type": "Task", "Resource": "${F}", "Retry": [{"ErrorEquals": ["Lambda.TooManyRequestsException"]}], "Next": "D"},
              "D": {"Type": "Task", "Resource": "${F}", "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": true}}}"#,
            expect![[r#"
                warning[missing-retry] state "A" does not try again when its service is throttled (-)
                  at 2:15 "A" -- this Task has no `Retry`
                  help: add a retrier for the service's throttling errors, or for `States.TaskFailed`
                warning[missing-retry] state "B" does not try again when its service is throttled (-)
                  at 3:15 "B" -- no retrier of this Task is for throttling
                  help: add a retrier for the service's throttling errors, or for `States.TaskFailed`
            "#]],
        );
    }
}
