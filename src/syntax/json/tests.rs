#![expect(
    clippy::needless_raw_string_hashes,
    reason = "that is how expect-test writes them"
)]

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::{bare, read};
use crate::data::Json;
use crate::syntax::{Diagnostic, LineIndex, Tree};

/// Every finding as `line:column: message (label) [other places]`, then the tree.
fn check(text: &str, expected: &Expect) {
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

fn clean(text: &str) -> Tree {
    let mut findings = Vec::new();
    let tree = read(text, &mut findings);
    assert_eq!(findings, [], "{text}");
    tree
}

const SAMPLE: &str = r#"{
  "Comment": "é🚀 \"x\" \u00e9\ud83d\ude80",
  "States": {"A": {"Retry": [{"BackoffRate": 1.5e0}, -0, true, null], "End": false}}
}"#;

#[test]
fn trailing_commas_are_found() {
    check(
        "{\n  \"a\": [1, 2,],\n  \"b\": 1,\n}",
        &expect![[r#"
            trailing comma | 2:13 nothing follows this comma
            trailing comma | 3:9 nothing follows this comma
            {"a":[1,2],"b":1}
        "#]],
    );
}

#[test]
fn missing_and_doubled_commas_are_found() {
    check(
        "{\"a\": 1\n \"b\": [1 2,,3 {}], , \"c\": 3}",
        &expect![[r#"
            missing comma | 1:8 a comma is missing here | 2:2 before this
            missing comma | 2:9 a comma is missing here | 2:10 before this
            unexpected `,` | 2:12 nothing stands before this comma
            missing comma | 2:14 a comma is missing here | 2:15 before this
            unexpected `,` | 2:20 nothing stands before this comma
            {"a":1,"b":[1,2,3,{}],"c":3}
        "#]],
    );
}

#[test]
fn colons_and_values_that_are_missing_are_found() {
    check(
        r#"{"a" 1, "b": , "c", "d":: 2, : 3, "e"}"#,
        &expect![[r#"
            missing colon | 1:5 a colon is missing here | 1:6 before this value
            key "b" has no value | 1:9 nothing follows this key
            key "c" has no value | 1:16 nothing follows this key
            unexpected `:` | 1:25 one colon too many
            unexpected `:` | 1:30 a key is missing before it
            key "e" has no value | 1:35 nothing follows this key
            {"a":1,"b":null,"c":null,"d":2,"e":null}
        "#]],
    );
    check(
        r#"["a": 1, 2]"#,
        &expect![[r#"
            unexpected `:` | 1:5 an array holds values, not keys
            ["a",1,2]
        "#]],
    );
}

#[test]
fn keys_must_be_strings() {
    check(
        r#"{a: 1, 2: 3, true: 4, {"x": 1}, "b": 5}"#,
        &expect![[r#"
            unexpected `a` | 1:2 text needs double quotes
            key `2` is not a string | 1:8 needs double quotes
            key `true` is not a string | 1:14 needs double quotes
            `{` without a key | 1:23 an object holds keys and values
            {"a":1,"2":3,"true":4,"b":5}
        "#]],
    );
}

#[test]
fn unclosed_brackets_point_at_the_opening_one() {
    check(
        "{\"a\": {\n  \"b\": [1, 2\n",
        &expect![[r#"
            3 brackets are never closed | 2:13 the text ends here | 2:8 this bracket is still open
            {"a":{"b":[1,2]}}
        "#]],
    );
    check(
        "{\"a\": [1, 2}",
        &expect![[r#"
            expected `]`, found `}` | 1:12 closes the wrong bracket | 1:7 this bracket is not closed
            {"a":[1,2]}
        "#]],
    );
    check(
        "[1, 2}",
        &expect![[r#"
            expected `]`, found `}` | 1:6 closes the wrong bracket | 1:1 opened here
            [1,2]
        "#]],
    );
    check(
        "{\"a\":",
        &expect![[r#"
            `{` is never closed | 1:6 the text ends here | 1:1 this bracket is still open
            {"a":null}
        "#]],
    );
}

#[test]
fn unclosed_strings_end_with_their_line() {
    check(
        "{\n  \"Next\": \"Pay,\n  \"End\": \"no\n}",
        &expect![[r#"
            string is not closed | 2:11 this string has no closing `"`
            string is not closed | 3:10 this string has no closing `"`
            {"Next":"Pay","End":"no"}
        "#]],
    );
    check(
        "\"abc",
        &expect![[r#"
            string is not closed | 1:1 this string has no closing `"`
            "abc"
        "#]],
    );
}

#[test]
fn raw_control_characters_must_be_escaped() {
    check(
        "[\"a\tb\tc\", \"\u{1}\"]",
        &expect![[r#"
            raw tab in a string | 1:4 must be escaped
            raw control character U+0001 in a string | 1:12 must be escaped
            ["a\tb\tc","\u0001"]
        "#]],
    );
}

#[test]
fn bad_escapes_are_found_and_kept() {
    check(
        r#"["é\d+", "it\'s", "\u12", "\ud800x", "\udc00", "\ud800\u0041", "\ud83d\ude80"]"#,
        &expect![[r#"
            `\d` is not an escape of JSON | 1:4 unknown escape
            `\'` is not an escape of JSON | 1:13 unknown escape
            `\u` needs four hexadecimal digits | 1:20 too few digits
            `\ud800` is half of a surrogate pair | 1:28 the other half is missing
            `\udc00` is half of a surrogate pair | 1:39 the other half is missing
            `\ud800` is half of a surrogate pair | 1:49 the other half is missing
            ["é\\d+","it's","�","�x","�","�A","🚀"]
        "#]],
    );
}

#[test]
fn numbers_are_strict_and_read_as_meant() {
    check(
        "[01, +1, .5, -.5, 5., 1e999, NaN, -Infinity, 0x1F, 1_000, 00, 1.e5]",
        &expect![[r#"
            `01` is not a number of JSON | 1:2 a number has no leading zeros
            `+1` is not a number of JSON | 1:6 a number has no `+`
            `.5` is not a number of JSON | 1:10 a digit must stand before the point
            `-.5` is not a number of JSON | 1:14 a digit must stand before the point
            `5.` is not a number of JSON | 1:19 a digit must follow the point
            number is too large | 1:23 beyond 1.7976931348623157e308
            JSON has no `NaN` | 1:30 not a number of JSON
            JSON has no `-Infinity` | 1:35 not a number of JSON
            `0x1F` is not a number of JSON | 1:46 not a decimal number
            `1_000` is not a number of JSON | 1:52 not a decimal number
            `00` is not a number of JSON | 1:59 a number has no leading zeros
            `1.e5` is not a number of JSON | 1:63 a digit must follow the point
            [1,1,0.5,-0.5,5,null,null,null,null,null,0,100000.0]
        "#]],
    );
}

#[test]
fn numbers_have_the_form_of_the_runtime_document() {
    let text = "[0, -0, -0.0, 1.0, 1e2, 9223372036854775807, 9223372036854775808, \
                18446744073709551615, 18446744073709551616, -9223372036854775808, \
                -9223372036854775809, 1e-999, 0.1, 123456789012345678901234567890]";
    let expected = Json::parse(text).expect("valid").compacted();
    let found = clean(text).root().to_json();
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}

#[test]
fn words_of_other_languages_are_named() {
    check(
        "[True, None, ${}, Pass, “Pass”, 'it', 'open\n]",
        &expect![[r#"
            unknown word `True` | 1:2 not a value of JSON
            unknown word `None` | 1:8 not a value of JSON
            unexpected `$` | 1:14 text needs double quotes
            unexpected `Pass` | 1:19 text needs double quotes
            string is in typographic quotes | 1:25 needs straight double quotes
            string is in single quotes | 1:33 needs double quotes
            unexpected `'` | 1:39 strings are in double quotes
            unexpected `open` | 1:40 text needs double quotes
            [true,null,"$",{},"Pass","“Pass”","it","","open"]
        "#]],
    );
}

#[test]
fn placeholders_may_stand_anywhere() {
    let text = r#"{"Seconds": ${Wait}, "n": [${Items}, -1${Zeros}, ${A}${B-1}, ${var.x[0].id}],
        ${Key}: 1, "${K}": {${Fields}}, "a": ${AWS::Region}, ${More}, ${Fn::If}}"#;
    let expected = r#"{"Seconds":"${Wait}","n":["${Items}","-1${Zeros}","${A}${B-1}","${var.x[0].id}"],"${Key}":1,"${K}":{"${Fields}":"${Fields}"},"a":"${AWS::Region}","${More}":"${More}","${Fn::If}":"${Fn::If}"}"#;
    assert_eq!(clean(text).root().to_json().text(), expected);
}

#[test]
fn braces_that_are_no_placeholder_are_brackets() {
    check(
        "[${, ${a b}, ${\"x\": 1}]",
        &expect![[r#"
            unexpected `$` | 1:2 text needs double quotes
            unexpected `$` | 1:6 text needs double quotes
            unexpected `a` | 1:8 text needs double quotes
            unexpected `b` | 1:10 text needs double quotes
            unexpected `$` | 1:14 text needs double quotes
            expected `}`, found `]` | 1:23 closes the wrong bracket | 1:3 this bracket is not closed
            key "$" stands twice in the same object | 1:14 given again here | 1:6 first given here
            ["$",{"$":{"x":1}}]
        "#]],
    );
}

#[test]
fn comments_are_reported_once() {
    check(
        "{ // one\n  \"a\": 1, /* two */\n  # three\n  \"b\": 2 /* open\n}",
        &expect![[r#"
            JSON has no comments | 1:3 a comment
            comment is not closed | 4:10 opened here
            `{` is never closed | 5:2 the text ends here | 1:1 this bracket is still open
            {"a":1,"b":2}
        "#]],
    );
}

#[test]
fn what_follows_the_document_is_reported_once() {
    check(
        "{\"a\": 1}\n}, \"b\": [}",
        &expect![[r#"
            text after the end of the document | 2:1 not expected any more | 1:8 the document ends here
            {"a":1}
        "#]],
    );
}

#[test]
fn a_file_without_a_value_says_so() {
    for (text, message) in [
        ("", "the file is empty"),
        (" \n\t", "the file holds nothing but blanks"),
        ("\u{feff}", "the file holds nothing but blanks"),
    ] {
        let mut findings = Vec::new();
        let tree = read(text, &mut findings);
        assert_eq!(
            told(text, &findings),
            format!("{message} | 1:1 a definition is expected here\n")
        );
        assert_eq!(tree.root().type_name(), "null");
    }
    check(
        "]",
        &expect![[r#"
            unexpected `]` | 1:1 closes no bracket
            the file holds no value | 1:1 a definition is expected here
            null
        "#]],
    );
}

#[test]
fn a_byte_order_mark_is_read_over() {
    let tree = clean("\u{feff}{\"a\": 1}");
    assert_eq!((tree.root().span().start, tree.root().span().end), (3, 11));
}

#[test]
fn foreign_blanks_are_reported_and_read_over() {
    check(
        "{\u{a0}\"a\":\u{c} 1}",
        &expect![[r#"
            U+00A0 is not a blank of JSON | 1:2 an invisible character
            U+000C is not a blank of JSON | 1:7 an invisible character
            {"a":1}
        "#]],
    );
}

#[test]
fn duplicate_keys_have_both_places_and_stay_in_the_tree() {
    let text = "{\"a\": 1,\n \"b\": 2,\n \"\\u0061\": 3, \"a\": 4}";
    let mut findings = Vec::new();
    let tree = read(text, &mut findings);
    let expected = "key \"a\" stands twice in the same object | 3:2 given again here | 1:2 first given here\n\
                    key \"a\" stands twice in the same object | 3:15 given again here | 1:2 first given here\n";
    assert_eq!(told(text, &findings), expected);
    assert_eq!(findings[0].rule, "duplicate-key");
    assert_eq!(tree.root().entries().len(), 4);
}

#[test]
fn duplicate_keys_of_large_objects_are_found() {
    let fields: Vec<_> = (0..50).map(|n| format!("\"k{}\": {n}", n % 40)).collect();
    let text = format!("{{{}}}", fields.join(","));
    let mut findings = Vec::new();
    let tree = read(&text, &mut findings);
    assert_eq!(findings.len(), 10);
    assert_eq!(tree.root().entries().len(), 50);
}

#[test]
fn hostile_nesting_is_one_finding() {
    for text in [
        "[".repeat(200_000),
        "{\"a\":".repeat(200_000),
        "[{\"a\":".repeat(100_000),
        format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)),
    ] {
        let mut findings = Vec::new();
        let tree = read(&text, &mut findings);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].message, "nested deeper than 500 levels");
        assert_eq!(tree.root().to_json().depth(), 500);
    }
    clean(&format!("{}{}", "[".repeat(500), "]".repeat(500)));
    check_depth_place();
}

fn check_depth_place() {
    let text = format!("{}[1], 2{}", "[".repeat(500), "]".repeat(500));
    let mut findings = Vec::new();
    let tree = read(&text, &mut findings);
    let expected = "nested deeper than 500 levels | 1:501 not read from here on\n";
    assert_eq!(told(&text, &findings), expected);
    assert!(tree.root().to_json().text().contains("[null,2]"));
}

#[test]
fn only_so_many_errors_are_listed() {
    let text = format!("[{}1]", "01,".repeat(30));
    let mut findings = Vec::new();
    let _ = read(&text, &mut findings);
    assert_eq!(findings.len(), 21);
    let last = findings.last().expect("not empty");
    assert_eq!(last.message, "10 more syntax errors in this file");
    assert_eq!(last.span().start, 61);
}

#[test]
fn spans_are_bytes_and_include_quotes() {
    let tree = clean(SAMPLE);
    let comment = tree.root().entry("Comment").expect("present");
    assert_eq!(&SAMPLE[comment.key_span.range()], "\"Comment\"");
    let value = tree.node(comment.value);
    assert_eq!(
        &SAMPLE[value.span().range()],
        r#""é🚀 \"x\" \u00e9\ud83d\ude80""#
    );
    assert_eq!(&**value.as_str().expect("string"), "é🚀 \"x\" é🚀");
    let rate = tree
        .resolve("/States/A/Retry/0/BackoffRate")
        .expect("present");
    assert_eq!(&SAMPLE[rate.span().range()], "1.5e0");
    let retrier = rate.parent().expect("in an object");
    assert_eq!(&SAMPLE[retrier.span().range()], r#"{"BackoffRate": 1.5e0}"#);
    assert_eq!(tree.root().span().end as usize, SAMPLE.len());
}

#[test]
fn fixes_mend_what_they_report() {
    let text = "{\"a\" 1 \"b\": [1,],}";
    let mut findings = Vec::new();
    let _ = read(text, &mut findings);
    let mut edits: Vec<_> = findings
        .iter()
        .filter_map(|f| f.fix.clone())
        .flat_map(|f| f.edits)
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    let mut mended = text.to_owned();
    for edit in edits {
        mended.replace_range(edit.span.range(), &edit.text);
    }
    assert_eq!(mended, "{\"a\": 1, \"b\": [1]}");
    clean(&mended);
}

/// Reads a text that may be broken in any way, and walks what comes out.
fn survive(text: &str) {
    let mut findings = Vec::new();
    let tree = read(text, &mut findings);
    let _ = tree.root().to_json();
    assert!(tree.root().span().end as usize <= text.len(), "{text}");
    for label in findings.iter().flat_map(|finding| &finding.labels) {
        assert!(text.get(label.span.range()).is_some(), "{text}: {label:?}");
    }
    let valid = Json::parse(text.trim_start_matches('\u{feff}'));
    let syntax = findings.iter().any(|finding| finding.rule == "syntax");
    // Only placeholders outside of strings are neither JSON nor a fault.
    let may_differ = valid.is_err() && bare::has_placeholder(text);
    assert!(
        valid.is_err() == syntax || may_differ,
        "{text}: {findings:?}"
    );
    if let Ok(json) = valid {
        assert_eq!(tree.root().to_json(), json);
    }
}

#[test]
fn a_text_that_is_cut_or_changed_anywhere_is_read() {
    let inserted = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "'", "/*", "//", "\n", "0", "é", "${", "-",
        "\u{1}", "t",
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
fn published_definitions_are_read_as_serde_json_reads_them() {
    let Some(folder) = std::env::var_os("ASL_CONFORMANCE") else {
        eprintln!("skipped: ASL_CONFORMANCE names no folder");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(folder).join("definitions")];
    let mut read_files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                read_files += 1;
                survive(&std::fs::read_to_string(&path).expect("UTF-8"));
            }
        }
    }
    assert!(read_files > 0, "no definitions found");
}
