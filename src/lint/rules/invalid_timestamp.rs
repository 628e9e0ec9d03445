//! # invalid-timestamp
//!
//! ## What it does
//! Reports a `Timestamp` of a Wait state, or an operand such as `TimestampEquals` of a choice rule,
//! that is no RFC 3339 timestamp with an upper-case `T` and a zone: `Z`, or an offset such as
//! `+02:00`.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`, "String does not match RFC3339
//! timestamp". An expression `{% … %}` of a JSONata state is left alone.
//!
//! ## Example
//! ```json
//! { "Type": "Wait", "Timestamp": "2030-01-01 12:00:00", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Wait", "Timestamp": "2030-01-01T12:00:00Z", "End": true }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Timestamps: <https://states-language.net/spec.html#timestamps>

use super::{Category, Rule};
use crate::data::Timestamp;
use crate::language::Body;
use crate::language::states::{Comparison, Condition, Operator, ValueFamily};
use crate::lint::context::Context;
use crate::lint::{is_placeholder, quoted};
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Edit, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-timestamp",
    category: Category::Schema,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("invalid_timestamp.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for state in context.states() {
        match &state.body {
            Body::Wait(wait) => out.extend(wait.timestamp.as_ref().and_then(|field| {
                let text = &*field.value;
                let is_expression =
                    state.language == QueryLanguage::Jsonata && text.starts_with("{%");
                finding("Timestamp", text, field.span).filter(|_| !is_expression)
            })),
            Body::Choice(choice) => {
                let rules = choice.rules.iter().map(|rule| &rule.condition);
                out.extend(comparisons(rules.collect()).into_iter().filter_map(operand));
            }
            _ => {}
        }
    }
}

/// The comparisons in conditions, in order of the text.
fn comparisons(mut pending: Vec<&Condition>) -> Vec<&Comparison> {
    let mut found = Vec::new();
    pending.reverse();
    while let Some(condition) = pending.pop() {
        match condition {
            Condition::Comparison(comparison) => found.push(&**comparison),
            Condition::And(parts) | Condition::Or(parts) => pending.extend(parts.iter().rev()),
            Condition::Not(inner) => pending.push(inner),
            Condition::Expression(_) | Condition::Invalid(_) => {}
        }
    }
    found
}

fn operand(comparison: &Comparison) -> Option<Diagnostic> {
    let Operator::Compare {
        family: ValueFamily::Timestamp,
        path: false,
        ..
    } = comparison.operator
    else {
        return None;
    };
    let text = comparison.operand.value.as_str()?;
    let field = comparison.operator.to_string();
    finding(&field, text, comparison.operand.span)
}

fn finding(field: &str, text: &str, span: Span) -> Option<Diagnostic> {
    if is_placeholder(text) || Timestamp::parse(text).is_some() {
        return None;
    }
    let message = format!(
        "`{field}` must be an RFC 3339 timestamp, got {}",
        quoted(text)
    );
    let finding = RULE
        .finding(message)
        .label(span, "such as 2030-01-01T12:00:00Z")
        .help("write the date, `T`, the time with seconds, and `Z` or an offset such as `+02:00`");
    Some(match mended(text) {
        None => finding,
        Some(mended) => {
            let edit = Edit {
                span,
                text: quoted(&mended),
            };
            finding
                .help(format!("did you mean {}?", quoted(&mended)))
                .fix(true, vec![edit])
        }
    })
}

/// The same time with an upper-case `T` and `Z`, where only that is wrong.
fn mended(text: &str) -> Option<String> {
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    let is_mark = matches!(text.as_bytes()[10], b' ' | b't' | b'T');
    let mended = format!("{date}T{}", time.replace('z', "Z"));
    (is_mark && Timestamp::parse(&mended).is_some()).then_some(mended)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_wait(fields: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Wait", {fields}, "End": true}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn a_time_has_a_t_and_a_zone() {
        check_wait(
            r#""Timestamp": "2030-01-01 12:00:00Z""#,
            expect![[r#"
            error[invalid-timestamp] `Timestamp` must be an RFC 3339 timestamp, got "2030-01-01 12:00:00Z" (SCHEMA_VALIDATION_FAILED)
              at 1:64 "2030-01-01 12:00:00Z" -- such as 2030-01-01T12:00:00Z
              help: did you mean "2030-01-01T12:00:00Z"?
              fix: 1:64 "2030-01-01 12:00:00Z" -> "2030-01-01T12:00:00Z"
        "#]],
        );
        check_wait(
            r#""Timestamp": "2030-01-01T12:00:00""#,
            expect![[r#"
            error[invalid-timestamp] `Timestamp` must be an RFC 3339 timestamp, got "2030-01-01T12:00:00" (SCHEMA_VALIDATION_FAILED)
              at 1:64 "2030-01-01T12:00:00" -- such as 2030-01-01T12:00:00Z
              help: write the date, `T`, the time with seconds, and `Z` or an offset such as `+02:00`
        "#]],
        );
        check_wait(
            r#""Timestamp": "2030-01-01T25:00:00Z""#,
            expect![[r#"
            error[invalid-timestamp] `Timestamp` must be an RFC 3339 timestamp, got "2030-01-01T25:00:00Z" (SCHEMA_VALIDATION_FAILED)
              at 1:64 "2030-01-01T25:00:00Z" -- such as 2030-01-01T12:00:00Z
              help: write the date, `T`, the time with seconds, and `Z` or an offset such as `+02:00`
        "#]],
        );
        check_wait(
            r#""Timestamp": "tomorrow""#,
            expect![[r#"
            error[invalid-timestamp] `Timestamp` must be an RFC 3339 timestamp, got "tomorrow" (SCHEMA_VALIDATION_FAILED)
              at 1:64 "tomorrow" -- such as 2030-01-01T12:00:00Z
              help: write the date, `T`, the time with seconds, and `Z` or an offset such as `+02:00`
        "#]],
        );
    }

    #[test]
    fn operands_of_choice_rules_are_times_as_well() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Default": "B", "Choices": [
                {"Not": {"Variable": "$.t", "TimestampLessThan": "2030-01-01"}, "Next": "B"},
                {"Variable": "$.t", "TimestampEqualsPath": "$.u", "Next": "B"},
                {"Variable": "$.t", "TimestampEquals": "2030-01-01T12:00:00Z", "Next": "B"}]},
              "B": {"Type": "Succeed"}}}"#,
            expect![[r#"
                error[invalid-timestamp] `TimestampLessThan` must be an RFC 3339 timestamp, got "2030-01-01" (SCHEMA_VALIDATION_FAILED)
                  at 3:66 "2030-01-01" -- such as 2030-01-01T12:00:00Z
                  help: write the date, `T`, the time with seconds, and `Z` or an offset such as `+02:00`
            "#]],
        );
    }

    #[test]
    fn times_and_expressions_are_left_alone() {
        check_wait(
            r#""Timestamp": "2030-01-01T12:00:00.000+02:00""#,
            expect![""],
        );
        check_wait(r#""Timestamp": "${Start}""#, expect![""]);
        check_wait(
            r#""QueryLanguage": "JSONata", "Timestamp": "{% $now() %}""#,
            expect![""],
        );
    }
}
