//! What a state looks like: its lines of text and how much room they take.

use super::measure::Font;
use super::overlay::Look;
use super::wrap::{clip, wrap};
use super::{Picture, card_line, labels, missing_note};
use crate::graph::{Edge, Missing, Vertex};
use crate::language::{State, StateKind};

pub(super) const NAME: Font = Font {
    size: 13.0,
    is_bold: true,
};
pub(super) const SMALL: Font = Font {
    size: 10.5,
    is_bold: false,
};

/// From one line of a name to the next, and from one small line to the next.
pub(super) const NAME_LINE: f64 = 16.0;
pub(super) const SMALL_LINE: f64 = 13.0;

/// A line of small text between name and border may have so many columns.
const SMALL_COLUMNS: usize = 60;

/// Room between text and border.
const PADDING: f64 = 9.0;

/// How far text keeps off the left border of a card: the accent stands there.
pub(super) const BAR: f64 = 15.0;

/// How far a hexagon's points stand out.
pub(super) const POINT: f64 = 20.0;

/// The outline of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outline {
    /// A rounded card with a bar in the accent's colour.
    Card,
    /// A Choice.
    Hexagon,
    /// Succeed and Fail, filled.
    Pill,
    /// A target that is missing: dashed.
    Ghost,
    /// The head of a Map or Parallel.
    Frame,
}

/// The text of a state, line by line, and its size in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// Its outline.
    pub outline: Outline,
    /// The small line above the name.
    pub small: Option<String>,
    /// How often it is tried again.
    pub badge: Option<String>,
    /// The name.
    pub name: Vec<String>,
    /// Small lines below the name: a Fail's error, what happened.
    pub notes: Vec<String>,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Face {
    /// The face of a state that is drawn as one box.
    pub(super) fn card(picture: &Picture<'_, '_>, vertex: Vertex, state: &State) -> Self {
        let outline = match state.kind() {
            Some(StateKind::Choice) => Outline::Hexagon,
            Some(StateKind::Succeed | StateKind::Fail) => Outline::Pill,
            Some(_) | None => Outline::Card,
        };
        let is_pill = outline == Outline::Pill;
        let columns = if outline == Outline::Hexagon { 30 } else { 26 };
        let error = labels::error(state).map(|error| clip(&error, 34));
        let mut face = Self {
            outline,
            small: (!is_pill).then(|| clip(&card_line(state), SMALL_COLUMNS)),
            badge: shown_badge(picture, vertex, state),
            name: wrap(&titled(picture, vertex, state), columns, 3),
            notes: error.into_iter().chain(note(picture, vertex)).collect(),
            width: 0.0,
            height: 0.0,
        };
        face.measure();
        face
    }

    /// The head of a Map or Parallel that is drawn open.
    pub(super) fn frame(picture: &Picture<'_, '_>, vertex: Vertex, state: &State) -> Self {
        let mut face = Self {
            outline: Outline::Frame,
            small: Some(clip(&labels::type_line(state), SMALL_COLUMNS)),
            badge: shown_badge(picture, vertex, state),
            name: wrap(&titled(picture, vertex, state), 44, 2),
            notes: note(picture, vertex).into_iter().collect(),
            width: 0.0,
            height: 0.0,
        };
        face.measure();
        face
    }

    /// A target that is missing.
    pub(super) fn ghost(missing: Missing<'_>) -> Self {
        let mut face = Self {
            outline: Outline::Ghost,
            small: None,
            badge: None,
            name: wrap(&labels::name(missing.name), 26, 3),
            notes: vec![format!("({})", missing_note(missing))],
            width: 0.0,
            height: 0.0,
        };
        face.measure();
        face
    }

    fn measure(&mut self) {
        let badge = self.badge.as_ref();
        let badge = badge.map_or(0.0, |badge| SMALL.width(badge) + 12.0);
        let head = self.small.as_ref().map_or(0.0, |line| SMALL.width(line)) + badge;
        let names = self.name.iter().map(|line| NAME.width(line));
        let notes = self.notes.iter().map(|line| SMALL.width(line));
        let widest = names.chain(notes).fold(head, f64::max);
        let small = usize::from(self.small.is_some()) + self.notes.len();
        let lines = rows(small, SMALL_LINE) + rows(self.name.len(), NAME_LINE);
        let (sides, least): (f64, f64) = match self.outline {
            Outline::Card => (BAR + 12.0, 84.0),
            Outline::Hexagon => (2.0 * POINT + 8.0, 120.0),
            Outline::Pill => (36.0, 72.0),
            Outline::Ghost => (28.0, 60.0),
            Outline::Frame => (0.0, 0.0),
        };
        self.width = (widest + sides).max(least).ceil();
        self.height = match self.outline {
            Outline::Frame => lines,
            _ => lines + 2.0 * PADDING,
        };
    }
}

/// The label of a transition.
#[derive(Clone, Debug, PartialEq)]
pub struct Pill {
    /// The text, line by line.
    pub lines: Vec<String>,
    /// The text in full.
    pub full: String,
    /// Its width in pixels.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Pill {
    pub(super) fn of(edge: &Edge<'_>, picture: &Picture<'_, '_>) -> Option<Self> {
        let label = labels::edge(edge, picture.options.labels);
        let remark = picture.remark(edge);
        let mut lines = label
            .as_ref()
            .map_or(Vec::new(), |label| wrap(label, 28, 3));
        lines.extend(remark.map(|remark| clip(remark, 34)));
        let told = label.as_deref().into_iter().chain(remark);
        let full = told.collect::<Vec<_>>().join(" · ");
        if lines.is_empty() {
            return None;
        }
        let widths = lines.iter().map(|line| SMALL.width(line));
        let width = (widths.fold(0.0, f64::max) + 12.0).ceil();
        let height = rows(lines.len(), SMALL_LINE) + 5.0;
        Some(Self {
            lines,
            full,
            width,
            height,
        })
    }
}

/// The height of so many lines.
pub(super) fn rows(count: usize, height: f64) -> f64 {
    std::iter::repeat_n(height, count).sum()
}

/// The name behind the sign of what happened.
fn titled(picture: &Picture<'_, '_>, vertex: Vertex, state: &State) -> String {
    let name = labels::name(&state.name);
    match picture.look(vertex) {
        Look::Painted(paint) => format!("{} {name}", paint.mark.glyph()),
        Look::Bare | Look::Faint => name.into_owned(),
    }
}

fn note(picture: &Picture<'_, '_>, vertex: Vertex) -> Option<String> {
    let Look::Painted(paint) = picture.look(vertex) else {
        return None;
    };
    Some(clip(paint.note.as_ref()?, SMALL_COLUMNS))
}

/// A state that was not reached shows no badge.
fn shown_badge(picture: &Picture<'_, '_>, vertex: Vertex, state: &State) -> Option<String> {
    labels::retry_badge(state).filter(|_| picture.look(vertex) != Look::Faint)
}
