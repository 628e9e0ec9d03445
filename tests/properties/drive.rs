//! Runs a program against a script of answers. Nothing waits: the clock jumps to what is next.

use std::collections::BTreeMap;
use std::sync::Arc;

use aslkit::data::{EventId, Json, Seed, StatesError, Timestamp};
use aslkit::engine::program::FlowId;
use aslkit::engine::{
    Effect, Era, EventSink, Execution, Identity, Input, Out, Outcome, Program, Progress, Start,
};
use aslkit::history::{HistoryEvent, read_event};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::machines;

/// When every execution starts: 2020 began.
const START: Timestamp = Timestamp(1_577_836_800_000);

/// What a task does when it is asked.
#[derive(Clone, Debug)]
pub struct Answer {
    /// After how many seconds; nobody looks whether the task is still waited for.
    pub after: i64,
    /// What it says then.
    pub said: Said,
}

/// What a task says.
#[derive(Clone, Debug)]
pub enum Said {
    Result(Value),
    Error(&'static str),
    /// A job or a callback is submitted, lives for a while, and answers.
    Submitted(Value),
    Nothing,
}

/// What was recorded of an execution.
#[derive(Debug)]
pub struct Ran {
    pub lines: Vec<String>,
    pub events: Vec<HistoryEvent<'static>>,
    pub outcome: Outcome,
}

/// Answers in the order in which they are asked for; after the last comes the first.
pub fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let error = select(vec![
        "A",
        "B",
        "States.Timeout",
        "States.Runtime",
        "Élan \"x\"",
    ]);
    let said = prop_oneof![
        4 => machines::document().prop_map(Said::Result),
        2 => error.prop_map(Said::Error),
        1 => machines::document().prop_map(Said::Submitted),
        1 => Just(Said::Nothing),
    ];
    let after = prop_oneof![3 => Just(0), 1 => 0..40_i64];
    let answer = (after, said).prop_map(|(after, said)| Answer { after, said });
    proptest::collection::vec(answer, 1..6)
}

#[derive(Default)]
struct Recorded {
    lines: Vec<String>,
    events: Vec<HistoryEvent<'static>>,
}

impl EventSink for Recorded {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        let line = event.to_line();
        let read = read_event(&line).expect("what is written can be read");
        assert_eq!(read, *event, "as it was read from {line}");
        self.events.push(read);
        self.lines.push(line);
    }
}

/// An execution, what it said, and what is still to be told to it.
struct Driver<'a> {
    execution: Execution,
    recorded: Recorded,
    effects: Vec<Effect>,
    now: Timestamp,
    answers: std::iter::Cycle<std::slice::Iter<'a, Answer>>,
    /// By time, then in the order they were asked for.
    agenda: BTreeMap<(Timestamp, u64), Input>,
    planned: u64,
}

/// What every execution starts with.
pub fn start(input: &Value, most: u64) -> Start {
    Start {
        flow: FlowId::default(),
        input: json(input),
        variables: BTreeMap::new(),
        identity: Arc::new(identity()),
        at: START,
        seed: Seed(7),
        max_events: most,
        era: Era::default(),
    }
}

/// Runs to the end, `fuel` steps at a time.
pub fn run(program: &Arc<Program>, input: &Value, answers: &[Answer], fuel: u64, most: u64) -> Ran {
    run_redriven(program, input, answers, fuel, most, 0)
}

/// Runs to the end, and on from there so many times as it did not succeed.
pub fn run_redriven(
    program: &Arc<Program>,
    input: &Value,
    answers: &[Answer],
    fuel: u64,
    most: u64,
    mut redrives: u32,
) -> Ran {
    let mut driver = Driver {
        execution: Execution::new(Arc::clone(program), start(input, most)),
        recorded: Recorded::default(),
        effects: Vec::new(),
        now: START,
        answers: answers.iter().cycle(),
        agenda: BTreeMap::new(),
        planned: 0,
    };
    // Every round adds an event or is one of the few that come too late.
    for _ in 0..100_000 {
        let mut out = Out {
            sink: &mut driver.recorded,
            effects: &mut driver.effects,
        };
        match driver.execution.run(fuel, &mut out) {
            Progress::OutOfFuel => {}
            Progress::Waiting => driver.wait(),
            Progress::Finished(_)
                if redrives > 0 && driver.execution.not_redrivable().is_none() =>
            {
                redrives -= 1;
                driver.agenda.clear();
                driver.effects.clear();
                driver.now = driver.now.plus_seconds(60);
                driver.deliver(Input::Redrive);
            }
            Progress::Finished(outcome) => {
                return Ran {
                    lines: driver.recorded.lines,
                    events: driver.recorded.events,
                    outcome,
                };
            }
        }
    }
    panic!("the execution does not end");
}

impl Driver<'_> {
    fn wait(&mut self) {
        for effect in std::mem::take(&mut self.effects) {
            let (Effect::Invoke(request), Some(answer)) = (effect, self.answers.next()) else {
                continue;
            };
            self.plan(request.task, answer);
        }
        let deadline = self.execution.deadline().expect("there is always one");
        let first = self.agenda.first_key_value().map(|(at, _)| *at);
        match first.filter(|(at, _)| *at <= deadline) {
            None => {
                self.now = self.now.max(deadline);
                self.deliver(Input::Tick);
            }
            // Everything of one time is told before it goes on.
            Some((at, _)) => {
                self.now = self.now.max(at);
                let later = self.agenda.split_off(&(Timestamp(at.0 + 1), 0));
                for (_, input) in std::mem::replace(&mut self.agenda, later) {
                    self.deliver(input);
                }
            }
        }
    }

    fn plan(&mut self, task: EventId, answer: &Answer) {
        self.at(0, Input::TaskStarted { task, worker: None });
        let result = match &answer.said {
            Said::Nothing => return,
            Said::Error(error) => Err(StatesError::new(error, "because")),
            Said::Result(result) => Ok(json(result)),
            Said::Submitted(result) => {
                let output = json(result);
                self.at(0, Input::TaskSubmitted { task, output });
                self.at(answer.after / 2, Input::Heartbeat { task });
                Ok(json(result))
            }
        };
        self.at(answer.after, Input::TaskEnded { task, result });
    }

    fn at(&mut self, seconds: i64, input: Input) {
        self.planned += 1;
        let key = (self.now.plus_seconds(seconds), self.planned);
        self.agenda.insert(key, input);
    }

    fn deliver(&mut self, input: Input) {
        let mut out = Out {
            sink: &mut self.recorded,
            effects: &mut self.effects,
        };
        self.execution.deliver(self.now, input, &mut out);
    }
}

fn json(value: &Value) -> Json {
    Json::parse(&value.to_string()).expect("serde_json prints JSON")
}

fn identity() -> Identity {
    Identity {
        execution_arn: "arn:e".into(),
        name: "e".into(),
        state_machine_arn: "arn:m".into(),
        state_machine_name: "m".into(),
        role_arn: "arn:r".into(),
        region: "us-east-1".into(),
        express: false,
    }
}
