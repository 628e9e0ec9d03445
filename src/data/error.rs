//! The error of a running machine: what Retry and Catch match.

use std::fmt;
use std::sync::Arc;

/// What an error is beyond its name: it decides who may retry or catch it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nature {
    /// An error like any other: a task's, a Fail state's.
    #[default]
    Plain,
    /// `States.Runtime`: never retried, never caught.
    Runtime,
    /// A missed heartbeat: named `States.Timeout`, but `States.HeartbeatTimeout` matches it too.
    Heartbeat,
    /// A document over the service's size limit.
    DataLimit,
    /// A JSONata expression that failed: recorded as `EvaluationFailed`.
    Evaluation,
}

/// An error name with its cause, as AWS reports them; either may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatesError {
    /// The error name, such as `States.Timeout`.
    pub error: Option<Arc<str>>,
    /// What happened, in words or as the JSON text a function answered.
    pub cause: Option<Arc<str>>,
    /// What the name alone does not say.
    pub nature: Nature,
}

impl StatesError {
    /// An error with a name and a cause.
    #[must_use]
    pub fn new(error: &str, cause: impl Into<Arc<str>>) -> Self {
        Self {
            error: Some(error.into()),
            cause: Some(cause.into()),
            nature: Nature::Plain,
        }
    }

    /// `States.Runtime`: the machine itself cannot go on.
    #[must_use]
    pub fn runtime(cause: impl Into<Arc<str>>) -> Self {
        Self {
            nature: Nature::Runtime,
            ..Self::new("States.Runtime", cause)
        }
    }

    /// `States.Timeout`, which AWS reports without a cause.
    #[must_use]
    pub fn timeout() -> Self {
        Self {
            error: Some("States.Timeout".into()),
            cause: None,
            nature: Nature::Plain,
        }
    }

    /// A heartbeat that did not come: reported as `States.Timeout`.
    #[must_use]
    pub fn heartbeat() -> Self {
        Self {
            nature: Nature::Heartbeat,
            ..Self::timeout()
        }
    }

    /// A document over the size limit. The wording is recorded (02 §2.8); `what` is a state's
    /// name, or what a Task calls.
    #[must_use]
    pub fn data_limit(what: &str) -> Self {
        let cause = format!(
            "The state/task '{what}' returned a result with a size exceeding the maximum number \
             of bytes service limit."
        );
        Self::new("States.DataLimitExceeded", cause)
    }

    /// The error with a cause of a length that the service takes.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        if let Some(cause) = &self.cause
            && cause.len() > super::limits::MAX_CAUSE
            && let Some((end, _)) = cause.char_indices().nth(super::limits::MAX_CAUSE)
        {
            self.cause = Some(cause[..end].into());
        }
        self
    }

    /// The name, empty when there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.error.as_deref().unwrap_or_default()
    }
}

impl fmt::Display for StatesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.error, &self.cause) {
            (Some(error), Some(cause)) => write!(f, "{error}: {cause}"),
            (Some(error), None) => f.write_str(error),
            (None, Some(cause)) => f.write_str(cause),
            (None, None) => f.write_str("an error without a name"),
        }
    }
}
