//! Expressions that attack the machine they run on: each must end in an error, and soon.

use super::{Evaluated, EvaluationError, Expression, NoVariables, Scope, StatesView};
use crate::data::{EventId, Json, Seed, Timestamp};

fn evaluate(source: &str) -> Result<Evaluated, EvaluationError> {
    let scope = Scope {
        states: StatesView {
            input: &Json::Null,
            context: &Json::empty_object,
            result: None,
            error_output: None,
        },
        variables: &NoVariables,
        now: Timestamp(0),
    };
    let expression = Expression::compile(source).expect("parses");
    expression.evaluate(&scope, &mut Seed(0).at(EventId(1)))
}

/// AWS's words for a value that is too large, and for too many steps into each other.
const MEMORY: &str = "Expression evaluation memory limit exceeded";
const STACK: &str = "Stack overflow error: Check for non-terminating recursive function.  Consider \
                     rewriting as tail-recursive. Depth=101 max=100";

/// Ours for what does not end.
const STEPS: &str = "The evaluation exceeded its budget of ";

#[track_caller]
fn check(source: &str, expected: &str) {
    match evaluate(source) {
        Ok(found) => panic!("{source}: {found:?}"),
        Err(error) => {
            let told = error.to_string();
            assert!(told.starts_with(expected), "{source}: {told}");
        }
    }
}

#[test]
fn nested_too_deeply_is_a_syntax_error() {
    let deep = 100_000;
    for source in [
        "[".repeat(deep),
        "(".repeat(deep) + &")".repeat(deep),
        "[".repeat(deep) + &"]".repeat(deep),
        "{'a':".repeat(deep) + "1" + &"}".repeat(deep),
        "function(){".repeat(deep),
        "-".repeat(deep) + "1",
        format!("1{}", "+1".repeat(deep)),
        format!("$x{}", ".$x".repeat(deep)) + "[",
    ] {
        let start: String = source.chars().take(10).collect();
        assert!(Expression::compile(&source).is_err(), "{start}");
    }
}

#[test]
fn a_loop_without_end_runs_out_of_steps() {
    check("($f := function(){$f()}; $f())", STEPS);
    check(
        "($a := function(){$b()}; $b := function(){$a()}; $a())",
        STEPS,
    );
    check(
        "$map([1..1000], function($i) { $map([1..10000], function($j) { $i * $j }) })",
        STEPS,
    );
}

#[test]
fn recursion_stops_at_a_hundred_levels() {
    check("($f := function($n){1 + $f($n)}; $f(1))", STACK);
    check(&format!("1{}", " + 1".repeat(100)), STACK);
    // One level is the block that brings the variable in; it does not count.
    let sum = |levels: usize| format!("$states.input{}", " & 'x'".repeat(levels));
    check(&sum(100), STACK);
    assert!(evaluate(&sum(98)).is_ok());
}

#[test]
fn what_grows_without_end_is_too_large() {
    for source in [
        "[1..10000000]",
        "[1..1000].([1..1000])",
        "$string([1..1000000])",
        "$pad('', 9000000, 'x')",
        "($d := function($s){$d($s & $s)}; $d('x'))",
        "($d := function($a){$d($append($a, $a))}; $d([1]))",
        "$distinct([1..100000])",
    ] {
        check(source, MEMORY);
    }
    check("[1..10000001]", "D2014: ");
    check("$pad('', 100000000, 'x')", "D2016: ");
    check("$range(0, 1e300, 1)", "D3137: The range exceeds 360145");
    check(
        "$parse($pad('', 100000, '['))",
        "D3137: Invalid JSON: nested deeper than 500 levels",
    );
}

#[test]
fn values_may_be_large_or_steps_many_but_not_both() {
    for source in [
        "$count([1..300000])",
        "$length($pad('', 6000000, 'x'))",
        "$count($map([1..30000], function($i) { $i * 2 + 1 }))",
    ] {
        assert!(evaluate(source).is_ok(), "{source}");
    }
    for source in [
        "$reduce([1..100000], function($a, $i){$append($a, $i)})",
        "$reduce([1..100000], $append)",
        "$reduce([1..100000], function($a, $i){$a & 'xxxxxxxxxxxxxxxx'})",
    ] {
        check(source, STEPS);
    }
}

#[test]
fn what_nests_without_end_is_dropped_without_overflow() {
    for source in [
        "($d := function($o){$d({'a': $o, 'b': $o})}; $d({}))",
        "($d := function($f){$d(function(){$f})}; $d(1))",
        "($d := function($f){$d($f ~> $string)}; $d($string))",
        "$reduce([1..300000], function($a, $i){function(){1}})",
    ] {
        check(source, STEPS);
    }
}

#[test]
fn a_regular_expression_that_backtracks_for_ever_runs_out_of_steps() {
    let stopped = "The evaluation exceeded its budget of 200000000 steps";
    for pattern in ["(a+)+$", "(a|a)*$", "(a|aa){2,}$", "a*a*a*a*a*a*a*$"] {
        let pad = if pattern.starts_with("a*") { 500 } else { 60 };
        check(
            &format!("$contains($pad('', {pad}, 'a') & '!', /^{pattern}/)"),
            stopped,
        );
    }
    check("$split($pad('', 60, 'a') & '!', /^(a+)+$/)", stopped);
    check("$contains($pad('', 20000, 'a'), /a+b/)", stopped);
    // Of a pattern that is not written in the call, the engine's own count tells.
    check(
        "($r := /^(a+)+$/; $contains($pad('', 60, 'a') & '!', $r))",
        "The evaluation exceeded its budget of 15001 steps",
    );
}

#[test]
fn regular_expressions_run_over_long_texts_once() {
    let text = "$join([1..25000].('w' & $), ' ')";
    for (source, expected) in [
        ("$count($split($text, / /))", "25000"),
        ("$length($replace($text, /[^a-z]/, ''))", "25000"),
        ("$length($replace($text, /w(1)/, '$1-'))", "163893"),
        ("$match($text, /w\\d+/)[24999].index", "163887"),
        (
            "$length($replace($text, /w/, function($m) { $m.match & '!' }))",
            "188893",
        ),
        ("$count($split($text, ' ')[$contains($, /7$/)])", "2500"),
    ] {
        assert_eq!(
            told(&format!("($text := {text}; {source})")),
            expected,
            "{source}"
        );
    }
}

/// The result as a text.
fn told(source: &str) -> String {
    match evaluate(source) {
        Ok(Evaluated::Value(value)) => serde_json::to_string(&value).expect("is JSON"),
        Ok(other) => format!("{other:?}"),
        Err(error) => panic!("{source}: {error}"),
    }
}

#[test]
fn our_matches_are_those_of_the_engine() {
    for (pattern, source) in [
        ("/a|(b)/", "$match('ab', PATTERN)"),
        ("/a|b/", "$match('a\u{1F600}b', PATTERN)"),
        ("/a/", "$match('ab', PATTERN)[]"),
        (
            "/a|(b)/",
            "$replace('ab', PATTERN, function($m) { $m.groups[0] & '!' })",
        ),
        (
            "/a|b/",
            "$replace('ab', PATTERN, function($m) { $string($m) })",
        ),
        (
            "/[ab]/",
            "$replace('\u{1F600}ab', PATTERN, function($m) { $string($m.end) })",
        ),
        ("/(b)/", "$replace('abcb', PATTERN, '$1$2$$$0$x$12$', 1)"),
        ("/[0-9]/", "$split('a1b2c', PATTERN, 2)"),
        ("/x/", "$split('', PATTERN)"),
        (
            "/x/",
            "$filter(['x', 'y'], function($t) { $t ~> $contains(PATTERN) })",
        ),
    ] {
        let apart = format!("($r := {pattern}; {})", source.replace("PATTERN", "$r"));
        let own = told(&source.replace("PATTERN", pattern));
        assert_eq!(own, told(&apart), "{source}");
    }
    check("$split(5, /,/)", "T0410: Argument 1 of function \"split\"");
    check("$split('ab', /x*/)", "D1004");
}

#[test]
fn patterns_that_may_backtrack_leave_steps_for_the_rest() {
    let source = "$count($map([1..9000], function($i) { $contains('x' & $i, /^(x|y)+[0-9]+$/) }))";
    let found = evaluate(source);
    assert!(found.is_ok(), "{found:?}");
}

#[test]
fn items_are_found_in_many_steps() {
    for (source, expected) in [
        (
            "($o := [1..5000].{'v': $}; \
             $sum($map($o, function($v, $i, $a) { $i > 0 ? $v.v - $a[$i - 1].v : 0 })))",
            "4999",
        ),
        (
            "($p := [1..500].{'id': $, 'q': 2}; \
             $sum([1..500].{'id': $}.($x := $; {'m': $p[id = $x.id].q}).m))",
            "1000",
        ),
    ] {
        assert_eq!(told(source), expected, "{source}");
    }
}
