//! What a person sees while an execution runs: the states at work, or a line for each that ended.

use std::fmt::Write;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::output::Terminal;
use crate::history::outline::{Outline, Visit};
use crate::history::{Details, HistoryEvent};
use crate::report::style::{Style, fit, printable};

/// States shown at once.
const MOST: usize = 8;

/// How often the picture changes at most.
const INTERVAL: Duration = Duration::from_millis(100);

pub(super) struct Progress {
    style: Style,
    how: How,
}

enum How {
    Tree {
        bars: MultiProgress,
        rows: Vec<ProgressBar>,
        drawn: Instant,
    },
    Lines {
        terminal: Terminal,
    },
}

impl Progress {
    pub(super) fn tree(terminal: &Terminal) -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let how = How::Tree {
            bars,
            rows: Vec::new(),
            drawn: Instant::now(),
        };
        Self {
            style: terminal.stderr_style(),
            how,
        }
    }

    pub(super) fn lines(terminal: &Terminal) -> Self {
        Self {
            style: terminal.stderr_style(),
            how: How::Lines {
                terminal: *terminal,
            },
        }
    }

    pub(super) fn event(&mut self, event: &HistoryEvent<'_>, outline: &Outline) {
        match &mut self.how {
            How::Tree { drawn, .. } => {
                if drawn.elapsed() >= INTERVAL {
                    self.draw(outline);
                }
            }
            How::Lines { terminal } => {
                if let Details::StateExited { name, .. } = &event.details {
                    let mark = self.style.ok("✔");
                    terminal.say(&format!("{mark} {}", printable(name)));
                }
            }
        }
    }

    pub(super) fn draw(&mut self, outline: &Outline) {
        let How::Tree { bars, rows, drawn } = &mut self.how else {
            return;
        };
        *drawn = Instant::now();
        let lines: Vec<String> = outline
            .at_work(MOST)
            .iter()
            .map(|visit| line(visit, &self.style))
            .collect();
        while rows.len() < lines.len() {
            let row = bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed:.dim}") {
                row.set_style(style);
            }
            row.enable_steady_tick(INTERVAL);
            rows.push(row);
        }
        for surplus in rows.drain(lines.len()..) {
            surplus.finish_and_clear();
            bars.remove(&surplus);
        }
        for (row, line) in rows.iter().zip(lines) {
            // A row that shows another state than before counts its time anew.
            if row.message() != line {
                row.reset_elapsed();
            }
            row.set_message(line);
        }
    }

    pub(super) fn finish(self) {
        if let How::Tree { bars, rows, .. } = self.how {
            for row in rows {
                row.finish_and_clear();
            }
            // What cannot be cleared stays; the tree follows below it.
            let _ = bars.clear();
        }
    }
}

/// A state at work: its name, its type, its tries or its items.
fn line(visit: &Visit<'_>, style: &Style) -> String {
    let name = printable(visit.name());
    let mut line = format!("{}  {}", name, visit.state_type().as_str());
    let tries = visit.tries().len();
    if tries > 1 {
        write!(line, "  try {tries}").expect("a string takes all");
    }
    let items = visit.items();
    if let Some(length) = items.length {
        let tally = items.tally;
        let done = tally.succeeded + tally.caught + tally.failed + tally.aborted;
        write!(line, "  {done}/{length} items, {} running", items.running)
            .expect("a string takes all");
    }
    fit(&line, style.width.saturating_sub(12)).into_owned()
}
