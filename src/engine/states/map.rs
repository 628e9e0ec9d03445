//! Map at work, inline.

use crate::data::{Json, Keyed, Number, StatesError, limits};
use crate::engine::Out;
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::io;
use crate::engine::program::{Items, Map, Scalar, State};
use crate::engine::scope::View;
use crate::engine::thread::{Phase, Thread, ThreadId};
use crate::history::{Details, HistoryEventType};
use crate::query::failure;
use crate::query::jsonata::{EvaluationFailure, Expected};

pub(super) fn attempt(
    execution: &mut Execution,
    state: &State,
    map: &Map,
    id: ThreadId,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    let view = execution.view(state, thread);
    let input = io::input(state, &view)?;
    let view = view.of(&input);
    let items = items(map, &view, &mut random)?;
    let window = window(map, &view, &mut random)?;
    let length = items.as_array().map_or(0, <[Json]>::len) as u64;
    let kind = HistoryEventType::MapStateStarted;
    let details = Details::MapStarted { length };
    thread.previous = execution
        .recorder
        .event(out.sink, thread.previous, kind, details);
    let fork = execution.fork_items(state, id, thread, (input, items, window), out)?;
    if execution.join_if_empty(state, fork, thread, out) {
        return Ok(Turn::Again);
    }
    thread.phase = Phase::Forked(fork);
    Ok(Turn::Parked)
}

fn items(map: &Map, view: &View<'_>, random: &mut Keyed) -> Result<Json, Failure> {
    match &map.items {
        Items::Path(path) => {
            let found = path
                .evaluate(view)
                .map_err(|_| failure::missing_items(path, view.input))?;
            if found.as_array().is_none() {
                return Err(failure::not_an_array(path).into());
            }
            Ok(found)
        }
        Items::Template(template) => {
            Ok(view.jsonata(|scope| {
                template.evaluate_typed("Items", Expected::Array, scope, random)
            })?)
        }
        Items::Input => {
            if view.input.as_array().is_none() {
                return Err(EvaluationFailure {
                    location: None,
                    cause: format!(
                        "Map state input must be an array but was: {}",
                        view.input.compacted().text()
                    ),
                }
                .into());
            }
            Ok(view.input.clone())
        }
    }
}

/// How many iterations run at once.
fn window(map: &Map, view: &View<'_>, random: &mut Keyed) -> Result<u32, Failure> {
    let Some(source) = &map.max_concurrency else {
        return Ok(limits::INLINE_MAP_CONCURRENCY);
    };
    let field = if source.path().is_some() {
        "MaxConcurrencyPath"
    } else {
        "MaxConcurrency"
    };
    let value = source.evaluate(field, view, random)?;
    match whole(&value) {
        Some(0) => Ok(limits::INLINE_MAP_CONCURRENCY),
        Some(limit) => Ok(u32::try_from(limit).unwrap_or(if limit < 0 { 1 } else { u32::MAX })),
        None => Err(not_an_integer(field, source, &value)),
    }
}

/// An integer, or a string that holds one: AWS converts it (02 §2.5, 4 recordings).
fn whole(value: &Json) -> Option<i64> {
    match value {
        Json::Number(Number::Int(value)) => Some(*value),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn not_an_integer(field: &str, source: &Scalar, value: &Json) -> Failure {
    if let Some(path) = source.path() {
        failure::not_a_number(field, path, value, failure::Expected::Integer).into()
    } else {
        let cause = format!("The {field} field is not a valid integer: {}", value.text());
        StatesError::runtime(cause).into()
    }
}
