//! The outlet: a thread of its own for the connections of an endpoint.
//!
//! A connection lives on the runtime that opened it. Children of Map Runs and nested machines have
//! runtimes that end with them: a connection that was opened there and is used by somebody else
//! would break off in the middle of a call.

use std::future::Future;
use std::io;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Runs calls on a thread that ends with it.
pub(super) struct Outlet {
    handle: Handle,
    /// The thread ends when this is dropped.
    _open: oneshot::Sender<()>,
}

impl Outlet {
    pub(super) fn open() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (open, closed) = oneshot::channel();
        let serve = move || {
            // Nobody ever sends: it ends because the sender is gone.
            let _ = runtime.block_on(closed);
        };
        std::thread::Builder::new()
            .name("http".to_owned())
            .spawn(serve)?;
        Ok(Self {
            handle,
            _open: open,
        })
    }

    /// Runs a call; `None` when it was given up or the thread has ended. Dropping the future ends
    /// the call.
    pub(super) fn run<T: Send + 'static>(
        &self,
        call: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = Option<T>> + Send + 'static {
        let mut call = AbortOnDrop(self.handle.spawn(call));
        async move { (&mut call.0).await.ok() }
    }
}

struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
