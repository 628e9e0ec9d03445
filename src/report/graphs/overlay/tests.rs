//! Overlays of small histories, of the order that every view is tested with, and of recordings.

mod recorded;
mod several;

use expect_test::{Expect, expect};

use super::*;
use crate::graph::testing::machine;
use crate::graph::{Edge, Graph, Scope};
use crate::history::outline::sample::{Script, chained, order};
use crate::history::read_history;

const TASK: &str = r#""resourceType":"lambda","resource":"invoke""#;
const SCHEDULED: &str =
    r#"TaskScheduled "resourceType":"lambda","resource":"invoke","region":"","parameters":"{}""#;

fn trace(graph: &Graph<'_>, script: Script) -> Trace {
    let recording = read_history(&script.into_text()).expect("a history");
    let mut tracer = Tracer::new(graph);
    for event in &recording.events {
        tracer.event(event);
    }
    tracer.finish()
}

/// States with their marks and notes, ways with how often they were taken.
fn shown(graph: &Graph<'_>, overlay: &Overlay) -> String {
    let mut lines = Vec::new();
    for scope in graph.scopes() {
        for (vertex, state) in scope.states() {
            let (name, paint) = (&state.name, overlay.state(vertex));
            lines.extend(paint.map(|Paint { mark, note }| {
                let note = note.as_deref().unwrap_or_default();
                format!("{} {name}  {note}", mark.glyph())
            }));
        }
    }
    for scope in graph.scopes() {
        for edge in scope.edges() {
            lines.extend(
                overlay
                    .edge(edge)
                    .map(|taken| way(graph, overlay, edge, &taken)),
            );
        }
        for (vertex, state) in scope.states() {
            let ended = overlay.ended(vertex);
            lines.extend(ended.map(|taken| format!("{} end ×{}", state.name, taken.count)));
        }
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

fn way(graph: &Graph<'_>, overlay: &Overlay, edge: &Edge<'_>, taken: &Taken) -> String {
    let from = graph.state(edge.from).map_or("", |state| &state.name);
    let remark = overlay.remark_on(edge).unwrap_or_default();
    let Taken { mark, count, .. } = taken;
    format!(
        "{from} {} {} ×{count} {} {remark}",
        edge.kind,
        edge.target.name,
        mark.glyph()
    )
}

fn check(definition: &str, script: Script, expected: &Expect) {
    let machine = machine(definition);
    let graph = Graph::new(&machine);
    let overlay = execution(&graph, &trace(&graph, script));
    expected.assert_eq(&shown(&graph, &overlay));
}

/// A Task with these fields more, between a Pass and where it leads.
fn task(fields: &str) -> String {
    format!(
        r#"{{"StartAt":"A","States":{{"A":{{"Type":"Pass","Next":"T"}},"T":{{"Type":"Task",{fields}}},
        "B":{{"Type":"Succeed"}},"C":{{"Type":"Pass","Next":"F"}},"F":{{"Type":"Fail","Error":"Known"}}}}}}"#
    )
}

fn visit(kind: &str, name: &str) -> String {
    format!(
        "+0 {kind}StateEntered \"name\":\"{name}\",\"input\":\"{{}}\"\n\
         +1 {kind}StateExited \"name\":\"{name}\",\"output\":\"{{}}\"\n"
    )
}

fn lines(parts: &[&str]) -> String {
    parts.join("\n")
}

const ORDER: &str = r#"{"StartAt":"ValidateOrder","States":{
    "ValidateOrder":{"Type":"Task","Next":"CheckStatus"},
    "CheckStatus":{"Type":"Choice","Choices":[{"Variable":"$.x","IsNull":true,"Next":"OrderFailed"},
        {"Variable":"$.s","StringEquals":"NEW","Next":"PriceItems"},
        {"Variable":"$.s","StringEquals":"OLD","Next":"PriceItems"}],"Default":"OrderFailed"},
    "PriceItems":{"Type":"Map","Next":"Fulfil","Catch":[{"ErrorEquals":["States.ALL"],"Next":"OrderFailed"}],
        "ItemProcessor":{"StartAt":"LookUpPrice","States":{
            "LookUpPrice":{"Type":"Task","End":true,"Catch":[{"ErrorEquals":["Other"],"Next":"UseListPrice"},
                {"ErrorEquals":["PriceNotFound"],"Next":"UseListPrice"}]},
            "UseListPrice":{"Type":"Pass","End":true}}}},
    "Fulfil":{"Type":"Parallel","Next":"ChargeCard","Branches":[
        {"StartAt":"ReserveStock","States":{"ReserveStock":{"Type":"Task","End":true}}},
        {"StartAt":"BookCarrier","States":{"BookCarrier":{"Type":"Task","End":true}}}]},
    "ChargeCard":{"Type":"Task","Next":"Done","Catch":[{"ErrorEquals":["States.ALL"],"Next":"RefundStock"}]},
    "Done":{"Type":"Succeed"},
    "RefundStock":{"Type":"Task","Next":"OrderFailed"},
    "OrderFailed":{"Type":"Fail","Error":"Rejected"}}}"#;

#[test]
fn an_order_is_painted_with_tries_items_and_errors() {
    check(
        ORDER,
        order(),
        &expect![[r#"
        ✔ ValidateOrder  214 ms
        ✔ CheckStatus  1 ms
        ✔ PriceItems  39 ✔  1 ⚠ · 3.45 s
        ✔ Fulfil  9.60 s
        ⚠ ChargeCard  2 tries · 1.63 s · PaymentDeclined
        ✔ RefundStock  88 ms
        ✖ OrderFailed  OrderRejected
        ⚠ LookUpPrice  ×40 · 1 ⚠ · ≤ 2.30 s · PriceNotFound
        ✔ UseListPrice  110 ms
        ✔ ReserveStock  96 ms
        ✔ BookCarrier  3 tries · 9.60 s
         StartAt ValidateOrder ×1 ✔
        ValidateOrder Next CheckStatus ×1 ✔
        CheckStatus Choices[1] PriceItems ×1 ✔
        CheckStatus Choices[2] PriceItems ×1 ✔
        PriceItems Next Fulfil ×1 ✔
        Fulfil Next ChargeCard ×1 ✔
        ChargeCard Catch[0] RefundStock ×1 ⚠
        RefundStock Next OrderFailed ×1 ✔
         StartAt LookUpPrice ×40 ✔
        LookUpPrice Catch[1] UseListPrice ×1 ⚠
        LookUpPrice end ×39
        UseListPrice end ×1
         StartAt ReserveStock ×1 ✔
        ReserveStock end ×1
         StartAt BookCarrier ×1 ✔
        BookCarrier end ×1
    "#]],
    );
}

#[test]
fn a_try_that_was_made_good_has_succeeded() {
    let script = chained(&lines(&[
        &visit("Pass", "A"),
        r#"+0 TaskStateEntered "name":"T","input":"{}""#,
        &format!("+0 {SCHEDULED}"),
        &format!(r#"+5 TaskFailed {TASK},"error":"Busy""#),
        &format!("+1000 {SCHEDULED}"),
        &format!(r#"+5 TaskSucceeded {TASK},"output":"{{}}""#),
        r#"+0 TaskStateExited "name":"T","output":"{}""#,
        &visit("Succeed", "B"),
        "+0 ExecutionSucceeded",
    ]));
    check(
        &task(r#""Next":"B""#),
        script,
        &expect![[r#"
        ✔ A  1 ms
        ✔ T  2 tries · 1.01 s
        ✔ B  1 ms
         StartAt A ×1 ✔
        A Next T ×1 ✔
        T Next B ×1 ✔
        B end ×1
    "#]],
    );
}

#[test]
fn a_catcher_is_found_by_the_error() {
    let caught = |error: &str| {
        chained(&lines(&[
            &visit("Pass", "A"),
            r#"+0 TaskStateEntered "name":"T","input":"{}""#,
            &format!("+0 {SCHEDULED}"),
            &format!(r#"+5 TaskFailed {TASK},"error":"{error}""#),
            r#"+0 TaskStateExited "name":"T","output":"{}""#,
            r#"+0 PassStateEntered "name":"C","input":"{}""#,
        ]))
    };
    let definition = task(
        r#""Next":"C","Catch":[{"ErrorEquals":["X"],"Next":"C"},{"ErrorEquals":["States.Timeout"],"Next":"C"},
            {"ErrorEquals":["States.TaskFailed"],"Next":"C"},{"ErrorEquals":["States.ALL"],"Next":"C"}]"#,
    );
    check(
        &definition,
        caught("X"),
        &expect![[r#"
        ✔ A  1 ms
        ⚠ T  5 ms · X
        ● C
         StartAt A ×1 ✔
        A Next T ×1 ✔
        T Catch[0] C ×1 ⚠
    "#]],
    );
    check(
        &definition,
        caught("Y"),
        &expect![[r#"
        ✔ A  1 ms
        ⚠ T  5 ms · Y
        ● C
         StartAt A ×1 ✔
        A Next T ×1 ✔
        T Catch[2] C ×1 ⚠
    "#]],
    );
}

#[test]
fn an_error_without_an_event_is_seen_by_the_way_that_was_taken() {
    // As of a ResultPath that does not fit.
    let script = chained(&lines(&[
        &visit("Pass", "A"),
        &visit("Task", "T"),
        r#"+0 PassStateEntered "name":"C","input":"{}""#,
    ]));
    let definition = task(r#""Next":"B","Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}]"#);
    check(
        &definition,
        script,
        &expect![[r#"
        ✔ A  1 ms
        ⚠ T  1 ms
        ● C
         StartAt A ×1 ✔
        A Next T ×1 ✔
        T Catch[0] C ×1 ⚠
    "#]],
    );
}

#[test]
fn a_running_execution_shows_where_it_is() {
    let script = chained(&lines(&[
        &visit("Pass", "A"),
        r#"+0 TaskStateEntered "name":"T","input":"{}""#,
        &format!("+0 {SCHEDULED}"),
    ]));
    check(
        &task(r#""Next":"B""#),
        script,
        &expect![[r#"
        ✔ A  1 ms
        ● T
         StartAt A ×1 ✔
        A Next T ×1 ✔
    "#]],
    );
}

#[test]
fn a_log_without_its_beginning_is_followed_from_where_it_begins() {
    let mut script = Script::default();
    script.chain(
        77,
        0,
        &lines(&[&visit("Task", "T"), &visit("Succeed", "B")]),
    );
    check(
        &task(r#""Next":"B""#),
        script,
        &expect![[r#"
        ✔ T  1 ms
        ✔ B  1 ms
        T Next B ×1 ✔
        B end ×1
    "#]],
    );
}

#[test]
fn what_is_stopped_is_aborted_or_timed_out() {
    let script = |end: &str| {
        let mut script = chained(r#"+0 PassStateEntered "name":"A","input":"{}""#);
        script.add(0, 9000, end, "");
        script
    };
    let definition = task(r#""Next":"B""#);
    check(
        &definition,
        script("ExecutionAborted"),
        &expect![[r#"
        ⊘ A  9.00 s
         StartAt A ×1 ✔
    "#]],
    );
    check(
        &definition,
        script("ExecutionTimedOut"),
        &expect![[r#"
        ⧗ A  9.00 s
         StartAt A ×1 ✔
    "#]],
    );
}

const PARALLEL: &str = r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"Z",
    "Catch":[{"ErrorEquals":["Boom"],"Next":"Y"},{"ErrorEquals":["States.ALL"],"Next":"Z"}],"Branches":[
        {"StartAt":"A","States":{"A":{"Type":"Task","End":true}}},
        {"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":9,"End":true}}}]},
    "Y":{"Type":"Pass","Next":"Z"},"Z":{"Type":"Succeed"}}}"#;

/// One attempt of the Parallel that fails in A while B waits; says the failing event.
fn attempt(script: &mut Script, previous: u64, at: i64) -> u64 {
    let started = script.add(previous, at, "ParallelStateStarted", "");
    script.add(
        started,
        at,
        "WaitStateEntered",
        r#""name":"B","input":"{}""#,
    );
    let (failed, _) = script.chain(
        started,
        at,
        &lines(&[
            r#"+0 TaskStateEntered "name":"A","input":"{}""#,
            &format!("+0 {SCHEDULED}"),
            &format!(r#"+7 TaskFailed {TASK},"error":"Boom""#),
        ]),
    );
    failed
}

#[test]
fn a_parallel_that_is_caught_leaves_a_failure_and_what_it_stopped() {
    let mut script = chained(r#"+0 ParallelStateEntered "name":"P","input":"{}""#);
    let failed = attempt(&mut script, 2, 0);
    script.add(failed, 7, "WaitStateAborted", "");
    let over = script.add(failed, 7, "ParallelStateFailed", "");
    script.chain(
        over,
        7,
        &lines(&[
            r#"+0 ParallelStateExited "name":"P","output":"{}""#,
            &visit("Pass", "Y"),
            &visit("Succeed", "Z"),
            "+0 ExecutionSucceeded",
        ]),
    );
    check(
        PARALLEL,
        script,
        &expect![[r#"
        ⚠ P  7 ms · Boom
        ✔ Y  1 ms
        ✔ Z  1 ms
        ✖ A  7 ms · Boom
        ⊘ B  7 ms
         StartAt P ×1 ✔
        P Catch[0] Y ×1 ⚠
        Y Next Z ×1 ✔
        Z end ×1
         StartAt A ×1 ✔
         StartAt B ×1 ✔
    "#]],
    );
}

#[test]
fn an_attempt_that_was_made_good_leaves_no_failure() {
    let mut script = chained(r#"+0 ParallelStateEntered "name":"P","input":"{}""#);
    let failed = attempt(&mut script, 2, 0);
    let started = script.add(failed, 1000, "ParallelStateStarted", "");
    script.chain(started, 1000, &visit("Wait", "B"));
    let (last, _) = script.chain(started, 1000, &visit("Task", "A"));
    script.add(last, 2000, "ParallelStateSucceeded", "");
    let exited = r#""name":"P","output":"[]""#;
    let last = script.add(last, 2000, "ParallelStateExited", exited);
    script.chain(last, 2000, &visit("Succeed", "Z"));
    check(
        PARALLEL,
        script,
        &expect![[r#"
        ✔ P  2 tries · 2.00 s
        ✔ Z  1 ms
        ✔ A  ×2 · ≤ 1.00 s
        ✔ B  ×2 · ≤ 1.00 s
         StartAt P ×1 ✔
        P Next Z ×1 ✔
        Z end ×1
         StartAt A ×2 ✔
        A end ×1
         StartAt B ×2 ✔
        B end ×1
    "#]],
    );
}

#[test]
fn a_redrive_goes_on_where_the_execution_failed() {
    let mut script = chained(r#"+0 ParallelStateEntered "name":"P","input":"{}""#);
    let failed = attempt(&mut script, 2, 0);
    let over = script.add(failed, 7, "ParallelStateFailed", "");
    script.add(over, 7, "ExecutionFailed", r#""error":"Boom""#);
    let redriven = script.add(0, 60_000, "ExecutionRedriven", r#""redriveCount":1"#);
    let (last, _) = script.chain(
        redriven,
        60_000,
        &lines(&[
            &format!("+0 {SCHEDULED}"),
            &format!(r#"+5 TaskSucceeded {TASK},"output":"{{}}""#),
            r#"+0 TaskStateExited "name":"A","output":"{}""#,
        ]),
    );
    let waited = script.add(4, 70_000, "WaitStateExited", r#""name":"B","output":"{}""#);
    assert!(waited > last);
    let exited = r#""name":"P","output":"[]""#;
    let last = script.add(waited, 70_000, "ParallelStateExited", exited);
    script.chain(last, 70_000, &visit("Succeed", "Z"));
    check(
        PARALLEL,
        script,
        &expect![[r#"
        ✔ P  1 min 10 s
        ✔ Z  1 ms
        ✔ A  2 tries · 1 min
        ✔ B  1 min 10 s
         StartAt P ×1 ✔
        P Next Z ×1 ✔
        Z end ×1
         StartAt A ×1 ✔
        A end ×1
         StartAt B ×1 ✔
        B end ×1
    "#]],
    );
}

/// A distributed Map whose children have histories of their own.
fn map_run() -> Script {
    chained(&lines(&[
        r#"+0 MapStateEntered "name":"M","input":"[]""#,
        r#"+0 MapStateStarted "length":3"#,
        r#"+0 MapRunStarted "mapRunArn":"arn""#,
        "+40 MapRunSucceeded",
        r#"+0 MapStateExited "name":"M","output":"[]""#,
        "+0 ExecutionSucceeded",
    ]))
}

#[test]
fn children_of_a_distributed_map_are_neither_painted_nor_faint() {
    let definition = r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"I","States":{"I":{"Type":"Map","End":true,"ItemProcessor":
            {"StartAt":"X","States":{"X":{"Type":"Pass","End":true}}}}}}}}}"#;
    let machine = machine(definition);
    let graph = Graph::new(&machine);
    let overlay = execution(&graph, &trace(&graph, map_run()));
    expect![[r#"
        ✔ M  children not in this log · 40 ms
         StartAt M ×1 ✔
        M end ×1
    "#]]
    .assert_eq(&shown(&graph, &overlay));
    let options = crate::report::graphs::Options::default();
    let mut picture = crate::report::graphs::Picture::new(&graph, &options);
    picture.overlay = Some(&overlay);
    for scope in graph.scopes().skip(1) {
        assert!(
            scope
                .states()
                .all(|(vertex, _)| picture.look(vertex) == Look::Bare)
        );
        assert!(scope.edges().all(|edge| picture.way(edge) == Way::Bare));
    }
}

#[test]
fn states_of_another_machine_are_named() {
    let definition = task(r#""Next":"B""#);
    let machine = machine(&definition);
    let graph = Graph::new(&machine);
    let visits = [
        visit("Pass", "A"),
        visit("Pass", "Q"),
        visit("Pass", "P"),
        visit("Pass", "P"),
    ];
    let some = trace(&graph, chained(&visits.concat()));
    assert_eq!(some.strangers().collect::<Vec<_>>(), ["P", "Q"]);
    assert!(!some.is_foreign());
    assert!(trace(&graph, chained(&visits[1..].concat())).is_foreign());
    assert!(!trace(&graph, chained("")).is_foreign());
}

#[test]
fn of_states_with_one_name_the_one_is_painted_that_was_reached() {
    let definition = r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"A","Branches":[
        {"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}}]},
        "A":{"Type":"Pass","Next":"B"},"B":{"Type":"Succeed"}}}"#;
    let mut script = chained(&lines(&[
        r#"+0 ParallelStateEntered "name":"P","input":"{}""#,
        "+0 ParallelStateStarted",
    ]));
    let (last, _) = script.chain(3, 0, &[visit("Pass", "A"), visit("Pass", "B")].concat());
    let exited = r#""name":"P","output":"[]""#;
    let last = script.add(last, 2, "ParallelStateExited", exited);
    script.chain(last, 2, &visit("Pass", "A"));
    check(
        definition,
        script,
        &expect![[r#"
        ✔ P  2 ms
        ✔ A  1 ms
        ✔ A  1 ms
        ✔ B  1 ms
         StartAt P ×1 ✔
        P Next A ×1 ✔
         StartAt A ×1 ✔
        A Next B ×1 ✔
        B end ×1
    "#]],
    );
}

#[test]
fn a_long_history_is_followed_in_little_memory() {
    let definition = r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":
        {"StartAt":"L","States":{"L":{"Type":"Pass","Next":"C"},"C":{"Type":"Choice","Choices":[],"Default":"L"}}}}}}"#;
    let machine = machine(definition);
    let graph = Graph::new(&machine);
    let mut tracer = Tracer::new(&graph);
    let mut script = chained(&lines(&[
        r#"+0 MapStateEntered "name":"M","input":"[]""#,
        r#"+0 MapStateStarted "length":1"#,
    ]));
    let mut last = 3;
    for index in 0..200 {
        let iteration = format!(r#""name":"M","index":{index}"#);
        last = script.add(last, 0, "MapIterationStarted", &iteration);
        for _ in 0..10 {
            let turn = [visit("Pass", "L"), visit("Choice", "C")].concat();
            (last, _) = script.chain(last, 0, &turn);
        }
        script.add(last, 0, "MapIterationSucceeded", &iteration);
    }
    let recording = read_history(&script.into_text()).expect("a history");
    let mut most = (0, 0);
    for event in &recording.events {
        tracer.event(event);
        let (visits, places) = tracer.held();
        most = (most.0.max(visits), most.1.max(places));
    }
    assert!(most.0 <= 3 && most.1 <= 262, "{most:?}");
    let trace = tracer.finish();
    let overlay = execution(&graph, &trace);
    expect![[r#"
        ● M  200 ✔
        ✔ L  ×2 000 · ≤ 1 ms
        ✔ C  ×2 000 · ≤ 1 ms
         StartAt M ×1 ✔
         StartAt L ×200 ✔
        L Next C ×2000 ✔
        C Default L ×1800 ✔
    "#]]
    .assert_eq(&shown(&graph, &overlay));
}

#[test]
fn children_that_are_kept_elsewhere_are_counted_and_faint() {
    let definition = r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{
        "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"X","States":{"X":{"Type":"Fail"}}}}}}"#;
    let machine = machine(definition);
    let graph = Graph::new(&machine);
    let mut trace = trace(&graph, map_run());
    let items = Items {
        succeeded: 2,
        failed: 1,
        ..Items::default()
    };
    trace.count_children(&[("arn".to_owned(), items)].into());
    let overlay = execution(&graph, &trace);
    expect![[r#"
        ✔ M  2 ✔  1 ✖ · 40 ms
         StartAt M ×1 ✔
        M end ×1
    "#]]
    .assert_eq(&shown(&graph, &overlay));
    let options = crate::report::graphs::Options::default();
    let mut picture = crate::report::graphs::Picture::new(&graph, &options);
    picture.overlay = Some(&overlay);
    let inner = graph.scopes().skip(1).flat_map(Scope::states);
    assert!({ inner }.all(|(vertex, _)| picture.look(vertex) == Look::Faint));
}
