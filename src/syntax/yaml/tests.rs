#![expect(
    clippy::needless_raw_string_hashes,
    reason = "that is how expect-test writes them"
)]

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::read;
use crate::syntax::{Diagnostic, Kind, LineIndex, Node, Tree};

/// Every finding as `line:column: message (label) [other places]`, then the tree.
pub(super) fn check(text: &str, expected: &Expect) {
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
pub(super) fn check_spans(text: &str, expected: &Expect) {
    let mut findings = Vec::new();
    let tree = read(text, &mut findings);
    assert_eq!(findings, [], "{text}");
    let mut out = String::new();
    write_spans(tree.root(), text, &mut out);
    expected.assert_eq(&out);
}

fn write_spans(node: Node<'_>, text: &str, out: &mut String) {
    let span = node.span();
    writeln!(out, "{}: {:?}", node.pointer(), &text[span.range()]).expect("a string takes all");
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
    check_spans(
        SAMPLE,
        &expect![[r#"
            : "StartAt: &first \"é🚀 A\"  # comment\nStates:\n  é A:\n    Type: !Sub Pass\n    Comment: |  # header\n      two é\n      lines\n\n    Retry:\n    - ErrorEquals: ['it''s', {a: b, c: }]\n      MaxAttempts: 3\n    - &r\n      - x\n      -\n  B: *r\n  C:"
            StartAt /StartAt: "\"é🚀 A\""
            States /States: "é A:\n    Type: !Sub Pass\n    Comment: |  # header\n      two é\n      lines\n\n    Retry:\n    - ErrorEquals: ['it''s', {a: b, c: }]\n      MaxAttempts: 3\n    - &r\n      - x\n      -\n  B: *r\n  C:"
            é A /States/é A: "Type: !Sub Pass\n    Comment: |  # header\n      two é\n      lines\n\n    Retry:\n    - ErrorEquals: ['it''s', {a: b, c: }]\n      MaxAttempts: 3\n    - &r\n      - x\n      -"
            Type /States/é A/Type: "!Sub Pass"
            !Sub /States/é A/Type/Fn::Sub: "Pass"
            Comment /States/é A/Comment: "|  # header\n      two é\n      lines"
            Retry /States/é A/Retry: "- ErrorEquals: ['it''s', {a: b, c: }]\n      MaxAttempts: 3\n    - &r\n      - x\n      -"
            /States/é A/Retry/0: "ErrorEquals: ['it''s', {a: b, c: }]\n      MaxAttempts: 3"
            ErrorEquals /States/é A/Retry/0/ErrorEquals: "['it''s', {a: b, c: }]"
            /States/é A/Retry/0/ErrorEquals/0: "'it''s'"
            /States/é A/Retry/0/ErrorEquals/1: "{a: b, c: }"
            a /States/é A/Retry/0/ErrorEquals/1/a: "b"
            c /States/é A/Retry/0/ErrorEquals/1/c: ""
            MaxAttempts /States/é A/Retry/0/MaxAttempts: "3"
            /States/é A/Retry/1: "- x\n      -"
            /States/é A/Retry/1/0: "x"
            /States/é A/Retry/1/1: ""
            B /States/B: "*r"
            /States/é A/Retry/1/0: "x"
            /States/é A/Retry/1/1: ""
            C /States/C: ""
        "#]],
    );
}

#[test]
fn a_block_scalar_begins_at_its_header() {
    check_spans(
        "\u{feff}# c\n!t |\n  é\n\n",
        &expect![[r#"
            : "|\n  é"
        "#]],
    );
}

#[test]
fn spans_of_other_layouts_are_exact() {
    check_spans(
        "--- # top\n- - a\n  - [ 1, é: 2 ] # c\n- ? k\n  : - v\n- !t\n  b: >-\n    folded\n\n    text\n\n- \"q\\\"\" \n",
        &expect![[r#"
            : "- - a\n  - [ 1, é: 2 ] # c\n- ? k\n  : - v\n- !t\n  b: >-\n    folded\n\n    text\n\n- \"q\\\"\""
            /0: "- a\n  - [ 1, é: 2 ]"
            /0/0: "a"
            /0/1: "[ 1, é: 2 ]"
            /0/1/0: "1"
            /0/1/1: "é: 2"
            é /0/1/1/é: "2"
            /1: "k\n  : - v"
            k /1/k: "- v"
            /1/k/0: "v"
            /2: "b: >-\n    folded\n\n    text"
            b /2/b: ">-\n    folded\n\n    text"
            /3: "\"q\\\"\""
        "#]],
    );
}

#[test]
fn scalars_are_values_of_json() {
    check(
        "a: 2012-10-17\nb: 0x10\nc: '1'\nd: ~\ne: yes\nf: !!str 1\ng: ! 2\nh: !Ref X\ni: !!int '3'\n1: true\nnull: .5\n",
        &expect![[r#"
            {"a":"2012-10-17","b":16,"c":"1","d":null,"e":"yes","f":"1","g":"2","h":{"Ref":"X"},"i":3,"1":true,"null":0.5}
        "#]],
    );
}

#[test]
fn infinities_are_refused() {
    check(
        "a: .inf\nb: 1e999\n",
        &expect![[r#"
        `.inf` is not a number of JSON | 1:4 JSON has no infinity and no NaN
        `1e999` is not a number of JSON | 2:4 JSON has no infinity and no NaN
        {"a":null,"b":null}
    "#]],
    );
}

#[test]
fn duplicate_keys_have_both_places() {
    check(
        "a: 1\nb:\n  c: 1\n  \"c\": 2\na: 3\n",
        &expect![[r#"
        key "c" stands twice in the same object | 4:3 given again here | 3:3 first given here
        key "a" stands twice in the same object | 5:1 given again here | 1:1 first given here
        {"a":3,"b":{"c":2}}
    "#]],
    );
}

#[test]
fn aliases_share_what_is_anchored() {
    let text = "a: &x\n  k: [1]\nb: *x\nc: [*x]\n";
    check(
        text,
        &expect![[r#"
        {"a":{"k":[1]},"b":{"k":[1]},"c":[{"k":[1]}]}
    "#]],
    );
    let tree = clean(text);
    let alias = tree.resolve("/b").expect("present");
    assert_eq!(&text[alias.span().range()], "*x");
    assert_eq!(alias.pointer(), "/b");
    assert_eq!(tree.resolve("/b/k/0").expect("present").pointer(), "/a/k/0");
}

#[test]
fn aliases_of_nothing_and_of_themselves_are_refused() {
    check(
        "a: *x\nb: 1\n",
        &expect![[r#"
        alias of an anchor that does not exist | 1:4 no `&` with this name stands above
        {"a":null}
    "#]],
    );
    check(
        "a: &x\n  b: *x\n  c: 1\n",
        &expect![[r#"
        alias stands inside of what it repeats | 2:6 this alias is not followed
        {"a":{"b":null,"c":1}}
    "#]],
    );
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
        &expect![[r#"
            {"base":{"x":1,"y":2},"more":{"y":3,"z":4},"one":{"a":0,"x":1,"y":5},"many":{"x":1,"y":2,"z":4}}
        "#]],
    );
    check(
        "a:\n  <<: text\n  b: 1\n",
        &expect![[r#"
        `<<` merges mappings only | 2:7 not a mapping | 2:3 merged here
        {"a":{"b":1}}
    "#]],
    );
}

#[test]
fn only_one_document_is_read() {
    check(
        "a: 1\n---\nb: 2\n",
        &expect![[r#"
        more than one document in this file | 2:1 the second begins here
        {"a":1}
    "#]],
    );
    check(
        "---\na: 1\n...\n---\n# nothing\n",
        &expect![[r#"
        {"a":1}
    "#]],
    );
}

#[test]
fn a_second_document_needs_no_marker_of_its_own() {
    check(
        "a: é\n...\n🚀\n",
        &expect![[r#"
        more than one document in this file | 3:1 the second begins here
        {"a":"é"}
    "#]],
    );
}

#[test]
fn tabs_in_the_indentation_are_named() {
    check(
        "a:\n\tb: 1\n",
        &expect![[r#"
        tab in the indentation | 2:1 YAML indents with spaces only
        {"a":null}
    "#]],
    );
    check(
        "a:\n  b: 1\n \tc: 2\n",
        &expect![[r#"
            tab in the indentation | 3:2 YAML indents with spaces only
            {"a":{"b":null}}
        "#]],
    );
    check(
        "a:\n  b:\n\t  - c\n",
        &expect![[r#"
        tab in the indentation | 3:1 YAML indents with spaces only
        {"a":{"b":null}}
    "#]],
    );
    check(
        "\ta: 1\n\tb: 2\n",
        &expect![[r#"
        tab in the indentation | 1:1 YAML indents with spaces only
        {"a":null}
    "#]],
    );
    check(
        "a:\n\t\tb: é\n\t\tc: 1\n",
        &expect![[r#"
        tab in the indentation | 2:1 YAML indents with spaces only
        {"a":null}
    "#]],
    );
}

#[test]
fn keys_must_be_strings() {
    check(
        "{a: b}: 1\n[c]: 2\n? \n: 3\nd: 4\n",
        &expect![[r#"
        key is not a string | 1:1 JSON has no such keys
        key is not a string | 2:1 JSON has no such keys
        key is missing | 4:2 no key stands here
        {"d":4}
    "#]],
    );
}

#[test]
fn broken_texts_say_what_is_wrong_and_keep_what_was_read() {
    check(
        "a: 1\nfoo\nb: 2\n",
        &expect![[r#"
        key without a `:` | 2:4 a `:` is missing here
        {"a":1}
    "#]],
    );
    check(
        "a: b: c\n",
        &expect![[r#"
        unexpected `:` | 1:5 no key can end here
        {"a":"b"}
    "#]],
    );
    check(
        "a: 1\n  b: 2\n",
        &expect![[r#"
        unexpected `:` | 2:4 no key can end here
        {"a":"1 b"}
    "#]],
    );
    check(
        "a:\n    b: 1\n  c: 2\n",
        &expect![[r#"
        expected a key | 3:3 not a key of the mapping above
        {"a":{"b":1}}
    "#]],
    );
    check(
        "a: \"open\nb: 1\n",
        &expect![[r#"
            string is not closed | 1:4 opened here
            {"a":null}
        "#]],
    );
    check(
        "a: \"\\d\"\n",
        &expect![[r#"
        unknown escape in a string | 1:4 in this string
        {"a":null}
    "#]],
    );
    check(
        "a: [1, 2\nb: 3\n",
        &expect![[r#"
            unexpected `:` | 2:2 no key can end here
            {"a":[1]}
        "#]],
    );
    check(
        "a: {b: 1, c: [}\n",
        &expect![[r#"
            expected a value | 1:15 no value can begin here
            {"a":{"b":1,"c":[]}}
        "#]],
    );
}

#[test]
fn characters_in_the_wrong_place_are_named() {
    check(
        "a: 1]\nb: ]\n",
        &expect![[r#"
        unexpected closing bracket | 2:4 closes no bracket
        {"a":"1]","b":null}
    "#]],
    );
    check(
        "a: @x\n",
        &expect![[r#"
        text cannot begin with this character | 1:4 reserved by YAML
        {"a":null}
    "#]],
    );
    check(
        "a: \"x\" y\n",
        &expect![[r#"
        text after the closing quote | 1:8 not expected after a quoted string
        {"a":null}
    "#]],
    );
    check(
        "- a\nb: 1\n",
        &expect![[r#"
        expected another `-` of the list | 2:1 not an entry of the list above
        ["a"]
    "#]],
    );
    check(
        "a: 1\n- b\n",
        &expect![[r#"
        expected a key | 2:3 not a key of the mapping above
        {"a":1}
    "#]],
    );
    check(
        "a: - b\n",
        &expect![[r#"
        a list cannot begin here | 1:4 unexpected `-`
        {"a":null}
    "#]],
    );
    check(
        "a: %x\n",
        &expect![[r#"
        text cannot begin with this character | 1:4 reserved by YAML
        {"a":null}
    "#]],
    );
    check(
        "a: é\0\n",
        &expect![[r#"
        NUL byte in the text | 1:5 not a character of YAML
        {"a":"é"}
    "#]],
    );
    check(
        "{\"a\": \"\\ud83d\\ude80\"}",
        &expect![[r#"
        escape of no character in a string | 1:7 in this string
        null
    "#]],
    );
}

#[test]
fn an_empty_file_says_so() {
    check(
        "",
        &expect![[r#"
        the file is empty | 1:1 a definition is expected here
        null
    "#]],
    );
    check(
        "\n \n",
        &expect![[r#"
        the file holds nothing but blanks | 1:1 a definition is expected here
        null
    "#]],
    );
    check(
        "# only this\n",
        &expect![[r#"
        the file holds no value | 1:1 a definition is expected here
        null
    "#]],
    );
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
        ("? ".repeat(200_000), "nested deeper than 500 levels", 1),
        (
            format!("{}x", "- ".repeat(200_000)),
            "nested deeper than 500 levels",
            500,
        ),
    ] {
        let mut findings = Vec::new();
        let tree = read(&text, &mut findings);
        assert_eq!(findings.len(), 1, "{findings:?}");
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
