//! What a person sees while an execution runs: the states at work, drawn in place on a terminal,
//! or a line for each that ended.

mod ended;
mod seen;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::MissedTickBehavior;

pub(super) use ended::Lines;
pub(super) use seen::Seen;

use crate::cli::output::Terminal;
use crate::data::Timestamp;
use crate::report::histories::live::{Live, lines};
use crate::report::style::Style;

/// How often the picture changes, and what is over before that is never drawn.
const INTERVAL: Duration = Duration::from_millis(100);

/// What the bar bounds draws by itself to: more than are asked for.
const MOST_DRAWS_A_SECOND: u8 = 20;

/// The states at work, one bar of several lines: what is drawn is always cleared as a whole.
#[derive(Clone)]
pub(super) struct Progress {
    bar: ProgressBar,
    machine: String,
    style: Style,
    /// How many times as fast as outside time passes.
    pace: f64,
}

/// Says something while the picture is drawn.
pub(super) struct Voice {
    terminal: Terminal,
    bar: Option<ProgressBar>,
}

impl Voice {
    pub(super) fn new(terminal: &Terminal, progress: Option<&Progress>) -> Self {
        Self {
            terminal: *terminal,
            bar: progress.map(|progress| progress.bar.clone()),
        }
    }

    pub(super) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.terminal.say(text)),
            None => self.terminal.say(text),
        }
    }
}

impl Progress {
    pub(super) fn new(terminal: &Terminal, machine: &str, pace: f64) -> Self {
        // Hidden until there is something to draw.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            machine: machine.to_owned(),
            style: terminal.stderr_style(),
            pace,
        }
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// Draws the picture of what is seen, again and again.
pub(super) struct Ticker {
    progress: Option<Progress>,
    seen: Rc<RefCell<Seen>>,
    began: Instant,
    /// The time of the last event, and when that was seen.
    anchor: Cell<(Option<Timestamp>, Instant)>,
}

impl Ticker {
    pub(super) fn new(progress: Option<&Progress>, seen: &Rc<RefCell<Seen>>) -> Self {
        Self {
            progress: progress.cloned(),
            seen: Rc::clone(seen),
            began: Instant::now(),
            anchor: Cell::new((None, Instant::now())),
        }
    }

    /// Draws while something is done.
    pub(super) async fn beside<T>(self, work: impl Future<Output = T>) -> T {
        let Some(progress) = &self.progress else {
            return work.await;
        };
        let mut work = pin!(work);
        let first = tokio::time::Instant::now() + INTERVAL;
        let mut interval = tokio::time::interval_at(first, INTERVAL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_shown = false;
        loop {
            tokio::select! {
                biased;
                done = work.as_mut() => return done,
                _ = interval.tick() => {
                    if !is_shown {
                        let target = ProgressDrawTarget::stderr_with_hz(MOST_DRAWS_A_SECOND);
                        progress.bar.set_draw_target(target);
                        is_shown = true;
                    }
                    self.draw(progress);
                }
            }
        }
    }

    fn draw(&self, progress: &Progress) {
        let seen = self.seen.borrow();
        let live = Live {
            outline: &seen.outline,
            machine: &progress.machine,
            now: self.now(seen.outline.summary().last, progress.pace),
            millis: i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX),
            due: &|visit| seen.due(visit),
            map_run: &|state| seen.map_runs.gauge(state),
        };
        let text = lines(&live, &progress.style);
        progress.bar.set_message(text);
    }

    /// The time in the execution: since its last event time has passed as it does outside, or as
    /// many times as fast.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates after 292 million years"
    )]
    fn now(&self, last: Option<Timestamp>, pace: f64) -> Timestamp {
        if self.anchor.get().0 != last {
            self.anchor.set((last, Instant::now()));
        }
        let (last, since) = self.anchor.get();
        let passed = since.elapsed().as_secs_f64() * 1000.0 * pace;
        last.unwrap_or_default().plus_millis(passed as i64)
    }
}
