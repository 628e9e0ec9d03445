//! Whether a request fits its state. The wordings are recorded (11 §11.4, §11.5) unless a comment
//! says otherwise. Mocked results are not held against the models of AWS's services.

use super::{Mock, Refusal, Request, context};
use crate::data::{Json, StatesError};
use crate::engine::program::{Body, State};
use crate::language::StateKind;

/// The mock, once everything about the request is sound.
pub(super) fn check(request: &Request) -> Result<Option<Result<Json, StatesError>>, Refusal> {
    let state = request.program.state(request.state);
    let Some(mock) = &request.mock else {
        without_mock(request, state)?;
        return Ok(None);
    };
    let mocked = one_of(mock)?;
    if request.reveal_secrets {
        return refuse("TestState does not support RevealSecrets when a mock is specified.");
    }
    if !takes_mock(state.kind()) {
        let kind = state.kind();
        return refuse(format!(
            "State type '{kind}' is not supported when a mock is specified"
        ));
    }
    let mocked = match mocked {
        Mocked::Error(error) => Err(error.clone()),
        Mocked::Result(text) => Ok(result(state, text)?),
    };
    if let Ok(result) = &mocked {
        failures(request, result)?;
    }
    if let Some(given) = &request.context {
        context::check(given, state)?;
    }
    origin(request)?;
    Ok(Some(mocked))
}

fn refuse<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::validation(message))
}

fn takes_mock(kind: StateKind) -> bool {
    matches!(kind, StateKind::Task | StateKind::Map | StateKind::Parallel)
}

fn without_mock(request: &Request, state: &State) -> Result<(), Refusal> {
    if request.configuration.map_iteration_failure_count.is_some() {
        return refuse(
            "TestState does not support MapIterationFailureCount when a mock is not specified.",
        );
    }
    if request.context.is_some() {
        // The API's page says that it may not be; how AWS says so is unconfirmed.
        return refuse("TestState does not support Context when a mock is not specified.");
    }
    match state.kind() {
        StateKind::Map | StateKind::Parallel => Err(Refusal::definition(
            "TestState API does not support Map or Parallel states. Supported state types \
             include: [Task, Wait, Pass, Succeed, Fail, Choice]",
        )),
        StateKind::Task if !request.has_role => {
            refuse("RoleArn must be specified when testing a Task state")
        }
        _ => Ok(()),
    }
}

enum Mocked<'m> {
    Result(&'m str),
    Error(&'m StatesError),
}

/// That a mock with neither is told the same is unconfirmed.
fn one_of(mock: &Mock) -> Result<Mocked<'_>, Refusal> {
    match (&mock.result, &mock.error_output) {
        (Some(text), None) => Ok(Mocked::Result(text)),
        (None, Some(error)) => Ok(Mocked::Error(error)),
        _ => refuse(
            "A test mock should have only one of the following fields: [result, errorOutput].",
        ),
    }
}

/// A mocked result in the form that the state's work has.
fn result(state: &State, text: &str) -> Result<Json, Refusal> {
    let Ok(result) = Json::parse(text) else {
        return refuse("Mocked result must be valid JSON");
    };
    match &state.body {
        Body::Map(map) if map.writes_results() => match result {
            Json::Object(_) => {}
            _ => return refuse("Mocked result must be a JSON object."),
        },
        Body::Map(_) | Body::Parallel(_) if result.as_array().is_none() => {
            return refuse("Mocked result must be an array.");
        }
        Body::Parallel(branches) if result.as_array().map(<[_]>::len) != Some(branches.len()) => {
            return refuse(
                "Mocked result must contain the same number of items as number of Parallel \
                 branches.",
            );
        }
        _ => {}
    }
    Ok(result)
}

fn failures(request: &Request, result: &Json) -> Result<(), Refusal> {
    let failed = request.configuration.map_iteration_failure_count;
    let iterations = result.as_array().map(|items| items.len() as u64);
    match (failed, iterations) {
        (Some(failed), Some(iterations)) if failed > iterations => refuse(
            "Map iteration failure count must be less than or equal to the number of Map \
             iterations",
        ),
        _ => Ok(()),
    }
}

/// `errorCausedByState` is a state within the one that is tested. What AWS says of another is
/// unconfirmed: these are its words for a `stateName` that is not there.
fn origin(request: &Request) -> Result<(), Refusal> {
    match &request.configuration.error_caused_by_state {
        Some(name) if !request.program.contains(request.state, name) => {
            refuse("State not found in definition")
        }
        _ => Ok(()),
    }
}
