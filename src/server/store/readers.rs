//! Connections that read: as many as read at once.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use super::read_only;
use crate::runtime::caught_at_once;
use crate::server::protocol::ApiError;

#[derive(Clone)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
}

/// More connections than this are closed when they are not used.
const MOST_IDLE: usize = 8;

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            idle: Arc::default(),
        }
    }

    /// Asks something on a thread for that.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let own = self.clone();
        let asked = tokio::task::spawn_blocking(move || own.call_now(work));
        // The thread is gone only when the runtime is about to end.
        let gone = |_| Err(ApiError::internal("The database is closed."));
        asked.await.unwrap_or_else(gone)
    }

    /// The same, on a thread that may wait.
    pub(super) fn call_now<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let lock = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = lock().pop();
        let connection = match connection {
            Some(connection) => connection,
            None => read_only(&self.path)?,
        };
        // A connection that somebody panicked with is as good as new: what he asked is over.
        let answer = caught_at_once(|| work(&connection));
        let mut idle = lock();
        if idle.len() < MOST_IDLE {
            idle.push(connection);
        }
        answer.unwrap_or_else(|said| Err(ApiError::panicked(&said)))
    }
}
