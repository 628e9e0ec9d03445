//! Callbacks: tasks that wait for somebody outside who answers with their token, and the queues
//! from which activity workers take their tasks.
//!
//! Whether an answer still counts is decided here, in one place and at once: an answer that was
//! accepted is in the execution's queue, before any time-out that comes later.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::inbox::{Answers, Remote};
use crate::data::{EventId, Json, StatesError};

/// Tasks that somebody outside answers.
#[derive(Debug)]
pub struct Callbacks {
    tasks: Mutex<Tasks>,
    /// The activities that a worker may ask for.
    /// Invariant: a queue has no fewer permits than entries in `Tasks::queued`, and one too many
    /// only when a worker got hold of one just when the activity was removed. Permits are given in
    /// the order in which workers asked, and one who goes away leaves his to the next.
    queues: RwLock<BTreeMap<Arc<str>, Queue>>,
    unasked: mpsc::UnboundedSender<Unasked>,
}

/// What workers of an activity stand in.
#[derive(Clone, Debug)]
struct Queue {
    /// A permit for each task.
    tasks: Arc<Semaphore>,
    /// A permit for each worker who may wait.
    places: Arc<Semaphore>,
}

/// How many workers may wait for tasks of an activity at once (10 §10.7).
const MOST_WORKERS: usize = 1000;

/// A worker's right to wait for a task.
pub type WorkerPlace = OwnedSemaphorePermit;

#[derive(Debug, Default)]
struct Tasks {
    open: HashMap<Arc<str>, Open>,
    /// Tokens by activity; those of tasks that were given up stay until a worker passes them.
    queued: BTreeMap<Arc<str>, VecDeque<Arc<str>>>,
    /// Tokens whose tasks have ended, as far as they are remembered, oldest first.
    closed: VecDeque<Arc<str>>,
    known_closed: HashSet<Arc<str>>,
    /// Results by token that came before the process was started, and before their tasks could
    /// end.
    early: HashMap<Arc<str>, Result<Json, StatesError>>,
}

#[derive(Debug)]
struct Open {
    answers: Answers,
    stage: Stage,
}

/// How far an open task has come.
#[derive(Debug)]
pub(super) enum Stage {
    /// In an activity's queue, with what the worker will get.
    Queued(Json),
    /// The service has not answered yet to the request that carries the token. A callback that
    /// is quicker is kept until then: `TaskSubmitted` comes before the result.
    Asked(Option<Result<Json, StatesError>>),
    /// Whoever has the token may answer.
    Waiting,
}

/// What a worker gets.
#[derive(Debug)]
pub struct ActivityTask {
    /// What the answer must carry.
    pub token: Arc<str>,
    /// The activity's input.
    pub input: Json,
    /// Ends when it is kept that the task was given out.
    pub kept: Kept,
}

/// How a result was taken.
#[derive(Debug)]
pub enum Accepted {
    /// The execution is told.
    Told(Kept),
    /// The execution is told once the service has answered to the request that carries the token.
    /// Whoever shall find the result after the end of the process must keep it, and bring it back
    /// by [`Callbacks::remember`].
    Early,
}

/// Ends when something is kept; with an error when it never will be.
pub type Kept = oneshot::Receiver<()>;

/// A task whose token was given to nobody.
#[derive(Clone, Debug)]
pub struct Unasked {
    /// The state's name.
    pub state: Arc<str>,
    /// What the answer must carry.
    pub token: Arc<str>,
}

/// Why a token is of no use.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum TokenError {
    /// No task was ever given such a token.
    #[error("this is no task token")]
    Invalid,
    /// It may be a token, but not of a task of this run.
    #[error("no task has this token")]
    Unknown,
    /// The task has an answer, has timed out, or was given up.
    #[error("the task has ended")]
    Closed,
}

/// How many ended tasks are remembered, to tell a late answer from a wrong one.
const MOST_CLOSED: usize = 10_000;

impl Callbacks {
    /// Callbacks for machines with these activities, by ARN, and where tasks are told whose token
    /// nobody was given.
    #[must_use]
    pub fn new(
        activities: impl IntoIterator<Item = Arc<str>>,
    ) -> (Self, mpsc::UnboundedReceiver<Unasked>) {
        let (unasked, told) = mpsc::unbounded_channel();
        let callbacks = Self {
            tasks: Mutex::default(),
            queues: RwLock::default(),
            unasked,
        };
        for activity in activities {
            callbacks.add_activity(activity);
        }
        (callbacks, told)
    }

    /// Lets workers ask for tasks of one more activity; for those too that have waited since it was
    /// removed.
    pub fn add_activity(&self, arn: Arc<str>) {
        let mut queues = self.queues.write().unwrap_or_else(PoisonError::into_inner);
        queues.entry(arn).or_insert_with_key(|arn| Queue {
            tasks: Arc::new(Semaphore::new(self.lock().waiting(arn))),
            places: Arc::new(Semaphore::new(MOST_WORKERS)),
        });
    }

    /// Sends the workers of an activity away: it is no more. Its tasks wait until they time out, or
    /// until it is there again.
    pub fn remove_activity(&self, arn: &str) {
        let mut queues = self.queues.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.remove(arn) {
            queue.tasks.close();
        }
    }

    /// Whether workers may ask for tasks of this activity.
    #[must_use]
    pub fn has_activity(&self, arn: &str) -> bool {
        self.activity(arn).is_some()
    }

    /// Lets one more worker wait for tasks of an activity; nothing when too many do.
    #[must_use]
    pub fn place(&self, activity: &str) -> Option<WorkerPlace> {
        self.activity(activity)?.places.try_acquire_owned().ok()
    }

    fn activity(&self, arn: &str) -> Option<Queue> {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        queues.get(arn).cloned()
    }

    /// The next task of an activity, once there is one; nothing when no more will come. May be
    /// dropped at any time: no task gets lost.
    pub async fn poll(&self, activity: &str, worker: Option<&str>) -> Option<ActivityTask> {
        let queue = self.activity(activity)?;
        loop {
            queue.tasks.acquire().await.ok()?.forget();
            // From here to the end nothing waits: what is taken is given out.
            if let Some(task) = self.lock().take(activity, worker) {
                return Some(task);
            }
        }
    }

    /// Brings a task's result.
    ///
    /// # Errors
    /// When nobody waits for it.
    pub fn end(
        &self,
        token: &str,
        result: Result<Json, StatesError>,
    ) -> Result<Accepted, TokenError> {
        let (ack, kept) = oneshot::channel();
        let mut tasks = self.lock();
        match tasks.open(token)?.stage {
            Stage::Asked(Some(_)) => return Err(TokenError::Closed),
            Stage::Asked(ref mut early) => {
                *early = Some(result);
                // The service may wait for this before it answers: that cannot be waited for.
                return Ok(Accepted::Early);
            }
            Stage::Queued(_) | Stage::Waiting => {
                if let Some(task) = tasks.close(token) {
                    task.answers.ended_for(result, ack);
                }
            }
        }
        Ok(Accepted::Told(kept))
    }

    /// A result that was accepted as [`Accepted::Early`] before the process was started: its task
    /// is about to be taken up.
    pub(super) fn remember(&self, token: Arc<str>, result: Result<Json, StatesError>) {
        self.lock().early.insert(token, result);
    }

    /// The tasks of an execution that somebody can answer: the event that scheduled each, and its
    /// token.
    #[must_use]
    pub fn open_of(&self, execution: &Remote) -> Vec<(EventId, Arc<str>)> {
        let tasks = self.lock();
        let of_it = tasks
            .open
            .iter()
            .filter(|(_, task)| execution.hears(&task.answers));
        let mut open: Vec<_> = of_it
            .map(|(token, task)| (task.answers.task, Arc::clone(token)))
            .collect();
        open.sort_unstable();
        open
    }

    /// How many tasks somebody can answer.
    #[must_use]
    pub fn open_tasks(&self) -> usize {
        self.lock().open.len()
    }

    /// The work on a task goes on; what comes back ends when that is kept.
    ///
    /// # Errors
    /// When nobody waits for it.
    pub fn heartbeat(&self, token: &str) -> Result<Kept, TokenError> {
        let (ack, kept) = oneshot::channel();
        self.lock().open(token)?.answers.heartbeat_for(ack);
        Ok(kept)
    }

    /// Sends workers away: no task will come any more.
    pub fn close(&self) {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        queues.values().for_each(|queue| queue.tasks.close());
    }

    /// Lets a task wait for somebody outside, as long as the ticket is kept.
    pub(super) fn open(self: &Arc<Self>, token: Arc<str>, answers: Answers) -> Ticket {
        self.open_at(token, answers, Stage::Waiting)
    }

    /// The same for a task whose token is on its way: [`Callbacks::submitted`] says that it came.
    pub(super) fn ask(self: &Arc<Self>, token: Arc<str>, answers: Answers) -> Ticket {
        self.open_at(token, answers, Stage::Asked(None))
    }

    /// The service answered to the request that carries the token.
    pub(super) fn submitted(&self, token: &str, output: Json) {
        let mut tasks = self.lock();
        let Ok(task) = tasks.open(token) else { return };
        task.answers.submitted(output);
        let Stage::Asked(Some(early)) = std::mem::replace(&mut task.stage, Stage::Waiting) else {
            return;
        };
        if let Some(task) = tasks.close(token) {
            task.answers.ended(early);
        }
    }

    /// Puts a task into an activity's queue, as long as the ticket is kept.
    pub(super) fn queue(
        self: &Arc<Self>,
        activity: &str,
        token: Arc<str>,
        input: Json,
        answers: Answers,
    ) -> Ticket {
        let ticket = self.open_at(Arc::clone(&token), answers, Stage::Queued(input));
        // Held to the end: else a permit could go to a queue that was replaced meanwhile.
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        let mut tasks = self.lock();
        let of_it = tasks.queued.entry(activity.into()).or_default();
        of_it.push_back(token);
        if let Some(queue) = queues.get(activity) {
            queue.tasks.add_permits(1);
        }
        ticket
    }

    /// Tells that the one who shall answer a task must be given its token by a person.
    pub(super) fn tell(&self, state: Arc<str>, token: Arc<str>) {
        // Nobody may care.
        let _ = self.unasked.send(Unasked { state, token });
    }

    fn open_at(self: &Arc<Self>, token: Arc<str>, answers: Answers, stage: Stage) -> Ticket {
        let mut tasks = self.lock();
        let early = tasks.early.remove(&token);
        let (stage, due) = match (stage, early) {
            (Stage::Asked(None), early) => (Stage::Asked(early), None),
            other => other,
        };
        let open = Open { answers, stage };
        tasks.open.insert(Arc::clone(&token), open);
        // The service had answered: nothing is left to wait for.
        if let Some(result) = due
            && let Some(task) = tasks.close(&token)
        {
            task.answers.ended(result);
        }
        drop(tasks);
        Ticket {
            callbacks: Arc::clone(self),
            token,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tasks {
    fn open(&mut self, token: &str) -> Result<&mut Open, TokenError> {
        self.open.get_mut(token).ok_or_else(|| {
            if self.known_closed.contains(token) {
                TokenError::Closed
            } else if is_token(token) {
                TokenError::Unknown
            } else {
                TokenError::Invalid
            }
        })
    }

    fn close(&mut self, token: &str) -> Option<Open> {
        let (token, task) = self.open.remove_entry(token)?;
        if self.known_closed.insert(Arc::clone(&token)) {
            self.closed.push_back(token);
        }
        if self.closed.len() > MOST_CLOSED
            && let Some(oldest) = self.closed.pop_front()
        {
            self.known_closed.remove(&oldest);
        }
        Some(task)
    }

    /// How many tasks wait in a queue; those that were given up leave it.
    fn waiting(&mut self, activity: &str) -> usize {
        let Some(queued) = self.queued.get_mut(activity) else {
            return 0;
        };
        queued.retain(|token| self.open.contains_key(token));
        queued.len()
    }

    /// The first task of a queue, unless it was given up.
    fn take(&mut self, activity: &str, worker: Option<&str>) -> Option<ActivityTask> {
        let token = self.queued.get_mut(activity)?.pop_front()?;
        let task = self.open.get_mut(&token)?;
        match std::mem::replace(&mut task.stage, Stage::Waiting) {
            Stage::Queued(input) => {
                let (ack, kept) = oneshot::channel();
                task.answers.started_for(worker, ack);
                Some(ActivityTask { token, input, kept })
            }
            stage @ (Stage::Asked(_) | Stage::Waiting) => {
                debug_assert!(false, "a task was queued twice");
                task.stage = stage;
                None
            }
        }
    }
}

/// Tokens are UUIDs: what looks otherwise was never one.
fn is_token(text: &str) -> bool {
    let is_dash = |at| matches!(at, 8 | 13 | 18 | 23);
    let fits = |(at, byte): (usize, u8)| {
        if is_dash(at) {
            byte == b'-'
        } else {
            byte.is_ascii_hexdigit()
        }
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

/// The right to wait for somebody outside. Once it is dropped, nobody waits any more.
#[derive(Debug)]
pub(super) struct Ticket {
    callbacks: Arc<Callbacks>,
    token: Arc<str>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.callbacks.lock().close(&self.token);
    }
}

#[cfg(test)]
mod tests;
