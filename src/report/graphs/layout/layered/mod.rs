//! One scope laid out in layers, as abstract blocks and ways: Sugiyama's method with orthogonal
//! lines.
//!
//! `across` is the axis along a layer, `along` the one that the flow takes; whoever draws from left
//! to right exchanges them. The phases:
//! 1. `ranks`: ways that go back are told from the others, and each block gets a rank;
//! 2. `slots`: blocks stand in even layers, labels in the odd ones between, and what is longer goes
//!    down a lane, one for all ways to a block, so that 130 states that catch to one handler make
//!    one line and not 130;
//! 3. `order`: who stands left of whom, with few crossings;
//! 4. `align` and `straighten`: places across, with straight lanes and a straight main flow;
//! 5. `express`: lanes that were too long for the layers, outside of all that is placed by now;
//! 6. `drop`: places along: everything goes up as far as what it is below of allows, so that a
//!    tall block beside a chain of small ones does not pull the chain apart;
//! 7. `tracks`: the lines.
//!
//! That no two boxes overlap and no line goes through a box follows from 3 and 6: within a layer
//! boxes stand apart across, and boxes of different layers that share a place across keep the order
//! of their layers along.

mod align;
mod drop;
mod express;
mod order;
mod ranks;
mod slots;
mod straighten;
mod tracks;

use std::sync::Arc;

use self::slots::Slots;
use super::medium::Distances;

/// How much room something takes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Extent {
    pub(super) across: f64,
    pub(super) along: f64,
}

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Spot {
    pub(super) across: f64,
    pub(super) along: f64,
}

/// A box that is placed: its corner where both axes are smallest, and its extent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Placed {
    pub(super) at: Spot,
    pub(super) extent: Extent,
}

/// Something that ways lead to and from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) extent: Extent,
    /// Lines may begin and end anywhere along its side; else in the middle.
    pub(super) is_wide: bool,
}

/// A way between two blocks, by their indices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) is_catch: bool,
    pub(super) label: Option<Extent>,
}

/// What is to be placed. The first block is the start; where nothing else decides, the order of
/// blocks and ways does.
#[derive(Clone, Debug, Default)]
pub(super) struct Net {
    pub(super) distances: Distances,
    pub(super) blocks: Vec<Block>,
    pub(super) ways: Vec<Way>,
}

/// A line, or the piece of one that several ways share.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) points: Vec<Spot>,
    /// It ends at a block.
    pub(super) has_head: bool,
    pub(super) carried: Carried,
}

/// The ways that go along a track: the first ones of those that share a lane.
#[derive(Clone, Debug)]
pub(super) struct Carried {
    ways: Arc<[usize]>,
    count: usize,
}

impl Carried {
    fn only(ways: Vec<usize>) -> Self {
        let count = ways.len();
        let ways = ways.into();
        Self { ways, count }
    }

    /// All that ever share the lane.
    pub(super) fn all(&self) -> &[usize] {
        &self.ways
    }

    pub(super) fn ways(&self) -> &[usize] {
        &self.ways[..self.count]
    }
}

/// Everything in its place; the smallest place on both axes is 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) extent: Extent,
    pub(super) blocks: Vec<Placed>,
    /// One for each way that has a label.
    pub(super) labels: Vec<Option<Placed>>,
    pub(super) tracks: Vec<Track>,
}

/// Places a net.
pub(super) fn place(net: &Net) -> Plan {
    let ranks = ranks::ranks(net);
    let mut slots = Slots::new(net, &ranks);
    order::order(&mut slots);
    let mut across = align::align(&slots);
    express::add(&mut slots, &mut across);
    let drop = drop::drop(net, &slots, &across);
    tracks::plan(net, &slots, &drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(blocks: usize, ways: &[(usize, usize)]) -> Net {
        let block = Block {
            extent: Extent {
                across: 100.0,
                along: 40.0,
            },
            is_wide: false,
        };
        let way = |(from, to): &(usize, usize)| Way {
            from: *from,
            to: *to,
            is_catch: false,
            label: None,
        };
        Net {
            distances: Distances::default(),
            blocks: vec![block; blocks],
            ways: ways.iter().map(way).collect(),
        }
    }

    fn same(one: f64, other: f64) -> bool {
        (one - other).abs() < 0.01
    }

    fn middles(plan: &Plan) -> Vec<f64> {
        let middle = |placed: &Placed| placed.at.across + placed.extent.across / 2.0;
        plan.blocks.iter().map(middle).collect()
    }

    #[test]
    fn a_chain_is_straight() {
        let plan = place(&net(4, &[(0, 1), (1, 2), (2, 3)]));
        assert!(middles(&plan).windows(2).all(|pair| same(pair[0], pair[1])));
        assert!(plan.tracks.iter().all(|track| track.points.len() == 2));
    }

    #[test]
    fn a_chain_beside_a_loop_is_straight() {
        let plan = place(&net(4, &[(0, 1), (1, 2), (2, 3), (2, 1)]));
        assert!(middles(&plan).windows(2).all(|pair| same(pair[0], pair[1])));
    }

    #[test]
    fn a_way_back_leaves_below_and_arrives_above() {
        let plan = place(&net(3, &[(0, 1), (1, 2), (2, 1)]));
        let back = plan.tracks.iter().find(|track| track.carried.ways() == [2]);
        let points = &back.expect("it is drawn").points;
        let [first, .., last] = points[..] else {
            panic!("a line has two ends");
        };
        let (one, two) = (plan.blocks[1], plan.blocks[2]);
        assert!(same(first.along, two.at.along + two.extent.along));
        assert!(same(last.along, one.at.along));
    }

    #[test]
    fn a_tall_block_does_not_pull_apart_the_chain_beside_it() {
        let mut net = net(6, &[(0, 1), (0, 2), (2, 3), (3, 4), (1, 5), (4, 5)]);
        net.blocks[1].extent.along = 1_000.0;
        let plan = place(&net);
        let along = |block: usize| plan.blocks[block].at.along;
        assert!(along(4) < 400.0, "{}", along(4));
        assert!(along(5) > 1_000.0, "{}", along(5));
    }

    #[test]
    fn what_a_handler_comes_back_to_stands_below_the_main_flow() {
        let mut net = net(5, &[(0, 1), (1, 4), (1, 2), (2, 3), (3, 4)]);
        net.ways[2].is_catch = true;
        let middles = middles(&place(&net));
        assert!(same(middles[1], middles[4]), "{middles:?}");
        assert!(!same(middles[1], middles[3]), "{middles:?}");
    }

    #[test]
    fn what_three_lead_to_stands_below_the_middle_one() {
        let ways = [(0, 1), (0, 2), (0, 3), (0, 4), (1, 5), (2, 5), (3, 5)];
        let middles = middles(&place(&net(6, &ways)));
        assert!(same(middles[2], middles[5]), "{middles:?}");
    }

    #[test]
    fn where_a_way_back_turns_it_moves_nothing_aside() {
        let label = Some(Extent {
            across: 80.0,
            along: 20.0,
        });
        let mut net = net(6, &[(0, 1), (1, 2), (2, 3), (3, 1), (3, 4), (4, 5)]);
        net.blocks[2].extent.across = 500.0;
        (net.ways[3].label, net.ways[4].label) = (label, label);
        let middles = middles(&place(&net));
        assert!(same(middles[3], middles[4]), "{middles:?}");
    }

    #[test]
    fn without_blocks_there_is_nothing() {
        let plan = place(&Net::default());
        assert_eq!(plan.extent, Extent::default());
        assert!(plan.blocks.is_empty() && plan.tracks.is_empty());
    }
}
