//! What DOT looks like, and what is in its ids.

use expect_test::{Expect, expect};

use super::*;
use crate::graph::testing::machine;

fn draw(text: &str) -> String {
    let machine = machine(text);
    let mut picture = String::new();
    render(
        &Picture::new(&Graph::new(&machine), &Options::default()),
        &mut picture,
    )
    .expect("a string takes all");
    picture
}

/// The ids of a picture, and its edges with what is special about them.
fn check(text: &str, expected: &Expect) {
    let picture = draw(text);
    let defaults = |line: &&str| {
        let mut heads = ["graph [", "node [", "edge ["].into_iter();
        !heads.any(|head| line.trim_start().starts_with(head))
    };
    let bare: String = picture.lines().filter(defaults).map(bare).collect();
    expected.assert_eq(&bare);
}

fn bare(line: &str) -> String {
    let (id, attributes) = line.split_once(" [").unwrap_or((line, ""));
    let special = [
        "constraint",
        "minlen",
        "lhead",
        "ltail",
        "style",
        "color=\"#dc2626",
    ];
    let shown = attributes
        .split([',', ']'])
        .map(str::trim)
        .filter(|each| id.contains("->") && special.iter().any(|name| each.starts_with(name)));
    let shown: Vec<&str> = shown.collect();
    format!("{id} {}", shown.join(" ")).trim_end().to_owned() + "\n"
}

#[test]
fn a_line_of_states_goes_from_start_to_end() {
    check(
        r#"{"StartAt":"A","States":{"A":{"Type":"Task","Next":"B","Catch":[{"ErrorEquals":["X"],"Next":"F"}]},
            "B":{"Type":"Pass","End":true},"F":{"Type":"Fail"}}}"#,
        &expect![[r#"
            digraph asl {
              start
              finish
              s1
              s2
              s3
              s1 -> s2
              s1 -> s3 style=dashed
              start -> s1
              s2 -> finish
            }
        "#]],
    );
}

#[test]
fn without_a_state_that_ends_well_there_is_no_end() {
    check(
        r#"{"StartAt":"A","States":{"A":{"Type":"Fail"}}}"#,
        &expect![[r#"
            digraph asl {
              start
              s1
              start -> s1
            }
        "#]],
    );
}

#[test]
fn edges_of_containers_are_cut_off_at_their_frames() {
    check(
        r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"M","Catch":[{"ErrorEquals":["X"],"Next":"F"}],"Branches":[
            {"StartAt":"A","States":{"A":{"Type":"Succeed"}}},{"StartAt":"B","States":{"B":{"Type":"Fail"}}}]},
            "M":{"Type":"Map","End":true,"Iterator":{"StartAt":"I","States":{"I":{"Type":"Map","End":true,
                "Iterator":{"StartAt":"X","States":{"X":{"Type":"Pass","End":true}}}}}}},"F":{"Type":"Fail"}}}"#,
        &expect![[r#"
            digraph asl {
              start
              finish
              subgraph cluster_s1 {
                i1
                subgraph cluster_s1_b0 {
                  s5
                }
                subgraph cluster_s1_b1 {
                  s7
                }
                i1 -> s5
                s5 -> x1
                i1 -> s7
                s7 -> x1 style=invis
                x1
              }
              subgraph cluster_s2 {
                i2
                subgraph cluster_s9 {
                  i9
                  s11
                  i9 -> s11
                  s11 -> x9
                  x9
                }
                i2 -> i9 lhead=cluster_s9
                x9 -> x2 ltail=cluster_s9
                x2
              }
              s3
              x1 -> i2 lhead=cluster_s2 ltail=cluster_s1
              x1 -> s3 minlen=2 ltail=cluster_s1 style=dashed
              start -> i1 lhead=cluster_s1
              x2 -> finish ltail=cluster_s2
            }
        "#]],
    );
}

#[test]
fn a_container_may_lead_to_itself() {
    check(
        r#"{"StartAt":"M","States":{"M":{"Type":"Map","Next":"M","Iterator":{}}}}"#,
        &expect![[r#"
            digraph asl {
              start
              subgraph cluster_s1 {
                i1
                i1 -> x1 style=invis
                x1
              }
              x1 -> i1 constraint=false
              start -> i1 lhead=cluster_s1
            }
        "#]],
    );
}

#[test]
fn missing_targets_are_ghosts_with_red_edges() {
    check(
        r#"{"StartAt":"Z","States":{"A":{"Type":"Pass","Next":"Y"},"B":{"Type":"Task","Next":"Y","Catch":[{"Next":"Y"}]}}}"#,
        &expect![[r##"
            digraph asl {
              start
              s1
              s2
              s3
              s4
              s1 -> s4 color="#dc2626"
              s2 -> s4 color="#dc2626"
              s2 -> s4 color="#dc2626" style=dashed
              start -> s3 color="#dc2626"
            }
        "##]],
    );
}

#[test]
fn names_are_in_labels_only() {
    let picture = draw(
        r#"{"StartAt":"end","States":{"end":{"Type":"Wait","Seconds":1,"Retry":[{}],"End":true}}}"#,
    );
    let node = picture
        .lines()
        .find(|line| line.contains("Wait"))
        .expect("it is drawn");
    expect![[r##"  s1 [tooltip="end", label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="5" CELLPADDING="0" COLOR="#94a3b8" BGCOLOR="#ffffff" STYLE="ROUNDED"><TR><TD WIDTH="3" BGCOLOR="#0891b2" ROWSPAN="2"></TD><TD ALIGN="LEFT"><FONT POINT-SIZE="9" COLOR="#0891b2">Wait · 1 s</FONT></TD><TD ALIGN="RIGHT" VALIGN="TOP"><FONT POINT-SIZE="9" COLOR="#d97706"> ↻3</FONT></TD></TR><TR><TD ALIGN="LEFT" BALIGN="LEFT" COLSPAN="2"><B>end</B></TD></TR></TABLE>>]"##]].assert_eq(node);
}
