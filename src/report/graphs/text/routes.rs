//! The lines of a plan.
//!
//! A line leaves a box at its bottom, or on its right side for a Catch, and arrives at the top of
//! another. Between two layers lies a channel in which lines run across, each net on a track of
//! its own. A line to any but the next layer runs in a lane beside the boxes: upwards at the left,
//! downwards and for a Catch at the right. So no line passes a box.

mod painter;
mod pins;
mod tracks;

use std::collections::HashMap;

use super::canvas::Canvas;
use super::glyphs::Glyphs;
use super::plan::{Link, Plan, Spot, SpotKind};

/// How far lanes are apart.
const LANE: isize = 2;

/// Draws a plan; none when it is wider than the room, or when a line finds no place.
pub(super) fn draw(plan: Plan, glyphs: Glyphs, room: usize) -> Option<Canvas> {
    let mut routes = Routes::new(plan);
    routes.pins()?;
    routes.lanes();
    if routes.width() > room {
        return None;
    }
    routes.tracks();
    Some(routes.paint(glyphs))
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

    fn width(&self) -> usize {
        self.bounds.1.abs_diff(self.bounds.0) + 1
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
}
