//! Compiling choice rules.

use super::compile::{Compiler, Scope};
use super::{Choice, Comparison, Condition, Operand, Rule};
use crate::data::Json;
use crate::language;
use crate::language::states::{self, Operator};
use crate::query::QueryLanguage;
use crate::query::jsonata::{self, Members};
use crate::syntax::{Diagnostic, Span};

impl Compiler<'_> {
    pub(super) fn choice(
        &mut self,
        scope: &Scope<'_>,
        state: &language::State,
        choice: &states::Choice,
    ) -> Choice {
        let default = choice
            .default
            .as_ref()
            .map(|target| self.target(scope, target));
        let rules: Vec<_> = choice
            .rules
            .iter()
            .filter_map(|rule| self.rule(scope, state, rule))
            .collect();
        Choice {
            rules: rules.into(),
            default: default.flatten(),
        }
    }

    fn rule(
        &mut self,
        scope: &Scope<'_>,
        state: &language::State,
        rule: &states::ChoiceRule,
    ) -> Option<Rule> {
        let condition = self.condition(state, &rule.condition);
        let Some(next) = &rule.next else {
            self.invalid_rule(rule.span, "this rule has no `Next`");
            return None;
        };
        Some(Rule {
            next: self.target(scope, next)?,
            condition: condition?,
            assign: self.template(state.language, Members::INPUT, rule.assign.as_ref()),
            output: self.jsonata(state.language, Members::INPUT, rule.output.as_ref()),
        })
    }

    fn invalid_rule(&mut self, span: Span, message: &str) {
        self.report(Diagnostic::error("invalid-choice-rule", message).label(span, "in this rule"));
    }

    fn condition(
        &mut self,
        state: &language::State,
        condition: &states::Condition,
    ) -> Option<Condition> {
        let mut all = |conditions: &[states::Condition]| {
            conditions
                .iter()
                .map(|c| self.condition(state, c))
                .collect::<Option<Box<[_]>>>()
        };
        match condition {
            states::Condition::And(conditions) => all(conditions).map(Condition::And),
            states::Condition::Or(conditions) => all(conditions).map(Condition::Or),
            states::Condition::Not(condition) => {
                Some(Condition::Not(Box::new(self.condition(state, condition)?)))
            }
            states::Condition::Comparison(comparison) => self.comparison(state, comparison),
            states::Condition::Expression(field) => {
                if state.language == QueryLanguage::JsonPath {
                    self.invalid_rule(field.key, "`Condition` belongs to JSONata states");
                    return None;
                }
                let template: jsonata::Template =
                    self.jsonata(state.language, Members::INPUT, Some(&field.in_tree()))?;
                Some(Condition::Expression(Box::new(template)))
            }
            states::Condition::Invalid(span) => {
                self.invalid_rule(*span, "a choice rule must have exactly one condition");
                None
            }
        }
    }

    fn comparison(
        &mut self,
        state: &language::State,
        comparison: &states::Comparison,
    ) -> Option<Condition> {
        if state.language == QueryLanguage::Jsonata {
            let span = comparison.operand.key;
            self.invalid_rule(span, "comparison operators belong to JSONPath states");
            return None;
        }
        let Some(variable) = &comparison.variable else {
            self.invalid_rule(comparison.operand.key, "this comparison has no `Variable`");
            return None;
        };
        let variable = self.path(&variable.value, variable.span);
        let operand = match (comparison.operator, &comparison.operand.value) {
            (Operator::Compare { path: true, .. }, Json::String(path)) => {
                Operand::Path(self.path(path, comparison.operand.span)?)
            }
            (Operator::Compare { path: true, .. }, _) => {
                self.invalid_rule(comparison.operand.span, "this operand must be a path");
                return None;
            }
            (_, literal) => Operand::Literal(literal.clone()),
        };
        let comparison = Comparison {
            variable: variable?,
            operator: comparison.operator,
            operand,
        };
        Some(Condition::Comparison(Box::new(comparison)))
    }
}
