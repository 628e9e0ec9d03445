//! # invalid-sdk-action
//!
//! ## What it does
//! Reports an SDK call whose service or action is not written as Step Functions writes them: the
//! service in lower case, as in `dynamodb`, the action in camel case, as in `getItem`.
//!
//! ## Why it matters
//! Names of services and actions are compared letter by letter. AWS rejects the definition with
//! `SCHEMA_VALIDATION_FAILED`. A service's name that is only known from other tools is a warning.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:S3:GetObject", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "End": true }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Supported AWS SDK service integrations:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::integrations::sdk_id;
use crate::lint::quoted;
use crate::lint::tasks::Part;
use crate::syntax::{Diagnostic, Edit, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-sdk-action",
    category: Category::Resource,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("invalid_sdk_action.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (task, integration) in context.calls().filter(|(_, it)| it.is_sdk) {
        let field = task.resource.span;
        out.extend(of_service(context, field, integration.service));
        out.extend(of_action(context, field, integration.action));
    }
}

fn of_service(context: &Context<'_>, field: Span, part: Part<'_>) -> Option<Diagnostic> {
    let lower = part.text.to_lowercase();
    let right = sdk_id(&lower).unwrap_or(&lower);
    if lower != part.text {
        let message = format!(
            "the service of an SDK call is in lower case, not {}",
            quoted(part.text)
        );
        return Some(finding(context, field, part, message, right));
    }
    if right == lower {
        return None;
    }
    let message = format!(
        "SDK calls name the service {} differently",
        quoted(part.text)
    );
    let mut finding = finding(context, field, part, message, right);
    finding.severity = Severity::Warning;
    finding.aws_code = None;
    Some(finding)
}

fn of_action(context: &Context<'_>, field: Span, part: Part<'_>) -> Option<Diagnostic> {
    let first = part.text.chars().next()?;
    if !first.is_uppercase() {
        return None;
    }
    let rest = &part.text[first.len_utf8()..];
    let right: String = first.to_lowercase().chain(rest.chars()).collect();
    let message = format!(
        "the action of an SDK call begins with a small letter, not as {}",
        quoted(part.text)
    );
    Some(finding(context, field, part, message, &right))
}

fn finding(
    context: &Context<'_>,
    field: Span,
    part: Part<'_>,
    message: String,
    right: &str,
) -> Diagnostic {
    let span = context.place(field, part);
    let finding = RULE
        .finding(message)
        .label(span, format!("{} belongs here", quoted(right)))
        .help(format!("write {}", quoted(right)));
    if span == field {
        return finding;
    }
    let text = right.to_owned();
    finding.fix(true, vec![Edit { span, text }])
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_resource(resource: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "{resource}", "End": true}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn case_counts() {
        check_resource(
            "arn:aws:states:::aws-sdk:S3:GetObject",
            expect![[r#"
            error[invalid-sdk-action] the service of an SDK call is in lower case, not "S3" (SCHEMA_VALIDATION_FAILED)
              at 1:89 S3 -- "s3" belongs here
              help: write "s3"
              fix: 1:89 S3 -> s3
            error[invalid-sdk-action] the action of an SDK call begins with a small letter, not as "GetObject" (SCHEMA_VALIDATION_FAILED)
              at 1:92 GetObject -- "getObject" belongs here
              help: write "getObject"
              fix: 1:92 GetObject -> getObject
        "#]],
        );
        check_resource(
            "arn:aws:states:::aws-sdk:dynamodb:PutItem",
            expect![[r#"
            error[invalid-sdk-action] the action of an SDK call begins with a small letter, not as "PutItem" (SCHEMA_VALIDATION_FAILED)
              at 1:98 PutItem -- "putItem" belongs here
              help: write "putItem"
              fix: 1:98 PutItem -> putItem
        "#]],
        );
    }

    #[test]
    fn names_of_other_tools_are_known() {
        check_resource(
            "arn:aws:states:::aws-sdk:stepfunctions:startExecution",
            expect![[r#"
                warning[invalid-sdk-action] SDK calls name the service "stepfunctions" differently (-)
                  at 1:89 stepfunctions -- "sfn" belongs here
                  help: write "sfn"
                  fix: 1:89 stepfunctions -> sfn
            "#]],
        );
    }

    #[test]
    fn services_that_are_not_known_here_are_left_alone() {
        check_resource("arn:aws:states:::aws-sdk:s3:getObject", expect![""]);
        check_resource(
            "arn:aws:states:::aws-sdk:newservice:createThing",
            expect![""],
        );
    }
}
