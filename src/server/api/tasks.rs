//! The operations with which the world outside answers Tasks: `SendTaskSuccess`,
//! `SendTaskFailure`, `SendTaskHeartbeat` and `GetActivityTask`.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::read;
use crate::data::{EventId, Json, StatesError, Timestamp};
use crate::engine::Input;
use crate::language::Resource;
use crate::runtime::{Accepted, ActivityTask, Callbacks, EarlyResult, Entry, TokenError};
use crate::server::broken::Lost;
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::service::Service;

/// How long a worker may wait for a task (06 §6.6).
const LONG_POLL: Duration = Duration::from_secs(60);

/// Does what a request asks for. A service knows the tokens of before it was started, and keeps
/// answers for after its end; the callback port of a run needs neither.
pub(in crate::server) async fn call(
    callbacks: &Callbacks,
    service: Option<&Arc<Service>>,
    operation: &str,
    body: &[u8],
) -> Result<Reply, ApiError> {
    let members = || read(operation, body);
    let answer = async |members: &Members, result| {
        let token = members.needed("taskToken");
        let ended = end(callbacks, service, token, result).await;
        told(service, token, ended).await
    };
    let done = match operation {
        "GetActivityTask" => get_activity_task(callbacks, &members()?, LONG_POLL).await,
        "SendTaskFailure" => {
            let members = members()?;
            answer(&members, Err(failure(&members))).await
        }
        "SendTaskHeartbeat" => {
            let members = members()?;
            let token = members.needed("taskToken");
            told(service, token, heartbeat(callbacks, token).await).await
        }
        "SendTaskSuccess" => {
            let members = members()?;
            let output = output(&members)?;
            answer(&members, Ok(output)).await
        }
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
    let arn = members.needed("activityArn");
    let worker = members.text("workerName");
    check_activity(callbacks, arn)?;
    // In the words of the API's model: AWS's are not recorded.
    let crowded = || {
        ApiError::new(
            "ActivityWorkerLimitExceeded",
            "The maximum number of workers concurrently polling for activity tasks has been \
             reached.",
        )
    };
    let _place = callbacks.place(arn).ok_or_else(crowded)?;
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

fn output(members: &Members) -> Result<Json, ApiError> {
    // The wording around the reason is the API's, the reason is ours: none is recorded.
    let output = Json::parse(members.needed("output"))
        .map_err(|error| ApiError::new("InvalidOutput", format!("Invalid Output: '{error}'")))?;
    Ok(output.compacted())
}

/// A failure may have neither an error nor a cause (05 §5.3, recorded).
fn failure(members: &Members) -> StatesError {
    StatesError {
        error: members.text("error").map(Into::into),
        cause: members.text("cause").map(Into::into),
        ..StatesError::default()
    }
}

/// Why an answer is not taken.
enum Refused {
    Token(TokenError),
    Other(ApiError),
}

impl From<TokenError> for Refused {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

/// An answer is acknowledged when it is kept. A task that ended at the same moment has no use for
/// it any more.
async fn end(
    callbacks: &Callbacks,
    service: Option<&Arc<Service>>,
    token: &str,
    result: Result<Json, StatesError>,
) -> Result<(), Refused> {
    let line = service.map(|_| kept_answer(&result));
    match callbacks.end(token, result)? {
        Accepted::Told(kept) => Ok(kept.await.map_err(|_| TokenError::Closed)?),
        Accepted::Early => match service.zip(line) {
            Some((service, line)) => keep(service, token, line).await.map_err(Refused::Other),
            None => Ok(()),
        },
    }
}

async fn heartbeat(callbacks: &Callbacks, token: &str) -> Result<(), Refused> {
    let kept = callbacks.heartbeat(token)?;
    Ok(kept.await.map_err(|_| TokenError::Closed)?)
}

/// A token that nobody waits for may be of a task that ended before the server was started.
async fn told(
    service: Option<&Arc<Service>>,
    token: &str,
    done: Result<(), Refused>,
) -> Result<Json, ApiError> {
    let error = match (done, service) {
        (Ok(()), _) => return Ok(Json::empty_object()),
        (Err(Refused::Other(error)), _) => return Err(error),
        (Err(Refused::Token(TokenError::Unknown)), Some(service)) => {
            let token = token.to_owned();
            let known = service.store.read(move |connection| {
                let mut select =
                    connection.prepare_cached("SELECT 1 FROM tokens WHERE token = ?1")?;
                Ok(select.exists([token])?)
            });
            if known.await? {
                TokenError::Closed
            } else {
                TokenError::Unknown
            }
        }
        (Err(Refused::Token(error)), _) => error,
    };
    Err(refused(error))
}

/// A result as it is kept while the service has not answered to the request that carries the
/// token: as a line of a journal, of a task without a number.
fn kept_answer(result: &Result<Json, StatesError>) -> String {
    let ended = Input::TaskEnded {
        task: EventId::NONE,
        result: result.clone(),
    };
    let mut line = String::new();
    Entry::write_told(Timestamp(0), &ended, &mut line);
    line
}

/// Keeps a result that came early. A token of an execution that is not kept has no row.
async fn keep(service: &Service, token: &str, line: String) -> Result<(), ApiError> {
    let token = token.to_owned();
    let kept = service.store.write(move |connection| {
        let mut update =
            connection.prepare_cached("UPDATE tokens SET answer = ?2 WHERE token = ?1")?;
        update.execute(params![token, line])?;
        Ok(())
    });
    kept.await
}

/// The results that came early for tasks of this execution.
pub(in crate::server) fn early_results(
    connection: &Connection,
    execution: i64,
) -> Result<Vec<EarlyResult>, Lost> {
    let mut select = connection.prepare_cached(
        "SELECT token, answer FROM tokens WHERE execution = ?1 AND answer IS NOT NULL",
    )?;
    let mut rows = select.query([execution])?;
    let mut early = Vec::new();
    while let Some(row) = rows.next()? {
        let (token, line): (String, String) = (row.get(0)?, row.get(1)?);
        let Ok(Entry::Told(_, Input::TaskEnded { result, .. })) = Entry::read(line.trim_end())
        else {
            return Err(Lost::Broken("an answer that was kept is none".to_owned()));
        };
        let token = token.into();
        early.push(EarlyResult { token, result });
    }
    Ok(early)
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
        let answer = runtime.expect("a runtime").block_on(call(
            &callbacks,
            None,
            operation,
            body.as_bytes(),
        ));
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
