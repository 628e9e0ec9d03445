//! The operations with which the world outside answers Tasks: `SendTaskSuccess`,
//! `SendTaskFailure`, `SendTaskHeartbeat` and `GetActivityTask`.

use std::time::Duration;

use crate::data::{Json, StatesError, limits};
use crate::language::Resource;
use crate::runtime::{ActivityTask, Callbacks, TokenError};
use crate::server::protocol::{ApiError, Members, Reply, Text};

/// How long a worker may wait for a task (06 §6.6).
const LONG_POLL: Duration = Duration::from_secs(60);

/// What the API's model says of the members.
const fn text(name: &'static str, least: usize, most: usize, secret: bool) -> Text {
    Text {
        name,
        least,
        most,
        secret,
    }
}

const ACTIVITY_ARN: Text = text("activityArn", 1, 256, false);
const CAUSE: Text = text("cause", 0, 32_768, true);
const ERROR: Text = text("error", 0, 256, true);
const OUTPUT: Text = text("output", 0, limits::MAX_PAYLOAD, true);
const TASK_TOKEN: Text = text("taskToken", 1, 2048, true);
const WORKER_NAME: Text = text("workerName", 1, 80, false);

/// Does what a request asks for.
pub(in crate::server) async fn call(
    callbacks: &Callbacks,
    operation: &str,
    body: &[u8],
) -> Result<Reply, ApiError> {
    let members = || Members::read(body);
    let done = match operation {
        "GetActivityTask" => get_activity_task(callbacks, &members()?, LONG_POLL).await,
        "SendTaskFailure" => send_task_failure(callbacks, &members()?).await,
        "SendTaskHeartbeat" => send_task_heartbeat(callbacks, &members()?),
        "SendTaskSuccess" => send_task_success(callbacks, &members()?).await,
        _ => Err(ApiError::unknown_operation(format!(
            "The callback port does not know the operation {operation}: it takes GetActivityTask, \
             SendTaskFailure, SendTaskHeartbeat and SendTaskSuccess."
        ))),
    };
    done.map(Reply::from)
}

/// `{}` when no task came.
async fn get_activity_task(
    callbacks: &Callbacks,
    members: &Members,
    patience: Duration,
) -> Result<Json, ApiError> {
    let arn = members.required(ACTIVITY_ARN)?;
    let worker = members.optional(WORKER_NAME)?;
    check_activity(callbacks, arn)?;
    let task = tokio::time::timeout(patience, callbacks.poll(arn, worker)).await;
    let Ok(Some(ActivityTask { token, input, kept })) = task else {
        return Ok(Json::empty_object());
    };
    // Of a task that was given up at this very moment the worker will learn by its token.
    let _ = kept.await;
    let members = [
        ("taskToken", Json::String(token)),
        ("input", Json::from(input.text().into_owned())),
    ];
    Ok(members.into_iter().collect())
}

/// The wordings are recorded (10 §10.5).
fn check_activity(callbacks: &Callbacks, arn: &str) -> Result<(), ApiError> {
    if callbacks.has_activity(arn) {
        return Ok(());
    }
    Err(match Resource::parse(arn) {
        Resource::Activity { .. } => {
            let message = format!("Activity Does Not Exist: '{arn}'");
            ApiError::new("ActivityDoesNotExist", message)
        }
        Resource::Lambda { .. } | Resource::Service { .. } | Resource::Other(_) => {
            let message = format!("Invalid Arn: 'Invalid ARN prefix: {arn}'");
            ApiError::new("InvalidArn", message)
        }
    })
}

async fn send_task_success(callbacks: &Callbacks, members: &Members) -> Result<Json, ApiError> {
    let token = members.required(TASK_TOKEN)?;
    let output = members.required(OUTPUT)?;
    // The wording around the reason is the API's, the reason is ours: none is recorded.
    let output = Json::parse(output)
        .map_err(|error| ApiError::new("InvalidOutput", format!("Invalid Output: '{error}'")))?;
    end(callbacks, token, Ok(output.compacted())).await
}

/// A failure may have neither an error nor a cause (05 §5.3, recorded).
async fn send_task_failure(callbacks: &Callbacks, members: &Members) -> Result<Json, ApiError> {
    let token = members.required(TASK_TOKEN)?;
    let error = StatesError {
        error: members.optional(ERROR)?.map(Into::into),
        cause: members.optional(CAUSE)?.map(Into::into),
        ..StatesError::default()
    };
    end(callbacks, token, Err(error)).await
}

/// An answer is acknowledged when it is kept. A task that ended at the same moment has no use for
/// it any more.
async fn end(
    callbacks: &Callbacks,
    token: &str,
    result: Result<Json, StatesError>,
) -> Result<Json, ApiError> {
    let kept = callbacks.end(token, result).map_err(refused)?;
    kept.await.map_err(|_| refused(TokenError::Closed))?;
    Ok(Json::empty_object())
}

fn send_task_heartbeat(callbacks: &Callbacks, members: &Members) -> Result<Json, ApiError> {
    let token = members.required(TASK_TOKEN)?;
    callbacks.heartbeat(token).map_err(refused)?;
    Ok(Json::empty_object())
}

/// Only the wording of `InvalidToken` is recorded.
fn refused(error: TokenError) -> ApiError {
    match error {
        TokenError::Closed => ApiError::new(
            "TaskTimedOut",
            "Task Timed Out: 'Provided task does not exist anymore'",
        ),
        TokenError::Invalid => ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'"),
        TokenError::Unknown => ApiError::new(
            "TaskDoesNotExist",
            "Task Does Not Exist: 'Provided task does not exist'",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:approve";

    fn told(answer: Result<Reply, ApiError>) -> String {
        match answer {
            Ok(output) => output.text(),
            Err(error) => format!("{}: {}", error.code, error.message),
        }
    }

    #[track_caller]
    fn check(operation: &str, body: &str, expected: &str) {
        let (callbacks, _) = Callbacks::new([ACTIVITY.into()]);
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let answer =
            runtime
                .expect("a runtime")
                .block_on(call(&callbacks, operation, body.as_bytes()));
        assert_eq!(told(answer), expected, "{operation} {body}");
    }

    #[test]
    fn wrong_calls_get_the_errors_of_the_api() {
        check(
            "GetActivityTask",
            r#"{"activityArn":"no_an_activity_arn"}"#,
            "InvalidArn: Invalid Arn: 'Invalid ARN prefix: no_an_activity_arn'",
        );
        check(
            "GetActivityTask",
            r#"{"activityArn":"arn:aws:states:us-east-1:123456789012:activity:other"}"#,
            "ActivityDoesNotExist: Activity Does Not Exist: \
             'arn:aws:states:us-east-1:123456789012:activity:other'",
        );
        check(
            "GetActivityTask",
            "",
            "ValidationException: 1 validation error detected: Value null at 'activityArn' \
             failed to satisfy constraint: Member must not be null",
        );
        check(
            "SendTaskSuccess",
            r#"{"taskToken":"","output":"1"}"#,
            "ValidationException: 1 validation error detected: Value at 'taskToken' failed to \
             satisfy constraint: Member must have length greater than or equal to 1",
        );
        check(
            "SendTaskSuccess",
            r#"{"taskToken":7,"output":"1"}"#,
            "SerializationException: The member 'taskToken' must be a string and not of the type \
             number.",
        );
        check(
            "SendTaskSuccess",
            r#"{"taskToken":"t","output":""}"#,
            "InvalidOutput: Invalid Output: 'EOF while parsing a value at line 1 column 0'",
        );
        check(
            "SendTaskHeartbeat",
            r#"{"taskToken":"NoSuchTaskToken","more":[]}"#,
            "InvalidToken: Invalid Token: 'Invalid token'",
        );
        check(
            "SendTaskFailure",
            r#"{"taskToken":"00000000-0000-4000-8000-000000000000","error":null}"#,
            "TaskDoesNotExist: Task Does Not Exist: 'Provided task does not exist'",
        );
        check(
            "SendTaskHeartbeat",
            "[]",
            "SerializationException: The body is no JSON object.",
        );
    }

    #[test]
    fn bodies_that_are_no_json_are_refused() {
        let check = |body: &[u8], expected: &str| {
            let members = Members::read(body)
                .map(|_| ())
                .map_err(|error| error.message);
            assert!(
                members
                    .as_ref()
                    .is_err_and(|message| message.starts_with(expected)),
                "{members:?}"
            );
        };
        check(b"{", "The body is no JSON: ");
        check(b"{\"a\":\"\xff\"}", "The body is not UTF-8.");
        check("[".repeat(1_000_000).as_bytes(), "The body is no JSON: ");
    }

    #[tokio::test]
    async fn a_worker_for_whom_there_is_nothing_gets_an_empty_answer() {
        let (callbacks, _) = Callbacks::new([ACTIVITY.into()]);
        let body = format!(r#"{{"activityArn":"{ACTIVITY}","workerName":"w"}}"#);
        let members = Members::read(body.as_bytes()).expect("an object");
        let answer = get_activity_task(&callbacks, &members, Duration::ZERO).await;
        assert_eq!(told(answer.map(Reply::from)), "{}");
    }
}
