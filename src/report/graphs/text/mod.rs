//! A picture for a terminal: boxes joined by lines where it fits, else an outline.
//!
//! Each `States` scope is laid out alone and then is part of its container's box, as transitions
//! never leave their scope: `plan` makes boxes and links of it, `ranks` finds the layer of each,
//! `columns` their places, `routes` the ways between them. The canvas notices when anything would
//! be hidden; a picture that it refuses is told as an outline instead.

mod canvas;
mod cards;
mod columns;
mod glyphs;
mod outline;
mod plan;
mod ranks;
mod routes;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write};

use self::canvas::Canvas;
use self::glyphs::Glyphs;
use super::overlay::{Look, Mark, Taken, Way};
use super::{Picture, labels};
use crate::graph::{Edge, Scope};
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
    label: usize,
    lines: usize,
}

/// From comfortable to narrow: the first that fits is taken.
const SIZES: [Sizes; 3] = [
    Sizes {
        name: 26,
        label: 24,
        lines: 3,
    },
    Sizes {
        name: 20,
        label: 16,
        lines: 4,
    },
    Sizes {
        name: 15,
        label: 12,
        lines: 6,
    },
];

/// Wider ones are not drawn: nobody sees them whole.
const MOST_COLUMNS: usize = 1000;

/// Writes the picture.
///
/// # Errors
/// Only what `out` answers.
pub fn render(picture: &Picture<'_, '_>, looks: &Looks, out: &mut dyn Write) -> fmt::Result {
    let room = looks.style.width.min(MOST_COLUMNS);
    let canvas = SIZES.iter().find_map(|sizes| {
        let drawing = Drawing {
            picture,
            looks,
            sizes: *sizes,
        };
        drawing.scope(picture.graph.root(), room)
    });
    match canvas {
        Some(canvas) => canvas.write(looks.glyphs(), &looks.style, out),
        None => outline::render(picture, looks, out),
    }
}

/// One attempt at a picture.
#[derive(Clone, Copy)]
struct Drawing<'a, 'm> {
    picture: &'a Picture<'a, 'm>,
    looks: &'a Looks,
    sizes: Sizes,
}

impl<'m> Drawing<'_, 'm> {
    /// A scope with all that is inside; none when it would be wider than the room there is.
    fn scope(&self, scope: Scope<'_, 'm>, room: usize) -> Option<Canvas> {
        let mut plan = plan::Plan::new(self, scope, room)?;
        columns::place(&mut plan);
        let canvas = routes::draw(plan, self.looks.glyphs(), room)?;
        canvas.is_sound().then_some(canvas)
    }
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
