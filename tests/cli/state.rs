//! One state alone: what is asked, what is answered, what is told, and the exit code.

use crate::asl::{Asl, Folder};

const MACHINE: &str = r#"{"StartAt": "Look", "States": {
  "Look": {"Type": "Pass", "InputPath": "$.order", "Parameters": {"n.$": "$.id"},
    "ResultPath": "$.seen", "Next": "Charge"},
  "Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "charge", "Payload.$": "$.order"},
    "ResultSelector": {"paid.$": "$.Payload.paid"},
    "Retry": [{"ErrorEquals": ["Card.Busy"], "IntervalSeconds": 2, "MaxAttempts": 2}],
    "Catch": [{"ErrorEquals": ["Card.Declined"], "ResultPath": "$.why", "Next": "Each"}],
    "Next": "Each"},
  "Pause": {"Type": "Wait", "Seconds": 60, "Next": "Each"},
  "Each": {"Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": {
    "StartAt": "Inner", "States": {
      "Inner": {"Type": "Task", "Resource": "work", "End": true}}}}}}"#;

fn state(options: &str) -> Asl {
    Asl::new(&format!("run m.asl.json --state {options}")).file("m.asl.json", MACHINE)
}

#[test]
fn the_answer_is_that_of_the_api() {
    state("Look -q")
        .args(["--input", r#"{"order": {"id": 7}}"#])
        .code(0)
        .stdout(
            "{\"output\":\"{\\\"order\\\":{\\\"id\\\":7},\\\"seen\\\":{\\\"n\\\":7}}\",\
             \"nextState\":\"Charge\",\"status\":\"SUCCEEDED\"}\n",
        );
}

#[test]
fn a_person_sees_each_step_and_which_fields_are_not_set() {
    let told = state("Look --inspect debug")
        .args(["--input", r#"{"order": {"id": 7}}"#])
        .code(0);
    told.stderr(
        "✔ SUCCEEDED  Look  Pass\n\
        \x20 input                 {\"order\":{\"id\":7}}\n\
        \x20 after InputPath       {\"id\":7}\n\
        \x20 after Parameters      {\"n\":7}\n\
        \x20 result                {\"n\":7}\n\
        \x20 after ResultSelector  the same (not set)\n\
        \x20 after ResultPath      {\"order\":{\"id\":7},\"seen\":{\"n\":7}}\n\
        \x20 output                {\"order\":{\"id\":7},\"seen\":{\"n\":7}}\n\
        \x20 next state            → Charge\n",
    );
}

#[test]
fn without_inspection_only_what_changed_is_told() {
    let told = state("Charge --mock-result '{\"Payload\": {\"paid\": true}}'")
        .args(["--input", r#"{"order": {}}"#])
        .code(0);
    told.stderr(
        "✔ SUCCEEDED  Charge  Task lambda:invoke\n\
        \x20 input                 {\"order\":{}}\n\
        \x20 after Parameters      {\"FunctionName\":\"charge\",\"Payload\":{}}\n\
        \x20 result                {\"Payload\":{\"paid\":true}}\n\
        \x20 after ResultSelector  {\"paid\":true}\n\
        \x20 output                {\"paid\":true}\n\
        \x20 next state            → Each\n",
    );
}

/// The exit code says whether the execution would go on.
#[test]
fn an_error_is_retried_caught_or_the_end() {
    let check = |options: &str, code: i32, status: &str, handled: &str| {
        state(&format!("Charge --input '{{\"order\": 1}}' {options}"))
            .code(code)
            .stdout_contains(&format!("\"status\":\"{status}\""))
            .stderr_contains(handled);
    };
    check(
        "--mock-error 'Card.Busy: later'",
        0,
        "RETRIABLE",
        "Retry[0], again in 2 s",
    );
    check(
        "--mock-error Card.Busy --retry-count 1",
        0,
        "RETRIABLE",
        "Retry[0], again in 4 s",
    );
    check(
        "--mock-error Card.Busy --retry-count 2",
        1,
        "FAILED",
        "nothing: Retry[0] has no attempt left",
    );
    check(
        "--mock-error '{\"Error\": \"Card.Declined\", \"Cause\": \"no funds\"}'",
        0,
        "CAUGHT_ERROR",
        "Catch[0]",
    );
    check(
        "--mock-error Other",
        1,
        "FAILED",
        "nothing: no Retry or Catch takes it",
    );
}

#[test]
fn a_task_without_a_mock_is_done_by_the_handlers_and_only_its_own_is_needed() {
    let asl = |options: &str| state(&format!("Inner -q --input '[1, 2]' {options}"));
    asl("--task Inner=cmd:cat")
        .code(0)
        .stdout("{\"output\":\"[1,2]\",\"status\":\"SUCCEEDED\"}\n");
    asl("--mock m.json")
        .file(
            "m.json",
            r#"{"Inner": {"throw": {"error": "E", "cause": "c"}}}"#,
        )
        .code(1)
        .stdout("{\"error\":\"E\",\"cause\":\"c\",\"status\":\"FAILED\"}\n");
    let told = asl("").code(2);
    told.stderr_contains("1 Task has no handler:\n  m.asl.json:13  Inner  work\n");
    state("Inner --dry --task '*=cmd:cat'")
        .code(0)
        .stdout("  line  Task   resource  handler\n✔   13  Inner  work      cmd: cat\n");
}

#[test]
fn a_wait_takes_the_time_that_it_is_given() {
    state("Pause -q --time skip")
        .code(0)
        .stdout("{\"output\":\"{}\",\"nextState\":\"Each\",\"status\":\"SUCCEEDED\"}\n");
    state("Pause -q --timeout 20ms").code(3);
}

#[test]
fn variables_and_the_context_object_come_as_text_or_from_a_file() {
    let folder = Folder::new()
        .file(
            "task.json",
            r#"{"Type": "Task", "QueryLanguage": "JSONata", "Resource": "f", "End": true,
                "Arguments": "{% $rate %}", "Output": "{% $states.context.Execution.Name %}"}"#,
        )
        .file(
            "context.json",
            "\u{feff}{\"Execution\": {\"Name\": \"mine\"}}\n",
        );
    let asl = folder.asl("run -q task.json --state Mine --inspect debug --mock-result null");
    asl.args([
        "--variables",
        r#"{"rate": 3}"#,
        "--context",
        "@context.json",
    ])
    .code(0)
    .stdout(
        "{\"output\":\"\\\"mine\\\"\",\"inspectionData\":{\"input\":\"{}\",\
             \"afterArguments\":\"3\",\"result\":\"null\",\"variables\":\"{\\\"rate\\\":3}\"},\
             \"status\":\"SUCCEEDED\"}\n",
    );
}

#[test]
fn a_file_may_be_a_state_in_json_or_yaml() {
    let expected = "{\"output\":\"{}\",\"nextState\":\"Later\",\"status\":\"SUCCEEDED\"}\n";
    Asl::new("run -q - --state Any")
        .stdin(r#"{"Type": "Pass", "Next": "Later"}"#)
        .code(0)
        .stdout(expected);
    Asl::new("run -q state.yaml --state Any")
        .file("state.yaml", "Type: Pass\nNext: Later\n")
        .code(0)
        .stdout(expected);
    Asl::new("run state.json --state Any")
        .file(
            "state.json",
            "{\"Type\": \"Pass\",\n \"ResultPath\": \"a\",\n \"Next\": \"B\"}\n",
        )
        .code(1)
        .stderr_contains("state.json:2:")
        .stderr_contains("a path must start with `$`");
}

#[test]
fn what_cannot_be_tested_is_told_with_a_remedy() {
    let check = |options: &str, told: &str| {
        state(options).code(2).stdout("").stderr_contains(told);
    };
    check(
        "Chrage",
        "no state \"Chrage\" in m.asl.json: did you mean \"Charge\"?",
    );
    check("Each", "with --mock-result or --mock-error");
    check(
        "Look --mock-result 1",
        "State type 'Pass' is not supported when a mock is specified",
    );
    check("Each --mock-result 1", "Mocked result must be an array.");
    check("Charge --mock-result '{'", "--mock-result is no JSON: ");
    check("Charge --mock-error '{}'", "--mock-error has no name");
    check("Look --variables '[]'", "--variables must be an object");
    check("Look --variables @none.json", "cannot read none.json");
    check(
        "Look --variables @- --input -",
        "stdin cannot be both the input and the variables",
    );
    check("Look --context '{}'", "TestState does not support Context");
    check(
        "Each --mock-error E --error-caused-by-state Look",
        "State not found in definition",
    );
}

/// stdout in a pipe has the data as it is.
#[test]
fn nothing_of_the_data_is_obeyed_by_a_terminal() {
    state("Charge --inspect info --mock-error Card.Busy")
        .args(["--input", "{\"order\": \"\u{9b}2J\"}"])
        .code(0)
        .stderr_contains("\\u009b2J");
}
