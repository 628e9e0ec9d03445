//! States as boxes of text.

use super::cells::Cells;
use super::glyphs::{Frame, Glyphs};
use super::mark_role;
use crate::graph::{Missing, Vertex};
use crate::language::{State, StateKind};
use crate::report::graphs::face::{Face, Outline};
use crate::report::graphs::overlay::Look;
use crate::report::graphs::wrap::{clip, wrap};
use crate::report::graphs::{Direction, Picture, card_line, labels, missing_note};
use crate::report::style::{Role, columns};

/// How many columns a box has inside at least: room for the lines of a Catch beside the others.
const LEAST: f64 = 5.0;

/// A line broken as the labels are, and harmless.
pub(super) fn lines(glyphs: Glyphs, text: &str, width: usize, most: usize) -> Vec<String> {
    let lines = wrap(text, width, most);
    lines.iter().map(|line| glyphs.text(line)).collect()
}

/// The box of a state that is drawn as one.
pub(super) fn card(cells: &Cells<'_, '_>, vertex: Vertex, state: &State) -> Face {
    let outline = match state.kind() {
        Some(StateKind::Choice) => Outline::Hexagon,
        Some(StateKind::Succeed | StateKind::Fail) => Outline::Pill,
        Some(_) | None => Outline::Card,
    };
    let mut face = framed(of_state(cells, vertex, state, outline, 0));
    let mut edges = cells.picture.graph.edges_from(vertex);
    if cells.picture.options.direction == Direction::LeftToRight
        && edges.any(|edge| edge.kind.is_catch())
    {
        // A row for what is caught, below the middle one.
        face.height = face.height.max(5.0);
    }
    face
}

/// The head of a container. The picture inside makes room for longer lines.
pub(super) fn head(cells: &Cells<'_, '_>, vertex: Vertex, state: &State, inside: usize) -> Face {
    of_state(cells, vertex, state, Outline::Frame, inside)
}

/// The box of a target that is missing.
pub(super) fn ghost(cells: &Cells<'_, '_>, missing: Missing<'_>) -> Face {
    let name = labels::name(missing.name);
    framed(Face {
        outline: Outline::Ghost,
        small: None,
        badge: None,
        name: lines(cells.glyphs, &name, cells.sizes.name, cells.sizes.lines),
        notes: vec![format!("({})", missing_note(missing))],
        width: 0.0,
        height: 0.0,
    })
}

/// What stands in the box of a state: its type, its name, what happened.
fn of_state(
    cells: &Cells<'_, '_>,
    vertex: Vertex,
    state: &State,
    outline: Outline,
    inside: usize,
) -> Face {
    let Cells {
        picture,
        glyphs,
        sizes,
    } = *cells;
    let most = inside.max(sizes.small);
    let badge = labels::retry_badge(state).map(|badge| format!(" {badge}"));
    let badge = badge.unwrap_or_default();
    let room = most.saturating_sub(columns(&badge));
    let small = clip(&type_line(picture, vertex, state), room) + &badge;
    let name = labels::name(&state.name);
    let mut name = lines(glyphs, &name, sizes.name, sizes.lines);
    let mut notes = Vec::new();
    if let Look::Painted(paint) = picture.look(vertex) {
        if let Some(first) = name.first_mut() {
            *first = format!("{} {first}", glyphs.mark(paint.mark));
        }
        let note = paint.note.as_deref();
        notes.extend(
            note.into_iter()
                .flat_map(|note| lines(glyphs, note, most, 2)),
        );
    }
    measured(Face {
        outline,
        small: Some(glyphs.text(&small)),
        badge: None,
        name,
        notes,
        width: 0.0,
        height: 0.0,
    })
}

fn measured(face: Face) -> Face {
    let widest = words(&face).map(columns).max().unwrap_or(0);
    Face {
        width: super::cells::cells(widest),
        height: super::cells::cells(words(&face).count()),
        ..face
    }
}

/// A face with its border, and a blank between that and its lines.
fn framed(face: Face) -> Face {
    let face = measured(face);
    Face {
        width: face.width.max(LEAST) + 4.0,
        height: face.height + 2.0,
        ..face
    }
}

/// The lines of a face from top to bottom.
fn words(face: &Face) -> impl Iterator<Item = &str> {
    let small = face.small.iter();
    let all = small.chain(&face.name).chain(&face.notes);
    all.map(String::as_str)
}

/// The lines of a state with their colours.
pub(super) fn painted<'f>(
    face: &'f Face,
    look: Look<'_>,
    kind: Option<StateKind>,
) -> Vec<(&'f str, Role)> {
    let (small, name, note) = match (face.outline, look) {
        (Outline::Ghost, _) => (Role::Bad, Role::Bad, Role::Bad),
        (_, Look::Faint) => (Role::Dim, Role::Dim, Role::Dim),
        (_, Look::Painted(paint)) => (accent(kind), mark_role(paint.mark), Role::Plain),
        (_, Look::Bare) => (accent(kind), Role::Bold, Role::Plain),
    };
    let small = face.small.iter().map(|line| (line, small));
    let name = face.name.iter().map(|line| (line, name));
    let notes = face.notes.iter().map(|line| (line, note));
    let all = small.chain(name).chain(notes);
    all.map(|(line, role)| (line.as_str(), role)).collect()
}

/// The colour of a frame.
pub(super) fn border_role(face: &Face, look: Look<'_>, kind: Option<StateKind>) -> Role {
    match (face.outline, look) {
        (Outline::Ghost, _) => Role::Bad,
        (_, Look::Faint) => Role::Dim,
        (_, Look::Painted(paint)) => mark_role(paint.mark),
        (_, Look::Bare) => accent(kind),
    }
}

/// The frame of a face.
pub(super) fn frame(face: &Face, kind: Option<StateKind>) -> Frame {
    match (face.outline, kind) {
        (Outline::Card | Outline::Hexagon, _) => Frame::Card,
        (Outline::Pill, _) => Frame::Pill,
        (Outline::Ghost, _) => Frame::Ghost,
        (Outline::Frame, Some(StateKind::Map)) => Frame::Dashed,
        (Outline::Frame, _) => Frame::Solid,
    }
}

/// The type, the error of a Fail, the badge of the retriers.
pub(super) fn small_line(picture: &Picture<'_, '_>, vertex: Vertex, state: &State) -> String {
    let line = type_line(picture, vertex, state);
    match labels::retry_badge(state) {
        Some(badge) => format!("{line} {badge}"),
        None => line,
    }
}

fn type_line(picture: &Picture<'_, '_>, vertex: Vertex, state: &State) -> String {
    let line = if picture.options.opens(picture.graph, vertex) {
        labels::type_line(state)
    } else {
        card_line(state)
    };
    match labels::error(state) {
        Some(error) => format!("{line} · {error}"),
        None => line,
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
