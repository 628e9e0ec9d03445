//! Many executions on one picture: how often each state was visited, how often it failed and how
//! long it took; hot ways are thicker.

use super::execution::{grouped, joined, leave_children_open, states, take_ways};
use super::tally::{Outcome, Tally, Trace};
use super::{Mark, Overlay, Paint};
use crate::graph::Graph;
use crate::report::histories::duration;

/// Paints the sum of many executions. A state is marked by whether it ever failed. Durations are
/// exact below 64 ms and within 1.6 % above.
#[must_use]
pub fn many(graph: &Graph<'_>, trace: &Trace) -> Overlay {
    let mut overlay = Overlay::default();
    for (vertex, _) in states(graph) {
        if let Some(tally) = trace.state(vertex) {
            let mark = mark(tally);
            let note = joined(&note(tally));
            overlay.paint(vertex, Paint { mark, note });
        }
    }
    let busiest = trace.busiest();
    take_ways(graph, trace, &mut overlay, |count| share(count, busiest));
    leave_children_open(graph, &mut overlay, |vertex| trace.state(vertex).is_some());
    overlay
}

fn mark(tally: &Tally) -> Mark {
    if tally.count(Outcome::Failed) + tally.count(Outcome::TimedOut) > 0 {
        return Mark::Failed;
    }
    if tally.count(Outcome::Caught) + tally.count(Outcome::Retried) > 0 {
        return Mark::Caught;
    }
    match tally.count(Outcome::Succeeded) {
        0 => tally.mark(),
        _ => Mark::Succeeded,
    }
}

/// `1 204 visits`, `2.1 % failed`, `p50 310 ms`, `p95 820 ms`
fn note(tally: &Tally) -> Vec<String> {
    let visits = if tally.visits == 1 { "visit" } else { "visits" };
    let mut parts = vec![format!("{} {visits}", grouped(tally.visits))];
    let failed = [
        Outcome::Failed,
        Outcome::TimedOut,
        Outcome::Caught,
        Outcome::Retried,
    ];
    let failed = failed.map(|outcome| tally.count(outcome)).iter().sum();
    if failed > 0 {
        parts.push(format!("{} failed", percent(failed, tally.visits)));
    }
    if let Some((half, most)) = tally
        .durations
        .percentile(50)
        .zip(tally.durations.percentile(95))
        && most > 0
    {
        parts.push(format!("p50 {}", duration(half)));
        parts.push(format!("p95 {}", duration(most)));
    }
    parts
}

/// One decimal, and never none of something.
fn percent(part: u64, all: u64) -> String {
    let tenths = (share(part, all) * 1000.0).round();
    match tenths {
        tenths if tenths < 1.0 => "< 0.1 %".to_owned(),
        tenths if tenths >= 1000.0 => "100 %".to_owned(),
        tenths => format!("{:.1} %", tenths / 10.0),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a thickness and a percentage need few digits"
)]
fn share(part: u64, all: u64) -> f64 {
    if all == 0 {
        return 0.0;
    }
    (part as f64 / all as f64).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_told_as_none_or_all_when_they_are_not() {
        let check = |part, all, expected: &str| assert_eq!(percent(part, all), expected);
        check(1, 100_000, "< 0.1 %");
        check(25, 1204, "2.1 %");
        check(1204, 1204, "100 %");
        check(998, 1000, "99.8 %");
    }
}
