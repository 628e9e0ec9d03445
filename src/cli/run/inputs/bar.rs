//! How far many inputs are: a bar for a person, a line now and then for a log of CI.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::Counts;
use crate::cli::args::ProgressChoice;
use crate::cli::output::Terminal;

/// How often the bar changes.
const DRAW_EVERY: Duration = Duration::from_millis(100);

/// How often a line is written.
const SAY_EVERY: Duration = Duration::from_secs(5);

pub(super) struct Bar {
    began: Instant,
    /// In bytes, the inputs, when that is known.
    size: Option<u64>,
    how: How,
}

enum How {
    Bar(ProgressBar),
    Lines(Terminal),
    Nothing,
}

impl Bar {
    pub(super) fn new(choice: ProgressChoice, size: Option<u64>, terminal: &Terminal) -> Self {
        let how = match choice {
            _ if terminal.quiet => How::Nothing,
            ProgressChoice::None => How::Nothing,
            ProgressChoice::Auto if terminal.stderr_seen => How::Bar(bar(size)),
            ProgressChoice::Tree => How::Bar(bar(size)),
            ProgressChoice::Auto | ProgressChoice::Lines => How::Lines(*terminal),
        };
        Self {
            began: Instant::now(),
            size,
            how,
        }
    }

    /// How often it wants to be told how things stand.
    pub(super) fn interval(&self) -> Duration {
        match self.how {
            How::Bar(_) => DRAW_EVERY,
            How::Lines(_) | How::Nothing => SAY_EVERY,
        }
    }

    pub(super) fn tell(&self, counts: &Counts) {
        let told = told(counts, self.began.elapsed());
        match (&self.how, self.size) {
            (How::Nothing, _) => {}
            (How::Bar(bar), _) => {
                bar.set_position(counts.read_to);
                bar.set_message(told);
            }
            (How::Lines(terminal), Some(size)) if size > 0 => {
                let percent = counts.read_to.saturating_mul(100) / size;
                terminal.say(&format!("{told}, {percent} % of the inputs"));
            }
            (How::Lines(terminal), _) => terminal.say(&told),
        }
    }

    /// Writes something where the bar may be.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.how {
            How::Bar(bar) => bar.suspend(write),
            How::Lines(_) | How::Nothing => write(),
        }
    }

    /// Clears the bar; how long it took.
    pub(super) fn finish(self) -> Duration {
        if let How::Bar(bar) = &self.how {
            bar.finish_and_clear();
        }
        self.began.elapsed()
    }
}

fn bar(size: Option<u64>) -> ProgressBar {
    let (bar, template) = match size {
        Some(size) => (
            ProgressBar::new(size),
            "{bar:24} {percent:>3} %  {msg}  {eta} left",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {elapsed}  {msg}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// `1200 done, 3 failed, 830/s`
fn told(counts: &Counts, elapsed: Duration) -> String {
    let failed = match counts.failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    let rate = rate(counts.written, elapsed);
    format!("{} done{failed}, {rate}", counts.written)
}

/// `830/s`
pub(super) fn rate(count: u64, elapsed: Duration) -> String {
    let millis = elapsed.as_millis().max(1);
    format!("{}/s", u128::from(count) * 1000 / millis)
}
