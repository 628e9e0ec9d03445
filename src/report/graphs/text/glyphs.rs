//! The characters a picture is made of: box drawing, or plain ASCII for terminals without.

use std::borrow::Cow;

use crate::report::graphs::overlay::Mark;
use crate::report::style::printable;

pub(super) const UP: u8 = 1;
pub(super) const DOWN: u8 = 2;
pub(super) const LEFT: u8 = 4;
pub(super) const RIGHT: u8 = 8;

/// By the sides that a line leaves to.
const LINES: [char; 16] = [
    ' ', '│', '│', '│', '─', '┘', '┐', '┤', '─', '└', '┌', '├', '─', '┴', '┬', '┼',
];

/// A set of characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyphs {
    pub(super) is_ascii: bool,
}

/// How a box is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A state.
    Card,
    /// A state that ends, the start, the end.
    Pill,
    /// A target that is missing.
    Ghost,
    /// A Parallel.
    Solid,
    /// A Map.
    Dashed,
}

/// The characters of a frame: the corners from top left to bottom right, across, along.
pub(super) struct Border {
    pub(super) corners: [char; 4],
    pub(super) across: char,
    pub(super) along: char,
}

impl Glyphs {
    pub(super) fn border(self, frame: Frame) -> Border {
        let (corners, across, along) = match (frame, self.is_ascii) {
            (Frame::Card, false) => (['┌', '┐', '└', '┘'], '─', '│'),
            (Frame::Pill, false) => (['╭', '╮', '╰', '╯'], '─', '│'),
            (Frame::Ghost, false) => (['┌', '┐', '└', '┘'], '╌', '╎'),
            (Frame::Solid, false) => (['┏', '┓', '┗', '┛'], '━', '┃'),
            (Frame::Dashed, false) => (['┏', '┓', '┗', '┛'], '┅', '┇'),
            (Frame::Card, true) => (['+'; 4], '-', '|'),
            (Frame::Pill, true) => (['.', '.', '\'', '\''], '-', '|'),
            (Frame::Ghost, true) => (['+'; 4], '.', ':'),
            (Frame::Solid, true) => (['#'; 4], '=', '#'),
            (Frame::Dashed, true) => (['#'; 4], '~', '#'),
        };
        Border {
            corners,
            across,
            along,
        }
    }

    /// A line that leaves a place to these sides.
    pub(super) fn line(self, sides: u8, is_dashed: bool) -> char {
        let is_along = sides & (LEFT | RIGHT) == 0;
        let is_across = sides & (UP | DOWN) == 0;
        match (self.is_ascii, is_dashed) {
            (false, true) if is_along => '┆',
            (false, true) if is_across => '┄',
            (false, _) => LINES[usize::from(sides & 15)],
            (true, true) if is_along => ':',
            (true, false) if is_along => '|',
            (true, true) if is_across => '.',
            (true, false) if is_across => '-',
            (true, _) => '+',
        }
    }

    /// A frame where a line leaves it to the right or downwards.
    pub(super) fn tee(self, border: char, towards: u8) -> char {
        match border {
            _ if self.is_ascii => '+',
            '━' | '┅' => '┯',
            '┃' | '┇' => '┠',
            _ if towards == RIGHT => '├',
            _ => '┬',
        }
    }

    /// The head of an arrow to the right or downwards.
    pub(super) fn head(self, is_dashed: bool, towards: u8) -> char {
        match (self.is_ascii, towards == RIGHT, is_dashed) {
            (true, true, _) => '>',
            (true, false, _) => 'v',
            (false, true, true) => '▷',
            (false, true, false) => '▶',
            (false, false, true) => '▽',
            (false, false, false) => '▼',
        }
    }

    /// Where the scope of a container begins.
    pub(super) fn start(self) -> char {
        if self.is_ascii { 'o' } else { '●' }
    }

    /// Where it ends.
    pub(super) fn end(self) -> char {
        if self.is_ascii { '@' } else { '◉' }
    }

    /// What parts branches.
    pub(super) fn divider(self) -> char {
        if self.is_ascii { '|' } else { '┊' }
    }

    /// The sign of what happened.
    pub(super) fn mark(self, mark: Mark) -> String {
        if self.is_ascii {
            return format!("[{}]", mark.word());
        }
        mark.glyph().to_owned()
    }

    /// A text that a terminal shows as it is: nothing in it is obeyed, and with ASCII alone other
    /// characters stand there by their number, save those that labels use.
    pub(super) fn text(self, text: &str) -> String {
        let text: Cow<'_, str> = printable(text);
        if !self.is_ascii {
            return text.into_owned();
        }
        let mut plain = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '·' | '−' => plain.push('-'),
                '…' => plain.push_str("..."),
                '≤' => plain.push_str("<="),
                '≥' => plain.push_str(">="),
                '≠' => plain.push_str("!="),
                '↻' => plain.push_str("retry "),
                '×' => plain.push('x'),
                '→' => plain.push_str("->"),
                ascii if ascii.is_ascii() => plain.push(ascii),
                other => plain.extend(other.escape_unicode()),
            }
        }
        plain
    }
}
