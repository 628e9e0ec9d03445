//! # unreachable-state
//!
//! ## What it does
//! Reports a state that the walk from `StartAt` never comes to, also when other unreachable
//! states point at it, or it points at itself.
//!
//! ## Why it matters
//! It is dead: often a transition was forgotten or points elsewhere. AWS rejects a state that
//! no transition names with `MISSING_TRANSITION_TARGET`, "State … is not reachable".
//!
//! ## Example
//! ```json
//! {
//!   "StartAt": "Charge",
//!   "States": {
//!     "Charge": { "Type": "Pass", "End": true },
//!     "Refund": { "Type": "Pass", "End": true }
//!   }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "StartAt": "Charge",
//!   "States": {
//!     "Charge": { "Type": "Pass", "Next": "Refund" },
//!     "Refund": { "Type": "Pass", "End": true }
//!   }
//! }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Transitions: <https://states-language.net/spec.html#transitions>

use foldhash::HashSet;

use super::{Category, Rule};
use crate::language::{State, Target};
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unreachable-state",
    category: Category::Graph,
    severity: Severity::Error,
    aws_code: Some("MISSING_TRANSITION_TARGET"),
    is_on: true,
    source: include_str!("unreachable_state.rs"),
    check,
};

const HELP: &str = "delete the state, or point a transition at it.";

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for scope in &context.scopes {
        let (Some(reachable), Some(start)) = (&scope.reachable, &scope.flow.start_at) else {
            continue;
        };
        if reachable.iter().all(|is_reachable| *is_reachable) {
            continue;
        }
        let named: HashSet<&str> = scope
            .flow
            .states
            .iter()
            .flat_map(State::targets)
            .map(|t| &*t.name)
            .collect();
        let mut place = None;
        for (at, state) in scope.flow.states.iter().enumerate() {
            // Of two states of one name the first is unreachable too, but that is `duplicate-key`.
            if reachable[at] || scope.flow.index(&state.name) != Some(at) {
                continue;
            }
            let place = place.get_or_insert_with(|| context.tree.node(scope.flow.node).pointer());
            out.push(if named.contains(&*state.name) {
                on_an_island(state, start)
            } else {
                never_named(state, start, place)
            });
        }
    }
}

fn never_named(state: &State, start: &Target, scope: &str) -> Diagnostic {
    let name = &state.name;
    let help = format!(
        "{HELP}\nAWS rejects it: MISSING_TRANSITION_TARGET: State {} is not reachable. at {scope}/States/{name}",
        quoted(name),
    );
    let why = "no `Next`, `Default`, choice rule or `Catch` leads here";
    unreachable(state, start, why).help(help)
}

/// What AWS says of states that only each other lead to is not recorded, so no code is claimed.
fn on_an_island(state: &State, start: &Target) -> Diagnostic {
    let why = "only states that are unreachable themselves lead here";
    let mut finding = unreachable(state, start, why).help(HELP);
    finding.aws_code = None;
    finding
}

fn unreachable(state: &State, start: &Target, why: &'static str) -> Diagnostic {
    RULE.finding(format!("state {} is unreachable", quoted(&state.name)))
        .label(state.name_span, why)
        .label(start.span, "the walk starts here")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_state_that_nothing_leads_to_is_dead() {
        check(
            r#"{"StartAt": "Charge", "States": {
              "Charge": {"Type": "Pass", "End": true},
              "LegacyRefund": {"Type": "Pass", "End": true}}}"#,
            expect![[r#"
                error[unreachable-state] state "LegacyRefund" is unreachable (MISSING_TRANSITION_TARGET)
                  at 3:15 "LegacyRefund" -- no `Next`, `Default`, choice rule or `Catch` leads here
                  at 1:13 "Charge" -- the walk starts here
                  help: delete the state, or point a transition at it.
                  help: AWS rejects it: MISSING_TRANSITION_TARGET: State "LegacyRefund" is not reachable. at /States/LegacyRefund
            "#]],
        );
    }

    #[test]
    fn an_island_is_dead_though_its_states_name_each_other() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Succeed"},
              "B": {"Type": "Pass", "Next": "C"},
              "C": {"Type": "Pass", "Next": "B"}}}"#,
            expect![[r#"
                error[unreachable-state] state "B" is unreachable (-)
                  at 3:15 "B" -- only states that are unreachable themselves lead here
                  at 1:13 "A" -- the walk starts here
                  help: delete the state, or point a transition at it.
                error[unreachable-state] state "C" is unreachable (-)
                  at 4:15 "C" -- only states that are unreachable themselves lead here
                  at 1:13 "A" -- the walk starts here
                  help: delete the state, or point a transition at it.
            "#]],
        );
    }

    #[test]
    fn branches_are_walked_on_their_own() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Parallel", "End": true, "Branches": [
                {"StartAt": "B", "States": {"B": {"Type": "Succeed"}, "C": {"Type": "Succeed"}}}]}}}"#,
            expect![[r#"
                error[unreachable-state] state "C" is unreachable (MISSING_TRANSITION_TARGET)
                  at 3:71 "C" -- no `Next`, `Default`, choice rule or `Catch` leads here
                  at 3:29 "B" -- the walk starts here
                  help: delete the state, or point a transition at it.
                  help: AWS rejects it: MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/A/Branches/0/States/C
            "#]],
        );
    }

    #[test]
    fn what_a_misspelt_transition_means_is_reached() {
        check(
            r#"{"StartAt": "Charg", "States": {
              "Charge": {"Type": "Pass", "Next": "Shipp"}, "Ship": {"Type": "Succeed"}}}"#,
            expect![[r#"
                error[unknown-target] `StartAt` points at a state that does not exist: "Charg" (MISSING_TRANSITION_TARGET)
                  at 1:13 "Charg" -- no state with this name in the same `States`
                  at 2:15 "Charge" -- a state with a similar name is here
                  help: did you mean "Charge"?
                  fix: 1:13 "Charg" -> "Charge"
                error[unknown-target] `Next` points at a state that does not exist: "Shipp" (MISSING_TRANSITION_TARGET)
                  at 2:50 "Shipp" -- no state with this name in the same `States`
                  at 2:60 "Ship" -- a state with a similar name is here
                  help: did you mean "Ship"?
                  fix: 2:50 "Shipp" -> "Ship"
            "#]],
        );
    }

    #[test]
    fn choices_catchers_and_defaults_lead_somewhere() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Default": "B", "Choices": [
                {"Variable": "$.a", "IsNull": true, "Next": "C"}]},
              "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "D"}]},
              "C": {"Type": "Succeed"},
              "D": {"Type": "Fail"}}}"#,
            expect![""],
        );
    }
}
