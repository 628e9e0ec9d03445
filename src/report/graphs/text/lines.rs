//! Lines on the canvas: where those that share an end join, where others pass each other, how they
//! leave a box and arrive at one.

use super::canvas::{Canvas, Cell, Content, Place};
use super::cells::cell;
use super::glyphs::{DOWN, Glyphs, LEFT, RIGHT, UP};
use crate::report::graphs::layout::{Point, Step};
use crate::report::style::Role;

/// What a line is drawn with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    /// The first transition that goes along the line.
    pub(super) step: Step,
    /// Lines that share an end may join; others may only cross.
    pub(super) from: Knot,
    pub(super) to: Knot,
    pub(super) is_dashed: bool,
    pub(super) role: Role,
}

/// An end of lines: a state by its number, or the start or end of the machine or of what is inside a
/// container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Knot {
    State(usize),
    Start(Option<usize>),
    End(Option<usize>),
}

impl Pen {
    fn may_join(&self, other: &Self) -> bool {
        self.from == other.from || self.to == other.to
    }
}

/// The lines in a cell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lines {
    across: Option<Stroke>,
    along: Option<Stroke>,
    sides: u8,
    /// Whether a line turns or ends here: else those on both axes pass each other.
    is_joint: bool,
}

/// The last line on an axis.
#[derive(Clone, Copy, Debug)]
struct Stroke {
    /// By its place among all pens.
    pen: u32,
    is_dashed: bool,
}

impl Lines {
    pub(super) fn character(self, glyphs: Glyphs) -> char {
        match (self.across, self.along) {
            // A bridge: only lines that join make a corner or a fork.
            (Some(_), Some(along)) if !self.is_joint => glyphs.line(UP | DOWN, along.is_dashed),
            _ => glyphs.line(self.sides, self.is_dashed()),
        }
    }

    fn is_dashed(&self) -> bool {
        let mut strokes = [self.across, self.along].into_iter().flatten();
        strokes.all(|stroke| stroke.is_dashed)
    }

    /// Whether all lines here are this transition's.
    pub(super) fn belong_to(self, step: Step, pens: &[Pen]) -> bool {
        let mut strokes = [self.across, self.along].into_iter().flatten();
        strokes.all(|stroke| pens[stroke.pen as usize].step == step)
    }

    /// Whether lines that must not join pass each other.
    fn is_sound(&self, pens: &[Pen]) -> bool {
        match (self.across, self.along) {
            (Some(across), Some(along)) if self.is_joint => {
                pens[across.pen as usize].may_join(&pens[along.pen as usize])
            }
            _ => true,
        }
    }

    /// Adds a line that leaves to these sides; none when it would lie on one that it must not join.
    fn with(mut self, pen: u32, sides: u8, pens: &[Pen]) -> Option<Self> {
        let new = pens[pen as usize];
        for (axis, stroke) in [
            (LEFT | RIGHT, &mut self.across),
            (UP | DOWN, &mut self.along),
        ] {
            if sides & axis == 0 {
                continue;
            }
            let is_dashed = new.is_dashed && stroke.is_none_or(|there| there.is_dashed);
            if stroke.is_some_and(|there| !pens[there.pen as usize].may_join(&new)) {
                return None;
            }
            *stroke = Some(Stroke { pen, is_dashed });
        }
        self.is_joint |= ![LEFT | RIGHT, UP | DOWN].contains(&sides);
        self.sides |= sides;
        self.is_sound(pens).then_some(self)
    }
}

/// A piece of a line: from the side of a cell to its middle, or on from there.
#[derive(Clone, Copy, Debug)]
struct Half {
    place: Place,
    side: u8,
    /// The side that the line goes to.
    towards: u8,
}

/// The pieces between two corners.
fn halves(from: Point, to: Point) -> impl Iterator<Item = Half> {
    let is_along = (from.x - to.x).abs() < 0.25;
    let (begin, end) = if is_along {
        (from.y, to.y)
    } else {
        (from.x, to.x)
    };
    let fixed = cell(if is_along { from.x } else { from.y });
    let (begin, end) = (cell(2.0 * begin), cell(2.0 * end));
    let (before, after) = if is_along { (UP, DOWN) } else { (LEFT, RIGHT) };
    let is_forward = begin < end;
    let (low, high) = (begin.min(end), begin.max(end));
    (low..high).map(move |step| {
        let half = if is_forward {
            step
        } else {
            high - 1 - (step - low)
        };
        Half {
            place: if is_along {
                (fixed, half / 2)
            } else {
                (half / 2, fixed)
            },
            side: if half % 2 == 0 { before } else { after },
            towards: if is_forward { after } else { before },
        }
    })
}

fn opposite(side: u8) -> u8 {
    match side {
        UP => DOWN,
        DOWN => UP,
        LEFT => RIGHT,
        _ => LEFT,
    }
}

/// The place on a side of another.
fn next((column, row): Place, side: u8) -> Place {
    match side {
        UP => (column, row.wrapping_sub(1)),
        DOWN => (column, row + 1),
        LEFT => (column.wrapping_sub(1), row),
        _ => (column + 1, row),
    }
}

impl Canvas {
    /// Draws a line from the side of a box, with corners in the middle of cells.
    pub(super) fn line(&mut self, pen: Pen, corners: &[Point], has_head: bool, glyphs: Glyphs) {
        let Ok(number) = u32::try_from(self.pens.len()) else {
            return;
        };
        self.pens.push(pen);
        let halves: Vec<Half> = corners
            .windows(2)
            .flat_map(|ends| halves(ends[0], ends[1]))
            .collect();
        for pieces in halves.chunk_by(|one, other| one.place == other.place) {
            let sides = pieces.iter().fold(0, |sides, half| sides | half.side);
            self.stroke(number, pieces[0].place, sides);
        }
        if let Some(first) = halves.first() {
            self.leave(*first, glyphs);
        }
        if let Some(last) = halves.last().filter(|_| has_head) {
            self.heads.push((last.place, last.towards));
        }
    }

    fn stroke(&mut self, number: u32, at: Place, sides: u8) {
        let role = self.pens[number as usize].role;
        let lines = match self.cell(at).map(|cell| cell.content) {
            Some(Content::Empty) => Some(Lines::default()),
            Some(Content::Lines(lines)) => Some(lines),
            _ => None,
        };
        let lines = lines.and_then(|lines| lines.with(number, sides, &self.pens));
        let (Some(lines), Some(cell)) = (lines, self.cell(at)) else {
            self.is_spoilt = true;
            return;
        };
        let is_first = !matches!(cell.content, Content::Lines(_));
        if is_first || weight(role) > weight(cell.role) {
            cell.role = role;
        }
        cell.content = Content::Lines(lines);
    }

    /// A frame has a fork where a line leaves it.
    fn leave(&mut self, first: Half, glyphs: Glyphs) {
        if first.side != opposite(first.towards) {
            return;
        }
        let border = next(first.place, opposite(first.towards));
        if let Some(Cell {
            content: Content::Border(symbol),
            ..
        }) = self.cell(border)
        {
            *symbol = glyphs.tee(*symbol, first.towards);
        }
    }

    /// Puts the heads of arrows where lines end at frames.
    pub(super) fn heads(&mut self, glyphs: Glyphs) {
        for (place, towards) in std::mem::take(&mut self.heads) {
            let beyond = self.cell(next(place, towards)).map(|cell| cell.content);
            if !matches!(beyond, Some(Content::Border(_))) {
                continue;
            }
            let Some(cell) = self.cell(place) else {
                continue;
            };
            // Of several lines that end there the first has put the head of all.
            if let Content::Lines(lines) = cell.content {
                cell.content = Content::Symbol(glyphs.head(lines.is_dashed(), towards));
            }
        }
    }
}

/// Where lines lie on each other, the one that says more is seen.
pub(super) fn weight(role: Role) -> u8 {
    match role {
        Role::Dim => 0,
        Role::Plain | Role::Bold | Role::Path | Role::Busy | Role::Choice => 1,
        Role::Warn => 2,
        Role::Ok => 3,
        Role::Bad => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::Style;

    const GLYPHS: Glyphs = Glyphs { is_ascii: false };

    /// A line between the two ends that are given by number.
    fn pen(from: usize, to: usize) -> Pen {
        Pen {
            step: Step::Edge(from),
            from: Knot::State(from),
            to: Knot::State(to),
            is_dashed: false,
            role: Role::Plain,
        }
    }

    fn line(canvas: &mut Canvas, pen: Pen, corners: &[(f64, f64)]) {
        let corners: Vec<Point> = corners
            .iter()
            .map(|(x, y)| Point { x: *x, y: *y })
            .collect();
        canvas.line(pen, &corners, true, GLYPHS);
    }

    fn check(draw: impl FnOnce(&mut Canvas), expected: &str, is_sound: bool) {
        let mut canvas = Canvas::new(5, 3);
        draw(&mut canvas);
        canvas.heads(GLYPHS);
        assert_eq!(canvas.is_sound(), is_sound);
        let mut found = String::new();
        let style = Style::new(false, 80);
        canvas
            .write(GLYPHS, &style, &mut found)
            .expect("a string takes all");
        assert_eq!(found, expected);
    }

    fn across(canvas: &mut Canvas) {
        line(canvas, pen(0, 1), &[(0.0, 1.5), (5.0, 1.5)]);
    }

    #[test]
    fn lines_that_share_an_end_join() {
        check(
            |canvas| {
                across(canvas);
                line(canvas, pen(2, 1), &[(2.5, 0.0), (2.5, 1.5), (5.0, 1.5)]);
            },
            "  │\n──┴──\n\n",
            true,
        );
    }

    #[test]
    fn other_lines_pass_each_other() {
        check(
            |canvas| {
                across(canvas);
                line(canvas, pen(2, 3), &[(2.5, 0.0), (2.5, 3.0)]);
            },
            "  │\n──│──\n  │\n",
            true,
        );
    }

    #[test]
    fn a_line_that_would_seem_to_join_another_spoils_the_picture() {
        for corners in [
            &[(2.5, 0.0), (2.5, 1.5)][..],
            &[(2.5, 0.0), (2.5, 1.5), (5.0, 1.5)],
        ] {
            let mut canvas = Canvas::new(5, 3);
            across(&mut canvas);
            assert!(canvas.is_sound());
            line(&mut canvas, pen(2, 3), corners);
            assert!(!canvas.is_sound());
        }
    }

    #[test]
    fn a_line_leaves_a_frame_with_a_fork_and_arrives_with_a_head() {
        check(
            |canvas| {
                canvas.border((0, 1), '│', Role::Plain);
                canvas.border((4, 1), '│', Role::Plain);
                line(canvas, pen(0, 1), &[(1.0, 1.5), (4.0, 1.5)]);
            },
            "\n├──▶│\n\n",
            true,
        );
    }

    #[test]
    fn a_label_stands_on_its_own_line_only() {
        for (step, is_sound) in [(Step::Edge(0), true), (Step::Edge(7), false)] {
            let mut canvas = Canvas::new(5, 3);
            across(&mut canvas);
            canvas.clear((1, 1), (3, 1), step);
            canvas.text((2, 1), "x", Role::Plain);
            assert_eq!(canvas.is_sound(), is_sound);
        }
    }
}
