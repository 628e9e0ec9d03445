//! What `TestState` answers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{InspectionLevel, Step, alone};
use crate::data::{Json, Object, StatesError};
use crate::engine::program::{Body, State};
use crate::language::StateKind;

/// The operation's answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// How the state ended.
    pub status: Status,
    /// What it hands on.
    pub output: Option<Json>,
    /// Its error, also when that was caught.
    pub error: Option<StatesError>,
    /// Where it goes.
    pub next_state: Option<Arc<str>>,
    /// What happened to the data on the way.
    pub inspection: Inspection,
}

/// `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is done.
    Succeeded,
    /// It failed, and so would its execution.
    Failed,
    /// It failed, and would be tried again.
    Retriable,
    /// It failed, and a catcher goes on.
    CaughtError,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Retriable => "RETRIABLE",
            Self::CaughtError => "CAUGHT_ERROR",
        })
    }
}

/// What happened to the data on its way through the state.
#[derive(Clone, Debug)]
pub struct Inspection {
    pub(super) shows: Shows,
    /// The raw input.
    pub input: Json,
    /// Every value on the way, in order, those too that AWS does not show for a state of this type.
    pub steps: Vec<(Step, Json)>,
    /// The variables after the state.
    pub variables: Option<BTreeMap<Arc<str>, Json>>,
    /// Who took the error.
    pub error_details: Option<ErrorDetails>,
}

/// `errorDetails`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ErrorDetails {
    /// The catcher that took the error.
    pub catch_index: Option<usize>,
    /// The retrier that matches the error, used up or not.
    pub retry_index: Option<usize>,
    /// How long the retry waits, when there will be one.
    pub retry_backoff_interval_seconds: Option<f64>,
}

/// Which steps AWS shows for a state: what was recorded for each type (11 §11.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct Shows {
    kind: StateKind,
    /// A Pass with `Result` does not show what it passes over.
    has_result: bool,
}

impl Shows {
    pub(super) fn of(state: &State) -> Self {
        Self {
            kind: state.kind(),
            has_result: matches!(state.body, Body::Pass(Some(_))),
        }
    }

    fn shows(self, step: Step) -> bool {
        match (self.kind, step) {
            (StateKind::Pass, Step::AfterInputPath | Step::AfterParameters) => !self.has_result,
            (StateKind::Pass, Step::Result) => self.has_result,
            (
                StateKind::Parallel,
                Step::AfterInputPath | Step::AfterParameters | Step::AfterArguments | Step::Result,
            )
            | (StateKind::Map, Step::Result) => false,
            _ => true,
        }
    }
}

impl Response {
    /// The answer as the API writes it: documents are JSON texts in strings.
    #[must_use]
    pub fn to_json(&self, level: InspectionLevel) -> Json {
        let mut fields = Object::default();
        if let Some(output) = &self.output {
            fields.insert("output", text(output));
        }
        if let Some(error) = self.error.as_ref().and_then(|error| error.error.clone()) {
            fields.insert("error", Json::String(error));
        }
        if let Some(cause) = self.error.as_ref().and_then(|error| error.cause.clone()) {
            fields.insert("cause", Json::String(cause));
        }
        if level != InspectionLevel::Info {
            fields.insert("inspectionData", self.inspection.to_json());
        }
        if let Some(next) = &self.next_state {
            fields.insert("nextState", Json::String(next.clone()));
        }
        fields.insert("status", Json::from(self.status.to_string()));
        fields.into()
    }
}

impl Inspection {
    fn to_json(&self) -> Json {
        let mut fields = Object::default();
        fields.insert("input", text(&self.input));
        for (step, value) in &self.steps {
            if self.shows.shows(*step) {
                let shown = if step.is_number() {
                    value.clone()
                } else {
                    text(value)
                };
                fields.insert(step.member(), shown);
            }
        }
        if let Some(variables) = &self.variables {
            let variables = variables.iter();
            let all: Json = variables.map(|(n, v)| (&**n, v.clone())).collect();
            fields.insert("variables", text(&all));
        }
        if let Some(details) = &self.error_details {
            fields.insert("errorDetails", details.to_json());
        }
        fields.into()
    }
}

impl ErrorDetails {
    fn to_json(self) -> Json {
        let index = |index: usize| Json::from(i64::try_from(index).unwrap_or(i64::MAX));
        let fields = [
            ("catchIndex", self.catch_index.map(index)),
            ("retryIndex", self.retry_index.map(index)),
            (
                "retryBackoffIntervalSeconds",
                self.retry_backoff_interval_seconds.map(alone::seconds),
            ),
        ];
        let there = fields.into_iter().filter_map(|(n, v)| Some((n, v?)));
        there.collect()
    }
}

fn text(document: &Json) -> Json {
    Json::from(document.text().into_owned())
}
