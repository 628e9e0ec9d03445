//! # invalid-jsonpath
//!
//! ## What it does
//! Reports a path that cannot be read: `InputPath`, `ResultPath`, `Variable` and their like, the
//! values under keys that end in `.$`, and the paths in calls of intrinsic functions. The place in
//! the path is shown, and what is missing there.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`. A text with a placeholder such as
//! `${Path}` is left alone, and a fault inside a filter is a warning.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "InputPath": "$.order.items[0", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "InputPath": "$.order.items[0]", "End": true }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Paths: <https://states-language.net/spec.html#path>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::expressions::Form;
use crate::query::Path;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-jsonpath",
    category: Category::JsonPath,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("invalid_jsonpath.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for expression in &context.expressions {
        let Form::BadPath(error) = &*expression.form else {
            continue;
        };
        let place = expression.place(context.source, error.offset, error.len);
        let mut finding = RULE
            .finding(format!("invalid JSONPath: {}", error.message))
            .label(place, format!("in `{}`", expression.field));
        if is_in_filter(expression.text, error.offset) {
            // Published machines compare with texts that have no quotes: `[?(@.name==Receipt)]`.
            finding.severity = Severity::Warning;
            finding.aws_code = None;
        }
        out.push(match (&error.help, expression.text) {
            (_, text) if text.starts_with("States.") => finding.help(
                "intrinsic functions stand in payload templates, under keys that end in `.$`; in \
                 a Pass before this state, for example",
            ),
            (_, text) if text.starts_with("{%") => finding.help(
                "this state's query language is JSONPath; with `\"QueryLanguage\": \"JSONata\"` it \
                 takes expressions",
            ),
            (Some(help), _) => finding.help(help),
            (None, text) if error.message.ends_with("is never closed") => match closed(text) {
                Some(closed) => finding.help(format!("write `{closed}`")),
                None => finding,
            },
            (None, _) => finding,
        });
    }
}

/// The path with what is missing at its end.
fn closed(path: &str) -> Option<String> {
    let endings = ["]", "']", ")]"].map(|ending| format!("{path}{ending}"));
    let reads = |path: &String| Path::parse(path).is_ok_and(|path| path.fault().is_none());
    endings.into_iter().find(reads)
}

/// Whether a place in a path is between the brackets of a filter, whose faults AWS is not known
/// to refuse.
fn is_in_filter(path: &str, offset: usize) -> bool {
    let before = path.get(..offset).unwrap_or_default();
    before
        .rfind("[?")
        .is_some_and(|open| !before[open..].contains(']'))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn the_place_in_the_path_is_shown() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "InputPath": "$.order.items[0", "OutputPath": "foo",
                "ResultPath": "$.a.", "Parameters": {"a": [{"b.$": "$.x["}]}, "Next": "B"},
              "B": {"Type": "Choice", "Choices": [{"Variable": "$.a[", "IsNull": true, "Next": "C"}],
                "InputPath": "States.UUID()", "Default": "C"},
              "C": {"Type": "Wait", "SecondsPath": "{% 1 %}", "End": true}}}"#,
            expect![[r#"
                error[invalid-jsonpath] invalid JSONPath: this `[` is never closed (SCHEMA_VALIDATION_FAILED)
                  at 2:64 [ -- in `InputPath`
                  help: write `$.order.items[0]`
                error[invalid-jsonpath] invalid JSONPath: a path must start with `$` (SCHEMA_VALIDATION_FAILED)
                  at 2:84 f -- in `OutputPath`
                error[invalid-jsonpath] invalid JSONPath: a path must not end with `.` (SCHEMA_VALIDATION_FAILED)
                  at 3:35 . -- in `ResultPath`
                error[invalid-jsonpath] invalid JSONPath: this `[` is never closed (SCHEMA_VALIDATION_FAILED)
                  at 3:72 [ -- in `b.$`
                error[invalid-jsonpath] invalid JSONPath: this `[` is never closed (SCHEMA_VALIDATION_FAILED)
                  at 4:68 [ -- in `Variable`
                error[invalid-jsonpath] invalid JSONPath: a path must start with `$` (SCHEMA_VALIDATION_FAILED)
                  at 5:31 S -- in `InputPath`
                  help: intrinsic functions stand in payload templates, under keys that end in `.$`; in a Pass before this state, for example
                error[invalid-jsonpath] invalid JSONPath: a path must start with `$` (SCHEMA_VALIDATION_FAILED)
                  at 6:53 { -- in `SecondsPath`
                  help: this state's query language is JSONPath; with `"QueryLanguage": "JSONata"` it takes expressions
            "#]],
        );
    }

    #[test]
    fn paths_of_all_kinds_are_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "InputPath": "$$.Execution.Input", "OutputPath": null,
                "Parameters": {"a.$": "$.x[?(@.n > 1)].m", "b.$": "$['a b'][-1:]",
                  "c.$": "${Path}"}, "End": true}}}"#,
            expect![""],
        );
    }
}
