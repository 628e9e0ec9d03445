//! Where YAML things stand, in bytes.
//!
//! saphyr-parser's marks count characters; its spans of quoted scalars and brackets reach over
//! the blanks and comments that follow, those of block scalars begin after their header, and those
//! of tagged or anchored nodes begin at the tag or anchor. Here they become the bytes of the thing
//! itself.

use saphyr_parser::{Marker, ScalarStyle};

use crate::syntax::Span;

/// A text and the way from its characters to its bytes.
pub(super) struct Places<'t> {
    pub(super) text: &'t str,
    /// The byte of every `STEP`th character; empty when the text is ASCII.
    steps: Vec<usize>,
}

const STEP: usize = 64;

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let steps = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices()
                .map(|(at, _)| at)
                .step_by(STEP)
                .collect()
        };
        Self { text, steps }
    }

    /// The byte of a mark.
    pub(super) fn byte(&self, mark: Marker) -> usize {
        let chars = mark.index();
        if self.steps.is_empty() {
            return chars.min(self.text.len());
        }
        let Some(step) = self.steps.get(chars / STEP) else {
            return self.text.len();
        };
        let mut rest = self.text[*step..].char_indices();
        rest.nth(chars % STEP)
            .map_or(self.text.len(), |(at, _)| step + at)
    }

    pub(super) fn byte_at(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Where the node itself begins: after blanks, comments, tags and anchors.
    pub(super) fn content(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            at = self.after_blanks(at);
            match self.byte_at(at) {
                Some(b'&' | b'!') => at = self.after_property(at),
                _ => return at,
            }
        }
    }

    /// The tag of a node, which stands after `last` and before the value.
    pub(super) fn tag(&self, last: usize, value: usize) -> Span {
        let mut at = last;
        while at < value {
            at = self.after_blanks(at);
            match self.byte_at(at) {
                Some(b'!') => return Span::new(at, self.after_property(at).min(value)),
                Some(b'&') => at = self.after_property(at),
                _ => at += 1,
            }
        }
        Span::new(value, value)
    }

    /// The dash that begins the line of a byte.
    pub(super) fn dash_of_line(&self, at: usize) -> Option<usize> {
        let line = self.text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let rest = self.text[line..].trim_start_matches(' ');
        rest.starts_with('-').then(|| self.text.len() - rest.len())
    }

    /// The place of a scalar. `last` is where the thing before it ended.
    pub(super) fn scalar(
        &self,
        style: ScalarStyle,
        start: Marker,
        end: Marker,
        last: usize,
    ) -> Span {
        let (start, end) = (self.byte(start), self.byte(end));
        match style {
            ScalarStyle::Plain => {
                let start = self.content(start).min(end);
                Span::new(start, end)
            }
            ScalarStyle::SingleQuoted => {
                let start = self.content(start);
                Span::new(start, self.after_quoted(start, b'\''))
            }
            ScalarStyle::DoubleQuoted => {
                let start = self.content(start);
                Span::new(start, self.after_quoted(start, b'"'))
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let start = self.block_header(last, end).unwrap_or(start);
                let trimmed = self.text[..end].trim_end_matches([' ', '\t', '\n', '\r']);
                Span::new(start, trimmed.len().max(start))
            }
        }
    }

    /// The place of an empty value: after the colon or dash that announces it.
    pub(super) fn missing(&self, mark: Marker, last: usize) -> usize {
        let at = self.byte(mark);
        if self.byte_at(at) == Some(b':') {
            return at + 1;
        }
        let before = self.text[..at].trim_end_matches([' ', '\t', '\n', '\r']);
        before.len().max(last)
    }

    /// The `|` or `>` of a block scalar that comes after `last` and ends at `end`.
    fn block_header(&self, last: usize, end: usize) -> Option<usize> {
        let mut at = last;
        if at == 0 && self.text.starts_with('\u{feff}') {
            at = '\u{feff}'.len_utf8();
        }
        while at < end {
            at = self.content(at);
            match self.byte_at(at) {
                Some(b'|' | b'>') => return Some(at),
                Some(b':' | b'-' | b'?') => at += 1,
                _ => return None,
            }
        }
        None
    }

    fn after_blanks(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            match self.byte_at(at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
                Some(b'#') => at += self.until(at, |byte| matches!(byte, b'\n' | b'\r')),
                _ => return at,
            }
        }
    }

    fn after_property(&self, at: usize) -> usize {
        at + self.until(at, |byte| {
            matches!(
                byte,
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b']' | b'{' | b'}'
            )
        })
    }

    fn until(&self, from: usize, ends: impl Fn(u8) -> bool) -> usize {
        let bytes = &self.text.as_bytes()[from..];
        bytes
            .iter()
            .position(|byte| ends(*byte))
            .unwrap_or(bytes.len())
    }

    /// The byte after the closing quote of a scalar that saphyr found closed.
    fn after_quoted(&self, start: usize, quote: u8) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        while let Some(byte) = bytes.get(at) {
            let doubled = quote == b'\'' && bytes.get(at + 1) == Some(&quote);
            match byte {
                b'\\' if quote == b'"' => at += 2,
                _ if *byte == quote && doubled => at += 2,
                _ if *byte == quote => return at + 1,
                _ => at += 1,
            }
        }
        bytes.len()
    }
}
