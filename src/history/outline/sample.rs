//! Histories for tests: written as lines, read by the reader that reads real ones.

use std::collections::VecDeque;
use std::fmt::Write;

use super::Outline;
use crate::history::{HistoryEventType, read_history};

/// A history in the making.
#[derive(Default)]
pub(crate) struct Script {
    text: String,
    id: u64,
}

impl Script {
    /// Appends an event and says its id. Time counts in milliseconds from the start.
    pub(crate) fn add(&mut self, previous: u64, millis: i64, kind: &str, details: &str) -> u64 {
        self.id += 1;
        let event_type: HistoryEventType = kind.parse().expect("a type of event");
        let id = self.id;
        let (seconds, millis) = (1_700_000_000 + millis / 1000, millis % 1000);
        write!(
            self.text,
            r#"{{"timestamp":{seconds}.{millis:03},"type":"{kind}","id":{id},"previousEventId":{previous}"#
        )
        .expect("a string takes all");
        if !details.is_empty() {
            let member = event_type.details_member();
            write!(self.text, r#","{member}":{{{details}}}"#).expect("a string takes all");
        }
        self.text.push_str("}\n");
        id
    }

    /// The id of the last event.
    pub(crate) fn last(&self) -> u64 {
        self.id
    }

    /// Appends events that follow each other: `+MILLIS TYPE DETAILS` on each line, where the time
    /// counts from the event before.
    pub(crate) fn chain(&mut self, previous: u64, millis: i64, lines: &str) -> (u64, i64) {
        let (mut last, mut now) = (previous, millis);
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut parts = line.splitn(3, ' ');
            let step = parts.next().and_then(|step| step.strip_prefix('+'));
            now += step
                .and_then(|step| step.parse::<i64>().ok())
                .expect("+MILLIS");
            let kind = parts.next().expect("a type");
            last = self.add(last, now, kind, parts.next().unwrap_or_default());
        }
        (last, now)
    }

    /// The history as a log.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The history, folded.
    pub(crate) fn outline(&self) -> Outline {
        let recording = read_history(&self.text).expect("a history");
        let mut outline = Outline::new();
        for event in &recording.events {
            outline.push(event);
        }
        outline
    }
}

/// A history of events that all follow each other.
pub(crate) fn chained(lines: &str) -> Script {
    let mut script = Script::default();
    let start = script.add(0, 0, "ExecutionStarted", r#""input":"{}""#);
    assert_eq!(start, 1);
    script.chain(0, 0, lines);
    script
}

const TASK: &str = r#""resourceType":"lambda","resource":"invoke""#;

/// An order that fails in the end: every kind of state, an item and a state that were caught,
/// tries, branches.
pub(crate) fn order() -> Script {
    let mut script = chained(&format!(
        r#"
        +0 TaskStateEntered "name":"ValidateOrder","input":"{{}}"
        +2 TaskScheduled {TASK},"region":"","parameters":"{{}}"
        +1 TaskStarted {TASK}
        +210 TaskSucceeded {TASK},"output":"{{}}"
        +1 TaskStateExited "name":"ValidateOrder","output":"{{}}"
        +0 ChoiceStateEntered "name":"CheckStatus","input":"{{}}"
        +1 ChoiceStateExited "name":"CheckStatus","output":"{{}}"
        +0 MapStateEntered "name":"PriceItems","input":"{{}}"
        +1 MapStateStarted "length":40"#
    ));
    let (last, now) = price_items(&mut script);
    let (last, now) = fulfil(&mut script, last, now);
    charge(&mut script, last, now);
    script
}

/// Ten at once; each of the others follows the last event of the one that made room (7.8).
fn price_items(script: &mut Script) -> (u64, i64) {
    let (started, start) = (10, 216);
    let mut at_work = VecDeque::new();
    let (mut last, mut end) = (started, start);
    for index in 0..50 {
        let (mut room, mut now) = (started, start);
        if index >= 10
            && let Some((done, begun, at)) = at_work.pop_front()
        {
            (room, now) = price_item(script, done, begun, at);
            last = script.add(room, now, "MapIterationSucceeded", &iteration(done));
            end = end.max(now);
        }
        if index < 40 {
            let begun = script.add(room, now, "MapIterationStarted", &iteration(index));
            at_work.push_back((index, begun, now));
        }
    }
    script.add(last, end, "MapStateSucceeded", "");
    let exited = r#""name":"PriceItems","output":"[]""#;
    (script.add(last, end, "MapStateExited", exited), end)
}

fn iteration(index: u64) -> String {
    format!(r#""name":"PriceItems","index":{index}"#)
}

fn price_item(script: &mut Script, index: u64, begun: u64, at: i64) -> (u64, i64) {
    let end = if index == 17 {
        format!(
            r#"
            +2300 TaskFailed {TASK},"error":"PriceNotFound","cause":"no price"
            +0 TaskStateExited "name":"LookUpPrice","output":"{{}}"
            +0 PassStateEntered "name":"UseListPrice","input":"{{}}"
            +110 PassStateExited "name":"UseListPrice","output":"{{}}""#
        )
    } else {
        format!(
            r#"
            +{} TaskSucceeded {TASK},"output":"{{}}"
            +0 TaskStateExited "name":"LookUpPrice","output":"{{}}""#,
            180 + index * 7
        )
    };
    let lines = format!(
        r#"
        +0 TaskStateEntered "name":"LookUpPrice","input":"\"sku-00{index:02}\""
        +0 TaskScheduled {TASK},"region":"","parameters":"{{}}"{end}"#
    );
    script.chain(begun, at, &lines)
}

fn fulfil(script: &mut Script, last: u64, now: i64) -> (u64, i64) {
    let entered = r#""name":"Fulfil","input":"{}""#;
    let entered = script.add(last, now, "ParallelStateEntered", entered);
    let started = script.add(entered, now, "ParallelStateStarted", "");
    let db = r#""resourceType":"dynamodb","resource":"updateItem""#;
    let http = r#""resourceType":"http","resource":"invoke""#;
    script.chain(
        started,
        now,
        &format!(
            r#"
            +0 TaskStateEntered "name":"ReserveStock","input":"{{}}"
            +0 TaskScheduled {db},"region":"","parameters":"{{}}"
            +96 TaskSucceeded {db},"output":"{{}}"
            +0 TaskStateExited "name":"ReserveStock","output":"{{}}""#
        ),
    );
    let (last, now) = script.chain(
        started,
        now,
        &format!(
            r#"
            +0 TaskStateEntered "name":"BookCarrier","input":"{{}}"
            +0 TaskScheduled {http},"region":"","parameters":"{{}}"
            +180 TaskFailed {http},"error":"Lambda.TooManyRequestsException","cause":"Rate exceeded"
            +2000 TaskScheduled {http},"region":"","parameters":"{{}}"
            +3000 TaskTimedOut {http},"error":"States.Timeout"
            +4000 TaskScheduled {http},"region":"","parameters":"{{}}"
            +424 TaskSucceeded {http},"output":"{{}}"
            +0 TaskStateExited "name":"BookCarrier","output":"{{}}""#
        ),
    );
    script.add(last, now, "ParallelStateSucceeded", "");
    let exited = r#""name":"Fulfil","output":"[]""#;
    (script.add(last, now, "ParallelStateExited", exited), now)
}

fn charge(script: &mut Script, last: u64, now: i64) {
    let items = vec![r#"{\"sku\":\"sku-0000\",\"quantity\":1}"#; 40].join(",");
    let cause = r#"{\"errorMessage\":\"card 4242…4242 declined: insufficient funds\",\"errorType\":\"PaymentDeclined\",\"stackTrace\":[\"charge.py:88 in handler\",\"charge.py:40 in charge with a long line\",\"b\",\"c\"]}"#;
    script.chain(
        last,
        now,
        &format!(
            r#"
            +0 TaskStateEntered "name":"ChargeCard","input":"{{\"orderId\":\"o-991\",\"total\":129.9,\"currency\":\"EUR\",\"card\":{{\"last4\":\"4242\"}},\"items\":[{items}]}}"
            +0 TaskScheduled {TASK},"region":"","parameters":"{{}}"
            +300 TaskFailed {TASK},"error":"PaymentDeclined","cause":"{cause}"
            +1000 TaskScheduled {TASK},"region":"","parameters":"{{}}"
            +330 TaskFailed {TASK},"error":"PaymentDeclined","cause":"{cause}"
            +0 TaskStateExited "name":"ChargeCard","output":"{{}}"
            +0 TaskStateEntered "name":"RefundStock","input":"{{}}"
            +0 TaskScheduled "resourceType":"dynamodb","resource":"updateItem","region":"","parameters":"{{}}"
            +88 TaskSucceeded "resourceType":"dynamodb","resource":"updateItem","output":"{{}}"
            +0 TaskStateExited "name":"RefundStock","output":"{{}}"
            +0 FailStateEntered "name":"OrderFailed","input":"{{}}"
            +0 ExecutionFailed "error":"OrderRejected","cause":"payment was refused""#
        ),
    );
}
