//! Runs a recorded case: Tasks answer what they answered on AWS, and time jumps.

use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::pin::pin;
use std::sync::{Arc, Mutex};

use aslkit::data::{Json, Seed, StatesError, Timestamp};
use aslkit::engine::{EventSink, Program, Start};
use aslkit::history::HistoryEvent;
use aslkit::language;
use aslkit::runtime::handlers::TaskPattern;
use aslkit::runtime::{
    Answers, Clock, Handlers, IdentityOptions, Invocation, Pause, TaskHandler, Work,
};
use aslkit::syntax::{Format, Source, read};
use serde_json::Value;

use super::cases::Case;

/// The events of the case as JSON, or why it could not be run.
pub fn history(case: &Case) -> Result<Vec<Value>, String> {
    let source = Source::new(case.id.as_str(), case.definition.as_str());
    let (tree, findings) = read(&source, Format::Json);
    if let Some(finding) = findings.first() {
        return Err(finding.message.clone());
    }
    let (machine, findings) = language::read(&tree);
    if let Some(finding) = findings.first() {
        return Err(finding.message.clone());
    }
    let program = Program::compile(&machine, &tree, &source).map_err(|findings| {
        findings
            .into_iter()
            .map(|finding| finding.message)
            .collect::<Vec<_>>()
            .join("; ")
    })?;
    let input = Json::parse(&case.input).map_err(|error| error.to_string())?;
    let name = |token: &str, other: &str| case.bound(token).unwrap_or(other).to_owned();
    let identity = IdentityOptions {
        machine: name("<ArnPart_0idx>", "machine"),
        name: Some(name("<ExecArnPart_0idx>", "execution")),
        account: "111111111111".to_owned(),
        region: "us-east-1".to_owned(),
        express: case.express,
        seed: Seed(1),
    };
    // The day on which the cases' timestamps were filled in.
    let day = Timestamp::parse("2026-11-22T14:03:38Z").expect("a timestamp");
    let mut clock = Jumping(day);
    let start = Start {
        input,
        variables: std::collections::BTreeMap::default(),
        identity: Arc::new(identity.identity().map_err(|error| error.to_string())?),
        at: clock.now(),
        seed: Seed(1),
        max_events: 25_000,
    };
    let mut handlers = Handlers::default();
    handlers.bind(
        TaskPattern::Resource("*".to_owned()),
        Arc::new(Recorded::of(case)),
    );
    let mut events = Events::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.expect("a runtime").block_on(async {
        let stop = pin!(pending());
        aslkit::runtime::run(
            Arc::new(program),
            start,
            &handlers,
            &mut clock,
            &mut events,
            stop,
        )
        .await
    });
    Ok(events.0)
}

/// A clock that never lets anybody wait: a task without a recorded answer times out at once.
struct Jumping(Timestamp);

impl Clock for Jumping {
    fn now(&mut self) -> Timestamp {
        self.0
    }

    fn wait_for(&mut self, time: Timestamp, _: bool) -> Pause {
        self.0 = self.0.max(time);
        Pause::Over
    }
}

#[derive(Default)]
struct Events(Vec<Value>);

impl EventSink for Events {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.0
            .push(serde_json::from_str(&event.to_line()).expect("an event is JSON"));
    }
}

/// Answers each state's calls in the recorded order.
struct Recorded(Mutex<HashMap<String, VecDeque<Value>>>);

impl Recorded {
    fn of(case: &Case) -> Self {
        let mut states: HashMap<String, VecDeque<Value>> = HashMap::new();
        for invocation in &case.invocations {
            let state = invocation["state"].as_str().unwrap_or_default().to_owned();
            states
                .entry(state)
                .or_default()
                .push_back(invocation.clone());
        }
        Self(Mutex::new(states))
    }
}

impl TaskHandler for Recorded {
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work {
        let mut states = self.0.lock().expect("no test panics while it holds this");
        let recorded = states
            .get_mut(&*invocation.request.name)
            .and_then(VecDeque::pop_front);
        let Some(recorded) = recorded else {
            return Work::Running(Box::pin(pending()));
        };
        if let Some(submitted) = recorded.get("submitted_output") {
            answers.submitted(document(submitted));
        }
        let outcome = &recorded["outcome"];
        let event = outcome["event"].as_str().unwrap_or_default();
        if event.ends_with("Succeeded") {
            return Work::Done(Ok(document(&outcome["output"])));
        }
        if event.ends_with("TimedOut") {
            return Work::Running(Box::pin(pending()));
        }
        let text = |member: &str| match outcome.get(member) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(Arc::from(text.as_str())),
            Some(other) => Some(Arc::from(other.to_string())),
        };
        let (error, cause) = (text("error"), text("cause"));
        Work::Done(Err(StatesError {
            error,
            cause,
            ..StatesError::default()
        }))
    }

    fn tells_submission(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        "recorded".to_owned()
    }
}

/// A recorded document: objects were parsed by the recorder, everything else is JSON text.
fn document(value: &Value) -> Json {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    Json::parse(&text).unwrap_or_else(|_| Json::from(text))
}
