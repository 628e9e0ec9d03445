//! Mocks: answers written down beforehand.

use super::{Invocation, TaskHandler, Work, answer};
use crate::data::{Json, StatesError};
use crate::language::Resource;
use crate::runtime::Answers;

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// What the service returns.
    Return(Json),
    /// The error it fails with.
    Throw(StatesError),
}

/// What follows the last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// The last answer, again and again.
    Repeat,
    /// Nothing: a call too many fails the execution.
    Fail,
}

/// Answers calls in order; each state of each execution counts its own calls.
#[derive(Debug)]
pub struct MockHandler {
    steps: Vec<Step>,
    afterwards: Afterwards,
    /// What messages call it.
    name: String,
}

/// Stands for the Tasks that a test case does not come to: a call fails the execution.
#[derive(Clone, Copy, Debug)]
pub struct Unmocked;

impl TaskHandler for Unmocked {
    fn invoke(&self, invocation: Invocation, _: Answers) -> Work {
        let state = &invocation.request.name;
        let cause = format!("The test case has no answer for the Task '{state}'.");
        Work::Done(Err(StatesError::runtime(cause)))
    }

    fn describe(&self) -> String {
        "not in the test case: fails when it is called".to_owned()
    }
}

impl MockHandler {
    /// A handler that gives these answers; at least one.
    #[must_use]
    pub fn new(name: impl Into<String>, steps: Vec<Step>, afterwards: Afterwards) -> Self {
        Self {
            steps,
            afterwards,
            name: name.into(),
        }
    }
}

/// What the service returns. A function called by its ARN gives its payload alone, even where the
/// mock is `lambda:invoke`'s whole answer (conformance case `base_scenarios.map_state_lambda`).
fn returned(resource: &Resource, value: &Json) -> Json {
    match (resource, value.get("StatusCode"), value.get("Payload")) {
        (Resource::Lambda { .. }, Some(_), Some(payload)) => payload.compacted(),
        _ => answer::wrapped(resource, value),
    }
}

impl TaskHandler for MockHandler {
    fn invoke(&self, invocation: Invocation, _: Answers) -> Work {
        let call = invocation.request.call as usize;
        let last = self
            .steps
            .last()
            .filter(|_| self.afterwards == Afterwards::Repeat);
        Work::Done(match self.steps.get(call).or(last) {
            Some(Step::Return(value)) => Ok(returned(&invocation.request.resource, value)),
            Some(Step::Throw(error)) => Err(error.clone()),
            // Step Functions Local fails the execution (11 §11.1).
            None => Err(StatesError::runtime(format!(
                "The mock {} has {} answers, and this is call {} of the state.",
                self.name,
                self.steps.len(),
                call + 1
            ))),
        })
    }

    fn describe(&self) -> String {
        match &self.steps[..] {
            [Step::Return(_)] => "mock".to_owned(),
            [Step::Throw(error)] => format!("mock, fails with {}", error.name()),
            steps => format!("mock, {} answers", steps.len()),
        }
    }
}
