//! # dead-choice-rule
//!
//! ## What it does
//! Reports rules of Choice states that can never be taken: an earlier rule asks for the same or for
//! more, an earlier rule always holds, or the value that is compared is known to be another one.
//!
//! ## Why it matters
//! Rules are tried in order, and the first that holds decides. A rule that is never taken is most
//! often a mistake in the order, or a comparison of the wrong type: `NumericEquals` is false for the
//! text `"42"`. AWS accepts the definition.
//!
//! ## Example
//! ```json
//! { "Type": "Choice", "Default": "Other", "Choices": [
//!   { "Variable": "$.n", "NumericLessThan": 10, "Next": "Small" },
//!   { "Variable": "$.n", "NumericLessThan": 5, "Next": "Tiny" } ] }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Choice", "Default": "Other", "Choices": [
//!   { "Variable": "$.n", "NumericLessThan": 5, "Next": "Tiny" },
//!   { "Variable": "$.n", "NumericLessThan": 10, "Next": "Small" } ] }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Choice State: <https://states-language.net/spec.html#choice-state>

use super::{Category, Rule};
use crate::data::{Json, Number};
use crate::language::Body;
use crate::language::states::{
    ChoiceRule, Comparison, Condition, Operator, Relation, TypeTest, ValueFamily,
};
use crate::lint::context::Context;
use crate::lint::flow::{Found, Shape, find};
use crate::query::{Path, Root, Type, jsonata};
use crate::syntax::{Diagnostic, Severity, Span};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "dead-choice-rule",
    category: Category::Choice,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("dead_choice_rule.rs"),
    check,
};

/// A rule is held against so many earlier ones, that a long list does not cost its square.
const MOST_EARLIER: usize = 64;

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for scope in context.graph.scopes() {
        for (vertex, state) in scope.states() {
            let Body::Choice(choice) = &state.body else {
                continue;
            };
            let stages = context.data_flow.stages(vertex);
            let input = stages.map_or(&Shape::Unknown, |stages| &stages.effective);
            let mut always = None;
            for (at, rule) in choice.rules.iter().enumerate() {
                let earlier = &choice.rules[..at.min(MOST_EARLIER)];
                let verdict = verdict(&rule.condition, input);
                out.extend(dead(context, earlier, always, rule, input, verdict));
                always = always.or((verdict == Some(true)).then_some(rule));
            }
        }
    }
}

fn dead(
    context: &Context<'_>,
    earlier: &[ChoiceRule],
    always: Option<&ChoiceRule>,
    rule: &ChoiceRule,
    input: &Shape,
    verdict: Option<bool>,
) -> Option<Diagnostic> {
    let opening = |rule: &ChoiceRule| place(context, rule);
    if let Some(first) = earlier
        .iter()
        .find(|first| implies(&rule.condition, &first.condition))
    {
        return Some(
            RULE.finding("this choice rule is never taken: an earlier one holds whenever it does")
                .label(opening(rule), "never taken")
                .label(opening(first), "tried before, and holds then as well")
                .help("put the narrower rule first, or remove it"),
        );
    }
    if let Some(first) = always {
        return Some(
            RULE.finding("this choice rule is never taken: an earlier one always holds")
                .label(opening(rule), "never taken")
                .label(opening(first), "always holds")
                .help("remove it, or mend the rule before it"),
        );
    }
    (verdict == Some(false)).then(|| {
        RULE.finding("this choice rule can never hold")
            .label(opening(rule), reason(&rule.condition, input))
            .help("mend the comparison, or remove the rule")
    })
}

/// The key that says what a rule is about.
fn place(context: &Context<'_>, rule: &ChoiceRule) -> Span {
    let node = context.tree.node(rule.node);
    let about = ["Variable", "Condition", "And", "Or", "Not"];
    let entry = node
        .entries()
        .iter()
        .find(|entry| about.contains(&&*entry.key));
    entry.map_or(rule.span, |entry| entry.key_span)
}

/// Whether one condition holds whenever another does.
fn implies(one: &Condition, other: &Condition) -> bool {
    match (one, other) {
        (Condition::Comparison(one), Condition::Comparison(other)) => narrower(one, other),
        (Condition::Expression(one), Condition::Expression(other)) => {
            let text = |value: &Json| {
                value
                    .as_str()
                    .and_then(jsonata::strip_delimiters)
                    .map(str::to_owned)
            };
            text(&one.value).is_some_and(|one| Some(one) == text(&other.value))
        }
        (Condition::And(parts), _) => parts.iter().any(|part| implies(part, other)),
        (_, Condition::Or(parts)) => parts.iter().any(|part| implies(one, part)),
        (Condition::Not(one), Condition::Not(other)) => implies(other, one),
        _ => false,
    }
}

/// Whether a comparison asks for the same as another, or for more.
fn narrower(one: &Comparison, other: &Comparison) -> bool {
    let (Some(left), Some(right)) = (&one.variable, &other.variable) else {
        return false;
    };
    if left.value != right.value {
        return false;
    }
    if one.operator == other.operator && one.operand.value == other.operand.value {
        return true;
    }
    let (
        Operator::Compare {
            family: ValueFamily::Numeric,
            relation: r1,
            path: false,
        },
        Operator::Compare {
            family: ValueFamily::Numeric,
            relation: r2,
            path: false,
        },
    ) = (one.operator, other.operator)
    else {
        return false;
    };
    let number = |comparison: &Comparison| comparison.operand.value.as_number().map(Number::as_f64);
    let (Some(a), Some(b)) = (number(one), number(other)) else {
        return false;
    };
    match (r1, r2) {
        (Relation::LessThan, Relation::LessThan | Relation::LessThanEquals)
        | (Relation::LessThanEquals | Relation::Equals, Relation::LessThanEquals) => a <= b,
        (Relation::LessThanEquals | Relation::Equals, Relation::LessThan) => a < b,
        (Relation::GreaterThan, Relation::GreaterThan | Relation::GreaterThanEquals)
        | (Relation::GreaterThanEquals | Relation::Equals, Relation::GreaterThanEquals) => a >= b,
        (Relation::GreaterThanEquals | Relation::Equals, Relation::GreaterThan) => a > b,
        _ => false,
    }
}

/// Whether a condition holds for every value of this shape, or for none; bounded by the depth of
/// a tree.
fn verdict(condition: &Condition, input: &Shape) -> Option<bool> {
    match condition {
        Condition::Comparison(comparison) => compared(comparison, input),
        Condition::And(parts) => {
            let verdicts: Vec<Option<bool>> =
                parts.iter().map(|part| verdict(part, input)).collect();
            if verdicts.contains(&Some(false)) {
                return Some(false);
            }
            verdicts.iter().all(|v| *v == Some(true)).then_some(true)
        }
        Condition::Or(parts) => {
            let verdicts: Vec<Option<bool>> =
                parts.iter().map(|part| verdict(part, input)).collect();
            if verdicts.contains(&Some(true)) {
                return Some(true);
            }
            verdicts.iter().all(|v| *v == Some(false)).then_some(false)
        }
        Condition::Not(inner) => verdict(inner, input).map(|holds| !holds),
        Condition::Expression(field) => match &field.value {
            Json::Bool(value) => Some(*value),
            Json::String(text) => match jsonata::strip_delimiters(text)? {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        },
        Condition::Invalid(_) => None,
    }
}

fn compared(comparison: &Comparison, input: &Shape) -> Option<bool> {
    let value = value(comparison, input)?;
    match (comparison.operator, value) {
        (Operator::Is(TypeTest::Present), found) => {
            let wanted = comparison.operand.value.as_bool()?;
            match found {
                Found::Shape(_) => Some(wanted),
                Found::Missing(_) => Some(!wanted),
                Found::Maybe => None,
            }
        }
        // Without a value the execution fails, which another rule tells.
        (_, Found::Maybe | Found::Missing(_)) => None,
        (Operator::Is(test), Found::Shape(shape)) => {
            let wanted = comparison.operand.value.as_bool()?;
            is_of(test, &shape).map(|is| is == wanted)
        }
        (
            Operator::Compare {
                family,
                relation,
                path,
            },
            Found::Shape(shape),
        ) => {
            let kind = shape.type_of()?;
            if kind != of_family(family) {
                return Some(false);
            }
            match (&shape, relation, path, family) {
                (
                    Shape::Literal(value),
                    Relation::Equals,
                    false,
                    ValueFamily::String | ValueFamily::Boolean,
                ) => Some(*value == comparison.operand.value),
                (Shape::Literal(value), Relation::Equals, false, ValueFamily::Numeric) => {
                    let (one, other) = (value.as_number()?, comparison.operand.value.as_number()?);
                    // Equal to the last bit, as the comparison itself is.
                    Some(one.as_f64().total_cmp(&other.as_f64()).is_eq())
                }
                _ => None,
            }
        }
    }
}

fn value(comparison: &Comparison, input: &Shape) -> Option<Found> {
    let path = Path::parse(&comparison.variable.as_ref()?.value).ok()?;
    if *path.root() != Root::Input {
        return None;
    }
    find(&path, input)
}

fn of_family(family: ValueFamily) -> Type {
    match family {
        ValueFamily::String | ValueFamily::Timestamp => Type::String,
        ValueFamily::Numeric => Type::Number,
        ValueFamily::Boolean => Type::Boolean,
    }
}

fn is_of(test: TypeTest, shape: &Shape) -> Option<bool> {
    let kind = shape.type_of()?;
    Some(match test {
        TypeTest::Null => kind == Type::Null,
        TypeTest::Numeric => kind == Type::Number,
        TypeTest::String => kind == Type::String,
        TypeTest::Boolean => kind == Type::Boolean,
        TypeTest::Timestamp if kind == Type::String => return None,
        TypeTest::Timestamp => false,
        TypeTest::Present => return None,
    })
}

/// Why a condition never holds.
fn reason(condition: &Condition, input: &Shape) -> String {
    if let Condition::Comparison(comparison) = condition
        && let Some(Found::Shape(shape)) = value(comparison, input)
        && let Some(field) = &comparison.variable
    {
        return match (&shape, shape.type_of()) {
            (Shape::Literal(value), _) if !matches!(value, Json::Array(_) | Json::Object(_)) => {
                format!("`{}` is always {}", field.value, value.text())
            }
            (_, Some(kind)) => format!("`{}` is always {kind}", field.value),
            _ => "never holds".to_owned(),
        };
    }
    "never holds".to_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn rules_behind_wider_ones_are_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Default": "B", "Choices": [
                {"Variable": "$.n", "NumericLessThan": 10, "Next": "B"},
                {"Variable": "$.n", "NumericLessThan": 5, "Next": "C"},
                {"And": [{"Variable": "$.a", "IsPresent": true},
                  {"Variable": "$.n", "NumericEquals": 3}], "Next": "C"}]},
              "B": {"Type": "Choice", "QueryLanguage": "JSONata", "Default": "C", "Choices": [
                {"Condition": "{% $states.input.a %}", "Next": "C"},
                {"Condition": "{%$states.input.a%}", "Next": "C"},
                {"Condition": "{% true %}", "Next": "C"},
                {"Condition": "{% $states.input.b %}", "Next": "C"}]},
              "C": {"Type": "Succeed"}}}"#,
            expect![[r#"
                warning[dead-choice-rule] this choice rule is never taken: an earlier one holds whenever it does (-)
                  at 4:18 "Variable" -- never taken
                  at 3:18 "Variable" -- tried before, and holds then as well
                  help: put the narrower rule first, or remove it
                warning[dead-choice-rule] this choice rule is never taken: an earlier one holds whenever it does (-)
                  at 5:18 "And" -- never taken
                  at 3:18 "Variable" -- tried before, and holds then as well
                  help: put the narrower rule first, or remove it
                warning[dead-choice-rule] this choice rule is never taken: an earlier one holds whenever it does (-)
                  at 9:18 "Condition" -- never taken
                  at 8:18 "Condition" -- tried before, and holds then as well
                  help: put the narrower rule first, or remove it
                warning[dead-choice-rule] this choice rule is never taken: an earlier one always holds (-)
                  at 11:18 "Condition" -- never taken
                  at 10:18 "Condition" -- always holds
                  help: remove it, or mend the rule before it
            "#]],
        );
    }

    #[test]
    fn comparisons_with_known_values_are_judged() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Result": {"status": "PAID", "n": "42"}, "Next": "B"},
              "B": {"Type": "Choice", "Default": "C", "Choices": [
                {"Variable": "$.n", "NumericEquals": 42, "Next": "C"},
                {"Variable": "$.status", "StringEquals": "OPEN", "Next": "C"},
                {"Not": {"Variable": "$.n", "IsPresent": true}, "Next": "C"}]},
              "C": {"Type": "Succeed"}}}"#,
            expect![[r#"
                warning[dead-choice-rule] this choice rule can never hold (-)
                  at 4:18 "Variable" -- `$.n` is always "42"
                  help: mend the comparison, or remove the rule
                warning[dead-choice-rule] this choice rule can never hold (-)
                  at 5:18 "Variable" -- `$.status` is always "PAID"
                  help: mend the comparison, or remove the rule
                warning[dead-choice-rule] this choice rule can never hold (-)
                  at 6:18 "Not" -- never holds
                  help: mend the comparison, or remove the rule
            "#]],
        );
    }

    #[test]
    fn rules_that_may_be_taken_are_silent() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Default": "B", "Choices": [
                {"Variable": "$.n", "NumericLessThan": 5, "Next": "B"},
                {"Variable": "$.n", "NumericLessThanEquals": 5, "Next": "B"},
                {"Variable": "$.n", "NumericGreaterThan": 5, "Next": "B"},
                {"Variable": "$.m", "NumericLessThan": 5, "Next": "B"},
                {"Variable": "$.s", "StringEquals": "a", "Next": "B"},
                {"Variable": "$.s", "StringEquals": "b", "Next": "B"}]},
              "B": {"Type": "Succeed"}}}"#,
            expect![""],
        );
    }
}
