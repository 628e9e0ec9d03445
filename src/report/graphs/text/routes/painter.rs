//! The plan of lines onto the canvas.

use std::collections::{BTreeMap, HashSet};

use super::super::canvas::{Canvas, Pen, Point};
use super::super::glyphs::Glyphs;
use super::super::plan::{Link, SpotKind};
use super::{Net, Routes};
use crate::report::style::columns;

impl Routes {
    /// The picture.
    pub(super) fn paint(self, glyphs: Glyphs) -> Canvas {
        let rows = self.rows();
        let height = rows.last().map_or(0, |last| last.end);
        let mut painter = Painter {
            canvas: Canvas::new(self.width(), height),
            left: self.bounds.0,
            runs: BTreeMap::new(),
            routes: self,
            rows,
            glyphs,
        };
        painter.spots();
        for number in 0..painter.routes.plan.links.len() {
            painter.link(number);
        }
        painter.runs();
        painter.heads();
        painter.canvas
    }

    fn rows(&self) -> Vec<Rows> {
        let mut top = 0;
        let layers = self.plan.layers.iter().enumerate();
        let rows = layers.map(|(number, layer)| {
            let blocks = layer.iter().map(|spot| self.plan.spots[*spot].block.height);
            let channel = top + blocks.max().unwrap_or(0);
            let below = self.plan.layers.get(number + 1);
            let pointed = below.is_some_and(|below| {
                let kind = |spot: &usize| self.plan.spots[*spot].kind;
                below.iter().any(|spot| kind(spot) == SpotKind::Framed)
            });
            let least = usize::from(below.is_some());
            let depth = (self.depths[number] + usize::from(pointed)).max(least);
            let rows = Rows {
                top,
                channel,
                end: channel + depth,
            };
            top = rows.end;
            rows
        });
        rows.collect()
    }
}

/// The rows of a layer and of the channel below it.
#[derive(Clone, Copy)]
struct Rows {
    top: usize,
    channel: usize,
    end: usize,
}

struct Painter {
    canvas: Canvas,
    routes: Routes,
    rows: Vec<Rows>,
    left: isize,
    glyphs: Glyphs,
    /// How far the lane of each net reaches in each colour: thousands of lines may share one.
    runs: BTreeMap<Net, Vec<(Pen, Point, Point)>>,
}

impl Painter {
    fn column(&self, at: isize) -> usize {
        at.abs_diff(self.left)
    }

    fn spots(&mut self) {
        for number in 0..self.routes.plan.spots.len() {
            let spot = &mut self.routes.plan.spots[number];
            // What is left of it keeps its measures.
            let (width, height) = (spot.block.width, spot.block.height);
            let mut block = std::mem::take(&mut spot.block);
            (spot.block.width, spot.block.height) = (width, height);
            let spot = &self.routes.plan.spots[number];
            for row in 0..spot.exits.len() {
                block.tee((width - 1, row + 1), |border| self.glyphs.tee_right(border));
            }
            let at = (self.column(spot.left()), self.rows[spot.layer].top);
            self.canvas.place(at, block);
            for (row, exit) in spot.exits.iter().enumerate() {
                if !exit.label.is_empty() {
                    let label = format!(" {} ", exit.label);
                    let place = (at.0 + width + 1, at.1 + row + 1);
                    let role = self.routes.plan.links[exit.link].role;
                    self.canvas.text(place, label, role);
                }
            }
        }
    }

    fn link(&mut self, number: usize) {
        let link = self.routes.plan.links[number].clone();
        let pen = Pen {
            net: link.net,
            is_dashed: link.is_catch,
            role: link.role,
        };
        let mut way = if link.is_exit {
            self.sideways(number, &link, pen)
        } else {
            self.downwards(number, &link)
        };
        self.onwards(&link, &mut way);
        let lane = self.routes.lanes.get(&link.joins());
        let lane = lane.map(|column| self.column(*column));
        for step in way.windows(2) {
            if Some(step[0].0) == lane && Some(step[1].0) == lane {
                self.run(link.joins(), pen, step[0], step[1]);
            } else if step[0] != step[1] {
                self.canvas.line(pen, step[0], step[1]);
            }
        }
    }

    fn run(&mut self, net: Net, pen: Pen, from: Point, to: Point) {
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        let runs = self.runs.entry(net).or_default();
        match runs.iter_mut().find(|run| run.0.role == pen.role) {
            Some((_, first, last)) => {
                (first.1, last.1) = (first.1.min(top), last.1.max(bottom));
            }
            None => runs.push((pen, (from.0, top), (from.0, bottom))),
        }
    }

    fn runs(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        for (pen, from, to) in runs.into_values().flatten() {
            if from != to {
                self.canvas.line(pen, from, to);
            }
        }
    }

    /// The first steps of a line that leaves at the bottom.
    fn downwards(&mut self, number: usize, link: &Link) -> Vec<Point> {
        let from = self.routes.from(link);
        let bottom = self.rows[from.layer].top + from.block.height - 1;
        let start = self.column(self.routes.starts[number]);
        if from.kind == SpotKind::Framed {
            let glyphs = self.glyphs;
            let tee = |border| glyphs.tee_down(border);
            self.canvas.tee((start, bottom), tee);
        }
        vec![(start, bottom)]
    }

    /// The first steps of a line that leaves on the right: up to its label, from its label on.
    fn sideways(&mut self, number: usize, link: &Link, pen: Pen) -> Vec<Point> {
        let from = self.routes.from(link);
        let exit = from.exits.iter().position(|exit| exit.link == number);
        let exit = exit.expect("an exit is listed at its box");
        let row = self.rows[from.layer].top + 1 + exit;
        let side = (self.column(from.box_right()), row);
        let label = columns(&from.exits[exit].label);
        let mut way = vec![side];
        if label > 0 {
            self.canvas.line(pen, side, (side.0 + 2, row));
            way = vec![(side.0 + 3 + label, row)];
        }
        if !self.routes.is_direct(link) {
            way.push((self.column(self.routes.starts[number]), row));
        }
        way
    }

    /// The rest of the way: across the channel, perhaps along a lane, down to the box.
    fn onwards(&self, link: &Link, way: &mut Vec<Point>) {
        let net = link.joins();
        let arrival = self.routes.to(link).layer - 1;
        let (start, row) = way[way.len() - 1];
        let turn = self.track(arrival, net);
        match self.routes.lanes.get(&net) {
            Some(lane) if !self.routes.is_adjacent(link) => {
                let lane = self.column(*lane);
                if self.routes.is_direct(link) {
                    way.push((lane, row));
                } else {
                    let row = self.track(self.routes.from(link).layer, net);
                    way.extend([(start, row), (lane, row)]);
                }
                way.push((lane, turn));
            }
            _ => way.push((start, turn)),
        }
        let pin = self.column(self.routes.pins[&net]);
        way.extend([(pin, turn), (pin, self.rows[arrival].end)]);
    }

    /// The row of a net in a channel; one that goes straight down has none and needs none.
    fn track(&self, channel: usize, net: Net) -> usize {
        let track = self.routes.tracks[channel].get(&net);
        self.rows[channel].channel + track.copied().unwrap_or(0)
    }

    fn heads(&mut self) {
        let mut done = HashSet::new();
        for link in &self.routes.plan.links {
            let to = self.routes.to(link);
            if to.kind == SpotKind::Framed && done.insert(link.joins()) {
                let pin = self.column(self.routes.pins[&link.joins()]);
                let row = self.rows[to.layer - 1].end - 1;
                self.canvas
                    .head((pin, row), self.glyphs.head(link.is_catch));
            }
        }
    }
}
