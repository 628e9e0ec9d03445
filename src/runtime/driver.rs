//! The driver: lets an execution run, gives its tasks to handlers, and waits for answers, time
//! and interruption, whichever comes first.

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::callbacks::Ticket;
use super::clock::{Busy, Clock, Pause};
use super::handlers::{Invocation, Work};
use super::host::Host;
use super::inbox::{Answers, Heard, Inbox};
use super::journal::{EarlyResult, Journal, OpenStage, OpenTask, Rebuilt, Unkept};
use super::map_run;
use super::nested::Nested;
use super::panics::caught;
use crate::data::{EventId, Json, Seed, StatesError, Timestamp};
use crate::engine::map_run::MapRun;
use crate::engine::{
    Effect, EventSink, Execution, Identity, Input, Out, Outcome, Program, Progress, Start,
    TaskRequest,
};

/// How many states an execution may go through before the driver looks up: what they tell, up to
/// half a megabyte each, is held until then. Journals count on it: with another number they would
/// be read otherwise than they were written.
pub(super) const FUEL: u64 = 32;

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
    host: &Arc<Host>,
    clock: &mut dyn Clock,
    sink: &mut dyn EventSink,
    stop: Pin<&mut (dyn Future<Output = Stop> + '_)>,
) -> Ended {
    go_on(Execution::new(program, start), host, clock, sink, stop).await
}

/// Drives an execution to its end from wherever it is, for instance after it was redriven. No
/// task of it may be at work: nobody would answer.
pub async fn go_on(
    execution: Execution,
    host: &Arc<Host>,
    clock: &mut dyn Clock,
    sink: &mut dyn EventSink,
    stop: Pin<&mut (dyn Future<Output = Stop> + '_)>,
) -> Ended {
    let mut sink = Unkept(sink);
    let begun = begin(execution, &mut sink);
    let (_, inbox) = Inbox::new();
    let driver = Driver::new(begun.execution, host, clock, &mut sink, inbox);
    driver.run(begun.step, stop).await
}

/// Drives an execution to its end from wherever its journal leaves it, and keeps the journal.
/// With a `redrive` it goes on after its end.
pub async fn serve<J: Journal>(
    rebuilt: Rebuilt,
    redrive: bool,
    host: &Arc<Host>,
    clock: &mut dyn Clock,
    journal: &mut J,
    inbox: Inbox,
) -> Ended {
    let Rebuilt {
        execution,
        open,
        runs,
        early,
        taken_up,
        ..
    } = rebuilt;
    for EarlyResult { token, result } in early {
        host.handlers.remember(token, result);
    }
    let mut driver = Driver::new(execution, host, clock, journal, inbox);
    if redrive {
        driver.deliver(Input::Redrive);
    }
    let begun = step(&mut driver.execution, driver.sink);
    driver.take_up(open.into_values());
    if let Some(ack) = taken_up {
        // Whoever asked may have gone.
        let _ = ack.send(());
    }
    for run in runs.into_values() {
        driver.run_map(run);
    }
    driver.run(begun, pin!(pending())).await
}

/// An execution as far as it came by itself.
pub(super) struct Begun {
    execution: Execution,
    step: Step,
}

/// How far an execution came, and what it asks for.
struct Step {
    progress: Progress,
    effects: Vec<Effect>,
}

impl Begun {
    /// How it ended, when it did not need anybody for that.
    pub(super) fn outcome(&self) -> Option<&Outcome> {
        match &self.step.progress {
            Progress::Finished(outcome) if self.step.effects.is_empty() => Some(outcome),
            _ => None,
        }
    }
}

/// Begins an execution: many of those that a Map Run begins end at once, and cost no more.
pub(super) fn begin(mut execution: Execution, journal: &mut impl Journal) -> Begun {
    let step = step(&mut execution, journal);
    Begun { execution, step }
}

fn step(execution: &mut Execution, sink: &mut impl Journal) -> Step {
    let mut effects = Vec::new();
    let mut out = Out {
        sink,
        effects: &mut effects,
    };
    let progress = execution.run(FUEL, &mut out);
    sink.ran();
    Step { progress, effects }
}

/// Drives an execution that was begun to its end.
pub(super) async fn finish(
    begun: Begun,
    host: &Arc<Host>,
    clock: &mut dyn Clock,
    journal: &mut impl Journal,
    inbox: Inbox,
) -> Ended {
    let driver = Driver::new(begun.execution, host, clock, journal, inbox);
    driver.run(begun.step, pin!(pending())).await
}

struct Driver<'d, J> {
    execution: Execution,
    identity: Arc<Identity>,
    host: &'d Arc<Host>,
    clock: &'d mut dyn Clock,
    sink: &'d mut J,
    sender: mpsc::UnboundedSender<Heard>,
    answers: mpsc::UnboundedReceiver<Heard>,
    /// What was told before its time came, by its time and the order of telling.
    due: BTreeMap<(Timestamp, u64), Input>,
    told: u64,
    /// Who works on a task, to be stopped when nobody waits for it any more.
    /// Invariant: these and `children` are the only spawned tasks, and each is aborted before the
    /// driver ends.
    working: BTreeMap<EventId, Working>,
    /// Map Runs and machines of ours that are waited for.
    children: BTreeMap<EventId, Working>,
    /// Lets somebody outside answer tasks that end by themselves at their time.
    tickets: BTreeMap<EventId, Ticket>,
    seed: Seed,
}

/// Who works on a task; gives up when it is dropped.
struct Working {
    work: AbortHandle,
    /// Lets somebody outside answer.
    _ticket: Option<Ticket>,
}

impl Working {
    fn alone(work: AbortHandle) -> Self {
        Self {
            work,
            _ticket: None,
        }
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl<'d, J: Journal> Driver<'d, J> {
    fn new(
        execution: Execution,
        host: &'d Arc<Host>,
        clock: &'d mut dyn Clock,
        sink: &'d mut J,
        inbox: Inbox,
    ) -> Self {
        Self {
            identity: Arc::clone(execution.identity()),
            seed: execution.seed(),
            execution,
            host,
            clock,
            sink,
            sender: inbox.sender,
            answers: inbox.heard,
            due: BTreeMap::new(),
            told: 0,
            working: BTreeMap::new(),
            children: BTreeMap::new(),
            tickets: BTreeMap::new(),
        }
    }

    async fn run<S: Future<Output = Stop> + ?Sized>(
        mut self,
        mut begun: Step,
        mut stop: Pin<&mut S>,
    ) -> Ended {
        let mut stopped = None;
        for round in 0_u64.. {
            let Step { progress, effects } = begun;
            effects
                .iter()
                .filter_map(token_given)
                .for_each(|token| self.sink.gives(token));
            if effects.iter().any(lasts) {
                self.sink.kept().await;
            }
            if self.sink.is_ahead() {
                self.sink.kept().await;
            }
            self.carry_out(effects);
            if let Progress::Finished(outcome) = progress {
                self.stop_all().await;
                let ended = Ended {
                    outcome,
                    stopped,
                    at: self.clock.now(),
                };
                self.sink.ended(&ended);
                return ended;
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
            self.hear();
            begun = step(&mut self.execution, self.sink);
        }
        unreachable!("rounds do not run out")
    }

    /// Delivers what was answered, and only then the time: an answer that is there is not late.
    fn hear(&mut self) {
        while let Ok(heard) = self.answers.try_recv() {
            self.take(heard);
        }
        let now = self.clock.now();
        while let Some(due) = self.due.first_entry()
            && due.key().0 <= now
        {
            let input = due.remove();
            self.deliver(input);
        }
        self.deliver(Input::Tick);
    }

    fn take(&mut self, heard: Heard) {
        match heard {
            Heard::Now(input) => self.deliver(input),
            Heard::Kept(input, ack) => {
                self.deliver(input);
                self.sink.acknowledge(ack);
            }
            Heard::At(at, input) => {
                if let Input::MapRunEnded { run: id, .. } | Input::TaskEnded { task: id, .. } =
                    &input
                {
                    self.children.remove(id);
                }
                self.told += 1;
                self.due.insert((at, self.told), input);
            }
            Heard::Counted(report) => self.sink.note(&report.note()),
        }
    }

    fn deliver(&mut self, input: Input) {
        let mut effects = Vec::new();
        let now = self.clock.now();
        self.sink.told(now, &input);
        let mut out = Out {
            sink: self.sink,
            effects: &mut effects,
        };
        if let Input::TaskEnded { task, .. } = &input {
            self.working.remove(task);
            self.tickets.remove(task);
        }
        self.execution.deliver(now, input, &mut out);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut begun: Vec<Box<TaskRequest>> = Vec::new();
        for effect in effects {
            match effect {
                Effect::Invoke(request) => begun.push(request),
                Effect::RunMap(run) => self.run_map(*run),
                Effect::Cancel(task) => {
                    // A task may be given up in the very step that asked for it.
                    begun.retain(|request| request.task != task);
                    self.working.remove(&task);
                    self.children.remove(&task);
                    self.tickets.remove(&task);
                }
            }
        }
        for request in begun.iter().filter(|r| !self.host.handlers.tells_start(r)) {
            self.deliver(Input::TaskStarted {
                task: request.task,
                worker: None,
            });
        }
        for request in begun {
            self.invoke(*request, OpenStage::Scheduled);
        }
    }

    /// Goes on with tasks that had not ended when the process did: their work begins again, unless
    /// somebody outside has their token.
    fn take_up(&mut self, open: impl Iterator<Item = OpenTask>) {
        for OpenTask { request, stage } in open {
            let begins = stage == OpenStage::Scheduled && !self.host.handlers.tells_start(&request);
            if begins {
                self.deliver(Input::TaskStarted {
                    task: request.task,
                    worker: None,
                });
            }
            self.invoke(request, stage);
        }
    }

    /// Gives a task to its handler. What handlers answer at once and what they answer later goes
    /// through one queue, so that nothing overtakes.
    fn invoke(&mut self, request: TaskRequest, stage: OpenStage) {
        let task = request.task;
        let answers = Answers {
            task,
            sender: self.sender.clone(),
            listener: None,
        };
        let answers = answers.told_to(self.host.handlers.listener(), &request.name);
        if let Some(nested) = self.nested(&request) {
            return self.start_nested(nested, &answers);
        }
        let invocation = Invocation {
            identity: Arc::clone(&self.identity),
            request,
        };
        let (work, ticket) = self
            .host
            .handlers
            .invoke(invocation, answers.clone(), stage);
        match work {
            Work::Done(result) => answers.ended(result),
            Work::After(delay, result) => self.end_later(task, delay, result, ticket),
            Work::Running(work) => {
                let work = tokio::spawn(async move {
                    let ended = caught(work).await;
                    answers.ended(ended.unwrap_or_else(|said| Err(broken(&said))));
                });
                let working = Working {
                    work: work.abort_handle(),
                    _ticket: ticket,
                };
                self.working.insert(task, working);
            }
        }
    }

    /// Lets a task end when its time has come by the clock of the run. Of one that was given up
    /// meanwhile nobody takes the answer: the engine knows no such task any more.
    fn end_later(
        &mut self,
        task: EventId,
        delay: Duration,
        result: Result<Json, StatesError>,
        ticket: Option<Ticket>,
    ) {
        let delay = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        let at = self.clock.now().plus_millis(delay);
        self.told += 1;
        let ended = Input::TaskEnded { task, result };
        self.due.insert((at, self.told), ended);
        self.tickets.extend(ticket.map(|ticket| (task, ticket)));
    }

    /// The machine of ours that a Task starts. One that we do not have may be a handler's affair.
    fn nested(&self, request: &TaskRequest) -> Option<Result<Nested, StatesError>> {
        let nested = Nested::of(&self.host.machines, &self.identity, self.seed, request)?;
        let handled = || {
            self.host
                .handlers
                .of(&request.name, &request.resource, None)
                .is_some()
        };
        match nested {
            Err(_) if handled() => None,
            nested => Some(nested),
        }
    }

    fn start_nested(&mut self, nested: Result<Nested, StatesError>, answers: &Answers) {
        let nested = match nested {
            Ok(nested) => nested,
            Err(error) => return answers.ended(Err(error)),
        };
        let (task, now) = (answers.task, self.clock.now());
        let Some(place) = self.host.place() else {
            return answers.ended(Err(nested.too_many()));
        };
        if let Some(output) = nested.submitted(now) {
            answers.submitted(output);
        }
        let at_once = nested.answers_at_once(now);
        let (host, clock) = (Arc::clone(self.host), self.clock.fork(now));
        let (sender, work) = (self.sender.clone(), nested.run(host, clock));
        if let Some(answer) = at_once {
            answers.ended(Ok(answer));
            self.host.detach(async move {
                // How it ended is nobody's affair.
                let _ = work.await;
                drop(place);
            });
            return;
        }
        let work = tokio::spawn(async move {
            let (at, result) = work.await;
            drop(place);
            let _ = sender.send(Heard::At(at, Input::TaskEnded { task, result }));
        });
        let work = Working::alone(work.abort_handle());
        self.children.insert(task, work);
    }

    /// Lets the children of a Map Run run on threads of their own.
    fn run_map(&mut self, run: MapRun) {
        let (id, sender) = (run.run, self.sender.clone());
        let counted = self.sender.clone();
        let count = move |report| {
            let _ = counted.send(Heard::Counted(report));
        };
        let now = self.clock.now();
        let clock = self.clock.fork(now);
        let work = map_run::start(run, Arc::clone(self.host), clock, count);
        let work = tokio::spawn(async move {
            let (at, result) = work.await;
            let _ = sender.send(Heard::At(at, Input::MapRunEnded { run: id, result }));
        });
        self.children
            .insert(id, Working::alone(work.abort_handle()));
    }

    /// Waits for an answer, for the deadline, or to be stopped.
    async fn wait<S: Future<Output = Stop> + ?Sized>(
        &mut self,
        stop: Pin<&mut S>,
        stopping: bool,
    ) -> Option<Stop> {
        self.sink.idle();
        let busy = match (self.children.is_empty(), self.working.is_empty()) {
            (true, true) => Busy::Nobody,
            (false, _) => Busy::Children,
            (true, false) => Busy::Outside,
        };
        let due = self.due.first_key_value().map(|((at, _), _)| *at);
        let pause = match self.execution.deadline().into_iter().chain(due).min() {
            Some(next) => self.clock.wait_for(next, busy),
            // An execution always has its own time-out ahead; this is only the floor.
            None => Pause::Sleep(Duration::from_secs(1)),
        };
        let Pause::Sleep(pause) = pause else {
            return look_up(stop, stopping, 0).await;
        };
        tokio::select! {
            biased;
            why = stop, if !stopping => return Some(why),
            Some(heard) = self.answers.recv() => self.take(heard),
            () = tokio::time::sleep(pause) => {}
        }
        None
    }

    /// Ends what still works and gives it the chance to clean up before the runtime goes.
    async fn stop_all(&mut self) {
        self.working.clear();
        self.children.clear();
        tokio::task::yield_now().await;
    }
}

/// Looks whether the run shall stop, without waiting for it; now and then lets handlers work.
/// Somebody who loops for ever must still be able to be stopped.
async fn look_up<S: Future<Output = Stop> + ?Sized>(
    stop: Pin<&mut S>,
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

/// The token that somebody outside will get by this.
fn token_given(effect: &Effect) -> Option<&Arc<str>> {
    match effect {
        Effect::Invoke(request) => request.token.as_ref(),
        Effect::RunMap(_) | Effect::Cancel(_) => None,
    }
}

/// Whether what comes of it must be found again after a crash: a token that the outside has seen,
/// children that are kept themselves.
fn lasts(effect: &Effect) -> bool {
    token_given(effect).is_some() || matches!(effect, Effect::RunMap(_))
}

/// A handler that panics fails its Task, for nobody else would end it.
fn broken(said: &str) -> StatesError {
    StatesError::runtime(format!("The handler of the Task broke: {said}"))
}

fn reason(stop: Stop) -> StatesError {
    match stop {
        Stop::Interrupted => StatesError::new("Interrupted", "The run was interrupted."),
        Stop::OutOfTime => StatesError::new("OutOfTime", "The time given by --timeout was over."),
    }
}
