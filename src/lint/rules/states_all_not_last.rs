//! # states-all-not-last
//!
//! ## What it does
//! Reports a retrier or catcher for `States.ALL` that others follow.
//!
//! ## Why it matters
//! It stands for every error, so those after it can never be reached. The specification requires
//! it to be the last, and AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! [
//!   { "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 },
//!   { "ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 6 }
//! ]
//! ```
//!
//! ## Use instead
//! ```json
//! [
//!   { "ErrorEquals": ["Lambda.TooManyRequestsException"], "MaxAttempts": 6 },
//!   { "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 }
//! ]
//! ```
//!
//! ## Reference
//! The Amazon States Language, Errors: <https://states-language.net/spec.html#errors>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::handlers::{Handler, Handlers};
use crate::syntax::{Diagnostic, Edit, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "states-all-not-last",
    category: Category::Errors,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("states_all_not_last.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for list in &context.handlers {
        let first = list.entries.iter().position(|entry| entry.all().is_some());
        if let Some(at) = first.filter(|at| at + 1 < list.entries.len()) {
            out.push(finding(context, list, at));
        }
    }
}

fn finding(context: &Context<'_>, list: &Handlers<'_>, at: usize) -> Diagnostic {
    let noun = list.noun;
    let (entry, rest) = list.entries[at..].split_first().expect("it is in the list");
    let all = entry.all().expect("it was found by it");
    let finding = RULE
        .finding(format!("`States.ALL` must stand in the last {noun}"))
        .label(all.span, "stands for every error…")
        .label(
            rest[0].span,
            format!("…so this {noun} can never be reached"),
        )
        .help(format!("move the {noun} for `States.ALL` to the end"));
    match rotation(context, &list.entries[at..]) {
        Some(edits) => finding.fix(true, edits),
        None => finding,
    }
}

/// The edits that move the first entry to the end, each other one step up. In a block of YAML
/// comments and indents would be torn, so only entries in braces are moved.
fn rotation(context: &Context<'_>, entries: &[Handler<'_>]) -> Option<Vec<Edit>> {
    let text = |entry: &Handler<'_>| {
        let text = context.source.text.get(entry.span.range())?;
        text.starts_with('{').then(|| text.to_owned())
    };
    let texts: Vec<String> = entries.iter().map(text).collect::<Option<_>>()?;
    // Of two that stand for every error neither can be moved behind the other.
    let is_only = entries[1..].iter().all(|entry| entry.all().is_none());
    let moved = texts.iter().cycle().skip(1);
    let edits = entries.iter().zip(moved).map(|(entry, text)| Edit {
        span: entry.span,
        text: text.clone(),
    });
    is_only.then(|| edits.collect())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn after_states_all_nothing_is_reached() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": true,
              "Retry": [{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["Mine"]}, {"ErrorEquals": ["Yours"]}]}}}"#,
            expect![[r#"
                error[states-all-not-last] `States.ALL` must stand in the last retrier (SCHEMA_VALIDATION_FAILED)
                  at 2:42 "States.ALL" -- stands for every error…
                  at 2:58 {"ErrorEquals": ["Mine"]} -- …so this retrier can never be reached
                  help: move the retrier for `States.ALL` to the end
                  fix: 2:25 {"ErrorEquals": ["States.ALL"]} -> {"ErrorEquals": ["Mine"]}
                  fix: 2:58 {"ErrorEquals": ["Mine"]} -> {"ErrorEquals": ["Yours"]}
                  fix: 2:85 {"ErrorEquals": ["Yours"]} -> {"ErrorEquals": ["States.ALL"]}
            "#]],
        );
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": true,
              "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}, {"ErrorEquals": ["States.ALL"], "Next": "B"}]},
              "B": {"Type": "Fail"}}}"#,
            expect![[r#"
                error[states-all-not-last] `States.ALL` must stand in the last catcher (SCHEMA_VALIDATION_FAILED)
                  at 2:42 "States.ALL" -- stands for every error…
                  at 2:71 {"ErrorEquals": ["States.ALL"], "Next": "B"} -- …so this catcher can never be reached
                  help: move the catcher for `States.ALL` to the end
            "#]],
        );
    }

    #[test]
    fn at_the_end_it_is_as_it_should_be() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${F}", "End": true,
              "Retry": [{"ErrorEquals": ["State.ALL"]}, {"ErrorEquals": ["States.ALL"]}]}}}"#,
            expect![[r#"
                warning[unknown-error-name] "State.ALL" is no reserved error name (-)
                  at 2:42 "State.ALL" -- matches only an error of exactly this name
                  help: did you mean "States.ALL"?
                  fix: 2:42 "State.ALL" -> "States.ALL"
            "#]],
        );
    }
}
