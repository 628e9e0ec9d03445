//! What a process or a service answered, as a result or as the error that Retry and Catch see.

use std::sync::Arc;

use crate::data::{Json, StatesError, limits};
use crate::language::{IntegrationPattern, Resource};

/// The most of an answer that is read: more than a result may be, so that what is over the limit
/// is told apart from what is broken off.
pub(super) const MAX_ANSWER: usize = 2 * limits::MAX_PAYLOAD;

/// The error of a failure that names none.
pub(super) fn unnamed(resource: &Resource, cause: impl Into<Arc<str>>) -> StatesError {
    let function = matches!(resource, Resource::Lambda { .. }) || resource.is_lambda_invoke();
    StatesError::new(
        if function {
            "Lambda.Unknown"
        } else {
            "States.TaskFailed"
        },
        cause,
    )
}

/// The error that a failing handler named: Lambda's `errorType` with its whole document as the
/// cause, or `Error` and `Cause`.
pub(super) fn named(answer: &str) -> Option<StatesError> {
    let document = Json::parse(answer).ok()?;
    if let Some(error) = document.get("errorType").and_then(Json::as_str) {
        return Some(StatesError::new(error, document.compacted().text()));
    }
    let error = document.get("Error").and_then(Json::as_str)?;
    let cause = document.get("Cause").map(|cause| match cause.as_str() {
        Some(text) => text.into(),
        None => cause.text().into(),
    });
    Some(StatesError {
        cause,
        ..StatesError::new(error, "")
    })
}

/// A function's result, as `lambda:invoke` wraps it. An answer that has a `Payload` is the whole
/// answer of the service already, and what a callback brings is the result as it is.
pub(super) fn wrapped(resource: &Resource, result: &Json) -> Json {
    let wraps =
        resource.is_lambda_invoke() && resource.pattern() == IntegrationPattern::RequestResponse;
    // However a handler lays its answer out, it goes on in one line.
    let result = result.compacted();
    if !wraps || result.get("Payload").is_some() {
        return result;
    }
    [
        ("ExecutedVersion", Json::from("$LATEST")),
        ("Payload", result),
        ("StatusCode", 200.into()),
    ]
    .into_iter()
    .collect()
}

/// The end of a text, at most this many bytes, cut between characters.
pub(super) fn tail(text: &str, most: usize) -> &str {
    let mut start = text.len().saturating_sub(most);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text[start..].trim()
}
