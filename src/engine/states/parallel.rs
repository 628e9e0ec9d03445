//! Parallel at work.

use crate::engine::Out;
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::io;
use crate::engine::program::{FlowId, Program, State};
use crate::engine::thread::{Phase, Thread, ThreadId};
use crate::history::{Details, HistoryEventType};

pub(super) fn attempt(
    execution: &mut Execution,
    program: &Program,
    state: &State,
    branches: &[FlowId],
    id: ThreadId,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    let view = execution.view(state, thread);
    let input = io::input(state, &view)?;
    let effective = io::effective(state, &view.of(&input), &mut random)?;
    io::check_size(state, &effective)?;
    if let Some(mocked) = execution.mock() {
        thread.phase = Phase::Answered(mocked);
        return Ok(Turn::Again);
    }
    let kind = HistoryEventType::ParallelStateStarted;
    thread.previous = execution
        .recorder
        .event(out.sink, thread.previous, kind, Details::None);
    let fork = execution.fork_branches(program, id, thread, effective, branches);
    if execution.join_if_empty(state, fork, thread, out) {
        return Ok(Turn::Again);
    }
    thread.phase = Phase::Forked(fork);
    Ok(Turn::Parked)
}
