//! Succeed at work.

use crate::engine::Out;
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::io;
use crate::engine::program::{Next, State};
use crate::engine::thread::Thread;

pub(super) fn attempt(
    execution: &mut Execution,
    state: &State,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    let view = execution.view(state, thread);
    let input = io::input(state, &view)?;
    let (output, assigned) = io::pass_on(state, &view.of(&input), &mut random)?;
    execution.exit(state, thread, output, assigned, Next::End, out)
}
