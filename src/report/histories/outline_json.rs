//! The tree of a history as JSON, for programs.

use serde_json::{Map, Value, json};

use super::{About, status_name};
use crate::history::outline::{Outcome, Outline, StateType, Status, Thread, Try, Visit};

/// How many visits a document holds at most: a program that wants more reads the log itself.
const MAX_VISITS: usize = 100_000;

/// The document as one line.
#[must_use]
pub fn render(outline: &Outline, about: &About<'_>) -> String {
    let summary = outline.summary();
    let mut left = if about.view.all {
        usize::MAX
    } else {
        MAX_VISITS
    };
    let millis = match (summary.started, summary.ended.or(summary.last)) {
        (Some(from), Some(to)) => Some(to.since(from)),
        _ => None,
    };
    let root = outline.thread();
    let states = thread(&root, about.view.depth, &mut left);
    let gaps = gaps(&root, states.len());
    let mut document = json!({
        "version": 1,
        "status": status_name(summary.status).replace(' ', "_"),
        "error": summary.error.as_deref(),
        "cause": summary.cause.as_deref(),
        "stateMachine": about.machine,
        "executionArn": about.arn,
        "startTime": summary.started.map(|at| at.to_string()),
        "endTime": summary.ended.map(|at| at.to_string()),
        "durationMs": millis,
        "events": summary.events,
        "transitions": summary.transitions,
        "redrives": summary.redrives,
        "states": states,
    });
    if !gaps.is_empty() {
        document["gaps"] = gaps.into();
    }
    if left == 0 {
        document["truncated"] = Value::Bool(true);
    }
    if let Some(cause) = outline.first_cause() {
        let path = cause.path.iter().map(|step| step.visit.name());
        let raised = cause.raised_by;
        let event = raised
            .failure()
            .map_or(raised.event(), |failure| failure.event);
        let failure = raised.failure();
        document["firstCause"] = json!({
            "state": raised.name(),
            "event": event.0,
            "error": failure.and_then(|failure| failure.error.as_deref()),
            "cause": failure.and_then(|failure| failure.cause.as_deref()),
            "path": path.collect::<Vec<_>>(),
            "caughtIn": cause.caught_in.map(|visit| visit.name()),
        });
    }
    document.to_string() + "\n"
}

/// Threads do not nest without bound, so the recursion is bounded.
fn thread(thread: &Thread<'_>, depth: Option<usize>, left: &mut usize) -> Vec<Value> {
    let mut states = Vec::new();
    for each in thread.visits() {
        if *left == 0 {
            break;
        }
        *left -= 1;
        states.push(visit(&each, depth, left));
    }
    states
}

/// Visits that are only counted, each time with how many of the states come before; a `before` is
/// never beyond the last of those.
fn gaps(thread: &Thread<'_>, states: usize) -> Vec<Value> {
    let told = thread.gaps().filter(|(before, _)| *before < states);
    told.map(|(before, gap)| {
        let names: Map<String, Value> = gap
            .names()
            .map(|(name, times)| (name.to_owned(), times.into()))
            .collect();
        json!({
            "before": before,
            "visits": gap.visits(),
            "caught": gap.caught(),
            "retried": gap.retried(),
            "states": names,
            "others": gap.others(),
            "entered": gap.began().to_string(),
            "exited": gap.ended().to_string(),
            "durationMs": gap.millis(),
        })
    })
    .collect()
}

fn visit(visit: &Visit<'_>, depth: Option<usize>, left: &mut usize) -> Value {
    let mut state = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            state.insert(name.to_owned(), value);
        }
    };
    add("name", visit.name().into());
    add("type", visit.state_type().as_str().into());
    add("status", word(visit.status()).into());
    add("event", visit.event().0.into());
    add("entered", visit.entered().to_string().into());
    add("exited", visit.exited().map(|at| at.to_string()).into());
    add("durationMs", visit.millis().into());
    add("resource", visit.resource().into());
    if let Some(failure) = visit.failure() {
        add("error", failure.error.as_deref().into());
        add("cause", failure.cause.as_deref().into());
    }
    add("next", visit.next().into());
    if visit.tries().len() > 1 {
        add("tries", visit.tries().iter().map(a_try).collect());
    }
    if visit.state_type() == StateType::Map {
        add("items", items(visit));
    }
    if depth != Some(0) {
        let depth = depth.map(|depth| depth - 1);
        let threads = visit.threads().into_iter().chain(visit.running(usize::MAX));
        let inside: Vec<Value> = threads
            .map(|inside| {
                let states = thread(&inside, depth, left);
                let gaps = gaps(&inside, states.len());
                let mut told = json!({
                    "index": inside.number(),
                    "status": word(inside.status()),
                    "durationMs": inside.millis(),
                    "states": states,
                });
                if !gaps.is_empty() {
                    told["gaps"] = gaps.into();
                }
                told
            })
            .collect();
        if !inside.is_empty() {
            let name = match visit.state_type() {
                StateType::Map => "iterations",
                _ => "branches",
            };
            add(name, inside.into());
        }
    }
    Value::Object(state)
}

fn a_try(each: &Try) -> Value {
    let (status, error) = match &each.outcome {
        Outcome::Running => ("RUNNING", None),
        Outcome::Succeeded => ("SUCCEEDED", None),
        Outcome::Failed(error) => ("FAILED", error.as_deref()),
        Outcome::Aborted => ("ABORTED", None),
    };
    let millis = each.ended.map(|ended| ended.since(each.began));
    json!({
        "status": status,
        "error": error,
        "began": each.began.to_string(),
        "durationMs": millis,
        "redriven": each.redriven,
    })
}

fn items(visit: &Visit<'_>) -> Value {
    let items = visit.items();
    json!({
        "length": items.length,
        "distributed": items.distributed,
        "succeeded": items.tally.succeeded,
        "caught": items.tally.caught,
        "failed": items.tally.failed,
        "aborted": items.tally.aborted,
        "running": items.running,
        "atOnce": items.peak,
        "medianMs": items.median,
        "longestMs": items.longest,
    })
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Running => "RUNNING",
        Status::Succeeded => "SUCCEEDED",
        Status::Caught => "CAUGHT",
        Status::Failed => "FAILED",
        Status::TimedOut => "TIMED_OUT",
        Status::Aborted => "ABORTED",
    }
}
