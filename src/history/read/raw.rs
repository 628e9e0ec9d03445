//! One event as it stands in a text: AWS's members, and those that CloudWatch Logs give them.
//!
//! Documents are not looked into: most of a log is documents that nobody asks for.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::data::{EventId, Timestamp};
use crate::history::event::Quoted;
use crate::history::{Assigned, Details, EventJson, HistoryEvent, HistoryEventType, Shape};

/// An event as it stands in the text, before its type says what its details must be.
#[derive(Default)]
pub(super) struct Raw<'a> {
    timestamp: Option<Timestamp>,
    kind: Option<Cow<'a, str>>,
    id: Option<u64>,
    previous: u64,
    has_details: bool,
    details: RawDetails<'a>,
    /// The execution, where the line is one of CloudWatch Logs (9.6).
    pub(super) execution: Option<Cow<'a, str>>,
    /// What an answer of CloudWatch Logs has around such a line.
    pub(super) message: Option<Cow<'a, str>>,
}

/// Every member that any event's details have.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawDetails<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
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
    parameters: Option<&'a RawValue>,
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
    input_details: Option<DocumentDetails>,
    output_details: Option<DocumentDetails>,
    assigned_variables: Option<indexmap::IndexMap<Arc<str>, Arc<str>>>,
}

/// What stands beside a document.
#[derive(Default, Deserialize)]
struct DocumentDetails {
    #[serde(default)]
    truncated: bool,
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
                "id" => raw.id = Some(map.next_value::<Count>()?.0),
                "previousEventId" | "previous_event_id" => {
                    raw.previous = map.next_value::<Count>()?.0;
                }
                "event_timestamp" => {
                    let millis = map.next_value::<Count>()?.0;
                    let millis = i64::try_from(millis).unwrap_or(i64::MAX);
                    raw.timestamp = Some(Timestamp(millis));
                }
                "execution_arn" => raw.execution = map.next_value()?,
                "message" => raw.message = map.next_value()?,
                member if member == "details" || member.ends_with("EventDetails") => {
                    // The AWS CLI of some years writes every other member as null.
                    if let Some(details) = map.next_value()? {
                        raw.details = details;
                        raw.has_details = true;
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

/// A number, which CloudWatch Logs write as text (9.6).
struct Count(u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountVisitor)
    }
}

struct CountVisitor;

impl Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number that is not negative")
    }

    fn visit_u64<E>(self, number: u64) -> Result<Count, E> {
        Ok(Count(number))
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Count, E> {
        let number = text.parse();
        number
            .map(Count)
            .map_err(|_| E::custom(format_args!("{text:?} is no number")))
    }
}

fn document<'a>(raw: Option<&'a RawValue>, name: &str) -> Result<Option<EventJson<'a>>, String> {
    let Some(text) = raw.map(RawValue::get) else {
        return Ok(None);
    };
    let quoted = Quoted::new(text).ok_or_else(|| format!("`{name}` is no string"))?;
    Ok(Some(EventJson::Quoted(quoted)))
}

impl<'a> Raw<'a> {
    /// Whether a document was cut off: lines of CloudWatch Logs are bounded (9.1).
    pub(super) fn is_truncated(&self) -> bool {
        let both = [&self.details.input_details, &self.details.output_details];
        both.into_iter().flatten().any(|details| details.truncated)
    }

    /// The event, in its words.
    pub(super) fn event(self) -> Result<HistoryEvent<'a>, String> {
        let name = self
            .kind
            .ok_or("`type` is missing: this is no history event")?;
        let kind: HistoryEventType = name
            .parse()
            .map_err(|()| format!("{name:?} is no type of history event"))?;
        let id = self.id.ok_or("`id` is missing: this is no history event")?;
        let timestamp = self.timestamp.ok_or("`timestamp` is missing")?;
        let details = if self.has_details {
            let is_complete = self.execution.is_none();
            self.details.shaped(kind.shape(), is_complete)?
        } else {
            Details::None
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

impl<'a> RawDetails<'a> {
    /// Logs without execution data leave out what they like (9.6); others are complete.
    fn shaped(self, shape: Shape, is_complete: bool) -> Result<Details<'a>, String> {
        let need = |member: Option<Cow<'a, str>>, name: &str| match member {
            None if is_complete => Err(format!("`{name}` is missing in the event's details")),
            member => Ok(member.unwrap_or_default()),
        };
        Ok(match shape {
            Shape::None => Details::None,
            Shape::StateEntered => Details::StateEntered {
                name: need(self.name, "name")?,
                input: document(self.input, "input")?,
            },
            Shape::StateExited => Details::StateExited {
                name: need(self.name, "name")?,
                output: document(self.output, "output")?,
                assigned: Assigned::Texts(
                    self.assigned_variables
                        .unwrap_or_default()
                        .into_iter()
                        .collect(),
                ),
            },
            Shape::ExecutionStarted => Details::ExecutionStarted {
                input: document(self.input, "input")?,
                role_arn: self.role_arn,
            },
            Shape::Output => Details::Output {
                output: document(self.output, "output")?,
            },
            Shape::Failure => Details::Failure {
                error: self.error,
                cause: self.cause,
            },
            Shape::FunctionScheduled => Details::FunctionScheduled {
                resource: need(self.resource, "resource")?,
                input: document(self.input, "input")?,
                timeout: self.timeout_in_seconds,
                heartbeat: self.heartbeat_in_seconds,
                role_arn: self.task_credentials.and_then(|c| c.role_arn),
            },
            Shape::ActivityStarted => Details::ActivityStarted {
                worker_name: self.worker_name,
            },
            Shape::TaskScheduled => Details::TaskScheduled {
                resource_type: need(self.resource_type, "resourceType")?,
                resource: need(self.resource, "resource")?,
                region: self.region.unwrap_or_default(),
                parameters: document(self.parameters, "parameters")?
                    .unwrap_or(EventJson::Text(Cow::Borrowed("{}"))),
                timeout: self.timeout_in_seconds,
                heartbeat: self.heartbeat_in_seconds,
                role_arn: self.task_credentials.and_then(|c| c.role_arn),
            },
            Shape::TaskStarted => Details::TaskStarted {
                resource_type: need(self.resource_type, "resourceType")?,
                resource: need(self.resource, "resource")?,
            },
            Shape::TaskOutput => Details::TaskOutput {
                resource_type: need(self.resource_type, "resourceType")?,
                resource: need(self.resource, "resource")?,
                output: document(self.output, "output")?,
            },
            Shape::TaskFailure => Details::TaskFailure {
                resource_type: need(self.resource_type, "resourceType")?,
                resource: need(self.resource, "resource")?,
                error: self.error,
                cause: self.cause,
            },
            Shape::MapIteration => Details::MapIteration {
                name: self.name,
                index: self.index.unwrap_or(0),
            },
            Shape::MapStarted => Details::MapStarted {
                length: self.length.unwrap_or(0),
            },
            Shape::MapRunStarted => Details::MapRunStarted {
                map_run_arn: self.map_run_arn,
            },
            Shape::Redriven => Details::Redriven {
                map_run_arn: self.map_run_arn,
                redrive_count: self.redrive_count.unwrap_or(0),
            },
            Shape::Evaluation => Details::Evaluation {
                error: self.error,
                cause: self.cause,
                location: self.location,
                state: need(self.state, "state")?,
            },
        })
    }
}
