//! Histories from text: our log, the JSON of `aws stepfunctions get-execution-history`, or lines of
//! CloudWatch Logs.

mod document;
mod order;
mod raw;
mod stream;

use std::fmt;

use self::raw::Raw;
use super::{HistoryEvent, LogHeader};
use crate::data::JsonError;

pub use self::order::ExecutionSeen;
pub use self::stream::{Ending, HistoryReader, Record};

/// A history that was read.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The header of our own logs.
    pub header: Option<LogHeader>,
    /// The events, in order of their ids.
    pub events: Vec<HistoryEvent<'static>>,
    /// The number of a last line that was cut off and left out.
    pub torn_line: Option<usize>,
}

/// Why a text is no history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryReadError {
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1; 0 when the whole line is meant.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for HistoryReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            0 => write!(f, "line {}: {}", self.line, self.message),
            column => write!(f, "line {}, column {column}: {}", self.line, self.message),
        }
    }
}

/// Reads a whole history: a log of ours (with or without its header), an object with `events`, a
/// bare array of events, or lines of CloudWatch Logs of one execution.
///
/// # Errors
/// With the line of the first thing that is no history event.
pub fn read_history(text: &str) -> Result<Recording, HistoryReadError> {
    let mut recording = Recording::default();
    let mut reader = HistoryReader::new(None);
    let mut take = |record: Record<'_>| match record {
        Record::Header(header) => recording.header = Some(*header),
        Record::Event(event) => recording.events.push(event.into_owned()),
    };
    reader.push(text.as_bytes(), &mut take)?;
    let ending = reader.end(&mut take)?;
    if ending.executions.len() > 1 {
        let count = ending.executions.len();
        return Err(whole(1, &format!("there are {count} executions in it")));
    }
    recording.torn_line = ending.torn_line;
    Ok(recording)
}

const NO_HISTORY: &str = "this is no history: expected a log of `asl run --log`, the JSON of \
                          `aws stepfunctions get-execution-history`, or lines of CloudWatch Logs";

/// Reads one event from a line of JSON.
///
/// # Errors
/// When the line is no history event.
pub fn read_event(line: &str) -> Result<HistoryEvent<'static>, JsonError> {
    let raw: Raw<'_> = serde_json::from_str(line)?;
    let event = raw.event().map_err(|message| JsonError {
        message,
        line: 1,
        column: 0,
    })?;
    Ok(event.into_owned())
}

fn whole(line: usize, message: &str) -> HistoryReadError {
    HistoryReadError {
        line,
        column: 0,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::HistoryEventType;

    /// A line that was read and written again is the same.
    #[test]
    fn events_read_back_as_written() {
        for line in [
            r#"{"timestamp":1707314416.123,"type":"ExecutionStarted","id":1,"previousEventId":0,"executionStartedEventDetails":{"input":"{\"a\": [1]}","inputDetails":{"truncated":false},"roleArn":"arn:aws:iam::1:role/r"}}"#,
            r#"{"timestamp":1707314416.000,"type":"PassStateExited","id":3,"previousEventId":2,"stateExitedEventDetails":{"name":"A\"\n","output":"{}","outputDetails":{"truncated":false},"assignedVariables":{"x":"\"42\""},"assignedVariablesDetails":{"truncated":false}}}"#,
            r#"{"timestamp":1.005,"type":"TaskScheduled","id":3,"previousEventId":2,"taskScheduledEventDetails":{"resourceType":"lambda","resource":"invoke","region":"us-east-1","parameters":"{}","timeoutInSeconds":3,"heartbeatInSeconds":1,"taskCredentials":{"roleArn":"r"}}}"#,
            r#"{"timestamp":1.005,"type":"LambdaFunctionStarted","id":4,"previousEventId":3}"#,
            r#"{"timestamp":1.005,"type":"MapIterationAborted","id":4,"previousEventId":3,"mapIterationAbortedEventDetails":{"name":"M","index":2}}"#,
            r#"{"timestamp":1.005,"type":"ExecutionFailed","id":4,"previousEventId":3,"executionFailedEventDetails":{}}"#,
            r#"{"timestamp":1.005,"type":"EvaluationFailed","id":4,"previousEventId":3,"evaluationFailedEventDetails":{"error":"States.QueryEvaluationError","cause":"c","location":"Items","state":"M"}}"#,
        ] {
            assert_eq!(read_event(line).expect("an event").to_line(), line);
        }
    }

    #[test]
    fn an_export_with_iso_times_in_reverse_order_is_read() {
        let text = r#"{ "events": [
            {"timestamp":"2024-02-07T15:00:17.5+01:00","type":"PassStateEntered","id":2,"previousEventId":0,"stateEnteredEventDetails":{"name":"A","input":"{}"}},
            {"timestamp":1707314416,"type":"ExecutionStarted","id":1,"previousEventId":0,"executionStartedEventDetails":{"input":"{}"}}
        ]}"#;
        let recording = read_history(text).expect("a history");
        assert_eq!(recording.events[0].kind, HistoryEventType::ExecutionStarted);
        assert_eq!(
            recording.events[1].timestamp.to_string(),
            "2024-02-07T14:00:17.500Z"
        );
    }

    #[test]
    fn a_torn_last_line_is_left_out_and_said() {
        let line = r#"{"timestamp":1.005,"type":"MapStateFailed","id":4,"previousEventId":3}"#;
        let recording = read_history(&format!("{line}\n{}", &line[..30])).expect("a log");
        assert_eq!((recording.events.len(), recording.torn_line), (1, Some(2)));
    }

    #[test]
    fn what_is_no_history_is_refused_with_its_place() {
        let check = |text: &str, expected: &str| {
            assert_eq!(
                read_history(text).expect_err("no history").to_string(),
                expected
            );
        };
        check("", "line 1: the file is empty: there is no history in it");
        check("{\"StartAt\":\"A\"}", &format!("line 1: {NO_HISTORY}"));
        check(
            "{\"id\":1}",
            "line 1: `type` is missing: this is no history event",
        );
        let line = r#"{"timestamp":1.005,"type":"MapStateFailed","id":4,"previousEventId":3}"#;
        check(
            &format!("{line}\n{{\"id\":}}\n"),
            "line 2, column 7: expected value",
        );
        check(
            "{\"timestamp\":1,\"type\":\"Nope\",\"id\":1}\n",
            "line 1: \"Nope\" is no type of history event",
        );
        check(
            "{\n  \"StartAt\": \"A\"\n}",
            &format!("line 1: {NO_HISTORY}"),
        );
        check("hello", &format!("line 1: {NO_HISTORY}"));
        check("\u{a0}{\"id\":1}\n", &format!("line 1: {NO_HISTORY}"));
    }
}
