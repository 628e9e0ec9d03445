//! Map Runs in a replay: what the children did is in histories of their own, but what came of it
//! can be read off where the Map state ended.

use crate::data::Json;
use crate::engine::program::{Io, PathField, ResultPath, State};

/// The result of the Map Run of a state that was left with this output. `None` when the way out
/// did not keep it.
pub(super) fn result(state: &State, output: Json) -> Option<Json> {
    match &state.io {
        Io::Jsonata(io) => io.output.is_none().then_some(output),
        Io::JsonPath(io) => {
            let kept = io.result_selector.is_none() && matches!(io.output_path, PathField::Whole);
            match &io.result_path {
                _ if !kept => None,
                ResultPath::Whole => Some(output),
                ResultPath::At(path) => path.find(&output).cloned(),
                // Nobody looks at it but Assign.
                ResultPath::Discard => state.assign.is_none().then_some(Json::Null),
            }
        }
    }
}
