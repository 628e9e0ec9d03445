//! What is told of an execution that did not succeed: the words, their order, and how much. A
//! terminal and a page only lay it out, so that both tell the same.

use super::{About, duration, kind};
use crate::data::{EventId, Timestamp};
use crate::history::outline::{FirstCause, Outline, Status, Step, Visit};

/// The longest way that is told in full.
const MAX_PATH: usize = 9;

/// How many states at work are told.
const MAX_AT_WORK: usize = 5;

/// Why an execution failed, timed out or was aborted.
#[derive(Debug)]
pub struct Blame<'o> {
    /// How it ended.
    pub status: Status,
    /// `ChargeCard ended the execution with Payment.Declined`
    pub title: String,
    /// What is told, the most telling first.
    pub lines: Vec<Line<'o>>,
}

/// A thing that is told.
#[derive(Debug)]
pub enum Line<'o> {
    /// Where the first error was.
    FirstCause(Place<'o>),
    /// The way from the beginning to the end.
    StatePath(StatePath<'o>),
    /// An error's name.
    Error(&'o str),
    /// What was said of the error.
    Cause(&'o str),
    /// The state whose input it was.
    Input(Visit<'o>),
    /// The Catcher that handled the first error.
    HandledBy(String),
    /// The cause that the execution ended with, where that is another one.
    EndedWith(&'o str),
    /// What was going on when it was stopped.
    AtWork(Place<'o>),
}

impl Line<'_> {
    /// What it is called.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::FirstCause(_) => "first cause",
            Self::StatePath(_) => "state path",
            Self::Error(_) => "error",
            Self::Cause(_) => "cause",
            Self::Input(_) => "input",
            Self::HandledBy(_) => "handled by",
            Self::EndedWith(_) => "ended with",
            Self::AtWork(_) => "at work",
        }
    }
}

/// A visit of a state: `ChargeCard (Task lambda:invoke, try 2 of 2) at +15.21 s, event 41`.
#[derive(Debug)]
pub struct Place<'o> {
    /// The visit, which has the name.
    pub visit: Visit<'o>,
    /// `(Task lambda:invoke, try 2 of 2) at +15.21 s`
    pub words: String,
    /// The event that tells of it.
    pub event: EventId,
}

/// `order-workflow › Fulfil[1] › ChargeCard ⇢ RefundStock › OrderFailed`
#[derive(Debug)]
pub struct StatePath<'o> {
    /// Where it begins.
    pub machine: String,
    /// The states.
    pub hops: Vec<Hop<'o>>,
}

/// A part of a way.
#[derive(Debug)]
pub enum Hop<'o> {
    /// A state that it led through.
    Through(Step<'o>),
    /// States of a long way that are not told.
    LeftOut,
}

impl<'o> Blame<'o> {
    /// What there is to tell, if the execution did not succeed.
    #[must_use]
    pub fn of(outline: &'o Outline, about: &About<'_>) -> Option<Self> {
        match outline.summary().status {
            Status::Failed => Some(failed(outline, about)),
            Status::TimedOut => Some(stopped(outline, "the execution timed out".to_owned())),
            Status::Aborted => Some(stopped(outline, "the execution was aborted".to_owned())),
            Status::Running | Status::Succeeded | Status::Caught => None,
        }
    }
}

fn failed<'o>(outline: &'o Outline, about: &About<'_>) -> Blame<'o> {
    let summary = outline.summary();
    let error = filled(summary.error.as_deref());
    // The bound on events ends an execution whose states have done nothing wrong.
    let blamed = |cause: &FirstCause<'_>| cause.raised_by.status() != Status::Succeeded;
    let Some(cause) = outline.first_cause().filter(blamed) else {
        return stopped(outline, how("the execution", "failed with", error));
    };
    let first = cause.raised_by;
    let mut lines = vec![
        Line::FirstCause(raised(first, summary.started)),
        Line::StatePath(path(&cause, about.machine)),
    ];
    if let Some(failure) = first.failure() {
        lines.extend(error_lines(
            failure.error.as_deref(),
            failure.cause.as_deref(),
        ));
    }
    lines.extend(input(first));
    if let Some(caught) = cause.caught_in {
        let next = caught.next().unwrap_or_default();
        let found = about.catcher.and_then(|find| find(caught.name(), next));
        lines.push(Line::HandledBy(found.unwrap_or_else(|| {
            format!("a Catch of {} → {next}", caught.name())
        })));
        lines.extend(filled(summary.cause.as_deref()).map(Line::EndedWith));
    }
    Blame {
        status: summary.status,
        title: how(cause.ended_by.name(), "ended the execution with", error),
        lines,
    }
}

/// Who did what, and with which error; a worker may answer without one.
fn how(who: &str, did: &str, error: Option<&str>) -> String {
    match error {
        Some(error) => format!("{who} {did} {error}"),
        None => format!("{who} failed without an error name"),
    }
}

/// An end from outside: what was it doing?
fn stopped(outline: &Outline, title: String) -> Blame<'_> {
    let summary = outline.summary();
    let mut lines = error_lines(summary.error.as_deref(), summary.cause.as_deref());
    let working = outline.at_work(MAX_AT_WORK);
    lines.extend(working.iter().map(|visit| Line::AtWork(at_work(*visit))));
    if let [only] = working.as_slice() {
        lines.extend(input(*only));
    }
    Blame {
        status: summary.status,
        title,
        lines,
    }
}

fn error_lines<'o>(error: Option<&'o str>, cause: Option<&'o str>) -> Vec<Line<'o>> {
    let cause = filled(cause).map(Line::Cause);
    let error = filled(error).map(Line::Error);
    error.into_iter().chain(cause).collect()
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

fn input(visit: Visit<'_>) -> Option<Line<'_>> {
    visit.input().is_some().then_some(Line::Input(visit))
}

fn raised(visit: Visit<'_>, start: Option<Timestamp>) -> Place<'_> {
    let (at, event) = match visit.failure() {
        Some(failure) => (failure.at, failure.event),
        None => (visit.entered(), visit.event()),
    };
    let since = duration(at.since(start.unwrap_or(at)));
    Place {
        words: format!("{} at +{since}", state(&visit)),
        visit,
        event,
    }
}

fn at_work(visit: Visit<'_>) -> Place<'_> {
    // Of several tries only the last is at work; a pause may lie before it.
    let before = match visit.tries() {
        [_, .., last] => last.began.since(visit.entered()),
        _ => 0,
    };
    let time = duration((visit.millis() - before).max(0));
    Place {
        words: format!("{} for {time}", state(&visit)),
        visit,
        event: visit.event(),
    }
}

/// `(Task lambda:invoke, try 2 of 2)`
fn state(visit: &Visit<'_>) -> String {
    let tries = match visit.tries().len() {
        0 | 1 => String::new(),
        count => format!(", try {count} of {count}"),
    };
    format!("({}{tries})", kind(visit, false))
}

/// The beginning and the end of a long way; both tell more than its middle.
fn path<'o>(cause: &FirstCause<'o>, machine: Option<&str>) -> StatePath<'o> {
    let mut hops: Vec<Hop<'o>> = cause.path.iter().copied().map(Hop::Through).collect();
    if hops.len() > MAX_PATH {
        let middle = MAX_PATH / 2..hops.len() - MAX_PATH / 2;
        hops.splice(middle, [Hop::LeftOut]);
    }
    StatePath {
        machine: machine.unwrap_or("the execution").to_owned(),
        hops,
    }
}
