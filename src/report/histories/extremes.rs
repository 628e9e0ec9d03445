//! Histories that are too wide, too long, too deep, or meant to harm.
#![expect(clippy::unicode_not_nfc, reason = "expect-test writes the snapshots")]

use expect_test::expect;

use super::tests::{TASK, check, text};
use super::*;
use crate::history::outline::sample::{Script, chained};
use crate::report::style::columns;

/// Eighty wide characters, joined emoji, escapes and a change of direction.
#[test]
fn hostile_names_do_not_break_the_layout() {
    let names = [
        "日".repeat(80),
        "👩\u{200d}💻".repeat(40),
        String::from(r"\u001b[2J\u001b]0;owned\u0007\u202enimda"),
        format!("a{}", "\u{301}".repeat(300)),
    ];
    let mut script = Script::default();
    script.add(0, 0, "ExecutionStarted", r#""input":"{}""#);
    let (mut last, mut now) = (0, 0);
    for name in &names {
        let lines = format!(
            r#"
            +1 TaskStateEntered "name":"{name}","input":"{{}}"
            +0 TaskScheduled "resourceType":"{name}","resource":"x","region":"","parameters":"{{}}"
            +1 TaskFailed {TASK},"error":"{name}","cause":"{name}"
            +0 TaskStateExited "name":"{name}","output":"{{}}""#
        );
        (last, now) = script.chain(last, now, &lines);
    }
    let name = &names[2];
    let lines = format!(
        r#"
        +0 FailStateEntered "name":"{name}","input":"{{\"{name}\":\"{name}\"}}"
        +0 ExecutionFailed "error":"{name}","cause":"{{\"{name}\":[\"{name}\"]}}""#
    );
    script.chain(last, now, &lines);
    for width in [40, 57, 80, 120, 200] {
        let about = About {
            file: "\u{1b}[31mrun",
            machine: Some(&names[0]),
            ..About::default()
        };
        let text = text(&script, &about, width);
        for line in text.lines() {
            assert!(
                columns(line) <= width,
                "{} > {width}: {line}",
                columns(line)
            );
        }
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    }
    check(
        &script,
        80,
        &expect![[r#"
            ✖ FAILED  order-workflow  run.jsonl   8 ms   4 states   19 events

            ⚠ 日日日日日日日日日日日日日日… Task       日日日日日日日日日日日日日日…    1 ms
            ⚠ 👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻… Task       👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻👩‍💻…    1 ms
            ⚠ \u001b[2J\u001b]0;owned\u000… Task       \u001b[2J\u001b]0;owned\u0007…   1 ms
            ⚠ á́́́́́́́                             Task       á́́́́́́́ caught → \u001b[2J\u001b]0;…   1 ms
            ✖ \u001b[2J\u001b]0;owned\u000… Fail       \u001b[2J\u001b]0;owned\u0007…      —

            ✖ \u001b[2J\u001b]0;owned\u0007\u202enimda ended the execution with
            \u001b[2J\u001b]0;owned\u0007\u202enimda

              first cause   á́́́́́́́ (Task á́́́́́́́:x) at +8 ms, event 16
              state path    order-workflow › á́́́́́́́ ⇢ \u001b[2J\u001b]0;owned\u0007\u202enimda
              error         á́́́́́́́
              cause         á́́́́́́́
              input         (at á́́́́́́́, 2 B)
                            {}
              handled by    a Catch of á́́́́́́́ → \u001b[2J\u001b]0;owned\u0007\u202enimda
              ended with    {"\u001b[2J\u001b]0;owned\u0007\u202enimda":["\u001b[2J\u001b]0;
                            owned\u0007\u202enimda"]}
        "#]],
    );
}

#[test]
fn long_loops_are_shown_by_their_ends() {
    let mut script = chained("");
    let (mut last, mut now) = (0, 0);
    for _ in 0..500 {
        let lines = r#"
            +0 WaitStateEntered "name":"Poll","input":"{}"
            +1000 WaitStateExited "name":"Poll","output":"{}""#;
        (last, now) = script.chain(last, now, lines);
    }
    let about = About::default();
    let text = text(&script, &about, 80);
    assert_eq!(text.lines().count(), 2 + 101);
    let counted = text.lines().find(|line| line.contains("not shown"));
    expect!["… 400 states not shown             400× Poll                          6 min 40 s"]
        .assert_eq(counted.unwrap_or_default());
}

/// Forks inside of forks, far deeper than any definition: nothing recurses without bound.
#[test]
fn deep_nesting_ends_somewhere() {
    let mut script = chained("");
    let mut last = 0;
    for _ in 0..30_000 {
        last = script.add(last, 0, "MapStateEntered", r#""name":"M","input":"[]""#);
        last = script.add(last, 0, "MapStateStarted", r#""length":1"#);
        last = script.add(last, 0, "MapIterationStarted", r#""name":"M","index":0"#);
    }
    script.add(last, 0, "ExecutionFailed", r#""error":"E""#);
    let text = text(&script, &About::default(), 80);
    assert!(text.lines().count() < 1000);
    assert!(text.lines().all(|line| columns(line) <= 80), "{text}");
}

/// Two rounds of ten thousand go wrong.
#[test]
fn a_loop_is_shown_by_its_ends_and_what_went_wrong() {
    let mut script = chained("");
    let (mut last, mut now) = (0, 0);
    for at in 0..10_000 {
        let lines = format!(
            r#"
            +0 TaskStateEntered "name":"Check","input":"{{}}"
            +0 TaskScheduled {TASK},"region":"","parameters":"{{}}"
            +20 {}
            +0 TaskStateExited "name":"Check","output":"{{}}"
            +0 WaitStateEntered "name":"Wait","input":"{{}}"
            +1000 WaitStateExited "name":"Wait","output":"{{}}""#,
            match at {
                3_000 | 7_000 => format!(r#"TaskFailed {TASK},"error":"Busy""#),
                _ => format!(r#"TaskSucceeded {TASK},"output":"{{}}""#),
            }
        );
        (last, now) = script.chain(last, now, &lines);
    }
    script.chain(last, now, r#"+0 ExecutionSucceeded "output":"{}""#);
    let text = text(&script, &About::default(), 80);
    let lines: Vec<&str> = text.lines().collect();
    let folded = lines[50..59].join("\n");
    expect![[r#"
        ✔ Check                  Task                                              20 ms
        ✔ Wait                   Wait                                             1.00 s
        … 5950 states not shown             2975× Check, Wait                50 min 35 s
        ⚠ Check                  Task       Busy caught → Wait                     20 ms
        … 7999 states not shown             4000× Wait   3999× Check           1 h 8 min
        ⚠ Check                  Task       Busy caught → Wait                     20 ms
        … 5949 states not shown             2975× Wait   2974× Check         50 min 34 s
        ✔ Check                  Task                                              20 ms
        ✔ Wait                   Wait                                             1.00 s"#]]
    .assert_eq(&folded);
    assert_eq!(lines.len(), 2 + 50 + 5 + 50);
    let view = View {
        folds_ok: true,
        ..View::default()
    };
    let about = About {
        view,
        ..About::default()
    };
    expect![[r#"
        ✔ SUCCEEDED   2 h 50 min   2 states   60002 events

        ✔ 6000 states                     Check … Wait                            51 min
        ⚠ Check                Task       Busy caught → Wait                       20 ms
        ✔ 7999 states                     Wait … Wait                          1 h 8 min
        ⚠ Check                Task       Busy caught → Wait                       20 ms
        ✔ 5999 states                     Wait … Wait                             51 min
    "#]]
    .assert_eq(&super::tests::text(&script, &about, 80));
}
