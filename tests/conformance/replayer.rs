//! Runs a recorded case: Tasks answer what they answered on AWS, and time jumps.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::future::pending;
use std::path::Path;
use std::sync::{Arc, Mutex};

use aslkit::data::{Json, StatesError, Timestamp};
use aslkit::engine::{Era, EventSink};
use aslkit::history::HistoryEvent;
use aslkit::language::Resource;
use aslkit::runtime::handlers::mocks;
use aslkit::runtime::{Answers, Host, IdentityOptions, Invocation, TaskHandler, Work};
use aslkit::syntax::{Format, Source, read};
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
    let mut start = support::start(input, identity, 25_000);
    start.era = era(case);
    let mut events = Events::default();
    let folder = tempfile::tempdir().expect("a folder for the objects");
    support::run(program, start, host(case, folder.path()), &mut events);
    Ok(events.0)
}

/// The service as it was on the day of the recording.
pub fn era(case: &Case) -> Era {
    let date = case.recorded.split(',').next().unwrap_or_default();
    let mut parts = date.split('-');
    let (day, month, year) = (parts.next(), parts.next(), parts.next());
    let part = |part: Option<&str>| part.unwrap_or_default().to_owned();
    let day = format!("{}-{}-{}T00:00:00Z", part(year), part(month), part(day));
    Timestamp::parse(&day).map_or_else(Era::default, Era::of)
}

/// What answers the case's Tasks, and the objects that were in S3.
fn host(case: &Case, folder: &Path) -> Host {
    let mut host = match &case.mock_config {
        Some(config) if case.invocations.is_empty() => mocked(config),
        _ => support::host(Arc::new(Recorded::of(case))),
    };
    for (bucket, key, content) in &case.objects {
        let bucket_folder = folder.join(bucket);
        let file = bucket_folder.join(key);
        fs::create_dir_all(file.parent().expect("within its bucket")).expect("a folder");
        fs::write(file, content).expect("an object");
        host.buckets.insert(bucket, bucket_folder);
    }
    host
}

/// The answers that Step Functions Local would give: Tasks of Map Runs are in no history.
fn mocked(config: &Value) -> Host {
    let (tree, _) = read(&Source::new("mocks", config.to_string()), Format::Json);
    let name = |value: &Value| {
        value
            .as_object()
            .and_then(|names| names.keys().next().cloned())
    };
    let machine = name(&config["StateMachines"]).expect("a machine");
    let case = name(&config["StateMachines"][&machine]["TestCases"]);
    let choice = mocks::Choice {
        machine: &machine,
        case: case.as_deref(),
    };
    let mut host = Host::default();
    mocks::bind(&mut host.handlers, &tree, choice).expect("good mocks");
    host
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
