//! # invalid-intrinsic
//!
//! ## What it does
//! Reports calls of intrinsic functions that cannot work: a function that does not exist, too few or
//! too many arguments, literals that the function does not take, a placeholder of `States.Format`
//! without an argument, escapes that there are not, brackets and quotes that are never closed, calls
//! nested deeper than ten levels.
//!
//! ## Why it matters
//! A call that cannot be read is rejected by AWS with `SCHEMA_VALIDATION_FAILED`. One that can be
//! read and never works fails the execution with `States.Runtime`, which nothing can catch.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Parameters": { "hash.$": "States.Hash($.text)" }, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Parameters": { "hash.$": "States.Hash($.text, 'SHA-256')" }, "End": true }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Intrinsic functions:
//! <https://states-language.net/spec.html#intrinsic-functions>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::expressions::{Expression, Form};
use crate::query::{Argument, SyntaxError};
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-intrinsic",
    category: Category::JsonPath,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("invalid_intrinsic.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for expression in &context.expressions {
        match &*expression.form {
            Form::BadCall(error) => out.push(finding(context, expression, error)),
            Form::Argument(Argument::Intrinsic(call)) => {
                let faults = call.faults();
                let finding = |fault: &SyntaxError| Diagnostic {
                    aws_code: None,
                    ..finding(context, expression, fault)
                };
                out.extend(faults.iter().map(finding));
            }
            _ => {}
        }
    }
}

fn finding(context: &Context<'_>, expression: &Expression<'_>, error: &SyntaxError) -> Diagnostic {
    let place = expression.place(context.source, error.offset, error.len);
    let finding = RULE
        .finding(format!("invalid intrinsic function: {}", error.message))
        .label(place, format!("in `{}`", expression.field));
    match &error.help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn calls_that_cannot_work_are_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true, "Parameters": {
                "a.$": "States.Foo($.x)",
                "b.$": "States.Format('{} and {}', $.x)",
                "c.$": "States.MathAdd('1', $.x)",
                "d.$": "States.Hash($.x, 'sha256')",
                "e.$": "States.Hash($.x)",
                "f.$": "States.ArrayLength(States.UUID())",
                "g.$": "States.Format('a"}}}}"#,
            expect![[r#"
                error[invalid-intrinsic] invalid intrinsic function: `States.Foo` is no intrinsic function (SCHEMA_VALIDATION_FAILED)
                  at 3:25 States.Foo -- in `a.$`
                  help: names are case-sensitive and start with `States.`, as in `States.Format`
                error[invalid-intrinsic] invalid intrinsic function: the template has 2 placeholders `{}`, and 1 argument follow (-)
                  at 4:39 '{} and {}' -- in `b.$`
                error[invalid-intrinsic] invalid intrinsic function: argument 1 of `States.MathAdd` must be a number, not a string (-)
                  at 5:40 '1' -- in `c.$`
                error[invalid-intrinsic] invalid intrinsic function: `sha256` is no algorithm of `States.Hash` (-)
                  at 6:42 'sha256' -- in `d.$`
                  help: there are MD5, SHA-1, SHA-256, SHA-384, SHA-512
                error[invalid-intrinsic] invalid intrinsic function: `States.Hash` takes 2 arguments, not 1 (SCHEMA_VALIDATION_FAILED)
                  at 7:25 States.Hash($.x) -- in `e.$`
                error[invalid-intrinsic] invalid intrinsic function: argument 1 of `States.ArrayLength` must be an array, not a string (-)
                  at 8:44 States.UUID() -- in `f.$`
                error[invalid-intrinsic] invalid intrinsic function: this `'` is never closed (SCHEMA_VALIDATION_FAILED)
                  at 9:39 'a -- in `g.$`
            "#]],
        );
    }

    #[test]
    fn calls_that_may_work_are_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true, "Parameters": {
                "a.$": "States.Format('{} \\{\\} {}', $.x, States.UUID())",
                "b.$": "States.MathAdd($.x, -1.5)",
                "c.$": "States.ArrayGetItem(States.StringSplit($.x, ','), 0)",
                "d.$": "States.Array()"}}}}"#,
            expect![""],
        );
    }
}
