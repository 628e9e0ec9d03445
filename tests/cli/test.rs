//! `asl test`: cases and what came of them, `-U`, coverage, reports, and the first suite that
//! `--init` writes.

use serde_json::Value;

use crate::asl::{Folder, Told, fixture};

/// A Task that is retried and caught, and a Choice.
pub(crate) const ORDER: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "charge", "Payload": {"id.$": "$.id"}},
      "ResultSelector": {"amount.$": "$.Payload.amount"},
      "ResultPath": "$.charge",
      "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3600, "MaxAttempts": 2}],
      "Catch": [{"ErrorEquals": ["Declined"], "Next": "Refused"}],
      "Next": "Large?"
    },
    "Large?": {
      "Type": "Choice",
      "Choices": [{"Variable": "$.charge.amount", "NumericGreaterThan": 100, "Next": "Approve"}],
      "Default": "Done"
    },
    "Approve": {"Type": "Wait", "Seconds": 86400, "Next": "Done"},
    "Refused": {"Type": "Fail", "Error": "Order.Refused", "Cause": "the card was declined"},
    "Done": {"Type": "Succeed"}
  }
}"#;

pub(crate) const SUITE: &str = r#"machine: order.asl.json
defaults:
  input: { id: 7 }
cases:
  happy path:
    mocks:
      Charge: { return: { amount: 5 } }
    expect:
      output: { id: 7, charge: { amount: 5 } }   # what it costs
      path: [Charge, Large?, Done]
      calls: { Charge: [{ id: 7 }] }
  declined:
    mocks:
      Charge: { throw: { error: Declined, cause: no funds } }
    expect: { error: Order.Refused, cause-includes: declined, path: [..., Refused] }
  busy twice:
    mocks:
      Charge: [{ throw: { error: Busy } }, { throw: { error: Busy } }, { return: { amount: 500 } }]
    expect:
      output-includes: { charge: { amount: 500 } }
      path: [Charge, ..., Approve, Done]
      calls: { Charge: 3 }
"#;

pub(crate) fn order(suite: &str) -> Folder {
    Folder::new()
        .file("order.asl.json", ORDER)
        .file("order.asltest.yaml", suite)
}

fn with(case: &str) -> Folder {
    order(&format!(
        "machine: order.asl.json\ndefaults: {{ input: {{ id: 7 }}, mocks: {{ Charge: {{ return: \
         {{ amount: 5 }} }} }} }}\ncases:\n  a case: {{ {case} }}\n"
    ))
}

/// A suite that fails, and what it tells.
#[track_caller]
fn fails(case: &str, expected: &[&str]) -> Told {
    let told = with(case).asl("test").code(1);
    for text in expected {
        assert!(told.stdout.contains(text), "no {text:?} in {told}");
    }
    told
}

#[test]
fn cases_that_are_as_expected_pass_in_virtual_time() {
    order(SUITE)
        .asl("test")
        .code(0)
        .stdout(
            "PASS order.asltest.yaml::happy path\nPASS order.asltest.yaml::declined\n\
             PASS order.asltest.yaml::busy twice\n",
        )
        .stderr_contains("✔ 3 passed of 3 cases in 1 suite");
    order(SUITE).asl("test -q").code(0).stdout("").stderr("");
}

#[test]
fn another_way_is_told_with_its_reason() {
    fails(
        "expect: { path: [Charge, Large?, Approve, Done] }",
        &[
            "FAIL order.asltest.yaml::a case",
            "path       left after Large?",
            "- Charge › Large? › Approve",
            "+ Charge › Large? › Done",
            "because    Large? took its Default (event 8)",
            "again      asl test order.asltest.yaml --filter 'a case'",
        ],
    );
    fails(
        "mocks: { Charge: { throw: { error: Declined } } }, expect: { path: [Charge, Large?, ...] }",
        &[
            "because    Charge failed with Declined, and Catch[0] took it",
            "status     expected SUCCEEDED, was FAILED with Order.Refused: the card was declined",
            "failed in  Charge (event 2), order.asl.json:4:5",
        ],
    );
}

#[test]
fn another_output_is_told_place_by_place_and_line_by_line() {
    fails(
        "expect: { output: { charge: { amount: 6 }, id: 7 } }",
        &[
            "output     the output differs\n             $.charge.amount  6 → 5\n",
            "               {\n                 \"charge\": {\n",
            "             -     \"amount\": 6\n             +     \"amount\": 5\n",
        ],
    )
    .stdout_contains("✔ SUCCEEDED  order");
    fails(
        "expect: { output-includes: { shipped: true } }",
        &[
            "the output does not include this",
            "$.shipped  true → (absent)",
        ],
    );
}

#[test]
fn calls_are_compared_with_their_payloads() {
    fails(
        "expect: { calls: { Charge: [{ id: 8 }] } }",
        &[
            "call 1 of Charge (event 3) was given another payload",
            "$.id  8 → 7",
        ],
    );
    fails(
        "expect: { calls: { Charge: 2 } }",
        &[
            "expected 2 calls of \"Charge\", were 1",
            "1.       { \"id\": 7 }",
        ],
    );
}

#[test]
fn errors_are_compared() {
    let mocks = "mocks: { Charge: { throw: { error: Declined } } }, expect: ";
    fails(
        &format!("{mocks}{{ error: Refused }}"),
        &["error      - Refused", "+ Order.Refused"],
    );
    fails(
        &format!("{mocks}{{ cause-includes: stolen }}"),
        &["cause-includes", "- stolen", "+ the card was declined"],
    );
    fails(
        "expect: { status: TIMED_OUT }",
        &["expected TIMED_OUT, was SUCCEEDED"],
    );
}

#[test]
fn a_task_without_a_mock_fails_its_case() {
    order("machine: order.asl.json\ncases: { a: { input: { id: 1 } } }\n")
        .asl("test")
        .code(1)
        .stdout_contains("no mock    there is no mock for the Task \"Charge\"")
        .stdout_contains("order.asl.json:4:5");
}

#[test]
fn a_machine_that_cannot_run_fails_its_cases_and_no_others() {
    order(SUITE)
        .file("bad.asl.json", "{\"StartAt\": \"A\", \"States\": {}}")
        .file(
            "bad.asltest.yaml",
            "machine: bad.asl.json\ncases: { a: {} }\n",
        )
        .asl("test")
        .code(1)
        .stdout_contains("FAIL bad.asltest.yaml::a  bad.asl.json cannot be run")
        .stderr_contains("1 failed, 3 passed of 4 cases in 2 suites");
}

#[test]
fn cases_are_chosen_by_filters() {
    let folder = order(SUITE);
    let check = |filter: &str, expected: &str| {
        folder
            .asl("test --filter")
            .args([filter])
            .code(0)
            .stdout(expected);
    };
    check("declined", "PASS order.asltest.yaml::declined\n");
    check("*::busy*", "PASS order.asltest.yaml::busy twice\n");
    folder
        .asl("test --filter refund")
        .code(4)
        .stdout("")
        .stderr_contains("no case matches");
    Folder::new()
        .asl("test")
        .code(4)
        .stderr_contains("asl test --init order.asl.json");
}

#[test]
fn suites_are_found_as_definitions_are() {
    Folder::new()
        .file(".git/HEAD", "")
        .file(".gitignore", "left\n")
        .file("left/a.asltest.yaml", "machine: 7")
        .file("a/b.asltest.json", r#"{"machine": "order.asl.json", "cases": {"c": {"mocks": {"Charge": {"return": {"amount": 1}}}, "input": {"id": 1}}}}"#)
        .file("a/order.asl.json", ORDER)
        .asl("test")
        .code(0)
        .stdout("PASS a/b.asltest.json::c\n");
}

#[test]
fn a_machine_may_be_in_a_template() {
    let template = format!(
        "{{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resources\": {{\"Order\": {{\"Type\": \
         \"AWS::StepFunctions::StateMachine\", \"Properties\": {{\"Definition\": {ORDER}}}}}}}}}"
    );
    Folder::new()
        .file("t.json", template)
        .file(
            "order.asltest.yaml",
            SUITE.replace("order.asl.json", "t.json#Order"),
        )
        .asl("test --coverage")
        .code(0)
        .stdout_contains("t.json#Order");
}

#[test]
fn outputs_are_rewritten_and_comments_stay() {
    let suite = SUITE.replace(
        "charge: { amount: 5 } }   # what",
        "charge: { amount: 6 } }   # what",
    );
    let folder = order(&suite);
    folder.asl("test").code(1);
    folder
        .asl("test -U")
        .code(0)
        .stdout_contains("PASS order.asltest.yaml::happy path  updated");
    assert_eq!(folder.read("order.asltest.yaml"), SUITE);
    folder.asl("test -U").code(0).stdout_lacks("updated");
    assert_eq!(folder.read("order.asltest.yaml"), SUITE);
}

#[test]
fn what_failed_otherwise_is_not_rewritten() {
    let suite = SUITE.replace(
        "throw: { error: Declined, cause: no funds }",
        "return: { amount: 1 }",
    );
    let folder = order(&suite);
    folder
        .asl("test -U")
        .code(1)
        .stdout_contains("expected FAILED, was SUCCEEDED");
    assert_eq!(folder.read("order.asltest.yaml"), suite);
}

#[test]
fn coverage_is_a_table_and_a_file() {
    let folder = order(SUITE);
    folder
        .asl("test --filter happy --coverage")
        .env("COLUMNS", "80")
        .code(0)
        .stdout(
            "PASS order.asltest.yaml::happy path\n\n\
             coverage          states     rules  catchers  retriers     total\n\
             order.asl.json       3/5       1/2       0/1       0/1    44.4 %\n\n\
             not covered in order.asl.json\n  \
             line 10     Charge   Retry[0] Busy\n  \
             line 11     Charge   Catch[0] Declined\n  \
             line 16     Large?   rule 1 → Approve\n  \
             line 19     Approve  never entered\n  \
             line 20     Refused  never entered\n",
        );
    folder
        .asl("test --coverage=c.json --fail-under 100")
        .code(0);
    let coverage: Value = serde_json::from_str(&folder.read("c.json")).expect("JSON");
    assert_eq!(coverage["aslCoverage"], 1);
    let machine = &coverage["machines"][0];
    assert_eq!(
        (&machine["covered"], &machine["total"]),
        (&9.into(), &9.into())
    );
    let charge = serde_json::json!({"line": 4, "entered": 3, "retriers": [2], "catchers": [1]});
    assert_eq!(machine["states"]["Charge"], charge);
    let large = serde_json::json!({"line": 14, "entered": 2, "rules": [1], "default": 1});
    assert_eq!(machine["states"]["Large?"], large);
    folder
        .asl("test --filter happy --fail-under 50")
        .code(1)
        .stderr_contains("44.4 % was gone through, and --fail-under asks for 50 %");
}

#[test]
fn reports_are_written_for_programs() {
    let folder = order(&SUITE.replace("amount: 5 } }   #", "amount: 6 } }   #"));
    folder
        .asl("test --report junit=r.xml --report json=r.json")
        .code(1);
    let xml = folder.read("r.xml");
    assert!(
        xml.contains(r#"<testsuites name="asl test" tests="3" failures="1" errors="0""#),
        "{xml}"
    );
    assert!(
        xml.contains(r#"<failure message="`output` differs at $.charge.amount" type="mismatch">"#),
        "{xml}"
    );
    let json: Value = serde_json::from_str(&folder.read("r.json")).expect("JSON");
    assert_eq!(json["summary"]["failed"], 1);
    let case = &json["cases"][0];
    assert_eq!(case["verdict"], "failed");
    assert_eq!(case["mismatches"][0]["paths"][0], "$.charge.amount");
    assert_eq!(case["execution"]["output"]["id"], 7);
    folder
        .asl("test --report junit=no/r.xml")
        .code(2)
        .stderr_contains("cannot write no/r.xml");
}

#[test]
fn a_case_that_is_skipped_is_told_and_does_not_fail() {
    with("skip: not yet, input: 1")
        .asl("test")
        .code(0)
        .stdout("SKIP order.asltest.yaml::a case  not yet\n")
        .stderr_contains("1 skipped");
}

#[test]
fn a_handlers_file_does_what_is_not_mocked() {
    Folder::new()
        .file("order.asl.json", ORDER)
        .file(
            "h.toml",
            "[[handler]]\nresource = \"*\"\nmock = { amount = 3 }\n",
        )
        .file(
            "order.asltest.yaml",
            "machine: order.asl.json\nhandlers: h.toml\ncases: { a: { input: { id: 1 }, expect: \
             { output: { id: 1, charge: { amount: 3 } } } } }\n",
        )
        .asl("test")
        .code(0);
}

const MOCK_CONFIG: &str = r#"{"StateMachines": {"order": {"TestCases": {
    "Happy": {"Charge": "Paid"}, "Declined": {"Charge": "Declined"}, "Nobody": {}}}},
  "MockedResponses": {"Paid": {"0": {"Return": {"amount": 7}}},
    "Declined": {"0": {"Throw": {"Error": "Declined", "Cause": "no funds"}}}}}"#;

#[test]
fn mocks_of_step_functions_local_are_cases() {
    let order = ORDER.replace("{\"id.$\": \"$.id\"}", "{}");
    let folder = Folder::new()
        .file("order.asl.json", order)
        .file("MockConfigFile.json", MOCK_CONFIG);
    folder
        .asl("test")
        .code(1)
        .stdout_contains("PASS MockConfigFile.json::Happy")
        .stdout_contains("PASS MockConfigFile.json::Declined")
        .stdout_contains("FAIL MockConfigFile.json::Nobody")
        .stdout_contains("there is no mock for the Task \"Charge\"");
    // A suite says what is expected, and then it is the suite that runs.
    folder
        .file(
            "o.asltest.yaml",
            "machine: order.asl.json\ncases: { d: { mock-file: MockConfigFile.json, case: Declined, \
             expect: { error: Order.Refused } } }\n",
        )
        .asl("test")
        .code(0)
        .stdout("PASS o.asltest.yaml::d\n");
    Folder::new()
        .file("MockConfigFile.json", MOCK_CONFIG)
        .asl("test MockConfigFile.json")
        .code(2)
        .stderr_contains("there is no definition of \"order\" beside it");
}

const TWO_MACHINES: &str = r#"{"StateMachines": {
    "order": {"TestCases": {"Happy": {"Charge": "Paid"}}},
    "other": {"TestCases": {"Happy": {"Charge": "Paid"}}}},
  "MockedResponses": {"Paid": {"0": {"Return": {"amount": 7}}}}}"#;

#[test]
fn a_file_about_several_machines_names_them() {
    let other = ORDER.replace("{\"id.$\": \"$.id\"}", "{}");
    Folder::new()
        .file("order.asl.json", ORDER)
        .file("other.asl.json", other)
        .file("MockConfigFile.json", TWO_MACHINES)
        .asl("test --filter 'json#other'")
        .code(0)
        .stdout("PASS MockConfigFile.json#other::Happy\n");
}

#[test]
fn the_first_suite_of_a_machine_passes_as_it_is() {
    let folder = Folder::new().file("order.asl.json", ORDER);
    let suite = folder.asl("test --init order.asl.json").code(0);
    assert!(suite.stderr.contains("4 cases that pass\n"), "{suite}");
    folder
        .file("order.asltest.yaml", suite.stdout)
        .asl("test --coverage --fail-under 100")
        .code(0)
        .stdout_contains("PASS order.asltest.yaml::Charge is tried again after Busy");
}

#[test]
fn the_first_suites_of_all_fixtures_pass_as_they_are() {
    for name in [
        "import-articles.asl.json",
        "nightly-report.asl.yaml",
        "order-saga.asl.json",
        "order-total.asl.json",
        "reminder.asl.json",
        "thumbnails.asl.json",
    ] {
        let definition = std::fs::read(fixture(&format!("definitions/{name}"))).expect("is there");
        let folder = Folder::new().file(name, definition);
        let suite = folder.asl("test --init").args([name]).code(0).stdout;
        folder.file("first.asltest.yaml", suite).asl("test").code(0);
    }
}

#[test]
fn a_year_of_waiting_and_fifty_retries_take_no_time() {
    let machine = r#"{"StartAt": "Wait", "States": {
        "Wait": {"Type": "Wait", "Seconds": 30000000, "Next": "Try"},
        "Try": {"Type": "Task", "Resource": "try", "End": true, "Retry": [
            {"ErrorEquals": ["Busy"], "MaxAttempts": 50, "IntervalSeconds": 1, "BackoffRate": 1}]}}}"#;
    let mut mocks = "      - throw: { error: Busy }\n".repeat(50);
    mocks.push_str("      - return: 1\n");
    let suite = format!(
        "machine: m.json\ncases:\n  patient:\n    mocks:\n     Try:\n{mocks}    expect: {{ output: \
         1, calls: {{ Try: 51 }} }}\n"
    );
    Folder::new()
        .file("m.json", machine)
        .file("m.asltest.yaml", suite)
        .asl("test")
        .code(0);
}

#[test]
fn a_suite_may_come_from_stdin() {
    let folder = Folder::new().file("order.asl.json", ORDER);
    folder
        .asl("test -")
        .stdin(SUITE)
        .code(0)
        .stdout_contains("PASS <stdin>::declined");
    folder
        .asl("test -U -")
        .stdin(SUITE)
        .code(2)
        .stderr_contains("-U cannot rewrite stdin");
    folder
        .asl("test -w -")
        .stdin(SUITE)
        .code(2)
        .stderr_contains("--watch cannot watch stdin");
}

#[test]
fn names_from_a_suite_cannot_move_the_cursor() {
    order("machine: order.asl.json\ncases:\n  \"a\\e[31m\":\n    skip: \"x\\e[2J\"\n  \"b\\e[1A\": {}\n")
        .asl("test --coverage")
        .code(1)
        .stdout_contains("a\\u001b[31m");
}
