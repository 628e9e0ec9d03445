//! What ends a run before its executions have ended.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Notify;

use crate::cli::Exit;
use crate::cli::args::RunArgs;
use crate::runtime::Stop;

/// Ends when a person, a supervisor or the reader of the log wants the run to, or when its time
/// is over. Whoever asks from now on is heard, even before anybody waits for this.
pub(super) fn stop(args: &RunArgs, unread: Arc<Notify>) -> impl Future<Output = Stop> + use<> {
    let interrupted = interrupted();
    let changed = Arc::clone(&args.many.changed);
    let timeout = args.timeout;
    let over = async move {
        match timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    async move {
        tokio::select! {
            () = interrupted => Stop::Interrupted,
            () = unread.notified() => Stop::Interrupted,
            () = changed.notified() => Stop::Interrupted,
            () = over => Stop::OutOfTime,
        }
    }
}

/// Ctrl-C, a supervisor, a terminal that was closed: each ends the children that were started.
#[cfg(unix)]
pub(in crate::cli) fn interrupted() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    // Listened to from here on, not only from the first poll.
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    let outlives = hangup_ignored();
    let signals = kinds.map(signal);
    insist();
    async move {
        let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = signals else {
            // Without handlers of ours the signals end the program by themselves.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv(), if !outlives => {}
        }
    }
}

/// Who asks a second time does not want to wait any longer, not even for what hangs in a system
/// call: the program ends then and there.
#[cfg(unix)]
fn insist() {
    use std::sync::Once;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;

    static INSISTED: Once = Once::new();
    INSISTED.call_once(|| {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal sets the flag after it was looked at. Without them
            // the first signal still ends the run in order.
            let exit = Exit::Interrupted as i32;
            let _ = flag::register_conditional_shutdown(signal, exit, Arc::clone(&asked));
            let _ = flag::register(signal, Arc::clone(&asked));
        }
    });
}

/// Whether the run was started to outlive its terminal, as by `nohup`. Linux tells which signals
/// are ignored; elsewhere we cannot know.
#[cfg(unix)]
fn hangup_ignored() -> bool {
    const HANGUP: u64 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & HANGUP != 0)
}

#[cfg(not(unix))]
pub(super) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
