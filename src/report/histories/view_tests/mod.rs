//! The views of a history, at the widths that people have.
#![expect(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes the snapshots"
)]

mod comparisons;

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::compare::Compared;
use super::events::Events;
use super::map::{Listed, MapItems};
use super::state::StateVisits;
use super::*;
use crate::history::HistoryEvent;
use crate::history::outline::sample::{self, Script, chained};
use crate::history::read_history;
use crate::report::style::columns;

/// Follows a history as the program does.
fn follow(
    script: Script,
    before: &mut dyn FnMut(&Outline, &HistoryEvent<'_>),
    after: &mut dyn FnMut(&Outline, &HistoryEvent<'_>),
) -> Outline {
    let mut outline = Outline::new();
    let text = script.into_text();
    for event in &read_history(&text).expect("a history").events {
        before(&outline, event);
        outline.push(event);
        after(&outline, event);
    }
    outline
}

fn check(text: &str, width: usize, expected: &Expect) {
    for line in text.lines() {
        assert!(
            columns(line) <= width,
            "{} > {width}: {line}",
            columns(line)
        );
        assert_eq!(line.trim_end(), line, "blanks at the end");
    }
    expected.assert_eq(text);
}

fn tree(script: &Script, width: usize, view: View<'_>) -> String {
    let about = About {
        view,
        ..About::default()
    };
    tests::text(script, &about, width)
}

fn timeline(script: &Script, width: usize) -> String {
    let mut out = String::new();
    let style = Style::new(false, width);
    timeline::render(&script.outline(), &About::default(), &style, &mut out)
        .expect("a string takes all");
    out
}

fn events(script: Script, state: Option<&str>, width: usize) -> String {
    // A first line without blanks in front keeps those of the others in a snapshot.
    let (mut out, style) = (String::from("$ --events\n"), Style::new(false, width));
    let mut table = Events::new(state, &style);
    follow(script, &mut |_, _| {}, &mut |outline, event| {
        let visit = outline.about(event);
        table
            .event(event, visit, &mut out)
            .expect("a string takes all");
    });
    table.end(&mut out).expect("a string takes all");
    out
}

fn items(script: Script, name: &str, listed: Listed, width: usize) -> String {
    let items = std::cell::RefCell::new(MapItems::new(name, listed));
    let outline = follow(
        script,
        &mut |outline, event| items.borrow_mut().before(outline, event),
        &mut |outline, event| items.borrow_mut().after(outline, event),
    );
    let (mut out, style) = (String::new(), Style::new(false, width));
    let mut items = items.into_inner();
    items
        .render(&outline, &style, &mut out)
        .expect("a string takes all");
    out
}

fn visits(script: Script, name: &str, width: usize) -> String {
    let (mut out, style) = (String::new(), Style::new(false, width));
    let mut visits = StateVisits::new(name, &style);
    let outline = follow(
        script,
        &mut |outline, event| {
            let told = visits.before(outline, event, &mut out);
            told.expect("a string takes all");
        },
        &mut |_, _| {},
    );
    visits.end(&outline, &mut out).expect("a string takes all");
    out
}

fn read(script: Script) -> (Outline, Documents) {
    let mut documents = Documents::default();
    let mut before = |outline: &Outline, event: &HistoryEvent<'_>| {
        documents.before(outline, event);
    };
    let outline = follow(script, &mut before, &mut |_, _| {});
    (outline, documents)
}

fn compared(one: Script, other: Script, width: usize) -> String {
    let (one, other) = (read(one), read(other));
    let about = About::default();
    let [one, other] = [&one, &other].map(|(outline, documents)| Compared {
        outline,
        documents,
        about: &about,
    });
    let mut out = String::new();
    compare::render(&one, &other, &Style::new(false, width), &mut out).expect("a string takes all");
    out
}

/// Names that a terminal would obey, wide ones, and ones that change the direction.
fn hostile() -> Script {
    let names = [
        "日本".repeat(40),
        String::from(r"\u001b[2J\u202eabc"),
        "שלום 👩\u{200d}💻".repeat(9),
    ];
    let mut lines = String::new();
    for name in names {
        write!(
            lines,
            r#"
            +1 TaskStateEntered "name":"{name}","input":"\"{name}\""
            +0 TaskScheduled "resourceType":"{name}","resource":"x","region":"","parameters":"{{}}"
            +7 TaskFailed "resourceType":"{name}","resource":"x","error":"{name}","cause":"{name}"
            +9 TaskScheduled "resourceType":"{name}","resource":"x","region":"","parameters":"{{}}"
            +1 TaskSucceeded "resourceType":"{name}","resource":"x","output":"1"
            +0 TaskStateExited "name":"{name}","output":"{{\"{name}\":\"{name}\"}}""#
        )
        .expect("a string takes all");
    }
    chained(&lines)
}

#[test]
fn a_timeline_in_120_columns() {
    check(
        &timeline(&sample::order(), 120),
        120,
        &expect![[r#"
        ✖ FAILED   14.99 s   11 states   282 events

                                          0 s                      5 s                       10 s
                                          ┬────────────────────────┬─────────────────────────┬─────────────────────────
        ✔ ValidateOrder                   █                                                                               214 ms
        ✔ CheckStatus                      █                                                                                1 ms
        ✔ PriceItems                       █████████████████                                                              3.45 s
        │  ⚠ [17]                           ▓▓▓▓▓▓▓▓▓▓▓▓                                                                  2.41 s
        ✔ Fulfil                                            ██████████████████████████████████████████████████            9.60 s
        ├─ 0 ✔ ReserveStock                                 █                                                              96 ms
        └─ 1 ✔ BookCarrier                                  ▒···········▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒····················███            9.60 s
        ⚠ ChargeCard                                                                                          ▒·····▓▓    1.63 s
        ✔ RefundStock                                                                                                 █    88 ms
        ✖ OrderFailed                                                                                                 █     0 ms

                                          █ ran  ▓ failed, caught  ▒ failed try  · waiting to retry
    "#]],
    );
}

#[test]
fn a_timeline_in_80_columns() {
    check(
        &timeline(&sample::order(), 80),
        80,
        &expect![[r#"
        ✖ FAILED   14.99 s   11 states   282 events

                               0 s             5 s             10 s
                               ┬───────────────┬───────────────┬───────────────
        ✔ ValidateOrder        █                                                  214 ms
        ✔ CheckStatus          █                                                    1 ms
        ✔ PriceItems           ███████████                                        3.45 s
        │  ⚠ [17]               ▓▓▓▓▓▓▓▓                                          2.41 s
        ✔ Fulfil                          ███████████████████████████████         9.60 s
        ├─ 0 ✔ ReserveStock               █                                        96 ms
        └─ 1 ✔ BookCarrier                ▒······▒▒▒▒▒▒▒▒▒▒·············█         9.60 s
        ⚠ ChargeCard                                                     ▒···▓    1.63 s
        ✔ RefundStock                                                         █    88 ms
        ✖ OrderFailed                                                         █     0 ms

                               █ ran  ▓ failed, caught  ▒ failed try
                               · waiting to retry
    "#]],
    );
}

#[test]
fn the_events_of_a_state_in_120_columns() {
    let text = events(sample::order(), Some("BookCarrier"), 120);
    check(
        &text,
        120,
        &expect![[r#"
            $ --events
               ID     +TIME     DELTA  EVENT                 STATE        DETAIL
              261    +3.663            TaskStateEntered      BookCarrier  input 2 B
              262    +3.663            TaskScheduled         BookCarrier  http:invoke
              263    +3.843   +180 ms  TaskFailed            BookCarrier  Lambda.TooManyRequestsException: Rate exceeded
              264    +5.843   +2.00 s  TaskScheduled         BookCarrier  try 2 after 2 s
              265    +8.843   +3.00 s  TaskTimedOut          BookCarrier  States.Timeout
              266   +12.843   +4.00 s  TaskScheduled         BookCarrier  try 3 after 4 s
              267   +13.267   +424 ms  TaskSucceeded         BookCarrier  output 2 B
              268   +13.267            TaskStateExited       BookCarrier  output 2 B
        "#]],
    );
}

#[test]
fn the_events_of_a_state_in_80_columns() {
    let text = events(sample::order(), Some("BookCarrier"), 80);
    check(
        &text,
        80,
        &expect![[r#"
            $ --events
               ID     +TIME     DELTA  EVENT                 DETAIL
              261    +3.663            TaskStateEntered      input 2 B
              262    +3.663            TaskScheduled         http:invoke
              263    +3.843   +180 ms  TaskFailed            Lambda.TooManyRequestsExceptio…
              264    +5.843   +2.00 s  TaskScheduled         try 2 after 2 s
              265    +8.843   +3.00 s  TaskTimedOut          States.Timeout
              266   +12.843   +4.00 s  TaskScheduled         try 3 after 4 s
              267   +13.267   +424 ms  TaskSucceeded         output 2 B
              268   +13.267            TaskStateExited       output 2 B
        "#]],
    );
}

#[test]
fn events_name_the_state_they_are_about() {
    let text = events(sample::order(), None, 80);
    let telling = |line: &&str| {
        let id = line.split_whitespace().next().unwrap_or_default();
        id.parse::<u32>().is_ok_and(|id| !(14..=245).contains(&id))
    };
    let told: Vec<&str> = text.lines().filter(telling).collect();
    check(
        &format!("$ --events\n{}", told.join("\n")),
        80,
        &expect![[r#"
            $ --events
                1    +0.000  ExecutionStarted                       input 2 B
                2    +0.000  TaskStateEntered        ValidateOrder  input 2 B
                3    +0.002  TaskScheduled           ValidateOrder  lambda:invoke
                4    +0.003  TaskStarted             ValidateOrder
                5    +0.213  TaskSucceeded           ValidateOrder  output 2 B
                6    +0.214  TaskStateExited         ValidateOrder  output 2 B
                7    +0.214  ChoiceStateEntered      CheckStatus    input 2 B
                8    +0.215  ChoiceStateExited       CheckStatus    output 2 B
                9    +0.215  MapStateEntered         PriceItems     input 2 B
               10    +0.216  MapStateStarted         PriceItems     40 items
               11    +0.216  MapIterationStarted     PriceItems     [0]
               12    +0.216  MapIterationStarted     PriceItems     [1]
               13    +0.216  MapIterationStarted     PriceItems     [2]
              246    +1.580  TaskStateExited         LookUpPrice    output 2 B
              247    +1.580  MapIterationSucceeded   PriceItems     [38]
              248    +1.155  TaskStateEntered        LookUpPrice    input 10 B
              249    +1.155  TaskScheduled           LookUpPrice    lambda:invoke
              250    +1.608  TaskSucceeded           LookUpPrice    output 2 B
              251    +1.608  TaskStateExited         LookUpPrice    output 2 B
              252    +1.608  MapIterationSucceeded   PriceItems     [39]
              253    +3.663  MapStateSucceeded       PriceItems
              254    +3.663  MapStateExited          PriceItems     output 2 B
              255    +3.663  ParallelStateEntered    Fulfil         input 2 B
              256    +3.663  ParallelStateStarted    Fulfil
              257    +3.663  TaskStateEntered        ReserveStock   input 2 B
              258    +3.663  TaskScheduled           ReserveStock   dynamodb:updateItem
              259    +3.759  TaskSucceeded           ReserveStock   output 2 B
              260    +3.759  TaskStateExited         ReserveStock   output 2 B
              261    +3.663  TaskStateEntered        BookCarrier    input 2 B
              262    +3.663  TaskScheduled           BookCarrier    http:invoke
              263    +3.843  TaskFailed              BookCarrier    Lambda.TooManyRequestsE…
              264    +5.843  TaskScheduled           BookCarrier    try 2 after 2 s
              265    +8.843  TaskTimedOut            BookCarrier    States.Timeout
              266   +12.843  TaskScheduled           BookCarrier    try 3 after 4 s
              267   +13.267  TaskSucceeded           BookCarrier    output 2 B
              268   +13.267  TaskStateExited         BookCarrier    output 2 B
              269   +13.267  ParallelStateSucceeded  Fulfil
              270   +13.267  ParallelStateExited     Fulfil         output 2 B
              271   +13.267  TaskStateEntered        ChargeCard     input 1.3 KiB
              272   +13.267  TaskScheduled           ChargeCard     lambda:invoke
              273   +13.567  TaskFailed              ChargeCard     PaymentDeclined: {"erro…
              274   +14.567  TaskScheduled           ChargeCard     try 2 after 1 s
              275   +14.897  TaskFailed              ChargeCard     PaymentDeclined: {"erro…
              276   +14.897  TaskStateExited         ChargeCard     output 2 B
              277   +14.897  TaskStateEntered        RefundStock    input 2 B
              278   +14.897  TaskScheduled           RefundStock    dynamodb:updateItem
              279   +14.985  TaskSucceeded           RefundStock    output 2 B
              280   +14.985  TaskStateExited         RefundStock    output 2 B
              281   +14.985  FailStateEntered        OrderFailed    input 2 B
              282   +14.985  ExecutionFailed                        OrderRejected: payment …"#]],
    );
}

#[test]
fn the_items_of_a_map_in_120_columns() {
    let text = items(sample::order(), "PriceItems", Listed::Trouble, 120);
    check(
        &text,
        120,
        &expect![[r#"
        ✔ PriceItems   Map 40 items, ≤10 at once   3.45 s

          items   ✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔⚠✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔   39 ✔  1 ⚠  0 ✖  0 pending
          time    min 180 ms   p50 320 ms   p95 446 ms   max 2.41 s  [17]

          ⚠ [17]  "sku-0017"   PriceNotFound caught in LookUpPrice → UseListPrice                                         2.41 s
          … 39 succeeded items not shown (--all)
    "#]],
    );
}

#[test]
fn the_items_of_a_map_in_80_columns() {
    let text = items(sample::order(), "PriceItems", Listed::Trouble, 80);
    check(
        &text,
        80,
        &expect![[r#"
        ✔ PriceItems   Map 40 items, ≤10 at once   3.45 s

          items   ✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔⚠✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔✔   39 ✔  1 ⚠  0 ✖  0 pending
          time    min 180 ms   p50 320 ms   p95 446 ms   max 2.41 s  [17]

          ⚠ [17]  "sku-0017"   PriceNotFound caught in LookUpPrice → UseListPr…   2.41 s
          … 39 succeeded items not shown (--all)
    "#]],
    );
    let all = items(sample::order(), "PriceItems", Listed::All, 80);
    assert_eq!(all.lines().count(), 6 + 40 - 1, "{all}");
    let failed = items(sample::order(), "PriceItems", Listed::Failed, 80);
    assert!(!failed.contains("[17]  \""), "{failed}");
}

#[test]
fn items_that_failed_were_aborted_or_have_not_ended() {
    let mut script = chained(
        r#"
        +0 MapStateEntered "name":"M","input":"[]"
        +0 MapStateStarted "length":4"#,
    );
    for index in 0..3 {
        let item = format!(r#""name":"M","index":{index}"#);
        let last = script.add(3, 0, "MapIterationStarted", &item);
        let entered = r#""name":"T","input":"\"x\"""#;
        let last = script.add(last, 1, "TaskStateEntered", entered);
        if index == 1 {
            let resource = r#""resourceType":"lambda","resource":"invoke""#;
            let scheduled = format!(r#"{resource},"region":"","parameters":"{{}}""#);
            let last = script.add(last, 1, "TaskScheduled", &scheduled);
            let failed = format!(r#"{resource},"error":"Boom","cause":"no""#);
            let last = script.add(last, 5, "TaskFailed", &failed);
            script.add(last, 5, "MapIterationFailed", &item);
        }
    }
    check(
        &items(script, "M", Listed::Trouble, 80),
        80,
        &expect![[r#"
            ● M   Map 4 items, ≤2 at once   5 ms

              items   ●✖●   0 ✔  0 ⚠  1 ✖  2 ●  1 pending
              time    min 5 ms   p50 5 ms   p95 5 ms   max 5 ms  [1]

              ✖ [1]  "x"   Boom in T                                                    5 ms
        "#]],
    );
}

#[test]
fn a_state_with_all_that_is_known_of_it() {
    check(
        &visits(sample::order(), "BookCarrier", 80),
        80,
        &expect![[r#"
            ✔ BookCarrier          Task       3 tries   in Fulfil[1]                  9.60 s

              entered       +3.66 s, event 261
              tries         1  Lambda.TooManyRequestsException after 180 ms, retry in 2 s
                            2  States.Timeout after 3.00 s, retry in 4 s
                            3  succeeded after 424 ms
              input         (2 B)
                            {}
              output        (2 B)
                            {}
        "#]],
    );
    let charged = visits(sample::order(), "ChargeCard", 120);
    check(
        &charged,
        120,
        &expect![[r#"
        ⚠ ChargeCard                 Task lambda:invoke         PaymentDeclined caught   2 tries                          1.63 s

          entered       +13.27 s, event 271
          tries         1  PaymentDeclined after 300 ms, retry in 1 s
                        2  PaymentDeclined after 330 ms
          error         PaymentDeclined
          cause         (JSON string, decoded)
                        {
                          "errorMessage": "card 4242…4242 declined: insufficient funds",
                          "errorType": "PaymentDeclined",
                          "stackTrace": [ "charge.py:88 in handler", "charge.py:40 in charge with a long line", "b", "c" ]
                        }
          input         (1.3 KiB)
                        { "orderId": "o-991", "total": 129.9, "currency": "EUR", "card": { "last4": "4242" },
                          "items": [ … 40 items ] }
          output        (2 B)
                        {}
    "#]],
    );
}

#[test]
fn a_state_is_told_at_each_visit_and_when_it_has_not_ended() {
    let script = chained(
        r#"
        +0 PassStateEntered "name":"A","input":"1"
        +0 PassStateExited "name":"A","output":"2","assignedVariables":{"x":"1"}
        +5 WaitStateEntered "name":"B","input":"2"
        +1000 WaitStateExited "name":"B","output":"2"
        +0 PassStateEntered "name":"A","input":"{\"a\": [1, 2]}""#,
    );
    check(
        &visits(script, "A", 80),
        80,
        &expect![[r#"
        ✔ A                    Pass                                                 0 ms

          entered       +0 ms, event 2
          input         (1 B)
                        1
          output        (1 B)
                        2

        ● A                    Pass                                                 0 ms

          entered       +1.01 s, event 6
          input         (13 B)
                        { "a": [ 1, 2 ] }
    "#]],
    );
}

#[test]
fn inputs_and_outputs_stand_under_their_states() {
    let script = || {
        chained(
            r#"
            +0 ParallelStateEntered "name":"Both","input":"{\"a\": 1}"
            +0 ParallelStateStarted
            +0 PassStateEntered "name":"One","input":"{\"a\": 1}"
            +0 PassStateExited "name":"One","output":"\"\u001b[31m\""
            +0 ParallelStateSucceeded
            +0 ParallelStateExited "name":"Both","output":"{\"a\": 1}"
            +0 ExecutionSucceeded "output":"{}""#,
        )
    };
    let (_, documents) = read(script());
    let view = View {
        documents: Some(&documents),
        ..View::default()
    };
    check(
        &tree(&script(), 80, view),
        80,
        &expect![[r#"
        ✔ SUCCEEDED   0 ms   2 states   8 events

        ✔ Both                 Parallel 1                                           0 ms
            in  { "a": 1 }
            out (the same)
        └─ 0 ✔ One             Pass                                                 0 ms
            in  { "a": 1 }
            out "\u001b[31m"
    "#]],
    );
}

#[test]
fn what_succeeded_is_counted_and_levels_are_left_out() {
    let folded = View {
        folds_ok: true,
        ..View::default()
    };
    let text = tree(&sample::order(), 80, folded);
    let (tree_part, _) = text.split_once("\n✖ OrderFailed ended").expect("it failed");
    check(
        tree_part,
        80,
        &expect![[r#"
        ✖ FAILED   14.99 s   11 states   282 events

        ✔ 2 states                         ValidateOrder … CheckStatus            215 ms
        ✔ PriceItems           Map 40      39 ✔  1 ⚠   ≤10 at once   p50 320 m…   3.45 s
        │  ⚠ [17]              "sku-0017"  PriceNotFound caught → UseListPrice    2.41 s
        ✔ Fulfil               Parallel 2                                         9.60 s
        ⚠ ChargeCard           Task        PaymentDeclined caught → RefundStoc…   1.63 s
        ✔ RefundStock          Task                                                88 ms
        ✖ OrderFailed          Fail        OrderRejected                               —
    "#]],
    );
    let flat = View {
        depth: Some(0),
        ..View::default()
    };
    let text = tree(&sample::order(), 80, flat);
    assert!(
        text.contains("Fulfil") && !text.contains("BookCarrier"),
        "{text}"
    );
}

#[test]
fn no_view_obeys_what_names_say() {
    let wide = "日本".repeat(40);
    for width in [40, 80, 120] {
        let (_, documents) = read(hostile());
        let view = View {
            documents: Some(&documents),
            ..View::default()
        };
        let views = [
            timeline(&hostile(), width),
            events(hostile(), None, width),
            events(hostile(), Some(&wide), width),
            visits(hostile(), &wide, width),
            tree(&hostile(), width, view),
            compared(hostile(), chained(""), width),
            compared(hostile(), hostile(), width),
        ];
        for text in views {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
            for line in text.lines() {
                assert!(columns(line) <= width, "{width}: {line}");
            }
        }
    }
}
