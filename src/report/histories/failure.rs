//! The failure block in a terminal: what ended the execution, what came first, what it was given.

use std::fmt;

use super::blame::{Blame, Hop, Line, Place, StatePath};
use super::json::{bounded, filled, spread};
use super::{About, mark, short_name, size};
use crate::data::Json;
use crate::history::outline::{Link, Outline, Status, Step, Visit};
use crate::report::style::{MIN_WIDTH, Role, Style, columns, fit, pad, printable, split_at_word};

/// Where the values stand.
const COLUMN: usize = 16;

/// Longer lines are hard to read.
const MAX_WIDTH: usize = 120;

/// How many lines a cause or an input may take.
const MAX_LINES: usize = 24;

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
    if let Some(blame) = Blame::of(outline, about) {
        block.title(blame.status, &blame.title)?;
        for line in &blame.lines {
            block.line(line)?;
        }
    }
    block.hints(about)
}

/// Labels with their values, in two columns.
pub(super) struct Block<'a> {
    pub(super) style: &'a Style,
    pub(super) out: &'a mut dyn fmt::Write,
}

impl Block<'_> {
    fn title(&mut self, status: Status, title: &str) -> fmt::Result {
        let (sign, role) = mark(status);
        let line = format!("{sign} {}", printable(title));
        self.out.write_char('\n')?;
        for line in wrapped(&line, self.style.width.max(MIN_WIDTH)) {
            writeln!(self.out, "{}", self.style.paint(role, &line))?;
        }
        self.out.write_char('\n')
    }

    fn line(&mut self, line: &Line<'_>) -> fmt::Result {
        let label = line.label();
        match line {
            Line::FirstCause(place) | Line::AtWork(place) => self.field(label, &told(place)),
            Line::StatePath(path) => self.field(label, &way(path)),
            Line::Error(text) => self.field(label, text),
            Line::HandledBy(text) => self.field(label, text),
            Line::Cause(text) | Line::EndedWith(text) => self.cause(label, Some(text)),
            Line::Input(visit) => self.input(label, visit),
        }
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

    fn input(&mut self, label: &str, visit: &Visit<'_>) -> fmt::Result {
        let Some(input) = visit.input() else {
            return Ok(());
        };
        let name = short_name(visit.name(), self.room() / 2);
        let mut lines = vec![format!("(at {name}, {})", size(input.size()))];
        if let Some(value) = input.json() {
            lines.extend(filled(&value, self.room(), MAX_LINES));
        }
        self.lines(label, Role::Plain, &lines)
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

fn told(place: &Place<'_>) -> String {
    let (name, words, event) = (place.visit.name(), &place.words, place.event);
    format!("{name} {words}, event {event}")
}

fn way(path: &StatePath<'_>) -> String {
    let mut way = path.machine.clone();
    for hop in &path.hops {
        match hop {
            Hop::LeftOut => way.push_str(" › …"),
            Hop::Through(step) => way.push_str(&part(step)),
        }
    }
    way
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
