//! Where the characters of a string stand in its source.
//!
//! Escapes, folded lines and indentation make a decoded text differ from what is written. Here the
//! text is decoded once more, as stretches that name their places, up to the character that
//! somebody asks for: only findings ask. The styles are told apart by their first character, as
//! JSON and YAML tell them apart; what a quoted string may hold is the union of both.

mod block;
mod flow;
#[cfg(test)]
mod tests;

use super::Span;
use block::Block;
use flow::Flow;

/// A stretch of a decoded text and what is written for it. Of equal lengths, every character
/// stands at its own place; else they are one character or one line break, and what is written
/// for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: Span,
    pub(super) source: Span,
}

impl Run {
    pub(super) fn is_verbatim(self) -> bool {
        self.text.end - self.text.start == self.source.end - self.source.start
    }

    /// Where the character at an offset of the text begins.
    pub(super) fn start_of(self, offset: u32) -> u32 {
        if self.is_verbatim() {
            self.source.start + (offset - self.text.start)
        } else {
            self.source.start
        }
    }

    /// Where the character before an offset of the text ends.
    pub(super) fn end_of(self, offset: u32) -> u32 {
        if self.is_verbatim() {
            self.source.start + (offset - self.text.start)
        } else {
            self.source.end
        }
    }
}

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `"…"` of JSON and YAML.
    Double,
    /// `'…'`
    Single,
    /// Without quotes.
    Plain,
    /// `|`: line by line.
    Literal,
    /// `>`: lines are joined.
    Folded,
}

impl Style {
    /// The style of the string that stands at a place; `None` when no string can stand there, but
    /// an alias or a function of a template that makes one.
    pub(super) fn of(written: &str) -> Option<Self> {
        match written.as_bytes().first() {
            Some(b'"') => Some(Self::Double),
            Some(b'\'') => Some(Self::Single),
            Some(b'|') => Some(Self::Literal),
            Some(b'>') => Some(Self::Folded),
            Some(b'*' | b'!' | b'&' | b'{' | b'[') => None,
            _ => Some(Self::Plain),
        }
    }
}

/// The stretches of a string, in order.
pub(super) struct Runs<'t> {
    cursor: Cursor<'t>,
    style: Styled,
}

enum Styled {
    Flow(Flow),
    Block(Block),
}

/// A place in what is written and in the text that it stands for.
struct Cursor<'t> {
    source: &'t str,
    at: usize,
    end: usize,
    decoded: usize,
    /// Up to here every line break is a character, and blanks are none.
    gap_end: usize,
}

impl<'t> Runs<'t> {
    /// The string at `span` of a source; `None` when none can stand there.
    pub(super) fn new(source: &'t str, span: Span) -> Option<Self> {
        let style = Style::of(source.get(span.range())?)?;
        let mut cursor = Cursor {
            source,
            at: span.start as usize,
            end: span.end as usize,
            decoded: 0,
            gap_end: 0,
        };
        let style = match style {
            Style::Literal | Style::Folded => {
                Styled::Block(Block::begin(&mut cursor, style == Style::Folded))
            }
            Style::Double | Style::Single | Style::Plain => {
                Styled::Flow(Flow::begin(&mut cursor, style))
            }
        };
        Some(Self { cursor, style })
    }

    /// Where the last run ended: at the closing quote, when all were taken.
    pub(super) fn reached(&self) -> usize {
        self.cursor.at
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        match &mut self.style {
            Styled::Flow(flow) => flow.next(&mut self.cursor),
            Styled::Block(block) => block.next(&mut self.cursor),
        }
    }
}

impl<'t> Cursor<'t> {
    fn rest(&self) -> &'t str {
        self.source.get(self.at..self.end).unwrap_or_default()
    }

    /// A run of so many bytes that stand for so many.
    fn take(&mut self, written: usize, decoded: usize) -> Run {
        let source = Span::new(self.at, self.at + written);
        let text = Span::new(self.decoded, self.decoded + decoded);
        self.at += written;
        self.decoded += decoded;
        Run { text, source }
    }

    /// The next line break of the gap that the cursor stands in; behind the gap there is none.
    fn next_break(&mut self) -> Option<Run> {
        let gap = self.source.get(self.at..self.gap_end)?;
        let Some(blanks) = gap.find(BREAKS) else {
            self.at = self.at.max(self.gap_end);
            return None;
        };
        self.at += blanks;
        Some(self.take(break_len(&gap[blanks..]), 1))
    }
}

const BREAKS: [char; 2] = ['\n', '\r'];
const BLANKS: [char; 2] = [' ', '\t'];

/// How long the line break is that a text begins with.
fn break_len(text: &str) -> usize {
    if text.starts_with("\r\n") {
        2
    } else {
        usize::from(text.starts_with(BREAKS))
    }
}

/// The place of a part of a string: `offset` and `len` count within the decoded text, `span` is
/// where the string stands. Empty parts are shown one character wide; behind the last character
/// stands the closing quote.
pub(super) fn place(source: &str, span: Span, offset: usize, len: usize) -> Span {
    let Some(mut runs) = Runs::new(source, span) else {
        return span;
    };
    let part = Span::new(offset, offset.saturating_add(len.max(1)));
    let Some(first) = runs.find(|run| run.text.end > part.start) else {
        let end = runs.reached().min(span.end as usize);
        return Span::new(end, (end + 1).min(span.end as usize));
    };
    let start = first.start_of(part.start.max(first.text.start));
    let last = std::iter::once(first)
        .chain(&mut runs)
        .find(|run| run.text.end >= part.end);
    let end = match last {
        Some(run) => run.end_of(part.end),
        None => Span::new(0, runs.reached()).end.min(span.end),
    };
    whole_characters(source, Span { start, end })
}

/// The places of many parts of one string, none of them empty: it is decoded once.
pub(super) fn places(source: &str, span: Span, parts: &[Span]) -> Vec<Span> {
    let runs: Vec<Run> = Runs::new(source, span).into_iter().flatten().collect();
    let place = |part: &Span| {
        let first = runs.get(runs.partition_point(|run| run.text.end <= part.start));
        let last = runs.get(runs.partition_point(|run| run.text.end < part.end));
        match (first, last) {
            (Some(first), Some(last)) => Span {
                start: first.start_of(part.start),
                end: last.end_of(part.end),
            },
            _ => span,
        }
    };
    parts.iter().map(place).collect()
}

/// A span that cuts no character.
fn whole_characters(source: &str, span: Span) -> Span {
    let (mut start, mut end) = (span.start as usize, span.end as usize);
    while !source.is_char_boundary(start) {
        start -= 1;
    }
    while !source.is_char_boundary(end) {
        end += 1;
    }
    Span::new(start, end.max(start))
}
