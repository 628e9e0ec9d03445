//! What is known of visits that are not kept: how many, of which states, how they went.

use std::sync::Arc;

use super::node::VisitNode;
use super::view::Visit;
use crate::data::Timestamp;

/// How many names are counted one by one.
const MAX_NAMES: usize = 32;

/// Visits of a thread that follow each other and are only counted. All of them ended.
#[derive(Clone, Debug)]
pub struct Gap {
    first: Arc<str>,
    last: Arc<str>,
    began: Timestamp,
    ended: Timestamp,
    visits: u64,
    caught: u64,
    retried: u64,
    names: Vec<(Arc<str>, u64)>,
    others: u64,
}

impl Gap {
    /// A gap of one visit.
    pub(super) fn over(visit: &VisitNode) -> Self {
        let mut gap = Self {
            first: Arc::clone(&visit.name),
            last: Arc::clone(&visit.name),
            began: visit.entered,
            ended: visit.entered,
            visits: 0,
            caught: 0,
            retried: 0,
            names: Vec::new(),
            others: 0,
        };
        gap.add_node(visit);
        gap
    }

    pub(super) fn add_node(&mut self, visit: &VisitNode) {
        let tries = visit.work.as_ref().map_or(0, |work| work.tries.len());
        self.visits += 1;
        self.caught += u64::from(visit.failure.is_some());
        self.retried += u64::from(tries > 1);
        self.last = Arc::clone(&visit.name);
        self.began = self.began.min(visit.entered);
        self.ended = self.ended.max(visit.exited.unwrap_or(visit.entered));
        self.count(&visit.name, 1);
    }

    fn count(&mut self, name: &Arc<str>, times: u64) {
        // Visits of one name share it, so that looking is cheap; a name that is not shared is
        // counted all the same.
        let is_known = |(known, _): &(Arc<str>, u64)| Arc::ptr_eq(known, name);
        match self.names.iter().position(is_known) {
            Some(at) => self.names[at].1 += times,
            None if self.names.len() < MAX_NAMES => self.names.push((Arc::clone(name), times)),
            None => self.others += times,
        }
    }

    /// A gap of this visit alone.
    #[must_use]
    pub fn of(visit: &Visit<'_>) -> Self {
        Self::over(visit.node())
    }

    /// Takes the visit behind it in too.
    pub fn add(&mut self, visit: &Visit<'_>) {
        self.add_node(visit.node());
    }

    /// Takes the gap behind it in too.
    pub fn join(&mut self, next: &Self) {
        self.last = Arc::clone(&next.last);
        self.began = self.began.min(next.began);
        self.ended = self.ended.max(next.ended);
        self.visits += next.visits;
        self.caught += next.caught;
        self.retried += next.retried;
        self.others += next.others;
        for (name, times) in &next.names {
            self.count(name, *times);
        }
    }

    /// How many visits there were.
    #[must_use]
    pub fn visits(&self) -> u64 {
        self.visits
    }

    /// How many of them failed, which was caught: the others succeeded.
    #[must_use]
    pub fn caught(&self) -> u64 {
        self.caught
    }

    /// How many of them took more than one try.
    #[must_use]
    pub fn retried(&self) -> u64 {
        self.retried
    }

    /// The states that were visited, each with how often, in order of the first visits.
    pub fn names(&self) -> impl Iterator<Item = (&str, u64)> {
        self.names.iter().map(|(name, times)| (&**name, *times))
    }

    /// How many visits were of states that are not among the names.
    #[must_use]
    pub fn others(&self) -> u64 {
        self.others
    }

    /// The state that was visited first.
    #[must_use]
    pub fn first(&self) -> &str {
        &self.first
    }

    /// The state that was visited last.
    #[must_use]
    pub fn last(&self) -> &str {
        &self.last
    }

    /// When the first visit began.
    #[must_use]
    pub fn began(&self) -> Timestamp {
        self.began
    }

    /// When the last visit ended.
    #[must_use]
    pub fn ended(&self) -> Timestamp {
        self.ended
    }

    /// How long it took from the first to the last, in milliseconds.
    #[must_use]
    pub fn millis(&self) -> i64 {
        self.ended.since(self.began).max(0)
    }
}
