//! Tasks that call Step Functions: machines that start machines, and every other operation through
//! `aws-sdk:sfn`. What they call is this server.
//!
//! Sources: 08 §8.2, §8.5 and §8.6, and the recorded cases `callback.start_execution_sync*` and
//! `sfn_task_service.start_execution`.

use std::sync::{Arc, Weak};

use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use super::api;
use super::protocol::{ApiError, Reply};
use super::service::Service;
use crate::data::{Json, Seed, StatesError, Timestamp};
use crate::language::{IntegrationPattern, Resource};
use crate::runtime::handlers::TaskPattern;
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
        Work::Running(Box::pin(async move {
            let call = Call::of(&invocation);
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
    input: Value,
    /// `states:`, and not `aws-sdk:sfn:`.
    optimized: bool,
    pattern: IntegrationPattern,
    /// A job's description has its documents parsed: `.sync:2`.
    parsed: bool,
    /// Whether the execution's name was made for this Task.
    named_here: bool,
    /// The id of the request that the answer tells.
    request_id: String,
}

impl Call {
    fn of(invocation: &Invocation) -> Self {
        let request = &invocation.request;
        let (service, action) = match &request.resource {
            Resource::Service {
                service, action, ..
            } => (&**service, &**action),
            Resource::Lambda { .. } | Resource::Activity { .. } | Resource::Other(_) => ("", ""),
        };
        let (name, suffix) = action.split_once('.').unwrap_or((action, ""));
        let mut input = renamed(plain(&request.input), char::to_ascii_lowercase);
        // The same Task has the same ids when its work begins again after a crash: an execution
        // that it started before is found and not started twice.
        let key = format!("{}:{}", invocation.identity.execution_arn, request.task);
        let mut ids = Seed(0).named(&key);
        let named_here = name == "startExecution" && input.get("name").is_none();
        if named_here && input.is_object() {
            input["name"] = json!(ids.uuid());
        }
        if let Some(document) = input.get_mut("input")
            && !document.is_string()
        {
            *document = json!(
                request
                    .input
                    .get("Input")
                    .map(|it| it.compacted().text().into_owned())
            );
        }
        Self {
            operation: capital(name),
            input,
            optimized: service == "states",
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
            return Ok(self.told(answer));
        }
        let arn = answer["executionArn"].clone();
        answers.submitted(self.told(answer));
        let stop = StopOnDrop::new(&service, &arn);
        service.ended(arn.as_str().unwrap_or_default()).await;
        stop.disarm();
        let description = json!({"executionArn": arn});
        let description = self.ask(&service, "DescribeExecution", &description).await;
        let description = description.map_err(|error| self.refused(&error))?;
        let succeeded = description["status"] == "SUCCEEDED";
        let text = document(&self.described(description));
        if succeeded {
            Ok(text)
        } else {
            Err(StatesError::new("States.TaskFailed", text.text()))
        }
    }

    async fn ask(
        &self,
        service: &Arc<Service>,
        operation: &str,
        input: &Value,
    ) -> Result<Value, ApiError> {
        let body = input.to_string();
        // Boxed: an operation may begin executions, and they may call operations.
        let answer = Box::pin(api::call(service, operation, body.as_bytes())).await?;
        serde_json::from_str(&Reply::text(answer))
            .map_err(|error| ApiError::internal(format!("{operation} answered no JSON: {error}")))
    }

    /// An execution with the name that was made for this Task can only be the one that this Task
    /// started, before the server was started again.
    async fn there_already(
        &self,
        service: &Arc<Service>,
        error: ApiError,
    ) -> Result<Value, StatesError> {
        let ours = self.operation == "StartExecution" && error.code == "ExecutionAlreadyExists";
        let arn = error.message.split('\'').nth(1).unwrap_or_default();
        let name = self.input["name"].as_str().unwrap_or_default();
        if !ours || !self.named_here || !arn.ends_with(name) {
            return Err(self.refused(&error));
        }
        let described = json!({"executionArn": arn});
        let described = self.ask(service, "DescribeExecution", &described).await;
        let described = described.map_err(|error| self.refused(&error))?;
        Ok(json!({
            "executionArn": described["executionArn"],
            "startDate": described["startDate"],
        }))
    }

    /// The error as each integration names it (08 §8.4).
    fn refused(&self, error: &ApiError) -> StatesError {
        let service = if self.optimized {
            "StepFunctions"
        } else {
            "Sfn"
        };
        let code = error.code.strip_suffix("Exception").unwrap_or(error.code);
        StatesError::new(
            &format!("{service}.{code}Exception"),
            error.message.as_str(),
        )
    }

    /// An answer as Tasks see it.
    fn told(&self, answer: Value) -> Json {
        let mut answer = renamed(dates(answer, false), char::to_ascii_uppercase);
        if self.optimized
            && let Value::Object(members) = &mut answer
        {
            members.insert("SdkHttpMetadata".to_owned(), json!({"HttpStatusCode": 200}));
            let id = json!({"RequestId": self.request_id});
            members.insert("SdkResponseMetadata".to_owned(), id);
        }
        document(&sorted(answer))
    }

    /// A job's description, in alphabetical order as recorded.
    fn described(&self, description: Value) -> Value {
        let mut told = renamed(dates(description, true), char::to_ascii_uppercase);
        if self.parsed {
            for name in ["Input", "Output"] {
                let text = told.get(name).and_then(Value::as_str);
                let parsed = text.and_then(|text| serde_json::from_str(text).ok());
                if let Some(parsed) = parsed {
                    told[name] = parsed;
                }
            }
        }
        sorted(told)
    }
}

/// Stops the execution that a Task waits for when nobody waits for it any more (08 §8.2).
struct StopOnDrop {
    service: Weak<Service>,
    arn: Option<Value>,
}

impl StopOnDrop {
    fn new(service: &Arc<Service>, arn: &Value) -> Self {
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
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                let input = json!({"executionArn": arn}).to_string();
                // It may have ended meanwhile.
                let _ = Box::pin(api::call(&service, "StopExecution", input.as_bytes())).await;
            });
        }
    }
}

fn plain(document: &Json) -> Value {
    serde_json::from_str(&document.text()).unwrap_or_default()
}

fn document(value: &Value) -> Json {
    Json::parse(&value.to_string()).unwrap_or(Json::Null)
}

/// `startExecution` as the API calls it.
fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The same with members whose names begin otherwise, at every depth.
fn renamed(value: Value, first: fn(&char) -> char) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let mut letters = name.chars();
                let begin = letters.next().map(|letter| first(&letter));
                (
                    begin.into_iter().chain(letters).collect(),
                    renamed(value, first),
                )
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => items.into_iter().map(|item| renamed(item, first)).collect(),
        other => other,
    }
}

/// Dates are texts, and milliseconds where a job is described.
fn dates(mut value: Value, in_millis: bool) -> Value {
    if let Value::Object(members) = &mut value {
        for (name, value) in members {
            let Some(seconds) = value.as_f64().filter(|_| name.ends_with("Date")) else {
                continue;
            };
            #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this era")]
            let millis = (seconds * 1000.0).round() as i64;
            *value = if in_millis {
                json!(millis)
            } else {
                json!(Timestamp(millis).to_string())
            };
        }
    }
    value
}

fn sorted(value: Value) -> Value {
    let Value::Object(members) = value else {
        return value;
    };
    let mut members: Vec<(String, Value)> = members.into_iter().collect();
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    Value::Object(members.into_iter().collect::<Map<_, _>>())
}
