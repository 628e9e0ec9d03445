//! Fail at work: the error goes up as it is, to whoever catches it.

use std::sync::Arc;

use crate::data::{Json, Nature, StatesError};
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::program::{Fail, Io, Scalar, State};
use crate::engine::test_state::Step;
use crate::engine::thread::Thread;
use crate::query::jsonata::Expected;

pub(super) fn attempt(
    execution: &mut Execution,
    state: &State,
    fail: &Fail,
    thread: &mut Thread,
) -> Result<Turn, Failure> {
    if let Io::JsonPath(_) = state.io {
        execution
            .view(state, thread)
            .saw(Step::AfterInputPath, &thread.raw);
    }
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
    field: &'static str,
    source: Option<&Scalar>,
) -> Result<Option<Arc<str>>, Failure> {
    let Some(source) = source else {
        return Ok(None);
    };
    let view = execution.view(state, thread);
    let field = source.field(field);
    let mut random = execution.random(thread);
    let value = source.evaluate(&field, Expected::String, &view, &mut random)?;
    Ok(Some(match value {
        Json::String(text) => text,
        other => other.text().into(),
    }))
}
