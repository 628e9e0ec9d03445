//! A grid of characters on which boxes, texts and lines are drawn, and which notices when one
//! would hide another.

use std::fmt::{self, Write};

use super::glyphs::{DOWN, Glyphs, LEFT, RIGHT, UP};
use crate::report::style::{Role, Style, columns};

/// A rectangle of characters.
#[derive(Clone, Debug, Default)]
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    cells: Vec<Cell>,
    /// The texts of each row.
    texts: Vec<Vec<Text>>,
    /// Whether something was drawn over something else.
    is_spoilt: bool,
}

/// A place: column, row.
pub(super) type Point = (usize, usize);

/// What a line is drawn with. Lines of one net may join; those of two may only cross.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    pub(super) net: usize,
    pub(super) is_dashed: bool,
    pub(super) role: Role,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    content: Content,
    role: Role,
}

#[derive(Clone, Copy, Debug, Default)]
enum Content {
    #[default]
    Empty,
    Symbol(char),
    /// A column of a text.
    Text,
    Lines(Lines),
}

#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    across: Option<Stroke>,
    along: Option<Stroke>,
    sides: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stroke {
    net: usize,
    is_dashed: bool,
}

#[derive(Clone, Debug)]
struct Text {
    column: usize,
    words: String,
    role: Role,
}

impl Lines {
    /// Two nets that meet cross at right angles, and neither ends there.
    fn is_sound(self) -> bool {
        match (self.across, self.along) {
            (Some(across), Some(along)) => across.net == along.net || self.sides == 15,
            _ => true,
        }
    }

    fn character(self, glyphs: Glyphs) -> char {
        let is_dashed = |stroke: Option<Stroke>| stroke.is_none_or(|stroke| stroke.is_dashed);
        match (self.across, self.along) {
            // A bridge: only lines that join make a corner or a fork.
            (Some(across), Some(along)) if across.net != along.net => {
                glyphs.line(UP | DOWN, along.is_dashed)
            }
            (across, along) => glyphs.line(self.sides, is_dashed(across) && is_dashed(along)),
        }
    }
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            cells: vec![Cell::default(); width * height],
            texts: vec![Vec::new(); height],
            is_spoilt: false,
        }
    }

    /// A canvas of one character.
    pub(super) fn dot(symbol: char, role: Role) -> Self {
        let mut canvas = Self::new(1, 1);
        canvas.symbol((0, 0), symbol, role);
        canvas
    }

    /// Whether nothing hides anything.
    pub(super) fn is_sound(&self) -> bool {
        let sound = |cell: &Cell| match cell.content {
            Content::Lines(lines) => lines.is_sound(),
            Content::Empty | Content::Symbol(_) | Content::Text => true,
        };
        !self.is_spoilt && self.cells.iter().all(sound)
    }

    fn cell(&mut self, (column, row): Point) -> Option<&mut Cell> {
        if column >= self.width || row >= self.height {
            return None;
        }
        self.cells.get_mut(row * self.width + column)
    }

    /// Puts a character, on whatever is there.
    pub(super) fn symbol(&mut self, at: Point, symbol: char, role: Role) {
        let content = Content::Symbol(symbol);
        match self.cell(at) {
            Some(cell) => *cell = Cell { content, role },
            None => self.is_spoilt = true,
        }
    }

    /// Replaces the character of a border by the one where a line leaves it.
    pub(super) fn tee(&mut self, at: Point, tee: impl Fn(char) -> char) {
        match self.cell(at) {
            Some(Cell {
                content: Content::Symbol(symbol),
                ..
            }) => *symbol = tee(*symbol),
            _ => self.is_spoilt = true,
        }
    }

    /// Puts the head of an arrow onto the end of a line.
    pub(super) fn head(&mut self, at: Point, symbol: char) {
        match self.cell(at) {
            Some(cell) if matches!(cell.content, Content::Lines(_)) => {
                cell.content = Content::Symbol(symbol);
            }
            _ => self.is_spoilt = true,
        }
    }

    /// Writes a text of one line.
    pub(super) fn text(&mut self, (column, row): Point, text: String, role: Role) {
        for at in column..column + columns(&text) {
            match self.cell((at, row)) {
                Some(cell) if matches!(cell.content, Content::Empty) => {
                    cell.content = Content::Text;
                }
                _ => {
                    self.is_spoilt = true;
                    return;
                }
            }
        }
        if !text.is_empty() {
            self.texts[row].push(Text {
                column,
                words: text,
                role,
            });
        }
    }

    /// Draws a line straight from one place to another. It may begin and end on what is there
    /// already, a border, a text.
    pub(super) fn line(&mut self, pen: Pen, from: Point, to: Point) {
        let is_across = from.1 == to.1;
        let (low, high) = if is_across {
            (from.0.min(to.0), from.0.max(to.0))
        } else {
            (from.1.min(to.1), from.1.max(to.1))
        };
        let (before, after) = if is_across { (LEFT, RIGHT) } else { (UP, DOWN) };
        for at in low..=high {
            let place = if is_across {
                (at, from.1)
            } else {
                (from.0, at)
            };
            let mut sides = 0;
            sides |= if at > low { before } else { 0 };
            sides |= if at < high { after } else { 0 };
            self.add(pen, place, sides, at == low || at == high);
        }
    }

    fn add(&mut self, pen: Pen, at: Point, sides: u8, is_end: bool) {
        if sides == 0 {
            return;
        }
        let is_free = self.cell(at).is_some_and(|cell| cell.add(pen, sides));
        let is_taken = self.cell(at).is_none_or(|cell| !cell.is_line());
        let may_end = is_end && is_taken;
        if !is_free && !may_end {
            self.is_spoilt = true;
        }
    }

    /// Puts another canvas here; what is empty there stays as it is here.
    pub(super) fn place(&mut self, at: Point, other: Self) {
        self.is_spoilt |= other.is_spoilt;
        for (row, cells) in other.cells.chunks(other.width.max(1)).enumerate() {
            for (column, from) in cells.iter().enumerate() {
                if matches!(from.content, Content::Empty) {
                    continue;
                }
                match self.cell((at.0 + column, at.1 + row)) {
                    Some(to) if matches!(to.content, Content::Empty) => *to = *from,
                    _ => self.is_spoilt = true,
                }
            }
        }
        for (row, texts) in other.texts.into_iter().enumerate() {
            let Some(here) = self.texts.get_mut(at.1 + row) else {
                return;
            };
            here.extend(texts.into_iter().map(|text| Text {
                column: text.column + at.0,
                ..text
            }));
        }
    }

    /// Writes the rows, without blanks at their ends.
    pub(super) fn write(
        mut self,
        glyphs: Glyphs,
        style: &Style,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let texts = std::mem::take(&mut self.texts);
        for (row, mut texts) in texts.into_iter().enumerate() {
            texts.sort_unstable_by_key(|text| text.column);
            self.write_row(row, texts, glyphs, style, out)?;
            out.write_char('\n')?;
        }
        Ok(())
    }

    fn write_row(
        &self,
        row: usize,
        texts: Vec<Text>,
        glyphs: Glyphs,
        style: &Style,
        out: &mut dyn Write,
    ) -> fmt::Result {
        let mut spans = Spans::default();
        let mut texts = texts.into_iter();
        let cells = &self.cells[row * self.width..(row + 1) * self.width];
        let mut covered = 0;
        for (column, cell) in cells.iter().enumerate() {
            match cell.content {
                Content::Empty => spans.blanks += 1,
                Content::Symbol(symbol) => spans.add(cell.role, symbol),
                Content::Lines(lines) => spans.add(cell.role, lines.character(glyphs)),
                Content::Text if column < covered => {}
                Content::Text => {
                    if let Some(text) = texts.next() {
                        covered = column + columns(&text.words);
                        text.words.chars().for_each(|c| spans.add(text.role, c));
                    }
                }
            }
        }
        for (role, text) in spans.found {
            write!(out, "{}", style.paint(role, &text))?;
        }
        Ok(())
    }
}

impl Cell {
    fn is_line(&self) -> bool {
        matches!(self.content, Content::Lines(_))
    }

    /// Whether a line of this net may be here.
    fn add(&mut self, pen: Pen, sides: u8) -> bool {
        let mut lines = match self.content {
            Content::Empty => Lines::default(),
            Content::Lines(lines) => lines,
            Content::Symbol(_) | Content::Text => return false,
        };
        let stroke = Stroke {
            net: pen.net,
            is_dashed: pen.is_dashed,
        };
        let side = if sides & (LEFT | RIGHT) == 0 {
            &mut lines.along
        } else {
            &mut lines.across
        };
        if side.is_some_and(|there| there.net != pen.net) {
            return false;
        }
        *side = Some(stroke);
        if lines.sides == 0 || weight(pen.role) > weight(self.role) {
            self.role = pen.role;
        }
        lines.sides |= sides;
        self.content = Content::Lines(lines);
        true
    }
}

/// Where lines lie on each other, the one that says more is seen.
fn weight(role: Role) -> u8 {
    match role {
        Role::Dim => 0,
        Role::Plain | Role::Bold | Role::Path | Role::Busy | Role::Choice => 1,
        Role::Warn => 2,
        Role::Ok => 3,
        Role::Bad => 4,
    }
}

/// A row in pieces of one colour each.
#[derive(Default)]
struct Spans {
    found: Vec<(Role, String)>,
    blanks: usize,
}

impl Spans {
    fn add(&mut self, role: Role, character: char) {
        let blanks = std::mem::take(&mut self.blanks);
        if blanks > 0 {
            self.found.push((Role::Plain, " ".repeat(blanks)));
        }
        match self.found.last_mut() {
            Some((last, text)) if *last == role => text.push(character),
            _ => self.found.push((role, character.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEN: Pen = Pen {
        net: 1,
        is_dashed: false,
        role: Role::Plain,
    };

    fn check(draw: impl FnOnce(&mut Canvas), expected: &str, is_sound: bool) {
        let mut canvas = Canvas::new(5, 3);
        draw(&mut canvas);
        assert_eq!(canvas.is_sound(), is_sound);
        let mut found = String::new();
        let style = Style::new(false, 80);
        canvas
            .write(Glyphs { is_ascii: false }, &style, &mut found)
            .expect("a string takes all");
        assert_eq!(found, expected);
    }

    #[test]
    fn lines_of_one_net_join_and_those_of_two_cross() {
        check(
            |canvas| {
                canvas.line(PEN, (0, 1), (4, 1));
                canvas.line(PEN, (2, 0), (2, 1));
            },
            "  │\n──┴──\n\n",
            true,
        );
        let other = Pen { net: 2, ..PEN };
        check(
            |canvas| {
                canvas.line(PEN, (0, 1), (4, 1));
                canvas.line(other, (2, 0), (2, 2));
            },
            "  │\n──│──\n  │\n",
            true,
        );
    }

    #[test]
    fn a_line_that_ends_on_another_net_spoils_the_picture() {
        let other = Pen { net: 2, ..PEN };
        check(
            |canvas| {
                canvas.line(PEN, (0, 1), (4, 1));
                canvas.line(other, (2, 0), (2, 1));
            },
            "  │\n──│──\n\n",
            false,
        );
    }

    #[test]
    fn a_line_may_end_at_a_text_but_not_pass_it() {
        let text = |canvas: &mut Canvas| canvas.text((2, 1), "日".into(), Role::Plain);
        check(
            |canvas| {
                text(canvas);
                canvas.line(PEN, (0, 1), (2, 1));
            },
            "\n──日\n\n",
            true,
        );
        check(
            |canvas| {
                text(canvas);
                canvas.line(PEN, (0, 1), (4, 1));
            },
            "\n──日─\n\n",
            false,
        );
    }
}
