//! The failure block: what ended the execution, what came first, and what it was given.

use std::fmt;

use super::json::{bounded, filled, spread};
use super::{About, duration, kind, mark, short_name, size};
use crate::data::{Json, Timestamp};
use crate::history::outline::{FirstCause, Link, Outline, Status, Step, Visit};
use crate::report::style::{MIN_WIDTH, Role, Style, columns, fit, pad, printable, split_at_word};

/// Where the values stand.
const COLUMN: usize = 16;

/// Longer lines are hard to read.
const MAX_WIDTH: usize = 120;

/// How many lines a cause or an input may take.
const MAX_LINES: usize = 24;

/// The longest way that is shown in full.
const MAX_PATH: usize = 9;

/// How many states at work are listed.
const MAX_AT_WORK: usize = 5;

/// Writes why an execution failed, timed out or was aborted, and the hints; nothing otherwise.
///
/// # Errors
/// Those of `out`.
pub fn render(
    outline: &Outline,
    about: &About<'_>,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut block = Block { style, out };
    match outline.summary().status {
        Status::Failed => block.failed(outline, about)?,
        Status::TimedOut => block.stopped(outline, "the execution timed out")?,
        Status::Aborted => block.stopped(outline, "the execution was aborted")?,
        Status::Running | Status::Succeeded | Status::Caught => {}
    }
    block.hints(about)
}

/// Labels with their values, in two columns.
pub(super) struct Block<'a> {
    pub(super) style: &'a Style,
    pub(super) out: &'a mut dyn fmt::Write,
}

impl Block<'_> {
    fn failed(&mut self, outline: &Outline, about: &About<'_>) -> fmt::Result {
        let summary = outline.summary();
        let error = summary
            .error
            .as_deref()
            .unwrap_or("an error without a name");
        // The bound on events ends an execution whose states have done nothing wrong.
        let blamed = |cause: &FirstCause<'_>| cause.raised_by.status() != Status::Succeeded;
        let Some(cause) = outline.first_cause().filter(blamed) else {
            self.title(Status::Failed, "the execution failed with ", error)?;
            return self.error(summary.error.as_deref(), summary.cause.as_deref());
        };
        let name = printable(cause.ended_by.name());
        let text = format!("{name} ended the execution with ");
        self.title(Status::Failed, &text, error)?;
        self.first_cause(outline, about, &cause)?;
        if cause.caught_in.is_some() && summary.cause.is_some() {
            self.cause("ended with", summary.cause.as_deref())?;
        }
        Ok(())
    }

    fn first_cause(
        &mut self,
        outline: &Outline,
        about: &About<'_>,
        cause: &FirstCause<'_>,
    ) -> fmt::Result {
        let (first, summary) = (cause.raised_by, outline.summary());
        self.field("first cause", &whereabouts(&first, summary.started))?;
        self.field("state path", &path(cause, about.machine))?;
        let failure = first.failure();
        self.error(
            failure.and_then(|failure| failure.error.as_deref()),
            failure.and_then(|failure| failure.cause.as_deref()),
        )?;
        self.input(&first)?;
        let Some(caught) = cause.caught_in else {
            return Ok(());
        };
        let next = caught.next().unwrap_or_default();
        let found = about.catcher.and_then(|find| find(caught.name(), next));
        let told = found.unwrap_or_else(|| format!("a Catch of {} → {next}", caught.name()));
        self.field("handled by", &told)
    }

    /// An end from outside: what was it doing?
    fn stopped(&mut self, outline: &Outline, title: &str) -> fmt::Result {
        let summary = outline.summary();
        self.title(summary.status, title, "")?;
        self.error(summary.error.as_deref(), summary.cause.as_deref())?;
        let at_work = outline.at_work(MAX_AT_WORK);
        for visit in &at_work {
            let time = duration(visit.millis());
            let (state, event) = (state(visit), visit.event());
            self.field("at work", &format!("{state} for {time}, event {event}"))?;
        }
        match at_work.as_slice() {
            [only] => self.input(only),
            _ => Ok(()),
        }
    }

    fn title(&mut self, status: Status, text: &str, error: &str) -> fmt::Result {
        let (sign, role) = mark(status);
        let line = format!("{sign} {}{}", text, printable(error));
        self.out.write_char('\n')?;
        for line in wrapped(&line, self.style.width.max(MIN_WIDTH)) {
            writeln!(self.out, "{}", self.style.paint(role, &line))?;
        }
        self.out.write_char('\n')
    }

    pub(super) fn error(&mut self, error: Option<&str>, cause: Option<&str>) -> fmt::Result {
        if let Some(error) = error {
            self.field("error", error)?;
        }
        self.cause("cause", cause)
    }

    /// A cause is often the JSON that a function answered.
    fn cause(&mut self, label: &str, cause: Option<&str>) -> fmt::Result {
        let Some(cause) = cause.filter(|cause| !cause.is_empty()) else {
            return Ok(());
        };
        let is_document = |value: &Json| value.as_object().is_some() || value.as_array().is_some();
        let lines = if let Some(value) = Json::parse(cause).ok().filter(is_document) {
            let mut lines = vec![String::from("(JSON string, decoded)")];
            lines.extend(spread(&value, self.room(), MAX_LINES));
            lines
        } else {
            // A trace in words has lines of its own.
            let lines = cause.lines().take(MAX_LINES + 1);
            let lines = lines.flat_map(|line| wrapped(&printable(line), self.room()));
            bounded(lines.collect(), MAX_LINES)
        };
        self.lines(label, Role::Plain, &lines)
    }

    fn input(&mut self, visit: &Visit<'_>) -> fmt::Result {
        let Some(input) = visit.input() else {
            return Ok(());
        };
        let name = short_name(visit.name(), self.room() / 2);
        let mut lines = vec![format!("(at {name}, {})", size(input.size()))];
        if let Some(value) = input.json() {
            lines.extend(filled(&value, self.room(), MAX_LINES));
        }
        self.lines("input", Role::Plain, &lines)
    }

    pub(super) fn field(&mut self, label: &str, value: &str) -> fmt::Result {
        let lines = wrapped(&printable(value), self.room());
        let role = if label == "error" {
            Role::Bad
        } else {
            Role::Plain
        };
        self.lines(label, role, &lines)
    }

    /// A document, as far as a few lines hold it.
    pub(super) fn document(
        &mut self,
        label: &str,
        bytes: usize,
        json: Option<Json>,
    ) -> fmt::Result {
        let mut lines = vec![format!("({})", size(bytes))];
        if let Some(json) = json {
            lines.extend(filled(&json, self.room(), MAX_LINES));
        }
        self.lines(label, Role::Plain, &lines)
    }

    /// A line for each of these.
    pub(super) fn list(&mut self, label: &str, texts: &[String]) -> fmt::Result {
        let room = self.room();
        let lines: Vec<String> = texts
            .iter()
            .map(|text| fit(&printable(text), room).into_owned())
            .collect();
        self.lines(label, Role::Plain, &lines)
    }

    fn lines(&mut self, label: &str, role: Role, lines: &[String]) -> fmt::Result {
        for (at, line) in lines.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let gap = COLUMN - 2 - label.len();
            write!(self.out, "  {}", self.style.dim(label))?;
            pad(self.out, gap)?;
            // The note above a document is not part of it.
            let role = if at == 0 && line.starts_with('(') {
                Role::Dim
            } else {
                role
            };
            writeln!(self.out, "{}", self.style.paint(role, line))?;
        }
        Ok(())
    }

    fn hints(&mut self, about: &About<'_>) -> fmt::Result {
        let widest = about.hints.iter().map(|hint| columns(&hint.label)).max();
        for (at, hint) in about.hints.iter().enumerate() {
            if at == 0 {
                self.out.write_char('\n')?;
            }
            let label = printable(&hint.label);
            write!(
                self.out,
                "{} {label}:",
                self.style.paint(Role::Busy, "hint:")
            )?;
            pad(
                self.out,
                widest.unwrap_or(0).saturating_sub(columns(&label)) + 2,
            )?;
            writeln!(self.out, "{}", printable(&hint.command))?;
        }
        Ok(())
    }

    fn room(&self) -> usize {
        self.style.width.clamp(MIN_WIDTH, MAX_WIDTH) - COLUMN
    }
}

/// `ChargeCard (Task lambda:invoke, try 2 of 2) at +15.21 s, event 41`
fn whereabouts(visit: &Visit<'_>, start: Option<Timestamp>) -> String {
    let (at, event) = match visit.failure() {
        Some(failure) => (failure.at, failure.event),
        None => (visit.entered(), visit.event()),
    };
    let since = duration(at.since(start.unwrap_or(at)));
    format!("{} at +{since}, event {event}", state(visit))
}

/// `ChargeCard (Task lambda:invoke, try 2 of 2)`
fn state(visit: &Visit<'_>) -> String {
    let tries = match visit.tries().len() {
        0 | 1 => String::new(),
        count => format!(", try {count} of {count}"),
    };
    format!("{} ({}{tries})", visit.name(), kind(visit, false))
}

/// `order-workflow › Fulfil[1] › ChargeCard ⇢ RefundStock › OrderFailed`
fn path(cause: &FirstCause<'_>, machine: Option<&str>) -> String {
    let mut path = machine.unwrap_or("the execution").to_owned();
    let count = cause.path.len();
    for (at, step) in cause.path.iter().enumerate() {
        if count > MAX_PATH && (MAX_PATH / 2..count - MAX_PATH / 2).contains(&at) {
            if at == MAX_PATH / 2 {
                path.push_str(" › …");
            }
            continue;
        }
        path.push_str(&part(step));
    }
    path
}

fn part(step: &Step<'_>) -> String {
    let arrow = match step.link {
        Link::Next | Link::Inside => "›",
        Link::Catch => "⇢",
    };
    let number = step.number.map(|number| format!("[{number}]"));
    format!(
        " {arrow} {}{}",
        step.visit.name(),
        number.unwrap_or_default()
    )
}

/// Lines broken between words, or inside of words that are longer than a line.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while columns(rest) > width && lines.len() < MAX_LINES {
        let (head, tail) = split_at_word(rest, width);
        lines.push(head.trim_end().to_owned());
        rest = tail.trim_start();
    }
    if !rest.is_empty() || lines.is_empty() {
        lines.push(fit(rest, width).into_owned());
    }
    lines
}
