//! What is told of the events that were read, and when: in the order of their ids, and of one
//! execution.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::raw::Raw;
use super::stream::{Record, Take};
use crate::data::Timestamp;
use crate::history::{HistoryEvent, HistoryEventType};

/// An execution in a log that has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionSeen {
    /// Its ARN.
    pub arn: String,
    /// How many events it has.
    pub events: u64,
    /// The time of its first event in the log.
    pub first: Timestamp,
    /// The event that it ended with.
    pub ended: Option<HistoryEventType>,
}

/// Events in the order of their ids. What comes before its turn waits: all of it, when a history
/// comes last event first, as `--reverse-order` writes it.
#[derive(Debug)]
pub(super) struct Order {
    expected: u64,
    /// By id, and by when they came.
    waiting: BTreeMap<(u64, u64), HistoryEvent<'static>>,
    came: u64,
}

impl Order {
    pub(super) fn new() -> Self {
        Self {
            expected: 1,
            waiting: BTreeMap::new(),
            came: 0,
        }
    }

    pub(super) fn give(&mut self, event: HistoryEvent<'_>, take: Take<'_>) {
        let id = event.id.0;
        if id > self.expected {
            self.came += 1;
            self.waiting.insert((id, self.came), event.into_owned());
            return;
        }
        take(Record::Event(event));
        self.passed(id);
        while let Some(first) = self.waiting.first_entry()
            && first.key().0 <= self.expected
        {
            let ((id, _), event) = first.remove_entry();
            take(Record::Event(event));
            self.passed(id);
        }
    }

    fn passed(&mut self, id: u64) {
        if id == self.expected {
            self.expected = id.saturating_add(1);
        }
    }

    /// Gives what is still waiting: events are missing before it.
    pub(super) fn end(&mut self, take: Take<'_>) {
        for event in std::mem::take(&mut self.waiting).into_values() {
            take(Record::Event(event));
        }
    }
}

/// The executions of a log that many write to, and the events of one of them.
#[derive(Debug)]
pub(super) struct Executions {
    wanted: Option<String>,
    seen: IndexMap<String, ExecutionSeen>,
    /// The events of the only execution so far, when none is wanted more than another.
    only: Vec<HistoryEvent<'static>>,
    /// How many events of the wanted execution have a document that was cut off.
    truncated: u64,
}

impl Executions {
    /// Of the execution with this ARN or name, else of the only one.
    pub(super) fn new(wanted: Option<&str>) -> Self {
        Self {
            wanted: wanted.map(str::to_owned),
            seen: IndexMap::new(),
            only: Vec::new(),
            truncated: 0,
        }
    }

    pub(super) fn give(
        &mut self,
        arn: &str,
        raw: Raw<'_>,
        order: &mut Order,
        take: Take<'_>,
    ) -> Result<(), String> {
        let is_wanted = self.wanted.as_deref().is_none_or(|it| is_named(arn, it));
        self.truncated += u64::from(is_wanted && raw.is_truncated());
        let event = raw.event()?;
        self.count(arn, &event);
        match &self.wanted {
            Some(wanted) if is_named(arn, wanted) => order.give(event, take),
            Some(_) => {}
            None if self.seen.len() == 1 => self.only.push(event.into_owned()),
            None => self.only.clear(),
        }
        Ok(())
    }

    fn count(&mut self, arn: &str, event: &HistoryEvent<'_>) {
        if !self.seen.contains_key(arn) {
            let seen = ExecutionSeen {
                arn: arn.to_owned(),
                events: 0,
                first: event.timestamp,
                ended: None,
            };
            self.seen.insert(arn.to_owned(), seen);
        }
        if let Some(seen) = self.seen.get_mut(arn) {
            seen.events += 1;
            seen.first = seen.first.min(event.timestamp);
            if event.kind.ends_execution() {
                seen.ended = Some(event.kind);
            }
        }
    }

    /// How many events have a document that was cut off.
    pub(super) fn truncated(&self) -> u64 {
        self.truncated
    }

    /// Gives the events of the only execution, and tells which there are.
    pub(super) fn end(self, order: &mut Order, take: Take<'_>) -> Vec<ExecutionSeen> {
        for event in self.only {
            order.give(event, take);
        }
        let mut seen: Vec<_> = self.seen.into_values().collect();
        if let Some(wanted) = &self.wanted
            && seen.iter().any(|seen| is_named(&seen.arn, wanted))
        {
            seen.retain(|seen| is_named(&seen.arn, wanted));
        }
        seen
    }
}

/// Whether an ARN is meant: it was named whole, or by its end.
fn is_named(arn: &str, wanted: &str) -> bool {
    let end = arn.strip_suffix(wanted);
    end.is_some_and(|before| before.is_empty() || before.ends_with(':'))
}
