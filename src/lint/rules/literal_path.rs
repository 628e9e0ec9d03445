//! # literal-path
//!
//! ## What it does
//! Reports strings in payload templates that look like a path or a call of an intrinsic function and
//! stand under a key without `.$`: `"id": "$.orderId"`. AWS calls this `NO_DOLLAR`.
//!
//! ## Why it matters
//! Without `.$` at the end of its key a value is used as it is, and the text `$.orderId` goes to the
//! service or the next state. AWS accepts the definition with a warning.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Parameters": { "id": "$.orderId" }, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Parameters": { "id.$": "$.orderId" }, "End": true }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Payload Template:
//! <https://states-language.net/spec.html#payload-template>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::{json_string, quoted};
use crate::query::Argument;
use crate::syntax::{Diagnostic, Edit, Node, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "literal-path",
    category: Category::JsonPath,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("literal_path.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for root in &context.templates {
        template(*root, out);
    }
}

fn template(root: Node<'_>, out: &mut Vec<Diagnostic>) {
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        pending.extend(node.items());
        for entry in node.entries() {
            let value = node.tree().node(entry.value);
            if entry.key.ends_with(".$") {
                continue;
            }
            pending.push(value);
            let Some(text) = value.as_str().filter(|text| is_meant(text)) else {
                continue;
            };
            let edit = Edit {
                span: entry.key_span,
                text: json_string(&format!("{}.$", entry.key)),
            };
            out.push(
                RULE.finding(format!("{} is used as a text", quoted(text)))
                    .label(value.span(), "looks like an expression, and is none")
                    .help(format!(
                        "name the key `{}.$` to use the value it gives",
                        entry.key
                    ))
                    .fix(false, vec![edit]),
            );
        }
    }
}

/// Whether a text is a path into something, or a call: a lone `$`, `$5` and `$name` may well be
/// texts.
fn is_meant(text: &str) -> bool {
    let starts = ["$.", "$[", "$$.", "States."];
    starts.iter().any(|start| text.starts_with(start)) && Argument::parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn paths_and_calls_that_stay_texts_are_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Parameters": {"a": "$.x", "b": [{"c": "States.UUID()"}]},
                "End": true}}}"#,
            expect![[r#"
                warning[literal-path] "$.x" is used as a text (-)
                  at 2:57 "$.x" -- looks like an expression, and is none
                  help: name the key `a.$` to use the value it gives
                  fix: 2:52 "a" -> "a.$"
                warning[literal-path] "States.UUID()" is used as a text (-)
                  at 2:76 "States.UUID()" -- looks like an expression, and is none
                  help: name the key `c.$` to use the value it gives
                  fix: 2:71 "c" -> "c.$"
            "#]],
        );
    }

    #[test]
    fn texts_are_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Result": {"a": "$.x"}, "Next": "B"},
              "B": {"Type": "Pass", "Parameters": {"a": "$", "b": "$5", "c": "$. x [", "d.$": "$.x",
                "e": "$name"}, "End": true}}}"#,
            expect![[r#"
                warning[impossible-path] `$.x` can never exist here (-)
                  at 3:96 $.x -- what the state gets has no `x`, only `a`
            "#]],
        );
    }
}
