//! Places along: layer by layer, everything is put directly below what it shares a place across
//! with, boxes as well as the crosswise pieces of lines.
//!
//! Boxes of one layer that would come to stand nearly side by side do so exactly.

use std::collections::{HashMap, HashSet};

use super::slots::{Holder, Slots};
use super::{Extent, Net};

/// The room on both sides of what is put down.
const MARGIN: f64 = 12.0;

/// Boxes of a layer whose places differ by less than this stand in one row.
const ROW: f64 = 70.0;

/// How near the middle of a block a second line may begin or end.
const PORTS: f64 = 16.0;

/// How near the end of a block's side a line may begin or end.
const CORNER: f64 = 16.0;

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
fn apart(above: Kind, below: Kind) -> f64 {
    match (above, below) {
        (Kind::Nothing, _) | (_, Kind::Nothing) => 0.0,
        (Kind::Block, Kind::Block) => 34.0,
        (Kind::Block, Kind::Label | Kind::Line) => 15.0,
        (Kind::Label, Kind::Block) => 22.0,
        (Kind::Label, Kind::Label | Kind::Line) | (Kind::Line, Kind::Label) => 11.0,
        (Kind::Line, Kind::Block) => 23.0,
        (Kind::Line, Kind::Line) => 10.0,
    }
}

pub(super) fn drop(net: &Net, slots: &Slots, across: &[f64]) -> Dropped {
    let mut drop = Dropped {
        across: across.to_vec(),
        along: vec![0.0; slots.all.len()],
        bends: bends(net, slots, across),
    };
    let mut skyline = Skyline::default();
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
        let half = block.extent.across / 2.0 - CORNER;
        for (links, leaves) in [(&slots.below[slot], true), (&slots.above[slot], false)] {
            let others = links.iter().map(|link| {
                let bend = bends[*link];
                if leaves { bend.lower } else { bend.upper }
            });
            let aside = others.map(|other| other - across[slot]);
            let nearest = aside.min_by(|a, b| a.abs().total_cmp(&b.abs()));
            let near = PORTS.min(half);
            let shift = nearest.filter(|by| block.is_wide && by.abs() < near);
            let port = Port {
                middle: across[slot],
                half,
                centre: across[slot] + shift.unwrap_or(0.0),
                is_wide: block.is_wide,
                is_shared: links.iter().any(|link| !slots.links[*link].is_catch),
            };
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
struct Port {
    middle: f64,
    half: f64,
    /// Where lines meet that do not go straight on: in the middle, or where a straight one is so
    /// near to it that two would look like a mistake.
    centre: f64,
    is_wide: bool,
    /// Ordinary lines take the middle.
    is_shared: bool,
}

impl Port {
    fn place(&self, other: f64, is_catch: bool) -> f64 {
        let (low, high) = (self.middle - self.half, self.middle + self.half);
        if self.half <= 0.0 || (!is_catch && !self.is_wide) {
            return self.middle;
        }
        if !is_catch || !self.is_shared {
            let straight = self.is_wide && (low..=high).contains(&other);
            return if straight { other } else { self.centre };
        }
        let side = if other < self.middle { -1.0 } else { 1.0 };
        let near = self.middle + side * PORTS.min(self.half);
        let beyond = if side < 0.0 {
            other.clamp(low.min(near), near)
        } else {
            other.clamp(near, high.max(near))
        };
        if (low..=high).contains(&other) {
            beyond
        } else {
            near.clamp(low, high).mul_add(0.5, beyond * 0.5)
        }
    }
}

impl Dropped {
    fn boxes(&mut self, slots: &Slots, layer: usize, skyline: &mut Skyline) {
        let kind = |slot: usize| match slots.all[slot].holder {
            // The end of a line that goes on in the scope around.
            Holder::Block(_) if slots.all[slot].extent == Extent::default() => Some(Kind::Line),
            Holder::Block(_) => Some(Kind::Block),
            Holder::Label(_) => Some(Kind::Label),
            Holder::Lane(_) => None,
        };
        let boxes = slots.layers[layer].iter();
        let mut placed: Vec<(usize, Kind, f64)> = boxes
            .filter_map(|slot| {
                let kind = kind(*slot)?;
                let (from, to) = self.sides(slots, *slot);
                Some((*slot, kind, skyline.floor(from - MARGIN, to + MARGIN, kind)))
            })
            .collect();
        placed.sort_by(|a, b| b.2.total_cmp(&a.2));
        let mut row = f64::INFINITY;
        for (_, _, along) in &mut placed {
            if row - *along > ROW {
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
        let half = slots.all[slot].extent.across / 2.0;
        (self.across[slot] - half, self.across[slot] + half)
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
        for at in in_order(&buses) {
            let bus = &buses[at];
            let (from, to) = (bus.all.from - MARGIN, bus.all.to + MARGIN);
            let along = skyline.floor(from, to, Kind::Line);
            skyline.raise(bus.all.from, bus.all.to, along, Kind::Line);
            for link in &bus.links {
                self.bends[*link].along = Some(along);
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
fn in_order(buses: &[Bus]) -> Vec<usize> {
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
                let near = rises.partition_point(|(at, _)| *at < place - 6.0);
                let near = rises[near..]
                    .iter()
                    .take_while(|(at, _)| *at <= place + 6.0);
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
#[derive(Debug, Default)]
struct Skyline {
    /// Stretches that follow each other: where each begins, how far down it reaches and what lies
    /// there. The last one has no end.
    stretches: Vec<(f64, f64, Kind)>,
}

impl Skyline {
    /// Where something of a kind can be put between two places.
    fn floor(&self, from: f64, to: f64, kind: Kind) -> f64 {
        let first = self
            .stretches
            .partition_point(|(begins, ..)| *begins <= from);
        let stretches = self.stretches[first.saturating_sub(1)..].iter();
        stretches
            .take_while(|(begins, ..)| *begins < to)
            .map(|(_, down, above)| down + apart(*above, kind))
            .fold(0.0, f64::max)
    }

    fn raise(&mut self, from: f64, to: f64, down: f64, kind: Kind) {
        if self.stretches.is_empty() {
            self.stretches.push((f64::NEG_INFINITY, 0.0, Kind::Nothing));
        }
        let first = self
            .stretches
            .partition_point(|(begins, ..)| *begins < from);
        let last = self.stretches.partition_point(|(begins, ..)| *begins <= to);
        let (_, after, what) = self.stretches[last - 1];
        self.stretches
            .splice(first..last, [(from, down, kind), (to, after, what)]);
    }
}
