//! # stale-variable
//!
//! ## What it does
//! Reports variables that are read in the same `Assign` that assigns them for the first time: all
//! values of an `Assign` are evaluated before the first one is set, so that the variable has no
//! value yet.
//!
//! ## Why it matters
//! The expression gives nothing, and the state fails. A counter such as `"n": "{% $n + 1 %}"`, which
//! has a value from before, is fine.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Assign": { "x": 1, "y": "{% $x %}" }, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Assign": { "x": 1, "y": 1 }, "End": true }
//! ```
//!
//! ## Reference
//! Passing data between states with variables:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::variables::Availability;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "stale-variable",
    category: Category::DataFlow,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("stale_variable.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let variables = &context.variables;
    for read in &variables.read {
        if variables.availability(read) != Availability::OwnAssign {
            continue;
        }
        let own = |other: &&crate::lint::variables::Assigned<'_>| {
            other.name == read.name && std::ptr::eq(other.state, read.expression.state)
        };
        let mut finding = RULE
            .finding(format!(
                "`${}` is read in the `Assign` that sets it: it has no value yet",
                read.name
            ))
            .label(read.place, "read before it is set");
        if let Some(own) = variables.assigned.iter().find(own) {
            finding = finding.label(own.place, "set here, after all values are evaluated");
        }
        out.push(finding.help("use the value itself, or assign it in a state before this one"));
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_first_value_is_not_there_yet() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "Assign": {"x": 1, "y": "{% $x %}"}, "Next": "B"},
              "B": {"Type": "Pass", "Output": "{% $y %}", "End": true}}}"#,
            expect![[r#"
                warning[stale-variable] `$x` is read in the `Assign` that sets it: it has no value yet (-)
                  at 2:65 $x -- read before it is set
                  at 2:48 "x" -- set here, after all values are evaluated
                  help: use the value itself, or assign it in a state before this one
            "#]],
        );
    }

    #[test]
    fn a_counter_is_silent() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "Assign": {"n": 0}, "Next": "B"},
              "B": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "C"},
              "C": {"Type": "Choice", "Default": "D",
                "Choices": [{"Condition": "{% $n < 3 %}", "Next": "B"}]},
              "D": {"Type": "Succeed"}}}"#,
            expect![""],
        );
    }
}
