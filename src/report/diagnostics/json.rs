//! Findings as one JSON object, for programs. Its shape is a promise: members may be added under
//! the same `version`, never renamed.

use std::fmt;

use serde::Serialize;

use super::{FileReport, Summary};
use crate::report::style::printable_json;
use crate::syntax::{self, LineIndex, Span, Tree};

const VERSION: u32 = 1;

/// Writes the findings of all files as one line of JSON.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    let summary = serde_json::to_string(&Summary::of(files)).map_err(|_| fmt::Error)?;
    write!(
        out,
        r#"{{"version":{VERSION},"summary":{summary},"diagnostics":["#
    )?;
    let mut separator = "";
    each(files, |item| {
        write!(out, "{separator}{item}")?;
        separator = ",";
        Ok(())
    })?;
    out.write_str("]}\n")
}

/// Gives away the JSON object of each finding.
pub(super) fn each(
    files: &[FileReport<'_>],
    mut take: impl FnMut(&str) -> fmt::Result,
) -> fmt::Result {
    for file in files.iter().filter(|file| !file.diagnostics.is_empty()) {
        let index = LineIndex::new(file.source.text.clone());
        let reader = Reader { file, index };
        for finding in &file.diagnostics {
            let text = serde_json::to_string(&reader.finding(finding)).map_err(|_| fmt::Error)?;
            take(&printable_json(&text))?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule: &'a str,
    severity: &'a str,
    aws_code: Option<&'a str>,
    message: &'a str,
    file: &'a str,
    pointer: Option<String>,
    span: Stretch,
    labels: Vec<Label<'a>>,
    help: Option<&'a str>,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Stretch {
    start: Place,
    end: Place,
}

/// Lines and columns from 1, columns in characters; the offset in bytes.
#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
    offset: u32,
}

#[derive(Serialize)]
struct Label<'a> {
    span: Stretch,
    message: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    safe: bool,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    span: Stretch,
    text: &'a str,
}

struct Reader<'a> {
    file: &'a FileReport<'a>,
    index: LineIndex,
}

impl<'a> Reader<'a> {
    fn finding(&self, finding: &'a syntax::Diagnostic) -> Finding<'a> {
        let label = |label: &'a syntax::Label| Label {
            span: self.stretch(label.span),
            message: &label.message,
        };
        let pointer = |tree: &Tree| tree.node_at(finding.span()).pointer();
        Finding {
            rule: finding.rule,
            severity: finding.severity.as_str(),
            aws_code: finding.aws_code,
            message: &finding.message,
            file: &self.file.source.name,
            pointer: self.file.tree.map(pointer),
            span: self.stretch(finding.span()),
            labels: finding.labels.iter().map(label).collect(),
            help: finding.help.as_deref(),
            fix: finding.fix.as_ref().map(|fix| self.fix(fix)),
        }
    }

    fn fix(&self, fix: &'a syntax::Fix) -> Fix<'a> {
        let edit = |edit: &'a syntax::Edit| Edit {
            span: self.stretch(edit.span),
            text: &edit.text,
        };
        Fix {
            safe: fix.safe,
            edits: fix.edits.iter().map(edit).collect(),
        }
    }

    fn stretch(&self, span: Span) -> Stretch {
        Stretch {
            start: self.place(span.start),
            end: self.place(span.end),
        }
    }

    fn place(&self, offset: u32) -> Place {
        let position = self.index.chars(offset as usize);
        Place {
            line: position.line,
            column: position.column,
            offset,
        }
    }
}
