//! The timeline: the tree with a bar for each state, from when it was entered to when it was left.

use std::fmt;

use super::layout::{MAX_WIDTH, Row, Span, Stretch, write_name};
use super::{About, delay, tree};
use crate::data::Timestamp;
use crate::history::outline::{Gap, Outcome, Outline, Status, Thread, Try, Visit};
use crate::report::style::{MIN_WIDTH, Role, Style, columns, pad};

/// The space between a bar and the time.
const GAP: usize = 3;

/// Labels nearer to each other than this are hard to tell apart.
const MIN_TICK: usize = 13;

/// Writes the headline and the timeline.
///
/// # Errors
/// Those of `out`.
pub fn render(
    outline: &Outline,
    about: &About<'_>,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    tree::headline(outline, about, style, out)?;
    let summary = outline.summary();
    let Some(start) = summary.started else {
        return Ok(());
    };
    let rows = tree::rows(outline, about, style, Some(start));
    let end = summary.ended.or(summary.last).unwrap_or(start);
    let chart = Chart::of(&rows, end.since(start), style);
    out.write_char('\n')?;
    chart.axis(out)?;
    for row in &rows {
        chart.row(row, out)?;
    }
    chart.legend(&rows, out)
}

/// When a state was what.
pub(super) fn spans(visit: &Visit<'_>, start: Timestamp) -> Vec<Span> {
    let whole = Span {
        from: visit.entered().since(start),
        to: visit.entered().since(start) + visit.millis(),
        what: match (visit.status(), visit.failure()) {
            (Status::Caught, _) => Stretch::Caught,
            (Status::Failed | Status::TimedOut, Some(_)) if !visit.tries().is_empty() => {
                Stretch::FailedTry
            }
            _ => Stretch::Ran,
        },
    };
    if visit.tries().len() < 2 {
        return vec![whole];
    }
    let ended = |each: &Try| each.ended.map_or(whole.to, |at| at.since(start));
    let mut spans = vec![Span {
        what: Stretch::Waiting,
        ..whole
    }];
    let count = visit.tries().len();
    spans.extend(visit.tries().iter().enumerate().map(|(at, each)| Span {
        from: each.began.since(start),
        to: ended(each),
        what: match each.outcome {
            Outcome::Succeeded | Outcome::Running => Stretch::Ran,
            Outcome::Failed(_) | Outcome::Aborted if at + 1 == count => match whole.what {
                Stretch::Caught => Stretch::Caught,
                _ => Stretch::FailedTry,
            },
            Outcome::Failed(_) | Outcome::Aborted => Stretch::FailedTry,
        },
    }));
    spans
}

/// When an iteration was at work.
pub(super) fn span(thread: &Thread<'_>, start: Timestamp) -> Vec<Span> {
    let from = thread.started().since(start);
    vec![Span {
        from,
        to: from + thread.millis(),
        what: match thread.status() {
            Status::Caught => Stretch::Caught,
            Status::Failed | Status::TimedOut => Stretch::FailedTry,
            Status::Running | Status::Succeeded | Status::Aborted => Stretch::Ran,
        },
    }]
}

/// When states were visited that are not shown one by one.
pub(super) fn stretch(gap: &Gap, start: Timestamp) -> Vec<Span> {
    let from = gap.began().since(start);
    vec![Span {
        from,
        to: from + gap.millis(),
        what: Stretch::Ran,
    }]
}

fn cell(what: Stretch) -> (&'static str, Role) {
    match what {
        Stretch::Waiting => ("·", Role::Dim),
        Stretch::Ran => ("█", Role::Ok),
        Stretch::Caught => ("▓", Role::Warn),
        Stretch::FailedTry => ("▒", Role::Bad),
    }
}

fn meaning(what: Stretch) -> &'static str {
    match what {
        Stretch::Waiting => "waiting to retry",
        Stretch::Ran => "ran",
        Stretch::Caught => "failed, caught",
        Stretch::FailedTry => "failed try",
    }
}

struct Chart<'s> {
    style: &'s Style,
    width: usize,
    name: usize,
    bar: usize,
    time: usize,
    /// How many milliseconds the whole takes.
    millis: i64,
}

impl<'s> Chart<'s> {
    fn of(rows: &[Row], millis: i64, style: &'s Style) -> Self {
        let width = style.width.clamp(MIN_WIDTH, MAX_WIDTH);
        let named = rows.iter().filter(|row| !row.is_note());
        let name = named.map(Row::name_width).max().unwrap_or(0) + 2;
        let name = name.clamp(width * 23 / 80, width * 2 / 5);
        let time = rows.iter().map(|row| columns(&row.time)).max().unwrap_or(0);
        Self {
            style,
            width,
            name,
            bar: width.saturating_sub(name + GAP + time).max(1),
            time,
            millis: millis.max(1),
        }
    }

    /// The cell that a time is in.
    fn cell(&self, at: i64) -> usize {
        let bar = i128::try_from(self.bar).unwrap_or(1);
        let cell = i128::from(at.max(0)) * bar / i128::from(self.millis);
        usize::try_from(cell).unwrap_or(0).min(self.bar)
    }

    fn axis(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let step = step(self.millis, self.bar / MIN_TICK);
        let (mut labels, mut ticks) = (String::new(), String::new());
        let mut at = 0;
        while at <= self.millis {
            let cell = self.cell(at);
            let label = if at == 0 { "0 s".into() } else { delay(at) };
            if cell < self.bar && columns(&labels) <= cell {
                let blank = cell - columns(&labels);
                let line = cell - columns(&ticks);
                if cell + columns(&label) <= self.bar + GAP {
                    labels = format!("{labels}{:blank$}{label}", "");
                }
                ticks = format!("{ticks}{}┬", "─".repeat(line));
            }
            at = at.saturating_add(step);
        }
        ticks.push_str(&"─".repeat(self.bar - columns(&ticks)));
        for line in [labels, ticks] {
            pad(out, self.name)?;
            writeln!(out, "{}", self.style.dim(&line))?;
        }
        Ok(())
    }

    fn row(&self, row: &Row, out: &mut dyn fmt::Write) -> fmt::Result {
        if row.spans.is_empty() {
            write_name(row, self.width, self.style, out)?;
            return out.write_char('\n');
        }
        let used = write_name(row, self.name - 1, self.style, out)?;
        let cells = self.cells(&row.spans);
        let first = cells.iter().position(Option::is_some).unwrap_or(0);
        pad(out, self.name - used + first)?;
        let mut taken = first;
        for piece in cells[first..].chunk_by(|one, other| one == other) {
            let Some(what) = piece[0] else { break };
            let (sign, role) = cell(what);
            let text = sign.repeat(piece.len());
            write!(out, "{}", self.style.paint(role, &text))?;
            taken += piece.len();
        }
        pad(out, self.bar - taken + GAP + self.time - columns(&row.time))?;
        writeln!(out, "{}", self.style.dim(&row.time))
    }

    /// Every span has a cell at least, and what is worth more attention covers the rest.
    fn cells(&self, spans: &[Span]) -> Vec<Option<Stretch>> {
        let mut cells = vec![None; self.bar];
        for span in spans {
            let from = self.cell(span.from).min(self.bar - 1);
            let to = self.cell(span.to).clamp(from + 1, self.bar);
            for cell in &mut cells[from..to] {
                *cell = (*cell).max(Some(span.what));
            }
        }
        cells
    }

    fn legend(&self, rows: &[Row], out: &mut dyn fmt::Write) -> fmt::Result {
        let all = [
            Stretch::Ran,
            Stretch::Caught,
            Stretch::FailedTry,
            Stretch::Waiting,
        ];
        let mut spans = rows.iter().flat_map(|row| &row.spans);
        if spans.all(|span| span.what == Stretch::Ran) {
            return Ok(());
        }
        let is_there = |what: &Stretch| {
            let mut spans = rows.iter().flat_map(|row| &row.spans);
            spans.any(|span| span.what == *what)
        };
        out.write_char('\n')?;
        let mut used = self.name;
        for (at, what) in all.into_iter().filter(is_there).enumerate() {
            let (sign, role) = cell(what);
            let wide = columns(meaning(what)) + 4;
            if at > 0 && used + wide > self.width {
                out.write_char('\n')?;
                used = self.name;
            }
            pad(out, if used == self.name { self.name } else { 2 })?;
            write!(out, "{} {}", self.style.paint(role, sign), meaning(what))?;
            used += wide;
        }
        out.write_char('\n')
    }
}

/// A round number of milliseconds, so that there are no more ticks than this.
fn step(millis: i64, most: usize) -> i64 {
    /// Up to a minute by tens, then as clocks do.
    const STEPS: [i64; 30] = [
        1,
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        500,
        1_000,
        2_000,
        5_000,
        10_000,
        15_000,
        30_000,
        60_000,
        120_000,
        300_000,
        600_000,
        900_000,
        1_800_000,
        3_600_000,
        7_200_000,
        14_400_000,
        21_600_000,
        43_200_000,
        86_400_000,
        172_800_000,
        604_800_000,
        2_592_000_000,
    ];
    let most = i64::try_from(most.max(1)).unwrap_or(1);
    let fits = |step: &i64| millis / step <= most;
    let found = STEPS.into_iter().find(fits);
    found.unwrap_or_else(|| (millis / most).max(1))
}
