//! Why an execution did not succeed: what a page says first.

use serde::Serialize;

use crate::history::outline::{FirstCause, Link, Outline, Status, Visit};
use crate::report::histories::Lookup;

/// How many states at work are listed.
const MAX_AT_WORK: usize = 5;

/// The block above everything else.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Blame<'o> {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'o str>,
    /// The state whose error came first.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Place<'o>>,
    /// From there to the end.
    path: Vec<Hop<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handled: Option<String>,
    /// What was going on when it was stopped.
    at_work: Vec<Place<'o>>,
}

#[derive(Serialize)]
struct Place<'o> {
    name: &'o str,
    /// The event that entered the state.
    entered: u64,
    /// The event that tells the error.
    event: u64,
    millis: i64,
}

#[derive(Serialize)]
struct Hop<'o> {
    name: &'o str,
    entered: u64,
    /// The branch or iteration that the way goes on in.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    caught: bool,
}

/// Why the execution failed, timed out or was aborted.
pub(super) fn blame<'o>(outline: &'o Outline, catcher: Option<Lookup<'_>>) -> Option<Blame<'o>> {
    match outline.summary().status {
        Status::Failed => Some(failed(outline, catcher)),
        Status::TimedOut => Some(stopped(outline, "The execution timed out")),
        Status::Aborted => Some(stopped(outline, "The execution was aborted")),
        Status::Running | Status::Succeeded | Status::Caught => None,
    }
}

fn failed<'o>(outline: &'o Outline, catcher: Option<Lookup<'_>>) -> Blame<'o> {
    let summary = outline.summary();
    let error = summary
        .error
        .as_deref()
        .unwrap_or("an error without a name");
    // The bound on events ends an execution whose states have done nothing wrong.
    let blamed = |cause: &FirstCause<'_>| cause.raised_by.status() != Status::Succeeded;
    let Some(cause) = outline.first_cause().filter(blamed) else {
        return stopped(outline, "The execution failed");
    };
    let failure = cause.raised_by.failure();
    let handled = cause.caught_in.map(|caught| {
        let next = caught.next().unwrap_or_default();
        let found = catcher.and_then(|find| find(caught.name(), next));
        found.unwrap_or_else(|| format!("a Catch of {} → {next}", caught.name()))
    });
    let hops = cause.path.iter().map(|step| Hop {
        name: step.visit.name(),
        entered: step.visit.event().0,
        number: step.number,
        caught: step.link == Link::Catch,
    });
    Blame {
        title: format!("{} ended the execution with {error}", cause.ended_by.name()),
        error: failure.and_then(|failure| failure.error.as_deref()),
        cause: failure.and_then(|failure| failure.cause.as_deref()),
        first: Some(place(&cause.raised_by)),
        path: hops.collect(),
        handled,
        at_work: Vec::new(),
    }
}

fn stopped<'o>(outline: &'o Outline, title: &str) -> Blame<'o> {
    let summary = outline.summary();
    let at_work = outline.at_work(MAX_AT_WORK);
    Blame {
        title: title.to_owned(),
        error: summary.error.as_deref(),
        cause: summary.cause.as_deref(),
        first: None,
        path: Vec::new(),
        handled: None,
        at_work: at_work.iter().map(place).collect(),
    }
}

fn place<'o>(visit: &Visit<'o>) -> Place<'o> {
    let failure = visit.failure();
    Place {
        name: visit.name(),
        entered: visit.event().0,
        event: failure.map_or(visit.event(), |failure| failure.event).0,
        millis: visit.millis(),
    }
}
