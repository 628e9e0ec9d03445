//! Task: work done by somebody else.

use std::sync::Arc;

use crate::data::Json;
use crate::language::field::Reader;
use crate::language::{Field, Resource};

/// What only a Task state has.
#[derive(Clone, Debug)]
pub struct Task {
    /// `Resource`
    pub resource: Option<Field<Resource>>,
    /// `TimeoutSeconds`: a number, or an expression in JSONata
    pub timeout_seconds: Option<Field<Json>>,
    /// `TimeoutSecondsPath`
    pub timeout_seconds_path: Option<Field<Arc<str>>>,
    /// `HeartbeatSeconds`: a number, or an expression in JSONata
    pub heartbeat_seconds: Option<Field<Json>>,
    /// `HeartbeatSecondsPath`
    pub heartbeat_seconds_path: Option<Field<Arc<str>>>,
    /// `Credentials`
    pub credentials: Option<Field<Json>>,
}

impl Task {
    pub(in crate::language) fn read(reader: &mut Reader<'_, '_>) -> Self {
        Self {
            resource: reader
                .string("Resource")
                .map(|f| f.map(|text| Resource::parse(&text))),
            timeout_seconds: reader.amount("TimeoutSeconds"),
            timeout_seconds_path: reader.string("TimeoutSecondsPath"),
            heartbeat_seconds: reader.amount("HeartbeatSeconds"),
            heartbeat_seconds_path: reader.string("HeartbeatSecondsPath"),
            credentials: reader.object_json("Credentials"),
        }
    }
}
