//! # invalid-state-name
//!
//! ## What it does
//! Reports a state whose name is empty, longer than 80 characters, or holds a control character
//! such as a line break.
//!
//! ## Why it matters
//! AWS rejects the definition with `INVALID_STATE_NAME`. What does not fit into a name fits
//! into the state's `Comment`.
//!
//! ## Example
//! ```json
//! { "StartAt": "", "States": { "": { "Type": "Succeed" } } }
//! ```
//!
//! ## Use instead
//! ```json
//! { "StartAt": "Done", "States": { "Done": { "Type": "Succeed" } } }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Top-level fields:
//! <https://states-language.net/spec.html#toplevelfields>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::is_placeholder;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-state-name",
    category: Category::Limits,
    severity: Severity::Error,
    aws_code: Some("INVALID_STATE_NAME"),
    is_on: true,
    source: include_str!("invalid_state_name.rs"),
    check,
};

const LONGEST: usize = 80;

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for state in context.scopes.iter().flat_map(|scope| &scope.flow.states) {
        let length = state.name.chars().count();
        if length == 0 {
            out.push(
                RULE.finding("a state has an empty name")
                    .label(state.name_span, "a name belongs here"),
            );
        } else if length > LONGEST && !is_placeholder(&state.name) {
            let message =
                format!("a state's name has {length} characters; at most {LONGEST} are allowed");
            out.push(
                RULE.finding(message)
                    .label(state.name_span, "this name is too long")
                    .help("shorten it, and move the words into the state's `Comment`"),
            );
        }
        if let Some(control) = state.name.chars().find(|c| c.is_control()) {
            let code = u32::from(control);
            let message = format!("a state's name holds the control character U+{code:04X}");
            out.push(
                RULE.finding(message)
                    .label(state.name_span, "it is in this name")
                    .help("take it out, also where transitions name the state"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    fn named(name: &str) -> String {
        format!(r#"{{"StartAt": "{name}", "States": {{"{name}": {{"Type": "Succeed"}}}}}}"#)
    }

    #[test]
    fn a_name_may_not_be_empty() {
        check(
            &named(""),
            expect![[r#"
            error[invalid-state-name] a state has an empty name (INVALID_STATE_NAME)
              at 1:28 "" -- a name belongs here
        "#]],
        );
    }

    #[test]
    fn a_name_has_at_most_80_characters() {
        check(
            &named(&"é".repeat(81)),
            expect![[r#"
            error[invalid-state-name] a state's name has 81 characters; at most 80 are allowed (INVALID_STATE_NAME)
              at 1:109 "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé" -- this name is too long
              help: shorten it, and move the words into the state's `Comment`
        "#]],
        );
        check(&named(&"é".repeat(80)), expect![""]);
    }

    #[test]
    fn a_name_has_no_control_characters() {
        check(
            &named("a\\u0001b"),
            expect![[r#"
            error[invalid-state-name] a state's name holds the control character U+0001 (INVALID_STATE_NAME)
              at 1:36 "a\u0001b" -- it is in this name
              help: take it out, also where transitions name the state
        "#]],
        );
        check(
            &named("a\\nb"),
            expect![[r#"
            error[invalid-state-name] a state's name holds the control character U+000A (INVALID_STATE_NAME)
              at 1:32 "a\nb" -- it is in this name
              help: take it out, also where transitions name the state
        "#]],
        );
        check(&named("a – b"), expect![""]);
    }
}
