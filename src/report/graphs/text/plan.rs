//! The boxes of a scope and the links between them, layer by layer.
//!
//! Layers of boxes and layers of labels alternate: a label stands on its link as a box without a
//! frame. A link that passes a layer of labels without one passes it as an empty box.

use std::collections::HashMap;

use super::canvas::Canvas;
use super::cards::{self, Card};
use super::glyphs::Frame;
use super::ranks::{self, Way};
use super::{Drawing, edge_label, edge_role, mark_role, way_role};
use crate::graph::{Edge, Node, Scope, Vertex};
use crate::language::{State, StateKind};
use crate::report::graphs::ends_well;
use crate::report::graphs::overlay::Look;
use crate::report::style::{Role, columns};

/// Columns between branches, the line that parts them in their middle.
const BETWEEN_BRANCHES: usize = 3;

/// A line that passes more layers of boxes than this passes them outside.
const MOST_PASSED: usize = 40;

/// Boxes, in layers, and what links them.
pub(super) struct Plan {
    pub(super) spots: Vec<Spot>,
    pub(super) links: Vec<Link>,
    /// The spots of each layer from left to right.
    pub(super) layers: Vec<Vec<usize>>,
}

/// A box, a dot, a label.
pub(super) struct Spot {
    pub(super) block: Canvas,
    pub(super) kind: SpotKind,
    pub(super) layer: usize,
    /// The column in the block that links come to.
    pub(super) pin: usize,
    /// The column in the scope that the pin is at; left of where the first was put it is negative.
    pub(super) column: isize,
    /// How many columns are taken right of the pin.
    pub(super) right: usize,
    pub(super) exits: Vec<Exit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SpotKind {
    /// With a border that links leave and arrows point at.
    Framed,
    /// One character.
    Dot,
    /// Text alone.
    Label,
    /// Nothing: a link passes.
    Empty,
}

/// A way that leaves a box on its right side: a Catch.
pub(super) struct Exit {
    pub(super) link: usize,
    pub(super) label: String,
    /// Where it turns down, from the left of the box.
    pub(super) turn: usize,
}

/// A line from a spot to another.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Which lines may join: those that lead to one box and look the same.
    pub(super) net: usize,
    pub(super) is_catch: bool,
    pub(super) role: Role,
    /// Whether it leaves on the right side.
    pub(super) is_exit: bool,
}

struct Builder<'a, 'd, 'm> {
    drawing: &'a Drawing<'d, 'm>,
    plan: Plan,
    /// The layer of each spot, with empty layers among them.
    layers: Vec<usize>,
    /// What a label's place in its layer follows.
    order: Vec<(usize, usize)>,
    /// Which ranks have labels below them.
    labelled: Vec<bool>,
    /// The empty places, by their layer and what the line through them leads to.
    passing: HashMap<(usize, usize, bool), usize>,
    nets: HashMap<(usize, bool), usize>,
}

impl Plan {
    /// The plan of a scope; none when something in it is wider than the room.
    pub(super) fn new(
        drawing: &Drawing<'_, '_>,
        scope: Scope<'_, '_>,
        room: usize,
    ) -> Option<Self> {
        let ways = ways(drawing, scope);
        let start = scope.start().number();
        let count = 1 + scope.states().count() + scope.missing().count();
        let end = ways.iter().any(|way| way.to == count);
        let found = ranks::of(&ways, count + usize::from(end));
        let mut builder = Builder {
            drawing,
            plan: Self {
                spots: Vec::new(),
                links: Vec::new(),
                layers: Vec::new(),
            },
            layers: found.ranks.iter().map(|rank| 2 * rank).collect(),
            order: found.order.iter().map(|order| (*order, 0)).collect(),
            labelled: Vec::new(),
            passing: HashMap::new(),
            nets: HashMap::new(),
        };
        builder.start(scope);
        for (vertex, state) in scope.states() {
            debug_assert_eq!(builder.plan.spots.len(), vertex.number() - start);
            let edges = drawing.picture.graph.edges_from(vertex);
            let rows = edges.filter(|edge| edge.kind.is_catch()).count();
            let block = builder.state(vertex, state, rows, room)?;
            builder.spot(block, SpotKind::Framed);
        }
        for (_, missing) in scope.missing() {
            let lines = cards::of_missing(drawing.looks.glyphs(), drawing.sizes, missing);
            let block = builder.card(lines, Frame::Ghost, Role::Bad, 0);
            builder.spot(block, SpotKind::Framed);
        }
        if end {
            builder.end(scope);
        }
        builder.links(&ways, &found.ranks);
        Some(builder.finish())
    }
}

/// The transitions of a scope, between its start (0), its states and missing targets in order, and
/// its end, once each.
fn ways(drawing: &Drawing<'_, '_>, scope: Scope<'_, '_>) -> Vec<Way> {
    let start = scope.start().number();
    let end = 1 + scope.states().count() + scope.missing().count();
    let picture = drawing.picture;
    let mut ways: Vec<Way> = Vec::new();
    for edge in scope.edges() {
        let mut role = edge_role(picture, edge);
        if matches!(drawing.picture.graph.node(edge.to), Node::Missing(_)) {
            role = Role::Bad;
        }
        ways.push(Way {
            from: edge.from.number() - start,
            to: edge.to.number() - start,
            label: label(drawing, edge),
            is_catch: edge.kind.is_catch(),
            role,
        });
    }
    for (vertex, _) in scope.states().filter(|(_, state)| ends_well(state)) {
        ways.push(Way {
            from: vertex.number() - start,
            to: end,
            label: String::new(),
            is_catch: false,
            role: way_role(picture.way_out(vertex)),
        });
    }
    ways
}

fn label(drawing: &Drawing<'_, '_>, edge: &Edge<'_>) -> String {
    edge_label(drawing.picture, drawing.looks.glyphs(), edge).unwrap_or_default()
}

impl Builder<'_, '_, '_> {
    fn spot(&mut self, block: Canvas, kind: SpotKind) -> usize {
        let pin = match kind {
            SpotKind::Framed | SpotKind::Label => block.width / 2,
            SpotKind::Dot | SpotKind::Empty => 0,
        };
        self.plan.spots.push(Spot {
            right: block.width - 1 - pin,
            block,
            kind,
            layer: 0,
            pin,
            column: 0,
            exits: Vec::new(),
        });
        self.plan.spots.len() - 1
    }

    fn start(&mut self, scope: Scope<'_, '_>) {
        self.terminal(scope, "Start", self.drawing.looks.glyphs().start());
    }

    fn end(&mut self, scope: Scope<'_, '_>) {
        self.terminal(scope, "End", self.drawing.looks.glyphs().end());
    }

    /// Words for the machine itself, a dot inside a container.
    fn terminal(&mut self, scope: Scope<'_, '_>, word: &str, dot: char) {
        if scope.owner().is_some() {
            self.spot(Canvas::dot(dot, Role::Plain), SpotKind::Dot);
            return;
        }
        let card = Card {
            lines: vec![(word.to_owned(), Role::Plain)],
            frame: Frame::Pill,
            role: Role::Plain,
            least: (0, 0),
            inside: None,
        };
        let block = card.draw(self.drawing.looks.glyphs());
        self.spot(block, SpotKind::Framed);
    }

    fn card(&self, lines: Vec<cards::Line>, frame: Frame, role: Role, rows: usize) -> Canvas {
        let card = Card {
            lines,
            frame,
            role,
            // Room for the pins of two nets.
            least: (rows, 5),
            inside: None,
        };
        card.draw(self.drawing.looks.glyphs())
    }

    fn state(&self, vertex: Vertex, state: &State, rows: usize, room: usize) -> Option<Canvas> {
        let Drawing {
            picture,
            looks,
            sizes,
        } = *self.drawing;
        let lines = |inside| cards::of_state(picture, looks, sizes, vertex, state, inside);
        let role = match picture.look(vertex) {
            Look::Faint => Role::Dim,
            Look::Painted(paint) => mark_role(paint.mark),
            Look::Bare => cards::accent(state.kind()),
        };
        if !picture.options.opens(picture.graph, vertex) {
            // Ways that leave downwards need two columns each.
            let ways = picture.graph.edges_from(vertex).len() - rows;
            let card = Card {
                lines: lines(0),
                frame: cards::frame(state.kind()),
                role,
                least: (rows, (2 * ways + 1).max(5)),
                inside: None,
            };
            return Some(card.draw(looks.glyphs()));
        }
        let frame = match state.kind() {
            Some(StateKind::Map) => Frame::Dashed,
            _ => Frame::Solid,
        };
        let inside = self.inside(vertex, room.checked_sub(4)?)?;
        let card = Card {
            lines: lines(inside.width),
            frame,
            role,
            least: (rows, 5),
            inside: Some(inside),
        };
        Some(card.draw(looks.glyphs()))
    }

    /// The scopes of a container side by side. Recursion is bounded by the room, of which each
    /// frame takes some.
    fn inside(&self, vertex: Vertex, room: usize) -> Option<Canvas> {
        let mut scopes = Vec::new();
        let mut width = 0;
        for scope in self.drawing.picture.graph.scopes_in(vertex) {
            let gap = if scopes.is_empty() {
                0
            } else {
                BETWEEN_BRANCHES
            };
            let canvas = self.drawing.scope(scope, room.checked_sub(width + gap)?)?;
            width += gap + canvas.width;
            scopes.push(canvas);
        }
        let height = scopes.iter().map(|scope| scope.height).max()?;
        let mut canvas = Canvas::new(width, height);
        let mut at = 0;
        for scope in scopes {
            if at > 0 {
                for row in 0..height {
                    let divider = self.drawing.looks.glyphs().divider();
                    canvas.symbol((at + BETWEEN_BRANCHES / 2, row), divider, Role::Dim);
                }
                at += BETWEEN_BRANCHES;
            }
            let width = scope.width;
            canvas.place((at, 0), scope);
            at += width;
        }
        Some(canvas)
    }

    fn links(&mut self, ways: &[Way], ranks: &[usize]) {
        self.labelled = vec![false; ranks.iter().max().map_or(0, |most| most + 1)];
        for way in ways {
            self.labelled[ranks[way.from]] |= !way.is_catch && !way.label.is_empty();
        }
        for (number, way) in ways.iter().enumerate() {
            let layer = 2 * ranks[way.from];
            if way.is_catch {
                let to = self.passed(way, layer, ranks);
                self.exit(way, to);
            } else if way.label.is_empty() {
                let to = self.passed(way, layer, ranks);
                self.link(way, way.from, to);
            } else {
                let label = self.label(way, layer + 1, number);
                self.link(way, way.from, label);
                let to = self.passed(way, layer + 1, ranks);
                self.link(way, label, to);
            }
        }
        for index in 0..self.plan.spots.len() {
            self.turns(index);
        }
    }

    /// Where a line that leaves a layer goes first: to its box, or to an empty place in the next
    /// layer, of those that it passes on its way down. A line that leads far down, or upwards, and
    /// one of a Catch pass the layers beside them.
    fn passed(&mut self, way: &Way, layer: usize, ranks: &[usize]) -> usize {
        let last = 2 * ranks[way.to];
        let most = if way.is_catch { 1 } else { MOST_PASSED };
        if last < layer || last - layer > 2 * most {
            return way.to;
        }
        let mut to = way.to;
        for layer in (layer + 1..last).rev() {
            if layer % 2 == 1 && !self.labelled[layer / 2] {
                continue;
            }
            let spot = self.passing(way, layer);
            self.link(way, spot, to);
            to = spot;
        }
        to
    }

    /// The empty place in a layer for all lines to one box.
    fn passing(&mut self, way: &Way, layer: usize) -> usize {
        let key = (layer, way.to, way.is_catch);
        if let Some(spot) = self.passing.get(&key) {
            return *spot;
        }
        let spot = self.spot(Canvas::new(1, 1), SpotKind::Empty);
        self.layers.push(layer);
        self.order.push(self.order[way.to]);
        self.passing.insert(key, spot);
        spot
    }

    fn label(&mut self, way: &Way, layer: usize, number: usize) -> usize {
        let glyphs = self.drawing.looks.glyphs();
        let lines = cards::lines(
            glyphs,
            &way.label,
            self.drawing.sizes.label,
            self.drawing.sizes.lines,
        );
        let width = lines.iter().map(|line| columns(line)).max().unwrap_or(0);
        let mut block = Canvas::new(width.max(1), lines.len().max(1));
        for (row, line) in lines.into_iter().enumerate() {
            let blank = block.width - columns(&line);
            // An odd column goes to the left, so that the link meets the text.
            block.text((blank.div_ceil(2), row), line, label_role(way.role));
        }
        let spot = self.spot(block, SpotKind::Label);
        self.layers.push(layer);
        self.order.push((self.order[way.from].0, number));
        spot
    }

    fn link(&mut self, way: &Way, from: usize, to: usize) {
        // A link goes on beyond an empty place and is the same line.
        let end = match self.plan.spots[to].kind {
            SpotKind::Empty => way.to,
            SpotKind::Framed | SpotKind::Dot | SpotKind::Label => to,
        };
        let nets = self.nets.len();
        let net = *self.nets.entry((end, way.is_catch)).or_insert(nets);
        self.plan.links.push(Link {
            from,
            to,
            net,
            is_catch: way.is_catch,
            role: way.role,
            is_exit: false,
        });
    }

    fn exit(&mut self, way: &Way, to: usize) {
        let label = cards::lines(
            self.drawing.looks.glyphs(),
            &way.label,
            self.drawing.sizes.label,
            1,
        );
        self.link(way, way.from, to);
        let link = self.plan.links.len() - 1;
        self.plan.links[link].is_exit = true;
        self.plan.spots[way.from].exits.push(Exit {
            link,
            label: label.into_iter().next().unwrap_or_default(),
            turn: 0,
        });
    }

    /// Lets the exits of a box turn down one beside the other, right of all their labels; the
    /// topmost is the outermost.
    fn turns(&mut self, index: usize) {
        let spot = &mut self.plan.spots[index];
        let widest = spot.exits.iter().map(|exit| columns(&exit.label)).max();
        let Some(widest) = widest else {
            return;
        };
        let first = spot.block.width + widest + 4;
        let mut turn = first;
        let mut last: Option<usize> = None;
        for exit in spot.exits.iter_mut().rev() {
            let net = self.plan.links[exit.link].net;
            if last.is_some_and(|last| last != net) {
                turn += 3;
            }
            exit.turn = turn;
            last = Some(net);
        }
        // One more, should the place of a turn be taken below.
        spot.right = turn + 1 - spot.pin;
    }

    /// Leaves out the layers without spots and puts the spots of the others in order.
    fn finish(mut self) -> Plan {
        let most = self.layers.iter().max().map_or(0, |most| most + 1);
        let mut layers = vec![Vec::new(); most];
        for (spot, layer) in self.layers.iter().enumerate() {
            layers[*layer].push(spot);
        }
        layers.retain(|layer| !layer.is_empty());
        for (number, layer) in layers.iter_mut().enumerate() {
            layer.sort_by_key(|spot| self.order[*spot]);
            for spot in layer {
                self.plan.spots[*spot].layer = number;
            }
        }
        self.plan.layers = layers;
        self.plan
    }
}

/// A label is read, so it is never dimmer than its box.
fn label_role(role: Role) -> Role {
    match role {
        Role::Dim => Role::Dim,
        _ => Role::Plain,
    }
}
