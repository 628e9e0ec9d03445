//! The number of an execution's row, which for children of Map Runs is known only when it is
//! written.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The number of a row, shared by all who write to it.
#[derive(Clone, Debug, Default)]
pub(in crate::server) struct RowId(Arc<AtomicI64>);

impl RowId {
    /// The number; of one that is to be written, only the thread that writes may ask.
    pub(in crate::server) fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// A transaction that is tried again may give another number.
    pub(super) fn set(&self, id: i64) {
        self.0.store(id, Ordering::Relaxed);
    }
}

impl From<i64> for RowId {
    fn from(id: i64) -> Self {
        Self(Arc::new(AtomicI64::new(id)))
    }
}
