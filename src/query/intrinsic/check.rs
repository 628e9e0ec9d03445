//! What can be told of a call without evaluating it: literals of the wrong type, placeholders
//! without arguments, and calls of literals alone that never work.

use crate::data::{EventId, Json, Seed};
use crate::query::SyntaxError;

use super::Call;
use super::call::{Argument, IntrinsicCall, Invocation};
use super::function::Type;

const ALGORITHMS: [&str; 5] = ["MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"];

impl IntrinsicCall {
    /// What makes the call fail whenever it is evaluated.
    #[must_use]
    pub fn faults(&self) -> Vec<SyntaxError> {
        let mut faults = Vec::new();
        self.invocation().check(&mut faults);
        faults.sort_by_key(|fault| fault.offset);
        faults
    }
}

// The parser bounds how deep calls nest.
impl Invocation {
    fn check(&self, faults: &mut Vec<SyntaxError>) {
        let before = faults.len();
        for (at, argument) in self.arguments.iter().enumerate() {
            if let Argument::Call(inner) = argument {
                inner.check(faults);
            }
            faults.extend(self.type_fault(at, argument));
        }
        match (self.function.name, &self.arguments[..]) {
            ("Format", [Argument::Literal(template), values @ ..]) => {
                faults.extend(self.placeholders(template, values.len()));
            }
            ("Hash", [_, Argument::Literal(algorithm)]) => {
                faults.extend(self.algorithm(algorithm));
            }
            _ => {}
        }
        if faults.len() == before {
            faults.extend(self.constant_fault());
        }
    }

    fn fault(&self, at: usize, message: String) -> SyntaxError {
        let place = &self.places[at];
        SyntaxError::new(place.start, place.len(), message)
    }

    fn type_fault(&self, at: usize, argument: &Argument) -> Option<SyntaxError> {
        let found = match argument {
            Argument::Path(_) => return None,
            Argument::Literal(value) => Type::of(value),
            Argument::Call(inner) => inner.function.result,
        };
        let wanted = self.function.parameter(at);
        (!wanted.admits(found)).then(|| {
            let (number, name) = (at + 1, self.function.name);
            let message =
                format!("argument {number} of `States.{name}` must be {wanted}, not {found}");
            self.fault(at, message)
        })
    }

    fn placeholders(&self, template: &Json, values: usize) -> Option<SyntaxError> {
        let count = super::strings::placeholders(template.as_str()?);
        (count != values).then(|| {
            let places = if count == 1 {
                "placeholder"
            } else {
                "placeholders"
            };
            let given = if values == 1 { "argument" } else { "arguments" };
            let message =
                format!("the template has {count} {places} `{{}}`, and {values} {given} follow");
            self.fault(0, message)
        })
    }

    fn algorithm(&self, algorithm: &Json) -> Option<SyntaxError> {
        let name = algorithm.as_str()?;
        (!ALGORITHMS.contains(&name)).then(|| {
            let message = format!("`{name}` is no algorithm of `States.Hash`");
            let help = format!("there are {}", ALGORITHMS.join(", "));
            self.fault(1, message).help(help)
        })
    }

    /// The error of a call with nothing but literals in it.
    fn constant_fault(&self) -> Option<SyntaxError> {
        let values: Option<Vec<Json>> = self.arguments.iter().map(literal).collect();
        let mut random = Seed(0).at(EventId::NONE);
        let answer = (self.function.run)(&mut Call {
            arguments: &values?,
            random: &mut random,
        });
        let place = self.whole.clone();
        let told = |error: String| SyntaxError::new(place.start, place.len(), lower(&error));
        answer.err().map(told)
    }
}

fn literal(argument: &Argument) -> Option<Json> {
    match argument {
        Argument::Literal(value) => Some(value.clone()),
        Argument::Path(_) | Argument::Call(_) => None,
    }
}

/// A sentence as the part of one.
fn lower(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters
        .next()
        .map(|first| first.to_lowercase().to_string());
    let text = first.unwrap_or_default() + characters.as_str();
    text.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[&str]) {
        let faults = IntrinsicCall::parse(source).expect("parses").faults();
        let told = |fault: &SyntaxError| {
            let place = &source[fault.offset..fault.offset + fault.len];
            format!("{place}: {}", fault.message)
        };
        let found: Vec<String> = faults.iter().map(told).collect();
        assert_eq!(found, expected, "{source}");
    }

    #[test]
    fn literals_and_calls_of_the_wrong_type_are_found() {
        check(
            "States.MathAdd('1', $.x)",
            &["'1': argument 1 of `States.MathAdd` must be a number, not a string"],
        );
        check(
            "States.ArrayLength(States.UUID())",
            &["States.UUID(): argument 1 of `States.ArrayLength` must be an array, not a string"],
        );
        check(
            "States.Array(States.StringToJson(true))",
            &["true: argument 1 of `States.StringToJson` must be a string, not a boolean"],
        );
        check("States.ArrayContains(States.StringToJson($.x), 1)", &[]);
        check("States.MathRandom(1, 10, $.seed)", &[]);
    }

    #[test]
    fn placeholders_and_arguments_are_counted() {
        check(
            "States.Format('{} and {}', $.x)",
            &["'{} and {}': the template has 2 placeholders `{}`, and 1 argument follow"],
        );
        check(r"States.Format('\{\} {}', $.x)", &[]);
        check("States.Format($.template, 1, 2)", &[]);
    }

    #[test]
    fn calls_of_literals_alone_are_tried() {
        check("States.MathAdd(1, 2)", &[]);
        check("States.ArrayGetItem(States.Array(1), 3)", &[]);
        check(
            "States.ArrayRange(1, 9, 0)",
            &["States.ArrayRange(1, 9, 0): the step must not be 0"],
        );
        check(
            "States.Hash('a', 'sha-256')",
            &["'sha-256': `sha-256` is no algorithm of `States.Hash`"],
        );
    }
}
