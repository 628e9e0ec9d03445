//! # not-a-reference-path
//!
//! ## What it does
//! Reports a path that can match many places where exactly one is needed: in `ResultPath`,
//! `ItemsPath`, `SecondsPath`, `TimeoutSecondsPath` and the other fields that end in `Path` and hold
//! a value. There, only `.name`, `['name']` and `[n]` may follow the `$`. A `ResultPath` writes, so
//! it cannot start from the context object or from a variable either.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! { "Type": "Map", "ItemsPath": "$.orders[*].items" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Map", "ItemsPath": "$.items" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Reference Paths: <https://states-language.net/spec.html#ref-paths>

use super::{Category, Rule};
use crate::language::expressions::Slot;
use crate::lint::context::Context;
use crate::lint::expressions::{Expression, Form};
use crate::query::Root;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "not-a-reference-path",
    category: Category::JsonPath,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("not_a_reference_path.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for expression in &context.expressions {
        match &*expression.form {
            Form::NotOnePlace(error) => {
                let place = expression.place(context.source, error.offset, error.len);
                out.push(
                    RULE.finding(format!(
                        "`{}` must be a reference path: one that names exactly one place",
                        expression.field
                    ))
                    .label(place, error.message.clone())
                    .help(
                        "reference paths allow only `.name`, `['name']` and `[n]`: no `*`, `..`, \
                         `:`, `,`, `?()` or functions",
                    ),
                );
            }
            Form::ReferencePath(path) if expression.site.slot == Slot::ResultPath => {
                out.extend(unwritable(context, expression, path.root()));
            }
            _ => {}
        }
    }
}

fn unwritable(
    context: &Context<'_>,
    expression: &Expression<'_>,
    root: &Root,
) -> Option<Diagnostic> {
    let (what, len, help) = match root {
        Root::Input => return None,
        Root::Context => (
            "the context object",
            2,
            "write to `$.name` instead".to_owned(),
        ),
        Root::Variable(name) => (
            "a variable",
            1 + name.len(),
            format!("set a variable by `\"Assign\": {{\"{name}.$\": \"$\"}}`"),
        ),
    };
    let offset = expression.text.len() - expression.text.trim_start().len();
    let place = expression.place(context.source, offset, len);
    let message = format!("`{}` cannot write to {what}", expression.field);
    let label = "only a path from `$` can be written to";
    Some(RULE.finding(message).label(place, label).help(help))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_path_to_many_places_is_reported_where_it_branches() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Wait", "TimestampPath": "$.a[*]", "Next": "B"},
              "B": {"Type": "Pass", "ResultPath": "$..a", "Next": "C"},
              "C": {"Type": "Pass", "ResultPath": "$$.a", "Next": "D"},
              "D": {"Type": "Pass", "ResultPath": "$x.a", "End": true}}}"#,
            expect![[r#"
                error[not-a-reference-path] `TimestampPath` must be a reference path: one that names exactly one place (SCHEMA_VALIDATION_FAILED)
                  at 2:58 [*] -- `[*]` can match many nodes
                  help: reference paths allow only `.name`, `['name']` and `[n]`: no `*`, `..`, `:`, `,`, `?()` or functions
                error[not-a-reference-path] `ResultPath` must be a reference path: one that names exactly one place (SCHEMA_VALIDATION_FAILED)
                  at 3:53 .. -- `..` can match many nodes
                  help: reference paths allow only `.name`, `['name']` and `[n]`: no `*`, `..`, `:`, `,`, `?()` or functions
                error[not-a-reference-path] `ResultPath` cannot write to the context object (SCHEMA_VALIDATION_FAILED)
                  at 4:52 $$ -- only a path from `$` can be written to
                  help: write to `$.name` instead
                error[not-a-reference-path] `ResultPath` cannot write to a variable (SCHEMA_VALIDATION_FAILED)
                  at 5:52 $x -- only a path from `$` can be written to
                  help: set a variable by `"Assign": {"x.$": "$"}`
            "#]],
        );
    }

    #[test]
    fn paths_to_one_place_are_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "ResultPath": "$.a['b c'][0].d-e", "Next": "B"},
              "B": {"Type": "Wait", "SecondsPath": "$$.Execution.Input.n", "End": true}}}"#,
            expect![""],
        );
    }
}
