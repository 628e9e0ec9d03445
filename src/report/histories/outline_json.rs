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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::outline::sample::{Script, chained};

    const ROUND: &str = r#"
        +0 PassStateEntered "name":"Check","input":"{}"
        +1 PassStateExited "name":"Check","output":"{}"
        +0 WaitStateEntered "name":"Wait","input":"{}"
        +9 WaitStateExited "name":"Wait","output":"{}""#;

    const CAUGHT: &str = r#"
        +0 TaskStateEntered "name":"Ask","input":"{}"
        +0 TaskScheduled "resourceType":"lambda","resource":"invoke","region":"","parameters":"{}"
        +5 TaskFailed "resourceType":"lambda","resource":"invoke","error":"Busy"
        +0 TaskStateExited "name":"Ask","output":"{}""#;

    fn document(script: &Script, all: bool) -> Value {
        let mut about = About::default();
        about.view.all = all;
        let text = render(&script.outline(), &about);
        serde_json::from_str(&text).expect("it is JSON")
    }

    /// Every visit is either a state of the document or counted in a gap, and a gap says between
    /// which states it is.
    fn check_thread(thread: &Value, visits: u64) {
        let states = thread["states"].as_array().expect("a list");
        let gaps = thread["gaps"].as_array().expect("something is counted");
        let number = |value: &Value| value.as_u64().expect("a number");
        let counted: u64 = gaps.iter().map(|gap| number(&gap["visits"])).sum();
        assert_eq!(states.len() as u64 + counted, visits);
        for gap in gaps {
            let before = usize::try_from(number(&gap["before"])).expect("a place");
            assert!((1..states.len()).contains(&before), "{gap}");
            let by_name = gap["states"].as_object().expect("names");
            let named: u64 = by_name.values().map(number).sum();
            assert_eq!(named + number(&gap["others"]), number(&gap["visits"]));
            assert!(states[before - 1]["exited"].as_str() <= gap["entered"].as_str());
            assert!(gap["exited"].as_str() <= states[before]["entered"].as_str());
        }
    }

    #[test]
    fn what_is_only_counted_stands_in_gaps() {
        let mut script = chained("");
        let (mut last, mut now) = (0, 0);
        for round in 0..2_000 {
            let lines = if round % 500 == 250 { CAUGHT } else { ROUND };
            (last, now) = script.chain(last, now, lines);
        }
        let told = document(&script, false);
        check_thread(&told, 1_996 * 2 + 4);
        assert!(told.get("truncated").is_none());
        let gaps = told["gaps"].as_array().expect("a list");
        assert_eq!(
            gaps[0],
            json!({
                "before": 250, "visits": 250, "caught": 0, "retried": 0,
                "states": {"Check": 125, "Wait": 125}, "others": 0,
                "entered": "2023-11-14T22:13:21.250Z", "exited": "2023-11-14T22:13:22.500Z",
                "durationMs": 1_250,
            })
        );
        let caught = |state: &&Value| state["status"] == "CAUGHT";
        let states = told["states"].as_array().expect("a list");
        assert_eq!(states.iter().filter(caught).count(), 4);
    }

    #[test]
    fn branches_and_items_have_gaps_of_their_own() {
        let mut script = chained("");
        let entered = script.add(1, 0, "ParallelStateEntered", r#""name":"P","input":"{}""#);
        let started = script.add(entered, 0, "ParallelStateStarted", "");
        let (mut last, mut now) = (started, 0);
        for _ in 0..1_000 {
            (last, now) = script.chain(last, now, ROUND);
        }
        let told = document(&script, false);
        assert!(told.get("gaps").is_none(), "{}", told["gaps"]);
        check_thread(&told["states"][0]["branches"][0], 2_000);
    }
}
