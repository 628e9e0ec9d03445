//! # static-result
//!
//! ## What it does
//! Reports keys that end in `.$`, and `{% … %}` expressions, in the `Result` of a Pass state:
//! nothing in `Result` is evaluated. AWS calls this `PASS_RESULT_IS_STATIC`.
//!
//! ## Why it matters
//! The state passes the text `$.orderId` on, under a key that still ends in `.$`. AWS accepts the
//! definition with a warning.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Result": { "id.$": "$.orderId" }, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Parameters": { "id.$": "$.orderId" }, "End": true }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Pass State: <https://states-language.net/spec.html#pass-state>

use super::{Category, Rule};
use crate::language::Body;
use crate::lint::context::Context;
use crate::lint::json_string;
use crate::query::{Argument, QueryLanguage, jsonata};
use crate::syntax::{Diagnostic, Edit, Node, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "static-result",
    category: Category::JsonPath,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("static_result.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for state in context.machine.states() {
        let Body::Pass(pass) = &state.body else {
            continue;
        };
        let Some(result) = &pass.result else { continue };
        if state.language == QueryLanguage::Jsonata {
            continue;
        }
        let Some(place) = evaluated(context.tree.node(result.node)) else {
            continue;
        };
        let finding = RULE
            .finding("nothing in the `Result` of a Pass is evaluated")
            .label(place, "stays as it is written")
            .label(result.key, "this field is static");
        let is_expression = context.source.text[place.range()].contains("{%");
        out.push(if is_expression {
            finding.help("`\"QueryLanguage\": \"JSONata\"` and `Output` evaluate expressions")
        } else if state.io.parameters.is_some() {
            finding.help("move it to `Parameters`, which are evaluated")
        } else {
            let edit = Edit {
                span: result.key,
                text: json_string("Parameters"),
            };
            finding
                .help("use `Parameters`, which are evaluated")
                .fix(false, vec![edit])
        });
    }
}

/// The first thing in a value that would be evaluated elsewhere.
fn evaluated(root: Node<'_>) -> Option<Span> {
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        pending.extend(node.items());
        for entry in node.entries() {
            let value = node.tree().node(entry.value);
            let text = value.as_str();
            let is_path = |text: &&std::sync::Arc<str>| Argument::parse(text).is_ok();
            if entry.key.ends_with(".$") && text.as_ref().is_some_and(is_path) {
                return Some(entry.key_span);
            }
            pending.push(value);
        }
        if node
            .as_str()
            .is_some_and(|text| jsonata::strip_delimiters(text).is_some())
        {
            return Some(node.span());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn what_looks_evaluated_is_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Result": {"a": [{"id.$": "$.orderId"}]}, "Next": "B"},
              "B": {"Type": "Pass", "Result": "{% 1 %}", "End": true}}}"#,
            expect![[r#"
                warning[static-result] nothing in the `Result` of a Pass is evaluated (-)
                  at 2:55 "id.$" -- stays as it is written
                  at 2:37 "Result" -- this field is static
                  help: use `Parameters`, which are evaluated
                  fix: 2:37 "Result" -> "Parameters"
                warning[static-result] nothing in the `Result` of a Pass is evaluated (-)
                  at 3:47 "{% 1 %}" -- stays as it is written
                  at 3:37 "Result" -- this field is static
                  help: `"QueryLanguage": "JSONata"` and `Output` evaluate expressions
            "#]],
        );
    }

    #[test]
    fn static_results_are_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Result": {"a": "$.x", "b.$": 1}, "End": true}}}"#,
            expect![""],
        );
    }
}
