//! Which event happened where: the table behind `previousEventId`.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::Outline;
use super::node::{Store, ThreadId, VisitId, VisitNode};
use crate::data::EventId;

/// How many events of a thread can be followed. Most events follow the last one;
/// `EvaluationFailed` follows the event before the state was entered (9.1), and the next
/// iteration the last event before `MapIterationSucceeded` (7.8).
pub(super) const MAX_TIPS: usize = 3;

/// How many ends of iterations can be followed by others that take their room.
const MAX_FILED: usize = 256;

/// Where the events after an event belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The same thread.
    Thread(ThreadId),
    /// New threads of this Map or Parallel, or the thread around it.
    Fork(VisitId),
}

/// The events that others may follow. An entry's event is always listed in its thread's `tips` or
/// its fork's `filed`, so that whoever removes those can remove the entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(HashMap<EventId, Place, RandomState>);

impl Places {
    pub(super) fn get(&self, id: EventId) -> Option<Place> {
        self.0.get(&id).copied()
    }

    fn remove(&mut self, id: EventId, place: Place) {
        if self.0.get(&id) == Some(&place) {
            self.0.remove(&id);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Outline {
    /// The event is the last of a thread.
    pub(super) fn file_in_thread(&mut self, thread: ThreadId, id: EventId) {
        if self.redriven.is_some() {
            self.revive(thread);
        }
        let Some(node) = self.store.thread_mut(thread) else {
            return;
        };
        if !Self::is_filed(id) {
            return;
        }
        node.tips.rotate_left(1);
        let old = node.tips.last_mut().map(|last| std::mem::replace(last, id));
        if let Some(old) = old.filter(|old| Self::is_filed(*old)) {
            self.places.remove(old, Place::Thread(thread));
        }
        self.places.0.insert(id, Place::Thread(thread));
    }

    /// What follows the event belongs to a fork. Its start stays; of the ends of its iterations
    /// only the last ones can still be followed.
    pub(super) fn file_in_fork(&mut self, visit: VisitId, id: EventId) {
        let Some(node) = self.store.visit_mut(visit) else {
            return;
        };
        if !Self::is_filed(id) {
            return;
        }
        let filed = &mut node.work_mut().fork.made().filed;
        if filed.len() == MAX_FILED
            && let Some(old) = filed.remove(1)
        {
            self.places.remove(old, Place::Fork(visit));
        }
        filed.push_back(id);
        self.places.0.insert(id, Place::Fork(visit));
    }

    /// What followed a thread's events follows its fork from now on.
    pub(super) fn refile(&mut self, thread: ThreadId, visit: VisitId) {
        for id in self.unfile(thread) {
            self.file_in_fork(visit, id);
        }
    }

    /// Nothing follows the events of a thread any more.
    pub(super) fn unfile(&mut self, thread: ThreadId) -> [EventId; MAX_TIPS] {
        let Some(node) = self.store.thread_mut(thread) else {
            return Default::default();
        };
        let tips = std::mem::take(&mut node.tips);
        for id in tips.into_iter().filter(|id| Self::is_filed(*id)) {
            self.places.remove(id, Place::Thread(thread));
        }
        tips
    }

    /// Nothing follows the events of a fork any more.
    pub(super) fn unfile_fork(&mut self, visit: VisitId) {
        let Some(work) = self.store.visit_mut(visit).and_then(|v| v.work.as_mut()) else {
            return;
        };
        let Some(fork) = work.fork.get_mut() else {
            return;
        };
        for id in std::mem::take(&mut fork.filed) {
            self.places.remove(id, Place::Fork(visit));
        }
    }

    /// Removes a thread with all that is in it.
    pub(super) fn fold_away(&mut self, thread: ThreadId) {
        let mut pending = vec![thread];
        while let Some(thread) = pending.pop() {
            self.unfile(thread);
            let Some(node) = self.store.remove_thread(thread) else {
                continue;
            };
            for visit in node.line.into_visits() {
                pending.extend(self.remove_visit(visit));
            }
        }
    }

    /// Removes a visit with all that is in it.
    pub(super) fn fold_visit(&mut self, visit: VisitId) {
        for thread in self.remove_visit(visit) {
            self.fold_away(thread);
        }
    }

    /// Removes a visit; what is left are its threads.
    fn remove_visit(&mut self, visit: VisitId) -> impl Iterator<Item = ThreadId> + use<> {
        self.unfile_fork(visit);
        let work = self.store.remove_visit(visit).and_then(|visit| visit.work);
        work.into_iter().flat_map(|work| work.fork.into_threads())
    }

    /// The thread that a place is in.
    pub(super) fn thread_at(&self, place: Place) -> Option<ThreadId> {
        match place {
            Place::Thread(thread) => Some(thread),
            Place::Fork(visit) => Some(self.store.visit(visit)?.thread),
        }
    }

    /// The states around a place that are open, from the inside out, each with the thread of its
    /// own that the place is in.
    pub(super) fn around(&self, place: Place) -> Around<'_> {
        Around {
            store: &self.store,
            thread: self.thread_at(place),
            below: None,
            at: None,
        }
        .started()
    }
}

/// See [`Outline::around`]. Ends soon: threads do not nest deeper than `MAX_NESTING`.
pub(super) struct Around<'o> {
    store: &'o Store,
    thread: Option<ThreadId>,
    below: Option<ThreadId>,
    at: Option<VisitId>,
}

impl Around<'_> {
    fn started(mut self) -> Self {
        self.at = self.thread.and_then(|thread| self.store.current(thread));
        self
    }

    /// From a place to the thread around it.
    fn climb(&mut self) {
        let parent = self
            .thread
            .and_then(|thread| self.store.parent(self.store.thread(thread)?));
        self.below = self.thread;
        self.thread = parent.and_then(|visit| Some(self.store.visit(visit)?.thread));
        self.at = parent;
    }
}

impl Iterator for Around<'_> {
    type Item = (VisitId, Option<ThreadId>);

    fn next(&mut self) -> Option<Self::Item> {
        while self.at.is_some() || self.thread.is_some() {
            let found = self.at.map(|visit| (visit, self.below));
            self.climb();
            if let Some((visit, below)) = found
                && self.store.visit(visit).is_some_and(VisitNode::is_open)
            {
                return Some((visit, below));
            }
        }
        None
    }
}
