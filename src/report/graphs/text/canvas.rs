//! A grid of characters on which boxes, texts and lines are drawn, and which notices when one
//! would hide another.

use std::fmt::{self, Write};

use super::glyphs::Glyphs;
use super::lines::{Lines, Pen};
use crate::report::graphs::layout::Step;
use crate::report::style::{Role, Style, columns};

/// A rectangle of characters.
#[derive(Clone, Debug, Default)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    cells: Vec<Cell>,
    /// The texts of each row.
    texts: Vec<Vec<Text>>,
    /// All that lines were drawn with.
    pub(super) pens: Vec<Pen>,
    /// Where lines end, and to which side.
    pub(super) heads: Vec<(Place, u8)>,
    /// Whether something was drawn over something else.
    pub(super) is_spoilt: bool,
}

/// A column and a row.
pub(super) type Place = (usize, usize);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    pub(super) content: Content,
    pub(super) role: Role,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Content {
    #[default]
    Empty,
    /// A piece of a frame, which lines lead to and from.
    Border(char),
    Symbol(char),
    /// A column of a text.
    Text,
    Lines(Lines),
}

#[derive(Clone, Debug)]
struct Text {
    column: usize,
    words: String,
    role: Role,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            cells: vec![Cell::default(); width * height],
            texts: vec![Vec::new(); height],
            ..Self::default()
        }
    }

    /// Whether nothing hides anything.
    pub(super) fn is_sound(&self) -> bool {
        !self.is_spoilt
    }

    pub(super) fn cell(&mut self, (column, row): Place) -> Option<&mut Cell> {
        if column >= self.width || row >= self.height {
            return None;
        }
        self.cells.get_mut(row * self.width + column)
    }

    fn put(&mut self, at: Place, content: Content, role: Role) {
        match self.cell(at) {
            Some(cell) if matches!(cell.content, Content::Empty) => *cell = Cell { content, role },
            _ => self.is_spoilt = true,
        }
    }

    /// Puts a piece of a frame.
    pub(super) fn border(&mut self, at: Place, symbol: char, role: Role) {
        self.put(at, Content::Border(symbol), role);
    }

    /// Puts a character that stands for something by itself.
    pub(super) fn dot(&mut self, at: Place, symbol: char) {
        self.put(at, Content::Symbol(symbol), Role::Plain);
    }

    /// Writes a text of one line.
    pub(super) fn text(&mut self, (column, row): Place, text: &str, role: Role) {
        for at in column..column + columns(text) {
            self.put((at, row), Content::Text, role);
        }
        if let Some(texts) = self.texts.get_mut(row)
            && columns(text) > 0
        {
            texts.push(Text {
                column,
                words: text.to_owned(),
                role,
            });
        }
    }

    /// Makes room for the label of a transition: only its own line may be there.
    pub(super) fn clear(&mut self, at: Place, size: (usize, usize), step: Step) {
        for row in at.1..at.1 + size.1 {
            for column in at.0..at.0 + size.0 {
                let found = self.cell((column, row)).map(std::mem::take);
                let Some(Cell {
                    content: Content::Lines(lines),
                    ..
                }) = found
                else {
                    continue;
                };
                self.is_spoilt |= !lines.belong_to(step, &self.pens);
            }
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
                Content::Border(symbol) | Content::Symbol(symbol) => spans.add(cell.role, symbol),
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
