//! The tree as views read it: how things ended follows from what they belong to, so that the end
//! of an execution need not touch all that was open.

use super::gap::Gap;
use super::node::{Failure, Input, StateType, Tally, ThreadNode, Try, VisitId, VisitNode, Work};
use super::place::Place;
use super::{Outline, Status};
use crate::data::{EventId, Timestamp};
use crate::history::{Details, HistoryEvent};

/// What a thread belongs to has ended.
#[derive(Clone, Copy, Debug)]
struct Over {
    at: Timestamp,
    /// The status of a state that is open and did not fail by itself.
    rest: Status,
    /// Whether it was this thread's failure.
    failing: bool,
}

/// A line of control: the execution itself, a branch, an iteration.
#[derive(Clone, Copy, Debug)]
pub struct Thread<'o> {
    outline: &'o Outline,
    node: &'o ThreadNode,
    over: Option<Over>,
}

/// One visit of a state.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'o> {
    outline: &'o Outline,
    node: &'o VisitNode,
    over: Option<Over>,
    next: Option<&'o str>,
}

/// What is known of a Map's items, of the current attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    /// How many there are; none before the Map started.
    pub length: Option<u64>,
    /// Whether each is an execution of its own, with its own history.
    pub distributed: bool,
    /// How the iterations ended.
    pub tally: Tally,
    /// How many are at work.
    pub running: usize,
    /// How many were at work at the same time, at most.
    pub peak: usize,
    /// Half of the iterations took no longer, in milliseconds; of very many a sample tells.
    pub median: Option<i64>,
    /// The longest took this long, in milliseconds.
    pub longest: Option<i64>,
}

impl Outline {
    /// The execution's own line of control.
    ///
    /// # Panics
    /// Never: the thread is there from the beginning to the end.
    #[must_use]
    pub fn thread(&self) -> Thread<'_> {
        let over = self.summary.ended.map(|at| Over {
            at,
            rest: match self.summary.status {
                Status::TimedOut => Status::TimedOut,
                _ => Status::Aborted,
            },
            failing: self.summary.status == Status::Failed,
        });
        Thread {
            outline: self,
            node: self
                .store
                .thread(self.root)
                .expect("the root is never folded away"),
            over,
        }
    }

    /// The visit that an event leaves, before the event is taken: it still has its input.
    #[must_use]
    pub fn leaving(&self, event: &HistoryEvent<'_>) -> Option<Visit<'_>> {
        let Details::StateExited { name, .. } = &event.details else {
            return None;
        };
        let place = self.places.get(event.previous);
        let visit = self.named(place, name, |_| true)?;
        self.visit(visit)
    }

    /// The state that an event is about, after the event was taken.
    #[must_use]
    pub fn about(&self, event: &HistoryEvent<'_>) -> Option<Visit<'_>> {
        let filed = self.places.get(event.id);
        let place = filed.or_else(|| self.places.get(event.previous));
        let visit = match &event.details {
            Details::MapIteration {
                name: Some(name), ..
            } => self.named(place, name, |_| true)?,
            _ => match (StateType::forked_by(event.kind), place?) {
                (Some(state_type), place) => {
                    let mut around = self.around(place).map(|(visit, _)| visit);
                    around.find(|visit| self.is_a(*visit, state_type))?
                }
                (None, Place::Fork(visit)) => visit,
                (None, Place::Thread(thread)) => self.store.last_visit(thread)?,
            },
        };
        self.visit(visit)
    }

    /// The Map and the iteration of it that an event ends, before the event is taken.
    #[must_use]
    pub fn ending(&self, event: &HistoryEvent<'_>) -> Option<(Visit<'_>, Thread<'_>)> {
        let Details::MapIteration {
            name: Some(name),
            index,
        } = &event.details
        else {
            return None;
        };
        let is_map = |visit: &VisitNode| visit.state_type == StateType::Map;
        let id = self.named(self.places.get(event.previous), name, is_map)?;
        let visit = self.visit(id)?;
        let thread = visit.work()?.fork.open.get(index)?;
        Some((visit, visit.inside(*thread)?))
    }

    fn visit(&self, id: VisitId) -> Option<Visit<'_>> {
        Some(Visit {
            outline: self,
            node: self.store.visit(id)?,
            over: None,
            next: None,
        })
    }

    /// States that were at work when the history ended, the innermost ones, at most so many.
    #[must_use]
    pub fn at_work(&self, most: usize) -> Vec<Visit<'_>> {
        let mut found = Vec::new();
        let mut pending = vec![self.thread()];
        while let Some(thread) = pending.pop() {
            let Some(visit) = thread.last().filter(|visit| visit.node.is_open()) else {
                continue;
            };
            if found.len() == most {
                break;
            }
            let (before, mut inside) = (pending.len(), visit.threads());
            inside.extend(visit.running(most));
            inside.retain(|thread| thread.last().is_some_and(|visit| visit.node.is_open()));
            inside.truncate(most);
            pending.extend(inside.into_iter().rev());
            if pending.len() == before {
                found.push(visit);
            }
        }
        found
    }
}

impl<'o> Thread<'o> {
    /// The branch's place among its siblings, or the index of the iteration's item.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.node.number
    }

    /// The beginning of what an iteration works on.
    #[must_use]
    pub fn item(&self) -> Option<&'o str> {
        self.node.item.as_deref()
    }

    /// How a branch or an iteration ended.
    #[must_use]
    pub fn status(&self) -> Status {
        match (self.node.ended, self.over) {
            (Some(_), _) if self.node.failed => Status::Failed,
            (Some(_), _) if self.node.warned => Status::Caught,
            (Some(_), _) => Status::Succeeded,
            (None, None) => Status::Running,
            (None, Some(over)) if over.failing => Status::Failed,
            // A branch has no event of its own that ends it.
            (None, Some(_)) if self.last().is_some_and(|visit| !visit.node.is_open()) => {
                if self.node.warned {
                    Status::Caught
                } else {
                    Status::Succeeded
                }
            }
            (None, Some(over)) => over.rest,
        }
    }

    /// How long it took, or has taken so far, in milliseconds.
    #[must_use]
    pub fn millis(&self) -> i64 {
        let end = self.node.ended.or(self.over.map(|over| over.at));
        self.outline.until(end, self.node.started)
    }

    /// How many of its visits are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.node.line.len()
    }

    /// Whether no state was entered yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.node.line.is_empty()
    }

    /// Whether something in it was caught so far.
    #[must_use]
    pub fn is_warned(&self) -> bool {
        self.node.warned
    }

    /// When it began.
    #[must_use]
    pub fn started(&self) -> Timestamp {
        self.node.started
    }

    /// Every visit in it and inside of those, as far as they are kept. Threads do not nest deeper
    /// than `MAX_NESTING`, so the recursion is bounded.
    pub fn each_visit(&self, take: &mut dyn FnMut(&Visit<'o>)) {
        for visit in self.visits() {
            take(&visit);
            for thread in visit.threads().into_iter().chain(visit.running(usize::MAX)) {
                thread.each_visit(take);
            }
        }
    }

    /// How many visits it has, with those that are only counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        let counted: u64 = self.gaps().map(|(_, gap)| gap.visits()).sum();
        counted + self.len() as u64
    }

    /// The visits that are only counted, each time with how many of the kept ones come before.
    pub fn gaps(&self) -> impl Iterator<Item = (usize, &'o Gap)> + use<'o> {
        self.node.line.gaps()
    }

    /// The visits that are only counted between the kept one at a place and the one before that.
    #[must_use]
    pub fn gap_before(&self, at: usize) -> Option<&'o Gap> {
        self.node.line.gap_before(at)
    }

    /// Its visits, in order, as far as they are kept.
    #[must_use]
    pub fn visits(&self) -> impl DoubleEndedIterator<Item = Visit<'o>> + use<'o> {
        let thread = *self;
        (0..self.len()).filter_map(move |at| thread.visit(at))
    }

    /// The visit that it is at, or that it ended with.
    #[must_use]
    pub fn last(&self) -> Option<Visit<'o>> {
        self.visit(self.len().checked_sub(1)?)
    }

    /// The visit at a place among the kept ones, from 0.
    #[must_use]
    pub fn visit(&self, at: usize) -> Option<Visit<'o>> {
        let line = &self.node.line;
        let node = |at: usize| self.outline.store.visit(line.get(at)?);
        let next = match line.gap_before(at + 1) {
            Some(gap) => Some(gap.first()),
            None => node(at + 1).map(|next| &*next.name),
        };
        let over = self.node.ended.map(|at| Over {
            at,
            rest: Status::Aborted,
            failing: self.node.failed,
        });
        Some(Visit {
            outline: self.outline,
            node: node(at)?,
            over: over.or(self.over),
            next,
        })
    }
}

impl<'o> Visit<'o> {
    /// The state's name.
    #[must_use]
    pub fn name(&self) -> &'o str {
        &self.node.name
    }

    /// The state's type.
    #[must_use]
    pub fn state_type(&self) -> StateType {
        self.node.state_type
    }

    /// The event that entered the state.
    #[must_use]
    pub fn event(&self) -> EventId {
        self.node.event
    }

    /// The Maps and Parallels that it is inside of, outermost first, each with the index of the
    /// item or the branch.
    #[must_use]
    pub fn around(&self) -> Vec<(&'o str, u64)> {
        let mut around = Vec::new();
        let mut thread = self.outline.store.thread(self.node.thread);
        while let Some((number, parent)) =
            thread.and_then(|it| Some((it.number, self.outline.store.parent(it)?)))
            && let Some(visit) = self.outline.store.visit(parent)
        {
            around.push((&*visit.name, number));
            thread = self.outline.store.thread(visit.thread);
        }
        around.reverse();
        around
    }

    /// The event that entered the Map or Parallel that it is directly inside of, and the index of
    /// the item or the branch.
    #[must_use]
    pub fn inside_of(&self) -> Option<(EventId, u64)> {
        let thread = self.outline.store.thread(self.node.thread)?;
        let parent = self.outline.store.visit(thread.parent?)?;
        Some((parent.event, thread.number))
    }

    /// When the state was entered.
    #[must_use]
    pub fn entered(&self) -> Timestamp {
        self.node.entered
    }

    /// Whether no event left it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.node.is_open()
    }

    /// When it was left, or stopped.
    #[must_use]
    pub fn exited(&self) -> Option<Timestamp> {
        self.node.exited.or(self.over.map(|over| over.at))
    }

    /// How long it took, or has taken so far, in milliseconds.
    #[must_use]
    pub fn millis(&self) -> i64 {
        self.outline.until(self.exited(), self.node.entered)
    }

    /// How it ended.
    #[must_use]
    pub fn status(&self) -> Status {
        let failed = || match &self.node.failure {
            Some(failure) if failure.timed_out => Status::TimedOut,
            _ => Status::Failed,
        };
        match (self.node.exited, self.over) {
            (Some(_), _) if self.node.failure.is_some() => Status::Caught,
            (Some(_), _) => Status::Succeeded,
            (None, _) if self.node.state_type == StateType::Fail => Status::Failed,
            (None, None) => Status::Running,
            (None, Some(over)) if over.failing => failed(),
            (None, Some(over)) => over.rest,
        }
    }

    /// The state that the thread went to from here.
    #[must_use]
    pub fn next(&self) -> Option<&'o str> {
        self.next
    }

    /// Why it failed, if it did and was not retried since.
    #[must_use]
    pub fn failure(&self) -> Option<&'o Failure> {
        self.node.failure.as_deref()
    }

    /// The state's input, while that may be asked for: it failed, or is at work.
    #[must_use]
    pub fn input(&self) -> Option<&'o Input> {
        let kept = self.failure().and_then(|failure| failure.input.as_ref());
        let current = || {
            let thread = self.outline.store.thread(self.node.thread)?;
            thread.input.as_ref().filter(|_| self.node.is_open())
        };
        kept.or_else(current)
    }

    /// What a Task calls: `lambda:invoke`.
    #[must_use]
    pub fn resource(&self) -> Option<&'o str> {
        self.work()?.resource.as_deref()
    }

    /// The tries of a Task; the attempts of a Map or a Parallel.
    #[must_use]
    pub fn tries(&self) -> &'o [Try] {
        self.work().map_or(&[], |work| &work.tries)
    }

    /// The branches of a Parallel; of a Map the iterations that ended and have something to tell.
    #[must_use]
    pub fn threads(&self) -> Vec<Thread<'o>> {
        let threads = self.work().map_or(&[][..], |work| &work.fork.threads);
        let mut threads: Vec<_> = threads.iter().filter_map(|id| self.inside(*id)).collect();
        threads.sort_by_key(Thread::number);
        threads
    }

    /// How many branches a Parallel has.
    #[must_use]
    pub fn branches(&self) -> usize {
        self.work().map_or(0, |work| work.fork.threads.len())
    }

    /// Iterations at work, in order of their index, at most so many.
    #[must_use]
    pub fn running(&self, most: usize) -> Vec<Thread<'o>> {
        let open = self
            .work()
            .into_iter()
            .flat_map(|work| work.fork.open.values());
        open.take(most).filter_map(|id| self.inside(*id)).collect()
    }

    /// The branch or iteration whose failure is this state's.
    #[must_use]
    pub fn failed_thread(&self) -> Option<Thread<'o>> {
        self.inside(self.node.failed_thread()?)
    }

    /// What is known of a Map's items.
    #[must_use]
    pub fn items(&self) -> Items {
        let empty = super::fork::ForkSlot::default();
        let fork = self.work().map_or(&empty, |work| &work.fork);
        Items {
            length: fork.length,
            distributed: fork.distributed,
            tally: fork.tally,
            running: fork.open.len(),
            peak: fork.peak,
            median: fork.durations.median(),
            longest: fork.durations.longest(),
        }
    }

    fn inside(&self, thread: super::node::ThreadId) -> Option<Thread<'o>> {
        let failed = self.node.failed_thread() == Some(thread);
        let over = match (self.node.exited, self.over) {
            (Some(at), _) => Some(Over {
                at,
                rest: Status::Aborted,
                failing: failed && self.node.failure.is_some(),
            }),
            (None, Some(over)) => Some(Over {
                failing: failed && over.failing,
                ..over
            }),
            (None, None) => None,
        };
        Some(Thread {
            outline: self.outline,
            node: self.outline.store.thread(thread)?,
            over,
        })
    }

    pub(super) fn node(&self) -> &'o VisitNode {
        self.node
    }

    fn work(&self) -> Option<&'o Work> {
        self.node.work.as_deref()
    }
}

impl Outline {
    /// Milliseconds to an end, or to the last event of what goes on.
    fn until(&self, end: Option<Timestamp>, start: Timestamp) -> i64 {
        let end = end.or(self.summary.last).unwrap_or(start);
        end.since(start).max(0)
    }
}
