//! # jsonata-syntax
//!
//! ## What it does
//! Reports `{% … %}` expressions that are not JSONata 2.0.6, the version that Step Functions runs,
//! with the place inside the expression; and strings that begin with `{%` and do not end with `%}`,
//! or the other way round, blanks outside the delimiters included.
//!
//! ## Why it matters
//! AWS rejects an expression that cannot be read with `INVALID_JSONATA_EXPRESSION`. A string with
//! only one of the delimiters is no expression for AWS but plain text, which is never what was
//! meant.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Output": "{% $sum($states.input.prices %}", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Output": "{% $sum($states.input.prices) %}", "End": true }
//! ```
//!
//! ## Reference
//! Transforming data with JSONata in Step Functions:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::expressions::{Expression, Form};
use crate::query::jsonata;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "jsonata-syntax",
    category: Category::Jsonata,
    severity: Severity::Error,
    aws_code: Some("INVALID_JSONATA_EXPRESSION"),
    is_on: true,
    source: include_str!("jsonata_syntax.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for expression in &context.expressions {
        match &*expression.form {
            Form::BadJsonata(error) => out.push(finding(context, expression, error)),
            Form::HalfDelimited => {
                out.push(half_delimited(expression.node.span(), expression.text));
            }
            _ => {}
        }
    }
}

fn finding(
    context: &Context<'_>,
    expression: &Expression<'_>,
    error: &jsonata::SyntaxError,
) -> Diagnostic {
    let place = expression.place(context.source, error.offset, error.len);
    let message = format!("JSONata syntax error {}: {}", error.code, error.message);
    let inner = jsonata::strip_delimiters(expression.text).unwrap_or(expression.text);
    let finding = RULE.finding(message);
    // A text that ends too early is most often one whose bracket is open.
    let open = open_bracket(inner).filter(|_| error.offset >= inner.len());
    let Some((at, open)) = open else {
        return finding.label(place, format!("in `{}`", expression.field));
    };
    let close = match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    };
    let label = format!(
        "a `{close}` is missing here (offset {} in the expression)",
        inner.chars().count()
    );
    let finding = finding.label(place, label).label(
        expression.place(context.source, at, 1),
        format!("this `{open}` is still open"),
    );
    let closed = format!("{inner}{close}");
    if jsonata::Reading::of(&closed).is_ok() {
        return finding.help(format!("close it:  {{% {closed} %}}"));
    }
    finding
}

/// The last bracket that is never closed; those in texts, names and comments do not count.
fn open_bracket(expression: &str) -> Option<(usize, char)> {
    let mut open = Vec::new();
    let mut characters = expression.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' | '\'' | '`' => {
                while let Some((_, inner)) = characters.next() {
                    if inner == '\\' {
                        characters.next();
                    } else if inner == character {
                        break;
                    }
                }
            }
            '(' | '[' | '{' => open.push((at, character)),
            ')' | ']' | '}' => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

fn half_delimited(span: crate::syntax::Span, text: &str) -> Diagnostic {
    let trimmed = text.trim();
    let is_moved = jsonata::strip_delimiters(trimmed).is_some();
    let (what, help) = if is_moved {
        (
            "blanks stand outside the delimiters",
            "take the blanks away, or move them inside",
        )
    } else if trimmed.starts_with("{%") {
        (
            "`{%` is never closed",
            "an expression ends with `%}`, and nothing stands behind it",
        )
    } else {
        (
            "`%}` closes nothing",
            "an expression begins with `{%`, and nothing stands before it",
        )
    };
    let mut finding = RULE
        .finding(format!(
            "a string that is not whole between `{{%` and `%}}` is no expression: {what}"
        ))
        .label(span, "this is plain text")
        .help(help);
    finding.aws_code = None;
    if is_moved {
        // AWS was recorded to take it as the text that it is.
        finding.severity = Severity::Warning;
    }
    finding
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn the_place_in_the_expression_is_shown() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true,
                "Assign": {"a": [{"b": "{% 1 + %}"}]},
                "Output": "{% $sum($states.input.lines.(price * quantity) %}"}}}"#,
            expect![[r#"
                error[jsonata-syntax] JSONata syntax error S0207: Unexpected end of expression (INVALID_JSONATA_EXPRESSION)
                  at 3:47   -- in `b`
                error[jsonata-syntax] JSONata syntax error S0203: Expected ")" before end of expression (INVALID_JSONATA_EXPRESSION)
                  at 4:74   -- a `)` is missing here (offset 43 in the expression)
                  at 4:35 ( -- this `(` is still open
                  help: close it:  {% $sum($states.input.lines.(price * quantity)) %}
            "#]],
        );
    }

    #[test]
    fn half_a_pair_of_delimiters_is_no_expression() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true,
                "Output": ["{% 1", "{% 1 %} ", "1 %}"]}}}"#,
            expect![[r#"
                error[jsonata-syntax] a string that is not whole between `{%` and `%}` is no expression: `{%` is never closed (-)
                  at 3:28 "{% 1" -- this is plain text
                  help: an expression ends with `%}`, and nothing stands behind it
                warning[jsonata-syntax] a string that is not whole between `{%` and `%}` is no expression: blanks stand outside the delimiters (-)
                  at 3:36 "{% 1 %} " -- this is plain text
                  help: take the blanks away, or move them inside
                error[jsonata-syntax] a string that is not whole between `{%` and `%}` is no expression: `%}` closes nothing (-)
                  at 3:48 "1 %}" -- this is plain text
                  help: an expression begins with `{%`, and nothing stands before it
            "#]],
        );
    }

    #[test]
    fn expressions_that_parse_and_plain_text_are_silent() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true, "Comment": "{% 1 + %}",
                "Output": {"a": "{% 1 %}", "b": "100 %", "c": "{% ${Later} + %}"}}}}"#,
            expect![""],
        );
    }
}
