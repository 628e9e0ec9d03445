//! Executions that run: how they are reached, and who is told that something of them was kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::runtime::{Inbox, Remote};

/// The executions that run, by their row.
#[derive(Default)]
pub(super) struct Live(Mutex<HashMap<i64, Running>>);

struct Running {
    remote: Remote,
    /// Gone once the execution has ended.
    runs: watch::Sender<()>,
}

/// The right to let an execution run that does not: given once, until it is dropped or the
/// execution has ended.
pub(super) struct Claim<'l> {
    live: &'l Live,
    execution: i64,
    /// Where the execution will hear; gone once it runs.
    inbox: Option<Inbox>,
}

impl Claim<'_> {
    /// The execution is about to run.
    pub(super) fn take(mut self) -> Option<Inbox> {
        self.inbox.take()
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if self.inbox.is_some() {
            self.live.remove(self.execution);
        }
    }
}

impl Live {
    pub(super) fn insert(&self, execution: i64, remote: Remote) {
        let runs = watch::Sender::new(());
        self.lock().insert(execution, Running { remote, runs });
    }

    /// Lets one caller alone let an execution run; nothing when it does already.
    pub(super) fn claim(&self, execution: i64) -> Option<Claim<'_>> {
        let mut live = self.lock();
        if live.contains_key(&execution) {
            return None;
        }
        let (remote, inbox) = Inbox::new();
        let runs = watch::Sender::new(());
        live.insert(execution, Running { remote, runs });
        drop(live);
        Some(Claim {
            live: self,
            execution,
            inbox: Some(inbox),
        })
    }

    pub(super) fn remove(&self, execution: i64) {
        self.lock().remove(&execution);
    }

    pub(super) fn get(&self, execution: i64) -> Option<Remote> {
        let live = self.lock();
        live.get(&execution).map(|running| running.remote.clone())
    }

    /// Waits until an execution does not run any more; whether it ran.
    pub(super) async fn ended(&self, execution: i64) -> bool {
        let live = self
            .lock()
            .get(&execution)
            .map(|running| running.runs.subscribe());
        let Some(mut runs) = live else {
            return false;
        };
        while runs.changed().await.is_ok() {}
        true
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who looks at executions, by their row.
#[derive(Default)]
pub(super) struct Watchers(Mutex<HashMap<i64, watch::Sender<()>>>);

/// Learns that more of an execution can be read.
pub(super) struct Watching {
    watchers: Arc<Watchers>,
    execution: i64,
    kept: watch::Receiver<()>,
}

impl Watchers {
    /// Looks at an execution from now on.
    pub(super) fn watch(self: &Arc<Self>, execution: i64) -> Watching {
        let mut watched = self.lock();
        let sender = watched
            .entry(execution)
            .or_insert_with(|| watch::Sender::new(()));
        Watching {
            watchers: Arc::clone(self),
            execution,
            kept: sender.subscribe(),
        }
    }

    /// Tells that more of an execution is kept. Nobody is waited for.
    pub(super) fn tell(&self, execution: i64) {
        if let Some(sender) = self.lock().get(&execution) {
            sender.send_replace(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watching {
    /// Ends when more was kept since this was asked before.
    pub(super) async fn more(&mut self) {
        // The sender is there as long as anybody watches.
        let _ = self.kept.changed().await;
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let mut watched = self.watchers.lock();
        let is_last = watched
            .get(&self.execution)
            .is_some_and(|sender| sender.receiver_count() <= 1);
        if is_last {
            watched.remove(&self.execution);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_watches_is_told_and_nobody_else_is_remembered() {
        let watchers = Arc::new(Watchers::default());
        watchers.tell(7);
        let (mut one, mut other) = (watchers.watch(7), watchers.watch(7));
        watchers.tell(7);
        one.more().await;
        other.more().await;
        drop(one);
        assert_eq!(watchers.lock().len(), 1);
        drop(other);
        assert_eq!(watchers.lock().len(), 0);
    }
}
