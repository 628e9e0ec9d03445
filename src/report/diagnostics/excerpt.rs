//! The lines around a finding's labels, ready to print: characters that a terminal would obey are
//! escaped, lines of minified files are cut to what the labels need, and labels are moved along.
//!
//! An excerpt costs what it shows, not what the file holds.

use std::ops::Range;

use crate::report::style::push_printable;
use crate::syntax::{Diagnostic, LineIndex, Position};

/// Lines up to this many bytes are shown whole.
const WHOLE: usize = 240;
/// What is shown around a label of a longer line.
const MARGIN: usize = 60;
/// What is underlined of a longer label.
const LONGEST_LABEL: usize = 120;

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
}

impl Excerpt {
    /// The lines of a finding's labels, and `context` lines before and after each.
    pub(super) fn new(index: &LineIndex, finding: &Diagnostic, context: usize) -> Self {
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
        for number in numbers(index, &marks, context) {
            excerpt.push_line(number, index.line_text(number), &marks);
        }
        excerpt
    }

    fn push_line(&mut self, number: usize, text: &str, marks: &[Mark]) {
        let start = self.text.len();
        self.lines.push(Line { number, start });
        let marks: Vec<&Mark> = marks.iter().filter(|mark| mark.line == number).collect();
        let mut end = 0;
        for range in kept(text, &marks) {
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
    let mark = |(label, span): (usize, Range<usize>)| {
        let position = index.bytes(span.start);
        let text = index.line_text(position.line);
        let start = floor(text, position.column - 1);
        let length = span.end.saturating_sub(span.start).min(LONGEST_LABEL);
        Mark {
            label,
            line: position.line,
            range: start..floor(text, start + length).max(start),
        }
    };
    let spans = finding.labels.iter().map(|label| label.span.range());
    spans.enumerate().map(mark).collect()
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
fn kept(text: &str, marks: &[&Mark]) -> Vec<Range<usize>> {
    if text.len() <= WHOLE {
        return std::iter::once(0..text.len()).collect();
    }
    if marks.is_empty() {
        return std::iter::once(0..floor(text, 2 * MARGIN)).collect();
    }
    let around = |mark: &&Mark| {
        let start = floor(text, mark.range.start.saturating_sub(MARGIN));
        start..floor(text, mark.range.end + MARGIN)
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
