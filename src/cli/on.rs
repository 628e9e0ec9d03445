//! `--on`: what commands share whose executions run elsewhere.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::Exit;
use super::output::Failure;
use crate::data::{Json, Nature, StatesError, Timestamp};
use crate::engine::{EventSink, Outcome};
use crate::history::{Details, HistoryEvent, HistoryEventType};
use crate::remote::{End, Kind, Refusal, Service};
use crate::runtime::{Ended, Stop};

/// How long the end of an execution that was stopped is waited for.
const STOPPING: Duration = Duration::from_secs(10);

/// After so many answers without news it is asked whether the execution goes on at all: not every
/// service writes an end into its histories.
const IDLE: u32 = 5;

/// What a definition that is refused comes to is the same as here; anything else keeps us from
/// judging.
pub(super) fn failure(refusal: &Refusal) -> Failure {
    let exit = match refusal.kind {
        Kind::Definition => Exit::Findings,
        Kind::Missing | Kind::Version | Kind::Unsupported | Kind::Other => Exit::Usage,
    };
    let message = refusal.to_string();
    Failure::Message { message, exit }
}

/// What calls are made on.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(|error| Failure::usage(format_args!("cannot start the runtime: {error}")))
}

/// The role that was named, else the one of the environment.
pub(super) fn role(given: Option<&str>) -> Option<String> {
    let named = given.map(str::to_owned);
    let role = named.or_else(|| std::env::var("ASL_ROLE_ARN").ok());
    role.filter(|role| !role.is_empty())
}

/// Tells a sink of an execution there until it has ended, or was stopped.
pub(super) async fn follow(
    service: &Service,
    execution: &str,
    mut stop: Pin<&mut (dyn Future<Output = Stop> + '_)>,
    sink: &mut dyn EventSink,
) -> Result<Ended, Refusal> {
    let mut follower = service.follow(execution);
    let mut stopped = None;
    let mut at = Timestamp::default();
    let mut idle = 0;
    loop {
        let events = tokio::select! {
            biased;
            why = &mut stop, if stopped.is_none() => {
                let told = reason(why);
                service.stop(execution, told.name(), told.cause.as_deref().unwrap_or_default())
                    .await?;
                stopped = Some((why, Instant::now() + STOPPING));
                continue;
            }
            events = follower.next() => events?,
        };
        idle = if events.is_empty() { idle + 1 } else { 0 };
        for event in &events {
            sink.event(event);
            at = event.timestamp;
        }
        sink.idle();
        let mut outcome = events.last().and_then(self::outcome);
        if idle % IDLE == IDLE - 1 {
            // Who may not ask that still gets the history.
            let described = service.describe(execution).await.ok();
            outcome = described.and_then(|it| it.end).map(outcome_of);
        }
        let late = stopped.filter(|(_, until)| Instant::now() > *until);
        let outcome = outcome.or(late.map(|(why, _)| Outcome::Aborted(reason(why))));
        if let Some(outcome) = outcome {
            let stopped = stopped.map(|(why, _)| why);
            return Ok(Ended {
                outcome,
                stopped,
                at,
            });
        }
    }
}

/// What an execution there is stopped with.
fn reason(why: Stop) -> StatesError {
    match why {
        Stop::Interrupted => StatesError::new("Interrupted", "interrupted"),
        Stop::OutOfTime => StatesError::new("OutOfTime", "The time given by --timeout was over."),
    }
}

/// How an execution ended, if an event tells it.
fn outcome(event: &HistoryEvent<'_>) -> Option<Outcome> {
    let error = || match &event.details {
        Details::Failure { error, cause } => states_error(error.as_deref(), cause.as_deref()),
        _ => states_error(None, None),
    };
    Some(match event.kind {
        HistoryEventType::ExecutionSucceeded => match &event.details {
            Details::Output {
                output: Some(output),
            } => Outcome::Succeeded(document(&output.text())),
            _ => Outcome::Succeeded(Json::default()),
        },
        HistoryEventType::ExecutionFailed => Outcome::Failed(error()),
        HistoryEventType::ExecutionAborted => Outcome::Aborted(error()),
        HistoryEventType::ExecutionTimedOut => Outcome::TimedOut,
        _ => return None,
    })
}

/// The same, as the service describes it.
pub(super) fn outcome_of(end: End) -> Outcome {
    match end {
        End::Succeeded(output) => Outcome::Succeeded(document(&output)),
        End::Failed(error, cause) => {
            Outcome::Failed(states_error(error.as_deref(), cause.as_deref()))
        }
        End::Aborted(error, cause) => {
            Outcome::Aborted(states_error(error.as_deref(), cause.as_deref()))
        }
        End::TimedOut => Outcome::TimedOut,
    }
}

fn states_error(error: Option<&str>, cause: Option<&str>) -> StatesError {
    StatesError {
        error: error.map(Arc::from),
        cause: cause.map(Arc::from),
        nature: Nature::Plain,
    }
}

/// What is no JSON is told as text.
fn document(text: &str) -> Json {
    Json::parse(text).unwrap_or_else(|_| Json::from(text))
}
