//! `asl run --redrive`: on from where an execution failed, in the same log or a new one.

use crate::asl::Folder;

const MACHINE: &str = r#"{
  "StartAt": "Each", "TimeoutSeconds": 100,
  "States": {
    "Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "Next": "Rest", "ItemProcessor": {
      "StartAt": "Work",
      "States": {"Work": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true}}
    }},
    "Rest": {"Type": "Wait", "SecondsPath": "$[3]", "End": true}
  }
}"#;

/// Two items are done, the third fails, the fourth is aborted.
const FAILING: &str =
    "Work:\n  - return: 1\n  - return: 2\n  - throw: {error: Boom, cause: third}\n";

const WAITS: &str = r#"{
  "StartAt": "One", "TimeoutSeconds": 8,
  "States": {
    "One": {"Type": "Wait", "Seconds": 6, "Next": "Two"},
    "Two": {"Type": "Wait", "Seconds": 6, "End": true}
  }
}"#;

/// A Retry around a Parallel that fails within another.
const INNER: &str = r#"{
  "StartAt": "Outer", START
  "States": {"Outer": {"Type": "Parallel", "End": true, "Retry": [{"ErrorEquals": ["E1"], "IntervalSeconds": 10}], "Branches": [
    {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": true}}},
    {"StartAt": "Inner", "States": {"Inner": {"Type": "Parallel", "End": true, "Branches": [
      {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E1"}}}
    ]}}}
  ]}}
}"#;

const DISTRIBUTED: &str = r#"{
  "StartAt": "M",
  "States": {
    "M": {"Type": "Map", "SHAPED": 0, "Next": "Do", "ItemProcessor": {
      "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
      "StartAt": "Work",
      "States": {"Work": {"Type": "Pass", "End": true}}
    }},
    "Do": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:do", "End": true}
  }
}"#;

const WORK: &str =
    r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work""#;

fn folder() -> Folder {
    let folder = Folder::new()
        .file("machine.asl.json", MACHINE)
        .file("other.asl.json", MACHINE.replace("100", "200"))
        .file("failing.yaml", FAILING)
        .file(
            "down.yaml",
            "Work:\n  - throw: {error: Down, cause: still}\n",
        )
        .file("good.yaml", "Work:\n  - return: 5\n");
    folder
        .asl("run machine.asl.json --input '{\"items\": [1, 2, 3, 4]}' --mock failing.yaml --time skip --log run.jsonl")
        .code(1);
    folder
}

fn types(log: &str) -> Vec<String> {
    let lines = log.lines().skip(1);
    let kind = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).expect("an event");
        event["type"].as_str().expect("a type").to_owned()
    };
    lines.map(kind).collect()
}

#[test]
fn a_failed_map_goes_on_with_the_items_that_are_not_done() {
    let folder = folder();
    let before = folder.read("run.jsonl");
    folder
        .asl("run --redrive run.jsonl --mock good.yaml --time skip --log new.jsonl")
        .code(0)
        .stdout("[1,2,5,5]\n")
        .stderr_contains("1 redrive");
    assert_eq!(
        folder.read("run.jsonl"),
        before,
        "the old log stays as it was"
    );
    let after = folder.read("new.jsonl");
    assert!(
        after.starts_with(&before),
        "the new log has all of the old one"
    );
    let types = types(&after);
    let redriven = types.iter().position(|kind| kind == "ExecutionRedriven");
    let scheduled = types[redriven.expect("it was redriven")..]
        .iter()
        .filter(|kind| *kind == "LambdaFunctionScheduled");
    assert_eq!(scheduled.count(), 2);
    folder.asl("run --replay new.jsonl").code(0);
    let tree = folder.asl("history new.jsonl").code(0);
    assert!(tree.stdout.contains("4 ✔"), "{}", tree.stdout);
}

#[test]
fn the_same_log_is_gone_on_with_as_often_as_it_takes() {
    let folder = folder();
    for (mock, code) in [
        ("down.yaml", 1),
        ("down.yaml", 1),
        ("good.yaml", 0),
        ("good.yaml", 2),
    ] {
        let before = folder.read("run.jsonl");
        let call = format!("run --redrive run.jsonl --mock {mock} --time skip --log run.jsonl");
        let told = folder.asl(&call).code(code);
        let after = folder.read("run.jsonl");
        assert!(after.starts_with(&before));
        if code == 2 {
            assert_eq!(after, before);
            told.stderr_contains("Execution is SUCCEEDED and cannot be redriven");
        }
    }
    folder
        .asl("history run.jsonl")
        .code(0)
        .stdout_contains("3 redrives");
}

#[test]
fn an_execution_that_timed_out_has_its_time_anew() {
    let folder = Folder::new().file("waits.asl.json", WAITS);
    folder
        .asl("run waits.asl.json --time skip --log run.jsonl")
        .code(3);
    folder
        .asl("run --redrive run.jsonl --time skip --log run.jsonl")
        .code(0)
        .stdout("{}\n");
}

#[test]
fn only_a_whole_log_of_ours_and_its_own_definition_can_be_redriven() {
    let folder = folder();
    let log = folder.read("run.jsonl");
    let lines: Vec<&str> = log.lines().collect();
    let bare = lines[1..].join("\n");
    let forged = log.replace("\"output\":\"2\"", "\"output\":\"9\"");
    let forged = forged.replacen("\"output\":\"9\"", "\"output\":\"2\"", 1);
    let folder = folder.file("bare.jsonl", bare).file("forged.jsonl", forged);
    let redrive = |rest: &str| {
        folder
            .asl(&format!(
                "run --redrive {rest} --mock good.yaml --time skip"
            ))
            .code(2)
    };
    redrive("bare.jsonl").stderr_contains("no log of asl run --log");
    redrive("forged.jsonl").stderr_contains("cannot be restored");
    redrive("nowhere.jsonl");
    redrive("run.jsonl other.asl.json").stderr_contains("not the definition");
    let same = "run machine.asl.json --redrive run.jsonl --mock good.yaml --time skip";
    folder.asl(same).code(0).stdout("[1,2,5,5]\n");
    folder
        .asl("run --redrive run.jsonl")
        .code(2)
        .stderr_contains("Work");
    folder
        .asl("run --redrive run.jsonl --mock good.yaml --dry")
        .code(0);
    folder
        .asl("run --redrive run.jsonl --mock good.yaml --input 1")
        .code(2);
}

#[test]
fn a_last_line_without_an_end_gets_one() {
    let folder = folder();
    let log = folder.read("run.jsonl");
    let folder = folder.file("run.jsonl", log.trim_end());
    folder
        .asl("run --redrive run.jsonl --mock good.yaml --time skip --log run.jsonl")
        .code(0);
    let after = folder.read("run.jsonl");
    assert!(after.starts_with(&log));
    assert_eq!(
        types(&after).last().map(String::as_str),
        Some("ExecutionSucceeded")
    );
}

/// A disk or a process that broke leaves half a line, or a history without an end.
#[test]
fn a_log_that_breaks_off_anywhere_is_gone_on_with() {
    let whole = folder();
    let log = whole.read("run.jsonl");
    for (at, _) in log.match_indices('\n').skip(1) {
        for torn in ["", "{\"time"] {
            let before = &log[..=at];
            let folder = folder().file("run.jsonl", format!("{before}{torn}"));
            let told = folder
                .asl("run --redrive run.jsonl --mock good.yaml --time skip --log run.jsonl")
                .code(0);
            assert_eq!(
                told.stderr.contains("that line is left out"),
                !torn.is_empty()
            );
            let after = folder.read("run.jsonl");
            assert!(after.starts_with(before));
            let is_whole = before.len() == log.len();
            assert_eq!(
                after.contains("BrokeOff"),
                told.stderr.contains("taken as aborted")
            );
            assert!(!is_whole || !after.contains("BrokeOff"));
            assert!(types(&after).contains(&"ExecutionRedriven".to_owned()));
            folder.asl("run --replay run.jsonl").code(0).stderr("");
        }
    }
}

#[test]
fn a_retry_around_a_container_that_failed_is_interrupted() {
    let folder = Folder::new().file(
        "m.asl.json",
        INNER.replace("START", r#""TimeoutSeconds": 5,"#),
    );
    folder
        .asl("run m.asl.json --time skip --log m.jsonl")
        .code(3);
    for _ in 0..2 {
        let again = "run --redrive m.jsonl --time skip --log m.jsonl";
        folder.asl(again).code(3);
        folder.asl("run --replay m.jsonl").code(0);
    }
}

#[test]
fn a_map_run_that_succeeded_keeps_what_its_state_was_left_with() {
    for shaped in [
        r#""QueryLanguage": "JSONata", "Items": "{% [1, 2] %}", "Output": "{% {'n': $count($states.result)} %}", "Assign": {"v": "{% $states.result[1] %}"}"#,
        r#""ItemsPath": "$.items", "ResultSelector": {"r.$": "$"}, "Assign": {"v.$": "$"}"#,
    ] {
        let folder = Folder::new()
            .file("d.asl.json", DISTRIBUTED.replace("\"SHAPED\": 0", shaped))
            .file("bad.yaml", "Do:\n  - throw: {error: Down, cause: still}\n")
            .file("good.yaml", "Do:\n  - return: {done: true}\n");
        let run = |rest: &str| folder.asl(&format!("run {rest} --time skip --log d.jsonl"));
        run("d.asl.json --mock bad.yaml --input '{\"items\": [1, 2]}'").code(1);
        run("--redrive d.jsonl --mock bad.yaml").code(1);
        run("--redrive d.jsonl --mock good.yaml").code(0);
        folder.asl("run --replay d.jsonl").code(0);
    }
}

#[test]
fn a_map_run_that_failed_stays_a_try_that_failed() {
    let definition = DISTRIBUTED.replace("\"SHAPED\": 0", r#""ItemsPath": "$.items""#);
    let definition = definition.replace(r#""Type": "Pass""#, WORK);
    let folder = Folder::new()
        .file("d.asl.json", definition)
        .file(
            "bad.yaml",
            "Work:\n  - throw: {error: Down, cause: still}\nDo:\n  - return: 1\n",
        )
        .file("good.yaml", "Work:\n  - return: 1\nDo:\n  - return: 1\n");
    let run = |rest: &str| folder.asl(&format!("run {rest} --time skip --log d.jsonl"));
    run("d.asl.json --mock bad.yaml --input '{\"items\": [1, 2]}'").code(1);
    run("--redrive d.jsonl --mock good.yaml").code(0);
    let tree = folder.asl("history d.jsonl").code(0);
    assert!(tree.stdout.contains("↻ try 1"), "{}", tree.stdout);
    assert!(tree.stdout.contains("redriven after"), "{}", tree.stdout);
    assert!(tree.stdout.contains("✔ try 2"), "{}", tree.stdout);
}

#[test]
fn an_express_execution_is_not_redriven() {
    let fail = r#"{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}"#;
    let folder = Folder::new().file("fail.asl.json", fail);
    folder
        .asl("run fail.asl.json --type express --log run.jsonl")
        .code(1);
    folder
        .asl("run --redrive run.jsonl")
        .code(2)
        .stderr_contains("EXPRESS");
}
