//! # jsonata-field-in-jsonpath-state
//!
//! ## What it does
//! Reports a field that only JSONata states have, such as `Arguments`, `Output`, `Items` or a
//! choice rule's `Condition`, in a state whose query language is JSONPath.
//!
//! ## Why it matters
//! JSONPath is the query language of every state unless the machine or the state says otherwise.
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`, and names the field that "is only
//! supported for" JSONata.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Output": { "order": 7 }, "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.order %}", "End": true }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Transforming data with JSONata:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "jsonata-field-in-jsonpath-state",
    category: Category::Jsonata,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("jsonata_field_in_jsonpath_state.rs"),
    check: raised_elsewhere,
};

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn jsonpath_states_have_no_expressions() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Task", "Resource": "${F}", "Arguments": {}, "Next": "B",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Output": {}, "Next": "Z"}]},
              "B": {"Type": "Map", "Items": [1], "Next": "C", "ItemProcessor": {
                "StartAt": "I", "States": {"I": {"Type": "Succeed", "Output": 1}}}},
              "C": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "Z"}], "Default": "Z"},
              "Z": {"Type": "Pass", "QueryLanguage": "JSONPath", "Output": {}, "End": true}}}"#,
            expect![[r#"
                error[jsonata-field-in-jsonpath-state] `Arguments` is a JSONata field, but this state uses JSONPath (SCHEMA_VALIDATION_FAILED)
                  at 2:57 "Arguments" -- not allowed in a JSONPath state
                  help: use `Parameters`, or give the state `"QueryLanguage": "JSONata"`
                error[jsonata-field-in-jsonpath-state] `Output` is a JSONata field, but this state uses JSONPath (SCHEMA_VALIDATION_FAILED)
                  at 3:59 "Output" -- not allowed in a JSONPath state
                  help: use `ResultPath`, or give the state `"QueryLanguage": "JSONata"`
                error[jsonata-field-in-jsonpath-state] `Items` is a JSONata field, but this state uses JSONPath (SCHEMA_VALIDATION_FAILED)
                  at 4:36 "Items" -- not allowed in a JSONPath state
                  help: use `ItemsPath`, or give the state `"QueryLanguage": "JSONata"`
                error[jsonata-field-in-jsonpath-state] `Output` is a JSONata field, but this state uses JSONPath (SCHEMA_VALIDATION_FAILED)
                  at 5:69 "Output" -- not allowed in a JSONPath state
                  help: use `OutputPath`, or give the state `"QueryLanguage": "JSONata"`
                error[jsonata-field-in-jsonpath-state] `Condition` is a JSONata field, but this state uses JSONPath (SCHEMA_VALIDATION_FAILED)
                  at 6:52 "Condition" -- not allowed in a JSONPath state
                  help: use `Variable` with a comparison, or give the state `"QueryLanguage": "JSONata"`
                error[jsonata-field-in-jsonpath-state] `Output` is a JSONata field, but this state uses JSONPath (SCHEMA_VALIDATION_FAILED)
                  at 7:66 "Output" -- not allowed in a JSONPath state
                  at 7:54 "JSONPath" -- its query language is set here
                  help: use `Parameters` or `Result`, or give the state `"QueryLanguage": "JSONata"`
            "#]],
        );
    }

    #[test]
    fn a_jsonata_state_in_a_jsonpath_machine_is_left_alone() {
        check(
            r#"{"QueryLanguage": "JSONPath", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": {}, "Next": "B"},
              "B": {"Type": "Pass", "InputPath": null, "Parameters": {}, "End": true}}}"#,
            expect![""],
        );
    }
}
