//! # shadowed-error-name
//!
//! ## What it does
//! Reports an error name in a retrier or catcher that an earlier one of the same list takes: the
//! same name, or `States.TaskFailed`, which stands for all errors of tasks but timeouts.
//!
//! ## Why it matters
//! The first entry that matches decides. When a retrier has used up its attempts, no other
//! retrier is asked, but the catchers. So the later entry is dead for this error.
//!
//! ## Example
//! ```json
//! [
//!   { "ErrorEquals": ["States.TaskFailed"], "Next": "Failed" },
//!   { "ErrorEquals": ["OutOfStock"], "Next": "Reorder" }
//! ]
//! ```
//!
//! ## Use instead
//! ```json
//! [
//!   { "ErrorEquals": ["OutOfStock"], "Next": "Reorder" },
//!   { "ErrorEquals": ["States.TaskFailed"], "Next": "Failed" }
//! ]
//! ```
//!
//! ## Reference
//! The Amazon States Language, Errors: <https://states-language.net/spec.html#errors>

use foldhash::{HashMap, HashMapExt};

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::handlers::{Handlers, TASK_FAILED};
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "shadowed-error-name",
    category: Category::Errors,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("shadowed_error_name.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for list in &context.handlers {
        check_list(list, out);
    }
}

fn check_list(list: &Handlers<'_>, out: &mut Vec<Diagnostic>) {
    let noun = list.noun;
    let mut taken: HashMap<&str, Span> = HashMap::new();
    for entry in &list.entries {
        // That nothing is reached after `States.ALL` is for another rule to say.
        if entry.all().is_some() {
            return;
        }
        let earlier = |name: &str| {
            let by_all = taken.get(TASK_FAILED).filter(|_| is_of_a_task(name));
            taken.get(name).or(by_all).copied()
        };
        let shadowed: Vec<(&str, Span, Span)> = entry
            .names
            .iter()
            .filter_map(|name| Some((&*name.value, name.span, earlier(&name.value)?)))
            .collect();
        let is_dead = shadowed.len() == entry.names.len();
        for (name, span, by) in &shadowed {
            let message = if is_dead {
                format!("this {noun} is never used: {} is taken", quoted(name))
            } else {
                format!("this {noun} never gets {}", quoted(name))
            };
            out.push(
                RULE.finding(message)
                    .label(*span, "is taken…")
                    .label(*by, format!("…by this earlier {noun}")),
            );
        }
        for name in entry.names {
            taken.entry(&name.value).or_insert(name.span);
        }
    }
}

/// Whether `States.TaskFailed` surely stands for an error of this name.
fn is_of_a_task(name: &str) -> bool {
    !name.starts_with("States.") && !name.contains("${")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_retry(retry: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "${{F}}", "End": true, "Retry": {retry}}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn the_first_entry_takes_the_error() {
        check_retry(
            r#"[{"ErrorEquals": ["X"]}, {"ErrorEquals": ["X"]}]"#,
            expect![[r#"
                warning[shadowed-error-name] this retrier is never used: "X" is taken (-)
                  at 1:135 "X" -- is taken…
                  at 1:111 "X" -- …by this earlier retrier
            "#]],
        );
        check_retry(
            r#"[{"ErrorEquals": ["X"]}, {"ErrorEquals": ["Y", "X"]}]"#,
            expect![[r#"
                warning[shadowed-error-name] this retrier never gets "X" (-)
                  at 1:140 "X" -- is taken…
                  at 1:111 "X" -- …by this earlier retrier
            "#]],
        );
        check_retry(
            r#"[{"ErrorEquals": ["States.TaskFailed"]}, {"ErrorEquals": ["X"]}]"#,
            expect![[r#"
                warning[shadowed-error-name] this retrier is never used: "X" is taken (-)
                  at 1:151 "X" -- is taken…
                  at 1:111 "States.TaskFailed" -- …by this earlier retrier
            "#]],
        );
    }

    #[test]
    fn each_list_and_each_name_is_for_itself() {
        check_retry(
            r#"[{"ErrorEquals": ["States.TaskFailed"]}, {"ErrorEquals": ["States.Timeout"]}, {"ErrorEquals": ["States.ALL"]}]"#,
            expect![""],
        );
        check_retry(
            r#"[{"ErrorEquals": ["X", "X"]}, {"ErrorEquals": ["States.TaskFailed"]}]"#,
            expect![""],
        );
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": true,
              "Retry": [{"ErrorEquals": ["X"]}], "Catch": [{"ErrorEquals": ["X"], "Next": "B"}]},
              "B": {"Type": "Fail"}}}"#,
            expect![""],
        );
    }
}
