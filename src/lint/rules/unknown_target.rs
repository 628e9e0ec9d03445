//! # unknown-target
//!
//! ## What it does
//! Reports a `StartAt`, `Next` or `Default` that names a state which does not exist, in choice
//! rules and catchers too. Names are case-sensitive, and blanks count. When a state of the same
//! `States` has a similar name, `asl validate --fix` writes that one.
//!
//! ## Why it matters
//! AWS rejects the definition with `MISSING_TRANSITION_TARGET`. A name that holds a placeholder
//! such as `${Next}` is left alone: only a deployment knows it.
//!
//! ## Example
//! ```json
//! {
//!   "StartAt": "Charge",
//!   "States": {
//!     "Charge": { "Type": "Pass", "Next": "Shp" },
//!     "Ship": { "Type": "Succeed" }
//!   }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "StartAt": "Charge",
//!   "States": {
//!     "Charge": { "Type": "Pass", "Next": "Ship" },
//!     "Ship": { "Type": "Succeed" }
//!   }
//! }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Transitions: <https://states-language.net/spec.html#transitions>

use super::{Category, Rule};
use crate::language::{Flow, State, Target};
use crate::lint::context::{Context, Instead};
use crate::lint::{json_string, quoted};
use crate::syntax::{Diagnostic, Edit, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unknown-target",
    category: Category::Graph,
    severity: Severity::Error,
    aws_code: Some("MISSING_TRANSITION_TARGET"),
    is_on: true,
    source: include_str!("unknown_target.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for scope in &context.scopes {
        for lost in &scope.lost {
            let finding = match lost.instead {
                Instead::Elsewhere(_) => continue,
                Instead::Nothing => not_found(lost.target).help(known_states(scope.flow)),
                Instead::Similar(state) => did_you_mean(lost.target, state),
            };
            out.push(finding);
        }
    }
}

fn not_found(target: &Target) -> Diagnostic {
    let Target { field, name, .. } = target;
    let message = format!(
        "`{field}` points at a state that does not exist: {}",
        quoted(name)
    );
    RULE.finding(message)
        .label(target.span, "no state with this name in the same `States`")
}

fn did_you_mean(target: &Target, similar: &State) -> Diagnostic {
    let edit = Edit {
        span: target.span,
        text: json_string(&similar.name),
    };
    not_found(target)
        .label(similar.name_span, "a state with a similar name is here")
        .help(format!("did you mean {}?", quoted(&similar.name)))
        .fix(true, vec![edit])
}

fn known_states(flow: &Flow) -> String {
    const MOST: usize = 5;
    let shown: Vec<String> = flow
        .states
        .iter()
        .take(MOST)
        .map(|s| quoted(&s.name))
        .collect();
    let more = match flow.states.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "the states that can be named here: {}{more}",
        shown.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_misspelt_next_is_mended() {
        check(
            r#"{"StartAt": "Charge", "States": {
              "Charge": {"Type": "Pass", "Next": "ProcesPayment"},
              "ProcessPayment": {"Type": "Succeed"}}}"#,
            expect![[r#"
                error[unknown-target] `Next` points at a state that does not exist: "ProcesPayment" (MISSING_TRANSITION_TARGET)
                  at 2:50 "ProcesPayment" -- no state with this name in the same `States`
                  at 3:15 "ProcessPayment" -- a state with a similar name is here
                  help: did you mean "ProcessPayment"?
                  fix: 2:50 "ProcesPayment" -> "ProcessPayment"
            "#]],
        );
    }

    #[test]
    fn the_similar_name_is_written_as_json() {
        check(
            r#"{"StartAt": "Say hi", "States": {"Say \"hi\"": {"Type": "Succeed"}}}"#,
            expect![[r#"
                error[unknown-target] `StartAt` points at a state that does not exist: "Say hi" (MISSING_TRANSITION_TARGET)
                  at 1:13 "Say hi" -- no state with this name in the same `States`
                  at 1:34 "Say \"hi\"" -- a state with a similar name is here
                  help: did you mean "Say "hi""?
                  fix: 1:13 "Say hi" -> "Say \"hi\""
            "#]],
        );
    }

    #[test]
    fn every_kind_of_transition_is_checked() {
        check(
            r#"{"StartAt": "X1", "States": {
              "A": {"Type": "Choice", "Default": "X2", "Choices": [
                {"Variable": "$.a", "IsNull": true, "Next": "X3"}]},
              "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "X4"}]}}}"#,
            expect![[r#"
                error[unknown-target] `StartAt` points at a state that does not exist: "X1" (MISSING_TRANSITION_TARGET)
                  at 1:13 "X1" -- no state with this name in the same `States`
                  help: the states that can be named here: "A", "B"
                error[unknown-target] `Default` points at a state that does not exist: "X2" (MISSING_TRANSITION_TARGET)
                  at 2:50 "X2" -- no state with this name in the same `States`
                  help: the states that can be named here: "A", "B"
                error[unknown-target] `Next` points at a state that does not exist: "X3" (MISSING_TRANSITION_TARGET)
                  at 3:61 "X3" -- no state with this name in the same `States`
                  help: the states that can be named here: "A", "B"
                error[unknown-target] `Next` points at a state that does not exist: "X4" (MISSING_TRANSITION_TARGET)
                  at 5:67 "X4" -- no state with this name in the same `States`
                  help: the states that can be named here: "A", "B"
            "#]],
        );
    }

    #[test]
    fn default_may_point_backwards() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Next": "B"},
              "B": {"Type": "Choice", "Default": "A", "Choices": [
                {"Variable": "$.a", "IsNull": true, "Next": "C"}]},
              "C": {"Type": "Succeed"}}}"#,
            expect![""],
        );
    }

    #[test]
    fn a_placeholder_may_name_any_state() {
        check(
            r#"{"StartAt": "${First}", "States": {
              "A": {"Type": "Pass", "Next": "${Last}"}, "B": {"Type": "Succeed"}}}"#,
            expect![""],
        );
    }
}
