//! Who stands left of whom: barycentres from above and from below in turn, the best of them kept.

use super::slots::Slots;

/// How often the layers are ordered anew; more gives little.
const ROUNDS: usize = 12;

/// How many links are looked at in all rounds together: what is so tangled that this does not
/// suffice is not read by following its lines.
const LINKS: usize = 1_500_000;

/// How many rounds without fewer crossings are enough.
const PATIENCE: usize = 4;

/// Fills the layers. Slots begin in the order in which a walk from the start finds them, which is
/// that of the definition, and leave it only where that means fewer crossings.
///
/// A lane that leads up begins on the right, and may never get past what is between it and a better
/// place on the left; so where lines cross, that is where it begins the second time.
pub(super) fn order(slots: &mut Slots) {
    fill(slots, false);
    let least = improve(slots);
    if least == 0 || !slots.lanes.iter().any(|lane| lane.goes_back) {
        return;
    }
    let first = slots.layers.clone();
    fill(slots, true);
    if improve(slots) >= least {
        slots.layers = first;
    }
}

/// Orders the layers anew as long as that helps; how many lines cross then.
fn improve(slots: &mut Slots) -> usize {
    let mut sorter = Sorter::new(slots);
    let mut best = slots.layers.clone();
    let mut least = crossings(slots, &sorter.position);
    let mut idle = 0;
    let rounds = ROUNDS.min(LINKS / slots.links.len().max(1));
    for round in 0..rounds {
        if least == 0 || idle == PATIENCE {
            break;
        }
        sorter.sweep(slots, round % 2 == 0);
        sorter.exchange(slots);
        let count = crossings(slots, &sorter.position);
        idle += 1;
        if count < least {
            (least, idle) = (count, 0);
            best.clone_from(&slots.layers);
        }
    }
    slots.layers = best;
    least
}

fn fill(slots: &mut Slots, lanes_first: bool) {
    let mut seen = vec![false; slots.all.len()];
    for layer in &mut slots.layers {
        layer.clear();
    }
    let back = slots
        .lanes
        .iter()
        .filter(|lane| lanes_first && lane.goes_back);
    for slot in back.flat_map(|lane| &lane.slots) {
        seen[*slot] = true;
        slots.layers[slots.all[*slot].layer].push(*slot);
    }
    for root in 0..slots.all.len() {
        let mut pending = vec![root];
        while let Some(slot) = pending.pop() {
            if std::mem::replace(&mut seen[slot], true) {
                continue;
            }
            slots.layers[slots.all[slot].layer].push(slot);
            let below = slots.below[slot].iter().rev();
            pending.extend(below.map(|link| slots.links[*link].lower));
        }
    }
}

struct Sorter {
    /// Of each slot in its layer.
    position: Vec<u32>,
}

impl Sorter {
    fn new(slots: &Slots) -> Self {
        let mut sorter = Self {
            position: vec![0; slots.all.len()],
        };
        for layer in &slots.layers {
            sorter.number(layer);
        }
        sorter
    }

    fn number(&mut self, layer: &[usize]) {
        for (position, slot) in (0..).zip(layer) {
            self.position[*slot] = position;
        }
    }

    fn sweep(&mut self, slots: &mut Slots, goes_down: bool) {
        let count = slots.layers.len();
        for step in 0..count {
            let layer = if goes_down { step } else { count - 1 - step };
            let mut row = std::mem::take(&mut slots.layers[layer]);
            let mut keyed: Vec<(f64, usize)> = row
                .iter()
                .map(|slot| (self.barycentre(slots, *slot, goes_down), *slot))
                .collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            row.clear();
            row.extend(keyed.into_iter().map(|(_, slot)| slot));
            self.number(&row);
            slots.layers[layer] = row;
        }
    }

    /// The mean position of those that a slot is linked to; where it stands when there are none.
    fn barycentre(&self, slots: &Slots, slot: usize, goes_down: bool) -> f64 {
        let links = if goes_down {
            &slots.above[slot]
        } else {
            &slots.below[slot]
        };
        let others = links.iter().map(|link| {
            let link = slots.links[*link];
            self.position[if goes_down { link.upper } else { link.lower }]
        });
        mean(others).unwrap_or(f64::from(self.position[slot]))
    }

    /// Exchanges neighbours where that alone means fewer crossings.
    fn exchange(&mut self, slots: &mut Slots) {
        for layer in 0..slots.layers.len() {
            let mut row = std::mem::take(&mut slots.layers[layer]);
            let mut improves = true;
            for _ in 0..ROUNDS {
                if !std::mem::take(&mut improves) {
                    break;
                }
                for at in 1..row.len() {
                    let (left, right) = (row[at - 1], row[at]);
                    if self.between(slots, right, left) < self.between(slots, left, right) {
                        row.swap(at - 1, at);
                        self.position.swap(left, right);
                        improves = true;
                    }
                }
            }
            slots.layers[layer] = row;
        }
    }

    /// How often links of two neighbours cross each other.
    fn between(&self, slots: &Slots, left: usize, right: usize) -> usize {
        let upper = |link: &usize| self.position[slots.links[*link].upper];
        let lower = |link: &usize| self.position[slots.links[*link].lower];
        let above = inversions(&slots.above[left], &slots.above[right], upper);
        above + inversions(&slots.below[left], &slots.below[right], lower)
    }
}

fn inversions(left: &[usize], right: &[usize], position: impl Fn(&usize) -> u32) -> usize {
    // Nearly all slots have a link or two.
    if left.len() * right.len() <= 16 {
        let crossed = |link| {
            right
                .iter()
                .filter(|other| position(other) < position(link))
                .count()
        };
        return left.iter().map(crossed).sum();
    }
    let mut others: Vec<u32> = right.iter().map(&position).collect();
    others.sort_unstable();
    let crossed = |link| {
        let at = position(link);
        others.partition_point(|other| *other < at)
    };
    left.iter().map(crossed).sum()
}

fn mean(values: impl Iterator<Item = u32>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| {
        (sum + f64::from(value), count + 1.0)
    });
    (count > 0.0).then(|| sum / count)
}

/// How often links cross, in all layers.
fn crossings(slots: &Slots, position: &[u32]) -> usize {
    let mut count = 0;
    for layer in &slots.layers {
        let mut ends = Vec::new();
        for slot in layer {
            let mut lower: Vec<u32> = slots.below[*slot]
                .iter()
                .map(|link| position[slots.links[*link].lower])
                .collect();
            lower.sort_unstable();
            ends.append(&mut lower);
        }
        count += crossed(&ends);
    }
    count
}

/// The pairs that are out of order, by a tree of counts.
fn crossed(ends: &[u32]) -> usize {
    let size = ends.iter().max().map_or(0, |most| *most as usize + 1);
    let mut tree = vec![0_usize; size + 1];
    let mut count = 0;
    for (seen, end) in ends.iter().enumerate() {
        let (mut at, mut not_above) = (*end as usize + 1, 0);
        while at > 0 {
            not_above += tree[at];
            at &= at - 1;
        }
        count += seen - not_above;
        at = *end as usize + 1;
        while at <= size {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    count
}
