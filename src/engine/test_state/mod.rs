//! One state alone, as AWS's `TestState` operation runs it.
//!
//! There is no second interpreter: a [`TestState`] is an [`Execution`] that ends with its first
//! state, whichever way it leaves it. A mock takes the place of the state's work, behind the same
//! fields that a real run evaluates, and every value on the way is kept for the answer.

mod alone;
mod check;
mod context;
mod definition;
mod map;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub use alone::Step;
pub use definition::{Definition, lone_state};
pub use request::{Configuration, InspectionLevel, Mock, Request};
pub use response::{ErrorDetails, Inspection, Response, Status};

pub(super) use alone::Alone;
pub(super) use map::mocked;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::program::{Program, StateId};
use super::scope::Item;
use super::{Effect, Era, Execution, Input, Out, Outcome, Progress, Silent, Start, TaskRequest};
use crate::data::{Json, StatesError, Timestamp};

/// Why the operation answers with an error instead of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error's name in the API.
    pub code: &'static str,
    /// What AWS says.
    pub message: String,
}

impl Refusal {
    /// A request that does not fit the state, or itself.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code: "ValidationException",
            message,
        }
    }

    /// A definition that cannot be used.
    pub(super) fn definition(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code: "InvalidDefinition",
            message,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A state that is about to run alone.
#[derive(Debug)]
pub struct TestState {
    /// Ends with the state: any driver can take it there.
    pub execution: Execution,
    /// Makes the answer of how it ended.
    pub verdict: Verdict,
}

/// Turns the end of the execution into the operation's answer.
#[derive(Debug)]
pub struct Verdict {
    program: Arc<Program>,
    state: StateId,
    input: Json,
    /// The variables that the request gave.
    variables: Option<BTreeMap<Arc<str>, Json>>,
    alone: Arc<Alone>,
}

impl TestState {
    /// Prepares a test.
    ///
    /// # Errors
    /// When AWS would refuse the request.
    pub fn new(request: Request) -> Result<Self, Refusal> {
        let mock = check::check(&request)?;
        let Request {
            program,
            state,
            input,
            variables,
            context,
            configuration,
            identity,
            at,
            seed,
            ..
        } = request;
        let alone = Arc::new(Alone::new(mock, context, configuration));
        let start = Start {
            flow: program.flow_of(state),
            input: input.clone(),
            variables: variables.clone().unwrap_or_default(),
            identity,
            at,
            seed,
            max_events: 0,
            era: Era::TEST_STATE,
        };
        // Within a Map its context object has an item (11 §11.3): the first, the state's own input.
        let item = program.is_in_map(state).then(|| Item {
            index: 0,
            value: input.clone(),
            key: None,
            source: None,
        });
        let mut execution = Execution::new(Arc::clone(&program), start);
        execution.be_alone(state, item, Arc::clone(&alone));
        let verdict = Verdict {
            program,
            state,
            input,
            variables,
            alone,
        };
        Ok(Self { execution, verdict })
    }

    /// Runs the state; `work` does the work of a Task without a mock, and waiting takes no time.
    pub fn run(
        mut self,
        at: Timestamp,
        mut work: impl FnMut(&TaskRequest) -> Result<Json, StatesError>,
    ) -> Response {
        let (mut now, mut effects) = (at, Vec::new());
        loop {
            let mut out = Out {
                sink: &mut Silent,
                effects: &mut effects,
            };
            if let Progress::Finished(outcome) = self.execution.run(u64::MAX, &mut out) {
                return self.verdict.response(&outcome);
            }
            let asked = effects.drain(..).find_map(|effect| match effect {
                Effect::Invoke(request) => Some(request),
                Effect::RunMap(_) | Effect::Cancel(_) => None,
            });
            let input = if let Some(request) = asked {
                Input::TaskEnded {
                    task: request.task,
                    result: work(&request),
                }
            } else {
                // An execution has a time-out of its own: it always knows what time brings.
                now = self.execution.deadline().unwrap_or(now);
                Input::Tick
            };
            let mut out = Out {
                sink: &mut Silent,
                effects: &mut effects,
            };
            self.execution.deliver(now, input, &mut out);
        }
    }
}

impl Verdict {
    /// The answer to an execution that ended so.
    #[must_use]
    pub fn response(&self, outcome: &Outcome) -> Response {
        let told = self.alone.told();
        let (output, error) = match outcome {
            Outcome::Succeeded(output) => {
                let caught = told.caught.as_ref().map(|(_, error)| error.clone());
                (Some(output.clone()), caught)
            }
            Outcome::Failed(error) | Outcome::Aborted(error) => (None, Some(error.clone())),
            Outcome::TimedOut => (None, Some(StatesError::timeout())),
        };
        let status = match (&output, &error) {
            (Some(_), None) => Status::Succeeded,
            (Some(_), Some(_)) => Status::CaughtError,
            (None, _) if told.backoff_seconds.is_some() => Status::Retriable,
            (None, _) => Status::Failed,
        };
        let next = told.next.filter(|_| output.is_some());
        Response {
            status,
            output,
            error,
            next_state: next.map(|id| Arc::clone(&self.program.state(id).name)),
            inspection: self.inspection(told),
        }
    }

    fn inspection(&self, told: alone::Told) -> Inspection {
        let details = ErrorDetails {
            catch_index: told.caught.map(|(index, _)| index),
            retry_index: told.retrier,
            retry_backoff_interval_seconds: told.backoff_seconds,
        };
        let assigned = told.variables.filter(|all| !all.is_empty());
        Inspection {
            shows: response::Shows::of(self.program.state(self.state)),
            input: self.input.clone(),
            steps: told.steps,
            variables: assigned.or_else(|| self.variables.clone()),
            error_details: (details != ErrorDetails::default()).then_some(details),
        }
    }
}
