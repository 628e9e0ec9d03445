//! # jsonpath-state-in-jsonata-machine
//!
//! ## What it does
//! Reports a state that chooses JSONPath in a machine whose query language is JSONata.
//!
//! ## Why it matters
//! Single states of a JSONPath machine may use JSONata, but not the reverse. AWS rejects the
//! definition with `SCHEMA_VALIDATION_FAILED`, "can not be 'JSONPath' if set to 'JSONata' for
//! whole state machine".
//!
//! ## Example
//! ```json
//! {
//!   "QueryLanguage": "JSONata",
//!   "StartAt": "A",
//!   "States": { "A": { "Type": "Pass", "QueryLanguage": "JSONPath", "End": true } }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "QueryLanguage": "JSONPath",
//!   "StartAt": "A",
//!   "States": { "A": { "Type": "Pass", "QueryLanguage": "JSONPath", "End": true } }
//! }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Transforming data with JSONata:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "jsonpath-state-in-jsonata-machine",
    category: Category::Jsonata,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("jsonpath_state_in_jsonata_machine.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let whole = context.machine.query_language.as_ref();
    let Some(whole) = whole.filter(|it| it.value == QueryLanguage::Jsonata) else {
        return;
    };
    for state in context.states() {
        let own = state.query_language.as_ref();
        if let Some(own) = own.filter(|it| it.value == QueryLanguage::JsonPath) {
            let message = format!(
                "state {} cannot use JSONPath in a JSONata machine",
                quoted(&state.name)
            );
            out.push(
                RULE.finding(message)
                    .label(own.span, "not allowed here…")
                    .label(whole.span, "…because of the query language of the whole machine")
                    .help("write the state in JSONata; or make the machine JSONPath, and let single states choose JSONata"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_jsonata_machine_is_jsonata_everywhere() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "QueryLanguage": "JSONPath", "Result": 1, "Output": 2, "End": true}}}"#,
            expect![[r#"
                error[jsonpath-state-in-jsonata-machine] state "A" cannot use JSONPath in a JSONata machine (SCHEMA_VALIDATION_FAILED)
                  at 2:54 "JSONPath" -- not allowed here…
                  at 1:19 "JSONata" -- …because of the query language of the whole machine
                  help: write the state in JSONata; or make the machine JSONPath, and let single states choose JSONata
            "#]],
        );
    }

    #[test]
    fn the_same_language_again_and_the_reverse_are_left_alone() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "QueryLanguage": "JSONata", "End": true}}}"#,
            expect![""],
        );
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "QueryLanguage": "JSONata", "End": true}}}"#,
            expect![""],
        );
    }
}
