//! The driver: lets an execution run, gives its tasks to handlers, and waits for answers, time
//! and interruption, whichever comes first.

use std::collections::BTreeMap;
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
    Effect, EventSink, Execution, Identity, Input, Out, Outcome, Program, Progress, Start,
    TaskRequest,
};
use crate::language::IntegrationPattern;

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
    go_on(execution, identity, handlers, clock, sink, stop).await
}

/// Drives an execution to its end from wherever it is, for instance after it was redriven. No
/// task of it may be at work: nobody would answer.
pub async fn go_on(
    execution: Execution,
    identity: Arc<Identity>,
    handlers: &Handlers,
    clock: &mut dyn Clock,
    sink: &mut dyn EventSink,
    stop: Pin<&mut (dyn Future<Output = Stop> + '_)>,
) -> Ended {
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
}

impl Driver<'_> {
    async fn run(mut self, mut stop: Pin<&mut (dyn Future<Output = Stop> + '_)>) -> Ended {
        let mut stopped = None;
        for round in 0_u64.. {
            self.hear();
            let mut effects = Vec::new();
            let mut out = Out {
                sink: self.sink,
                effects: &mut effects,
            };
            let progress = self.execution.run(FUEL, &mut out);
            self.carry_out(effects);
            if let Progress::Finished(outcome) = progress {
                self.stop_all().await;
                return Ended {
                    outcome,
                    stopped,
                    at: self.clock.now(),
                };
            }
            let waits = progress == Progress::Waiting && self.answers.is_empty();
            let why = if waits {
                self.wait(stop.as_mut(), stopped.is_some()).await
            } else {
                look_up(stop.as_mut(), stopped.is_some(), round).await
            };
            if let Some(why) = why {
                stopped = Some(why);
                self.deliver(Input::Stop(reason(why)));
            }
        }
        unreachable!("rounds do not run out")
    }

    /// Delivers what was answered, and only then the time: an answer that is there is not late.
    fn hear(&mut self) {
        while let Ok(input) = self.answers.try_recv() {
            self.deliver(input);
        }
        self.deliver(Input::Tick);
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

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut begun: Vec<Box<TaskRequest>> = Vec::new();
        for effect in effects {
            match effect {
                Effect::Invoke(request) => begun.push(request),
                Effect::Cancel(task) => {
                    // A task may be given up in the very step that asked for it.
                    begun.retain(|request| request.task != task);
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

    /// Gives a task to its handler. What handlers answer at once and what they answer later goes
    /// through one queue, so that nothing overtakes.
    fn invoke(&mut self, request: TaskRequest) {
        let task = request.task;
        let later = request.resource.pattern() != IntegrationPattern::RequestResponse;
        let answers = Answers {
            task,
            sender: self.sender.clone(),
        };
        let invocation = Invocation {
            identity: Arc::clone(&self.identity),
            request,
        };
        if later && !self.handlers.tells_submission(&invocation) {
            answers.submitted(Json::empty_object());
        }
        match self.handlers.invoke(invocation, answers.clone()) {
            Work::Done(result) => answers.ended(result),
            Work::Running(work) => {
                let work = tokio::spawn(async move { answers.ended(work.await) });
                self.working.insert(task, work.abort_handle());
            }
        }
    }

    /// Waits for an answer, for the deadline, or to be stopped.
    async fn wait(
        &mut self,
        stop: Pin<&mut (dyn Future<Output = Stop> + '_)>,
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
            return look_up(stop, stopping, 0).await;
        };
        tokio::select! {
            biased;
            why = stop, if !stopping => return Some(why),
            Some(input) = self.answers.recv() => self.deliver(input),
            () = tokio::time::sleep(pause) => {}
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

/// Looks whether the run shall stop, without waiting for it; now and then lets handlers work.
/// Somebody who loops for ever must still be able to be stopped.
async fn look_up(
    stop: Pin<&mut (dyn Future<Output = Stop> + '_)>,
    stopping: bool,
    round: u64,
) -> Option<Stop> {
    const ROUNDS_BETWEEN_YIELDS: u64 = 16;
    if round.is_multiple_of(ROUNDS_BETWEEN_YIELDS) {
        tokio::task::yield_now().await;
    }
    tokio::select! {
        biased;
        why = stop, if !stopping => Some(why),
        () = std::future::ready(()) => None,
    }
}

fn reason(stop: Stop) -> StatesError {
    match stop {
        Stop::Interrupted => StatesError::new("Interrupted", "The run was interrupted."),
        Stop::OutOfTime => StatesError::new("OutOfTime", "The time given by --timeout was over."),
    }
}
