//! Pictures of small machines, and what holds for every one.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::*;
use crate::graph::testing::machine;
use crate::graph::{Graph, Vertex};
use crate::report::graphs::overlay::Overlay;
use crate::report::graphs::overlay::{Paint, Taken};
use crate::report::graphs::{Labels, Options};
use crate::report::style::columns as width_of;

fn plain(width: usize) -> Looks {
    Looks {
        style: Style::new(false, width),
        is_ascii: false,
    }
}

fn draw(text: &str, looks: &Looks, options: &Options, overlay: Option<&Paints>) -> String {
    let machine = machine(text);
    let graph = Graph::new(&machine);
    let overlay = overlay.map(|paint| paint(&graph));
    let picture = Picture {
        overlay: overlay.as_ref(),
        ..Picture::new(&graph, options)
    };
    let mut out = String::new();
    render(&picture, looks, &mut out).expect("a string takes all");
    for line in out.lines() {
        assert!(
            looks.style.color || width_of(line) <= looks.style.width,
            "{out}"
        );
        assert!(!line.ends_with(' '), "{line:?} ends with blanks");
    }
    out
}

type Paints = dyn Fn(&Graph<'_>) -> Overlay;

fn check(text: &str, width: usize, expected: &Expect) {
    expected.assert_eq(&draw(text, &plain(width), &Options::default(), None));
}

/// A picture, not an outline.
fn is_drawn(picture: &str) -> bool {
    picture
        .lines()
        .next()
        .is_some_and(|line| line.contains('╭'))
}

const LOOP: &str = r#"{"StartAt":"Try","States":{
    "Try":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Retry":[{}],"Next":"Done?",
        "Catch":[{"ErrorEquals":["Late"],"Next":"Apologise"},{"ErrorEquals":["States.ALL"],"Next":"Gone"}]},
    "Done?":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":3,"Next":"Pause"}],"Default":"Yes"},
    "Pause":{"Type":"Wait","Seconds":10,"Next":"Try"},
    "Yes":{"Type":"Succeed"},
    "Apologise":{"Type":"Fail","Error":"TooLate"}}}"#;

const NESTED: &str = r#"{"StartAt":"Each","States":{"Each":{"Type":"Map","ItemsPath":"$.all","End":true,
    "ItemProcessor":{"StartAt":"Both","States":{"Both":{"Type":"Parallel","End":true,"Branches":[
        {"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}},
        {"StartAt":"C","States":{"C":{"Type":"Fail","Error":"No"}}}]}}}}}}"#;

#[test]
fn a_loop_goes_up_beside_its_states_and_a_catch_is_dashed() {
    check(
        LOOP,
        80,
        &expect![[r#"
                            ╭───────╮
                            │ Start │
                            ╰───┬───╯
            ┌───────────────────┤
            │                   ▼
            │      ┌─────────────────────────┐
            │      │ Task · lambda:invoke ↻3 │
            │      │ Try                     │
            │      └────────────┬──────┬─────┘
            │                   │      └┄┄┄┄┄┄┄┄┄┬┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
            │                   │              Late            any error
            │                   ▼                ▽                 ▽
            │              ┌────────┐   ╭────────────────╮   ┌╌╌╌╌╌╌╌╌╌╌╌┐
            │              │ Choice │   │ Fail · TooLate │   ╎ Gone      ╎
            │              │ Done?  │   │ Apologise      │   ╎ (missing) ╎
            │              └────┬───┘   ╰────────────────╯   └╌╌╌╌╌╌╌╌╌╌╌┘
            │           ┌───────┴───────┐
            │        $.n < 3         default
            │           ▼               ▼
            │    ┌─────────────┐   ╭─────────╮
            │    │ Wait · 10 s │   │ Succeed │
            │    │ Pause       │   │ Yes     │
            │    └──────┬──────┘   ╰────┬────╯
            └───────────┘               ▼
                                     ╭─────╮
                                     │ End │
                                     ╰─────╯
        "#]],
    );
}

#[test]
fn containers_are_frames_with_their_branches_side_by_side() {
    check(
        NESTED,
        80,
        &expect![[r#"
                        ╭───────╮
                        │ Start │
                        ╰───┬───╯
                            ▼
            ┏┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┓
            ┇ Map · each $.all              ┇
            ┇ Each                          ┇
            ┇               ●               ┇
            ┇               ▼               ┇
            ┇ ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━┓ ┇
            ┇ ┃ Parallel · 2 branches     ┃ ┇
            ┇ ┃ Both                      ┃ ┇
            ┇ ┃             ●             ┃ ┇
            ┇ ┃     ┌───────┴─────┐       ┃ ┇
            ┇ ┃     ▼     ┊       ▼       ┃ ┇
            ┇ ┃ ┌───────┐ ┊ ╭───────────╮ ┃ ┇
            ┇ ┃ │ Pass  │ ┊ │ Fail · No │ ┃ ┇
            ┇ ┃ │ A     │ ┊ │ C         │ ┃ ┇
            ┇ ┃ └───┬───┘ ┊ ╰───────────╯ ┃ ┇
            ┇ ┃     ▼     ┊               ┃ ┇
            ┇ ┃ ┌───────┐ ┊               ┃ ┇
            ┇ ┃ │ Pass  │ ┊               ┃ ┇
            ┇ ┃ │ B     │ ┊               ┃ ┇
            ┇ ┃ └───┬───┘ ┊               ┃ ┇
            ┇ ┃     │                     ┃ ┇
            ┇ ┃     ◉                     ┃ ┇
            ┇ ┗━━━━━━━━━━━━━┯━━━━━━━━━━━━━┛ ┇
            ┇               │               ┇
            ┇               ◉               ┇
            ┗┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┯┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┛
                            ▼
                         ╭─────╮
                         │ End │
                         ╰─────╯
        "#]],
    );
}

#[test]
fn what_is_too_wide_is_an_outline() {
    let text = LOOP.replace(
        "\"Pause\"",
        "\"Pause for as long as it takes to calm down\"",
    );
    check(
        &text,
        44,
        &expect![[r#"
        ● → Try
        Try  Task · lambda:invoke ↻3
          → Done?
          ⇢ Apologise on Late
          ⇢ Gone (missing) on any error
        Done?  Choice
          $.n < 3 → Pause for as long as it takes
            to calm down
          default → Yes
        Pause for as long as it takes to calm down
          Wait · 10 s
          ↺ back to Try
        Yes  Succeed
          → End
        Apologise  Fail · TooLate
    "#]],
    );
    check(
        NESTED,
        40,
        &expect![[r#"
                        ╭───────╮
                        │ Start │
                        ╰───┬───╯
                            ▼
            ┏┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┓
            ┇ Map · each $.all              ┇
            ┇ Each                          ┇
            ┇               ●               ┇
            ┇               ▼               ┇
            ┇ ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━┓ ┇
            ┇ ┃ Parallel · 2 branches     ┃ ┇
            ┇ ┃ Both                      ┃ ┇
            ┇ ┃             ●             ┃ ┇
            ┇ ┃     ┌───────┴─────┐       ┃ ┇
            ┇ ┃     ▼     ┊       ▼       ┃ ┇
            ┇ ┃ ┌───────┐ ┊ ╭───────────╮ ┃ ┇
            ┇ ┃ │ Pass  │ ┊ │ Fail · No │ ┃ ┇
            ┇ ┃ │ A     │ ┊ │ C         │ ┃ ┇
            ┇ ┃ └───┬───┘ ┊ ╰───────────╯ ┃ ┇
            ┇ ┃     ▼     ┊               ┃ ┇
            ┇ ┃ ┌───────┐ ┊               ┃ ┇
            ┇ ┃ │ Pass  │ ┊               ┃ ┇
            ┇ ┃ │ B     │ ┊               ┃ ┇
            ┇ ┃ └───┬───┘ ┊               ┃ ┇
            ┇ ┃     │                     ┃ ┇
            ┇ ┃     ◉                     ┃ ┇
            ┇ ┗━━━━━━━━━━━━━┯━━━━━━━━━━━━━┛ ┇
            ┇               │               ┇
            ┇               ◉               ┇
            ┗┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┯┅┅┅┅┅┅┅┅┅┅┅┅┅┅┅┛
                            ▼
                         ╭─────╮
                         │ End │
                         ╰─────╯
        "#]],
    );
}

#[test]
fn handlers_shared_by_many_have_one_lane() {
    let mut text = String::from(r#"{"StartAt":"S0","States":{"#);
    for number in 0..3 {
        write!(
            text,
            r#""S{number}":{{"Type":"Task","Next":"S{}","Catch":[{{"ErrorEquals":["States.ALL"],"Next":"H"}}]}},"#,
            number + 1
        )
        .expect("a string takes all");
    }
    text += r#""S3":{"Type":"Pass","End":true},"H":{"Type":"Pass","End":true}}}"#;
    check(
        &text,
        80,
        &expect![[r#"
            ╭───────╮
            │ Start │
            ╰───┬───╯
                ▼
            ┌───────┐
            │ Task  │
            │ S0    │
            └───┬─┬─┘
                │ └┄┄┄┄┄┄┄┄┄┄┄┄┄┐
                ▼           any error
            ┌───────┐           ┆
            │ Task  │           ┆
            │ S1    │           ┆
            └───┬─┬─┘           ┆
                │ └┄┄┄┄┄┄┐      ┆
                │    any error  ┆
                ▼        └┄┄┄┄┄┄┤
            ┌───────┐           ┆
            │ Task  │           ┆
            │ S2    │           ┆
            └───┬─┬─┘           ┆
                │ └┄┄┄┄┄┄┐      ┆
                │    any error  ┆
                │        └┄┄┄┬┄┄┘
                ▼            ▽
            ┌───────┐    ┌───────┐
            │ Pass  │    │ Pass  │
            │ S3    │    │ H     │
            └───┬───┘    └───┬───┘
                └──────┬─────┘
                       ▼
                    ╭─────╮
                    │ End │
                    ╰─────╯
        "#]],
    );
}

#[test]
fn ways_of_errors_do_not_cross_where_they_leave() {
    let text = r#"{"StartAt":"Say","States":{
        "Say":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:transactWriteItems","End":true,"Catch":[
            {"ErrorEquals":["Busy"],"Next":"Ask again"},{"ErrorEquals":["States.ALL"],"Next":"Give up"}]},
        "Ask again":{"Type":"Fail"},"Give up":{"Type":"Fail"}}}"#;
    check(
        text,
        80,
        &expect![[r#"
                       ╭───────╮
                       │ Start │
                       ╰───┬───╯
                           ▼
        ┌────────────────────────────────────┐
        │ Task · dynamodb:transactWriteItems │
        │ Say                                │
        └──────────────────┬────────────┬──┬─┘
                           │            ┆  └┄┄┄┄┄┄┄┄┄┄┄┐
                           │          Busy         any error
                           ▼            ▽              ▽
                        ╭─────╮   ╭───────────╮   ╭─────────╮
                        │ End │   │ Fail      │   │ Fail    │
                        ╰─────╯   │ Ask again │   │ Give up │
                                  ╰───────────╯   ╰─────────╯
    "#]],
    );
}

#[test]
fn wide_names_are_counted_in_columns() {
    let text = r#"{"StartAt":"注文を検証する","States":{"注文を検証する":{"Type":"Choice","Choices":[
        {"Variable":"$.状態","StringEquals":"済","Next":"👩‍💻"}],"Default":"x\u0301\u0007\u202e"},
        "👩‍💻":{"Type":"Pass","End":true},"x\u0301\u0007\u202e":{"Type":"Pass","End":true}}}"#;
    check(
        text,
        80,
        &expect![[r#"
                    ╭───────╮
                    │ Start │
                    ╰───┬───╯
                        ▼
               ┌────────────────┐
               │ Choice         │
               │ 注文を検証する │
               └────────┬───────┘
                  ┌─────┴─────┐
            $.状態 = "済"  default
                  ▼           ▼
              ┌───────┐   ┌───────┐
              │ Pass  │   │ Pass  │
              │ 👩‍💻    │   │ x́     │
              └───┬───┘   └───┬───┘
                  └─────┬─────┘
                        ▼
                     ╭─────╮
                     │ End │
                     ╰─────╯
        "#]],
    );
}

#[test]
fn ascii_is_enough() {
    let looks = Looks {
        is_ascii: true,
        ..plain(80)
    };
    let found = draw(LOOP, &looks, &Options::default(), None);
    assert!(found.is_ascii(), "{found}");
    expect![[r#"
                          .-------.
                          | Start |
                          '---+---'
        +---------------------+
        |                     v
        |     +------------------------------+
        |     | Task - lambda:invoke retry 3 |
        |     | Try                          |
        |     +---------------+-------+------+
        |                     |       +........+.................+
        |                     |              Late            any error
        |                     v                v                 v
        |                +--------+   .----------------.   +...........+
        |                | Choice |   | Fail - TooLate |   : Gone      :
        |                | Done?  |   | Apologise      |   : (missing) :
        |                +----+---+   '----------------'   +...........+
        |             +-------+-------+
        |          $.n < 3         default
        |             v               v
        |      +-------------+   .---------.
        |      | Wait - 10 s |   | Succeed |
        |      | Pause       |   | Yes     |
        |      +------+------+   '----+----'
        +-------------+               v
                                   .-----.
                                   | End |
                                   '-----'
    "#]]
    .assert_eq(&found);
    let text = NESTED.replace("Both", "Bo\u{f6}th ≤ 3");
    for width in [40, 100] {
        let looks = Looks {
            is_ascii: true,
            ..plain(width)
        };
        let found = draw(&text, &looks, &Options::default(), None);
        assert!(found.is_ascii(), "{found}");
        assert!(found.contains("\\u{f6}"), "{found}");
    }
}

#[test]
fn what_happened_is_painted() {
    let paint = |graph: &Graph<'_>| {
        let vertex = |name| graph.root().vertex(name).expect("it is there");
        let mut overlay = Overlay::default();
        let mut say = |vertex: Vertex, mark, note: Option<&str>| {
            let note = note.map(str::to_owned);
            overlay.paint(vertex, Paint { mark, note });
        };
        say(vertex("Try"), Mark::Caught, Some("4 tries · 2.0 s · Late"));
        say(vertex("Apologise"), Mark::Failed, None);
        let caught = graph
            .edges_from(vertex("Try"))
            .find(|edge| edge.kind.is_catch());
        let taken = Taken {
            mark: Mark::Caught,
            count: 1,
            heat: 0.0,
        };
        overlay.take(caught.expect("it catches"), taken);
        overlay
    };
    let found = draw(LOOP, &plain(80), &Options::default(), Some(&paint));
    assert!(is_drawn(&found));
    for line in ["│ ⚠ Try", "│ 4 tries · 2.0 s · Late", "│ ✖ Apologise"] {
        assert!(found.contains(line), "no {line:?} in\n{found}");
    }
    let colored = Looks {
        style: Style::new(true, 80),
        is_ascii: false,
    };
    let found = draw(LOOP, &colored, &Options::default(), Some(&paint));
    assert!(found.contains("\u{1b}[2mPause\u{1b}[0m"), "{found}");
    let outline = draw(LOOP, &plain(40), &Options::default(), Some(&paint));
    assert!(outline.contains("⚠ Try  Task"), "{outline}");
    assert!(outline.contains("  4 tries · 2.0 s · Late\n"), "{outline}");
}

#[test]
fn a_picture_from_left_to_right_goes_down_where_it_is_too_wide() {
    let options = Options {
        direction: Direction::LeftToRight,
        ..Options::default()
    };
    let sideways = draw(LOOP, &plain(120), &options, None);
    expect![[r#"
                  ┌───────────────────────────────────────────────────────────────────────────────────────────┐
                  │                                                                                           │
                  │                                                                           ┌─────────────┐ │
                  │                                                                           │ Wait · 10 s │ │
                  │                                                               ┌─ $.n < 3 ▶│ Pause       ├─┘
                  │  ┌─────────────────────────┐    ┌────────┐                    │           └─────────────┘
        ╭───────╮ │  │ Task · lambda:invoke ↻3 │    │ Choice │                    │
        │ Start ├─┴─▶│ Try                     ├───▶│ Done?  ├────────────────────┤           ╭─────────╮
        ╰───────╯    │                         ├┄┐  └────────┘                    │           │ Succeed │   ╭─────╮
                     └─────────────────────────┘ ┆                                └─ default ▶│ Yes     ├──▶│ End │
                                                 ┆             ╭────────────────╮             ╰─────────╯   ╰─────╯
                                                 ┆             │ Fail · TooLate │
                                                 ├┄ Late ┄┄┄┄┄▷│ Apologise      │
                                                 ┆             ╰────────────────╯
                                                 ┆
                                                 ┆             ┌╌╌╌╌╌╌╌╌╌╌╌┐
                                                 ┆             ╎ Gone      ╎
                                                 └┄ any error ▷╎ (missing) ╎
                                                               └╌╌╌╌╌╌╌╌╌╌╌┘
    "#]].assert_eq(&sideways);
    let upright = draw(LOOP, &plain(80), &Options::default(), None);
    assert_eq!(draw(LOOP, &plain(80), &options, None), upright);
}

#[test]
fn labels_may_be_left_out() {
    let options = Options {
        labels: Labels::None,
        ..Options::default()
    };
    let found = draw(LOOP, &plain(80), &options, None);
    assert!(is_drawn(&found));
    for label in ["any error", "┄ Late", "$.n", "default"] {
        assert!(!found.contains(label), "{found}");
    }
}

#[test]
fn broken_definitions_are_drawn() {
    for text in [
        "[]",
        r#"{"StartAt":"Nowhere"}"#,
        r#"{"StartAt":"Nowhere","States":{"A":{"Type":"Taks","Next":"Gone"},"B":[],"A":{"Type":"Parallel"},
            "P":{"Type":"Parallel","Branches":[{},{"StartAt":"P","States":{}}],"Next":"P"},
            "M":{"Type":"Map","Iterator":{"States":{"A":{"Type":"Choice"}}},"Catch":[{"Next":"M"},{}]}}}"#,
        include_str!("../../../../fixtures/definitions/hostile-names.json"),
    ] {
        for width in [40, 80, 200] {
            for is_ascii in [false, true] {
                let looks = Looks {
                    is_ascii,
                    ..plain(width)
                };
                let found = draw(text, &looks, &Options::default(), None);
                assert!(!found.is_empty());
                let obeyed = found.chars().find(|c| c.is_control() && *c != '\n');
                assert_eq!(obeyed, None, "{found}");
            }
        }
    }
}

/// Machines in which every box leads anywhere: whatever has no place for a line would be refused.
#[test]
fn tangled_machines_are_drawn_without_a_line_on_another() {
    let mut seed = 1_u64;
    let mut next = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(seed >> 40).expect("24 bits") % most
    };
    for _ in 0..300 {
        let count = 2 + next(9);
        let mut states = Vec::new();
        for number in 0..count {
            let mut to = || format!("\"S{}\"", next(count));
            let state = match number % 3 {
                0 => format!(
                    r#"{{"Type":"Choice","Default":{},"Choices":[{{"IsNull":true,"Variable":"$.a","Next":{}}},{{"IsNull":true,"Variable":"$.b","Next":{}}}]}}"#,
                    to(),
                    to(),
                    to()
                ),
                1 => format!(
                    r#"{{"Type":"Task","Next":{},"Catch":[{{"ErrorEquals":["A"],"Next":{}}},{{"ErrorEquals":["B"],"Next":{}}}]}}"#,
                    to(),
                    to(),
                    to()
                ),
                _ => r#"{"Type":"Pass","End":true}"#.to_owned(),
            };
            states.push(format!("\"S{number}\":{state}"));
        }
        let text = format!(r#"{{"StartAt":"S0","States":{{{}}}}}"#, states.join(","));
        let found = draw(&text, &plain(1000), &Options::default(), None);
        assert!(is_drawn(&found), "{text}\n{found}");
    }
}
