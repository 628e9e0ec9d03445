//! Fail at work: the error goes up as it is, to whoever catches it.

use std::sync::Arc;

use crate::data::{Json, Nature, StatesError};
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::program::{Fail, Scalar, State};
use crate::engine::thread::Thread;

pub(super) fn attempt(
    execution: &mut Execution,
    state: &State,
    fail: &Fail,
    thread: &mut Thread,
) -> Result<Turn, Failure> {
    let error = text(execution, state, thread, "Error", fail.error.as_ref())?;
    let cause = text(execution, state, thread, "Cause", fail.cause.as_ref())?;
    Ok(Turn::Failed(StatesError {
        error,
        cause,
        nature: Nature::Plain,
    }))
}

fn text(
    execution: &Execution,
    state: &State,
    thread: &Thread,
    field: &str,
    source: Option<&Scalar>,
) -> Result<Option<Arc<str>>, Failure> {
    let Some(source) = source else {
        return Ok(None);
    };
    // What a path or a function gives is told by the name of its own field.
    let field = match source {
        Scalar::Argument(_) => format!("{field}Path"),
        _ => field.to_owned(),
    };
    let view = execution.view(state, thread);
    let value = source.evaluate(&field, &view, &mut execution.random(thread))?;
    Ok(Some(match value {
        Json::String(text) => text,
        other => other.text().into(),
    }))
}
