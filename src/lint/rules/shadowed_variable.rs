//! # shadowed-variable
//!
//! ## What it does
//! Reports variables that a branch of a Parallel or the processor of an inline Map assigns although
//! a scope around it assigns a variable of the same name.
//!
//! ## Why it matters
//! An inner scope reads the variables of outer ones, and can neither set nor hide them: AWS rejects
//! the definition with `SCHEMA_VALIDATION_FAILED`. Branches beside each other may use the same
//! names.
//!
//! ## Example
//! ```json
//! {
//!   "Fetch": { "Type": "Pass", "Assign": { "total": 1 }, "Next": "Sum" },
//!   "Sum": { "Type": "Parallel", "Branches": [ { "StartAt": "Add", "States": {
//!     "Add": { "Type": "Pass", "Assign": { "total": 2 }, "End": true } } } ], "End": true }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Fetch": { "Type": "Pass", "Assign": { "total": 1 }, "Next": "Sum" },
//!   "Sum": { "Type": "Parallel", "Branches": [ { "StartAt": "Add", "States": {
//!     "Add": { "Type": "Pass", "Assign": { "branchTotal": 2 }, "End": true } } } ], "End": true }
//! }
//! ```
//!
//! ## Reference
//! Passing data between states with variables:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "shadowed-variable",
    category: Category::DataFlow,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("shadowed_variable.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for assigned in &context.variables.assigned {
        if let Some(outer) = context.variables.outer(assigned) {
            let message = format!(
                "variable {} is assigned in an outer scope as well",
                quoted(&assigned.name)
            );
            out.push(
                RULE.finding(message)
                    .label(assigned.place, "assigned again in an inner scope")
                    .label(outer.place, "assigned here, in a scope around it")
                    .help(
                        "an inner scope reads outer variables but cannot assign their names: \
                         choose another name",
                    ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_name_of_an_outer_scope_cannot_be_assigned() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
              "B": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "I", "States": {
                "I": {"Type": "Pass", "Assign": {"x": 2}, "InputPath": "$x", "End": true}}}]}}}"#,
            expect![[r#"
                error[shadowed-variable] variable "x" is assigned in an outer scope as well (SCHEMA_VALIDATION_FAILED)
                  at 4:50 "x" -- assigned again in an inner scope
                  at 2:48 "x" -- assigned here, in a scope around it
                  help: an inner scope reads outer variables but cannot assign their names: choose another name
            "#]],
        );
    }

    #[test]
    fn branches_and_children_of_a_distributed_map_have_their_own_names() {
        check(
            r#"{"StartAt": "B", "States": {
              "B": {"Type": "Parallel", "Next": "M", "Catch": [
                  {"ErrorEquals": ["States.ALL"], "Assign": {"x.$": "$"}, "Next": "X"}], "Branches": [
                {"StartAt": "I", "States": {
                  "I": {"Type": "Pass", "Assign": {"x": 2}, "Next": "K"},
                  "K": {"Type": "Pass", "InputPath": "$x", "End": true}}},
                {"StartAt": "J", "States": {
                  "J": {"Type": "Pass", "Assign": {"x": 2}, "Next": "L"},
                  "L": {"Type": "Pass", "InputPath": "$x", "End": true}}}]},
              "M": {"Type": "Map", "Assign": {"y.$": "$"}, "Next": "Z", "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "N", "States": {
                  "N": {"Type": "Pass", "Assign": {"y": 2}, "Next": "O"},
                  "O": {"Type": "Pass", "InputPath": "$y", "End": true}}}},
              "X": {"Type": "Pass", "InputPath": "$x", "End": true},
              "Z": {"Type": "Pass", "InputPath": "$y", "End": true}}}"#,
            expect![""],
        );
    }
}
