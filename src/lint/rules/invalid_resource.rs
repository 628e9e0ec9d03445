//! # invalid-resource
//!
//! ## What it does
//! Reports a Task's `Resource` that is no ARN which a Task can call: it is not an ARN at all, a
//! part of it is missing or malformed, or it is an expression.
//!
//! ## Why it matters
//! A Task calls a Lambda function, an activity or a service, and names it by a constant ARN. AWS
//! rejects anything else with `SCHEMA_VALIDATION_FAILED`, "The value is not a valid resource
//! ARN". What only may be wrong is a warning: the specification allows any URI, and new regions
//! and partitions come. Parts that a deployment fills in, such as `${Region}`, are left alone.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:lambda::123456789012:function:charge", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "End": true }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Task State: <https://states-language.net/spec.html#task-state>

use super::{Category, Rule};
use foldhash::{HashSet, HashSetExt};

use crate::lint::context::Context;
use crate::lint::resources::{self, Problem};
use crate::syntax::{Diagnostic, Edit, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-resource",
    category: Category::Resource,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("invalid_resource.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    // Many Tasks call the same thing.
    let mut sound = HashSet::new();
    for task in context.tasks() {
        let text = &**task.resource.value.text();
        if sound.contains(text) {
            continue;
        }
        match resources::problem(text) {
            Some(problem) => out.push(finding(context, problem, task.resource.span)),
            None => {
                sound.insert(text);
            }
        }
    }
}

fn finding(context: &Context<'_>, problem: Problem, field: Span) -> Diagnostic {
    let span = match problem.len {
        0 => field,
        len => context.source.within(field, problem.at, len),
    };
    let mut finding = RULE
        .finding(problem.message)
        .label(span, problem.label)
        .help(problem.help);
    if !problem.is_certain {
        finding.severity = Severity::Warning;
        finding.aws_code = None;
    }
    match problem.instead {
        Some(text) if span != field => finding.fix(true, vec![Edit { span, text }]),
        _ => finding,
    }
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
    fn a_resource_is_an_arn() {
        check_resource(
            "foo",
            expect![[r#"
            error[invalid-resource] `Resource` must be an ARN, but is "foo" (SCHEMA_VALIDATION_FAILED)
              at 1:64 foo -- not an ARN
              help: write arn:aws:lambda:<region>:<account>:function:<name> or arn:aws:states:::<service>:<action>;
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "foo:bar",
            expect![[r#"
            warning[invalid-resource] `Resource` must be an ARN, but is "foo:bar" (-)
              at 1:64 foo:bar -- not an ARN
              help: write arn:aws:lambda:<region>:<account>:function:<name> or arn:aws:states:::<service>:<action>;
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "$.function",
            expect![[r#"
            error[invalid-resource] `Resource` must be a constant, but is an expression (SCHEMA_VALIDATION_FAILED)
              at 1:64 $.function -- AWS takes this as it is written
              help: to choose a function when it runs, call `arn:aws:states:::lambda:invoke` with an expression as its `FunctionName`
        "#]],
        );
        check_resource(
            "{% $function %}",
            expect![[r#"
            error[invalid-resource] `Resource` must be a constant, but is an expression (SCHEMA_VALIDATION_FAILED)
              at 1:64 {% $function %} -- AWS takes this as it is written
              help: to choose a function when it runs, call `arn:aws:states:::lambda:invoke` with an expression as its `FunctionName`
        "#]],
        );
        check_resource(
            "",
            expect![[r#"
                error[invalid-resource] `Resource` must be an ARN, but is "" (SCHEMA_VALIDATION_FAILED)
                  at 1:63 "" -- not an ARN
                  help: write arn:aws:lambda:<region>:<account>:function:<name> or arn:aws:states:::<service>:<action>;
                  help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
            "#]],
        );
    }

    #[test]
    fn every_part_of_a_function_is_there() {
        check_resource(
            "arn:aws",
            expect![[r#"
            error[invalid-resource] the ARN "arn:aws" is not complete (SCHEMA_VALIDATION_FAILED)
              at 1:64 arn:aws -- parts are missing
              help: write arn:aws:lambda:<region>:<account>:function:<name>;
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "ARN:aws:lambda:us-east-1:123456789012:function:f",
            expect![[r#"
                error[invalid-resource] `Resource` must be an ARN, but is "ARN:aws:lambda:us-east-1:123456789012:function:f" (SCHEMA_VALIDATION_FAILED)
                  at 1:64 ARN:aws:lambda:us-east-1:123456789012:function:f -- not an ARN
                  help: write arn:aws:lambda:<region>:<account>:function:<name> or arn:aws:states:::<service>:<action>;
                  help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
            "#]],
        );
        check_resource(
            "arn:aws:lambda::123456789012:function:charge",
            expect![[r#"
                error[invalid-resource] this Lambda ARN has no region (SCHEMA_VALIDATION_FAILED)
                  at 1:78 :: -- the region belongs between these colons
                  help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
            "#]],
        );
        check_resource(
            "arn:aws:lambda:us-east-1::function:charge",
            expect![[r#"
            error[invalid-resource] this Lambda ARN has no account (SCHEMA_VALIDATION_FAILED)
              at 1:88 :: -- the account belongs between these colons
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "arn:aws:lambda:us-east-1:function:charge",
            expect![[r#"
            error[invalid-resource] this Lambda ARN has no account (SCHEMA_VALIDATION_FAILED)
              at 1:89 function -- a part is missing before this; the ARN is arn:aws:lambda:<region>:<account>:function:<name>
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "arn:aws:lambda",
            expect![[r#"
            error[invalid-resource] the ARN "arn:aws:lambda" is not complete (SCHEMA_VALIDATION_FAILED)
              at 1:64 arn:aws:lambda -- parts are missing
              help: write arn:aws:lambda:<region>:<account>:function:<name>;
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "arn:aws:lambda:us-east-1:123456789012:function:",
            expect![[r#"
                error[invalid-resource] the ARN "arn:aws:lambda:us-east-1:123456789012:function:" is not complete (SCHEMA_VALIDATION_FAILED)
                  at 1:64 arn:aws:lambda:us-east-1:123456789012:function: -- parts are missing
                  help: write arn:aws:lambda:<region>:<account>:function:<name>;
                  help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
            "#]],
        );
    }

    #[test]
    fn every_part_of_a_function_is_well_formed() {
        check_resource(
            "arn:aws:lambda:us_east_1:123456789012:function:f",
            expect![[r#"
                warning[invalid-resource] "us_east_1" is no region (-)
                  at 1:79 us_east_1 -- a region such as `us-east-1` belongs here
                  help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
            "#]],
        );
        check_resource(
            "arn:aws:lambda:us-east-1:me:function:f",
            expect![[r#"
            error[invalid-resource] "me" is no account (SCHEMA_VALIDATION_FAILED)
              at 1:89 me -- an account has 12 digits
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "arn:aws:lambda:us-east-1:123456789012:layer:f",
            expect![[r#"
                error[invalid-resource] a Task cannot call the Lambda resource "layer" (SCHEMA_VALIDATION_FAILED)
                  at 1:102 layer -- `function` belongs here
                  help: write arn:aws:lambda:<region>:<account>:function:<name>
            "#]],
        );
        check_resource(
            "arn:aws:lamda:us-east-1:123456789012:function:f",
            expect![[r#"
                error[invalid-resource] a Task cannot call an ARN of "lamda" (SCHEMA_VALIDATION_FAILED)
                  at 1:72 lamda -- a Task calls `lambda` functions and `states` activities and integrations
                  help: did you mean "lambda"?
                  fix: 1:72 lamda -> lambda
            "#]],
        );
        check_resource(
            "arn:aws:lambda:us-east-1:123456789012:function:f.waitForTaskToken",
            expect![[r#"
                error[invalid-resource] a Lambda ARN cannot have the pattern `.waitForTaskToken` (SCHEMA_VALIDATION_FAILED)
                  at 1:112 .waitForTaskToken -- a pattern of service integrations
                  help: call `arn:aws:states:::lambda:invoke.waitForTaskToken` and give the function as `FunctionName`
            "#]],
        );
    }

    #[test]
    fn a_qualifier_is_a_version_or_an_alias() {
        check_resource(
            "arn:aws:lambda:us-east-1:123456789012:function:f:",
            expect![[r#"
                error[invalid-resource] "" is no version or alias of a function (SCHEMA_VALIDATION_FAILED)
                  at 1:112 : -- a version or an alias belongs here
                  help: write `$LATEST`, the number of a version, or an alias of letters, digits, `-` and `_`; or leave it out
            "#]],
        );
        check_resource(
            "arn:aws:lambda:us-east-1:123456789012:function:f:$*#7",
            expect![[r#"
                error[invalid-resource] "$*#7" is no version or alias of a function (SCHEMA_VALIDATION_FAILED)
                  at 1:112 :$*#7 -- a version or an alias belongs here
                  help: write `$LATEST`, the number of a version, or an alias of letters, digits, `-` and `_`; or leave it out
            "#]],
        );
        check_resource(
            "arn:aws:lambda:us-east-1:123456789012:function:f:prod_1",
            expect![""],
        );
        check_resource(
            "arn:aws:lambda:us-east-1:123456789012:function:f:${Alias}",
            expect![""],
        );
    }

    #[test]
    fn partitions_are_known() {
        check_resource(
            "arn:awss:lambda:us-east-1:123456789012:function:f",
            expect![[r#"
                error[invalid-resource] there is no partition "awss" (SCHEMA_VALIDATION_FAILED)
                  at 1:68 awss -- no such partition
                  help: did you mean "aws"?
                  fix: 1:68 awss -> aws
            "#]],
        );
        check_resource(
            "arn::states:::lambda:invoke",
            expect![[r#"
            error[invalid-resource] this ARN has no partition (SCHEMA_VALIDATION_FAILED)
              at 1:67 :: -- the partition belongs between these colons
              help: most often it is `aws`
        "#]],
        );
        check_resource(
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:$LATEST",
            expect![""],
        );
    }

    #[test]
    fn resources_of_step_functions_are_activities_and_integrations() {
        check_resource(
            "arn:aws:states:us-east-1:123456789012:stateMachine:m",
            expect![[r#"
                error[invalid-resource] a Task cannot call the resource "stateMachine" itself (SCHEMA_VALIDATION_FAILED)
                  at 1:102 stateMachine -- not something that a Task calls
                  help: call `arn:aws:states:::states:startExecution.sync:2` and give the state machine as `StateMachineArn`
            "#]],
        );
        check_resource(
            "arn:aws:states:::lambda",
            expect![[r#"
            error[invalid-resource] the ARN "arn:aws:states:::lambda" is not complete (SCHEMA_VALIDATION_FAILED)
              at 1:64 arn:aws:states:::lambda -- parts are missing
              help: write arn:aws:states:::<service>:<action>;
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "arn:aws:states:::aws-sdk:s3",
            expect![[r#"
            error[invalid-resource] the ARN "arn:aws:states:::aws-sdk:s3" is not complete (SCHEMA_VALIDATION_FAILED)
              at 1:64 arn:aws:states:::aws-sdk:s3 -- parts are missing
              help: write arn:aws:states:::aws-sdk:<service>:<action>;
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "arn:aws:states::123456789012:activity:a",
            expect![[r#"
            warning[callback-without-timeout] state "A" may wait for its answer for a year (-)
              at 1:63 "arn:aws:states::123456789012:activity:a" -- somebody has to answer for this Task
              help: add `TimeoutSeconds`, or `HeartbeatSeconds` when the worker sends heartbeats
            error[invalid-resource] this activity ARN has no region (SCHEMA_VALIDATION_FAILED)
              at 1:78 :: -- the region belongs between these colons
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]],
        );
        check_resource(
            "arn:aws:swf:us-east-1:123456789012:task:X",
            expect![[r#"
            warning[invalid-resource] a Task cannot call an ARN of "swf" (-)
              at 1:72 swf -- a Task calls `lambda` functions and `states` activities and integrations
              help: to call a service, write arn:aws:states:::<service>:<action> and name the resource in the arguments
        "#]],
        );
    }

    #[test]
    fn what_a_deployment_fills_in_is_left_alone() {
        check_resource("${Function}", expect![""]);
        check_resource("%FUNCTION_ARN%", expect![""]);
        check_resource("<function>", expect![""]);
        check_resource("EMAIL_REMINDER_ARN", expect![""]);
        check_resource(
            "arn:aws:lambda:REGION:ACCOUNT_ID:function:FUNCTION_NAME",
            expect![""],
        );
        check_resource(
            "arn:<partition>:lambda:<region>:1${Account}:function:f",
            expect![""],
        );
        check_resource(
            "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:f",
            expect![""],
        );
        check_resource(
            "${Function",
            expect![[r#"
            error[invalid-resource] a placeholder in `Resource` is never closed (SCHEMA_VALIDATION_FAILED)
              at 1:64 ${Function -- no `}` follows
              help: close it with `}`
        "#]],
        );
    }
}
