//! Tasks that call Step Functions: machines that start machines, and every other operation through
//! `aws-sdk:sfn`. What they call is this server.
//!
//! Sources: 08 §8.2, §8.5 and §8.6, and the recorded cases `callback.start_execution_sync*` and
//! `sfn_task_service.start_execution`.

use std::sync::{Arc, Weak};

use super::api;
use super::protocol::{ApiError, Reply};
use super::service::Service;
use crate::data::{Json, Seed, StatesError};
use crate::language::{IntegrationPattern, Resource};
use crate::runtime::handlers::TaskPattern;
use crate::runtime::told::{self, Integration};
use crate::runtime::{Answers, Handlers, Invocation, TaskHandler, Work};

/// Calls this server for Tasks.
pub(super) struct Nested {
    service: Weak<Service>,
    /// Whether somebody else answers with the token.
    only_asks: bool,
}

impl Nested {
    /// Binds the operations behind whatever else does the work of Tasks.
    pub(super) fn bind(handlers: &mut Handlers, service: &Weak<Service>) {
        for (only_asks, globs) in [
            (
                true,
                [
                    "arn:*:states:::states:*.waitForTaskToken",
                    "arn:*:states:::aws-sdk:sfn:*.waitForTaskToken",
                ],
            ),
            (
                false,
                ["arn:*:states:::states:*", "arn:*:states:::aws-sdk:sfn:*"],
            ),
        ] {
            let nested: Arc<dyn TaskHandler> = Arc::new(Self {
                service: Weak::clone(service),
                only_asks,
            });
            for glob in globs {
                let pattern = TaskPattern::Resource(glob.to_owned());
                handlers.bind(pattern, Arc::clone(&nested));
            }
        }
    }
}

impl TaskHandler for Nested {
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work {
        let Some(service) = self.service.upgrade() else {
            return Work::Done(Err(StatesError::runtime("The server is about to end.")));
        };
        let round = service.map_runs.round(&invocation.identity.execution_arn);
        Work::Running(Box::pin(async move {
            let call = Call::of(&invocation, round);
            call.carry_out(service, &answers).await
        }))
    }

    fn tells_submission(&self) -> bool {
        true
    }

    fn only_asks(&self) -> bool {
        self.only_asks
    }

    fn describe(&self) -> String {
        "this server".to_owned()
    }
}

/// An operation that a Task calls.
struct Call {
    operation: String,
    input: Json,
    integration: Integration,
    pattern: IntegrationPattern,
    /// A job's description has its documents parsed: `.sync:2`.
    parsed: bool,
    /// Whether the execution's name was made for this Task.
    named_here: bool,
    /// The id of the request that the answer tells.
    request_id: String,
}

impl Call {
    fn of(invocation: &Invocation, round: i64) -> Self {
        let request = &invocation.request;
        let (service, action) = match &request.resource {
            Resource::Service {
                service, action, ..
            } => (&**service, &**action),
            Resource::Lambda { .. } | Resource::Activity { .. } | Resource::Other(_) => ("", ""),
        };
        let (name, suffix) = action.split_once('.').unwrap_or((action, ""));
        let mut input = told::as_members(&request.input);
        // The same Task has the same ids when its work begins again after a crash: an execution
        // that it started before is found and not started twice. An Express child of a Map Run
        // that begins again in a redrive is the same execution, and starts others.
        let mut key = format!("{}:{}", invocation.identity.execution_arn, request.task);
        if round > 0 {
            key = format!("{key}:{round}");
        }
        let mut ids = Seed(0).named(&key);
        let named_here = name == "startExecution" && input.get("name").is_none();
        if let Some(members) = input.object_mut() {
            if named_here {
                members.insert("name", Json::from(ids.uuid()));
            }
            // Anything but a text becomes one (08 §8.5).
            if let Some(document) = request.input.get("Input")
                && document.as_str().is_none()
            {
                members.insert(
                    "input",
                    Json::from(document.compacted().text().into_owned()),
                );
            }
        }
        Self {
            operation: capital(name),
            input,
            integration: match service {
                "states" => Integration::Optimized,
                _ => Integration::Sdk,
            },
            pattern: request.resource.pattern(),
            parsed: suffix == "sync:2",
            named_here,
            request_id: ids.uuid(),
        }
    }

    async fn carry_out(
        self,
        service: Arc<Service>,
        answers: &Answers,
    ) -> Result<Json, StatesError> {
        let answer = match self.ask(&service, &self.operation, &self.input).await {
            Ok(answer) => answer,
            Err(error) => self.there_already(&service, error).await?,
        };
        if self.pattern != IntegrationPattern::RunJob {
            return Ok(self.told(&answer));
        }
        let arn = answer.get("executionArn").cloned().unwrap_or(Json::Null);
        answers.submitted(self.told(&answer));
        let stop = StopOnDrop::new(&service, &arn);
        service.ended(arn.as_str().unwrap_or_default()).await;
        stop.disarm();
        let description = self.ask(&service, "DescribeExecution", &about(&arn)).await;
        let description = description.map_err(|error| self.refused(&error))?;
        let described = told::described(&description, self.parsed);
        if description.get("status").and_then(Json::as_str) == Some("SUCCEEDED") {
            Ok(described)
        } else {
            Err(StatesError::new("States.TaskFailed", described.text()))
        }
    }

    async fn ask(
        &self,
        service: &Arc<Service>,
        operation: &str,
        input: &Json,
    ) -> Result<Json, ApiError> {
        let body = input.text();
        // Boxed: an operation may begin executions, and they may call operations.
        let answer = Box::pin(api::call(service, operation, body.as_bytes())).await?;
        Json::parse(&Reply::text(answer))
            .map_err(|error| ApiError::internal(format!("{operation} answered no JSON: {error}")))
    }

    /// An execution with the name that was made for this Task can only be the one that this Task
    /// started, before the server was started again.
    async fn there_already(
        &self,
        service: &Arc<Service>,
        error: ApiError,
    ) -> Result<Json, StatesError> {
        let ours = self.operation == "StartExecution" && error.code == "ExecutionAlreadyExists";
        let arn = error.message.split('\'').nth(1).unwrap_or_default();
        let name = self.input.get("name").and_then(Json::as_str);
        let name = name.unwrap_or_default();
        if !ours || !self.named_here || !arn.ends_with(name) {
            return Err(self.refused(&error));
        }
        let arn = about(&Json::from(arn));
        let described = self.ask(service, "DescribeExecution", &arn).await;
        let described = described.map_err(|error| self.refused(&error))?;
        let members = ["executionArn", "startDate"].map(|name| (name, described.get(name)));
        let members = members.into_iter();
        Ok(members
            .filter_map(|(name, value)| Some((name, value?.clone())))
            .collect())
    }

    fn refused(&self, error: &ApiError) -> StatesError {
        told::refused(self.integration, error.code, &error.message)
    }

    /// An answer as Tasks see it.
    fn told(&self, answer: &Json) -> Json {
        told::answered(self.integration, answer, &self.request_id)
    }
}

/// Stops the execution that a Task waits for when nobody waits for it any more (08 §8.2).
struct StopOnDrop {
    service: Weak<Service>,
    arn: Option<Json>,
}

impl StopOnDrop {
    fn new(service: &Arc<Service>, arn: &Json) -> Self {
        Self {
            service: Arc::downgrade(service),
            arn: Some(arn.clone()),
        }
    }

    fn disarm(mut self) {
        self.arn = None;
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        let (Some(arn), Some(service)) = (self.arn.take(), self.service.upgrade()) else {
            return;
        };
        let shared = Arc::clone(&service);
        service.spawn(async move {
            let input = about(&arn).text().into_owned();
            // It may have ended meanwhile.
            let _ = Box::pin(api::call(&shared, "StopExecution", input.as_bytes())).await;
        });
    }
}

/// A request about an execution.
fn about(execution: &Json) -> Json {
    [("executionArn", execution.clone())].into_iter().collect()
}

/// `startExecution` as the API calls it.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
