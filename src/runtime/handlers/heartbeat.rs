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
use crate::runtime::driver::Answers;

/// What a command says on standard error, alone on its line, to tell that it is alive.
pub(super) const LINE: &[u8] = b"asl:heartbeat";

/// Between heartbeats that are passed on: the fastest that is asked for is one in a second.
const LEAST: Duration = Duration::from_millis(100);

/// Tells that a task is alive, where that matters.
#[derive(Debug)]
pub(super) struct Heart {
    answers: Answers,
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

/// The end of what a command says on standard error, without its heartbeats.
#[derive(Debug, Default)]
pub(super) struct Said {
    kept: Vec<u8>,
}

impl Said {
    /// Takes what was said next; how many heartbeats were in it.
    pub(super) fn hear(&mut self, chunk: &[u8], most: usize) -> usize {
        let mut beats = 0;
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.kept.extend_from_slice(part);
            if part.ends_with(b"\n") && self.drop_heartbeat() {
                beats += 1;
            }
            let surplus = self.kept.len().saturating_sub(most);
            self.kept.drain(..surplus);
        }
        beats
    }

    /// All of it, once no more will come.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.drop_heartbeat();
        self.kept
    }

    /// Forgets the last line if it is a heartbeat.
    fn drop_heartbeat(&mut self) -> bool {
        let text = self.kept.strip_suffix(b"\n").unwrap_or(&self.kept);
        let start = text.iter().rposition(|byte| *byte == b'\n');
        let start = start.map_or(0, |at| at + 1);
        let line = &text[start..];
        let beats = line.strip_suffix(b"\r").unwrap_or(line) == LINE;
        if beats {
            self.kept.truncate(start);
        }
        beats
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(chunks: &[&str], beats: usize, kept: &str) {
        let mut said = Said::default();
        let heard: usize = chunks.iter().map(|c| said.hear(c.as_bytes(), 20)).sum();
        let text = String::from_utf8(said.finish()).expect("text in, text out");
        assert_eq!((heard, &*text), (beats, kept), "{chunks:?}");
    }

    #[test]
    fn heartbeats_are_whole_lines() {
        check(&["a\nasl:heartbeat\nb\n"], 1, "a\nb\n");
        check(&["asl:heart", "beat\r\nasl:", "heartbeat\nx"], 2, "x");
        check(&["not asl:heartbeat\n"], 0, "not asl:heartbeat\n");
        check(&["asl:heartbeats\n"], 0, "asl:heartbeats\n");
    }

    #[test]
    fn the_end_is_kept_without_a_heartbeat_that_breaks_off() {
        check(&["asl:heartbeat"], 0, "");
        check(
            &["0123456789", "0123456789", "end"],
            0,
            "34567890123456789end",
        );
    }
}
