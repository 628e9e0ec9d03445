//! What Tasks answered, written as mocks: by `asl run --record` and by `asl history --mocks`.
//! Another run with them does the same.

use serde_json::Value;

use crate::asl::{Asl, Folder, Told, fixture};

/// Handles items at the same time; the first try of every other item fails.
const MACHINE: &str = r#"{
  "StartAt": "Items",
  "States": {
    "Items": {
      "Type": "Map",
      "MaxConcurrency": 4,
      "ItemProcessor": {
        "StartAt": "Work",
        "States": {
          "Work": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "work", "Payload.$": "$"},
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1}],
            "Catch": [{"ErrorEquals": ["Broken"], "Next": "Give up"}],
            "OutputPath": "$.Payload",
            "End": true
          },
          "Give up": {"Type": "Pass", "End": true}
        }
      },
      "Next": "Tell"
    },
    "Tell": {"Type": "Task", "Resource": "tell", "End": true}
  }
}"#;

/// Fails with `Busy` when an even item comes for the first time, and with `Broken` for the fifth.
const WORK: &str = r#"
id=$(cat | tr -dc 0-9)
if [ "$id" = 5 ]; then echo '{"Error": "Broken", "Cause": "five"}'; exit 1; fi
if [ $((id % 2)) = 0 ] && mkdir "seen-$id"; then echo '{"Error": "Busy"}'; exit 1; fi
echo "{\"done\": $id, \"text\": \"{% no expression %}\"}"
"#;

fn kinds(told: &Told) -> Vec<String> {
    let lines = told.stdout.lines().skip(1);
    let kind = |line| {
        let event: Value = serde_json::from_str(line).expect("JSON lines");
        let details = event["stateEnteredEventDetails"]["name"]
            .as_str()
            .unwrap_or_default();
        format!("{} {details}", event["type"].as_str().expect("a type"))
    };
    lines.map(kind).collect()
}

fn sorted(mut kinds: Vec<String>) -> Vec<String> {
    kinds.sort();
    kinds
}

fn recorded() -> (Folder, Told) {
    let folder = Folder::new()
        .file("machine.asl.json", MACHINE)
        .file("work.sh", WORK);
    let told = folder
        .asl("run machine.asl.json --time skip --record mocks --log -")
        .args(["--task", "work=cmd:sh work.sh", "--task", "tell=cmd:cat"])
        .args([
            "--input",
            r#"[{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}, {"id": 5}]"#,
        ])
        .code(0);
    (folder, told)
}

#[test]
fn a_run_with_recorded_answers_does_the_same() {
    let (folder, told) = recorded();
    let told = told.stderr_contains("recorded in mocks/machine.mocks.yaml");
    let text = folder.read("mocks/machine.mocks.yaml");
    assert!(text.contains("Work:\n"), "{text}");
    let again = folder
        .asl("run machine.asl.json --time skip --mock mocks/machine.mocks.yaml --log -")
        .args([
            "--input",
            r#"[{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}, {"id": 5}]"#,
        ])
        .code(0)
        .stderr_lacks("warning");
    // Iterations run at the same time: their order is not the same in every run.
    assert_eq!(sorted(kinds(&again)), sorted(kinds(&told)), "{text}");
    let output = |told: &Told| {
        told.stdout.lines().last().map(|line| {
            let event: Value = serde_json::from_str(line).expect("JSON lines");
            event["executionSucceededEventDetails"]["output"].clone()
        })
    };
    assert_eq!(output(&again), output(&told), "{text}");
    let output = output(&again).expect("it has one").to_string();
    assert!(
        output.contains("{% no expression %}") && output.contains("Broken"),
        "{output}"
    );
}

#[test]
fn a_log_gives_the_same_mocks_as_the_run_itself() {
    let (folder, told) = recorded();
    let text = folder.read("mocks/machine.mocks.yaml");
    let from_log = folder
        .asl("history - --mocks")
        .stdin(&told.stdout)
        .code(0)
        .stderr("");
    let answers = |text: &str| text.split_once('\n').map(|(_, rest)| rest.to_owned());
    assert_eq!(answers(&from_log.stdout), answers(&text));
}

#[test]
fn the_history_of_a_service_gives_mocks() {
    let told = Asl::new("history --mocks")
        .args([fixture("histories/declined-iso.json")])
        .code(0)
        .stderr("");
    expect_test::expect![[r##"
        # What the Tasks answered in declined-iso.json.
        Charge card:
          # after 2250 ms
          - throw:
              {
                "error": "Declined",
                "cause": "{\"errorMessage\":\"no funds\",\"errorType\":\"Declined\"}"
              }
    "##]]
    .assert_eq(&told.stdout);
}

/// Runs a machine with mocks, records it, and runs it again with what was recorded.
fn round(machine: &str, mocks: &str, options: &str) -> (String, Told, Told) {
    let folder = Folder::new()
        .file("machine.asl.json", machine)
        .file("mocks.yaml", mocks);
    let first = folder
        .asl(&format!(
            "run machine.asl.json --time skip --mock mocks.yaml --record . --log - {options}"
        ))
        .code(0);
    let second = folder
        .asl(&format!(
            "run machine.asl.json --time skip --mock machine.mocks.yaml --log - {options}"
        ))
        .code(0);
    (folder.read("machine.mocks.yaml"), first, second)
}

#[test]
fn what_timed_out_times_out_again() {
    let machine = r#"{"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "ask", "TimeoutSeconds": 60, "Next": "Done",
            "Retry": [{"ErrorEquals": ["States.Timeout"]}]},
        "Done": {"Type": "Succeed"}}}"#;
    let mocks = "Ask: [{ delay: 1h, return: 1, times: 2 }, { return: 2 }]";
    let (text, first, second) = round(machine, mocks, "");
    assert_eq!(kinds(&first), kinds(&second), "{text}");
    let late = kinds(&first)
        .iter()
        .filter(|kind| kind.contains("TimedOut"))
        .count();
    assert_eq!(late, 2, "{text}");
}

#[test]
fn what_another_run_has_otherwise_is_not_asked_for() {
    let machine = r#"{"StartAt": "Both", "States": {"Both": {"Type": "Map", "End": true,
        "ItemsPath": "$.ids",
        "ItemProcessor": {"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"id.$": "$", "token.$": "$$.Task.Token", "run.$": "$$.Execution.Name",
                "at.$": "$$.State.EnteredTime", "of.$": "$$.Execution.Id", "made.$": "States.UUID()"}}}}}}}"#;
    let mocks = r#"
Ask:
  - { when: { id: "0b0e2c1e-6f5d-4c1b-9d6e-0a4a8a0f7a11" }, submit: { sent: 1 }, return: one }
  - { when: { id: "2026-01-01T00:00:00Z" }, return: two }
"#;
    let ids =
        r#"--input '{"ids": ["0b0e2c1e-6f5d-4c1b-9d6e-0a4a8a0f7a11", "2026-01-01T00:00:00Z"]}'"#;
    let (text, first, second) = round(machine, mocks, ids);
    assert_eq!(kinds(&first), kinds(&second), "{text}");
    assert!(!text.contains("token") && !text.contains("made"), "{text}");
    assert!(text.contains("submit: {\"sent\": 1}"), "{text}");
}

#[test]
fn texts_of_every_kind_come_back_as_they_were() {
    let machine = r##"{"StartAt": "# a: {b}", "States": {
        "# a: {b}": {"Type": "Task", "Resource": "r", "End": true}}}"##;
    let strange = serde_json::json!({
        "invisible": "\u{2028} \u{feff} \u{200b}",
        "nul": "\u{0} \u{1b}",
        "yaml": ["- a", "# b", "c: d", "'", "\"", "\\", "~", "yes", ""],
        "expression": "{% 'it''s' & \"a\\b\" %}",
        "long ".repeat(300): "x".repeat(2000),
        "numbers": [1e300, -0.5, 12_345_678_901_234_567_u64],
        "": null,
    });
    let error = serde_json::json!({"error": "E", "cause": strange.to_string()});
    let mocks = serde_json::json!({"# a: {b}": {"throw": error}}).to_string();
    let folder = Folder::new()
        .file("machine.asl.json", machine)
        .file("answer.json", strange.to_string())
        .file("mocks.json", mocks);
    let run = |options: &str, code| {
        folder
            .asl(&format!("run machine.asl.json {options}"))
            .code(code)
    };
    let told = run("--task '*=cmd:cat answer.json' --record .", 0);
    assert_eq!(told.json(), strange);
    assert_eq!(run("--mock machine.mocks.yaml", 0).json(), strange);
    let told = run("--mock mocks.json --record . -q", 1);
    let again = run("--mock machine.mocks.yaml -q", 1);
    assert_eq!(told.stderr, again.stderr);
}

#[test]
fn children_of_a_distributed_map_are_recorded_too() {
    let machine = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "r", "End": true,
                "Retry": [{"ErrorEquals": ["Busy"]}]}}}}}}"#;
    let mocks = r#"
Ask:
  - { when: "{% $states.input > 1 %}", throw: { error: Busy }, times: 1 }
  - return: "{% $states.input * 2 %}"
"#;
    let (text, first, second) = round(machine, mocks, "--input '[1, 2, 3]'");
    assert!(text.contains("when-equal: 3"), "{text}");
    let end = |told: &Told| told.stdout.lines().last().map(str::len);
    assert_eq!(kinds(&first), kinds(&second), "{text}");
    assert_eq!(end(&first), end(&second), "{text}");
}

#[test]
fn a_task_that_was_not_called_does_not_keep_the_mocks_from_being_used() {
    let machine = r#"{"StartAt": "Ask", "States": {
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": {"FunctionName": "f", "Payload": {}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Mend"}]},
        "Mend": {"Type": "Task", "Resource": "r", "End": true}}}"#;
    let mocks = "Ask: { return: fine }\nMend: { return: 1 }\n";
    let (text, first, second) = round(machine, mocks, "");
    assert_eq!(kinds(&first), kinds(&second), "{text}");
    let expected = r##"# What the Tasks of machine answered, for asl run --mock.
Ask:
  - return: "fine"
# Not called.
Mend:
  - throw: {"error": "NotRecorded", "cause": "there was no call to be recorded"}
"##;
    assert_eq!(text, expected);
}

#[test]
fn what_failed_is_recorded_as_well() {
    let machine =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r", "End": true}}}"#;
    let folder = Folder::new().file("a.asl.json", machine);
    folder
        .asl("run a.asl.json --task '*=cmd:false' --record deep/down")
        .code(1)
        .stderr_contains("recorded in deep/down/a.mocks.yaml");
    let text = folder.read("deep/down/a.mocks.yaml");
    let throw =
        "throw: {\"error\": \"States.TaskFailed\", \"cause\": \"false ended with exit code 1\"}";
    let throw_unknown = throw.replace("States.TaskFailed", "Lambda.Unknown");
    assert!(
        text.contains(throw) || text.contains(&throw_unknown),
        "{text}"
    );
}

#[test]
fn a_record_that_cannot_be_written_is_told_before_anything_runs() {
    let machine =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r", "End": true}}}"#;
    let folder = Folder::new().file("a.asl.json", machine).file("file", "");
    folder
        .asl("run a.asl.json --task '*=cmd:touch ran' --record file")
        .code(2)
        .stderr_contains("cannot write file");
    assert!(!folder.path("ran").exists());
    folder
        .asl("run a.asl.json --mock a.mocks.yaml --record .")
        .code(2);
    folder
        .clone()
        .file("a.mocks.yaml", "A: { return: 1 }\n")
        .asl("run a.asl.json --mock a.mocks.yaml --record .")
        .code(2)
        .stderr_contains("the record would overwrite");
    Asl::new("run --replay x --record y")
        .code(2)
        .stderr_contains("cannot be used with");
}

#[test]
fn a_machine_without_tasks_leaves_an_empty_file_that_can_be_used() {
    let machine = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
    let (text, ..) = round(machine, "{}", "");
    assert!(text.ends_with("{}\n"), "{text}");
}
