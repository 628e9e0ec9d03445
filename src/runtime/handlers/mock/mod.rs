//! Mocks: answers written down beforehand.

mod call;
mod memory;
mod when;

pub(super) use call::NUMBER;
pub use when::When;

use std::sync::Arc;
use std::time::Duration;

use super::{Invocation, TaskHandler, Work, answer};
use crate::data::{Json, StatesError};
use crate::language::{IntegrationPattern, Resource};
use crate::query::jsonata::Template;
use crate::runtime::Answers;
use call::Call;
use memory::Memory;

/// One answer that is the same for every call.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// What the service returns.
    Return(Json),
    /// The error it fails with.
    Throw(StatesError),
}

/// What an answer says.
#[derive(Debug)]
pub enum Outcome {
    /// The same for every call.
    Fixed(Step),
    /// What the service returns, with expressions over the call.
    Made(Template),
    /// The error it fails with, with expressions over the call.
    Thrown {
        /// The error's name.
        error: Template,
        /// Its cause.
        cause: Option<Template>,
    },
}

/// An answer, and which calls it is for.
#[derive(Debug)]
pub struct Answer {
    /// The calls that it is for.
    pub when: When,
    /// For how many of them; `None` for all.
    pub uses: Option<u32>,
    /// How long it takes, by the clock of the run.
    pub delay: Duration,
    /// What the service answers to the request for a job or a callback, before the result comes.
    pub submit: Option<Template>,
    /// What it says.
    pub outcome: Outcome,
}

impl Answer {
    /// The answer to this many calls, whatever they ask, at once.
    #[must_use]
    pub fn fixed(step: Step, uses: Option<u32>) -> Self {
        Self {
            when: When::Always,
            uses,
            delay: Duration::ZERO,
            submit: None,
            outcome: Outcome::Fixed(step),
        }
    }
}

/// What follows the last answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// The last answer, again and again.
    Repeat,
    /// Nothing: a call too many fails the execution.
    Fail,
}

/// Gives each call the first answer that is for it and not used up; each state of each execution
/// counts its own calls.
#[derive(Debug)]
pub struct MockHandler {
    answers: Vec<Answer>,
    /// Whether the number of a call alone says which answer it gets.
    by_number: bool,
    memory: Memory,
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
    /// A handler that gives these answers in order; at least one.
    #[must_use]
    pub fn new(name: impl Into<String>, steps: Vec<Step>, afterwards: Afterwards) -> Self {
        let answers = steps.into_iter().map(|step| Answer::fixed(step, Some(1)));
        let mut answers: Vec<Answer> = answers.collect();
        if let (Some(last), Afterwards::Repeat) = (answers.last_mut(), afterwards) {
            last.uses = None;
        }
        Self::answering(name, answers)
    }

    /// A handler that gives these answers; at least one.
    #[must_use]
    pub fn answering(name: impl Into<String>, answers: Vec<Answer>) -> Self {
        Self {
            by_number: answers.iter().all(|it| matches!(it.when, When::Always)),
            answers,
            memory: Memory::default(),
            name: name.into(),
        }
    }

    fn choose(&self, call: &Call<'_>) -> Result<&Answer, StatesError> {
        if self.by_number {
            return self.numbered(call).ok_or_else(|| self.exhausted(call));
        }
        for (index, answer) in self.answers.iter().enumerate() {
            let is_for_it = answer.when.admits(call);
            let is_for_it = is_for_it.map_err(|error| self.unusable(call, &error))?;
            if is_for_it && self.memory.take(call.invocation, index, answer.uses) {
                return Ok(answer);
            }
        }
        Err(self.unforeseen(call))
    }

    /// The answer to a call by its number, which an execution that was redriven still knows.
    fn numbered(&self, call: &Call<'_>) -> Option<&Answer> {
        let mut left = call.invocation.request.call;
        self.answers.iter().find(|answer| {
            let is_it = answer.uses.is_none_or(|uses| left < uses);
            left = left.saturating_sub(answer.uses.unwrap_or(0));
            is_it
        })
    }

    /// How many calls it foresees, those that repeat counted once.
    fn foreseen(&self) -> u64 {
        let uses = self.answers.iter().map(|answer| answer.uses.unwrap_or(1));
        uses.map(u64::from).sum()
    }

    /// Step Functions Local fails the execution (11 §11.1).
    fn exhausted(&self, call: &Call<'_>) -> StatesError {
        let (name, foreseen) = (&self.name, self.foreseen());
        let noun = if foreseen == 1 { "answer" } else { "answers" };
        StatesError::runtime(format!(
            "The mock {name} has {foreseen} {noun}, and this is call {} of the state.",
            call.number()
        ))
    }

    fn unforeseen(&self, call: &Call<'_>) -> StatesError {
        const MOST: usize = 200;
        let text = call.payload.compacted().text().into_owned();
        let shown: String = text.chars().take(MOST).collect();
        let more = if shown.len() < text.len() { "…" } else { "" };
        StatesError::runtime(format!(
            "The mock {} has no answer left for call {} of the state, with the input {shown}{more}",
            self.name,
            call.number()
        ))
    }

    fn unusable(&self, call: &Call<'_>, why: &str) -> StatesError {
        StatesError::runtime(format!(
            "The mock {} cannot answer call {} of the state: {why}",
            self.name,
            call.number()
        ))
    }

    fn result(&self, answer: &Answer, call: &Call<'_>) -> Result<Json, StatesError> {
        let resource = &call.invocation.request.resource;
        let unusable = |error: String| self.unusable(call, &error);
        match &answer.outcome {
            Outcome::Fixed(Step::Return(value)) => Ok(returned(resource, value)),
            Outcome::Fixed(Step::Throw(error)) => Err(error.clone()),
            Outcome::Made(template) => {
                let value = call.value("return", template).map_err(unusable)?;
                Ok(returned(resource, &value))
            }
            Outcome::Thrown { error, cause } => {
                let name = call.text("throw/error", error).map_err(unusable)?;
                let cause = cause.as_ref();
                let cause = cause.map(|cause| call.text("throw/cause", cause));
                Err(StatesError {
                    cause: cause.transpose().map_err(unusable)?,
                    ..StatesError::new(&name, "")
                })
            }
        }
    }

    /// What `TaskSubmitted` shows of a job or a callback that was asked for.
    fn submitted(&self, answer: &Answer, call: &Call<'_>) -> Result<Json, StatesError> {
        let Some(template) = &answer.submit else {
            return Ok(Json::empty_object());
        };
        let value = call.value("submit", template);
        let value = value.map_err(|error| self.unusable(call, &error))?;
        let resource = &call.invocation.request.resource;
        Ok(answer::submitted(resource, value.compacted()))
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
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work {
        let call = Call::of(&invocation);
        let answer = match self.choose(&call) {
            Ok(answer) => answer,
            Err(error) => return Work::Done(Err(error)),
        };
        if invocation.request.resource.pattern() != IntegrationPattern::RequestResponse {
            match self.submitted(answer, &call) {
                Ok(output) => answers.submitted(output),
                Err(error) => return Work::Done(Err(error)),
            }
        }
        let result = self.result(answer, &call);
        if answer.delay.is_zero() {
            return Work::Done(result);
        }
        Work::After(answer.delay, result)
    }

    fn tells_submission(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        match (&self.answers[..], self.foreseen()) {
            ([only], 1) => match &only.outcome {
                Outcome::Fixed(Step::Throw(error)) => format!("mock, fails with {}", error.name()),
                Outcome::Fixed(Step::Return(_)) | Outcome::Made(_) => "mock".to_owned(),
                Outcome::Thrown { .. } => "mock, fails".to_owned(),
            },
            (_, foreseen) => format!("mock, {foreseen} answers"),
        }
    }
}

/// The text of a document that is one.
fn as_text(value: &Json) -> Option<Arc<str>> {
    match value {
        Json::String(text) => Some(Arc::clone(text)),
        _ => None,
    }
}
