//! # invalid-choice-rule
//!
//! ## What it does
//! Reports rules of Choice states that are no condition: without an operator, with two of them, with
//! a comparison but no `Variable`, or with a `Variable` and nothing to compare it by.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! { "Variable": "$.status", "StringEquals": "PAID", "IsNull": false, "Next": "Ship" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "And": [ { "Variable": "$.status", "IsNull": false }, { "Variable": "$.status", "StringEquals": "PAID" } ],
//!   "Next": "Ship" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Choice State: <https://states-language.net/spec.html#choice-state>

use std::str::FromStr;

use super::{Category, Rule};
use crate::language::Body;
use crate::language::states::Operator;
use crate::lint::context::Context;
use crate::lint::schema::opening;
use crate::lint::similar::nearest;
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Entry, Kind, Node, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-choice-rule",
    category: Category::Choice,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("invalid_choice_rule.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for state in context.machine.states() {
        if !matches!(state.body, Body::Choice(_)) || state.language == QueryLanguage::Jsonata {
            continue;
        }
        let rules = context.tree.node(state.node).get("Choices");
        // Rules nest no deeper than trees do, and are walked without recursion.
        let mut pending: Vec<Node<'_>> = rules.into_iter().flat_map(Node::items).collect();
        pending.reverse();
        while let Some(rule) = pending.pop() {
            if matches!(rule.kind(), Kind::Object(_)) {
                out.extend(fault(rule));
                pending.extend(inner(rule));
            }
        }
    }
}

fn inner(rule: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let items = ["And", "Or"]
        .into_iter()
        .filter_map(move |key| rule.get(key));
    items.flat_map(Node::items).chain(rule.get("Not"))
}

fn fault(rule: Node<'_>) -> Option<Diagnostic> {
    // A field of JSONata is another mistake.
    if rule.entry("Condition").is_some() {
        return None;
    }
    let operators: Vec<&Entry> = rule
        .entries()
        .iter()
        .filter(|entry| is_operator(&entry.key))
        .collect();
    let comparison = operators
        .iter()
        .find(|entry| Operator::from_str(&entry.key).is_ok());
    match (&operators[..], rule.entry("Variable")) {
        ([], _)
            if rule
                .entries()
                .iter()
                .any(|entry| is_like_operator(&entry.key)) =>
        {
            None
        }
        ([], Some(variable)) => Some(
            RULE.finding("this rule compares its `Variable` with nothing")
                .label(variable.key_span, "no operator goes with it")
                .help(
                    "add one operator, such as `\"StringEquals\": \"…\"` or `\"IsPresent\": true`",
                ),
        ),
        ([], None) => Some(
            RULE.finding("this rule has no condition")
                .label(opening(rule), "neither a comparison nor `And`, `Or`, `Not`")
                .help("add a `Variable` with one operator, or `And`, `Or`, `Not`"),
        ),
        ([first, second, ..], _) => Some(
            RULE.finding(format!("a rule has one operator, not {}", operators.len()))
                .label(second.key_span, "a second one")
                .label(first.key_span, "the first operator")
                .help("combine them by `And` or `Or`, each in a rule of its own"),
        ),
        ([only], None) if comparison.is_some() => Some(
            RULE.finding(format!("`{}` has no `Variable` to compare", only.key))
                .label(only.key_span, "compares nothing")
                .help("add `\"Variable\": \"$.…\"`: a path to what is compared"),
        ),
        ([only], Some(variable)) if comparison.is_none() => Some(
            RULE.finding(format!("`{}` takes no `Variable`", only.key))
                .label(variable.key_span, "not used here")
                .label(
                    only.key_span,
                    "combines rules that have a `Variable` of their own",
                )
                .help("take the `Variable` away, or add an operator for it in a rule of its own"),
        ),
        _ => None,
    }
}

fn is_operator(key: &str) -> bool {
    matches!(key, "And" | "Or" | "Not") || Operator::from_str(key).is_ok()
}

/// Whether a key is most likely a misspelt operator, which the schema tells.
fn is_like_operator(key: &str) -> bool {
    let known = Operator::all()
        .into_iter()
        .map(|operator| operator.to_string());
    let known: Vec<String> = known.collect();
    let is_known = matches!(key, "Variable" | "Next" | "Comment" | "Assign" | "Output");
    !is_known
        && nearest(
            key,
            known.iter().map(String::as_str).chain(["And", "Or", "Not"]),
        )
        .is_some()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn rules_without_or_with_two_operators_are_reported() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Default": "B", "Choices": [
                {"Variable": "$.a", "Next": "B"},
                {"Next": "B"},
                {"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "B"},
                {"StringEquals": "x", "Next": "B"},
                {"Not": {"Variable": "$.x"}, "Variable": "$.a", "Next": "B"},
                {"And": [{"Or": [{"IsPresent": true}]}], "Next": "B"}]},
              "B": {"Type": "Succeed"}}}"#,
            expect![[r#"
                error[invalid-choice-rule] this rule compares its `Variable` with nothing (SCHEMA_VALIDATION_FAILED)
                  at 3:18 "Variable" -- no operator goes with it
                  help: add one operator, such as `"StringEquals": "…"` or `"IsPresent": true`
                error[invalid-choice-rule] this rule has no condition (SCHEMA_VALIDATION_FAILED)
                  at 4:17 { -- neither a comparison nor `And`, `Or`, `Not`
                  help: add a `Variable` with one operator, or `And`, `Or`, `Not`
                error[invalid-choice-rule] a rule has one operator, not 2 (SCHEMA_VALIDATION_FAILED)
                  at 5:53 "IsString" -- a second one
                  at 5:37 "IsNull" -- the first operator
                  help: combine them by `And` or `Or`, each in a rule of its own
                error[invalid-choice-rule] `StringEquals` has no `Variable` to compare (SCHEMA_VALIDATION_FAILED)
                  at 6:18 "StringEquals" -- compares nothing
                  help: add `"Variable": "$.…"`: a path to what is compared
                error[invalid-choice-rule] this rule compares its `Variable` with nothing (SCHEMA_VALIDATION_FAILED)
                  at 7:26 "Variable" -- no operator goes with it
                  help: add one operator, such as `"StringEquals": "…"` or `"IsPresent": true`
                error[invalid-choice-rule] `Not` takes no `Variable` (SCHEMA_VALIDATION_FAILED)
                  at 7:46 "Variable" -- not used here
                  at 7:18 "Not" -- combines rules that have a `Variable` of their own
                  help: take the `Variable` away, or add an operator for it in a rule of its own
                error[invalid-choice-rule] `IsPresent` has no `Variable` to compare (SCHEMA_VALIDATION_FAILED)
                  at 8:35 "IsPresent" -- compares nothing
                  help: add `"Variable": "$.…"`: a path to what is compared
            "#]],
        );
    }

    #[test]
    fn misspelt_operators_and_whole_rules_are_silent_here() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Default": "B", "Choices": [
                {"Variable": "$.a", "StringEqual": "x", "Next": "B"},
                {"And": [{"Variable": "$.a", "IsPresent": true}], "Next": "B"}]},
              "B": {"Type": "Succeed"}}}"#,
            expect![[r#"
                error[unknown-field] field `StringEqual` is not supported in a choice rule (SCHEMA_VALIDATION_FAILED)
                  at 3:37 "StringEqual" -- not a field of a choice rule
                  help: did you mean `StringEquals`?
                  fix: 3:37 "StringEqual" -> "StringEquals"
            "#]],
        );
    }
}
