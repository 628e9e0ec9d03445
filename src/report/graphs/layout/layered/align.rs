//! Places across: the method of Brandes and Köpf. Slots that are linked are aligned to blocks,
//! four times (to the upper or the lower neighbours, to the left or to the right), each alignment
//! is packed, and a slot stands in the mean of the two middle ones of its four places.
//!
//! Where a lane turns it needs no room: what else is in that layer comes to stand above the turn or
//! below it. So turns are in no row, and go where their lane is.

use std::collections::HashSet;

use super::slots::{Holder, Link, STRAIGHTEST, Slots};
use super::straighten;

/// The middle of each slot.
pub(super) fn align(slots: &Slots) -> Vec<f64> {
    let rows = Rows::new(slots);
    let straightness = Straightness::new(slots);
    let conflicts = conflicts(slots, &straightness, &rows);
    let view = |goes_down: bool, mirrored: bool| View {
        slots,
        straightness: &straightness,
        conflicts: &conflicts,
        rows: &rows,
        goes_down,
        mirrored,
    };
    let side = |goes_down: bool, mirrored: bool| {
        let view = view(goes_down, mirrored);
        let roots = view.roots();
        let mut places = view.pack(&roots);
        rows.turn(&mut places);
        places
    };
    let mut four = [
        side(true, false),
        side(true, true),
        side(false, false),
        side(false, true),
    ];
    let snap = |place: f64| slots.distances.snap(place);
    let narrowest = settle(slots, &mut four);
    if slots.distances.is_tight {
        return four[narrowest].iter().map(|place| snap(*place)).collect();
    }
    let mut across: Vec<f64> = (0..slots.all.len())
        .map(|slot| {
            let mut places = [four[0][slot], four[1][slot], four[2][slot], four[3][slot]];
            places.sort_by(f64::total_cmp);
            snap(f64::midpoint(places[1], places[2]))
        })
        .collect();
    // Places in whole cells are whole cells apart, so that what moves stays in whole cells.
    straighten::straighten(&view(true, false), &view(false, false), &mut across);
    rows.turn(&mut across);
    across
}

/// The layers without turns.
pub(super) struct Rows {
    pub(super) all: Vec<Vec<usize>>,
    /// Of each slot in its row.
    pub(super) position: Vec<usize>,
    /// Each turn, and the slot of the lane next to it.
    turns: Vec<(usize, usize)>,
    is_turn: Vec<bool>,
}

impl Rows {
    fn new(slots: &Slots) -> Self {
        let turns: Vec<(usize, usize)> = slots.turns().collect();
        let mut is_turn = vec![false; slots.all.len()];
        for (turn, _) in &turns {
            is_turn[*turn] = true;
        }
        let mut all = slots.layers.clone();
        let mut position = vec![0; slots.all.len()];
        for row in &mut all {
            row.retain(|slot| !is_turn[*slot]);
            for (at, slot) in row.iter().enumerate() {
                position[*slot] = at;
            }
        }
        Self {
            all,
            position,
            turns,
            is_turn,
        }
    }

    /// Puts turns where their lanes are.
    fn turn(&self, places: &mut [f64]) {
        for (turn, beside) in &self.turns {
            places[*turn] = places[*beside];
        }
    }

    fn turns(&self, link: &Link) -> bool {
        self.is_turn[link.upper] || self.is_turn[link.lower]
    }
}

/// Links that must not be aligned, because they cross one that stays in its lane.
fn conflicts(slots: &Slots, straightness: &Straightness, rows: &Rows) -> HashSet<(usize, usize)> {
    let mut conflicts = HashSet::new();
    let position = &rows.position;
    for row in &rows.all {
        let links = row.iter().flat_map(|slot| &slots.below[*slot]);
        let links = links.filter(|link| !rows.turns(&slots.links[**link]));
        let ends = links.map(|link| {
            let inner = straightness.of[*link] == STRAIGHTEST;
            let link = slots.links[*link];
            (position[link.upper], position[link.lower], inner, link)
        });
        let all: Vec<(usize, usize, bool, Link)> = ends.collect();
        mark(&all, &mut conflicts);
    }
    conflicts
}

fn mark(all: &[(usize, usize, bool, Link)], conflicts: &mut HashSet<(usize, usize)>) {
    let mut inner: Vec<(usize, usize)> = Vec::new();
    for (upper, lower, is_inner, link) in all {
        if !is_inner {
            continue;
        }
        // Lanes that cross: the one further left stays straight.
        if inner.last().is_some_and(|(_, other)| other > lower) {
            conflicts.insert((link.upper, link.lower));
        } else {
            inner.push((*upper, *lower));
        }
    }
    if inner.is_empty() {
        return;
    }
    for (upper, lower, is_inner, link) in all {
        if *is_inner {
            continue;
        }
        // The straight ones are in order on both sides: those left of the upper end must be left
        // of the lower end.
        let before = inner.partition_point(|(at, _)| at < upper);
        let left = inner[..before].last().is_some_and(|(_, at)| at > lower);
        let right = inner[before..].iter().find(|(at, _)| at > upper);
        if left || right.is_some_and(|(_, at)| at < lower) {
            conflicts.insert((link.upper, link.lower));
        }
    }
}

/// How much each link is to be straight, and the most of those above and below each slot.
struct Straightness {
    of: Vec<u8>,
    above: Vec<u8>,
    below: Vec<u8>,
}

impl Straightness {
    fn new(slots: &Slots) -> Self {
        let of: Vec<u8> = slots
            .links
            .iter()
            .map(|link| slots.straightness(link))
            .collect();
        let most = |links: &Vec<usize>| links.iter().map(|link| of[*link]).max().unwrap_or(0);
        Self {
            above: slots.above.iter().map(most).collect(),
            below: slots.below.iter().map(most).collect(),
            of,
        }
    }
}

/// One of the four ways to look at the layers.
pub(super) struct View<'a> {
    pub(super) slots: &'a Slots,
    straightness: &'a Straightness,
    conflicts: &'a HashSet<(usize, usize)>,
    pub(super) rows: &'a Rows,
    goes_down: bool,
    mirrored: bool,
}

impl View<'_> {
    /// The block of each slot, by its first member.
    fn roots(&self) -> Vec<usize> {
        let mut root: Vec<usize> = (0..self.slots.all.len()).collect();
        let mut taken = vec![false; root.len()];
        let count = self.slots.layers.len();
        for step in 0..count {
            let layer = if self.goes_down {
                step
            } else {
                count - 1 - step
            };
            let mut last: Option<usize> = None;
            for slot in self.row(layer) {
                for other in self.middles(slot) {
                    let at = self.place(other);
                    let free = last.is_none_or(|last| at > last);
                    if free && !taken[other] && !self.is_conflict(slot, other) {
                        taken[other] = true;
                        root[slot] = root[other];
                        last = Some(at);
                        break;
                    }
                }
            }
        }
        root
    }

    fn row(&self, layer: usize) -> Vec<usize> {
        let mut row = self.rows.all[layer].clone();
        if self.mirrored {
            row.reverse();
        }
        row
    }

    /// Where a slot stands in its row, seen from this side.
    fn place(&self, slot: usize) -> usize {
        let row = &self.rows.all[self.slots.all[slot].layer];
        let position = self.rows.position[slot];
        if self.mirrored {
            row.len() - 1 - position
        } else {
            position
        }
    }

    /// The one or two in the middle of those that a slot is linked to, as far as the link is to be
    /// straight for both.
    pub(super) fn middles(&self, slot: usize) -> Vec<usize> {
        let Straightness { of, above, below } = self.straightness;
        let (links, mine, theirs) = if self.goes_down {
            (&self.slots.above[slot], above, below)
        } else {
            (&self.slots.below[slot], below, above)
        };
        let most = mine[slot];
        let mut others: Vec<usize> = links
            .iter()
            .filter(|link| of[**link] == most)
            .map(|link| self.slots.links[*link])
            .map(|link| {
                if self.goes_down {
                    link.upper
                } else {
                    link.lower
                }
            })
            .filter(|other| theirs[*other] == most && !self.rows.is_turn[*other])
            .collect();
        others.sort_by_key(|other| self.place(*other));
        let middle = others.len() / 2;
        match others.len() {
            0 => Vec::new(),
            count if count % 2 == 1 => vec![others[middle]],
            _ => vec![others[middle - 1], others[middle]],
        }
    }

    fn is_conflict(&self, slot: usize, other: usize) -> bool {
        let pair = if self.goes_down {
            (other, slot)
        } else {
            (slot, other)
        };
        self.conflicts.contains(&pair)
    }

    /// Places each block as far left as those left of it allow, then as far right as those right
    /// of it do.
    fn pack(&self, root: &[usize]) -> Vec<f64> {
        let count = root.len();
        let mut right: Vec<Vec<(usize, f64)>> = vec![Vec::new(); count];
        let mut waits = vec![0_usize; count];
        for layer in 0..self.slots.layers.len() {
            for pair in self.row(layer).windows(2) {
                let apart = if self.mirrored {
                    apart(self.slots, pair[1], pair[0])
                } else {
                    apart(self.slots, pair[0], pair[1])
                };
                right[root[pair[0]]].push((root[pair[1]], apart));
                waits[root[pair[1]]] += 1;
            }
        }
        let roots = (0..count).filter(|slot| root[*slot] == *slot);
        let mut ready: Vec<usize> = roots.filter(|slot| waits[*slot] == 0).collect();
        let mut order = Vec::with_capacity(count);
        let mut place = vec![0.0_f64; count];
        while let Some(block) = ready.pop() {
            order.push(block);
            for (other, apart) in &right[block] {
                place[*other] = place[*other].max(place[block] + apart);
                waits[*other] -= 1;
                if waits[*other] == 0 {
                    ready.push(*other);
                }
            }
        }
        for block in order.into_iter().rev() {
            let limits = right[block]
                .iter()
                .map(|(other, apart)| place[*other] - apart);
            let limit = limits.fold(f64::INFINITY, f64::min);
            if limit.is_finite() {
                place[block] = place[block].max(limit);
            }
        }
        let sign = if self.mirrored { -1.0 } else { 1.0 };
        (0..count).map(|slot| sign * place[root[slot]]).collect()
    }
}

/// How far the middles of two neighbours are apart at least.
pub(super) fn apart(slots: &Slots, left: usize, right: usize) -> f64 {
    let (left, right) = (&slots.all[left], &slots.all[right]);
    let across = &slots.distances.across;
    let gap = match (left.holder, right.holder) {
        (Holder::Block(_), Holder::Block(_)) => across.blocks,
        (Holder::Block(_), _) | (_, Holder::Block(_)) => across.block_line,
        (Holder::Label(_), _) | (_, Holder::Label(_)) => across.labels,
        (Holder::Lane(_), Holder::Lane(_)) => across.lines,
    };
    let (_, after) = slots.distances.halves(left.extent.across);
    let (before, _) = slots.distances.halves(right.extent.across);
    after + before + gap
}

/// Moves the four to one another: those packed to the left share their left end with the narrowest,
/// the others their right end. Which one is the narrowest.
fn settle(slots: &Slots, four: &mut [Vec<f64>; 4]) -> usize {
    let ends = |places: &[f64]| {
        let mut ends = (f64::INFINITY, f64::NEG_INFINITY);
        for (place, slot) in places.iter().zip(&slots.all) {
            let (before, after) = slots.distances.halves(slot.extent.across);
            ends = (ends.0.min(place - before), ends.1.max(place + after));
        }
        ends
    };
    let all = four.each_ref().map(|places| ends(places));
    let width = |ends: &(f64, f64)| ends.1 - ends.0;
    let narrowest = (0..four.len()).min_by(|a, b| width(&all[*a]).total_cmp(&width(&all[*b])));
    let narrowest = narrowest.unwrap_or_default();
    let target = all[narrowest];
    for (index, places) in four.iter_mut().enumerate() {
        let shift = if index % 2 == 0 {
            target.0 - all[index].0
        } else {
            target.1 - all[index].1
        };
        for place in places {
            *place += shift;
        }
    }
    narrowest
}
