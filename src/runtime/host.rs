//! The host: what the executions of one process share.

use super::buckets::Buckets;
use super::handlers::Handlers;
use super::nested::Machines;

/// Who does the work of Tasks, and where files are.
#[derive(Default)]
pub struct Host {
    /// Who does the work of Tasks.
    pub handlers: Handlers,
    /// The folders that stand for S3 buckets.
    pub buckets: Buckets,
    /// The machines that Tasks may start.
    pub machines: Machines,
}
