//! The lines around a finding's labels, ready to print: characters that a terminal would obey are
//! escaped, lines that are too wide for it are cut to what the labels need, and labels are moved
//! along.
//!
//! An excerpt costs what it shows, not what the file holds.

use std::ops::Range;

use crate::report::style::{columns, push_printable};
use crate::syntax::{Diagnostic, Label, LineIndex, Position};

/// What is shown at least on both sides of a label of a line that is cut.
const LEAST: usize = 10;
/// What is shown before it at most: what is said about the label stands to its right.
const BEFORE: usize = 24;
/// What is shown after it at most.
const AFTER: usize = 60;
/// What is underlined of a longer label.
const LONGEST_LABEL: usize = 120;
/// What stands between the middle of a label and its message.
const HOOK: usize = 4;
/// What a frame takes of the width beside a line and its number.
const FRAME: usize = 4;

/// Some lines of a file.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// The lines, each with a line break at its end.
    pub(super) text: String,
    /// Where they come from, in order.
    pub(super) lines: Vec<Line>,
    /// The finding's labels, in their order.
    pub(super) labels: Vec<Place>,
}

/// A line of an excerpt.
#[derive(Debug)]
pub(super) struct Line {
    /// Its number in the file, from 1.
    pub(super) number: usize,
    /// Where it begins in the excerpt's text.
    pub(super) start: usize,
}

/// Where a label stands.
#[derive(Debug)]
pub(super) struct Place {
    /// In the excerpt's text.
    pub(super) range: Range<usize>,
    /// In the file; columns are characters.
    pub(super) position: Position,
}

/// The first line of a label.
struct Mark {
    label: usize,
    line: usize,
    /// In bytes of the line's text.
    range: Range<usize>,
    /// The columns of its message.
    said: usize,
}

impl Excerpt {
    /// The lines of a finding's labels, and `context` lines before and after each, for a terminal
    /// of this width.
    pub(super) fn new(
        index: &LineIndex,
        finding: &Diagnostic,
        context: usize,
        width: usize,
    ) -> Self {
        let marks = marks(index, finding);
        let mut excerpt = Self {
            text: String::new(),
            lines: Vec::new(),
            labels: Vec::with_capacity(marks.len()),
        };
        for (mark, label) in marks.iter().zip(&finding.labels) {
            excerpt.labels.push(Place {
                range: 0..0,
                position: index.chars(label.span.start as usize),
            });
            debug_assert_eq!(mark.label + 1, excerpt.labels.len());
        }
        let numbers = numbers(index, &marks, context);
        let digits = numbers.last().map_or(0, |last| last.to_string().len());
        let room = width.saturating_sub(digits + FRAME);
        for number in numbers {
            excerpt.push_line(number, index.line_text(number), &marks, room);
        }
        excerpt
    }

    fn push_line(&mut self, number: usize, text: &str, marks: &[Mark], room: usize) {
        let start = self.text.len();
        self.lines.push(Line { number, start });
        let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.line == number).collect();
        let mut end = 0;
        for range in kept(text, &marks, room) {
            if range.start > end {
                self.text.push('…');
            }
            end = range.end;
            self.push_part(text, range, &marks);
        }
        if end < text.len() {
            self.text.push('…');
        }
        self.text.push('\n');
    }

    fn push_part(&mut self, text: &str, part: Range<usize>, marks: &[&Mark]) {
        let at = part.start;
        for (offset, char) in text[part.clone()].char_indices() {
            self.move_labels(at + offset, marks);
            match char {
                '\t' => self.text.push(char),
                _ => push_printable(&mut self.text, char),
            }
        }
        self.move_labels(part.end, marks);
    }

    /// The labels that begin or end here in the line do so at the end of what is written.
    fn move_labels(&mut self, here: usize, marks: &[&Mark]) {
        let at = self.text.len();
        for mark in marks {
            let range = &mut self.labels[mark.label].range;
            if mark.range.start == here {
                *range = at..at;
            }
            if mark.range.end == here {
                range.end = at;
            }
        }
    }
}

/// A label that runs over several lines is shown on its first.
fn marks(index: &LineIndex, finding: &Diagnostic) -> Vec<Mark> {
    let mark = |(at, label): (usize, &Label)| {
        let span = label.span.range();
        let position = index.bytes(span.start);
        let text = index.line_text(position.line);
        let start = floor(text, position.column - 1);
        let length = span.end.saturating_sub(span.start).min(LONGEST_LABEL);
        Mark {
            label: at,
            line: position.line,
            range: start..floor(text, start + length).max(start),
            said: columns(&label.message),
        }
    };
    finding.labels.iter().enumerate().map(mark).collect()
}

/// The lines to show; not the empty one after the last line break.
fn numbers(index: &LineIndex, marks: &[Mark], context: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = marks
        .iter()
        .flat_map(|mark| {
            let first = mark.line.saturating_sub(context).max(1);
            let last = (mark.line + context).min(index.lines());
            let is_shown = |line: &usize| {
                *line <= mark.line || *line < index.lines() || !index.line_text(*line).is_empty()
            };
            (first..=last).filter(is_shown).collect::<Vec<_>>()
        })
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The parts of a line to show, in order, apart from each other.
fn kept(text: &str, marks: &[&Mark], room: usize) -> Vec<Range<usize>> {
    // A line that is far too long is not walked to its end: it may hold the whole file.
    if text.len() <= 4 * room && columns(text) <= room {
        return std::iter::once(0..text.len()).collect();
    }
    // The sign for what is cut takes a column.
    let room = room.saturating_sub(1);
    let end = marks.iter().map(|mark| mark.range.end).max().unwrap_or(0);
    if end <= room {
        return std::iter::once(0..floor(text, room)).collect();
    }
    let labels: usize = marks.iter().map(|mark| mark.range.len()).sum();
    let free = room.saturating_sub(labels) / marks.len();
    let around = |mark: &&Mark| {
        let told = mark.range.len() / 2 + HOOK + mark.said;
        let before = (free / 2).min(room.saturating_sub(told));
        let before = before.clamp(LEAST, BEFORE);
        let after = free.saturating_sub(before).clamp(LEAST, AFTER);
        let start = floor(text, mark.range.start.saturating_sub(before));
        start..floor(text, mark.range.end + after)
    };
    let mut parts: Vec<Range<usize>> = marks.iter().map(around).collect();
    parts.sort_unstable_by_key(|part| part.start);
    let mut apart: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match apart.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => apart.push(part),
        }
    }
    apart
}

/// The character boundary at or before a byte of a text.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
