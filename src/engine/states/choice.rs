//! Choice at work: the truth table of the comparison operators (04 §4.3, 491 recordings).

use std::cmp::Ordering;

use crate::data::{Json, Keyed, StatesError, Timestamp};
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::io;
use crate::engine::program::{Choice, Comparison, Condition, Next, Operand, Rule, State};
use crate::engine::recorder::Recorder;
use crate::engine::scope::View;
use crate::engine::thread::Thread;
use crate::engine::{Note, Out};
use crate::language::states::{Operator, Relation, TypeTest, ValueFamily};
use crate::query::failure;
use crate::query::jsonata::Expected;

pub(super) fn attempt(
    execution: &mut Execution,
    state: &State,
    choice: &Choice,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    let view = execution.view(state, thread);
    let input = io::input(state, &view)?;
    let view = view.of(&input);
    let mut taken = None;
    for (index, rule) in choice.rules.iter().enumerate() {
        let location = || format!("Choices[{index}]/Condition");
        if holds(&rule.condition, &view, &mut random, &location)? {
            taken = Some((index, rule));
            break;
        }
    }
    Recorder::note(
        out.sink,
        Note::Rule {
            state: &state.name,
            rule: taken.map(|(index, _)| index),
        },
    );
    let (leaving, next) = match (taken, choice.default) {
        (Some((index, rule)), _) => (leave(state, rule, index, &view, &mut random)?, rule.next),
        (None, Some(default)) => (io::pass_on(state, &view, &mut random)?, default),
        (None, None) => {
            let cause = "Failed to transition out of the state. The state does not point to a \
                         next state.";
            return Err(StatesError::runtime(cause).into());
        }
    };
    let (output, assigned) = leaving;
    execution.exit(state, thread, output, assigned, Next::State(next), out)
}

/// The way out by a rule: its `Assign` and `Output`, not the state's.
fn leave(
    state: &State,
    rule: &Rule,
    index: usize,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<io::Leaving, Failure> {
    let field = || format!("Choices[{index}]/Assign");
    let assigned = io::assign(rule.assign.as_ref(), &field, view, random)?;
    let output = match &rule.output {
        Some(output) => {
            let field = format!("Choices[{index}]/Output");
            view.jsonata(|scope| output.evaluate(&field, scope, random))?
        }
        None => io::output_path(state, view)?,
    };
    Ok((output, assigned))
}

fn holds(
    condition: &Condition,
    view: &View<'_>,
    random: &mut Keyed,
    location: &dyn Fn() -> String,
) -> Result<bool, Failure> {
    match condition {
        Condition::And(all) => {
            for condition in all {
                if !holds(condition, view, random, location)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Condition::Or(any) => {
            for condition in any {
                if holds(condition, view, random, location)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Condition::Not(condition) => Ok(!holds(condition, view, random, location)?),
        Condition::Comparison(comparison) => compares(comparison, view),
        Condition::Expression(template) => {
            let value = view.jsonata(|scope| {
                template.evaluate_typed(&location(), Expected::Boolean, scope, random)
            })?;
            Ok(value.as_bool() == Some(true))
        }
    }
}

fn compares(comparison: &Comparison, view: &View<'_>) -> Result<bool, Failure> {
    let found = comparison.variable.evaluate(view);
    let (family, relation) = match comparison.operator {
        Operator::Is(TypeTest::Present) => {
            return Ok(wanted(&comparison.operand) == found.is_ok());
        }
        Operator::Is(test) => {
            let value = found.map_err(|_| failure::invalid_choice_path(&comparison.variable))?;
            return Ok(wanted(&comparison.operand) == is(test, &value));
        }
        Operator::Compare {
            family, relation, ..
        } => (family, relation),
    };
    let value = found.map_err(|_| failure::invalid_choice_path(&comparison.variable))?;
    let operand = match &comparison.operand {
        Operand::Literal(literal) => literal.clone(),
        Operand::Path(path) => path
            .evaluate(view)
            .map_err(|_| failure::invalid_choice_path(path))?,
    };
    Ok(related(family, relation, &value, &operand))
}

fn wanted(operand: &Operand) -> bool {
    matches!(operand, Operand::Literal(Json::Bool(true)))
}

fn is(test: TypeTest, value: &Json) -> bool {
    match test {
        TypeTest::Null => matches!(value, Json::Null),
        TypeTest::Present => true,
        TypeTest::Numeric => matches!(value, Json::Number(_)),
        TypeTest::String => matches!(value, Json::String(_)),
        TypeTest::Boolean => matches!(value, Json::Bool(_)),
        TypeTest::Timestamp => value.as_str().and_then(Timestamp::parse).is_some(),
    }
}

/// A value of another type than the operator's is never related: false, not an error.
fn related(family: ValueFamily, relation: Relation, value: &Json, operand: &Json) -> bool {
    let order = match family {
        ValueFamily::String => match (value.as_str(), operand.as_str()) {
            (Some(value), Some(pattern)) if relation == Relation::Matches => {
                return string_matches(pattern, value);
            }
            (Some(a), Some(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
            _ => None,
        },
        ValueFamily::Numeric => match (value.as_number(), operand.as_number()) {
            (Some(a), Some(b)) => a.as_f64().partial_cmp(&b.as_f64()),
            _ => None,
        },
        ValueFamily::Boolean => match (value.as_bool(), operand.as_bool()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => None,
        },
        ValueFamily::Timestamp => {
            let time = |value: &Json| value.as_str().and_then(Timestamp::parse);
            match (time(value), time(operand)) {
                (Some(a), Some(b)) => Some(a.cmp(&b)),
                _ => None,
            }
        }
    };
    order.is_some_and(|order| match relation {
        Relation::Equals => order == Ordering::Equal,
        Relation::LessThan => order == Ordering::Less,
        Relation::GreaterThan => order == Ordering::Greater,
        Relation::LessThanEquals => order != Ordering::Greater,
        Relation::GreaterThanEquals => order != Ordering::Less,
        Relation::Matches => false,
    })
}

/// `StringMatches`: `*` stands for any characters, `\*` for a star, `\\` for a backslash (what one
/// means before another character is unconfirmed); nothing
/// else is special (04 §4.6). Linear in text × stars, without backtracking over more than one.
fn string_matches(pattern: &str, text: &str) -> bool {
    let pattern = tokens(pattern);
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut seen, mut resume) = (0, 0, None);
    while seen < text.len() {
        match pattern.get(at) {
            Some(None) => {
                resume = Some((at + 1, seen));
                at += 1;
            }
            Some(Some(wanted)) if *wanted == text[seen] => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((after, from)) = resume else {
                    return false;
                };
                (at, seen) = (after, from + 1);
                resume = Some((after, from + 1));
            }
        }
    }
    pattern[at..].iter().all(Option::is_none)
}

/// A pattern's characters; a star is `None`.
fn tokens(pattern: &str) -> Vec<Option<char>> {
    let mut tokens = Vec::with_capacity(pattern.len());
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        tokens.push(match character {
            '*' => None,
            '\\' => Some(
                characters
                    .next_if(|next| matches!(next, '*' | '\\'))
                    .unwrap_or('\\'),
            ),
            other => Some(other),
        });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_any_characters_and_nothing_else_is_special() {
        let check = |pattern: &str, text: &str, expected: bool| {
            assert_eq!(
                string_matches(pattern, text),
                expected,
                "{pattern} ~ {text}"
            );
        };
        check("foo*.log", "foo-1.log", true);
        check("foo*.log", "foo-1.txt", false);
        check("*", "", true);
        check("a*b*c", "a-b-b-c", true);
        check("a*b*c", "a-c-b", false);
        check(r"a\*b", "a*b", true);
        check(r"a\*b", "axb", false);
        check(r"a\\*", r"a\xyz", true);
        check("a?[b]", "a?[b]", true);
        check("a?", "ab", false);
        check("Foo", "foo", false);
        check("", "", true);
        check("", "x", false);
        check("*é*", "caféine", true);
    }
}
