//! What every history fulfils, whatever happened in it.

use std::collections::{BTreeMap, BTreeSet};

use aslkit::data::{EventId, Timestamp};
use aslkit::engine::Outcome;
use aslkit::history::outline::{Outline, Status};
use aslkit::history::{ExecutionType, HistoryEvent, HistoryEventType, LogHeader, read_history};
use aslkit::report::histories::{About, render};
use aslkit::report::style::{Style, columns};

use super::drive::Ran;

pub fn check(ran: &Ran) {
    in_order(&ran.events);
    exits_belong_to_entries(&ran.events);
    can_be_told(ran);
}

/// A log of it reads back, and it makes a tree.
pub fn can_be_told(ran: &Ran) {
    survives_the_disk(ran);
    let outline = outline(ran);
    for width in [40, 120] {
        fits(&outline, width);
    }
}

fn in_order(events: &[HistoryEvent<'_>]) {
    let mut now = Timestamp(i64::MIN);
    for (event, id) in events.iter().zip(1..) {
        assert_eq!(event.id, EventId(id));
        assert!(event.previous < event.id, "{event:?}");
        assert!(event.timestamp >= now, "time runs back at {event:?}");
        now = event.timestamp;
    }
    let ends: Vec<u64> = events
        .iter()
        .filter(|event| event.kind.ends_execution())
        .map(|event| event.id.0)
        .collect();
    assert_eq!(
        ends,
        [events.len() as u64],
        "the last event is the only end"
    );
    assert!(events.len() <= 3_000);
}

/// Names are unique in a machine: the entry of an exit is the next one of its name on the way
/// back. A failed evaluation follows what came before the entry, so there only numbers tell.
fn exits_belong_to_entries(events: &[HistoryEvent<'_>]) {
    let mut inside: BTreeMap<&str, i64> = BTreeMap::new();
    let mut left: BTreeSet<EventId> = BTreeSet::new();
    for event in events {
        let Some(name) = event.details.state_name() else {
            continue;
        };
        let count = inside.entry(name).or_default();
        if event.kind.is_state_entered() {
            *count += 1;
        } else if event.kind.is_state_exited() {
            *count -= 1;
            assert!(*count >= 0, "left more often than entered: {event:?}");
            if let Some(entry) = entry_of(event, name, events) {
                assert!(left.insert(entry), "left twice: {event:?}");
            }
        }
    }
}

fn entry_of(exit: &HistoryEvent<'_>, name: &str, events: &[HistoryEvent<'_>]) -> Option<EventId> {
    let mut at = exit.previous;
    while at != EventId::NONE {
        let event = &events[usize::try_from(at.0).ok()? - 1];
        if event.kind == HistoryEventType::EvaluationFailed {
            return None;
        }
        if event.kind.is_state_entered() && event.details.state_name() == Some(name) {
            return Some(at);
        }
        at = event.previous;
    }
    None
}

fn survives_the_disk(ran: &Ran) {
    let header = LogHeader {
        asl: LogHeader::VERSION,
        definition: "{}".into(),
        definition_path: None,
        input: "{}".into(),
        variables: std::collections::BTreeMap::new(),
        execution_type: ExecutionType::Standard,
        name: "e".to_owned(),
        execution_arn: "arn:e".to_owned(),
        state_machine_arn: "arn:m".to_owned(),
        start_time: ran.events[0].timestamp,
        seed: 7,
        tool: "asl".to_owned(),
    };
    let log = format!("{}\n{}\n", header.to_line(), ran.lines.join("\n"));
    let read = read_history(&log).expect("our own log");
    assert_eq!(read.header, Some(header));
    assert_eq!(read.torn_line, None);
    assert_eq!(read.events, ran.events);
    let again: Vec<String> = read.events.iter().map(HistoryEvent::to_line).collect();
    assert_eq!(again, ran.lines);
}

fn outline(ran: &Ran) -> Outline {
    let mut outline = Outline::new();
    for event in &ran.events {
        outline.push(event);
    }
    let summary = outline.summary();
    let (status, error) = match &ran.outcome {
        Outcome::Succeeded(_) => (Status::Succeeded, None),
        Outcome::Failed(error) => (Status::Failed, error.error.clone()),
        Outcome::TimedOut => (Status::TimedOut, summary.error.clone()),
        Outcome::Aborted(error) => (Status::Aborted, error.error.clone()),
    };
    assert_eq!((summary.status, &summary.error), (status, &error));
    assert_eq!(summary.events, ran.events.len() as u64);
    assert_eq!(
        summary.ended,
        ran.events.last().map(|event| event.timestamp)
    );
    outline
}

fn fits(outline: &Outline, width: usize) {
    let mut text = String::new();
    let about = About::default();
    render(outline, &about, &Style::new(false, width), &mut text).expect("a string takes all");
    for line in text.lines() {
        assert!(columns(line) <= width, "wider than {width}: {line}\n{text}");
    }
}
