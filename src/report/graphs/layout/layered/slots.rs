//! Layers: every block, label and piece of a lane has a slot in one, and links lead from a layer to
//! the next.
//!
//! A block of rank r stands in layer 2r. The label of a way out of it stands in layer 2r + 1. A way
//! to the next rank goes straight on; a longer one joins the lane of its target, which leads down
//! beside what is between. A way that goes back leaves its block below like every other, joins a
//! lane that leads up beside the loop, and comes down to its target from above.
//!
//! A lane has a slot in every layer that it passes, unless all lanes together are too long for that:
//! then the longest ones wait in `outer`, for `express` to lead them past everything.

use std::collections::BTreeMap;

use super::express;
use super::ranks::Ranks;
use super::{Distances, Extent, Net};

/// What takes a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// A block.
    Block(usize),
    /// The label of a way.
    Label(usize),
    /// A piece of a lane, which is as thin as a line.
    Lane(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) holder: Holder,
    pub(super) layer: usize,
    pub(super) extent: Extent,
}

/// A connection between two slots in layers that follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) upper: usize,
    pub(super) lower: usize,
    pub(super) is_catch: bool,
    /// It leads from what only errors lead to back to what is reached without, and bends for that.
    is_return: bool,
    /// The first way that takes it.
    way: usize,
}

/// A line beside the blocks that all ways of a kind to one block share.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) goes_back: bool,
    /// From top to bottom.
    pub(super) slots: Vec<usize>,
    /// Links between its slots, from top to bottom.
    pub(super) links: Vec<usize>,
    /// The link to its block.
    pub(super) exit: usize,
    pub(super) feeders: Vec<Feeder>,
}

/// A way that joins a lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Feeder {
    pub(super) way: usize,
    /// The link from its block to its label.
    pub(super) to_label: Option<usize>,
    /// The link into the lane.
    pub(super) joins: usize,
}

/// A way to the next rank.
#[derive(Clone, Debug)]
pub(super) struct Short {
    pub(super) ways: Vec<usize>,
    pub(super) links: [usize; 2],
}

#[derive(Debug, Default)]
pub(super) struct Slots {
    pub(super) distances: Distances,
    pub(super) all: Vec<Slot>,
    pub(super) links: Vec<Link>,
    pub(super) lanes: Vec<Lane>,
    /// The ways of lanes that are not among the layers yet.
    pub(super) outer: Vec<Route>,
    pub(super) shorts: Vec<Short>,
    /// The label's slot of each way.
    pub(super) labels: Vec<Option<usize>>,
    /// The slots of each layer from left to right.
    pub(super) layers: Vec<Vec<usize>>,
    /// Links by their upper slot, and by their lower one.
    pub(super) below: Vec<Vec<usize>>,
    pub(super) above: Vec<Vec<usize>>,
    /// By way, whether it comes back from what only errors lead to, and bends.
    returns: Vec<bool>,
}

/// The lane of a way to the next rank, which it shares with nobody.
const SHORT: usize = usize::MAX;

/// How much a link within a lane is to be straight.
pub(super) const STRAIGHTEST: u8 = 3;

/// The lane of a block: for ordinary ways or for catches, down or back.
type LaneKey = (usize, bool, bool);

/// What will be a lane, once it is known where it has slots.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// The slot of the block that it leads to.
    pub(super) to: usize,
    /// The layer before that block's.
    end: usize,
    is_catch: bool,
    goes_back: bool,
    joining: Vec<Joining>,
}

/// A way that will join a lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Joining {
    way: usize,
    pub(super) from: usize,
    to_label: Option<usize>,
    layer: usize,
}

impl Route {
    /// Its first layer and its last one.
    pub(super) fn ends(&self) -> (usize, usize) {
        let layers = self.joining.iter().map(|each| each.layer);
        layers.fold((self.end, self.end), |(top, bottom), layer| {
            (top.min(layer), bottom.max(layer))
        })
    }

    /// The layers that ways join or leave it in, from top to bottom.
    pub(super) fn stops(&self) -> Vec<usize> {
        let joins = self.joining.iter().map(|each| each.layer);
        let mut stops: Vec<usize> = joins.chain([self.end]).collect();
        stops.sort_unstable();
        stops.dedup();
        stops
    }

    /// The slots that ways come from.
    pub(super) fn origins(&self) -> impl Iterator<Item = usize> {
        self.joining.iter().map(|each| each.from)
    }
}

impl Slots {
    pub(super) fn new(net: &Net, ranks: &Ranks) -> Self {
        let mut slots = Self {
            distances: net.distances,
            labels: vec![None; net.ways.len()],
            returns: returns(net, ranks),
            ..Self::default()
        };
        for (index, block) in net.blocks.iter().enumerate() {
            slots.add(Holder::Block(index), 2 * ranks.rank[index], block.extent);
        }
        let mut lanes: BTreeMap<LaneKey, Vec<Joining>> = BTreeMap::new();
        let mut bare: BTreeMap<(usize, usize, bool), usize> = BTreeMap::new();
        for (index, way) in net.ways.iter().enumerate() {
            let layer = 2 * ranks.rank[way.from];
            let target = 2 * ranks.rank[way.to];
            let goes_back = ranks.goes_back[index];
            let is_short = !goes_back && layer + 2 == target;
            if is_short && way.label.is_none() {
                let same = (way.from, way.to, way.is_catch);
                if let Some(short) = bare.get(&same) {
                    slots.shorts[*short].ways.push(index);
                    continue;
                }
                bare.insert(same, slots.shorts.len());
                let lane = Holder::Lane(SHORT);
                let between = slots.add(lane, layer + 1, slots.line());
                slots.short(net, index, between);
                continue;
            }
            let (from, to_label, joins) = match way.label {
                Some(extent) => {
                    let label = slots.add(Holder::Label(index), layer + 1, extent);
                    slots.labels[index] = Some(label);
                    if is_short {
                        slots.short(net, index, label);
                        continue;
                    }
                    let link = slots.link(way.from, label, way.is_catch, index);
                    (label, Some(link), layer + 2)
                }
                None => (way.from, None, layer + 1),
            };
            let key = (way.to, way.is_catch, goes_back);
            lanes.entry(key).or_default().push(Joining {
                way: index,
                from,
                to_label,
                layer: joins,
            });
        }
        let routes = lanes
            .into_iter()
            .map(|((to, is_catch, goes_back), joining)| Route {
                to,
                end: 2 * ranks.rank[to] - 1,
                is_catch,
                goes_back,
                joining,
            });
        let (inner, outer) = express::split(routes.collect(), net.blocks.len());
        for route in inner {
            let (top, bottom) = route.ends();
            slots.lane(route, &(top..=bottom).collect::<Vec<_>>());
        }
        slots.outer = outer;
        slots.index();
        slots
    }

    /// How much room a piece of a lane takes.
    fn line(&self) -> Extent {
        Extent {
            across: self.distances.across.line,
            along: 0.0,
        }
    }

    fn add(&mut self, holder: Holder, layer: usize, extent: Extent) -> usize {
        self.all.push(Slot {
            holder,
            layer,
            extent,
        });
        self.all.len() - 1
    }

    fn link(&mut self, upper: usize, lower: usize, is_catch: bool, way: usize) -> usize {
        self.links.push(Link {
            upper,
            lower,
            is_catch,
            is_return: self.returns[way],
            way,
        });
        self.links.len() - 1
    }

    fn short(&mut self, net: &Net, index: usize, between: usize) {
        let way = net.ways[index];
        let first = self.link(way.from, between, way.is_catch, index);
        let second = self.link(between, way.to, way.is_catch, index);
        self.shorts.push(Short {
            ways: vec![index],
            links: [first, second],
        });
    }

    /// Adds the lane of a route, with slots in some layers, from top to bottom; its stops are among
    /// them.
    pub(super) fn lane(&mut self, route: Route, layers: &[usize]) {
        let Route {
            to,
            is_catch,
            goes_back,
            joining,
            ..
        } = route;
        let ways = joining.iter().map(|each| each.way);
        let first = ways
            .min_by_key(|way| (self.returns[*way], *way))
            .unwrap_or_default();
        let number = self.lanes.len();
        let line = self.line();
        let slots: Vec<usize> = layers
            .iter()
            .map(|layer| self.add(Holder::Lane(number), *layer, line))
            .collect();
        let links = slots
            .windows(2)
            .map(|pair| self.link(pair[0], pair[1], is_catch, first))
            .collect();
        let last = if goes_back {
            slots[0]
        } else {
            slots[slots.len() - 1]
        };
        let exit = self.link(last, to, is_catch, first);
        let slot = |layer: usize| slots[layers.partition_point(|other| *other < layer)];
        let feeders = joining
            .into_iter()
            .map(|each| Feeder {
                way: each.way,
                to_label: each.to_label,
                joins: self.link(each.from, slot(each.layer), is_catch, each.way),
            })
            .collect();
        self.lanes.push(Lane {
            goes_back,
            slots,
            links,
            exit,
            feeders,
        });
    }

    /// Makes as many layers as there are, and finds the links of each slot.
    pub(super) fn index(&mut self) {
        let deepest = self.all.iter().map(|slot| slot.layer).max();
        let count = deepest.map_or(0, |layer| layer + 1);
        self.layers.resize(count, Vec::new());
        self.below = vec![Vec::new(); self.all.len()];
        self.above = vec![Vec::new(); self.all.len()];
        for (index, link) in self.links.iter().enumerate() {
            self.below[link.upper].push(index);
            self.above[link.lower].push(index);
        }
        // Ordinary ways first, in the order of the definition.
        for links in self.below.iter_mut().chain(&mut self.above) {
            links.sort_by_key(|link| (self.links[*link].is_catch, self.links[*link].way));
        }
    }

    /// How much a link is to be straight: within a lane, then the way to the next rank, then the
    /// way into a lane and out of it, and last the way of errors and back from there.
    pub(super) fn straightness(&self, link: &Link) -> u8 {
        let lane = |slot: usize| match self.all[slot].holder {
            Holder::Lane(lane) if lane != SHORT => Some(lane),
            Holder::Lane(_) | Holder::Block(_) | Holder::Label(_) => None,
        };
        let (upper, lower) = (lane(link.upper), lane(link.lower));
        match (upper, lower, link.is_catch || link.is_return) {
            (Some(upper), Some(lower), _) if upper == lower => STRAIGHTEST,
            (_, _, true) => 0,
            (None, None, false) if !self.feeds(link.lower) => 2,
            (_, _, false) => 1,
        }
    }

    /// Whether a slot is the label of a way that goes on to a lane.
    fn feeds(&self, slot: usize) -> bool {
        let leads = |link: &usize| self.all[self.links[*link].lower].holder;
        matches!(self.all[slot].holder, Holder::Label(_))
            && !self.below[slot]
                .iter()
                .any(|link| matches!(leads(link), Holder::Block(_)))
    }

    /// Where lanes that lead back turn, at both ends, and the slot of the lane next to that.
    pub(super) fn turns(&self) -> impl Iterator<Item = (usize, usize)> {
        let back = self.lanes.iter().filter(|lane| lane.goes_back);
        back.filter_map(|lane| match lane.slots[..] {
            [top, below, .., above, bottom] => Some([(top, below), (bottom, above)]),
            [top, middle, bottom] => Some([(top, middle), (bottom, middle)]),
            // An express lane.
            [top, bottom] => Some([(top, bottom), (bottom, top)]),
            _ => None,
        })
        .flatten()
    }
}

/// By way, whether it leads from what only errors lead to back to what is reached without, and
/// should bend for that to be straight. Where an ordinary way comes from the rank above as well,
/// the block stands between the two, which takes less room.
fn returns(net: &Net, ranks: &Ranks) -> Vec<bool> {
    let mut leaving = vec![Vec::new(); net.blocks.len()];
    for way in net.ways.iter().filter(|way| !way.is_catch) {
        leaving[way.from].push(way.to);
    }
    let mut is_reached = vec![false; net.blocks.len()];
    let mut pending: Vec<usize> = (0..net.blocks.len()).take(1).collect();
    while let Some(block) = pending.pop() {
        if !std::mem::replace(&mut is_reached[block], true) {
            pending.extend(&leaving[block]);
        }
    }
    let mut is_below = vec![false; net.blocks.len()];
    for way in net.ways.iter().filter(|way| !way.is_catch) {
        if is_reached[way.from] && ranks.rank[way.from] + 1 == ranks.rank[way.to] {
            is_below[way.to] = true;
        }
    }
    let returns = net.ways.iter().map(|way| {
        !way.is_catch && !is_reached[way.from] && is_reached[way.to] && !is_below[way.to]
    });
    returns.collect()
}
