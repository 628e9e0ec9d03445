use std::fmt::Write;

use expect_test::{Expect, expect};

use super::read;
use crate::syntax::{Diagnostic, Kind, LineIndex, Node, Tree};

/// Every finding as `line:column: message (label) [other places]`, then the tree.
fn check(text: &str, expected: Expect) {
    let mut findings = Vec::new();
    let tree = read(text, &mut findings);
    let mut out = told(text, &findings);
    writeln!(out, "{}", tree.root().to_json().text()).expect("a string takes all");
    expected.assert_eq(&out);
}

fn told(text: &str, findings: &[Diagnostic]) -> String {
    let index = LineIndex::new(text);
    let mut out = String::new();
    for finding in findings {
        let places = finding.labels.iter().map(|label| {
            let at = index.chars(label.span.start as usize);
            format!("{}:{} {}", at.line, at.column, label.message)
        });
        let places: Vec<_> = places.collect();
        writeln!(out, "{} | {}", finding.message, places.join(" | ")).expect("a string takes all");
    }
    out
}

/// The text of every key and value, as their spans have it.
fn check_spans(text: &str, expected: Expect) {
    let mut findings = Vec::new();
    let tree = read(text, &mut findings);
    assert_eq!(findings, [], "{text}");
    let mut out = String::new();
    write_spans(tree.root(), text, &mut out);
    expected.assert_eq(&out);
}

fn write_spans(node: Node<'_>, text: &str, out: &mut String) {
    let span = node.span();
    writeln!(out, "{} {:?}", node.pointer(), &text[span.range()]).expect("a string takes all");
    for item in node.items() {
        write_spans(item, text, out);
    }
    for entry in node.entries() {
        write!(out, "{} ", &text[entry.key_span.range()]).expect("a string takes all");
        write_spans(node.tree().node(entry.value), text, out);
    }
}

fn clean(text: &str) -> Tree {
    let mut findings = Vec::new();
    let tree = read(text, &mut findings);
    assert_eq!(findings, [], "{text}");
    tree
}

const SAMPLE: &str = "# é\nStartAt: &first \"é🚀 A\"  # comment\nStates:\n  é A:\n    Type: !Sub Pass\n    \
    Comment: |  # header\n      two é\n      lines\n\n    Retry:\n    - ErrorEquals: ['it''s', {a: b, c: }]\n      \
    MaxAttempts: 3\n    - &r\n      - x\n      -\n  B: *r\n  C:\n\n";

#[test]
fn spans_are_exact_bytes() {
    check_spans(SAMPLE, expect![[r#""#]]);
}

#[test]
fn spans_of_other_layouts_are_exact() {
    check_spans(
        "--- # top\n- - a\n  - [ 1, é: 2 ] # c\n- ? k\n  : - v\n- !t\n  b: >-\n    folded\n\n    text\n\n- \"q\\\"\" \n",
        expect![[r#""#]],
    );
}

#[test]
fn scalars_are_values_of_json() {
    check(
        "a: 2012-10-17\nb: 0x10\nc: '1'\nd: ~\ne: yes\nf: !!str 1\ng: ! 2\nh: !Ref X\ni: !!int '3'\n1: true\nnull: .5\n",
        expect![[r#""#]],
    );
}

#[test]
fn infinities_are_refused() {
    check("a: .inf\nb: 1e999\n", expect![[r#""#]]);
}

#[test]
fn duplicate_keys_have_both_places() {
    check("a: 1\nb:\n  c: 1\n  \"c\": 2\na: 3\n", expect![[r#""#]]);
}

#[test]
fn aliases_share_what_is_anchored() {
    let text = "a: &x\n  k: [1]\nb: *x\nc: [*x]\n";
    check(text, expect![[r#""#]]);
    let tree = clean(text);
    let alias = tree.resolve("/b").expect("present");
    assert_eq!(&text[alias.span().range()], "*x");
    assert_eq!(alias.pointer(), "/b");
    assert_eq!(tree.resolve("/b/k/0").expect("present").pointer(), "/a/k/0");
}

#[test]
fn aliases_of_nothing_and_of_themselves_are_refused() {
    check("a: *x\nb: 1\n", expect![[r#""#]]);
    check("a: &x\n  b: *x\n  c: 1\n", expect![[r#""#]]);
}

#[test]
fn an_alias_bomb_is_one_finding_and_small() {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for n in 1..30 {
        let alias = format!("*a{}", n - 1);
        writeln!(text, "a{n}: &a{n} [{}]", [alias.as_str(); 10].join(",")).expect("a string");
    }
    let mut findings = Vec::new();
    let tree = read(&text, &mut findings);
    assert_eq!(
        findings[0].message,
        "aliases stand for more than a million values"
    );
    assert!(findings.len() <= 21);
    assert!(tree.len() < 2_000);
    assert!(tree.root().to_json().size() < 10_000_000);
}

#[test]
fn aliases_may_not_make_the_document_too_deep() {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for n in 1..600 {
        writeln!(text, "a{n}: &a{n} [*a{}]", n - 1).expect("a string");
    }
    let mut findings = Vec::new();
    let tree = read(&text, &mut findings);
    assert_eq!(
        findings[0].message,
        "alias makes the document nest deeper than 500 levels"
    );
    assert_eq!(tree.root().to_json().depth(), 500);
}

#[test]
fn merge_keys_are_carried_out() {
    check(
        "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\none:\n  a: 0\n  <<: *b\n  y: 5\nmany:\n  <<: [*b, *m]\n",
        expect![[r#""#]],
    );
    check("a:\n  <<: text\n  b: 1\n", expect![[r#""#]]);
}

#[test]
fn only_one_document_is_read() {
    check("a: 1\n---\nb: 2\n", expect![[r#""#]]);
    check("---\na: 1\n...\n---\n# nothing\n", expect![[r#""#]]);
}

#[test]
fn tabs_in_the_indentation_are_named() {
    check("a:\n\tb: 1\n", expect![[r#""#]]);
    check("a:\n  b: 1\n \tc: 2\n", expect![[r#""#]]);
    check("a:\n  b:\n\t  - c\n", expect![[r#""#]]);
    check("\ta: 1\n\tb: 2\n", expect![[r#""#]]);
    check("a:\n\t\tb: é\n\t\tc: 1\n", expect![[r#""#]]);
}

#[test]
fn keys_must_be_strings() {
    check("{a: b}: 1\n[c]: 2\n? \n: 3\nd: 4\n", expect![[r#""#]]);
}

#[test]
fn broken_texts_say_what_is_wrong_and_keep_what_was_read() {
    check("a: 1\nfoo\nb: 2\n", expect![[r#""#]]);
    check("a: b: c\n", expect![[r#""#]]);
    check("a: 1\n  b: 2\n", expect![[r#""#]]);
    check("a:\n    b: 1\n  c: 2\n", expect![[r#""#]]);
    check("a: \"open\nb: 1\n", expect![[r#""#]]);
    check("a: \"\\d\"\n", expect![[r#""#]]);
    check("a: [1, 2\nb: 3\n", expect![[r#""#]]);
    check("a: {b: 1, c: [}\n", expect![[r#""#]]);
    check("a: 1]\nb: ]\n", expect![[r#""#]]);
    check("a: @x\n", expect![[r#""#]]);
    check("a: \"x\" y\n", expect![[r#""#]]);
    check("- a\nb: 1\n", expect![[r#""#]]);
    check("a: 1\n- b\n", expect![[r#""#]]);
    check("a: - b\n", expect![[r#""#]]);
    check("a: %x\n", expect![[r#""#]]);
    check("a: é\0\n", expect![[r#""#]]);
    check("{\"a\": \"\\ud83d\\ude80\"}", expect![[r#""#]]);
}

#[test]
fn an_empty_file_says_so() {
    check("", expect![[r#""#]]);
    check("\n \n", expect![[r#""#]]);
    check("# only this\n", expect![[r#""#]]);
}

#[test]
fn a_byte_order_mark_is_read_over() {
    let text = "\u{feff}a: é\n";
    let tree = clean(text);
    let entry = tree.root().entry("a").expect("present");
    assert_eq!(entry.key_span.start, 3);
    assert_eq!(&text[tree.node(entry.value).span().range()], "é");
}

#[test]
fn hostile_nesting_is_one_finding() {
    for (text, message, depth) in [
        (
            "[".repeat(200_000),
            "brackets nested deeper than 255 levels",
            0,
        ),
        ("- ".repeat(200_000), "nested deeper than 500 levels", 500),
        ("? ".repeat(200_000), "nested deeper than 500 levels", 0),
        (
            format!("{}x", "- ".repeat(200_000)),
            "nested deeper than 500 levels",
            500,
        ),
    ] {
        let mut findings = Vec::new();
        let tree = read(&text, &mut findings);
        assert_eq!(findings[0].message, message);
        assert_eq!(tree.root().to_json().depth(), depth);
    }
}

fn survive(text: &str) {
    let mut findings = Vec::new();
    let tree = read(text, &mut findings);
    let _ = tree.root().to_json();
    assert_in_text(tree.root(), text);
    for label in findings.iter().flat_map(|finding| &finding.labels) {
        assert!(text.get(label.span.range()).is_some(), "{text}: {label:?}");
    }
}

fn assert_in_text(node: Node<'_>, text: &str) {
    assert!(
        text.get(node.span().range()).is_some(),
        "{text}: {:?}",
        node.span()
    );
    for item in node.items() {
        assert_in_text(item, text);
    }
    for entry in node.entries() {
        assert!(
            text.get(entry.key_span.range()).is_some(),
            "{text}: {entry:?}"
        );
        assert_in_text(node.tree().node(entry.value), text);
    }
}

#[test]
fn a_text_that_is_cut_or_changed_anywhere_is_read() {
    let inserted = [
        "\"", "'", "\\", "{", "}", "[", "]", ",", ": ", "- ", "? ", "&x ", "*first ", "!t ", "| ",
        "> ", "#", "\n", "\t", "  ", "é", "<<: ", "---\n", "\u{feff}", "\r", "%", "\0",
    ];
    for (at, char) in SAMPLE.char_indices() {
        survive(&SAMPLE[..at]);
        survive(&SAMPLE[at..]);
        let rest = &SAMPLE[at + char.len_utf8()..];
        survive(&format!("{}{rest}", &SAMPLE[..at]));
        for new in inserted {
            survive(&format!("{}{new}{}", &SAMPLE[..at], &SAMPLE[at..]));
            survive(&format!("{}{new}{rest}", &SAMPLE[..at]));
        }
    }
}

#[test]
fn json_is_read_as_yaml_too() {
    let tree = clean("{\"a\": [1, 2.5, \"é\", null, true, {\"b\": {}}], \"c\":[]}");
    assert_eq!(
        &*tree.root().to_json().text(),
        r#"{"a":[1,2.5,"é",null,true,{"b":{}}],"c":[]}"#
    );
    assert!(matches!(tree.root().kind(), Kind::Object(_)));
}
