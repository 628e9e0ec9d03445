//! Where the spots of a plan stand from left to right.
//!
//! A layer keeps its order, which is that of the definition as far as this does not make lines
//! cross. Then each spot is drawn towards what it is linked with, above and below in turn; in a
//! layer the places that lie nearest to what all want are found exactly, by pooling neighbours
//! that push each other.

use super::plan::{Plan, SpotKind};

/// Blank columns between boxes, and beside a label.
const GAP: usize = 3;
const LABEL_GAP: usize = 2;

/// How often places are drawn upwards and downwards.
const SWEEPS: usize = 6;

/// More links between two layers are not reordered: too wide to be drawn anyway.
const MOST_LINKS: usize = 100;

/// Gives every spot its column.
pub(super) fn place(plan: &mut Plan) {
    let neighbours = Neighbours::of(plan);
    reorder(plan, &neighbours);
    let mut at = vec![0.0; plan.spots.len()];
    for layer in &plan.layers {
        let places = spread(plan, layer, |_| None, &at);
        assign(layer, places, &mut at);
    }
    for sweep in 0..SWEEPS {
        let is_down = sweep % 2 == 0;
        let count = plan.layers.len();
        for step in 0..count {
            let number = if is_down { step } else { count - 1 - step };
            let layer = &plan.layers[number];
            let wanted = |spot: usize| {
                let towards = if is_down {
                    &neighbours.above[spot]
                } else {
                    &neighbours.below[spot]
                };
                mean(towards, &at)
            };
            let places = spread(plan, layer, wanted, &at);
            assign(layer, places, &mut at);
        }
    }
    for (spot, at) in plan.spots.iter_mut().zip(at) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "no picture has so many columns"
        )]
        let column = at.round() as isize;
        spot.column = column;
    }
}

fn assign(layer: &[usize], places: Vec<f64>, at: &mut [f64]) {
    for (spot, place) in layer.iter().zip(places) {
        at[*spot] = place;
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are few of them")]
fn mean(spots: &[usize], at: &[f64]) -> Option<f64> {
    let sum: f64 = spots.iter().map(|spot| at[*spot]).sum();
    (!spots.is_empty()).then(|| sum / spots.len() as f64)
}

/// What is linked from one layer to the next.
struct Neighbours {
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl Neighbours {
    fn of(plan: &Plan) -> Self {
        let mut above = vec![Vec::new(); plan.spots.len()];
        let mut below = above.clone();
        for link in &plan.links {
            // A Catch leaves at the side: it pulls nothing out of the line.
            let is_next = plan.spots[link.to].layer == plan.spots[link.from].layer + 1;
            if is_next && !link.is_exit {
                // A line that passes layers is to be straight.
                let is_passing = |spot: usize| plan.spots[spot].kind == SpotKind::Empty;
                let weight = if is_passing(link.from) || is_passing(link.to) {
                    2
                } else {
                    1
                };
                above[link.to].extend(std::iter::repeat_n(link.from, weight));
                below[link.from].extend(std::iter::repeat_n(link.to, weight));
            }
        }
        Self { above, below }
    }
}

/// The places of a layer nearest to those that are wanted; who wants none stays where it is.
fn spread(
    plan: &Plan,
    layer: &[usize],
    wanted: impl Fn(usize) -> Option<f64>,
    at: &[f64],
) -> Vec<f64> {
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(layer.len());
    for (number, spot) in layer.iter().enumerate() {
        if number > 0 {
            offset += distance(plan, layer[number - 1], *spot);
        }
        offsets.push(offset);
    }
    let wants = layer.iter().zip(&offsets);
    let wants = wants.map(|(spot, offset)| wanted(*spot).unwrap_or(at[*spot]) - offset);
    let mut pools: Vec<Pool> = Vec::new();
    for want in wants {
        let mut pool = Pool {
            sum: want,
            count: 1.0,
            spots: 1,
        };
        while let Some(last) = pools.pop_if(|last| last.sum / last.count > pool.sum / pool.count) {
            pool.sum += last.sum;
            pool.count += last.count;
            pool.spots += last.spots;
        }
        pools.push(pool);
    }
    let shifts = pools
        .into_iter()
        .flat_map(|pool| std::iter::repeat_n(pool.sum / pool.count, pool.spots));
    shifts
        .zip(offsets)
        .map(|(shift, offset)| shift + offset)
        .collect()
}

/// Neighbours that push each other: what they want in all, and how many they are.
struct Pool {
    sum: f64,
    count: f64,
    spots: usize,
}

#[expect(clippy::cast_precision_loss, reason = "boxes are small")]
fn distance(plan: &Plan, left: usize, right: usize) -> f64 {
    let (left, right) = (&plan.spots[left], &plan.spots[right]);
    let is_text = |kind| matches!(kind, SpotKind::Label | SpotKind::Empty);
    let gap = if is_text(left.kind) && is_text(right.kind) {
        LABEL_GAP
    } else {
        GAP
    };
    (left.right + gap + right.pin + 1) as f64
}

/// Puts the spots of each layer in the order of what they are linked with, where fewer lines cross
/// then.
fn reorder(plan: &mut Plan, neighbours: &Neighbours) {
    let mut place = vec![0.0; plan.spots.len()];
    let mut keys = place.clone();
    for number in 1..plan.layers.len() {
        number_all(&plan.layers[number - 1], &mut place);
        let before = crossings(&plan.layers[number], neighbours, &place);
        if before == 0 {
            continue;
        }
        let mut layer = plan.layers[number].clone();
        number_all(&layer, &mut keys);
        for spot in &layer {
            keys[*spot] = mean(&neighbours.above[*spot], &place).unwrap_or(keys[*spot]);
        }
        layer.sort_by(|one, other| keys[*one].total_cmp(&keys[*other]));
        if crossings(&layer, neighbours, &place) < before {
            plan.layers[number] = layer;
        }
    }
}

/// Numbers the spots of a layer from left to right.
#[expect(clippy::cast_precision_loss, reason = "there are few of them")]
fn number_all(layer: &[usize], places: &mut [f64]) {
    for (index, spot) in layer.iter().enumerate() {
        places[*spot] = index as f64;
    }
}

/// How many links from the layer above cross; 0 when there are too many to count.
fn crossings(layer: &[usize], neighbours: &Neighbours, place: &[f64]) -> usize {
    let above = layer.iter().flat_map(|spot| &neighbours.above[*spot]);
    let ends: Vec<f64> = above
        .map(|spot| place[*spot])
        .take(MOST_LINKS + 1)
        .collect();
    if ends.len() > MOST_LINKS {
        return 0;
    }
    let crossed = |(index, end): (usize, &f64)| {
        let after = &ends[index + 1..];
        after.iter().filter(|other| *other < end).count()
    };
    ends.iter().enumerate().map(crossed).sum()
}
