//! An execution: the pure interpreter of a program.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::sync::Arc;

use super::failure::Failure;
use super::join::{ForkId, Forks};
use super::map_run::begin;
use super::program::{FlowId, Next, Program, State, StateId};
use super::recorder::Recorder;
use super::scope::{Core, Variables};
use super::thread::{Phase, RunRedrive, Thread, ThreadId, Threads};
use super::{Effect, Identity, Input, Out, Outcome, Start, states};
use crate::data::{EventId, Json, Seed, StatesError, Timestamp, limits};
use crate::history::{Assigned, Details, EventJson, HistoryEventType};

/// How far [`Execution::run`] came.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Nothing can happen before an input or the deadline.
    Waiting,
    /// The fuel is used up; run again.
    OutOfFuel,
    /// The execution has ended.
    Finished(Outcome),
}

/// A running execution. It is `Send`: a driver may keep many and move them between threads.
#[derive(Debug)]
pub struct Execution {
    pub(super) program: Arc<Program>,
    pub(super) core: Core,
    pub(super) recorder: Recorder,
    pub(super) threads: Threads,
    pub(super) forks: Forks,
    /// Threads that can go on, in the order they became able to.
    /// Invariant: a thread in here is in none of the phases that wait.
    pub(super) ready: VecDeque<ThreadId>,
    alarms: BinaryHeap<Reverse<Alarm>>,
    alarms_set: u64,
    pub(super) tasks: BTreeMap<EventId, ThreadId>,
    /// How many tasks the states of each name asked for.
    pub(super) calls: BTreeMap<Arc<str>, u32>,
    pub(super) outcome: Option<Outcome>,
    /// The machine's own thread.
    pub(super) root: ThreadId,
    /// The scope that it runs.
    flow: FlowId,
}

/// Something that happens by itself at its time.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Alarm {
    at: Timestamp,
    /// Alarms of one time ring in the order they were set.
    order: u64,
    rings: Rings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rings {
    /// A Wait state or a back-off is over.
    Wake(ThreadId, u32),
    TaskTimeout(EventId),
    Heartbeat(EventId),
    Execution,
}

/// What is to be known of a thread that failed.
pub(super) struct FailedThread {
    parent: Option<(ForkId, u32)>,
    pub(super) state: StateId,
    /// The event that tells the failure.
    pub(super) previous: EventId,
}

/// What became of a thread's turn.
pub(super) enum Turn {
    /// It can go on.
    Again,
    /// It waits.
    Parked,
    /// Its scope ended with this output.
    Ended(Json),
    /// It failed and nothing in it handles that.
    Failed(StatesError),
}

impl Execution {
    /// An execution that is about to start; [`Execution::run`] starts it.
    #[must_use]
    pub fn new(program: Arc<Program>, start: Start) -> Self {
        let recorder = Recorder::new(start.at, start.max_events);
        let variables = Arc::new(Variables::root(start.variables));
        let root = Thread::new(
            program.flow(start.flow).start,
            start.input.clone(),
            variables,
            None,
            EventId::NONE,
        );
        let mut threads = Threads::default();
        let id = threads.insert(root);
        let core = Core {
            identity: start.identity,
            input: start.input,
            started: start.at,
            seed: start.seed,
            era: start.era,
            redrives: 0,
            redriven: None,
            alone: None,
        };
        let mut execution = Self {
            program,
            core,
            recorder,
            threads,
            forks: Forks::default(),
            ready: VecDeque::from([id]),
            alarms: BinaryHeap::new(),
            alarms_set: 0,
            tasks: BTreeMap::new(),
            calls: BTreeMap::new(),
            outcome: None,
            root: id,
            flow: start.flow,
        };
        execution.set_execution_timeout(start.at);
        execution
    }

    /// Nothing happens by itself any more.
    pub(super) fn forget_timeouts(&mut self) {
        self.alarms.clear();
    }

    /// The machine's clock begins: at its start, and anew when it is redriven.
    pub(super) fn set_execution_timeout(&mut self, from: Timestamp) {
        let service = if self.core.identity.express {
            limits::EXPRESS_TIMEOUT_SECONDS
        } else {
            limits::STANDARD_TIMEOUT_SECONDS
        };
        // The machine's own time is not that of a Map Run's child, nor of a state that is tested.
        let own = self.program.timeout_seconds;
        let whole = self.flow == FlowId::default() && self.core.alone.is_none();
        let own = own.filter(|_| whole);
        let seconds = own.map_or(service, |own| own.min(service));
        self.set_alarm(from.plus_seconds(seconds), Rings::Execution);
    }

    /// Records what happened outside, at its time; decides nothing. Call [`Execution::run`] when
    /// everything of that time has been delivered. What comes too late is ignored.
    pub fn deliver(&mut self, at: Timestamp, input: Input, out: &mut Out<'_>) {
        if matches!(input, Input::Redrive) {
            return self.redrive(at, out);
        }
        if self.outcome.is_some() {
            return;
        }
        self.recorder.advance(at);
        match input {
            Input::TaskStarted { task, worker } => self.task_started(task, worker.as_deref(), out),
            Input::TaskSubmitted { task, output } => self.task_submitted(task, &output, out),
            Input::Heartbeat { task } => self.heartbeat(task),
            Input::TaskEnded { task, result } => self.task_ended(task, result, out),
            Input::MapRunEnded { run, result } => self.map_run_ended(run, result, out),
            Input::Tick => self.tick(out),
            Input::Stop(error) => self.stop(error, out),
            Input::Redrive => {}
        }
    }

    /// Goes on until everything waits, the execution ends, or `fuel` states were begun or ended.
    pub fn run(&mut self, mut fuel: u64, out: &mut Out<'_>) -> Progress {
        if self.recorder.last() == EventId::NONE {
            self.start(out);
        }
        while self.outcome.is_none() {
            if self.recorder.is_full() {
                self.overflow(out);
                break;
            }
            if fuel == 0 {
                return Progress::OutOfFuel;
            }
            let Some(id) = self.ready.pop_front() else {
                return Progress::Waiting;
            };
            fuel = self.step(id, fuel, out);
        }
        match &self.outcome {
            Some(outcome) => Progress::Finished(outcome.clone()),
            None => Progress::Waiting,
        }
    }

    /// When time alone makes a difference: [`Input::Tick`] is due then.
    pub fn deadline(&mut self) -> Option<Timestamp> {
        while let Some(Reverse(alarm)) = self.alarms.peek() {
            if self.counts(alarm) {
                return Some(alarm.at);
            }
            self.alarms.pop();
        }
        None
    }

    /// Whose execution it is.
    #[must_use]
    pub fn identity(&self) -> &Arc<Identity> {
        &self.core.identity
    }

    /// What its random numbers are derived from.
    #[must_use]
    pub fn seed(&self) -> Seed {
        self.core.seed
    }

    /// How it ended, once it has.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    pub(super) fn start(&mut self, out: &mut Out<'_>) {
        let details = Details::ExecutionStarted {
            input: Some(EventJson::Value(&self.core.input)),
            role_arn: Some((&*self.core.identity.role_arn).into()),
        };
        let kind = HistoryEventType::ExecutionStarted;
        self.recorder.close(out.sink, EventId::NONE, kind, details);
    }

    /// Lets one thread go on until it waits or ends; returns the fuel that is left.
    pub(super) fn step(&mut self, id: ThreadId, mut fuel: u64, out: &mut Out<'_>) -> u64 {
        let Some(mut thread) = self.threads.take(id) else {
            return fuel;
        };
        let program = Arc::clone(&self.program);
        loop {
            if fuel == 0 || self.recorder.is_full() {
                self.threads.put_back(id, thread);
                self.ready.push_front(id);
                return fuel;
            }
            fuel -= 1;
            match self.turn(&program, id, &mut thread, out) {
                Turn::Again => {}
                Turn::Parked => {
                    self.threads.put_back(id, thread);
                    return fuel;
                }
                Turn::Ended(output) => {
                    self.threads.remove(id);
                    self.ended(&thread, output, out);
                    return fuel;
                }
                Turn::Failed(error) => {
                    self.broke(&program, id, thread, error, out);
                    return fuel;
                }
            }
        }
    }

    fn turn(
        &mut self,
        program: &Program,
        id: ThreadId,
        thread: &mut Thread,
        out: &mut Out<'_>,
    ) -> Turn {
        let state = program.state(thread.state);
        let done = match std::mem::replace(&mut thread.phase, Phase::Attempt) {
            Phase::Enter => {
                self.enter(state, thread, out);
                return Turn::Again;
            }
            Phase::Attempt => states::attempt(self, program, state, id, thread, out),
            Phase::Answered(result) => states::answered(self, state, thread, result, out),
            Phase::Waited => states::waited(self, state, thread, out),
            Phase::Joined(results) => {
                let done = states::joined(self, state, thread, &results, out);
                if done.is_err() {
                    // Its branches have done their work, whatever becomes of their results.
                    thread.phase = Phase::Joined(results);
                }
                done
            }
            Phase::Ran(result) => states::ran(self, state, thread, result, out),
            Phase::Left { output, assigned } => {
                begin::finish(self, thread, out);
                self.exit(state, thread, output, assigned, state.next, out)
            }
            waiting @ (Phase::Task(_)
            | Phase::MapRun(_)
            | Phase::Waiting
            | Phase::Forked(_)
            | Phase::Backoff) => {
                debug_assert!(false, "a waiting thread was ready");
                thread.phase = waiting;
                return Turn::Parked;
            }
        };
        done.unwrap_or_else(|failure| self.fail(state, id, thread, failure, out))
    }

    fn enter(&mut self, state: &State, thread: &mut Thread, out: &mut Out<'_>) {
        thread.before_entered = thread.previous;
        thread.entered_at = self.recorder.now();
        thread.attempt = self.core.alone.as_ref().map_or(0, |alone| alone.retries());
        thread.retries.clear();
        thread.run_redrive = RunRedrive::No;
        let details = Details::StateEntered {
            name: (&*state.name).into(),
            input: Some(EventJson::Value(&thread.raw)),
        };
        let kind = states::entered(state.kind());
        thread.entered = self
            .recorder
            .event(out.sink, thread.previous, kind, details);
        thread.previous = thread.entered;
    }

    /// Leaves the state with its output. Variables change here and not before: every field of a
    /// state reads them as they were on entry (01-fields §1.3).
    pub(super) fn exit(
        &mut self,
        state: &State,
        thread: &mut Thread,
        output: Json,
        assigned: Vec<(Arc<str>, Json)>,
        next: Next,
        out: &mut Out<'_>,
    ) -> Result<Turn, Failure> {
        check_output(state, &output)?;
        if !thread.variables.has_room_for(&assigned) {
            return Err(Failure::data_limit(&state.name));
        }
        if let Some(kind) = states::exited(state.kind()) {
            let details = Details::StateExited {
                name: (&*state.name).into(),
                output: Some(EventJson::Value(&output)),
                assigned: Assigned::Values(&assigned),
            };
            thread.previous = self
                .recorder
                .event(out.sink, thread.previous, kind, details);
        }
        if !assigned.is_empty() {
            Arc::make_mut(&mut thread.variables).assign(assigned);
        }
        if let Some(alone) = &self.core.alone {
            alone.left(next, &thread.variables);
            return Ok(Turn::Ended(output));
        }
        Ok(match next {
            Next::State(next) => {
                thread.state = next;
                thread.phase = Phase::Enter;
                thread.raw = output;
                Turn::Again
            }
            Next::End => Turn::Ended(output),
        })
    }

    /// A scope ended well.
    fn ended(&mut self, thread: &Thread, output: Json, out: &mut Out<'_>) {
        if let Some((fork, index)) = thread.parent {
            self.child_succeeded(fork, index, output, thread.previous, out);
            return;
        }
        if self.recorder.is_full() {
            return;
        }
        let details = Details::Output {
            output: Some(EventJson::Value(&output)),
        };
        let kind = HistoryEventType::ExecutionSucceeded;
        self.recorder
            .close(out.sink, thread.previous, kind, details);
        self.finish(Outcome::Succeeded(output), out);
    }

    /// A thread failed and nothing in it handled that. It stays as it is: a redrive goes on there,
    /// unless somebody around it retries or catches.
    pub(super) fn broke(
        &mut self,
        program: &Program,
        id: ThreadId,
        thread: Box<Thread>,
        error: StatesError,
        out: &mut Out<'_>,
    ) {
        let failed = FailedThread {
            parent: thread.parent,
            state: thread.state,
            previous: thread.previous,
        };
        self.threads.put_back(id, thread);
        match failed.parent {
            Some((fork, index)) => self.child_failed(program, &failed, (fork, index), error, out),
            None => self.fail_execution(failed.previous, error, out),
        }
    }

    fn fail_execution(&mut self, previous: EventId, error: StatesError, out: &mut Out<'_>) {
        let kind = HistoryEventType::ExecutionFailed;
        self.recorder
            .close(out.sink, previous, kind, Details::failure(&error));
        self.finish(Outcome::Failed(error), out);
    }

    pub(super) fn overflow(&mut self, out: &mut Out<'_>) {
        let cause = format!(
            "The execution reached the maximum number of history events ({}).",
            self.recorder.last().0 + 1
        );
        self.fail_execution(self.recorder.last(), StatesError::runtime(cause), out);
    }

    fn stop(&mut self, error: StatesError, out: &mut Out<'_>) {
        if self.recorder.last() == EventId::NONE {
            self.start(out);
        }
        let kind = HistoryEventType::ExecutionAborted;
        self.recorder
            .close(out.sink, EventId::NONE, kind, Details::failure(&error));
        self.finish(Outcome::Aborted(error), out);
    }

    pub(super) fn time_out(&mut self, out: &mut Out<'_>) {
        let kind = HistoryEventType::ExecutionTimedOut;
        let error = StatesError::timeout();
        self.recorder
            .close(out.sink, EventId::NONE, kind, Details::failure(&error));
        self.finish(Outcome::TimedOut, out);
    }

    fn finish(&mut self, outcome: Outcome, out: &mut Out<'_>) {
        let open = std::mem::take(&mut self.tasks);
        out.effects.extend(open.into_keys().map(Effect::Cancel));
        self.ready.clear();
        self.alarms.clear();
        // What did not succeed can be redriven: its threads freeze where they are.
        if matches!(outcome, Outcome::Succeeded(_)) {
            self.threads.clear();
            self.forks.clear();
        }
        self.outcome = Some(outcome);
    }

    pub(super) fn wake_at(&mut self, at: Timestamp, id: ThreadId, thread: &mut Thread) {
        thread.alarm = thread.alarm.wrapping_add(1);
        self.set_alarm(at, Rings::Wake(id, thread.alarm));
    }

    pub(super) fn time_task_out_at(&mut self, at: Timestamp, task: EventId) {
        self.set_alarm(at, Rings::TaskTimeout(task));
    }

    pub(super) fn expect_heartbeat_by(&mut self, at: Timestamp, task: EventId) {
        self.set_alarm(at, Rings::Heartbeat(task));
    }

    fn set_alarm(&mut self, at: Timestamp, rings: Rings) {
        self.alarms_set += 1;
        self.alarms.push(Reverse(Alarm {
            at,
            order: self.alarms_set,
            rings,
        }));
    }

    /// Whether an alarm still has somebody to wake.
    fn counts(&self, alarm: &Alarm) -> bool {
        match alarm.rings {
            Rings::Execution => self.outcome.is_none(),
            Rings::TaskTimeout(task) => self.tasks.contains_key(&task),
            Rings::Heartbeat(task) => self
                .tasks
                .get(&task)
                .and_then(|id| self.threads.get(*id))
                .is_some_and(|thread| thread.heartbeat_due == Some(alarm.at)),
            Rings::Wake(id, stamp) => self.threads.get(id).is_some_and(|thread| {
                thread.alarm == stamp && matches!(thread.phase, Phase::Waiting | Phase::Backoff)
            }),
        }
    }

    fn tick(&mut self, out: &mut Out<'_>) {
        while let Some(at) = self.deadline() {
            if at > self.recorder.now() || self.outcome.is_some() {
                return;
            }
            let Some(Reverse(alarm)) = self.alarms.pop() else {
                return;
            };
            match alarm.rings {
                Rings::Execution => self.time_out(out),
                Rings::TaskTimeout(task) => self.task_timed_out(task, StatesError::timeout(), out),
                Rings::Heartbeat(task) => self.task_timed_out(task, StatesError::heartbeat(), out),
                Rings::Wake(id, _) => self.wake(id),
            }
        }
    }

    pub(super) fn wake(&mut self, id: ThreadId) {
        let Some(thread) = self.threads.get_mut(id) else {
            return;
        };
        thread.phase = match thread.phase {
            Phase::Waiting => Phase::Waited,
            _ => Phase::Attempt,
        };
        self.ready.push_back(id);
    }
}

fn check_output(state: &State, output: &Json) -> Result<(), Failure> {
    if output.size() > limits::MAX_PAYLOAD {
        return Err(Failure::data_limit(&state.name));
    }
    if output.depth() > limits::MAX_DEPTH {
        let cause = format!("The output nests deeper than {} levels.", limits::MAX_DEPTH);
        return Err(StatesError::runtime(cause).into());
    }
    Ok(())
}
