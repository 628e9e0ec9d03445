//! States as boxes of text.

use super::canvas::Canvas;
use super::glyphs::{Frame, Glyphs};
use super::{Looks, Sizes};
use crate::graph::{Missing, Vertex};
use crate::language::{State, StateKind};
use crate::report::graphs::overlay::Look;
use crate::report::graphs::wrap::{clip, wrap};
use crate::report::graphs::{Picture, card_line, labels, missing_note};
use crate::report::style::{Role, columns};

/// How many columns the small line may have more than a name.
const MORE: usize = 10;

/// A line of a box.
pub(super) type Line = (String, Role);

/// A line broken as the labels are, and harmless.
pub(super) fn lines(glyphs: Glyphs, text: &str, width: usize, most: usize) -> Vec<String> {
    let lines = wrap(text, width, most);
    lines.iter().map(|line| glyphs.text(line)).collect()
}

/// What stands in the box of a state: its type, its name, what happened. A picture inside makes
/// room for longer lines.
pub(super) fn of_state(
    picture: &Picture<'_, '_>,
    looks: &Looks,
    sizes: Sizes,
    vertex: Vertex,
    state: &State,
    inside: usize,
) -> Vec<Line> {
    let glyphs = looks.glyphs();
    let (paint, is_dim) = match picture.look(vertex) {
        Look::Painted(paint) => (Some(paint), false),
        Look::Faint => (None, true),
        Look::Bare => (None, false),
    };
    let role = |role| if is_dim { Role::Dim } else { role };
    let most = inside.max(sizes.name + MORE);
    let small = clip(&small_line(picture, vertex, state), most);
    let mut found = vec![(glyphs.text(&small), role(accent(state.kind())))];
    let name = labels::name(&state.name);
    let mut names = lines(glyphs, &name, sizes.name, sizes.lines);
    let Some(paint) = paint else {
        found.extend(names.into_iter().map(|name| (name, role(Role::Bold))));
        return found;
    };
    if let Some(first) = names.first_mut() {
        *first = format!("{} {first}", glyphs.mark(paint.mark));
    }
    let of_mark = super::mark_role(paint.mark);
    found.extend(names.into_iter().map(|name| (name, of_mark)));
    let note = paint
        .note
        .as_deref()
        .map(|note| lines(glyphs, note, most, 2));
    found.extend(note.into_iter().flatten().map(|note| (note, Role::Plain)));
    found
}

/// The type, the badge of the retriers, the error of a Fail.
pub(super) fn small_line(picture: &Picture<'_, '_>, vertex: Vertex, state: &State) -> String {
    let mut line = if picture.options.opens(picture.graph, vertex) {
        labels::type_line(state)
    } else {
        card_line(state)
    };
    if let Some(error) = labels::error(state) {
        line = format!("{line} · {error}");
    }
    match labels::retry_badge(state) {
        Some(badge) => format!("{line} {badge}"),
        None => line,
    }
}

/// What stands in the box of a target that is missing.
pub(super) fn of_missing(glyphs: Glyphs, sizes: Sizes, missing: Missing<'_>) -> Vec<Line> {
    let name = labels::name(missing.name);
    let mut found: Vec<Line> = lines(glyphs, &name, sizes.name, sizes.lines)
        .into_iter()
        .map(|line| (line, Role::Bad))
        .collect();
    found.push((format!("({})", missing_note(missing)), Role::Bad));
    found
}

/// The frame of a state that is one card.
pub(super) fn frame(kind: Option<StateKind>) -> Frame {
    match kind {
        Some(StateKind::Succeed | StateKind::Fail) => Frame::Pill,
        Some(
            StateKind::Task
            | StateKind::Pass
            | StateKind::Choice
            | StateKind::Wait
            | StateKind::Parallel
            | StateKind::Map,
        )
        | None => Frame::Card,
    }
}

/// The colour of a type.
pub(super) fn accent(kind: Option<StateKind>) -> Role {
    match kind {
        Some(StateKind::Task) => Role::Warn,
        Some(StateKind::Pass) => Role::Plain,
        Some(StateKind::Choice) => Role::Choice,
        Some(StateKind::Wait | StateKind::Map) => Role::Path,
        Some(StateKind::Parallel) => Role::Busy,
        Some(StateKind::Succeed) => Role::Ok,
        Some(StateKind::Fail) | None => Role::Bad,
    }
}

/// A box with lines in it, and perhaps a picture under them.
pub(super) struct Card {
    pub(super) lines: Vec<Line>,
    pub(super) frame: Frame,
    /// The colour of the frame.
    pub(super) role: Role,
    /// How many lines and columns it has inside at least.
    pub(super) least: (usize, usize),
    pub(super) inside: Option<Canvas>,
}

impl Card {
    pub(super) fn draw(self, glyphs: Glyphs) -> Canvas {
        let widest = self.lines.iter().map(|(line, _)| columns(line)).max();
        let inner = self.inside.as_ref().map_or(0, |inside| inside.width);
        let width = widest.unwrap_or(0).max(self.least.1).max(inner) + 4;
        let rows = self.lines.len().max(self.least.0);
        let below = self.inside.as_ref().map_or(0, |inside| inside.height);
        let mut canvas = Canvas::new(width, rows + below + 2);
        draw_frame(&mut canvas, glyphs, self.frame, self.role);
        for (row, (line, role)) in self.lines.into_iter().enumerate() {
            canvas.text((2, row + 1), line, role);
        }
        if let Some(inside) = self.inside {
            canvas.place(((width - inner) / 2, rows + 1), inside);
        }
        canvas
    }
}

fn draw_frame(canvas: &mut Canvas, glyphs: Glyphs, frame: Frame, role: Role) {
    let border = glyphs.border(frame);
    let (right, bottom) = (canvas.width - 1, canvas.height - 1);
    for column in 1..right {
        canvas.symbol((column, 0), border.across, role);
        canvas.symbol((column, bottom), border.across, role);
    }
    for row in 1..bottom {
        canvas.symbol((0, row), border.along, role);
        canvas.symbol((right, row), border.along, role);
    }
    let corners = [(0, 0), (right, 0), (0, bottom), (right, bottom)];
    for (at, corner) in corners.into_iter().zip(border.corners) {
        canvas.symbol(at, corner, role);
    }
}
