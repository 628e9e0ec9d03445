//! `asl run --replay`: a definition held against what happened.

use std::fmt::Write as _;

use expect_test::expect;

use crate::asl::Folder;

const ORDER: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "Next": "Total"},
    "Total": {"Type": "Pass", "Parameters": {"total.$": "$.amount"}, "End": true}
  }
}"#;

/// The same execution as AWS tells it.
const EXPORT: &str = r#"{"events": [
  {"timestamp": "2024-02-07T13:50:16.123000+00:00", "type": "ExecutionStarted", "id": 1, "previousEventId": 0, "executionStartedEventDetails": {"input": "{}", "inputDetails": {"truncated": false}, "roleArn": "arn:aws:iam::1:role/theirs"}},
  {"timestamp": "2024-02-07T13:50:16.200000+00:00", "type": "TaskStateEntered", "id": 2, "previousEventId": 0, "stateEnteredEventDetails": {"name": "Charge", "input": "{}"}},
  {"timestamp": "2024-02-07T13:50:16.200000+00:00", "type": "LambdaFunctionScheduled", "id": 3, "previousEventId": 2, "lambdaFunctionScheduledEventDetails": {"resource": "arn:aws:lambda:us-east-1:123456789012:function:charge", "input": "{}"}},
  {"timestamp": "2024-02-07T13:50:16.300000+00:00", "type": "LambdaFunctionStarted", "id": 4, "previousEventId": 3},
  {"timestamp": "2024-02-07T13:50:17.300000+00:00", "type": "LambdaFunctionSucceeded", "id": 5, "previousEventId": 4, "lambdaFunctionSucceededEventDetails": {"output": "{\"amount\": 7}"}},
  {"timestamp": "2024-02-07T13:50:17.300000+00:00", "type": "TaskStateExited", "id": 6, "previousEventId": 5, "stateExitedEventDetails": {"name": "Charge", "output": "{\"amount\":7}"}},
  {"timestamp": "2024-02-07T13:50:17.300000+00:00", "type": "PassStateEntered", "id": 7, "previousEventId": 6, "stateEnteredEventDetails": {"name": "Total", "input": "{\"amount\":7}"}},
  {"timestamp": "2024-02-07T13:50:17.300000+00:00", "type": "PassStateExited", "id": 8, "previousEventId": 7, "stateExitedEventDetails": {"name": "Total", "output": "{\"total\": 7}"}},
  {"timestamp": "2024-02-07T13:50:17.300000+00:00", "type": "ExecutionSucceeded", "id": 9, "previousEventId": 8, "executionSucceededEventDetails": {"output": "{\"total\": 7}"}}
]}"#;

fn folder() -> Folder {
    Folder::new()
        .file("order.asl.json", ORDER)
        .file("changed.asl.json", ORDER.replace("total.$", "sum.$"))
        .file("export.json", EXPORT)
        .file("mocks.yaml", "Charge:\n  - return: {amount: 7}\n")
}

/// The same execution as CloudWatch Logs keep it, with the first event of another one.
fn logged() -> String {
    let export: serde_json::Value = serde_json::from_str(EXPORT).expect("JSON");
    let events = export["events"].as_array().expect("events");
    let mut lines = String::new();
    for event in events {
        let kind = event["type"].as_str().expect("a type");
        let mut details = event.as_object().expect("an object").iter();
        let details = details.find(|(key, _)| key.ends_with("EventDetails"));
        let line = serde_json::json!({
            "id": event["id"].to_string(),
            "type": kind,
            "details": details.map_or(&serde_json::json!({}), |(_, details)| details),
            "previous_event_id": event["previousEventId"].to_string(),
            "event_timestamp": "1707313816123",
            "execution_arn": "arn:aws:states:us-east-1:1:execution:orders:one",
        });
        writeln!(lines, "{line}").expect("a string takes all");
        if kind == "ExecutionStarted" {
            let other = line.to_string().replace("orders:one", "orders:other");
            writeln!(lines, "{other}").expect("a string takes all");
        }
    }
    lines
}

fn recorded() -> Folder {
    let folder = folder();
    folder
        .asl("run order.asl.json --mock mocks.yaml --time skip --log run.jsonl")
        .code(0);
    folder
}

#[test]
fn what_was_recorded_here_or_on_aws_is_the_same_again() {
    let same = "9 events replayed, no difference\n";
    let folder = recorded();
    folder
        .asl("run order.asl.json --replay run.jsonl")
        .code(0)
        .stdout(same);
    folder.asl("run --replay run.jsonl").code(0).stdout(same);
    folder
        .asl("run order.asl.json --replay export.json")
        .code(0)
        .stdout(same);
    folder
        .asl("run order.asl.json --replay -")
        .stdin(EXPORT)
        .code(0)
        .stdout(same);
}

#[test]
fn lines_of_cloudwatch_are_replayed_and_gone_on_from() {
    let folder = folder().file("logged.jsonl", logged());
    folder
        .asl("run order.asl.json --replay logged.jsonl")
        .code(2)
        .stderr_contains("name one by --execution: logged.jsonl holds 2 executions");
    folder
        .asl("run order.asl.json --replay logged.jsonl --execution one")
        .code(0)
        .stdout("9 events replayed, no difference\n");
    folder
        .asl("run order.asl.json --from logged.jsonl:Total --execution one --mock mocks.yaml --time skip -q")
        .code(0)
        .stdout("{\"total\":7}\n");
    folder
        .asl("history logged.jsonl --mocks --execution one")
        .code(0)
        .stdout_contains(r#"return: {"amount": 7}"#);
    folder
        .asl("run order.asl.json --execution one")
        .code(2)
        .stderr_contains("--replay");
}

/// What is told of a log that is not whole is the same whoever reads it.
#[test]
fn one_page_of_a_history_is_told_to_be_one() {
    let page = EXPORT.replace("]}", "], \"nextToken\": \"more\"}");
    for command in ["run order.asl.json --replay -", "history - --mocks"] {
        folder()
            .asl(command)
            .stdin(&page)
            .code(0)
            .stderr("note: <stdin> is one page of a history: its nextToken leads to the rest\n");
    }
}

#[test]
fn a_definition_that_does_something_else_is_told_where() {
    let folder = recorded();
    let told = folder
        .asl("run changed.asl.json --replay run.jsonl")
        .env("COLUMNS", "80")
        .code(1)
        .stderr("");
    expect![[r#"
        ✖ Total differs, after 7 equal events

        - recorded  event 8  PassStateExited
        + now       event 8  PassStateExited

          output.total
          - 7
          + (absent)

          output.sum
          - (absent)
          + 7
    "#]]
    .assert_eq(&told.stdout);
    folder
        .asl("run changed.asl.json --replay export.json")
        .code(1);
}

#[test]
fn a_history_that_breaks_off_is_replayed_so_far() {
    let folder = recorded();
    let log = folder.read("run.jsonl");
    let half: Vec<&str> = log.split_inclusive('\n').take(6).collect();
    folder
        .file("half.jsonl", half.concat())
        .asl("run --replay half.jsonl")
        .code(0)
        .stdout(
            "5 events replayed, no difference; the history breaks off before the execution ends\n",
        );
}

#[test]
fn what_the_ends_of_a_log_lack_is_told() {
    let folder = recorded();
    let log = folder.read("run.jsonl");
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let headless = [&lines[..1], &lines[2..]].concat().concat();
    let folder = folder
        .file("torn.jsonl", format!("{log}{{\"time"))
        .file("headless.jsonl", headless);
    folder
        .asl("run --replay torn.jsonl")
        .code(0)
        .stderr_contains("breaks off in line 11; that line is left out");
    folder
        .asl("run --replay headless.jsonl")
        .code(1)
        .stdout_contains("ExecutionStarted");
}

#[test]
fn what_cannot_be_read_or_replayed_is_no_difference() {
    let folder = folder()
        .file("empty.json", "[]")
        .file("words.txt", "no history")
        .file("broken.asl.json", "{}")
        .file(
            "child.json",
            r#"[{"timestamp":1,"type":"MapRunRedriven","id":1,"mapRunRedrivenEventDetails":{"redriveCount":1}}]"#,
        );
    folder
        .asl("run order.asl.json --replay nowhere.jsonl")
        .code(2);
    folder.asl("run order.asl.json --replay words.txt").code(2);
    folder
        .asl("run order.asl.json --replay empty.json")
        .code(2)
        .stderr_contains("there is no event");
    folder
        .asl("run --replay export.json")
        .code(2)
        .stderr_contains("name the definition");
    folder
        .asl("run order.asl.json --replay child.json")
        .code(2)
        .stderr_contains("Map Run");
    folder
        .asl("run broken.asl.json --replay export.json")
        .code(1);
    folder
        .asl("run order.asl.json --replay export.json --mock mocks.yaml")
        .code(2);
    folder.asl("run").code(2);
}
