//! How large things are in the cells of a terminal, and how far apart.

use super::cards;
use super::glyphs::Glyphs;
use super::{Sizes, edge_label};
use crate::graph::{Edge, Missing, Vertex};
use crate::language::State;
use crate::report::graphs::face::{Face, Pill};
use crate::report::graphs::layout::{Across, Along, Distances, Medium, Room};
use crate::report::graphs::{Direction, Picture};
use crate::report::style::columns;

/// A terminal, measured in columns and rows.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a, 'm> {
    pub(super) picture: &'a Picture<'a, 'm>,
    pub(super) glyphs: Glyphs,
    pub(super) sizes: Sizes,
}

impl Medium for Cells<'_, '_> {
    fn distances(&self) -> Distances {
        let distances = match self.picture.options.direction {
            Direction::TopToBottom => DOWNWARDS,
            Direction::LeftToRight => SIDEWAYS,
        };
        Distances {
            is_tight: self.sizes.is_tight,
            ..distances
        }
    }

    fn card(&self, vertex: Vertex, state: &State) -> Face {
        cards::card(self, vertex, state)
    }

    fn frame(&self, vertex: Vertex, state: &State, inside: f64) -> Face {
        cards::head(self, vertex, state, cell(inside))
    }

    fn ghost(&self, missing: Missing<'_>) -> Face {
        cards::ghost(self, missing)
    }

    fn pill(&self, edge: &Edge<'_>) -> Option<Pill> {
        let full = edge_label(self.picture, self.glyphs, edge)?;
        let lines = cards::lines(self.glyphs, &full, self.sizes.label, self.sizes.lines);
        let widest = lines.iter().map(|line| columns(line)).max()?;
        // The line runs through a label from side to side and needs a blank before it and after.
        let blanks = match self.picture.options.direction {
            Direction::TopToBottom => 0,
            Direction::LeftToRight => 2,
        };
        Some(Pill {
            width: cells(widest.max(1) + blanks),
            height: cells(lines.len()),
            lines,
            full,
        })
    }
}

const DOWNWARDS: Distances = Distances {
    is_whole: true,
    is_tight: false,
    margin: 0.0,
    start: (9.0, 3.0),
    end: (7.0, 3.0),
    fork: 1.0,
    join: 1.0,
    frame: Room {
        beside: 2.0,
        above: 1.0,
        below: 1.0,
    },
    branch: 0.0,
    between: 3.0,
    to_branch: 0.5,
    aside: 1.5,
    across: Across {
        line: 1.0,
        open: 1.0,
        blocks: 3.0,
        block_line: 1.0,
        labels: 2.0,
        lines: 1.0,
        margin: 1.25,
        port: 2.0,
        corner: 2.5,
        near: 0.25,
        aside: 16.0,
    },
    along: Along {
        block_block: 1.0,
        block_label: 1.0,
        block_line: 0.0,
        label_block: 1.0,
        label_line: 0.0,
        line_block: 1.0,
        line_line: 0.0,
        line: 1.0,
        row: 4.0,
        curve: 0.0,
    },
};

const SIDEWAYS: Distances = Distances {
    across: Across {
        blocks: 1.0,
        block_line: 1.0,
        labels: 0.0,
        lines: 0.0,
        margin: 0.75,
        port: 1.0,
        corner: 1.5,
        aside: 6.0,
        ..DOWNWARDS.across
    },
    along: Along {
        block_block: 3.0,
        block_label: 1.0,
        block_line: 1.0,
        label_block: 1.0,
        label_line: 1.0,
        line_block: 2.0,
        line_line: 1.0,
        row: 8.0,
        ..DOWNWARDS.along
    },
    between: 1.0,
    ..DOWNWARDS
};

/// So many cells.
pub(super) fn cells(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The cell that a place is in.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places begin at 0, and what is too wide is not drawn"
)]
pub(super) fn cell(place: f64) -> usize {
    place as usize
}
