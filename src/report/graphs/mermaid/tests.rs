//! What Mermaid looks like.

use expect_test::{Expect, expect};

use super::*;
use crate::graph::testing::machine;

fn check(text: &str, expected: &Expect) {
    let machine = machine(text);
    let mut picture = String::new();
    render(
        &Picture::new(&Graph::new(&machine), &Options::default()),
        &mut picture,
    )
    .expect("a string takes all");
    let body = picture.find("flowchart TB").expect("it is a flowchart");
    expected.assert_eq(&picture[body..]);
}

#[test]
fn every_type_has_its_shape() {
    check(
        r#"{"StartAt":"T","States":{
            "T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Retry":[{}],"Next":"P",
                "Catch":[{"ErrorEquals":["States.ALL"],"Next":"F"}]},
            "P":{"Type":"Pass","Next":"C"},
            "C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsNull":true,"Next":"W"}],"Default":"S"},
            "W":{"Type":"Wait","Seconds":3,"End":true},
            "S":{"Type":"Succeed"},"F":{"Type":"Fail","Error":"E"},"U":{"Type":"Taks","Next":"Gone"}}}"#,
        &expect![[r#"
            flowchart TB
              s1["<small>Task · sqs:sendMessage ↻3</small><br/><b>T</b>"]:::Task
              s2["<small>Pass</small><br/><b>P</b>"]:::Pass
              s3{{"<small>Choice</small><br/><b>C</b>"}}:::Choice
              s4("<small>Wait · 3 s</small><br/><b>W</b>"):::Wait
              s5(["<b>S</b>"]):::Succeed
              s6(["<b>F</b><br/><small>E</small>"]):::Fail
              s7["<small>unknown type Taks</small><br/><b>U</b>"]:::Unknown
              s8["<b>Gone</b><br/><small>missing</small>"]:::Missing
              start((Start)):::terminal
              finish(((End))):::terminal
              start --> s1
              s1 --> s2
              s1 -.->|"any error"| s6
              s2 --> s3
              s3 -->|"$.x is null"| s4
              s3 -->|"<i>default</i>"| s5
              s7 --> s8
              s4 --> finish
              s5 --> finish
              classDef Task fill:#fff7ed,stroke:#e8710a,stroke-width:1.5px,color:#0f172a
              classDef Pass fill:#f8fafc,stroke:#64748b,stroke-width:1.5px,color:#0f172a
              classDef Choice fill:#f5f3ff,stroke:#7c3aed,stroke-width:1.5px,color:#0f172a
              classDef Wait fill:#ecfeff,stroke:#0891b2,stroke-width:1.5px,color:#0f172a
              classDef Succeed fill:#16a34a,stroke:#15803d,color:#ffffff
              classDef Fail fill:#dc2626,stroke:#b91c1c,color:#ffffff
              classDef Unknown fill:#fef2f2,stroke:#dc2626,stroke-width:1.5px,color:#0f172a
              classDef Missing fill:none,stroke:#dc2626,stroke-dasharray:4 3,color:#dc2626
              classDef terminal fill:#0f172a,stroke:#94a3b8,color:#ffffff
              linkStyle 2 stroke:#d97706,stroke-width:1.5px
              linkStyle 6 stroke:#dc2626,stroke-width:1.5px
        "#]],
    );
}

#[test]
fn branches_hang_on_a_fork_dot_and_links_are_counted() {
    check(
        r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Catch":[{"ErrorEquals":["X","Y"],"Next":"P"}],
            "Branches":[{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Catch":[{"ErrorEquals":["Z"],"Next":"A"}]}}},{}]}}}"#,
        &expect![[r#"
            flowchart TB
              subgraph s1 ["Parallel <b>P</b> · 2 branches"]
                direction TB
                i1((" ")):::dot
                subgraph b1_0 [" "]
                  direction TB
                  s3["<small>Task</small><br/><b>A</b>"]:::Task
                  s3 -.->|"Z"| s3
                end
                subgraph b1_1 [" "]
                  direction TB
                  e4((" ")):::dot
                end
                i1 --> s3
              end
              start((Start)):::terminal
              finish(((End))):::terminal
              start --> s1
              s1 -.->|"X +1"| s1
              s1 --> finish
              classDef Task fill:#fff7ed,stroke:#e8710a,stroke-width:1.5px,color:#0f172a
              classDef terminal fill:#0f172a,stroke:#94a3b8,color:#ffffff
              classDef dot fill:#94a3b8,stroke:#94a3b8
              style s1 fill:#2563eb14,stroke:#2563eb,stroke-width:1.5px
              style b1_0 fill:none,stroke:#94a3b8,stroke-dasharray:4 4
              style b1_1 fill:none,stroke:#94a3b8,stroke-dasharray:4 4
              linkStyle 0,3 stroke:#d97706,stroke-width:1.5px
        "#]],
    );
}

#[test]
fn a_dot_shows_where_a_processor_starts_when_states_lead_back() {
    check(
        r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":2,"Retry":[{}],"End":true,
            "Iterator":{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}}}}"#,
        &expect![[r#"
            flowchart TB
              subgraph s1 ["Map <b>M</b> · each $.items · ≤ 2 at once ↻3"]
                direction TB
                s3["<small>Pass</small><br/><b>A</b>"]:::Pass
                s3 --> s3
                i1((" ")):::dot
                i1 --> s3
              end
              start((Start)):::terminal
              finish(((End))):::terminal
              start --> s1
              s1 --> finish
              classDef Pass fill:#f8fafc,stroke:#64748b,stroke-width:1.5px,color:#0f172a
              classDef terminal fill:#0f172a,stroke:#94a3b8,color:#ffffff
              classDef dot fill:#94a3b8,stroke:#94a3b8
              style s1 fill:#0d948814,stroke:#0d9488,stroke-width:1.5px,stroke-dasharray:8 4
        "#]],
    );
}

#[test]
fn what_happened_is_in_classes_and_in_the_styles_of_links() {
    use crate::report::graphs::overlay::{Mark, Overlay, Paint, Taken};

    let machine = machine(
        r#"{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsNull":true,"Next":"M"}],"Default":"S"},
            "M":{"Type":"Map","End":true,"Retry":[{}],"Catch":[{"ErrorEquals":["X"],"Next":"R"}],
                "Iterator":{"StartAt":"I","States":{"I":{"Type":"Wait","Seconds":1,"End":true}}}},
            "R":{"Type":"Fail"},"S":{"Type":"Succeed"},
            "P":{"Type":"Parallel","End":true,"Retry":[{}],"Branches":[{"StartAt":"A","States":{"A":{"Type":"Task","End":true}}}]}}}"#,
    );
    let graph = Graph::new(&machine);
    let mut overlay = Overlay::default();
    let marks = [
        ("C", Mark::Succeeded, None),
        ("M", Mark::TimedOut, Some("39 ✔  1 ⚠ · %%{init}%%")),
        ("I", Mark::Changed, Some("A ✔ 2 tries  B ✖ \"E\"")),
        ("R", Mark::Removed, None),
    ];
    let marked = |name: &str| marks.iter().find(|(marked, ..)| *marked == name);
    for (vertex, state) in graph.scopes().flat_map(Scope::states) {
        if let Some((_, mark, note)) = marked(&state.name) {
            let note = note.map(str::to_owned);
            overlay.paint(vertex, Paint { mark: *mark, note });
        }
    }
    for edge in graph.scopes().flat_map(Scope::edges) {
        let mark = if edge.kind.is_catch() {
            Mark::Removed
        } else {
            Mark::Succeeded
        };
        let taken = Taken {
            mark,
            count: 3,
            heat: if edge.kind.is_catch() { 0.0 } else { 0.5 },
        };
        if marked(&edge.target.name).is_some() {
            overlay.take(edge, taken);
            overlay.remark(edge, "only B".to_owned());
        }
    }
    let options = Options::default();
    let picture = Picture {
        overlay: Some(&overlay),
        ..Picture::new(&graph, &options)
    };
    let mut drawn = String::new();
    render(&picture, &mut drawn).expect("a string takes all");
    let body = drawn.find("flowchart TB").expect("it is a flowchart");
    expect![[r#"
        flowchart TB
          s1{{"<small>Choice</small><br/><b>✔ C</b>"}}:::succeeded
          subgraph s2 ["⧗ Map <b>M</b> · 39 ✔ 1 ⚠ · #37;#37;#123;init#125;#37;#37; ↻3"]
            direction TB
            s7("<small>Wait · 1 s</small><br/><b>≠ I</b><br/><small>A ✔ 2 tries  B ✖ #quot;E#quot;</small>"):::changed
          end
          s3(["<b>− R</b>"]):::removed
          s4(["<b>S</b>"]):::unreached
          subgraph s5 ["Parallel <b>P</b> · 1 branch"]
            direction TB
            s9["<small>Task</small><br/><b>A</b>"]:::unreached
          end
          start((Start)):::terminal
          finish(((End))):::unreached
          start --> s1
          s1 -->|"$.x is null<br/><b>only B</b>"| s2
          s1 -->|"<i>default</i>"| s4
          s2 -.->|"X<br/><b>only B</b>"| s3
          s2 --> finish
          s4 --> finish
          s5 --> finish
          classDef terminal fill:#0f172a,stroke:#94a3b8,color:#ffffff
          classDef succeeded fill:#dcfce7,stroke:#16a34a,stroke-width:2px,color:#0f172a
          classDef removed fill:#fef2f2,stroke:#dc2626,stroke-width:2px,stroke-dasharray:4 3,color:#0f172a
          classDef changed fill:#fef3c7,stroke:#d97706,stroke-width:2px,color:#0f172a
          classDef unreached fill:#8594a614,stroke:#8594a680,color:#8594a6
          style s2 fill:#dc262614,stroke:#dc2626,stroke-width:2px,stroke-dasharray:8 4
          style s5 fill:#8594a614,stroke:#8594a680,stroke-width:1px,color:#8594a6
          linkStyle 3 stroke:#dc2626,stroke-width:3px,stroke-dasharray:4 3
          linkStyle 0,1 stroke:#16a34a,stroke-width:4.5px
          linkStyle 2,4,5,6 stroke:#7b879466,stroke-width:1.5px
    "#]].assert_eq(&drawn[body..]);
}
