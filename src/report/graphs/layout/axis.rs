//! From the axes of the flow to those of the picture.

use super::layered::{Extent, Spot};
use super::{Point, Rect};
use crate::report::graphs::Direction;

/// Which axis of the picture the flow takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis(pub(super) Direction);

impl Axis {
    pub(super) fn extent(self, width: f64, height: f64) -> Extent {
        let (across, along) = match self.0 {
            Direction::TopToBottom => (width, height),
            Direction::LeftToRight => (height, width),
        };
        Extent { across, along }
    }

    pub(super) fn point(self, spot: Spot) -> Point {
        let (x, y) = match self.0 {
            Direction::TopToBottom => (spot.across, spot.along),
            Direction::LeftToRight => (spot.along, spot.across),
        };
        Point { x, y }
    }

    pub(super) fn spot(self, point: Point) -> Spot {
        let (across, along) = match self.0 {
            Direction::TopToBottom => (point.x, point.y),
            Direction::LeftToRight => (point.y, point.x),
        };
        Spot { across, along }
    }

    pub(super) fn rect(self, at: Spot, extent: Extent) -> Rect {
        let Point { x, y } = self.point(at);
        let size = self.point(Spot {
            across: extent.across,
            along: extent.along,
        });
        Rect {
            x,
            y,
            width: size.x,
            height: size.y,
        }
    }
}
