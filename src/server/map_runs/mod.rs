//! Map Runs as they are kept: a row each, and their children as executions of their own.

mod child;
mod counts;
mod orphans;
mod row;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::broken::{Troubles, cause};
use super::protocol::ApiError;
use super::record::Recorder;
use super::store::{Append, Change, Store};
use crate::data::Timestamp;
use crate::engine::map_run::{MapRun, MapRunStatus};
use crate::engine::{Identity, Start};
use crate::runtime::{Ack, Behind, Bounds, Journal, Keeper, KeptChild, KeptRun, Remote, Report};
use child::{ChildJournal, Known, Place};
use counts::{Unredriven, counts};
use row::Row;

/// How often one that waits looks whether it was stopped.
const LOOK_UP: Duration = Duration::from_millis(50);

/// All Map Runs of a server.
#[derive(Clone)]
pub(super) struct MapRuns(Arc<Inner>);

struct Inner {
    store: Store,
    troubles: Arc<Troubles>,
    /// Those at work, by their ARN, and whether what they may do was changed.
    at_work: Mutex<HashMap<Arc<str>, Arc<AtomicBool>>>,
    /// Told when one has ended.
    ended: Condvar,
    /// The children that wait for something, by their ARN.
    waiting: Mutex<HashMap<Arc<str>, Remote>>,
    /// The Express children that began again, and how often their Map Runs were redriven, by their
    /// ARN.
    rounds: Mutex<HashMap<Arc<str>, i64>>,
    /// Told when children that ran when the server ended go on: by their Map Run's ARN and theirs.
    expected: Mutex<HashMap<String, HashMap<String, Ack>>>,
}

impl MapRuns {
    pub(super) fn new(store: Store, troubles: Arc<Troubles>) -> Self {
        Self(Arc::new(Inner {
            store,
            troubles,
            at_work: Mutex::default(),
            ended: Condvar::new(),
            waiting: Mutex::default(),
            rounds: Mutex::default(),
            expected: Mutex::default(),
        }))
    }

    /// Reaches a child that waits for something.
    pub(super) fn child(&self, arn: &str) -> Option<Remote> {
        lock(&self.0.waiting).get(arn).cloned()
    }

    /// In which redrive of its Map Run a child began again that runs now; 0 of everybody else.
    pub(super) fn round(&self, arn: &str) -> i64 {
        lock(&self.0.rounds).get(arn).copied().unwrap_or(0)
    }

    /// Lets a Map Run know, when this is dropped, that what it may do was changed. Whoever writes
    /// the change gives it back with the answer: that is dropped when the change is kept, even when
    /// nobody waits for the answer any more.
    pub(super) fn changed(&self, arn: &str) -> Changed {
        Changed {
            all: self.clone(),
            arn: arn.to_owned(),
        }
    }

    /// Ends children that nobody goes on with, and tells those that run: a server was killed in the
    /// middle of it. Each is waited for until it has been taken up.
    pub(super) async fn recover(&self, now: Timestamp) -> Result<(), ApiError> {
        let ended = move |connection: &Connection| orphans::end(connection, now);
        self.0.store.write(ended).await
    }

    /// Those that are told when the children of this Map Run go on which ran when the server ended.
    pub(super) fn expect(
        &self,
        arn: &str,
        connection: &Connection,
    ) -> Result<Vec<oneshot::Receiver<()>>, ApiError> {
        let mut select = connection.prepare_cached(
            "SELECT e.arn FROM executions e JOIN map_runs m ON m.id = e.map_run \
             WHERE m.arn = ?1 AND e.status = 'RUNNING'",
        )?;
        let (mut expected, mut told) = (HashMap::new(), Vec::new());
        for child in select.query_map([arn], |row| row.get(0))? {
            let (ack, taken_up) = oneshot::channel();
            expected.insert(child?, ack);
            told.push(taken_up);
        }
        lock(&self.0.expected).insert(arn.to_owned(), expected);
        Ok(told)
    }

    /// Waits until nobody works on this Map Run any more, and takes its place: a redrive may come
    /// before the last of its children has heard that it was stopped. Nothing when this one is
    /// stopped meanwhile.
    fn enter(&self, run: &MapRun, is_stopped: &dyn Fn() -> bool) -> Option<AtWork> {
        let is_changed = Arc::default();
        let mut at_work = lock(&self.0.at_work);
        while at_work.contains_key(&run.arn) {
            let waited = self.0.ended.wait_timeout(at_work, LOOK_UP);
            if is_stopped() {
                return None;
            }
            at_work = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        at_work.insert(Arc::clone(&run.arn), Arc::clone(&is_changed));
        Some(AtWork {
            all: self.clone(),
            arn: Arc::clone(&run.arn),
            is_changed,
        })
    }

    /// The row of a Map Run that begins. On a disk that is full it waits for room: without a row
    /// its children would not be kept. Nothing when it is stopped meanwhile.
    fn written(&self, run: &MapRun, is_stopped: &dyn Fn() -> bool) -> Option<(Row, Unredriven)> {
        loop {
            match self.0.store.write_now(Row::written(run)) {
                Ok(row) => return row,
                Err(_) if is_stopped() => return None,
                Err(_) => std::thread::sleep(LOOK_UP),
            }
        }
    }
}

/// Tells a Map Run that what it may do was changed.
pub(super) struct Changed {
    all: MapRuns,
    arn: String,
}

impl Drop for Changed {
    fn drop(&mut self) {
        if let Some(is_changed) = lock(&self.all.0.at_work).get(&*self.arn) {
            is_changed.store(true, Ordering::Release);
        }
    }
}

/// The place of a Map Run that is at work.
struct AtWork {
    all: MapRuns,
    arn: Arc<str>,
    /// Whether what it may do was changed.
    is_changed: Arc<AtomicBool>,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        lock(&self.all.0.at_work).remove(&self.arn);
        // Nobody goes on with children that were not asked for: who waits for them must not.
        lock(&self.all.0.expected).remove(&*self.arn);
        self.all.0.ended.notify_all();
    }
}

impl Keeper for MapRuns {
    fn begins(&self, run: &MapRun, is_stopped: &dyn Fn() -> bool) -> Option<Arc<dyn KeptRun>> {
        let place = self.enter(run, is_stopped)?;
        let (row, unredriven) = self.written(run, is_stopped)?;
        Some(Arc::new(Kept {
            place,
            bounds: Mutex::new(row.bounds),
            unredriven: Mutex::new(unredriven),
            row,
            at: run.at,
            round: i64::from(run.redrives),
            is_batched: run.batch.is_some(),
            known: Mutex::default(),
        }))
    }
}

/// A Map Run that is kept.
struct Kept {
    place: AtWork,
    row: Row,
    /// What it may do, as far as it was read.
    bounds: Mutex<Bounds>,
    unredriven: Mutex<Unredriven>,
    /// When it began, or was redriven.
    at: Timestamp,
    /// How often it was redriven.
    round: i64,
    is_batched: bool,
    /// The rows of children that go on.
    known: Mutex<HashMap<Arc<str>, Known>>,
}

impl KeptRun for Kept {
    fn child(&self, child: &Identity) -> KeptChild {
        if !self.row.is_known {
            return KeptChild::Nothing;
        }
        let (arn, round) = (Arc::clone(&child.execution_arn), self.round);
        let (is_express, is_batched) = (child.express, self.is_batched);
        let found = move |connection: &Connection| {
            let place = (round, is_batched);
            child::find(connection, &arn, is_express, place)
        };
        let (known, mut kept) = match self.place.all.0.store.read_now(found) {
            Ok(Some(found)) => found,
            Ok(None) => return KeptChild::Nothing,
            // It may have done much already, which must not be done again.
            Err(error) => return KeptChild::Lost(error.message),
        };
        if let Some((status, items)) = &known.begins_again {
            lock(&self.unredriven).begins_again(status, *items);
        }
        let mut expected = lock(&self.place.all.0.expected);
        let expected = expected.get_mut(&*self.place.arn);
        let ack = expected.and_then(|it| it.remove(&*child.execution_arn));
        if let KeptChild::Begun(begun) = &mut kept {
            begun.taken_up = ack;
        }
        if let KeptChild::Begun(_) | KeptChild::Lost(_) = &kept {
            lock(&self.known).insert(Arc::clone(&child.execution_arn), known);
        }
        kept
    }

    fn lost(&self, child: &Identity, at: Timestamp, why: &str) {
        // Nothing can be said about one that cannot be found.
        let Some(known) = lock(&self.known).remove(&child.execution_arn) else {
            return;
        };
        let all = &self.place.all.0;
        let recorder = Recorder::new(all.store.clone(), known.row.into(), known.events, 0, None);
        let mut recorder = if known.has_ended {
            recorder.after_its_end()
        } else {
            recorder
        };
        recorder.broke(at, &cause(why));
        all.troubles.tell_broken(&child.execution_arn, why);
    }

    fn journal(&self, start: &Start, behind: Behind, remote: Remote) -> Box<dyn Journal> {
        let place = Place {
            id: self.row.id,
            revision: self.row.revision,
            round: self.round,
        };
        let known = lock(&self.known).remove(&start.identity.execution_arn);
        let all = &self.place.all;
        let row = known.as_ref().map(|known| known.row);
        let mut journal = ChildJournal::new(all, start, behind, remote, row);
        match known {
            None => journal.begins(start, &place),
            Some(known) if known.has_ended => journal.is_redriven(self.at, &place),
            Some(_) => {}
        }
        Box::new(journal)
    }

    fn stands(&self, report: &Report, at: Timestamp) {
        let is_over = report.status != MapRunStatus::Running;
        let (items, children) = counts(report, &lock(&self.unredriven), self.is_batched);
        let change = Change::MapRun {
            id: self.row.id,
            status: match report.status {
                MapRunStatus::Running => "RUNNING",
                MapRunStatus::Succeeded => "SUCCEEDED",
                MapRunStatus::Failed => "FAILED",
                MapRunStatus::Aborted => "ABORTED",
            },
            stopped: is_over.then_some(at.0),
            item_counts: items.text().into_owned(),
            execution_counts: children.text().into_owned(),
        };
        self.place.all.0.store.append(Append {
            execution: self.row.execution.into(),
            changes: vec![change],
            ..Append::default()
        });
    }

    fn bounds(&self) -> Bounds {
        let is_changed = &self.place.is_changed;
        if is_changed.swap(false, Ordering::Acquire) {
            let id = self.row.id;
            let read = move |connection: &Connection| Row::bounds(connection, id);
            // The row alone says what was asked for last: answers may come in another order.
            match self.place.all.0.store.read_now(read) {
                Ok(bounds) => *lock(&self.bounds) = bounds,
                Err(_) => is_changed.store(true, Ordering::Release),
            }
        }
        *lock(&self.bounds)
    }

    fn has_room(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.place.all.0.store.has_room())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
