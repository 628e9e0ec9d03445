//! The operations of the API: which there are, and what they have in common.

mod activities;
mod executions;
mod history;
pub(super) mod machines;
pub(super) mod page;
mod tasks;

use std::sync::Arc;

pub(super) use tasks::call as call_tasks;

use super::protocol::{ApiError, Members, Reply, Text};
use super::service::Service;
use crate::data::{Json, Number};

/// What the API's model says of members that several operations have.
const fn text(name: &'static str, least: usize, most: usize) -> Text {
    Text {
        name,
        least,
        most,
        secret: false,
    }
}

const ACTIVITY_ARN: Text = text("activityArn", 1, 256);
const EXECUTION_ARN: Text = text("executionArn", 1, 256);
const MACHINE_ARN: Text = text("stateMachineArn", 1, 256);

/// Does what a request asks for.
pub(super) async fn call(
    service: &Arc<Service>,
    operation: &str,
    body: &[u8],
) -> Result<Reply, ApiError> {
    let members = Members::read(body)?;
    let members = &members;
    match operation {
        "CreateActivity" => activities::create(service, members).await,
        "CreateStateMachine" => machines::create(service, members).await,
        "DeleteActivity" => activities::delete(service, members).await,
        "DeleteStateMachine" => machines::delete(service, members).await,
        "DescribeActivity" => activities::describe(service, members).await,
        "DescribeExecution" => executions::describe(service, members).await,
        "DescribeStateMachine" => machines::describe(service, members).await,
        "GetActivityTask" | "SendTaskFailure" | "SendTaskHeartbeat" | "SendTaskSuccess" => {
            tasks::call(&service.callbacks, operation, body).await
        }
        "GetExecutionHistory" => history::get(service, members).await,
        "ListActivities" => activities::list(service, members).await,
        "ListExecutions" => executions::list(service, members).await,
        "ListStateMachines" => machines::list(service, members).await,
        "RedriveExecution" => executions::redrive(service, members).await,
        "StartExecution" => executions::start(service, members).await,
        "StartSyncExecution" => executions::start_sync(service, members).await,
        "StopExecution" => executions::stop(service, members).await,
        _ => Err(ApiError::unknown_operation(format!(
            "The operation {operation} is not known."
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

/// The whole given text is told, as recorded (10 §10.5).
fn invalid_arn(arn: &str) -> ApiError {
    ApiError::new(
        "InvalidArn",
        format!("Invalid Arn: 'Invalid ARN prefix: {arn}'"),
    )
}
