//! # unsupported-pattern
//!
//! ## What it does
//! Reports a Task that waits for a job (`.sync`) or for a token (`.waitForTaskToken`) of a
//! service that has no such thing, and patterns that do not exist.
//!
//! ## Why it matters
//! Each optimized integration has its own patterns, and SDK calls have no `.sync`. AWS rejects
//! the others with `SCHEMA_VALIDATION_FAILED`, "The resource provided … is not recognized".
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem.sync", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "End": true }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Integrating optimized services:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::integrations::{self, Action};
use crate::lint::similar::nearest;
use crate::lint::tasks::Integration;
use crate::syntax::{Diagnostic, Edit, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unsupported-pattern",
    category: Category::Resource,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("unsupported_pattern.rs"),
    check,
};

const PATTERNS: [&str; 3] = [".sync", ".sync:2", ".waitForTaskToken"];

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (task, integration) in context.calls() {
        let pattern = integration.pattern;
        if pattern.text.is_empty() {
            continue;
        }
        let field = task.resource.span;
        let span = context.place(field, pattern);
        if PATTERNS.contains(&pattern.text) {
            out.extend(unsupported(&integration, span));
        } else {
            out.push(unknown(pattern.text, span, span != field));
        }
    }
}

fn unknown(pattern: &str, span: Span, is_exact: bool) -> Diagnostic {
    let finding = RULE
        .finding(format!("there is no pattern `{pattern}`"))
        .label(span, "no such pattern");
    let Some(near) = nearest(pattern, PATTERNS) else {
        return finding.help("the patterns are `.sync`, `.sync:2` and `.waitForTaskToken`");
    };
    let finding = finding.help(format!("did you mean `{near}`?"));
    if !is_exact {
        return finding;
    }
    let text = near.to_owned();
    finding.fix(true, vec![Edit { span, text }])
}

fn unsupported(integration: &Integration<'_>, span: Span) -> Option<Diagnostic> {
    let pattern = integration.pattern.text;
    let message = format!("{} has no `{pattern}`", integration.name());
    let finding = RULE.finding(message);
    if integration.is_sdk {
        let help = "call the action that asks for the state of the job in a loop, or use an optimized integration";
        let has_pattern = pattern == ".waitForTaskToken";
        let finding = finding
            .label(span, "SDK calls do not wait for jobs")
            .help(help);
        return (!has_pattern).then_some(finding);
    }
    let service = integrations::service(integration.service.text)?;
    let action = service.action(integration.action.text)?;
    let supports: fn(&Action) -> bool = match pattern {
        ".waitForTaskToken" => |action| action.takes_token,
        _ => |action| action.runs_job,
    };
    let is_second = pattern == ".sync:2" && service.id != "states";
    if supports(action) && !is_second {
        return None;
    }
    let mut finding = finding
        .label(span, "this action has no such pattern")
        .help(help(action));
    // Which actions of a service with jobs have them is not recorded for each.
    if service.actions.iter().any(supports) {
        finding.severity = Severity::Warning;
        finding.aws_code = None;
    }
    Some(finding)
}

fn help(action: &Action) -> String {
    let mut known = Vec::new();
    known.extend(action.runs_job.then_some("`.sync`"));
    known.extend(action.takes_token.then_some("`.waitForTaskToken`"));
    if known.is_empty() {
        return "leave the pattern out: the Task then goes on with the answer".to_owned();
    }
    format!("leave the pattern out, or use {}", known.join(" or "))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_resource(resource: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "{resource}", "TimeoutSeconds": 9, "End": true,
              "Parameters": {{"t.$": "$$.Task.Token", "ModelId": "m", "QueryExecutionId": "q", "JobName": "j", "FunctionName": "f", "TableName": "t", "Key": {{}}}}}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn services_have_their_own_patterns() {
        check_resource(
            "arn:aws:states:::athena:getQueryResults.waitForTaskToken",
            expect![[r#"
                error[unsupported-pattern] athena:getQueryResults has no `.waitForTaskToken` (SCHEMA_VALIDATION_FAILED)
                  at 1:103 .waitForTaskToken -- this action has no such pattern
                  help: leave the pattern out: the Task then goes on with the answer
            "#]],
        );
        check_resource(
            "arn:aws:states:::eks:call.sync",
            expect![[r#"
            warning[unsupported-pattern] eks:call has no `.sync` (-)
              at 1:89 .sync -- this action has no such pattern
              help: leave the pattern out: the Task then goes on with the answer
        "#]],
        );
        check_resource(
            "arn:aws:states:::glue:startJobRun.sync:2",
            expect![[r#"
            warning[unsupported-pattern] glue:startJobRun has no `.sync:2` (-)
              at 1:97 .sync:2 -- this action has no such pattern
              help: leave the pattern out, or use `.sync`
        "#]],
        );
        check_resource(
            "arn:aws:states:::aws-sdk:glue:startJobRun.sync",
            expect![[r#"
                error[unsupported-pattern] aws-sdk:glue:startJobRun has no `.sync` (SCHEMA_VALIDATION_FAILED)
                  at 1:105 .sync -- SDK calls do not wait for jobs
                  help: call the action that asks for the state of the job in a loop, or use an optimized integration
            "#]],
        );
    }

    #[test]
    fn patterns_are_known() {
        check_resource(
            "arn:aws:states:::glue:startJobRun.synch",
            expect![[r#"
            error[unsupported-pattern] there is no pattern `.synch` (SCHEMA_VALIDATION_FAILED)
              at 1:97 .synch -- no such pattern
              help: did you mean `.sync`?
              fix: 1:97 .synch -> .sync
        "#]],
        );
        check_resource(
            "arn:aws:states:::glue:startJobRun.async",
            expect![[r#"
            error[unsupported-pattern] there is no pattern `.async` (SCHEMA_VALIDATION_FAILED)
              at 1:97 .async -- no such pattern
              help: did you mean `.sync`?
              fix: 1:97 .async -> .sync
        "#]],
        );
        check_resource(
            "arn:aws:states:::eks:runJob.WaitForTaskToken",
            expect![[r#"
                error[unsupported-pattern] there is no pattern `.WaitForTaskToken` (SCHEMA_VALIDATION_FAILED)
                  at 1:91 .WaitForTaskToken -- no such pattern
                  help: did you mean `.waitForTaskToken`?
                  fix: 1:91 .WaitForTaskToken -> .waitForTaskToken
            "#]],
        );
    }

    #[test]
    fn supported_patterns_are_left_alone() {
        check_resource("arn:aws:states:::glue:startJobRun.sync", expect![""]);
        check_resource(
            "arn:aws:states:::aws-sdk:s3:listBuckets.waitForTaskToken",
            expect![""],
        );
        check_resource(
            "arn:aws:states:::bedrock:invokeModel.waitForTaskToken",
            expect![""],
        );
    }
}
