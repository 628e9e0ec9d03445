//! # choice-without-default
//!
//! ## What it does
//! Reports Choice states without `Default`, unless one of their rules always holds, or the rules ask
//! for both halves of a condition.
//!
//! ## Why it matters
//! When no rule holds, the execution fails with `States.Runtime`. A Choice can have neither Retry
//! nor Catch, so nothing can be done about it then. AWS accepts the definition.
//!
//! ## Example
//! ```json
//! { "Type": "Choice", "Choices": [
//!   { "Variable": "$.status", "StringEquals": "PAID", "Next": "Ship" } ] }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Choice", "Choices": [
//!   { "Variable": "$.status", "StringEquals": "PAID", "Next": "Ship" } ], "Default": "Refuse" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Choice State: <https://states-language.net/spec.html#choice-state>

use super::{Category, Rule};
use crate::data::Json;
use crate::language::Body;
use crate::language::states::{Choice, Comparison, Condition, Operator, Relation, ValueFamily};
use crate::lint::context::Context;
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "choice-without-default",
    category: Category::Choice,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("choice_without_default.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for state in context.machine.states() {
        let Body::Choice(choice) = &state.body else {
            continue;
        };
        let has_default = context.tree.node(state.node).entry("Default").is_some();
        if has_default || choice.rules.is_empty() || is_exhaustive(choice) {
            continue;
        }
        let place = state
            .type_name
            .as_ref()
            .map_or(state.name_span, |field| field.span);
        let message = format!(
            "Choice {} has no `Default`: the execution fails when no rule matches",
            quoted(&state.name)
        );
        out.push(RULE.finding(message).label(place, tested(choice)).help(
            "add `\"Default\": \"<state>\"`. A Choice can have no Catch, so this error ends \
                     the execution.",
        ));
    }
}

/// Whether some rule holds for certain: one that always does, or two that are each other's
/// opposite.
fn is_exhaustive(choice: &Choice) -> bool {
    choice.rules.iter().enumerate().any(|(at, rule)| {
        let earlier = &choice.rules[..at];
        always_holds(&rule.condition)
            || earlier
                .iter()
                .any(|other| are_opposites(&other.condition, &rule.condition))
    })
}

fn always_holds(condition: &Condition) -> bool {
    match condition {
        Condition::Expression(field) => match &field.value {
            Json::Bool(value) => *value,
            Json::String(text) => crate::query::jsonata::strip_delimiters(text) == Some("true"),
            _ => false,
        },
        _ => false,
    }
}

fn are_opposites(one: &Condition, other: &Condition) -> bool {
    match (one, other) {
        (Condition::Not(inner), condition) | (condition, Condition::Not(inner)) => {
            same(inner, condition)
        }
        (Condition::Comparison(one), Condition::Comparison(other)) => {
            variable(one).is_some()
                && variable(one) == variable(other)
                && one.operator == other.operator
                && has_two_answers(one.operator)
                && one.operand.value.as_bool().is_some()
                && one.operand.value.as_bool() == other.operand.value.as_bool().map(|value| !value)
        }
        (Condition::Expression(one), Condition::Expression(other)) => {
            let negated = |text: &Json| text.as_str().map(negation);
            negated(&one.value).is_some_and(|text| Some(&*text) == source(&other.value))
                || negated(&other.value).is_some_and(|text| Some(&*text) == source(&one.value))
        }
        _ => false,
    }
}

fn source(value: &Json) -> Option<&str> {
    crate::query::jsonata::strip_delimiters(value.as_str()?)
}

fn negation(text: &str) -> String {
    let inner = crate::query::jsonata::strip_delimiters(text).unwrap_or(text);
    format!("$not({inner})")
}

/// Whether `true` and `false` together are all that there can be: tests of a type are; a
/// `BooleanEquals` is when the value is a boolean, which whoever asks for both takes it to be.
fn has_two_answers(operator: Operator) -> bool {
    match operator {
        Operator::Is(_) => true,
        Operator::Compare {
            family,
            relation,
            path,
        } => family == ValueFamily::Boolean && relation == Relation::Equals && !path,
    }
}

fn same(one: &Condition, other: &Condition) -> bool {
    match (one, other) {
        (Condition::Comparison(one), Condition::Comparison(other)) => {
            variable(one).is_some()
                && variable(one) == variable(other)
                && one.operator == other.operator
                && one.operand.value == other.operand.value
        }
        _ => false,
    }
}

fn variable(comparison: &Comparison) -> Option<&str> {
    comparison.variable.as_ref().map(|field| &*field.value)
}

/// What the rules test, in words.
fn tested(choice: &Choice) -> String {
    let count = choice.rules.len();
    let rules = if count == 1 {
        "1 rule".to_owned()
    } else {
        format!("{count} rules")
    };
    let tests = if count == 1 { "tests" } else { "test" };
    let Some((variable, values)) = values(choice) else {
        return format!("{rules}, and no way out when none holds");
    };
    let values = match &values[..] {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        values => values.join(", "),
    };
    format!("{rules} {tests} {variable}, for {values} only")
}

/// The one path that all rules compare with texts, and these texts, when there are few.
fn values(choice: &Choice) -> Option<(&str, Vec<String>)> {
    const MOST: usize = 4;
    let mut found: Option<&str> = None;
    let mut values = Vec::new();
    for rule in &choice.rules {
        let Condition::Comparison(comparison) = &rule.condition else {
            return None;
        };
        let equals = matches!(
            comparison.operator,
            Operator::Compare {
                family: ValueFamily::String,
                relation: Relation::Equals,
                path: false
            }
        );
        let path = variable(comparison)?;
        if !equals || found.is_some_and(|found| found != path) {
            return None;
        }
        found = Some(path);
        values.push(quoted(comparison.operand.value.as_str()?));
    }
    (values.len() <= MOST).then_some((found?, values))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_choice_that_may_find_no_rule_is_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Choices": [
                {"Variable": "$.status", "StringEquals": "PAID", "Next": "B"},
                {"Variable": "$.status", "StringEquals": "PENDING", "Next": "C"}]},
              "B": {"Type": "Choice", "Choices": [
                {"Variable": "$.a", "IsPresent": true, "Next": "C"},
                {"Variable": "$.b", "IsPresent": false, "Next": "C"}]},
              "C": {"Type": "Succeed"}}}"#,
            expect![[r#"
                warning[choice-without-default] Choice "A" has no `Default`: the execution fails when no rule matches (-)
                  at 2:29 "Choice" -- 2 rules test $.status, for "PAID" and "PENDING" only
                  help: add `"Default": "<state>"`. A Choice can have no Catch, so this error ends the execution.
                warning[choice-without-default] Choice "B" has no `Default`: the execution fails when no rule matches (-)
                  at 5:29 "Choice" -- 2 rules, and no way out when none holds
                  help: add `"Default": "<state>"`. A Choice can have no Catch, so this error ends the execution.
            "#]],
        );
    }

    #[test]
    fn a_choice_that_finds_one_for_certain_is_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Choices": [
                {"Variable": "$.a", "IsPresent": true, "Next": "B"},
                {"Variable": "$.a", "IsPresent": false, "Next": "C"}]},
              "B": {"Type": "Choice", "Choices": [
                {"Variable": "$.a", "NumericLessThan": 3, "Next": "C"},
                {"Not": {"Variable": "$.a", "NumericLessThan": 3}, "Next": "C"}]},
              "C": {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [
                {"Condition": "{% $states.input.a = 1 %}", "Next": "D"},
                {"Condition": "{% $not($states.input.a = 1) %}", "Next": "D"}]},
              "D": {"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [
                {"Condition": true, "Next": "E"}]},
              "E": {"Type": "Succeed"}}}"#,
            expect![""],
        );
    }
}
