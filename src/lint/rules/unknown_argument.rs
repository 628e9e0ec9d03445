//! # unknown-argument
//!
//! ## What it does
//! Reports an argument that the called service does not have.
//!
//! ## Why it matters
//! Step Functions leaves out what it does not know, or the service refuses it: either way the
//! argument does nothing. Mostly it is misspelt, or begins with a small letter as in other tools.
//! When it stands for an argument that the service needs, the call always fails: an error.
//!
//! ## Example
//! ```json
//! {
//!   "Type": "Task",
//!   "Resource": "arn:aws:states:::lambda:invoke",
//!   "Parameters": { "FunctionName": "charge", "payload.$": "$" },
//!   "End": true
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Type": "Task",
//!   "Resource": "arn:aws:states:::lambda:invoke",
//!   "Parameters": { "FunctionName": "charge", "Payload.$": "$" },
//!   "End": true
//! }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Integrating optimized services:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::integrations::Action;
use crate::lint::similar::nearest;
use crate::lint::tasks::{Arguments, Integration};
use crate::lint::{is_placeholder, json_string, quoted};
use crate::syntax::{Diagnostic, Edit, Entry, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unknown-argument",
    category: Category::Resource,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("unknown_argument.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (task, integration) in context.calls() {
        let Some(action) = integration.optimized else {
            continue;
        };
        let Some(known) = action.arguments() else {
            continue;
        };
        let Some(arguments) = context.arguments(task.state) else {
            continue;
        };
        let Some(names) = arguments.names() else {
            continue;
        };
        let entries = arguments.node.entries().iter();
        for (entry, name) in entries.zip(&names) {
            if !action.has(name) && !is_placeholder(name) {
                let free = known.clone().filter(|known| !names.contains(known));
                let needed: Vec<&str> = missing(action, &names).collect();
                out.push(finding(
                    &arguments,
                    &integration,
                    entry,
                    name,
                    free,
                    &needed,
                ));
            }
        }
    }
}

/// The arguments that the service needs and does not get.
fn missing<'n>(action: &Action, names: &'n [&str]) -> impl Iterator<Item = &'static str> + use<'n> {
    let groups = action.required.iter().copied();
    groups
        .filter(|group| !group.iter().any(|name| names.contains(name)))
        .flatten()
        .copied()
}

fn finding(
    arguments: &Arguments<'_>,
    integration: &Integration<'_>,
    entry: &Entry,
    name: &str,
    free: impl Iterator<Item = &'static str>,
    needed: &[&str],
) -> Diagnostic {
    let call = integration.name();
    let message = format!("{call} has no argument {}", quoted(name));
    let label = format!("not an argument of {call}");
    let mut finding = RULE.finding(message).label(entry.key_span, label);
    let Some(near) = nearest(name, free) else {
        return finding.help(format!("take it out of `{}`", arguments.name));
    };
    if needed.contains(&near) {
        finding.severity = Severity::Error;
    }
    let suffix = &entry.key[name.len()..];
    let edit = Edit {
        span: entry.key_span,
        text: json_string(&format!("{near}{suffix}")),
    };
    finding
        .help(format!("did you mean `{near}`?"))
        .fix(false, vec![edit])
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_call(action: &str, parameters: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "arn:aws:states:::{action}", "Parameters": {parameters}, "End": true}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn a_service_has_the_arguments_it_has() {
        check_call(
            "sqs:sendMessage",
            r#"{"QueueUrl": "u", "MessageBody": "b", "Foo": 1}"#,
            expect![[r#"
                warning[unknown-argument] sqs:sendMessage has no argument "Foo" (-)
                  at 1:151 "Foo" -- not an argument of sqs:sendMessage
                  help: take it out of `Parameters`
            "#]],
        );
        check_call(
            "lambda:invoke",
            r#"{"functionName.$": "$.name", "Payload": {}}"#,
            expect![[r#"
                error[unknown-argument] lambda:invoke has no argument "functionName" (-)
                  at 1:112 "functionName.$" -- not an argument of lambda:invoke
                  help: did you mean `FunctionName`?
                  fix: 1:112 "functionName.$" -> "FunctionName.$"
            "#]],
        );
    }

    #[test]
    fn known_arguments_and_those_of_other_services_are_left_alone() {
        check_call(
            "states:startExecution",
            r#"{"StateMachineArn.$": "$.arn", "Input": {}, "Name": "n"}"#,
            expect![""],
        );
        check_call(
            "glue:startJobRun",
            r#"{"JobName": "j", "Whatever": {}}"#,
            expect![""],
        );
    }
}
