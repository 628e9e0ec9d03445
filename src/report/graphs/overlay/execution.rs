//! One execution on a picture: how each state came out, and which ways were taken.

use std::collections::HashSet;

use super::tally::{Items, Outcome, Tally, Trace};
use super::{Mark, Overlay, Paint, Taken};
use crate::graph::{EdgeKind, Graph, Scope, Vertex};
use crate::language::{State, StateKind};
use crate::report::graphs::labels;
use crate::report::histories::duration;

/// Paints one execution. A state shows the worst of its visits; a visit that was tried again and
/// then succeeded has succeeded.
#[must_use]
pub fn execution(graph: &Graph<'_>, trace: &Trace) -> Overlay {
    let mut overlay = Overlay::default();
    for (vertex, state) in states(graph) {
        if let Some(tally) = trace.state(vertex) {
            let mark = tally.mark();
            let note = joined(&note(state, tally, mark));
            overlay.paint(vertex, Paint { mark, note });
        }
    }
    take_ways(graph, trace, &mut overlay, |_| 0.0);
    leave_children_open(graph, &mut overlay, |vertex| {
        let tally = trace.state(vertex);
        tally.is_some_and(|tally| !tally.is_counted)
    });
    overlay
}

/// Every state of every scope.
pub(super) fn states<'m>(graph: &Graph<'m>) -> impl Iterator<Item = (Vertex, &'m State)> {
    graph.scopes().flat_map(Scope::states)
}

/// Paints the ways that were taken.
pub(super) fn take_ways(
    graph: &Graph<'_>,
    trace: &Trace,
    overlay: &mut Overlay,
    heat: impl Fn(u64) -> f64,
) {
    let taken = |count, mark| Taken {
        mark,
        count,
        heat: heat(count),
    };
    for edge in graph.scopes().flat_map(Scope::edges) {
        let count = trace.edge(edge);
        if count > 0 {
            overlay.take(edge, taken(count, way_mark(&edge.kind)));
        }
    }
    for (vertex, _) in states(graph) {
        let count = trace.ended(vertex);
        if count > 0 {
            overlay.end(vertex, taken(count, Mark::Succeeded));
        }
    }
}

/// What a way led to.
pub(super) fn way_mark(kind: &EdgeKind<'_>) -> Mark {
    if kind.is_catch() {
        Mark::Caught
    } else {
        Mark::Succeeded
    }
}

/// Children of a distributed Map are executions of their own: when it ran, nothing is known of
/// what is inside, unless they are shown elsewhere.
pub(super) fn leave_children_open(
    graph: &Graph<'_>,
    overlay: &mut Overlay,
    ran: impl Fn(Vertex) -> bool,
) {
    let is_distributed = |vertex: Vertex| {
        let body = graph.state(vertex).map(|state| &state.body);
        matches!(body, Some(crate::language::Body::Map(map)) if map.is_distributed())
    };
    let mut open = HashSet::new();
    for scope in graph.scopes() {
        let Some(owner) = scope.owner() else { continue };
        // Outer scopes come before the ones inside them.
        let around = graph.scope_of(owner).id();
        if open.contains(&around) || is_distributed(owner) && ran(owner) {
            open.insert(scope.id());
            overlay.leave_open(scope.start());
            for (vertex, _) in scope.states() {
                overlay.leave_open(vertex);
            }
        }
    }
}

/// The parts of a state's note: `7 tries`, `24.60 s`, `InjectedError`.
pub(super) fn note(state: &State, tally: &Tally, mark: Mark) -> Vec<String> {
    let mut parts = Vec::new();
    if tally.visits > 1 {
        parts.push(format!("×{}", grouped(tally.visits)));
        parts.extend(troubled(tally));
    }
    parts.extend(work(tally));
    let longest = tally.durations.longest();
    if longest > 0 {
        let most = if tally.visits > 1 { "≤ " } else { "" };
        parts.push(format!("{most}{}", duration(longest)));
    }
    parts.extend(told_error(state, tally, mark));
    parts
}

/// What shows where two executions did the same: tries, items, error.
pub(super) fn work(tally: &Tally) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(items(&tally.items));
    if tally.is_distributed && !tally.is_counted {
        parts.push("children not in this log".to_owned());
    }
    if tally.tries > tally.worked {
        parts.push(format!("{} tries", grouped(tally.tries)));
    }
    parts
}

/// The error, unless the card says it already.
pub(super) fn told_error(state: &State, tally: &Tally, mark: Mark) -> Option<String> {
    let error = tally
        .error
        .as_deref()
        .filter(|_| matches!(mark, Mark::Failed | Mark::Caught | Mark::TimedOut))?;
    let said =
        state.kind() == Some(StateKind::Fail) && labels::error(state).as_deref() == Some(error);
    (!said).then(|| labels::name(error).into_owned())
}

/// Of several visits, those that were not the best: `1 ⚠  2 ✖`.
fn troubled(tally: &Tally) -> Option<String> {
    let failed = tally.count(Outcome::Failed) + tally.count(Outcome::TimedOut);
    counts(&[
        (tally.count(Outcome::Caught), Mark::Caught),
        (failed, Mark::Failed),
        (tally.count(Outcome::Aborted), Mark::Aborted),
        (tally.count(Outcome::Running), Mark::Running),
    ])
}

/// `39 ✔  1 ⚠`
fn items(items: &Items) -> Option<String> {
    counts(&[
        (items.succeeded, Mark::Succeeded),
        (items.caught, Mark::Caught),
        (items.failed, Mark::Failed),
        (items.aborted, Mark::Aborted),
        (items.running, Mark::Running),
    ])
}

fn counts(all: &[(u64, Mark)]) -> Option<String> {
    let some = all.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = some
        .map(|(count, mark)| format!("{} {}", grouped(*count), mark.glyph()))
        .collect();
    (!parts.is_empty()).then(|| parts.join("  "))
}

pub(super) fn joined(parts: &[String]) -> Option<String> {
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// `1 204`: digits in groups of three.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
