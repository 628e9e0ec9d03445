//! # never-matching-error
//!
//! ## What it does
//! Reports a reserved name in `ErrorEquals` that no error matches.
//!
//! ## Why it matters
//! `States.Runtime` is neither retried nor caught, not even by its name. Some other names are
//! reserved, but no error has them: AWS reports such failures as `States.Runtime` as well.
//!
//! ## Example
//! ```json
//! { "ErrorEquals": ["States.NoChoiceMatched"], "Next": "Otherwise" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Choice", "Choices": [], "Default": "Otherwise" }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Error names:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-error-representation>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "never-matching-error",
    category: Category::Errors,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("never_matching_error.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for list in &context.handlers {
        for name in list.entries.iter().flat_map(|entry| entry.names) {
            if let Some(reason) = reason(&name.value) {
                let message = format!("this {} never matches {}", list.noun, quoted(&name.value));
                out.push(RULE.finding(message).label(name.span, reason));
            }
        }
    }
}

/// Why no error matches a reserved name, when that is so (05-retry-catch §5.4 and §5.5).
pub(super) fn reason(name: &str) -> Option<&'static str> {
    match name {
        "States.Runtime" => Some("errors of this name are neither retried nor caught"),
        "States.IntrinsicFailure"
        | "States.NoChoiceMatched"
        | "States.ParameterPathFailure"
        | "States.ResultPathMatchFailure" => {
            Some("no error has this name: AWS reports `States.Runtime`, which cannot be caught")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn some_reserved_names_match_nothing() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": true,
              "Retry": [{"ErrorEquals": ["States.Runtime", "States.ParameterPathFailure"]}]}}}"#,
            expect![[r#"
                warning[never-matching-error] this retrier never matches "States.Runtime" (-)
                  at 2:42 "States.Runtime" -- errors of this name are neither retried nor caught
                warning[never-matching-error] this retrier never matches "States.ParameterPathFailure" (-)
                  at 2:60 "States.ParameterPathFailure" -- no error has this name: AWS reports `States.Runtime`, which cannot be caught
            "#]],
        );
    }

    #[test]
    fn other_names_are_left_alone() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": true,
              "Retry": [{"ErrorEquals": ["States.DataLimitExceeded", "States.Permissions"]}]}}}"#,
            expect![""],
        );
    }
}
