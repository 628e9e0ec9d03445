//! Work on a thread of its own that ends with whoever waits for it.

use std::future::Future;
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

/// Runs `work` on a thread of its own and waits for what it gives; `None` when there could be no
/// thread. `work` gets a flag that is set when nobody waits any more: it shall end soon then, and
/// dropping the future waits for that, so that nothing it started is left behind.
pub(super) fn on_own_thread<T: Send + 'static>(
    name: &'static str,
    work: impl FnOnce(watch::Sender<bool>) -> T + Send + 'static,
) -> impl Future<Output = Option<T>> + Send {
    let (sender, done) = oneshot::channel();
    let stop = watch::Sender::new(false);
    let stopped = stop.clone();
    let thread = std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            // Nobody listens when the work was given up.
            let _ = sender.send(work(stopped));
        });
    let guard = StopOnDrop {
        stop,
        thread: thread.ok(),
    };
    async move {
        let done = done.await;
        drop(guard);
        done.ok()
    }
}

struct StopOnDrop {
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic in there was told by its message.
            let _ = thread.join();
        }
    }
}
