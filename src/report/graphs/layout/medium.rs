//! What a picture is drawn on: how large things are there and how far apart, in the unit of that
//! medium. Ranks, order, lanes are the same for all.

use crate::graph::{Edge, Missing, Vertex};
use crate::language::State;
use crate::report::graphs::Picture;
use crate::report::graphs::face::{Face, Pill};

/// A medium.
pub(in crate::report::graphs) trait Medium {
    /// How far apart things stand.
    fn distances(&self) -> Distances;

    /// A state that is drawn as one box.
    fn card(&self, vertex: Vertex, state: &State) -> Face;

    /// The head of a Map or Parallel that is drawn open, with a picture of this width inside.
    fn frame(&self, vertex: Vertex, state: &State, inside: f64) -> Face;

    /// A target that is missing.
    fn ghost(&self, missing: Missing<'_>) -> Face;

    /// The label of a transition.
    fn pill(&self, edge: &Edge<'_>) -> Option<Pill>;
}

/// A page, measured in pixels.
pub(super) struct Page<'a, 'm>(pub(super) &'a Picture<'a, 'm>);

impl Medium for Page<'_, '_> {
    fn distances(&self) -> Distances {
        PIXELS
    }

    fn card(&self, vertex: Vertex, state: &State) -> Face {
        Face::card(self.0, vertex, state)
    }

    fn frame(&self, vertex: Vertex, state: &State, _: f64) -> Face {
        Face::frame(self.0, vertex, state)
    }

    fn ghost(&self, missing: Missing<'_>) -> Face {
        Face::ghost(missing)
    }

    fn pill(&self, edge: &Edge<'_>) -> Option<Pill> {
        Pill::of(edge, self.0)
    }
}

/// Distances and sizes of what has no text.
#[derive(Clone, Copy, Debug)]
pub(in crate::report::graphs) struct Distances {
    /// Whether things stand in whole cells: a line then runs in the middle of one.
    pub(in crate::report::graphs) is_whole: bool,
    /// Whether a narrow picture is better than one with straight lines.
    pub(in crate::report::graphs) is_tight: bool,
    /// The room around all.
    pub(in crate::report::graphs) margin: f64,
    /// The width and height of Start and of End.
    pub(in crate::report::graphs) start: (f64, f64),
    pub(in crate::report::graphs) end: (f64, f64),
    /// The diameters of a fork and of a join.
    pub(in crate::report::graphs) fork: f64,
    pub(in crate::report::graphs) join: f64,
    /// The room inside a container's frame: left and right, above its head, below it, and below
    /// all.
    pub(in crate::report::graphs) frame: Room,
    /// The room inside the frame of a branch.
    pub(in crate::report::graphs) branch: f64,
    /// Between two branches, and half of that between the dots of a Parallel and its branches.
    pub(in crate::report::graphs) between: f64,
    pub(in crate::report::graphs) to_branch: f64,
    /// A dot that is less than this aside of a branch goes to where the line to it is straight.
    pub(in crate::report::graphs) aside: f64,
    pub(in crate::report::graphs) across: Across,
    pub(in crate::report::graphs) along: Along,
}

/// The room inside a container's frame.
#[derive(Clone, Copy, Debug)]
pub(in crate::report::graphs) struct Room {
    pub(in crate::report::graphs) beside: f64,
    /// From the upper side to what is inside, with the head's lines between.
    pub(in crate::report::graphs) above: f64,
    pub(in crate::report::graphs) below: f64,
}

/// Along a layer.
#[derive(Clone, Copy, Debug)]
pub(in crate::report::graphs) struct Across {
    /// How wide a line is, and the end of one that goes on in the scope around.
    pub(in crate::report::graphs) line: f64,
    pub(in crate::report::graphs) open: f64,
    /// Between neighbours.
    pub(in crate::report::graphs) blocks: f64,
    pub(in crate::report::graphs) block_line: f64,
    pub(in crate::report::graphs) labels: f64,
    pub(in crate::report::graphs) lines: f64,
    /// The room on both sides of what is put down.
    pub(in crate::report::graphs) margin: f64,
    /// How near the middle of a block a second line may begin or end.
    pub(in crate::report::graphs) port: f64,
    /// How near the end of a block's side a line may begin or end.
    pub(in crate::report::graphs) corner: f64,
    /// Lines as near as this look like one.
    pub(in crate::report::graphs) near: f64,
    /// What is further aside than this of where its line would be straight is so for a reason.
    pub(in crate::report::graphs) aside: f64,
}

/// Along the flow, the upper one first.
#[derive(Clone, Copy, Debug)]
pub(in crate::report::graphs) struct Along {
    pub(in crate::report::graphs) block_block: f64,
    pub(in crate::report::graphs) block_label: f64,
    pub(in crate::report::graphs) block_line: f64,
    pub(in crate::report::graphs) label_block: f64,
    /// A label and a line, or two labels.
    pub(in crate::report::graphs) label_line: f64,
    pub(in crate::report::graphs) line_block: f64,
    pub(in crate::report::graphs) line_line: f64,
    /// How thick a line is.
    pub(in crate::report::graphs) line: f64,
    /// Boxes of a layer whose places differ by less than this stand in one row.
    pub(in crate::report::graphs) row: f64,
    /// How far a line goes along the one that it joins.
    pub(in crate::report::graphs) curve: f64,
}

const PIXELS: Distances = Distances {
    is_whole: false,
    is_tight: false,
    margin: 16.0,
    start: (38.0, 38.0),
    end: (38.0, 38.0),
    fork: 10.0,
    join: 14.0,
    frame: Room {
        beside: 16.0,
        above: 20.0,
        below: 16.0,
    },
    branch: 12.0,
    between: 16.0,
    to_branch: 17.0,
    aside: 12.0,
    across: Across {
        line: 2.0,
        open: 0.0,
        blocks: 32.0,
        block_line: 18.0,
        labels: 14.0,
        lines: 12.0,
        margin: 12.0,
        port: 16.0,
        corner: 16.0,
        near: 6.0,
        aside: 120.0,
    },
    along: Along {
        block_block: 34.0,
        block_label: 15.0,
        block_line: 15.0,
        label_block: 22.0,
        label_line: 11.0,
        line_block: 23.0,
        line_line: 10.0,
        line: 0.0,
        row: 70.0,
        curve: 10.0,
    },
};

impl Default for Distances {
    fn default() -> Self {
        PIXELS
    }
}

impl Distances {
    /// The place of a line nearest to this: the middle of a cell.
    pub(super) fn snap(&self, place: f64) -> f64 {
        if self.is_whole {
            place.floor() + 0.5
        } else {
            place
        }
    }

    /// The border of cells before a place.
    pub(super) fn down(&self, place: f64) -> f64 {
        if self.is_whole { place.floor() } else { place }
    }

    /// The border of cells after a place.
    pub(super) fn up(&self, place: f64) -> f64 {
        if self.is_whole { place.ceil() } else { place }
    }

    /// How far the line through its middle is from where a box begins, and from where it ends.
    pub(super) fn halves(&self, across: f64) -> (f64, f64) {
        let before = self.snap(across / 2.0);
        (before, across - before)
    }
}
