//! Heartbeats: how a command says that its work on a Task goes on.
//!
//! Nobody says so in its place: what counts as alive is decided where the work is done, as by an
//! activity's worker or whoever holds a task token on AWS.

use std::convert::Infallible;
use std::future::pending;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::Instant;

use crate::engine::TaskRequest;
use crate::runtime::inbox::Answers;

/// What a command says on standard error, alone on its line, to tell that it is alive.
pub(super) const LINE: &[u8] = b"asl:heartbeat";

/// Between heartbeats that are passed on: the fastest that is asked for is one in a second.
const LEAST: Duration = Duration::from_millis(100);

/// Tells that a task is alive, where that matters.
#[derive(Debug)]
pub(super) struct Heart {
    /// Where the task's news go.
    pub(super) answers: Answers,
    matters: bool,
    last: Mutex<Option<Instant>>,
}

impl Heart {
    pub(super) fn of(request: &TaskRequest, answers: Answers) -> Self {
        Self {
            answers,
            matters: request.heartbeat.is_some(),
            last: Mutex::default(),
        }
    }

    /// A heart that beats whatever is asked for.
    #[cfg(test)]
    pub(super) fn new(answers: Answers) -> Self {
        Self {
            answers,
            matters: true,
            last: Mutex::default(),
        }
    }

    /// Whether anybody listens.
    pub(super) fn matters(&self) -> bool {
        self.matters
    }

    pub(super) fn beat(&self) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if self.matters && last.is_none_or(|last| last.elapsed() >= LEAST) {
            *last = Some(Instant::now());
            self.answers.heartbeat();
        }
    }

    /// Beats for whatever comes through a pipe, until this is dropped.
    pub(super) async fn listen(&self, pulse: Option<impl AsyncRead + Unpin>) -> Infallible {
        let mut chunk = [0; 4096];
        if let Some(mut pulse) = pulse {
            while let Ok(1..) = pulse.read(&mut chunk).await {
                self.beat();
            }
        }
        pending().await
    }
}
