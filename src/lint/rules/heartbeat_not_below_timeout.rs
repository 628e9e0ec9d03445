//! # heartbeat-not-below-timeout
//!
//! ## What it does
//! Reports a Task whose `HeartbeatSeconds` is not smaller than its `TimeoutSeconds`.
//!
//! ## Why it matters
//! The Task times out before a heartbeat can be missed. The specification requires a smaller
//! number, and AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "${Approve}", "TimeoutSeconds": 60, "HeartbeatSeconds": 300, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "${Approve}", "TimeoutSeconds": 300, "HeartbeatSeconds": 60, "End": true }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Timeouts: <https://states-language.net/spec.html#timeouts>

use super::{Category, Rule};
use crate::data::{Json, Number};
use crate::language::Field;
use crate::lint::context::Context;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "heartbeat-not-below-timeout",
    category: Category::Resource,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("heartbeat_not_below_timeout.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for it in context.tasks() {
        let (Some(timeout), Some(heartbeat)) =
            (&it.task.timeout_seconds, &it.task.heartbeat_seconds)
        else {
            continue;
        };
        let (Some(limit), Some(interval)) = (seconds(timeout), seconds(heartbeat)) else {
            continue;
        };
        if interval >= limit {
            let message = format!(
                "`HeartbeatSeconds` must be smaller than `TimeoutSeconds`, but {interval} is not below {limit}"
            );
            out.push(
                RULE.finding(message)
                    .label(heartbeat.span, "no heartbeat can be missed before…")
                    .label(timeout.span, "…the Task times out"),
            );
        }
    }
}

fn seconds(field: &Field<Json>) -> Option<i64> {
    match &field.value {
        Json::Number(number) => Number::as_i64(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_task(fields: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "${{F}}", {fields}, "End": true}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn a_heartbeat_comes_before_the_timeout() {
        check_task(
            r#""TimeoutSeconds": 5, "HeartbeatSeconds": 10"#,
            expect![[r#"
                error[heartbeat-not-below-timeout] `HeartbeatSeconds` must be smaller than `TimeoutSeconds`, but 10 is not below 5 (SCHEMA_VALIDATION_FAILED)
                  at 1:112 10 -- no heartbeat can be missed before…
                  at 1:89 5 -- …the Task times out
            "#]],
        );
        check_task(
            r#""TimeoutSeconds": 5, "HeartbeatSeconds": 5"#,
            expect![[r#"
                error[heartbeat-not-below-timeout] `HeartbeatSeconds` must be smaller than `TimeoutSeconds`, but 5 is not below 5 (SCHEMA_VALIDATION_FAILED)
                  at 1:112 5 -- no heartbeat can be missed before…
                  at 1:89 5 -- …the Task times out
            "#]],
        );
    }

    #[test]
    fn smaller_and_unknown_heartbeats_are_left_alone() {
        check_task(r#""TimeoutSeconds": 5, "HeartbeatSeconds": 4"#, expect![""]);
        check_task(r#""HeartbeatSeconds": 4"#, expect![""]);
        check_task(
            r#""TimeoutSeconds": 5, "HeartbeatSeconds": "${Beat}""#,
            expect![""],
        );
    }
}
