//! # distributed-only-field
//!
//! ## What it does
//! Reports a field of an inline Map that only a distributed one can have: `ItemReader`,
//! `ItemBatcher`, `ResultWriter`, `Label`, and `ExecutionType` in its `ProcessorConfig`.
//!
//! ## Why it matters
//! Without `"Mode": "DISTRIBUTED"` a Map is inline: it has no child executions, reads no files
//! and writes none. AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`. The fields
//! `ToleratedFailure…` are accepted, but do nothing: that is a warning.
//!
//! ## Example
//! ```json
//! {
//!   "Type": "Map",
//!   "ItemBatcher": { "MaxItemsPerBatch": 10 },
//!   "ItemProcessor": { "StartAt": "Ship", "States": { "Ship": { "Type": "Succeed" } } },
//!   "End": true
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Type": "Map",
//!   "ItemBatcher": { "MaxItemsPerBatch": 10 },
//!   "ItemProcessor": {
//!     "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
//!     "StartAt": "Ship",
//!     "States": { "Ship": { "Type": "Succeed" } }
//!   },
//!   "End": true
//! }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Using Map state in Distributed mode:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::maps::{MapState, Mode};
use crate::syntax::{Diagnostic, Entry, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "distributed-only-field",
    category: Category::Schema,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("distributed_only_field.rs"),
    check,
};

const REFUSED: [&str; 4] = ["ItemReader", "ItemBatcher", "ResultWriter", "Label"];

/// Recorded: accepted on an inline Map, and without effect there (01-fields §1.2).
const WITHOUT_EFFECT: [&str; 4] = [
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
];

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for map in context.maps() {
        let Mode::Inline(said) = map.mode else {
            continue;
        };
        let fields = REFUSED.iter().filter_map(|field| map.node.entry(field));
        out.extend(fields.map(|entry| refused(&map, entry, said)));
        let kind = map.config_entry("ExecutionType");
        out.extend(kind.map(|entry| refused(&map, entry, said)));
        let idle = WITHOUT_EFFECT.iter();
        let idle = idle.filter_map(|field| map.node.entry(field));
        out.extend(idle.map(|entry| without_effect(&map, entry, said)));
    }
}

fn refused(map: &MapState<'_>, entry: &Entry, said: Option<Span>) -> Diagnostic {
    let message = format!("`{}` is only for a distributed Map", entry.key);
    finding(map, entry, said, message, "an inline Map cannot have it")
}

fn without_effect(map: &MapState<'_>, entry: &Entry, said: Option<Span>) -> Diagnostic {
    let message = format!("`{}` does nothing in an inline Map", entry.key);
    let label = "one failed iteration fails the whole Map";
    let mut finding = finding(map, entry, said, message, label);
    finding.severity = Severity::Warning;
    finding.aws_code = None;
    finding
}

fn finding(
    map: &MapState<'_>,
    entry: &Entry,
    said: Option<Span>,
    message: String,
    label: &'static str,
) -> Diagnostic {
    let finding = RULE.finding(message).label(entry.key_span, label).help(
        "remove it, or give the processor `\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": \"STANDARD\"}`",
    );
    let processor = map.map.processor.as_ref().map(|processor| processor.key);
    match (said, processor) {
        (Some(span), _) => finding.label(span, "it is inline, as is said here"),
        (None, Some(key)) => finding.label(key, "it is inline, as no `Mode` is given here"),
        (None, None) => finding,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_map(fields: &str, config: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Map", {fields}
              "ItemProcessor": {{{config} "StartAt": "I", "States": {{"I": {{"Type": "Succeed"}}}}}},
              "End": true}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn an_inline_map_has_no_children() {
        check_map(
            r#""Label": "x", "#,
            "",
            expect![[r#"
            error[distributed-only-field] `Label` is only for a distributed Map (SCHEMA_VALIDATION_FAILED)
              at 1:50 "Label" -- an inline Map cannot have it
              at 2:15 "ItemProcessor" -- it is inline, as no `Mode` is given here
              help: remove it, or give the processor `"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}`
        "#]],
        );
        check_map(
            r#""ItemBatcher": {"MaxItemsPerBatch": 2},"#,
            r#""ProcessorConfig": {"Mode": "INLINE", "ExecutionType": "EXPRESS"},"#,
            expect![[r#"
                error[distributed-only-field] `ItemBatcher` is only for a distributed Map (SCHEMA_VALIDATION_FAILED)
                  at 1:50 "ItemBatcher" -- an inline Map cannot have it
                  at 2:61 "INLINE" -- it is inline, as is said here
                  help: remove it, or give the processor `"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}`
                error[distributed-only-field] `ExecutionType` is only for a distributed Map (SCHEMA_VALIDATION_FAILED)
                  at 2:71 "ExecutionType" -- an inline Map cannot have it
                  at 2:61 "INLINE" -- it is inline, as is said here
                  help: remove it, or give the processor `"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}`
            "#]],
        );
        check_map(
            r#""ToleratedFailureCount": 1,"#,
            "",
            expect![[r#"
            warning[distributed-only-field] `ToleratedFailureCount` does nothing in an inline Map (-)
              at 1:50 "ToleratedFailureCount" -- one failed iteration fails the whole Map
              at 2:15 "ItemProcessor" -- it is inline, as no `Mode` is given here
              help: remove it, or give the processor `"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}`
        "#]],
        );
    }

    #[test]
    fn a_distributed_map_and_an_unknown_one_are_left_alone() {
        check_map(
            r#""Label": "x", "ToleratedFailureCount": 1,"#,
            r#""ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},"#,
            expect![""],
        );
        check_map(
            r#""Label": "x","#,
            r#""ProcessorConfig": {"Mode": "${Mode}", "ExecutionType": "STANDARD"},"#,
            expect![""],
        );
    }
}
