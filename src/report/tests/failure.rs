//! What failed of a case: where its run left the path and why, both documents side by side, the
//! end of its tree, and how to run it again alone.

use std::fmt::{self, Write};

use crate::data::Json;
use crate::engine::Outcome;
use crate::history::outline::{Input, Status as Ended};
use crate::report::diff::{self, Change};
use crate::report::histories::json::filled;
use crate::report::histories::{self, About as AboutHistory, Definition};
use crate::report::style::{
    MIN_WIDTH, Role, Style, columns, fit, printable, printable_json, split_at_word,
};
use crate::suite::{
    Departure, Difference, Document, Failed, Match, Mismatch, Names, Status, Tested, Why,
};

/// Where the values stand.
const COLUMN: usize = 11;

/// Longer lines are hard to read.
const MAX_WIDTH: usize = 120;

/// How many lines of a comparison are shown.
const MAX_LINES: usize = 40;

/// How many places that differ are named.
const MAX_PLACES: usize = 8;

/// How many of the last lines of the tree are shown.
const MAX_TREE: usize = 12;

/// How many lines of an input or a payload are shown.
const MAX_INPUT: usize = 6;

/// How many states before and after a place of a path are shown.
const MAX_PATH: usize = 4;

/// What a case does not say of itself.
pub struct About<'a> {
    /// Its machine.
    pub machine: &'a str,
    /// The states of its machine.
    pub names: &'a Names,
    /// The definition of its machine.
    pub definition: &'a Definition<'a>,
    /// Where a state stands: `order.asl.json:12:5`.
    pub place: &'a dyn Fn(&str) -> Option<String>,
    /// The command that runs it alone.
    pub again: &'a str,
}

/// What failed, in a line without places.
#[must_use]
pub fn headline(failed: &Failed) -> String {
    let first = failed.mismatches.first();
    first.map_or_else(String::new, |first| in_words(failed, first))
}

/// A mismatch in a line.
#[must_use]
pub fn in_words(failed: &Failed, mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::Unmocked { state, calls } => {
            let again = if *calls > 1 { ", which was called" } else { "" };
            let times = if *calls > 1 {
                format!(" {calls} times")
            } else {
                String::new()
            };
            format!("there is no mock for the Task \"{state}\"{again}{times}")
        }
        Mismatch::Status { expected, .. } => {
            format!("expected {}, was {}", expected.as_str(), ended(failed))
        }
        Mismatch::Runtime => format!("the execution could not go on: {}", ended(failed)),
        Mismatch::Text {
            member,
            expected,
            actual,
        } => {
            let actual = match actual {
                Some(actual) => format!("\"{actual}\""),
                None => "none".to_owned(),
            };
            format!("expected `{member}` \"{expected}\", was {actual}")
        }
        Mismatch::Path(Departure { at, expected }) => match &expected[..] {
            [] => format!("the path should be over after {at} states"),
            states => format!(
                "expected {} as state {} of the path",
                states.join(" or "),
                at + 1
            ),
        },
        Mismatch::Calls {
            state,
            expected,
            actual,
        } => format!("expected {expected} calls of \"{state}\", were {actual}"),
        Mismatch::Document {
            what, differences, ..
        } => {
            let places: Vec<&str> = differences.iter().map(|it| &*it.path).collect();
            format!("{} differs at {}", name_of(what), places.join(", "))
        }
    }
}

fn name_of(what: &Document) -> String {
    match what {
        Document::Output(Match::Equal) => "`output`".to_owned(),
        Document::Output(Match::Includes) => "`output-includes`".to_owned(),
        Document::Payload { state, number, .. } => format!("call {number} of \"{state}\""),
    }
}

/// `FAILED with Payment.Declined: no funds`
fn ended(failed: &Failed) -> String {
    let status = failed.ran.status().as_str();
    match &failed.ran.outcome {
        Outcome::Failed(error) | Outcome::Aborted(error) => format!("{status} with {error}"),
        Outcome::Succeeded(_) | Outcome::TimedOut => status.to_owned(),
    }
}

/// Writes the block of a case that failed; nothing of another one.
///
/// # Errors
/// Those of `out`.
pub fn render(
    tested: &Tested,
    failed: &Failed,
    about: &About<'_>,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let width = style.width.clamp(MIN_WIDTH, MAX_WIDTH);
    let mut block = Block {
        failed,
        about,
        style,
        width,
        out,
    };
    block.title(tested)?;
    for mismatch in &failed.mismatches {
        block.mismatch(mismatch)?;
    }
    block.tree()?;
    block.field("again", about.again, Role::Dim)
}

struct Block<'a> {
    failed: &'a Failed,
    about: &'a About<'a>,
    style: &'a Style,
    width: usize,
    out: &'a mut dyn fmt::Write,
}

impl Block<'_> {
    /// `✖ order.asltest.yaml::declined ───── order.asltest.yaml:12:3`
    fn title(&mut self, tested: &Tested) -> fmt::Result {
        let (line, column) = tested.place;
        let place = format!("{}:{line}:{column}", printable(&tested.suite));
        let name = format!("✖ {}", printable(&tested.case));
        let room = self.width.saturating_sub(columns(&place) + 4).max(20);
        let name = fit(&name, room).into_owned();
        let rule = self
            .width
            .saturating_sub(columns(&name) + columns(&place) + 2);
        writeln!(
            self.out,
            "{} {} {}\n",
            self.style.bad(&name),
            self.style.dim(&"─".repeat(rule)),
            self.style.path(&place)
        )
    }

    /// A label, and a text beside it that goes on below itself.
    fn field(&mut self, label: &str, text: &str, role: Role) -> fmt::Result {
        let room = self.width.saturating_sub(COLUMN + 2).max(20);
        let mut lead = format!("  {label:COLUMN$}");
        for line in text.lines() {
            let line = printable(line);
            let mut rest = &*line;
            loop {
                // A command is copied as a whole.
                let whole = label == "again";
                let (head, tail) = if whole {
                    (rest, "")
                } else {
                    split_at_word(rest, room)
                };
                writeln!(
                    self.out,
                    "{}{}",
                    self.style.bold(&lead),
                    self.style.paint(role, head.trim_end())
                )?;
                lead = format!("  {:COLUMN$}", "");
                rest = tail;
                if rest.is_empty() {
                    break;
                }
            }
        }
        Ok(())
    }

    fn mismatch(&mut self, mismatch: &Mismatch) -> fmt::Result {
        match mismatch {
            Mismatch::Path(departure) => self.path(departure)?,
            Mismatch::Unmocked { state, .. } => {
                let text = in_words(self.failed, mismatch);
                let place = (self.about.place)(state).unwrap_or_default();
                let help = format!("{place}\nadd it below `mocks`: {state}: {{ return: {{}} }}");
                self.field("no mock", &text, Role::Bad)?;
                self.field("", &help, Role::Dim)?;
            }
            Mismatch::Status { expected, actual } => self.status(*expected, *actual)?,
            Mismatch::Runtime => {
                let text = in_words(self.failed, mismatch);
                self.field("status", &text, Role::Plain)?;
                self.why_it_failed()?;
            }
            Mismatch::Text {
                member,
                expected,
                actual,
            } => {
                self.field(member, &format!("- {expected}"), Role::Bad)?;
                let actual = actual.as_deref().unwrap_or("(none)");
                self.field("", &format!("+ {actual}"), Role::Ok)?;
            }
            Mismatch::Calls { state, .. } => {
                let text = in_words(self.failed, mismatch);
                self.field("calls", &text, Role::Plain)?;
                if !self.has_payloads(state) {
                    self.payloads(state)?;
                }
            }
            Mismatch::Document {
                what,
                differences,
                expected,
                actual,
            } => {
                self.document(what, differences)?;
                self.comparison(expected, actual)?;
            }
        }
        self.out.write_char('\n')
    }

    fn status(&mut self, expected: Status, actual: Status) -> fmt::Result {
        let text = format!("expected {}, was {}", expected.as_str(), ended(self.failed));
        self.field("status", &text, Role::Plain)?;
        if let Outcome::Succeeded(output) = &self.failed.ran.outcome {
            let text = fit(&output.text(), self.width * 2).into_owned();
            self.field("", &format!("with the output {text}"), Role::Dim)?;
        }
        match actual {
            Status::Succeeded => Ok(()),
            Status::Failed | Status::TimedOut | Status::Aborted => self.why_it_failed(),
        }
    }

    /// The state that failed first, where it stands, and what it was given.
    fn why_it_failed(&mut self) -> fmt::Result {
        let outline = &self.failed.ran.observed.outline;
        let Some(cause) = outline.first_cause() else {
            return Ok(());
        };
        let first = cause.raised_by;
        let place = (self.about.place)(first.name());
        let place = place.map(|place| format!(", {place}")).unwrap_or_default();
        let text = format!("{} (event {}){place}", first.name(), first.event().0);
        self.field("failed in", &text, Role::Path)?;
        let input = first.input().and_then(Input::json);
        match input {
            Some(input) => self.filled("input", &input),
            None => Ok(()),
        }
    }

    /// A document in a few lines.
    fn filled(&mut self, label: &str, value: &Json) -> fmt::Result {
        let room = self.width.saturating_sub(COLUMN + 2).max(20);
        let lines = filled(value, room, MAX_INPUT);
        self.field(label, &lines.join("\n"), Role::Plain)
    }

    /// Where the run left the path, what it did instead, and why.
    fn path(&mut self, departure: &Departure) -> fmt::Result {
        let visits = &self.failed.ran.observed.visits;
        let name = |at: usize| visits.get(at).map(|it| self.about.names.name(it.state));
        let from = departure.at.saturating_sub(MAX_PATH);
        let mut on: Vec<&str> = (from..departure.at)
            .filter_map(|at| Some(&**name(at)?))
            .collect();
        if from > 0 {
            on.insert(0, "…");
        }
        let last = departure.at.checked_sub(1).and_then(name);
        let after = last.map_or_else(
            || "at the beginning".to_owned(),
            |last| format!("after {last}"),
        );
        let side = |sign: &str, next: String| {
            let steps = on.iter().copied().chain([&*next]);
            format!("{sign} {}", steps.collect::<Vec<_>>().join(" › "))
        };
        let expected = match &departure.expected[..] {
            [] => "the end".to_owned(),
            states => states.join(" or "),
        };
        let rest = (departure.at..).map_while(name).take(MAX_PATH);
        let rest: Vec<&str> = rest.map(|name| &**name).collect();
        let actual = match &rest[..] {
            [] => "the end".to_owned(),
            states => states.join(" › "),
        };
        let (expected, actual) = (side("-", expected), side("+", actual));
        let why = self.why(departure);
        self.field("path", &format!("left {after}"), Role::Plain)?;
        self.field("", &expected, Role::Bad)?;
        self.field("", &actual, Role::Ok)?;
        match why {
            Some(why) => self.field("because", &why, Role::Plain),
            None => Ok(()),
        }
    }

    /// The event by which the last state on the path led elsewhere.
    fn why(&self, departure: &Departure) -> Option<String> {
        let ran = &self.failed.ran;
        let last = &ran.observed.visits[departure.at.checked_sub(1)?];
        let next = ran.observed.visits.get(departure.at);
        let name = self.about.names.name(last.state);
        let next = next.map(|next| self.about.names.name(next.state));
        let event = last.left.unwrap_or(last.entered).0;
        let text = match (&last.why, next) {
            (Some(Why::Rule(None)), _) => format!("{name} took its Default"),
            (Some(Why::Rule(Some(rule))), next) => {
                let condition = next.and_then(|next| self.about.definition.condition(name, next));
                let condition = condition.map(|it| format!(": {it}")).unwrap_or_default();
                format!("{name} took rule {}{condition}", rule + 1)
            }
            (Some(Why::Caught(catcher, error)), _) => {
                let error = error.as_deref().unwrap_or("an error without a name");
                format!("{name} failed with {error}, and Catch[{catcher}] took it")
            }
            (None, Some(next)) => format!("`Next` of {name} is {next}"),
            (None, None) if ran.status() == Status::Succeeded => format!("{name} ends the machine"),
            (None, None) => format!("the execution ended in {name}: {}", ended(self.failed)),
        };
        Some(format!("{text} (event {event})"))
    }

    /// Whether payloads of a state are shown already, because one is wrong.
    fn has_payloads(&self, called: &str) -> bool {
        self.failed.mismatches.iter().any(|mismatch| {
            matches!(mismatch, Mismatch::Document { what: Document::Payload { state, .. }, .. }
                if &**state == called)
        })
    }

    /// What calls of a state were given.
    fn payloads(&mut self, state: &str) -> fmt::Result {
        let number = self.about.names.number(state);
        let calls = self.failed.ran.observed.calls.iter();
        let calls = calls.filter(|call| Some(call.state) == number);
        for (at, call) in calls.take(MAX_PLACES).enumerate() {
            let label = format!("  {}.", at + 1);
            self.filled(&label, &call.payload)?;
        }
        Ok(())
    }

    /// What differs, and the places in it.
    fn document(&mut self, what: &Document, differences: &[Difference]) -> fmt::Result {
        let (label, title) = match what {
            Document::Output(Match::Equal) => ("output", "the output differs".to_owned()),
            Document::Output(Match::Includes) => {
                ("output", "the output does not include this".to_owned())
            }
            Document::Payload {
                state,
                number,
                event,
            } => {
                let event = event.0;
                let title =
                    format!("call {number} of {state} (event {event}) was given another payload");
                ("calls", title)
            }
        };
        self.field(label, &title, Role::Plain)?;
        let shown = &differences[..differences.len().min(MAX_PLACES)];
        let width = shown.iter().map(|it| columns(&printable(&it.path))).max();
        let width = width.unwrap_or(0).min(self.width / 3);
        for difference in shown {
            self.place(difference, width)?;
        }
        let more = differences.len() - shown.len();
        if more > 0 {
            self.field("", &format!("… {more} more places"), Role::Dim)?;
        }
        Ok(())
    }

    /// `$.total   51.9 → 45`
    fn place(&mut self, difference: &Difference, width: usize) -> fmt::Result {
        let path = printable(&difference.path);
        let path = fit(&path, width);
        let pad = width - columns(&path);
        let room = (self.width.saturating_sub(width + COLUMN + 8) / 2).max(6);
        let shown = |value: Option<&Json>| match value {
            None => "(absent)".to_owned(),
            Some(value) => fit(&printable(&value.text()), room).into_owned(),
        };
        let expected = shown(difference.expected.as_ref());
        let actual = shown(difference.actual.as_ref());
        writeln!(
            self.out,
            "  {:COLUMN$}{}{:pad$}  {} → {}",
            "",
            self.style.path(&path),
            "",
            self.style.bad(&expected),
            self.style.ok(&actual)
        )
    }

    /// Both documents, line by line.
    fn comparison(&mut self, expected: &Json, actual: &Json) -> fmt::Result {
        let is_small = |value: &Json| value.depth() == 0;
        if is_small(expected) && is_small(actual) {
            return Ok(());
        }
        let lines = diff::lines(&pretty(expected), &pretty(actual), 2);
        self.out.write_char('\n')?;
        let left_out = lines.len().saturating_sub(MAX_LINES);
        for (change, line) in lines.iter().take(MAX_LINES) {
            let (sign, role) = match change {
                Change::Same => (' ', Role::Dim),
                Change::Removed => ('-', Role::Bad),
                Change::Added => ('+', Role::Ok),
                Change::Gap => ('⋮', Role::Dim),
            };
            let line = format!("{sign} {}", printable_json(line));
            let line = fit(line.trim_end(), self.width.saturating_sub(COLUMN + 2)).into_owned();
            writeln!(
                self.out,
                "  {:COLUMN$}{}",
                "",
                self.style.paint(role, &line)
            )?;
        }
        if left_out > 0 {
            self.field("", &format!("… {left_out} more lines"), Role::Dim)?;
        }
        Ok(())
    }

    /// The end of the execution's tree.
    fn tree(&mut self) -> fmt::Result {
        let outline = &self.failed.ran.observed.outline;
        if outline.summary().status == Ended::Running {
            return Ok(());
        }
        let definition = self.about.definition;
        let condition = |state: &str, next: &str| definition.condition(state, next);
        let about = AboutHistory {
            machine: Some(self.about.machine),
            condition: Some(&condition),
            ..AboutHistory::default()
        };
        let style = Style::new(self.style.color, self.width.saturating_sub(2));
        let mut text = String::new();
        histories::tree::render(outline, &about, &style, &mut text)?;
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let Some((head, rest)) = lines.split_first() else {
            return Ok(());
        };
        writeln!(self.out, "  {head}")?;
        let left_out = rest.len().saturating_sub(MAX_TREE);
        if left_out > 0 {
            let text = format!("… {left_out} lines before");
            writeln!(self.out, "  {}", self.style.dim(&text))?;
        }
        for line in &rest[left_out..] {
            writeln!(self.out, "  {line}")?;
        }
        self.out.write_char('\n')
    }
}

fn pretty(value: &Json) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("a document has string keys");
    text.write_char('\n').expect("a string takes all");
    text
}
