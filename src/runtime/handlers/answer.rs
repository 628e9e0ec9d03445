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
/// cause, or `Error` and `Cause`. A function that is called by its ARN shows the bytes that it
/// wrote, every other one the document in its shortest form (08 §8.4, recorded).
pub(super) fn named(resource: &Resource, answer: &str) -> Option<StatesError> {
    let document = Json::parse(answer).ok()?;
    if let Some(error) = document.get("errorType").and_then(Json::as_str) {
        let cause: Arc<str> = match resource {
            Resource::Lambda { .. } | Resource::Other(_) => answer.trim().into(),
            Resource::Activity { .. } | Resource::Service { .. } => {
                document.compacted().text().into()
            }
        };
        return Some(StatesError::new(error, cause));
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

/// A handler's result. What a callback brings is the result as it is; a function's is wrapped.
pub(super) fn wrapped(resource: &Resource, result: &Json) -> Json {
    // However a handler lays its answer out, it goes on in one line.
    let result = result.compacted();
    match resource.pattern() {
        IntegrationPattern::RequestResponse => submitted(resource, result),
        IntegrationPattern::RunJob | IntegrationPattern::WaitForTaskToken => result,
    }
}

/// What a service answers to a request: a function's result as `lambda:invoke` wraps it. An answer
/// that has a `Payload` is the whole answer of the service already.
pub(super) fn submitted(resource: &Resource, result: Json) -> Json {
    if !resource.is_lambda_invoke() || result.get("Payload").is_some() {
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

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:charge";
    const INVOKE: &str = "arn:aws:states:::lambda:invoke";

    #[test]
    fn a_functions_error_document_is_its_cause() {
        let check = |resource: &str, answer: &str, cause: Option<&str>| {
            let error = named(&Resource::parse(resource), answer).expect("an error");
            assert_eq!(error.name(), "Declined");
            assert_eq!(error.cause.as_deref(), cause, "{resource} {answer}");
        };
        let raw = r#"{"errorMessage": "no funds", "errorType": "Declined"}"#;
        let compact = r#"{"errorMessage":"no funds","errorType":"Declined"}"#;
        check(FUNCTION, &format!("{raw}\n"), Some(raw));
        check("CHARGE_FUNCTION_ARN", raw, Some(raw));
        check(INVOKE, raw, Some(compact));
        check(
            FUNCTION,
            r#"{"Error": "Declined", "Cause": {"a": 1}}"#,
            Some(r#"{"a":1}"#),
        );
        check(FUNCTION, r#"{"Error": "Declined"}"#, None);
    }

    #[test]
    fn what_names_no_error_is_none() {
        let resource = Resource::parse(FUNCTION);
        for answer in ["", "no funds", "{}", "{\"errorType\": 7}", "[\"Error\"]"] {
            assert_eq!(named(&resource, answer), None, "{answer}");
        }
    }

    #[test]
    fn results_are_wrapped_as_by_the_service_that_is_called() {
        let check = |answered: Json, expected: &str| assert_eq!(answered.text(), expected);
        let plain = Json::parse("{ \"id\": 7 }").expect("JSON");
        let invoke = Resource::parse(INVOKE);
        let payload = r#"{"ExecutedVersion":"$LATEST","Payload":{"id":7},"StatusCode":200}"#;
        check(wrapped(&invoke, &plain), payload);
        check(wrapped(&invoke, &wrapped(&invoke, &plain)), payload);
        check(wrapped(&Resource::parse(FUNCTION), &plain), r#"{"id":7}"#);
        let callback = Resource::parse("arn:aws:states:::lambda:invoke.waitForTaskToken");
        check(wrapped(&callback, &plain), r#"{"id":7}"#);
        check(submitted(&callback, plain.compacted()), payload);
    }
}
