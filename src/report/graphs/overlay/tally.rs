//! What executions did in each state and on each way, in numbers that can be added up.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Mark;
use super::sketch::Sketch;
use crate::graph::{Edge, Vertex};

/// How many states that a definition does not have are told apart.
const MAX_STRANGERS: usize = 10_000;

/// How a visit of a state ended, or that it has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Caught,
    Failed,
    TimedOut,
    Aborted,
    Running,
    /// It failed or was stopped, and the Map or Parallel around it was tried again.
    Retried,
}

impl Outcome {
    const COUNT: usize = 7;

    /// From the worst to the best: of several visits the worst is shown.
    const WORST_FIRST: [(Self, Mark); Self::COUNT] = [
        (Self::Failed, Mark::Failed),
        (Self::TimedOut, Mark::TimedOut),
        (Self::Running, Mark::Running),
        (Self::Aborted, Mark::Aborted),
        (Self::Caught, Mark::Caught),
        (Self::Succeeded, Mark::Succeeded),
        // Only when no visit of another attempt came to anything else.
        (Self::Retried, Mark::Caught),
    ];
}

/// How many items of a Map came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// Without any trouble.
    pub succeeded: u64,
    /// With an error inside that was caught.
    pub caught: u64,
    /// Failed, or timed out.
    pub failed: u64,
    /// Stopped.
    pub aborted: u64,
    /// At work.
    pub running: u64,
}

impl Items {
    pub(super) fn add(&mut self, other: &Self) {
        self.succeeded += other.succeeded;
        self.caught += other.caught;
        self.failed += other.failed;
        self.aborted += other.aborted;
        self.running += other.running;
    }
}

/// The visits of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) visits: u64,
    outcomes: [u64; Outcome::COUNT],
    /// The tries of Tasks, the attempts of Maps and Parallels.
    pub(super) tries: u64,
    /// How many visits had tries at all.
    pub(super) worked: u64,
    /// The error of the last visit that had one and was not tried again.
    pub(super) error: Option<Arc<str>>,
    pub(super) items: Items,
    /// Whether its items are executions of their own.
    pub(super) is_distributed: bool,
    /// Whether those executions are known to who shows this.
    pub(super) is_counted: bool,
    pub(super) durations: Sketch,
}

impl Tally {
    pub(super) fn count(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize]
    }

    pub(super) fn end(&mut self, outcome: Outcome) {
        self.outcomes[outcome as usize] += 1;
    }

    /// How many visits are told apart by how they ended.
    #[cfg(test)]
    pub(super) fn ended(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// What seemed to succeed was caught: the way that was taken from there says so.
    pub(super) fn was_caught(&mut self) {
        let succeeded = &mut self.outcomes[Outcome::Succeeded as usize];
        if *succeeded > 0 {
            *succeeded -= 1;
            self.end(Outcome::Caught);
        }
    }

    /// The worst outcome of all visits. A visit that was retried and then succeeded has succeeded.
    pub(super) fn mark(&self) -> Mark {
        let mut ranked = Outcome::WORST_FIRST.into_iter();
        ranked
            .find(|(outcome, _)| self.count(*outcome) > 0)
            .map_or(Mark::Running, |(_, mark)| mark)
    }

    fn add(&mut self, other: &Self) {
        self.visits += other.visits;
        for (count, more) in self.outcomes.iter_mut().zip(other.outcomes) {
            *count += more;
        }
        self.tries += other.tries;
        self.worked += other.worked;
        self.error = other.error.clone().or(self.error.take());
        self.items.add(&other.items);
        self.is_distributed |= other.is_distributed;
        self.is_counted |= other.is_counted;
        self.durations.merge(&other.durations);
    }
}

/// What an execution did, or several together.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    states: BTreeMap<Vertex, Tally>,
    edges: BTreeMap<usize, u64>,
    ends: BTreeMap<Vertex, u64>,
    strangers: BTreeSet<Arc<str>>,
    /// The Map Runs by their ARNs, and the states that began them.
    map_runs: BTreeMap<Arc<str>, Vertex>,
}

impl Trace {
    /// Counts the items of Map Runs, for who keeps their executions beside this one: a history
    /// does not tell of them.
    pub fn count_children(&mut self, items: &HashMap<String, Items>) {
        for (arn, vertex) in &self.map_runs {
            let tally = self.states.entry(*vertex).or_default();
            tally.is_counted = true;
            if let Some(items) = items.get(&**arn) {
                tally.items.add(items);
            }
        }
    }

    pub(super) fn begin_map_run(&mut self, arn: &str, vertex: Vertex) {
        self.map_runs.insert(arn.into(), vertex);
    }

    /// Counts what another one counted, for numbers of many executions.
    pub fn add(&mut self, other: &Self) {
        for (vertex, tally) in &other.states {
            self.states.entry(*vertex).or_default().add(tally);
        }
        for (edge, count) in &other.edges {
            *self.edges.entry(*edge).or_default() += count;
        }
        for (vertex, count) in &other.ends {
            *self.ends.entry(*vertex).or_default() += count;
        }
        for name in &other.strangers {
            self.stranger(name);
        }
    }

    /// The states that were visited and that the definition does not have, in order of their
    /// names.
    #[must_use]
    pub fn strangers(&self) -> impl ExactSizeIterator<Item = &str> {
        self.strangers.iter().map(|name| &**name)
    }

    /// Whether states were visited, and the definition has none of them.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.states.is_empty() && !self.strangers.is_empty()
    }

    pub(super) fn state(&self, vertex: Vertex) -> Option<&Tally> {
        self.states.get(&vertex)
    }

    pub(super) fn edge(&self, edge: &Edge<'_>) -> u64 {
        self.edges.get(&edge.number).copied().unwrap_or_default()
    }

    pub(super) fn ended(&self, vertex: Vertex) -> u64 {
        self.ends.get(&vertex).copied().unwrap_or_default()
    }

    /// How often the way was taken that was taken most often.
    pub(super) fn busiest(&self) -> u64 {
        let ways = self.edges.values().chain(self.ends.values());
        ways.copied().max().unwrap_or_default()
    }

    pub(super) fn state_mut(&mut self, vertex: Vertex) -> &mut Tally {
        self.states.entry(vertex).or_default()
    }

    pub(super) fn took(&mut self, edge: &Edge<'_>) {
        *self.edges.entry(edge.number).or_default() += 1;
    }

    pub(super) fn end(&mut self, vertex: Vertex) {
        *self.ends.entry(vertex).or_default() += 1;
    }

    pub(super) fn stranger(&mut self, name: &Arc<str>) {
        if self.strangers.len() < MAX_STRANGERS {
            self.strangers.insert(Arc::clone(name));
        }
    }
}
