//! A line of the results: what became of one input.

use serde::{Deserialize, Serialize};

use crate::data::{Json, Seed, StatesError};
use crate::engine::Outcome;

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
    /// The line is no input: nothing was run.
    Invalid,
}

/// A line of the results, as it is written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultLine<'r> {
    pub(super) line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'r str>,
    pub(super) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<&'r Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<&'r str>,
    /// In seconds, by the execution's own clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) duration: Option<f64>,
    pub(super) input_hash: String,
}

/// What an execution that has ended leaves.
pub(super) struct Execution<'r> {
    pub(super) line: u64,
    pub(super) name: &'r str,
    pub(super) outcome: &'r Outcome,
    /// In milliseconds.
    pub(super) duration: i64,
    pub(super) input: &'r str,
}

impl Execution<'_> {
    /// Its line, without an end.
    pub(super) fn to_line(&self) -> String {
        let timeout = StatesError::timeout();
        let (status, output, error) = match self.outcome {
            Outcome::Succeeded(output) => (Status::Succeeded, Some(output), None),
            Outcome::Failed(error) => (Status::Failed, None, Some(error)),
            Outcome::Aborted(error) => (Status::Aborted, None, Some(error)),
            Outcome::TimedOut => (Status::TimedOut, None, Some(&timeout)),
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds of centuries are exact"
        )]
        let seconds = self.duration as f64 / 1000.0;
        ResultLine {
            line: self.line,
            name: Some(self.name),
            status,
            output,
            error: error.and_then(|error| error.error.as_deref()),
            cause: error.and_then(|error| error.cause.as_deref()),
            duration: Some(seconds),
            input_hash: hash(self.input),
        }
        .to_line()
    }
}

impl ResultLine<'_> {
    fn to_line(&self) -> String {
        serde_json::to_string(self).expect("a document has string keys")
    }
}

/// The line of an input that is none.
pub(super) fn invalid(line: u64, why: &str, input: &str) -> String {
    let result = ResultLine {
        line,
        name: None,
        status: Status::Invalid,
        output: None,
        error: Some("InvalidInput"),
        cause: Some(why),
        duration: None,
        input_hash: hash(input),
    };
    result.to_line()
}

/// What tells an input from another one that is on the same line later.
pub(super) fn hash(input: &str) -> String {
    format!("{:016x}", Seed(0).named(input).bits())
}

/// As much of a result as tells whether its input is done.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultRead {
    pub(super) line: u64,
    pub(super) status: Status,
    pub(super) input_hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(outcome: &Outcome, expected: &str) {
        let execution = Execution {
            line: 7,
            name: "n",
            outcome,
            duration: 1250,
            input: "{}",
        };
        let line = execution.to_line();
        let hash = hash("{}");
        let start = r#"{"line":7,"name":"n","status":"#;
        let end = format!(r#""duration":1.25,"inputHash":"{hash}"}}"#);
        assert_eq!(line, format!("{start}{expected},{end}"));
        let read: ResultRead = serde_json::from_str(&line).expect("a result");
        assert_eq!((read.line, read.input_hash), (7, hash));
    }

    #[test]
    fn a_result_is_written_and_read() {
        let output = Json::parse("[1, 2]").expect("JSON");
        check(&Outcome::Succeeded(output), r#""SUCCEEDED","output":[1,2]"#);
        check(
            &Outcome::Failed(StatesError::new("Declined", "no funds")),
            r#""FAILED","error":"Declined","cause":"no funds""#,
        );
        check(
            &Outcome::TimedOut,
            r#""TIMED_OUT","error":"States.Timeout""#,
        );
    }

    /// Results are compared with those of an older program.
    #[test]
    fn the_hash_of_an_input_never_changes() {
        assert_eq!(hash("{}"), "f2c85a0499a3e0a0");
        assert_ne!(hash("{}"), hash("{ }"));
    }
}
