//! # unknown-function
//!
//! ## What it does
//! Reports calls of functions that there are not, in `{% … %}` expressions: neither JSONata 2.0.6
//! nor Step Functions has one of this name, and the expression does not define it. `$eval`, which
//! Step Functions does not have, is an error. Calls with more arguments than the function takes are
//! reported as well.
//!
//! ## Why it matters
//! The expression fails with `States.QueryEvaluationError` when it comes to the call. AWS accepts
//! the definition.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Output": "{% $lenght($states.input.name) %}", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Output": "{% $length($states.input.name) %}", "End": true }
//! ```
//!
//! ## Reference
//! JSONata functions provided by Step Functions:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-step-functions>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::expressions::{Expression, Form};
use crate::lint::similar::nearest;
use crate::query::jsonata::{self, Call};
use crate::syntax::{Diagnostic, Edit, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unknown-function",
    category: Category::Jsonata,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("unknown_function.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for expression in &context.expressions {
        let Form::Jsonata(read, _) = &*expression.form else {
            continue;
        };
        for call in &read.usage().calls {
            out.extend(finding(context, expression, call));
        }
    }
}

fn finding(context: &Context<'_>, expression: &Expression<'_>, call: &Call) -> Option<Diagnostic> {
    let place = expression.place(context.source, call.offset, call.len);
    let name = &call.name;
    if &**name == "eval" {
        let mut finding = RULE
            .finding("Step Functions has no `$eval`")
            .label(place, "fails with States.QueryEvaluationError")
            .help("`$parse` reads JSON from a string");
        finding.severity = Severity::Error;
        return Some(finding);
    }
    if !call.is_known {
        let finding = RULE
            .finding(format!("there is no function `${name}`"))
            .label(place, "fails with States.QueryEvaluationError");
        return Some(match nearest(name, jsonata::function_names()) {
            None => finding.help("functions are defined in the expression that calls them"),
            Some(near) => {
                let edit = Edit {
                    span: place,
                    text: format!("${near}"),
                };
                let finding = finding.help(format!("did you mean `${near}`?"));
                // The span of a string with escapes may be the whole string's.
                if context.source.text.get(place.range()) == Some(&format!("${name}")) {
                    finding.fix(false, vec![edit])
                } else {
                    finding
                }
            }
        });
    }
    let most = call.most.filter(|most| call.arguments > *most)?;
    let arguments = if most == 1 { "argument" } else { "arguments" };
    Some(
        RULE.finding(format!(
            "`${name}` takes at most {most} {arguments}, not {}",
            call.arguments
        ))
        .label(place, "fails with States.QueryEvaluationError"),
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn functions_that_there_are_not_are_reported() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true, "Output": {
                "a": "{% $foo(1) %}", "b": "{% $lenght('a') %}", "c": "{% $eval('1') %}",
                "d": "{% $uppercase('a', 'b') %}"}}}}"#,
            expect![[r#"
                warning[unknown-function] there is no function `$foo` (-)
                  at 3:26 $foo -- fails with States.QueryEvaluationError
                  help: functions are defined in the expression that calls them
                warning[unknown-function] there is no function `$lenght` (-)
                  at 3:48 $lenght -- fails with States.QueryEvaluationError
                  help: did you mean `$length`?
                  fix: 3:48 $lenght -> $length
                error[unknown-function] Step Functions has no `$eval` (-)
                  at 3:75 $eval -- fails with States.QueryEvaluationError
                  help: `$parse` reads JSON from a string
                warning[unknown-function] `$uppercase` takes at most 1 argument, not 2 (-)
                  at 4:26 $uppercase -- fails with States.QueryEvaluationError
            "#]],
        );
    }

    #[test]
    fn functions_of_the_expression_and_of_the_language_are_silent() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true, "Output": {
                "a": "{% ($foo := function($x) { $x }; $foo(1)) %}",
                "b": "{% $partition([1, 2], 1) ~> $map($string) %}", "c": "{% $uuid() %}"}}}}"#,
            expect![""],
        );
    }
}
