//! The journal of an execution: what it was told from outside, and when it ran. With the definition
//! and the start it is all that is needed to have the execution back after the process has ended,
//! with its timers, retries and waiting tasks.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::driver::{Ended, FUEL};
use crate::data::{EventId, Json, JsonError, Nature, StatesError, Timestamp};
use crate::engine::map_run::MapRun;
use crate::engine::{
    Effect, EventSink, Execution, Input, Note, Out, Outcome, Program, Start, TaskRequest,
};
use crate::history::HistoryEvent;

/// Told when what somebody waits for is kept; dropped when it never will be.
pub type Ack = oneshot::Sender<()>;

/// Keeps what an execution is told, beside its events.
pub trait Journal: EventSink {
    /// The execution is about to be told something.
    fn told(&mut self, at: Timestamp, input: &Input);

    /// The execution has run once on what it was told.
    fn ran(&mut self);

    /// Somebody outside is about to be given a token: whoever brings it back later shall be known.
    fn gives(&mut self, token: &Arc<str>) {
        let _ = token;
    }

    /// Somebody waits until everything so far is kept.
    fn acknowledge(&mut self, ack: Ack);

    /// Ends when everything so far is kept.
    fn kept(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Whether so much was told that was not kept yet that the execution should wait.
    fn is_ahead(&self) -> bool {
        false
    }

    /// The execution has ended.
    fn ended(&mut self, ended: &Ended);

    /// The execution cannot go on, whatever it was about to do, and ends as one that failed.
    fn broke(&mut self, at: Timestamp, why: &str) {
        self.ended(&Ended {
            outcome: Outcome::Failed(cannot_go_on(why)),
            stopped: None,
            at,
        });
    }
}

impl<J: Journal + ?Sized> Journal for Box<J> {
    fn told(&mut self, at: Timestamp, input: &Input) {
        (**self).told(at, input);
    }

    fn ran(&mut self) {
        (**self).ran();
    }

    fn gives(&mut self, token: &Arc<str>) {
        (**self).gives(token);
    }

    fn acknowledge(&mut self, ack: Ack) {
        (**self).acknowledge(ack);
    }

    fn kept(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        (**self).kept()
    }

    fn is_ahead(&self) -> bool {
        (**self).is_ahead()
    }

    fn ended(&mut self, ended: &Ended) {
        (**self).ended(ended);
    }

    fn broke(&mut self, at: Timestamp, why: &str) {
        (**self).broke(at, why);
    }
}

/// The journal of executions that end with the process: only their events are heard.
pub struct Unkept<S>(
    /// Hears the events.
    pub S,
);

impl<S: EventSink> EventSink for Unkept<S> {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.0.event(event);
    }

    fn idle(&mut self) {
        self.0.idle();
    }

    fn note(&mut self, note: &Note<'_>) {
        self.0.note(note);
    }
}

impl<S: EventSink> Journal for Unkept<S> {
    fn told(&mut self, _: Timestamp, _: &Input) {}

    fn ran(&mut self) {}

    fn acknowledge(&mut self, ack: Ack) {
        // Whoever asked may have gone.
        let _ = ack.send(());
    }

    fn kept(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(ready(()))
    }

    fn ended(&mut self, _: &Ended) {}
}

/// What an execution ends with that cannot go on.
#[must_use]
pub fn cannot_go_on(why: &str) -> StatesError {
    StatesError::runtime(format!("The execution cannot go on: {why}")).shortened()
}

/// A line of a journal.
#[derive(Clone, Debug)]
pub enum Entry {
    /// The execution was told something.
    Told(Timestamp, Input),
    /// It ran.
    Ran,
}

/// The line that says that it ran.
const RAN: &str = "ran";

/// Why a line of a journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It is no line of a journal.
    #[error("this is no line of a journal: {0}")]
    Line(#[from] serde_json::Error),
    /// A document in it is none.
    #[error("a document of the journal is no JSON: {0}")]
    Document(JsonError),
}

/// An input as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Written<'a> {
    Started(u64, Option<Cow<'a, str>>),
    Submitted(u64, Cow<'a, str>),
    Heartbeat(u64),
    Succeeded(u64, Cow<'a, str>),
    Failed(u64, WrittenError<'a>),
    RunSucceeded(u64, Cow<'a, str>),
    RunFailed(u64, WrittenError<'a>),
    Tick,
    Stop(WrittenError<'a>),
    Redrive,
}

#[derive(Serialize, Deserialize)]
struct WrittenError<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nature: Option<WrittenNature>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum WrittenNature {
    Runtime,
    Heartbeat,
    DataLimit,
    Evaluation,
}

impl Entry {
    /// Appends a line, with its end, that says that the execution was told something.
    pub fn write_told(at: Timestamp, input: &Input, out: &mut String) {
        // Text and whole numbers only: this cannot fail.
        out.push_str(&serde_json::to_string(&(at.0, Written::of(input))).unwrap_or_default());
        out.push('\n');
    }

    /// Appends a line, with its end, that says that the execution ran.
    pub fn write_ran(out: &mut String) {
        out.push_str(RAN);
        out.push('\n');
    }

    /// Reads a line, without its end.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(line: &str) -> Result<Self, JournalError> {
        if line == RAN {
            return Ok(Self::Ran);
        }
        let (at, written): (i64, Written<'_>) = serde_json::from_str(line)?;
        Ok(Self::Told(Timestamp(at), written.input()?))
    }
}

impl<'a> Written<'a> {
    fn of(input: &'a Input) -> Self {
        match input {
            Input::TaskStarted { task, worker } => {
                Self::Started(task.0, worker.as_deref().map(Cow::Borrowed))
            }
            Input::TaskSubmitted { task, output } => Self::Submitted(task.0, output.text()),
            Input::Heartbeat { task } => Self::Heartbeat(task.0),
            Input::TaskEnded { task, result } => match result {
                Ok(output) => Self::Succeeded(task.0, output.text()),
                Err(error) => Self::Failed(task.0, WrittenError::of(error)),
            },
            Input::MapRunEnded { run, result } => match result {
                Ok(output) => Self::RunSucceeded(run.0, output.text()),
                Err(error) => Self::RunFailed(run.0, WrittenError::of(error)),
            },
            Input::Tick => Self::Tick,
            Input::Stop(error) => Self::Stop(WrittenError::of(error)),
            Input::Redrive => Self::Redrive,
        }
    }

    fn input(self) -> Result<Input, JournalError> {
        Ok(match self {
            Self::Started(task, worker) => Input::TaskStarted {
                task: EventId(task),
                worker: worker.map(Into::into),
            },
            Self::Submitted(task, output) => Input::TaskSubmitted {
                task: EventId(task),
                output: document(&output)?,
            },
            Self::Heartbeat(task) => Input::Heartbeat {
                task: EventId(task),
            },
            Self::Succeeded(task, output) => Input::TaskEnded {
                task: EventId(task),
                result: Ok(document(&output)?),
            },
            Self::Failed(task, error) => Input::TaskEnded {
                task: EventId(task),
                result: Err(error.error()),
            },
            Self::RunSucceeded(run, output) => Input::MapRunEnded {
                run: EventId(run),
                result: Ok(document(&output)?),
            },
            Self::RunFailed(run, error) => Input::MapRunEnded {
                run: EventId(run),
                result: Err(error.error()),
            },
            Self::Tick => Input::Tick,
            Self::Stop(error) => Input::Stop(error.error()),
            Self::Redrive => Input::Redrive,
        })
    }
}

fn document(text: &str) -> Result<Json, JournalError> {
    Json::parse(text).map_err(JournalError::Document)
}

impl<'a> WrittenError<'a> {
    fn of(error: &'a StatesError) -> Self {
        Self {
            error: error.error.as_deref().map(Cow::Borrowed),
            cause: error.cause.as_deref().map(Cow::Borrowed),
            nature: match error.nature {
                Nature::Plain => None,
                Nature::Runtime => Some(WrittenNature::Runtime),
                Nature::Heartbeat => Some(WrittenNature::Heartbeat),
                Nature::DataLimit => Some(WrittenNature::DataLimit),
                Nature::Evaluation => Some(WrittenNature::Evaluation),
            },
        }
    }

    fn error(self) -> StatesError {
        StatesError {
            error: self.error.map(Into::into),
            cause: self.cause.map(Into::into),
            nature: match self.nature {
                None => Nature::Plain,
                Some(WrittenNature::Runtime) => Nature::Runtime,
                Some(WrittenNature::Heartbeat) => Nature::Heartbeat,
                Some(WrittenNature::DataLimit) => Nature::DataLimit,
                Some(WrittenNature::Evaluation) => Nature::Evaluation,
            },
        }
    }
}

/// An execution as its journal leaves it, and what it still waits for.
#[derive(Debug)]
pub struct Rebuilt {
    /// The execution.
    pub execution: Execution,
    /// The last event that it told.
    pub last_event: EventId,
    /// When it was told something last.
    pub at: Timestamp,
    /// Tasks that have not ended.
    pub(super) open: BTreeMap<EventId, OpenTask>,
    /// Map Runs that have not ended.
    pub(super) runs: BTreeMap<EventId, MapRun>,
    /// Results of tasks that have not ended.
    pub(super) early: Vec<EarlyResult>,
    /// Told when its tasks can be answered again.
    pub(super) taken_up: Option<Ack>,
}

/// A result that was acknowledged before the service had answered to the request that carries the
/// token, so that no entry of the journal holds it.
#[derive(Debug)]
pub struct EarlyResult {
    /// The task's token.
    pub token: Arc<str>,
    /// What was told.
    pub result: Result<Json, StatesError>,
}

/// A task that has not ended.
#[derive(Debug)]
pub(super) struct OpenTask {
    pub(super) request: TaskRequest,
    pub(super) stage: OpenStage,
}

/// How far a task is that has not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::runtime) enum OpenStage {
    /// Nobody began to work on it.
    #[default]
    Scheduled,
    /// Somebody began.
    Started,
    /// The service answered, and somebody has the token.
    Submitted,
}

/// Hears which event was the last.
struct Last(EventId);

impl EventSink for Last {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.0 = event.id;
    }
}

impl Rebuilt {
    /// An execution that has not begun.
    #[must_use]
    pub fn new(program: Arc<Program>, start: Start) -> Self {
        Self {
            at: start.at,
            execution: Execution::new(program, start),
            last_event: EventId::NONE,
            open: BTreeMap::new(),
            runs: BTreeMap::new(),
            early: Vec::new(),
            taken_up: None,
        }
    }

    /// The ARNs of Map Runs that have not ended.
    pub fn map_runs(&self) -> impl Iterator<Item = &str> {
        self.runs.values().map(|run| &*run.arn)
    }

    /// Gives its tasks the results that came early; those of tasks that have ended are of no use.
    pub fn answer(&mut self, early: Vec<EarlyResult>) {
        let is_open = |early: &EarlyResult| {
            let mut tokens = self
                .open
                .values()
                .filter_map(|it| it.request.token.as_ref());
            tokens.any(|token| *token == early.token)
        };
        self.early = early.into_iter().filter(is_open).collect();
    }

    /// Lets somebody know when tasks that were waiting can be answered again.
    pub fn tell_when_taken_up(&mut self, ack: Ack) {
        self.taken_up = Some(ack);
    }

    /// Takes the execution through another entry of its journal.
    pub fn replay(&mut self, entry: Entry) {
        let (mut effects, mut sink) = (Vec::new(), Last(self.last_event));
        let mut out = Out {
            sink: &mut sink,
            effects: &mut effects,
        };
        match entry {
            Entry::Told(at, input) => {
                self.at = at;
                self.heed(&input);
                self.execution.deliver(at, input, &mut out);
            }
            Entry::Ran => {
                // What is left to do when the fuel is used up is done when it runs again.
                let _ = self.execution.run(FUEL, &mut out);
            }
        }
        self.last_event = sink.0;
        for effect in effects {
            self.expect(effect);
        }
    }

    /// Whether the journal leads to as many events as are kept.
    ///
    /// # Errors
    /// With the reason, when it does not.
    pub fn leads_to(&self, events: u64) -> Result<(), String> {
        let own = self.last_event.0;
        if own == events {
            return Ok(());
        }
        Err(format!(
            "its journal leads to {own} events, and {events} are kept: this version of asl goes on \
             otherwise than the one before"
        ))
    }

    /// What a task did.
    fn heed(&mut self, input: &Input) {
        let mut reached = |task, stage: OpenStage| {
            if let Some(open) = self.open.get_mut(task) {
                open.stage = open.stage.max(stage);
            }
        };
        match input {
            Input::TaskStarted { task, .. } => reached(task, OpenStage::Started),
            Input::TaskSubmitted { task, .. } => reached(task, OpenStage::Submitted),
            Input::TaskEnded { task: id, .. } | Input::MapRunEnded { run: id, .. } => {
                self.open.remove(id);
                self.runs.remove(id);
            }
            Input::Heartbeat { .. } | Input::Tick | Input::Stop(_) | Input::Redrive => {}
        }
    }

    fn expect(&mut self, effect: Effect) {
        match effect {
            Effect::Invoke(request) => {
                let open = OpenTask {
                    request: *request,
                    stage: OpenStage::default(),
                };
                self.open.insert(open.request.task, open);
            }
            Effect::RunMap(run) => {
                self.runs.insert(run.run, *run);
            }
            Effect::Cancel(id) => {
                self.open.remove(&id);
                self.runs.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: Input) {
        let mut line = String::new();
        Entry::write_told(Timestamp(6), &input, &mut line);
        let line = line.strip_suffix('\n').expect("a whole line");
        let read = Entry::read(line).expect("a line of a journal");
        let told = Entry::Told(Timestamp(6), input);
        assert_eq!(format!("{read:?}"), format!("{told:?}"), "{line}");
        assert!(!line.contains('\n'));
    }

    #[test]
    fn every_input_is_read_as_it_was_written() {
        let task = EventId(7);
        let odd = Json::parse("{ \"a\" :\n 1.0, \"b\": \"\\u2028\" }").expect("a document");
        check(Input::TaskStarted { task, worker: None });
        let worker = Some("w \"1\"\n".into());
        check(Input::TaskStarted { task, worker });
        let output = odd.clone();
        check(Input::TaskSubmitted { task, output });
        check(Input::Heartbeat { task });
        let result = Ok(odd.clone());
        check(Input::TaskEnded { task, result });
        for error in [
            StatesError::default(),
            StatesError::timeout(),
            StatesError::heartbeat(),
            StatesError::runtime("why"),
            StatesError::data_limit("x"),
        ] {
            let result = Err(error.clone());
            check(Input::TaskEnded { task, result });
            check(Input::Stop(error));
        }
        let result = Ok(odd);
        check(Input::MapRunEnded { run: task, result });
        let result = Err(StatesError::new("E", "c"));
        check(Input::MapRunEnded { run: task, result });
        check(Input::Redrive);
        check(Input::Tick);
    }

    #[test]
    fn documents_keep_their_blanks() {
        let text = "{ \"a\" :  1 }";
        let output = Json::parse(text).expect("a document");
        let task = EventId(3);
        let mut line = String::new();
        Entry::write_told(
            Timestamp(1),
            &Input::TaskSubmitted { task, output },
            &mut line,
        );
        let entry = Entry::read(line.trim_end()).expect("a line");
        let Entry::Told(_, Input::TaskSubmitted { output, .. }) = entry else {
            panic!("{entry:?}")
        };
        assert_eq!(output.text(), text);
    }

    #[test]
    fn other_lines_are_refused() {
        assert!(matches!(Entry::read("ran"), Ok(Entry::Ran)));
        for line in [
            "",
            "ran ",
            "[]",
            "[1,{\"other\":1}]",
            "[1,{\"succeeded\":[1,\"{\"]}]",
        ] {
            assert!(Entry::read(line).is_err(), "{line}");
        }
    }
}
