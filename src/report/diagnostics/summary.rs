//! How much was found, in one line.

use serde::Serialize;

use super::FileReport;
use crate::syntax::Severity;

/// The numbers of a whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// How many files were judged.
    pub files: usize,
    /// How many of them have findings.
    pub files_with_findings: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notes.
    pub notes: usize,
    /// Findings that `--fix` mends.
    pub fixable: usize,
}

impl Summary {
    /// Counts what was found.
    #[must_use]
    pub fn of(files: &[FileReport<'_>]) -> Self {
        let mut summary = Self {
            files: files.len(),
            ..Self::default()
        };
        for file in files {
            summary.files_with_findings += usize::from(!file.diagnostics.is_empty());
            for finding in &file.diagnostics {
                match finding.severity {
                    Severity::Error => summary.errors += 1,
                    Severity::Warning => summary.warnings += 1,
                    Severity::Note => summary.notes += 1,
                }
                summary.fixable += usize::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
            }
        }
        summary
    }

    /// The closing line of a report:
    /// `✖ 3 errors, 1 warning in 2 of 41 files · 2 fixable with --fix`.
    #[must_use]
    pub fn line(&self, unicode: bool) -> String {
        let sign = |fancy, plain| if unicode { fancy } else { plain };
        if self.files_with_findings == 0 {
            let definitions = counted(self.files, "definition");
            return format!("{} {definitions}, no problems", sign("✔", "ok:"));
        }
        let kinds = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ];
        let kinds: Vec<String> = kinds
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| counted(count, noun))
            .collect();
        let files = match (self.files_with_findings, self.files) {
            (_, 1) => "1 file".to_owned(),
            (some, all) => format!("{some} of {all} files"),
        };
        let mark = if self.errors > 0 {
            sign("✖", "x")
        } else {
            sign("⚠", "!")
        };
        let fixable = match self.fixable {
            0 => String::new(),
            count => format!(" {} {count} fixable with --fix", sign("·", "-")),
        };
        format!("{mark} {} in {files}{fixable}", kinds.join(", "))
    }
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(summary: Summary, expected: &str) {
        assert_eq!(summary.line(true), expected);
    }

    #[test]
    fn the_closing_line_counts_what_is_there() {
        let clean = Summary {
            files: 41,
            ..Summary::default()
        };
        check(clean, "✔ 41 definitions, no problems");
        check(Summary { files: 1, ..clean }, "✔ 1 definition, no problems");
        let found = Summary {
            files_with_findings: 2,
            errors: 3,
            warnings: 1,
            fixable: 2,
            ..clean
        };
        check(
            found,
            "✖ 3 errors, 1 warning in 2 of 41 files · 2 fixable with --fix",
        );
        assert_eq!(
            found.line(false),
            "x 3 errors, 1 warning in 2 of 41 files - 2 fixable with --fix"
        );
        let notes = Summary {
            files: 1,
            files_with_findings: 1,
            notes: 2,
            ..Summary::default()
        };
        check(notes, "⚠ 2 notes in 1 file");
    }
}
