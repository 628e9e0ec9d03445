//! Byte offsets into lines and columns, and back.
//!
//! Spans are bytes; people count characters and editors count UTF-16 units. One index answers all
//! three in logarithmic time, on a minified definition of one 5 MB line too: the text is counted
//! once, in blocks, and a query counts the rest of one block.

use std::sync::Arc;

/// A line and a column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in the unit that was asked for.
    pub column: usize,
}

/// Where the lines of a text begin.
///
/// Lines end with `\n`, `\r\n` or `\r`, as in the Language Server Protocol. A byte order mark
/// takes no column.
///
/// ```
/// use aslkit::syntax::{LineIndex, Position};
/// let index = LineIndex::new("{\n  \"é\": 1\n}");
/// assert_eq!(index.chars(8), Position { line: 2, column: 6 });
/// ```
#[derive(Clone, Debug)]
pub struct LineIndex {
    text: Arc<str>,
    starts: Vec<usize>,
    /// What stands before each block; empty when the text is ASCII and all units agree.
    blocks: Vec<Count>,
}

/// How many units stand before a place.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    chars: usize,
    utf16: usize,
}

const BLOCK: usize = 128;
/// So many bytes are looked at together for a line break.
const CHUNK: usize = 16;
const BYTE_ORDER_MARK: char = '\u{feff}';

impl LineIndex {
    /// The index of a text.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self {
            starts: line_starts(&text),
            blocks: blocks(&text),
            text,
        }
    }

    /// The number of lines; at least one.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The position of a byte, its column counted in bytes.
    #[must_use]
    pub fn bytes(&self, offset: usize) -> Position {
        self.position(offset, |_, at| at)
    }

    /// The position of a byte, its column counted in characters.
    #[must_use]
    pub fn chars(&self, offset: usize) -> Position {
        self.position(offset, |index, at| index.count(at).chars)
    }

    /// The position of a byte, its column counted in UTF-16 units.
    #[must_use]
    pub fn utf16(&self, offset: usize) -> Position {
        self.position(offset, |index, at| index.count(at).utf16)
    }

    /// The byte at a position whose column is counted in UTF-16 units. What lies outside the
    /// text is moved to the nearest place inside it.
    #[must_use]
    pub fn offset_of_utf16(&self, position: Position) -> usize {
        let line = position.line.clamp(1, self.lines());
        let (start, end) = self.line_bounds(line);
        if self.blocks.is_empty() {
            return start
                .saturating_add(position.column.saturating_sub(1))
                .min(end);
        }
        let wanted = self
            .count(start)
            .utf16
            .saturating_add(position.column.saturating_sub(1));
        // The last block that begins on this line and not beyond the place.
        let block = self.blocks.partition_point(|block| block.utf16 <= wanted);
        let from = (block.saturating_sub(1) * BLOCK).clamp(start, end);
        let from = self.floor(from);
        let mut left = wanted.saturating_sub(self.count(from).utf16);
        for (at, char) in self.text[from..end].char_indices() {
            match left.checked_sub(char.len_utf16()) {
                Some(rest) if left > 0 => left = rest,
                _ => return from + at,
            }
        }
        end
    }

    /// The text of a line, without its line break; empty when there is no such line.
    #[must_use]
    pub fn line_text(&self, line: usize) -> &str {
        if line == 0 || line > self.lines() {
            return "";
        }
        let (start, end) = self.line_bounds(line);
        &self.text[start..end]
    }

    fn position(&self, offset: usize, units: impl Fn(&Self, usize) -> usize) -> Position {
        let offset = self.floor(offset).max(self.starts[0]);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        Position {
            line,
            column: units(self, offset) - units(self, start) + 1,
        }
    }

    /// Units before a byte that begins a character.
    fn count(&self, at: usize) -> Count {
        let Some(mut count) = self.blocks.get(at / BLOCK).copied() else {
            return Count {
                chars: at,
                utf16: at,
            };
        };
        for byte in &self.text.as_bytes()[at / BLOCK * BLOCK..at] {
            count.add(*byte);
        }
        count
    }

    /// The first byte of a line and the byte after its last before the line break.
    fn line_bounds(&self, line: usize) -> (usize, usize) {
        let start = self.starts[line - 1];
        let next = self.starts.get(line).copied().unwrap_or(self.text.len());
        let line = self.text[start..next].trim_end_matches(['\n', '\r']);
        (start, start + line.len())
    }

    /// The character boundary at or before a byte.
    fn floor(&self, offset: usize) -> usize {
        let mut at = offset.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

impl Count {
    fn add(&mut self, byte: u8) {
        let begins_char = byte & 0xc0 != 0x80;
        self.chars += usize::from(begins_char);
        // Characters of four bytes take two UTF-16 units.
        self.utf16 += usize::from(begins_char) + usize::from(byte >= 0xf0);
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len_utf8()
    } else {
        0
    }];
    for (chunk, part) in bytes.chunks(CHUNK).enumerate() {
        // Without a branch for each byte: most chunks have no line break.
        let breaks = |any, byte: &u8| any | matches!(byte, b'\n' | b'\r');
        if !part.iter().fold(false, breaks) {
            continue;
        }
        for at in (chunk * CHUNK..).take(part.len()) {
            let ends = match bytes[at] {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(at + 1);
            }
        }
    }
    starts
}

fn blocks(text: &str) -> Vec<Count> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut count = Count::default();
    let mut blocks = vec![count];
    for block in text.as_bytes().chunks(BLOCK) {
        for byte in block {
            count.add(*byte);
        }
        blocks.push(count);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(position: Position) -> (usize, usize) {
        (position.line, position.column)
    }

    #[test]
    fn columns_are_counted_in_three_units() {
        let index = LineIndex::new("ab\né🚀x\r\n\rz");
        assert_eq!(at(index.bytes(0)), (1, 1));
        assert_eq!(at(index.bytes(9)), (2, 7));
        assert_eq!(at(index.chars(9)), (2, 3));
        assert_eq!(at(index.utf16(9)), (2, 4));
        assert_eq!(at(index.chars(13)), (4, 1));
        assert_eq!(index.lines(), 4);
        assert_eq!(index.line_text(2), "é🚀x");
        assert_eq!(index.line_text(3), "");
        assert_eq!(index.line_text(4), "z");
        assert_eq!(index.line_text(5), "");
        assert_eq!(index.line_text(0), "");
    }

    #[test]
    fn places_outside_the_text_are_moved_into_it() {
        let index = LineIndex::new("é\nb");
        assert_eq!(at(index.chars(1)), (1, 1), "inside é");
        assert_eq!(at(index.chars(99)), (2, 2));
        let offset = |line, column| index.offset_of_utf16(Position { line, column });
        assert_eq!(offset(0, 0), 0);
        assert_eq!(offset(1, 99), 2);
        assert_eq!(offset(99, 1), 3);
        assert_eq!(offset(usize::MAX, usize::MAX), 4);
        assert_eq!(at(LineIndex::new("").chars(5)), (1, 1));
    }

    #[test]
    fn the_middle_of_a_surrogate_pair_is_its_start() {
        let index = LineIndex::new("a🚀b");
        let offset = |column| index.offset_of_utf16(Position { line: 1, column });
        assert_eq!([offset(2), offset(3), offset(4)], [1, 1, 5]);
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let index = LineIndex::new("\u{feff}{\n}");
        assert_eq!(at(index.bytes(0)), (1, 1));
        assert_eq!(at(index.bytes(3)), (1, 1));
        assert_eq!(at(index.utf16(4)), (1, 2));
        assert_eq!(index.line_text(1), "{");
    }

    #[test]
    fn every_offset_agrees_with_plain_counting() {
        let text = "ab é🚀\n".repeat(50) + &"x🚀é".repeat(200) + "\n\nend";
        let index = LineIndex::new(text.as_str());
        for (offset, _) in text.char_indices() {
            let line = text[..offset].matches('\n').count() + 1;
            let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
            let before = &text[start..offset];
            assert_eq!(at(index.bytes(offset)), (line, before.len() + 1));
            assert_eq!(at(index.chars(offset)), (line, before.chars().count() + 1));
            let utf16 = before.encode_utf16().count() + 1;
            assert_eq!(at(index.utf16(offset)), (line, utf16));
            assert_eq!(index.offset_of_utf16(index.utf16(offset)), offset);
        }
    }
}
