//! How an execution is kept: its events and its journal go to the database together.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::store::{Append, Change, Child, RowId, Store};
use crate::data::{EventId, StatesError, Timestamp};
use crate::engine::{EventSink, Input, Outcome};
use crate::history::{Details, HistoryEvent, HistoryEventType};
use crate::runtime::{Ack, Ended, Entry, Journal, cannot_go_on};

/// Enough for a row of its own.
const ENOUGH: usize = 64 * 1024;

/// So many bytes ahead of the disk an execution waits for it.
const FAR: usize = 4 * 1024 * 1024;

/// Writes one execution down.
pub(super) struct Recorder {
    store: Store,
    /// What was not given to the database yet.
    append: Append,
    /// Time that went on, and has made no difference yet.
    tick: Option<Timestamp>,
    /// Whether anything but that came in, or anything happened, since the execution ran last.
    is_telling: bool,
    /// The number of the next entry of the journal.
    entries: u64,
    /// The number of the next event.
    events: u64,
    /// How much was sent since it was last waited for that everything is kept, in bytes.
    ahead: usize,
    /// Whether the last event was its last: what comes next is how it ended, and belongs to it.
    is_over: bool,
    /// Told when its end is kept.
    done: Option<Ack>,
}

impl Recorder {
    /// A recorder for an execution of which so many events and entries of its journal are kept.
    pub(super) fn new(
        store: Store,
        execution: RowId,
        events: u64,
        entries: u64,
        done: Option<Ack>,
    ) -> Self {
        Self {
            store,
            append: Append {
                execution,
                first_event: events + 1,
                first_entry: entries,
                ..Append::default()
            },
            tick: None,
            is_telling: false,
            entries,
            events: events + 1,
            ahead: 0,
            is_over: false,
            done,
        }
    }

    /// Keeps that the execution begins, which is a child of a Map Run.
    pub(super) fn begun(&mut self, child: Child) {
        self.append.changes.push(Change::Begun(Box::new(child)));
    }

    /// A recorder for an execution that has ended: unless it goes on, nothing happens any more.
    pub(super) fn after_its_end(self) -> Self {
        Self {
            is_over: true,
            ..self
        }
    }

    /// Keeps that the execution goes on after its end.
    pub(super) fn redriven(&mut self, at: Timestamp, round: i64, token: Option<String>) {
        let at = at.0;
        let change = Change::Redriven { at, round, token };
        self.append.changes.push(change);
    }

    /// Ends an execution that cannot go on, whatever it was about to do. There is nothing from which
    /// it could be redriven.
    pub(super) fn broke(&mut self, at: Timestamp, error: &StatesError) {
        // A panic may have left a line unfinished.
        let whole = self.append.events.rfind('\n').map_or(0, |end| end + 1);
        self.append.events.truncate(whole);
        self.append.entries.clear();
        if !self.is_over {
            let last = EventId(self.events - 1);
            let event = HistoryEvent {
                timestamp: at,
                kind: HistoryEventType::ExecutionFailed,
                id: EventId(self.events),
                previous: last,
                details: Details::failure(error),
            };
            event.write(&mut self.append.events);
            self.append.events.push('\n');
            self.events += 1;
        }
        self.append.changes.push(Change::Ended {
            status: "FAILED",
            stopped: at.0,
            output: None,
            error: error.error.as_deref().map(str::to_owned),
            cause: error.cause.as_deref().map(str::to_owned),
        });
        self.append.changes.push(Change::Forgotten);
        self.append.acks.extend(self.done.take());
        self.send();
    }

    /// Remembers that time went on: something came of it, or comes after it.
    fn tell_tick(&mut self) {
        self.is_telling = true;
        if let Some(at) = self.tick.take() {
            Entry::write_told(at, &Input::Tick, &mut self.append.entries);
            self.entries += 1;
        }
    }

    fn flush(&mut self) {
        let append = &self.append;
        let has_text = !append.events.is_empty() || !append.entries.is_empty();
        if has_text || !append.acks.is_empty() || !append.changes.is_empty() {
            self.send();
        }
    }

    fn send(&mut self) {
        let next = Append {
            execution: self.append.execution.clone(),
            first_event: self.events,
            first_entry: self.entries,
            ..Append::default()
        };
        let append = std::mem::replace(&mut self.append, next);
        self.ahead += append.events.len() + append.entries.len();
        self.store.append(append);
    }
}

impl EventSink for Recorder {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.tell_tick();
        event.write(&mut self.append.events);
        self.append.events.push('\n');
        let entered = matches!(event.details, Details::StateEntered { .. });
        self.append.transitions += u64::from(entered);
        self.events = event.id.0 + 1;
        self.is_over = matches!(
            event.kind,
            HistoryEventType::ExecutionAborted
                | HistoryEventType::ExecutionFailed
                | HistoryEventType::ExecutionSucceeded
                | HistoryEventType::ExecutionTimedOut
        );
    }

    fn idle(&mut self) {
        self.flush();
    }
}

impl Journal for Recorder {
    fn told(&mut self, at: Timestamp, input: &Input) {
        if matches!(input, Input::Tick) {
            self.tick = Some(at);
            return;
        }
        self.tell_tick();
        Entry::write_told(at, input, &mut self.append.entries);
        self.entries += 1;
    }

    fn ran(&mut self) {
        // Time that made no difference need not be remembered: what comes has a time of its own.
        self.tick = None;
        if std::mem::take(&mut self.is_telling) {
            Entry::write_ran(&mut self.append.entries);
            self.entries += 1;
        }
        let is_due = !self.append.acks.is_empty() || self.append.events.len() >= ENOUGH;
        if is_due && !self.is_over {
            self.flush();
        }
    }

    fn gives(&mut self, token: &Arc<str>) {
        self.append.tokens.push(Arc::clone(token));
    }

    fn acknowledge(&mut self, ack: Ack) {
        self.append.acks.push(ack);
    }

    fn kept(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let (ack, kept) = oneshot::channel();
        self.append.acks.push(ack);
        self.flush();
        self.ahead = 0;
        // With a closed database there is nothing left to wait for.
        Box::pin(async move { kept.await.unwrap_or_default() })
    }

    fn is_ahead(&self) -> bool {
        self.ahead > FAR
    }

    fn ended(&mut self, ended: &Ended) {
        let (status, output, error) = match &ended.outcome {
            Outcome::Succeeded(output) => ("SUCCEEDED", Some(output), None),
            Outcome::Failed(error) => ("FAILED", None, Some(error)),
            Outcome::TimedOut => ("TIMED_OUT", None, None),
            Outcome::Aborted(error) => ("ABORTED", None, Some(error)),
        };
        self.append.changes.push(Change::Ended {
            status,
            stopped: ended.at.0,
            output: output.map(|output| output.text().into_owned()),
            error: error.and_then(|error| error.error.as_deref().map(str::to_owned)),
            cause: error.and_then(|error| error.cause.as_deref().map(str::to_owned)),
        });
        self.append.acks.extend(self.done.take());
        self.send();
    }

    fn broke(&mut self, at: Timestamp, why: &str) {
        Self::broke(self, at, &cannot_go_on(why));
    }
}
