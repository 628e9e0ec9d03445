//! # transition-leaves-scope
//!
//! ## What it does
//! Reports a transition to a state that exists, but in another `States` object: out of a
//! Parallel's branch or a Map's processor, into one, or from one to another.
//!
//! ## Why it matters
//! A scope is entered at its `StartAt` and left by its end, so a transition can only lead to
//! states of the same `States`. AWS rejects the definition with `MISSING_TRANSITION_TARGET`.
//!
//! ## Example
//! ```json
//! {
//!   "StartAt": "Both",
//!   "States": {
//!     "Both": {
//!       "Type": "Parallel",
//!       "Branches": [
//!         { "StartAt": "Pack", "States": { "Pack": { "Type": "Pass", "Next": "Ship" } } }
//!       ],
//!       "Next": "Ship"
//!     },
//!     "Ship": { "Type": "Succeed" }
//!   }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "StartAt": "Both",
//!   "States": {
//!     "Both": {
//!       "Type": "Parallel",
//!       "Branches": [
//!         { "StartAt": "Pack", "States": { "Pack": { "Type": "Pass", "End": true } } }
//!       ],
//!       "Next": "Ship"
//!     },
//!     "Ship": { "Type": "Succeed" }
//!   }
//! }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Transitions: <https://states-language.net/spec.html#transitions>

use super::{Category, Rule};
use crate::language::Target;
use crate::lint::context::{Context, Instead};
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "transition-leaves-scope",
    category: Category::Graph,
    severity: Severity::Error,
    aws_code: Some("MISSING_TRANSITION_TARGET"),
    is_on: true,
    source: include_str!("transition_leaves_scope.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for lost in context.scopes.iter().flat_map(|scope| &scope.lost) {
        let Instead::Elsewhere(state) = lost.instead else {
            continue;
        };
        let Target { field, name, .. } = lost.target;
        let message = format!(
            "`{field}` points at a state of another scope: {}",
            quoted(name)
        );
        out.push(
            RULE.finding(message)
                .label(lost.target.span, "a transition cannot leave its `States`")
                .label(state.name_span, "the state is in another `States`")
                .help("end this scope with `\"End\": true` and go on from the state around it, or move the state into this `States`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_branch_cannot_go_on_outside() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Parallel", "Next": "C", "Branches": [
                {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "C"}}}]},
              "C": {"Type": "Succeed"}}}"#,
            expect![[r#"
                error[transition-leaves-scope] `Next` points at a state of another scope: "C" (MISSING_TRANSITION_TARGET)
                  at 3:75 "C" -- a transition cannot leave its `States`
                  at 4:15 "C" -- the state is in another `States`
                  help: end this scope with `"End": true` and go on from the state around it, or move the state into this `States`
            "#]],
        );
    }

    #[test]
    fn a_state_inside_cannot_be_gone_to() {
        check(
            r#"{"StartAt": "B", "States": {
              "A": {"Type": "Map", "End": true, "ItemProcessor": {
                "StartAt": "B", "States": {"B": {"Type": "Succeed"}}}}}}"#,
            expect![[r#"
                error[transition-leaves-scope] `StartAt` points at a state of another scope: "B" (MISSING_TRANSITION_TARGET)
                  at 1:13 "B" -- a transition cannot leave its `States`
                  at 3:44 "B" -- the state is in another `States`
                  help: end this scope with `"End": true` and go on from the state around it, or move the state into this `States`
            "#]],
        );
    }

    #[test]
    fn transitions_inside_a_scope_are_fine() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "B", "States": {
                  "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Succeed"}}}]}}}"#,
            expect![""],
        );
    }
}
