//! Map Runs in a replay: what the children did is in histories of their own, but what came of it
//! can be read off where the Map state ended.

use std::sync::Arc;

use crate::data::Json;
use crate::engine::program::{Io, Next, PathField, Program, ResultPath, State, StateId};
use crate::history::{Assigned, Details, HistoryEvent, HistoryEventType as Type};

/// What is known of a Map Run that succeeded.
#[derive(Debug, PartialEq)]
pub(super) enum MapRunEnd {
    /// Its result: what the state makes of that can be compared.
    Result(Json),
    /// What the state made of the result, taken as it was recorded.
    Left {
        output: Json,
        assigned: Vec<(Arc<str>, Json)>,
    },
}

/// How a Map Run ended, told from the events of its chain that come after. `None` when the state
/// was not left with it.
pub(super) fn end<'e, 'h: 'e>(
    program: &Program,
    state: StateId,
    later: impl Iterator<Item = &'e HistoryEvent<'h>>,
) -> Option<MapRunEnd> {
    let mut later = later.skip_while(|event| event.kind == Type::MapStateSucceeded);
    let exited = later.next().filter(|e| e.kind == Type::MapStateExited)?;
    let Details::StateExited {
        output: Some(output),
        assigned,
        ..
    } = &exited.details
    else {
        return None;
    };
    let state = program.state(state);
    let next = later.next().and_then(|event| event.details.state_name());
    if next.is_some_and(|next| is_caught(program, state, next)) {
        return None;
    }
    let output = Json::parse(&output.text()).ok()?;
    if let Some(result) = result(state, &output) {
        return Some(MapRunEnd::Result(result));
    }
    let assigned = values(assigned)?;
    Some(MapRunEnd::Left { output, assigned })
}

/// Whether only a catcher goes on with this state.
fn is_caught(program: &Program, state: &State, next: &str) -> bool {
    let leads_there = |to: StateId| &*program.state(to).name == next;
    let is_own = matches!(state.next, Next::State(own) if leads_there(own));
    !is_own && state.catch.iter().any(|catcher| leads_there(catcher.next))
}

fn values(assigned: &Assigned<'_>) -> Option<Vec<(Arc<str>, Json)>> {
    let pairs = assigned.pairs().into_iter();
    pairs
        .map(|(name, text)| Some((name.into(), Json::parse(&text).ok()?)))
        .collect()
}

/// The result of the Map Run of a state that was left with this output. `None` when the way out
/// did not keep it.
fn result(state: &State, output: &Json) -> Option<Json> {
    match &state.io {
        Io::Jsonata(io) => io.output.is_none().then(|| output.clone()),
        Io::JsonPath(io) => {
            let kept = io.result_selector.is_none() && matches!(io.output_path, PathField::Whole);
            match &io.result_path {
                _ if !kept => None,
                ResultPath::Whole => Some(output.clone()),
                ResultPath::At(path) => path.find(output).cloned(),
                // Nobody looks at it but Assign.
                ResultPath::Discard => state.assign.is_none().then_some(Json::Null),
            }
        }
    }
}
