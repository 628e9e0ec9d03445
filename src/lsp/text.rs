//! The text of an open document, and its changes.
//!
//! A change names places by line and column. Changes come close to each other: the next key that
//! is typed, or one replacement after the other through the text. So lines are counted from where
//! the last change was, and a change costs its distance to the one before, not the whole text.

use lsp_types::{Position, Range};

use super::places::Encoding;
use crate::syntax::Span;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A text that changes.
#[derive(Debug)]
pub(super) struct Text {
    content: String,
    /// The beginning of a line that is known.
    anchor: Line,
}

/// A line, and the byte it begins at.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    number: u32,
    start: usize,
}

impl Text {
    pub(super) fn new(content: String) -> Self {
        let anchor = first_line(&content);
        Self { content, anchor }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.content
    }

    /// Puts another text in the place of a range.
    pub(super) fn replace(&mut self, range: Range, text: &str, encoding: Encoding) {
        let (first, last) = if range.start <= range.end {
            (range.start, range.end)
        } else {
            (range.end, range.start)
        };
        self.anchor = self.line(first.line);
        let start = self.offset(first, encoding);
        let end = self.offset(last, encoding).max(start);
        self.content
            .replace_range(Span::new(start, end).range(), text);
        // Two halves of a line break may have come together where the line begins.
        let bytes = self.content.as_bytes();
        let is_split = bytes
            .get(..self.anchor.start)
            .is_some_and(|b| b.ends_with(b"\r"))
            && bytes.get(self.anchor.start) == Some(&b'\n');
        if is_split || self.anchor.number == 0 {
            self.anchor = first_line(&self.content);
        }
    }

    /// The line of this number, or the last one.
    fn line(&self, number: u32) -> Line {
        let mut line = self.anchor;
        // Half way back it is nearer from the start.
        if number < line.number / 2 {
            line = first_line(&self.content);
        }
        while line.number > number {
            line = self.line_before(line);
        }
        while line.number < number {
            match self.line_after(line) {
                Some(next) => line = next,
                None => break,
            }
        }
        line
    }

    fn line_before(&self, line: Line) -> Line {
        let before = &self.content[..line.start];
        let before = before.strip_suffix('\n').unwrap_or(before);
        let before = before.strip_suffix('\r').unwrap_or(before);
        let first = first_line(&self.content).start;
        let start = before.rfind(['\n', '\r']).map_or(first, |at| at + 1);
        Line {
            number: line.number - 1,
            start,
        }
    }

    fn line_after(&self, line: Line) -> Option<Line> {
        let rest = &self.content[line.start..];
        let end = rest.find(['\n', '\r'])?;
        let width = if rest[end..].starts_with("\r\n") {
            2
        } else {
            1
        };
        Some(Line {
            number: line.number + 1,
            start: line.start + end + width,
        })
    }

    /// The byte at a position; what lies outside of the text is moved into it.
    fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let line = self.line(position.line);
        let rest = &self.content[line.start..];
        let rest = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
        if line.number < position.line {
            return line.start + rest.len();
        }
        let wanted = position.character as usize;
        let mut column = 0;
        for (at, char) in rest.char_indices() {
            column += match encoding {
                Encoding::Utf8 => char.len_utf8(),
                Encoding::Utf16 => char.len_utf16(),
            };
            if column > wanted {
                return line.start + at;
            }
        }
        line.start + rest.len()
    }
}

/// A byte order mark takes no column.
fn first_line(content: &str) -> Line {
    let has_mark = content.starts_with(BYTE_ORDER_MARK);
    Line {
        number: 0,
        start: if has_mark {
            BYTE_ORDER_MARK.len_utf8()
        } else {
            0
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::syntax::LineIndex;

    fn edit(start: (u32, u32), end: (u32, u32), text: &str) -> (Range, String) {
        let position = |(line, character)| Position::new(line, character);
        (Range::new(position(start), position(end)), text.to_owned())
    }

    /// Makes changes one after the other, each also by an index of the whole text.
    fn check(text: &str, changes: &[(Range, String)], encoding: Encoding) -> String {
        let mut text = Text::new(text.to_owned());
        for (range, new) in changes {
            let mut expected = text.as_str().to_owned();
            let span = encoding.span(&LineIndex::new(expected.as_str()), *range);
            expected.replace_range(span.range(), new);
            text.replace(*range, new, encoding);
            assert_eq!(text.as_str(), expected, "{range:?} {new:?}");
        }
        text.content
    }

    #[test]
    fn changes_are_made_one_after_the_other() {
        let changes = [
            edit((1, 0), (1, 6), "2nd"),
            edit((0, 3), (0, 4), "yz"),
            edit((0, 0), (0, 1), "first\n"),
            edit((2, 99), (2, 1), "!"),
            edit((9, 9), (9, 9), "end"),
        ];
        let found = check("é🚀x\nsecond\n", &changes, Encoding::Utf16);
        assert_eq!(found, "first\n🚀yz\n2!\nend");
    }

    #[test]
    fn line_breaks_come_together_and_apart() {
        let changes = [
            edit((1, 0), (1, 0), "\n"),
            edit((1, 0), (1, 0), "x"),
            edit((0, 1), (1, 0), "\r"),
            edit((2, 0), (1, 0), ""),
        ];
        check("a\rb\r\nc", &changes, Encoding::Utf16);
        let mark = "\u{feff}a\nb";
        check(
            mark,
            &[edit((1, 0), (1, 1), "c"), edit((0, 0), (0, 1), "")],
            Encoding::Utf8,
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_change_is_what_the_protocol_says(
            text in "[a\u{e9}\u{1f680}\r\n]{0,12}",
            changes in prop::collection::vec(
                ((0_u32..6, 0_u32..5), (0_u32..6, 0_u32..5), "[b\u{1f680}\r\n]{0,3}"),
                0..6,
            ),
            is_utf8 in any::<bool>(),
        ) {
            let encoding = if is_utf8 { Encoding::Utf8 } else { Encoding::Utf16 };
            let changes: Vec<_> = changes
                .into_iter()
                .map(|(start, end, new)| edit(start, end, &new))
                .collect();
            check(&text, &changes, encoding);
        }
    }
}
