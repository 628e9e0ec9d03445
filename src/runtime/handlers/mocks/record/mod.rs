//! What Tasks answered, as a mocks file: from the events of an execution while it runs, or from
//! those that were recorded.
//!
//! The events tell more than a handler could: what somebody outside answered, what timed out.

mod pages;
mod volatile;
mod write;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::data::{EventId, Json, StatesError, Timestamp};
use crate::engine::EventSink;
use crate::history::{Details, EventJson, HistoryEvent, HistoryEventType};
use crate::language::{Body, IntegrationPattern, Resource, StateMachine};
use crate::runtime::handlers::answer;

/// Answers as they were recorded: of an execution, and of those that it began.
#[derive(Clone, Debug, Default)]
pub struct Book(Arc<Mutex<Recorded>>);

/// A mocks file, and what a person must know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file's text.
    pub text: String,
    /// What it cannot tell.
    pub notes: Vec<String>,
}

/// What was recorded.
#[derive(Debug, Default)]
struct Recorded {
    executions: usize,
    calls: Vec<Call>,
    /// Names that the next run has anew: those of executions.
    names: Vec<Arc<str>>,
    /// What executions began with.
    inputs: Vec<Json>,
    /// When the first began.
    started: Option<Timestamp>,
}

/// A call and its answer.
#[derive(Debug)]
struct Call {
    execution: usize,
    state: Arc<str>,
    resource: Resource,
    /// What a handler gets; none when the history does not tell.
    payload: Option<Json>,
    /// Whether the Task has a time-out or expects heartbeats.
    is_bounded: bool,
    at: Timestamp,
    answered: Timestamp,
    submit: Option<Json>,
    result: Reply,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
enum Reply {
    Return(Json),
    Throw(StatesError),
    /// Nothing, until the Task timed out or nobody waited any more.
    Never,
}

impl Book {
    /// Hears one execution, which goes by these names.
    #[must_use]
    pub fn tap(&self, names: &[&str]) -> Tap {
        let mut recorded = self.recorded();
        recorded.executions += 1;
        recorded
            .names
            .extend(names.iter().map(|name| Arc::from(*name)));
        Tap {
            execution: recorded.executions,
            book: self.clone(),
            chains: HashMap::new(),
        }
    }

    /// The mocks file with these answers, after a comment of one line. Tasks of the machine that
    /// were not called are in it too, so that each has somebody who answers. Every value goes
    /// through `shown`, which may hide what nobody shall read.
    #[must_use]
    pub fn written(
        &self,
        about: &str,
        machine: Option<&StateMachine>,
        shown: &dyn Fn(&Json) -> Json,
    ) -> Written {
        let tasks = machine.map(task_names).unwrap_or_default();
        write::written(&self.recorded(), about, &tasks, shown)
    }

    fn recorded(&self) -> std::sync::MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what one execution's Tasks answer into a [`Book`].
#[derive(Debug)]
pub struct Tap {
    book: Book,
    execution: usize,
    /// The Task states that go on, by their last event.
    chains: HashMap<EventId, Chain>,
}

/// A Task state that was entered.
#[derive(Debug)]
struct Chain {
    state: Arc<str>,
    /// Its call, by its place.
    call: Option<usize>,
}

impl EventSink for Tap {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        match &event.details {
            Details::ExecutionStarted { input, .. } => {
                let mut recorded = self.book.recorded();
                recorded.started.get_or_insert(event.timestamp);
                recorded.inputs.extend(input.as_ref().and_then(document));
            }
            Details::StateEntered { name, .. } if is_task(event.kind) => {
                let (state, call) = (Arc::from(&**name), None);
                self.chains.insert(event.id, Chain { state, call });
            }
            Details::StateExited { .. } => {
                self.chains.remove(&event.previous);
            }
            _ if is_of_task(event.kind) => {
                if let Some(chain) = self.chains.remove(&event.previous) {
                    let chain = self.go_on(chain, event);
                    self.chains.insert(event.id, chain);
                }
            }
            _ => {}
        }
    }
}

impl Tap {
    fn go_on(&self, mut chain: Chain, event: &HistoryEvent<'_>) -> Chain {
        let mut recorded = self.book.recorded();
        if let Some(call) = self.asked(&chain.state, event) {
            chain.call = Some(recorded.calls.len());
            recorded.calls.push(call);
            return chain;
        }
        let call = chain.call.and_then(|call| recorded.calls.get_mut(call));
        if let Some(call) = call {
            call.go_on(event);
        }
        chain
    }

    /// The call that an event begins.
    fn asked(&self, state: &Arc<str>, event: &HistoryEvent<'_>) -> Option<Call> {
        let (payload, resource, timeout, heartbeat) = match &event.details {
            Details::FunctionScheduled {
                input,
                resource,
                timeout,
                heartbeat,
                ..
            } => {
                let payload = input.as_ref().and_then(document);
                (payload, Resource::parse(resource), timeout, heartbeat)
            }
            Details::TaskScheduled {
                resource_type,
                resource,
                parameters,
                timeout,
                heartbeat,
                ..
            } => {
                let text = format!("arn:aws:states:::{resource_type}:{resource}");
                let resource = Resource::parse(&text);
                (payload(&resource, parameters), resource, timeout, heartbeat)
            }
            _ => return None,
        };
        Some(Call {
            execution: self.execution,
            state: Arc::clone(state),
            payload,
            resource,
            is_bounded: timeout.is_some() || heartbeat.is_some(),
            at: event.timestamp,
            answered: event.timestamp,
            submit: None,
            result: Reply::Never,
        })
    }
}

impl Call {
    /// Whether its payload holds a token, most likely.
    fn has_token(&self) -> bool {
        self.resource.pattern() == IntegrationPattern::WaitForTaskToken
    }

    fn go_on(&mut self, event: &HistoryEvent<'_>) {
        let output = match &event.details {
            Details::Output { output } | Details::TaskOutput { output, .. } => {
                let output = output.as_ref().and_then(document);
                Some(output.unwrap_or(Json::Null))
            }
            _ => None,
        };
        match (output, event.details.as_failure()) {
            (Some(output), _) if event.kind == HistoryEventType::TaskSubmitted => {
                self.submit = Some(output);
            }
            (Some(output), _) => {
                let output = unwrapped(&self.resource, output);
                self.reply(event, Reply::Return(output));
            }
            // The engine ends it again.
            (None, Some(_)) if self.is_bounded && is_time_out(event.kind) => {}
            (None, Some((error, cause))) => {
                let error = StatesError {
                    cause: cause.map(Arc::from),
                    ..StatesError::new(error.unwrap_or_default(), "")
                };
                self.reply(event, Reply::Throw(error));
            }
            (None, None) => {}
        }
    }

    fn reply(&mut self, event: &HistoryEvent<'_>, result: Reply) {
        (self.result, self.answered) = (result, event.timestamp);
    }
}

/// The names of a machine's Tasks.
fn task_names(machine: &StateMachine) -> Vec<&str> {
    let tasks = machine
        .states()
        .filter(|state| matches!(state.body, Body::Task(_)));
    tasks.map(|state| &*state.name).collect()
}

/// What a handler gets of a service's parameters: as `Invocation::payload` has it.
fn payload(resource: &Resource, parameters: &EventJson<'_>) -> Option<Json> {
    let parameters = document(parameters)?;
    if !resource.is_lambda_invoke() {
        return Some(parameters);
    }
    let payload = parameters.get("Payload").cloned();
    Some(payload.unwrap_or_else(Json::empty_object))
}

/// The payload alone where `lambda:invoke` has only put it into its own answer: a mock does too.
fn unwrapped(resource: &Resource, output: Json) -> Json {
    let payload = output
        .get("Payload")
        .filter(|_| resource.is_lambda_invoke());
    let payload = payload.filter(|payload| answer::wrapped(resource, payload) == output);
    payload.cloned().unwrap_or(output)
}

/// A document of an event; none where a history was cut short.
fn document(value: &EventJson<'_>) -> Option<Json> {
    match value {
        EventJson::Value(value) => Some((*value).clone()),
        EventJson::Text(_) | EventJson::Quoted(_) => Json::parse(&value.text()).ok(),
    }
}

fn is_task(kind: HistoryEventType) -> bool {
    kind == HistoryEventType::TaskStateEntered
}

/// Whether the event tells of a Task's call.
fn is_of_task(kind: HistoryEventType) -> bool {
    let name = kind.as_str();
    let families = ["Activity", "LambdaFunction", "Task"];
    !name.contains("State") && families.iter().any(|family| name.starts_with(family))
}

fn is_time_out(kind: HistoryEventType) -> bool {
    kind.as_str().ends_with("TimedOut")
}
