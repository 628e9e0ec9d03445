//! Runs a recorded case: Tasks answer what they answered on AWS, and time jumps.

use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::sync::{Arc, Mutex};

use aslkit::data::{Json, StatesError};
use aslkit::engine::EventSink;
use aslkit::history::HistoryEvent;
use aslkit::language::Resource;
use aslkit::runtime::{Answers, IdentityOptions, Invocation, TaskHandler, Work};
use aslkit::syntax::{Format, Source};
use serde_json::Value;

use super::cases::Case;
use super::support;

/// The events of the case as JSON, or why it could not be run.
pub fn history(case: &Case) -> Result<Vec<Value>, String> {
    let source = Source::new(case.id.as_str(), case.definition.as_str());
    let program = support::compile(&source, Format::Json)?;
    let input = Json::parse(&case.input).map_err(|error| error.to_string())?;
    let mut identity = IdentityOptions {
        express: case.express,
        ..support::identity()
    };
    if let Some(machine) = case.bound("<ArnPart_0idx>") {
        machine.clone_into(&mut identity.machine);
    }
    if let Some(name) = case.bound("<ExecArnPart_0idx>") {
        identity.name = Some(name.to_owned());
    }
    let identity = identity.identity().map_err(|error| error.to_string())?;
    let start = support::start(input, identity, 25_000);
    let mut events = Events::default();
    support::run(program, start, Arc::new(Recorded::of(case)), &mut events);
    Ok(events.0)
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
        if self.tells_start(&invocation.request.resource) {
            answers.started(recorded["worker"].as_str());
        }
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

    fn tells_start(&self, resource: &Resource) -> bool {
        matches!(resource, Resource::Activity { .. })
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
