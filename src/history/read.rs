//! Histories from text: our log, or the JSON of `aws stepfunctions get-execution-history`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{Assigned, Details, EventJson, HistoryEvent, HistoryEventType, LogHeader, Shape};
use crate::data::{EventId, JsonError, Timestamp};

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

/// Reads a whole history: a log of ours (with or without its header), an object with `events`,
/// or a bare array of events.
///
/// # Errors
/// With the line of the first thing that is no history event.
pub fn read_history(text: &str) -> Result<Recording, HistoryReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.trim_start().as_bytes().first() {
        None => Err(whole(1, "the file is empty: there is no history in it")),
        Some(b'[') => {
            let events: Vec<Raw<'_>> = serde_json::from_str(text).map_err(|e| placed(1, e))?;
            Ok(Recording {
                events: sorted(events)?,
                ..Recording::default()
            })
        }
        Some(b'{') if !is_header(text) && is_export(text) => {
            let export: Export<'_> = serde_json::from_str(text).map_err(|e| placed(1, e))?;
            let events = export.events.ok_or_else(|| whole(1, NO_HISTORY))?;
            Ok(Recording {
                events: sorted(events)?,
                ..Recording::default()
            })
        }
        Some(b'{') => read_log(text),
        Some(_) => Err(whole(1, NO_HISTORY)),
    }
}

const NO_HISTORY: &str = "this is no history: expected a log of `asl run --log`, or the JSON of \
                          `aws stepfunctions get-execution-history`";

/// Reads one event from a line of JSON.
///
/// # Errors
/// When the line is no history event.
pub fn read_event(line: &str) -> Result<HistoryEvent<'static>, JsonError> {
    let raw: Raw<'_> = serde_json::from_str(line)?;
    raw.event().map_err(|message| JsonError {
        message,
        line: 1,
        column: 0,
    })
}

/// An export is one object; a log has one object per line, and its first is a header or an event.
fn is_export(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let complete = serde_json::from_str::<IgnoredAny>(first).is_ok();
    !complete || first[1..].trim_start().starts_with("\"events\"")
}

fn read_log(text: &str) -> Result<Recording, HistoryReadError> {
    let mut recording = Recording::default();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        if line.trim().is_empty() {
            continue;
        }
        if number == 1 && is_header(line) {
            if text.len() == line.len() && serde_json::from_str::<IgnoredAny>(line).is_err() {
                let message = "the log breaks off in its header: there is no event in it";
                return Err(whole(1, message));
            }
            recording.header = Some(header(line)?);
            continue;
        }
        match read_event(line) {
            Ok(event) => recording.events.push(event),
            // A process that was killed leaves its last line without an end.
            Err(error)
                if error.column > 0
                    && index > 0
                    && lines.peek().is_none()
                    && !text.ends_with('\n') =>
            {
                recording.torn_line = Some(number);
            }
            Err(error) => {
                let (column, message) = (error.column, error.message);
                return Err(HistoryReadError {
                    line: number,
                    column,
                    message,
                });
            }
        }
    }
    Ok(recording)
}

fn is_header(line: &str) -> bool {
    let inside = line.trim_start().strip_prefix('{');
    inside.is_some_and(|inside| inside.trim_start().starts_with("\"asl\""))
}

fn header(line: &str) -> Result<LogHeader, HistoryReadError> {
    let header: LogHeader = serde_json::from_str(line).map_err(|e| placed(1, e))?;
    if header.asl > LogHeader::VERSION {
        let message = format!(
            "this log has format {}, and this program reads up to {}: update it",
            header.asl,
            LogHeader::VERSION
        );
        return Err(whole(1, &message));
    }
    Ok(header)
}

fn sorted(raw: Vec<Raw<'_>>) -> Result<Vec<HistoryEvent<'static>>, HistoryReadError> {
    let mut events = Vec::with_capacity(raw.len());
    for (index, raw) in raw.into_iter().enumerate() {
        let event = raw
            .event()
            .map_err(|e| whole(1, &format!("event {}: {e}", index + 1)))?;
        events.push(event);
    }
    // `--reverse-order` exports come last event first.
    events.sort_by_key(|event| event.id);
    Ok(events)
}

fn whole(line: usize, message: &str) -> HistoryReadError {
    HistoryReadError {
        line,
        column: 0,
        message: message.to_owned(),
    }
}

fn placed(line: usize, error: serde_json::Error) -> HistoryReadError {
    let error = JsonError::from(error);
    let (line, column) = (line + error.line.max(1) - 1, error.column);
    HistoryReadError {
        line,
        column,
        message: error.message,
    }
}

#[derive(Deserialize)]
struct Export<'a> {
    #[serde(borrow)]
    events: Option<Vec<Raw<'a>>>,
}

/// An event as it stands in the text, before its type says what its details must be.
#[derive(Default)]
struct Raw<'a> {
    timestamp: Option<Timestamp>,
    kind: Option<Cow<'a, str>>,
    id: Option<u64>,
    previous: u64,
    member: Option<Cow<'a, str>>,
    details: RawDetails<'a>,
}

/// Every member that any event's details have.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawDetails<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    input: Option<Cow<'a, str>>,
    #[serde(borrow)]
    output: Option<Cow<'a, str>>,
    #[serde(borrow)]
    error: Option<Cow<'a, str>>,
    #[serde(borrow)]
    cause: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resource: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resource_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    region: Option<Cow<'a, str>>,
    #[serde(borrow)]
    parameters: Option<Cow<'a, str>>,
    #[serde(borrow)]
    role_arn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    worker_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    map_run_arn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    location: Option<Cow<'a, str>>,
    #[serde(borrow)]
    state: Option<Cow<'a, str>>,
    timeout_in_seconds: Option<i64>,
    heartbeat_in_seconds: Option<i64>,
    index: Option<u64>,
    length: Option<u64>,
    redrive_count: Option<u64>,
    #[serde(borrow)]
    task_credentials: Option<Credentials<'a>>,
    assigned_variables: Option<indexmap::IndexMap<Arc<str>, Arc<str>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credentials<'a> {
    #[serde(borrow, default)]
    role_arn: Option<Cow<'a, str>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a history event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw<'de>, A::Error> {
        let mut raw = Raw::default();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "timestamp" => raw.timestamp = Some(map.next_value::<Moment>()?.0),
                "type" => raw.kind = Some(map.next_value()?),
                "id" => raw.id = Some(map.next_value()?),
                "previousEventId" => raw.previous = map.next_value()?,
                member if member.ends_with("EventDetails") => {
                    // The AWS CLI of some years writes every other member as null.
                    if let Some(details) = map.next_value()? {
                        raw.details = details;
                        raw.member = Some(key);
                    }
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(raw)
    }
}

/// A time as a number of seconds or as ISO text: the CLI can be told to print either.
struct Moment(Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time as epoch seconds or as ISO 8601 text")
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded milliseconds; saturates"
    )]
    fn visit_f64<E>(self, seconds: f64) -> Result<Moment, E> {
        Ok(Moment(Timestamp((seconds * 1000.0).round() as i64)))
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of this era are exact")]
    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Moment, E> {
        self.visit_f64(seconds as f64)
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of this era are exact")]
    fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Moment, E> {
        self.visit_f64(seconds as f64)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
        let instant: Result<jiff::Timestamp, _> = text.parse();
        let instant =
            instant.map_err(|_| E::custom(format_args!("{text:?} is no ISO 8601 time")))?;
        Ok(Moment(Timestamp(instant.as_millisecond())))
    }
}

fn owned(text: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
    text.map(|text| Cow::Owned(text.into_owned()))
}

fn document(text: Option<Cow<'_, str>>) -> Option<EventJson<'static>> {
    owned(text).map(EventJson::Text)
}

impl Raw<'_> {
    fn event(self) -> Result<HistoryEvent<'static>, String> {
        let name = self
            .kind
            .ok_or("`type` is missing: this is no history event")?;
        let kind: HistoryEventType = name
            .parse()
            .map_err(|()| format!("{name:?} is no type of history event"))?;
        let id = self.id.ok_or("`id` is missing: this is no history event")?;
        let timestamp = self.timestamp.ok_or("`timestamp` is missing")?;
        let details = match self.member {
            None => Details::None,
            Some(_) => self.details.shaped(kind.shape())?,
        };
        let previous = EventId(self.previous);
        Ok(HistoryEvent {
            timestamp,
            kind,
            id: EventId(id),
            previous,
            details,
        })
    }
}

impl RawDetails<'_> {
    fn shaped(self, shape: Shape) -> Result<Details<'static>, String> {
        let need = |member: Option<Cow<'_, str>>, name: &str| {
            owned(member).ok_or_else(|| format!("`{name}` is missing in the event's details"))
        };
        Ok(match shape {
            Shape::None => Details::None,
            Shape::StateEntered => Details::StateEntered {
                name: need(self.name, "name")?,
                input: document(self.input),
            },
            Shape::StateExited => Details::StateExited {
                name: need(self.name, "name")?,
                output: document(self.output),
                assigned: Assigned::Texts(
                    self.assigned_variables
                        .unwrap_or_default()
                        .into_iter()
                        .collect(),
                ),
            },
            Shape::ExecutionStarted => Details::ExecutionStarted {
                input: document(self.input),
                role_arn: owned(self.role_arn),
            },
            Shape::Output => Details::Output {
                output: document(self.output),
            },
            Shape::Failure => Details::Failure {
                error: owned(self.error),
                cause: owned(self.cause),
            },
            Shape::FunctionScheduled => Details::FunctionScheduled {
                resource: need(self.resource, "resource")?,
                input: document(self.input),
                timeout: self.timeout_in_seconds,
                heartbeat: self.heartbeat_in_seconds,
                role_arn: owned(self.task_credentials.and_then(|c| c.role_arn)),
            },
            Shape::ActivityStarted => Details::ActivityStarted {
                worker_name: owned(self.worker_name),
            },
            Shape::TaskScheduled => Details::TaskScheduled {
                resource_type: need(self.resource_type, "resourceType")?,
                resource: need(self.resource, "resource")?,
                region: owned(self.region).unwrap_or_default(),
                parameters: document(self.parameters)
                    .unwrap_or(EventJson::Text(Cow::Borrowed("{}"))),
                timeout: self.timeout_in_seconds,
                heartbeat: self.heartbeat_in_seconds,
                role_arn: owned(self.task_credentials.and_then(|c| c.role_arn)),
            },
            Shape::TaskStarted => Details::TaskStarted {
                resource_type: need(self.resource_type, "resourceType")?,
                resource: need(self.resource, "resource")?,
            },
            Shape::TaskOutput => Details::TaskOutput {
                resource_type: need(self.resource_type, "resourceType")?,
                resource: need(self.resource, "resource")?,
                output: document(self.output),
            },
            Shape::TaskFailure => Details::TaskFailure {
                resource_type: need(self.resource_type, "resourceType")?,
                resource: need(self.resource, "resource")?,
                error: owned(self.error),
                cause: owned(self.cause),
            },
            Shape::MapIteration => Details::MapIteration {
                name: owned(self.name),
                index: self.index.unwrap_or(0),
            },
            Shape::MapStarted => Details::MapStarted {
                length: self.length.unwrap_or(0),
            },
            Shape::MapRunStarted => Details::MapRunStarted {
                map_run_arn: owned(self.map_run_arn),
            },
            Shape::Redriven => Details::Redriven {
                map_run_arn: owned(self.map_run_arn),
                redrive_count: self.redrive_count.unwrap_or(0),
            },
            Shape::Evaluation => Details::Evaluation {
                error: owned(self.error),
                cause: owned(self.cause),
                location: owned(self.location),
                state: need(self.state, "state")?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        check(
            "{\"StartAt\":\"A\"}",
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
        check("\u{a0}{\"id\":1}\n", "line 1, column 1: expected value");
    }
}
