//! # invalid-label
//!
//! ## What it does
//! Reports a `Label` of a distributed Map that is empty, longer than 40 characters, or holds a
//! character that it cannot have: blanks, control characters, and any of
//! `? * < > { } [ ] : ; , \ | ^ ~ $ # % & " ` and the backtick.
//!
//! ## Why it matters
//! The label becomes a part of the ARNs of the Map Run and its child executions. AWS rejects the
//! definition with `INVALID_LABEL_NAME`.
//!
//! ## Example
//! ```json
//! { "Type": "Map", "Label": "all orders", "ItemProcessor": { "ProcessorConfig":
//!     { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
//!   "StartAt": "Ship", "States": { "Ship": { "Type": "Succeed" } } }, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Map", "Label": "all-orders", "ItemProcessor": { "ProcessorConfig":
//!     { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
//!   "StartAt": "Ship", "States": { "Ship": { "Type": "Succeed" } } }, "End": true }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Distributed Map state fields:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#map-state-distributed-additional-fields>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::is_placeholder;
use crate::lint::maps::Mode;
use crate::syntax::{Diagnostic, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-label",
    category: Category::Limits,
    severity: Severity::Error,
    aws_code: Some("INVALID_LABEL_NAME"),
    is_on: true,
    source: include_str!("invalid_label.rs"),
    check,
};

const LONGEST: usize = 40;
const FORBIDDEN: &str = "?*<>{}[]:;,\\|^~$#%&`\"";

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for map in context.maps() {
        let Some(label) = &map.map.label else {
            continue;
        };
        if !matches!(map.mode, Mode::Inline(_)) && !is_placeholder(&label.value) {
            out.extend(length(&label.value, label.span));
            out.extend(character(context, &label.value, label.span));
        }
    }
}

fn length(text: &str, span: Span) -> Option<Diagnostic> {
    let length = text.chars().count();
    if length == 0 {
        let finding = RULE.finding("`Label` must not be empty");
        return Some(finding.label(span, "nothing is in here"));
    }
    let message = format!("`Label` must have at most {LONGEST} characters, has {length}");
    (length > LONGEST).then(|| RULE.finding(message).label(span, "this label is too long"))
}

/// The first character that a label cannot have.
fn character(context: &Context<'_>, text: &str, span: Span) -> Option<Diagnostic> {
    let is_forbidden = |c: char| c.is_whitespace() || c.is_control() || FORBIDDEN.contains(c);
    let (at, found) = text.char_indices().find(|(_, c)| is_forbidden(*c))?;
    let name = match found {
        ' ' => "a blank".to_owned(),
        _ if found.is_control() || found.is_whitespace() => {
            format!("the character U+{:04X}", u32::from(found))
        }
        _ => format!("`{found}`"),
    };
    let place = context.source.within(span, at, found.len_utf8());
    Some(
        RULE.finding(format!("`Label` cannot hold {name}"))
            .label(place, "not in a label")
            .help("letters, digits, `-`, `_` and `.` are allowed"),
    )
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_label(label: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Map", "Label": "{label}",
              "ItemProcessor": {{"ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
                "StartAt": "I", "States": {{"I": {{"Type": "Succeed"}}}}}}, "End": true}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn a_label_has_1_to_40_characters() {
        check_label(
            "",
            expect![[r#"
            error[invalid-label] `Label` must not be empty (INVALID_LABEL_NAME)
              at 1:59 "" -- nothing is in here
        "#]],
        );
        check_label(
            &"x".repeat(41),
            expect![[r#"
            error[invalid-label] `Label` must have at most 40 characters, has 41 (INVALID_LABEL_NAME)
              at 1:59 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" -- this label is too long
        "#]],
        );
        check_label(&"é".repeat(40), expect![""]);
    }

    #[test]
    fn a_label_has_no_special_characters() {
        check_label(
            "all orders",
            expect![[r#"
            error[invalid-label] `Label` cannot hold a blank (INVALID_LABEL_NAME)
              at 1:63   -- not in a label
              help: letters, digits, `-`, `_` and `.` are allowed
        "#]],
        );
        check_label(
            "a:b*c",
            expect![[r#"
            error[invalid-label] `Label` cannot hold `:` (INVALID_LABEL_NAME)
              at 1:61 : -- not in a label
              help: letters, digits, `-`, `_` and `.` are allowed
        "#]],
        );
        check_label(
            "a\\tb",
            expect![[r#"
                error[invalid-label] `Label` cannot hold the character U+0009 (INVALID_LABEL_NAME)
                  at 1:61 \t -- not in a label
                  help: letters, digits, `-`, `_` and `.` are allowed
            "#]],
        );
        check_label("all-orders_2.0", expect![""]);
        check_label("${Label}", expect![""]);
    }
}
