//! Findings as `JUnit` XML: each file is a suite, each finding a case that failed. A file without
//! findings is a case that passed. Places are in texts only: lines and columns from 1, columns in
//! characters.

use std::fmt;

use super::{FileReport, file_name, message_and_help};
use crate::report::junit::{Case, Document, Outcome, Suite};
use crate::syntax::{Diagnostic, LineIndex, Severity};

/// Writes all files with their findings. Those less bad than `fails` do not fail, and are in the
/// output of a case that passed.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], fails: Severity, out: &mut dyn fmt::Write) -> fmt::Result {
    let suites = files.iter().map(|file| suite(file, fails));
    let document = Document {
        name: "asl validate",
        suites: suites.collect(),
        took: None,
    };
    document.render(out)
}

fn suite(file: &FileReport<'_>, fails: Severity) -> Suite {
    let name = file_name::path(&file.source.name).into_owned();
    let index = LineIndex::new(file.source.text.clone());
    let cases = match &file.diagnostics[..] {
        [] => vec![Case {
            name: "no problems".to_owned(),
            took: None,
            outcome: Outcome::Passed,
        }],
        found => {
            let case = |finding| case(&name, &index, finding, fails);
            found.iter().map(case).collect()
        }
    };
    Suite { name, cases }
}

fn case(file: &str, index: &LineIndex, finding: &Diagnostic, fails: Severity) -> Case {
    let at = index.chars(finding.span().start as usize);
    let place = format!("{}:{}", at.line, at.column);
    let (rule, severity) = (finding.rule, finding.severity.as_str());
    let text = message_and_help(finding);
    let details = format!("{file}:{place}: {severity}[{rule}] {text}");
    let outcome = if finding.severity >= fails {
        Outcome::Failed {
            message: finding.message.clone(),
            kind: severity,
            details,
        }
    } else {
        Outcome::Told(details)
    };
    Case {
        name: format!("{rule} at {place}"),
        took: None,
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::report::diagnostics::tests::{clean, hostile, misspelt, rendered};
    use crate::report::junit::is_xml;

    fn check(files: &[FileReport<'_>], fails: Severity, expected: &Expect) {
        let text = rendered(files, |files, out| render(files, fails, out));
        assert!(is_xml(&text), "{text}");
        expected.assert_eq(&text);
    }

    #[test]
    fn findings_are_cases_that_failed() {
        check(
            &misspelt(),
            Severity::Error,
            &expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="asl validate" tests="1" failures="1" errors="0">
              <testsuite name="order.asl.json" tests="1" failures="1" errors="0">
                <testcase name="unknown-target at 7:15" classname="order.asl.json">
                  <failure message="`Next` points at a state that does not exist: &quot;ProcesPayment&quot;" type="error">order.asl.json:7:15: error[unknown-target] `Next` points at a state that does not exist: &quot;ProcesPayment&quot;
            help: did you mean &quot;ProcessPayment&quot;?</failure>
                </testcase>
              </testsuite>
            </testsuites>
        "#]],
        );
    }

    #[test]
    fn findings_below_the_threshold_are_told_and_do_not_fail() {
        check(
            &hostile(),
            Severity::Warning,
            &expect![[r#"
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites name="asl validate" tests="3" failures="2" errors="0">
                  <testsuite name="flows/a b:c,100%\u001b[31m&lt;&amp;&gt;&quot;.json" tests="3" failures="2" errors="0">
                    <testcase name="unknown-field at 2:9" classname="flows/a b:c,100%\u001b[31m&lt;&amp;&gt;&quot;.json">
                      <failure message="100% of &lt;&quot;a\u001b[31m\u202e�]]&gt;&quot; &amp; [b](http://c): {0}&#10;second line" type="warning">flows/a b:c,100%\u001b[31m&lt;&amp;&gt;&quot;.json:2:9: warning[unknown-field] 100% of &lt;&quot;a\u001b[31m\u202e�]]&gt;&quot; &amp; [b](http://c): {0}
                second line</failure>
                    </testcase>
                    <testcase name="test-rule at 1:1" classname="flows/a b:c,100%\u001b[31m&lt;&amp;&gt;&quot;.json">
                      <system-out>flows/a b:c,100%\u001b[31m&lt;&amp;&gt;&quot;.json:1:1: note[test-rule] a note
                help: do this\r
                or that</system-out>
                    </testcase>
                    <testcase name="test-rule at 3:8" classname="flows/a b:c,100%\u001b[31m&lt;&amp;&gt;&quot;.json">
                      <failure message="over lines" type="error">flows/a b:c,100%\u001b[31m&lt;&amp;&gt;&quot;.json:3:8: error[test-rule] over lines</failure>
                    </testcase>
                  </testsuite>
                </testsuites>
            "#]],
        );
    }

    #[test]
    fn a_file_without_findings_passes_and_no_file_is_a_document_too() {
        check(
            &clean(),
            Severity::Note,
            &expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="asl validate" tests="1" failures="0" errors="0">
              <testsuite name="order.asl.json" tests="1" failures="0" errors="0">
                <testcase name="no problems" classname="order.asl.json"/>
              </testsuite>
            </testsuites>
        "#]],
        );
        check(
            &[],
            Severity::Error,
            &expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="asl validate" tests="0" failures="0" errors="0"/>
        "#]],
        );
    }
}
