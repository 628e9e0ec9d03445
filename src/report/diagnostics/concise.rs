//! Findings one line each, as compilers write them: editors and scripts find the place.

use std::fmt;

use super::FileReport;
use crate::report::style::printable_lines;
use crate::syntax::LineIndex;

/// Writes the findings of all files.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    for file in files.iter().filter(|file| !file.diagnostics.is_empty()) {
        let index = LineIndex::new(file.source.text.clone());
        let name = one_line(&file.source.name);
        for finding in &file.diagnostics {
            let at = index.chars(finding.span().start as usize);
            let (severity, rule) = (finding.severity, finding.rule);
            let message = one_line(&finding.message);
            write!(
                out,
                "{name}:{}:{}: {severity}[{rule}] {message}",
                at.line, at.column
            )?;
            // A near name is half of the message; other help would make the line long.
            if let Some(help) = finding
                .help
                .as_deref()
                .filter(|help| help.starts_with("did you mean"))
            {
                write!(out, " ({})", one_line(help))?;
            }
            out.write_char('\n')?;
        }
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    printable_lines(text).replace('\n', " ")
}
