//! States alone, as the recorded answers of AWS do not have them.

use std::sync::Arc;

use super::{Refusal, Request, TestState};
use crate::data::{Json, Seed, StatesError, Timestamp};
use crate::engine::Identity;

fn answer(call: &str) -> Result<String, Refusal> {
    let name: Arc<str> = "test".into();
    let identity = Arc::new(Identity {
        execution_arn: name.clone(),
        name: name.clone(),
        state_machine_arn: name.clone(),
        state_machine_name: name.clone(),
        role_arn: name.clone(),
        region: name,
        express: true,
    });
    let call = Json::parse(call).expect("a call is JSON");
    let at = Timestamp(0);
    let (request, level) = Request::read(&call, identity, at, Seed(0))?;
    let response = TestState::new(request)?.run(at, |request| match &*request.name {
        "Broken" => Err(StatesError::new("Boom", "it broke")),
        _ => Ok(request.input.clone()),
    });
    Ok(response.to_json(level).text().into_owned())
}

/// A state with a call's other members, and the answer.
#[track_caller]
fn check(state: &str, call: &str, expected: &str) {
    let definition = Json::from(state).text().into_owned();
    let call = format!(r#"{{"definition": {definition}{call}}}"#);
    let answer = answer(&call).unwrap_or_else(|refusal| refusal.message);
    // Documents are texts in the answer: without the escapes they are easier to read.
    assert_eq!(answer.replace("\\\"", "'"), expected);
}

#[test]
fn a_lone_state_may_lead_to_states_that_are_not_there() {
    check(
        r#"{"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "One"}],
            "Default": "Else"}"#,
        r#", "input": "{\"a\": 1}""#,
        r#"{"output":"{'a': 1}","nextState":"One","status":"SUCCEEDED"}"#,
    );
}

#[test]
fn output_path_is_no_step_but_makes_the_output() {
    check(
        r#"{"Type": "Pass", "Result": {"b": 2}, "ResultPath": "$.a", "OutputPath": "$.a.b", "End": true}"#,
        r#", "input": "{\"x\":0}", "inspectionLevel": "DEBUG""#,
        "{\"output\":\"2\",\"inspectionData\":{\"input\":\"{'x':0}\",\"result\":\"{'b':2}\",\
         \"afterResultSelector\":\"{'b':2}\",\"afterResultPath\":\"{'x':0,'a':{'b':2}}\"},\
         \"status\":\"SUCCEEDED\"}",
    );
}

#[test]
fn variables_are_those_after_the_state() {
    check(
        r#"{"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"n": "{% $n + 1 %}"},
            "Output": "{% $n %}", "End": true}"#,
        r#", "variables": "{\"n\":1,\"m\":0}", "inspectionLevel": "DEBUG""#,
        "{\"output\":\"1\",\"inspectionData\":{\"input\":\"{}\",\
         \"variables\":\"{'m':0,'n':2}\"},\"status\":\"SUCCEEDED\"}",
    );
}

#[test]
fn an_error_is_retried_before_it_is_caught() {
    let state = r#"{"Type": "Task", "Resource": "f", "End": true,
        "Retry": [{"ErrorEquals": ["Other"]},
                  {"ErrorEquals": ["Boom"], "IntervalSeconds": 3, "BackoffRate": 1.5, "MaxAttempts": 2}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Saved"}]}"#;
    let mock = r#", "inspectionLevel": "DEBUG", "mock": {"errorOutput": {"error": "Boom"}}"#;
    let steps = "\"input\":\"{}\",\"afterInputPath\":\"{}\",\"afterParameters\":\"{}\"";
    check(
        state,
        &format!(r#"{mock}, "stateConfiguration": {{"retrierRetryCount": 1}}"#),
        &format!(
            "{{\"error\":\"Boom\",\"inspectionData\":{{{steps},\"errorDetails\":{{\
             \"retryIndex\":1,\"retryBackoffIntervalSeconds\":4.5}}}},\"status\":\"RETRIABLE\"}}"
        ),
    );
    check(
        state,
        &format!(r#"{mock}, "stateConfiguration": {{"retrierRetryCount": 2}}"#),
        &format!(
            "{{\"output\":\"{{'e':{{'Error':'Boom','Cause':''}}}}\",\"error\":\"Boom\",\
             \"inspectionData\":{{{steps},\"errorDetails\":{{\"catchIndex\":0,\"retryIndex\":1}}}},\
             \"nextState\":\"Saved\",\"status\":\"CAUGHT_ERROR\"}}"
        ),
    );
}

#[test]
fn a_task_without_a_mock_is_done_by_whoever_runs_it() {
    let call = r#", "stateName": "Broken", "roleArn": "r""#;
    check(
        r#"{"StartAt": "Broken", "States": {
            "Broken": {"Type": "Task", "Resource": "f", "End": true}}}"#,
        call,
        r#"{"error":"Boom","cause":"it broke","status":"FAILED"}"#,
    );
    check(
        r#"{"Type": "Task", "Resource": "f", "End": true}"#,
        r#", "input": "7", "roleArn": "r""#,
        r#"{"output":"7","status":"SUCCEEDED"}"#,
    );
    check(
        r#"{"Type": "Task", "Resource": "f", "End": true}"#,
        "",
        "RoleArn must be specified when testing a Task state",
    );
}

#[test]
fn waiting_takes_no_more_than_five_minutes() {
    let wait =
        |seconds: u32| format!(r#"{{"Type": "Wait", "Seconds": {seconds}, "Next": "Later"}}"#);
    check(
        &wait(299),
        "",
        r#"{"output":"{}","nextState":"Later","status":"SUCCEEDED"}"#,
    );
    check(
        &wait(300),
        "",
        r#"{"error":"States.Timeout","status":"FAILED"}"#,
    );
}

#[test]
fn the_time_of_the_machine_is_not_that_of_its_state() {
    check(
        r#"{"TimeoutSeconds": 1, "StartAt": "W", "States": {
            "W": {"Type": "Wait", "Seconds": 60, "Next": "X"}, "X": {"Type": "Succeed"}}}"#,
        r#", "stateName": "W""#,
        r#"{"output":"{}","nextState":"X","status":"SUCCEEDED"}"#,
    );
}

#[test]
fn a_state_within_a_map_has_an_item() {
    check(
        r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
            "StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
              {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true,
                "Parameters": {"item.$": "$$.Map.Item"}}}}]}}}}}}"#,
        r#", "stateName": "I", "input": "\"a\"""#,
        r#"{"output":"{'item':{'Index':0,'Value':'a'}}","status":"SUCCEEDED"}"#,
    );
}

#[test]
fn items_are_shown_as_the_fields_of_a_map_shape_them() {
    check(
        r#"{"Type": "Map", "ItemsPath": "$.items", "ItemSelector": {"n.$": "$$.Map.Item.Value"},
            "ItemBatcher": {"MaxItemsPerBatch": 2},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "A",
              "States": {"A": {"Type": "Pass", "End": true}}}, "ResultPath": null, "End": true}"#,
        r#", "input": "{\"items\":[1,2,3]}", "inspectionLevel": "DEBUG", "mock": {"result": "[0,0]"}"#,
        "{\"output\":\"{'items':[1,2,3]}\",\"inspectionData\":{\"input\":\"{'items':[1,2,3]}\",\
         \"afterInputPath\":\"{'items':[1,2,3]}\",\"afterItemsPath\":\"[1,2,3]\",\
         \"maxConcurrency\":0,\"afterItemSelector\":\"[{'n':1},{'n':2},{'n':3}]\",\
         \"afterItemBatcher\":\"[{'Items':[{'n':1},{'n':2}]},{'Items':[{'n':3}]}]\",\
         \"afterResultSelector\":\"[0,0]\",\"afterResultPath\":\"{'items':[1,2,3]}\"},\
         \"status\":\"SUCCEEDED\"}",
    );
}

#[test]
fn a_pointer_leads_to_the_items_in_what_a_reader_reads() {
    check(
        r#"{"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"},
              "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}},
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
              "ReaderConfig": {"InputType": "JSON", "ItemsPointer": "/a~1b/1"},
              "Parameters": {"Bucket": "b", "Key": "k"}}, "End": true}"#,
        r#", "inspectionLevel": "TRACE", "mock": {"result": "[]"},
            "stateConfiguration": {"mapItemReaderData": "{\"a/b\": [0, [1, 2]]}"}"#,
        "{\"output\":\"[]\",\"inspectionData\":{\"input\":\"{}\",\"afterInputPath\":\"{}\",\
         \"maxConcurrency\":0,\"afterItemsPointer\":\"[1,2]\",\"afterResultSelector\":\"[]\",\
         \"afterResultPath\":\"[]\"},\"status\":\"SUCCEEDED\"}",
    );
}

#[test]
fn a_context_object_is_taken_as_it_is() {
    check(
        r#"{"Type": "Task", "Resource": "f", "Parameters": {"all.$": "$$", "id.$": "$$.Execution.Id"},
            "End": true}"#,
        r#", "context": "{\"Execution\": {\"Id\": \"e\"}}", "inspectionLevel": "DEBUG",
            "mock": {"errorOutput": {"error": "E", "cause": "c"}}"#,
        "{\"error\":\"E\",\"cause\":\"c\",\"inspectionData\":{\"input\":\"{}\",\
         \"afterInputPath\":\"{}\",\
         \"afterParameters\":\"{'all':{'Execution':{'Id':'e'}},'id':'e'}\"},\
         \"status\":\"FAILED\"}",
    );
}

#[test]
fn requests_that_do_not_fit_are_refused() {
    let task = r#"{"Type": "Task", "Resource": "f", "End": true}"#;
    check(
        task,
        r#", "mock": {"result": "{"}"#,
        "Mocked result must be valid JSON",
    );
    check(
        task,
        r#", "mock": {}"#,
        "A test mock should have only one of the following fields: [result, errorOutput].",
    );
    check(
        task,
        r#", "mock": {"result": "1"}, "context": "{\"Task\": {\"Token\": \"t\"}}""#,
        "Invalid Context object provided: Context object contains 'Task' when state is not a Task \
         state with a '.sync' or '.waitForTaskToken' service integration pattern",
    );
    check(
        task,
        r#", "mock": {"result": "1"}, "context": "{\"State\": {\"RetryCount\": \"1\"}}""#,
        "Invalid Context object provided: State.RetryCount must be a number",
    );
    check(
        task,
        r#", "roleArn": "r", "context": "{}""#,
        "TestState does not support Context when a mock is not specified.",
    );
    check(
        r#"{"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}]}"#,
        r#", "mock": {"errorOutput": {}}, "stateConfiguration": {"errorCausedByState": "B"}"#,
        "State not found in definition",
    );
    check(
        r#"{"Type": "Map", "End": true, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": "b"}}, "ItemProcessor": {
              "ProcessorConfig": {"Mode": "DISTRIBUTED"},
              "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}}"#,
        r#", "mock": {"result": "[]"}"#,
        "Mocked result must be a JSON object.",
    );
    check(
        task,
        r#", "input": "{""#,
        "Invalid State Machine Execution Input: 'EOF while parsing an object at line 1 column 1'",
    );
}
