//! Wait at work. The wordings are recorded (02 §2.5, 06 §6.1).

use std::borrow::Cow;

use crate::data::{Json, Number, StatesError, Timestamp, limits};
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::io;
use crate::engine::program::{Scalar, State, Wait};
use crate::engine::recorder::Recorder;
use crate::engine::scope::View;
use crate::engine::thread::{Phase, Thread, ThreadId};
use crate::engine::{Note, Out};
use crate::query::failure;
use crate::query::jsonata::{EvaluationFailure, Expected};

pub(super) fn attempt(
    execution: &mut Execution,
    state: &State,
    wait: &Wait,
    id: ThreadId,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    let view = execution.view(state, thread);
    let input = io::input(state, &view)?;
    let until = until(wait, &view.of(&input), &mut random)?;
    if until.since(execution.recorder.now()) > limits::MAX_WAIT_SECONDS * 1000 {
        return Err(StatesError::runtime("Wait state delay is too long.").into());
    }
    if until <= execution.recorder.now() {
        return finish(execution, state, thread, out);
    }
    let state = &state.name;
    Recorder::note(out.sink, Note::Waiting { state, until });
    thread.phase = Phase::Waiting;
    execution.wake_at(until, id, thread);
    Ok(Turn::Parked)
}

/// Leaves the state after the wait.
pub(super) fn finish(
    execution: &mut Execution,
    state: &State,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    let view = execution.view(state, thread);
    let input = io::input(state, &view)?;
    let (output, assigned) = io::pass_on(state, &view.of(&input), &mut random)?;
    execution.exit(state, thread, output, assigned, state.next, out)
}

fn until(
    wait: &Wait,
    view: &View<'_>,
    random: &mut crate::data::Keyed,
) -> Result<Timestamp, Failure> {
    match wait {
        Wait::Seconds(source) => {
            let (field, value) = read("Seconds", source, view, random)?;
            Ok(view.now.plus_seconds(seconds(&field, source, &value)?))
        }
        Wait::Timestamp(source) => {
            let (field, value) = read("Timestamp", source, view, random)?;
            let time = value.as_str().and_then(Timestamp::parse);
            time.ok_or_else(|| bad_timestamp(&field, source, &value))
        }
    }
}

fn read(
    field: &'static str,
    source: &Scalar,
    view: &View<'_>,
    random: &mut crate::data::Keyed,
) -> Result<(Cow<'static, str>, Json), Failure> {
    let field = source.field(field);
    // What a Wait cannot use it says in its own words.
    let value = source.evaluate(&field, Expected::Any, view, random)?;
    Ok((field, value))
}

fn seconds(field: &str, source: &Scalar, value: &Json) -> Result<i64, Failure> {
    match (value.as_number(), source.path()) {
        (Some(Number::Int(seconds)), _) if seconds >= 0 => Ok(seconds),
        (Some(Number::Int(_)), Some(path)) => {
            Err(failure::negative_value(field, path, value).into())
        }
        (_, Some(path)) => Err(failure::not_a_long(field, path, value).into()),
        (_, None) => {
            let cause = format!(
                "The {field} field is no whole number of seconds: {}",
                plain(value)
            );
            Err(unusable(source, field, cause))
        }
    }
}

fn bad_timestamp(field: &str, source: &Scalar, value: &Json) -> Failure {
    if let Some(path) = source.path() {
        return failure::not_a_timestamp(field, path, value).into();
    }
    let cause = format!(
        "The {field} field cannot be parsed as an ISO-8601 extended offset date-time format \
         string: {}",
        plain(value)
    );
    unusable(source, field, cause)
}

/// An expression that gave something a field cannot use is a failed evaluation.
fn unusable(source: &Scalar, field: &str, cause: String) -> Failure {
    match source {
        Scalar::Expression(_) => EvaluationFailure {
            location: Some(field.to_owned()),
            cause,
        }
        .into(),
        _ => StatesError::runtime(cause).into(),
    }
}

/// A value as the messages print it: strings without quotes.
fn plain(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.text().into_owned(), str::to_owned)
}
