//! Executions that run: how they are reached.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::runtime::Remote;

/// The executions that run, by their row.
#[derive(Default)]
pub(super) struct Live(Mutex<HashMap<i64, Running>>);

struct Running {
    remote: Remote,
    /// Gone once the execution has ended.
    runs: watch::Sender<()>,
}

impl Live {
    pub(super) fn insert(&self, execution: i64, remote: Remote) {
        let runs = watch::Sender::new(());
        self.lock().insert(execution, Running { remote, runs });
    }

    pub(super) fn remove(&self, execution: i64) {
        self.lock().remove(&execution);
    }

    pub(super) fn get(&self, execution: i64) -> Option<Remote> {
        let live = self.lock();
        live.get(&execution).map(|running| running.remote.clone())
    }

    /// Waits until an execution does not run any more.
    pub(super) async fn ended(&self, execution: i64) {
        let live = self
            .lock()
            .get(&execution)
            .map(|running| running.runs.subscribe());
        if let Some(mut runs) = live {
            while runs.changed().await.is_ok() {}
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
