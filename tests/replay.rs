//! Redrive and replay of the engine by itself: what goes on after a failure, and what a recorded
//! history is held against. Nothing waits: time is a number.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write;
use std::sync::Arc;

use aslkit::data::{Json, Seed, StatesError, Timestamp};
use aslkit::engine::program::FlowId;
use aslkit::engine::{
    Difference, Divergence, Effect, Era, EventSink, Execution, Identity, Input, Likeness, Out,
    Outcome, Program, Progress, Start, replay,
};
use aslkit::history::{Details, HistoryEvent, read_event, read_history};
use aslkit::language;
use aslkit::syntax::{Format, Source, read};
use expect_test::{Expect, expect};

fn program(definition: &str) -> Arc<Program> {
    let source = Source::new("test", definition);
    let (tree, findings) = read(&source, Format::Json);
    assert_eq!(findings, []);
    let (machine, findings) = language::read(&tree);
    assert_eq!(findings, []);
    Arc::new(Program::compile(&machine, &tree, &source).expect("can be executed"))
}

fn start(input: &str) -> Start {
    Start {
        flow: FlowId::default(),
        input: Json::parse(input).expect("an input"),
        variables: BTreeMap::new(),
        identity: Arc::new(Identity {
            execution_arn: "arn:aws:states:us-east-1:1:execution:m:e".into(),
            name: "execution-of-m".into(),
            state_machine_arn: "arn:aws:states:us-east-1:1:stateMachine:m".into(),
            state_machine_name: "m".into(),
            role_arn: "arn:aws:iam::1:role/r".into(),
            region: "us-east-1".into(),
            express: false,
        }),
        at: Timestamp(0),
        seed: Seed(0),
        max_events: 0,
        era: Era::default(),
    }
}

#[derive(Default)]
struct Recorded(Vec<HistoryEvent<'static>>);

impl EventSink for Recorded {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.0.push(read_event(&event.to_line()).expect("an event"));
    }
}

/// An execution with what its tasks answer: JSON text, or `!Name` for an error; a state without
/// an answer never answers.
struct Play {
    execution: Execution,
    events: Recorded,
    now: Timestamp,
    answers: HashMap<String, VecDeque<String>>,
}

impl Play {
    fn new(definition: &str, input: &str) -> Self {
        Self {
            execution: Execution::new(program(definition), start(input)),
            events: Recorded::default(),
            now: Timestamp(0),
            answers: HashMap::new(),
        }
    }

    fn answer(mut self, state: &str, answers: &[&str]) -> Self {
        let answers = answers.iter().map(|answer| (*answer).to_owned());
        self.answers.insert(state.to_owned(), answers.collect());
        self
    }

    fn run(mut self) -> Self {
        let mut effects = Vec::new();
        loop {
            let mut out = Out {
                sink: &mut self.events,
                effects: &mut effects,
            };
            match self.execution.run(1_000_000, &mut out) {
                Progress::Finished(_) => return self,
                Progress::OutOfFuel => panic!("a test is small"),
                Progress::Waiting => {}
            }
            if !self.tell(std::mem::take(&mut effects)) {
                self.now = self.execution.deadline().expect("there is always one");
                self.deliver(Input::Tick);
            }
        }
    }

    /// Answers what was asked for; says whether there was something.
    fn tell(&mut self, effects: Vec<Effect>) -> bool {
        let mut told = false;
        for effect in effects {
            let Effect::Invoke(request) = effect else {
                continue;
            };
            told = true;
            let task = request.task;
            self.deliver(Input::TaskStarted { task, worker: None });
            let answers = self.answers.get_mut(&*request.name);
            let Some(answer) = answers.and_then(VecDeque::pop_front) else {
                continue;
            };
            let result = match answer.strip_prefix('!') {
                Some(error) => Err(StatesError::new(error, "cause")),
                None => Ok(Json::parse(&answer).expect("an answer")),
            };
            self.deliver(Input::TaskEnded { task, result });
        }
        told
    }

    fn deliver(&mut self, input: Input) {
        let mut effects = Vec::new();
        let mut out = Out {
            sink: &mut self.events,
            effects: &mut effects,
        };
        self.execution.deliver(self.now, input, &mut out);
        assert!(
            effects
                .iter()
                .all(|effect| matches!(effect, Effect::Cancel(_)))
        );
    }

    fn redrive(mut self) -> Self {
        self.now = self.now.plus_seconds(60);
        self.deliver(Input::Redrive);
        self
    }

    /// The events from an id on, and the output.
    fn check(self, from: usize, expected: &Expect) -> Self {
        let mut text = lines(&self.events.0[from - 1..]);
        if let Some(Outcome::Succeeded(output)) = self.execution.outcome() {
            writeln!(text, "{}", output.text()).expect("a string takes all");
        }
        expected.assert_eq(&text);
        self
    }
}

fn lines(events: &[HistoryEvent<'_>]) -> String {
    let mut text = String::new();
    for event in events {
        let about = match &event.details {
            Details::MapIteration { index, .. } => format!(" [{index}]"),
            details => details
                .state_name()
                .map(|name| format!(" {name}"))
                .unwrap_or_default(),
        };
        let seconds = event.timestamp.0 / 1000;
        writeln!(
            text,
            "{:<2} {seconds}s {}{about} ←{}",
            event.id, event.kind, event.previous
        )
        .expect("a string takes all");
    }
    text
}

const TASK: &str = r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f""#;

#[test]
fn a_task_is_scheduled_again_with_its_retries_anew() {
    let definition = format!(
        r#"{{"StartAt": "T", "States": {{"T": {{{TASK}, "End": true,
            "Retry": [{{"ErrorEquals": ["Down"], "MaxAttempts": 1}}],
            "ResultSelector": {{"execution.$": "$$.Execution.RedriveCount",
                               "at.$": "$$.Execution.RedriveTime",
                               "retries.$": "$$.State.RetryCount"}}}}}}}}"#
    );
    let play = Play::new(&definition, "{}").answer("T", &["!Down", "!Down", "!Down", "1"]);
    let play = play.run();
    assert_eq!(play.events.0.len(), 9, "a try, a retry, the end");
    play.redrive().run().check(
        9,
        &expect![[r#"
        9  1s ExecutionFailed ←8
        10 61s ExecutionRedriven ←0
        11 61s LambdaFunctionScheduled ←8
        12 61s LambdaFunctionStarted ←11
        13 61s LambdaFunctionFailed ←12
        14 62s LambdaFunctionScheduled ←13
        15 62s LambdaFunctionStarted ←14
        16 62s LambdaFunctionSucceeded ←15
        17 62s TaskStateExited T ←16
        18 62s ExecutionSucceeded ←17
        {"execution":1,"retries":1,"at":"1970-01-01T00:01:01.000Z"}
    "#]],
    );
}

#[test]
fn only_the_branches_that_did_not_succeed_go_on() {
    let definition = format!(
        r#"{{"StartAt": "P", "States": {{"P": {{"Type": "Parallel", "End": true, "Branches": [
            {{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "Result": 1, "End": true}}}}}},
            {{"StartAt": "B", "States": {{"B": {{{TASK}, "End": true}}}}}},
            {{"StartAt": "C", "States": {{"C": {{"Type": "Wait", "Seconds": 5, "End": true}}}}}}
        ]}}}}}}"#
    );
    let play = Play::new(&definition, "{}").answer("B", &["!Down", "2"]);
    play.run().redrive().run().check(
        8,
        &expect![[r#"
        8  0s WaitStateEntered C ←3
        9  0s LambdaFunctionStarted ←7
        10 0s LambdaFunctionFailed ←9
        11 0s TaskStateAborted ←10
        12 0s WaitStateAborted ←10
        13 0s ParallelStateFailed ←10
        14 0s ExecutionFailed ←13
        15 60s ExecutionRedriven ←0
        16 60s LambdaFunctionScheduled ←10
        17 60s LambdaFunctionStarted ←16
        18 60s LambdaFunctionSucceeded ←17
        19 60s TaskStateExited B ←18
        20 65s WaitStateExited C ←8
        21 65s ParallelStateSucceeded ←20
        22 65s ParallelStateExited P ←20
        23 65s ExecutionSucceeded ←22
        [1,2,{}]
    "#]],
    );
}

#[test]
fn iterations_go_on_and_those_that_had_no_room_follow() {
    let definition = format!(
        r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "MaxConcurrency": 2, "End": true,
            "ItemProcessor": {{"StartAt": "T", "States": {{"T": {{{TASK}, "End": true}}}}}}}}}}}}"#
    );
    let play = Play::new(&definition, "[0, 1, 2, 3]");
    let play = play.answer("T", &["10", "!Down", "11", "12", "13"]).run();
    play.redrive().run().check(
        17,
        &expect![[r#"
        17 0s MapIterationFailed [1] ←13
        18 0s TaskStateAborted ←13
        19 0s MapIterationAborted [2] ←13
        20 0s MapStateFailed ←13
        21 0s ExecutionFailed ←20
        22 60s ExecutionRedriven ←0
        23 60s LambdaFunctionScheduled ←13
        24 60s TaskStateEntered T ←16
        25 60s LambdaFunctionScheduled ←24
        26 60s LambdaFunctionStarted ←23
        27 60s LambdaFunctionSucceeded ←26
        28 60s LambdaFunctionStarted ←25
        29 60s LambdaFunctionSucceeded ←28
        30 60s TaskStateExited T ←27
        31 60s MapIterationSucceeded [1] ←30
        32 60s MapIterationStarted [3] ←30
        33 60s TaskStateExited T ←29
        34 60s MapIterationSucceeded [2] ←33
        35 60s TaskStateEntered T ←32
        36 60s LambdaFunctionScheduled ←35
        37 60s LambdaFunctionStarted ←36
        38 60s LambdaFunctionSucceeded ←37
        39 60s TaskStateExited T ←38
        40 60s MapIterationSucceeded [3] ←39
        41 60s MapStateSucceeded ←40
        42 60s MapStateExited M ←40
        43 60s ExecutionSucceeded ←42
        [10,11,12,13]
    "#]],
    );
}

#[test]
fn an_item_selector_that_failed_is_tried_again() {
    let definition = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "MaxConcurrency": 1,
        "ItemSelector": {"v.$": "$$.Map.Item.Value.v"}, "End": true,
        "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}}}}"#;
    let play = Play::new(definition, r#"[{"v": 1}, {}]"#).run();
    play.redrive().run().check(
        7,
        &expect![[r#"
        7  0s MapIterationSucceeded [0] ←6
        8  0s ExecutionFailed ←3
        9  60s ExecutionRedriven ←0
        10 60s ExecutionFailed ←3
    "#]],
    );
}

#[test]
fn a_map_whose_output_failed_does_not_work_again() {
    let definition = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
        "ResultSelector": {"v.$": "$.nowhere"},
        "ItemProcessor": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}}}}"#;
    let play = Play::new(definition, "[1]").run();
    play.redrive().run().check(
        8,
        &expect![[r#"
        8  0s MapStateSucceeded ←7
        9  0s ExecutionFailed ←7
        10 60s ExecutionRedriven ←0
        11 60s ExecutionFailed ←7
    "#]],
    );
}

#[test]
fn time_and_waits_begin_anew() {
    let definition = r#"{"StartAt": "W", "TimeoutSeconds": 8, "States": {
        "W": {"Type": "Wait", "Seconds": 6, "Next": "X"},
        "X": {"Type": "Wait", "Seconds": 6, "End": true}}}"#;
    Play::new(definition, "{}").run().redrive().run().check(
        4,
        &expect![[r#"
            4  6s WaitStateEntered X ←3
            5  8s ExecutionTimedOut ←0
            6  68s ExecutionRedriven ←0
            7  74s WaitStateExited X ←4
            8  74s ExecutionSucceeded ←7
            {}
        "#]],
    );
}

#[test]
fn an_aborted_execution_goes_on() {
    let definition = format!(r#"{{"StartAt": "T", "States": {{"T": {{{TASK}, "End": true}}}}}}"#);
    let mut play = Play::new(&definition, "{}");
    let mut effects = Vec::new();
    let mut out = Out {
        sink: &mut play.events,
        effects: &mut effects,
    };
    play.execution.run(100, &mut out);
    play.deliver(Input::Stop(StatesError::new("Mine", "enough")));
    play.answer("T", &["1"]).redrive().run().check(
        4,
        &expect![[r#"
            4  0s ExecutionAborted ←0
            5  60s ExecutionRedriven ←0
            6  60s LambdaFunctionScheduled ←3
            7  60s LambdaFunctionStarted ←6
            8  60s LambdaFunctionSucceeded ←7
            9  60s TaskStateExited T ←8
            10 60s ExecutionSucceeded ←9
            1
        "#]],
    );
}

#[test]
fn what_succeeded_is_not_redriven() {
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let play = Play::new(definition, "{}").run();
    assert_eq!(
        play.execution.not_redrivable(),
        Some("Execution is SUCCEEDED and cannot be redriven")
    );
    let events = play.events.0.len();
    assert_eq!(play.redrive().events.0.len(), events);
}

/// Replays a history that a definition made against another one.
fn difference(made_by: &Play, definition: &str, likeness: Likeness) -> Option<Difference> {
    let events = &made_by.events.0;
    let input = match &events[0].details {
        Details::ExecutionStarted {
            input: Some(input), ..
        } => input.text().into_owned(),
        _ => panic!("every history starts so"),
    };
    match replay(&program(definition), start(&input), events, likeness) {
        Ok(replayed) => {
            assert_eq!(replayed.events, events.len());
            None
        }
        Err(Divergence::Different(difference)) => Some(*difference),
        Err(Divergence::Untold(untold)) => panic!("{untold}"),
    }
}

fn check_difference(made_by: &Play, definition: &str, expected: &Expect) {
    let difference = difference(made_by, definition, Likeness::Alike).expect("it differs");
    let text = format!(
        "{:?} {:?}, {} equal\n- {}+ {}",
        difference.path,
        difference.state,
        difference.equal,
        difference
            .recorded
            .map_or("nothing\n".to_owned(), |event| lines(&[event])),
        difference
            .made
            .map_or("nothing\n".to_owned(), |event| lines(&[event])),
    );
    expected.assert_eq(&text);
}

#[test]
fn a_changed_definition_differs_where_it_was_changed() {
    let definition = format!(
        r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "Next": "Z", "ItemProcessor": {{
            "StartAt": "T", "States": {{
                "T": {{{TASK}, "Next": "W"}},
                "W": {{"Type": "Wait", "Seconds": 5, "End": true}}}}}}}},
            "Z": {{"Type": "Pass", "End": true}}}}}}"#
    );
    let play = Play::new(&definition, "[1, 2]")
        .answer("T", &["{\"a\": 1}", "2"])
        .run();
    assert_eq!(difference(&play, &definition, Likeness::Identical), None);
    let longer = definition.replace("\"Seconds\": 5", "\"Seconds\": 50");
    assert_eq!(
        difference(&play, &longer, Likeness::Alike),
        None,
        "time is the outside's"
    );

    let output = definition.replace("\"Next\": \"W\"", "\"Next\": \"W\", \"OutputPath\": null");
    check_difference(
        &play,
        &output,
        &expect![[r#"
        [("M", 0)] None, 13 equal
        - 14 0s TaskStateExited T ←11
        + 14 0s TaskStateExited T ←11
    "#]],
    );
    let next = definition.replace(
        "\"Seconds\": 5, \"End\": true",
        "\"Seconds\": 5, \"Next\": \"N\"}, \"N\": {\"Type\": \"Succeed\"",
    );
    check_difference(
        &play,
        &next,
        &expect![[r#"
        [("M", 0)] Some("N"), 18 equal
        - 19 5s MapIterationSucceeded [0] ←18
        + 19 5s SucceedStateEntered N ←18
    "#]],
    );
    let state = definition.replace("\"Type\": \"Pass\", \"End\": true", "\"Type\": \"Succeed\"");
    check_difference(
        &play,
        &state,
        &expect![[r#"
        [] Some("Z"), 23 equal
        - 24 5s PassStateEntered Z ←23
        + 24 5s SucceedStateEntered Z ←23
    "#]],
    );
    let end = definition.replace("\"Next\": \"Z\"", "\"End\": true");
    check_difference(
        &play,
        &end,
        &expect![[r#"
        [] None, 23 equal
        - 24 5s PassStateEntered Z ←23
        + 24 5s ExecutionSucceeded ←23
    "#]],
    );
    let concurrency = definition.replace(
        "\"Type\": \"Map\"",
        "\"Type\": \"Map\", \"MaxConcurrency\": 1",
    );
    check_difference(
        &play,
        &concurrency,
        &expect![[r#"
        [("M", 1)] None, 6 equal
        - 5  0s MapIterationStarted [1] ←3
        + nothing
    "#]],
    );
}

#[test]
fn branches_may_interleave_otherwise() {
    let definition = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": true}}},
        {"StartAt": "B", "States": {"B": {"Type": "Pass", "Result": 2, "End": true}}}]}}}"#;
    // Both are entered before one of them is left, and the second comes first.
    let history = r#"[
        {"timestamp":1,"id":1,"previousEventId":0,"type":"ExecutionStarted","executionStartedEventDetails":{"input":"{}"}},
        {"timestamp":1,"id":2,"previousEventId":0,"type":"ParallelStateEntered","stateEnteredEventDetails":{"name":"P","input":"{}"}},
        {"timestamp":1,"id":3,"previousEventId":2,"type":"ParallelStateStarted"},
        {"timestamp":1,"id":4,"previousEventId":3,"type":"PassStateEntered","stateEnteredEventDetails":{"name":"B","input":"{}"}},
        {"timestamp":1,"id":5,"previousEventId":3,"type":"PassStateEntered","stateEnteredEventDetails":{"name":"A","input":"{}"}},
        {"timestamp":1,"id":6,"previousEventId":5,"type":"PassStateExited","stateExitedEventDetails":{"name":"A","output":"1"}},
        {"timestamp":1,"id":7,"previousEventId":4,"type":"PassStateExited","stateExitedEventDetails":{"name":"B","output":"2"}},
        {"timestamp":1,"id":8,"previousEventId":7,"type":"ParallelStateSucceeded"},
        {"timestamp":1,"id":9,"previousEventId":7,"type":"ParallelStateExited","stateExitedEventDetails":{"name":"P","output":"[1, 2]"}},
        {"timestamp":1,"id":10,"previousEventId":9,"type":"ExecutionSucceeded","executionSucceededEventDetails":{"output":"[1,2]"}}]"#;
    let events = read_history(history).expect("a history").events;
    let replayed = replay(
        &program(definition),
        start("{}"),
        &events,
        Likeness::Foreign,
    );
    assert_eq!(replayed.expect("no difference").events, 10);
}

#[test]
fn a_history_that_breaks_off_is_replayed_as_far_as_it_goes() {
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    let play = Play::new(definition, "{}").run();
    let replayed = replay(
        &program(definition),
        start("{}"),
        &play.events.0[..2],
        Likeness::Alike,
    );
    let replayed = replayed.expect("no difference");
    assert_eq!((replayed.events, replayed.ended), (2, false));
}
