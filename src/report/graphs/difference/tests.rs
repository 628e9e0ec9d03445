//! Each kind of change, as it is told and as it is painted.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::{Change, Difference, Version, difference, summary};
use crate::graph::{Node, Scope};
use crate::language::{self, StateMachine};
use crate::report::graphs::overlay::Overlay;
use crate::report::graphs::text::Looks;
use crate::report::graphs::{Options, Picture, dot, json, mermaid, svg, text};
use crate::report::style::Style;
use crate::syntax::{self, Format, Source, Span, Tree};

fn read(text: &str) -> (Tree, StateMachine) {
    let (tree, _) = syntax::read(&Source::new("x.asl.json", text), Format::Json);
    let machine = language::read(&tree).0;
    (tree, machine)
}

/// Machines from their `States`; the first state is the start.
fn machine(states: &str) -> String {
    format!(r#"{{"StartAt":"A","States":{{{states}}}}}"#)
}

/// What is told and what is painted, line by line.
fn check(older: &str, newer: &str, expected: &Expect) {
    let (older, newer) = (read(older), read(newer));
    let [older, newer] = [&older, &newer].map(|(tree, machine)| Version { machine, tree });
    let found = difference(older, newer);
    draw_all(&found, older.tree, newer.tree);
    let mut told = String::new();
    let place = |change: &Change| if change.is_older { "older" } else { "newer" }.to_owned();
    summary(&found.changes, &place, &Style::new(false, 80), &mut told).expect("a string takes all");
    for scope in found.graph.scopes() {
        painted(&found, scope, &mut told);
    }
    expected.assert_eq(&told);
}

fn painted(found: &Difference<'_>, scope: Scope<'_, '_>, told: &mut String) {
    let Difference { graph, overlay, .. } = found;
    let indent = "  ".repeat(scope.depth());
    let name = |vertex| match graph.node(vertex) {
        Node::Start => "StartAt".to_owned(),
        Node::State(state) => state.name.to_string(),
        Node::Missing(missing) => format!("{}?", missing.name),
    };
    for (vertex, _) in scope.states() {
        if let Some(paint) = overlay.state(vertex) {
            let note = paint
                .note
                .as_ref()
                .map_or(String::new(), |note| format!(" ({note})"));
            writeln!(told, "{indent}{} {}{note}", paint.mark.word(), name(vertex))
                .expect("a string takes all");
        }
        if let Some(taken) = overlay.ended(vertex) {
            writeln!(told, "{indent}{} {} → End", taken.mark.word(), name(vertex))
                .expect("a string takes all");
        }
    }
    for edge in scope.edges() {
        if let Some(taken) = overlay.edge(edge) {
            let remark = overlay
                .remark_on(edge)
                .map_or(String::new(), |on| format!(" ({on})"));
            let (from, to) = (name(edge.from), name(edge.to));
            let kind = edge.kind;
            writeln!(
                told,
                "{indent}{} {from} {kind} → {to}{remark}",
                taken.mark.word()
            )
            .expect("a string takes all");
        }
    }
}

/// Every format takes what two definitions come to.
fn draw_all(found: &Difference<'_>, older: &Tree, newer: &Tree) {
    let overlay: &Overlay = &found.overlay;
    for depth in [None, Some(0), Some(1)] {
        let options = Options {
            depth,
            ..Options::default()
        };
        let picture = Picture {
            overlay: Some(overlay),
            ..Picture::new(&found.graph, &options)
        };
        let mut out = String::new();
        let looks = Looks {
            style: Style::new(false, 80),
            is_ascii: true,
        };
        let line = |span: Span| span.start as usize;
        let [newer, older] = [newer, older].map(|tree| json::Places { tree, line: &line });
        dot::render(&picture, &mut out)
            .and_then(|()| mermaid::render(&picture, &mut out))
            .and_then(|()| svg::render(&picture, &svg::Extras::default(), &mut out))
            .and_then(|()| text::render(&picture, &looks, &mut out))
            .and_then(|()| json::render_both(&picture, &newer, &older, &mut out))
            .expect("a string takes all");
    }
}

const PASS: &str = r#""Type":"Pass""#;

#[test]
fn the_same_text_in_another_form_is_no_change() {
    check(
        r#"{"Comment":"x","StartAt":"A","States":{"A":{"Type":"Pass","Next":"B","Result":{"a":1,"b":2}},"B":{"Type":"Succeed"}}}"#,
        r#"{ "States": {"B": {"Type":"Succeed"}, "A": {"Next":"B", "Result":{"b":2,"a":1.0}, "Type":"Pass"}}, "StartAt": "A", "Comment":"x"}"#,
        &expect![[r#"
            nothing changed
        "#]],
    );
}

#[test]
fn comments_are_told_and_not_painted() {
    check(
        &machine(r#""A":{"Type":"Succeed","Comment":"one"}"#),
        &machine(r#""A":{"Type":"Succeed","Comment":"two"}"#),
        &expect![[r#"
            1 comment changed
            · "A" Comment  newer
        "#]],
    );
}

#[test]
fn a_state_is_put_between_two() {
    check(
        &machine(&format!(
            r#""A":{{{PASS},"Next":"C"}},"C":{{{PASS},"End":true}}"#
        )),
        &machine(&format!(
            r#""A":{{{PASS},"Next":"B"}},"B":{{"Type":"Wait","Seconds":1,"Next":"C"}},"C":{{{PASS},"End":true}}"#
        )),
        &expect![[r#"
            1 added, 1 way rerouted
            → "A" Next: "C" → "B"  newer
            + "B"  newer
            added B
            added A Next → B
            removed A Next → C
            added B Next → C
        "#]],
    );
}

#[test]
fn the_first_state_is_removed() {
    check(
        &machine(&format!(
            r#""A":{{{PASS},"Next":"B"}},"B":{{"Type":"Wait","Seconds":1,"End":true}}"#
        )),
        r#"{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":1,"End":true}}}"#,
        &expect![[r#"
            1 removed, 1 way rerouted
            → the machine StartAt: "A" → "B"  newer
            − "A"  older
            removed A
            added StartAt StartAt → B
            removed StartAt StartAt → A
            removed A Next → B
        "#]],
    );
}

#[test]
fn the_end_goes_on_and_another_state_ends() {
    check(
        &machine(&format!(
            r#""A":{{{PASS},"End":true}},"B":{{"Type":"Wait","Seconds":1,"Next":"A"}}"#
        )),
        &machine(&format!(
            r#""A":{{{PASS},"Next":"B"}},"B":{{"Type":"Wait","Seconds":1,"End":true}}"#
        )),
        &expect![[r#"
            1 changed, 1 way added, 1 way removed
            ≠ "A" End  newer
            + "A" Next → "B"  newer
            − "B" Next → "A"  older
            changed A (End)
            added B → End
            added A Next → B
            removed B Next → A
        "#]],
    );
}

#[test]
fn conditions_and_errors_change() {
    check(
        &machine(
            r#""A":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"B"}],"Default":"C"},
            "B":{"Type":"Task","Resource":"r","Catch":[{"ErrorEquals":["E"],"Next":"C"}],"End":true},"C":{"Type":"Fail"}"#,
        ),
        &machine(
            r#""A":{"Type":"Choice","Choices":[{"Variable":"$.new","IsNull":true,"Next":"C"},{"Variable":"$.b","IsNull":true,"Next":"B"}],"Default":"C"},
            "B":{"Type":"Task","Resource":"r","Catch":[{"ErrorEquals":["E","F"],"Next":"C"}],"End":true},"C":{"Type":"Fail"}"#,
        ),
        &expect![[r#"
            2 changed, 1 way added
            ≠ "A" Choices  newer
            + "A" if $.new is null → "C"  newer
            ≠ "B" Catch  newer
            changed A (Choices)
            changed B (Catch)
            added A Choices[0] → C
            changed A Choices[1] → B (was $.a is null)
            changed B Catch[0] → C (was E)
        "#]],
    );
}

#[test]
fn states_are_renamed() {
    check(
        &machine(&format!(
            r#""A":{{{PASS},"Next":"B"}},"B":{{"Type":"Task","Resource":"r","Next":"C"}},"C":{{"Type":"Wait","Seconds":1,"End":true}}"#
        )),
        &machine(&format!(
            r#""A":{{{PASS},"Next":"Bee"}},"Bee":{{"Type":"Task","Resource":"r","Next":"Sea"}},"Sea":{{"Type":"Wait","Seconds":1,"End":true}}"#
        )),
        &expect![[r#"
            2 renamed
            ≠ "Bee" was "B"  newer
            ≠ "Sea" was "C"  newer
            changed Bee (was B)
            changed Sea (was C)
        "#]],
    );
}

#[test]
fn another_name_and_another_body_is_another_state() {
    check(
        &machine(r#""A":{"Type":"Task","Resource":"r","End":true}"#),
        r#"{"StartAt":"B","States":{"B":{"Type":"Task","Resource":"s","End":true}}}"#,
        &expect![[r#"
            1 added, 1 removed, 1 way rerouted
            → the machine StartAt: "A" → "B"  newer
            + "B"  newer
            − "A"  older
            added B
            added B → End
            removed A
            removed A → End
            added StartAt StartAt → B
            removed StartAt StartAt → A
        "#]],
    );
}

#[test]
fn states_are_put_into_a_parallel() {
    check(
        &machine(&format!(
            r#""A":{{{PASS},"Next":"B"}},"B":{{"Type":"Task","Resource":"r","End":true}}"#
        )),
        &machine(&format!(
            r#""A":{{{PASS},"Next":"P"}},"P":{{"Type":"Parallel","End":true,"Branches":[{{"StartAt":"B","States":{{"B":{{"Type":"Task","Resource":"s","End":true}}}}}}]}}"#
        )),
        &expect![[r#"
            1 added, 1 moved, 1 changed, 1 way rerouted
            → "A" Next: "B" → "P"  newer
            + "P"  newer
            ≠ "B" was outside, is in "P"  newer
            ≠ "B" Resource  newer
            added P
            added P → End
            removed B (is in "P")
            removed B → End
            added A Next → P
            removed A Next → B
              changed B (was outside · Resource)
              added StartAt StartAt → B
        "#]],
    );
}

#[test]
fn branches_come_and_go() {
    let parallel = |branches: &[&str]| {
        let branch = |name: &&str| {
            format!(
                r#"{{"StartAt":"{name}","States":{{"{name}":{{"Type":"Task","Resource":"{name}","End":true}}}}}}"#
            )
        };
        let branches: Vec<String> = branches.iter().map(branch).collect();
        machine(&format!(
            r#""A":{{"Type":"Parallel","End":true,"Branches":[{}]}}"#,
            branches.join(",")
        ))
    };
    check(
        &parallel(&["X", "Y"]),
        &parallel(&["N", "X", "Y"]),
        &expect![[r#"
            1 added, 1 changed
            ≠ "A" Branches  newer
            + "N"  newer
            changed A (Branches)
              added N
              added N → End
              added StartAt StartAt → N
        "#]],
    );
    check(
        &parallel(&["X", "Y"]),
        &parallel(&["Y"]),
        &expect![[r#"
        1 removed, 1 changed
        ≠ "A" Branches  newer
        − "X"  older
        changed A (Branches)
          removed X
          removed X → End
          removed StartAt StartAt → X
    "#]],
    );
}

#[test]
fn what_changes_inside_is_no_change_of_the_container() {
    let map = |inner: &str, mode: &str| {
        machine(&format!(
            r#""A":{{"Type":"Map","End":true,"ItemProcessor":{{"ProcessorConfig":{{"Mode":"{mode}"}},"StartAt":"X","States":{{"X":{inner}}}}}}}"#
        ))
    };
    let (one, other) = (
        r#"{"Type":"Pass","End":true}"#,
        r#"{"Type":"Pass","Result":1,"End":true}"#,
    );
    check(
        &map(one, "INLINE"),
        &map(other, "INLINE"),
        &expect![[r#"
        1 changed
        ≠ "X" Result  newer
          changed X (Result)
    "#]],
    );
    check(
        &map(one, "INLINE"),
        &map(one, "DISTRIBUTED"),
        &expect![[r#"
            1 changed
            ≠ "A" ItemProcessor  newer
            changed A (ItemProcessor)
        "#]],
    );
}

#[test]
fn a_container_becomes_a_task() {
    check(
        &machine(
            r#""A":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"X","States":{"X":{"Type":"Succeed"}}}}"#,
        ),
        &machine(r#""A":{"Type":"Task","Resource":"r","End":true}"#),
        &expect![[r#"
            1 removed, 1 changed
            ≠ "A" Type, Resource, ItemProcessor  newer
            − "X"  older
            changed A (Type, Resource, ItemProcessor)
        "#]],
    );
}

#[test]
fn broken_definitions_are_compared() {
    check(
        "[]",
        &machine(r#""A":{"Type":"Succeed"}"#),
        &expect![[r#"
        1 added
        + "A"  newer
        added A
        added A → End
        added StartAt StartAt → A
    "#]],
    );
    check(
        r#"{"StartAt":"Gone","States":{"A":{"Next":"Lost"},"A":[],"B":{"Next":"Late"}}}"#,
        r#"{"StartAt":"A","States":{"A":{"Next":"Lost"},"A":{"Type":"Fail"},"B":{"Next":"Late"},"Late":{"Type":"Succeed"}}}"#,
        &expect![[r#"
            1 added, 1 changed, 1 way rerouted
            → the machine StartAt: "Gone" → "A"  newer
            ≠ "A" Type  newer
            + "Late"  newer
            changed A (Type)
            added Late
            added Late → End
            added StartAt StartAt → A
            removed StartAt StartAt → Gone?
        "#]],
    );
}

#[test]
fn the_machine_itself_changes() {
    check(
        r#"{"StartAt":"A","TimeoutSeconds":1,"States":{"A":{"Type":"Succeed"}}}"#,
        r#"{"StartAt":"A","TimeoutSeconds":2,"States":{"A":{"Type":"Succeed"}}}"#,
        &expect![[r#"
            1 changed
            ≠ the machine TimeoutSeconds  newer
        "#]],
    );
}
