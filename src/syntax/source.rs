//! Source files and places in them.

use std::sync::Arc;

use super::within;

/// A stretch of a source, in bytes from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// From byte `start` to before byte `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clip = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            start: clip(start),
            end: clip(end),
        }
    }

    /// As a range to slice a text with.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A named text.
#[derive(Clone, Debug)]
pub struct Source {
    /// What diagnostics call it: a path as the user wrote it, or `<stdin>`.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
}

impl Source {
    /// A source of this name and text.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// The place of a part of a string: `offset` and `len` count within the decoded text, `span`
    /// is where the string stands with its quotes. An empty part is shown one character wide.
    ///
    /// Escapes, folded lines and indentation are followed, in every style of JSON and YAML; only a
    /// string that stands elsewhere, such as behind an alias, is shown whole.
    #[must_use]
    pub fn within(&self, span: Span, offset: usize, len: usize) -> Span {
        within::place(&self.text, span, offset, len)
    }
}
