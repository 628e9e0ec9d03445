//! The operations of the API: which there are, and what they have in common.

mod activities;
mod aliases;
mod configuration;
mod definitions;
pub(super) mod executions;
mod history;
mod jackson;
pub(super) mod machines;
mod map_runs;
mod model;
pub(super) mod page;
mod redrive;
mod start;
mod states;
mod tags;
mod tasks;
mod variables;
mod versions;

use std::sync::Arc;

pub(super) use tasks::{call as call_tasks, early_results};

use super::names::Arn;
use super::protocol::{ApiError, Members, Reason, Reply, told};
use super::service::Service;
use crate::data::{Json, Number};

impl Service {
    /// Answers one call as over HTTP, with the status and the body.
    pub async fn answer(self: &Arc<Self>, operation: &str, body: &str) -> (u16, String) {
        let (status, body) = told(call(self, operation, body.as_bytes()).await);
        (status.as_u16(), body)
    }
}

/// The members of a request, as the model wants them.
fn read(operation: &str, body: &[u8]) -> Result<Members, ApiError> {
    let Some(model) = model::members(operation) else {
        return Err(ApiError::unknown_operation(format!(
            "The operation {operation} is not known."
        )));
    };
    let members = Members::read(body)?;
    model::check(&members, model)?;
    Ok(members)
}

/// Whether an operation leaves things as they are.
fn only_looks(operation: &str) -> bool {
    let looking = ["Describe", "Get", "List", "Test", "Validate"];
    looking.iter().any(|verb| operation.starts_with(verb))
}

/// Does what a request asks for. What changes something is done to its end, also when nobody waits
/// for the answer any more: half of it would be a row that nobody works on.
pub(super) async fn call(
    service: &Arc<Service>,
    operation: &str,
    body: &[u8],
) -> Result<Reply, ApiError> {
    if only_looks(operation) {
        return carry_out(service, operation, body).await;
    }
    let (shared, operation, body) = (Arc::clone(service), operation.to_owned(), body.to_vec());
    let done = service.spawn(async move { carry_out(&shared, &operation, &body).await });
    done.await
        .unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(ApiError::internal("The server is about to end.")),
        })
}

async fn carry_out(
    service: &Arc<Service>,
    operation: &str,
    body: &[u8],
) -> Result<Reply, ApiError> {
    #[cfg(test)]
    super::testing::trip(service, operation).await?;
    let members = &read(operation, body)?;
    match operation {
        "CreateActivity" => activities::create(service, members).await,
        "CreateStateMachine" => machines::create(service, members).await,
        "CreateStateMachineAlias" => aliases::create(service, members).await,
        "DeleteActivity" => activities::delete(service, members).await,
        "DeleteStateMachine" => machines::delete(service, members).await,
        "DeleteStateMachineAlias" => aliases::delete(service, members).await,
        "DeleteStateMachineVersion" => versions::delete(service, members).await,
        "DescribeActivity" => activities::describe(service, members).await,
        "DescribeExecution" => executions::describe(service, members).await,
        "DescribeMapRun" => map_runs::describe(service, members).await,
        "DescribeStateMachine" => machines::describe(service, members).await,
        "DescribeStateMachineAlias" => aliases::describe(service, members).await,
        "DescribeStateMachineForExecution" => machines::describe_for(service, members).await,
        "GetActivityTask" | "SendTaskFailure" | "SendTaskHeartbeat" | "SendTaskSuccess" => {
            tasks::call(&service.callbacks, Some(service), operation, body).await
        }
        "GetExecutionHistory" => history::get(service, members).await,
        "ListActivities" => activities::list(service, members).await,
        "ListExecutions" => executions::list(service, members).await,
        "ListMapRuns" => map_runs::list(service, members).await,
        "ListStateMachineAliases" => aliases::list(service, members).await,
        "ListStateMachineVersions" => versions::list(service, members).await,
        "ListStateMachines" => machines::list(service, members).await,
        "ListTagsForResource" => tags::list(service, members).await,
        "PublishStateMachineVersion" => versions::publish(service, members).await,
        "RedriveExecution" => redrive::redrive(service, members).await,
        "StartExecution" => start::start(service, members).await,
        "StartSyncExecution" => start::start_sync(service, members).await,
        "StopExecution" => executions::stop(service, members).await,
        "TagResource" => tags::add(service, members).await,
        "TestState" => states::test(service, members).await,
        "UntagResource" => tags::remove(service, members).await,
        "UpdateMapRun" => map_runs::update(service, members).await,
        "UpdateStateMachine" => machines::update(service, members).await,
        "UpdateStateMachineAlias" => aliases::update(service, members).await,
        "ValidateStateMachineDefinition" => Ok(definitions::validate(members).into()),
        _ => Err(ApiError::internal(format!(
            "Nobody does the operation {operation}."
        ))),
    }
}

/// A time as the API tells it: seconds since 1970.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this era are exact"
)]
fn seconds(at: i64) -> Json {
    Number::from_result(at as f64 / 1000.0).map_or(Json::Null, Json::Number)
}

/// A document of these members; those that are none are left out, as the API does.
fn object<const N: usize>(members: [Option<(&'static str, Json)>; N]) -> Json {
    members.into_iter().flatten().collect()
}

/// A member that is there when its text is.
fn given(name: &'static str, text: Option<String>) -> Option<(&'static str, Json)> {
    text.map(|text| (name, Json::from(text)))
}

/// `inputDetails` and `outputDetails`.
fn included() -> Json {
    [("included", Json::from(true))].into_iter().collect()
}

/// Whether the definition, the input and the output are left out of an answer.
fn is_without_data(members: &Members) -> bool {
    members.text("includedData") == Some("METADATA_ONLY")
}

/// What an ARN names.
fn parsed(arn: &str) -> Result<Arn, ApiError> {
    Arn::parse(arn).ok_or_else(|| invalid_arn(arn))
}

/// The whole given text is told, as recorded (10 §10.5).
fn invalid_arn(arn: &str) -> ApiError {
    ApiError::new(
        "InvalidArn",
        format!("Invalid Arn: 'Invalid ARN prefix: {arn}'"),
    )
}

/// An ARN of something else than is asked for; recorded for Express executions.
fn wrong_kind(arn: &str) -> ApiError {
    let kind = arn.split(':').nth(5).unwrap_or_default();
    ApiError::new(
        "InvalidArn",
        format!("Invalid Arn: 'Resource type not valid in this context: {kind}'"),
    )
}

/// A machine that a Map state has for its children (07 §7.7). AWS's wording is not recorded.
fn labelled(arn: &str) -> ApiError {
    ApiError::invalid(
        Reason::LabelledArn,
        format!("The operation does not support the ARN of a Map state: '{arn}'"),
    )
}

/// A name that nothing can have.
fn invalid_name(name: &str) -> ApiError {
    ApiError::new("InvalidName", format!("Invalid Name: '{name}'"))
}

/// What is said of an alias that is not there (recorded), and of versions and Map Runs.
fn no_such_resource() -> ApiError {
    ApiError::new(
        "ResourceNotFound",
        "Request references a resource that does not exist.",
    )
}

#[cfg(test)]
mod tests;
