//! Events that outlive the text they were read from.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Assigned, Details, EventJson, HistoryEvent};

fn text(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

fn maybe(value: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
    value.map(text)
}

fn json(value: EventJson<'_>) -> EventJson<'static> {
    EventJson::Text(match value {
        EventJson::Text(said) => text(said),
        other => Cow::Owned(other.text().into_owned()),
    })
}

fn document(value: Option<EventJson<'_>>) -> Option<EventJson<'static>> {
    value.map(json)
}

fn variables(assigned: Assigned<'_>) -> Assigned<'static> {
    let pairs = |values: &[(Arc<str>, crate::data::Json)]| {
        let pair = |(name, value): &(Arc<str>, crate::data::Json)| {
            (Arc::clone(name), Arc::from(&*value.text()))
        };
        values.iter().map(pair).collect()
    };
    Assigned::Texts(match assigned {
        Assigned::Values(values) => pairs(values),
        Assigned::Texts(texts) => texts,
    })
}

impl HistoryEvent<'_> {
    /// The same event with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> HistoryEvent<'static> {
        HistoryEvent {
            timestamp: self.timestamp,
            kind: self.kind,
            id: self.id,
            previous: self.previous,
            details: self.details.into_owned(),
        }
    }
}

impl Details<'_> {
    fn into_owned(self) -> Details<'static> {
        match self {
            Self::None => Details::None,
            Self::StateEntered { name, input } => Details::StateEntered {
                name: text(name),
                input: document(input),
            },
            Self::StateExited {
                name,
                output,
                assigned,
            } => Details::StateExited {
                name: text(name),
                output: document(output),
                assigned: variables(assigned),
            },
            Self::ExecutionStarted { input, role_arn } => Details::ExecutionStarted {
                input: document(input),
                role_arn: maybe(role_arn),
            },
            Self::Output { output } => Details::Output {
                output: document(output),
            },
            Self::Failure { error, cause } => Details::Failure {
                error: maybe(error),
                cause: maybe(cause),
            },
            Self::ActivityStarted { worker_name } => Details::ActivityStarted {
                worker_name: maybe(worker_name),
            },
            Self::MapIteration { name, index } => Details::MapIteration {
                name: maybe(name),
                index,
            },
            Self::MapStarted { length } => Details::MapStarted { length },
            Self::MapRunStarted { map_run_arn } => Details::MapRunStarted {
                map_run_arn: maybe(map_run_arn),
            },
            Self::Redriven {
                map_run_arn,
                redrive_count,
            } => Details::Redriven {
                map_run_arn: maybe(map_run_arn),
                redrive_count,
            },
            Self::Evaluation {
                error,
                cause,
                location,
                state,
            } => Details::Evaluation {
                error: maybe(error),
                cause: maybe(cause),
                location: maybe(location),
                state: text(state),
            },
            work => work.work_into_owned(),
        }
    }

    /// What Tasks, functions and activities say.
    fn work_into_owned(self) -> Details<'static> {
        match self {
            Self::FunctionScheduled {
                resource,
                input,
                timeout,
                heartbeat,
                role_arn,
            } => Details::FunctionScheduled {
                resource: text(resource),
                input: document(input),
                timeout,
                heartbeat,
                role_arn: maybe(role_arn),
            },
            Self::TaskScheduled {
                resource_type,
                resource,
                region,
                parameters,
                timeout,
                heartbeat,
                role_arn,
            } => Details::TaskScheduled {
                resource_type: text(resource_type),
                resource: text(resource),
                region: text(region),
                parameters: json(parameters),
                timeout,
                heartbeat,
                role_arn: maybe(role_arn),
            },
            Self::TaskStarted {
                resource_type,
                resource,
            } => Details::TaskStarted {
                resource_type: text(resource_type),
                resource: text(resource),
            },
            Self::TaskOutput {
                resource_type,
                resource,
                output,
            } => Details::TaskOutput {
                resource_type: text(resource_type),
                resource: text(resource),
                output: document(output),
            },
            Self::TaskFailure {
                resource_type,
                resource,
                error,
                cause,
            } => Details::TaskFailure {
                resource_type: text(resource_type),
                resource: text(resource),
                error: maybe(error),
                cause: maybe(cause),
            },
            _ => Details::None,
        }
    }
}
