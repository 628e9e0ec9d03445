//! What the schemas find, and in which words.
#![expect(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates a test"
)]

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use serde_json::Value;

use super::part::{Child, Part};
use crate::language::StateKind;
use crate::lint::tests::check;

/// The findings of one state, which may end or go on to `Z`.
fn check_state(state: &str, expected: Expect) {
    let text = format!(
        r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Choice", "Choices": [
{{"Variable": "$.a", "IsNull": true, "Next": "S"}}], "Default": "Z"}},
"S": {state},
"Z": {{"Type": "Succeed"}}}}}}"#
    );
    check(&text, expected);
}

/// Every part that the machine leads to, itself included.
fn parts() -> Vec<Part> {
    let mut found = vec![Part::Machine, Part::UnknownState];
    let mut at = 0;
    while let Some(part) = found.get(at).copied() {
        at += 1;
        let fields: Vec<String> = part.compiled().fields.clone();
        for field in fields {
            let children = match part.child(&field) {
                None => continue,
                Some(Child::One(part) | Child::Each(part)) => vec![part],
                Some(Child::States) => StateKind::ALL.map(|k| Part::state(Some(k))).to_vec(),
            };
            let new = children.into_iter().filter(|child| !found.contains(child));
            found.extend(new.collect::<Vec<_>>());
        }
    }
    found
}

#[test]
fn every_schema_compiles_and_is_reached() {
    let parts = parts();
    assert_eq!(parts.len(), Part::WriterConfig as usize + 1);
    for part in parts {
        assert!(!part.compiled().fields.is_empty(), "{part:?}");
    }
}

#[test]
fn every_keyword_of_the_schemas_has_words_for_its_finding() {
    let mut keywords = BTreeSet::new();
    for part in parts() {
        let schema: Value = serde_json::from_str(part.schema()).expect("compiles");
        let fields = schema["properties"].as_object().expect("is an object");
        keywords.extend(schema.as_object().expect("is an object").keys().cloned());
        let of_fields = fields.values().filter_map(Value::as_object);
        keywords.extend(of_fields.flat_map(|field| field.keys().cloned()));
    }
    let expected = expect![
        "additionalProperties allOf dependencies enum if items maximum minItems minimum properties required then type"
    ];
    expected.assert_eq(&keywords.into_iter().collect::<Vec<_>>().join(" "));
}

#[test]
fn a_misspelt_field_is_mended() {
    check_state(
        r#"{"Type": "Pass", "next": "Z", "End": true}"#,
        expect![[r#"
        error[unknown-field] field `next` is not supported in a Pass state (SCHEMA_VALIDATION_FAILED)
          at 3:23 "next" -- not a field of a Pass state
          help: did you mean `Next`?
          fix: 3:23 "next" -> "Next"
    "#]],
    );
    check_state(
        r#"{"Type": "Task", "Resorce": "arn:aws:states:::lambda:invoke", "End": true}"#,
        expect![[r#"
            error[unknown-field] field `Resorce` is not supported in a Task state (SCHEMA_VALIDATION_FAILED)
              at 3:23 "Resorce" -- not a field of a Task state
              help: did you mean `Resource`?
              fix: 3:23 "Resorce" -> "Resource"
        "#]],
    );
}

#[test]
fn two_misspelt_fields_are_not_both_renamed_to_one() {
    check_state(
        r#"{"Type": "Pass", "Nxet": "Z", "Nextt": "Z"}"#,
        expect![[r#"
            error[unknown-field] field `Nxet` is not supported in a Pass state (SCHEMA_VALIDATION_FAILED)
              at 3:23 "Nxet" -- not a field of a Pass state
              help: did you mean `Next`?
              fix: 3:23 "Nxet" -> "Next"
            error[unknown-field] field `Nextt` is not supported in a Pass state (SCHEMA_VALIDATION_FAILED)
              at 3:36 "Nextt" -- not a field of a Pass state
        "#]],
    );
}

#[test]
fn a_field_of_other_states_is_said_to_be_one() {
    check_state(
        r#"{"Type": "Pass", "Catch": [], "TimeoutSeconds": 3, "Colour": "red", "End": true}"#,
        expect![[r#"
            error[unknown-field] field `Catch` is not supported in a Pass state (SCHEMA_VALIDATION_FAILED)
              at 3:23 "Catch" -- not a field of a Pass state
              help: `Catch` is a field of Task, Parallel and Map states
            error[unknown-field] field `TimeoutSeconds` is not supported in a Pass state (SCHEMA_VALIDATION_FAILED)
              at 3:36 "TimeoutSeconds" -- not a field of a Pass state
              help: `TimeoutSeconds` is a field of Task states
            error[unknown-field] field `Colour` is not supported in a Pass state (SCHEMA_VALIDATION_FAILED)
              at 3:57 "Colour" -- not a field of a Pass state
        "#]],
    );
    check_state(
        r#"{"Type": "Fail", "Next": "Z"}"#,
        expect![[r#"
        error[unknown-field] field `Next` is not supported in a Fail state (SCHEMA_VALIDATION_FAILED)
          at 3:23 "Next" -- not a field of a Fail state
          help: `Next` is a field of Task, Pass, Wait, Parallel and Map states
    "#]],
    );
}

#[test]
fn comments_are_welcome_everywhere() {
    check(
        r#"{"Comment": "", "StartAt": "A", "States": {
          "A": {"Comment": "", "Type": "Choice", "Default": "B", "Choices": [
            {"Comment": "", "Not": {"Comment": "", "Variable": "$.a", "IsNull": true}, "Next": "C"}]},
          "B": {"Comment": "", "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Retry": [{"Comment": "", "ErrorEquals": ["States.Timeout"]}],
            "Catch": [{"Comment": "", "ErrorEquals": ["States.ALL"], "Next": "C"}]},
          "C": {"Comment": "", "Type": "Map", "End": true,
            "ItemProcessor": {"Comment": "", "StartAt": "D", "States": {"D": {"Type": "Succeed"}}}}}}"#,
        expect![""],
    );
    check_state(
        r#"{"Type": "Succeed", "Comment": 1}"#,
        expect![[r#"
        error[wrong-type] `Comment` must be a string, but is a number (SCHEMA_VALIDATION_FAILED)
          at 3:37 1 -- expected a string
    "#]],
    );
}

#[test]
fn required_fields_are_missed_at_the_state_or_its_parent() {
    check(
        "{}",
        expect![[r#"
        error[missing-field] this state machine has no `StartAt` (SCHEMA_VALIDATION_FAILED)
          at 1:1 { -- a state machine needs `StartAt`
        error[missing-field] this state machine has no `States` (SCHEMA_VALIDATION_FAILED)
          at 1:1 { -- a state machine needs `States`
    "#]],
    );
    check_state(
        "{}",
        expect![[r#"
        error[missing-field] state "S" has no `Type` (SCHEMA_VALIDATION_FAILED)
          at 3:1 "S" -- a state needs `Type`
    "#]],
    );
    check_state(
        r#"{"Type": "Task", "End": true}"#,
        expect![[r#"
        error[missing-field] state "S" has no `Resource` (SCHEMA_VALIDATION_FAILED)
          at 3:1 "S" -- a Task state needs `Resource`
    "#]],
    );
    check_state(
        r#"{"Type": "Wait", "End": true}"#,
        expect![[r#"
        error[missing-field] state "S" does not say how long to wait (SCHEMA_VALIDATION_FAILED)
          at 3:1 "S" -- a Wait state needs exactly one of `Seconds`, `SecondsPath`, `Timestamp`, `TimestampPath`
    "#]],
    );
    check_state(
        r#"{"Type": "Map", "End": true}"#,
        expect![[r#"
        error[missing-field] state "S" has no `ItemProcessor` (SCHEMA_VALIDATION_FAILED)
          at 3:1 "S" -- a Map state needs `ItemProcessor`
    "#]],
    );
    check_state(
        r#"{"Type": "Map", "Iterator": {}, "End": true}"#,
        expect![[r#"
            error[missing-field] this processor has no `StartAt` (SCHEMA_VALIDATION_FAILED)
              at 3:22 "Iterator" -- a processor needs `StartAt`
            error[missing-field] this processor has no `States` (SCHEMA_VALIDATION_FAILED)
              at 3:22 "Iterator" -- a processor needs `States`
        "#]],
    );
    check_state(
        r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
        "Credentials": {}, "Retry": [{}], "Catch": [{"ErrorEquals": ["States.ALL"]}]}"#,
        expect![[r#"
            error[missing-field] `Credentials` has no `RoleArn` (SCHEMA_VALIDATION_FAILED)
              at 4:9 "Credentials" -- `Credentials` needs `RoleArn`
            error[missing-field] this retrier has no `ErrorEquals` (SCHEMA_VALIDATION_FAILED)
              at 4:38 { -- a retrier needs `ErrorEquals`
            error[missing-field] this catcher has no `Next` (SCHEMA_VALIDATION_FAILED)
              at 4:53 { -- a catcher needs `Next`
        "#]],
    );
}

#[test]
fn types_are_checked_where_the_reader_does_not() {
    check_state(
        r#"{"Type": "Wait", "Seconds": "10", "End": true}"#,
        expect![[r#"
            error[wrong-type] `Seconds` must be an integer, but is a string (SCHEMA_VALIDATION_FAILED)
              at 3:34 "10" -- expected an integer
        "#]],
    );
    check_state(
        r#"{"Type": "Wait", "Seconds": 1.5, "End": true}"#,
        expect![[r#"
            error[wrong-type] `Seconds` must be an integer, but is 1.5 (SCHEMA_VALIDATION_FAILED)
              at 3:34 1.5 -- expected an integer
        "#]],
    );
    check_state(
        r#"{"Type": "Map", "Items": "x", "InputPath": 3, "Iterator": {
        "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}, "End": true}"#,
        expect![[r#"
            error[jsonata-field-in-jsonpath-state] `Items` is a JSONata field, but this state uses JSONPath (SCHEMA_VALIDATION_FAILED)
              at 3:22 "Items" -- not allowed in a JSONPath state
              help: use `ItemsPath`, or give the state `"QueryLanguage": "JSONata"`
            error[wrong-type] `Items` must be an array, an object or a JSONata expression, but is a string (SCHEMA_VALIDATION_FAILED)
              at 3:31 "x" -- expected an array, an object or a JSONata expression
              help: an expression stands between `{%` and `%}`
            error[wrong-type] `InputPath` must be a path or `null`, but is a number (SCHEMA_VALIDATION_FAILED)
              at 3:49 3 -- expected a path or `null`
        "#]],
    );
}

#[test]
fn what_the_reader_found_is_not_said_twice() {
    check_state(
        r#"{"Type": "Pass", "Next": 1, "End": "true"}"#,
        expect![[r#"
        error[wrong-type] `Next` must be a string, but is a number (SCHEMA_VALIDATION_FAILED)
          at 3:31 1 -- expected a string
        error[wrong-type] `End` must be a boolean, but is a string (SCHEMA_VALIDATION_FAILED)
          at 3:41 "true" -- expected a boolean
    "#]],
    );
    check_state(
        r#"{"Type": 1}"#,
        expect![[r#"
        error[wrong-type] `Type` must be a string, but is a number (SCHEMA_VALIDATION_FAILED)
          at 3:15 1 -- expected a string
    "#]],
    );
    check_state(
        "7",
        expect![[r#"
        error[wrong-type] state "S" must be an object, but is a number (SCHEMA_VALIDATION_FAILED)
          at 3:6 7 -- expected an object
    "#]],
    );
}

#[test]
fn a_jsonata_expression_may_stand_for_a_number() {
    check_state(
        r#"{"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% $x %}", "End": true}"#,
        expect![[r#"
            warning[unassigned-variable] variable `$x` is read but never assigned before (-)
              at 3:66 $x -- nothing assigns it
              help: assign it in a state before this one, or in a scope around it
        "#]],
    );
    check_state(
        r#"{"Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "soon", "End": true}"#,
        expect![[r#"
            error[wrong-type] `Seconds` must be an integer or a JSONata expression, but is a string (SCHEMA_VALIDATION_FAILED)
              at 3:62 "soon" -- expected an integer or a JSONata expression
              help: an expression stands between `{%` and `%}`
        "#]],
    );
    check_state(
        r#"{"Type": "Wait", "Seconds": "{% $x %}", "End": true}"#,
        expect![[r#"
            error[wrong-type] `Seconds` must be an integer, but is a string (SCHEMA_VALIDATION_FAILED)
              at 3:34 "{% $x %}" -- expected an integer
        "#]],
    );
}

#[test]
fn a_placeholder_may_stand_for_anything() {
    check_state(
        r#"{"Type": "Task", "Resource": "${Function}", "TimeoutSeconds": "${Timeout}", "End": true,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": "${Interval}", "JitterStrategy": "${Jitter}"}]}"#,
        expect![""],
    );
}

#[test]
fn a_function_of_cloudformation_may_stand_for_anything() {
    check_state(
        r#"{"Type": "Task", "Resource": {"Fn::GetAtt": ["Charge", "Arn"]}, "TimeoutSeconds": {"Ref": "T"}, "End": true}"#,
        expect![""],
    );
}

#[test]
fn numbers_stay_in_their_range() {
    check_state(
        r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 0, "End": true,
        "Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 0, "MaxAttempts": -1,
          "BackoffRate": 0.5, "MaxDelaySeconds": 31622401}]}"#,
        expect![[r#"
            error[invalid-value] `TimeoutSeconds` must be at least 1, got 0 (SCHEMA_VALIDATION_FAILED)
              at 3:87 0 -- expected at least 1
            error[invalid-value] `IntervalSeconds` must be at least 1, got 0 (SCHEMA_VALIDATION_FAILED)
              at 4:74 0 -- expected at least 1
            error[invalid-value] `MaxAttempts` must be at least 0, got -1 (SCHEMA_VALIDATION_FAILED)
              at 4:92 -1 -- expected at least 0
            error[invalid-value] `BackoffRate` must be at least 1.0, got 0.5 (SCHEMA_VALIDATION_FAILED)
              at 5:26 0.5 -- expected at least 1.0
            error[invalid-value] `MaxDelaySeconds` must be at most 31622400, got 31622401 (SCHEMA_VALIDATION_FAILED)
              at 5:50 31622401 -- expected at most 31622400
        "#]],
    );
}

#[test]
fn words_are_of_the_known_ones() {
    check_state(
        r#"{"Type": "Tsak"}"#,
        expect![[r#"
        error[invalid-value] `Type` must be "Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel" or "Map", got "Tsak" (SCHEMA_VALIDATION_FAILED)
          at 3:15 "Tsak" -- no such value
          help: did you mean "Task"?
          fix: 3:15 "Tsak" -> "Task"
    "#]],
    );
    check_state(
        r#"{"Type": "Job", "QueryLanguage": "JMESPath"}"#,
        expect![[r#"
            error[invalid-value] `Type` must be "Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel" or "Map", got "Job" (SCHEMA_VALIDATION_FAILED)
              at 3:15 "Job" -- not one of the allowed values
            error[invalid-value] `QueryLanguage` must be "JSONPath" or "JSONata", got "JMESPath" (SCHEMA_VALIDATION_FAILED)
              at 3:39 "JMESPath" -- not one of the allowed values
        "#]],
    );
}

#[test]
fn what_must_not_be_empty_is_not() {
    check_state(
        r#"{"Type": "Choice", "Choices": []}"#,
        expect![[r#"
        error[invalid-value] `Choices` must not be empty (SCHEMA_VALIDATION_FAILED)
          at 3:36 [] -- nothing is in here
    "#]],
    );
    check_state(
        r#"{"Type": "Choice", "Choices": [{"And": [], "Next": "Z"}, {"Not": {"Or": []}, "Next": "Z"}]}"#,
        expect![[r#"
            warning[choice-without-default] Choice "S" has no `Default`: the execution fails when no rule matches (-)
              at 3:15 "Choice" -- 2 rules, and no way out when none holds
              help: add `"Default": "<state>"`. A Choice can have no Catch, so this error ends the execution.
            error[invalid-value] `And` must not be empty (SCHEMA_VALIDATION_FAILED)
              at 3:45 [] -- nothing is in here
            warning[dead-choice-rule] this choice rule is never taken: an earlier one always holds (-)
              at 3:64 "Not" -- never taken
              at 3:38 "And" -- always holds
              help: remove it, or mend the rule before it
            error[invalid-value] `Or` must not be empty (SCHEMA_VALIDATION_FAILED)
              at 3:78 [] -- nothing is in here
        "#]],
    );
    check_state(
        r#"{"Type": "Parallel", "Branches": [], "End": true}"#,
        expect![[r#"
            error[invalid-value] `Branches` must not be empty (SCHEMA_VALIDATION_FAILED)
              at 3:39 [] -- nothing is in here
        "#]],
    );
}

#[test]
fn fields_that_exclude_each_other_are_both_shown() {
    check_state(
        r#"{"Type": "Wait", "Seconds": 1, "Timestamp": "2030-01-01T00:00:00Z", "End": true}"#,
        expect![[r#"
            error[conflicting-fields] `Seconds` and `Timestamp` exclude each other (SCHEMA_VALIDATION_FAILED)
              at 3:37 "Timestamp" -- this field…
              at 3:23 "Seconds" -- …or this one
              help: keep one of the two
        "#]],
    );
    check_state(
        r#"{"Type": "Fail", "Cause": "x", "CausePath": "$.x", "Error": "x", "ErrorPath": "$.x"}"#,
        expect![[r#"
            error[conflicting-fields] `Cause` and `CausePath` exclude each other (SCHEMA_VALIDATION_FAILED)
              at 3:37 "CausePath" -- this field…
              at 3:23 "Cause" -- …or this one
              help: keep one of the two
            error[conflicting-fields] `Error` and `ErrorPath` exclude each other (SCHEMA_VALIDATION_FAILED)
              at 3:71 "ErrorPath" -- this field…
              at 3:57 "Error" -- …or this one
              help: keep one of the two
        "#]],
    );
}

#[test]
fn the_insides_of_a_distributed_map_are_checked() {
    check_state(
        r#"{"Type": "Map", "Label": "", "End": true, "MaxConcurrency": -1,
        "ItemReader": {"ReaderConfig": {"InputType": "csv", "MaxItems": -1}},
        "ItemBatcher": {"MaxItemsPerBatch": 0, "MaxItemsPerBatchPath": "$.n"},
        "ResultWriter": {"WriterConfig": {"Format": "JSON"}},
        "ItemProcessor": {"QueryLanguage": "JSONata", "ProcessorConfig": {"Mode": "DISTRIBUTE"},
          "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}}"#,
        expect![[r#"
            error[invalid-label] `Label` must not be empty (INVALID_LABEL_NAME)
              at 3:31 "" -- nothing is in here
            error[invalid-value] `MaxConcurrency` must be at least 0, got -1 (SCHEMA_VALIDATION_FAILED)
              at 3:66 -1 -- expected at least 0
            error[missing-field] `ItemReader` has no `Resource` (SCHEMA_VALIDATION_FAILED)
              at 4:9 "ItemReader" -- `ItemReader` needs `Resource`
            error[invalid-value] `InputType` must be "CSV", "JSON", "JSONL", "PARQUET" or "MANIFEST", got "csv" (SCHEMA_VALIDATION_FAILED)
              at 4:54 "csv" -- no such value
              help: did you mean "CSV"?
              fix: 4:54 "csv" -> "CSV"
            error[invalid-value] `MaxItems` must be at least 0, got -1 (SCHEMA_VALIDATION_FAILED)
              at 4:73 -1 -- expected at least 0
            error[invalid-value] `MaxItemsPerBatch` must be at least 1, got 0 (SCHEMA_VALIDATION_FAILED)
              at 5:45 0 -- expected at least 1
            error[conflicting-fields] `MaxItemsPerBatch` and `MaxItemsPerBatchPath` exclude each other (SCHEMA_VALIDATION_FAILED)
              at 5:48 "MaxItemsPerBatchPath" -- this field…
              at 5:25 "MaxItemsPerBatch" -- …or this one
              help: keep one of the two
            error[unknown-field] field `Format` is not supported in `WriterConfig` (SCHEMA_VALIDATION_FAILED)
              at 6:43 "Format" -- not a field of `WriterConfig`
            error[unknown-field] field `QueryLanguage` is not supported in a processor (SCHEMA_VALIDATION_FAILED)
              at 7:27 "QueryLanguage" -- not a field of a processor
            error[invalid-value] `Mode` must be "INLINE" or "DISTRIBUTED", got "DISTRIBUTE" (SCHEMA_VALIDATION_FAILED)
              at 7:83 "DISTRIBUTE" -- no such value
              help: did you mean "DISTRIBUTED"?
              fix: 7:83 "DISTRIBUTE" -> "DISTRIBUTED"
        "#]],
    );
}

#[test]
fn a_next_inside_a_nested_rule_is_not_supported() {
    check_state(
        r#"{"Type": "Choice", "Choices": [{"And": [
        {"Variable": "$.a", "IsNull": true, "Next": "Z"}], "Next": "Z"}]}"#,
        expect![[r#"
            warning[choice-without-default] Choice "S" has no `Default`: the execution fails when no rule matches (-)
              at 3:15 "Choice" -- 1 rule, and no way out when none holds
              help: add `"Default": "<state>"`. A Choice can have no Catch, so this error ends the execution.
            error[unknown-field] field `Next` is not supported in a nested choice rule (SCHEMA_VALIDATION_FAILED)
              at 4:45 "Next" -- not a field of a nested choice rule
        "#]],
    );
}
