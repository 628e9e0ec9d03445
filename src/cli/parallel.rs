//! Work on all cores, its results in order.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// So much work is worth a thread: one small definition takes less time than to start one.
const WORTH_A_THREAD: usize = 4;

/// What readers and rules were measured with: the main thread's own.
pub(super) const STACK: usize = 8 << 20;

/// The results of `work` for each index below `count`.
pub(super) fn map<T: Send + Sync>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let threads = cores().min(count / WORTH_A_THREAD);
    map_with(count, threads, || (), |(), index| work(index))
}

/// How many threads can work at once.
pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The same on so many threads, each with something of its own.
pub(super) fn map_with<S, T: Send + Sync>(
    count: usize,
    threads: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> T + Sync,
) -> Vec<T> {
    let helpers = threads.min(count).saturating_sub(1);
    if helpers == 0 {
        let mut state = state();
        return (0..count).map(|index| work(&mut state, index)).collect();
    }
    let results: Vec<OnceLock<T>> = (0..count).map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let take_turns = || {
        let mut state = state();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(result) = results.get(index) else {
                return;
            };
            // Every index is drawn once, so nothing is set twice.
            let _ = result.set(work(&mut state, index));
        }
    };
    thread::scope(|scope| {
        for _ in 0..helpers {
            let thread = thread::Builder::new().stack_size(STACK);
            // Without helpers this thread does it all.
            let _ = thread.spawn_scoped(scope, take_turns);
        }
        take_turns();
    });
    let results = results.into_iter().map(OnceLock::into_inner);
    results
        .map(|result| result.expect("the scope ends when every index was drawn"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_however_many_there_are() {
        for count in [0, 1, 2, 7, 1000] {
            let squares: Vec<usize> = (0..count).map(|n| n * n).collect();
            assert_eq!(map(count, |n| n * n), squares);
        }
    }
}
