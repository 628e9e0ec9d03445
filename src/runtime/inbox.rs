//! Where an execution hears what happens outside: one queue for everything, so that nothing
//! overtakes, and the senders for it.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::journal::Ack;
use super::map_run;
use crate::data::{EventId, Json, StatesError, Timestamp};
use crate::engine::Input;

/// Tells the driver what happens to one task.
#[derive(Clone, Debug)]
pub struct Answers {
    pub(super) task: EventId,
    pub(super) sender: mpsc::UnboundedSender<Heard>,
    /// Whoever wants to know what handlers say, and the state that it is said for.
    pub(super) listener: Option<(Listener, Arc<str>)>,
}

/// Hears what handlers say while they work: the state's name, and a line. It is called wherever a
/// handler works, for the children of Map Runs too.
#[derive(Clone)]
pub struct Listener(Arc<Hear>);

type Hear = dyn Fn(&str, &str) + Send + Sync;

impl Listener {
    /// A listener that does this with every line.
    #[must_use]
    pub fn new(hear: impl Fn(&str, &str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listener")
    }
}

/// What the driver is told.
#[derive(Debug)]
pub(super) enum Heard {
    /// Something happened just now.
    Now(Input),
    /// Something happened just now, and somebody waits until that is kept.
    Kept(Input, Ack),
    /// Something happened, or will have happened, at a time of its own.
    At(Timestamp, Input),
    /// How a Map Run stands.
    Counted(map_run::Report),
}

impl Answers {
    /// Answers of a task, and where they are heard.
    #[cfg(test)]
    pub(super) fn heard(task: EventId) -> (Self, mpsc::UnboundedReceiver<Heard>) {
        let (sender, heard) = mpsc::unbounded_channel();
        let answers = Self {
            task,
            sender,
            listener: None,
        };
        (answers, heard)
    }

    /// The same, with somebody who hears what is said for this state.
    pub(super) fn told_to(mut self, listener: Option<&Listener>, state: &str) -> Self {
        self.listener = listener.map(|it| (it.clone(), state.into()));
        self
    }

    /// Whether anybody hears what is said.
    pub(super) fn are_told(&self) -> bool {
        self.listener.is_some()
    }

    /// The handler said something that is not its answer: a line on standard error.
    pub fn said(&self, line: &str) {
        if let Some((Listener(hear), state)) = &self.listener {
            hear(state, line);
        }
    }

    /// Somebody began to work on it: an activity's worker, by name.
    pub fn started(&self, worker: Option<&str>) {
        self.send(self.start(worker));
    }

    /// The same, for a worker who waits until that is kept.
    pub(super) fn started_for(&self, worker: Option<&str>, ack: Ack) {
        let _ = self.sender.send(Heard::Kept(self.start(worker), ack));
    }

    fn start(&self, worker: Option<&str>) -> Input {
        Input::TaskStarted {
            task: self.task,
            worker: worker.map(Into::into),
        }
    }

    /// The job or callback was asked for.
    pub fn submitted(&self, output: Json) {
        self.send(Input::TaskSubmitted {
            task: self.task,
            output,
        });
    }

    /// The work goes on.
    pub fn heartbeat(&self) {
        self.send(Input::Heartbeat { task: self.task });
    }

    /// The same, for somebody who waits until that is kept.
    pub(super) fn heartbeat_for(&self, ack: Ack) {
        let _ = self
            .sender
            .send(Heard::Kept(Input::Heartbeat { task: self.task }, ack));
    }

    pub(super) fn ended(&self, result: Result<Json, StatesError>) {
        self.send(self.end(result));
    }

    /// The same, for somebody who waits until that is kept.
    pub(super) fn ended_for(&self, result: Result<Json, StatesError>, ack: Ack) {
        let _ = self.sender.send(Heard::Kept(self.end(result), ack));
    }

    fn end(&self, result: Result<Json, StatesError>) -> Input {
        Input::TaskEnded {
            task: self.task,
            result,
        }
    }

    /// Nobody listens any more once the execution has ended: a late answer is no error.
    fn send(&self, input: Input) {
        let _ = self.sender.send(Heard::Now(input));
    }
}

/// Reaches an execution that runs.
#[derive(Clone, Debug)]
pub struct Remote(mpsc::UnboundedSender<Heard>);

/// Where an execution hears what it is told.
#[derive(Debug)]
pub struct Inbox {
    pub(super) sender: mpsc::UnboundedSender<Heard>,
    pub(super) heard: mpsc::UnboundedReceiver<Heard>,
}

impl Inbox {
    /// An inbox for an execution that is about to run.
    #[must_use]
    pub fn new() -> (Remote, Self) {
        let (sender, heard) = mpsc::unbounded_channel();
        (Remote(sender.clone()), Self { sender, heard })
    }
}

impl Remote {
    /// Stops the execution; `ack` is told when that is kept, and dropped when it had ended.
    pub fn stop(&self, why: StatesError, ack: Ack) {
        let _ = self.0.send(Heard::Kept(Input::Stop(why), ack));
    }

    /// Whether these answers come to this execution.
    pub(super) fn hears(&self, answers: &Answers) -> bool {
        self.0.same_channel(&answers.sender)
    }
}
