//! Every visit of a history with its tries: an outline folds away what went well, and a page shows
//! all of it. So each visit is copied from the outline while it is there.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;
use serde::Serialize;

use crate::data::{EventId, Timestamp};
use crate::history::outline::{Outcome, Outline, StateType, Status, Visit};
use crate::history::{Details, HistoryEvent, HistoryEventType};

/// One visit of a state. Times are milliseconds from the execution's start.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) name: Arc<str>,
    #[serde(rename = "type")]
    state_type: &'static str,
    /// The Map or Parallel around it, and the index of the item or the branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<(usize, u64)>,
    entered: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exited: Option<u64>,
    start: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<i64>,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tries: Vec<Attempt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Arc<str>>,
    /// The event that tells the error and its cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) items: Vec<Item>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    distributed: bool,
    /// The last event about it.
    #[serde(skip)]
    last: i64,
}

/// One try of a Task, one attempt of a Map or a Parallel.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Attempt {
    start: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<i64>,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Arc<str>>,
}

/// One iteration of a Map.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Item {
    pub(super) index: u64,
    start: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<i64>,
    pub(super) status: &'static str,
    #[serde(skip)]
    has_caught: bool,
}

/// The visits of an execution.
pub(super) struct Visits {
    pub(super) rows: Vec<Row>,
    /// The visit that each event is about.
    pub(super) about: Vec<Option<usize>>,
}

/// What the script calls a status; it is a class of the picture, too.
pub(super) fn word(status: Status) -> &'static str {
    match status {
        Status::Running => "running",
        Status::Succeeded => "succeeded",
        Status::Caught => "caught",
        Status::Failed => "failed",
        Status::TimedOut => "timed-out",
        Status::Aborted => "aborted",
    }
}

/// Reads a history.
pub(super) fn read(events: &[HistoryEvent<'_>]) -> (Visits, Outline) {
    let mut reader = Reader::default();
    let mut about = Vec::with_capacity(events.len());
    for event in events {
        about.push(reader.event(event));
    }
    reader.finish();
    let rows = reader.rows;
    (Visits { rows, about }, reader.outline)
}

/// Reads a history event by event.
#[derive(Default)]
pub(super) struct Reader {
    outline: Outline,
    rows: Vec<Row>,
    /// The row of each visit, by the event that entered it.
    by_event: HashMap<EventId, usize, RandomState>,
    /// The newest iteration of an index: a Map that is tried again has several.
    items: HashMap<(usize, u64), usize, RandomState>,
    started: Option<Timestamp>,
    /// The rows that changed since they were taken.
    touched: BTreeSet<usize>,
}

impl Reader {
    /// Takes the next event; the row that it is about.
    pub(super) fn event(&mut self, event: &HistoryEvent<'_>) -> Option<usize> {
        self.outline.push(event);
        let started = *self.started.get_or_insert(event.timestamp);
        if event.kind.as_str().starts_with("Execution") {
            return None;
        }
        let visit = self.outline.about(event)?;
        let at = event.timestamp.since(started);
        let known = self.by_event.get(&visit.event()).copied();
        let row = known.unwrap_or(self.rows.len());
        if known.is_none() {
            let begun = Row::begun(&visit, started, &self.by_event);
            self.by_event.insert(visit.event(), row);
            self.rows.push(begun);
        }
        self.touched.insert(row);
        self.rows[row].last = at;
        self.rows[row].learn(&visit, started);
        match &event.details {
            Details::StateExited { .. } => {
                self.rows[row].end(&visit, started);
                self.rows[row].exited = Some(event.id.0);
                if visit.status() == Status::Caught {
                    self.warn(row);
                }
            }
            Details::MapIteration { index, .. } => self.iteration(row, *index, event.kind, at),
            _ => {}
        }
        Some(row)
    }

    fn iteration(&mut self, row: usize, index: u64, kind: HistoryEventType, at: i64) {
        let items = &mut self.rows[row].items;
        let status = match kind {
            HistoryEventType::MapIterationStarted => {
                self.items.insert((row, index), items.len());
                return items.push(Item {
                    index,
                    start: at,
                    end: None,
                    status: word(Status::Running),
                    has_caught: false,
                });
            }
            HistoryEventType::MapIterationFailed => Status::Failed,
            HistoryEventType::MapIterationAborted => Status::Aborted,
            _ => Status::Succeeded,
        };
        let place = self.items.get(&(row, index));
        let Some(item) = place.and_then(|place| items.get_mut(*place)) else {
            return;
        };
        item.end = Some(at);
        item.status = match status {
            Status::Succeeded if item.has_caught => word(Status::Caught),
            status => word(status),
        };
    }

    /// The iterations around have caught something.
    fn warn(&mut self, row: usize) {
        let mut at = self.rows[row].inside;
        // An outer row comes before those inside of it, so that this ends.
        while let Some((around, index)) = at {
            let item = self.items.get(&(around, index)).copied();
            if let Some(item) = item.and_then(|item| self.rows[around].items.get_mut(item)) {
                item.has_caught = true;
                self.touched.insert(around);
            }
            at = self.rows[around].inside;
        }
    }

    /// What was not left: the outline knows how it ended, unless it was folded away when something
    /// around it went on or was tried again.
    pub(super) fn finish(&mut self) {
        let Self {
            outline,
            rows,
            by_event,
            started,
            touched,
            ..
        } = self;
        let started = started.unwrap_or_default();
        let mut known = vec![false; rows.len()];
        outline.thread().each_visit(&mut |visit| {
            let Some(row) = by_event.get(&visit.event()) else {
                return;
            };
            known[*row] = true;
            let before = rows[*row].ending();
            rows[*row].learn(visit, started);
            rows[*row].end(visit, started);
            if rows[*row].ending() != before {
                touched.insert(*row);
            }
        });
        for (at, (row, known)) in rows.iter_mut().zip(known).enumerate() {
            if row.end.is_none() && !known {
                touched.insert(at);
                row.end = Some(row.last);
                let failed = row.failed.is_some();
                row.status = word(if failed {
                    Status::Failed
                } else {
                    Status::Aborted
                });
                row.stop_tries();
            }
            let (end, running) = (row.end, word(Status::Running));
            for item in &mut row.items {
                if item.status == running && end.is_some() {
                    touched.insert(at);
                    (item.end, item.status) = (end, word(Status::Aborted));
                }
            }
        }
    }
}

impl Reader {
    /// The rows that changed since this was asked before, and what all is known from.
    pub(super) fn news(&mut self) -> (Vec<(usize, &Row)>, &Outline) {
        let touched = std::mem::take(&mut self.touched);
        let rows = touched.into_iter().map(|at| (at, &self.rows[at]));
        (rows.collect(), &self.outline)
    }
}

impl Row {
    fn begun(
        visit: &Visit<'_>,
        started: Timestamp,
        by_event: &HashMap<EventId, usize, RandomState>,
    ) -> Self {
        let inside = visit.inside_of();
        let inside = inside.and_then(|(event, number)| Some((*by_event.get(&event)?, number)));
        let start = visit.entered().since(started);
        Self {
            name: visit.name().into(),
            state_type: visit.state_type().as_str(),
            inside,
            entered: visit.event().0,
            exited: None,
            start,
            end: None,
            status: word(Status::Running),
            resource: None,
            tries: Vec::new(),
            error: None,
            failed: None,
            items: Vec::new(),
            distributed: false,
            last: start,
        }
    }

    /// Takes over what is new.
    fn learn(&mut self, visit: &Visit<'_>, started: Timestamp) {
        if self.resource.is_none() {
            self.resource = visit.resource().map(Arc::from);
        }
        let tries = visit.tries();
        // What ended before the last known try does not change any more.
        let from = self.tries.len().saturating_sub(1).min(tries.len());
        self.tries.truncate(from);
        self.tries.extend(tries[from..].iter().map(|each| {
            let (status, error) = match &each.outcome {
                Outcome::Running => (Status::Running, None),
                Outcome::Succeeded => (Status::Succeeded, None),
                Outcome::Failed(error) => (Status::Failed, error.clone()),
                Outcome::Aborted => (Status::Aborted, None),
            };
            Attempt {
                start: each.began.since(started),
                end: each.ended.map(|ended| ended.since(started)),
                status: word(status),
                error,
            }
        }));
        let failure = visit.failure();
        self.failed = failure.map(|failure| failure.event.0);
        self.error = failure.and_then(|failure| failure.error.clone());
    }

    /// What can change without an event about it: when the execution ends with it.
    fn ending(&self) -> (&'static str, Option<i64>, Option<u64>) {
        (self.status, self.end, self.failed)
    }

    fn end(&mut self, visit: &Visit<'_>, started: Timestamp) {
        self.end = visit.exited().map(|at| at.since(started));
        self.status = word(visit.status());
        self.stop_tries();
        self.distributed = visit.state_type() == StateType::Map && visit.items().distributed;
    }

    /// No event tells of the try that was at work when its state ended.
    fn stop_tries(&mut self) {
        let running = word(Status::Running);
        let is_over = self.status != running;
        let timed_out = word(Status::TimedOut);
        let open = self.tries.iter_mut().filter(|each| each.status == running);
        for each in open.filter(|_| is_over) {
            let stopped = self.status == timed_out;
            each.end = each.end.or(self.end);
            each.status = if stopped {
                timed_out
            } else {
                word(Status::Aborted)
            };
        }
    }
}
