//! Whether an execution came to what its case expects, and in what it did not.

use std::sync::Arc;

use super::compare::{Difference, Match, differences, projected};
use super::{Calls, Departure, Expect, Names, Observed, Status};
use crate::data::{EventId, Json, StatesError};
use crate::engine::Outcome;

/// A way in which an execution was not as expected.
#[derive(Clone, Debug)]
pub enum Mismatch {
    /// A Task was called for which nobody answers.
    Unmocked {
        /// The state's name.
        state: Arc<str>,
        /// How often it was called.
        calls: usize,
    },
    /// It ended otherwise.
    Status {
        /// As it should.
        expected: Status,
        /// As it did.
        actual: Status,
    },
    /// Its error or cause is another one.
    Text {
        /// The member of the suite: `error`, `cause`, `cause-includes`.
        member: &'static str,
        /// As it should be.
        expected: Arc<str>,
        /// As it is.
        actual: Option<Arc<str>>,
    },
    /// It left the path.
    Path(Departure),
    /// A Task was called too often, or not often enough.
    Calls {
        /// The state's name.
        state: Arc<str>,
        /// How many calls there should be.
        expected: usize,
        /// How many there are.
        actual: usize,
    },
    /// A document is another one.
    Document {
        /// What document it is.
        what: Document,
        /// Where they differ.
        differences: Vec<Difference>,
        /// As it should be.
        expected: Json,
        /// As it is, in the same order.
        actual: Json,
    },
    /// The execution could not end by what the machine or a mock says: States.Runtime, in a case
    /// that expects nothing else.
    Runtime,
}

/// A document that a case expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// The execution's output, or a part of it.
    Output(Match),
    /// What a Task was given.
    Payload {
        /// The state's name.
        state: Arc<str>,
        /// Which of its calls, from 1.
        number: usize,
        /// The event that scheduled it.
        event: EventId,
    },
}

impl Match {
    fn holds(self, expected: &Json, actual: &Json) -> bool {
        match self {
            Self::Equal => expected == actual,
            Self::Includes => differences(expected, actual, self).is_empty(),
        }
    }
}

/// How an execution ended, in AWS's words.
pub(super) fn status(outcome: &Outcome) -> Status {
    match outcome {
        Outcome::Succeeded(_) => Status::Succeeded,
        Outcome::Failed(_) => Status::Failed,
        Outcome::TimedOut => Status::TimedOut,
        Outcome::Aborted(_) => Status::Aborted,
    }
}

/// Everything in which an execution was not as expected, in the order in which it helps to read
/// it: what went wrong before what followed from it.
#[must_use]
pub fn judge(
    expect: &Expect,
    names: &Names,
    observed: &Observed,
    outcome: &Outcome,
) -> Vec<Mismatch> {
    let mut found = Vec::new();
    if let Some(path) = &expect.path {
        let states = observed.visits.iter();
        let states = states.map(|visit| &**names.name(visit.state));
        found.extend(path.departure(states).map(Mismatch::Path));
    }
    let actual = status(outcome);
    match expect.status {
        Some(expected) if expected != actual => {
            found.push(Mismatch::Status { expected, actual });
        }
        None if is_runtime(outcome) => found.push(Mismatch::Runtime),
        _ => {}
    }
    if expect.status.is_none_or(|expected| expected == actual) {
        ended(expect, outcome, &mut found);
    }
    for (state, calls) in &expect.calls {
        called(&state.value, calls, names, observed, &mut found);
    }
    found
}

fn is_runtime(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(error) if error.name() == "States.Runtime")
}

/// What it ended with, once it ended as it should.
fn ended(expect: &Expect, outcome: &Outcome, found: &mut Vec<Mismatch>) {
    match outcome {
        Outcome::Succeeded(output) => {
            let whole = expect.output.as_ref().map(|(output, _)| output);
            let part = expect.output_includes.as_ref();
            let asked = [(whole, Match::Equal), (part, Match::Includes)];
            for (expected, how) in asked {
                let expected = expected.filter(|expected| !how.holds(expected, output));
                found.extend(expected.map(|it| document(Document::Output(how), it, output, how)));
            }
        }
        Outcome::Failed(error) | Outcome::Aborted(error) => failed(expect, error, found),
        Outcome::TimedOut => failed(expect, &StatesError::timeout(), found),
    }
}

fn failed(expect: &Expect, error: &StatesError, found: &mut Vec<Mismatch>) {
    let equals = |expected: &Arc<str>, actual: &Option<Arc<str>>| Some(expected) == actual.as_ref();
    let includes = |expected: &Arc<str>, actual: &Option<Arc<str>>| {
        actual
            .as_ref()
            .is_some_and(|text| text.contains(&**expected))
    };
    let mut check = |member, expected: &Option<Arc<str>>, actual: &Option<Arc<str>>, is_part| {
        let holds = |expected| {
            if is_part {
                includes(expected, actual)
            } else {
                equals(expected, actual)
            }
        };
        if let Some(expected) = expected.as_ref().filter(|expected| !holds(expected)) {
            found.push(Mismatch::Text {
                member,
                expected: Arc::clone(expected),
                actual: actual.clone(),
            });
        }
    };
    check("error", &expect.error, &error.error, false);
    check("cause", &expect.cause.equals, &error.cause, false);
    check("cause-includes", &expect.cause.includes, &error.cause, true);
}

fn called(
    state: &Arc<str>,
    expected: &Calls,
    names: &Names,
    observed: &Observed,
    found: &mut Vec<Mismatch>,
) {
    let number = names.number(state);
    let calls = observed.calls.iter();
    let calls: Vec<_> = calls.filter(|call| Some(call.state) == number).collect();
    let count = match expected {
        Calls::Count(count) => *count,
        Calls::Payloads(payloads) => payloads.len(),
    };
    if let Calls::Payloads(payloads) = expected {
        for (at, (payload, call)) in payloads.iter().zip(&calls).enumerate() {
            if *payload != call.payload {
                let what = Document::Payload {
                    state: Arc::clone(state),
                    number: at + 1,
                    event: call.event,
                };
                found.push(document(what, payload, &call.payload, Match::Equal));
            }
        }
    }
    if count != calls.len() {
        found.push(Mismatch::Calls {
            state: Arc::clone(state),
            expected: count,
            actual: calls.len(),
        });
    }
}

fn document(what: Document, expected: &Json, actual: &Json, how: Match) -> Mismatch {
    Mismatch::Document {
        what,
        differences: differences(expected, actual, how),
        expected: expected.clone(),
        actual: projected(expected, actual, how),
    }
}
