//! Machines started by Tasks of other machines: `states:startExecution` and its likes, run here.
//!
//! Sources: 08 §8.2 and §8.5.

use std::collections::BTreeMap;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;

use super::clock::Clock;
use super::driver;
use super::host::{Host, MAX_LIVE};
use super::identity::IdentityOptions;
use super::own_thread::{Farewell, on_own_thread};
use super::told::{self, Integration};
use crate::data::{Json, Number, StatesError, Timestamp, limits};
use crate::engine::program::FlowId;
use crate::engine::{Era, Identity, Outcome, Program, Start, TaskRequest};
use crate::language::Resource;

/// A machine that Tasks may start.
#[derive(Clone, Debug)]
struct Machine {
    name: Arc<str>,
    program: Arc<Program>,
}

/// The machines that Tasks may start, by name.
#[derive(Clone, Debug, Default)]
pub struct Machines(BTreeMap<Arc<str>, Machine>);

/// What a Task wants of the execution that it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wants {
    /// That it was started: `startExecution`.
    Start(Integration),
    /// Its description when it has ended, with documents as text or parsed: `.sync`, `.sync:2`.
    End { parsed: bool },
    /// Its description, failed or not: `aws-sdk:sfn:startSyncExecution`.
    Answer,
}

impl Wants {
    fn of(resource: &Resource) -> Option<Self> {
        let Resource::Service {
            service, action, ..
        } = resource
        else {
            return None;
        };
        Some(match (&**service, &**action) {
            ("states", "startExecution") => Self::Start(Integration::Optimized),
            ("aws-sdk:sfn", "startExecution") => Self::Start(Integration::Sdk),
            ("states", "startExecution.sync") => Self::End { parsed: false },
            ("states", "startExecution.sync:2") => Self::End { parsed: true },
            ("aws-sdk:sfn", "startSyncExecution") => Self::Answer,
            _ => return None,
        })
    }

    fn integration(self) -> Integration {
        match self {
            Self::Start(integration) => integration,
            Self::End { .. } => Integration::Optimized,
            Self::Answer => Integration::Sdk,
        }
    }
}

impl Machines {
    /// Lets Tasks start a machine by this name.
    pub fn insert(&mut self, name: &str, program: Arc<Program>) {
        let name: Arc<str> = name.into();
        let machine = Machine {
            name: Arc::clone(&name),
            program,
        };
        self.0.insert(name, machine);
    }

    /// Whether a Task of this resource may start one of the machines: which one, its input tells.
    #[must_use]
    pub fn serve(&self, resource: &Resource) -> bool {
        !self.0.is_empty() && Wants::of(resource).is_some()
    }

    /// The machine of an ARN, with or without a version or alias, or of a bare name.
    fn find(&self, arn: &str) -> Option<&Machine> {
        let name = match arn.split_once(":stateMachine:") {
            Some((_, name)) => name.split(':').next().unwrap_or(name),
            None => arn,
        };
        self.0.get(name)
    }
}

/// An execution to be started by a Task.
pub(super) struct Nested {
    wants: Wants,
    program: Arc<Program>,
    identity: Arc<Identity>,
    input: Json,
    seed: crate::data::Seed,
}

/// What a Task that starts an execution is told, and when.
pub(super) type Answer = (Timestamp, Result<Json, StatesError>);

impl Nested {
    /// The execution that a Task asks for.
    pub(super) fn of(
        machines: &Machines,
        parent: &Identity,
        seed: crate::data::Seed,
        request: &TaskRequest,
    ) -> Option<Result<Self, StatesError>> {
        let wants = Wants::of(&request.resource).filter(|_| !machines.0.is_empty())?;
        Some(Self::asked(wants, machines, parent, seed, request))
    }

    fn asked(
        wants: Wants,
        machines: &Machines,
        parent: &Identity,
        seed: crate::data::Seed,
        request: &TaskRequest,
    ) -> Result<Self, StatesError> {
        let parameter = |name| request.input.get(name);
        let arn = parameter("StateMachineArn")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let Some(machine) = machines.find(arn) else {
            let cause = format!("State Machine Does Not Exist: '{arn}'");
            return Err(refused(wants, "StateMachineDoesNotExist", &cause));
        };
        let input = match parameter("Input") {
            None | Some(Json::Null) => Json::empty_object(),
            // A text is the input's JSON text; anything else becomes it (08 §8.5).
            Some(Json::String(text)) => Json::parse(text).map_err(|error| {
                let cause = format!("Invalid State Machine Execution Input: '{error}'");
                refused(wants, "InvalidExecutionInput", &cause)
            })?,
            Some(document) => document.compacted(),
        };
        let seed = seed.nth(request.task, 0);
        let mut arn_parts = parent.state_machine_arn.split(':').skip(3);
        let options = IdentityOptions {
            region: arn_parts.next().unwrap_or_default().to_owned(),
            account: arn_parts.next().unwrap_or_default().to_owned(),
            machine: machine.name.to_string(),
            name: parameter("Name").and_then(Json::as_str).map(str::to_owned),
            express: wants == Wants::Answer,
            seed,
        };
        let identity = options.identity();
        let identity = identity
            .map_err(|error| refused(wants, "InvalidName", &format!("Invalid Name: {error}")))?;
        Ok(Self {
            wants,
            program: Arc::clone(&machine.program),
            identity: Arc::new(identity),
            input,
            seed,
        })
    }

    /// What a Task is told when too many machines run already.
    pub(super) fn too_many(&self) -> StatesError {
        let cause = format!(
            "At most {MAX_LIVE} machines that Tasks started run at once on this machine: do they \
             start each other without end?"
        );
        refused(self.wants, "ExecutionLimitExceeded", &cause)
    }

    /// What the service answers to the request itself; a job's description comes later.
    pub(super) fn submitted(&self, at: Timestamp) -> Option<Json> {
        matches!(self.wants, Wants::End { .. }).then(|| self.started(Integration::Optimized, at))
    }

    /// Whether the Task goes on while the execution runs, with this answer.
    pub(super) fn answers_at_once(&self, at: Timestamp) -> Option<Json> {
        match self.wants {
            Wants::Start(integration) => Some(self.started(integration, at)),
            Wants::End { .. } | Wants::Answer => None,
        }
    }

    fn started(&self, integration: Integration, at: Timestamp) -> Json {
        let arn = Json::String(self.identity.execution_arn.clone());
        let members = [("executionArn", arn), ("startDate", seconds(at))];
        let request = self.seed.named("request").uuid();
        told::answered(integration, &members.into_iter().collect(), &request)
    }

    /// Runs the execution on a thread of its own; dropping the future ends it.
    pub(super) fn run(
        self,
        host: Arc<Host>,
        mut clock: Box<dyn Clock>,
    ) -> impl Future<Output = Answer> + Send {
        let at = clock.now();
        let ended = on_own_thread("nested", Farewell::Here, move |stop| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.ok()?;
            runtime.block_on(async {
                let mut stopped = stop.subscribe();
                tokio::select! {
                    biased;
                    _ = stopped.wait_for(|stopped| *stopped) => None,
                    answer = self.drive(&host, &mut *clock) => Some(answer),
                }
            })
        });
        async move {
            ended.await.flatten().unwrap_or_else(|| {
                let cause = "The execution could not be run on this machine.";
                (at, Err(StatesError::runtime(cause)))
            })
        }
    }

    async fn drive(self, host: &Arc<Host>, clock: &mut dyn Clock) -> Answer {
        let started = clock.now();
        let express = self.identity.express;
        let start = Start {
            flow: FlowId::default(),
            input: self.input.clone(),
            variables: BTreeMap::new(),
            identity: Arc::clone(&self.identity),
            at: started,
            seed: self.seed,
            max_events: if express { 0 } else { limits::MAX_EVENTS },
            era: Era::default(),
        };
        let program = Arc::clone(&self.program);
        let stop = pin!(pending());
        let mut sink = host.child_sink(&self.identity);
        let ended = driver::run(program, start, host, clock, &mut *sink, stop).await;
        (ended.at, self.answer(&ended.outcome, started, ended.at))
    }

    fn answer(
        &self,
        outcome: &Outcome,
        started: Timestamp,
        stopped: Timestamp,
    ) -> Result<Json, StatesError> {
        let parsed = matches!(self.wants, Wants::End { parsed: true });
        let described = told::described(&self.description(outcome, started, stopped), parsed);
        match (outcome, self.wants) {
            (Outcome::Succeeded(_), _) | (_, Wants::Answer | Wants::Start(_)) => Ok(described),
            _ => Err(StatesError::new("States.TaskFailed", described.text())),
        }
    }

    /// The execution as `DescribeExecution` tells it.
    fn description(&self, outcome: &Outcome, started: Timestamp, stopped: Timestamp) -> Json {
        let text = |value: &Json| Json::from(value.text().into_owned());
        let included = || -> Json { [("included", Json::from(true))].into_iter().collect() };
        let (status, error, output) = match outcome {
            Outcome::Succeeded(output) => ("SUCCEEDED", None, Some(output)),
            Outcome::Failed(error) => ("FAILED", Some(error.clone()), None),
            Outcome::Aborted(error) => ("ABORTED", Some(error.clone()), None),
            Outcome::TimedOut => ("TIMED_OUT", None, None),
        };
        let (cause, error) = error.map_or((None, None), |error| (error.cause, error.error));
        let (redrive, why) = match status {
            "SUCCEEDED" => (
                "NOT_REDRIVABLE",
                Some("Execution is SUCCEEDED and cannot be redriven"),
            ),
            _ => ("REDRIVABLE", None),
        };
        let identity = &self.identity;
        let machine = Json::String(identity.state_machine_arn.clone());
        let members = [
            Some(("executionArn", Json::String(identity.execution_arn.clone()))),
            Some(("stateMachineArn", machine)),
            Some(("name", Json::String(identity.name.clone()))),
            Some(("status", Json::from(status))),
            Some(("startDate", seconds(started))),
            Some(("stopDate", seconds(stopped))),
            Some(("input", text(&self.input))),
            Some(("inputDetails", included())),
            output.map(|output| ("output", text(output))),
            output.map(|_| ("outputDetails", included())),
            error.map(|error| ("error", Json::String(error))),
            cause.map(|cause| ("cause", Json::String(cause))),
            Some(("redriveCount", Json::from(0))),
            Some(("redriveStatus", Json::from(redrive))),
            why.map(|why| ("redriveStatusReason", Json::from(why))),
        ];
        members.into_iter().flatten().collect()
    }
}

/// A time as the API tells it: seconds since 1970.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this era are exact"
)]
fn seconds(at: Timestamp) -> Json {
    Number::from_result(at.0 as f64 / 1000.0).map_or(Json::Null, Json::Number)
}

/// The service's refusal.
fn refused(wants: Wants, exception: &str, cause: &str) -> StatesError {
    told::refused(wants.integration(), exception, cause)
}
