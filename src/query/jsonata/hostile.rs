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

fn check_fails(source: &str) {
    let found = evaluate(source);
    assert!(found.is_err(), "{source}: {found:?}");
}

#[test]
fn nested_too_deeply_is_a_syntax_error() {
    let deep = 100_000;
    for source in [
        "[".repeat(deep),
        "(".repeat(deep) + &")".repeat(deep),
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
    check_fails("($f := function(){$f()}; $f())");
    check_fails("$map([1..1000], function($i) { $map([1..10000], function($j) { $i * $j }) })");
}

#[test]
fn endless_recursion_is_too_deep() {
    check_fails("($f := function($n){1 + $f($n)}; $f(1))");
}

#[test]
fn what_grows_without_end_is_too_large() {
    for source in [
        "[1..10000000]",
        "$range(0, 1e300, 1)",
        "$pad('', 100000000, 'x')",
        "$parse($pad('', 100000, '['))",
        "($d := function($s){$d($s & $s)}; $d('x'))",
        "($d := function($a){$d($append($a, $a))}; $d([1]))",
    ] {
        check_fails(source);
    }
}

#[test]
fn what_nests_without_end_is_dropped_without_overflow() {
    for source in [
        "($d := function($o){$d({'a': $o, 'b': $o})}; $d({}))",
        "($d := function($f){$d(function(){$f})}; $d(1))",
        "($d := function($f){$d($f ~> $string)}; $d($string))",
        "$reduce([1..1000000], function($a, $i){function(){1}})",
    ] {
        check_fails(source);
    }
}

#[test]
#[cfg_attr(
    debug_assertions,
    ignore = "takes a minute without optimisation, 4 seconds with it"
)]
fn a_regular_expression_that_backtracks_for_ever_runs_out_of_steps() {
    check_fails("$contains($pad('', 40, 'a') & '!', /^(a+)+$/)");
}
