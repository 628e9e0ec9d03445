//! The host: what the executions of one process share.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::buckets::Buckets;
use super::driver::Stop;
use super::handlers::Handlers;
use super::nested::Machines;
use crate::engine::{EventSink, Identity, Silent};

/// Who does the work of Tasks, and where files are.
#[derive(Default)]
pub struct Host {
    /// Who does the work of Tasks.
    pub handlers: Handlers,
    /// The folders that stand for S3 buckets.
    pub buckets: Buckets,
    /// The machines that Tasks may start.
    pub machines: Machines,
    /// How many of those run now.
    live: AtomicUsize,
    /// Whether one had to be refused.
    was_full: AtomicBool,
    /// Those that nobody waits for.
    detached: Mutex<Vec<Detached>>,
    /// Who hears the executions that others begin.
    listener: OnceLock<Box<Listener>>,
}

/// Gives the listener of an execution, by its identity.
type Listener = dyn Fn(&Identity) -> Box<dyn EventSink> + Send + Sync;

/// An execution that runs for itself; dropping it ends it.
type Detached = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How many machines may run at once that Tasks started: each has a thread of its own.
pub const MAX_LIVE: usize = 1000;

/// The place of a machine that a Task started.
pub(super) struct Place(Arc<Host>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.live.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Host {
    /// A host with these handlers, and no folders and machines.
    #[must_use]
    pub fn with(handlers: Handlers) -> Self {
        Self {
            handlers,
            ..Self::default()
        }
    }

    /// Lets somebody hear the executions that others begin: the children of Map Runs, and machines
    /// that Tasks start. Whoever asks first is heard.
    pub fn hear_children(
        &self,
        listener: impl Fn(&Identity) -> Box<dyn EventSink> + Send + Sync + 'static,
    ) {
        let _ = self.listener.set(Box::new(listener));
    }

    /// Who hears an execution that another one began.
    pub(super) fn child_sink(&self, identity: &Identity) -> Box<dyn EventSink> {
        match self.listener.get() {
            Some(listener) => listener(identity),
            None => Box::new(Silent),
        }
    }

    /// A place for one more machine, if there is one.
    pub(super) fn place(self: &Arc<Self>) -> Option<Place> {
        let place = Place(Arc::clone(self));
        let before = self.live.fetch_add(1, Ordering::Relaxed);
        if before >= MAX_LIVE {
            self.was_full.store(true, Ordering::Relaxed);
            return None;
        }
        Some(place)
    }

    /// Whether a machine was refused because too many ran already: the error that its Task got may
    /// be lost among those of the machines around it.
    #[must_use]
    pub fn was_full(&self) -> bool {
        self.was_full.load(Ordering::Relaxed)
    }

    /// Lets an execution go on by itself.
    pub(super) fn detach(&self, execution: impl Future<Output = ()> + Send + 'static) {
        self.detached().push(Box::pin(execution));
    }

    /// How many executions go on by themselves, ended ones not yet counted out.
    #[must_use]
    pub fn detached_count(&self) -> usize {
        self.detached().len()
    }

    /// Waits until the executions that go on by themselves have ended, and those that they began;
    /// ends them when the run shall stop.
    pub async fn finish(&self, mut stop: Pin<&mut (dyn Future<Output = Stop> + '_)>) {
        loop {
            let Some(mut execution) = self.detached().pop() else {
                return;
            };
            tokio::select! {
                biased;
                _ = stop.as_mut() => break,
                () = &mut execution => {}
            }
        }
        let left = std::mem::take(&mut *self.detached());
        drop(left);
    }

    fn detached(&self) -> std::sync::MutexGuard<'_, Vec<Detached>> {
        self.detached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
