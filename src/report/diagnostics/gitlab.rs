//! Findings as GitLab's Code Quality report, a JSON array in a dialect of Code Climate's. It
//! takes lines and no columns.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::{FileReport, Fingerprints, file_name, message_and_help};
use crate::report::style::printable_json;
use crate::syntax::{Diagnostic, LineIndex, Severity};

/// Writes the findings of all files.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    let mut fingerprints = Fingerprints::default();
    let mut issues = Vec::new();
    for file in files.iter().filter(|file| !file.diagnostics.is_empty()) {
        let index = LineIndex::new(file.source.text.clone());
        let found = file.diagnostics.iter();
        issues.extend(found.map(|finding| Issue {
            description: message_and_help(finding),
            check_name: finding.rule,
            fingerprint: fingerprints.next(file, finding),
            severity: severity(finding.severity),
            location: Location {
                path: file_name::path(&file.source.name),
                lines: lines(&index, finding),
            },
        }));
    }
    let text = serde_json::to_string(&issues).map_err(|_| fmt::Error)?;
    writeln!(out, "{}", printable_json(&text))
}

#[derive(Serialize)]
struct Issue<'a> {
    description: Cow<'a, str>,
    check_name: &'a str,
    /// Unique in a report, and the same in the report of the next commit.
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: Cow<'a, str>,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

fn lines(index: &LineIndex, finding: &Diagnostic) -> Lines {
    let span = finding.span();
    Lines {
        begin: index.chars(span.start as usize).line,
        end: index.chars(span.end as usize).line,
    }
}

/// GitLab has five levels: `blocker` and `critical` are left for what is worse than a definition
/// that AWS does not take.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use expect_test::expect;
    use serde_json::Value;

    use super::*;
    use crate::report::diagnostics::tests::{clean, hostile, misspelt, rendered, spread};

    #[test]
    fn findings_are_a_code_quality_report() {
        expect![[r#"
            [
              {
                "description": "`Next` points at a state that does not exist: \"ProcesPayment\"\nhelp: did you mean \"ProcessPayment\"?",
                "check_name": "unknown-target",
                "fingerprint": "2b05056d40390893f842c2bfceb52860",
                "severity": "major",
                "location": {"path":"order.asl.json","lines":{"begin":7,"end":7}}
              }
            ]
        "#]].assert_eq(&spread(&rendered(&misspelt(), render)));
        expect![[r#"
            [
              {
                "description": "100% of <\"a\u001b[31m\u202e￿]]>\" & [b](http://c): {0}\nsecond line",
                "check_name": "unknown-field",
                "fingerprint": "a5ca5db7c8145991b3e892d9c9154bf9",
                "severity": "minor",
                "location": {"path":"flows/a b:c,100%\u001b[31m<&>\".json","lines":{"begin":2,"end":2}}
              },
              {
                "description": "a note\nhelp: do this\r\nor that",
                "check_name": "test-rule",
                "fingerprint": "c621194b9837552ee71b92f081d6f24c",
                "severity": "info",
                "location": {"path":"flows/a b:c,100%\u001b[31m<&>\".json","lines":{"begin":1,"end":1}}
              },
              {
                "description": "over lines",
                "check_name": "test-rule",
                "fingerprint": "e7210a704a6fed298b4a867e0ba4f35d",
                "severity": "major",
                "location": {"path":"flows/a b:c,100%\u001b[31m<&>\".json","lines":{"begin":3,"end":4}}
              }
            ]
        "#]].assert_eq(&spread(&rendered(&hostile(), render)));
        expect!["[]\n"].assert_eq(&rendered(&clean(), render));
        expect!["[]\n"].assert_eq(&rendered(&[], render));
    }

    #[test]
    fn no_two_issues_have_the_same_fingerprint() {
        let again = [hostile(), hostile()].concat();
        let issues: Vec<Value> =
            serde_json::from_str(&rendered(&again, render)).expect("is a list");
        let all: HashSet<&str> = issues
            .iter()
            .filter_map(|issue| issue["fingerprint"].as_str())
            .collect();
        assert_eq!(all.len(), issues.len());
    }
}
