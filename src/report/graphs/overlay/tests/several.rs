//! Two executions, many, and the coverage of a suite.

use expect_test::expect;

use super::super::*;
use super::{SCHEDULED, TASK, lines, shown, task, trace, visit};
use crate::graph::Graph;
use crate::graph::testing::machine;
use crate::history::outline::sample::chained;

#[test]
fn two_executions_are_marked_where_they_part() {
    let definition = task(r#""Next":"B","Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}]"#);
    let good = chained(&lines(&[
        &visit("Pass", "A"),
        r#"+0 TaskStateEntered "name":"T","input":"{}""#,
        &format!("+0 {SCHEDULED}"),
        &format!(r#"+5 TaskFailed {TASK},"error":"Busy""#),
        &format!("+0 {SCHEDULED}"),
        r#"+0 TaskStateExited "name":"T","output":"{}""#,
        &visit("Succeed", "B"),
        "+0 ExecutionSucceeded",
    ]));
    let bad = chained(&lines(&[
        &visit("Pass", "A"),
        r#"+0 TaskStateEntered "name":"T","input":"{}""#,
        &format!("+0 {SCHEDULED}"),
        &format!(r#"+5 TaskFailed {TASK},"error":"InjectedError""#),
        r#"+0 TaskStateExited "name":"T","output":"{}""#,
        &visit("Pass", "C"),
        r#"+0 FailStateEntered "name":"F","input":"{}""#,
        r#"+0 ExecutionFailed "error":"Known""#,
    ]));
    let machine = machine(&definition);
    let graph = Graph::new(&machine);
    let overlay = pair(&graph, &trace(&graph, good), &trace(&graph, bad));
    expect![[r#"
        ✔ A
        ≠ T  A ✔ 2 tries  B ⚠ InjectedError
        ≠ B  A ✔  B –
        ≠ C  A –  B ✔
        ≠ F  A –  B ✖
         StartAt A ×2 ✔
        A Next T ×2 ✔
        T Next B ×1 ≠ only A
        T Catch[0] C ×1 ≠ only B
        C Next F ×1 ≠ only B
        B end ×1
    "#]]
    .assert_eq(&shown(&graph, &overlay));
}

#[test]
fn many_executions_are_numbers() {
    let definition = task(r#""Next":"B","Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}]"#);
    let machine = machine(&definition);
    let graph = Graph::new(&machine);
    let mut sum = Trace::default();
    for number in 0..1204_u64 {
        let failed = match number % 100 {
            7 => format!(r#"+1 TaskFailed {TASK},"error":"Busy""#),
            _ => format!(r#"+0 TaskSucceeded {TASK},"output":"{{}}""#),
        };
        let next = if number % 100 == 7 {
            visit("Pass", "C")
        } else {
            visit("Succeed", "B")
        };
        let script = chained(&lines(&[
            &visit("Pass", "A"),
            r#"+0 TaskStateEntered "name":"T","input":"{}""#,
            &format!("+{} {SCHEDULED}", 10 + number % 50),
            &failed,
            r#"+0 TaskStateExited "name":"T","output":"{}""#,
            &next,
        ]));
        sum.add(&trace(&graph, script));
    }
    let overlay = many(&graph, &sum);
    expect![[r#"
        ✔ A  1 204 visits · p50 1 ms · p95 1 ms
        ⚠ T  1 204 visits · 1.0 % failed · p50 34 ms · p95 57 ms
        ✔ B  1 192 visits · p50 1 ms · p95 1 ms
        ✔ C  12 visits · p50 1 ms · p95 1 ms
         StartAt A ×1204 ✔
        A Next T ×1204 ✔
        T Next B ×1192 ✔
        T Catch[0] C ×12 ⚠
        B end ×1192
    "#]]
    .assert_eq(&shown(&graph, &overlay));
    let heat = |from: &str| {
        let mut edges = graph.root().edges();
        let edge = edges
            .find(|edge| &*edge.target.name == from)
            .expect("it is there");
        overlay.edge(edge).expect("it was taken").heat
    };
    assert!(heat("A") > 0.99 && heat("C") < 0.02 && heat("C") > 0.0);
}

#[test]
fn coverage_paints_what_was_gone_through() {
    let definition = r#"{"StartAt":"C","States":{
        "C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsNull":true,"Next":"T"},
            {"Variable":"$.y","IsNull":true,"Next":"N"}],"Default":"T"},
        "T":{"Type":"Task","Retry":[{"ErrorEquals":["X"]},{"ErrorEquals":["States.ALL"]}],"Next":"D",
            "Catch":[{"ErrorEquals":["X"],"Next":"N"},{"ErrorEquals":["States.ALL"],"Next":"D"}]},
        "N":{"Type":"Fail"},"D":{"Type":"Map","End":true,"ItemProcessor":{
            "ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}}}}"#;
    let file = CoverageFile::read(
        r#"{"aslCoverage":1,"machines":[{"definition":"a","machine":null,"cases":4,"covered":1,"total":2,"states":{
            "C":{"line":1,"entered":4,"rules":[3,0],"default":1},
            "T":{"line":2,"entered":4,"retriers":[0,2],"catchers":[0,1]},
            "D":{"line":3,"entered":4},"N":{"line":4,"entered":0},"I":{"line":5,"counted":false},
            "Gone":{"line":6,"entered":1}}}]}"#,
    )
    .expect("a coverage file");
    let machine = machine(definition);
    let graph = Graph::new(&machine);
    let overlay = coverage(&graph, &file.machines[0]);
    expect![[r#"
        ✔ C  ×4
        ✔ T  ×4 · retrier 1 never
        ✔ D  ×4
         StartAt C ×4 ✔
        C Choices[0] T ×3 ✔
        C Default T ×1 ✔
        T Next D ×3 ✔
        T Catch[1] D ×1 ⚠
        D end ×4
    "#]]
    .assert_eq(&shown(&graph, &overlay));
    assert_eq!(file.machines[0].strangers(&graph), (vec!["Gone"], 5));
}

#[test]
fn what_is_no_coverage_file_is_refused() {
    let told = |text: &str| {
        CoverageFile::read(text)
            .expect_err("no coverage")
            .to_string()
    };
    assert!(told(r#"{"StartAt":"A"}"#).contains("no coverage file of `asl test"));
    let newer = r#"{"aslCoverage":2,"machines":[]}"#;
    expect!["this coverage file has version 2, and this program reads up to 1: update it"]
        .assert_eq(&told(newer));
}
