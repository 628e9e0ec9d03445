//! `--machine-map`: machines that Tasks of other machines start.

use crate::asl::{Asl, Folder};

const CHILD: &str = r#"{"StartAt": "W", "States": {
    "W": {"Type": "Wait", "Seconds": 86400, "Next": "C"},
    "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "NumericEquals": 3, "Next": "F"}], "Default": "P"},
    "P": {"Type": "Pass", "Parameters": {"y.$": "$.x"}, "End": true},
    "F": {"Type": "Fail", "Error": "Three", "Cause": "x is 3"}}}"#;

/// A machine that starts `child` by this action.
fn parent(action: &str) -> String {
    format!(
        r#"{{"StartAt": "Call", "States": {{"Call": {{"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::{action}", "Parameters": {{"Name": "one",
            "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child",
            "Input.$": "$"}}}}}}}}"#
    )
}

fn run(action: &str, input: &str) -> Asl {
    let folder = Folder::new()
        .file("m.json", parent(action))
        .file("c.json", CHILD);
    let asl = folder.asl("run m.json --machine-map child=c.json --time skip -q --seed 1");
    asl.args(["--start-time", "2026-01-01T00:00:00Z", "--input", input])
}

#[test]
fn a_job_is_described_when_it_has_ended_a_day_later() {
    let log = run("states:startExecution.sync", r#"{"x": 1}"#).args(["--log", "-"]);
    log.code(0)
        .stdout_contains(r#""type":"TaskSubmitted","id":5"#)
        .stdout_contains(r#"\"Input\":\"{\\\"x\\\":1}\""#)
        .stdout_contains(r#"\"Output\":\"{\\\"y\\\":1}\""#)
        .stdout_contains(r#""timestamp":1767312000.000,"type":"TaskSucceeded","id":6"#);
    run("states:startExecution.sync:2", r#"{"x": 1}"#)
        .code(0)
        .stdout_contains(r#""Output":{"y":1},"OutputDetails":{"Included":true},"RedriveCount":0"#);
}

#[test]
fn a_machine_that_fails_fails_its_task_with_its_description() {
    let told = run("states:startExecution.sync:2", r#"{"x": 3}"#).code(1);
    told.stderr_contains("States.TaskFailed: {\"Cause\":\"x is 3\",\"Error\":\"Three\"");
}

#[test]
fn a_synchronous_call_is_answered_whatever_became_of_the_express_execution() {
    run("aws-sdk:sfn:startSyncExecution", r#"{"x": 3}"#)
        .code(0)
        .stdout_contains(r#""Status":"TIMED_OUT""#)
        .stdout_contains("arn:aws:states:us-east-1:123456789012:express:child:one:");
}

#[test]
fn a_machine_that_is_only_started_is_answered_at_once() {
    run("states:startExecution", r#"{"x": 3}"#)
        .code(0)
        .stdout_contains("execution:child:one\",\"SdkHttpMetadata\"")
        .stdout_contains(r#""StartDate":"2026-01-01T00:00:00.000Z""#);
}

#[test]
fn what_cannot_be_started_is_refused_as_the_service_does() {
    let folder = Folder::new()
        .file("m.json", parent("states:startExecution"))
        .file("c.json", CHILD);
    let other = folder.asl("run m.json --machine-map other=c.json -q");
    other.code(1).stderr_contains(
        "StepFunctions.StateMachineDoesNotExistException: State Machine Does Not Exist: 'arn:aws",
    );
    run("states:startExecution", r#""no JSON""#)
        .code(1)
        .stderr_contains("StepFunctions.InvalidExecutionInputException");
}

#[test]
fn a_machine_that_cannot_run_or_lacks_handlers_is_told_before_anything_runs() {
    let folder = Folder::new()
        .file("m.json", parent("states:startExecution"))
        .file("broken.json", r#"{"StartAt": "A", "States": {}}"#)
        .file(
            "task.json",
            r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "f", "End": true}}}"#,
        );
    let broken = folder.asl("run m.json --machine-map child=broken.json");
    broken
        .code(1)
        .stderr_contains("broken.json cannot be run before this is mended");
    let missing = folder.asl("run m.json --machine-map child=task.json");
    missing.code(2).stderr_contains("child: T  f");
    let dry = folder.asl("run m.json --machine-map child=task.json --task 'f=cmd:cat' --dry");
    dry.code(0)
        .stdout_contains("machine of --machine-map")
        .stdout_contains("child: T");
    folder
        .asl("run m.json --machine-map child")
        .code(2)
        .stderr_contains("write a name, = and a path");
}

/// A machine that starts `child` by this action, and does nothing else.
fn starter(action: &str, name: &str) -> String {
    format!(
        r#"{{"StartAt": "S", "States": {{"S": {{"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::{action}",
            "Parameters": {{"StateMachineArn": "{name}"}}}}}}}}"#
    )
}

#[test]
fn a_machine_ends_without_those_that_it_only_started() {
    let never = r#"{"StartAt": "W", "TimeoutSeconds": 86400, "States": {"W": {"Type": "Wait", "Seconds": 86400, "End": true}}}"#;
    let folder = Folder::new()
        .file("top.json", starter("states:startExecution.sync:2", "mid"))
        .file("mid.json", starter("states:startExecution", "slow"))
        .file("slow.json", never);
    let asl = folder.asl(
        "run top.json --machine-map mid=mid.json --machine-map slow=slow.json --timeout 300ms",
    );
    asl.code(0)
        .stdout_contains("SUCCEEDED")
        .stderr_contains("waiting for machines that were started");
}

#[test]
fn machines_that_start_each_other_without_end_are_stopped() {
    let catch = r#""Catch": [{"ErrorEquals": ["StepFunctions.ExecutionLimitExceededException"], "Next": "Z"}], "Next": "Z""#;
    let machine = starter("states:startExecution.sync", "m");
    let machine = machine.replace(r#""End": true"#, catch);
    let machine = machine.trim_end_matches('}').to_owned()
        + r#"}}, "Z": {"Type": "Pass", "Result": 1, "End": true}}}"#;
    let folder = Folder::new().file("m.json", machine);
    let told = folder.asl("run m.json --machine-map m=m.json -q --time skip");
    told.code(0)
        .stdout("1\n")
        .stderr_contains("more than 1000 machines ran at once");
}
