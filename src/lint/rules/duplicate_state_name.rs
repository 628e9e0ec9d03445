//! # duplicate-state-name
//!
//! ## What it does
//! Reports a name that states of different scopes share, for example a state of the machine and
//! a state of a Parallel's branch. Two states of one name in the same `States` are the rule
//! `duplicate-key`'s business.
//!
//! ## Why it matters
//! Names must be unique in the whole machine, because histories, logs and metrics tell states
//! by their names alone. AWS rejects the definition with `DUPLICATE_STATE_NAME`.
//!
//! ## Example
//! ```json
//! {
//!   "StartAt": "Ship",
//!   "States": {
//!     "Ship": {
//!       "Type": "Parallel",
//!       "Branches": [{ "StartAt": "Ship", "States": { "Ship": { "Type": "Succeed" } } }],
//!       "End": true
//!     }
//!   }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "StartAt": "Ship",
//!   "States": {
//!     "Ship": {
//!       "Type": "Parallel",
//!       "Branches": [{ "StartAt": "Pack", "States": { "Pack": { "Type": "Succeed" } } }],
//!       "End": true
//!     }
//!   }
//! }
//! ```
//!
//! ## Reference
//! - The Amazon States Language, Top-level fields:
//!   <https://states-language.net/spec.html#toplevelfields>
//! - The API's list of codes, at `ValidateStateMachineDefinition`:
//!   <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "duplicate-state-name",
    category: Category::Graph,
    severity: Severity::Error,
    aws_code: Some("DUPLICATE_STATE_NAME"),
    is_on: true,
    source: include_str!("duplicate_state_name.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (at, scope) in context.scopes.iter().enumerate() {
        for state in &scope.flow.states {
            // In the same scope the second state is a duplicate key; here it has an earlier one.
            let first = context.names.get(&*state.name);
            let Some(first) = first.filter(|first| first.scope != at) else {
                continue;
            };
            let message = format!("state name {} is used twice", quoted(&state.name));
            out.push(
                RULE.finding(message)
                    .label(state.name_span, "used again here")
                    .label(first.state.name_span, "first used here")
                    .help("rename one of them: names are unique in the whole machine, branches and processors included"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_state_of_a_branch_may_not_have_the_name_of_an_outer_one() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]}}}"#,
            expect![[r#"
                error[duplicate-state-name] state name "A" is used twice (DUPLICATE_STATE_NAME)
                  at 3:45 "A" -- used again here
                  at 2:15 "A" -- first used here
                  help: rename one of them: names are unique in the whole machine, branches and processors included
            "#]],
        );
    }

    #[test]
    fn branches_may_not_share_a_name() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}},
                {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}]}}}"#,
            expect![[r#"
                error[duplicate-state-name] state name "B" is used twice (DUPLICATE_STATE_NAME)
                  at 4:45 "B" -- used again here
                  at 3:45 "B" -- first used here
                  help: rename one of them: names are unique in the whole machine, branches and processors included
            "#]],
        );
    }

    #[test]
    fn names_that_differ_in_case_are_different() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "a", "States": {"a": {"Type": "Succeed"}}}]}}}"#,
            expect![""],
        );
    }
}
