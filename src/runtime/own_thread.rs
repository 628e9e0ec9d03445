//! Work on a thread of its own that ends with whoever waits for it.

use std::future::Future;
use std::thread::JoinHandle;

use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

/// Where the end of a thread is waited for whose work nobody wants any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Farewell {
    /// Where the future is dropped, so that nothing it started is left behind.
    Here,
    /// On a thread that may wait: others work where the future is dropped, and the end may take as
    /// long as a full disk. The runtime ends after it.
    Elsewhere,
}

/// Runs `work` on a thread of its own and waits for what it gives; `None` when there could be no
/// thread. `work` gets a flag that is set when nobody waits any more: it shall end soon then.
pub(super) fn on_own_thread<T: Send + 'static>(
    name: &'static str,
    farewell: Farewell,
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
        farewell,
        thread: thread.ok().map(|thread| Joined(Some(thread))),
    };
    async move {
        let done = done.await;
        drop(guard);
        done.ok()
    }
}

struct StopOnDrop {
    stop: watch::Sender<bool>,
    farewell: Farewell,
    thread: Option<Joined>,
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        let thread = self.thread.take();
        if self.farewell == Farewell::Elsewhere
            && let Ok(runtime) = Handle::try_current()
        {
            // A runtime that is about to end drops this unrun: the thread is waited for all the
            // same.
            runtime.spawn_blocking(move || drop(thread));
        }
    }
}

/// A thread that is waited for.
struct Joined(Option<JoinHandle<()>>);

impl Drop for Joined {
    fn drop(&mut self) {
        if let Some(thread) = self.0.take() {
            // A panic in there was told by its message.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn who_works_beside_does_not_wait_for_a_thread_that_takes_its_time() {
        let (go_on, told) = mpsc::channel::<()>();
        let work = on_own_thread("test", Farewell::Elsewhere, move |stop| {
            // Whatever it waits for, it is not the flag.
            let _ = told.recv();
            assert!(*stop.borrow());
        });
        // With the thread waited for here this would not come to an end.
        drop(work);
        go_on.send(()).expect("it waits");
    }
}
