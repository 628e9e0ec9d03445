//! Two executions on one picture: usual where they agree, marked where they part.

use super::execution::{joined, leave_children_open, states, told_error, way_mark, work};
use super::tally::{Tally, Trace};
use super::{Mark, Overlay, Paint, Taken};
use crate::graph::{Graph, Scope};
use crate::language::State;

/// Paints two executions, A and B. They agree on a state when it came out alike after as many
/// visits and tries, with the same error; how long it took is no matter.
#[must_use]
pub fn pair(graph: &Graph<'_>, a: &Trace, b: &Trace) -> Overlay {
    let mut overlay = Overlay::default();
    for (vertex, state) in states(graph) {
        let paint = match (a.state(vertex), b.state(vertex)) {
            (None, None) => continue,
            (Some(one), Some(other)) if agree(one, other) => agreed(state, one),
            (one, other) => Paint {
                mark: Mark::Changed,
                note: Some(format!("A {}  B {}", told(state, one), told(state, other))),
            },
        };
        overlay.paint(vertex, paint);
    }
    take_ways(graph, a, b, &mut overlay);
    leave_children_open(graph, &mut overlay, |vertex| {
        a.state(vertex).or(b.state(vertex)).is_some()
    });
    overlay
}

fn agree(one: &Tally, other: &Tally) -> bool {
    let compared = |tally: &Tally| (tally.visits, tally.mark(), tally.tries, tally.items);
    compared(one) == compared(other) && one.error == other.error
}

fn agreed(state: &State, tally: &Tally) -> Paint {
    let mark = tally.mark();
    Paint {
        mark,
        note: joined(&parts(state, tally, mark)),
    }
}

fn parts(state: &State, tally: &Tally, mark: Mark) -> Vec<String> {
    let visits = (tally.visits > 1).then(|| format!("×{}", tally.visits));
    let mut parts: Vec<String> = visits.into_iter().collect();
    parts.extend(work(tally));
    parts.extend(told_error(state, tally, mark));
    parts
}

/// `✔ 2 tries`; `–` when it was not reached.
fn told(state: &State, tally: Option<&Tally>) -> String {
    let Some(tally) = tally else {
        return "–".to_owned();
    };
    let mark = tally.mark();
    let mut told = vec![mark.glyph().to_owned()];
    told.extend(parts(state, tally, mark));
    told.join(" ")
}

fn take_ways(graph: &Graph<'_>, a: &Trace, b: &Trace, overlay: &mut Overlay) {
    for edge in graph.scopes().flat_map(Scope::edges) {
        let counts = (a.edge(edge), b.edge(edge));
        if let Some((taken, only)) = way(counts, way_mark(&edge.kind)) {
            overlay.take(edge, taken);
            if let Some(only) = only {
                overlay.remark(edge, only.to_owned());
            }
        }
    }
    for (vertex, _) in states(graph) {
        let counts = (a.ended(vertex), b.ended(vertex));
        if let Some((taken, _)) = way(counts, Mark::Succeeded) {
            overlay.end(vertex, taken);
        }
    }
}

/// A way that was taken by one or both, and by which if only by one.
fn way((a, b): (u64, u64), usual: Mark) -> Option<(Taken, Option<&'static str>)> {
    let (mark, only) = match (a, b) {
        (0, 0) => return None,
        (_, 0) => (Mark::Changed, Some("only A")),
        (0, _) => (Mark::Changed, Some("only B")),
        _ => (usual, None),
    };
    let taken = Taken {
        mark,
        count: a + b,
        heat: 0.0,
    };
    Some((taken, only))
}
