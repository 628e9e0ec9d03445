#![expect(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes the snapshots"
)]

mod long;

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::sample::{self, Script, chained};
use super::*;

/// The tree in brief: a line for every visit.
fn check(script: &Script, expected: &Expect) {
    let outline = script.outline();
    let mut out = String::new();
    let summary = outline.summary();
    writeln!(out, "{:?} {:?}", summary.status, summary.error).expect("a string");
    write_thread(&outline.thread(), 0, &mut out);
    if let Some(cause) = outline.first_cause() {
        let failure = cause.raised_by.failure().expect("it failed");
        let (first, last) = (cause.raised_by.name(), cause.ended_by.name());
        let (error, event) = (&failure.error, failure.event);
        writeln!(out, "{last} because of {first}: {error:?} in event {event}").expect("a string");
    }
    expected.assert_eq(&out);
}

fn write_thread(thread: &Thread<'_>, depth: usize, out: &mut String) {
    for visit in thread.visits() {
        let (lead, status) = ("  ".repeat(depth), visit.status());
        let (name, tries) = (visit.name(), visit.tries().len());
        write!(out, "{lead}{name} {status:?} {} ms", visit.millis()).expect("a string");
        let error = visit.failure().map(|failure| failure.error.as_deref());
        writeln!(out, " {tries} tries {error:?}").expect("a string");
        for inside in visit.threads().into_iter().chain(visit.running(9)) {
            let (number, status) = (inside.number(), inside.status());
            writeln!(out, "{lead} [{number}] {status:?} {:?}", inside.item()).expect("a string");
            write_thread(&inside, depth + 2, out);
        }
    }
}

#[test]
fn a_history_without_trouble() {
    let script = chained(
        r#"
        +5 PassStateEntered "name":"A","input":"{}"
        +7 PassStateExited "name":"A","output":"{}"
        +0 SucceedStateEntered "name":"B","input":"{}"
        +0 SucceedStateExited "name":"B","output":"{}"
        +0 ExecutionSucceeded "output":"{}""#,
    );
    check(
        &script,
        &expect![[r#"
        Succeeded None
        A Succeeded 7 ms 0 tries None
        B Succeeded 0 ms 0 tries None
    "#]],
    );
}

#[test]
fn the_failure_behind_a_catch_is_the_first_cause() {
    check(
        &sample::order(),
        &expect![[r#"
            Failed Some("OrderRejected")
            ValidateOrder Succeeded 214 ms 1 tries None
            CheckStatus Succeeded 1 ms 0 tries None
            PriceItems Succeeded 3448 ms 1 tries None
             [17] Caught Some("\"sku-0017\"")
                LookUpPrice Caught 2300 ms 1 tries Some(Some("PriceNotFound"))
                UseListPrice Succeeded 110 ms 0 tries None
            Fulfil Succeeded 9604 ms 1 tries None
             [0] Succeeded Some("{}")
                ReserveStock Succeeded 96 ms 1 tries None
             [1] Succeeded Some("{}")
                BookCarrier Succeeded 9604 ms 3 tries None
            ChargeCard Caught 1630 ms 2 tries Some(Some("PaymentDeclined"))
            RefundStock Succeeded 88 ms 1 tries None
            OrderFailed Failed 0 ms 0 tries Some(Some("OrderRejected"))
            OrderFailed because of ChargeCard: Some("PaymentDeclined") in event 275
        "#]],
    );
}

#[test]
fn what_succeeded_is_folded_away() {
    let outline = sample::order().outline();
    // The execution, two branches and the item with a caught error.
    assert_eq!(outline.store.sizes(), (4, 11));
    assert!(outline.places.len() < 10, "{} places", outline.places.len());
}

/// As recorded: a Fail state in an iteration, without any `…Aborted` (7.8).
#[test]
fn a_fail_state_in_an_iteration_has_the_error_of_the_execution() {
    let mut script = chained(
        r#"
        +0 MapStateEntered "name":"M","input":"[1,2]"
        +0 MapStateStarted "length":2
        +0 MapIterationStarted "name":"M","index":0
        +0 PassStateEntered "name":"P","input":"1"
        +0 PassStateExited "name":"P","output":"1""#,
    );
    script.add(6, 1, "MapIterationSucceeded", r#""name":"M","index":0"#);
    script.add(6, 1, "MapIterationStarted", r#""name":"M","index":1"#);
    script.add(8, 2, "FailStateEntered", r#""name":"Break","input":"2""#);
    script.add(9, 2, "MapIterationFailed", r#""name":"M","index":1"#);
    script.add(9, 2, "MapStateFailed", "");
    script.add(11, 2, "ExecutionFailed", r#""error":"SomeFailure""#);
    check(
        &script,
        &expect![[r#"
            Failed Some("SomeFailure")
            M Failed 2 ms 1 tries Some(Some("SomeFailure"))
             [1] Failed Some("2")
                Break Failed 0 ms 0 tries Some(Some("SomeFailure"))
            Break because of Break: Some("SomeFailure") in event 9
        "#]],
    );
}

/// As recorded: four tasks time out, and everything that closes follows the first of them (5.7).
#[test]
fn siblings_of_a_failed_iteration_were_aborted() {
    let task = r#""resourceType":"lambda","resource":"invoke""#;
    let mut script = chained(
        r#"
        +0 MapStateEntered "name":"M","input":"[]"
        +0 MapStateStarted "length":2"#,
    );
    for index in 0..2 {
        script.add(
            3,
            0,
            "MapIterationStarted",
            &format!(r#""name":"M","index":{index}"#),
        );
    }
    for begun in [4, 5] {
        script.chain(
            begun,
            0,
            &format!(
                r#"
                +0 TaskStateEntered "name":"T","input":"{begun}"
                +0 TaskScheduled {task},"region":"","parameters":"{{}}"
                +100 TaskTimedOut {task},"error":"States.Timeout""#
            ),
        );
    }
    let failing = 8;
    script.add(
        failing,
        100,
        "MapIterationFailed",
        r#""name":"M","index":0"#,
    );
    script.add(failing, 100, "TaskStateAborted", "");
    script.add(
        failing,
        100,
        "MapIterationAborted",
        r#""name":"M","index":1"#,
    );
    script.add(failing, 100, "TaskStateAborted", "");
    let failed = script.add(failing, 100, "MapStateFailed", "");
    script.add(
        failed,
        100,
        "ExecutionFailed",
        r#""error":"States.Timeout""#,
    );
    check(
        &script,
        &expect![[r#"
        Failed Some("States.Timeout")
        M TimedOut 100 ms 1 tries Some(Some("States.Timeout"))
         [0] Failed Some("4")
            T TimedOut 100 ms 1 tries Some(Some("States.Timeout"))
        T because of T: Some("States.Timeout") in event 8
    "#]],
    );
}

#[test]
fn a_parallel_is_retried_and_then_caught() {
    let task = r#""resourceType":"sqs","resource":"sendMessage""#;
    let mut script = chained(r#"+0 ParallelStateEntered "name":"P","input":"{}""#);
    let mut previous = 2;
    for at in [0, 5000] {
        let started = script.add(previous, at, "ParallelStateStarted", "");
        script.chain(
            started,
            at,
            r#"+0 WaitStateEntered "name":"W","input":"{}""#,
        );
        let lines = format!(
            r#"
            +0 TaskStateEntered "name":"T","input":"{{}}"
            +0 TaskScheduled {task},"region":"","parameters":"{{}}"
            +70 TaskFailed {task},"error":"Busy""#
        );
        (previous, _) = script.chain(started, at, &lines);
        script.add(previous, at + 70, "WaitStateAborted", "");
        script.add(previous, at + 70, "TaskStateAborted", "");
    }
    script.chain(
        previous,
        5070,
        r#"
        +0 ParallelStateFailed
        +0 ParallelStateExited "name":"P","output":"{}"
        +0 FailStateEntered "name":"F","input":"{}"
        +0 ExecutionFailed "error":"E","cause":"c""#,
    );
    check(
        &script,
        &expect![[r#"
        Failed Some("E")
        P Caught 5070 ms 2 tries Some(Some("Busy"))
         [0] Aborted Some("{}")
            W Aborted 70 ms 0 tries None
         [1] Failed Some("{}")
            T Failed 70 ms 1 tries Some(Some("Busy"))
        F Failed 0 ms 0 tries Some(Some("E"))
        F because of T: Some("Busy") in event 14
    "#]],
    );
}

#[test]
fn a_failed_evaluation_is_found_by_the_name_of_its_state() {
    let mut script = chained(r#"+0 MapStateEntered "name":"M","input":"1""#);
    script.add(
        0,
        0,
        "EvaluationFailed",
        r#""state":"M","error":"States.QueryEvaluationError""#,
    );
    script.chain(
        3,
        0,
        r#"
        +0 MapStateFailed
        +0 ExecutionFailed "error":"States.QueryEvaluationError""#,
    );
    check(
        &script,
        &expect![[r#"
        Failed Some("States.QueryEvaluationError")
        M Failed 0 ms 0 tries Some(Some("States.QueryEvaluationError"))
        M because of M: Some("States.QueryEvaluationError") in event 3
    "#]],
    );
}

/// Written by a redrive of ours: AWS's own was never recorded.
#[test]
fn iterations_that_failed_or_were_aborted_go_on_after_a_redrive() {
    let resource = r#""resource":"arn:aws:lambda:us-east-1:1:function:f""#;
    let mut script = chained(
        r#"
        +0 MapStateEntered "name":"M","input":"[1,2]"
        +0 MapStateStarted "length":2"#,
    );
    script.add(3, 1, "MapIterationStarted", r#""name":"M","index":0"#);
    script.add(3, 1, "MapIterationStarted", r#""name":"M","index":1"#);
    script.add(4, 1, "TaskStateEntered", r#""name":"T","input":"1""#);
    script.add(6, 1, "LambdaFunctionScheduled", resource);
    script.add(5, 1, "TaskStateEntered", r#""name":"T","input":"2""#);
    script.add(8, 1, "LambdaFunctionScheduled", resource);
    script.add(7, 5, "LambdaFunctionFailed", r#""error":"Down""#);
    script.add(10, 5, "MapIterationFailed", r#""name":"M","index":0"#);
    script.add(10, 5, "TaskStateAborted", "");
    script.add(10, 5, "MapIterationAborted", r#""name":"M","index":1"#);
    script.add(10, 5, "TaskStateAborted", "");
    script.add(10, 5, "MapStateFailed", "");
    script.add(15, 5, "ExecutionFailed", r#""error":"Down""#);
    script.add(0, 60_000, "ExecutionRedriven", r#""redriveCount":1"#);
    script.add(10, 60_000, "LambdaFunctionScheduled", resource);
    script.add(9, 60_000, "LambdaFunctionScheduled", resource);
    check(
        &script,
        &expect![[r#"
        Running None
        M Running 60000 ms 1 tries None
         [0] Running Some("1")
            T Running 59999 ms 2 tries None
         [1] Running Some("2")
            T Running 59999 ms 2 tries None
    "#]],
    );
    script.add(18, 60_010, "LambdaFunctionSucceeded", r#""output":"1""#);
    script.add(20, 60_010, "TaskStateExited", r#""name":"T","output":"1""#);
    script.add(
        21,
        60_010,
        "MapIterationSucceeded",
        r#""name":"M","index":0"#,
    );
    script.add(19, 60_010, "LambdaFunctionSucceeded", r#""output":"2""#);
    script.add(23, 60_010, "TaskStateExited", r#""name":"T","output":"2""#);
    script.add(
        24,
        60_010,
        "MapIterationSucceeded",
        r#""name":"M","index":1"#,
    );
    script.add(25, 60_010, "MapStateSucceeded", "");
    script.add(
        25,
        60_010,
        "MapStateExited",
        r#""name":"M","output":"[1,2]""#,
    );
    script.add(27, 60_010, "ExecutionSucceeded", r#""output":"[1,2]""#);
    check(
        &script,
        &expect![[r#"
        Succeeded None
        M Succeeded 60010 ms 1 tries None
    "#]],
    );
    let outline = script.outline();
    let items = outline.thread().last().expect("a visit").items();
    assert_eq!(
        (
            items.tally.succeeded,
            items.tally.failed,
            items.tally.aborted
        ),
        (2, 0, 0)
    );
}

#[test]
fn an_execution_goes_on_after_a_redrive() {
    let task = r#""resourceType":"lambda","resource":"invoke""#;
    let script = chained(&format!(
        r#"
        +0 TaskStateEntered "name":"T","input":"{{}}"
        +0 TaskScheduled {task},"region":"","parameters":"{{}}"
        +10 TaskFailed {task},"error":"Down"
        +0 ExecutionFailed "error":"Down"
        +60000 ExecutionRedriven "redriveCount":1
        +0 TaskScheduled {task},"region":"","parameters":"{{}}"
        +20 TaskSucceeded {task},"output":"{{}}"
        +0 TaskStateExited "name":"T","output":"{{}}"
        +0 ExecutionSucceeded "output":"{{}}""#
    ));
    check(
        &script,
        &expect![[r#"
        Succeeded None
        T Succeeded 60030 ms 2 tries None
    "#]],
    );
}

/// The state of a history that ends in the middle of things is that of its last event.
#[test]
fn every_beginning_of_a_history_is_a_history() {
    let text = sample::order().into_text();
    let recording = crate::history::read_history(&text).expect("a history");
    let mut outline = Outline::new();
    for event in &recording.events {
        outline.push(event);
        let mut out = String::new();
        write_thread(&outline.thread(), 0, &mut out);
        assert!(outline.at_work(9).len() <= 9);
    }
}

/// Ids and predecessors that make no sense are survived, and cost no more than others.
#[test]
fn damaged_histories_do_no_harm() {
    let kinds = crate::history::HistoryEventType::ALL;
    let mut outline = Outline::new();
    let mut state = 1_u64;
    let mut draw = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for round in 0..200_000 {
        let kind = kinds[usize::try_from(draw(62)).expect("small")];
        let event = damaged(kind, &mut draw);
        outline.push(&event);
        if round % 20_000 == 0 {
            let _ = outline.first_cause();
            let _ = outline.at_work(5);
            let _ = outline.thread().last().map(|visit| visit.status());
        }
    }
    assert_eq!(outline.summary().events, 200_000);
}

fn damaged(
    kind: crate::history::HistoryEventType,
    draw: &mut impl FnMut(u64) -> u64,
) -> crate::history::HistoryEvent<'static> {
    use crate::history::{Details, Shape};
    let name = ["A", "B", "C"][usize::try_from(draw(3)).expect("small")];
    let details = match kind.shape() {
        Shape::StateEntered => Details::StateEntered {
            name: name.into(),
            input: None,
        },
        Shape::StateExited => Details::StateExited {
            name: name.into(),
            output: None,
            assigned: crate::history::Assigned::Values(&[]),
        },
        Shape::MapIteration => Details::MapIteration {
            name: Some(name.into()),
            index: draw(5),
        },
        Shape::Evaluation => Details::Evaluation {
            error: None,
            cause: None,
            location: None,
            state: name.into(),
        },
        _ => Details::None,
    };
    crate::history::HistoryEvent {
        timestamp: Timestamp(i64::try_from(draw(1000)).expect("small")),
        kind,
        id: EventId(draw(300)),
        previous: EventId(draw(300)),
        details,
    }
}

/// As `asl run` records it: nothing but the failure of the inner one comes before the retry.
#[test]
fn a_retry_around_a_fork_that_failed_is_of_the_outer_one() {
    let mut script = chained(
        r#"
        +0 ParallelStateEntered "name":"Outer","input":"{}"
        +0 ParallelStateStarted
        +0 ParallelStateEntered "name":"Inner","input":"{}"
        +0 ParallelStateStarted
        +0 FailStateEntered "name":"F","input":"{}"
        +0 ParallelStateFailed"#,
    );
    script.chain(
        7,
        2000,
        r#"
        +0 ParallelStateStarted
        +0 ParallelStateEntered "name":"Inner","input":"{}"
        +0 ParallelStateStarted
        +0 PassStateEntered "name":"F","input":"{}""#,
    );
    check(
        &script,
        &expect![[r#"
        Running None
        Outer Running 2000 ms 2 tries None
         [0] Running Some("{}")
            Inner Running 0 ms 1 tries None
             [0] Running Some("{}")
                F Running 0 ms 0 tries None
    "#]],
    );
}

/// Each beginning of a step is counted by hand: a state that is entered, and another try.
#[track_caller]
fn transitions(script: &Script, expected: u64) {
    assert_eq!(script.outline().summary().transitions, expected);
}

#[test]
fn a_state_transition_is_a_state_that_is_entered() {
    transitions(&chained(""), 0);
    transitions(
        &chained(
            r#"
            +0 PassStateEntered "name":"A","input":"{}"
            +0 PassStateExited "name":"A","output":"{}"
            +0 SucceedStateEntered "name":"B","input":"{}"
            +0 SucceedStateExited "name":"B","output":"{}"
            +0 ExecutionSucceeded "output":"{}""#,
        ),
        2,
    );
}

#[test]
fn a_retry_is_a_state_transition() {
    let task = r#""resourceType":"lambda","resource":"invoke""#;
    let scheduled = format!(r#"{task},"region":"","parameters":"{{}}""#);
    transitions(
        &chained(&format!(
            r#"
            +0 TaskStateEntered "name":"A","input":"{{}}"
            +0 TaskScheduled {scheduled}
            +0 TaskFailed {task},"error":"Busy"
            +1000 TaskScheduled {scheduled}
            +0 TaskFailed {task},"error":"Busy"
            +2000 TaskScheduled {scheduled}
            +0 TaskSucceeded {task},"output":"{{}}"
            +0 TaskStateExited "name":"A","output":"{{}}"
            +0 ExecutionSucceeded "output":"{{}}""#
        )),
        3,
    );
}

#[test]
fn a_parallel_that_is_retried_goes_through_its_states_again() {
    // The Parallel twice, and A in each attempt.
    transitions(
        &chained(
            r#"
            +0 ParallelStateEntered "name":"P","input":"{}"
            +0 ParallelStateStarted
            +0 FailStateEntered "name":"A","input":"{}"
            +1000 ParallelStateStarted
            +0 FailStateEntered "name":"A","input":"{}"
            +0 ExecutionFailed "error":"E""#,
        ),
        4,
    );
}

#[test]
fn every_state_of_every_iteration_is_a_state_transition() {
    // Seven states outside; 40 items with a state each, one with another; two branches; two more
    // tries of BookCarrier, and one of ChargeCard.
    transitions(&sample::order(), 7 + 41 + 2 + 2 + 1);
}
