//! What DOT looks like, and what is in its ids.

use expect_test::{Expect, expect};

use super::*;
use crate::graph::testing::machine;
use crate::report::graphs::overlay::{Mark, Overlay, Paint, Taken};
use crate::report::graphs::{StatusColors, Theme};

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

const PAINTED: &str = r#"{"StartAt":"C","States":{
    "C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsNull":true,"Next":"T"}],"Default":"S"},
    "T":{"Type":"Task","Retry":[{}],"Next":"S","Catch":[{"ErrorEquals":["X"],"Next":"M"}]},
    "M":{"Type":"Map","Next":"F","Iterator":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}},
    "S":{"Type":"Succeed"},"F":{"Type":"Fail","Error":"E"}}}"#;

/// Draws the machine with what happened in these states, and on the ways between them.
fn painted(marks: &[(&str, Mark)], overlay: Overlay, options: &Options) -> String {
    let machine = machine(PAINTED);
    let graph = Graph::new(&machine);
    let mut overlay = overlay;
    let marked = |name: &str| marks.iter().find(|(marked, _)| *marked == name);
    for (vertex, state) in graph.scopes().flat_map(Scope::states) {
        if let Some((_, mark)) = marked(&state.name) {
            let note = Some("2 tries · <b>\\N</b> & \"more\"".to_owned());
            overlay.paint(vertex, Paint { mark: *mark, note });
        }
    }
    for edge in graph.scopes().flat_map(Scope::edges) {
        let is_from = graph
            .state(edge.from)
            .is_none_or(|from| marked(&from.name).is_some());
        let Some((_, mark)) = marked(&edge.target.name).filter(|_| is_from) else {
            continue;
        };
        let taken = Taken {
            mark: match mark {
                Mark::Added | Mark::Removed | Mark::Changed => *mark,
                _ if edge.kind.is_catch() => Mark::Caught,
                _ => Mark::Succeeded,
            },
            count: 2,
            heat: 0.0,
        };
        overlay.take(edge, taken);
        if edge.kind.is_catch() {
            overlay.remark(edge, "only \"A\"".to_owned());
        }
    }
    let picture = Picture {
        overlay: Some(&overlay),
        ..Picture::new(&graph, options)
    };
    let mut drawn = String::new();
    render(&picture, &mut drawn).expect("a string takes all");
    drawn
}

/// The lines of some ids.
fn of_ids(picture: &str, ids: &[&str]) -> String {
    let lines = picture.lines().map(str::trim);
    let wanted = |line: &&str| ids.iter().any(|id| line.starts_with(&format!("{id} [")));
    lines
        .filter(wanted)
        .map(|line| line.to_owned() + "\n")
        .collect()
}

const FAILED: [(&str, Mark); 4] = [
    ("C", Mark::Succeeded),
    ("T", Mark::Caught),
    ("M", Mark::Succeeded),
    ("F", Mark::Failed),
];

#[test]
fn a_painted_card_has_a_fill_a_border_a_glyph_and_a_note() {
    let options = Options {
        theme: Theme::Dark,
        ..Options::default()
    };
    let picture = painted(&FAILED, Overlay::default(), &options);
    expect![[r##"
        graph [bgcolor="#0d1117", rankdir=TB, compound=true, newrank=true, nodesep=0.45, ranksep=0.42, pad=0.25, fontname="Helvetica,Arial,sans-serif", fontsize=12]
        s1 [shape=hexagon, style="filled", margin="0.05,0.03", fillcolor="#0f2e1b", color="#16a34a", penwidth=2, tooltip="C · succeeded · 2 tries · &lt;b&gt;&#92;N&lt;/b&gt; &amp; &quot;more&quot;", label=<<FONT POINT-SIZE="9" COLOR="#a78bfa">Choice</FONT><BR/><B><FONT COLOR="#4ade80">✔</FONT> C</B><BR/><FONT POINT-SIZE="9" COLOR="#4ade80">2 tries · &lt;b&gt;\\N&lt;/b&gt; &amp; "more"</FONT>>]
        s2 [tooltip="T · caught · 2 tries · &lt;b&gt;&#92;N&lt;/b&gt; &amp; &quot;more&quot;", label=<<TABLE BORDER="2" CELLBORDER="0" CELLSPACING="5" CELLPADDING="0" COLOR="#ea580c" BGCOLOR="#3b220c" STYLE="ROUNDED"><TR><TD WIDTH="3" BGCOLOR="#fb923c" ROWSPAN="2"></TD><TD ALIGN="LEFT"><FONT POINT-SIZE="9" COLOR="#fb923c">Task</FONT></TD><TD ALIGN="RIGHT" VALIGN="TOP"><FONT POINT-SIZE="9" COLOR="#f59e0b"> ↻3</FONT></TD></TR><TR><TD ALIGN="LEFT" BALIGN="LEFT" COLSPAN="2"><B><FONT COLOR="#fb923c">⚠</FONT> T</B><BR/><FONT POINT-SIZE="9" COLOR="#fb923c">2 tries · &lt;b&gt;\\N&lt;/b&gt; &amp; "more"</FONT></TD></TR></TABLE>>]
        graph [label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR><TD ALIGN="LEFT"><FONT POINT-SIZE="9" COLOR="#2dd4bf">Map</FONT></TD></TR><TR><TD ALIGN="LEFT" BALIGN="LEFT"><FONT COLOR="#e6edf3"><B><FONT COLOR="#4ade80">✔</FONT> M</B></FONT>  <FONT POINT-SIZE="9" COLOR="#4ade80">2 tries · &lt;b&gt;\\N&lt;/b&gt; &amp; "more"</FONT></TD></TR></TABLE>>, labeljust=l, tooltip="M · succeeded · 2 tries · &lt;b&gt;&#92;N&lt;/b&gt; &amp; &quot;more&quot;", style="rounded,filled,dashed", color="#16a34a", fillcolor="#16a34a1c", penwidth=2, margin=14]
        s5 [shape=box, style="rounded,filled", margin="0.18,0.09", height=0.36, fillcolor="#3a1414", color="#dc2626", penwidth=2, fontcolor="#e6edf3", tooltip="F · failed · 2 tries · &lt;b&gt;&#92;N&lt;/b&gt; &amp; &quot;more&quot;", label=<<B><FONT COLOR="#f87171">✖</FONT> F</B><BR/><FONT POINT-SIZE="9">E</FONT><BR/><FONT POINT-SIZE="9" COLOR="#f87171">2 tries · &lt;b&gt;\\N&lt;/b&gt; &amp; "more"</FONT>>]
    "##]].assert_eq(&of_ids(&picture, &["s1", "s2", "s5", "graph"]));
}

#[test]
fn what_was_not_reached_is_grey_without_a_badge() {
    let picture = painted(
        &[("C", Mark::Succeeded)],
        Overlay::default(),
        &Options::default(),
    );
    expect![[r##"
        finish [shape=doublecircle, style=filled, fixedsize=true, width=0.44, fontsize=10, label="End", tooltip="End", fillcolor="#ffffff", color="#cbd5e1", fontcolor="#7b8794"]
        s2 [tooltip="T", label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="5" CELLPADDING="0" COLOR="#cbd5e1" BGCOLOR="#ffffff" STYLE="ROUNDED"><TR><TD WIDTH="3" BGCOLOR="#7b8794" ROWSPAN="2"></TD><TD ALIGN="LEFT"><FONT POINT-SIZE="9" COLOR="#7b8794">Task</FONT></TD></TR><TR><TD ALIGN="LEFT" BALIGN="LEFT" COLSPAN="2"><B><FONT COLOR="#7b8794">T</FONT></B></TD></TR></TABLE>>]
        s4 [shape=box, style="rounded,filled", margin="0.18,0.09", height=0.36, fillcolor="#ffffff", color="#cbd5e1", penwidth=1, fontcolor="#7b8794", tooltip="S", label=<<B><FONT COLOR="#7b8794">S</FONT></B>>]
    "##]].assert_eq(&of_ids(&picture, &["s2", "s4", "finish"]));
    assert!(!picture.contains('↻'), "{picture}");
}

#[test]
fn ways_that_were_taken_are_thick_and_others_are_faint() {
    let options = Options {
        palette: StatusColors::Aws,
        ..Options::default()
    };
    let picture = painted(&FAILED, Overlay::default(), &options);
    let ways = [
        "start -> s1",
        "s1 -> s2",
        "s1 -> s4",
        "s2 -> i3",
        "x3 -> s5",
        "i3 -> s7",
    ];
    expect![[r##"
        i3 -> s7 [color="#7b879466"]
        s1 -> s2 [labeltooltip="$.x is null · taken 2 times", label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" BGCOLOR="#f8fafc" STYLE="ROUNDED"><TR><TD><FONT COLOR="#334155">$.x is null</FONT></TD></TR></TABLE>>, color="#2BD62E", penwidth=2.4, edgetooltip="taken 2 times"]
        s1 -> s4 [labeltooltip="default", label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" BGCOLOR="#f8fafc" STYLE="ROUNDED"><TR><TD><FONT COLOR="#7b8794"><I>default</I></FONT></TD></TR></TABLE>>, color="#7b879466"]
        s2 -> i3 [lhead=cluster_s3, labeltooltip="X · taken 2 times", label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" BGCOLOR="#f8fafc" STYLE="ROUNDED"><TR><TD><FONT COLOR="#d97706">X<BR/><B>only "A"</B></FONT></TD></TR></TABLE>>, color="#FFA500", penwidth=2.4, edgetooltip="taken 2 times", style=dashed, arrowhead=empty, weight=0]
        x3 -> s5 [ltail=cluster_s3, color="#2BD62E", penwidth=2.4, edgetooltip="taken 2 times"]
        start -> s1 [color="#2BD62E", penwidth=2.4, edgetooltip="taken 2 times"]
    "##]].assert_eq(&of_ids(&picture, &ways));
}

#[test]
fn hot_ways_are_thicker() {
    let machine = machine(PAINTED);
    let graph = Graph::new(&machine);
    let mut overlay = Overlay::default();
    for (edge, heat) in graph.root().edges().zip([1.0, 0.5, 0.01]) {
        let taken = Taken {
            mark: Mark::Succeeded,
            count: 1,
            heat,
        };
        overlay.take(edge, taken);
    }
    let picture = Picture {
        overlay: Some(&overlay),
        options: &Options::default(),
        graph: &graph,
    };
    let mut drawn = String::new();
    render(&picture, &mut drawn).expect("a string takes all");
    for (way, width) in [
        ("start -> s1", "6.0"),
        ("s1 -> s2", "3.6"),
        ("s1 -> s4", "1.2"),
    ] {
        let line = of_ids(&drawn, &[way]);
        assert!(line.contains(&format!("penwidth={width}")), "{line}");
    }
}

#[test]
fn a_change_leaves_the_rest_as_it_was() {
    let marks = [
        ("T", Mark::Removed),
        ("S", Mark::Added),
        ("M", Mark::Changed),
    ];
    let picture = painted(&marks, Overlay::partial(), &Options::default());
    expect![[r##"
        graph [bgcolor="transparent", rankdir=TB, compound=true, newrank=true, nodesep=0.45, ranksep=0.42, pad=0.25, fontname="Helvetica,Arial,sans-serif", fontsize=12]
        s1 [shape=hexagon, style="filled", margin="0.05,0.03", fillcolor="#ffffff", color="#7c3aed", penwidth=1.4, tooltip="C", label=<<FONT POINT-SIZE="9" COLOR="#7c3aed">Choice</FONT><BR/><B>C</B>>]
        s2 [tooltip="T · removed · 2 tries · &lt;b&gt;&#92;N&lt;/b&gt; &amp; &quot;more&quot;", label=<<TABLE BORDER="2" CELLBORDER="0" CELLSPACING="5" CELLPADDING="0" COLOR="#dc2626" BGCOLOR="#fef2f2" STYLE="ROUNDED,DASHED"><TR><TD WIDTH="3" BGCOLOR="#e8710a" ROWSPAN="2"></TD><TD ALIGN="LEFT"><FONT POINT-SIZE="9" COLOR="#e8710a">Task</FONT></TD><TD ALIGN="RIGHT" VALIGN="TOP"><FONT POINT-SIZE="9" COLOR="#d97706"> ↻3</FONT></TD></TR><TR><TD ALIGN="LEFT" BALIGN="LEFT" COLSPAN="2"><B><FONT COLOR="#b91c1c">−</FONT> T</B><BR/><FONT POINT-SIZE="9" COLOR="#b91c1c">2 tries · &lt;b&gt;\\N&lt;/b&gt; &amp; "more"</FONT></TD></TR></TABLE>>]
        graph [label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR><TD ALIGN="LEFT"><FONT POINT-SIZE="9" COLOR="#0d9488">Map</FONT></TD></TR><TR><TD ALIGN="LEFT" BALIGN="LEFT"><FONT COLOR="#0d9488"><B><FONT COLOR="#d97706">≠</FONT> M</B></FONT>  <FONT POINT-SIZE="9" COLOR="#d97706">2 tries · &lt;b&gt;\\N&lt;/b&gt; &amp; "more"</FONT></TD></TR></TABLE>>, labeljust=l, tooltip="M · changed · 2 tries · &lt;b&gt;&#92;N&lt;/b&gt; &amp; &quot;more&quot;", style="rounded,filled,dashed", color="#d97706", fillcolor="#d9770618", penwidth=2, margin=14]
        s4 [shape=box, style="rounded,filled", margin="0.18,0.09", height=0.36, fillcolor="#dcfce7", color="#16a34a", penwidth=2, fontcolor="#0f172a", tooltip="S · added · 2 tries · &lt;b&gt;&#92;N&lt;/b&gt; &amp; &quot;more&quot;", label=<<B><FONT COLOR="#15803d">+</FONT> S</B><BR/><FONT POINT-SIZE="9" COLOR="#15803d">2 tries · &lt;b&gt;\\N&lt;/b&gt; &amp; "more"</FONT>>]
        s2 -> s4 [color="#16a34a", penwidth=2.4, edgetooltip="added"]
        s2 -> i3 [lhead=cluster_s3, labeltooltip="X · taken 2 times", label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" BGCOLOR="#f8fafc" STYLE="ROUNDED"><TR><TD><FONT COLOR="#d97706">X<BR/><B>only "A"</B></FONT></TD></TR></TABLE>>, color="#d97706", penwidth=2.4, edgetooltip="taken 2 times", style=dashed, arrowhead=empty, weight=0]
    "##]].assert_eq(&of_ids(
        &picture,
        &["s1", "s2", "s4", "s2 -> s4", "s2 -> i3", "graph"],
    ));
}
