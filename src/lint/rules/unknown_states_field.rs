//! # unknown-states-field
//!
//! ## What it does
//! Reports members of `$states` that the field does not have: `$states.result` in `Arguments`,
//! `$states.errorOutput` outside a catcher, names that there are not.
//!
//! ## Why it matters
//! AWS rejects the definition with `UNSUPPORTED_JSONATA_EXPRESSION`.
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Resource": "…", "Arguments": "{% $states.result %}", "End": true }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "…", "Arguments": "{% $states.input %}", "End": true }
//! ```
//!
//! ## Reference
//! Transforming data with JSONata in Step Functions:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::expressions::Form;
use crate::query::jsonata;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unknown-states-field",
    category: Category::Jsonata,
    severity: Severity::Error,
    aws_code: Some("UNSUPPORTED_JSONATA_EXPRESSION"),
    is_on: true,
    source: include_str!("unknown_states_field.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    references(&RULE, context, out, |to| {
        matches!(to, jsonata::Referenced::StatesMember(_))
    });
}

/// Reports the references that a field may not hold, of those that the rule is about.
pub(super) fn references(
    rule: &Rule,
    context: &Context<'_>,
    out: &mut Vec<Diagnostic>,
    is_meant: fn(&jsonata::Referenced) -> bool,
) {
    for expression in &context.expressions {
        let Form::Jsonata(read, members) = &*expression.form else {
            continue;
        };
        let refused = read.unsupported(*members);
        for reference in refused.filter(|reference| is_meant(&reference.to)) {
            let place = expression.place(context.source, reference.offset, reference.len);
            let label = format!("in `{}`", expression.field);
            let finding = rule.finding(reference.to_string()).label(place, label);
            out.push(finding.help(reference.help(*members)));
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn what_the_field_does_not_have_is_reported() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true, "Output": "{% $states.foo & $states.errorOutput.Error %}"}}}"#,
            expect![[r#"
                error[unknown-states-field] `$states.foo` does not exist in this field (UNSUPPORTED_JSONATA_EXPRESSION)
                  at 2:64 $states.foo -- in `Output`
                  help: this field sees `$states.input`, `$states.context`
                error[unknown-states-field] `$states.errorOutput` does not exist in this field (UNSUPPORTED_JSONATA_EXPRESSION)
                  at 2:78 $states.errorOutput -- in `Output`
                  help: this field sees `$states.input`, `$states.context`
            "#]],
        );
    }

    #[test]
    fn what_the_field_has_is_silent() {
        check(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
              "A": {"Type": "Pass", "End": true, "Output": "{% $states.input.foo & $states.context.Execution.Id %}"}}}"#,
            expect![""],
        );
    }
}
