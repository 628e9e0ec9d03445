//! Two executions side by side: where they part, how what went in and came out differs, what each
//! took and how each ended.

use std::fmt;

use super::difference::{self, Member};
use super::documents::Document;
use super::json::filled;
use super::layout::MAX_WIDTH;
use super::{About, Documents, duration, error_name, mark, tree};
use crate::data::Json;
use crate::history::outline::{Outline, StateType, Status, Thread, Visit};
use crate::report::diff;
use crate::report::style::{MIN_WIDTH, Role, Style, columns, fit, pad, printable};

/// How many visits of a thread are compared: loops may be long.
const MAX_VISITS: usize = 5000;

/// How many lines are written.
const MAX_ROWS: usize = 5000;

/// How many differences of a document are shown.
const MAX_MEMBERS: usize = 8;

/// How many equal states in a row are shown before they are counted.
const MAX_EQUAL: usize = 3;

/// One of the executions.
#[derive(Clone, Copy)]
pub struct Compared<'a> {
    /// What happened.
    pub outline: &'a Outline,
    /// What went in and came out.
    pub documents: &'a Documents,
    /// What the history does not say of itself.
    pub about: &'a About<'a>,
}

/// A line, or what stands under one.
enum Row {
    /// A state that both visited, or one of them.
    State {
        lead: String,
        sign: &'static str,
        marks: [Option<Status>; 2],
        name: String,
        note: String,
        times: [Option<i64>; 2],
    },
    /// A difference below it.
    Under {
        lead: String,
        label: &'static str,
        text: String,
    },
}

/// Where the executions part for the first time.
struct Parting {
    text: String,
}

/// Writes both headlines, where they part, and the states of both.
///
/// # Errors
/// Those of `out`.
pub fn render(
    one: &Compared<'_>,
    other: &Compared<'_>,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let narrow = Style::new(style.color, style.width.saturating_sub(3));
    for (letter, side) in [("A", one), ("B", other)] {
        write!(out, "{}  ", style.bold(letter))?;
        tree::headline(side.outline, side.about, &narrow, out)?;
    }
    let mut comparison = Comparison {
        sides: [one, other],
        width: style.width.clamp(MIN_WIDTH, MAX_WIDTH),
        rows: Vec::new(),
        parting: None,
        differs: false,
        told: Vec::new(),
    };
    comparison.threads(&one.outline.thread(), &other.outline.thread(), "", "");
    out.write_char('\n')?;
    comparison.summary(style, out)?;
    comparison.table(style, out)?;
    comparison.failures(style, out)
}

struct Comparison<'a> {
    sides: [&'a Compared<'a>; 2],
    width: usize,
    rows: Vec<Row>,
    parting: Option<Parting>,
    /// Whether a document differs, or how a state ended.
    differs: bool,
    /// What was told of the last documents: a difference goes on from state to state.
    told: Vec<String>,
}

impl Comparison<'_> {
    /// Threads nest no deeper than an outline has them, so the recursion is bounded.
    fn threads(&mut self, one: &Thread<'_>, other: &Thread<'_>, lead: &str, place: &str) {
        let visits = |thread: &Thread<'_>| -> Vec<String> {
            let visits = thread.visits().take(MAX_VISITS);
            visits.map(|visit| visit.name().to_owned()).collect()
        };
        let (names, others) = (visits(one), visits(other));
        let mut alike = 0;
        for (is_same, left, right) in diff::sequences(&names, &others) {
            if self.rows.len() > MAX_ROWS {
                return;
            }
            if is_same {
                alike += left.len();
                self.both(one, other, left.zip(right), lead, place);
                continue;
            }
            self.part(one, other, (left.start, right.start), alike, place);
            for at in left {
                self.alone(one.visit(at), 0, lead);
            }
            for at in right {
                self.alone(other.visit(at), 1, lead);
            }
        }
    }

    /// `both went the same way for 4 states, then A took Ship, B took Refund`
    fn part(
        &mut self,
        one: &Thread<'_>,
        other: &Thread<'_>,
        at: (usize, usize),
        alike: usize,
        place: &str,
    ) {
        if self.parting.is_some() {
            return;
        }
        let took = |letter: &str, visit: Option<Visit<'_>>, thread: &Thread<'_>| match visit {
            Some(visit) => format!("{letter} took {}", printable(visit.name())),
            None if thread.last().is_some_and(|last| last.is_open()) => {
                let last = thread.last().map_or("", |last| last.name());
                format!("{letter} stopped in {}", printable(last))
            }
            None => format!("{letter} ended"),
        };
        let a = took("A", one.visit(at.0), one);
        let b = took("B", other.visit(at.1), other);
        let states = match alike {
            1 => String::from("1 state"),
            count => format!("{count} states"),
        };
        let within = if place.is_empty() {
            String::new()
        } else {
            format!("in {place} ")
        };
        let text = match alike {
            0 => format!("{within}they began differently: {a}, {b}"),
            _ => format!("{within}both went the same way for {states}, then {a}, {b}"),
        };
        self.parting = Some(Parting { text });
    }

    fn both(
        &mut self,
        one: &Thread<'_>,
        other: &Thread<'_>,
        pairs: impl Iterator<Item = (usize, usize)>,
        lead: &str,
        place: &str,
    ) {
        for (left, right) in pairs {
            if let (Some(left), Some(right)) = (one.visit(left), other.visit(right)) {
                self.pair(&left, &right, lead, place);
            }
        }
    }

    fn pair(&mut self, one: &Visit<'_>, other: &Visit<'_>, lead: &str, place: &str) {
        let at = self.rows.len();
        let under = self.under(one, other, lead);
        let is_same = under.is_empty() && one.status() == other.status();
        self.differs |= !is_same;
        self.rows.push(Row::State {
            lead: lead.to_owned(),
            sign: if is_same { " " } else { "≠" },
            marks: [Some(one.status()), Some(other.status())],
            name: printable(one.name()).into_owned(),
            note: note(one, other),
            times: [Some(one.millis()), Some(other.millis())],
        });
        self.rows.extend(under);
        let inside = format!("{lead}  ");
        let (threads, others) = (inner(one), inner(other));
        for thread in &threads {
            let number = thread.number();
            let place = format!("{place}{}[{number}]", printable(one.name()));
            match others.iter().find(|other| other.number() == number) {
                Some(other) => self.threads(thread, other, &inside, &place),
                None => self.unpaired(thread, 0, &inside),
            }
        }
        for other in others {
            if !threads.iter().any(|one| one.number() == other.number()) {
                self.unpaired(&other, 1, &inside);
            }
        }
        // What is inside is only of interest where it differs.
        let is_quiet = |row: &Row| matches!(row, Row::State { sign: " ", .. });
        if self.rows[at + 1..].iter().all(is_quiet) {
            self.rows.truncate(at + 1);
        }
    }

    /// How inputs and outputs differ.
    fn under(&mut self, one: &Visit<'_>, other: &Visit<'_>, lead: &str) -> Vec<Row> {
        let a = self.sides[0].documents.of(one.event());
        let b = self.sides[1].documents.of(other.event());
        let both = [
            ("input", &a.input, &b.input),
            ("output", &a.output, &b.output),
        ];
        let mut rows = Vec::new();
        for (label, a, b) in both {
            // One that has no output did not come so far, which its mark says.
            let (Some(a), Some(b)) = (a, b) else { continue };
            if a == b {
                continue;
            }
            let mut told = members(a, b, self.width / 2);
            if told == self.told {
                told = vec![String::from("(the same difference)")];
            } else {
                self.told.clone_from(&told);
            }
            rows.extend(told.into_iter().enumerate().map(|(at, text)| Row::Under {
                lead: lead.to_owned(),
                label: if at == 0 { label } else { "" },
                text,
            }));
        }
        rows
    }

    /// A state that only one of them visited.
    fn alone(&mut self, visit: Option<Visit<'_>>, side: usize, lead: &str) {
        let Some(visit) = visit else { return };
        let mut marks = [None, None];
        let mut times = [None, None];
        marks[side] = Some(visit.status());
        times[side] = Some(visit.millis());
        self.differs = true;
        self.rows.push(Row::State {
            lead: lead.to_owned(),
            sign: ["-", "+"][side],
            marks,
            name: printable(visit.name()).into_owned(),
            note: error_name(&visit).unwrap_or_default(),
            times,
        });
    }

    /// An item or a branch that has no counterpart: what went well in a Map is folded away.
    fn unpaired(&mut self, thread: &Thread<'_>, side: usize, lead: &str) {
        let last = thread.last();
        let failed = last.and_then(|visit| error_name(&visit));
        let mut marks = [None, None];
        let mut times = [None, None];
        marks[side] = Some(thread.status());
        times[side] = Some(thread.millis());
        self.differs = true;
        self.rows.push(Row::State {
            lead: lead.to_owned(),
            sign: ["-", "+"][side],
            marks,
            name: format!("[{}]", thread.number()),
            note: failed.unwrap_or_default(),
            times,
        });
    }

    fn summary(&self, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
        let text = match &self.parting {
            Some(parting) => parting.text.clone(),
            None if self.differs => String::from("both went the same way, with differences"),
            None => String::from("both went the same way, with the same inputs and outputs"),
        };
        for line in super::failure::wrapped(&text, self.width) {
            writeln!(out, "{}", style.bold(&line))?;
        }
        Ok(())
    }

    fn table(&self, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
        if self.rows.is_empty() {
            return Ok(());
        }
        let time = |millis: &Option<i64>| millis.map_or(String::from("—"), duration);
        let times = self.rows.iter().flat_map(|row| match row {
            Row::State { times, .. } => times.iter().map(|it| columns(&time(it))).collect(),
            Row::Under { .. } => Vec::new(),
        });
        let time_width = times.max().unwrap_or(1).max(6);
        out.write_char('\n')?;
        pad(out, self.width - 2 * time_width - 3)?;
        let head = format!("{:>time_width$}   {:>time_width$}", "A", "B");
        writeln!(out, "{}", style.dim(&head))?;
        let mut equal = 0;
        let mut rows = self.rows.iter().peekable();
        while let Some(row) = rows.next() {
            let is_equal = |row: &Row| matches!(row, Row::State { sign: " ", .. });
            equal = if is_equal(row) { equal + 1 } else { 0 };
            let goes_on = rows.peek().is_some_and(|next| is_equal(next));
            if equal > MAX_EQUAL && goes_on {
                continue;
            }
            if equal > MAX_EQUAL + 1 {
                let text = format!("… {} more alike", equal - MAX_EQUAL - 1);
                writeln!(out, "  {}", style.dim(&text))?;
            }
            self.row(row, time_width, style, out)?;
        }
        if self.rows.len() > MAX_ROWS {
            writeln!(out, "{}", style.dim("… the rest is left out"))?;
        }
        Ok(())
    }

    fn row(
        &self,
        row: &Row,
        time_width: usize,
        style: &Style,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        match row {
            Row::Under { lead, label, text } => {
                let head = format!("{lead}      {label:<8}");
                let room = self.width.saturating_sub(columns(&head)).max(8);
                writeln!(out, "{}{}", style.dim(&head), fit(text, room))
            }
            Row::State {
                lead,
                sign,
                marks,
                name,
                note,
                times,
            } => {
                let role = match *sign {
                    "-" => Role::Bad,
                    "+" => Role::Ok,
                    "≠" => Role::Warn,
                    _ => Role::Dim,
                };
                write!(out, "{}{lead} ", style.paint(role, sign))?;
                for status in marks {
                    let (sign, role) = status.map_or((" ", Role::Dim), mark);
                    write!(out, "{}", style.paint(role, sign))?;
                }
                let room = self
                    .width
                    .saturating_sub(columns(lead) + 5 + 2 * time_width + 6);
                let text = match &**note {
                    "" => name.clone(),
                    note => format!("{}   {note}", fit(name, room / 2)),
                };
                let text = fit(&text, room);
                write!(out, " {text}")?;
                pad(out, room - columns(&text) + 3)?;
                let [a, b] = times.map(|it| it.map_or(String::from("—"), duration));
                pad(out, time_width - columns(&a))?;
                write!(out, "{}", style.dim(&a))?;
                pad(out, time_width - columns(&b) + 3)?;
                writeln!(out, "{}", style.dim(&b))
            }
        }
    }

    /// A line for each that did not succeed: the first cause of it.
    fn failures(&self, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut is_first = true;
        for (letter, side) in ["A", "B"].into_iter().zip(self.sides) {
            let summary = side.outline.summary();
            if matches!(summary.status, Status::Succeeded | Status::Running) {
                continue;
            }
            let (sign, role) = mark(summary.status);
            let cause = side.outline.first_cause();
            let error = summary
                .error
                .as_deref()
                .unwrap_or("an error without a name");
            let text = match &cause {
                Some(cause) => {
                    let failure = cause.raised_by.failure();
                    let error = failure.and_then(|it| it.error.as_deref()).unwrap_or(error);
                    let why = failure
                        .and_then(|it| it.cause.as_deref())
                        .unwrap_or_default();
                    let why = why.lines().next().unwrap_or_default();
                    let colon = if why.is_empty() { "" } else { ": " };
                    format!("{} raised {error}{colon}{why}", cause.raised_by.name())
                }
                None => format!("ended with {error}"),
            };
            if is_first {
                out.write_char('\n')?;
                is_first = false;
            }
            let text = printable(&text);
            let text = fit(&text, self.width - 5);
            writeln!(
                out,
                "{}  {} {text}",
                style.bold(letter),
                style.paint(role, sign)
            )?;
        }
        Ok(())
    }
}

/// The branches of a state, or its items that are kept.
fn inner<'o>(visit: &Visit<'o>) -> Vec<Thread<'o>> {
    let mut threads = visit.threads();
    threads.extend(visit.running(20));
    threads
}

/// What is worth knowing where both visited a state.
fn note(one: &Visit<'_>, other: &Visit<'_>) -> String {
    let mut notes = Vec::new();
    let errors = [error_name(one), error_name(other)];
    if errors[0] != errors[1] {
        let told = |error: &Option<String>| error.clone().unwrap_or_else(|| String::from("—"));
        notes.push(format!("{} → {}", told(&errors[0]), told(&errors[1])));
    } else if let [Some(error), _] = &errors {
        notes.push(error.clone());
    }
    let counts = |what: &str, a: u64, b: u64| (a != b).then(|| format!("{a} → {b} {what}"));
    let tries = |visit: &Visit<'_>| visit.tries().len() as u64;
    notes.extend(counts("tries", tries(one), tries(other)));
    if one.state_type() == StateType::Map {
        let length = |visit: &Visit<'_>| visit.items().length.unwrap_or(0);
        notes.extend(counts("items", length(one), length(other)));
    }
    notes.join("   ")
}

/// `$.total: 12 → 13`
fn members(one: &Document, other: &Document, width: usize) -> Vec<String> {
    let read = |document: &Document| Json::parse(document.text.as_deref()?).ok();
    let (Some(one), Some(other)) = (read(one), read(other)) else {
        return vec![String::from("differs")];
    };
    let mut found = Vec::new();
    difference::compare(String::from("$"), Some(&one), Some(&other), &mut found);
    let left_out = found.len().saturating_sub(MAX_MEMBERS);
    let mut lines: Vec<String> = found
        .iter()
        .take(MAX_MEMBERS)
        .map(|member| changed(member, width))
        .collect();
    if left_out > 0 {
        lines.push(format!("… {left_out} more differences"));
    }
    if lines.is_empty() {
        lines.push(String::from("differs in its blanks only"));
    }
    lines
}

fn changed(member: &Member, width: usize) -> String {
    let told = |value: Option<&Json>| match value {
        None => String::from("(absent)"),
        Some(value) => filled(value, width / 2, 1).join(" "),
    };
    let (before, after) = (told(member.recorded.as_ref()), told(member.made.as_ref()));
    format!("{}: {before} → {after}", printable(&member.name))
}
