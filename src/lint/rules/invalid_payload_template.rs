//! # invalid-payload-template
//!
//! ## What it does
//! Reports fields of payload templates whose key ends in `.$` and whose value is neither a path nor
//! a call of an intrinsic function, and keys that give the same field twice, such as `id` and
//! `id.$`. Templates are `Parameters`, `ResultSelector`, `ItemSelector`, `Assign`, `BatchInput` and
//! their like.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Parameters": { "id.$": "order-7" }, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Parameters": { "id": "order-7" }, "End": true }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Payload Template:
//! <https://states-language.net/spec.html#payload-template>

use foldhash::{HashMap, HashMapExt};

use super::{Category, Rule};
use crate::language::expressions::Slot;
use crate::lint::context::Context;
use crate::lint::expressions::{Expression, Form};
use crate::lint::{json_string, quoted, shown};
use crate::syntax::{Diagnostic, Edit, Entry, Node, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-payload-template",
    category: Category::JsonPath,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("invalid_payload_template.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for expression in &context.expressions {
        match &*expression.form {
            Form::Neither if expression.site.slot == Slot::Template => {
                out.push(neither(expression));
            }
            Form::Neither => out.push(
                RULE.finding(format!("`{}` is no path", expression.field))
                    .label(
                        expression.node.span(),
                        "neither a path nor an intrinsic function",
                    )
                    .help("paths start with `$`, calls with `States.`"),
            ),
            Form::NoString => out.push(
                RULE.finding(format!(
                    "the value of `{}` must be a path or an intrinsic function",
                    expression.field
                ))
                .label(
                    expression.node.span(),
                    format!("{}, not a string", shown(expression.node)),
                )
                .help("take `.$` off the key for a value that is used as it is"),
            ),
            _ => {}
        }
    }
    for template in &context.templates {
        duplicates(*template, out);
    }
}

fn neither(expression: &Expression<'_>) -> Diagnostic {
    let message = format!(
        "the value of `{}` is neither a path nor an intrinsic function: {}",
        expression.field,
        quoted(expression.text)
    );
    let finding = RULE.finding(message).label(
        expression.node.span(),
        "paths start with `$`, calls with `States.`",
    );
    let Some(entry) = key_of(expression.node) else {
        return finding;
    };
    let plain = entry.key.strip_suffix(".$").unwrap_or(&entry.key);
    let edit = Edit {
        span: entry.key_span,
        text: json_string(plain),
    };
    finding
        .help(format!(
            "name the key `{plain}` for a value that is used as it is"
        ))
        .fix(false, vec![edit])
}

/// The entry that holds a value.
fn key_of(value: Node<'_>) -> Option<&Entry> {
    let entries = value.parent()?.entries();
    entries.iter().find(|entry| entry.value == value.id())
}

/// Keys of the template's objects that differ only by `.$`.
fn duplicates(template: Node<'_>, out: &mut Vec<Diagnostic>) {
    let mut pending = vec![template];
    while let Some(node) = pending.pop() {
        pending.extend(node.items());
        let entries = node.entries().iter();
        let values = entries.filter(|entry| !entry.key.ends_with(".$"));
        let before = pending.len();
        pending.extend(values.map(|entry| node.tree().node(entry.value)));
        // Without an expression no two keys can give the same field.
        if pending.len() - before == node.entries().len() || all_differ(node.entries()) {
            continue;
        }
        let mut first: HashMap<&str, &Entry> = HashMap::new();
        for entry in node.entries() {
            let bare = entry.key.strip_suffix(".$").unwrap_or(&entry.key);
            let earlier = first.get(bare).filter(|earlier| earlier.key != entry.key);
            if let Some(earlier) = earlier {
                let message = format!("`{}` and `{}` give the same field", earlier.key, entry.key);
                out.push(
                    RULE.finding(message)
                        .label(entry.key_span, format!("gives {} again", quoted(bare)))
                        .label(earlier.key_span, "first given here")
                        .help("keep one of the two"),
                );
            }
            first.entry(bare).or_insert(entry);
        }
    }
}

/// Whether no two keys of an object can give the same field: told at once of a small one.
fn all_differ(entries: &[Entry]) -> bool {
    const SMALL: usize = 16;
    let is_given = |entry: &Entry| {
        let bare = entry.key.strip_suffix(".$");
        bare.is_some_and(|bare| entries.iter().any(|other| &*other.key == bare))
    };
    entries.len() <= SMALL && !entries.iter().any(is_given)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn values_that_are_no_expressions_are_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Parameters": {"a.$": "order", "b": {"c.$": 7}}, "Next": "B"},
              "B": {"Type": "Fail", "ErrorPath": "Error"}}}"#,
            expect![[r#"
                error[invalid-payload-template] the value of `a.$` is neither a path nor an intrinsic function: "order" (SCHEMA_VALIDATION_FAILED)
                  at 2:59 "order" -- paths start with `$`, calls with `States.`
                  help: name the key `a` for a value that is used as it is
                  fix: 2:52 "a.$" -> "a"
                error[invalid-payload-template] the value of `c.$` must be a path or an intrinsic function (SCHEMA_VALIDATION_FAILED)
                  at 2:81 7 -- 7, not a string
                  help: take `.$` off the key for a value that is used as it is
                error[invalid-payload-template] `ErrorPath` is no path (SCHEMA_VALIDATION_FAILED)
                  at 3:50 "Error" -- neither a path nor an intrinsic function
                  help: paths start with `$`, calls with `States.`
            "#]],
        );
    }

    #[test]
    fn two_keys_for_one_field_are_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Parameters": {"a": 1, "b": [{"x.$": "$.x", "x": 2}], "a.$": "$.a"},
                "End": true}}}"#,
            expect![[r#"
                error[invalid-payload-template] `x.$` and `x` give the same field (SCHEMA_VALIDATION_FAILED)
                  at 2:81 "x" -- gives "x" again
                  at 2:67 "x.$" -- first given here
                  help: keep one of the two
                error[invalid-payload-template] `a` and `a.$` give the same field (SCHEMA_VALIDATION_FAILED)
                  at 2:91 "a.$" -- gives "a" again
                  at 2:52 "a" -- first given here
                  help: keep one of the two
            "#]],
        );
    }

    #[test]
    fn results_and_literals_are_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Parameters": {"a": "b", "b.$": "$", "c.$": {"Ref": "X"}},
                "End": true}}}"#,
            expect![""],
        );
    }
}
