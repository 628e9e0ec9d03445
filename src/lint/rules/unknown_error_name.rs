//! # unknown-error-name
//!
//! ## What it does
//! Reports a name in `ErrorEquals` that looks like a reserved one, `States.…`, but is none.
//!
//! ## Why it matters
//! AWS takes it for the name of an error of your own: reserved names are compared letter by
//! letter, and own names should not begin with `States.`. Names that a Fail state of the machine
//! gives are left alone.
//!
//! ## Example
//! ```json
//! { "ErrorEquals": ["States.TimeOut"], "Next": "TooSlow" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "ErrorEquals": ["States.Timeout"], "Next": "TooSlow" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Appendix A, Predefined error codes:
//! <https://states-language.net/spec.html#appendix-a>

use std::sync::Arc;

use foldhash::HashSet;

use super::{Category, Rule, never_matching_error};
use crate::language::{Body, Field, State};
use crate::lint::context::Context;
use crate::lint::handlers::RESERVED;
use crate::lint::similar::nearest;
use crate::lint::{is_placeholder, json_string, quoted};
use crate::syntax::{Diagnostic, Edit, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unknown-error-name",
    category: Category::Errors,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("unknown_error_name.rs"),
    check,
};

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let own: HashSet<&str> = context.states().filter_map(raised).collect();
    let entries = context.handlers.iter().flat_map(|list| &list.entries);
    for name in entries.flat_map(|entry| entry.names) {
        if looks_reserved(&name.value) && !own.contains(&*name.value) {
            out.push(finding(name));
        }
    }
}

fn finding(name: &Field<Arc<str>>) -> Diagnostic {
    let finding = RULE
        .finding(format!("{} is no reserved error name", quoted(&name.value)))
        .label(name.span, "matches only an error of exactly this name");
    let Some(near) = nearest(&name.value, RESERVED) else {
        return finding.help("names that begin with `States.` are reserved");
    };
    let edit = Edit {
        span: name.span,
        text: json_string(near),
    };
    finding
        .help(format!("did you mean {}?", quoted(near)))
        .fix(false, vec![edit])
}

/// The error that a Fail state ends with, when it is a constant.
fn raised(state: &State) -> Option<&str> {
    match &state.body {
        Body::Fail(fail) => fail.error.as_ref().map(|error| &*error.value),
        _ => None,
    }
}

/// Whether a name looks reserved, but is not.
fn looks_reserved(name: &str) -> bool {
    // All that follows begins so.
    if !name.starts_with(['S', 's']) {
        return false;
    }
    let is_known = RESERVED.contains(&name)
        || never_matching_error::reason(name).is_some()
        || name.starts_with("States.Http.StatusCode.");
    if is_known || is_placeholder(name) {
        return false;
    }
    let lower = name.to_lowercase();
    let is_like = lower.starts_with("state.") || lower.starts_with("states.");
    name.starts_with("States.") || (is_like && nearest(name, RESERVED).is_some())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_name(name: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "${{F}}", "End": true,
              "Retry": [{{"ErrorEquals": ["{name}"]}}]}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn reserved_names_are_known() {
        check_name(
            "States.Foo",
            expect![[r#"
                warning[unknown-error-name] "States.Foo" is no reserved error name (-)
                  at 2:42 "States.Foo" -- matches only an error of exactly this name
                  help: names that begin with `States.` are reserved
            "#]],
        );
        check_name(
            "States.TimeOut",
            expect![[r#"
                warning[unknown-error-name] "States.TimeOut" is no reserved error name (-)
                  at 2:42 "States.TimeOut" -- matches only an error of exactly this name
                  help: did you mean "States.Timeout"?
                  fix: 2:42 "States.TimeOut" -> "States.Timeout"
            "#]],
        );
        check_name(
            "State.ALL",
            expect![[r#"
                warning[unknown-error-name] "State.ALL" is no reserved error name (-)
                  at 2:42 "State.ALL" -- matches only an error of exactly this name
                  help: did you mean "States.ALL"?
                  fix: 2:42 "State.ALL" -> "States.ALL"
            "#]],
        );
    }

    #[test]
    fn known_names_and_own_names_are_left_alone() {
        check_name("States.Http.StatusCode.404", expect![""]);
        check_name("States.ItemReaderFailed", expect![""]);
        check_name("StateMachine.Broken", expect![""]);
        check_name("Mine", expect![""]);
        check_name("States.${Name}", expect![""]);
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Parallel", "End": true, "Branches": [{"StartAt": "F", "States": {
                "F": {"Type": "Fail", "Error": "States.QuorumMet"}}}],
                "Catch": [{"ErrorEquals": ["States.QuorumMet"], "Next": "Z"}]},
              "Z": {"Type": "Succeed"}}}"#,
            expect![""],
        );
    }
}
