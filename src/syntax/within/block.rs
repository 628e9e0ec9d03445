//! The block scalars of YAML: `|` keeps its lines, `>` joins them.

use super::{BLANKS, BREAKS, Cursor, Run, break_len};

/// Decodes a block scalar.
pub(super) struct Block {
    is_folded: bool,
    indent: usize,
}

impl Block {
    /// Reads the header, and sets the cursor to what follows it.
    pub(super) fn begin(cursor: &mut Cursor<'_>, is_folded: bool) -> Self {
        let written = cursor.rest();
        let header = &written[..written.find(BREAKS).unwrap_or(written.len())];
        let first_line = header.len() + break_len(&written[header.len()..]);
        let mut indicators = header.bytes().skip(1).take(2);
        let increment = indicators.find_map(|byte| match byte {
            b'1'..=b'9' => Some(usize::from(byte - b'0')),
            _ => None,
        });
        let indent = match increment {
            Some(increment) => outer_indent(cursor.source, cursor.at) + increment,
            None => first_indent(&written[first_line..]),
        };
        cursor.at += first_line;
        cursor.gap_end = cursor.at + gap_len(&written[first_line..], indent);
        Self { is_folded, indent }
    }

    pub(super) fn next(&self, cursor: &mut Cursor<'_>) -> Option<Run> {
        if let Some(run) = cursor.next_break() {
            return Some(run);
        }
        let rest = cursor.rest();
        let line = rest.find(BREAKS).unwrap_or(rest.len());
        if line == 0 {
            return None;
        }
        let (content, after) = rest.split_at(line);
        let run = cursor.take(line, line);
        let first = break_len(after);
        let gap = first + gap_len(&after[first..], self.indent);
        cursor.gap_end = cursor.at + gap;
        // Of lines that are joined, the break between two becomes a space; among several, the
        // first is nothing. Lines that are indented further are not joined.
        let is_joined = !content.starts_with(BLANKS) && !after[gap..].starts_with(BLANKS);
        if self.is_folded && is_joined && after[first..gap].contains(BREAKS) {
            cursor.at += first;
        }
        Some(run)
    }
}

/// How long the indentation and the empty lines are that a text begins with.
fn gap_len(text: &str, indent: usize) -> usize {
    let mut at = 0;
    loop {
        at += spaces(&text[at..]).min(indent);
        match break_len(&text[at..]) {
            0 => return at,
            length => at += length,
        }
    }
}

/// How far the first line is indented that is not empty.
fn first_indent(text: &str) -> usize {
    let mut at = 0;
    loop {
        let indent = spaces(&text[at..]);
        match break_len(&text[at + indent..]) {
            0 => return indent,
            length => at += indent + length,
        }
    }
}

fn spaces(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b' ').count()
}

/// How far the node is indented in which the block scalar stands whose header is at `header`:
/// that is what an indentation indicator counts from.
fn outer_indent(source: &str, header: usize) -> usize {
    let mut end = header;
    loop {
        let start = source[..end].rfind(BREAKS).map_or(0, |at| at + 1);
        let line = source[start..end].trim_start_matches('\u{feff}');
        if let Some(indent) = indent_of_line(line) {
            return indent;
        }
        // The header stands on a line of its own: what announces it is further up.
        match start.checked_sub(1) {
            Some(before) => end = before,
            None => return 0,
        }
    }
}

/// The column of the key or dash that the end of a line belongs to; `None` when there is none.
fn indent_of_line(line: &str) -> Option<usize> {
    if line.starts_with("---") {
        return Some(0);
    }
    let mut column = spaces(line);
    loop {
        let rest = &line[column..];
        if without_properties(rest).is_empty() {
            return None;
        }
        let is_indicator = rest.starts_with(['-', '?', ':']) && rest[1..].starts_with(BLANKS);
        if !is_indicator || without_properties(&rest[1..]).is_empty() {
            return Some(column);
        }
        column += 1 + rest[1..].len() - rest[1..].trim_start_matches(BLANKS).len();
    }
}

/// A text without the blanks, comments, tags and anchors that it begins with.
fn without_properties(text: &str) -> &str {
    let mut rest = text.trim_start_matches(BLANKS);
    while rest.starts_with(['!', '&']) {
        let end = rest.find(BLANKS).unwrap_or(rest.len());
        rest = rest[end..].trim_start_matches(BLANKS);
    }
    if rest.starts_with('#') { "" } else { rest }
}
