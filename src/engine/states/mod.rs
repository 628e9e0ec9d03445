//! The eight types of state at work: one file each, named as in `language::states`.

mod choice;
mod fail;
pub(super) mod map;
mod parallel;
mod pass;
mod succeed;
mod task;
mod wait;

use super::Out;
use super::execution::{Execution, Turn};
use super::failure::Failure;
use super::io;
use super::map_run::begin;
use super::program::{Body, Program, State};
use super::scope::View;
use super::thread::{Thread, ThreadId};
use crate::data::{Json, StatesError};
use crate::history::HistoryEventType;
use crate::language::StateKind;

/// Begins the state's work, for the first time or again.
pub(super) fn attempt(
    execution: &mut Execution,
    program: &Program,
    state: &State,
    id: ThreadId,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    match &state.body {
        Body::Task(task) => task::attempt(execution, state, task, id, thread, out),
        Body::Pass(result) => pass::attempt(execution, state, result.as_ref(), thread, out),
        Body::Choice(choice) => choice::attempt(execution, state, choice, thread, out),
        Body::Wait(wait) => wait::attempt(execution, state, wait, id, thread, out),
        Body::Succeed => succeed::attempt(execution, state, thread, out),
        Body::Fail(fail) => fail::attempt(execution, state, fail, thread),
        Body::Parallel(branches) => {
            parallel::attempt(execution, program, state, branches, id, thread, out)
        }
        Body::Map(map) => match &map.distributed {
            None => map::attempt(execution, state, map, id, thread, out),
            Some(own) => begin::attempt(execution, state, map, own, id, thread, out),
        },
    }
}

/// A task answered.
pub(super) fn answered(
    execution: &mut Execution,
    state: &State,
    thread: &mut Thread,
    result: Result<Json, StatesError>,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    leave_with(execution, state, thread, &result?, out)
}

/// The time of a Wait state came.
pub(super) fn waited(
    execution: &mut Execution,
    state: &State,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    wait::finish(execution, state, thread, out)
}

/// All branches or iterations succeeded.
pub(super) fn joined(
    execution: &mut Execution,
    state: &State,
    thread: &mut Thread,
    results: &Json,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    leave_with(execution, state, thread, results, out)
}

/// A Map Run is over.
pub(super) fn ran(
    execution: &mut Execution,
    state: &State,
    thread: &mut Thread,
    result: Result<Json, StatesError>,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let results = result.map_err(Failure::joined)?;
    begin::finish(execution, thread, out);
    leave_with(execution, state, thread, &results, out)
}

/// Leaves a state whose work gave a result.
fn leave_with(
    execution: &mut Execution,
    state: &State,
    thread: &mut Thread,
    result: &Json,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    let view = execution.view(state, thread);
    let (output, assigned) = io::leave(state, &view, result, &mut random)?;
    execution.exit(state, thread, output, assigned, state.next, out)
}

impl Execution {
    /// What the state's fields see first: the raw input.
    pub(in crate::engine) fn view<'v>(&'v self, state: &'v State, thread: &'v Thread) -> View<'v> {
        View {
            core: &self.core,
            state,
            thread,
            input: &thread.raw,
            result: None,
            error_output: None,
            item: None,
            now: self.recorder.now(),
        }
    }

    /// What the work of a state gives that is tested with a mock.
    pub(in crate::engine) fn mock(&self) -> Option<Result<Json, StatesError>> {
        self.core.alone.as_ref()?.mock()
    }

    /// The random numbers of a visit's step: keyed by the event it follows.
    pub(in crate::engine) fn random(&self, thread: &Thread) -> crate::data::Keyed {
        self.core.seed.at(thread.previous)
    }
}

/// The event a state of this type begins with.
pub(super) fn entered(kind: StateKind) -> HistoryEventType {
    match kind {
        StateKind::Task => HistoryEventType::TaskStateEntered,
        StateKind::Pass => HistoryEventType::PassStateEntered,
        StateKind::Choice => HistoryEventType::ChoiceStateEntered,
        StateKind::Wait => HistoryEventType::WaitStateEntered,
        StateKind::Succeed => HistoryEventType::SucceedStateEntered,
        StateKind::Fail => HistoryEventType::FailStateEntered,
        StateKind::Parallel => HistoryEventType::ParallelStateEntered,
        StateKind::Map => HistoryEventType::MapStateEntered,
    }
}

/// The event a state of this type ends with; a Fail state has none.
pub(super) fn exited(kind: StateKind) -> Option<HistoryEventType> {
    Some(match kind {
        StateKind::Task => HistoryEventType::TaskStateExited,
        StateKind::Pass => HistoryEventType::PassStateExited,
        StateKind::Choice => HistoryEventType::ChoiceStateExited,
        StateKind::Wait => HistoryEventType::WaitStateExited,
        StateKind::Succeed => HistoryEventType::SucceedStateExited,
        StateKind::Fail => return None,
        StateKind::Parallel => HistoryEventType::ParallelStateExited,
        StateKind::Map => HistoryEventType::MapStateExited,
    })
}
