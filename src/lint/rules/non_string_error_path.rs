//! # non-string-error-path
//!
//! ## What it does
//! Reports an `ErrorPath` or `CausePath` of a Fail state that calls a function which gives no
//! string.
//!
//! ## Why it matters
//! An error name and a cause are strings. Only `States.Format`, `States.JsonToString`,
//! `States.ArrayGetItem`, `States.Base64Encode`, `States.Base64Decode`, `States.Hash` and
//! `States.UUID` may be called here: with any other function the definition is refused, or the
//! execution fails with an error of its own.
//!
//! ## Example
//! ```json
//! { "Type": "Fail", "ErrorPath": "States.Array($.code)" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Fail", "ErrorPath": "States.Format('{}', $.code)" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Fail State: <https://states-language.net/spec.html#fail-state>

use std::sync::Arc;

use super::{Category, Rule};
use crate::language::{Body, Field};
use crate::lint::context::Context;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "non-string-error-path",
    category: Category::Errors,
    severity: Severity::Error,
    aws_code: None,
    is_on: true,
    source: include_str!("non_string_error_path.rs"),
    check,
};

/// The functions that never give a string, or not surely; others are unknown, not wrong here.
const OTHERS: [&str; 11] = [
    "States.Array",
    "States.ArrayContains",
    "States.ArrayLength",
    "States.ArrayPartition",
    "States.ArrayRange",
    "States.ArrayUnique",
    "States.JsonMerge",
    "States.MathAdd",
    "States.MathRandom",
    "States.StringSplit",
    "States.StringToJson",
];

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for state in context.states() {
        if let Body::Fail(fail) = &state.body {
            out.extend(finding(context, "ErrorPath", fail.error_path.as_ref()));
            out.extend(finding(context, "CausePath", fail.cause_path.as_ref()));
        }
    }
}

fn finding(
    context: &Context<'_>,
    name: &str,
    field: Option<&Field<Arc<str>>>,
) -> Option<Diagnostic> {
    let field = field?;
    let (function, _) = field.value.split_once('(')?;
    let function = function.trim_end();
    if !OTHERS.contains(&function.trim_start()) {
        return None;
    }
    let message = format!("`{name}` must give a string, but `{function}` does not");
    let span = context.source.within(field.span, 0, function.len());
    Some(
        RULE.finding(message)
            .label(span, "gives something else")
            .help("make a string of it with `States.Format` or `States.JsonToString`"),
    )
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_fail(fields: &str, expected: Expect) {
        let definition =
            format!(r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Fail", {fields}}}}}}}"#);
        check(&definition, expected);
    }

    #[test]
    fn an_error_name_is_a_string() {
        check_fail(
            r#""ErrorPath": "States.Array(1)""#,
            expect![[r#"
            error[non-string-error-path] `ErrorPath` must give a string, but `States.Array` does not (-)
              at 1:65 States.Array -- gives something else
              help: make a string of it with `States.Format` or `States.JsonToString`
        "#]],
        );
        check_fail(
            r#""CausePath": "States.MathAdd($.a, 1)""#,
            expect![[r#"
            error[non-string-error-path] `CausePath` must give a string, but `States.MathAdd` does not (-)
              at 1:65 States.MathAdd -- gives something else
              help: make a string of it with `States.Format` or `States.JsonToString`
        "#]],
        );
    }

    #[test]
    fn functions_that_give_strings_are_left_alone() {
        check_fail(
            r#""CausePath": "States.Format('{}', States.Array(1))", "ErrorPath": "$.e""#,
            expect![""],
        );
    }
}
