//! JSONata expressions, parsed and evaluated within their limits.

use aslkit::data::{EventId, Seed, Timestamp};
use aslkit::query::jsonata::{Evaluated, Expression, Scope, StatesView, strip_delimiters};

use super::mutate::Corpus;
use super::runner::{Reader, fuzz, in_text};
use super::scope::{DOCUMENTS, Seen, is_sound};

const CORPUS: Corpus = Corpus {
    seeds: &[
        "$states.input.items[price > 1].{'id': id, \"p\": price}",
        "$sum($states.input.items.price) & ' total'",
        "$map($states.input.a, function($v, $i) { $i & $string($v) })",
        "($f := function($n) { $n <= 1 ? 1 : $n * $f($n - 1) }; $f(10))",
        "$reduce([1..10], function($a, $b) { $a + $b }, 0)",
        "$merge([$states.input.b, {'x': $x}])",
        "$split($states.input.s, /a+/)",
        "$replace('aaaa!', /(a)(!?)/, '$2$1')",
        "$match($states.input.s, /(a+)+$/i).groups[0]",
        "$states.input.items^(<price, >id)[0].tags[]",
        "$states.input.items@$i#$n.{'n': $n, 'i': $i.id}",
        "$states.input ~> |b|{'c': 1}, ['a']|",
        "$states.context.Execution.Input.**.a",
        "$partition([1..5], 2) ~> $count()",
        "$range(0, 10, 3)[$ > 3]",
        "$parse('[1, {\"a\": null}]').a ~> $type",
        "$hash('x', 'MD5') in [$uuid(), $random(7)]",
        "$exists($states.errorOutput.Error) ? $error($states.errorOutput.Cause) : 'none'",
        "$formatNumber(12345.6, '#,##0.00') & $formatBase(255, 16) & $formatInteger(99, 'w')",
        "$toMillis('2026-01-31', '[Y]-[M]-[D]') ~> $fromMillis('[D1o] [MNn] [Y0001] [H]:[m]')",
        "$sort($keys($x), λ($l, $r){ $l < $r })",
        "$spread($x)[%.a = 1] ; 'x'.(%)",
        "($a := [1..3]; $zip($a, $a.($*2)); $distinct($append($a, $a)))",
        "{ $states.input.items.id & '': $count($) }",
        "$each($x, function($v, $k) { $k }) /* comment */",
        "$x.`c d`.$uppercase() = \"X\\u0041\\n\" and not(true) or -1 % 2",
        "$base64decode('%') & $encodeUrl('é🚀') & $pad('x', -9, '#')",
        "$lookup($x, 'a')[[0..1]][-1]",
    ],
    tokens: &[
        "$",
        "$$",
        "$x",
        "$states",
        ".",
        "..",
        "*",
        "**",
        "%",
        "@$v",
        "#$i",
        "^(",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ",",
        ";",
        ":",
        ":=",
        "?",
        "??",
        "?:",
        "~>",
        "|",
        "&",
        "+",
        "-",
        "/",
        "=",
        "!=",
        "<",
        ">=",
        "in",
        "and",
        "or",
        "function",
        "λ",
        "'",
        "\"",
        "`",
        "\\",
        "/a*/",
        "/(a|a)*b/",
        "/*",
        "*/",
        "null",
        "true",
        "0",
        "1",
        "-1",
        "1e308",
        "1e-400",
        "99999",
        "$eval(",
        "$map(",
        "$filter(",
        "$string(",
        "$number(",
        "$sift(",
        "$single(",
        "$shuffle(",
        "$substring(",
        "$join(",
        "$now()",
        "$millis()",
        "$power(",
        "$sqrt(",
        "$round(",
        "$clone(",
        "$assert(",
        "$formatNumber(",
        "$toMillis(",
        "$fromMillis(",
        "$parse(",
        "$partition(",
        "$range(",
        "$hash(",
        "$random(",
        "input",
        "items",
        "a",
        "<s-:n>",
        "[1..1000]",
        "a.b.c",
        "\\ud83d",
    ],
    pairs: &[
        ("(", ")"),
        ("[", "]"),
        ("{'a': ", "}"),
        ("function($x){", "}"),
        ("$string(", ")"),
        ("-", ""),
        ("$x ~> ", ""),
        ("$map($x, ", ")"),
        ("($f := function(){ ", " }; $f())"),
        ("'", "'"),
        ("/", "/"),
        ("|", "|"),
        ("1 + ", ""),
        ("true ? ", " : 1"),
    ],
};

#[test]
fn any_text_is_an_expression_or_refused_with_a_place() {
    fuzz(Reader {
        name: "jsonata",
        cases: 1_500,
        corpus: CORPUS,
        found: &[],
        check,
    });
}

fn check(text: &str) {
    let _ = strip_delimiters(text);
    let expression = match Expression::compile(text) {
        Ok(expression) => expression,
        Err(error) => return in_text(text, error.offset, error.offset + error.len, &error),
    };
    assert_eq!(expression.reading().source(), text);
    assert!(expression.variables().is_sorted());
    let _ = expression.members();
    for document in DOCUMENTS.iter().skip(3) {
        let context = || [("Execution", document.clone())].into_iter().collect();
        let scope = Scope {
            states: StatesView {
                input: document,
                context: &context,
                result: None,
                error_output: Some(document),
            },
            variables: &Seen(document),
            now: Timestamp(1_700_000_000_000),
        };
        match expression.evaluate(&scope, &mut Seed(1).at(EventId(1))) {
            Ok(Evaluated::Value(value)) => is_sound(&value),
            Ok(Evaluated::Nothing | Evaluated::Function) => {}
            Err(error) => {
                assert!(!error.code.is_empty());
                if let Some(span) = error.span {
                    in_text(text, span.start, span.end, &error.code);
                }
            }
        }
    }
}
