//! # unassigned-variable
//!
//! ## What it does
//! Reports variables that are read where nothing can have assigned them: no state on any way to this
//! one assigns the name, in this scope or in a scope around it. Variables of a branch end with the
//! branch, and children of a distributed Map see none of the execution that started them.
//!
//! ## Why it matters
//! A path to such a variable fails the execution with `States.Runtime`, which nothing can catch; an
//! expression that comes to nothing fails with `States.QueryEvaluationError`, which Catch can take.
//! Where an expression can live without the variable, as in `$exists($x)`, or nothing in the
//! machine assigns one of that name, the finding about an expression is a warning. AWS accepts the
//! definition.
//!
//! ## Example
//! ```json
//! {
//!   "Price": { "Type": "Pass", "Assign": { "price": 12 }, "Next": "Tell" },
//!   "Tell": { "Type": "Pass", "Parameters": { "total.$": "$prize" }, "End": true }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Price": { "Type": "Pass", "Assign": { "price": 12 }, "Next": "Tell" },
//!   "Tell": { "Type": "Pass", "Parameters": { "total.$": "$price" }, "End": true }
//! }
//! ```
//!
//! ## Reference
//! Passing data between states with variables:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::similar::nearest;
use crate::lint::variables::{Availability, Read};
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Edit, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unassigned-variable",
    category: Category::DataFlow,
    severity: Severity::Error,
    aws_code: None,
    is_on: true,
    source: include_str!("unassigned_variable.rs"),
    check,
};

const NOWHERE: &str = "nothing assigns it";

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for read in &context.variables.read {
        let label = match context.variables.availability(read) {
            Availability::Assigned | Availability::OwnAssign => continue,
            Availability::Later => "only states behind this one assign it",
            Availability::OtherScope => "only another scope assigns it",
            Availability::Nowhere => NOWHERE,
        };
        let mut finding = finding(context, read, label);
        // AWS was recorded to create such machines. A path fails beyond rescue, an expression with
        // an error that Catch can take.
        let is_rescued =
            read.expression.state.language == QueryLanguage::Jsonata && label == NOWHERE;
        if is_rescued || !context.variables.fails_without(read) {
            finding.severity = Severity::Warning;
        }
        out.push(finding);
    }
}

fn finding(context: &Context<'_>, read: &Read<'_>, label: &'static str) -> Diagnostic {
    let name = &read.name;
    let message = format!("variable `${name}` is read but never assigned before");
    let mut finding = RULE.finding(message).label(read.place, label);
    let variables = &context.variables;
    if let Some(other) = variables.assigned.iter().find(|other| other.name == *name) {
        finding = finding.label(other.place, "assigned here");
    }
    let near = nearest(name, variables.visible_from(read));
    match near.filter(|near| *near != &**name) {
        None => finding.help("assign it in a state before this one, or in a scope around it"),
        Some(near) => {
            let help = format!("did you mean `${near}`?");
            let written = context.source.text.get(read.place.range());
            if written != Some(&format!("${name}")) {
                return finding.help(help);
            }
            let edit = Edit {
                span: read.place,
                text: format!("${near}"),
            };
            finding.help(help).fix(false, vec![edit])
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn names_that_nothing_assigns_are_reported_with_a_near_one() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Assign": {"price": 1}, "Next": "B"},
              "B": {"Type": "Pass", "Parameters": {"a.$": "$prize.x", "b.$": "$price",
                "c.$": "States.Format('{}', $nothing)"}, "End": true}}}"#,
            expect![[r#"
                error[unassigned-variable] variable `$prize` is read but never assigned before (-)
                  at 3:60 $prize -- nothing assigns it
                  help: did you mean `$price`?
                  fix: 3:60 $prize -> $price
                error[unassigned-variable] variable `$nothing` is read but never assigned before (-)
                  at 4:45 $nothing -- nothing assigns it
                  help: assign it in a state before this one, or in a scope around it
            "#]],
        );
    }

    #[test]
    fn expressions_that_can_live_without_get_a_warning() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "Output": {"a": "{% $x.y + 1 %}", "b": "{% $exists($x) %}"},
                "End": true}}}"#,
            expect![[r#"
                warning[unassigned-variable] variable `$x` is read but never assigned before (-)
                  at 2:57 $x -- nothing assigns it
                  help: assign it in a state before this one, or in a scope around it
                warning[unassigned-variable] variable `$x` is read but never assigned before (-)
                  at 2:88 $x -- nothing assigns it
                  help: assign it in a state before this one, or in a scope around it
            "#]],
        );
    }

    #[test]
    fn variables_of_a_branch_and_of_later_states_are_not_there() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Parallel", "Next": "B", "Branches": [{"StartAt": "I", "States": {
                "I": {"Type": "Pass", "Assign": {"x": 2}, "Next": "J"},
                "J": {"Type": "Pass", "Output": "{% $x %}", "End": true}}}]},
              "B": {"Type": "Pass", "Output": "{% [$x, $y] %}", "Next": "C"},
              "C": {"Type": "Pass", "Assign": {"y": 1}, "Next": "D"},
              "D": {"Type": "Succeed", "Output": "{% $y %}"}}}"#,
            expect![[r#"
                warning[unassigned-variable] variable `$x` is read but never assigned before (-)
                  at 5:52 $x -- only another scope assigns it
                  at 3:50 "x" -- assigned here
                  help: assign it in a state before this one, or in a scope around it
                warning[unassigned-variable] variable `$y` is read but never assigned before (-)
                  at 5:56 $y -- only states behind this one assign it
                  at 6:48 "y" -- assigned here
                  help: assign it in a state before this one, or in a scope around it
            "#]],
        );
    }

    #[test]
    fn a_loop_and_every_way_to_a_state_count() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Choice", "Default": "B",
                "Choices": [{"Condition": "{% $exists($n) and $n > 3 %}", "Next": "C"}]},
              "B": {"Type": "Pass", "Assign": {"n": "{% $exists($n) ? $n + 1 : 0 %}"}, "Next": "A"},
              "C": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "f"}, "Assign": {"r": 1}, "Next": "E",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "F", "Assign": {"e": 1}}]},
              "E": {"Type": "Succeed", "Output": "{% [$r, $n] %}"},
              "F": {"Type": "Succeed", "Output": "{% [$e, $n] %}"}}}"#,
            expect![""],
        );
    }
}
