//! Source files and places in them.

use std::sync::Arc;

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
    /// is where the string stands with its quotes. A string with escapes is shown whole: its parts
    /// do not stand where they count.
    #[must_use]
    pub fn within(&self, span: Span, offset: usize, len: usize) -> Span {
        let Some(written) = self.text.get(span.range()) else {
            return span;
        };
        let quoted = written.starts_with(['"', '\'']);
        let inner = if quoted {
            written.get(1..).unwrap_or_default()
        } else {
            written
        };
        if inner.contains('\\') || inner.contains('\n') || offset > inner.len() {
            return span;
        }
        let start = span.start as usize + usize::from(quoted) + offset;
        Span::new(start, (start + len.max(1)).min(span.end as usize))
    }
}
