//! The lines of a plan.
//!
//! A line leaves a box at its bottom, or on its right side for a Catch, and arrives at the top of
//! another. Between two layers lies a channel in which lines run across, each net on a track of
//! its own. A line to any but the next layer runs in a lane beside the boxes: upwards at the left,
//! downwards and for a Catch at the right. So no line passes a box, and no two lie on each other:
//! a pin is never put where a line of another net comes from the other side of the channel.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::canvas::{Canvas, Pen, Point};
use super::glyphs::Glyphs;
use super::plan::{Exit, Link, Plan, Spot, SpotKind};
use crate::report::style::columns;

/// How far lanes are apart.
const LANE: isize = 2;

/// Draws a plan; none when it is wider than the room, or when a line finds no place.
pub(super) fn draw(plan: Plan, glyphs: Glyphs, room: usize) -> Option<Canvas> {
    let mut routes = Routes::new(plan);
    routes.pins()?;
    routes.lanes();
    routes.tracks();
    routes.paint(glyphs, room)
}

struct Routes {
    plan: Plan,
    /// Where each net arrives. A net that is one line through an empty place arrives there too.
    pins: HashMap<Net, isize>,
    /// Where links leave downwards.
    starts: Vec<isize>,
    /// The column of each net that goes past a layer.
    lanes: HashMap<Net, isize>,
    /// The track of each net in each channel.
    tracks: Vec<HashMap<Net, usize>>,
    /// How many tracks each channel has.
    depths: Vec<usize>,
    /// The outermost columns.
    bounds: (isize, isize),
}

/// Lines that join: their number, and the spot they lead to.
type Net = (usize, usize);

/// Where a lane runs. Layers and channels are counted together from the top.
struct Stretch {
    net: Net,
    is_right: bool,
    first: usize,
    last: usize,
}

fn layer_slot(layer: usize) -> usize {
    2 * layer
}

fn channel_slot(channel: usize) -> usize {
    2 * channel + 1
}

impl Spot {
    fn left(&self) -> isize {
        self.column - self.pin.cast_signed()
    }

    fn box_right(&self) -> isize {
        self.left() + self.block.width.cast_signed() - 1
    }

    fn end(&self) -> isize {
        self.column + self.right.cast_signed()
    }
}

impl Link {
    fn joins(&self) -> Net {
        (self.net, self.to)
    }
}

impl Routes {
    fn new(plan: Plan) -> Self {
        let layers = plan.layers.len();
        Self {
            pins: HashMap::new(),
            starts: plan
                .links
                .iter()
                .map(|link| plan.spots[link.from].column)
                .collect(),
            lanes: HashMap::new(),
            tracks: vec![HashMap::new(); layers],
            depths: vec![0; layers],
            bounds: (0, 0),
            plan,
        }
    }

    fn from(&self, link: &Link) -> &Spot {
        &self.plan.spots[link.from]
    }

    fn to(&self, link: &Link) -> &Spot {
        &self.plan.spots[link.to]
    }

    fn is_adjacent(&self, link: &Link) -> bool {
        self.to(link).layer == self.from(link).layer + 1
    }

    /// Whether a line goes from the side of its box straight to its lane: only lines are between.
    fn is_direct(&self, link: &Link) -> bool {
        let layer = &self.plan.layers[self.from(link).layer];
        let is_empty = |spot: &&usize| self.plan.spots[**spot].kind == SpotKind::Empty;
        let last = || layer.iter().rev().find(|spot| !is_empty(spot));
        link.is_exit && !self.is_adjacent(link) && last() == Some(&link.from)
    }

    /// Finds where lines arrive at boxes and leave them.
    fn pins(&mut self) -> Option<()> {
        self.arrivals();
        let mut taken: Vec<HashSet<isize>> = vec![HashSet::new(); self.plan.layers.len()];
        let mut arriving: Vec<HashMap<isize, usize>> = vec![HashMap::new(); taken.len()];
        for ((net, to), column) in &self.pins {
            let channel = self.plan.spots[*to].layer - 1;
            arriving[channel].insert(*column, *net);
        }
        let mut leaving: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, link) in self.plan.links.iter().enumerate() {
            if !link.is_exit {
                leaving.entry(link.from).or_default().push(number);
            }
        }
        for (from, links) in leaving {
            let channel = self.plan.spots[from].layer;
            self.departures(from, &links, &arriving[channel], &mut taken[channel])?;
        }
        for spot in 0..self.plan.spots.len() {
            let channel = self.plan.spots[spot].layer;
            self.turns(spot, &arriving[channel], &mut taken[channel])?;
        }
        Some(())
    }

    /// A net arrives in the middle of its box; if two do, the Catch arrives beside it.
    fn arrivals(&mut self) {
        let flow: HashSet<usize> = self
            .plan
            .links
            .iter()
            .filter(|link| !link.is_catch)
            .map(|link| link.to)
            .collect();
        for link in &self.plan.links {
            let spot = &self.plan.spots[link.to];
            let is_beside = link.is_catch && flow.contains(&link.to);
            let column = spot.column + if is_beside { 2 } else { 0 };
            self.pins.insert(link.joins(), column);
        }
    }

    /// The pins of the links that leave a spot at its bottom, one a net, from left to right in the
    /// order of where they go.
    fn departures(
        &mut self,
        from: usize,
        links: &[usize],
        arriving: &HashMap<isize, usize>,
        taken: &mut HashSet<isize>,
    ) -> Option<()> {
        let spot = &self.plan.spots[from];
        let (first, last) = match spot.kind {
            SpotKind::Framed => (spot.left() + 2, spot.box_right() - 2),
            // Below its text, whose last line may be short.
            SpotKind::Label => (
                spot.left().max(spot.column - 1),
                spot.box_right().min(spot.column + 1),
            ),
            SpotKind::Dot | SpotKind::Empty => (spot.column, spot.column),
        };
        let mut wanted: BTreeMap<Net, isize> = BTreeMap::new();
        for link in links {
            let link = &self.plan.links[*link];
            wanted.insert(link.joins(), self.heading(link));
        }
        let mut wanted: Vec<(isize, Net)> = wanted.into_iter().map(|(net, at)| (at, net)).collect();
        wanted.sort_unstable();
        let mut found: HashMap<Net, isize> = HashMap::new();
        let mut free_from = first;
        for (index, (heading, net)) in wanted.iter().enumerate() {
            let after = 2 * (wanted.len() - 1 - index).cast_signed();
            let best = if wanted.len() == 1 && !(first..=last).contains(heading) {
                spot.column
            } else {
                *heading
            };
            let is_free = |column: &isize| {
                arriving.get(column).is_none_or(|there| *there == net.0) && !taken.contains(column)
            };
            let column = (free_from..=last - after)
                .filter(is_free)
                .min_by_key(|column| (column - best).abs())?;
            found.insert(*net, column);
            free_from = column + 2;
        }
        taken.extend(found.values());
        for link in links {
            self.starts[*link] = found[&self.plan.links[*link].joins()];
        }
        Some(())
    }

    /// The column that a link would like to leave at.
    fn heading(&self, link: &Link) -> isize {
        let (from, to) = (self.from(link), self.to(link));
        if self.is_adjacent(link) {
            self.pins[&link.joins()]
        } else if to.layer > from.layer {
            isize::MAX / 2
        } else {
            isize::MIN / 2
        }
    }

    /// Where the exits of a box turn down.
    fn turns(
        &mut self,
        from: usize,
        arriving: &HashMap<isize, usize>,
        taken: &mut HashSet<isize>,
    ) -> Option<()> {
        let spot = &self.plan.spots[from];
        for exit in &spot.exits {
            let link = &self.plan.links[exit.link];
            if self.is_direct(link) {
                continue;
            }
            let turn = spot.left() + exit.turn.cast_signed();
            let is_free = |column: &isize| {
                arriving.get(column).is_none_or(|there| *there == link.net)
                    && !taken.contains(column)
            };
            let joins = |other: &Exit| {
                self.plan.links[other.link].joins() == link.joins() && other.turn == exit.turn
            };
            let same = spot
                .exits
                .iter()
                .take_while(|other| other.link != exit.link);
            let column = match same.filter(|other| joins(other)).last() {
                Some(other) => self.starts[other.link],
                None => (turn..=turn + 1).find(is_free)?,
            };
            taken.insert(column);
            self.starts[exit.link] = column;
        }
        Some(())
    }

    /// Finds a column for every net that goes past a layer.
    fn lanes(&mut self) {
        let mut stretches: HashMap<Net, Stretch> = HashMap::new();
        for link in &self.plan.links {
            if self.is_adjacent(link) {
                continue;
            }
            let (from, to) = (self.from(link).layer, self.to(link).layer);
            let slot = if self.is_direct(link) {
                layer_slot(from)
            } else {
                channel_slot(from)
            };
            let arrival = channel_slot(to - 1);
            let stretch = stretches.entry(link.joins()).or_insert(Stretch {
                net: link.joins(),
                is_right: false,
                first: arrival,
                last: arrival,
            });
            stretch.is_right |= link.is_catch || to > from;
            stretch.first = stretch.first.min(slot);
            stretch.last = stretch.last.max(slot);
        }
        let mut stretches: Vec<Stretch> = stretches.into_values().collect();
        stretches.sort_by_key(|stretch| (stretch.last - stretch.first, stretch.net));
        self.put(&stretches);
    }

    /// Short stretches are next to the boxes, longer ones around them.
    fn put(&mut self, stretches: &[Stretch]) {
        let mut sides = vec![(isize::MAX, isize::MIN); 2 * self.plan.layers.len()];
        for spot in &self.plan.spots {
            let side = &mut sides[layer_slot(spot.layer)];
            *side = (side.0.min(spot.left()), side.1.max(spot.end()));
        }
        for stretch in stretches {
            // In a channel lines come from the layers above and below it.
            let last = (stretch.last + 1).min(sides.len() - 1);
            let along = &mut sides[stretch.first.saturating_sub(1)..=last];
            let column = if stretch.is_right {
                let right = along.iter().map(|side| side.1).max();
                right.unwrap_or(0) + LANE
            } else {
                let left = along.iter().map(|side| side.0).min();
                left.unwrap_or(0) - LANE
            };
            for side in along {
                *side = (side.0.min(column), side.1.max(column));
            }
            self.lanes.insert(stretch.net, column);
        }
        let used = sides.iter().filter(|side| side.0 <= side.1);
        let left = used.clone().map(|side| side.0).min().unwrap_or(0);
        let right = used.map(|side| side.1).max().unwrap_or(0);
        self.bounds = (left, right);
    }

    /// Finds a row in its channel for every net that has to go sideways there.
    fn tracks(&mut self) {
        let mut spans: Vec<BTreeMap<Net, Span>> = vec![BTreeMap::new(); self.depths.len()];
        for (number, link) in self.plan.links.iter().enumerate() {
            let (net, pin) = (link.joins(), self.pins[&link.joins()]);
            let (channel, arrival) = (self.from(link).layer, self.to(link).layer - 1);
            let start = self.starts[number];
            if self.is_adjacent(link) {
                let span = spans[channel].entry(net).or_insert(Span::at(pin));
                span.add(start, true);
                continue;
            }
            let lane = self.lanes[&net];
            if !self.is_direct(link) {
                let span = spans[channel].entry(net).or_insert(Span::at(lane));
                span.add(lane, false);
                span.add(start, true);
            }
            let span = spans[arrival].entry(net).or_insert(Span::at(pin));
            span.add(pin, false);
            span.add(lane, false);
        }
        for (channel, spans) in spans.into_iter().enumerate() {
            let mut spans: Vec<(Net, Span)> = spans.into_iter().collect();
            spans.retain(|(_, span)| span.first < span.last);
            spans.sort_by_key(|(net, span)| (span.order(), *net));
            let mut rows: Vec<Vec<Span>> = Vec::new();
            for (net, span) in spans {
                let free = rows
                    .iter()
                    .position(|row| row.iter().all(|other| span.is_apart(*other)));
                let row = free.unwrap_or(rows.len());
                if row == rows.len() {
                    rows.push(Vec::new());
                }
                rows[row].push(span);
                self.tracks[channel].insert(net, row);
            }
            self.depths[channel] = rows.len();
        }
    }

    fn paint(self, glyphs: Glyphs, room: usize) -> Option<Canvas> {
        let (left, right) = self.bounds;
        let width = right.abs_diff(left) + 1;
        if width > room {
            return None;
        }
        let rows = self.rows();
        let height = rows.last().map_or(0, |last| last.end);
        let mut painter = Painter {
            canvas: Canvas::new(width, height),
            routes: self,
            rows,
            left,
            glyphs,
        };
        painter.spots();
        for number in 0..painter.routes.plan.links.len() {
            painter.link(number);
        }
        painter.heads();
        Some(painter.canvas)
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

/// Which columns a net needs in a channel.
#[derive(Clone, Copy)]
struct Span {
    first: isize,
    last: isize,
    /// Where it comes from and where it goes.
    from: Option<isize>,
    to: isize,
}

impl Span {
    fn at(to: isize) -> Self {
        Self {
            first: to,
            last: to,
            from: None,
            to,
        }
    }

    fn add(&mut self, column: isize, is_start: bool) {
        self.first = self.first.min(column);
        self.last = self.last.max(column);
        if is_start {
            self.from = Some(column);
        }
    }

    fn is_apart(self, other: Self) -> bool {
        self.last + 1 < other.first || other.last + 1 < self.first
    }

    /// Those that go left from left to right, those that go right from right to left: so they do
    /// not cross on the way down.
    fn order(self) -> (bool, isize) {
        match self.from {
            Some(from) if self.to >= from => (true, -self.last),
            Some(_) => (false, self.first),
            None => (true, self.last),
        }
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
        for step in way.windows(2) {
            if step[0] != step[1] {
                self.canvas.line(pen, step[0], step[1]);
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
