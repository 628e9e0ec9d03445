//! Scopes into Maps and Parallels, and these into the scopes around them.

use super::axis::Axis;
use super::layered::{Extent, Spot};
use super::scope::{Content, Ends};
use super::{Layout, Line, Point, Shape, Step, What};
use crate::graph::{EdgeKind, Vertex};
use crate::language::State;
use crate::report::graphs::Picture;
use crate::report::graphs::face::Face;

/// The radius of a fork and of a join.
pub(super) const FORK: f64 = 5.0;
pub(super) const JOIN: f64 = 7.0;

/// The room around all.
const MARGIN: f64 = 16.0;

/// The room inside a container's frame and inside a branch's.
const PADDING: f64 = 16.0;
const BRANCH_PADDING: f64 = 12.0;

/// Between two branches, and between the dots of a Parallel and its branches.
const BETWEEN: f64 = 16.0;
const TO_BRANCH: f64 = 17.0;

/// Lays a picture out.
#[must_use]
pub fn lay_out(picture: &Picture<'_, '_>) -> Layout {
    let composer = Composer {
        picture,
        axis: Axis(picture.options.direction),
    };
    let mut group = composer.scope(picture.graph.root(), Ends::Terminals);
    group.layout.shift(MARGIN, MARGIN);
    group.layout.width += 2.0 * MARGIN;
    group.layout.height += 2.0 * MARGIN;
    group.layout
}

pub(super) struct Composer<'a, 'm> {
    pub(super) picture: &'a Picture<'a, 'm>,
    pub(super) axis: Axis,
}

impl Composer<'_, '_> {
    /// A Map or Parallel with its states inside: the head above, the scopes below.
    pub(super) fn container(&self, vertex: Vertex, state: &State) -> Content {
        let face = Face::frame(self.picture, vertex, state);
        let mut scopes = self.picture.graph.scopes_in(vertex);
        let mut layout = match (scopes.len(), scopes.next()) {
            (1, Some(only)) => self.scope(only, Ends::Dots(vertex)).layout,
            _ => self.branches(vertex),
        };
        let width = layout.width.max(face.width) + 2.0 * PADDING;
        let top = face.height + PADDING + 4.0;
        layout.shift((width - layout.width) / 2.0, top);
        layout.width = width;
        layout.height += top + PADDING;
        Content::Group(layout, face)
    }

    /// The branches of a Parallel side by side between its dots.
    fn branches(&self, vertex: Vertex) -> Layout {
        let mut layout = Layout::default();
        let scopes = self.picture.graph.scopes_in(vertex);
        let begins = 2.0 * FORK + 2.0 * TO_BRANCH;
        let mut across = 0.0;
        let mut deepest = begins;
        let (mut entries, mut exits) = (Vec::new(), Vec::new());
        for scope in scopes {
            let mut group = self.scope(scope, Ends::Open);
            let room = 2.0 * BRANCH_PADDING;
            let extent = self
                .axis
                .extent(group.layout.width + room, group.layout.height + room);
            let at = Spot {
                across,
                along: begins,
            };
            let rect = self.axis.rect(at, extent);
            let (dx, dy) = (rect.x + BRANCH_PADDING, rect.y + BRANCH_PADDING);
            layout.shapes.push(Shape {
                what: What::Branch(vertex, scope.id()),
                rect,
                level: 0,
            });
            let shifted = |point: Point| {
                self.axis.spot(Point {
                    x: point.x + dx,
                    y: point.y + dy,
                })
            };
            if let Some(edge) = scope
                .edges()
                .next()
                .filter(|edge| matches!(edge.kind, EdgeKind::StartAt))
            {
                entries.push((shifted(group.entry), Step::Edge(edge.number)));
            }
            exits.extend(group.exit.map(|exit| (shifted(exit), group.ends)));
            group.layout.deepen();
            layout.absorb_flat(group.layout, dx, dy);
            across += extent.across + BETWEEN;
            deepest = f64::max(deepest, begins + extent.along);
        }
        let width = (across - BETWEEN).max(0.0);
        let mut end = deepest;
        if let Some(middle) = centre(width, entries.iter().map(|(spot, _)| spot.across)) {
            self.fork(vertex, middle, &entries, &mut layout);
        }
        if let Some(middle) = centre(width, exits.iter().map(|(spot, _)| spot.across)) {
            end = deepest + 2.0 * TO_BRANCH + 2.0 * JOIN;
            self.join(
                vertex,
                Spot {
                    across: middle,
                    along: end,
                },
                &exits,
                &mut layout,
            );
        }
        let size = self.axis.point(Spot {
            across: width,
            along: end,
        });
        (layout.width, layout.height) = (size.x, size.y);
        layout
    }

    fn fork(&self, vertex: Vertex, across: f64, entries: &[(Spot, Step)], layout: &mut Layout) {
        let rect = self.axis.rect(
            Spot {
                across: across - FORK,
                along: 0.0,
            },
            Extent {
                across: 2.0 * FORK,
                along: 2.0 * FORK,
            },
        );
        layout.shapes.push(Shape {
            what: What::Fork(vertex),
            rect,
            level: 0,
        });
        let along = 2.0 * FORK + TO_BRANCH;
        for (entry, step) in entries {
            let corners = [
                Spot {
                    across,
                    along: 2.0 * FORK,
                },
                Spot { across, along },
                Spot {
                    across: entry.across,
                    along,
                },
                *entry,
            ];
            layout.lines.push(self.line(&corners, false, vec![*step]));
        }
    }

    /// `end` is below the join's dot.
    fn join(&self, vertex: Vertex, end: Spot, exits: &[(Spot, Vec<Step>)], layout: &mut Layout) {
        let Spot { across, along: end } = end;
        let top = end - 2.0 * JOIN;
        let rect = self.axis.rect(
            Spot {
                across: across - JOIN,
                along: top,
            },
            Extent {
                across: 2.0 * JOIN,
                along: 2.0 * JOIN,
            },
        );
        layout.shapes.push(Shape {
            what: What::Join(vertex),
            rect,
            level: 0,
        });
        let along = top - TO_BRANCH;
        for (exit, steps) in exits {
            let corners = [
                *exit,
                Spot {
                    across: exit.across,
                    along,
                },
                Spot { across, along },
                Spot { across, along: top },
            ];
            layout.lines.push(self.line(&corners, true, steps.clone()));
        }
    }

    fn line(&self, corners: &[Spot], has_head: bool, steps: Vec<Step>) -> Line {
        let mut points: Vec<Point> = Vec::new();
        for corner in corners {
            let point = self.axis.point(*corner);
            if points.last() != Some(&point) {
                points.push(point);
            }
        }
        Line {
            points,
            has_head,
            is_catch: false,
            is_wrong: false,
            count: steps.len(),
            steps: steps.into(),
        }
    }
}

/// How far aside of the middle a dot goes for the line to a branch to be straight.
const ASIDE: f64 = 12.0;

/// The middle of all, where it lies between the first place and the last: there the lines of the
/// scope around begin and end.
fn centre(width: f64, places: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let ends = places
        .clone()
        .fold(None, |ends: Option<(f64, f64)>, place| {
            Some(ends.map_or((place, place), |(low, high)| {
                (low.min(place), high.max(place))
            }))
        });
    let (low, high) = ends?;
    let middle = (width / 2.0).clamp(low, high);
    let aside = |place: &f64| (place - middle).abs();
    let nearest = places.min_by(|a, b| aside(a).total_cmp(&aside(b)));
    nearest
        .filter(|place| aside(place) < ASIDE)
        .or(Some(middle))
}

impl Layout {
    pub(super) fn shift(&mut self, dx: f64, dy: f64) {
        let rects = self.shapes.iter_mut().map(|shape| &mut shape.rect);
        for rect in rects.chain(self.labels.iter_mut().map(|label| &mut label.rect)) {
            rect.x += dx;
            rect.y += dy;
        }
        for point in self.lines.iter_mut().flat_map(|line| &mut line.points) {
            point.x += dx;
            point.y += dy;
        }
    }

    /// Takes in what is inside a box.
    pub(super) fn absorb(&mut self, mut inner: Self, dx: f64, dy: f64) {
        inner.deepen();
        self.absorb_flat(inner, dx, dy);
    }

    fn absorb_flat(&mut self, mut inner: Self, dx: f64, dy: f64) {
        inner.shift(dx, dy);
        self.shapes.append(&mut inner.shapes);
        self.labels.append(&mut inner.labels);
        self.lines.append(&mut inner.lines);
    }

    fn deepen(&mut self) {
        for shape in &mut self.shapes {
            shape.level += 1;
        }
    }
}
