//! A history event and what its details hold.

use std::borrow::Cow;
use std::sync::Arc;

use super::HistoryEventType;
use crate::data::{EventId, Json, StatesError, Timestamp};

/// One event of an execution's history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEvent<'a> {
    /// When it happened.
    pub timestamp: Timestamp,
    /// What happened.
    pub kind: HistoryEventType,
    /// Its place in the history.
    pub id: EventId,
    /// The event before it on the same line of control.
    pub previous: EventId,
    /// What is known about it.
    pub details: Details<'a>,
}

/// A document in an event: a handle while the engine emits, text once it was read.
#[derive(Clone, Debug)]
pub enum EventJson<'a> {
    /// A runtime document; its text is made once per document.
    Value(&'a Json),
    /// JSON text.
    Text(Cow<'a, str>),
    /// A JSON string that holds the text, as it stands in a log.
    Quoted(Quoted<'a>),
}

/// A JSON string as it is written, with its quotes: most documents of a log are never asked for,
/// and need not be opened.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(&'a str);

impl<'a> Quoted<'a> {
    /// The string, if that is what it begins as; its escapes were looked at by whoever read it.
    pub(in crate::history) fn new(text: &'a str) -> Option<Self> {
        (text.len() >= 2 && text.starts_with('"') && text.ends_with('"')).then_some(Self(text))
    }

    /// As it is written, with its quotes.
    #[must_use]
    pub fn written(self) -> &'a str {
        self.0
    }

    /// What it says. Halves of characters cannot be said, so that such a string stays as written.
    #[must_use]
    pub fn text(self) -> Cow<'a, str> {
        let inside = &self.0[1..self.0.len() - 1];
        if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
            return Cow::Borrowed(inside);
        }
        let said = serde_json::from_str::<String>(self.0);
        said.map_or(Cow::Borrowed(inside), Cow::Owned)
    }
}

impl EventJson<'_> {
    /// The JSON text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Value(value) => value.text(),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Quoted(quoted) => quoted.text(),
        }
    }
}

impl PartialEq for EventJson<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

/// The variables a state assigned, in alphabetical order.
#[derive(Clone, Debug)]
pub enum Assigned<'a> {
    /// As the engine holds them.
    Values(&'a [(Arc<str>, Json)]),
    /// As JSON texts.
    Texts(Vec<(Arc<str>, Arc<str>)>),
}

impl Assigned<'_> {
    /// Whether nothing was assigned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Values(values) => values.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
        }
    }

    /// Names with their values as JSON text.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&str, Cow<'_, str>)> {
        match self {
            Self::Values(values) => values
                .iter()
                .map(|(name, value)| (&**name, value.text()))
                .collect(),
            Self::Texts(texts) => texts
                .iter()
                .map(|(name, text)| (&**name, Cow::Borrowed(&**text)))
                .collect(),
        }
    }
}

impl PartialEq for Assigned<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.pairs() == other.pairs()
    }
}

/// What an event says; the shape is that of [`HistoryEventType::shape`].
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the members are AWS's, described by the API's model"
)]
pub enum Details<'a> {
    /// No details.
    None,
    StateEntered {
        name: Cow<'a, str>,
        input: Option<EventJson<'a>>,
    },
    StateExited {
        name: Cow<'a, str>,
        output: Option<EventJson<'a>>,
        assigned: Assigned<'a>,
    },
    ExecutionStarted {
        input: Option<EventJson<'a>>,
        role_arn: Option<Cow<'a, str>>,
    },
    Output {
        output: Option<EventJson<'a>>,
    },
    Failure {
        error: Option<Cow<'a, str>>,
        cause: Option<Cow<'a, str>>,
    },
    FunctionScheduled {
        resource: Cow<'a, str>,
        input: Option<EventJson<'a>>,
        timeout: Option<i64>,
        heartbeat: Option<i64>,
        role_arn: Option<Cow<'a, str>>,
    },
    ActivityStarted {
        worker_name: Option<Cow<'a, str>>,
    },
    TaskScheduled {
        resource_type: Cow<'a, str>,
        resource: Cow<'a, str>,
        region: Cow<'a, str>,
        parameters: EventJson<'a>,
        timeout: Option<i64>,
        heartbeat: Option<i64>,
        role_arn: Option<Cow<'a, str>>,
    },
    TaskStarted {
        resource_type: Cow<'a, str>,
        resource: Cow<'a, str>,
    },
    TaskOutput {
        resource_type: Cow<'a, str>,
        resource: Cow<'a, str>,
        output: Option<EventJson<'a>>,
    },
    TaskFailure {
        resource_type: Cow<'a, str>,
        resource: Cow<'a, str>,
        error: Option<Cow<'a, str>>,
        cause: Option<Cow<'a, str>>,
    },
    MapIteration {
        name: Option<Cow<'a, str>>,
        index: u64,
    },
    MapStarted {
        length: u64,
    },
    MapRunStarted {
        map_run_arn: Option<Cow<'a, str>>,
    },
    Redriven {
        map_run_arn: Option<Cow<'a, str>>,
        redrive_count: u64,
    },
    Evaluation {
        error: Option<Cow<'a, str>>,
        cause: Option<Cow<'a, str>>,
        location: Option<Cow<'a, str>>,
        state: Cow<'a, str>,
    },
}

impl<'a> Details<'a> {
    /// The failure of an execution, a function or an activity.
    #[must_use]
    pub fn failure(error: &'a StatesError) -> Self {
        Self::Failure {
            error: error.error.as_deref().map(Cow::Borrowed),
            cause: error.cause.as_deref().map(Cow::Borrowed),
        }
    }

    /// Error and cause, when these are the details of a failure.
    #[must_use]
    pub fn as_failure(&self) -> Option<(Option<&str>, Option<&str>)> {
        match self {
            Self::Failure { error, cause }
            | Self::TaskFailure { error, cause, .. }
            | Self::Evaluation { error, cause, .. } => Some((error.as_deref(), cause.as_deref())),
            _ => None,
        }
    }

    /// The state's name, when the event enters or leaves a state.
    #[must_use]
    pub fn state_name(&self) -> Option<&str> {
        match self {
            Self::StateEntered { name, .. } | Self::StateExited { name, .. } => Some(name),
            _ => None,
        }
    }
}
