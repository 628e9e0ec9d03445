//! Mock files: AWS's `MockConfigFile.json`, our own, and everything that can be wrong with them.

use aslkit::runtime::Handlers;
use aslkit::runtime::handlers::mocks::{Choice, bind};
use aslkit::syntax;

use crate::asl::{Asl, fixture};
use crate::handlers::CHARGE;
use crate::hostile::bomb;

const AWS: &str = r#"{
  "StateMachines": {
    "charge": {
      "TestCases": {
        "Happy": {"Charge card": "Paid"},
        "Retried": {"Charge card": "BusyTwice"},
        "Gap": {"Charge card": "Gap"},
        "Overlap": {"Charge card": "Overlap"},
        "Nameless": {"Charge card": "NoSuchResponses"},
        "Both": {"Charge card": "Both"},
        "Word": {"Charge card": "Word"},
        "Wrong": {"Charge card": 7}
      }
    },
    "other": {"TestCases": {}}
  },
  "MockedResponses": {
    "Paid": {"0": {"Return": {"id": 7}}},
    "BusyTwice": {"0-1": {"Throw": {"Error": "Busy", "Cause": "later"}}, "2": {"Return": {"id": 9}}},
    "Gap": {"0": {"Return": 1}, "2": {"Return": 2}},
    "Overlap": {"0-3": {"Return": 1}, "2": {"Return": 2}},
    "Both": {"0": {"Return": 1, "Throw": {"Error": "E"}}},
    "Word": {"first": {"Return": 1}}
  }
}"#;

fn mocked(options: &str, name: &str, mocks: &str) -> Asl {
    let retried = CHARGE.replace(
        r#""Catch""#,
        r#""Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60}], "Catch""#,
    );
    Asl::new("run charge.asl.json --time skip --mock")
        .args([name])
        .args(options.split_whitespace())
        .file("charge.asl.json", retried)
        .file(name, mocks)
}

fn aws(case: &str) -> Asl {
    mocked(&format!("--case {case}"), "MockConfigFile.json", AWS)
}

#[test]
fn a_case_of_awss_file_is_run() {
    aws("Happy").code(0).stdout("{\"id\":7}\n");
    aws("Retried").code(0).stdout("{\"id\":9}\n");
}

#[test]
fn our_own_file_answers_calls_in_order() {
    let yaml = "Charge card:\n  - throw: { error: Busy }\n  - return: { id: 9 }\n";
    mocked("", "mocks.yaml", yaml)
        .code(0)
        .stdout("{\"id\":9}\n");
}

#[test]
fn a_shipped_example_runs_in_virtual_time() {
    let input = r#"{"waitSeconds": 86400, "preference": "both"}"#;
    Asl::new("run --time skip")
        .args([fixture("definitions/reminder.asl.json")])
        .args(["--mock".to_owned(), fixture("mocks/reminder.yaml")])
        .args(["--input", input])
        .code(0)
        .stdout_contains(r#""sent":[{"messageId":"mail-7"},{"messageId":"text-7"}]"#);
}

#[test]
fn answers_of_one_task_come_from_a_file_of_their_own() {
    Asl::new("run charge.asl.json --task 'Charge card=mock:answers.yaml'")
        .file("charge.asl.json", CHARGE)
        .file("answers.yaml", "return: 7\n")
        .code(0)
        .stdout("7\n");
    Asl::new("run charge.asl.json --task 'Charge card=mock:answers.yaml'")
        .file("charge.asl.json", CHARGE)
        .code(2)
        .stderr_contains("cannot read answers.yaml");
}

#[test]
fn a_mock_that_is_called_too_often_fails_as_in_step_functions_local() {
    let twice = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "charge", "Next": "A"}}}"#;
    let mocks = AWS.replace("Charge card", "A");
    Asl::new("run charge.asl.json --time skip --mock m.json --case Happy")
        .file("charge.asl.json", twice)
        .file("m.json", mocks)
        .code(1)
        .stderr_contains("The mock Paid has 1");
}

#[test]
fn a_case_that_is_missing_or_wrong_is_told_with_its_place() {
    let check = |case: &str, place: &str, message: &str| {
        aws(case)
            .code(2)
            .stdout("")
            .stderr_contains(place)
            .stderr_contains(message);
    };
    check(
        "Nope",
        "MockConfigFile.json:4:20",
        "there is no test case \"Nope\"",
    );
    check("Nope", "", "it has: Happy, Retried, Gap");
    check(
        "Nameless",
        ":9:37",
        "there is no \"NoSuchResponses\" in `MockedResponses`",
    );
    check("Gap", ":20:33", "call 1 has no answer, or two");
    check(
        "Overlap",
        ":21:39",
        "number the calls from 0, without a gap",
    );
    check("Both", ":22:19", "either `Return` or `Throw`");
    check("Word", ":23:14", "\"first\" is no call number");
    check(
        "Wrong",
        ":12:34",
        "a test case maps a state to the name of mocked responses",
    );
    mocked("", "MockConfigFile.json", AWS)
        .code(2)
        .stderr_contains("choose one")
        .stderr_contains("--case NAME");
}

#[test]
fn a_file_without_what_it_needs_is_told_with_its_place() {
    let check = |mocks: &str, place: &str, message: &str| {
        mocked("", "mocks.json", mocks)
            .code(2)
            .stdout("")
            .stderr_contains(place)
            .stderr_contains(message);
    };
    check("", "mocks.json:1:1", "mocks.json cannot be read");
    check(
        "[]",
        "mocks.json:1:1",
        "a mocks file is an object of states with their answers",
    );
    check(
        "{\"Charge card\":",
        "mocks.json:1:",
        "mocks.json cannot be read",
    );
    check(
        "{\"Charge card\": 7}",
        "mocks.json:1:17",
        "an answer is `return: VALUE`",
    );
    check(
        "{\"Charge card\": {\"retrun\": 7}}",
        "mocks.json:1:18",
        "did you mean `return`?",
    );
    check(
        "{\"MockedResponses\": {}}",
        "mocks.json:1:1",
        "`StateMachines` is missing",
    );
    check(
        "{\"StateMachines\": {\"charge\": {}}}",
        ":1:30",
        "`TestCases` is missing",
    );
    check(
        "{\"StateMachines\": {\"a\": {}, \"b\": {}}}",
        "mocks.json:1:19",
        "has no machine \"charge\"",
    );
    check(
        r#"{"StateMachines": {"charge": {"TestCases": {"A": {"Charge card": "M"}}}},
"MockedResponses": {"M": [1]}}"#,
        "mocks.json:2:26",
        "mocked responses are an object of call numbers",
    );
    mocked(
        "--case A",
        "mocks.json",
        "{\"Charge card\": {\"return\": 1}}",
    )
    .code(2)
    .stderr_contains("this mocks file has no cases");
}

#[test]
fn a_case_without_a_mock_is_a_usage_error() {
    Asl::new("run charge.asl.json --case Happy")
        .code(2)
        .stderr_contains("--mock <FILE>");
}

#[test]
fn a_yaml_bomb_is_refused() {
    mocked("", "mocks.yaml", &bomb()).code(2).stdout("");
}

/// A case whose only state answers its numbered calls with their numbers.
fn numbered(answers: usize) -> String {
    let answers: Vec<String> = (0..answers)
        .map(|call| format!("\"{call}\": {{\"Return\": {call}}}"))
        .collect();
    format!(
        r#"{{"StateMachines": {{"m": {{"TestCases": {{"C": {{"A": "N"}}}}}}}},
            "MockedResponses": {{"N": {{{}}}}}}}"#,
        answers.join(", ")
    )
}

/// Runs a machine against numbered answers.
fn counted(machine: &str, answers: usize) -> Asl {
    Asl::new("run m.asl.json --time skip -q --mock n.json --case C --input '[1, 2]'")
        .file("m.asl.json", machine)
        .file("n.json", numbered(answers))
}

#[test]
fn iterations_loops_and_retries_of_a_state_share_one_counter() {
    let task = r#"{"Type": "Task", "Resource": "r", "End": true}"#;
    let map = format!(
        r#"{{"Type": "Map", "MaxConcurrency": 1, "End": true,
            "ItemProcessor": {{"StartAt": "A", "States": {{"A": {task}}}}}}}"#
    );
    let inside = format!(r#"{{"StartAt": "M", "States": {{"M": {map}}}}}"#);
    counted(&inside, 2).code(0).stdout("[0,1]\n");
    let twice = format!(
        r#"{{"StartAt": "Outer", "States": {{"Outer": {{"Type": "Map", "MaxConcurrency": 1,
            "End": true, "ItemsPath": "$", "ItemProcessor": {{"StartAt": "P", "States": {{
                "P": {{"Type": "Pass", "Result": [1, 2], "Next": "M"}}, "M": {map}}}}}}}}}}}"#
    );
    counted(&twice, 4).code(0).stdout("[[0,1],[2,3]]\n");
    counted(&twice, 3)
        .code(1)
        .stderr_contains("The mock N has 3 answers, and this is call 4 of the state.");
}

#[test]
fn branches_with_a_state_of_one_name_share_its_counter() {
    let branch =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r", "End": true}}}"#;
    let machine = format!(
        r#"{{"StartAt": "P", "States": {{"P": {{"Type": "Parallel", "End": true,
            "Branches": [{branch}, {branch}]}}}}}}"#
    );
    counted(&machine, 2).code(0).stdout("[0,1]\n");
}

#[test]
fn a_callback_is_answered_at_once() {
    let machine = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"token.$": "$$.Task.Token"}, "HeartbeatSeconds": 5}}}"#;
    counted(machine, 1).code(0).stdout("0\n");
}

#[test]
fn a_case_with_names_that_do_not_exist_is_told_with_near_ones() {
    let misspelt = AWS.replace(
        r#""Happy": {"Charge card": "Paid"}"#,
        r#""Happy": {"Charge card": "Paid", "Chargecard": "Paid"}"#,
    );
    mocked("--case Happy", "m.json", &misspelt)
        .code(0)
        .stderr_contains("no Task is called \"Chargecard\"")
        .stderr_contains("did you mean \"Charge card\"?");
    mocked("--case Hapy", "m.json", AWS)
        .code(2)
        .stderr_contains("did you mean \"Happy\"?");
    let missing = AWS.replace(
        r#""Happy": {"Charge card": "Paid"}"#,
        r#""Happy": {"Charge card": "Payd"}"#,
    );
    mocked("--case Happy", "m.json", &missing)
        .code(2)
        .stderr_contains("there is no \"Payd\" in `MockedResponses`")
        .stderr_contains("did you mean \"Paid\"?");
    let unknown = AWS.replace(r#"{"0": {"Return": {"id": 7}}}"#, r#"{"0": {"Retrun": 1}}"#);
    mocked("--case Happy", "m.json", &unknown)
        .code(2)
        .stderr_contains("not `Retrun`");
}

/// Whether `asl run` takes a mocks file.
fn is_read(mocks: &str) -> bool {
    let (tree, findings) = syntax::read(
        &syntax::Source::new("mocks.json", mocks),
        syntax::Format::Json,
    );
    assert_eq!(findings, [], "{mocks}");
    let choice = Choice {
        machine: "m",
        case: None,
    };
    bind(&mut Handlers::default(), &tree, choice).is_ok()
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = Asl::new("schema mocks").code(0).stderr("").json();
    let validator = jsonschema::draft7::new(&schema).expect("it is a schema");
    let check = |mocks: &str, is_good: bool| {
        let value = serde_json::from_str(mocks).expect("JSON");
        assert_eq!(validator.is_valid(&value), is_good, "the schema on {mocks}");
        assert_eq!(is_read(mocks), is_good, "the reader on {mocks}");
    };
    check("{}", true);
    check("[]", false);
    check(r#"{"A": []}"#, false);
    check(r#"{"A": [{"return": 1}, {"return": 2}]}"#, true);
    for good in [
        r#""return": null"#,
        r#""return": "{% $n %}""#,
        r#""throw": {"error": "E"}"#,
        r#""throw": {"error": "E", "cause": "c"}, "delay": "2s""#,
        r#""return": 1, "when": {"a": 1}"#,
        r#""return": 1, "when": "{% $n = 1 %}""#,
        r#""return": 1, "when-equal": [], "always": true"#,
        r#""return": 1, "times": 3, "delay": 0.5"#,
        r#""return": 1, "delay": "1.5 h", "submit": {}"#,
    ] {
        check(&format!("{{\"A\": {{{good}}}}}"), true);
    }
    for bad in [
        "",
        r#""times": 1"#,
        r#""return": 1, "throw": {"error": "E"}"#,
        r#""throw": {}"#,
        r#""throw": "E""#,
        r#""throw": {"error": 1}"#,
        r#""throw": {"error": "E", "cause": 1}"#,
        r#""throw": {"error": "E", "Cause": "c"}"#,
        r#""return": 1, "when": 1, "when-equal": 1"#,
        r#""return": 1, "times": 0"#,
        r#""return": 1, "times": "1""#,
        r#""return": 1, "times": 1, "always": true"#,
        r#""return": 1, "always": false"#,
        r#""return": 1, "delay": "soon""#,
        r#""return": 1, "delay": -1"#,
        r#""return": 1, "delay": null"#,
        r#""return": 1, "whenever": 1"#,
    ] {
        check(&format!("{{\"A\": {{{bad}}}}}"), false);
    }
}
