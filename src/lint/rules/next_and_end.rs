//! # next-and-end
//!
//! ## What it does
//! Reports a state that has `Next` and says `"End": true` as well.
//!
//! ## Why it matters
//! A state goes on or it ends. AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Next": "Ship", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Next": "Ship" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Transitions: <https://states-language.net/spec.html#transitions>

use super::{Category, Rule};
use crate::language::StateKind;
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "next-and-end",
    category: Category::Graph,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("next_and_end.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for state in context.scopes.iter().flat_map(|scope| &scope.flow.states) {
        let transition = &state.transition;
        let has_transition = state.kind().is_some_and(StateKind::has_transition);
        let (Some(next), Some(end)) = (&transition.next, &transition.end) else {
            continue;
        };
        if has_transition && end.value {
            let message = format!("state {} has both `Next` and `End`", quoted(&state.name));
            out.push(
                RULE.finding(message)
                    .label(end.key, "it ends here…")
                    .label(next.key, "…and goes on here")
                    .help("keep one of the two"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_state_cannot_go_on_and_end() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Next": "B", "End": true}, "B": {"Type": "Succeed"}}}"#,
            expect![[r#"
                error[next-and-end] state "A" has both `Next` and `End` (SCHEMA_VALIDATION_FAILED)
                  at 2:50 "End" -- it ends here…
                  at 2:37 "Next" -- …and goes on here
                  help: keep one of the two
            "#]],
        );
    }

    #[test]
    fn end_false_beside_next_says_nothing() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Next": "B", "End": false}, "B": {"Type": "Succeed"}}}"#,
            expect![""],
        );
    }
}
