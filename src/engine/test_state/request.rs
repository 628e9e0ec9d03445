//! What `TestState` is asked.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use super::{Definition, Refusal};
use crate::data::{Json, Nature, Seed, StatesError, Timestamp};
use crate::engine::Identity;
use crate::engine::program::{Program, StateId};

/// A state, and what it is to be tested with.
#[derive(Clone, Debug)]
pub struct Request {
    /// The machine that the state is in.
    pub program: Arc<Program>,
    /// The state.
    pub state: StateId,
    /// Its raw input.
    pub input: Json,
    /// The variables it begins with.
    pub variables: Option<BTreeMap<Arc<str>, Json>>,
    /// What `$$` is, instead of what the identity makes it.
    pub context: Option<Json>,
    /// What its work gives, instead of being done.
    pub mock: Option<Mock>,
    /// What happened before.
    pub configuration: Configuration,
    /// Whether secrets of an HTTP Task are to be shown.
    pub reveal_secrets: bool,
    /// Whether a role was named to do a Task's work as.
    pub has_role: bool,
    /// Whose execution it is: an Express one, on AWS.
    pub identity: Arc<Identity>,
    /// When the state is entered.
    pub at: Timestamp,
    /// What random numbers are derived from.
    pub seed: Seed,
}

/// `mock`: one of the two.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mock {
    /// `result`, a JSON text.
    pub result: Option<Arc<str>>,
    /// `errorOutput`
    pub error_output: Option<StatesError>,
}

/// `stateConfiguration`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// `retrierRetryCount`: how often the retrier that matches was used before.
    pub retrier_retry_count: u32,
    /// `errorCausedByState`: the state within a Map or Parallel that a mocked error comes from.
    pub error_caused_by_state: Option<Arc<str>>,
    /// `mapIterationFailureCount`: how many iterations failed.
    pub map_iteration_failure_count: Option<u64>,
    /// `mapItemReaderData`: what the `ItemReader` reads, as it is in the file.
    pub map_item_reader_data: Option<Arc<str>>,
}

/// `inspectionLevel`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InspectionLevel {
    /// The end only.
    #[default]
    Info,
    /// With `inspectionData`.
    Debug,
    /// With the request and response of an HTTP Task too.
    Trace,
}

impl FromStr for InspectionLevel {
    type Err = Refusal;

    fn from_str(name: &str) -> Result<Self, Refusal> {
        match name {
            "INFO" => Ok(Self::Info),
            "DEBUG" => Ok(Self::Debug),
            "TRACE" => Ok(Self::Trace),
            _ => Err(Refusal::validation(format!(
                "1 validation error detected: Value '{name}' at 'inspectionLevel' failed to \
                 satisfy constraint: Member must satisfy enum value set: [INFO, DEBUG, TRACE]"
            ))),
        }
    }
}

impl Request {
    /// Reads the operation's call, whose members have the names of the API.
    ///
    /// # Errors
    /// With what AWS answers to a call that it refuses.
    pub fn read(
        call: &Json,
        identity: Arc<Identity>,
        at: Timestamp,
        seed: Seed,
    ) -> Result<(Self, InspectionLevel), Refusal> {
        let text = |member: &str| call.get(member).and_then(Json::as_str);
        let definition = text("definition").unwrap_or_default();
        let Definition { program, state } = Definition::read(definition, text("stateName"))?;
        let level = text("inspectionLevel").map_or(Ok(InspectionLevel::Info), str::parse)?;
        let request = Self {
            program,
            state,
            input: input(text("input"))?,
            variables: text("variables").map(variables).transpose()?,
            context: text("context").map(context).transpose()?,
            mock: call.get("mock").map(Mock::read),
            configuration: Configuration::read(call.get("stateConfiguration")),
            reveal_secrets: call.get("revealSecrets").and_then(Json::as_bool) == Some(true),
            has_role: text("roleArn").is_some(),
            identity,
            at,
            seed,
        };
        Ok((request, level))
    }
}

/// How AWS words it in each case is recorded for `StartExecution` only (10 §10.5).
fn input(text: Option<&str>) -> Result<Json, Refusal> {
    let Some(text) = text else {
        return Ok(Json::empty_object());
    };
    Json::parse(text).map_err(|error| Refusal {
        code: "InvalidExecutionInput",
        message: format!("Invalid State Machine Execution Input: '{error}'"),
    })
}

/// No recording has variables that are no object.
fn variables(text: &str) -> Result<BTreeMap<Arc<str>, Json>, Refusal> {
    let variables = Json::parse(text).ok();
    let fields = variables.as_ref().and_then(Json::as_object);
    let fields = fields.ok_or_else(|| Refusal::validation("Variables must be a JSON object."))?;
    Ok(fields
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect())
}

/// No recording has a context object that is no JSON.
fn context(text: &str) -> Result<Json, Refusal> {
    Json::parse(text).map_err(|_| {
        Refusal::validation("Invalid Context object provided: it must be a JSON object")
    })
}

impl Mock {
    fn read(mock: &Json) -> Self {
        let text = |of: &Json, member| match of.get(member) {
            Some(Json::String(text)) => Some(text.clone()),
            _ => None,
        };
        Self {
            result: text(mock, "result"),
            error_output: mock.get("errorOutput").map(|output| StatesError {
                error: text(output, "error"),
                cause: text(output, "cause"),
                nature: Nature::Plain,
            }),
        }
    }
}

impl Configuration {
    fn read(configuration: Option<&Json>) -> Self {
        let member = |name| configuration.and_then(|configuration| configuration.get(name));
        let number = |name| {
            let number = member(name).and_then(Json::as_number);
            number.and_then(|number| u64::try_from(number.as_i64()?).ok())
        };
        let text = |name| member(name).and_then(Json::as_str).map(Arc::from);
        let retries = number("retrierRetryCount").unwrap_or_default();
        Self {
            retrier_retry_count: u32::try_from(retries).unwrap_or(u32::MAX),
            error_caused_by_state: text("errorCausedByState"),
            map_iteration_failure_count: number("mapIterationFailureCount"),
            map_item_reader_data: text("mapItemReaderData"),
        }
    }
}
