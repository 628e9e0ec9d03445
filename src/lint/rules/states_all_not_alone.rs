//! # states-all-not-alone
//!
//! ## What it does
//! Reports `States.ALL` beside other error names in one `ErrorEquals`.
//!
//! ## Why it matters
//! It stands for every error, so the other names say nothing. The specification requires it to
//! stand alone, and AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! { "ErrorEquals": ["States.Timeout", "States.ALL"], "Next": "Failed" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "ErrorEquals": ["States.ALL"], "Next": "Failed" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Errors: <https://states-language.net/spec.html#errors>

use std::sync::Arc;

use super::{Category, Rule};
use crate::language::Field;
use crate::lint::context::Context;
use crate::lint::handlers::Handler;
use crate::syntax::{Diagnostic, Edit, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "states-all-not-alone",
    category: Category::Errors,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("states_all_not_alone.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for handler in context.handlers.iter().flat_map(|list| &list.entries) {
        if let Some(all) = handler.all().filter(|_| handler.names.len() > 1) {
            out.push(finding(context, handler, all));
        }
    }
}

fn finding(context: &Context<'_>, handler: &Handler<'_>, all: &Field<Arc<str>>) -> Diagnostic {
    let finding = RULE
        .finding("`States.ALL` must stand alone in `ErrorEquals`")
        .label(all.span, "stands for every error…");
    let finding = match handler.names.iter().find(|name| name.node != all.node) {
        Some(other) => finding.label(other.span, "…so this name says nothing"),
        None => finding,
    };
    let finding = finding.help("keep `States.ALL` alone, or the other names");
    let names = context.tree.node(all.node).parent();
    let written = names.and_then(|node| context.source.text.get(node.span().range()));
    match names {
        Some(node) if written.is_some_and(|text| text.starts_with('[')) => {
            let text = "[\"States.ALL\"]".to_owned();
            let span = node.span();
            finding.fix(true, vec![Edit { span, text }])
        }
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn beside_states_all_other_names_say_nothing() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": true,
              "Retry": [{"ErrorEquals": ["States.Timeout", "States.ALL"]}],
              "Catch": [{"ErrorEquals": ["States.ALL", "Mine"], "Next": "B"}]}, "B": {"Type": "Fail"}}}"#,
            expect![[r#"
                error[states-all-not-alone] `States.ALL` must stand alone in `ErrorEquals` (SCHEMA_VALIDATION_FAILED)
                  at 2:60 "States.ALL" -- stands for every error…
                  at 2:42 "States.Timeout" -- …so this name says nothing
                  help: keep `States.ALL` alone, or the other names
                  fix: 2:41 ["States.Timeout", "States.ALL"] -> ["States.ALL"]
                error[states-all-not-alone] `States.ALL` must stand alone in `ErrorEquals` (SCHEMA_VALIDATION_FAILED)
                  at 3:42 "States.ALL" -- stands for every error…
                  at 3:56 "Mine" -- …so this name says nothing
                  help: keep `States.ALL` alone, or the other names
                  fix: 3:41 ["States.ALL", "Mine"] -> ["States.ALL"]
            "#]],
        );
    }

    #[test]
    fn alone_it_is_as_it_should_be() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": true,
              "Retry": [{"ErrorEquals": ["States.Timeout", "Mine"]}, {"ErrorEquals": ["States.ALL"]}]}}}"#,
            expect![""],
        );
    }
}
