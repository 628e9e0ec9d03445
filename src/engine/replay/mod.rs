//! Replay: what the outside world did in a recorded history, told to a fresh execution, and what
//! that makes of it held against what was recorded.
//!
//! The execution is led by the recording: each recorded event is reached in turn, either because
//! the outside brought it about (a task's answer, the end of a wait, an abort), or by letting the
//! thread that it belongs to go on by one step. So a history whose branches interleave otherwise
//! than ours is replayed in its own order. Events are compared along their chain, which is the
//! machine or one branch or iteration of one attempt, and not by their ids.

mod chains;
mod likeness;
mod map_runs;
mod stage;

pub use likeness::Likeness;

use std::fmt;
use std::sync::Arc;

use super::{Execution, Program, Start};
use crate::data::EventId;
use crate::history::{HistoryEvent, HistoryEventType};
use stage::Stage;

/// An execution that was replayed to the end of its history.
#[derive(Debug)]
pub struct Replayed {
    /// The execution, where its history left it.
    pub execution: Execution,
    /// How many events were equal: all of them.
    pub events: usize,
    /// Whether the history ends, or breaks off while the execution runs.
    pub ended: bool,
    /// What the execution did in one go with the last events of a history that breaks off.
    pub rest: Vec<HistoryEvent<'static>>,
}

/// Why a history could not be replayed to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Divergence {
    /// The execution does something else.
    Different(Box<Difference>),
    /// The history does not tell enough to go on.
    Untold(Box<Untold>),
}

/// The first difference between a recorded history and its replay.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The recorded event; none when the recording has no more of that chain.
    pub recorded: Option<HistoryEvent<'static>>,
    /// The event that was made in its place; none when the execution waits, or has ended.
    pub made: Option<HistoryEvent<'static>>,
    /// The Parallel and Map states around it, each with the branch or item.
    pub path: Vec<(Arc<str>, u32)>,
    /// The state that the execution is in there.
    pub state: Option<Arc<str>>,
    /// How many events were equal before.
    pub equal: usize,
}

/// Where a history does not tell enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Untold {
    /// The event that cannot be replayed.
    pub event: EventId,
    /// Its type.
    pub kind: HistoryEventType,
    /// The state it belongs to.
    pub state: Option<Arc<str>>,
    /// How many events were equal before.
    pub equal: usize,
}

impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "event {} ({}) cannot be replayed: what the child executions of a Map Run did is in \
             histories of their own",
            self.event, self.kind
        )
    }
}

/// Replays a history: `start` says with what the execution began. Its limit on events counts for
/// what comes after the history only; within it the recording shows where a limit was.
///
/// # Errors
/// With the first difference, or the first event that cannot be replayed.
pub fn replay(
    program: &Arc<Program>,
    start: Start,
    history: &[HistoryEvent<'_>],
    likeness: Likeness,
) -> Result<Replayed, Divergence> {
    Stage::new(program, start, history, likeness).play()
}
