//! What lies between the engine and its handlers: what is heard, what is given up, what is told.

use crate::asl::{Asl, Folder};

fn run(options: &str, definition: &str) -> Asl {
    Asl::new(&format!("run m.asl.json {options}")).file("m.asl.json", definition)
}

#[test]
fn a_loop_over_answers_that_come_at_once_can_be_stopped() {
    let definition = r#"{"StartAt": "T", "States": {
        "T": {"Type": "Task", "Resource": "f", "Next": "Again"},
        "Again": {"Type": "Pass", "Next": "T"}}}"#;
    run(
        "-q --max-events 0 --timeout 100ms --mock m.json",
        definition,
    )
    .file("m.json", r#"{"f": {"return": 1}}"#)
    .code(3);
}

#[test]
fn a_loop_over_waits_that_are_skipped_can_be_stopped() {
    let definition = r#"{"StartAt": "W", "States": {
        "W": {"Type": "Wait", "Seconds": 1, "Next": "Again"},
        "Again": {"Type": "Pass", "Next": "W"}}}"#;
    run("-q --max-events 0 --timeout 100ms --time skip", definition).code(3);
}

#[test]
fn a_task_given_up_in_the_step_that_asked_for_it_is_not_begun() {
    let folder = Folder::new().file(
        "m.asl.json",
        r#"{"StartAt": "P", "States": {
        "P": {"Type": "Parallel", "Next": "After",
          "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "After"}],
          "Branches": [
            {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "f", "End": true}}},
            {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Boom"}}}]},
        "After": {"Type": "Task", "Resource": "g", "End": true}}}"#,
    );
    let asl = folder.asl("run -q m.asl.json --task 'T=cmd:touch begun' --task 'After=cmd:cat'");
    asl.code(0).stdout("{\"Error\":\"Boom\",\"Cause\":\"\"}\n");
    assert!(!folder.path("begun").exists());
}

#[test]
fn a_callback_is_submitted_and_brings_its_result_as_it_is() {
    let definition = r#"{"StartAt": "T", "States": {"T": {"Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
        "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}}}}"#;
    let asl =
        || run("-q --mock m.json", definition).file("m.json", r#"{"T": {"return": {"x": 1}}}"#);
    asl().code(0).stdout("{\"x\":1}\n");
    let log = asl().args(["--log", "-"]).code(0);
    log.stdout_contains("\"type\":\"TaskSubmitted\",\"id\":5,\"previousEventId\":4")
        .stdout_contains("\"type\":\"TaskSucceeded\",\"id\":6,\"previousEventId\":5");
}

#[test]
fn a_path_into_an_input_of_null_says_what_aws_says() {
    let definition = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Parameters": {"x.$": "$.a"}, "End": true}}}"#;
    run("-q --input null", definition)
        .code(1)
        .stderr_contains("Unable to apply Path transformation to null or empty input.");
}

#[test]
fn an_inline_map_runs_no_more_than_40_iterations_at_once() {
    let definition = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "MaxConcurrency": 100,
        "ItemProcessor": {"StartAt": "W", "States": {
          "W": {"Type": "Wait", "Seconds": 1, "End": true}}}, "End": true}}}"#;
    let items: Vec<String> = (0..60).map(|item: u32| item.to_string()).collect();
    run("--time skip", definition)
        .args(["--input", &format!("[{}]", items.join(","))])
        .code(0)
        .stderr_contains("≤40 at once");
}
