//! Recorded answers of `TestState`, compared strictly by the judge that lies beside them.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use aslkit::data::{Json, Seed, StatesError, Timestamp};
use aslkit::engine::TaskRequest;
use aslkit::engine::test_state::{Refusal, Request, TestState};
use serde_json::{Value, json};

use super::cases;
use super::executions::judge;
use super::recordings::{folder, say};
use super::support;

/// How many cases must come out as on AWS.
const FLOOR: usize = 117;

/// Why a case does not.
struct Cause {
    why: &'static str,
    covers: fn(&str) -> bool,
}

const CAUSES: [Cause; 3] = [
    Cause {
        why: "AWS holds the mocked result against the model of the service that is called",
        covers: |case| {
            case.starts_with("field_validation_mode.strict_")
                || case.starts_with("field_validation_mode_present.present_")
        },
    },
    Cause {
        why: "the client's library refused the request: AWS never saw it",
        covers: |case| case.ends_with("base_state_name_validation_failures-empty"),
    },
    Cause {
        why: "ItemsPath into a context object that was given keeps the blanks of its text",
        covers: |case| case.ends_with("state_map_context_object-EXECUTION_INPUT_VALUES"),
    },
];

#[test]
fn recorded_states_come_out_as_on_aws() {
    let Some(folder) = folder() else { return };
    let cases = cases::of_kind(&folder, "test-state");
    let mut results = String::new();
    for case in &cases {
        let actual = answer(case);
        let line = json!({"id": case["id"], "actual": actual});
        writeln!(results, "{line}").expect("a string takes all");
    }
    let verdicts = judge(&folder, "states.jsonl", &results);
    let id = |case: &Value| case["id"].as_str().expect("an id").to_owned();
    let differing: Vec<String> = cases
        .iter()
        .map(id)
        .filter(|id| verdicts.get(id).is_none_or(|v| v["equal"] != true))
        .collect();
    let equal = cases.len() - differing.len();
    say(&format!(
        "states alone: {equal} of {} equal (floor {FLOOR})",
        cases.len()
    ));
    let mut unexplained = String::new();
    for case in &differing {
        if !CAUSES.iter().any(|cause| (cause.covers)(case)) {
            let difference = verdicts.get(case).map(|v| v["difference"].to_string());
            writeln!(unexplained, "{case}: {difference:?}").expect("a string takes all");
        }
    }
    for cause in &CAUSES {
        let count = differing.iter().filter(|case| (cause.covers)(case)).count();
        say(&format!("{count} differ: {}", cause.why));
    }
    assert_eq!(unexplained, "", "these differ, and nobody knows why");
    assert!(equal >= FLOOR, "{equal} are equal, under the floor");
}

/// What we answer, in the form that the recorder gave to AWS's answer.
fn answer(case: &Value) -> Value {
    let recorded = &case["expected"];
    match response(case) {
        Ok(response) => response,
        Err(Refusal { code, message }) if recorded.get("exception_typename").is_some() => json!({
            "exception_typename": code,
            "exception_value": format!(
                "An error occurred ({code}) when calling the TestState operation: {message}"
            ),
        }),
        Err(Refusal { code, message }) => {
            json!({"Error": {"Code": code, "Message": message}, "message": message})
        }
    }
}

fn response(case: &Value) -> Result<Value, Refusal> {
    let mut call = case["request"].clone();
    let definition = case["definition_text"].as_str().map(str::to_owned);
    call["definition"] = definition
        .unwrap_or_else(|| case["definition"].to_string())
        .into();
    if let Some(input) = case["input_text"].as_str() {
        call["input"] = input.into();
    }
    let call = Json::parse(&call.to_string()).expect("a call is JSON");
    let identity = aslkit::runtime::IdentityOptions {
        express: true,
        ..support::identity()
    };
    let identity = Arc::new(identity.identity().expect("its names are valid"));
    let at = Timestamp::parse("2026-11-22T14:03:38Z").expect("a timestamp");
    let (request, level) = Request::read(&call, identity, at, Seed(1))?;
    let response = TestState::new(request)?.run(at, |request| function(case, request));
    let text = response.to_json(level).text().into_owned();
    Ok(serde_json::from_str(&text).expect("an answer is JSON"))
}

/// The functions of the recorded tests, by their files.
fn function(case: &Value, request: &TaskRequest) -> Result<Json, StatesError> {
    let functions = case["tasks"]["lambda_functions"].as_array();
    let mut files = functions
        .into_iter()
        .flatten()
        .filter_map(|f| f["file"].as_str());
    let file = files.next().map(Path::new).and_then(Path::file_name);
    match file.and_then(|name| name.to_str()) {
        Some("return_bytes_str.py") => Ok(Json::from("HelloWorld!")),
        _ => Err(StatesError::new(
            "NoSuchFunction",
            request.resource.text().clone(),
        )),
    }
}

/// The folder of recordings has no case that nobody reads.
#[test]
fn every_recorded_state_is_read() {
    let Some(folder) = folder() else { return };
    let there = fs::read_dir(folder.join("conformance/cases/test-state")).expect("a folder");
    assert_eq!(cases::of_kind(&folder, "test-state").len(), there.count());
}
