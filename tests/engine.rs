//! The engine by itself: a definition, an input, and what its tasks answer, against the history
//! that AWS's rules ask for. Nothing waits: time is a number.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write;
use std::sync::Arc;

use aslkit::data::{EventId, Json, Seed, StatesError, Timestamp};
use aslkit::engine::program::FlowId;
use aslkit::engine::{
    Effect, Era, EventSink, Execution, Identity, Input, Out, Program, Progress, Start, TaskRequest,
};
use aslkit::history::{Details, HistoryEvent};
use aslkit::language;
use aslkit::syntax::{Format, Source, read};
use expect_test::{Expect, expect};

/// A line for each event: its id, its type, what it is about, the event before it.
#[derive(Default)]
struct Lines(String);

impl EventSink for Lines {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        let about = match &event.details {
            Details::StateEntered { name, input } => {
                format!(
                    " {name} {}",
                    input.as_ref().map_or("-".into(), |json| json.text())
                )
            }
            Details::StateExited { name, output, .. } => {
                format!(
                    " {name} {}",
                    output.as_ref().map_or("-".into(), |json| json.text())
                )
            }
            Details::MapIteration { index, .. } => format!(" [{index}]"),
            Details::Evaluation { location, .. } => {
                format!(" at {}", location.as_deref().unwrap_or("-"))
            }
            details => match details.as_failure() {
                Some((error, _)) => format!(" {}", error.unwrap_or("-")),
                None => String::new(),
            },
        };
        let about: String = about.chars().take(90).collect();
        let seconds = event.timestamp.0 / 1000;
        writeln!(
            self.0,
            "{:<2} {seconds}s {}{about} ←{}",
            event.id, event.kind, event.previous
        )
        .expect("a string takes all");
    }
}

fn program(definition: &str) -> Program {
    let source = Source::new("test", definition);
    let (tree, findings) = read(&source, Format::Json);
    assert_eq!(findings, []);
    let (machine, findings) = language::read(&tree);
    assert_eq!(findings, []);
    Program::compile(&machine, &tree, &source).expect("can be executed")
}

/// Runs to the end. `answers` are those of each state in order: JSON text, or `!Name` for an
/// error; a state without one never answers.
fn history(definition: &str, input: &str, answers: &[(&str, &[&str])], max_events: u64) -> String {
    let start = Start {
        flow: FlowId::default(),
        input: Json::parse(input).expect("an input"),
        variables: BTreeMap::new(),
        identity: Arc::new(Identity {
            execution_arn: "arn:e".into(),
            name: "e".into(),
            state_machine_arn: "arn:m".into(),
            state_machine_name: "m".into(),
            role_arn: "arn:r".into(),
            region: "us-east-1".into(),
            express: false,
        }),
        at: Timestamp(0),
        seed: Seed(0),
        max_events,
        era: Era::default(),
    };
    let mut execution = Execution::new(Arc::new(program(definition)), start);
    let mut answers: HashMap<&str, VecDeque<&str>> = answers
        .iter()
        .map(|(state, all)| (*state, all.iter().copied().collect()))
        .collect();
    let mut lines = Lines::default();
    let mut now = Timestamp(0);
    let mut effects = Vec::new();
    loop {
        let mut out = Out {
            sink: &mut lines,
            effects: &mut effects,
        };
        match execution.run(1_000_000, &mut out) {
            Progress::Finished(_) => return lines.0,
            Progress::OutOfFuel => panic!("a test is small"),
            Progress::Waiting => {}
        }
        let asked = invoked(std::mem::take(&mut effects));
        if asked.is_empty() {
            now = execution
                .deadline()
                .expect("an execution always has a deadline");
            let mut out = Out {
                sink: &mut lines,
                effects: &mut effects,
            };
            execution.deliver(now, Input::Tick, &mut out);
            continue;
        }
        let mut out = Out {
            sink: &mut lines,
            effects: &mut effects,
        };
        for request in &asked {
            let started = Input::TaskStarted {
                task: request.task,
                worker: None,
            };
            execution.deliver(now, started, &mut out);
        }
        for request in &asked {
            let answer = answers
                .get_mut(&*request.name)
                .and_then(VecDeque::pop_front);
            let Some(answer) = answer else { continue };
            let result = match answer.strip_prefix('!') {
                Some(error) => Err(StatesError::new(error, "cause")),
                None => Ok(Json::parse(answer).expect("an answer")),
            };
            execution.deliver(
                now,
                Input::TaskEnded {
                    task: request.task,
                    result,
                },
                &mut out,
            );
        }
    }
}

/// The tasks that are asked for and not given up again.
fn invoked(effects: Vec<Effect>) -> Vec<TaskRequest> {
    let mut asked: Vec<TaskRequest> = Vec::new();
    let mut cancelled: Vec<EventId> = Vec::new();
    for effect in effects {
        match effect {
            Effect::Invoke(request) => asked.push(*request),
            Effect::RunMap(_) => panic!("no Map here is distributed"),
            Effect::Cancel(task) => cancelled.push(task),
        }
    }
    asked.retain(|request| !cancelled.contains(&request.task));
    asked
}

#[expect(clippy::needless_pass_by_value, reason = "what `expect!` gives")]
fn check(definition: &str, input: &str, answers: &[(&str, &[&str])], expected: Expect) {
    expected.assert_eq(&history(definition, input, answers, 25_000));
}

#[test]
fn siblings_are_aborted_by_the_event_that_failed() {
    check(
        r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"T","States":{
            "T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","TimeoutSeconds":5,"End":true}}},
            "Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Z"}],"End":true},
            "Z":{"Type":"Succeed"}}}"#,
        "[1,2]",
        &[],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s MapStateEntered M [1,2] ←0
            3  0s MapStateStarted ←2
            4  0s MapIterationStarted [0] ←3
            5  0s MapIterationStarted [1] ←3
            6  0s TaskStateEntered T 1 ←4
            7  0s TaskScheduled ←6
            8  0s TaskStateEntered T 2 ←5
            9  0s TaskScheduled ←8
            10 0s TaskStarted ←7
            11 0s TaskStarted ←9
            12 5s TaskTimedOut States.Timeout ←10
            13 5s TaskTimedOut States.Timeout ←11
            14 5s MapIterationFailed [0] ←12
            15 5s TaskStateAborted ←12
            16 5s MapIterationAborted [1] ←12
            17 5s TaskStateAborted ←12
            18 5s MapStateFailed ←12
            19 5s MapStateExited M {"Error":"States.Timeout","Cause":""} ←18
            20 5s SucceedStateEntered Z {"Error":"States.Timeout","Cause":""} ←19
            21 5s SucceedStateExited Z {"Error":"States.Timeout","Cause":""} ←20
            22 5s ExecutionSucceeded ←21
        "#]],
    );
}

#[test]
fn retriers_count_for_themselves_and_then_the_catcher_takes_over() {
    check(
        r#"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:1:function:f",
            "Retry":[{"ErrorEquals":["A","B"],"MaxAttempts":2},{"ErrorEquals":["C"],"IntervalSeconds":5}],
            "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.error","Next":"Z"}],"End":true},
            "Z":{"Type":"Pass","End":true}}}"#,
        r#"{"in":1}"#,
        &[("T", &["!A", "!B", "!C", "!B"])],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s TaskStateEntered T {"in":1} ←0
            3  0s LambdaFunctionScheduled ←2
            4  0s LambdaFunctionStarted ←3
            5  0s LambdaFunctionFailed A ←4
            6  1s LambdaFunctionScheduled ←5
            7  1s LambdaFunctionStarted ←6
            8  1s LambdaFunctionFailed B ←7
            9  3s LambdaFunctionScheduled ←8
            10 3s LambdaFunctionStarted ←9
            11 3s LambdaFunctionFailed C ←10
            12 8s LambdaFunctionScheduled ←11
            13 8s LambdaFunctionStarted ←12
            14 8s LambdaFunctionFailed B ←13
            15 8s TaskStateExited T {"in":1,"error":{"Error":"B","Cause":"cause"}} ←14
            16 8s PassStateEntered Z {"in":1,"error":{"Error":"B","Cause":"cause"}} ←15
            17 8s PassStateExited Z {"in":1,"error":{"Error":"B","Cause":"cause"}} ←16
            18 8s ExecutionSucceeded ←17
        "#]],
    );
}

#[test]
fn an_error_named_runtime_is_neither_retried_nor_caught() {
    check(
        r#"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","Retry":[{"ErrorEquals":["States.ALL"]}],
            "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}],"End":true},"Z":{"Type":"Succeed"}}}"#,
        "{}",
        &[("T", &["!States.Runtime"])],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s TaskStateEntered T {} ←0
            3  0s LambdaFunctionScheduled ←2
            4  0s LambdaFunctionStarted ←3
            5  0s LambdaFunctionFailed States.Runtime ←4
            6  0s ExecutionFailed States.Runtime ←5
        "#]],
    );
}

#[test]
fn an_item_selector_that_fails_later_aborts_the_iterations_under_way() {
    check(
        r#"{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":2,"ItemSelector":{"v.$":"$$.Map.Item.Value.x"},
            "ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"f","End":true}}},"End":true}}}"#,
        r#"[{"x":1},{"x":2},{"y":3}]"#,
        &[("T", &["1"])],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s MapStateEntered M [{"x":1},{"x":2},{"y":3}] ←0
            3  0s MapStateStarted ←2
            4  0s MapIterationStarted [0] ←3
            5  0s MapIterationStarted [1] ←3
            6  0s TaskStateEntered T {"v":1} ←4
            7  0s LambdaFunctionScheduled ←6
            8  0s TaskStateEntered T {"v":2} ←5
            9  0s LambdaFunctionScheduled ←8
            10 0s LambdaFunctionStarted ←7
            11 0s LambdaFunctionStarted ←9
            12 0s LambdaFunctionSucceeded ←10
            13 0s TaskStateExited T 1 ←12
            14 0s MapIterationSucceeded [0] ←13
            15 0s MapIterationAborted [1] ←3
            16 0s TaskStateAborted ←3
            17 0s ExecutionFailed States.Runtime ←3
        "#]],
    );
}

#[test]
fn failures_in_catchers_and_rules_say_where() {
    let catcher = r#"{"QueryLanguage":"JSONata","StartAt":"T","States":{"T":{"Type":"Task","Resource":"f",
        "Catch":[{"ErrorEquals":["X"],"Next":"Z"},{"ErrorEquals":["States.ALL"],"Output":"{% $nope %}","Next":"Z"}],"End":true},
        "Z":{"Type":"Succeed"}}}"#;
    check(
        catcher,
        "{}",
        &[("T", &["!E"])],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s TaskStateEntered T {} ←0
            3  0s LambdaFunctionScheduled ←2
            4  0s LambdaFunctionStarted ←3
            5  0s LambdaFunctionFailed E ←4
            6  0s EvaluationFailed at Catch[1]/Output ←5
            7  0s ExecutionFailed States.QueryEvaluationError ←6
        "#]],
    );
    let rule = r#"{"QueryLanguage":"JSONata","StartAt":"C","States":{"C":{"Type":"Choice","Choices":[
        {"Condition":false,"Next":"Z"},{"Condition":"{% true %}","Assign":{"x":"{% $nope %}"},"Next":"Z"}]},
        "Z":{"Type":"Succeed"}}}"#;
    check(
        rule,
        "{}",
        &[],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s ChoiceStateEntered C {} ←0
            3  0s EvaluationFailed at Choices[1]/Assign/x ←0
            4  0s ExecutionFailed States.QueryEvaluationError ←3
        "#]],
    );
}

#[test]
fn a_jsonata_number_of_the_wrong_type_is_a_failed_evaluation() {
    check(
        r#"{"QueryLanguage":"JSONata","StartAt":"M","States":{"M":{"Type":"Map","Items":[1],"MaxConcurrency":"{% 'abc' %}",
            "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},
            "Catch":[{"ErrorEquals":["States.QueryEvaluationError"],"Next":"Z"}],"End":true},"Z":{"Type":"Succeed"}}}"#,
        "{}",
        &[],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s MapStateEntered M {} ←0
            3  0s EvaluationFailed at MaxConcurrency ←0
            4  0s MapStateFailed ←3
            5  0s MapStateExited M {"Error":"States.QueryEvaluationError","Cause":"An error occurred while executing the s ←4
            6  0s SucceedStateEntered Z {"Error":"States.QueryEvaluationError","Cause":"An error occurred while executing the s ←5
            7  0s SucceedStateExited Z {"Error":"States.QueryEvaluationError","Cause":"An error occurred while executing the s ←6
            8  0s ExecutionSucceeded ←7
        "#]],
    );
}

#[test]
fn what_grows_too_large_ends_the_execution() {
    check(
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"x.$":"States.Format('{}{}{}{}{}{}{}{}', $.s, $.s, $.s, $.s, $.s, $.s, $.s, $.s)"},
            "Next":"B"},"B":{"Type":"Pass","End":true}}}"#,
        &format!(r#"{{"s":"{}"}}"#, "x".repeat(40_000)),
        &[],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s PassStateEntered A {"s":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ←0
            3  0s ExecutionFailed States.DataLimitExceeded ←2
        "#]],
    );
}

#[test]
fn empty_maps_and_their_events() {
    check(
        r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}}}"#,
        "[]",
        &[],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s MapStateEntered M [] ←0
            3  0s MapStateStarted ←2
            4  0s MapStateSucceeded ←3
            5  0s MapStateExited M [] ←3
            6  0s ExecutionSucceeded ←5
        "#]],
    );
}

#[test]
fn the_limit_of_events_counts_the_last_one() {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}}"#;
    expect![[r#"
        1  0s ExecutionStarted ←0
        2  0s PassStateEntered A 1 ←0
        3  0s PassStateExited A 1 ←2
        4  0s PassStateEntered B 1 ←3
        5  0s PassStateExited B 1 ←4
        6  0s ExecutionSucceeded ←5
    "#]]
    .assert_eq(&history(definition, "1", &[], 6));
    expect![[r#"
        1  0s ExecutionStarted ←0
        2  0s PassStateEntered A 1 ←0
        3  0s PassStateExited A 1 ←2
        4  0s PassStateEntered B 1 ←3
        5  0s ExecutionFailed States.Runtime ←4
    "#]]
    .assert_eq(&history(definition, "1", &[], 5));
}

#[test]
fn variables_are_read_as_they_were_on_entry_and_branches_see_outer_ones() {
    check(
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"v":1},"Next":"B"},
            "B":{"Type":"Pass","Assign":{"v":2},"Parameters":{"seen.$":"$v"},"Next":"P"},
            "P":{"Type":"Parallel","Branches":[{"StartAt":"I","States":{"I":{"Type":"Pass","Assign":{"w":3},"Parameters":{"outer.$":"$v"},"End":true}}}],"End":true}}}"#,
        "{}",
        &[],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s PassStateEntered A {} ←0
            3  0s PassStateExited A {} ←2
            4  0s PassStateEntered B {} ←3
            5  0s PassStateExited B {"seen":1} ←4
            6  0s ParallelStateEntered P {"seen":1} ←5
            7  0s ParallelStateStarted ←6
            8  0s PassStateEntered I {"seen":1} ←7
            9  0s PassStateExited I {"outer":2} ←8
            10 0s ParallelStateSucceeded ←9
            11 0s ParallelStateExited P [{"outer":2}] ←9
            12 0s ExecutionSucceeded ←11
        "#]],
    );
}

#[test]
fn the_machine_s_own_timeout_ends_everything() {
    check(
        r#"{"TimeoutSeconds":3,"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":10,"End":true}}}"#,
        "{}",
        &[],
        expect![[r#"
            1  0s ExecutionStarted ←0
            2  0s WaitStateEntered W {} ←0
            3  3s ExecutionTimedOut States.Timeout ←0
        "#]],
    );
}

/// Whoever holds a token must send heartbeats; a service that is called cannot.
#[test]
fn heartbeats_are_expected_only_where_somebody_can_send_them() {
    let definition = r#"{"StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "HeartbeatSeconds": 10, "TimeoutSeconds": 30,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Ask"}], "End": true},
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "HeartbeatSeconds": 10, "TimeoutSeconds": 30,
            "Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "End"}], "End": true},
        "End": {"Type": "Succeed"}}}"#;
    check(
        definition,
        "{}",
        &[],
        expect![[r#"
        1  0s ExecutionStarted ←0
        2  0s TaskStateEntered Call {} ←0
        3  0s TaskScheduled ←2
        4  0s TaskStarted ←3
        5  30s TaskTimedOut States.Timeout ←4
        6  30s TaskStateExited Call {"Error":"States.Timeout","Cause":""} ←5
        7  30s TaskStateEntered Ask {"Error":"States.Timeout","Cause":""} ←6
        8  30s TaskScheduled ←7
        9  30s TaskStarted ←8
        10 40s TaskTimedOut States.Timeout ←9
        11 40s TaskStateExited Ask {"Error":"States.Timeout","Cause":""} ←10
        12 40s SucceedStateEntered End {"Error":"States.Timeout","Cause":""} ←11
        13 40s SucceedStateExited End {"Error":"States.Timeout","Cause":""} ←12
        14 40s ExecutionSucceeded ←13
    "#]],
    );
}
