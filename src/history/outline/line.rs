//! The visits of a thread. A loop may make any number of them: the first and the last are kept,
//! of the others those that something went wrong in, up to a bound; the rest is counted.

use super::Outline;
use super::cause::MAX_HANDLER;
use super::gap::Gap;
use super::node::{ThreadId, VisitId, VisitNode};

/// How many visits in the middle of a thread are kept because something went wrong in them.
const MAX_TROUBLED: usize = 100;

/// How many of the first and of the last visits are kept when there are too many altogether.
const FEWEST: usize = 32;

const _: () = assert!(
    FEWEST > MAX_HANDLER + 1,
    "the first cause is looked for that far from the end"
);

/// How many visits an outline keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// How many of the first and how many of the last visits of the execution's own thread.
    root: usize,
    /// The same of branches and iterations.
    inside: usize,
    /// With more than this many visits altogether, threads that go on keep few.
    most: usize,
}

impl Kept {
    /// As many as people read; the memory does not depend on how long a history is.
    pub const FEW: Self = Self {
        root: 250,
        inside: 100,
        most: 10_000,
    };

    /// As many as programs read; the memory does not depend on how long a history is.
    pub const MANY: Self = Self {
        root: 50_000,
        inside: 50_000,
        most: 200_000,
    };

    /// All of them; the memory grows with the history.
    pub const ALL: Self = Self {
        root: usize::MAX,
        inside: usize::MAX,
        most: usize::MAX,
    };

    /// How many visits are kept at either end of a thread, when there are so many altogether.
    fn at_an_end(&self, is_root: bool, visits: usize) -> usize {
        let most = if is_root { self.root } else { self.inside };
        if self.is_reached(visits) {
            most.min(FEWEST)
        } else {
            most
        }
    }

    /// Whether there are so many visits altogether that threads keep few.
    pub(super) fn is_reached(&self, visits: usize) -> bool {
        visits > self.most
    }
}

/// The visits of a thread that are kept, in order, and the gaps between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    visits: Vec<VisitId>,
    /// How many of the visits stay for good: the first ones, and those in trouble after them.
    fixed: usize,
    troubled: usize,
    /// Each with how many of the visits are before it.
    gaps: Vec<(usize, Gap)>,
}

impl Line {
    fn push(&mut self, visit: VisitId) {
        self.visits.push(visit);
    }

    pub(super) fn len(&self) -> usize {
        self.visits.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.visits.is_empty()
    }

    pub(super) fn get(&self, at: usize) -> Option<VisitId> {
        self.visits.get(at).copied()
    }

    pub(super) fn last(&self) -> Option<VisitId> {
        self.visits.last().copied()
    }

    pub(super) fn into_visits(self) -> Vec<VisitId> {
        self.visits
    }

    pub(super) fn gap_before(&self, at: usize) -> Option<&Gap> {
        let found = self.gaps.binary_search_by_key(&at, |(before, _)| *before);
        found.ok().map(|found| &self.gaps[found].1)
    }

    pub(super) fn gaps(&self) -> impl Iterator<Item = (usize, &Gap)> {
        self.gaps.iter().map(|(before, gap)| (*before, gap))
    }

    /// The first visit that is not fixed, if more than so many are not.
    fn oldest(&self, most: usize) -> Option<VisitId> {
        let loose = self.visits.len() - self.fixed;
        (loose > most).then(|| self.visits[self.fixed])
    }

    /// Fixes that visit, if it has to be.
    fn fixes(&mut self, visit: &VisitNode, most: usize, is_troubled: bool) -> bool {
        let troubled = is_troubled && self.troubled < MAX_TROUBLED;
        let fixed = self.fixed < most || troubled || visit.is_open();
        if fixed {
            self.troubled += usize::from(self.fixed >= most);
            self.fixed += 1;
        }
        fixed
    }

    /// Leaves a gap instead of that visit.
    fn fold(&mut self, visit: &VisitNode) {
        self.visits.remove(self.fixed);
        match self.gaps.last_mut() {
            Some((before, gap)) if *before == self.fixed => gap.add_node(visit),
            _ => self.gaps.push((self.fixed, Gap::over(visit))),
        }
    }
}

impl Outline {
    /// A thread comes to a visit.
    pub(super) fn append(&mut self, thread: ThreadId, visit: VisitId) {
        let most = self
            .kept
            .at_an_end(thread == self.root, self.store.visits());
        let Some(node) = self.store.thread_mut(thread) else {
            return;
        };
        node.line.push(visit);
        while self.fold_oldest(thread, most) {}
    }

    /// Takes the visit into account that comes to stand in the middle. Says whether there was one.
    fn fold_oldest(&mut self, thread: ThreadId, most: usize) -> bool {
        let oldest = |node: &super::node::ThreadNode| node.line.oldest(most);
        let Some(oldest) = self.store.thread(thread).and_then(oldest) else {
            return false;
        };
        let is_troubled = self.is_troubled(oldest);
        let Some((node, visit)) = self.store.thread_and_visit(thread, oldest) else {
            return false;
        };
        if node.line.fixes(visit, most, is_troubled) {
            return true;
        }
        node.line.fold(visit);
        // A state after so many others is no handler of it any more.
        node.caught = node.caught.filter(|caught| *caught != oldest);
        self.fold_visit(oldest);
        true
    }

    /// Whether something went wrong in a visit, even inside of it.
    fn is_troubled(&self, visit: VisitId) -> bool {
        let Some(visit) = self.store.visit(visit) else {
            return false;
        };
        let Some(work) = &visit.work else {
            return visit.failure.is_some();
        };
        let is_warned = |thread: &ThreadId| self.store.thread(*thread).is_some_and(|it| it.warned);
        let tally = &work.fork.tally;
        visit.failure.is_some()
            || tally.caught + tally.failed > 0
            || work.fork.threads.iter().any(is_warned)
    }
}
