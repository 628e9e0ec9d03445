//! What Tasks that call Step Functions are told: the API's answers and errors as integrations name
//! and write them.
//!
//! Sources: 08 §8.2, §8.4 and §8.5, the recorded cases `callback.start_execution_sync*` and
//! `sfn_task_service.start_execution`. Masked in them, and so unconfirmed: that dates are
//! milliseconds where a job is described, and text elsewhere.

use std::sync::Arc;

use crate::data::{Json, Object, StatesError, Timestamp};

/// How a Task calls Step Functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integration {
    /// `states:`.
    Optimized,
    /// `aws-sdk:sfn:`.
    Sdk,
}

/// An error of the API.
#[must_use]
pub fn refused(integration: Integration, code: &str, message: &str) -> StatesError {
    let service = match integration {
        Integration::Optimized => "StepFunctions",
        Integration::Sdk => "Sfn",
    };
    let code = code.strip_suffix("Exception").unwrap_or(code);
    StatesError::new(&format!("{service}.{code}Exception"), message)
}

/// An answer of the API to a request of this id.
#[must_use]
pub fn answered(integration: Integration, answer: &Json, request_id: &str) -> Json {
    let date = |at: Timestamp| Json::from(at.to_string());
    let mut members = members(answer, &date);
    if integration == Integration::Optimized {
        let one =
            |name: &'static str, value: Json| -> Json { [(name, value)].into_iter().collect() };
        let http = one("HttpStatusCode", Json::from(200));
        let response = one("RequestId", Json::from(request_id));
        members.push(("SdkHttpMetadata".to_owned(), http));
        members.push(("SdkResponseMetadata".to_owned(), response));
    }
    sorted(members)
}

/// What `DescribeExecution` answers, for a Task whose job the execution was; with its documents
/// `parsed` for `.sync:2`.
#[must_use]
pub fn described(description: &Json, parsed: bool) -> Json {
    let date = |at: Timestamp| Json::from(at.0);
    let mut members = members(description, &date);
    for (_, value) in members
        .iter_mut()
        .filter(|(name, _)| parsed && matches!(name.as_str(), "Input" | "Output"))
    {
        if let Some(Ok(document)) = value.as_str().map(Json::parse) {
            *value = document.compacted();
        }
    }
    sorted(members)
}

/// The members of an answer, as Tasks know them.
fn members(answer: &Json, date: &dyn Fn(Timestamp) -> Json) -> Vec<(String, Json)> {
    let members = answer.as_object().into_iter().flat_map(Object::iter);
    let told = members.map(|(name, value)| {
        let at = Some(value).filter(|_| name.ends_with("Date"));
        let value = match at.and_then(seconds) {
            Some(at) => date(at),
            None => renamed(value, char::to_ascii_uppercase),
        };
        (begun(name, char::to_ascii_uppercase), value)
    });
    told.collect()
}

/// A date as the API tells it: seconds, with a fraction.
fn seconds(date: &Json) -> Option<Timestamp> {
    let seconds = date.as_number()?.as_f64();
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this era")]
    let millis = (seconds * 1000.0).round() as i64;
    Some(Timestamp(millis))
}

/// In alphabetical order, as recorded.
fn sorted(mut members: Vec<(String, Json)>) -> Json {
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    members.into_iter().collect()
}

/// A Task's parameters as the API's members: their names begin with small letters, at every depth.
#[must_use]
pub fn as_members(parameters: &Json) -> Json {
    renamed(parameters, char::to_ascii_lowercase)
}

fn renamed(value: &Json, first: fn(&char) -> char) -> Json {
    match value {
        Json::Object(members) => {
            let members = members.iter();
            let renamed = members.map(|(name, value)| (begun(name, first), renamed(value, first)));
            renamed.collect()
        }
        Json::Array(items) => {
            let items = items.items().iter();
            items.map(|item| renamed(item, first)).collect()
        }
        other => other.clone(),
    }
}

/// A name that begins otherwise.
fn begun(name: &Arc<str>, first: fn(&char) -> char) -> String {
    let mut letters = name.chars();
    let begin = letters.next().map(|letter| first(&letter));
    begin.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(told: &Json, expected: &str) {
        assert_eq!(told.text(), expected);
    }

    fn read(text: &str) -> Json {
        Json::parse(text).expect("a document")
    }

    #[test]
    fn answers_are_told_as_integrations_write_them() {
        let answer = read(r#"{"startDate":1.5,"executionArn":"arn"}"#);
        check(
            &answered(Integration::Sdk, &answer, "id"),
            r#"{"ExecutionArn":"arn","StartDate":"1970-01-01T00:00:01.500Z"}"#,
        );
        check(
            &answered(Integration::Optimized, &answer, "id"),
            r#"{"ExecutionArn":"arn","SdkHttpMetadata":{"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"id"},"StartDate":"1970-01-01T00:00:01.500Z"}"#,
        );
        let error = refused(Integration::Sdk, "ResourceNotFoundException", "no");
        assert_eq!(error.name(), "Sfn.ResourceNotFoundException");
    }

    #[test]
    fn a_job_is_described_in_order_with_its_documents_parsed_for_who_wants_that() {
        let description = read(
            r#"{"stopDate":2.001,"output":"{ \"a\": 1.0 }","inputDetails":{"included":true},"cause":"1"}"#,
        );
        check(
            &described(&description, true),
            r#"{"Cause":"1","InputDetails":{"Included":true},"Output":{"a":1.0},"StopDate":2001}"#,
        );
        check(
            &described(&description, false),
            r#"{"Cause":"1","InputDetails":{"Included":true},"Output":"{ \"a\": 1.0 }","StopDate":2001}"#,
        );
    }
}
