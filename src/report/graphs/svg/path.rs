//! Lines with round corners, and their heads.

use std::fmt::Write;

use super::text::Number as N;
use crate::report::graphs::layout::Point;

/// How round a corner is, where there is room.
const RADIUS: f64 = 10.0;

/// How long a head is, and how wide to each side.
const LENGTH: f64 = 8.0;
const HALF: f64 = 3.6;

/// The end of a line that is an arrow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) tip: Point,
    /// Of length 1.
    pub(super) direction: Point,
}

/// The path of a line; it ends where its head begins.
pub(super) fn corners(points: &[Point], has_head: bool) -> (String, Option<Head>) {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return (String::new(), None);
    };
    let mut points = points.to_vec();
    let mut end = None;
    if let [.., before, tip] = points[..]
        && has_head
    {
        let direction = unit(before, tip);
        end = Some(Head {
            tip: *last,
            direction,
        });
        let index = points.len() - 1;
        points[index] = along(*last, direction, -(LENGTH - 1.0));
    }
    let mut path = format!("M{} {}", N(first.x), N(first.y));
    let final_piece = points.len().saturating_sub(2);
    // A piece between two corners is shared by both.
    let room = |piece: usize| {
        let length = length(points[piece], points[piece + 1]);
        let is_end = piece == 0 || piece == final_piece;
        if is_end { length } else { length / 2.0 }
    };
    for (piece, three) in points.windows(3).enumerate() {
        let [before, corner, after] = [three[0], three[1], three[2]];
        let radius = room(piece).min(room(piece + 1)).min(RADIUS);
        let from = along(corner, unit(before, corner), -radius);
        let to = along(corner, unit(corner, after), radius);
        write!(
            path,
            "L{} {}Q{} {} {} {}",
            N(from.x),
            N(from.y),
            N(corner.x),
            N(corner.y),
            N(to.x),
            N(to.y)
        )
        .expect("a string takes all");
    }
    if let [.., last] = points[..] {
        write!(path, "L{} {}", N(last.x), N(last.y)).expect("a string takes all");
    }
    (path, end)
}

/// A triangle.
pub(super) fn head(tip: Point, direction: Point) -> String {
    let base = along(tip, direction, -LENGTH);
    let aside = Point {
        x: -direction.y,
        y: direction.x,
    };
    let (left, right) = (along(base, aside, HALF), along(base, aside, -HALF));
    format!(
        "M{} {}L{} {}L{} {}z",
        N(tip.x),
        N(tip.y),
        N(left.x),
        N(left.y),
        N(right.x),
        N(right.y)
    )
}

fn length(from: Point, to: Point) -> f64 {
    (to.x - from.x).hypot(to.y - from.y)
}

fn unit(from: Point, to: Point) -> Point {
    let length = length(from, to).max(f64::EPSILON);
    Point {
        x: (to.x - from.x) / length,
        y: (to.y - from.y) / length,
    }
}

fn along(from: Point, direction: Point, distance: f64) -> Point {
    Point {
        x: from.x + direction.x * distance,
        y: from.y + direction.y * distance,
    }
}
