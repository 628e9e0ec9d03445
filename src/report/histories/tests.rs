#![expect(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes the snapshots"
)]

use expect_test::{Expect, expect};

use super::*;
use crate::history::outline::sample::{self, Script, chained};

pub(super) fn text(script: &Script, about: &About<'_>, width: usize) -> String {
    let mut out = String::new();
    let style = Style::new(false, width);
    render(&script.outline(), about, &style, &mut out).expect("a string takes all");
    out
}

pub(super) fn check(script: &Script, width: usize, expected: &Expect) {
    let about = About {
        file: "run.jsonl",
        machine: Some("order-workflow"),
        ..About::default()
    };
    expected.assert_eq(&text(script, &about, width));
}

#[test]
fn an_order_in_120_columns() {
    let hints = [
        Hint {
            label: "show the history".into(),
            command: "asl history run.jsonl".into(),
        },
        Hint {
            label: "run".into(),
            command: "asl run order.asl.json".into(),
        },
    ];
    let about = About {
        file: "run.jsonl",
        machine: Some("order-workflow"),
        arn: Some("arn:aws:states:local:000000000000:execution:o:1"),
        condition: Some(&|state, _| (state == "CheckStatus").then(|| "$.status = \"NEW\"".into())),
        catcher: Some(&|state, next| {
            assert_eq!((state, next), ("ChargeCard", "RefundStock"));
            Some("Catch[0] \"PaymentDeclined\" → RefundStock, order.asl.json:71:9".into())
        }),
        hints: &hints,
        view: View::default(),
    };
    expect![[r#"
        ✖ FAILED  order-workflow  run.jsonl   14.99 s   11 states   282 events   arn:aws:states:local:000000000000:execution:o:1

        ✔ ValidateOrder              Task lambda:invoke                                                                   214 ms
        ✔ CheckStatus                Choice                     → PriceItems   $.status = "NEW"                             1 ms
        ✔ PriceItems                 Map 40 items               39 ✔  1 ⚠   ≤10 at once   p50 320 ms  max 2.41 s          3.45 s
        │  ⚠ [17]                    item "sku-0017"            PriceNotFound caught → UseListPrice                       2.41 s
        ✔ Fulfil                     Parallel 2 branches                                                                  9.60 s
        ├─ 0 ✔ ReserveStock          Task dynamodb:updateItem                                                              96 ms
        └─ 1 ✔ BookCarrier           Task http:invoke           3 tries                                                   9.60 s
            ↻ try 1                                             Lambda.TooManyRequestsException   retry in 2 s            180 ms
            ↻ try 2                                             States.Timeout   retry in 4 s                             3.00 s
            ✔ try 3                                                                                                       424 ms
        ⚠ ChargeCard                 Task lambda:invoke         PaymentDeclined caught → RefundStock   2 tries            1.63 s
        ✔ RefundStock                Task dynamodb:updateItem                                                              88 ms
        ✖ OrderFailed                Fail                       OrderRejected                                                  —

        ✖ OrderFailed ended the execution with OrderRejected

          first cause   ChargeCard (Task lambda:invoke, try 2 of 2) at +14.90 s, event 275
          state path    order-workflow › ChargeCard ⇢ RefundStock › OrderFailed
          error         PaymentDeclined
          cause         (JSON string, decoded)
                        {
                          "errorMessage": "card 4242…4242 declined: insufficient funds",
                          "errorType": "PaymentDeclined",
                          "stackTrace": [ "charge.py:88 in handler", "charge.py:40 in charge with a long line", "b", "c" ]
                        }
          input         (at ChargeCard, 1.3 KiB)
                        { "orderId": "o-991", "total": 129.9, "currency": "EUR", "card": { "last4": "4242" },
                          "items": [ … 40 items ] }
          handled by    Catch[0] "PaymentDeclined" → RefundStock, order.asl.json:71:9
          ended with    payment was refused

        hint: show the history:  asl history run.jsonl
        hint: run:               asl run order.asl.json
    "#]].assert_eq(&text(&sample::order(), &about, 120));
}

#[test]
fn an_order_in_80_columns() {
    check(
        &sample::order(),
        80,
        &expect![[r#"
            ✖ FAILED  order-workflow  run.jsonl   14.99 s   11 states   282 events

            ✔ ValidateOrder        Task                                               214 ms
            ✔ CheckStatus          Choice      → PriceItems                             1 ms
            ✔ PriceItems           Map 40      39 ✔  1 ⚠   ≤10 at once   p50 320 m…   3.45 s
            │  ⚠ [17]              "sku-0017"  PriceNotFound caught → UseListPrice    2.41 s
            ✔ Fulfil               Parallel 2                                         9.60 s
            ├─ 0 ✔ ReserveStock    Task                                                96 ms
            └─ 1 ✔ BookCarrier     Task        3 tries                                9.60 s
                ↻ try 1                        Lambda.TooManyRequestsException   r…   180 ms
                ↻ try 2                        States.Timeout   retry in 4 s          3.00 s
                ✔ try 3                                                               424 ms
            ⚠ ChargeCard           Task        PaymentDeclined caught → RefundStoc…   1.63 s
            ✔ RefundStock          Task                                                88 ms
            ✖ OrderFailed          Fail        OrderRejected                               —

            ✖ OrderFailed ended the execution with OrderRejected

              first cause   ChargeCard (Task lambda:invoke, try 2 of 2) at +14.90 s, event
                            275
              state path    order-workflow › ChargeCard ⇢ RefundStock › OrderFailed
              error         PaymentDeclined
              cause         (JSON string, decoded)
                            {
                              "errorMessage": "card 4242…4242 declined: insufficient funds",
                              "errorType": "PaymentDeclined",
                              "stackTrace": [ "charge.py:88 in handler", … 3 more ]
                            }
              input         (at ChargeCard, 1.3 KiB)
                            { "orderId": "o-991", "total": 129.9, "currency": "EUR",
                              "card": { "last4": "4242" }, "items": [ … 40 items ] }
              handled by    a Catch of ChargeCard → RefundStock
              ended with    payment was refused
        "#]],
    );
}

#[test]
fn an_order_in_40_columns() {
    check(
        &sample::order(),
        40,
        &expect![[r#"
            ✖ FAILED  order-wor…  run.jsonl

            ✔ ValidateOrder                   214 ms
            ✔ CheckStatus       → PriceIte…     1 ms
            ✔ PriceItems        39 ✔  1 ⚠…    3.45 s
            │  ⚠ [17]           PriceNotFo…   2.41 s
            ✔ Fulfil                          9.60 s
            ├─ 0 ✔ ReserveStock                96 ms
            └─ 1 ✔ BookCarrier  3 tries       9.60 s
                ↻ try 1         Lambda.Too…   180 ms
                ↻ try 2         States.Tim…   3.00 s
                ✔ try 3                       424 ms
            ⚠ ChargeCard        PaymentDec…   1.63 s
            ✔ RefundStock                      88 ms
            ✖ OrderFailed       OrderRejec…        —

            ✖ OrderFailed ended the execution with
            OrderRejected

              first cause   ChargeCard (Task
                            lambda:invoke, try 2 of
                            2) at +14.90 s, event
                            275
              state path    order-workflow ›
                            ChargeCard ⇢
                            RefundStock ›
                            OrderFailed
              error         PaymentDeclined
              cause         (JSON string, decoded)
                            {
                              "errorMessage":
                                "card 4242…4242
                                declined:
                                insufficient funds",
                              "errorType":
                                "PaymentDeclined",
                              "stackTrace": [ … 4 i…
                            }
              input         (at ChargeCard, 1.3 KiB)
                            { "orderId": "o-991",
                              "total": 129.9,
                              "currency": "EUR",
                              "card": { … 1 membe…,
                              "items": [ … 40 ite… }
              handled by    a Catch of ChargeCard →
                            RefundStock
              ended with    payment was refused
        "#]],
    );
}

pub(super) const TASK: &str = r#""resourceType":"lambda","resource":"invoke""#;

#[test]
fn a_success_is_its_tree() {
    let script = chained(
        r#"
        +5 PassStateEntered "name":"Prepare","input":"{}"
        +7 PassStateExited "name":"Prepare","output":"{}"
        +0 WaitStateEntered "name":"Wait a year","input":"{}"
        +31456800000 WaitStateExited "name":"Wait a year","output":"{}"
        +0 SucceedStateEntered "name":"Done","input":"{}"
        +0 SucceedStateExited "name":"Done","output":"{}"
        +0 ExecutionSucceeded "output":"{}""#,
    );
    check(
        &script,
        80,
        &expect![[r#"
        ✔ SUCCEEDED  order-workflow  run.jsonl   364 d 2 h   3 states   8 events

        ✔ Prepare              Pass                                                 7 ms
        ✔ Wait a year          Wait                                            364 d 2 h
        ✔ Done                 Succeed                                              0 ms
    "#]],
    );
}

#[test]
fn a_failed_iteration_is_unfolded() {
    let mut script = chained(
        r#"
        +0 MapStateEntered "name":"Break at three","input":"[1,2]"
        +0 MapStateStarted "length":2
        +0 MapIterationStarted "name":"Break at three","index":0
        +0 PassStateEntered "name":"Pass","input":"1"
        +4 PassStateExited "name":"Pass","output":"1""#,
    );
    let iteration = |index| format!(r#""name":"Break at three","index":{index}"#);
    script.add(6, 4, "MapIterationSucceeded", &iteration(0));
    script.add(6, 4, "MapIterationStarted", &iteration(1));
    let (last, now) = script.chain(
        8,
        4,
        r#"
        +0 ChoiceStateEntered "name":"Equals three","input":"{\"value\":3}"
        +1 ChoiceStateExited "name":"Equals three","output":"{\"value\":3}"
        +0 FailStateEntered "name":"Break","input":"{\"value\":3}""#,
    );
    script.add(last, now, "MapIterationFailed", &iteration(1));
    let failed = script.add(last, now, "MapStateFailed", "");
    let why = r#""error":"SomeFailure","cause":"Traceback:\n  File \"a.py\"\n\tboom""#;
    script.add(failed, now, "ExecutionFailed", why);
    check(
        &script,
        100,
        &expect![[r#"
        ✖ FAILED  order-workflow  run.jsonl   5 ms   4 states   14 events

        ✖ Break at three        Map 2 items           SomeFailure   1 ✔  1 ✖   p50 1 ms  max 4 ms       5 ms
        │  ✖ [1]                item {"value":3}      SomeFailure                                       1 ms
        │     ✔ Equals three    Choice                → Break                                           1 ms
        │     ✖ Break           Fail                  SomeFailure                                          —

        ✖ Break ended the execution with SomeFailure

          first cause   Break (Fail) at +5 ms, event 11
          state path    order-workflow › Break at three[1] › Break
          error         SomeFailure
          cause         Traceback:
                          File "a.py"
                        \tboom
          input         (at Break, 11 B)
                        { "value": 3 }
    "#]],
    );
}

#[test]
fn what_runs_is_shown_as_running() {
    let mut script = chained(
        r#"
        +0 MapStateEntered "name":"Items","input":"[1,2]"
        +0 MapStateStarted "length":30"#,
    );
    for index in 0..12 {
        let iteration = format!(r#""name":"Items","index":{index}"#);
        let begun = script.add(3, 10, "MapIterationStarted", &iteration);
        let lines = format!(
            r#"
            +0 TaskStateEntered "name":"Work","input":"{{\"id\":{index}}}"
            +{index}0 TaskScheduled {TASK},"region":"","parameters":"{{}}""#
        );
        script.chain(begun, 10, &lines);
    }
    check(
        &script,
        80,
        &expect![[r#"
            ● RUNNING  order-workflow  run.jsonl   120 ms so far   2 states   39 events

            ● Items                Map 30     12 ●   ≤12 at once                      120 ms
            │  ● [0]               {"id":0}   at Work                                 110 ms
            │  ● [1]               {"id":1}   at Work                                 110 ms
            │  ● [2]               {"id":2}   at Work                                 110 ms
            │  ● [3]               {"id":3}   at Work                                 110 ms
            │  ● [4]               {"id":4}   at Work                                 110 ms
            │  ● [5]               {"id":5}   at Work                                 110 ms
            │  ● [6]               {"id":6}   at Work                                 110 ms
            │  ● [7]               {"id":7}   at Work                                 110 ms
            │  … 4 more items at work
        "#]],
    );
}

#[test]
fn an_end_from_outside_tells_what_was_at_work() {
    let lines = format!(
        r#"
        +0 TaskStateEntered "name":"Approve","input":"{{\"amount\":7}}"
        +0 TaskScheduled {TASK},"region":"","parameters":"{{}}"
        +10 TaskFailed {TASK},"error":"Busy"
        +1000 TaskScheduled {TASK},"region":"","parameters":"{{}}""#
    );
    let mut aborted = chained(&lines);
    aborted.add(
        0,
        9000,
        "ExecutionAborted",
        r#""error":"Operator","cause":"enough""#,
    );
    check(
        &aborted,
        80,
        &expect![[r#"
            ⊘ ABORTED  order-workflow  run.jsonl   9.00 s   1 state   6 events

            ⊘ Approve              Task       aborted   2 tries                       9.00 s
                ↻ try 1                       Busy   retry in 1 s                      10 ms
                ⊘ try 2

            ⊘ the execution was aborted

              error         Operator
              cause         enough
              at work       Approve (Task lambda:invoke, try 2 of 2) for 7.99 s, event 2
              input         (at Approve, 12 B)
                            { "amount": 7 }
        "#]],
    );
    let mut timed_out = chained(&lines);
    timed_out.add(0, 60_000, "ExecutionTimedOut", "");
    check(
        &timed_out,
        80,
        &expect![[r#"
            ⧗ TIMED OUT  order-workflow  run.jsonl   1 min   1 state   6 events

            ⧗ Approve              Task       2 tries                                  1 min
                ↻ try 1                       Busy   retry in 1 s                      10 ms
                ⧗ try 2

            ⧗ the execution timed out

              at work       Approve (Task lambda:invoke, try 2 of 2) for 58.99 s, event 2
              input         (at Approve, 12 B)
                            { "amount": 7 }
        "#]],
    );
}

#[test]
fn a_redriven_execution_says_so() {
    let script = chained(&format!(
        r#"
        +0 TaskStateEntered "name":"T","input":"{{}}"
        +0 TaskScheduled {TASK},"region":"","parameters":"{{}}"
        +10 TaskFailed {TASK},"error":"Down"
        +0 ExecutionFailed "error":"Down"
        +60000 ExecutionRedriven "redriveCount":1
        +0 TaskScheduled {TASK},"region":"","parameters":"{{}}"
        +20 TaskSucceeded {TASK},"output":"{{}}"
        +0 TaskStateExited "name":"T","output":"{{}}"
        +0 ExecutionSucceeded "output":"{{}}""#
    ));
    check(
        &script,
        80,
        &expect![[r#"
            ✔ SUCCEEDED  order-workflow  run.jsonl   1 min   1 state   10 events   1 redrive

            ✔ T                    Task       2 tries                                  1 min
                ↻ try 1                       Down   redriven after 1 min              10 ms
                ✔ try 2                                                                20 ms
        "#]],
    );
}

#[test]
fn a_retried_parallel_shows_its_tries() {
    let mut script = chained(r#"+0 ParallelStateEntered "name":"Both","input":"{}""#);
    let mut previous = 2;
    for (at, end) in [
        (0, format!(r#"+70 TaskFailed {TASK},"error":"Busy""#)),
        (
            2070,
            format!("+70 TaskSucceeded {TASK}\n+0 TaskStateExited \"name\":\"T\""),
        ),
    ] {
        let started = script.add(previous, at, "ParallelStateStarted", "");
        let first = r#"+0 PassStateEntered "name":"P","input":"{}""#;
        let second = r#"+1 PassStateExited "name":"P","output":"{}""#;
        let third = r#"+1 PassStateEntered "name":"Q","input":"{}""#;
        let fourth = r#"+1 PassStateExited "name":"Q","output":"{}""#;
        script.chain(started, at, &[first, second, third, fourth].join("\n"));
        let lines = format!(
            r#"
            +0 TaskStateEntered "name":"T","input":"{{}}"
            +0 TaskScheduled {TASK},"region":"","parameters":"{{}}"
            {end}"#
        );
        (previous, _) = script.chain(started, at, &lines);
    }
    script.chain(
        previous,
        2140,
        r#"
        +0 ParallelStateExited "name":"Both","output":"{}"
        +0 ExecutionSucceeded "output":"{}""#,
    );
    check(
        &script,
        80,
        &expect![[r#"
        ✔ SUCCEEDED  order-workflow  run.jsonl   2.14 s   4 states   21 events

        ✔ Both                 Parallel 2  2 tries                                2.14 s
            ↻ try 1                        Busy   retry in 2 s                     70 ms
            ✔ try 2                                                                70 ms
        ├─ 0 ✔ P               Pass                                                 1 ms
        │    ✔ Q               Pass                                                 1 ms
        └─ 1 ✔ T               Task                                                70 ms
    "#]],
    );
}

/// A failure three levels down, in a Map in a branch.
#[test]
fn a_failure_inside_of_a_branch_is_found() {
    let mut script = chained(
        r#"
        +0 ParallelStateEntered "name":"Both","input":"{}"
        +0 ParallelStateStarted"#,
    );
    script.chain(3, 0, r#"+0 WaitStateEntered "name":"Wait","input":"{}""#);
    let (started, _) = script.chain(
        3,
        0,
        r#"
        +0 MapStateEntered "name":"Each","input":"[1]"
        +0 MapStateStarted "length":1"#,
    );
    let lines = format!(
        r#"
        +0 MapIterationStarted "name":"Each","index":0
        +0 TaskStateEntered "name":"Deep","input":"[7]"
        +0 TaskScheduled {TASK},"region":"","parameters":"{{}}"
        +10 TaskFailed {TASK},"error":"First","cause":"it broke"
        +0 TaskStateExited "name":"Deep","output":"{{}}"
        +0 FailStateEntered "name":"Give up","input":"{{}}""#
    );
    let (failing, _) = script.chain(started, 0, &lines);
    script.add(
        failing,
        10,
        "MapIterationFailed",
        r#""name":"Each","index":0"#,
    );
    script.add(failing, 10, "MapStateFailed", "");
    script.add(failing, 10, "WaitStateAborted", "");
    let failed = script.add(failing, 10, "ParallelStateFailed", "");
    script.add(failed, 10, "ExecutionFailed", r#""error":"GaveUp""#);
    check(
        &script,
        80,
        &expect![[r#"
        ✖ FAILED  order-workflow  run.jsonl   10 ms   5 states   17 events

        ✖ Both                 Parallel 2  GaveUp                                  10 ms
        ├─ 0 ⊘ Wait            Wait        aborted                                 10 ms
        └─ 1 ✖ Each            Map 1       GaveUp   1 ✖                            10 ms
             │  ✖ [0]          [7]         GaveUp                                  10 ms
             │     ⚠ Deep      Task        First caught → Give up                  10 ms
             │     ✖ Give up   Fail        GaveUp                                      —

        ✖ Give up ended the execution with GaveUp

          first cause   Deep (Task lambda:invoke) at +10 ms, event 10
          state path    order-workflow › Both[1] › Each[0] › Deep ⇢ Give up
          error         First
          cause         it broke
          input         (at Deep, 3 B)
                        [ 7 ]
          handled by    a Catch of Deep → Give up
    "#]],
    );
}

#[test]
fn colours_change_nothing_but_colours() {
    let mut out = String::new();
    let about = About::default();
    let style = Style::new(true, 80);
    render(&sample::order().outline(), &about, &style, &mut out).expect("a string takes all");
    let mut plain = String::new();
    for (at, part) in out.split("\u{1b}[").enumerate() {
        let text = part.split_once('m').filter(|_| at > 0);
        plain.push_str(text.map_or(part, |(_, text)| text));
    }
    assert!(out.contains("\u{1b}[32m✔"));
    assert_eq!(plain, text(&sample::order(), &about, 80));
}

#[test]
fn an_error_without_a_name_is_told_as_such() {
    let script = chained(&format!(
        r#"+0 TaskStateEntered "name":"Approve","input":"{{}}"
        +0 TaskScheduled {TASK},"region":"","parameters":"{{}}"
        +10 TaskFailed {TASK},"error":"","cause":""
        +0 ExecutionFailed "error":"","cause":"""#
    ));
    let text = text(&script, &About::default(), 100);
    assert!(
        text.contains("✖ Approve failed without an error name\n"),
        "{text}"
    );
    assert!(!text.contains("  error"), "{text}");
}
