//! Where everything stands on a picture: the geometry that SVG, HTML and the terminal draw, each
//! in its own unit (`medium`).
//!
//! Transitions never leave their scope, so that each scope is laid out alone (`scope`, by
//! `layered`), and a Map or Parallel is one box of known size in the scope around it (`compose`).

mod axis;
mod compose;
mod layered;
mod medium;
mod scope;

use std::sync::Arc;

pub use self::compose::lay_out;
pub(super) use self::compose::lay_out_on;
pub(super) use self::medium::{Across, Along, Distances, Medium, Room};
use super::face::{Face, Pill};
use crate::graph::{ScopeId, Vertex};

/// A place, from the left and from the top.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "coordinates")]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// A box.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "a corner and a size")]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    /// Its right side.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Its lower side.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// Its middle.
    #[must_use]
    pub fn middle(&self) -> Point {
        Point {
            x: self.x + self.width / 2.0,
            y: self.y + self.height / 2.0,
        }
    }
}

/// Something with an outline.
#[derive(Clone, Debug)]
pub struct Shape {
    /// What it is.
    pub what: What,
    /// Where.
    pub rect: Rect,
    /// How many containers it is inside of.
    pub level: usize,
}

/// What a shape is.
#[derive(Clone, Debug)]
pub enum What {
    /// Where the machine begins.
    Start,
    /// Where it ends.
    End,
    /// Where the inside of a container begins.
    Fork(Vertex),
    /// Where it ends.
    Join(Vertex),
    /// A state, or a target that is missing.
    Node(Vertex, Box<Face>),
    /// A Map or Parallel, drawn open.
    Container(Vertex, Box<Face>),
    /// One of the branches of a Parallel.
    Branch(Vertex, ScopeId),
}

/// The label of a transition.
#[derive(Clone, Debug)]
pub struct Label {
    /// The number of the transition.
    pub edge: usize,
    /// Whether errors take the way.
    pub is_catch: bool,
    /// Whether it is `default` that stands there.
    pub is_default: bool,
    /// What it says.
    pub pill: Pill,
    /// Where.
    pub rect: Rect,
}

/// A transition that a line is drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One of the definition, by its number.
    Edge(usize),
    /// From a terminal state to the end of its scope.
    End(Vertex),
}

/// A line, with corners.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its corners.
    pub points: Vec<Point>,
    /// It ends at a box.
    pub has_head: bool,
    /// Errors take it.
    pub is_catch: bool,
    /// It leads to a target that is missing.
    pub is_wrong: bool,
    steps: Arc<[Step]>,
    count: usize,
}

impl Line {
    /// The transitions that go along it: a line to a state far away is shared.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps[..self.count]
    }
}

/// A picture's geometry.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The width of all.
    pub width: f64,
    /// The height of all.
    pub height: f64,
    /// Containers before what is inside them.
    pub shapes: Vec<Shape>,
    /// Labels.
    pub labels: Vec<Label>,
    /// Lines.
    pub lines: Vec<Line>,
}
