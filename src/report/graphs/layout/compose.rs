//! Scopes into boxes, boxes into scopes.

use std::collections::HashMap;
use std::sync::Arc;

use super::axis::Axis;
use super::layered::{self, Block, Extent, Net, Spot, Way};
use super::{Label, Layout, Line, Point, Shape, Step, What};
use crate::graph::{EdgeKind, Node, Scope, Vertex};
use crate::language::State;
use crate::report::graphs::face::{Face, Pill};
use crate::report::graphs::{Picture, ends_well};

/// The radius of Start and End, of a fork and of a join.
const TERMINAL: f64 = 19.0;
const FORK: f64 = 5.0;
const JOIN: f64 = 7.0;

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

/// What stands at the start and end of a scope.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    /// The machine's Start and End.
    Terminals,
    /// The dots of the container.
    Dots(Vertex),
    /// Nothing: lines go on to the dots of the Parallel.
    Open,
}

impl Ends {
    fn sizes(self) -> (f64, f64) {
        match self {
            Self::Terminals => (2.0 * TERMINAL, 2.0 * TERMINAL),
            Self::Dots(_) => (2.0 * FORK, 2.0 * JOIN),
            Self::Open => (0.0, 0.0),
        }
    }

    fn shapes(self) -> Option<(What, What)> {
        match self {
            Self::Terminals => Some((What::Start, What::End)),
            Self::Dots(vertex) => Some((What::Fork(vertex), What::Join(vertex))),
            Self::Open => None,
        }
    }
}

/// A part of the picture that is laid out, from 0, 0.
struct Group {
    layout: Layout,
    /// Where its first line begins.
    entry: Point,
    /// Where its last lines end, when any do.
    exit: Option<Point>,
    /// What these lines stand for.
    ends: Vec<Step>,
}

struct Composer<'a, 'm> {
    picture: &'a Picture<'a, 'm>,
    axis: Axis,
}

/// What becomes of a vertex in its scope's net.
enum Content {
    Face(Face),
    Group(Layout, Face),
}

impl<'m> Composer<'_, 'm> {
    /// Recursion is bounded by the depth of a definition.
    fn scope(&self, scope: Scope<'_, 'm>, ends: Ends) -> Group {
        let graph = self.picture.graph;
        let (start, end) = ends.sizes();
        let mut net = Net::default();
        net.blocks.push(self.dot(start));
        let mut contents: Vec<(Vertex, Content)> = Vec::new();
        for (vertex, state) in scope.states() {
            let content = if self.picture.options.opens(graph, vertex) {
                self.container(vertex, state)
            } else {
                Content::Face(Face::card(self.picture, vertex, state))
            };
            contents.push((vertex, content));
        }
        for (vertex, missing) in scope.missing() {
            contents.push((vertex, Content::Face(Face::ghost(missing))));
        }
        let mut block_of = HashMap::from([(scope.start(), 0)]);
        for (vertex, content) in &contents {
            block_of.insert(*vertex, net.blocks.len());
            net.blocks.push(self.block(content));
        }
        let mut steps = Vec::new();
        let mut pills = Vec::new();
        for edge in scope.edges() {
            let pill = Pill::of(edge, self.picture);
            net.ways.push(Way {
                from: block_of[&edge.from],
                to: block_of[&edge.to],
                is_catch: edge.kind.is_catch(),
                label: pill
                    .as_ref()
                    .map(|pill| self.axis.extent(pill.width, pill.height)),
            });
            steps.push(Step::Edge(edge.number));
            let is_wrong = matches!(graph.node(edge.to), Node::Missing(_));
            pills.push((pill, edge.kind, is_wrong));
        }
        let terminals = scope.states().filter(|(_, state)| ends_well(state));
        let terminals: Vec<Vertex> = terminals.map(|(vertex, _)| vertex).collect();
        let end_block = net.blocks.len();
        if !terminals.is_empty() {
            net.blocks.push(self.dot(end));
        }
        for vertex in &terminals {
            net.ways.push(Way {
                from: block_of[vertex],
                to: end_block,
                is_catch: false,
                label: None,
            });
            steps.push(Step::End(*vertex));
        }
        let plan = layered::place(&net);
        let mut layout = Layout::default();
        let size = self.axis.point(Spot {
            across: plan.extent.across,
            along: plan.extent.along,
        });
        (layout.width, layout.height) = (size.x, size.y);
        let rect = |block: usize| {
            self.axis
                .rect(plan.blocks[block].at, plan.blocks[block].extent)
        };
        if let Some((first, last)) = ends.shapes() {
            let mut shape = |what, block| {
                let rect = rect(block);
                layout.shapes.push(Shape {
                    what,
                    rect,
                    level: 0,
                });
            };
            shape(first, 0);
            if !terminals.is_empty() {
                shape(last, end_block);
            }
        }
        for (index, (vertex, content)) in contents.into_iter().enumerate() {
            let rect = rect(index + 1);
            match content {
                Content::Face(face) => layout.shapes.push(Shape {
                    what: What::Node(vertex, Box::new(face)),
                    rect,
                    level: 0,
                }),
                Content::Group(inner, face) => {
                    layout.shapes.push(Shape {
                        what: What::Container(vertex, Box::new(face)),
                        rect,
                        level: 0,
                    });
                    layout.absorb(inner, rect.x, rect.y);
                }
            }
        }
        let last = plan.tracks.len();
        for (index, ((pill, kind, _), placed)) in pills.iter().zip(&plan.labels).enumerate() {
            if let (Some(pill), Some(placed), Step::Edge(edge)) = (pill, placed, steps[index]) {
                layout.labels.push(Label {
                    edge,
                    is_catch: kind.is_catch(),
                    is_default: matches!(kind, EdgeKind::Default),
                    pill: pill.clone(),
                    rect: self.axis.rect(placed.at, placed.extent),
                });
            }
        }
        layout.lines.reserve(last);
        for track in plan.tracks {
            let ways = track.carried.ways();
            let first = pills.get(ways[0]);
            let carried: Arc<[Step]> = ways.iter().map(|way| steps[*way]).collect();
            layout.lines.push(Line {
                points: track
                    .points
                    .iter()
                    .map(|spot| self.axis.point(*spot))
                    .collect(),
                has_head: track.has_head && !(ends == Ends::Open && ways[0] >= pills.len()),
                is_catch: first.is_some_and(|(_, kind, _)| kind.is_catch()),
                is_wrong: first.is_some_and(|(.., is_wrong)| *is_wrong),
                count: carried.len(),
                steps: carried,
            });
        }
        Group {
            entry: rect(0).middle(),
            exit: (!terminals.is_empty()).then(|| rect(end_block).middle()),
            ends: terminals.into_iter().map(Step::End).collect(),
            layout,
        }
    }

    fn dot(&self, size: f64) -> Block {
        Block {
            extent: self.axis.extent(size, size),
            is_wide: false,
        }
    }

    fn block(&self, content: &Content) -> Block {
        match content {
            Content::Face(face) => Block {
                extent: self.axis.extent(face.width, face.height),
                is_wide: false,
            },
            Content::Group(layout, _) => Block {
                extent: self.axis.extent(layout.width, layout.height),
                is_wide: true,
            },
        }
    }

    /// A Map or Parallel with its states inside: the head above, the scopes below.
    fn container(&self, vertex: Vertex, state: &State) -> Content {
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

/// The middle of all, where it lies between the first place and the last: there the lines of the
/// scope around begin and end.
fn centre(width: f64, places: impl Iterator<Item = f64>) -> Option<f64> {
    let ends = places.fold(None, |ends: Option<(f64, f64)>, place| {
        Some(ends.map_or((place, place), |(low, high)| {
            (low.min(place), high.max(place))
        }))
    });
    ends.map(|(low, high)| (width / 2.0).clamp(low, high))
}

impl Layout {
    fn shift(&mut self, dx: f64, dy: f64) {
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
    fn absorb(&mut self, mut inner: Self, dx: f64, dy: f64) {
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
