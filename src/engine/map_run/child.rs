//! A child execution of a Map Run, once it has ended.

use std::sync::Arc;

use crate::data::{Json, Timestamp};
use crate::engine::{Identity, Outcome};

/// What became of a child execution: what result files tell of it.
#[derive(Clone, Debug)]
pub struct ChildResult {
    /// Whose execution it was.
    pub identity: Arc<Identity>,
    /// How many items it was given: more than one in a batch.
    pub items: u64,
    /// What it was given.
    pub input: Json,
    /// How it ended.
    pub outcome: Outcome,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub stopped: Timestamp,
    /// How often a step of it began.
    pub transitions: u64,
}
