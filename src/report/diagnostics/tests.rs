//! The formats, held against the text that a user sees.
#![expect(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes them when it updates a test"
)]

use std::fmt::Write;

use expect_test::{Expect, expect};
use serde_json::Value;

use super::human::Options;
use super::{FileReport, concise, human, json};
use crate::report::style::printable_json;
use crate::syntax::{Diagnostic, Edit, Format, Severity, Source, Span, Tree, read};
use crate::{language, lint};

const ORDER: &str = r#"{
  "StartAt": "ValidateOrder",
  "States": {
    "ValidateOrder": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Next": "ProcesPayment"
    },
    "ProcessPayment": { "Type": "Pass" }
  }
}
"#;

fn judged(text: &str) -> (Source, Tree, Vec<Diagnostic>) {
    let source = Source::new("order.asl.json", text);
    let (tree, mut found) = read(&source, Format::Json);
    let (machine, of_model) = language::read(&tree);
    found.extend(lint::check(
        lint::Definition {
            source: &source,
            tree: &tree,
            machine: &machine,
        },
        of_model,
        &lint::Options::default(),
    ));
    (source, tree, found)
}

/// A file with one finding that can be mended, as the linter reports it.
pub(super) fn misspelt() -> Vec<FileReport<'static>> {
    let (source, tree, mut diagnostics) = judged(ORDER);
    diagnostics.truncate(1);
    leaked(source, Some(tree), diagnostics)
}

/// A file without findings.
pub(super) fn clean() -> Vec<FileReport<'static>> {
    let (source, tree, _) = judged(r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#);
    leaked(source, Some(tree), Vec::new())
}

/// What a format could stumble over: a name and messages that terminals, XML, URLs and workflow
/// commands would read as their own, characters of two UTF-16 units and four bytes, a label over
/// several lines, a fix of several edits, a finding without a place.
pub(super) fn hostile() -> Vec<FileReport<'static>> {
    let text = "{\n\t\"名前🚀\": true,\n  \"b\": [1,\n 2]\n}\n";
    let source = Source::new("./flows/a b:c,100%\u{1b}[31m<&>\".json", text);
    let (tree, _) = read(&source, Format::Json);
    let at = |place: &str| {
        let start = text.find(place).expect("is in the text");
        Span::new(start, start + place.len())
    };
    let edit = |place: &str, text: &str| Edit {
        span: at(place),
        text: text.to_owned(),
    };
    let message = "100% of <\"a\u{1b}[31m\u{202e}\u{ffff}]]>\" & [b](http://c): {0}\nsecond line";
    let odd = Diagnostic::warning("unknown-field", message)
        .label(at("true"), "")
        .label(at("[1,\n 2]"), "from here\nto there")
        .fix(false, vec![edit("true", "\"\t\u{7}\""), edit("1", "")]);
    let mut note = Diagnostic::warning("test-rule", "a note").help("do this\r\nor that");
    note.severity = Severity::Note;
    let over_lines = Diagnostic::error("test-rule", "over lines").label(at("[1,\n 2]"), "x");
    leaked(source, Some(tree), vec![odd, note, over_lines])
}

fn leaked(
    source: Source,
    tree: Option<Tree>,
    diagnostics: Vec<Diagnostic>,
) -> Vec<FileReport<'static>> {
    vec![FileReport {
        source: Box::leak(Box::new(source)),
        tree: tree.map(|tree| &*Box::leak(Box::new(tree))),
        diagnostics,
    }]
}

pub(super) fn rendered(
    files: &[FileReport<'_>],
    render: impl Fn(&[FileReport<'_>], &mut dyn Write) -> std::fmt::Result,
) -> String {
    let mut out = String::new();
    render(files, &mut out).expect("strings take all");
    out
}

/// JSON over several lines where it is long, to be read by people.
pub(super) fn spread(json: &str) -> String {
    let mut out = String::new();
    let value = serde_json::from_str(json).expect("is JSON");
    lay_out(&value, 0, &mut out);
    printable_json(&(out + "\n")).into_owned()
}

fn lay_out(value: &Value, indent: usize, out: &mut String) {
    let flat = value.to_string();
    let (brackets, parts): (_, Vec<(String, &Value)>) = match value {
        Value::Array(items) => (
            ['[', ']'],
            items.iter().map(|v| (String::new(), v)).collect(),
        ),
        Value::Object(members) => {
            let parts = members.iter().map(|(key, v)| (format!("\"{key}\": "), v));
            (['{', '}'], parts.collect())
        }
        _ => return out.push_str(&flat),
    };
    if flat.len() + indent <= 90 {
        return out.push_str(&flat);
    }
    out.push(brackets[0]);
    for (at, (key, part)) in parts.into_iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        write!(out, "{comma}\n{:1$}{key}", "", indent + 2).expect("strings take all");
        lay_out(part, indent + 2, out);
    }
    write!(out, "\n{:indent$}{}", "", brackets[1]).expect("strings take all");
}

fn in_human(text: &str, options: Options) -> String {
    let (source, tree, diagnostics) = judged(text);
    drawn(&source, Some(&tree), diagnostics, options)
}

fn drawn(
    source: &Source,
    tree: Option<&Tree>,
    diagnostics: Vec<Diagnostic>,
    options: Options,
) -> String {
    let file = FileReport {
        source,
        tree,
        diagnostics,
    };
    let mut out = String::new();
    human::render(&[file], &options, &mut out).expect("strings take all");
    // Lines of the frame end with a blank where the source line is empty.
    trimmed(&out)
}

fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[expect(clippy::needless_pass_by_value, reason = "reads well at the call")]
fn check_labels(text: &str, labels: &[(&str, &'static str)], expected: Expect) {
    let mut finding = Diagnostic::error("test-rule", "a message");
    for (place, message) in labels {
        let start = text.find(place).expect("is in the text");
        finding = finding.label(Span::new(start, start + place.len()), *message);
    }
    let source = Source::new("test.json", text);
    expected.assert_eq(&drawn(&source, None, vec![finding], Options::default()));
}

#[test]
fn findings_are_drawn_for_people() {
    expect![[r#"
        asl::unknown-target

          × `Next` points at a state that does not exist: "ProcesPayment"
            ╭─[order.asl.json:7:15]
          6 │       "Resource": "arn:aws:states:::lambda:invoke",
          7 │       "Next": "ProcesPayment"
            ·               ───────┬───────
            ·                      ╰── no state with this name in the same `States`
          8 │     },
          9 │     "ProcessPayment": { "Type": "Pass" }
            ·     ────────┬───────
            ·             ╰── a state with a similar name is here
         10 │   }
            ╰────
          help: did you mean "ProcessPayment"?  (fixable: run `asl validate --fix`)

        asl::missing-transition

          × state "ProcessPayment" has neither `Next` nor `End`
            ╭─[order.asl.json:9:5]
          8 │     },
          9 │     "ProcessPayment": { "Type": "Pass" }
            ·     ────────┬───────
            ·             ╰── this Pass ends nowhere
         10 │   }
            ╰────
          help: every Pass needs exactly one of `"Next": "<state>"` or `"End": true`.

    "#]]
    .assert_eq(&in_human(
        ORDER,
        Options {
            width: 120,
            ..Options::default()
        },
    ));
}

#[test]
fn messages_are_wrapped_and_source_is_cut() {
    expect![[r#"
        asl::unknown-target

          × `Next` points at a state that does not exist:
          │ "ProcesPayment"
            ╭─[order.asl.json:7:15]
          6 │       "Resource": "arn:aws:states:::lambda:invoke",
          7 │       "Next": "ProcesPayment"
            ·               ───────┬───────
            ·                      ╰── no state with this name in the same `States`
          8 │     },
          9 │     "ProcessPayment": { "Type": "Pass" }
            ·     ────────┬───────
            ·             ╰── a state with a similar name is here
         10 │   }
            ╰────
          help: did you mean "ProcessPayment"?
                (fixable: run `asl validate --fix`)

        asl::missing-transition

          × state "ProcessPayment" has neither `Next` nor `End`
            ╭─[order.asl.json:9:5]
          8 │     },
          9 │     "ProcessPayment": { "Type": "Pass" }
            ·     ────────┬───────
            ·             ╰── this Pass ends nowhere
         10 │   }
            ╰────
          help: every Pass needs exactly one of `"Next":
                "<state>"` or `"End": true`.

    "#]]
    .assert_eq(&in_human(
        ORDER,
        Options {
            width: 60,
            ..Options::default()
        },
    ));
}

#[test]
fn a_terminal_without_unicode_gets_ascii() {
    expect![[r#"
        asl::unknown-target

          x `Next` points at a state that does not exist: "ProcesPayment"
            ,-[order.asl.json:7:15]
          6 |       "Resource": "arn:aws:states:::lambda:invoke",
          7 |       "Next": "ProcesPayment"
            :               ^^^^^^^|^^^^^^^
            :                      `-- no state with this name in the same `States`
          8 |     },
          9 |     "ProcessPayment": { "Type": "Pass" }
            :     ^^^^^^^^|^^^^^^^
            :             `-- a state with a similar name is here
         10 |   }
            `----
          help: did you mean "ProcessPayment"?  (fixable: run `asl validate --fix`)

        ... 1 more in order.asl.json: `--max-diagnostics 0` shows all

    "#]]
    .assert_eq(&in_human(
        ORDER,
        Options {
            unicode: false,
            most: 1,
            ..Options::default()
        },
    ));
}

#[test]
fn colour_adds_escapes_and_nothing_else() {
    let plain = in_human(ORDER, Options::default());
    let colored = in_human(
        ORDER,
        Options {
            color: true,
            ..Options::default()
        },
    );
    let mut rest = String::new();
    for (at, part) in colored.split("\u{1b}[").enumerate() {
        rest.push_str(if at == 0 {
            part
        } else {
            part.split_once('m').expect("is a colour").1
        });
    }
    assert_ne!(plain, colored);
    assert_eq!(plain, trimmed(&rest));
}

#[test]
fn what_a_terminal_would_obey_is_shown_and_columns_hold() {
    let text = "{\n  \"a\u{1b}[31m\u{202e}b\": \"x\",\n\t\"tab\":\t1\n}\n";
    check_labels(
        text,
        &[("\"x\"", "here"), ("1\n", "after \u{7} tabs")],
        expect![[r#"
            asl::test-rule

              × a message
               ╭─[test.json:2:15]
             1 │ {
             2 │   "a\u001b[31m\u202eb": "x",
               ·                         ─┬─
               ·                          ╰── here
             3 │     "tab":  1
               ·             ┬
               ·             ╰── after \u0007 tabs
             4 │ }
               ╰────

        "#]],
    );
}

#[test]
fn wide_characters_take_two_columns() {
    check_labels(
        "{\n  \"名前🚀\": true\n}",
        &[("true", "here")],
        expect![[r#"
        asl::test-rule

          × a message
           ╭─[test.json:2:10]
         1 │ {
         2 │   "名前🚀": true
           ·             ──┬─
           ·               ╰── here
         3 │ }
           ╰────

    "#]],
    );
}

#[test]
fn distant_labels_have_a_frame_each() {
    let text = "{\n \"a\": 1,\n \"b\": 2,\n \"c\": 3,\n \"d\": 4,\n \"e\": 5\n}";
    check_labels(
        text,
        &[("5", "this"), ("1", "and that")],
        expect![[r#"
        asl::test-rule

          × a message
           ╭─[test.json:2:7]
         1 │ {
         2 │  "a": 1,
           ·       ┬
           ·       ╰── and that
         3 │  "b": 2,
           ╰────
           ╭─[test.json:6:7]
         5 │  "d": 4,
         6 │  "e": 5
           ·       ┬
           ·       ╰── this
         7 │ }
           ╰────

    "#]],
    );
}

#[test]
fn a_label_over_several_lines_is_shown_on_the_first() {
    check_labels(
        "{\n \"a\": {\n  \"b\": 1\n }\n}",
        &[("{\n  \"b\": 1\n }", "all of it")],
        expect![[r#"
            asl::test-rule

              × a message
               ╭─[test.json:2:7]
             1 │ {
             2 │  "a": {
               ·       ┬
               ·       ╰── all of it
             3 │   "b": 1
               ╰────

        "#]],
    );
}

#[test]
fn a_line_of_a_minified_file_is_cut() {
    let filler = "\"xxxxxxxxxx\":1,".repeat(60);
    let text = format!("{{{filler}\"here\":2,{filler}\"there\":3,{filler}\"z\":0}}");
    check_labels(
        &text,
        &[("\"here\"", "this"), ("\"there\"", "and that")],
        expect![[r#"
            asl::test-rule

              × a message
               ╭─[test.json:1:902]
             1 │ …"xxxxxxxxxx":1,"here":2,"xxxxxxxxxx"…"xxxxxxxxxx":1,"there":3,"xxxxxxxxxx"…
               ·                 ───┬──                               ───┬───
               ·                    │                                    ╰── and that
               ·                    ╰── this
               ╰────

        "#]],
    );
}

#[test]
fn places_at_the_end_of_the_text_and_beyond_are_drawn() {
    let source = Source::new("test.json", "{\n");
    let finding = |at| Diagnostic::error("test-rule", "a message").label(Span::new(at, at), "here");
    let found = vec![
        finding(1),
        finding(2),
        finding(99),
        Diagnostic::error("test-rule", "nowhere"),
    ];
    expect![[r#"
        asl::test-rule

          × a message
           ╭─[test.json:1:2]
         1 │ {
           ·  ▲
           ·  ╰── here
           ╰────

        asl::test-rule

          × a message
           ╭─[test.json:2:1]
         1 │ {
         2 │
           · ▲
           · ╰── here
           ╰────

        asl::test-rule

          × a message
           ╭─[test.json:2:1]
         1 │ {
         2 │
           · ▲
           · ╰── here
           ╰────

        asl::test-rule

          × nowhere (in test.json)

    "#]]
    .assert_eq(&drawn(&source, None, found, Options::default()));
    let empty = Source::new("empty.json", "");
    expect![[r#"
        asl::test-rule

          × a message
           ╭─[empty.json:1:1]
         1 │
           · ▲
           · ╰── here
           ╰────

    "#]]
    .assert_eq(&drawn(&empty, None, vec![finding(0)], Options::default()));
}

#[test]
fn findings_are_written_one_line_each() {
    let (source, tree, mut diagnostics) = judged(ORDER);
    diagnostics.push(Diagnostic::warning("test-rule", "two\nlines \u{1b}"));
    let file = FileReport {
        source: &source,
        tree: Some(&tree),
        diagnostics,
    };
    let mut out = String::new();
    concise::render(&[file], &mut out).expect("strings take all");
    expect![[r#"
        order.asl.json:7:15: error[unknown-target] `Next` points at a state that does not exist: "ProcesPayment" (did you mean "ProcessPayment"?)
        order.asl.json:9:5: error[missing-transition] state "ProcessPayment" has neither `Next` nor `End`
        order.asl.json:1:1: warning[test-rule] two lines \u001b
    "#]].assert_eq(&out);
}

#[test]
fn findings_are_written_as_json() {
    let (source, tree, mut diagnostics) = judged(ORDER);
    diagnostics.truncate(1);
    let file = FileReport {
        source: &source,
        tree: Some(&tree),
        diagnostics,
    };
    let mut out = String::new();
    json::render(&[file], &mut out).expect("strings take all");
    serde_json::from_str::<Value>(&out).expect("is JSON");
    expect![[r#"
        {"version":1,
        "summary":{"files":1,
        "filesWithFindings":1,
        "errors":1,
        "warnings":0,
        "notes":0,
        "fixable":1},
        "diagnostics":[{"rule":"unknown-target",
        "severity":"error",
        "awsCode":"MISSING_TRANSITION_TARGET",
        "message":"`Next` points at a state that does not exist: \"ProcesPayment\"",
        "file":"order.asl.json",
        "pointer":"/States/ValidateOrder/Next",
        "span":{"start":{"line":7,
        "column":15,
        "offset":157},
        "end":{"line":7,
        "column":30,
        "offset":172}},
        "labels":[{"span":{"start":{"line":7,
        "column":15,
        "offset":157},
        "end":{"line":7,
        "column":30,
        "offset":172}},
        "message":"no state with this name in the same `States`"},{"span":{"start":{"line":9,
        "column":5,
        "offset":184},
        "end":{"line":9,
        "column":21,
        "offset":200}},
        "message":"a state with a similar name is here"}],
        "help":"did you mean \"ProcessPayment\"?",
        "fix":{"safe":true,
        "edits":[{"span":{"start":{"line":7,
        "column":15,
        "offset":157},
        "end":{"line":7,
        "column":30,
        "offset":172}},
        "text":"\"ProcessPayment\""}]}}]}
    "#]]
    .assert_eq(&out.replace(",\"", ",\n\""));
}
