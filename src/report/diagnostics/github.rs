//! Findings as GitHub workflow commands, which become annotations of a pull request's lines.
//!
//! Columns count characters from 1, and the end is the column after the last: GitHub documents no
//! unit, and marks whole lines. It takes columns only where a finding ends on the line on which
//! it begins.
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt;

use super::{FileReport, file_name, message_and_help};
use crate::report::style::{printable, printable_lines};
use crate::syntax::{Diagnostic, LineIndex, Severity};

/// Writes the findings of all files.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    for file in files.iter().filter(|file| !file.diagnostics.is_empty()) {
        let index = LineIndex::new(file.source.text.clone());
        let name = property(&file_name::path(&file.source.name));
        for finding in &file.diagnostics {
            write!(out, "::{} file={name}", command(finding.severity))?;
            place(&index, finding, out)?;
            let message = data(&printable_lines(&message_and_help(finding)));
            writeln!(out, ",title=asl({})::{message}", finding.rule)?;
        }
    }
    Ok(())
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn place(index: &LineIndex, finding: &Diagnostic, out: &mut dyn fmt::Write) -> fmt::Result {
    let span = finding.span();
    let start = index.chars(span.start as usize);
    let end = index.chars(span.end as usize);
    write!(out, ",line={}", start.line)?;
    if start.line != end.line {
        return write!(out, ",endLine={}", end.line);
    }
    write!(
        out,
        ",col={},endLine={},endColumn={}",
        start.column, end.line, end.column
    )
}

/// A message with the escapes of the runner's own toolkit.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property, where `:` and `,` end something too.
fn property(text: &str) -> String {
    data(&printable(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::report::diagnostics::tests::{clean, hostile, misspelt, rendered};

    #[test]
    fn findings_are_workflow_commands() {
        expect![[r#"
            ::error file=order.asl.json,line=7,col=15,endLine=7,endColumn=30,title=asl(unknown-target)::`Next` points at a state that does not exist: "ProcesPayment"%0Ahelp: did you mean "ProcessPayment"?
        "#]].assert_eq(&rendered(&misspelt(), render));
        expect![[r#"
            ::warning file=flows/a b%3Ac%2C100%25\u001b[31m<&>".json,line=2,col=9,endLine=2,endColumn=13,title=asl(unknown-field)::100%25 of <"a\u001b[31m\u202e￿]]>" & [b](http://c): {0}%0Asecond line
            ::notice file=flows/a b%3Ac%2C100%25\u001b[31m<&>".json,line=1,col=1,endLine=1,endColumn=1,title=asl(test-rule)::a note%0Ahelp: do this\r%0Aor that
            ::error file=flows/a b%3Ac%2C100%25\u001b[31m<&>".json,line=3,endLine=4,title=asl(test-rule)::over lines
        "#]].assert_eq(&rendered(&hostile(), render));
        expect![""].assert_eq(&rendered(&clean(), render));
    }
}
