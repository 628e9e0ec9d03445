//! A layout onto the canvas: boxes, lines, labels.

use std::collections::BTreeMap;

use super::canvas::Canvas;
use super::cards;
use super::cells::{Cells, cell};
use super::glyphs::Frame;
use super::lines::{Knot, Pen, weight};
use super::{edge_role, way_role};
use crate::graph::{Edge, EdgeKind, Node, Vertex};
use crate::language::State;
use crate::report::graphs::Direction;
use crate::report::graphs::face::Face;
use crate::report::graphs::layout::{Label, Layout, Line, Rect, Shape, Step, What};
use crate::report::graphs::overlay::Look;
use crate::report::style::{Role, columns};

/// Draws a layout.
pub(super) fn paint(cells: &Cells<'_, '_>, layout: &Layout) -> Canvas {
    let mut painter = Painter {
        cells,
        canvas: Canvas::new(cell(layout.width), cell(layout.height)),
    };
    for shape in &layout.shapes {
        painter.shape(shape);
    }
    painter.dividers(&layout.shapes);
    for line in &layout.lines {
        painter.line(line);
    }
    painter.canvas.heads(cells.glyphs);
    for label in &layout.labels {
        painter.label(label);
    }
    painter.canvas
}

struct Painter<'a, 'm> {
    cells: &'a Cells<'a, 'm>,
    canvas: Canvas,
}

impl Painter<'_, '_> {
    fn shape(&mut self, shape: &Shape) {
        let at = (cell(shape.rect.x), cell(shape.rect.y));
        let glyphs = self.cells.glyphs;
        match &shape.what {
            What::Start => self.terminal(&shape.rect, "Start"),
            What::End => self.terminal(&shape.rect, "End"),
            What::Fork(_) => self.canvas.dot(at, glyphs.start()),
            What::Join(_) => self.canvas.dot(at, glyphs.end()),
            What::Node(vertex, face) | What::Container(vertex, face) => {
                self.state(&shape.rect, *vertex, face);
            }
            What::Branch(..) => {}
        }
    }

    fn terminal(&mut self, rect: &Rect, word: &str) {
        self.frame(rect, Frame::Pill, Role::Plain);
        let at = (cell(rect.x) + 2, cell(rect.y) + 1);
        self.canvas.text(at, word, Role::Plain);
    }

    fn state(&mut self, rect: &Rect, vertex: Vertex, face: &Face) {
        let state = self.cells.picture.graph.state(vertex);
        let kind = state.and_then(State::kind);
        let look = match state {
            Some(_) => self.cells.picture.look(vertex),
            None => Look::Bare,
        };
        let role = cards::border_role(face, look, kind);
        self.frame(rect, cards::frame(face, kind), role);
        let (column, row) = (cell(rect.x) + 2, cell(rect.y) + 1);
        for (number, (line, role)) in cards::painted(face, look, kind).into_iter().enumerate() {
            self.canvas.text((column, row + number), line, role);
        }
    }

    fn frame(&mut self, rect: &Rect, frame: Frame, role: Role) {
        let border = self.cells.glyphs.border(frame);
        let (left, top) = (cell(rect.x), cell(rect.y));
        let (right, bottom) = (cell(rect.right()) - 1, cell(rect.bottom()) - 1);
        for column in left + 1..right {
            self.canvas.border((column, top), border.across, role);
            self.canvas.border((column, bottom), border.across, role);
        }
        for row in top + 1..bottom {
            self.canvas.border((left, row), border.along, role);
            self.canvas.border((right, row), border.along, role);
        }
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
        for (at, corner) in corners.into_iter().zip(border.corners) {
            self.canvas.border(at, corner, role);
        }
    }

    /// Branches that stand side by side are parted by a line.
    fn dividers(&mut self, shapes: &[Shape]) {
        if self.cells.picture.options.direction == Direction::LeftToRight {
            return;
        }
        let mut parallels: BTreeMap<Vertex, Vec<&Rect>> = BTreeMap::new();
        for shape in shapes {
            if let What::Branch(vertex, _) = shape.what {
                parallels.entry(vertex).or_default().push(&shape.rect);
            }
        }
        for branches in parallels.into_values() {
            let bottom = branches.iter().map(|rect| rect.bottom());
            let bottom = bottom.fold(0.0, f64::max);
            for rect in &branches[1..] {
                for row in cell(rect.y)..cell(bottom) {
                    let at = (cell(rect.x) - 2, row);
                    let divider = self.cells.glyphs.divider();
                    self.canvas.border(at, divider, Role::Dim);
                }
            }
        }
    }

    fn line(&mut self, line: &Line) {
        let Some(step) = line.steps().first() else {
            return;
        };
        let (from, to) = self.knots(*step);
        let pen = Pen {
            step: *step,
            from,
            to,
            is_dashed: line.is_catch,
            role: self.role(line),
        };
        self.canvas
            .line(pen, &line.points, line.has_head, self.cells.glyphs);
    }

    /// What a line leads from and to: lines that share one of them may join.
    fn knots(&self, step: Step) -> (Knot, Knot) {
        let graph = self.cells.picture.graph;
        let owner = |vertex: Vertex| graph.scope_of(vertex).owner().map(Vertex::number);
        let state = |vertex: Vertex| Knot::State(vertex.number());
        match step {
            Step::End(vertex) => (state(vertex), Knot::End(owner(vertex))),
            Step::Edge(number) => match self.edge(number) {
                Some(edge) if matches!(edge.kind, EdgeKind::StartAt) => {
                    (Knot::Start(owner(edge.from)), state(edge.to))
                }
                Some(edge) => (state(edge.from), state(edge.to)),
                None => (Knot::Start(None), Knot::End(None)),
            },
        }
    }

    fn edge(&self, number: usize) -> Option<&Edge<'_>> {
        self.cells.picture.graph.edge(number)
    }

    /// The colour of a line: that of the step on it that says most.
    fn role(&self, line: &Line) -> Role {
        let roles = line.steps().iter().map(|step| self.step_role(*step));
        roles.max_by_key(|role| weight(*role)).unwrap_or_default()
    }

    fn step_role(&self, step: Step) -> Role {
        let picture = self.cells.picture;
        match step {
            Step::End(vertex) => way_role(picture.way_out(vertex)),
            Step::Edge(number) => match self.edge(number) {
                Some(edge) if matches!(picture.graph.node(edge.to), Node::Missing(_)) => Role::Bad,
                Some(edge) => edge_role(picture, edge),
                None => Role::Plain,
            },
        }
    }

    fn label(&mut self, label: &Label) {
        let rect = &label.rect;
        let (left, top) = (cell(rect.x), cell(rect.y));
        let (width, height) = (cell(rect.width), cell(rect.height));
        let step = Step::Edge(label.edge);
        self.canvas.clear((left, top), (width, height), step);
        // A label is read, so it is never dimmer than its box.
        let role = match self.step_role(step) {
            Role::Dim => Role::Dim,
            _ => Role::Plain,
        };
        for (row, line) in label.pill.lines.iter().enumerate() {
            let blank = width - columns(line).min(width);
            // An odd column goes to the left, so that the line meets the text.
            self.canvas
                .text((left + blank.div_ceil(2), top + row), line, role);
        }
    }
}
