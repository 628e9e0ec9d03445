//! Our own mocks file beyond the order of calls: which answer is for which call, how long it
//! takes, what it is made of, and everything that can be wrong with it.

use serde_json::{Value, json};

use crate::asl::{Asl, Told};

/// Sends each of three orders; what fails becomes the result of its iteration.
const ORDERS: &str = r#"{
  "StartAt": "Orders",
  "States": {
    "Orders": {
      "Type": "Map",
      "MaxConcurrency": 2,
      "ItemProcessor": {
        "StartAt": "Send",
        "States": {
          "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Lost"}],
            "End": true
          },
          "Lost": {"Type": "Pass", "End": true}
        }
      },
      "End": true
    }
  }
}"#;

/// A Task of five calls, each after the other.
const LOOP: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "Count",
  "States": {
    "Count": {"Type": "Pass", "Assign": {"said": []}, "Next": "Ask"},
    "Ask": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Arguments": {"FunctionName": "ask", "Payload": {"round": "{% $count($said) %}"}},
      "Assign": {"said": "{% $append($said, [$states.result.Payload]) %}"},
      "Next": "Enough?"
    },
    "Enough?": {
      "Type": "Choice",
      "Choices": [{"Condition": "{% $count($said) < 5 %}", "Next": "Ask"}],
      "Default": "Done"
    },
    "Done": {"Type": "Succeed", "Output": "{% $said %}"}
  }
}"#;

fn mocked(machine: &str, mocks: &str) -> Asl {
    Asl::new("run machine.asl.json --time skip --mock mocks.yaml")
        .file("machine.asl.json", machine)
        .file("mocks.yaml", mocks)
}

fn orders(mocks: &str) -> Value {
    mocked(ORDERS, mocks)
        .args([
            "--input",
            r#"[{"id": 1}, {"id": 2, "gift": true}, {"id": 30}]"#,
        ])
        .code(0)
        .json()
}

fn rounds(mocks: &str) -> Value {
    mocked(LOOP, mocks).code(0).json()
}

#[test]
fn an_answer_is_for_the_calls_that_it_asks_for() {
    let mocks = r#"
Send:
  - when: "{% $states.input.id > 10 %}"
    throw: { error: TooMany, cause: "we have ten" }
  - when: { gift: true }
    return: wrapped
  - when-equal: { id: 1 }
    return: plain
"#;
    let expected = json!(["plain", "wrapped", {"Error": "TooMany", "Cause": "we have ten"}]);
    assert_eq!(orders(mocks), expected);
}

#[test]
fn a_call_that_no_answer_is_for_fails_the_execution() {
    mocked(ORDERS, "Send: { when: { id: 1 }, return: 1 }\n")
        .args(["-q", "--input", r#"[{"id": 2}]"#])
        .code(1)
        .stderr_contains("States.Runtime")
        .stderr_contains(r#"no answer left for call 1 of the state, with the input {"id":2}"#);
}

#[test]
fn the_payload_of_a_function_is_what_an_answer_sees() {
    let mocks = r#"
Ask:
  - { when: { round: 0 }, return: zero }
  - { when-equal: { round: 3 }, return: three }
  - return: "{% 'round ' & $states.input.round %}"
"#;
    let expected = json!(["zero", "round 1", "round 2", "three", "round 4"]);
    assert_eq!(rounds(mocks), expected);
}

#[test]
fn answers_for_the_same_calls_are_given_in_order_and_the_last_one_again() {
    let check = |mocks: &str, expected: Value| assert_eq!(rounds(mocks), expected, "{mocks}");
    check(
        "Ask: [{ return: a }, { return: b }]",
        json!(["a", "b", "b", "b", "b"]),
    );
    check(
        "Ask: [{ return: a, times: 3 }, { return: b }]",
        json!(["a", "a", "a", "b", "b"]),
    );
    check(
        "Ask: [{ return: a, always: true }]",
        json!(["a", "a", "a", "a", "a"]),
    );
    let in_turns = r#"
Ask:
  - { when: "{% $states.input.round % 2 = 0 %}", return: even, times: 1 }
  - { when: "{% $states.input.round % 2 = 0 %}", return: even again }
  - { return: odd, times: 1 }
  - { return: odd again }
"#;
    check(
        in_turns,
        json!(["even", "odd", "even again", "odd again", "even again"]),
    );
    mocked(LOOP, "Ask: { return: a, times: 4 }")
        .args(["-q"])
        .code(1)
        .stderr_contains("has 4 answers, and this is call 5 of the state");
}

#[test]
fn an_answer_is_made_of_the_call() {
    let mocks = r#"
Ask:
  return:
    number: "{% $n %}"
    deep: ["{% $states.input.round * 10 %}", { state: "{% $states.context.State.Name %}" }]
    machine: "{% $states.context.StateMachine.Name %}"
    as it is: "{% not an expression"
"#;
    let second = json!({
        "number": 2,
        "deep": [10, {"state": "Ask"}],
        "machine": "machine",
        "as it is": "{% not an expression",
    });
    assert_eq!(rounds(mocks)[1], second);
    let item = r#"
Send:
  return: "{% $states.context.Map.Item.Index & ' of ' & $count($states.context.Execution.Input) %}"
"#;
    assert_eq!(orders(item), json!(["0 of 3", "1 of 3", "2 of 3"]));
    let thrown = r#"
Send:
  throw: { error: "{% 'Order' & $states.input.id %}", cause: "{% $string($states.input) %}" }
"#;
    let first = json!({"Error": "Order1", "Cause": "{\"id\":1}"});
    assert_eq!(orders(thrown)[0], first);
}

#[test]
fn an_expression_that_gives_nothing_fails_the_execution_and_says_why() {
    let check = |mocks: &str, why: &str| {
        mocked(LOOP, mocks)
            .args(["-q"])
            .code(1)
            .stderr_contains("cannot answer call 1 of the state")
            .stderr_contains(why);
    };
    check(
        r#"Ask: { return: { a: "{% $states.input.no %}" } }"#,
        "specified for the field 'return/a' returned nothing",
    );
    check(
        r#"Ask: { throw: { error: "{% 7 %}" } }"#,
        "`throw/error` is no text: 7",
    );
    check(
        r#"Ask: [{ when: "{% 'yes' %}", return: 1 }, { return: 2 }]"#,
        "the condition 'yes' gives neither true nor false, but a value of type string",
    );
}

/// The times of a log's events, in milliseconds from the first, by type.
fn times(told: &Told) -> Vec<(String, f64)> {
    let mut lines = told.stdout.lines().skip(1);
    let first: Vec<Value> = lines
        .by_ref()
        .map(|line| serde_json::from_str(line).expect("JSON lines"))
        .collect();
    let at = |event: &Value| event["timestamp"].as_f64().expect("a time");
    let start = at(&first[0]);
    let time = |event: &Value| ((at(event) - start) * 1000.0).round();
    let kind = |event: &Value| event["type"].as_str().expect("a type").to_owned();
    first
        .iter()
        .map(|event| (kind(event), time(event)))
        .collect()
}

#[test]
fn a_delay_passes_on_the_clock_of_the_run() {
    let mocks = "Ask: [{ delay: 90m, return: 1, times: 1 }, { delay: 0.5, return: 2 }]";
    let told = mocked(LOOP, mocks)
        .args(["--log", "-", "--start-time", "2026-01-01T00:00:00Z"])
        .code(0);
    let times = times(&told);
    let answered = times.iter().filter(|(kind, _)| kind == "TaskSucceeded");
    let answered: Vec<f64> = answered.map(|(_, at)| *at).collect();
    let first = 5_400_000.0;
    assert_eq!(
        answered,
        [
            first,
            first + 500.0,
            first + 1000.0,
            first + 1500.0,
            first + 2000.0
        ]
    );
}

#[test]
fn delayed_answers_of_branches_come_in_the_order_of_their_times() {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Task", "Resource": "r", "End": true}}});
    let machine = json!({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
        "Branches": [branch("Slow"), branch("Quick")]}}});
    let mocks = "Slow: { delay: 2h, return: slow }\nQuick: { delay: 1h, return: quick }\n";
    let told = mocked(&machine.to_string(), mocks)
        .args(["--log", "-"])
        .code(0);
    let outputs: Vec<&str> = told
        .stdout
        .lines()
        .filter(|line| line.contains("LambdaFunctionSucceeded"))
        .collect();
    assert!(
        outputs[0].contains("quick") && outputs[1].contains("slow"),
        "{told}"
    );
}

#[test]
fn time_outs_and_heartbeats_hold_for_an_answer_that_comes_late() {
    let machine = |resource: &str, bounds: Value| {
        let mut task = json!({"Type": "Task", "Resource": resource, "End": true,
            "Catch": [
                {"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Silent"},
                {"ErrorEquals": ["States.Timeout"], "Next": "Late"}]});
        let task_fields = task.as_object_mut().expect("an object");
        task_fields.extend(bounds.as_object().expect("an object").clone());
        let end = |output: &str| json!({"Type": "Pass", "Result": output, "End": true});
        json!({"StartAt": "T", "States": {"T": task, "Late": end("late"), "Silent": end("silent")}})
            .to_string()
    };
    let callback = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    let check = |resource: &str, bounds: Value, delay: &str, expected: &str| {
        mocked(
            &machine(resource, bounds),
            &format!("T: {{ delay: {delay}, return: ok }}"),
        )
        .code(0)
        .stdout(&format!("\"{expected}\"\n"));
    };
    check("r", json!({"TimeoutSeconds": 10}), "11s", "late");
    check("r", json!({"TimeoutSeconds": 10}), "10s", "ok");
    let bounds = json!({"TimeoutSeconds": 100, "HeartbeatSeconds": 5});
    check(callback, bounds.clone(), "6s", "silent");
    check(callback, bounds, "4s", "ok");
}

#[test]
fn what_a_service_answers_to_the_request_is_in_the_history() {
    let machine = r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"}}}"#;
    let mocks = r#"T: { submit: { MessageId: "{% 'm' & $n %}" }, return: approved }"#;
    let told = mocked(machine, mocks).args(["--log", "-"]).code(0);
    let line = told
        .stdout
        .lines()
        .find(|line| line.contains("\"TaskSubmitted\""));
    let line = line.expect("it was submitted");
    assert!(line.contains(r#"{\"MessageId\":\"m1\"}"#), "{line}");
}

#[test]
fn each_execution_counts_for_itself() {
    let child = r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "r",
        "Next": "Again"}, "Again": {"Type": "Pass", "End": true}}}"#;
    let parent = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
        "ItemProcessor": {"StartAt": "Run", "States": {"Run": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "ResultSelector": {"o.$": "$.Output"},
        "Parameters": {"StateMachineArn": "child", "Input": {}}}}}}}}"#;
    mocked(
        parent,
        "Ask: [{ when: {}, return: first, times: 1 }, { return: later }]",
    )
    .args(["--machine-map", "child=child.asl.json", "--input", "[1, 2]"])
    .file("child.asl.json", child)
    .code(0)
    .stdout("[{\"o\":\"first\"},{\"o\":\"first\"}]\n");
}

#[test]
fn a_wrong_answer_is_told_with_its_place() {
    let check = |answer: &str, column: usize, message: &str| {
        let told = mocked(ORDERS, &format!("Send:\n  - {answer}\n"))
            .code(2)
            .stdout("");
        told.stderr_contains(&format!("mocks.yaml:2:{column}"))
            .stderr_contains(message);
    };
    check("{ retrun: 1 }", 7, "did you mean `return`?");
    check(
        "{ whenever: 1, return: 1 }",
        7,
        "an answer has no `whenever`",
    );
    check("{ delay: 1s }", 5, "either `return` or `throw`");
    check("{ return: 1, throw: { error: E } }", 25, "not both");
    check("{ delay: soon, return: 1 }", 14, "this is no duration");
    check("{ delay: -1, return: 1 }", 14, "this is no duration");
    check(
        "{ times: 0, return: 1 }",
        14,
        "a whole number of at least 1",
    );
    check(
        "{ times: 1.5, return: 1 }",
        14,
        "a whole number of at least 1",
    );
    check(
        "{ always: false, return: 1 }",
        15,
        "`always` can only be true",
    );
    check(
        "{ times: 1, always: true, return: 1 }",
        25,
        "either `times` or `always`",
    );
    check(
        "{ when: 1, when-equal: 1, return: 1 }",
        28,
        "either `when` or `when-equal`",
    );
    check("{ throw: { eror: E } }", 16, "did you mean `error`?");
    check("{ throw: { error: 7 } }", 23, "`error` must be a string");
    check("{ return: '{% 1 + %}' }", 15, "this is no JSONata");
    check(
        "{ return: '{% $id %}' }",
        15,
        "there is no variable `$id` in an answer",
    );
    check(
        "{ return: '{% $states.result %}' }",
        15,
        "`$states.result` does not exist in this field",
    );
    check(
        "{ when: { id: '{% $n > 1 %}' }, return: 1 }",
        19,
        "an expression must be the whole of `when`",
    );
}

#[test]
fn an_answer_that_is_never_given_is_told() {
    let check = |answers: &str| {
        mocked(ORDERS, &format!("Send: [{answers}]"))
            .code(2)
            .stderr_contains("this answer is never given")
            .stderr_contains("how many `times`");
    };
    check("{ return: 1 }, { when: { id: 2 }, return: 2 }");
    check("{ return: 1, always: true }, { return: 2 }");
    check("{ when: { id: 2 }, return: 1, always: true }, { when: { id: 2 }, return: 2 }");
}

#[test]
fn names_that_no_task_has_are_told_and_the_run_goes_on() {
    let input = ["--input", r#"[{"id": 1}]"#];
    let misspelt = "Send: { return: 1 }\nSned: { return: 2 }\nLost: { return: 3 }\n";
    mocked(ORDERS, misspelt)
        .args(input)
        .code(0)
        .stdout("[1]\n")
        .stderr_contains("mocks.yaml:2:1")
        .stderr_contains("no Task and no resource is called \"Sned\"")
        .stderr_contains("did you mean \"Send\"?")
        .stderr_contains("\"Lost\" is a Pass: only Tasks are answered");
    mocked(ORDERS, misspelt)
        .args(["-q"])
        .args(input)
        .code(0)
        .stderr("");
    mocked(ORDERS, "'arn:aws:states:::sqs:*': { return: 1 }\n")
        .args(input)
        .code(0)
        .stderr_lacks("no resource");
}
