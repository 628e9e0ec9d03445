//! Pass at work.

use crate::data::Json;
use crate::engine::Out;
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::io;
use crate::engine::program::{Io, State};
use crate::engine::thread::Thread;

pub(super) fn attempt(
    execution: &mut Execution,
    state: &State,
    result: Option<&Json>,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    let view = execution.view(state, thread);
    let (output, assigned) = match &state.io {
        Io::Jsonata(_) => io::pass_on(state, &view, &mut random)?,
        Io::JsonPath(_) => {
            let input = io::input(state, &view)?;
            let effective = io::effective(state, &view.of(&input), &mut random)?;
            io::leave(state, &view, result.unwrap_or(&effective), &mut random)?
        }
    };
    execution.exit(state, thread, output, assigned, state.next, out)
}
