//! Tests as `JUnit` XML: suites are suites, cases are cases.

use std::fmt;
use std::time::Duration;

use super::failure::headline;
use crate::report::junit::{Case, Document, Outcome, Suite};
use crate::suite::{Tested, Verdict};

/// Writes all cases; `details` tells of one that failed.
///
/// # Errors
/// When `out` fails.
pub fn render(
    tested: &[Tested],
    took: Duration,
    details: &dyn Fn(&Tested) -> String,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let suites = tested.chunk_by(|one, other| one.suite == other.suite);
    let document = Document {
        name: "asl test",
        suites: suites
            .map(|cases| Suite {
                name: cases[0].suite.to_string(),
                cases: cases.iter().map(|tested| case(tested, details)).collect(),
            })
            .collect(),
        took: Some(took),
    };
    document.render(out)
}

fn case(tested: &Tested, details: &dyn Fn(&Tested) -> String) -> Case {
    let failed = |message: String, kind| Outcome::Failed {
        message,
        kind,
        details: details(tested),
    };
    let outcome = match &tested.verdict {
        Verdict::Passed | Verdict::Updated => Outcome::Passed,
        Verdict::Skipped(reason) => Outcome::Skipped(reason.to_string()),
        Verdict::Failed(it) => failed(headline(it), "mismatch"),
        Verdict::Unrunnable(reason) => failed(reason.to_string(), "definition"),
        Verdict::Interrupted => failed("interrupted".to_owned(), "interrupted"),
    };
    Case {
        name: tested.case.to_string(),
        took: Some(tested.took),
        outcome,
    }
}
