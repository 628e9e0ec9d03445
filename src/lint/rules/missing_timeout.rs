//! # missing-timeout
//!
//! ## What it does
//! Reports a Task without `TimeoutSeconds`. Off by default. Tasks that wait for somebody's
//! answer are the matter of `callback-without-timeout`.
//!
//! ## Why it matters
//! Without it a Task may run for 99999999 seconds: more than three years, were an execution not
//! stopped after one.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "${ChargeFunction}", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "${ChargeFunction}", "TimeoutSeconds": 30, "End": true }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Best practices, Using timeouts to avoid stuck executions:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html>

use super::{Category, Rule};
use crate::language::Resource;
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::lint::tasks::{Integration, TOKEN_PATTERN, TaskState};
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "missing-timeout",
    category: Category::Style,
    severity: Severity::Warning,
    aws_code: None,
    is_on: false,
    source: include_str!("missing_timeout.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for task in context.tasks() {
        if !is_callback(&task) && !is_bounded(context, &task) {
            let message = format!("state {} has no timeout", quoted(&task.state.name));
            out.push(
                RULE.finding(message)
                    .label(task.state.name_span, "this Task may run very long")
                    .help("add `TimeoutSeconds`"),
            );
        }
    }
}

/// Whether a Task waits for an answer that somebody has to send. Where it cannot wait at all,
/// another rule says so.
pub(super) fn is_callback(task: &TaskState<'_>) -> bool {
    let resource = &task.resource.value;
    matches!(resource, Resource::Activity { .. })
        || (resource.text().ends_with(TOKEN_PATTERN)
            && Integration::of(resource.text()).is_some_and(|it| it.waits_for_token()))
}

/// Whether the time that a Task may take is bounded, by whatever field.
pub(super) fn is_bounded(context: &Context<'_>, task: &TaskState<'_>) -> bool {
    let node = context.tree.node(task.state.node);
    let fields = [
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "HeartbeatSeconds",
        "HeartbeatSecondsPath",
    ];
    fields.iter().any(|field| node.entry(field).is_some())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check_with;

    #[test]
    fn a_task_needs_a_timeout_when_it_is_asked_for() {
        check_with(
            "missing-timeout",
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Task", "Resource": "${F}", "Next": "B"},
              "B": {"Type": "Task", "Resource": "${F}", "TimeoutSeconds": 3, "End": true}}}"#,
            expect![[r#"
                warning[missing-timeout] state "A" has no timeout (-)
                  at 2:15 "A" -- this Task may run very long
                  help: add `TimeoutSeconds`
            "#]],
        );
    }
}
