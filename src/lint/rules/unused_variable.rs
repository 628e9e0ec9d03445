//! # unused-variable
//!
//! ## What it does
//! Reports variables that are assigned and that no state which can follow reads, in this scope or in
//! one inside it.
//!
//! ## Why it matters
//! What nobody reads is kept nonetheless, up to 10 MiB for all variables of an execution. Often the
//! name is misspelt where it is read.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Assign": { "orderId": 7, "customerTier": "gold" }, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Load": { "Type": "Pass", "Assign": { "orderId": 7 }, "Next": "Ship" },
//!   "Ship": { "Type": "Pass", "Parameters": { "id.$": "$orderId" }, "End": true }
//! }
//! ```
//!
//! ## Reference
//! Passing data between states with variables:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>

use foldhash::{HashSet, HashSetExt};

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unused-variable",
    category: Category::DataFlow,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("unused_variable.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let variables = &context.variables;
    // Where an expression cannot be read, it may read anything.
    if !variables.is_whole {
        return;
    }
    let read: HashSet<(usize, &str)> = variables
        .read
        .iter()
        .flat_map(|read| variables.readable(read))
        .collect();
    let mut told = HashSet::new();
    for assigned in &variables.assigned {
        let key = (assigned.scope, &*assigned.name);
        if is_name(&assigned.name) && !read.contains(&key) && told.insert(key) {
            out.push(
                RULE.finding(format!(
                    "variable `{}` is assigned but never read",
                    assigned.name
                ))
                .label(
                    assigned.place,
                    format!(
                        "no expression in this scope, or in scopes inside it, reads `${}`",
                        assigned.name
                    ),
                )
                .help("remove it, or read it"),
            );
        }
    }
}

/// Whether it can be read at all; another rule tells when it cannot.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    name != "states" && !name.is_empty() && name.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn what_nobody_reads_is_reported_once() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Assign": {"orderId.$": "$.id", "tier": 1}, "Next": "B"},
              "B": {"Type": "Pass", "Assign": {"tier": 2}, "OutputPath": "$orderId", "End": true}}}"#,
            expect![[r#"
                warning[unused-variable] variable `tier` is assigned but never read (-)
                  at 2:69 "tier" -- no expression in this scope, or in scopes inside it, reads `$tier`
                  help: remove it, or read it
            "#]],
        );
    }

    #[test]
    fn variables_that_inner_scopes_read_are_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
              "B": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "I", "States": {
                "I": {"Type": "Pass", "Parameters": {"a.$": "States.Array($x)"}, "End": true}}}]}}}"#,
            expect![""],
        );
    }
}
