//! The lines, from where everything stands.

use std::sync::Arc;

use super::drop::Dropped;
use super::slots::{Feeder, Lane, Short, Slots};
use super::{Carried, Distances, Extent, Net, Placed, Plan, Spot, Track};

pub(super) fn plan(net: &Net, slots: &Slots, drop: &Dropped) -> Plan {
    let drawer = Drawer { slots, drop };
    let mut tracks: Vec<Track> = Vec::new();
    for short in &slots.shorts {
        tracks.push(drawer.short(short));
    }
    for lane in &slots.lanes {
        drawer.lane(lane, &mut tracks);
    }
    let mut plan = Plan {
        extent: Extent::default(),
        blocks: (0..net.blocks.len())
            .map(|slot| drawer.placed(slot))
            .collect(),
        labels: slots
            .labels
            .iter()
            .map(|slot| Some(drawer.placed((*slot)?)))
            .collect(),
        tracks,
    };
    plan.move_to_origin(&slots.distances);
    plan
}

struct Drawer<'a> {
    slots: &'a Slots,
    drop: &'a Dropped,
}

impl Drawer<'_> {
    fn placed(&self, slot: usize) -> Placed {
        let extent = self.slots.all[slot].extent;
        Placed {
            at: Spot {
                across: self.drop.across[slot] - self.slots.distances.halves(extent.across).0,
                along: self.drop.along[slot],
            },
            extent,
        }
    }

    fn short(&self, short: &Short) -> Track {
        let [first, second] = short.links;
        let mut points = vec![self.leaves(first)];
        self.down(first, &mut points);
        self.down(second, &mut points);
        points.push(self.enters(second));
        track(points, true, Carried::only(short.ways.clone()))
    }

    /// Where a link leaves the box above it.
    fn leaves(&self, link: usize) -> Spot {
        let slot = self.slots.links[link].upper;
        Spot {
            across: self.drop.bends[link].upper,
            along: self.drop.along[slot] + self.slots.all[slot].extent.along,
        }
    }

    /// Where a link enters the box below it.
    fn enters(&self, link: usize) -> Spot {
        let slot = self.slots.links[link].lower;
        Spot {
            across: self.drop.bends[link].lower,
            along: self.drop.along[slot],
        }
    }

    /// The corners of a link, from above.
    fn down(&self, link: usize, points: &mut Vec<Spot>) {
        let bend = self.drop.bends[link];
        if let Some(along) = bend.along {
            points.extend([bend.upper, bend.lower].map(|across| Spot { across, along }));
        }
    }

    /// The same from below.
    fn up(&self, link: usize, points: &mut Vec<Spot>) {
        let before = points.len();
        self.down(link, points);
        points[before..].reverse();
    }

    /// A lane in pieces, each from where a way joins to where the next one does, and the lines of
    /// the other ways up to there.
    fn lane(&self, lane: &Lane, tracks: &mut Vec<Track>) {
        let mut feeders = lane.feeders.clone();
        feeders.sort_by_key(|feeder| self.station(lane, *feeder));
        let ways: Arc<[usize]> = feeders.iter().map(|feeder| feeder.way).collect();
        let carried = |count| Carried {
            ways: Arc::clone(&ways),
            count,
        };
        let mut points = Vec::new();
        let mut at = 0;
        for (before, feeder) in feeders.into_iter().enumerate() {
            let station = self.station(lane, feeder);
            let mut own = self.feeder(feeder);
            if before == 0 {
                at = station;
                points = own;
            } else {
                self.ride(lane, at, station, &mut points);
                at = station;
                let joint = self.joint(lane, station, feeder, &mut own);
                points.push(joint);
                tracks.push(track(
                    std::mem::replace(&mut points, vec![joint]),
                    false,
                    carried(before),
                ));
                tracks.push(track(own, false, Carried::only(vec![feeder.way])));
            }
        }
        let last = lane.slots.len() - 1;
        self.ride(lane, at, last, &mut points);
        self.down(lane.exit, &mut points);
        points.push(self.enters(lane.exit));
        tracks.push(track(points, true, carried(ways.len())));
    }

    /// How many slots of the lane, in the direction that it is travelled in, come before the one
    /// that a way joins.
    fn station(&self, lane: &Lane, feeder: Feeder) -> usize {
        let layer = self.slots.all[self.slots.links[feeder.joins].lower].layer;
        let index = lane
            .slots
            .partition_point(|slot| self.slots.all[*slot].layer < layer);
        if lane.goes_back {
            lane.slots.len() - 1 - index
        } else {
            index
        }
    }

    /// The corners between two stations.
    fn ride(&self, lane: &Lane, from: usize, to: usize, points: &mut Vec<Spot>) {
        for step in from..to {
            if lane.goes_back {
                self.up(lane.links[lane.links.len() - 1 - step], points);
            } else {
                self.down(lane.links[step], points);
            }
        }
    }

    /// From the block of a way into its lane.
    fn feeder(&self, feeder: Feeder) -> Vec<Spot> {
        let first = feeder.to_label.unwrap_or(feeder.joins);
        let mut points = vec![self.leaves(first)];
        if feeder.to_label.is_some() {
            self.down(first, &mut points);
        }
        self.down(feeder.joins, &mut points);
        points
    }

    /// Where a way meets a lane that others travel already.
    fn joint(&self, lane: &Lane, station: usize, feeder: Feeder, own: &mut Vec<Spot>) -> Spot {
        let bend = self.drop.bends[feeder.joins];
        // The link of the lane in the same gap, above the slot that is joined.
        let above = if lane.goes_back {
            (station + 1 < lane.slots.len()).then(|| lane.links[lane.links.len() - 1 - station])
        } else {
            station.checked_sub(1).map(|before| lane.links[before])
        };
        let jog = above.and_then(|link| self.drop.bends[link].along);
        let mine = bend
            .along
            .unwrap_or_else(|| self.leaves(feeder.joins).along);
        let along = jog.map_or(mine, |jog| jog.max(mine));
        let joint = Spot {
            across: bend.lower,
            along,
        };
        // It goes on a little, so that it curves into the lane.
        let curve = self.slots.distances.along.curve;
        let on = if lane.goes_back { -curve } else { curve };
        own.extend([
            joint,
            Spot {
                along: along + on,
                ..joint
            },
        ]);
        joint
    }
}

/// A track without points that say nothing: those in the middle of a straight line, and those of a
/// way there and back.
fn track(points: Vec<Spot>, has_head: bool, carried: Carried) -> Track {
    let mut kept: Vec<Spot> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last().is_some_and(|last| near(*last, point)) {
            continue;
        }
        while let [.., before, last] = kept[..] {
            let is_straight = (same(before.across, last.across) && same(last.across, point.across))
                || (same(before.along, last.along) && same(last.along, point.along));
            if !is_straight {
                break;
            }
            kept.pop();
        }
        kept.push(point);
    }
    Track {
        points: kept,
        has_head,
        carried,
    }
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.5
}

fn near(one: Spot, other: Spot) -> bool {
    same(one.across, other.across) && same(one.along, other.along)
}

impl Plan {
    fn move_to_origin(&mut self, distances: &Distances) {
        let labels = self.labels.iter().flatten();
        let corners = self.blocks.iter().chain(labels).flat_map(|placed| {
            let end = Spot {
                across: placed.at.across + placed.extent.across,
                along: placed.at.along + placed.extent.along,
            };
            [placed.at, end]
        });
        let points = self
            .tracks
            .iter()
            .flat_map(|track| track.points.iter().copied());
        let (mut least, mut most) = (
            Spot {
                across: f64::INFINITY,
                along: f64::INFINITY,
            },
            Spot::default(),
        );
        for spot in corners.chain(points) {
            least = Spot {
                across: least.across.min(spot.across),
                along: least.along.min(spot.along),
            };
        }
        if !least.across.is_finite() {
            return;
        }
        let least = Spot {
            across: distances.down(least.across),
            along: distances.down(least.along),
        };
        let labels = self.labels.iter_mut().flatten();
        for placed in self.blocks.iter_mut().chain(labels) {
            placed.at.shift(least);
            most.reach(
                placed.at.across + placed.extent.across,
                placed.at.along + placed.extent.along,
            );
        }
        for spot in self.tracks.iter_mut().flat_map(|track| &mut track.points) {
            spot.shift(least);
            most.reach(spot.across, spot.along);
        }
        self.extent = Extent {
            across: distances.up(most.across),
            along: distances.up(most.along),
        };
    }
}

impl Spot {
    fn shift(&mut self, origin: Self) {
        self.across -= origin.across;
        self.along -= origin.along;
    }

    fn reach(&mut self, across: f64, along: f64) {
        self.across = self.across.max(across);
        self.along = self.along.max(along);
    }
}
