//! The recorder: gives events their ids and times, and hands them to the sink.

use super::{EventSink, Note};
use crate::data::{EventId, Timestamp};
use crate::history::{Details, HistoryEvent, HistoryEventType};

/// How far the history is.
#[derive(Debug)]
pub(super) struct Recorder {
    /// The last event's id.
    last: EventId,
    /// When the latest thing happened; it never runs back.
    now: Timestamp,
    /// How many events there may be; 0 for any number.
    max_events: u64,
    /// Set when an event had no room any more but the closing one.
    full: bool,
}

impl Recorder {
    pub(super) fn new(now: Timestamp, max_events: u64) -> Self {
        Self {
            last: EventId::NONE,
            now,
            max_events,
            full: false,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn last(&self) -> EventId {
        self.last
    }

    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Whether one more event may come before the one that ends the execution.
    pub(super) fn has_room(&self) -> bool {
        !self.full && (self.max_events == 0 || self.last.0 + 1 < self.max_events)
    }

    pub(super) fn set_max_events(&mut self, max_events: u64) {
        self.max_events = max_events;
    }

    pub(super) fn advance(&mut self, to: Timestamp) {
        self.now = self.now.max(to);
    }

    /// Adds an event; after the last but one that the limit allows, nothing is added any more.
    pub(super) fn event(
        &mut self,
        sink: &mut dyn EventSink,
        previous: EventId,
        kind: HistoryEventType,
        details: Details<'_>,
    ) -> EventId {
        if self.max_events > 0 && self.last.0 + 1 >= self.max_events {
            self.full = true;
            return self.last;
        }
        self.close(sink, previous, kind, details)
    }

    /// Adds an event even when the history is full: the one that starts or ends the execution.
    pub(super) fn close(
        &mut self,
        sink: &mut dyn EventSink,
        previous: EventId,
        kind: HistoryEventType,
        details: Details<'_>,
    ) -> EventId {
        self.last = self.last.next();
        sink.event(&HistoryEvent {
            timestamp: self.now,
            kind,
            id: self.last,
            previous,
            details,
        });
        self.last
    }

    pub(super) fn note(sink: &mut dyn EventSink, note: Note<'_>) {
        sink.note(&note);
    }
}
