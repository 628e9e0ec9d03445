//! The driver: lets an execution run, gives its tasks to handlers, and waits for answers, time
//! and interruption, whichever comes first.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::clock::{Clock, Pause};
use super::handlers::{Handlers, Invocation, Work};
use crate::data::{EventId, Json, StatesError, Timestamp};
use crate::engine::{
    Effect, EventSink, Execution, Identity, Input, Out, Outcome, Program, TaskRequest,
};
use crate::engine::{Progress, Start};

/// How many states an execution may go through before the driver looks up.
const FUEL: u64 = 10_000;

/// Tells the driver what happens to one task.
#[derive(Clone, Debug)]
pub struct Answers {
    task: EventId,
    sender: mpsc::UnboundedSender<Input>,
}

impl Answers {
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

    fn ended(&self, result: Result<Json, StatesError>) {
        self.send(Input::TaskEnded {
            task: self.task,
            result,
        });
    }

    /// Nobody listens any more once the execution has ended: a late answer is no error.
    fn send(&self, input: Input) {
        let _ = self.sender.send(input);
    }
}

/// Why a run ends before its execution does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A person or a supervisor asked for it.
    Interrupted,
    /// The time that the run was given is over.
    OutOfTime,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// How the execution ended.
    pub outcome: Outcome,
    /// Why it was stopped, when it was.
    pub stopped: Option<Stop>,
    /// When it ended, by its own clock.
    pub at: Timestamp,
}

/// Drives an execution to its end.
pub async fn run(
    program: Arc<Program>,
    start: Start,
    handlers: &Handlers,
    clock: &mut dyn Clock,
    sink: &mut dyn EventSink,
    stop: Pin<&mut (dyn Future<Output = Stop> + '_)>,
) -> Ended {
    let identity = Arc::clone(&start.identity);
    let execution = Execution::new(program, start);
    let (sender, answers) = mpsc::unbounded_channel();
    let driver = Driver {
        execution,
        identity,
        handlers,
        clock,
        sink,
        sender,
        answers,
        working: BTreeMap::new(),
        instant: VecDeque::new(),
    };
    driver.run(stop).await
}

struct Driver<'d> {
    execution: Execution,
    identity: Arc<Identity>,
    handlers: &'d Handlers,
    clock: &'d mut dyn Clock,
    sink: &'d mut dyn EventSink,
    sender: mpsc::UnboundedSender<Input>,
    answers: mpsc::UnboundedReceiver<Input>,
    /// Who works on a task, to be stopped when nobody waits for it any more.
    /// Invariant: these are the only spawned tasks, and each is aborted before the driver ends.
    working: BTreeMap<EventId, AbortHandle>,
    /// What handlers answered at once.
    instant: VecDeque<Input>,
}

impl Driver<'_> {
    async fn run(mut self, mut stop: Pin<&mut (dyn Future<Output = Stop> + '_)>) -> Ended {
        let mut stopped = None;
        loop {
            let mut effects = Vec::new();
            let mut out = Out {
                sink: self.sink,
                effects: &mut effects,
            };
            let progress = self.execution.run(FUEL, &mut out);
            self.carry_out(effects);
            match progress {
                Progress::Finished(outcome) => {
                    self.stop_all().await;
                    return Ended {
                        outcome,
                        stopped,
                        at: self.clock.now(),
                    };
                }
                // Somebody who loops for ever must still be able to be stopped.
                Progress::OutOfFuel => {
                    let due = self
                        .execution
                        .deadline()
                        .is_some_and(|at| at <= self.clock.now());
                    if due {
                        self.deliver(Input::Tick);
                    }
                    tokio::select! {
                        biased;
                        why = &mut stop, if stopped.is_none() => {
                            stopped = Some(why);
                            self.deliver(Input::Stop(reason(why)));
                        }
                        () = tokio::task::yield_now() => {}
                    }
                }
                Progress::Waiting if !self.instant.is_empty() => self.deliver_instant(),
                Progress::Waiting => {
                    if let Some(why) = self.wait(stop.as_mut(), stopped.is_some()).await {
                        stopped = Some(why);
                        self.deliver(Input::Stop(reason(why)));
                    }
                }
            }
        }
    }

    fn deliver(&mut self, input: Input) {
        let mut effects = Vec::new();
        let now = self.clock.now();
        let mut out = Out {
            sink: self.sink,
            effects: &mut effects,
        };
        if let Input::TaskEnded { task, .. } = &input {
            self.working.remove(task);
        }
        self.execution.deliver(now, input, &mut out);
        self.carry_out(effects);
    }

    /// All answers of one instant are delivered before anything is decided.
    fn deliver_instant(&mut self) {
        while let Some(input) = self.instant.pop_front() {
            self.deliver(input);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut begun = Vec::new();
        for effect in effects {
            match effect {
                Effect::Invoke(request) => begun.push(request),
                Effect::Cancel(task) => {
                    if let Some(work) = self.working.remove(&task) {
                        work.abort();
                    }
                }
            }
        }
        for request in &begun {
            self.deliver(Input::TaskStarted {
                task: request.task,
                worker: None,
            });
        }
        for request in begun {
            self.invoke(*request);
        }
    }

    fn invoke(&mut self, request: TaskRequest) {
        let task = request.task;
        let answers = Answers {
            task,
            sender: self.sender.clone(),
        };
        let invocation = Invocation {
            identity: Arc::clone(&self.identity),
            request,
        };
        match self.handlers.invoke(invocation, answers.clone()) {
            Work::Done(result) => self.instant.push_back(Input::TaskEnded { task, result }),
            Work::Running(work) => {
                let work = tokio::spawn(async move { answers.ended(work.await) });
                self.working.insert(task, work.abort_handle());
            }
        }
    }

    /// Waits for an answer, for the deadline, or to be stopped.
    async fn wait(
        &mut self,
        mut stop: Pin<&mut (dyn Future<Output = Stop> + '_)>,
        stopping: bool,
    ) -> Option<Stop> {
        self.sink.idle();
        let busy = !self.working.is_empty();
        let pause = match self.execution.deadline() {
            Some(deadline) => self.clock.wait_for(deadline, busy),
            // An execution always has its own time-out ahead; this is only the floor.
            None => Pause::Sleep(Duration::from_secs(1)),
        };
        let Pause::Sleep(pause) = pause else {
            self.deliver(Input::Tick);
            return None;
        };
        let first = tokio::select! {
            biased;
            why = &mut stop, if !stopping => return Some(why),
            answer = self.answers.recv() => answer,
            () = tokio::time::sleep(pause) => None,
        };
        match first {
            None => self.deliver(Input::Tick),
            Some(input) => {
                self.deliver(input);
                while let Ok(input) = self.answers.try_recv() {
                    self.deliver(input);
                }
            }
        }
        None
    }

    /// Ends what still works and gives it the chance to clean up before the runtime goes.
    async fn stop_all(&mut self) {
        for work in std::mem::take(&mut self.working).into_values() {
            work.abort();
        }
        tokio::task::yield_now().await;
    }
}

fn reason(stop: Stop) -> StatesError {
    match stop {
        Stop::Interrupted => StatesError::new("Interrupted", "The run was interrupted."),
        Stop::OutOfTime => StatesError::new("OutOfTime", "The time given by --timeout was over."),
    }
}
