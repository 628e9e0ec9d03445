//! # max-delay-not-above-interval
//!
//! ## What it does
//! Reports a retrier whose `MaxDelaySeconds` is not greater than its `IntervalSeconds`.
//!
//! ## Why it matters
//! The waits between attempts cannot grow: every one of them is cut to `MaxDelaySeconds`, and
//! `BackoffRate` says nothing. AWS documents that the number must be greater.
//!
//! ## Example
//! ```json
//! { "ErrorEquals": ["States.Timeout"], "IntervalSeconds": 10, "MaxDelaySeconds": 5 }
//! ```
//!
//! ## Use instead
//! ```json
//! { "ErrorEquals": ["States.Timeout"], "IntervalSeconds": 10, "MaxDelaySeconds": 60 }
//! ```
//!
//! ## Reference
//! AWS Step Functions, Retrying after an error:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error>

use super::{Category, Rule};
use crate::language::Retrier;
use crate::lint::context::Context;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "max-delay-not-above-interval",
    category: Category::Errors,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("max_delay_not_above_interval.rs"),
    check,
};

const DEFAULT_INTERVAL: i64 = 1;

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let retriers = context.states().flat_map(|state| &state.retry);
    out.extend(retriers.filter_map(finding));
}

fn finding(retrier: &Retrier) -> Option<Diagnostic> {
    let most = retrier.max_delay_seconds.as_ref()?;
    let interval = retrier.interval_seconds.as_ref();
    let seconds = interval.map_or(DEFAULT_INTERVAL, |interval| interval.value);
    // A number below 1 is out of range anyway.
    if most.value > seconds || most.value < 1 {
        return None;
    }
    let message = format!(
        "`MaxDelaySeconds` must be greater than `IntervalSeconds`, but {} is not above {seconds}",
        most.value
    );
    let label = format!("every wait is {} s", most.value);
    let finding = RULE.finding(message).label(most.span, label);
    Some(match interval {
        Some(interval) => finding.label(interval.span, "the first wait would be this long"),
        None => finding.help("without `IntervalSeconds` the first wait is 1 s"),
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_retrier(fields: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Task", "Resource": "${{F}}", "End": true,
              "Retry": [{{"ErrorEquals": ["X"], {fields}}}]}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn the_longest_wait_is_longer_than_the_first() {
        check_retrier(
            r#""IntervalSeconds": 10, "MaxDelaySeconds": 5"#,
            expect![[r#"
                warning[max-delay-not-above-interval] `MaxDelaySeconds` must be greater than `IntervalSeconds`, but 5 is not above 10 (-)
                  at 2:90 5 -- every wait is 5 s
                  at 2:67 10 -- the first wait would be this long
            "#]],
        );
        check_retrier(
            r#""MaxDelaySeconds": 1"#,
            expect![[r#"
            warning[max-delay-not-above-interval] `MaxDelaySeconds` must be greater than `IntervalSeconds`, but 1 is not above 1 (-)
              at 2:67 1 -- every wait is 1 s
              help: without `IntervalSeconds` the first wait is 1 s
        "#]],
        );
    }

    #[test]
    fn a_longer_wait_is_left_alone() {
        check_retrier(
            r#""IntervalSeconds": 10, "MaxDelaySeconds": 11"#,
            expect![""],
        );
        check_retrier(r#""MaxDelaySeconds": 2"#, expect![""]);
    }
}
