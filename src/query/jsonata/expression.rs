//! One expression: what stands between `{%` and `%}`.
//!
//! `$states` and the variables go in by the document, not as bindings: the expression is compiled
//! as ``( $states := `$states`; $x := `$x`; … )`` over an object with these fields, so that the
//! engine reads of them what it needs and no more. Only what the expression reads is given.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use super::engine::{Arithmetic, Compiled, Run};
use super::members::{Members, states, states_member};
use super::reading::Reading;
use super::{EvaluationError, Scope, SyntaxError};
use crate::data::{Json, Keyed, Object};

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    reading: Reading,
    /// The expression behind the assignments of what it reads; `None` when it reads nothing.
    behind: Option<Compiled>,
    /// The bytes of these assignments.
    prefix: usize,
}

/// What an evaluation gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluated {
    /// A value; `null` is one.
    Value(Json),
    /// Nothing: JSONata's undefined.
    Nothing,
    /// A function, which no document can hold.
    Function,
}

impl Expression {
    /// Compiles an expression given without its delimiters.
    ///
    /// # Errors
    /// When it is not JSONata 2.0.6.
    pub fn compile(source: &str) -> Result<Self, SyntaxError> {
        let reading = Reading::of(source)?;
        let prefix = assignments(&reading.analysis().variables);
        let behind = if prefix.is_empty() {
            None
        } else {
            Some(compile_behind(&prefix, source)?)
        };
        Ok(Self {
            reading,
            behind,
            prefix: prefix.len(),
        })
    }

    /// What the expression says.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// The free variables in alphabetical order, `states` and names of built-in functions left
    /// out.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        let names = self.reading.analysis().variables.iter().map(|name| &**name);
        names.filter(|name| *name != STATES)
    }

    /// The members of `$states` it may read.
    #[must_use]
    pub fn members(&self) -> Members {
        let members = self.reading.analysis().states.as_ref();
        Members::of(|name| members.is_none_or(|members| members.contains(name)))
    }

    /// Evaluates. Random draws continue from `random` and advance it.
    ///
    /// # Errors
    /// When the expression throws, or exceeds a limit.
    pub fn evaluate(
        &self,
        scope: &Scope<'_>,
        random: &mut Keyed,
    ) -> Result<Evaluated, EvaluationError> {
        if let Some(found) = self.follow(scope) {
            return Ok(found);
        }
        let document = self.document(scope);
        let shadows = self.shadows(scope);
        let mut again = random.clone();
        let run = |compiled: &Compiled, random: &mut Keyed| {
            compiled.evaluate(Run {
                document: document.as_ref(),
                shadows: &shadows,
                now: scope.now,
                random,
            })
        };
        let compiled = self.behind.as_ref().unwrap_or(&self.reading.compiled);
        match run(compiled, random) {
            Ok(Some(Json::Null)) if self.reading.analysis().arithmetic.is_some() => {
                // Arithmetic gives numbers; the only one that comes out as null is NaN.
                Ok(Evaluated::Value(Json::from("NaN")))
            }
            Ok(Some(value)) => Ok(Evaluated::Value(value)),
            Ok(None) => Ok(self.nothing(|probe| run(probe, &mut again))),
            Err(error) => self.infinity(error, |probe| run(probe, &mut again)),
        }
    }

    /// The value at the end of a plain path, as the handle it is: numbers keep their form, which
    /// the engine's binary64 would lose. `None` when the engine has to decide.
    fn follow(&self, scope: &Scope<'_>) -> Option<Evaluated> {
        let (variable, mut fields) = self.reading.plain_path()?.split_first()?;
        let mut value = if &**variable == STATES {
            match fields.split_first() {
                Some((member, rest)) => {
                    fields = rest;
                    states_member(&scope.states, member)
                }
                None => Some(states(&scope.states, Members::ALL)),
            }
        } else {
            scope.variables.variable(variable).cloned()
        };
        for field in fields {
            value = match value {
                // The engine maps a field over the items.
                Some(Json::Array(_)) => return None,
                object => object.and_then(|object| object.get(field).cloned()),
            };
        }
        Some(value.map_or(Evaluated::Nothing, |value| {
            Evaluated::Value(value.compacted())
        }))
    }

    /// The object that holds what the expression reads; `None` when it reads nothing.
    fn document(&self, scope: &Scope<'_>) -> Option<Json> {
        if self.prefix == 0 {
            return None;
        }
        let mut document = Object::with_capacity(self.reading.analysis().variables.len());
        for name in &self.reading.analysis().variables {
            let value = match &**name {
                STATES => Some(states(&scope.states, self.members())),
                name => scope.variables.variable(name).cloned(),
            };
            if let Some(value) = value {
                document.insert(format!("${name}"), value);
            }
        }
        Some(document.into())
    }

    /// The variables named like a built-in function, which they hide.
    fn shadows<'a>(&'a self, scope: &Scope<'a>) -> Vec<(&'a str, &'a Json)> {
        let names = self.reading.analysis().built_ins.iter();
        names
            .filter_map(|name| Some((&**name, scope.variables.variable(name)?)))
            .collect()
    }

    /// Tells a function from nothing, which the engine writes alike.
    fn nothing(
        &self,
        run: impl FnOnce(&Compiled) -> Result<Option<Json>, EvaluationError>,
    ) -> Evaluated {
        let probe = self.probe(&format!("$type(({}))", self.reading.source()));
        let kind = probe.and_then(|probe| run(&probe).ok().flatten());
        match kind.as_ref().and_then(Json::as_str) {
            Some("function") => Evaluated::Function,
            _ => Evaluated::Nothing,
        }
    }

    /// The infinity that an operation gave, as the string that Step Functions makes of it
    /// (reference section 2.6); the engine knows only that it overflowed.
    fn infinity(
        &self,
        error: EvaluationError,
        run: impl FnOnce(&Compiled) -> Result<Option<Json>, EvaluationError>,
    ) -> Result<Evaluated, EvaluationError> {
        let error = self.located(error);
        let operation = self.reading.analysis().arithmetic.as_ref();
        let Some(operation) = operation.filter(|operation| {
            error.code == "D1001" && error.span.as_ref() == Some(&operation.whole)
        }) else {
            return Err(error);
        };
        let probe = self.probe(&self.sign(operation));
        match probe.and_then(|probe| run(&probe).ok().flatten()) {
            Some(Json::Bool(true)) => Ok(Evaluated::Value(Json::from("Infinity"))),
            Some(Json::Bool(false)) => Ok(Evaluated::Value(Json::from("-Infinity"))),
            _ => Err(error),
        }
    }

    /// An expression that tells whether an infinite result is above zero.
    fn sign(&self, operation: &Arithmetic) -> String {
        let left = &self.reading.source()[operation.left.clone()];
        let right = &self.reading.source()[operation.right.clone()];
        if operation.is_product {
            format!("(({left}) > 0) = (({right}) >= 0)")
        } else {
            format!("({left}) > 0")
        }
    }

    /// Another expression in the place of this one.
    fn probe(&self, source: &str) -> Option<Compiled> {
        compile_behind(&assignments(&self.reading.analysis().variables), source).ok()
    }

    /// The error with offsets into the source instead of what was compiled.
    fn located(&self, error: EvaluationError) -> EvaluationError {
        let shift = |span: Range<usize>| {
            let at = |offset: usize| {
                offset
                    .saturating_sub(self.prefix)
                    .min(self.reading.source().len())
            };
            at(span.start)..at(span.end)
        };
        EvaluationError {
            span: error.span.map(shift),
            ..error
        }
    }
}

const STATES: &str = "states";
/// The text that takes the variables out of the document; nothing when there are none.
fn assignments(variables: &[Arc<str>]) -> String {
    let mut prefix = String::new();
    for name in variables {
        let open = if prefix.is_empty() { "(" } else { "" };
        write!(prefix, "{open}${name}:=`${name}`;").expect("a string takes all");
    }
    prefix
}

/// Compiles a source that compiles alone behind a prefix of [`assignments`].
fn compile_behind(prefix: &str, source: &str) -> Result<Compiled, SyntaxError> {
    let (levels, close) = if prefix.is_empty() { (0, "") } else { (1, ")") };
    let whole = format!("{prefix}{source}{close}");
    Compiled::compile_within(levels, &whole).map_err(|error| SyntaxError {
        offset: error.offset.saturating_sub(prefix.len()).min(source.len()),
        ..error
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeMap;

    use super::super::{StatesView, Variables};
    use super::*;
    use crate::data::{EventId, Seed, Timestamp};

    impl Variables for BTreeMap<&str, Json> {
        fn variable(&self, name: &str) -> Option<&Json> {
            self.get(name)
        }
    }

    fn json(text: &str) -> Json {
        Json::parse(text).expect("valid JSON")
    }

    fn input() -> Json {
        json(
            r#"{ "a": {"b": [1, 2.0, {"c": 0.0}]}, "id": 9007199254740993, "one": [1], "none": [],
                 "items": [{"k": 1, "on": true}, {"k": 2, "on": false}], "null": null }"#,
        )
    }

    /// Evaluates over [`input`], the context `{"Execution":{"Name":"e"}}` and some variables.
    fn evaluate(source: &str) -> Result<Evaluated, EvaluationError> {
        let input = input();
        let context = || json(r#"{"Execution":{"Name":"e"}}"#);
        let variables = BTreeMap::from([
            ("x", json("[[1], 2]")),
            ("name", json("\"n\"")),
            ("sum", json("40")),
        ]);
        let scope = Scope {
            states: StatesView {
                input: &input,
                context: &context,
                result: None,
                error_output: None,
            },
            variables: &variables,
            now: Timestamp::parse("2024-02-07T13:50:16.123Z").expect("valid"),
        };
        let expression = Expression::compile(source).expect("parses");
        expression.evaluate(&scope, &mut Seed(0).at(EventId(1)))
    }

    fn check(source: &str, expected: &str) {
        let found = match evaluate(source) {
            Ok(Evaluated::Value(value)) => value.text().into_owned(),
            Ok(other) => format!("{other:?}"),
            Err(error) => format!("{error} at {:?}", error.span),
        };
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn a_plain_path_gives_the_handle_it_finds() {
        check("$states.input.a", r#"{"b":[1,2.0,{"c":0.0}]}"#);
        check("$states.input.id", "9007199254740993");
        check("$states.input.one", "[1]");
        check("$states.input.none", "[]");
        check("$states.input.`null`", "null");
        check("$states.input.`null`.x", "Nothing");
        check("$states.input.items.k", "[1,2]");
        check("$states.context.Execution.Name", "\"e\"");
        check("$states.result", "Nothing");
        check("$states.context", r#"{"Execution":{"Name":"e"}}"#);
        check("$x", "[[1],2]");
        check("$nobody.x", "Nothing");
    }

    #[test]
    fn a_part_copied_unchanged_keeps_the_form_of_its_numbers() {
        check(
            "{'copy': $states.input.a, 'two': 2.0, 'half': 1 / 2}",
            r#"{"copy":{"b":[1,2.0,{"c":0.0}]},"two":2,"half":0.5}"#,
        );
        check("$states.input.items[on]", r#"{"k":1,"on":true}"#);
        check("$states.input.items[on][]", r#"[{"k":1,"on":true}]"#);
        check("[$x]", "[[1],2]");
        check("$count($x)", "2");
    }

    #[test]
    fn states_as_a_whole_has_the_members_there_are() {
        check("$keys($states)", r#"["input","context"]"#);
        check("$states ~> $keys", r#"["input","context"]"#);
        check("($s := $states; $s.input.one)", "[1]");
    }

    #[test]
    fn a_variable_hides_the_built_in_function_of_its_name() {
        check("$sum + 2", "42");
        check("$sum", "40");
        check(
            "$sum([1, 2])",
            "T1006: Attempted to invoke a non-function at Some(0..12)",
        );
        check("$max([1, 2])", "2");
    }

    #[test]
    fn the_functions_of_step_functions_are_there_and_eval_is_not() {
        check("$partition([1..5], 2)", "[[1,2],[3,4],[5]]");
        check("$range(1, 9, 9)", "1");
        check("$range(0, 9, 3)", "[0,3,6,9]");
        check("$range(0, 9)", "Nothing");
        check("$parse('-0')", "0");
        check("$parse('{\"a\": [1, 2.5]}')", r#"{"a":[1,2.5]}"#);
        check(
            "$hash('input data', 'MD5')",
            "\"812f45842bc6d66ee14572ce20db8e86\"",
        );
        check("$hash('input data')", "Nothing");
        check("$length($uuid())", "36");
        check("$uuid() = $uuid()", "false");
        check("$random() < 1 and $random() != $random()", "true");
        check("$random(1) = $random(1)", "true");
        let refused = "T1006: Attempted to invoke a non-function at Some(0..10)";
        check("$eval('1')", refused);
    }

    #[test]
    fn time_and_randomness_come_from_outside() {
        check("$now()", "\"2024-02-07T13:50:16.123Z\"");
        check("$millis()", "1707313816123");
        for source in ["$random()", "$uuid()", "$shuffle([1..100])"] {
            let text = || format!("{:?}", evaluate(source));
            assert_eq!(text(), text(), "{source}");
        }
    }

    #[test]
    fn draws_go_on_from_one_evaluation_to_the_next() {
        let expression = Expression::compile("$uuid()").expect("parses");
        let scope = Scope {
            states: StatesView {
                input: &Json::Null,
                context: &Json::empty_object,
                result: None,
                error_output: None,
            },
            variables: &super::super::NoVariables,
            now: Timestamp(0),
        };
        let mut random = Seed(0).at(EventId(1));
        let first = expression.evaluate(&scope, &mut random);
        assert_ne!(first, expression.evaluate(&scope, &mut random));
    }

    #[test]
    fn nothing_and_functions_are_told_apart() {
        check("$states.input.items[k = 9]", "Nothing");
        check("$fn := function($x){$x}", "Function");
        check(
            "$sum(?)",
            "T1008: Attempted to partially apply a non-function at Some(0..7)",
        );
        check("$uppercase", "Function");
        check("$nobody", "Nothing");
    }

    #[test]
    fn numbers_that_are_not_finite_are_strings() {
        check("1 / 0", "\"Infinity\"");
        check("-1 / $states.input.a.b[2].c", "\"-Infinity\"");
        check("0 / 0", "\"NaN\"");
        check("-1e308 * 10", "\"-Infinity\"");
        check("1e308 + 1e308", "\"Infinity\"");
        check(
            "1 / 0 * 2",
            "D1001: Number out of range: null at Some(0..5)",
        );
    }

    #[test]
    fn errors_point_into_the_source() {
        check(
            "$states.input.id + 1 & 'é' & (1 + $name)",
            "T2002: The right side of the \"+\" operator must evaluate to a number at Some(31..40)",
        );
        check("$error('no')", "D3137: no at Some(0..12)");
    }

    #[test]
    fn a_syntax_error_has_code_and_place() {
        let check = |source: &str, code: &str, offset: usize, len: usize| {
            let error = Expression::compile(source).expect_err("does not parse");
            let found = (error.code.as_str(), error.offset, error.len);
            assert_eq!(found, (code, offset, len), "{error}");
        };
        check("$sum($x", "S0203", 7, 0);
        check("1 +", "S0207", 3, 0);
        check("$x ?? 1", "S0211", 4, 1);
        check("$x ?: 1", "S0211", 4, 1);
        check("", "S0207", 0, 0);
        check("1) + (1", "S0201", 1, 1);
    }

    #[test]
    fn only_what_is_read_is_asked_for() {
        let check = |source: &str, expected: &str, variables: &[&str]| {
            let expression = Expression::compile(source).expect("parses");
            let members = expression.members();
            let read = [
                (members.input, 'i'),
                (members.context, 'c'),
                (members.result, 'r'),
                (members.error_output, 'e'),
            ];
            let read: String = read
                .iter()
                .filter(|(read, _)| *read)
                .map(|(_, c)| c)
                .collect();
            assert_eq!(read, expected, "{source}");
            assert_eq!(
                expression.variables().collect::<Vec<_>>(),
                variables,
                "{source}"
            );
        };
        check("$states.input.x + $states.result", "ir", &[]);
        check("$states.errorOutput.Cause", "e", &[]);
        check("$states", "icre", &[]);
        check("$b & $a & $map([1], function($c) {$c})", "", &["a", "b"]);
        check("($x := 1; $x)", "", &[]);
    }

    #[test]
    fn the_context_is_built_only_for_an_expression_that_reads_it() {
        let built = Cell::new(0);
        let context = || {
            built.set(built.get() + 1);
            Json::empty_object()
        };
        let scope = Scope {
            states: StatesView {
                input: &Json::Null,
                context: &context,
                result: None,
                error_output: None,
            },
            variables: &super::super::NoVariables,
            now: Timestamp(0),
        };
        for (source, expected) in [("$states.input & 'x'", 0), ("$keys($states.context)", 1)] {
            let expression = Expression::compile(source).expect("parses");
            let evaluated = expression.evaluate(&scope, &mut Seed(0).at(EventId(1)));
            assert!(evaluated.is_ok(), "{source}");
            assert_eq!(built.get(), expected, "{source}");
        }
    }
}
