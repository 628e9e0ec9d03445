//! Commands that tell that their work goes on, and those that do not.

#![cfg(unix)]

use serde_json::json;

use crate::asl::Asl;
use crate::callbacks::{activity, task};

/// A Task of an activity whose command is given twenty seconds between heartbeats, that is two.
fn beating(script: &str) -> Asl {
    let states = json!({"Act": activity(&json!({"HeartbeatSeconds": 20, "End": true}))});
    let definition = json!({"StartAt": "Act", "States": states}).to_string();
    let command = json!(["sh", "-c", script]);
    Asl::new("run approval.asl.json --handlers handlers.toml --time 10x")
        .file("approval.asl.json", definition)
        .file(
            "handlers.toml",
            format!("[[handler]]\nresource = \"*\"\ncommand = {command}\n"),
        )
}

/// Goes on for longer than that, and beats all the while.
fn goes_on(beat: &str) {
    let script = format!("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do {beat}; sleep 0.2; done; echo 1");
    beating(&script).code(0).stdout("1\n");
}

#[test]
fn a_command_beats_by_lines() {
    goes_on("echo asl:heartbeat >&2");
}

#[test]
fn a_command_beats_through_a_pipe() {
    goes_on("echo >&\"$ASL_HEARTBEAT_FD\"");
}

#[test]
fn a_command_that_is_silent_is_given_up() {
    beating("exec sleep 86400")
        .code(1)
        .stderr_contains("States.Timeout");
}

#[test]
fn heartbeats_are_no_part_of_a_cause() {
    beating("echo asl:heartbeat >&2; echo no funds >&2; echo asl:heartbeat >&2; exit 1")
        .code(1)
        .stderr_contains("sh ended with exit code 1: no funds\n");
}

/// A called service cannot beat, and AWS does not expect it to.
#[test]
fn a_request_is_alive_as_long_as_it_goes_on() {
    let states = json!({"Ask": task(
        "arn:aws:states:::lambda:invoke",
        &json!({"HeartbeatSeconds": 1, "End": true, "OutputPath": "$.Payload"}),
    )});
    Asl::new("run approval.asl.json --task '*=cmd:sh -c \"sleep 0.5; echo 1\"' --time 4x")
        .file(
            "approval.asl.json",
            json!({"StartAt": "Ask", "States": states}).to_string(),
        )
        .code(0)
        .stdout("1\n");
}
