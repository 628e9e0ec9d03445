//! What a person sees while an execution runs: the states at work, or a line for each that ended.

use std::fmt::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::map_runs::MapRuns;
use crate::cli::output::Terminal;
use crate::history::outline::{Outline, Status, Thread, Visit};
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
    /// One bar of several lines: what is drawn is always cleared as a whole.
    Tree {
        bar: ProgressBar,
        drawn: Instant,
    },
    Lines {
        terminal: Terminal,
    },
}

/// Says something while the picture is drawn.
pub(super) struct Voice {
    terminal: Terminal,
    bar: Option<ProgressBar>,
}

impl Voice {
    pub(super) fn new(terminal: &Terminal, progress: Option<&Progress>) -> Self {
        let bar = progress.and_then(|progress| match &progress.how {
            How::Tree { bar, .. } => Some(bar.clone()),
            How::Lines { .. } => None,
        });
        let terminal = *terminal;
        Self { terminal, bar }
    }

    pub(super) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.terminal.say(text)),
            None => self.terminal.say(text),
        }
    }
}

impl Progress {
    pub(super) fn tree(terminal: &Terminal, machine: &str) -> Self {
        let bar = ProgressBar::new_spinner().with_prefix(printable(machine).into_owned());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {elapsed}{msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(INTERVAL);
        let how = How::Tree {
            bar,
            drawn: Instant::now(),
        };
        Self {
            style: terminal.stderr_style(),
            how,
        }
    }

    pub(super) fn lines(terminal: &Terminal) -> Self {
        let how = How::Lines {
            terminal: *terminal,
        };
        Self {
            style: terminal.stderr_style(),
            how,
        }
    }

    pub(super) fn event(&mut self, event: &HistoryEvent<'_>, outline: &Outline, runs: &MapRuns) {
        match &self.how {
            How::Tree { drawn, .. } if drawn.elapsed() >= INTERVAL => self.draw(outline, runs),
            How::Tree { .. } => {}
            How::Lines { terminal } => {
                if let Details::StateExited { name, .. } = &event.details {
                    terminal.say(&format!("{} {}", self.style.ok("✔"), printable(name)));
                }
            }
        }
    }

    pub(super) fn draw(&mut self, outline: &Outline, runs: &MapRuns) {
        let How::Tree { bar, drawn } = &mut self.how else {
            return;
        };
        *drawn = Instant::now();
        let mut rows = Vec::new();
        at_work(outline.thread(), 0, &mut rows);
        let mut text = String::new();
        for (indent, visit) in rows {
            let row = format!("{:indent$}{}", "", row(&visit), indent = 2 * indent + 2);
            let row = fit(&row, self.style.width.saturating_sub(1)).into_owned();
            write!(text, "\n{row}").expect("a string takes all");
        }
        for run in runs.under_way().take(MOST) {
            let row = fit(&run, self.style.width.saturating_sub(5)).into_owned();
            write!(text, "\n    {row}").expect("a string takes all");
        }
        bar.set_message(text);
    }

    pub(super) fn finish(self) {
        if let How::Tree { bar, .. } = self.how {
            bar.finish_and_clear();
        }
    }
}

/// The states at work with what they are in, outermost first, as many as are shown. Recursion is
/// bounded by the number of rows.
fn at_work<'o>(thread: Thread<'o>, indent: usize, rows: &mut Vec<(usize, Visit<'o>)>) {
    let open = thread
        .last()
        .filter(|visit| visit.status() == Status::Running);
    let Some(visit) = open.filter(|_| rows.len() < MOST) else {
        return;
    };
    let (branches, iterations) = (visit.threads(), visit.running(MOST));
    rows.push((indent, visit));
    for thread in branches.into_iter().chain(iterations) {
        at_work(thread, indent + 1, rows);
    }
}

/// A state at work: its name, its type, its tries or its items.
fn row(visit: &Visit<'_>) -> String {
    let mut row = format!(
        "{}  {}",
        printable(visit.name()),
        visit.state_type().as_str()
    );
    let tries = visit.tries().len();
    if tries > 1 {
        write!(row, "  try {tries}").expect("a string takes all");
    }
    let items = visit.items();
    // A distributed Map tells its items as a Map Run.
    if let Some(length) = items.length.filter(|length| *length > 0) {
        let tally = items.tally;
        let done = tally.succeeded + tally.caught + tally.failed + tally.aborted;
        write!(row, "  {done}/{length} items, {} running", items.running)
            .expect("a string takes all");
    }
    row
}
