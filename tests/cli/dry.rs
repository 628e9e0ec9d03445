//! `asl run --dry`: who would do the work of each Task, and what is missing, before anything runs.

use crate::asl::Asl;

const TASKS: &str = r#"{
  "StartAt": "Charge card",
  "States": {
    "Charge card": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "charge", "Payload.$": "$"}, "Next": "Ship"},
    "Ship": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Tell"},
    "Tell": {"Type": "Parallel", "End": true, "Branches": [
      {"StartAt": "Mail", "States": {"Mail": {"Type": "Task", "Resource": "mail", "End": true}}}
    ]}
  }
}"#;

fn run(options: &str) -> Asl {
    Asl::new(&format!("run order.asl.json {options}")).file("order.asl.json", TASKS)
}

#[test]
fn tasks_without_a_handler_are_told_all_at_once() {
    run("").code(2).stdout("").stderr(
        "error: 3 Tasks have no handler:\n  \
           order.asl.json:4  Charge card  arn:aws:states:::lambda:invoke\n  \
           order.asl.json:6  Ship  arn:aws:states:::sqs:sendMessage\n  \
           order.asl.json:8  Mail  mail\n\
         say who does the work with --mock FILE, --handlers FILE or --task 'PATTERN=cmd:COMMAND'; \
         --dry shows the plan\n",
    );
    run("--task charge=cmd:true --task Ship=cmd:true")
        .code(2)
        .stderr_contains("1 Task has no handler:\n  order.asl.json:8  Mail  mail\n");
}

#[test]
fn a_dry_run_shows_who_would_do_the_work() {
    run("--dry --task charge=cmd:true --task 'Ship=http://127.0.0.1:9/sqs'")
        .code(2)
        .stdout(
            "  line  Task         resource                          handler\n\
             ✔    4  Charge card  arn:aws:states:::lambda:invoke    cmd: true\n\
             ✔    6  Ship         arn:aws:states:::sqs:sendMessage  http://127.0.0.1:9/sqs\n\
             ✖    8  Mail         mail                              no handler\n",
        )
        .stderr_contains("error: 1 Task has no handler:\n  order.asl.json:8  Mail  mail\n")
        .stderr_contains("say who does the work with");
}

#[test]
fn nothing_runs_in_a_dry_run() {
    run("--dry --task '*=cmd:touch done' --log run.jsonl")
        .code(0)
        .stdout_contains("cmd: touch done")
        .stderr("");
    run("--dry --task Ship=python:app.handler --task '*=node:index.handler'")
        .code(0)
        .stdout_contains("python: app.handler")
        .stdout_contains("node: index.handler");
    Asl::new("run m.json --dry")
        .file(
            "m.json",
            r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
        )
        .code(0)
        .stdout("this machine has no Tasks: it needs no handlers\n");
}
