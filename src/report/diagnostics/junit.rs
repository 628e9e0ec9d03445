//! Findings as `JUnit` XML, which every CI service can show: each file is a suite, each finding a
//! case that failed. A file without findings is a case that passed.
//!
//! There is no standard; this is held against the schema that Jenkins publishes. Places are in
//! texts only: lines and columns from 1, columns in characters. The only file that knows quick-xml.

use std::fmt;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{FileReport, file_name, message_and_help};
use crate::report::style::printable_lines;
use crate::syntax::{Diagnostic, LineIndex, Severity};

/// Writes all files with their findings. Those less bad than `fails` do not fail, and are in the
/// output of a case that passed.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], fails: Severity, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut xml = Xml::new_with_indent(Vec::new(), b' ', 2);
    document(&mut xml, files, fails).map_err(|_| fmt::Error)?;
    let text = String::from_utf8(xml.into_inner()).map_err(|_| fmt::Error)?;
    writeln!(out, "{text}")
}

type Xml = Writer<Vec<u8>>;

fn document(xml: &mut Xml, files: &[FileReport<'_>], fails: Severity) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let (tests, failures) = files
        .iter()
        .map(|file| counts(file, fails))
        .fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1));
    let attributes = [
        ("name", "asl validate"),
        ("tests", &tests.to_string()),
        ("failures", &failures.to_string()),
        ("errors", "0"),
    ];
    let element = xml.create_element("testsuites").with_attributes(attributes);
    if files.is_empty() {
        return element.write_empty().map(drop);
    }
    let suites = |xml: &mut Xml| files.iter().try_for_each(|file| suite(xml, file, fails));
    element.write_inner_content(suites).map(drop)
}

/// The cases of a file, and how many of them failed.
fn counts(file: &FileReport<'_>, fails: Severity) -> (usize, usize) {
    let found = &file.diagnostics;
    let failed = found.iter().filter(|found| found.severity >= fails).count();
    (found.len().max(1), failed)
}

fn suite(xml: &mut Xml, file: &FileReport<'_>, fails: Severity) -> io::Result<()> {
    let name = legal(&file_name::path(&file.source.name));
    let (tests, failures) = counts(file, fails);
    let attributes = [
        ("name", &*name),
        ("tests", &tests.to_string()),
        ("failures", &failures.to_string()),
        ("errors", "0"),
    ];
    let element = xml.create_element("testsuite").with_attributes(attributes);
    let index = LineIndex::new(file.source.text.clone());
    let cases = |xml: &mut Xml| match &file.diagnostics[..] {
        [] => xml
            .create_element("testcase")
            .with_attributes([("name", "no problems"), ("classname", &*name)])
            .write_empty()
            .map(drop),
        found => found
            .iter()
            .try_for_each(|finding| case(xml, &name, &index, finding, fails)),
    };
    element.write_inner_content(cases).map(drop)
}

fn case(
    xml: &mut Xml,
    file: &str,
    index: &LineIndex,
    finding: &Diagnostic,
    fails: Severity,
) -> io::Result<()> {
    let at = index.chars(finding.span().start as usize);
    let place = format!("{}:{}", at.line, at.column);
    let name = format!("{} at {place}", finding.rule);
    let message = legal(&finding.message);
    let (rule, severity) = (finding.rule, finding.severity.as_str());
    let details = format!(
        "{file}:{place}: {severity}[{rule}] {}",
        legal(&message_and_help(finding))
    );
    let told = |xml: &mut Xml| {
        let element = if finding.severity >= fails {
            xml.create_element("failure")
                .with_attributes([("message", &*message), ("type", severity)])
        } else {
            xml.create_element("system-out")
        };
        element
            .write_text_content(BytesText::new(&details))
            .map(drop)
    };
    xml.create_element("testcase")
        .with_attributes([("name", &*name), ("classname", file)])
        .write_inner_content(told)
        .map(drop)
}

/// Text in which nothing is left that XML 1.0 cannot hold, escaped or not.
fn legal(text: &str) -> String {
    printable_lines(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use quick_xml::Reader;

    use super::*;
    use crate::report::diagnostics::tests::{clean, hostile, misspelt, rendered};

    fn check(files: &[FileReport<'_>], fails: Severity, expected: &Expect) {
        let text = rendered(files, |files, out| render(files, fails, out));
        let mut reader = Reader::from_str(&text);
        while reader.read_event().expect("is XML") != Event::Eof {}
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
