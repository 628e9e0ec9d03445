//! Places along: layer by layer, everything is put directly below what it shares a place across
//! with, boxes as well as the crosswise pieces of lines.
//!
//! Boxes of one layer that would come to stand nearly side by side do so exactly.

use std::collections::{HashMap, HashSet};

use super::slots::{Holder, Slots};
use super::{Block, Distances, Net};
use crate::report::graphs::layout::Along;

/// Where everything stands.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    /// The middle of each slot.
    pub(super) across: Vec<f64>,
    /// Where each slot begins; lanes have no place of their own.
    pub(super) along: Vec<f64>,
    pub(super) bends: Vec<Bend>,
}

/// How a link runs: from one place across to another, crosswise at some place along.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bend {
    pub(super) upper: f64,
    pub(super) lower: f64,
    /// None when it is straight.
    pub(super) along: Option<f64>,
}

/// What lies above, for the room below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Nothing,
    Block,
    Label,
    Line,
}

/// How far apart two things are along, the upper one first.
fn apart(along: &Along, above: Kind, below: Kind) -> f64 {
    match (above, below) {
        (Kind::Nothing, _) | (_, Kind::Nothing) => 0.0,
        (Kind::Block, Kind::Block) => along.block_block,
        (Kind::Block, Kind::Label) => along.block_label,
        (Kind::Block, Kind::Line) => along.block_line,
        (Kind::Label, Kind::Block) => along.label_block,
        (Kind::Label, Kind::Label | Kind::Line) | (Kind::Line, Kind::Label) => along.label_line,
        (Kind::Line, Kind::Block) => along.line_block,
        (Kind::Line, Kind::Line) => along.line_line,
    }
}

pub(super) fn drop(net: &Net, slots: &Slots, across: &[f64]) -> Dropped {
    let mut drop = Dropped {
        across: across.to_vec(),
        along: vec![0.0; slots.all.len()],
        bends: bends(net, slots, across),
    };
    let mut skyline = Skyline::new(slots.distances.along);
    let turns = slots.turns().map(|(turn, _)| turn).collect();
    for layer in 0..slots.layers.len() {
        drop.boxes(slots, layer, &mut skyline);
        drop.lines(slots, layer, &turns, &mut skyline);
    }
    drop
}

/// Where links leave and enter across.
fn bends(net: &Net, slots: &Slots, across: &[f64]) -> Vec<Bend> {
    let ends = slots.links.iter().map(|link| Bend {
        upper: across[link.upper],
        lower: across[link.lower],
        along: None,
    });
    let mut bends: Vec<Bend> = ends.collect();
    for (slot, block) in net.blocks.iter().enumerate() {
        for (links, leaves) in [(&slots.below[slot], true), (&slots.above[slot], false)] {
            let port = Port::new(slots, across, (slot, block), leaves);
            for link in links {
                let bend = &mut bends[*link];
                let is_catch = slots.links[*link].is_catch;
                if leaves {
                    bend.upper = port.place(bend.lower, is_catch);
                } else {
                    bend.lower = port.place(bend.upper, is_catch);
                }
            }
        }
    }
    bends
}

/// The side of a block that lines leave or enter by.
struct Port<'a> {
    distances: &'a Distances,
    /// Where lines meet that do not go straight on: in the middle, or where a straight one is so
    /// near to it that two would look like a mistake.
    centre: f64,
    /// Where a line may begin or end at least and at most.
    low: f64,
    high: f64,
    /// Whether a line goes straight on left of the centre, and right of it.
    is_taken: [bool; 2],
    is_wide: bool,
    /// Ordinary lines take the centre.
    is_shared: bool,
}

impl<'a> Port<'a> {
    fn new(slots: &'a Slots, across: &[f64], (slot, block): (usize, &Block), leaves: bool) -> Self {
        let Distances { across: sizes, .. } = &slots.distances;
        let (before, after) = slots.distances.halves(block.extent.across);
        let middle = across[slot];
        let (low, high) = (
            middle - before + sizes.corner,
            middle + after - sizes.corner,
        );
        let links = if leaves { &slots.below } else { &slots.above };
        let links = links[slot].iter().map(|link| slots.links[*link]);
        let is_shared = links.clone().any(|link| !link.is_catch);
        let is_wide = block.is_wide;
        let straight: Vec<(bool, f64)> = links
            .filter(|link| link.is_catch || is_wide)
            .map(|link| {
                (
                    link.is_catch,
                    across[if leaves { link.lower } else { link.upper }],
                )
            })
            .filter(|(_, at)| (low..=high).contains(at))
            .collect();
        let near = sizes.port.min((high - low) / 2.0);
        let meeting = straight
            .iter()
            .filter(|(is_catch, _)| is_wide && *is_catch != is_shared)
            .map(|(_, at)| *at)
            .filter(|at| (at - middle).abs() < near)
            .min_by(|a, b| (a - middle).abs().total_cmp(&(b - middle).abs()));
        let centre = meeting.unwrap_or(middle);
        Self {
            distances: &slots.distances,
            centre,
            low,
            high,
            is_taken: [
                straight.iter().any(|(_, at)| *at < centre - 0.5),
                straight.iter().any(|(_, at)| *at > centre + 0.5),
            ],
            is_wide,
            is_shared,
        }
    }

    fn place(&self, other: f64, is_catch: bool) -> f64 {
        let (low, high) = (self.low, self.high);
        if low >= high || (!is_catch && !self.is_wide) {
            return self.centre;
        }
        let side = if other < self.centre { -1.0 } else { 1.0 };
        // What goes further must not cross what goes straight on.
        let is_taken = self.is_taken[usize::from(side > 0.0)];
        if !is_catch || !self.is_shared {
            let is_bound = self.is_wide && (is_taken || (low..=high).contains(&other));
            return if is_bound {
                other.clamp(low, high)
            } else {
                self.centre
            };
        }
        let near = (self.centre + side * self.distances.across.port).clamp(low, high);
        let beyond = if side < 0.0 {
            other.clamp(low.min(near), near)
        } else {
            other.clamp(near, high.max(near))
        };
        if is_taken || (low..=high).contains(&other) {
            beyond
        } else {
            self.distances.snap(near.mul_add(0.5, beyond * 0.5))
        }
    }
}

impl Dropped {
    fn boxes(&mut self, slots: &Slots, layer: usize, skyline: &mut Skyline) {
        let kind = |slot: usize| match slots.all[slot].holder {
            // The end of a line that goes on in the scope around.
            Holder::Block(_) if slots.all[slot].extent.along == 0.0 => Some(Kind::Line),
            Holder::Block(_) => Some(Kind::Block),
            Holder::Label(_) => Some(Kind::Label),
            Holder::Lane(_) => None,
        };
        let margin = slots.distances.across.margin;
        let boxes = slots.layers[layer].iter();
        let mut placed: Vec<(usize, Kind, f64)> = boxes
            .filter_map(|slot| {
                let kind = kind(*slot)?;
                let (from, to) = self.sides(slots, *slot);
                Some((*slot, kind, skyline.floor(from - margin, to + margin, kind)))
            })
            .collect();
        placed.sort_by(|a, b| b.2.total_cmp(&a.2));
        let mut row = f64::INFINITY;
        for (_, _, along) in &mut placed {
            if row - *along > slots.distances.along.row {
                row = *along;
            }
            *along = row;
        }
        for (slot, kind, along) in placed {
            let (from, to) = self.sides(slots, slot);
            self.along[slot] = along;
            skyline.raise(from, to, along + slots.all[slot].extent.along, kind);
        }
    }

    fn sides(&self, slots: &Slots, slot: usize) -> (f64, f64) {
        let (before, after) = slots.distances.halves(slots.all[slot].extent.across);
        (self.across[slot] - before, self.across[slot] + after)
    }

    /// The crosswise pieces between a layer and the next.
    fn lines(
        &mut self,
        slots: &Slots,
        layer: usize,
        turns: &HashSet<usize>,
        skyline: &mut Skyline,
    ) {
        let buses = self.buses(slots, layer, turns);
        let (margin, thickness) = (slots.distances.across.margin, slots.distances.along.line);
        for at in in_order(&buses, slots.distances.across.near) {
            let bus = &buses[at];
            let Stretch { from, to } = bus.all;
            let along = skyline.floor(from - margin, to + margin, Kind::Line);
            skyline.raise(from, to, along + thickness, Kind::Line);
            for link in &bus.links {
                self.bends[*link].along = Some(along + thickness / 2.0);
            }
        }
    }

    /// Links that leave or enter a box at the same place share their crosswise piece.
    fn buses(&self, slots: &Slots, layer: usize, turns: &HashSet<usize>) -> Vec<Bus> {
        let mut known: HashMap<(usize, bool, i64), usize> = HashMap::new();
        let mut buses: Vec<Bus> = Vec::new();
        for link in slots.layers[layer]
            .iter()
            .flat_map(|slot| &slots.below[*slot])
        {
            let bend = self.bends[*link];
            if (bend.upper - bend.lower).abs() < 0.5 {
                continue;
            }
            let ends = slots.links[*link];
            let is_box = |slot: usize| !matches!(slots.all[slot].holder, Holder::Lane(_));
            let is_block = |slot: usize| matches!(slots.all[slot].holder, Holder::Block(_));
            let (slot, port) =
                if is_block(ends.upper) || (is_box(ends.upper) && !is_block(ends.lower)) {
                    (ends.upper, bend.upper)
                } else {
                    (ends.lower, bend.lower)
                };
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a place on a picture is small"
            )]
            let key = (slot, slot == ends.upper, (port * 4.0).round() as i64);
            let at = *known.entry(key).or_insert(buses.len());
            if at == buses.len() {
                buses.push(Bus::default());
            }
            let turns = [ends.upper, ends.lower].map(|slot| turns.contains(&slot));
            buses[at].add(*link, bend, turns);
        }
        buses
    }
}

/// Links that share a crosswise piece.
#[derive(Debug, Default)]
struct Bus {
    links: Vec<usize>,
    /// From where to where it goes, and the same of its upper ends and of its lower ends.
    all: Stretch,
    upper: Stretch,
    lower: Stretch,
    /// Where lines go up from it, and where they go down. At the turn of a lane both ends of a link
    /// go the same way.
    rises: Vec<f64>,
    falls: Vec<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: f64,
    to: f64,
}

impl Default for Stretch {
    fn default() -> Self {
        Self {
            from: f64::INFINITY,
            to: f64::NEG_INFINITY,
        }
    }
}

impl Stretch {
    fn reach(&mut self, place: f64) {
        self.from = self.from.min(place);
        self.to = self.to.max(place);
    }

    fn middle(self) -> f64 {
        f64::midpoint(self.from, self.to)
    }
}

impl Bus {
    fn add(&mut self, link: usize, bend: Bend, [turns_above, turns_below]: [bool; 2]) {
        self.links.push(link);
        self.all.reach(bend.upper);
        self.all.reach(bend.lower);
        self.upper.reach(bend.upper);
        self.lower.reach(bend.lower);
        let ends = [(bend.upper, !turns_above), (bend.lower, turns_below)];
        for (place, rises) in ends {
            let places = if rises {
                &mut self.rises
            } else {
                &mut self.falls
            };
            places.push(place);
        }
    }

    /// What stands higher: of lines to the right the one furthest right, of lines to the left the
    /// one furthest left; then they do not cross.
    fn height(&self) -> (bool, f64) {
        let (upper, lower) = (self.upper.middle(), self.lower.middle());
        if lower > upper {
            (false, -upper)
        } else {
            (true, upper)
        }
    }
}

/// The buses from top to bottom. One that comes down where another goes up from the same place
/// must be below it, or the two would lie on each other.
fn in_order(buses: &[Bus], apart: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..buses.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (buses[*a].height(), buses[*b].height());
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let mut rises: Vec<(f64, usize)> = Vec::new();
    for (at, bus) in buses.iter().enumerate() {
        rises.extend(bus.rises.iter().map(|place| (*place, at)));
    }
    rises.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut done = vec![false; buses.len()];
    let mut result = Vec::with_capacity(buses.len());
    for first in order {
        // What must be higher comes first; a circle is cut where it is met again.
        let mut pending = vec![(first, false)];
        let mut begun = HashSet::new();
        while let Some((bus, is_ready)) = pending.pop() {
            if done[bus] {
                continue;
            }
            if is_ready || !begun.insert(bus) {
                done[bus] = true;
                result.push(bus);
                continue;
            }
            pending.push((bus, true));
            for place in &buses[bus].falls {
                let near = rises.partition_point(|(at, _)| *at < place - apart);
                let near = rises[near..]
                    .iter()
                    .take_while(|(at, _)| *at <= place + apart);
                pending.extend(
                    near.filter(|(_, other)| *other != bus)
                        .map(|(_, other)| (*other, false)),
                );
            }
        }
    }
    result
}

/// How far down things reach, place by place across.
#[derive(Debug)]
struct Skyline {
    apart: Along,
    /// Stretches that follow each other: where each begins, how far down it reaches and what lies
    /// there. The last one has no end.
    stretches: Vec<(f64, f64, Kind)>,
}

impl Skyline {
    fn new(apart: Along) -> Self {
        Self {
            apart,
            stretches: vec![(f64::NEG_INFINITY, 0.0, Kind::Nothing)],
        }
    }

    /// Where something of a kind can be put between two places.
    fn floor(&self, from: f64, to: f64, kind: Kind) -> f64 {
        let first = self
            .stretches
            .partition_point(|(begins, ..)| *begins <= from);
        let stretches = self.stretches[first.saturating_sub(1)..].iter();
        stretches
            .take_while(|(begins, ..)| *begins < to)
            .map(|(_, down, above)| down + apart(&self.apart, *above, kind))
            .fold(0.0, f64::max)
    }

    fn raise(&mut self, from: f64, to: f64, down: f64, kind: Kind) {
        let first = self
            .stretches
            .partition_point(|(begins, ..)| *begins < from);
        let last = self.stretches.partition_point(|(begins, ..)| *begins <= to);
        let (_, after, what) = self.stretches[last - 1];
        self.stretches
            .splice(first..last, [(from, down, kind), (to, after, what)]);
    }
}
