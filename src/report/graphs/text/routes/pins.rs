//! Where lines arrive at boxes and where they leave them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;

use super::super::plan::{Link, Spot, SpotKind};
use super::{Net, Routes};

/// The pins at both sides of a channel.
#[derive(Clone, Default)]
struct Sides {
    arriving: HashMap<isize, usize>,
    leaving: HashSet<isize>,
}

impl Sides {
    /// The place nearest to the best where nothing leaves yet; if there is one, where no other net
    /// arrives below either.
    fn nearest(&self, net: usize, places: RangeInclusive<isize>, best: isize) -> Option<isize> {
        let free = places.filter(|place| !self.leaving.contains(place));
        free.min_by_key(|place| {
            let is_shared = self.arriving.get(place).is_some_and(|there| *there != net);
            (is_shared, (place - best).abs())
        })
    }
}

impl Routes {
    /// Finds all pins; none when there are more than a box has room for.
    pub(super) fn pins(&mut self) -> Option<()> {
        self.arrivals();
        let mut channels = vec![Sides::default(); self.plan.layers.len()];
        for ((net, to), column) in &self.pins {
            let channel = self.plan.spots[*to].layer - 1;
            channels[channel].arriving.insert(*column, *net);
        }
        let mut leaving: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, link) in self.plan.links.iter().enumerate() {
            if !link.is_exit {
                leaving.entry(link.from).or_default().push(number);
            }
        }
        for (from, links) in leaving {
            let channel = self.plan.spots[from].layer;
            self.departures(from, &links, &mut channels[channel])?;
        }
        for spot in 0..self.plan.spots.len() {
            let channel = self.plan.spots[spot].layer;
            self.turns(spot, &mut channels[channel])?;
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
    fn departures(&mut self, from: usize, links: &[usize], sides: &mut Sides) -> Option<()> {
        let spot = &self.plan.spots[from];
        let (first, last) = spot.bottom();
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
            let is_alone = wanted.len() == 1 && !(first..=last).contains(heading);
            let best = if is_alone { spot.column } else { *heading };
            let column = sides.nearest(net.0, free_from..=last - after, best)?;
            found.insert(*net, column);
            free_from = column + 2;
        }
        sides.leaving.extend(found.values());
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

    /// Where the exits of a box turn down: those of one net in one place.
    fn turns(&mut self, from: usize, sides: &mut Sides) -> Option<()> {
        let spot = &self.plan.spots[from];
        let mut found: HashMap<(Net, usize), isize> = HashMap::new();
        for exit in &spot.exits {
            let link = &self.plan.links[exit.link];
            if self.is_direct(link) {
                continue;
            }
            let key = (link.joins(), exit.turn);
            let turn = spot.left() + exit.turn.cast_signed();
            let nearest = || sides.nearest(link.net, turn..=turn + 1, turn);
            let column = found.get(&key).copied().or_else(nearest)?;
            found.insert(key, column);
            sides.leaving.insert(column);
            self.starts[exit.link] = column;
        }
        Some(())
    }
}

impl Spot {
    /// The columns that lines may leave at.
    fn bottom(&self) -> (isize, isize) {
        match self.kind {
            SpotKind::Framed => (self.left() + 2, self.box_right() - 2),
            // Below its text, whose last line may be short.
            SpotKind::Label => (
                self.left().max(self.column - 1),
                self.box_right().min(self.column + 1),
            ),
            SpotKind::Dot | SpotKind::Empty => (self.column, self.column),
        }
    }
}
