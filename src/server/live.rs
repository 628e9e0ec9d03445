//! Executions that run: how they are reached.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::runtime::Remote;

/// The executions that run, by their row.
#[derive(Default)]
pub(super) struct Live(Mutex<HashMap<i64, Remote>>);

impl Live {
    pub(super) fn insert(&self, execution: i64, remote: Remote) {
        self.lock().insert(execution, remote);
    }

    pub(super) fn remove(&self, execution: i64) {
        self.lock().remove(&execution);
    }

    pub(super) fn get(&self, execution: i64) -> Option<Remote> {
        self.lock().get(&execution).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Remote>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
