//! # unsupported-reference
//!
//! ## What it does
//! Reports expressions that read `$`, `$$` or a bare field name at their top: in Step Functions
//! there is no document that they would stand for. Behind a step, in a predicate or in a function
//! they are fine.
//!
//! ## Why it matters
//! AWS rejects the definition with `UNSUPPORTED_JSONATA_EXPRESSION`.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Output": "{% price * 2 %}", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Output": "{% $states.input.price * 2 %}", "End": true }
//! ```
//!
//! ## Reference
//! Transforming data with JSONata in Step Functions:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>

use super::unknown_states_field::references;
use super::{Category, Rule};
use crate::lint::context::Context;
use crate::query::jsonata;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unsupported-reference",
    category: Category::Jsonata,
    severity: Severity::Error,
    aws_code: Some("UNSUPPORTED_JSONATA_EXPRESSION"),
    is_on: true,
    source: include_str!("unsupported_reference.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    references(&RULE, context, out, |to| {
        matches!(
            to,
            jsonata::Referenced::Root | jsonata::Referenced::TopLevel(_)
        )
    });
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn what_the_field_does_not_have_is_reported() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true, "Output": "{% price * $$.rate %}"}}}"#,
            expect![[r#"
                error[unsupported-reference] a reference to `price` at the top level is not supported (UNSUPPORTED_JSONATA_EXPRESSION)
                  at 2:64 price -- in `Output`
                  help: write `$states.input.price` for a field of the state's input
                error[unsupported-reference] a reference to `$$` is not supported (UNSUPPORTED_JSONATA_EXPRESSION)
                  at 2:72 $$ -- in `Output`
                  help: write `$states.input` for the state's input
            "#]],
        );
    }

    #[test]
    fn what_the_field_has_is_silent() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true, "Output": "{% $states.input.items[price > $.limit].price %}"}}}"#,
            expect![""],
        );
    }
}
