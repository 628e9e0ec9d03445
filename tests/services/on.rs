//! `--on`: the same machine comes to the same here, on `asl serve`, on `MiniStack` and on moto.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::command;
use crate::ministack::MiniStack;
use crate::moto::Moto;
use crate::server::Server;

/// A machine, and what it is run on.
struct Case {
    name: &'static str,
    definition: Value,
    input: Value,
}

fn cases() -> Vec<Case> {
    let case = |name, definition, input| Case {
        name,
        definition,
        input,
    };
    vec![
        case("flow", flow(), json!({"items": [3, 4], "size": 2})),
        case("caught", caught(), json!({"id": 7})),
        case(
            "fail",
            one(&json!({"Type": "Fail", "Error": "Order.Refused", "Cause": "no stock"})),
            json!({}),
        ),
        case(
            "intrinsic",
            one(&intrinsic()),
            json!({"a": 1, "items": [3, 1, 2]}),
        ),
        case("jsonata", jsonata(), json!({"prices": [7.5, 2.5]})),
        case(
            "bad-path",
            one(&json!({"Type": "Pass", "InputPath": "$.missing", "End": true})),
            json!({}),
        ),
    ]
}

fn one(state: &Value) -> Value {
    json!({"StartAt": "Only", "States": {"Only": state}})
}

/// Pass, Choice, Wait, Map and Parallel.
fn flow() -> Value {
    let double = json!({
        "StartAt": "Double",
        "States": {"Double": {
            "Type": "Pass", "Parameters": {"twice.$": "States.MathAdd($, $)"}, "End": true
        }}
    });
    let branch = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "Result": name, "End": true}}});
    json!({
        "StartAt": "Large?",
        "States": {
            "Large?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.size", "NumericGreaterThan": 1, "Next": "Pause"}],
                "Default": "Small"
            },
            "Small": {"Type": "Fail"},
            "Pause": {"Type": "Wait", "Seconds": 1, "Next": "Each"},
            "Each": {
                "Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.doubled",
                "ItemProcessor": double, "Next": "Both"
            },
            "Both": {
                "Type": "Parallel", "Branches": [branch("left"), branch("right")],
                "ResultPath": "$.both", "Next": "Done"
            },
            "Done": {"Type": "Succeed"}
        }
    })
}

/// A branch fails, and the failure is caught.
fn caught() -> Value {
    json!({
        "StartAt": "Try",
        "States": {
            "Try": {
                "Type": "Parallel",
                "Branches": [one(&json!({"Type": "Fail", "Error": "Card.Declined", "Cause": "no"}))],
                "Catch": [{
                    "ErrorEquals": ["Card.Declined"], "ResultPath": "$.problem", "Next": "Cancel"
                }],
                "End": true
            },
            "Cancel": {"Type": "Pass", "OutputPath": "$.problem.Error", "End": true}
        }
    })
}

fn intrinsic() -> Value {
    json!({
        "Type": "Pass",
        "Parameters": {
            "text.$": "States.Format('a is {}', $.a)",
            "length.$": "States.ArrayLength($.items)",
            "has.$": "States.ArrayContains($.items, 2)",
            "coded.$": "States.Base64Encode('order')",
            "parts.$": "States.StringSplit('x,y', ',')"
        },
        "End": true
    })
}

fn jsonata() -> Value {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Add",
        "States": {
            "Add": {
                "Type": "Pass",
                "Assign": {"total": "{% $sum($states.input.prices) %}"},
                "Next": "Tell"
            },
            "Tell": {
                "Type": "Pass",
                "Output": {"total": "{% $total %}", "half": "{% $total / 2 %}"},
                "End": true
            }
        }
    })
}

/// What a run came to: exit code, output, error. The order of members is nobody's promise.
type End = (Option<i32>, Option<Value>, String);

fn run(folder: &TempDir, case: &Case, more: &[&str]) -> End {
    let file = format!("{}.asl.json", case.name);
    let path = folder.path().join(&file);
    std::fs::write(path, case.definition.to_string()).expect("the folder can be written");
    let ended = command(env!("CARGO_BIN_EXE_asl"), folder.path())
        .current_dir(folder.path())
        .args(["run", "-q", &file, "--input", &case.input.to_string()])
        .args(more)
        .output()
        .expect("asl starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        ended.status.code(),
        serde_json::from_slice(&ended.stdout).ok(),
        text(&ended.stderr),
    )
}

/// Runs every case here and there, but for some.
#[track_caller]
fn check(url: &str, left_out: &[&str]) {
    let folder = TempDir::new().expect("a temporary folder");
    let mut cases = cases();
    cases.retain(|case| !left_out.contains(&case.name));
    let ends = |more: &[&str]| -> Vec<(&str, End)> {
        let end = |case: &Case| (case.name, run(&folder, case, more));
        cases.iter().map(end).collect()
    };
    assert_eq!(ends(&["--on", url]), ends(&[]));
}

/// A machine that has changed is updated, and what is started is the new one.
#[track_caller]
fn check_update(url: &str) {
    let folder = TempDir::new().expect("a temporary folder");
    for result in ["one", "two"] {
        let case = Case {
            name: "changing",
            definition: one(&json!({"Type": "Pass", "Result": result, "End": true})),
            input: json!({}),
        };
        let (_, output, said) = run(&folder, &case, &["--on", url]);
        assert_eq!(output, Some(json!(result)), "{said}");
    }
}

/// An execution there is read as a log is, with its definition.
#[track_caller]
fn check_history(url: &str) {
    let folder = TempDir::new().expect("a temporary folder");
    let case = Case {
        name: "told",
        definition: caught(),
        input: json!({"id": 7}),
    };
    let (code, _, said) = run(&folder, &case, &["--on", url, "--log", "run.jsonl"]);
    assert_eq!(code, Some(0), "{said}");
    let log = std::fs::read_to_string(folder.path().join("run.jsonl")).expect("it was written");
    let header: Value = serde_json::from_str(log.lines().next().expect("a header")).expect("JSON");
    let arn = header["executionArn"].as_str().expect("an ARN");
    let history = |arguments: &[&str]| {
        let ended = command(env!("CARGO_BIN_EXE_asl"), folder.path())
            .current_dir(folder.path())
            .arg("history")
            .args(arguments)
            .output()
            .expect("asl starts");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.success(), "{arguments:?}: {said}");
        String::from_utf8_lossy(&ended.stdout).into_owned()
    };
    let events = ["--events", "--format", "json"];
    let there = history(&[&[arn, "--on", url][..], &events[..]].concat());
    let here = history(&[&["run.jsonl"][..], &events[..]].concat());
    assert_eq!(there, here);
    let page = history(&[arn, "--on", url, "--format", "html"]);
    assert!(page.contains("Cancel"), "no picture of its definition");
}

#[test]
fn on_asl_serve() {
    let folder = TempDir::new().expect("a temporary folder");
    let server = Server::start(folder.path(), &[]);
    check(&server.url(), &[]);
    check_update(&server.url());
    check_history(&server.url());
}

#[test]
fn on_ministack() {
    let Some(ministack) = MiniStack::shared() else {
        return;
    };
    // It takes a path that leads nowhere for null, where AWS fails the execution.
    check(&ministack.url, &["bad-path"]);
    check_update(&ministack.url);
    check_history(&ministack.url);
}

#[test]
fn on_moto() {
    let Some(moto) = Moto::start() else { return };
    // It evaluates JSONata with a Java machine, and fails without one.
    check(&moto.url(), &["jsonata"]);
    check_update(&moto.url());
    check_history(&moto.url());
}

#[test]
fn express_machines_are_run_to_their_end() {
    let folder = TempDir::new().expect("a temporary folder");
    let server = Server::start(folder.path(), &[]);
    let url = server.url();
    for case in cases() {
        let here = run(&folder, &case, &["--type", "express"]);
        let there = run(&folder, &case, &["--type", "express", "--on", &url]);
        assert_eq!(here, there, "{}", case.name);
    }
}
