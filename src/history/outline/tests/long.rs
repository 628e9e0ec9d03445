//! Histories of loops: what is kept of them, and what is counted.

use super::*;

/// A loop of polls, all the same but those that `step` tells otherwise.
fn polling(times: usize, step: impl Fn(usize) -> Option<&'static str>) -> Script {
    let mut script = chained("");
    let (mut last, mut now) = (0, 0);
    for at in 0..times {
        let lines = step(at).unwrap_or(
            r#"
            +0 PassStateEntered "name":"Check","input":"{}"
            +1 PassStateExited "name":"Check","output":"{}"
            +0 WaitStateEntered "name":"Wait","input":"{}"
            +9 WaitStateExited "name":"Wait","output":"{}""#,
        );
        (last, now) = script.chain(last, now, lines);
    }
    script
}

const FAILED_CHECK: &str = r#"
    +0 TaskStateEntered "name":"Ask","input":"{\"n\":1}"
    +0 TaskScheduled "resourceType":"lambda","resource":"invoke","region":"","parameters":"{}"
    +5 TaskFailed "resourceType":"lambda","resource":"invoke","error":"Busy","cause":"for now"
    +0 TaskStateExited "name":"Ask","output":"{}""#;

#[test]
fn the_middle_of_a_long_loop_is_counted() {
    let outline = polling(100_000, |_| None).outline();
    let thread = outline.thread();
    assert_eq!(outline.summary().transitions, 200_000);
    assert_eq!((thread.len(), thread.count()), (500, 200_000));
    assert_eq!(outline.store.slots(), (1, 501));
    assert!(outline.places.len() < 10, "{} places", outline.places.len());
    let gaps: Vec<_> = thread.gaps().collect();
    let [(250, gap)] = gaps.as_slice() else {
        panic!("{gaps:?}")
    };
    let names: Vec<_> = gap.names().collect();
    assert_eq!(names, [("Check", 99_750), ("Wait", 99_750)]);
    assert_eq!((gap.visits(), gap.caught(), gap.others()), (199_500, 0, 0));
    assert_eq!((gap.first(), gap.last()), ("Check", "Wait"));
    assert_eq!(gap.millis(), 997_500);
    let around = [249, 250].map(|at| thread.visit(at).expect("it is kept"));
    assert_eq!(around.map(|it| it.next()), [Some("Check"), Some("Wait")]);
}

#[test]
fn what_was_caught_in_a_long_loop_is_kept_as_long_as_there_is_room() {
    let outline = polling(20_000, |at| (at % 50 == 0).then_some(FAILED_CHECK)).outline();
    let thread = outline.thread();
    let caught = |visit: &Visit<'_>| visit.status() == Status::Caught;
    let kept = thread.visits().filter(caught).count() as u64;
    let counted: u64 = thread.gaps().map(|(_, gap)| gap.caught()).sum();
    assert_eq!(kept + counted, 400);
    assert!(kept > 100, "{kept}");
    assert_eq!(thread.len(), 600);
    assert_eq!(thread.count(), outline.summary().transitions);
    let befores: Vec<_> = thread.gaps().map(|(before, _)| before).collect();
    assert_eq!(befores, (250..=350).collect::<Vec<_>>());
}

#[test]
fn the_first_cause_is_found_after_a_long_loop() {
    let mut script = polling(5_000, |at| (at % 7 == 0).then_some(FAILED_CHECK));
    script.chain(
        script.last(),
        1_000_000,
        &format!(
            "{FAILED_CHECK}
            +0 FailStateEntered \"name\":\"Stop\",\"input\":\"{{}}\"
            +0 ExecutionFailed \"error\":\"GivenUp\""
        ),
    );
    let outline = script.outline();
    let cause = outline.first_cause().expect("it failed");
    assert_eq!(cause.raised_by.name(), "Ask");
    let failure = cause.raised_by.failure().expect("it failed");
    assert_eq!(failure.cause.as_deref(), Some("for now"));
    assert!(cause.raised_by.input().is_some());
    assert_eq!(cause.ended_by.name(), "Stop");
}

#[test]
fn everything_is_kept_on_request() {
    let script = polling(1_000, |_| None);
    let recording = crate::history::read_history(&script.into_text()).expect("a history");
    let mut outline = Outline::keeping(Kept::ALL);
    for event in &recording.events {
        outline.push(event);
    }
    assert_eq!(outline.thread().visits().count(), 2_000);
    assert_eq!(outline.thread().gaps().count(), 0);
}

/// Each round is a Map whose items all have something to tell.
#[test]
fn a_loop_of_maps_in_trouble_is_bounded_too() {
    let (mut script, mut last) = (chained(""), 0);
    for _ in 0..600 {
        last = script.add(last, 0, "MapStateEntered", r#""name":"M","input":"[]""#);
        last = script.add(last, 0, "MapStateStarted", r#""length":40"#);
        let started = last;
        for index in 0..40 {
            let item = format!(r#""name":"M","index":{index}"#);
            let begun = script.add(started, 0, "MapIterationStarted", &item);
            let (ended, _) = script.chain(begun, 0, FAILED_CHECK);
            last = script.add(ended, 5, "MapIterationSucceeded", &item);
        }
        last = script.add(last, 5, "MapStateExited", r#""name":"M","output":"[]""#);
    }
    let outline = script.outline();
    let (threads, visits) = outline.store.slots();
    assert!(threads <= 10_700 && visits <= 11_000, "{threads} {visits}");
    let tally = outline.thread().last().expect("a Map").items().tally;
    assert_eq!((tally.caught, tally.succeeded), (40, 0));
}

#[test]
fn a_sample_of_very_many_items_tells_their_median() {
    let (mut script, mut last) = (chained(""), 0);
    last = script.add(last, 0, "MapStateEntered", r#""name":"M","input":"[]""#);
    let started = script.add(last, 0, "MapStateStarted", r#""length":40000"#);
    for index in 0..40_000 {
        let item = format!(r#""name":"M","index":{index}"#);
        let begun = script.add(started, index, "MapIterationStarted", &item);
        let took = if index == 30_001 { 999 } else { index % 100 };
        script.add(begun, index + took, "MapIterationSucceeded", &item);
    }
    let outline = script.outline();
    let items = outline.thread().last().expect("the Map").items();
    assert_eq!(items.longest, Some(999));
    let median = items.median.expect("there are some");
    assert!((45..55).contains(&median), "{median}");
}
