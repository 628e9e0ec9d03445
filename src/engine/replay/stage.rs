//! The stage of a replay: the execution, the recording that leads it, and the judge.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::chains::{ChainId, Chains, Placed, Placer, is_aftermath};
use super::likeness::{Judge, Likeness};
use super::map_runs::{self, MapRunEnd};
use super::{Difference, Divergence, Replayed, Untold};
use crate::data::{EventId, Json, Nature, StatesError, Timestamp};
use crate::engine::thread::{Phase, ThreadId};
use crate::engine::{Effect, EventSink, Execution, Input, Out, Program, Start};
use crate::history::{Details, EventJson, HistoryEvent, HistoryEventType as Type, read_event};
use crate::language::StateKind;

/// How often the execution may be moved towards one event. Most need one step; a retry needs an
/// answer, a wait and an attempt, and a Map that cannot begin may retry without any event.
const MAX_MOVES: usize = 100_000;

/// A replay under way.
pub(super) struct Stage<'h> {
    execution: Execution,
    history: &'h [HistoryEvent<'h>],
    comparison: Comparison<'h>,
    /// When each task at work was scheduled, and how long it had.
    bounds: HashMap<EventId, Bounds, RandomState>,
    effects: Vec<Effect>,
    max_events: u64,
}

#[derive(Clone, Copy)]
struct Bounds {
    scheduled: Timestamp,
    timeout: Option<i64>,
    heartbeat: Option<i64>,
}

/// Hears what the execution makes, and compares it.
struct Comparison<'h> {
    history: &'h [HistoryEvent<'h>],
    judge: Judge,
    chains: Chains,
    /// Where each recorded event belongs.
    placed: Vec<Placed>,
    /// The recorded events of each chain that were not reached, in order.
    awaited: Vec<VecDeque<u32>>,
    /// Those that tell what was aborted: in any order.
    aftermath: Vec<Vec<u32>>,
    /// Places the events that are made.
    placer: Placer,
    is_reached: Vec<bool>,
    equal: usize,
    /// What was made beyond a recording that breaks off.
    rest: Vec<HistoryEvent<'static>>,
    /// Whether the recording has an end.
    ended: bool,
    difference: Option<Box<Difference>>,
}

impl<'h> Stage<'h> {
    pub(super) fn new(
        program: &Arc<Program>,
        start: Start,
        history: &'h [HistoryEvent<'h>],
        likeness: Likeness,
    ) -> Self {
        let judge = Judge::new(likeness, &start.identity);
        let max_events = start.max_events;
        let start = Start {
            max_events: recorded_limit(history, max_events),
            ..start
        };
        Self {
            execution: Execution::new(Arc::clone(program), start),
            history,
            comparison: Comparison::new(program, history, judge),
            bounds: HashMap::default(),
            effects: Vec::new(),
            max_events,
        }
    }

    pub(super) fn play(mut self) -> Result<Replayed, Divergence> {
        // Whatever was recorded first.
        self.act(Execution::start);
        for at in 0..self.history.len() {
            self.reach(at)?;
        }
        self.execution.recorder.set_max_events(self.max_events);
        Ok(Replayed {
            execution: self.execution,
            events: self.comparison.equal,
            ended: self.comparison.ended,
            rest: self.comparison.rest,
        })
    }

    /// Moves the execution until it has made a recorded event.
    fn reach(&mut self, at: usize) -> Result<(), Divergence> {
        let event = &self.history[at];
        let is_untold = match event.kind {
            Type::MapRunSucceeded => self.map_run_end(at).is_none(),
            // Of a run that began in a part of the history that is not there.
            Type::MapRunRedriven => self.execution.redrives() == 0,
            _ => false,
        };
        if is_untold {
            return Err(Divergence::Untold(Box::new(self.comparison.untold(at))));
        }
        for _ in 0..MAX_MOVES {
            if let Some(difference) = self.comparison.difference.take() {
                return Err(Divergence::Different(difference));
            }
            if self.comparison.is_reached[at] {
                return Ok(());
            }
            if !self.advance(at) {
                break;
            }
        }
        let missing = self.comparison.difference.take();
        let missing = missing.unwrap_or_else(|| Box::new(self.comparison.missing(at)));
        Err(Divergence::Different(missing))
    }

    /// Moves the execution once; says whether it could be moved.
    fn advance(&mut self, at: usize) -> bool {
        let event = &self.history[at];
        let moved = match event.kind {
            Type::ExecutionStarted => false,
            Type::ExecutionAborted if self.runs() => {
                self.deliver(event.timestamp, Input::Stop(failure(&event.details)))
            }
            Type::ExecutionTimedOut if self.runs() => self.time_out(event.timestamp),
            Type::ExecutionRedriven if self.execution.not_redrivable().is_none() => {
                self.deliver(event.timestamp, Input::Redrive)
            }
            _ if !self.runs() => false,
            // What had no room any more was not recorded.
            Type::ExecutionFailed if !self.execution.recorder.has_room() => {
                self.act(Execution::overflow);
                true
            }
            _ => self.feed(at) || self.go_on(at),
        };
        self.hear_effects(event.timestamp);
        if self.runs() && self.execution.recorder.is_full() {
            self.act(Execution::overflow);
        }
        moved
    }

    fn runs(&self) -> bool {
        self.execution.outcome().is_none()
    }

    fn act<R>(&mut self, act: impl FnOnce(&mut Execution, &mut Out<'_>) -> R) -> R {
        let mut out = Out {
            sink: &mut self.comparison,
            effects: &mut self.effects,
        };
        act(&mut self.execution, &mut out)
    }

    fn deliver(&mut self, at: Timestamp, input: Input) -> bool {
        self.act(|execution, out| execution.deliver(at, input, out));
        true
    }

    fn time_out(&mut self, at: Timestamp) -> bool {
        self.execution.recorder.advance(at);
        self.act(Execution::time_out);
        true
    }

    /// Tells what the outside did about a task.
    fn feed(&mut self, at: usize) -> bool {
        let event = &self.history[at];
        let Some(task) = self.task(self.comparison.placed[at].chain) else {
            return false;
        };
        let input = match event.kind {
            Type::MapRunSucceeded => return self.end_map_run(at, task),
            Type::MapRunFailed => Input::MapRunEnded {
                run: task,
                result: Err(failure(&event.details)),
            },
            Type::ActivityStarted | Type::LambdaFunctionStarted | Type::TaskStarted => {
                let worker = match &event.details {
                    Details::ActivityStarted { worker_name } => worker_name.as_deref(),
                    _ => None,
                };
                let worker = worker.map(Arc::from);
                Input::TaskStarted { task, worker }
            }
            Type::TaskSubmitted => Input::TaskSubmitted {
                task,
                output: output(&event.details),
            },
            Type::ActivitySucceeded | Type::LambdaFunctionSucceeded | Type::TaskSucceeded => {
                let result = Ok(output(&event.details));
                Input::TaskEnded { task, result }
            }
            Type::ActivityFailed
            | Type::ActivityScheduleFailed
            | Type::LambdaFunctionFailed
            | Type::LambdaFunctionScheduleFailed
            | Type::LambdaFunctionStartFailed
            | Type::TaskFailed
            | Type::TaskStartFailed
            | Type::TaskSubmitFailed => {
                let result = Err(failure(&event.details));
                Input::TaskEnded { task, result }
            }
            Type::ActivityTimedOut | Type::LambdaFunctionTimedOut | Type::TaskTimedOut => {
                return self.time_task_out(task, event);
            }
            _ => return false,
        };
        self.deliver(event.timestamp, input)
    }

    fn time_task_out(&mut self, task: EventId, event: &HistoryEvent<'_>) -> bool {
        self.execution.recorder.advance(event.timestamp);
        let mut error = failure(&event.details);
        if self.missed_heartbeat(task, event.timestamp) {
            error.nature = Nature::Heartbeat;
        }
        self.act(|execution, out| execution.task_timed_out(task, error, out));
        true
    }

    /// A missed heartbeat and a time-out are recorded alike, and heartbeats are not recorded.
    fn missed_heartbeat(&self, task: EventId, at: Timestamp) -> bool {
        let Some(bounds) = self.bounds.get(&task) else {
            return false;
        };
        match (bounds.heartbeat, bounds.timeout) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(heartbeat), Some(timeout)) => {
                heartbeat < timeout && bounds.scheduled.plus_seconds(timeout) > at
            }
        }
    }

    /// The task that a chain waits for.
    fn task(&self, chain: ChainId) -> Option<EventId> {
        match self.phase(self.thread(chain)?)? {
            Phase::Task(task) | Phase::MapRun(task) => Some(*task),
            _ => None,
        }
    }

    fn end_map_run(&mut self, at: usize, run: EventId) -> bool {
        let time = self.history[at].timestamp;
        match self.map_run_end(at) {
            None => false,
            Some(MapRunEnd::Result(result)) => {
                let result = Ok(result);
                self.deliver(time, Input::MapRunEnded { run, result })
            }
            Some(MapRunEnd::Left { output, assigned }) => {
                self.execution.recorder.advance(time);
                self.act(|execution, out| execution.map_run_left(run, output, assigned, out));
                true
            }
        }
    }

    /// What became of a Map Run that ended with this event, if the rest of its chain tells.
    fn map_run_end(&self, at: usize) -> Option<MapRunEnd> {
        let chain = self.comparison.placed[at].chain;
        let thread = self.execution.threads.get(self.thread(chain)?)?;
        let later =
            (at + 1..self.history.len()).filter(|at| self.comparison.placed[*at].chain == chain);
        let later = later.map(|at| &self.history[at]);
        map_runs::end(&self.execution.program, thread.state, later)
    }

    fn phase(&self, thread: ThreadId) -> Option<&Phase> {
        Some(&self.execution.threads.get(thread)?.phase)
    }

    /// The thread that a chain is, if it is alive.
    fn thread(&self, chain: ChainId) -> Option<ThreadId> {
        let mut thread = self.execution.root;
        for (around, fork, index) in self.comparison.chains.steps(chain) {
            if self.comparison.placer.forks(around) != fork {
                return None;
            }
            let fork = self.execution.threads.get(thread)?.fork()?;
            thread = self.execution.forks.child(fork, index)?;
        }
        Some(thread)
    }

    /// Lets the thread go on that an event belongs to; or the one it follows, as the failure of a
    /// Map follows that of an iteration; or whichever can.
    fn go_on(&mut self, at: usize) -> bool {
        let (time, placed) = (self.history[at].timestamp, self.comparison.placed[at]);
        let threads = [placed.chain, placed.before].map(|chain| self.thread(chain));
        for thread in threads.into_iter().flatten() {
            if self.phase(thread).is_some_and(is_ready) {
                return self.step(thread, time);
            }
        }
        let sleeper = self.sleeper(placed.chain);
        if let Some(thread) = sleeper.or_else(|| self.sleeper(placed.before)) {
            self.execution.recorder.advance(time);
            self.execution.wake(thread);
            return self.step(thread, time);
        }
        if self.break_task(at, placed) {
            return true;
        }
        match self.execution.ready.front() {
            Some(thread) => self.step(*thread, time),
            None => false,
        }
    }

    /// The thread of a chain when it waits for a time; else that of a chain around it: a state that
    /// failed before its work began is not told from the one around it that is tried again.
    fn sleeper(&self, chain: ChainId) -> Option<ThreadId> {
        let mut at = Some(chain);
        while let Some(chain) = at {
            let asleep = self.thread(chain).filter(|thread| {
                matches!(self.phase(*thread), Some(Phase::Waiting | Phase::Backoff))
            });
            if asleep.is_some() {
                return asleep;
            }
            at = self.comparison.chains.around(chain);
        }
        None
    }

    fn step(&mut self, thread: ThreadId, at: Timestamp) -> bool {
        self.execution.recorder.advance(at);
        let enters_wait = self.enters_wait(thread);
        self.turn(thread);
        // The wait begins when its state is entered; no event says so.
        if enters_wait {
            self.turn(thread);
        }
        true
    }

    fn turn(&mut self, thread: ThreadId) {
        self.execution.ready.retain(|ready| *ready != thread);
        self.act(|execution, out| execution.step(thread, 1, out));
    }

    fn enters_wait(&self, thread: ThreadId) -> bool {
        self.execution.threads.get(thread).is_some_and(|entered| {
            let state = self.execution.program.state(entered.state);
            matches!(entered.phase, Phase::Enter) && state.kind() == StateKind::Wait
        })
    }

    /// A task that could not even be attempted leaves no event: only the execution's end tells.
    fn break_task(&mut self, at: usize, placed: Placed) -> bool {
        let Some(task) = self.task(placed.before) else {
            return false;
        };
        let Some(state) = self.comparison.placer.state(placed.before) else {
            return false;
        };
        let Some(error) = self.history.last().and_then(|last| raised_in(state, last)) else {
            return false;
        };
        let result = Err(error);
        self.deliver(
            self.history[at].timestamp,
            Input::TaskEnded { task, result },
        )
    }

    fn hear_effects(&mut self, at: Timestamp) {
        let scheduled = self.execution.recorder.now().max(at);
        for effect in self.effects.drain(..) {
            match effect {
                Effect::Invoke(request) => {
                    let bounds = Bounds {
                        scheduled,
                        timeout: request.timeout,
                        heartbeat: request.heartbeat,
                    };
                    self.bounds.insert(request.task, bounds);
                }
                // The recording tells what became of it.
                Effect::RunMap(_) => {}
                Effect::Cancel(task) => {
                    self.bounds.remove(&task);
                }
            }
        }
    }
}

impl<'h> Comparison<'h> {
    fn new(program: &Program, history: &'h [HistoryEvent<'h>], judge: Judge) -> Self {
        let mut chains = Chains::new(program);
        let mut recorded = Placer::default();
        let (mut awaited, mut aftermath) = (Vec::new(), Vec::new());
        let mut placed = Vec::with_capacity(history.len());
        for (at, event) in (0_u32..).zip(history) {
            let place = recorded.place(&mut chains, event);
            let index = place.chain.index();
            if index >= awaited.len() {
                awaited.resize_with(index + 1, VecDeque::new);
                aftermath.resize_with(index + 1, Vec::new);
            }
            if is_aftermath(event.kind) {
                aftermath[index].push(at);
            } else {
                awaited[index].push_back(at);
            }
            placed.push(place);
        }
        Self {
            history,
            judge,
            chains,
            placed,
            awaited,
            aftermath,
            placer: Placer::default(),
            is_reached: vec![false; history.len()],
            equal: 0,
            rest: Vec::new(),
            ended: history
                .last()
                .is_some_and(|last| last.kind.ends_execution()),
            difference: None,
        }
    }

    /// The recorded event that an event must be, which is taken out.
    fn take_twin(&mut self, chain: ChainId, made: &HistoryEvent<'_>) -> Option<usize> {
        let index = chain.index();
        if !is_aftermath(made.kind) {
            let at = self.awaited.get_mut(index)?.pop_front()?;
            return Some(at as usize);
        }
        let others = self.aftermath.get_mut(index)?;
        let same = |at: &u32| {
            let other = &self.history[*at as usize];
            other.kind == made.kind && other.details == made.details
        };
        let found = others
            .iter()
            .position(same)
            .or((!others.is_empty()).then_some(0))?;
        Some(others.remove(found) as usize)
    }

    fn differ(&mut self, recorded: Option<usize>, made: &HistoryEvent<'_>, chain: ChainId) {
        let difference = Difference {
            recorded: recorded.and_then(|at| owned(&self.history[at])),
            made: owned(made),
            path: self.chains.path(chain),
            state: self.placer.state(chain).cloned(),
            equal: self.equal,
        };
        self.difference = Some(Box::new(difference));
    }

    /// The difference when the execution does nothing where something was recorded.
    fn missing(&self, at: usize) -> Difference {
        let chain = self.placed[at].chain;
        Difference {
            recorded: owned(&self.history[at]),
            made: None,
            path: self.chains.path(chain),
            state: self.placer.state(chain).cloned(),
            equal: self.equal,
        }
    }

    fn untold(&self, at: usize) -> Untold {
        let event = &self.history[at];
        Untold {
            event: event.id,
            kind: event.kind,
            state: self.placer.state(self.placed[at].chain).cloned(),
            equal: self.equal,
        }
    }
}

impl EventSink for Comparison<'_> {
    fn event(&mut self, made: &HistoryEvent<'_>) {
        let chain = self.placer.place(&mut self.chains, made).chain;
        if self.difference.is_some() {
            return;
        }
        match self.take_twin(chain, made) {
            Some(at) if self.judge.is_same(&self.history[at], made) => {
                self.is_reached[at] = true;
                self.equal += 1;
            }
            // What breaks off has not everything that happened.
            None if !self.ended => self.rest.extend(owned(made)),
            twin => self.differ(twin, made, chain),
        }
    }
}

/// The limit on events that a history was recorded under, when it came to it.
fn recorded_limit(history: &[HistoryEvent<'_>], max_events: u64) -> u64 {
    let Some(last) = history.last() else { return 0 };
    let (_, cause) = last.details.as_failure().unwrap_or_default();
    let told = cause
        .unwrap_or_default()
        .rsplit_once("maximum number of history events (");
    let told = told.and_then(|(_, limit)| limit.split_once(')')?.0.parse().ok());
    // A failure on the last line but one ends the execution with its own cause.
    told.unwrap_or(if last.id.0 == max_events {
        max_events
    } else {
        0
    })
}

fn is_ready(phase: &Phase) -> bool {
    match phase {
        Phase::Enter
        | Phase::Attempt
        | Phase::Answered(_)
        | Phase::Waited
        | Phase::Joined(_)
        | Phase::Ran(_)
        | Phase::Left { .. } => true,
        Phase::Task(_) | Phase::MapRun(_) | Phase::Waiting | Phase::Forked(_) | Phase::Backoff => {
            false
        }
    }
}

/// The error of the machine itself that a state ended the execution with, in its own words.
fn raised_in(state: &str, end: &HistoryEvent<'_>) -> Option<StatesError> {
    let (error, cause) = end.details.as_failure()?;
    let cause = cause.filter(|_| error == Some("States.Runtime"))?;
    let place = format!("An error occurred while executing the state '{state}' (entered at");
    let (_, words) = cause.strip_prefix(&place)?.split_once("). ")?;
    Some(StatesError::runtime(words))
}

fn failure(details: &Details<'_>) -> StatesError {
    let (error, cause) = details.as_failure().unwrap_or_default();
    StatesError {
        error: error.map(Arc::from),
        cause: cause.map(Arc::from),
        nature: Nature::Plain,
    }
}

/// What a task answered. A history that was taken without its data has none.
fn output(details: &Details<'_>) -> Json {
    let (Details::Output { output } | Details::TaskOutput { output, .. }) = details else {
        return Json::empty_object();
    };
    match output {
        None => Json::empty_object(),
        Some(EventJson::Value(value)) => (*value).clone(),
        Some(output) => {
            let text = output.text();
            Json::parse(&text).unwrap_or_else(|_| Json::from(&*text))
        }
    }
}

/// The event by itself, as a log has it.
fn owned(event: &HistoryEvent<'_>) -> Option<HistoryEvent<'static>> {
    read_event(&event.to_line()).ok()
}
