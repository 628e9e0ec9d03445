//! The tree: a line for every visit, with what is worth knowing about it.

mod gaps;

use std::fmt;

use super::json::filled;
use super::layout::{MAX_WIDTH, Piece, Row, WIDE, write_rows};
use super::{About, delay, duration, error_name, kind, mark, short_name, status_name, timeline};
use crate::data::{Json, Timestamp};
use crate::history::outline::{Items, Outcome, Outline, StateType, Status, Thread, Try, Visit};
use crate::report::style::{Role, Style, columns, fit, printable};

pub use self::gaps::is_shortened;

/// How many branches, iterations of a kind, or tries are shown.
const MAX_SHOWN: usize = 20;

/// How many iterations at work are shown.
const MAX_RUNNING: usize = 8;

/// How many lines a tree has at most.
const MAX_ROWS: usize = 5000;

/// How many lines an input or an output may take.
const MAX_DOCUMENT: usize = 3;

/// How wide the label of a document is, with the space after it.
const LABEL: usize = 4;

/// Between two things said of a state.
const BETWEEN: &str = "   ";

/// Writes the headline and the tree.
///
/// # Errors
/// Those of `out`.
pub fn render(
    outline: &Outline,
    about: &About<'_>,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    headline(outline, about, style, out)?;
    let rows = rows(outline, about, style, None);
    if rows.is_empty() {
        return Ok(());
    }
    out.write_char('\n')?;
    write_rows(&rows, style, out)
}

/// The lines of the tree; with a beginning, those of a timeline.
pub(super) fn rows(
    outline: &Outline,
    about: &About<'_>,
    style: &Style,
    start: Option<Timestamp>,
) -> Vec<Row> {
    let mut tree = Tree {
        about,
        short: style.width < WIDE,
        width: style.width.min(MAX_WIDTH),
        start,
        depth: 0,
        rows: Vec::new(),
    };
    tree.thread(&outline.thread(), &Bars::root());
    if tree.rows.len() > MAX_ROWS && !about.view.all {
        tree.rows.truncate(MAX_ROWS);
        let text = String::from("the rest of the tree is left out");
        tree.rows.push(Row::note(String::new(), text));
    }
    tree.rows
}

/// `✖ FAILED  order-workflow  run.jsonl   15.74 s   9 states   47 events   arn:…`
pub(super) fn headline(
    outline: &Outline,
    about: &About<'_>,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let summary = outline.summary();
    let (sign, role) = mark(summary.status);
    let status = format!("{sign} {}", status_name(summary.status));
    let most = style.width / 4;
    let mut pieces: Vec<(&str, Piece)> = Vec::new();
    if let Some(machine) = about.machine {
        pieces.push(("  ", (Role::Bold, short_name(machine, most))));
    }
    if !about.file.is_empty() {
        pieces.push(("  ", (Role::Path, short_name(about.file, most))));
    }
    let counted = |count: u64, what: &str| {
        let end = if count == 1 { "" } else { "s" };
        (BETWEEN, (Role::Plain, format!("{count} {what}{end}")))
    };
    if let (Some(started), Some(last)) = (summary.started, summary.ended.or(summary.last)) {
        let so_far = if summary.ended.is_none() {
            " so far"
        } else {
            ""
        };
        let time = format!("{}{so_far}", duration(last.since(started)));
        pieces.push((BETWEEN, (Role::Plain, time)));
    }
    pieces.push(counted(summary.states as u64, "state"));
    pieces.push(counted(summary.events, "event"));
    if summary.redrives > 0 {
        pieces.push(counted(summary.redrives, "redrive"));
    }
    if let Some(arn) = about.arn {
        pieces.push((BETWEEN, (Role::Dim, printable(arn).into_owned())));
    }
    let mut used = columns(&status);
    write!(out, "{}", style.paint(role, &status))?;
    for (space, (role, text)) in pieces {
        let width = space.len() + columns(&text);
        if used + width <= style.width {
            write!(out, "{space}{}", style.paint(role, &text))?;
            used += width;
        }
    }
    out.write_char('\n')
}

/// What stands before the marks of a thread's visits.
struct Bars {
    /// Before the first visit.
    first: String,
    /// Before all others, and before what is inside of them.
    rest: String,
    /// Before the tries of a visit.
    tries: String,
}

impl Bars {
    fn root() -> Self {
        Self {
            first: String::new(),
            rest: String::new(),
            tries: "    ".to_owned(),
        }
    }

    fn branch(&self, number: u64, is_last: bool) -> Self {
        let (corner, bar) = if is_last {
            ("└─", " ")
        } else {
            ("├─", "│")
        };
        let number = number.to_string();
        let inset = " ".repeat(number.len() + 1);
        Self {
            first: format!("{}{corner} {number} ", self.rest),
            rest: format!("{}{bar}  {inset}", self.rest),
            tries: format!("{}{bar}   ", self.rest),
        }
    }

    /// Before the mark of an iteration itself.
    fn item(&self) -> String {
        format!("{}│  ", self.rest)
    }

    fn iteration(&self) -> Self {
        let rest = format!("{}│     ", self.rest);
        Self {
            first: rest.clone(),
            tries: format!("{rest}    "),
            rest,
        }
    }
}

struct Tree<'a> {
    about: &'a About<'a>,
    short: bool,
    width: usize,
    /// When a timeline begins, if this is one.
    start: Option<Timestamp>,
    depth: usize,
    rows: Vec<Row>,
}

impl Tree<'_> {
    /// What went in, what came out: as much as a few lines hold.
    fn documents(&mut self, visit: &Visit<'_>, bars: &Bars) {
        let Some(documents) = self.about.view.documents else {
            return;
        };
        let lead = bars.tries.trim_end_matches(' ').to_owned();
        let lead = format!("{lead}{:1$}", "", columns(&bars.tries) - columns(&lead));
        let room = self.width.saturating_sub(columns(&lead) + LABEL).max(LABEL);
        let documents = documents.of(visit.event());
        let is_same = documents.input == documents.output;
        for (label, text) in documents.labelled() {
            let lines = match text {
                _ if is_same && label == "out" => vec![String::from("(the same)")],
                None => vec![String::from("(not kept)")],
                Some(text) => match Json::parse(text) {
                    Ok(json) => filled(&json, room, MAX_DOCUMENT),
                    Err(_) => vec![fit(&printable(text), room).into_owned()],
                },
            };
            for (at, line) in lines.into_iter().enumerate() {
                let label = if at == 0 { label } else { "   " };
                self.rows.push(Row::line(lead.clone(), label, line));
            }
        }
    }

    fn visit(&mut self, visit: &Visit<'_>, lead: &str, bars: &Bars) {
        self.rows.push(Row {
            lead: lead.to_owned(),
            mark: mark(visit.status()),
            name: (Role::Plain, printable(visit.name()).into_owned()),
            kind: kind(visit, self.short),
            detail: self.detail(visit),
            time: match (visit.state_type(), self.start) {
                (StateType::Fail, None) => String::from("—"),
                _ => duration(visit.millis()),
            },
            spans: self
                .start
                .map_or(Vec::new(), |start| timeline::spans(visit, start)),
        });
        if self.start.is_none() {
            self.tries(visit, bars);
        }
        self.documents(visit, bars);
        if self.about.view.depth.is_some_and(|most| self.depth >= most) {
            return;
        }
        self.depth += 1;
        match visit.state_type() {
            StateType::Map => self.iterations(visit, bars),
            _ => self.branches(visit, bars),
        }
        self.depth -= 1;
    }

    fn detail(&self, visit: &Visit<'_>) -> Vec<Piece> {
        let mut detail = Vec::new();
        let error = error_name(visit);
        match visit.status() {
            Status::Caught => caught(visit, error, &mut detail),
            Status::Failed | Status::TimedOut => {
                detail.extend(error.map(|error| (Role::Bad, error)));
            }
            Status::Aborted => detail.push((Role::Dim, String::from("aborted"))),
            // What is inside of a Map or a Parallel tells more.
            Status::Running => match visit.state_type() {
                StateType::Map | StateType::Parallel => {}
                _ => detail.push((Role::Busy, String::from("running"))),
            },
            Status::Succeeded => {}
        }
        if let (StateType::Choice, Some(next)) = (visit.state_type(), visit.next()) {
            detail.push((Role::Plain, String::from("→ ")));
            detail.push((Role::Path, printable(next).into_owned()));
            let condition = self
                .about
                .condition
                .and_then(|find| find(visit.name(), next));
            if let Some(condition) = condition {
                between(&mut detail);
                detail.push((Role::Dim, printable(&condition).into_owned()));
            }
        }
        if visit.tries().len() > 1 {
            between(&mut detail);
            detail.push((Role::Plain, format!("{} tries", visit.tries().len())));
        }
        if visit.state_type() == StateType::Map {
            items(&visit.items(), &mut detail);
        }
        detail
    }

    /// The tries, unless the line of the state says all of them: they failed with the same error.
    fn tries(&mut self, visit: &Visit<'_>, bars: &Bars) {
        let tries = visit.tries();
        let first = tries.first().map(|first| &first.outcome);
        let alike = tries.iter().all(|each| Some(&each.outcome) == first);
        if tries.len() < 2 || alike && matches!(first, Some(Outcome::Failed(_))) {
            return;
        }
        let half = MAX_SHOWN / 2;
        let hidden = if tries.len() > MAX_SHOWN {
            half..tries.len() - half
        } else {
            0..0
        };
        for (at, each) in tries.iter().enumerate() {
            if at == hidden.start && !hidden.is_empty() {
                let text = format!("{} more tries", hidden.len());
                self.rows.push(Row::note(bars.tries.clone(), text));
            }
            if !hidden.contains(&at) {
                let mut row = try_row(each, tries.get(at + 1), visit.status());
                row.name.1 = format!("try {}", at + 1);
                row.lead.clone_from(&bars.tries);
                self.rows.push(row);
            }
        }
    }

    fn branches(&mut self, visit: &Visit<'_>, bars: &Bars) {
        let threads = visit.threads();
        let shown = threads.len().min(MAX_SHOWN);
        for (at, thread) in threads.iter().take(shown).enumerate() {
            let is_last = at + 1 == threads.len();
            self.thread(thread, &bars.branch(thread.number(), is_last));
        }
        if shown < threads.len() {
            let text = format!("{} more branches", threads.len() - shown);
            self.rows.push(Row::note(format!("{}└─ ", bars.rest), text));
        }
    }

    /// Iterations that have something to tell: those that succeeded are folded.
    fn iterations(&mut self, visit: &Visit<'_>, bars: &Bars) {
        let failing = visit.failed_thread().map(|thread| thread.number());
        let threads = visit.threads();
        let mut left_out = 0;
        for (at, thread) in threads.iter().enumerate() {
            let is_cause = failing == Some(thread.number());
            if at >= MAX_SHOWN && !is_cause {
                left_out += 1;
                continue;
            }
            self.iteration(thread, bars);
            if is_cause {
                self.thread(thread, &bars.iteration());
            }
        }
        if left_out > 0 {
            let text = format!("{left_out} more items with errors");
            self.rows.push(Row::note(bars.item(), text));
        }
        for thread in visit.running(MAX_RUNNING) {
            self.iteration(&thread, bars);
        }
        let running = visit.items().running;
        if running > MAX_RUNNING {
            let text = format!("{} more items at work", running - MAX_RUNNING);
            self.rows.push(Row::note(bars.item(), text));
        }
    }

    fn iteration(&mut self, thread: &Thread<'_>, bars: &Bars) {
        let (item, status) = (thread.item().unwrap_or_default(), thread.status());
        let is_told = |visit: &Visit<'_>| match status {
            Status::Caught => visit.status() == Status::Caught,
            _ => true,
        };
        let mut detail = Vec::new();
        if let Some(visit) = thread.visits().rev().find(is_told) {
            match visit.status() {
                Status::Caught => caught(&visit, error_name(&visit), &mut detail),
                Status::Failed | Status::TimedOut => {
                    detail.extend(error_name(&visit).map(|error| (Role::Bad, error)));
                }
                Status::Running | Status::Succeeded | Status::Aborted => {
                    detail.push((Role::Plain, String::from("at ")));
                    detail.push((Role::Path, printable(visit.name()).into_owned()));
                }
            }
        }
        let item = printable(item);
        self.rows.push(Row {
            lead: bars.item(),
            mark: mark(status),
            name: (Role::Plain, format!("[{}]", thread.number())),
            kind: match self.short {
                _ if item.is_empty() => String::new(),
                true => item.into_owned(),
                false => format!("item {}", fit(&item, 40)),
            },
            detail,
            time: duration(thread.millis()),
            spans: self
                .start
                .map_or(Vec::new(), |start| timeline::span(thread, start)),
        });
    }
}

/// `PaymentDeclined caught → RefundStock`
pub(super) fn caught(visit: &Visit<'_>, error: Option<String>, detail: &mut Vec<Piece>) {
    if let Some(error) = error {
        detail.push((Role::Warn, error));
        detail.push((Role::Plain, String::from(" ")));
    } else {
        // Nothing failed here itself: it was inside.
        return;
    }
    detail.push((Role::Plain, String::from("caught")));
    if let Some(next) = visit.next() {
        detail.push((Role::Plain, String::from(" → ")));
        detail.push((Role::Path, printable(next).into_owned()));
    }
}

fn between(detail: &mut Vec<Piece>) {
    if !detail.is_empty() {
        detail.push((Role::Plain, BETWEEN.to_owned()));
    }
}

/// `39 ✔  1 ⚠   ≤10 at once   p50 310 ms  max 2.41 s`
fn items(items: &Items, detail: &mut Vec<Piece>) {
    if items.distributed {
        between(detail);
        let text = String::from("distributed");
        return detail.push((Role::Dim, text));
    }
    let tally = items.tally;
    let ended = [
        (Status::Succeeded, tally.succeeded),
        (Status::Caught, tally.caught),
        (Status::Failed, tally.failed),
        (Status::Aborted, tally.aborted),
        (Status::Running, items.running as u64),
    ];
    let mut space = BETWEEN;
    for (status, count) in ended.into_iter().filter(|(_, count)| *count > 0) {
        if !detail.is_empty() {
            detail.push((Role::Plain, space.to_owned()));
        }
        let (sign, role) = mark(status);
        detail.push((role, format!("{count} {sign}")));
        space = "  ";
    }
    if items.length.unwrap_or(0) < 2 {
        return;
    }
    if items.peak > 1 {
        between(detail);
        detail.push((Role::Plain, format!("≤{} at once", items.peak)));
    }
    if let (Some(median), Some(longest)) = (items.median, items.longest) {
        between(detail);
        let text = format!("p50 {}  max {}", duration(median), duration(longest));
        detail.push((Role::Dim, text));
    }
}

fn try_row(each: &Try, next: Option<&Try>, status: Status) -> Row {
    let mut detail = Vec::new();
    let mark = match (&each.outcome, next) {
        (Outcome::Succeeded, _) => mark(Status::Succeeded),
        (Outcome::Running, _) => mark(status),
        (Outcome::Aborted, _) => mark(Status::Aborted),
        (Outcome::Failed(_), Some(_)) => ("↻", Role::Warn),
        (Outcome::Failed(_), None) => mark(Status::Failed),
    };
    let (role, told) = match &each.outcome {
        Outcome::Failed(Some(error)) => (Role::Warn, printable(error)),
        Outcome::Failed(None) => (Role::Warn, "error without a name".into()),
        Outcome::Aborted => (Role::Dim, "aborted".into()),
        Outcome::Running | Outcome::Succeeded => (Role::Plain, "".into()),
    };
    if !told.is_empty() {
        detail.push((role, told.into_owned()));
        if let (Some(next), Some(ended)) = (next, each.ended) {
            between(&mut detail);
            let wait = delay(next.began.since(ended));
            let text = if next.redriven {
                format!("redriven after {wait}")
            } else {
                format!("retry in {wait}")
            };
            detail.push((Role::Plain, text));
        }
    }
    let time = each.ended.map(|ended| duration(ended.since(each.began)));
    Row {
        mark,
        detail,
        time: time.unwrap_or_default(),
        ..Row::default()
    }
}
