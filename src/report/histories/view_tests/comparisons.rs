//! Two executions side by side.

use expect_test::expect;

use super::{chained, check, compared};

#[test]
fn two_executions_part() {
    let run = |lines: &str| {
        chained(&format!(
            r#"
            +0 PassStateEntered "name":"Check","input":"{{\"total\":12}}"
            +3 PassStateExited "name":"Check","output":"{{\"total\":12}}"
            {lines}"#
        ))
    };
    let one = run(
        r#"+0 PassStateEntered "name":"Ship","input":"{\"total\":12}"
           +5 PassStateExited "name":"Ship","output":"{}"
           +0 ExecutionSucceeded "output":"{}""#,
    );
    let other = run(
        r#"+0 PassStateEntered "name":"Refund","input":"{\"total\":12}"
           +5 PassStateExited "name":"Refund","output":"{}"
           +0 FailStateEntered "name":"Sorry","input":"{}"
           +0 ExecutionFailed "error":"Refused","cause":"no \u202efunds""#,
    );
    check(
        &compared(one, other, 80),
        80,
        &expect![[r#"
        A  ✔ SUCCEEDED   8 ms   2 states   6 events
        B  ✖ FAILED   8 ms   3 states   7 events

        both went the same way for 1 state, then A took Ship, B took Refund

                                                                              A        B
          ✔✔ Check                                                         3 ms     3 ms
        - ✔  Ship                                                          5 ms        —
        +  ✔ Refund                                                           —     5 ms
        +  ✖ Sorry   Refused                                                  —     0 ms

        B  ✖ Sorry raised Refused: no \u202efunds
    "#]],
    );
}

#[test]
fn two_executions_differ_inside_of_branches() {
    let run = |total: u32| {
        chained(&format!(
            r#"
            +0 ParallelStateEntered "name":"Both","input":"{{}}"
            +0 ParallelStateStarted
            +0 PassStateEntered "name":"Price","input":"{{}}"
            +{total} PassStateExited "name":"Price","output":"{{\"total\":{total},\"lines\":[1,{total}]}}"
            +0 PassStateEntered "name":"Round","input":"{{\"total\":{total},\"lines\":[1,{total}]}}"
            +0 PassStateExited "name":"Round","output":"{{}}"
            +0 ParallelStateSucceeded
            +0 ParallelStateExited "name":"Both","output":"{{}}"
            +0 ExecutionSucceeded "output":"{{}}""#
        ))
    };
    check(
        &compared(run(12), run(13), 80),
        80,
        &expect![[r#"
        A  ✔ SUCCEEDED   12 ms   3 states   10 events
        B  ✔ SUCCEEDED   13 ms   3 states   10 events

        both went the same way, with differences

                                                                              A        B
          ✔✔ Both                                                         12 ms    13 ms
        ≠   ✔✔ Price                                                      12 ms    13 ms
                output  $.total: 12 → 13
                        $.lines[1]: 12 → 13
        ≠   ✔✔ Round                                                       0 ms     0 ms
                input   (the same difference)
    "#]],
    );
    let text = compared(run(12), run(12), 80);
    assert!(text.contains("with the same inputs and outputs"), "{text}");
}
