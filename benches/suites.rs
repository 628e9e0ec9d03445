//! What `asl test` takes for many cases, as a whole process, by the clock on the wall: the median
//! of several runs. `cargo bench --bench suites`; `ASL_BENCH_ASL` may name another program to be
//! measured, and `ASL_BENCH_KEEP` a folder in which the workloads are left.

mod measure;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use measure::{cpu, median};

/// Twelve states: Tasks that are retried and caught, a Choice, a Wait, a Parallel, a Map.
const MACHINE: &str = r#"{"StartAt": "Receive", "States": {
  "Receive": {"Type": "Pass", "Next": "Validate"},
  "Validate": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultPath": "$.check",
    "Parameters": {"FunctionName": "validate", "Payload": {"id.$": "$.id"}},
    "ResultSelector": {"ok.$": "$.Payload.ok"}, "Next": "Is it valid?",
    "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 30, "MaxAttempts": 4}]},
  "Is it valid?": {"Type": "Choice", "Default": "Refuse",
    "Choices": [{"Variable": "$.check.ok", "BooleanEquals": true, "Next": "Price all"}]},
  "Price all": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.prices", "Next": "Wait a day",
    "ItemProcessor": {"StartAt": "Price", "States": {
      "Price": {"Type": "Task", "Resource": "price", "Next": "Round",
        "Retry": [{"ErrorEquals": ["Throttled"], "MaxAttempts": 3}]},
      "Round": {"Type": "Pass", "Parameters": {"cents.$": "$.cents"}, "End": true}}}},
  "Wait a day": {"Type": "Wait", "Seconds": 86400, "Next": "Charge"},
  "Charge": {"Type": "Task", "Resource": "charge", "ResultPath": "$.charge", "Next": "Ship",
    "Retry": [{"ErrorEquals": ["Unavailable"], "MaxAttempts": 3}],
    "Catch": [{"ErrorEquals": ["Declined"], "ResultPath": "$.error", "Next": "Undo"}]},
  "Ship": {"Type": "Task", "Resource": "ship", "ResultPath": null, "Next": "Tell"},
  "Tell": {"Type": "Task", "Resource": "tell", "ResultPath": null, "Next": "Done"},
  "Undo": {"Type": "Task", "Resource": "undo", "ResultPath": null, "Next": "Refuse"},
  "Refuse": {"Type": "Fail", "Error": "Refused"},
  "Done": {"Type": "Succeed"}}}"#;

const PATIENT: &str = r#"{"StartAt": "Wait", "States": {
  "Wait": {"Type": "Wait", "Seconds": 31000000, "Next": "Try"},
  "Try": {"Type": "Task", "Resource": "try", "End": true, "Retry": [
    {"ErrorEquals": ["Busy"], "MaxAttempts": 50, "IntervalSeconds": 1, "BackoffRate": 1}]}}}"#;

fn main() {
    let folder = match std::env::var_os("ASL_BENCH_KEEP") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_TARGET_TMPDIR")).join("suites"),
    };
    println!(
        "{:44} {:>9} {:>12} {:>9}",
        "workload", "wall", "per case", "CPU"
    );
    for cases in [1, 100, 1000, 4000] {
        let name = format!("{cases} cases, 12 states, Map of 20, retries");
        measure(
            &folder.join(cases.to_string()),
            &name,
            MACHINE,
            &orders(cases),
            cases,
        );
    }
    let name = "a year of waiting and 50 retries";
    measure(&folder.join("patient"), name, PATIENT, &patient(), 1);
}

/// Half of the cases succeed after retries, half are declined.
fn orders(cases: usize) -> String {
    let mut suite = "machine: m.asl.json\ndefaults:\n  mocks:\n    Ship: { return: {} }\n    \
                     Tell: { return: {} }\n    Undo: { return: {} }\ncases:\n"
        .to_owned();
    for case in 0..cases {
        let items = vec!["{ sku: x }"; 20].join(", ");
        let (charge, expect) = if case % 2 == 0 {
            let path = "path: [Receive, Validate, ..., Ship, Tell, Done]";
            (
                "return: { receipt: 7 }",
                format!("{path}, output-includes: {{ id: {case} }}"),
            )
        } else {
            ("throw: { error: Declined }", "error: Refused".to_owned())
        };
        write!(
            suite,
            "  case {case}:\n    input: {{ id: {case}, items: [{items}] }}\n    mocks:\n      \
             Validate: [{{ throw: {{ error: Busy }} }}, {{ throw: {{ error: Busy }} }}, {{ return: {{ ok: true }} }}]\n      \
             Price: [{{ throw: {{ error: Throttled }} }}, {{ return: {{ cents: 250 }} }}]\n      \
             Charge: [{{ throw: {{ error: Unavailable }} }}, {{ {charge} }}]\n    \
             expect: {{ {expect} }}\n"
        )
        .expect("fits");
    }
    suite
}

fn patient() -> String {
    let busy = "{ throw: { error: Busy } }, ".repeat(50);
    format!(
        "machine: m.asl.json\ncases:\n  patient:\n    mocks: {{ Try: [{busy}{{ return: 1 }}] }}\n    \
         expect: {{ output: 1, calls: {{ Try: 51 }} }}\n"
    )
}

fn measure(folder: &Path, name: &str, machine: &str, suite: &str, cases: usize) {
    fs::create_dir_all(folder).expect("the target folder can be written");
    fs::write(folder.join("m.asl.json"), machine).expect("writable");
    fs::write(folder.join("m.asltest.yaml"), suite).expect("writable");
    let wall = median(|| run(folder));
    let used = median(|| {
        cpu(|| {
            run(folder);
        })
    });
    let per_case = wall / u32::try_from(cases).expect("not so many");
    println!(
        "{name:44} {:>6.1} ms {per_case:>12.1?} {:>6.1} ms",
        wall.as_secs_f64() * 1000.0,
        used.as_secs_f64() * 1000.0
    );
}

fn run(folder: &Path) -> Duration {
    let mut command = measure::asl();
    command
        .args(["test", "-q"])
        .current_dir(folder)
        .stdin(Stdio::null());
    let began = Instant::now();
    let output = command.output().expect("asl starts");
    let wall = began.elapsed();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    wall
}
