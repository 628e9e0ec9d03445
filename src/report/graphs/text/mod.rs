//! A picture for a terminal: boxes joined by lines where it fits, else an outline.
//!
//! Where everything stands is decided as for every picture, by the common layout, with sizes and
//! distances in `cells`; `painter` draws that on the canvas, which notices when anything would be
//! hidden. A picture that it refuses is told as an outline instead.

mod canvas;
mod cards;
mod cells;
mod glyphs;
mod lines;
mod outline;
mod painter;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write};

use self::canvas::Canvas;
use self::cells::{Cells, cell};
use self::glyphs::Glyphs;
use super::overlay::{Look, Mark, Taken, Way};
use super::{Direction, Options, Picture, labels, layout};
use crate::graph::Edge;
use crate::report::style::{Role, Style};

/// How a picture looks on a terminal.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// Its colours, and its width, which no line is longer than.
    pub style: Style,
    /// Whether it is made of ASCII alone.
    pub is_ascii: bool,
}

impl Looks {
    fn glyphs(self) -> Glyphs {
        Glyphs {
            is_ascii: self.is_ascii,
        }
    }
}

/// How many columns names and labels take before they are broken, and into how many lines.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    name: usize,
    /// The small line above a name.
    small: usize,
    label: usize,
    lines: usize,
    /// Whether boxes go closer together where that leaves lines less straight.
    is_tight: bool,
}

/// From comfortable to narrow: the first that fits is taken.
const SIZES: [Sizes; 5] = [
    Sizes {
        name: 26,
        small: 36,
        label: 24,
        lines: 3,
        is_tight: false,
    },
    Sizes {
        name: 20,
        small: 30,
        label: 16,
        lines: 4,
        is_tight: false,
    },
    NARROW,
    Sizes {
        is_tight: true,
        ..NARROW
    },
    Sizes {
        name: 12,
        small: 12,
        label: 12,
        lines: 8,
        is_tight: true,
    },
];

const NARROW: Sizes = Sizes {
    name: 15,
    small: 25,
    label: 12,
    lines: 6,
    is_tight: false,
};

/// Wider ones are not drawn: nobody sees them whole.
const MOST_COLUMNS: usize = 1000;

/// Writes the picture.
///
/// # Errors
/// Only what `out` answers.
pub fn render(picture: &Picture<'_, '_>, looks: &Looks, out: &mut dyn Write) -> fmt::Result {
    // What is too wide from left to right may fit from top to bottom.
    let upright = Options {
        direction: Direction::TopToBottom,
        ..*picture.options
    };
    let upright = Picture {
        options: &upright,
        ..*picture
    };
    let canvas = match picture.options.direction {
        Direction::TopToBottom => fitting(picture, *looks),
        Direction::LeftToRight => fitting(picture, *looks).or_else(|| fitting(&upright, *looks)),
    };
    match canvas {
        Some(canvas) => canvas.write(looks.glyphs(), &looks.style, out),
        None => outline::render(picture, looks, out),
    }
}

/// The most comfortable picture that fits. Whether any does is asked soon: of large machines few
/// do, and each attempt takes its time.
fn fitting(picture: &Picture<'_, '_>, looks: Looks) -> Option<Canvas> {
    let draw = |sizes| draw(picture, looks, sizes);
    let [best, between @ .., narrowest] = SIZES;
    draw(best).or_else(|| {
        let narrowest = draw(narrowest)?;
        between.into_iter().find_map(draw).or(Some(narrowest))
    })
}

/// One attempt at a picture; none when it is wider than the room there is, or hides something.
fn draw(picture: &Picture<'_, '_>, looks: Looks, sizes: Sizes) -> Option<Canvas> {
    let cells = Cells {
        picture,
        glyphs: looks.glyphs(),
        sizes,
    };
    let layout = layout::lay_out_on(&cells, picture);
    if cell(layout.width) > looks.style.width.min(MOST_COLUMNS) {
        return None;
    }
    let canvas = painter::paint(&cells, &layout);
    canvas.is_sound().then_some(canvas)
}

/// The colour of what happened.
fn mark_role(mark: Mark) -> Role {
    match mark {
        Mark::Succeeded | Mark::Added => Role::Ok,
        Mark::Caught | Mark::Changed => Role::Warn,
        Mark::Failed | Mark::TimedOut | Mark::Removed => Role::Bad,
        Mark::Aborted => Role::Dim,
        Mark::Running => Role::Busy,
    }
}

/// The colour of a transition to a state that is there.
fn edge_role(picture: &Picture<'_, '_>, edge: &Edge<'_>) -> Role {
    match picture.way(edge) {
        Way::Bare if edge.kind.is_catch() => Role::Warn,
        way => way_role(way),
    }
}

fn way_role(way: Way) -> Role {
    match way {
        Way::Taken(taken) => mark_role(taken.mark),
        Way::Faint => Role::Dim,
        Way::Bare => Role::Plain,
    }
}

/// What stands on a transition. One that was added or removed has a sign, unless a state at one of
/// its ends has it: there may be no colours.
fn edge_label(picture: &Picture<'_, '_>, glyphs: Glyphs, edge: &Edge<'_>) -> Option<String> {
    let has =
        |vertex, sign| matches!(picture.look(vertex), Look::Painted(paint) if paint.mark == sign);
    let sign = match picture.way(edge) {
        Way::Taken(Taken {
            mark: mark @ (Mark::Added | Mark::Removed),
            ..
        }) if !has(edge.from, mark) && !has(edge.to, mark) => Some(glyphs.mark(mark)),
        Way::Taken(_) | Way::Faint | Way::Bare => None,
    };
    let label = labels::edge(edge, picture.options.labels);
    let remark = picture.remark(edge).map(str::to_owned);
    let said: Vec<String> = sign.into_iter().chain(label).chain(remark).collect();
    (!said.is_empty()).then(|| said.join(" "))
}
