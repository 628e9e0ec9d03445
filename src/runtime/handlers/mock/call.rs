//! A call as the expressions of an answer see it: `$states.input` is the payload that a handler
//! would get, `$states.context` the context object, `$n` the call's number, from 1.

use std::cell::OnceCell;
use std::sync::Arc;

use super::when;
use crate::data::{Json, Keyed, Seed};
use crate::query::jsonata::{
    Evaluated, EvaluationFailure, Expression, Scope, StatesView, Template, Variables,
};
use crate::runtime::Invocation;

/// The variable that holds a call's number.
pub(in crate::runtime::handlers) const NUMBER: &str = "n";

/// A call that waits for its answer.
pub(super) struct Call<'c> {
    pub(super) invocation: &'c Invocation,
    pub(super) payload: Json,
    number: Json,
    print: OnceCell<u64>,
}

impl<'c> Call<'c> {
    pub(super) fn of(invocation: &'c Invocation) -> Self {
        let number = i64::from(invocation.request.call) + 1;
        Self {
            invocation,
            payload: invocation.payload(),
            number: Json::from(number),
            print: OnceCell::new(),
        }
    }

    /// Which call of its state it is, from 1.
    pub(super) fn number(&self) -> u64 {
        u64::from(self.invocation.request.call) + 1
    }

    /// The number that equal payloads share.
    pub(super) fn print(&self) -> u64 {
        *self.print.get_or_init(|| when::print(&self.payload))
    }

    /// What a part of an answer says to this call, or why it says nothing.
    pub(super) fn value(&self, part: &str, template: &Template) -> Result<Json, String> {
        let found = self.seen(|scope, random| template.evaluate(part, scope, random));
        found.map_err(|failure: EvaluationFailure| failure.cause)
    }

    pub(super) fn text(&self, part: &str, template: &Template) -> Result<Arc<str>, String> {
        let value = self.value(part, template)?;
        super::as_text(&value).ok_or_else(|| format!("`{part}` is no text: {}", value.text()))
    }

    /// Whether an expression holds. One that finds nothing does not; a member that a call lacks
    /// is no reason to fail it.
    pub(super) fn holds(&self, expression: &Expression) -> Result<bool, String> {
        let source = expression.reading().source();
        match self.seen(|scope, random| expression.evaluate(scope, random)) {
            Ok(Evaluated::Value(Json::Bool(holds))) => Ok(holds),
            Ok(Evaluated::Nothing) => Ok(false),
            Ok(Evaluated::Value(other)) => Err(format!(
                "the condition {source} gives neither true nor false, but a value of type {}",
                other.type_name()
            )),
            Ok(Evaluated::Function) => Err(format!("the condition {source} is a function")),
            Err(error) => Err(format!("the condition {source} fails: {}", error.message)),
        }
    }

    fn seen<R>(&self, evaluate: impl FnOnce(&Scope<'_>, &mut Keyed) -> R) -> R {
        let (identity, request) = (&self.invocation.identity, &self.invocation.request);
        let context = || request.context_object(identity);
        let scope = Scope {
            states: StatesView {
                input: &self.payload,
                context: &context,
                result: None,
                error_output: None,
            },
            variables: self,
            now: request.context.now(),
        };
        let key = Seed(0).named(&identity.execution_arn).bits();
        evaluate(&scope, &mut Seed(key).at(request.task))
    }
}

impl Variables for Call<'_> {
    fn variable(&self, name: &str) -> Option<&Json> {
        (name == NUMBER).then_some(&self.number)
    }
}
