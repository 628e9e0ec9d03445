//! # missing-transition
//!
//! ## What it does
//! Reports a Task, Pass, Wait, Parallel or Map state that says neither what comes next nor that
//! it is the end. `"End": false` says nothing.
//!
//! ## Why it matters
//! The order of states in the text means nothing: without `Next` there is no next state. AWS
//! rejects the definition with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Transitions: <https://states-language.net/spec.html#transitions>

use super::{Category, Rule};
use crate::lint::context::{Context, ends_nowhere};
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "missing-transition",
    category: Category::Graph,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("missing_transition.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for scope in &context.scopes {
        let states = &scope.flow.states;
        for (at, state) in states.iter().enumerate() {
            let Some(kind) = state.kind().filter(|_| ends_nowhere(context.tree, state)) else {
                continue;
            };
            let mut help = format!(
                "every {kind} needs exactly one of `\"Next\": \"<state>\"` or `\"End\": true`."
            );
            if let Some(below) = states.get(at + 1) {
                let below = quoted(&below.name);
                let more = format!(
                    "\nThe state below it is {below}: add `\"Next\": {below}`, or `\"End\": true` to stop here."
                );
                help.push_str(&more);
            }
            let message = format!("state {} has neither `Next` nor `End`", quoted(&state.name));
            let mut finding = RULE
                .finding(message)
                .label(state.name_span, format!("this {kind} ends nowhere"))
                .help(help);
            if let Some(end) = &state.transition.end {
                finding = finding.label(end.span, "`false` says as much as no `End` at all");
            }
            out.push(finding);
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates a test"
)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_state_without_next_and_end_goes_nowhere() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass"},
              "B": {"Type": "Succeed"}}}"#,
            expect![[r#"
                error[missing-transition] state "A" has neither `Next` nor `End` (SCHEMA_VALIDATION_FAILED)
                  at 2:15 "A" -- this Pass ends nowhere
                  help: every Pass needs exactly one of `"Next": "<state>"` or `"End": true`.
                  help: The state below it is "B": add `"Next": "B"`, or `"End": true` to stop here.
            "#]],
        );
    }

    #[test]
    fn end_false_is_no_end() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": false}}}"#,
            expect![[r#"
                error[missing-transition] state "A" has neither `Next` nor `End` (SCHEMA_VALIDATION_FAILED)
                  at 1:29 "A" -- this Pass ends nowhere
                  at 1:58 false -- `false` says as much as no `End` at all
                  help: every Pass needs exactly one of `"Next": "<state>"` or `"End": true`.
            "#]],
        );
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": false, "Next": "B"}, "B": {"Type": "Succeed"}}}"#,
            expect![""],
        );
    }

    #[test]
    fn choice_succeed_and_fail_need_none() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "B"}], "Default": "C"},
              "B": {"Type": "Succeed"},
              "C": {"Type": "Fail"}}}"#,
            expect![""],
        );
    }

    #[test]
    fn a_misspelt_transition_is_not_missing() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "next": "C"},
              "B": {"Type": "Succeed"}, "C": {"Type": "Pass", "Ends": true}}}"#,
            expect![[r#"
                error[unknown-field] field `next` is not supported in a Pass state (SCHEMA_VALIDATION_FAILED)
                  at 2:37 "next" -- not a field of a Pass state
                  help: did you mean `Next`?
                  fix: 2:37 "next" -> "Next"
                error[unknown-field] field `Ends` is not supported in a Pass state (SCHEMA_VALIDATION_FAILED)
                  at 3:63 "Ends" -- not a field of a Pass state
                  help: did you mean `End`?
                  fix: 3:63 "Ends" -> "End"
            "#]],
        );
    }

    #[test]
    fn a_transition_of_the_wrong_type_is_not_missing() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": 1}}}"#,
            expect![[r#"
                error[wrong-type] `Next` must be a string, but is a number (SCHEMA_VALIDATION_FAILED)
                  at 1:59 1 -- expected a string
            "#]],
        );
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": "true"}}}"#,
            expect![[r#"
                error[wrong-type] `End` must be a boolean, but is a string (SCHEMA_VALIDATION_FAILED)
                  at 1:58 "true" -- expected a boolean
            "#]],
        );
    }
}
