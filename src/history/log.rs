//! The first line of an event log: which machine ran, on what, as whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::data::{Json, Timestamp};

/// Standard or Express.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ExecutionType {
    /// Runs up to a year; its history is kept.
    #[default]
    Standard,
    /// Runs up to five minutes; no callbacks, no `.sync`.
    Express,
}

/// What a log says of its execution before the events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogHeader {
    /// The version of this format.
    pub asl: u32,
    /// The definition's text as it was run.
    pub definition: Arc<str>,
    /// Where the definition was read from, as the user wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_path: Option<String>,
    /// The execution's input as JSON text.
    pub input: Arc<str>,
    /// Variables that were there from the beginning.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<Arc<str>, Json>,
    /// Standard or Express.
    #[serde(rename = "type", default)]
    pub execution_type: ExecutionType,
    /// The execution's name.
    pub name: String,
    /// The execution's ARN.
    pub execution_arn: String,
    /// The state machine's ARN.
    pub state_machine_arn: String,
    /// When it started.
    #[serde(with = "epoch_seconds")]
    pub start_time: Timestamp,
    /// What random numbers were derived from.
    #[serde(default)]
    pub seed: u64,
    /// The program that wrote the log.
    pub tool: String,
}

impl LogHeader {
    /// The version of the format that this program writes.
    pub const VERSION: u32 = 1;

    /// The header as one line of JSON.
    #[must_use]
    pub fn to_line(&self) -> String {
        // String keys and finite numbers only: this cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

mod epoch_seconds {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::data::Timestamp;

    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of this era are exact"
    )]
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks for a reference"
    )]
    pub(super) fn serialize<S: Serializer>(time: &Timestamp, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_f64(time.0 as f64 / 1000.0)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded milliseconds; saturates"
    )]
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Timestamp, D::Error> {
        Ok(Timestamp((f64::deserialize(input)? * 1000.0).round() as i64))
    }
}
