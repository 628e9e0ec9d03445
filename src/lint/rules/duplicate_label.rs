//! # duplicate-label
//!
//! ## What it does
//! Reports a `Label` that an earlier Map state of the machine has as well.
//!
//! ## Why it matters
//! A label names the child executions of one Map state. AWS rejects the definition with
//! `DUPLICATE_LABEL_NAME`.
//!
//! ## Example
//! ```json
//! { "First": { "Type": "Map", "Label": "orders" }, "Second": { "Type": "Map", "Label": "orders" } }
//! ```
//!
//! ## Use instead
//! ```json
//! { "First": { "Type": "Map", "Label": "orders" }, "Second": { "Type": "Map", "Label": "refunds" } }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Distributed Map state fields:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#map-state-distributed-additional-fields>

use std::collections::HashMap;

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::{is_placeholder, quoted};
use crate::syntax::{Diagnostic, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "duplicate-label",
    category: Category::Schema,
    severity: Severity::Error,
    aws_code: Some("DUPLICATE_LABEL_NAME"),
    is_on: true,
    source: include_str!("duplicate_label.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut labels: Vec<(&str, Span)> = context
        .maps()
        .filter_map(|map| map.map.label.as_ref())
        .filter(|label| !is_placeholder(&label.value))
        .map(|label| (&*label.value, label.span))
        .collect();
    labels.sort_by_key(|(_, span)| *span);
    let mut first: HashMap<&str, Span> = HashMap::new();
    for (label, span) in labels {
        // Through a YAML alias two states are one text, with one place.
        let before = *first.entry(label).or_insert(span);
        if before != span {
            let message = format!("two Map states have the label {}", quoted(label));
            out.push(
                RULE.finding(message)
                    .label(span, "the same label again")
                    .label(before, "first used here")
                    .help("give each Map state a label of its own, or none"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_labels(first: &str, second: &str, expected: Expect) {
        let config = r#""ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}"#;
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{
              "A": {{"Type": "Map", "Label": "{first}", "Next": "B",
                "ItemProcessor": {{{config}, "StartAt": "I", "States": {{"I": {{"Type": "Succeed"}}}}}}}},
              "B": {{"Type": "Map", "Label": "{second}", "End": true,
                "ItemProcessor": {{{config}, "StartAt": "J", "States": {{"J": {{"Type": "Succeed"}}}}}}}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn labels_are_unique() {
        check_labels(
            "orders",
            "orders",
            expect![[r#"
            error[duplicate-label] two Map states have the label "orders" (DUPLICATE_LABEL_NAME)
              at 4:45 "orders" -- the same label again
              at 2:45 "orders" -- first used here
              help: give each Map state a label of its own, or none
        "#]],
        );
    }

    #[test]
    fn different_labels_are_left_alone() {
        check_labels("orders", "Orders", expect![""]);
        check_labels("${Label}", "${Label}", expect![""]);
    }
}
