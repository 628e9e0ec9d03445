//! Map at work, inline.

use crate::data::{Json, Keyed, limits};
use crate::engine::Out;
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::io;
use crate::engine::map_run::Tolerance;
use crate::engine::program::{Items, Map, State};
use crate::engine::scope::View;
use crate::engine::test_state::{self, Step};
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
    let window = window(map, limits::INLINE_MAP_CONCURRENCY, &view, &mut random)?;
    let told = (Tolerance::default(), None);
    if let Some(mocked) = test_state::mocked(map, &items, told, &view, &mut random)? {
        thread.phase = Phase::Answered(mocked);
        return Ok(Turn::Again);
    }
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

pub(in crate::engine) fn items(
    map: &Map,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Json, Failure> {
    match &map.items {
        Items::Path(path) => {
            let found = path
                .evaluate(view)
                .map_err(|_| failure::missing_items(path, view.input))?;
            if found.as_array().is_none() {
                return Err(failure::not_an_array(path).into());
            }
            view.saw(Step::AfterItemsPath, &found);
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

/// How many iterations run at once, never more than the service's maximum.
pub(in crate::engine) fn window(
    map: &Map,
    most: u32,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<u32, Failure> {
    let limit = match &map.max_concurrency {
        Some(source) => source.integer("MaxConcurrency", view, random)?,
        None => 0,
    };
    view.saw_number(Step::MaxConcurrency, limit.into());
    Ok(match limit {
        0 => most,
        // Recorded for -1 is only that the execution goes on (02 §2.5): one at a time.
        ..0 => 1,
        1.. => u32::try_from(limit).map_or(most, |limit| limit.min(most)),
    })
}
