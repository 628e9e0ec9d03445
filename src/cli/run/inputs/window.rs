//! The window: lines on their way from the file to stdout, so few that memory stays flat.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// So many lines may be on their way at least.
const LINES: usize = 256;

/// So many bytes of inputs and results may be on their way, or a single line.
const BYTES: usize = 32 << 20;

/// A line that was read.
pub(super) struct Job {
    /// Its place among those that are run, from 0.
    pub(super) place: u64,
    /// Its number in the file, from 1.
    pub(super) line: u64,
    /// How far the file was read then, in bytes.
    pub(super) read_to: u64,
    /// What is in it, or why it cannot be read.
    pub(super) text: Result<String, String>,
}

impl Job {
    pub(super) fn size(&self) -> usize {
        self.text.as_ref().map_or(0, String::len)
    }
}

/// Hands lines from the reader to the workers, in order.
pub(super) struct Window {
    most: usize,
    state: Mutex<State>,
    /// There is room for more lines, or no more are wanted.
    room: Condvar,
    /// There is a line to be run, or there will be none any more.
    work: Notify,
}

#[derive(Default)]
struct State {
    /// Read, and not yet begun.
    queue: VecDeque<Job>,
    /// Read, and not yet written.
    open: usize,
    /// In bytes, what those take.
    bytes: usize,
    /// Whether the reader waits for room.
    is_full: bool,
    /// Whether no more lines will come.
    has_ended: bool,
}

impl State {
    /// A single line always has room.
    fn has_room(&self, most: usize, bytes: usize) -> bool {
        self.open == 0 || (self.open < most && self.bytes < bytes)
    }
}

impl Window {
    /// A window for executions of which so many may run at once.
    pub(super) fn new(jobs: usize) -> Self {
        Self {
            most: LINES.max(4 * jobs),
            state: Mutex::default(),
            room: Condvar::new(),
            work: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line once there is room for it; tells whether more are wanted.
    pub(super) fn put(&self, job: Job) -> bool {
        let mut state = self.state();
        while !state.has_ended && !state.has_room(self.most, BYTES) {
            state.is_full = true;
            state = self
                .room
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.has_ended {
            return false;
        }
        state.open += 1;
        state.bytes += job.size();
        state.queue.push_back(job);
        drop(state);
        self.work.notify_one();
        true
    }

    /// The next line, or nothing when there will be none.
    pub(super) async fn take(&self) -> Option<Job> {
        loop {
            let mut told = pin!(self.work.notified());
            // From here on it is told, even before it waits.
            told.as_mut().enable();
            {
                let mut state = self.state();
                let job = state.queue.pop_front();
                if job.is_some() || state.has_ended {
                    return job;
                }
            }
            told.await;
        }
    }

    /// No more lines will come.
    pub(super) fn end(&self) {
        self.state().has_ended = true;
        self.room.notify_all();
        self.work.notify_waiters();
    }

    /// No more lines are wanted, not even those that were read.
    pub(super) fn give_up(&self) {
        self.state().queue.clear();
        self.end();
    }

    /// A result that has to wait for others takes memory as well.
    pub(super) fn grow(&self, bytes: usize) {
        self.state().bytes += bytes;
    }

    /// A line has been written, and what it took is free.
    pub(super) fn retire(&self, bytes: usize) {
        let mut state = self.state();
        state.open -= 1;
        state.bytes -= bytes;
        // The reader sleeps until it is worth to wake it.
        if state.is_full && state.has_room(self.most / 2, BYTES / 2) {
            state.is_full = false;
            self.room.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    fn job(place: u64) -> Job {
        Job {
            place,
            line: place + 1,
            read_to: 0,
            text: Ok("x".repeat(1 << 20)),
        }
    }

    fn take(window: &Window) -> Option<Job> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(window.take())
    }

    #[test]
    fn lines_come_out_in_order_and_never_too_many_are_open() {
        let window = Arc::new(Window::new(1));
        let put = Arc::clone(&window);
        let reader = thread::spawn(move || {
            assert!((0..100).all(|place| put.put(job(place))));
            put.end();
        });
        for place in 0..100 {
            let taken = take(&window).expect("it was put");
            assert_eq!(taken.place, place);
            assert!(window.state().bytes <= BYTES);
            window.grow(7);
            window.retire(taken.size() + 7);
        }
        assert!(take(&window).is_none());
        reader.join().expect("no panic");
    }

    #[test]
    fn who_gives_up_frees_the_reader() {
        let window = Arc::new(Window::new(1));
        let put = Arc::clone(&window);
        let reader = thread::spawn(move || (0..=1000).all(|place| put.put(job(place))));
        assert_eq!(take(&window).expect("it was put").place, 0);
        window.give_up();
        assert!(!reader.join().expect("no panic"), "it was told to stop");
        assert!(take(&window).is_none());
    }
}
