//! Small corners are taken out: the mean of four alignments often leaves two boxes that want to
//! stand below each other a little aside, and a line with two corners between them.

use super::align::{View, apart};
use super::slots::Slots;

/// How many slots are looked at for this in all; tangles have more.
const SLOTS: usize = 200_000;

/// Moves columns, that is what is linked and stands straight below each other, to where they go on
/// straight, if there is room. `up` looks to the slots below, `down` to those above.
pub(super) fn straighten(down: &View<'_>, up: &View<'_>, across: &mut [f64]) {
    let mut room = SLOTS;
    for row in &down.rows.all {
        for &lower in row {
            let Some(upper) = only(&down.middles(lower)) else {
                continue;
            };
            let is_mutual = only(&up.middles(upper)) == Some(lower);
            let aside = across[upper] - across[lower];
            if !is_mutual || is_straight(aside) || aside.abs() > down.slots.distances.across.aside {
                continue;
            }
            for (slot, by) in [(lower, aside), (upper, -aside)] {
                let column = column(down.slots, across, slot);
                room = room.saturating_sub(column.len());
                if room == 0 {
                    return;
                }
                if fits(down, across, &column, by) {
                    for slot in column {
                        across[slot] += by;
                    }
                    break;
                }
            }
        }
    }
}

fn only(slots: &[usize]) -> Option<usize> {
    match slots {
        [only] => Some(*only),
        _ => None,
    }
}

fn is_straight(aside: f64) -> bool {
    aside.abs() < 0.5
}

/// All that is linked to a slot by straight lines.
fn column(slots: &Slots, across: &[f64], slot: usize) -> Vec<usize> {
    let mut column = vec![slot];
    let mut seen = std::collections::HashSet::from([slot]);
    let mut at = 0;
    while let Some(&slot) = column.get(at) {
        at += 1;
        for link in slots.above[slot].iter().chain(&slots.below[slot]) {
            let link = slots.links[*link];
            if !is_straight(across[link.upper] - across[link.lower]) {
                continue;
            }
            let other = if link.upper == slot {
                link.lower
            } else {
                link.upper
            };
            if seen.insert(other) {
                column.push(other);
            }
        }
    }
    column.sort_unstable();
    column
}

/// Whether a column keeps its distance to what stands beside it when it moves.
fn fits(view: &View<'_>, across: &[f64], column: &[usize], by: f64) -> bool {
    column.iter().all(|&slot| {
        let row = &view.rows.all[view.slots.all[slot].layer];
        let position = view.rows.position[slot];
        if row.get(position) != Some(&slot) {
            // A turn, which needs no room.
            return true;
        }
        let beside = if by < 0.0 {
            position.checked_sub(1).map(|left| row[left])
        } else {
            row.get(position + 1).copied()
        };
        beside.is_none_or(|other| {
            let (left, right) = if by < 0.0 {
                (other, slot)
            } else {
                (slot, other)
            };
            let between = across[right] - across[left] - by.abs();
            column.binary_search(&other).is_ok() || between >= apart(view.slots, left, right)
        })
    })
}
