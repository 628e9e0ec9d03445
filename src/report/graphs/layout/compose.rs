//! Scopes into Maps and Parallels, and these into the scopes around them.

use super::axis::Axis;
use super::layered::{Extent, Spot};
use super::medium::{Distances, Medium, Page};
use super::scope::{Content, Ends};
use super::{Layout, Line, Point, Rect, Shape, Step, What};
use crate::graph::{EdgeKind, Vertex};
use crate::language::State;
use crate::report::graphs::Picture;

/// Lays a picture out, in pixels.
#[must_use]
pub fn lay_out(picture: &Picture<'_, '_>) -> Layout {
    lay_out_on(&Page(picture), picture)
}

/// Lays a picture out on a medium, in its unit.
pub(in crate::report::graphs) fn lay_out_on(
    medium: &dyn Medium,
    picture: &Picture<'_, '_>,
) -> Layout {
    let composer = Composer {
        picture,
        medium,
        distances: medium.distances(),
        axis: Axis(picture.options.direction),
    };
    let mut group = composer.scope(picture.graph.root(), Ends::Terminals);
    let margin = composer.distances.margin;
    group.layout.shift(margin, margin);
    group.layout.width += 2.0 * margin;
    group.layout.height += 2.0 * margin;
    group.layout
}

pub(super) struct Composer<'a, 'm> {
    pub(super) picture: &'a Picture<'a, 'm>,
    pub(super) medium: &'a dyn Medium,
    pub(super) distances: Distances,
    pub(super) axis: Axis,
}

impl Composer<'_, '_> {
    /// A Map or Parallel with its states inside: the head above, the scopes below.
    pub(super) fn container(&self, vertex: Vertex, state: &State) -> Content {
        let mut scopes = self.picture.graph.scopes_in(vertex);
        let mut layout = match (scopes.len(), scopes.next()) {
            (1, Some(only)) => self.scope(only, Ends::Dots(vertex)).layout,
            _ => self.branches(vertex),
        };
        let face = self.medium.frame(vertex, state, layout.width);
        let room = self.distances.frame;
        let width = layout.width.max(face.width) + 2.0 * room.beside;
        let top = face.height + room.above;
        let left = self.distances.down((width - layout.width) / 2.0);
        layout.shift(left, top);
        layout.width = width;
        layout.height += top + room.below;
        Content::Group(layout, face)
    }

    /// The branches of a Parallel side by side between its dots.
    fn branches(&self, vertex: Vertex) -> Layout {
        let mut layout = Layout::default();
        let scopes = self.picture.graph.scopes_in(vertex);
        let distances = &self.distances;
        let begins = distances.fork + 2.0 * distances.to_branch;
        let mut across = 0.0;
        let mut deepest = begins;
        let (mut entries, mut exits) = (Vec::new(), Vec::new());
        for scope in scopes {
            let mut group = self.scope(scope, Ends::Open);
            let room = 2.0 * distances.branch;
            let extent = self
                .axis
                .extent(group.layout.width + room, group.layout.height + room);
            let at = Spot {
                across,
                along: begins,
            };
            let rect = self.axis.rect(at, extent);
            let (dx, dy) = (rect.x + distances.branch, rect.y + distances.branch);
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
            across += extent.across + distances.between;
            deepest = f64::max(deepest, begins + extent.along);
        }
        let width = (across - distances.between).max(0.0);
        let (middle, aside) = (distances.snap(width / 2.0), distances.aside);
        let mut end = deepest;
        let entered = entries.iter().map(|(spot, _)| spot.across);
        if let Some(middle) = centre(middle, aside, entered) {
            self.fork(vertex, middle, &entries, &mut layout);
        }
        let left = exits.iter().map(|(spot, _)| spot.across);
        if let Some(middle) = centre(middle, aside, left) {
            end = deepest + 2.0 * distances.to_branch + distances.join;
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
        let size = self.distances.fork;
        let rect = self.dot_at(Spot { across, along: 0.0 }, size);
        layout.shapes.push(Shape {
            what: What::Fork(vertex),
            rect,
            level: 0,
        });
        let along = size + self.distances.to_branch;
        for (entry, step) in entries {
            let corners = [
                Spot {
                    across,
                    along: size,
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
        let size = self.distances.join;
        let top = end - size;
        let rect = self.dot_at(Spot { across, along: top }, size);
        layout.shapes.push(Shape {
            what: What::Join(vertex),
            rect,
            level: 0,
        });
        let along = top - self.distances.to_branch;
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

    /// A dot of this size below a place.
    fn dot_at(&self, top: Spot, size: f64) -> Rect {
        let corner = Spot {
            across: top.across - size / 2.0,
            along: top.along,
        };
        let extent = Extent {
            across: size,
            along: size,
        };
        self.axis.rect(corner, extent)
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

/// The middle, where it lies between the first place and the last, or the place that is nearer to
/// it than `aside`.
fn centre(middle: f64, aside: f64, places: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let ends = places
        .clone()
        .fold(None, |ends: Option<(f64, f64)>, place| {
            Some(ends.map_or((place, place), |(low, high)| {
                (low.min(place), high.max(place))
            }))
        });
    let (low, high) = ends?;
    let middle = middle.clamp(low, high);
    let from_middle = |place: &f64| (place - middle).abs();
    let nearest = places.min_by(|a, b| from_middle(a).total_cmp(&from_middle(b)));
    nearest
        .filter(|place| from_middle(place) < aside)
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
