//! The engine: a deterministic function from inputs to a history of events.
//!
//! An [`Execution`] is told what happened outside by [`Execution::deliver`], which records and
//! decides nothing, and decides in [`Execution::run`]. All inputs of one instant are delivered
//! before anything runs: AWS records the four time-outs of four iterations, and only then the
//! failure of their Map. Events go to a borrowed sink while it runs, requests for work come back
//! as [`Effect`]s, and [`Execution::deadline`] says when time alone will make a difference. There
//! is no clock, no randomness but a keyed one, and no I/O in here.

mod era;
mod execution;
mod failure;
mod io;
mod join;
pub mod map_run;
pub mod program;
mod recorder;
mod redrive;
mod replay;
mod scope;
mod states;
mod task_context;
pub mod test_state;
mod thread;

pub use era::Era;
pub use execution::{Execution, Progress};
pub use program::Program;
pub use replay::{Difference, Divergence, Likeness, Replayed, Untold, replay};
pub use task_context::TaskContext;
pub use thread::ThreadPath;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::{EventId, Json, Seed, StatesError, Timestamp};
use crate::history::{Details, HistoryEvent};
use crate::language::Resource;
use map_run::{MapRun, MapRunStatus, Tally};
use program::{FlowId, StateId};

/// Whose execution it is: what the context object says of it.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The execution's ARN.
    pub execution_arn: Arc<str>,
    /// The execution's name.
    pub name: Arc<str>,
    /// The state machine's ARN.
    pub state_machine_arn: Arc<str>,
    /// The state machine's name.
    pub state_machine_name: Arc<str>,
    /// The role it runs as.
    pub role_arn: Arc<str>,
    /// The region its integrations are called in.
    pub region: Arc<str>,
    /// Whether it is an Express execution.
    pub express: bool,
}

/// What an execution starts with.
#[derive(Clone, Debug)]
pub struct Start {
    /// The scope it runs: the whole machine, or a Map's processor.
    pub flow: FlowId,
    /// The input of the first state.
    pub input: Json,
    /// Variables that are there from the beginning.
    pub variables: BTreeMap<Arc<str>, Json>,
    /// Whose execution it is.
    pub identity: Arc<Identity>,
    /// When it starts.
    pub at: Timestamp,
    /// What its random numbers are derived from.
    pub seed: Seed,
    /// How many events it may have; 0 for any number.
    pub max_events: u64,
    /// Which day's service it is like.
    pub era: Era,
}

/// What happened outside.
#[derive(Clone, Debug)]
pub enum Input {
    /// Somebody began to work on a task.
    TaskStarted {
        /// The task's scheduled event.
        task: EventId,
        /// The activity worker's name.
        worker: Option<Arc<str>>,
    },
    /// A job or a callback was asked for; its answer comes later.
    TaskSubmitted {
        /// The task's scheduled event.
        task: EventId,
        /// What the service answered.
        output: Json,
    },
    /// Somebody still works on a task.
    Heartbeat {
        /// The task's scheduled event.
        task: EventId,
    },
    /// A task is done.
    TaskEnded {
        /// The task's scheduled event.
        task: EventId,
        /// Its result, or its error.
        result: Result<Json, StatesError>,
    },
    /// A Map Run is over.
    MapRunEnded {
        /// Its `MapRunStarted` event.
        run: EventId,
        /// What the Map state gets, or why the run failed.
        result: Result<Json, StatesError>,
    },
    /// Time went on: what is due happens.
    Tick,
    /// The execution shall end now.
    Stop(StatesError),
    /// The execution, which has ended without success, shall go on from the states that failed.
    Redrive,
}

/// What the outside is asked to do.
#[derive(Debug)]
pub enum Effect {
    /// Do a task's work.
    Invoke(Box<TaskRequest>),
    /// Do a Map Run.
    RunMap(Box<MapRun>),
    /// Stop a task's work or a Map Run: nobody waits for it any more.
    Cancel(EventId),
}

/// A task to be done.
#[derive(Clone, Debug)]
pub struct TaskRequest {
    /// The task's scheduled event: its id.
    pub task: EventId,
    /// The state.
    pub state: StateId,
    /// The state's name.
    pub name: Arc<str>,
    /// What is called.
    pub resource: Resource,
    /// Which branch or iteration asks.
    pub at: ThreadPath,
    /// How often the state was retried before this.
    pub attempt: u32,
    /// How often the execution asked for a task of this state before, in loops and iterations too.
    pub call: u32,
    /// The token that a callback or an activity worker answers with.
    pub token: Option<Arc<str>>,
    /// Seconds until the task times out.
    pub timeout: Option<i64>,
    /// Seconds that may pass between heartbeats, where somebody can send them.
    pub heartbeat: Option<i64>,
    /// The effective input: Parameters, or Arguments.
    pub input: Json,
    /// What the context object says of it.
    pub context: TaskContext,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// With an output.
    Succeeded(Json),
    /// With an error.
    Failed(StatesError),
    /// `TimeoutSeconds` of the machine, or the service's limit, was over.
    TimedOut,
    /// Somebody stopped it.
    Aborted(StatesError),
}

/// What AWS's events do not say, for coverage and for people.
#[derive(Clone, Copy, Debug)]
pub enum Note<'a> {
    /// A Choice state took a rule, or its Default.
    Rule {
        /// The state's name.
        state: &'a str,
        /// The rule's index; none for Default.
        rule: Option<usize>,
    },
    /// A state will be tried again.
    Retry {
        /// The state's name.
        state: &'a str,
        /// The retrier's index.
        retrier: usize,
        /// Which retry of this retrier it is, from 1.
        number: u32,
        /// `MaxAttempts` of the retrier.
        most: i64,
        /// When.
        until: Timestamp,
    },
    /// A Wait state waits.
    Waiting {
        /// The state's name.
        state: &'a str,
        /// Until when.
        until: Timestamp,
    },
    /// A catcher took an error.
    Caught {
        /// The state's name.
        state: &'a str,
        /// The catcher's index.
        catcher: usize,
    },
    /// How a Map Run stands.
    MapRun {
        /// The Map state's name.
        state: &'a str,
        /// Its items by what became of them.
        tally: Tally,
        /// The first child that failed, by its place, with its error.
        first_failure: Option<(u64, &'a StatesError)>,
        /// Whether it goes on, and how it ended.
        status: MapRunStatus,
    },
}

/// Who is told the events while an execution runs.
pub trait EventSink {
    /// An event was added to the history.
    fn event(&mut self, event: &HistoryEvent<'_>);

    /// Nothing will happen for a while: what is kept back can be written out.
    fn idle(&mut self) {}

    /// Something happened that no event says.
    fn note(&mut self, note: &Note<'_>) {
        let _ = note;
    }
}

impl<S: EventSink + ?Sized> EventSink for &mut S {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        (**self).event(event);
    }

    fn idle(&mut self) {
        (**self).idle();
    }

    fn note(&mut self, note: &Note<'_>) {
        (**self).note(note);
    }
}

impl<S: EventSink + ?Sized> EventSink for Box<S> {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        (**self).event(event);
    }

    fn idle(&mut self) {
        (**self).idle();
    }

    fn note(&mut self, note: &Note<'_>) {
        (**self).note(note);
    }
}

/// A sink that hears nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl EventSink for Silent {
    fn event(&mut self, _: &HistoryEvent<'_>) {}
}

/// A sink that counts how often a step begins, retries included, and hears nothing else.
#[derive(Clone, Copy, Debug, Default)]
pub struct Transitions {
    /// So often.
    pub count: u64,
}

impl EventSink for Transitions {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.count += u64::from(matches!(event.details, Details::StateEntered { .. }));
    }

    fn note(&mut self, note: &Note<'_>) {
        self.count += u64::from(matches!(note, Note::Retry { .. }));
    }
}

/// Where a step leaves what it did.
pub struct Out<'a> {
    /// Hears the events.
    pub sink: &'a mut dyn EventSink,
    /// Gets the requests.
    pub effects: &'a mut Vec<Effect>,
}
