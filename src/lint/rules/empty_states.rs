//! # empty-states
//!
//! ## What it does
//! Reports a `States` object without a single state.
//!
//! ## Why it matters
//! A machine, a branch or a processor needs at least one state, and `StartAt` must name it. AWS
//! rejects the definition with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! { "StartAt": "Ship", "States": {} }
//! ```
//!
//! ## Use instead
//! ```json
//! { "StartAt": "Ship", "States": { "Ship": { "Type": "Succeed" } } }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Top-level fields:
//! <https://states-language.net/spec.html#toplevelfields>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "empty-states",
    category: Category::Graph,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("empty_states.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for scope in &context.scopes {
        if let (Some(key), []) = (scope.flow.states_key, &*scope.flow.states) {
            out.push(
                RULE.finding("`States` has no states")
                    .label(key, "at least one state belongs here")
                    .help("add the state that `StartAt` names"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_scope_needs_a_state() {
        check(
            r#"{"StartAt": "A", "States": {}}"#,
            expect![[r#"
            error[empty-states] `States` has no states (SCHEMA_VALIDATION_FAILED)
              at 1:18 "States" -- at least one state belongs here
              help: add the state that `StartAt` names
        "#]],
        );
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "B", "States": {}}}}}"#,
            expect![[r#"
                error[empty-states] `States` has no states (SCHEMA_VALIDATION_FAILED)
                  at 2:83 "States" -- at least one state belongs here
                  help: add the state that `StartAt` names
            "#]],
        );
    }

    #[test]
    fn one_state_is_enough() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
            expect![""],
        );
    }
}
