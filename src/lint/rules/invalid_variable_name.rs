//! # invalid-variable-name
//!
//! ## What it does
//! Reports names in `Assign` that no variable can have: the reserved `states`, names longer than 80
//! characters, and names that are no identifier: a letter first, then letters, digits and `_`.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`; whether it does so for a name that is
//! no identifier is not known, so that finding is a warning. A variable whose name is no
//! identifier could not be read anyway: `$order-id` is `$order` minus `id`.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Assign": { "order-id": 7 }, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Assign": { "orderId": 7 }, "End": true }
//! ```
//!
//! ## Reference
//! Passing data between states with variables:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-variable-name",
    category: Category::DataFlow,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("invalid_variable_name.rs"),
    check,
};

/// The longest name, in characters (01-fields §1.6).
const LONGEST: usize = 80;

const IDENTIFIER: &str = "a letter first, then letters, digits and `_`";

/// The name that every field sees already.
const RESERVED: &str = "states";

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for assigned in &context.variables.assigned {
        let name = &*assigned.name;
        let (label, help) = if name == RESERVED {
            (
                "this name is reserved".to_owned(),
                "`$states` is what JSONata expressions read",
            )
        } else if name.chars().count() > LONGEST {
            let label = format!("longer than {LONGEST} characters");
            (label, "choose a shorter name")
        } else if let Some(wrong) = wrong_character(name) {
            let label = match wrong {
                None => "a name must not be empty".to_owned(),
                Some(wrong) => format!("{wrong:?} cannot stand here"),
            };
            (label, IDENTIFIER)
        } else {
            continue;
        };
        let mut finding = RULE
            .finding(format!("{} is no name for a variable", quoted(name)))
            .label(assigned.place, label)
            .help(help);
        if help == IDENTIFIER && !name.is_empty() {
            // What the specification says, and nobody saw AWS refuse.
            finding.severity = Severity::Warning;
            finding.aws_code = None;
        }
        out.push(finding);
    }
}

/// The first character that keeps a name from being an identifier; `None` inside when there is
/// none at all. Whether AWS takes a name that begins with `_` is unconfirmed, so it may.
#[expect(
    clippy::option_option,
    reason = "nothing wrong, and nothing there, are two things"
)]
fn wrong_character(name: &str) -> Option<Option<char>> {
    let mut characters = name.chars();
    let Some(first) = characters.next() else {
        return Some(None);
    };
    if !(first.is_alphabetic() || first == '_') {
        return Some(Some(first));
    }
    let wrong = characters.find(|c| !(c.is_alphanumeric() || *c == '_'));
    wrong.map(Some)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn names_that_nothing_can_read_are_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Assign": {"states": 1, "a-b.$": "$", "1a": 1, "": 1}, "End": true}}}"#,
            expect![[r#"
                error[invalid-variable-name] "states" is no name for a variable (SCHEMA_VALIDATION_FAILED)
                  at 2:48 "states" -- this name is reserved
                  help: `$states` is what JSONata expressions read
                warning[invalid-variable-name] "a-b" is no name for a variable (-)
                  at 2:61 "a-b.$" -- '-' cannot stand here
                  help: a letter first, then letters, digits and `_`
                warning[invalid-variable-name] "1a" is no name for a variable (-)
                  at 2:75 "1a" -- '1' cannot stand here
                  help: a letter first, then letters, digits and `_`
                warning[unused-variable] variable `1a` is assigned but never read (-)
                  at 2:75 "1a" -- no expression in this scope, or in scopes inside it, reads `$1a`
                  help: remove it, or read it
                error[invalid-variable-name] "" is no name for a variable (SCHEMA_VALIDATION_FAILED)
                  at 2:84 "" -- a name must not be empty
                  help: a letter first, then letters, digits and `_`
            "#]],
        );
    }

    #[test]
    fn identifiers_are_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Assign": {"größe": 1, "_x1.$": "$.a"}, "Next": "B"},
              "B": {"Type": "Pass", "Parameters": {"a.$": "$größe", "b.$": "$_x1"}, "End": true}}}"#,
            expect![""],
        );
    }
}
