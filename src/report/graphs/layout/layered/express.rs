//! Express lanes: where a definition is so tangled that its lanes would fill the layers, the longest
//! ones lead past everything, left or right of all blocks.
//!
//! A lane has a slot in each layer that it passes, and lanes from anywhere to anywhere have that many
//! layers to pass that the picture of 5 000 states would have millions of slots. An express lane
//! has slots only where ways join it and where it ends.
//!
//! No line of it goes through a box: what leads to it and from it is put down by `drop` like every
//! crosswise piece, below all that it passes. As all of those on one side have the edge of the
//! blocks in common, each is below those of the layers before, so that lanes whose layers do not
//! meet can stand on the same place across.

use super::slots::{Route, Slots};

/// How many slots lanes may take: so many for each block, and as many as any machine that people
/// have written needs.
const PER_BLOCK: usize = 16;
const ALWAYS: usize = 10_000;

/// What passes fewer layers than this stays among them.
const FAR: usize = 40;

/// Routes that have a slot in each layer, and those of express lanes: of the longest, as many as it
/// takes for the others to have room.
pub(super) fn split(routes: Vec<Route>, blocks: usize) -> (Vec<Route>, Vec<Route>) {
    let lengths: Vec<usize> = routes
        .iter()
        .map(|route| {
            let (top, bottom) = route.ends();
            bottom - top + 1
        })
        .collect();
    let mut total: usize = lengths.iter().sum();
    let room = ALWAYS + PER_BLOCK * blocks;
    if total <= room {
        return (routes, Vec::new());
    }
    let saves: Vec<usize> = routes
        .iter()
        .zip(&lengths)
        .map(|(route, length)| length - route.stops().len())
        .collect();
    let mut longest: Vec<usize> = (0..routes.len()).filter(|at| saves[*at] >= FAR).collect();
    longest.sort_by_key(|at| std::cmp::Reverse(saves[*at]));
    let mut is_outer = vec![false; routes.len()];
    for at in longest {
        if total <= room {
            break;
        }
        is_outer[at] = true;
        total -= saves[at];
    }
    let (outer, inner): (Vec<_>, Vec<_>) =
        routes.into_iter().zip(is_outer).partition(|(_, is)| *is);
    let plain = |pairs: Vec<(Route, bool)>| pairs.into_iter().map(|(route, _)| route).collect();
    (plain(inner), plain(outer))
}

/// Adds the lanes that wait, and their places across.
pub(super) fn add(slots: &mut Slots, across: &mut Vec<f64>) {
    let mut routes = std::mem::take(&mut slots.outer);
    if routes.is_empty() {
        return;
    }
    routes.sort_by_key(Route::ends);
    let first = slots.all.len();
    let (low, high) = edges(slots, across);
    let distances = slots.distances;
    let (before, after) = distances.halves(distances.across.line);
    let apart = distances.across.lines + distances.across.line;
    let beside = distances.across.block_line;
    let mut left = Side::new(beside + after, apart);
    let mut right = Side::new(beside + before, apart);
    for route in routes {
        let goes_left = mean(&route, across) < f64::midpoint(low, high);
        let side = if goes_left { &mut left } else { &mut right };
        let beside = side.take(route.ends());
        let stops = route.stops();
        slots.lane(route, &stops);
        let place = if goes_left {
            low - beside
        } else {
            high + beside
        };
        across.resize(slots.all.len(), place);
    }
    slots.index();
    for slot in first..slots.all.len() {
        let layer = slots.all[slot].layer;
        slots.layers[layer].push(slot);
    }
}

/// How far all that is placed reaches to the left and to the right.
fn edges(slots: &Slots, across: &[f64]) -> (f64, f64) {
    let mut edges = (f64::INFINITY, f64::NEG_INFINITY);
    for (slot, middle) in slots.all.iter().zip(across) {
        let (before, after) = slots.distances.halves(slot.extent.across);
        edges = (edges.0.min(middle - before), edges.1.max(middle + after));
    }
    edges
}

/// In the middle of what a route connects.
fn mean(route: &Route, across: &[f64]) -> f64 {
    let (sum, count) = route
        .origins()
        .chain([route.to])
        .fold((0.0, 0.0), |(sum, count), slot| {
            (sum + across[slot], count + 1.0)
        });
    sum / count
}

/// The lanes on one side.
struct Side {
    /// How far the first one is from the blocks, and the others from each other.
    first: f64,
    apart: f64,
    /// The places from the blocks outwards: how far from these, and the last layer of the last lane
    /// there.
    places: Vec<(f64, usize)>,
}

impl Side {
    fn new(first: f64, apart: f64) -> Self {
        Self {
            first,
            apart,
            places: Vec::new(),
        }
    }

    /// The place nearest to the blocks where no other lane is; those that begin higher come first.
    fn take(&mut self, (top, bottom): (usize, usize)) -> f64 {
        let free = self.places.iter_mut().find(|(_, end)| *end + 1 < top);
        if let Some((beside, end)) = free {
            *end = bottom;
            return *beside;
        }
        let last = self.places.last();
        let beside = last.map_or(self.first, |(beside, _)| beside + self.apart);
        self.places.push((beside, bottom));
        beside
    }
}

#[cfg(test)]
mod tests {
    use super::super::ranks::ranks;
    use super::super::{Block, Distances, Extent, Net, Plan, Way, place};
    use super::*;

    /// A chain with ways between blocks that are far apart, down and back.
    fn tangle(blocks: usize, far: usize) -> Net {
        let block = Block {
            extent: Extent {
                across: 100.0,
                along: 40.0,
            },
            is_wide: false,
        };
        let way = |from, to| Way {
            from,
            to,
            is_catch: false,
            label: None,
        };
        let chain = (1..blocks).map(|to| way(to - 1, to));
        // Nothing leads back to the start.
        let jumps = (0..far).map(|at| way(at * 7919 % blocks, 1 + at * 104_729 % (blocks - 1)));
        Net {
            distances: Distances::default(),
            blocks: vec![block; blocks],
            ways: chain.chain(jumps).collect(),
        }
    }

    /// How many lanes wait to lead past everything.
    fn outer(net: &Net) -> usize {
        Slots::new(net, &ranks(net)).outer.len()
    }

    /// The pieces of lines along the flow that lie outside of all blocks.
    fn outside(plan: &Plan) -> Vec<(f64, f64, f64)> {
        let left = plan.blocks.iter().map(|block| block.at.across);
        let right = plan
            .blocks
            .iter()
            .map(|block| block.at.across + block.extent.across);
        let (left, right) = (
            left.fold(f64::INFINITY, f64::min),
            right.fold(0.0, f64::max),
        );
        let pieces = plan.tracks.iter().flat_map(|track| track.points.windows(2));
        pieces
            .filter(|ends| ends[0].across < left || ends[0].across > right)
            .filter(|ends| (ends[0].across - ends[1].across).abs() < 0.1)
            .map(|ends| {
                let (one, other) = (ends[0].along, ends[1].along);
                (ends[0].across, one.min(other), one.max(other))
            })
            .collect()
    }

    #[test]
    fn lanes_that_have_room_stay_among_the_layers() {
        assert_eq!(outer(&tangle(100, 60)), 0);
    }

    #[test]
    fn the_longest_lanes_of_a_tangle_lead_past_everything() {
        let net = tangle(600, 200);
        assert!(outer(&net) > 10, "{}", outer(&net));
    }

    #[test]
    fn express_lanes_do_not_lie_on_each_other() {
        let mut pieces = outside(&place(&tangle(600, 200)));
        pieces.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        assert!(pieces.len() > 10, "{}", pieces.len());
        for pair in pieces.windows(2) {
            let [(across, _, end), (other, begins, _)] = [pair[0], pair[1]];
            assert!(across < other || end < begins, "{pair:?}");
        }
    }
}
