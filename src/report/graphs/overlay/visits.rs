//! The visits of a running execution, and which event belongs to which of them.
//!
//! An event follows another one of its own line of control, by `previousEventId` (reference:
//! history events, 9.1). Kept are the visits that may still go on and their last events, so that
//! the memory is that of what runs at once, however long the history is.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::names::NameId;
use super::tally::Items;
use crate::data::{EventId, Timestamp};
use crate::graph::Vertex;
use crate::history::outline::StateType;

/// How deep visits are inside of others; what is deeper belongs to the one around.
const MAX_NESTING: u16 = 125;

/// How many ends of iterations can be followed by others that take their room.
const MAX_FILED: usize = 256;

/// Visits in the order of their beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct VisitId(u64);

/// Where the events after an event belong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) visit: VisitId,
    /// The iteration that the event began.
    pub(super) iteration: Option<u64>,
}

/// Why a visit failed.
#[derive(Clone, Debug, Default)]
pub(super) struct Failure {
    pub(super) error: Option<Arc<str>>,
    pub(super) timed_out: bool,
}

/// One visit of a state.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) name: NameId,
    /// The state, if the definition has it.
    pub(super) vertex: Option<Vertex>,
    pub(super) kind: StateType,
    /// The Map or Parallel around it, and in which branch or iteration.
    pub(super) parent: Option<(VisitId, u64)>,
    depth: u16,
    pub(super) entered: Timestamp,
    pub(super) is_left: bool,
    /// Whether what it is inside of failed with it, or the execution did.
    pub(super) is_fatal: bool,
    pub(super) failure: Option<Failure>,
    pub(super) tries: u64,
    pub(super) fork: Fork,
    /// Its last event, and the event before it was entered.
    tips: [EventId; 2],
}

/// The branches or iterations of a visit, of its current attempt.
#[derive(Clone, Debug, Default)]
pub(super) struct Fork {
    pub(super) started: Option<EventId>,
    /// The visit that each branch or iteration is at.
    pub(super) threads: BTreeMap<u64, VisitId>,
    pub(super) items: BTreeMap<u64, Item>,
    /// Whether its `…StateFailed` was seen.
    pub(super) is_closed: bool,
    pub(super) is_distributed: bool,
    filed: VecDeque<EventId>,
}

/// What is known of an iteration.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Item {
    pub(super) end: Option<ItemEnd>,
    pub(super) has_caught: bool,
}

/// How an iteration ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum ItemEnd {
    Succeeded,
    Failed,
    Aborted,
}

impl Fork {
    /// What came of the items; `is_over` when those at work cannot go on.
    pub(super) fn items(&self, is_over: bool) -> Items {
        let mut items = Items::default();
        for item in self.items.values() {
            *match item.end {
                Some(ItemEnd::Succeeded) if item.has_caught => &mut items.caught,
                Some(ItemEnd::Succeeded) => &mut items.succeeded,
                Some(ItemEnd::Failed) => &mut items.failed,
                Some(ItemEnd::Aborted) => &mut items.aborted,
                None if is_over => &mut items.aborted,
                None => &mut items.running,
            } += 1;
        }
        items
    }
}

/// What a new visit is.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: NameId,
    pub(super) vertex: Option<Vertex>,
    pub(super) kind: StateType,
    pub(super) parent: Option<(VisitId, u64)>,
    pub(super) at: Timestamp,
    /// The event before.
    pub(super) before: EventId,
}

/// All visits that may go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Visits {
    open: HashMap<VisitId, Visit, RandomState>,
    places: HashMap<EventId, Place, RandomState>,
    /// The visit that entered last under each name, which may be gone.
    latest: HashMap<NameId, VisitId, RandomState>,
    last: u64,
}

impl Visits {
    pub(super) fn get(&self, id: VisitId) -> Option<&Visit> {
        self.open.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: VisitId) -> Option<&mut Visit> {
        self.open.get_mut(&id)
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        (self.open.len(), self.places.len())
    }

    /// The visits that are still there, in order of their beginning.
    pub(super) fn all(&self) -> Vec<VisitId> {
        let mut all: Vec<VisitId> = self.open.keys().copied().collect();
        all.sort_unstable();
        all
    }

    pub(super) fn place(&self, event: EventId) -> Option<Place> {
        self.places.get(&event).copied()
    }

    pub(super) fn begin(&mut self, entry: &Entry) -> VisitId {
        self.last += 1;
        let id = VisitId(self.last);
        let parent = entry.parent.and_then(|parent| self.with_room(parent));
        let around = parent.and_then(|(parent, _)| self.get(parent));
        let depth = around.map_or(0, |around| around.depth + 1);
        if let Some((parent, number)) = parent
            && let Some(parent) = self.get_mut(parent)
        {
            parent.fork.threads.insert(number, id);
        }
        self.latest.insert(entry.name, id);
        self.open.insert(
            id,
            Visit {
                name: entry.name,
                vertex: entry.vertex,
                kind: entry.kind,
                parent,
                depth,
                entered: entry.at,
                is_left: false,
                is_fatal: false,
                failure: None,
                tries: 0,
                fork: Fork::default(),
                tips: [EventId::NONE, entry.before],
            },
        );
        // `EvaluationFailed` follows the event before the state was entered; a fork's start may be
        // followed by other branches.
        let is_start = around_started(
            self.get(id).and_then(|visit| visit.parent),
            self,
            entry.before,
        );
        if !is_start && entry.before != EventId::NONE {
            self.places.insert(entry.before, own(id));
        }
        id
    }

    fn with_room(&self, parent: (VisitId, u64)) -> Option<(VisitId, u64)> {
        let around = self.get(parent.0)?;
        if around.depth < MAX_NESTING {
            return Some(parent);
        }
        around.parent
    }

    /// The event is the last of a visit.
    pub(super) fn file(&mut self, id: VisitId, event: EventId) {
        let Some(visit) = self.open.get_mut(&id) else {
            return;
        };
        if event == EventId::NONE {
            return;
        }
        let old = std::mem::replace(&mut visit.tips[0], event);
        let is_start = visit.fork.started == Some(old);
        if !is_start {
            self.unfile(old, id);
        }
        self.places.insert(event, own(id));
    }

    /// The event begins an attempt of a fork: several branches follow it.
    pub(super) fn start_fork(&mut self, id: VisitId, event: EventId) {
        let visit = self.open.get_mut(&id);
        let before = visit.and_then(|visit| visit.fork.started.replace(event));
        if let Some(before) = before {
            self.unfile(before, id);
        }
        self.file(id, event);
    }

    /// The event begins an iteration.
    pub(super) fn file_iteration(&mut self, id: VisitId, index: u64, event: EventId) {
        let place = Place {
            visit: id,
            iteration: Some(index),
        };
        if event != EventId::NONE {
            self.places.insert(event, place);
        }
    }

    /// What follows the last event of an iteration that is over belongs to its Map.
    pub(super) fn file_end(&mut self, map: VisitId, event: EventId) {
        let Some(visit) = self.open.get_mut(&map) else {
            return;
        };
        if event == EventId::NONE {
            return;
        }
        visit.fork.filed.push_back(event);
        let old = (visit.fork.filed.len() > MAX_FILED).then(|| visit.fork.filed.pop_front());
        if let Some(old) = old.flatten() {
            self.unfile(old, map);
        }
        self.places.insert(event, own(map));
    }

    /// Removes a visit, and says its last event.
    pub(super) fn remove(&mut self, id: VisitId) -> Option<(Visit, EventId)> {
        let visit = self.open.remove(&id)?;
        let starts = visit.fork.started.into_iter();
        let events = visit.tips.into_iter().chain(starts);
        for event in events.chain(visit.fork.filed.iter().copied()) {
            self.unfile(event, id);
        }
        let last = visit.tips[0];
        Some((visit, last))
    }

    fn unfile(&mut self, event: EventId, id: VisitId) {
        if self
            .places
            .get(&event)
            .is_some_and(|place| place.visit == id)
        {
            self.places.remove(&event);
        }
    }

    /// A visit and what it is inside of, from the inside out.
    pub(super) fn around(&self, from: VisitId) -> impl Iterator<Item = (VisitId, &Visit)> {
        // A visit's parent began before it, so this ends.
        let mut at = Some(from);
        std::iter::from_fn(move || {
            let id = at?;
            let visit = self.get(id)?;
            at = visit.parent.map(|(parent, _)| parent);
            Some((id, visit))
        })
    }

    /// Down the failing branches and iterations of a visit, to the visit that failed by itself.
    pub(super) fn deepest_failing(&self, from: VisitId) -> VisitId {
        let failing = |id: &VisitId| self.get(*id).is_some_and(|visit| visit.is_fatal);
        let mut id = from;
        while let Some(visit) = self.get(id)
            && let Some(inner) = visit.fork.threads.values().copied().find(failing)
        {
            id = inner;
        }
        id
    }

    /// The open visit of this name around a place or just inside it; else the one that entered
    /// last.
    pub(super) fn named(&self, event: EventId, name: NameId) -> Option<VisitId> {
        let matches = |visit: &Visit| !visit.is_left && visit.name == name;
        let place = self.place(event).map(|place| place.visit);
        let mut around = place.into_iter().flat_map(|place| self.around(place));
        let found = around.find(|(_, visit)| matches(visit)).map(|(id, _)| id);
        let is_it = |id: &VisitId| self.get(*id).is_some_and(matches);
        let inside = || {
            let fork = &self.get(place?)?.fork;
            fork.threads.values().copied().find(is_it)
        };
        let latest = || self.latest.get(&name).copied().filter(is_it);
        found.or_else(inside).or_else(latest)
    }

    /// The innermost open fork around a place that has not failed: no event tells its name.
    pub(super) fn fork(&self, event: EventId, kind: StateType) -> Option<VisitId> {
        let mut around = self.around(self.place(event)?.visit);
        around
            .find(|(_, visit)| visit.kind == kind && !visit.is_left && !visit.fork.is_closed)
            .map(|(id, _)| id)
    }
}

fn own(visit: VisitId) -> Place {
    Place {
        visit,
        iteration: None,
    }
}

/// Whether an event is the start of the fork around.
fn around_started(parent: Option<(VisitId, u64)>, visits: &Visits, event: EventId) -> bool {
    let parent = parent.and_then(|(parent, _)| visits.get(parent));
    parent.is_some_and(|parent| parent.fork.started == Some(event))
}
