//! # jsonpath-field-in-jsonata-state
//!
//! ## What it does
//! Reports a field that only JSONPath states have, such as `InputPath`, `Parameters`,
//! `ResultPath` or a choice rule's `Variable`, in a state whose query language is JSONata.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`, and names the field that "is only
//! supported for" JSONPath.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "QueryLanguage": "JSONata", "Resource": "${Load}", "ResultPath": "$.loaded", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Type": "Task",
//!   "QueryLanguage": "JSONata",
//!   "Resource": "${Load}",
//!   "Output": "{% $merge([$states.input, {'loaded': $states.result}]) %}",
//!   "End": true
//! }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Transforming data with JSONata:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "jsonpath-field-in-jsonata-state",
    category: Category::Jsonata,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("jsonpath_field_in_jsonata_state.rs"),
    check: raised_elsewhere,
};

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_states(states: &str, expected: Expect) {
        let definition = format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {{{states}, "Z": {{"Type": "Succeed"}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn jsonata_states_have_no_paths() {
        check_states(
            r#""A": {"Type": "Task", "Resource": "${F}", "Parameters": {}, "TimeoutSecondsPath": "$.t", "Next": "Z",
              "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Z"}]}"#,
            expect![[r#"
                error[jsonpath-field-in-jsonata-state] `Parameters` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 1:99 "Parameters" -- not allowed in a JSONata state
                  at 1:19 "JSONata" -- query language set for the whole machine here
                  help: use `Arguments`
                error[jsonpath-field-in-jsonata-state] `TimeoutSecondsPath` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 1:117 "TimeoutSecondsPath" -- not allowed in a JSONata state
                  at 1:19 "JSONata" -- query language set for the whole machine here
                  help: use `TimeoutSeconds` with an expression: "{% … %}"
                error[jsonpath-field-in-jsonata-state] `ResultPath` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 2:57 "ResultPath" -- not allowed in a JSONata state
                  at 1:19 "JSONata" -- query language set for the whole machine here
                  help: use `Output` or `Assign`, for example "Output": "{% $merge([$states.input, {'result': $states.result}]) %}"
            "#]],
        );
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "QueryLanguage": "JSONata", "Result": 1, "End": true}}}"#,
            expect![[r#"
                error[jsonpath-field-in-jsonata-state] `Result` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 1:79 "Result" -- not allowed in a JSONata state
                  at 1:68 "JSONata" -- its query language is set here
                  help: use `Output`
            "#]],
        );
    }

    #[test]
    fn choice_rules_are_conditions() {
        check_states(
            r#""A": {"Type": "Choice", "Default": "Z", "Choices": [
              {"And": [{"Variable": "$.a", "IsNull": true}], "Next": "Z"},
              {"Variable": "$.a", "IsNull": true, "Next": "Z"},
              {"Next": "Z"}]}"#,
            expect![[r#"
                error[jsonpath-field-in-jsonata-state] `And` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 2:16 "And" -- not allowed in a JSONata state
                  at 1:19 "JSONata" -- query language set for the whole machine here
                  help: use `Condition`, such as "{% $states.input.total > 100 %}"
                error[jsonpath-field-in-jsonata-state] `Variable` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 3:16 "Variable" -- not allowed in a JSONata state
                  at 1:19 "JSONata" -- query language set for the whole machine here
                  help: use `Condition`, such as "{% $states.input.total > 100 %}"
                error[missing-field] this choice rule has no `Condition` (SCHEMA_VALIDATION_FAILED)
                  at 4:15 { -- a JSONata choice rule needs `Condition`
            "#]],
        );
    }

    #[test]
    fn the_insides_of_a_map_are_jsonata_too() {
        check_states(
            r#""A": {"Type": "Map", "Next": "Z", "ItemsPath": "$.a",
              "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
                "ReaderConfig": {"InputType": "JSON", "MaxItemsPath": "$.n"}},
              "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "I", "States": {"I": {"Type": "Pass", "InputPath": "$", "End": true}}}}"#,
            expect![[r#"
                error[jsonpath-field-in-jsonata-state] `ItemsPath` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 1:91 "ItemsPath" -- not allowed in a JSONata state
                  at 1:19 "JSONata" -- query language set for the whole machine here
                  help: use `Items`, such as "{% $states.input.items %}"
                error[jsonpath-field-in-jsonata-state] `Parameters` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 2:75 "Parameters" -- not allowed in a JSONata state
                  at 1:19 "JSONata" -- query language set for the whole machine here
                  help: use `Arguments`
                error[jsonpath-field-in-jsonata-state] `MaxItemsPath` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 3:55 "MaxItemsPath" -- not allowed in a JSONata state
                  at 1:19 "JSONata" -- query language set for the whole machine here
                  help: use `MaxItems` with an expression: "{% … %}"
                error[jsonpath-field-in-jsonata-state] `InputPath` is a JSONPath field, but this state uses JSONata (SCHEMA_VALIDATION_FAILED)
                  at 5:66 "InputPath" -- not allowed in a JSONata state
                  at 1:19 "JSONata" -- query language set for the whole machine here
                  help: read `$states.input` where the value is needed
            "#]],
        );
    }

    #[test]
    fn fields_of_both_and_of_no_language_are_left_alone() {
        check_states(
            r#""A": {"Type": "Pass", "Output": {}, "Assign": {"x": 1}, "Next": "Z"}"#,
            expect![[r#"
                warning[unused-variable] variable `x` is assigned but never read (-)
                  at 1:104 "x" -- no expression in this scope, or in scopes inside it, reads `$x`
                  help: remove it, or read it
            "#]],
        );
        check(
            r#"{"QueryLanguage": "${Language}", "StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": true}}}"#,
            expect![""],
        );
    }
}
