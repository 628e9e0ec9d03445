//! Paths and reference paths.

use aslkit::data::Json;
use aslkit::query::{Path, ReferencePath, Scope};

use super::mutate::Corpus;
use super::runner::{Reader, fuzz, in_text};
use super::scope::{DOCUMENTS, Seen, is_sound};

const CORPUS: Corpus = Corpus {
    seeds: &[
        "$",
        "$$.Execution.Input.a[0]",
        "$name.b['c d']",
        "$.a.b.c",
        "$['a']['b']",
        "$.items[0].id",
        "$.items[-1:]",
        "$.items[0:2:1]",
        "$.items[0,1]",
        "$['a','b']",
        "$..a",
        "$.items[*].price",
        "$.items[?(@.price < 10)].id",
        "$.items[?(@.id == 1 && @.tags || !(@.price >= 2.5))]",
        "$.items[?(@.tags anyof ['x', \"y\"])]",
        "$.items[?(@.id in [1, 2, null, true])]",
        "$.items[?(@.s =~ /^(a+)+$/i)]",
        "$.items[?(@.tags size 1)].tags",
        "$.items[?(@.tags empty false)]",
        "$.items[?(@.a contains 'x')]",
        "$.items[?($.b.a == @.id)]",
        "$.a.length()",
        "$.items..price.sum()",
        "$.concat($.s, $.t, 'x')",
        "$.a.[0]",
        "$.a.*",
    ],
    tokens: &[
        "$",
        "$$",
        "$x",
        "@",
        ".",
        "..",
        "*",
        "[",
        "]",
        "(",
        ")",
        "'",
        "\"",
        "\\",
        ",",
        ":",
        "?",
        "/",
        " ",
        "!",
        "=",
        "==",
        "===",
        "!=",
        "<",
        ">=",
        "~",
        "=~",
        "&&",
        "||",
        "{",
        "}",
        "0",
        "-1",
        "99999999999",
        "1e5",
        "-9223372036854775808",
        "true",
        "null",
        "in",
        "nin",
        "subsetof",
        "anyof",
        "noneof",
        "size",
        "empty",
        "contains",
        "type",
        "a",
        "items",
        "[?(",
        "@.a",
        "['a']",
        ".length()",
        ".min()",
        ".keys()",
        ".append(1)",
        ".index(-1)",
        ".first()",
        "/(a|b)*c/ix",
        "[?(@)]",
        "[*]",
        "[::]",
        "\\u0041",
    ],
    pairs: &[
        ("[?(", ")]"),
        ("[", "]"),
        ("(", ")"),
        ("!(", ")"),
        ("!", ""),
        ("$.a[?(@.b == ", ")]"),
        ("['", "']"),
        ("..", ""),
        (".a", ""),
        ("[*]", ""),
        ("$.sum(", ")"),
        ("/", "/"),
    ],
};

#[test]
fn any_text_is_a_path_or_refused_with_a_place() {
    fuzz(Reader {
        name: "jsonpath",
        cases: 1_500,
        corpus: CORPUS,
        found: &[],
        check,
    });
}

fn check(text: &str) {
    match Path::parse(text) {
        Ok(path) => evaluate(&path),
        Err(error) => in_text(text, error.offset, error.offset + error.len, &error),
    }
    match ReferencePath::parse(text) {
        Ok(path) => write(&path),
        Err(error) => in_text(text, error.offset, error.offset + error.len, &error),
    }
}

/// It gives the same as what it says it is, read again.
fn evaluate(path: &Path) {
    let again = Path::parse(path.source()).expect("a path says what it is");
    assert_eq!(again.is_definite(), path.is_definite());
    for document in DOCUMENTS.iter() {
        let found = path.evaluate(&Seen(document));
        assert_eq!(found, again.evaluate(&Seen(document)));
        if let Ok(value) = found {
            is_sound(&value);
        }
    }
}

/// What was written is what is read.
fn write(path: &ReferencePath) {
    for document in DOCUMENTS.iter() {
        let value = Json::from("written");
        if let Ok(written) = path.write(document.clone(), value.clone()) {
            is_sound(&written);
            let scope = Seen(&written);
            let root_is_input = path.source().trim_start().starts_with("$.")
                || path.source().trim_start().starts_with("$[");
            if root_is_input {
                assert_eq!(path.read(&scope), Ok(value), "in {}", scope.input().text());
            }
        }
    }
}
