//! # no-terminal-state
//!
//! ## What it does
//! Reports a machine, a branch or a processor in which no state ends: there is no `"End":
//! true`, no Succeed and no Fail.
//!
//! ## Why it matters
//! Once started it can never finish, and runs until an error, a timeout or a quota stops it.
//! AWS rejects such a machine with `MISSING_END_STATE`, "Workflow has no terminal state".
//!
//! ## Example
//! ```json
//! {
//!   "StartAt": "Poll",
//!   "States": {
//!     "Poll": { "Type": "Wait", "Seconds": 10, "Next": "Poll" }
//!   }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "StartAt": "Poll",
//!   "States": {
//!     "Poll": { "Type": "Wait", "Seconds": 10, "End": true }
//!   }
//! }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Transitions: <https://states-language.net/spec.html#transitions>

use super::{Category, Rule};
use crate::language::{State, StateKind};
use crate::lint::context::{Context, Instead, Lost, Scope};
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "no-terminal-state",
    category: Category::Graph,
    severity: Severity::Error,
    aws_code: Some("MISSING_END_STATE"),
    is_on: true,
    source: include_str!("no_terminal_state.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for scope in &context.scopes {
        let (Some(key), false) = (scope.flow.states_key, may_end(scope)) else {
            continue;
        };
        let what = if scope.is_outermost {
            "the state machine"
        } else {
            "this scope"
        };
        let mut finding = RULE
            .finding(format!("{what} has no terminal state"))
            .label(key, "none of these states ends")
            .help("add `\"End\": true` to the last state, or a Succeed or Fail state");
        if !scope.is_outermost {
            // AWS looks at the outermost scope only; an inner one is accepted and never ends.
            finding.aws_code = None;
        }
        out.push(finding);
    }
}

/// A state whose way on is missing, or leads to no state, may be the end that is looked for.
fn may_end(scope: &Scope<'_>) -> bool {
    let may = |state: &State| match state.kind() {
        None => true,
        Some(StateKind::Choice) => false,
        Some(_) => state.is_terminal() || state.transition.next.is_none(),
    };
    let is_astray = |lost: &Lost<'_>| !matches!(lost.instead, Instead::Similar(_));
    let states = &scope.flow.states;
    states.is_empty() || states.iter().any(may) || scope.lost.iter().any(is_astray)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_circle_never_ends() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Next": "B"},
              "B": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "A"}]}}}"#,
            expect![[r#"
                error[no-terminal-state] the state machine has no terminal state (MISSING_END_STATE)
                  at 1:18 "States" -- none of these states ends
                  help: add `"End": true` to the last state, or a Succeed or Fail state
                warning[choice-without-default] Choice "B" has no `Default`: the execution fails when no rule matches (-)
                  at 3:29 "Choice" -- 1 rule, and no way out when none holds
                  help: add `"Default": "<state>"`. A Choice can have no Catch, so this error ends the execution.
            "#]],
        );
    }

    #[test]
    fn a_branch_must_end_too() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "B"}}}]}}}"#,
            expect![[r#"
                error[no-terminal-state] this scope has no terminal state (-)
                  at 3:34 "States" -- none of these states ends
                  help: add `"End": true` to the last state, or a Succeed or Fail state
            "#]],
        );
    }

    #[test]
    fn a_missing_transition_is_reported_alone() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}"#,
            expect![[r#"
                error[missing-transition] state "A" has neither `Next` nor `End` (SCHEMA_VALIDATION_FAILED)
                  at 1:29 "A" -- this Pass ends nowhere
                  help: every Pass needs exactly one of `"Next": "<state>"` or `"End": true`.
            "#]],
        );
    }

    #[test]
    fn a_fail_state_is_an_end() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Fail"}}}"#,
            expect![""],
        );
    }
}
