//! A place in the text of a path, and what Jayway's compiler asks about the text around it.
//!
//! Only ASCII characters mean anything to the grammar, so the text is read byte by byte.

use super::super::SyntaxError;

/// A stretch of an expression with a position in it.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Cursor<'t> {
    /// Over the bytes from `at` to `end` of an expression, without the blanks around them.
    pub(super) fn new(text: &'t str, at: usize, end: usize) -> Self {
        let part = &text[at..end];
        let start = at + part.len() - part.trim_start_matches(' ').len();
        let end = start + part.trim_matches(' ').len();
        Self {
            text,
            at: start,
            end,
        }
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn end(&self) -> usize {
        self.end
    }

    pub(super) fn set(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> &'t str {
        &self.text[from..to]
    }

    /// The byte at an index of the whole expression, within this stretch.
    pub(super) fn byte(&self, index: usize) -> Option<u8> {
        (index < self.end).then(|| self.text.as_bytes()[index])
    }

    pub(super) fn current(&self) -> Option<u8> {
        self.byte(self.at)
    }

    pub(super) fn skip_blanks(&mut self) {
        self.at = self.past_blanks(self.at);
    }

    /// Reads a byte after blanks, when it is the expected one.
    pub(super) fn eat(&mut self, expected: &str) -> bool {
        let at = self.past_blanks(self.at);
        let found = self.text[at..self.end].starts_with(expected);
        if found {
            self.at = at + expected.len();
        }
        found
    }

    /// The index of the first byte that is no blank, from `index` on.
    pub(super) fn past_blanks(&self, mut index: usize) -> usize {
        while self.byte(index) == Some(b' ') {
            index += 1;
        }
        index.min(self.end)
    }

    /// The index of `expected` when it is what follows `index` after blanks.
    pub(super) fn next_is(&self, index: usize, expected: u8) -> Option<usize> {
        let next = self.past_blanks(index + 1);
        (self.byte(next) == Some(expected)).then_some(next)
    }

    /// The index of the next `wanted` after `index` that no backslash stands before.
    pub(super) fn unescaped(&self, index: usize, wanted: u8) -> Option<usize> {
        let mut next = index + 1;
        loop {
            match self.byte(next)? {
                b'\\' => next += 2,
                byte if byte == wanted => return Some(next),
                _ => next += 1,
            }
        }
    }

    /// The index of the bracket that closes the one at `index`. Strings are skipped, and so are
    /// the patterns between slashes when `patterns` says so.
    pub(super) fn closing(&self, index: usize, patterns: bool) -> Option<usize> {
        let open = self.byte(index)?;
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            _ => b'}',
        };
        let mut depth = 0_usize;
        let mut next = index;
        loop {
            let byte = self.byte(next)?;
            match byte {
                b'\'' | b'"' => next = self.unescaped(next, byte)?,
                b'/' if patterns => next = self.unescaped(next, byte)?,
                _ if byte == open => depth += 1,
                _ if byte == close && depth == 1 => return Some(next),
                _ if byte == close => depth -= 1,
                _ => {}
            }
            next += 1;
        }
    }

    /// Whether at most one character is left. Jayway stops there: `$.a[` is `$.a` to it.
    pub(super) fn is_tail(&self) -> bool {
        let rest = &self.text[self.at.min(self.end)..self.end];
        let mut characters = rest.chars();
        characters
            .next()
            .is_none_or(|first| first.len_utf16() == 1 && characters.next().is_none())
    }

    /// An error about the character at an index, or about the end.
    pub(super) fn error_at(&self, index: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError::at_character(self.text, index.min(self.end), message)
    }

    /// An error about the rest of the stretch from `from` on.
    pub(super) fn error(&self, from: usize, message: impl Into<String>) -> SyntaxError {
        let from = from.min(self.end);
        SyntaxError::new(from, self.end - from, message)
    }
}
