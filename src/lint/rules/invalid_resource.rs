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
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::lint::similar::nearest;
use crate::lint::tasks::{Part, split};
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

const PARTITIONS: [&str; 8] = [
    "aws",
    "aws-cn",
    "aws-eusc",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-us-gov",
];
const FUNCTION: &str = "arn:aws:lambda:<region>:<account>:function:<name>";
const ACTIVITY: &str = "arn:aws:states:<region>:<account>:activity:<name>";
const SERVICE: &str = "arn:aws:states:::<service>:<action>";
const FILLED_IN: &str = "if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone";

/// What is wrong with a resource, and where in its text.
struct Problem {
    message: String,
    at: usize,
    len: usize,
    label: String,
    help: String,
    instead: Option<String>,
    is_certain: bool,
}

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for task in context.tasks() {
        let text = task.resource.value.text();
        if let Some(problem) = problem(text) {
            out.push(problem.finding(context, task.resource.span));
        }
    }
}

impl Problem {
    fn new(message: impl Into<String>, part: Part<'_>, label: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at: part.at,
            len: part.text.len(),
            label: label.into(),
            help: FILLED_IN.to_owned(),
            instead: None,
            is_certain: true,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// AWS may know better.
    fn perhaps(mut self) -> Self {
        self.is_certain = false;
        self
    }

    /// A part that is empty is shown with the colons around it.
    fn between_colons(mut self) -> Self {
        self.at -= 1;
        self.len = 2;
        self
    }

    fn finding(self, context: &Context<'_>, field: Span) -> Diagnostic {
        let span = match self.len {
            0 => field,
            len => context.source.within(field, self.at, len),
        };
        let mut finding = RULE
            .finding(self.message)
            .label(span, self.label)
            .help(self.help);
        if !self.is_certain {
            finding.severity = Severity::Warning;
            finding.aws_code = None;
        }
        match self.instead {
            Some(text) if span != field => finding.fix(true, vec![Edit { span, text }]),
            _ => finding,
        }
    }
}

fn problem(text: &str) -> Option<Problem> {
    let whole = Part { text, at: 0 };
    if let Some(problem) = not_a_constant(whole) {
        return Some(problem);
    }
    if !text.starts_with("arn:") {
        return if whole.is_filled_in_later() {
            None
        } else {
            Some(not_an_arn(whole))
        };
    }
    let (_, parts) = split(text, 7);
    let part = |at: usize| parts.get(at).copied();
    part(1).and_then(of_partition).or_else(|| {
        let Some(service) = part(2) else {
            return (!whole.is_filled_in_later()).then(|| cut_short(whole, FUNCTION));
        };
        match service.text {
            "lambda" => of_function(whole, &parts),
            "states" => of_states(whole, &parts),
            _ if service.is_filled_in_later() => None,
            "" => Some(cut_short(whole, FUNCTION)),
            _ => Some(of_another_service(whole, service)),
        }
    })
}

fn not_a_constant(whole: Part<'_>) -> Option<Problem> {
    let text = whole.text;
    let is_path = text.starts_with('$') && !text.starts_with("${");
    if is_path || text.starts_with("{%") || text.starts_with("States.") {
        let message = "`Resource` must be a constant, but is an expression";
        let label = "AWS takes this as it is written";
        return Some(Problem::new(message, whole, label).help(
            "to choose a function when it runs, call `arn:aws:states:::lambda:invoke` with an expression as its `FunctionName`",
        ));
    }
    let open = text.rfind("${")?;
    if text[open..].contains('}') {
        return None;
    }
    let rest = Part {
        text: &text[open..],
        at: open,
    };
    let message = "a placeholder in `Resource` is never closed";
    Some(Problem::new(message, rest, "no `}` follows").help("close it with `}`"))
}

fn not_an_arn(whole: Part<'_>) -> Problem {
    let text = whole.text;
    let scheme = text.split(':').next().unwrap_or_default();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let is_meant_as_arn = matches!(&*scheme.to_lowercase(), "arn" | "aws");
    let is_uri =
        is_scheme && !is_meant_as_arn && text.len() > scheme.len() + 1 && !text.contains(' ');
    let message = format!("`Resource` must be an ARN, but is {}", quoted(text));
    let help = format!("write {FUNCTION} or {SERVICE};\n{FILLED_IN}");
    let problem = Problem::new(message, whole, "not an ARN").help(help);
    if is_uri { problem.perhaps() } else { problem }
}

fn of_partition(part: Part<'_>) -> Option<Problem> {
    if PARTITIONS.contains(&part.text) || part.is_filled_in_later() {
        return None;
    }
    if part.text.is_empty() {
        let problem = Problem::new(
            "this ARN has no partition",
            part,
            "the partition belongs between these colons",
        );
        return Some(problem.between_colons().help("most often it is `aws`"));
    }
    let message = format!("there is no partition {}", quoted(part.text));
    let mut problem = Problem::new(message, part, "no such partition");
    if let Some(near) = nearest(part.text, PARTITIONS) {
        problem.help = format!("did you mean {}?", quoted(near));
        problem.instead = Some(near.to_owned());
    } else if part.text.starts_with("aws-") {
        problem = problem.perhaps();
    }
    Some(problem)
}

fn of_function(whole: Part<'_>, parts: &[Part<'_>]) -> Option<Problem> {
    let [_, _, _, region, account, kind, name] = parts[..] else {
        return Some(missing_part(whole, parts, "function", "Lambda", FUNCTION));
    };
    if kind.text != "function" && !kind.is_filled_in_later() {
        let message = format!(
            "a Task cannot call the Lambda resource {}",
            quoted(kind.text)
        );
        let label = "`function` belongs here";
        return Some(Problem::new(message, kind, label).help(format!("write {FUNCTION}")));
    }
    of_place("Lambda", region, account).or_else(|| {
        if name.text.is_empty() {
            return Some(cut_short(whole, FUNCTION));
        }
        with_pattern(name).or_else(|| of_qualifier(name))
    })
}

fn with_pattern(name: Part<'_>) -> Option<Problem> {
    let dot = name.text.find(".sync").or(name.text.find(".waitFor"))?;
    let suffix = Part {
        text: &name.text[dot..],
        at: name.at + dot,
    };
    let message = format!("a Lambda ARN cannot have the pattern `{}`", suffix.text);
    let help = format!(
        "call `arn:aws:states:::lambda:invoke{}` and give the function as `FunctionName`",
        suffix.text
    );
    Some(Problem::new(message, suffix, "a pattern of service integrations").help(help))
}

/// The version or alias after a function's name: `$LATEST`, a number, or a name.
fn of_qualifier(name: Part<'_>) -> Option<Problem> {
    let colon = name.text.find(':')?;
    let text = &name.text[colon + 1..];
    if name.text.contains(['{', '<', '%']) || text == "$LATEST" {
        return None;
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !text.is_empty() && text.chars().all(is_plain) {
        return None;
    }
    let part = Part {
        text: &name.text[colon..],
        at: name.at + colon,
    };
    let message = format!("{} is no version or alias of a function", quoted(text));
    let label = "a version or an alias belongs here";
    Some(Problem::new(message, part, label).help(
        "write `$LATEST`, the number of a version, or an alias of letters, digits, `-` and `_`; or leave it out",
    ))
}

fn of_states(whole: Part<'_>, parts: &[Part<'_>]) -> Option<Problem> {
    let [_, _, _, region, account, kind, name] = parts[..] else {
        let form = match parts.get(3) {
            Some(region) if region.text.is_empty() => SERVICE,
            _ => ACTIVITY,
        };
        return Some(missing_part(whole, parts, "activity", "activity", form));
    };
    match kind.text {
        "activity" if name.text.is_empty() => Some(cut_short(whole, ACTIVITY)),
        "activity" => of_place("activity", region, account),
        "stateMachine" | "execution" | "express" | "mapRun" => {
            let message = format!(
                "a Task cannot call the resource {} itself",
                quoted(kind.text)
            );
            let help = "call `arn:aws:states:::states:startExecution.sync:2` and give the state machine as `StateMachineArn`";
            Some(Problem::new(message, kind, "not something that a Task calls").help(help))
        }
        "" => Some(cut_short(whole, SERVICE)),
        "aws-sdk" if !name.text.contains(':') && !name.is_filled_in_later() => Some(cut_short(
            whole,
            "arn:aws:states:::aws-sdk:<service>:<action>",
        )),
        _ if name.text.is_empty() || name.text.ends_with(':') => Some(cut_short(whole, SERVICE)),
        _ => None,
    }
}

/// The region and the account of a function or an activity.
fn of_place(noun: &str, region: Part<'_>, account: Part<'_>) -> Option<Problem> {
    let missing = |what: &str, part| {
        let message = format!("this {noun} ARN has no {what}");
        let label = format!("the {what} belongs between these colons");
        Some(Problem::new(message, part, label).between_colons())
    };
    if region.text.is_empty() {
        return missing("region", region);
    }
    if account.text.is_empty() {
        return missing("account", account);
    }
    if !is_region(region.text) && !region.is_filled_in_later() {
        let message = format!("{} is no region", quoted(region.text));
        let label = "a region such as `us-east-1` belongs here";
        return Some(Problem::new(message, region, label).perhaps());
    }
    let is_number = account.text.bytes().all(|byte| byte.is_ascii_digit());
    if (is_number && account.text.len() == 12) || account.is_filled_in_later() {
        return None;
    }
    let message = format!("{} is no account", quoted(account.text));
    let label = "an account has 12 digits";
    let problem = Problem::new(message, account, label);
    Some(if is_number {
        problem.perhaps()
    } else {
        problem
    })
}

fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    match &words[..] {
        [first @ .., number] => {
            first.len() >= 2
                && first.iter().all(is_word)
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && !number.is_empty()
        }
        [] => false,
    }
}

/// An ARN with too few parts; `kind` is the word that stands before the name.
fn missing_part(
    whole: Part<'_>,
    parts: &[Part<'_>],
    kind: &str,
    noun: &str,
    form: &str,
) -> Problem {
    let at = parts.iter().position(|part| part.text == kind);
    let is_number = |part: &Part<'_>| part.text.bytes().all(|byte| byte.is_ascii_digit());
    match at {
        Some(4) if parts.len() == 6 => {
            let what = if is_number(&parts[3]) {
                "region"
            } else {
                "account"
            };
            let message = format!("this {noun} ARN has no {what}");
            let label = format!("a part is missing before this; the ARN is {form}");
            Problem::new(message, parts[4], label)
        }
        _ => cut_short(whole, form),
    }
}

fn cut_short(whole: Part<'_>, form: &str) -> Problem {
    let message = format!("the ARN {} is not complete", quoted(whole.text));
    Problem::new(message, whole, "parts are missing").help(format!("write {form};\n{FILLED_IN}"))
}

fn of_another_service(whole: Part<'_>, service: Part<'_>) -> Problem {
    let message = format!("a Task cannot call an ARN of {}", quoted(service.text));
    let label = "a Task calls `lambda` functions and `states` activities and integrations";
    let mut problem = Problem::new(message, service, label)
        .perhaps()
        .help(format!(
            "to call a service, write {SERVICE} and name the resource in the arguments"
        ));
    if let Some(near) = nearest(service.text, ["lambda", "states"]) {
        problem.help = format!("did you mean {}?", quoted(near));
        problem.instead = Some(near.to_owned());
        problem.is_certain = true;
    } else if split(whole.text, 7).0 < 6 {
        problem = cut_short(whole, FUNCTION);
    }
    problem
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
        check_resource("arn:aws", expect![[r#"
            error[invalid-resource] the ARN "arn:aws" is not complete (SCHEMA_VALIDATION_FAILED)
              at 1:64 arn:aws -- parts are missing
              help: write arn:aws:lambda:<region>:<account>:function:<name>;
              help: if it is filled in at deploy time, write a placeholder such as ${FunctionArn}: this check then leaves it alone
        "#]]);
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
