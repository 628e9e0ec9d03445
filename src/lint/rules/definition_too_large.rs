//! # definition-too-large
//!
//! ## What it does
//! Reports a definition of more than 1 MB (1,048,576 bytes).
//!
//! ## Why it matters
//! AWS does not take a larger definition. One that only is too large because of its blanks and
//! line breaks is a warning: many tools send it without them.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Result": "… a megabyte of text …", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "End": true }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Quotas:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::syntax::{Diagnostic, Kind, Node, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "definition-too-large",
    category: Category::Limits,
    severity: Severity::Error,
    aws_code: None,
    is_on: true,
    source: include_str!("definition_too_large.rs"),
    check,
};

const LARGEST: usize = 1_048_576;

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let node = context.tree.node(context.machine.flow.node);
    let written = node.span().range().len();
    if written <= LARGEST {
        return;
    }
    let start = node.span().start;
    let place = Span {
        start,
        end: (start + 1).min(node.span().end),
    };
    let finding = RULE.finding(format!(
        "the definition has {written} bytes; at most {LARGEST} are allowed"
    ));
    out.push(match compact_size(node) {
        None => finding
            .label(place, "too large")
            .help("move data into files, and parts into state machines that this one starts"),
        Some(needed) => {
            let mut finding = finding
                .label(place, "too large as it is written")
                .help(format!("without blanks and line breaks it has {needed}"));
            finding.severity = Severity::Warning;
            finding
        }
    });
}

/// How large a value is without blanks, as long as it is not too large.
fn compact_size(root: Node<'_>) -> Option<usize> {
    let mut size = 0;
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        let tree = node.tree();
        size += match node.kind() {
            Kind::Array(items) => {
                pending.extend(node.items());
                1 + items.len().max(1)
            }
            Kind::Object(entries) => {
                pending.extend(entries.iter().map(|entry| tree.node(entry.value)));
                let keys = entries.iter().map(|entry| entry.key_span.range().len() + 1);
                1 + entries.len().max(1) + keys.sum::<usize>()
            }
            _ => node.span().range().len(),
        };
        // Aliases of aliases would be counted for ever.
        if size > LARGEST {
            return None;
        }
    }
    Some(size)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_large(result: &str, blanks: usize, expected: Expect) {
        let blanks = " ".repeat(blanks);
        check(
            &format!(
                r#"{{"StartAt": "A", {blanks}"States": {{"A": {{"Type": "Pass", "Result": "{result}", "End": true}}}}}}"#
            ),
            expected,
        );
    }

    #[test]
    fn a_definition_has_at_most_a_megabyte() {
        check_large(
            &"x".repeat(1_048_576),
            0,
            expect![[r#"
                error[definition-too-large] the definition has 1048654 bytes; at most 1048576 are allowed (-)
                  at 1:1 { -- too large
                  help: move data into files, and parts into state machines that this one starts
            "#]],
        );
        check_large(
            "x",
            1_048_576,
            expect![[r#"
            warning[definition-too-large] the definition has 1048655 bytes; at most 1048576 are allowed (-)
              at 1:1 { -- too large as it is written
              help: without blanks and line breaks it has 70
        "#]],
        );
        check_large(&"x".repeat(1_048_000), 0, expect![""]);
    }
}
