//! Places in the text as the protocol counts them: lines from 0, columns in the unit that client
//! and server agreed on.

use lsp_types::{Position, PositionEncodingKind, Range};

use crate::syntax::{self, LineIndex, Span};

/// The unit of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    /// What every client knows.
    #[default]
    Utf16,
}

impl Encoding {
    /// UTF-8 when the client offers it: it needs no counting.
    pub(super) fn agreed(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offered = offered.unwrap_or_default();
        if offered.contains(&PositionEncodingKind::UTF8) {
            Self::Utf8
        } else {
            Self::Utf16
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// Where a byte stands.
    pub(super) fn position(self, lines: &LineIndex, offset: usize) -> Position {
        let found = match self {
            Self::Utf8 => lines.bytes(offset),
            Self::Utf16 => lines.utf16(offset),
        };
        let count = |number: usize| u32::try_from(number - 1).unwrap_or(u32::MAX);
        Position::new(count(found.line), count(found.column))
    }

    pub(super) fn range(self, lines: &LineIndex, span: Span) -> Range {
        Range::new(
            self.position(lines, span.start as usize),
            self.position(lines, span.end as usize),
        )
    }

    /// The byte at a position; what lies outside of the text is moved into it.
    pub(super) fn offset(self, lines: &LineIndex, position: Position) -> usize {
        let number = |count: u32| (count as usize).saturating_add(1);
        let (line, column) = (number(position.line), number(position.character));
        let at = |line, column| lines.offset_of_utf16(syntax::Position { line, column });
        if line > lines.lines() {
            return at(lines.lines(), usize::MAX);
        }
        match self {
            Self::Utf16 => at(line, column),
            Self::Utf8 => {
                let text = lines.line_text(line);
                let mut within = (column - 1).min(text.len());
                while !text.is_char_boundary(within) {
                    within -= 1;
                }
                at(line, 1) + within
            }
        }
    }

    /// The bytes between two positions, whichever comes first.
    pub(super) fn span(self, lines: &LineIndex, range: Range) -> Span {
        let (one, other) = (
            self.offset(lines, range.start),
            self.offset(lines, range.end),
        );
        Span::new(one.min(other), one.max(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encoding: Encoding, offset: usize, line: u32, character: u32) {
        let lines = LineIndex::new("{\n\"é🚀x\": 1}\r\nlast");
        let position = Position::new(line, character);
        assert_eq!(encoding.position(&lines, offset), position, "{encoding:?}");
        assert_eq!(encoding.offset(&lines, position), offset, "{encoding:?}");
    }

    #[test]
    fn columns_are_counted_in_the_agreed_unit() {
        check(Encoding::Utf8, 9, 1, 7);
        check(Encoding::Utf16, 9, 1, 4);
        check(Encoding::Utf8, 17, 2, 0);
        check(Encoding::Utf16, 17, 2, 0);
    }

    #[test]
    fn positions_outside_of_the_text_are_moved_into_it() {
        let lines = LineIndex::new("é\nlast");
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let offset = |line, character| encoding.offset(&lines, Position::new(line, character));
            assert_eq!(offset(0, 99), 2);
            assert_eq!(offset(1, u32::MAX), 7);
            assert_eq!(offset(2, 0), 7);
            assert_eq!(offset(u32::MAX, u32::MAX), 7);
        }
        assert_eq!(
            Encoding::Utf8.offset(&lines, Position::new(0, 1)),
            0,
            "inside é"
        );
    }

    #[test]
    fn utf_8_is_taken_when_it_is_offered() {
        let offered = [PositionEncodingKind::UTF16, PositionEncodingKind::UTF8];
        assert_eq!(Encoding::agreed(Some(&offered)), Encoding::Utf8);
        assert_eq!(Encoding::agreed(Some(&offered[..1])), Encoding::Utf16);
        assert_eq!(Encoding::agreed(None), Encoding::Utf16);
    }
}
