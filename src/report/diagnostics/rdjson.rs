//! Findings in the Reviewdog Diagnostic Format, for comments and suggestions in code reviews.
//!
//! Lines and columns are from 1, columns count bytes of UTF-8, and the end is the column after
//! the last. Reviewdog refuses a document with members that its version does not know, so that
//! newer ones are left out.
//! <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::{FileReport, INFORMATION, file_name, message_and_help};
use crate::report::style::printable_json;
use crate::syntax::{self, Diagnostic, LineIndex, Severity, Span};

/// Writes the findings of all files.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    let mut diagnostics = Vec::new();
    for file in files.iter().filter(|file| !file.diagnostics.is_empty()) {
        let index = LineIndex::new(file.source.text.clone());
        let reader = Reader { file, index };
        diagnostics.extend(file.diagnostics.iter().map(|found| reader.item(found)));
    }
    let document = Document {
        source: Tool {
            name: "asl",
            url: INFORMATION,
        },
        diagnostics,
    };
    let text = serde_json::to_string(&document).map_err(|_| fmt::Error)?;
    writeln!(out, "{}", printable_json(&text))
}

#[derive(Serialize)]
struct Document<'a> {
    source: Tool<'a>,
    diagnostics: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    message: Cow<'a, str>,
    location: Location<'a>,
    severity: &'a str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: Cow<'a, str>,
    range: Range,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

struct Reader<'a> {
    file: &'a FileReport<'a>,
    index: LineIndex,
}

impl<'a> Reader<'a> {
    fn item(&self, finding: &'a Diagnostic) -> Item<'a> {
        let fix = finding.fix.as_ref();
        Item {
            message: message_and_help(finding),
            location: Location {
                path: file_name::path(&self.file.source.name),
                range: self.range(finding.span()),
            },
            severity: match finding.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Note => "INFO",
            },
            code: Code {
                value: finding.rule,
            },
            suggestions: fix
                .and_then(|fix| self.suggestion(fix))
                .into_iter()
                .collect(),
        }
    }

    /// Two suggestions would be two ways to mend it: all edits are one, over what lies between.
    fn suggestion(&self, fix: &syntax::Fix) -> Option<Suggestion> {
        let source = &self.file.source.text;
        let span = Span {
            start: fix.edits.first()?.span.start,
            end: fix.edits.last()?.span.end,
        };
        let (mut text, mut copied) = (String::new(), span.start as usize);
        for edit in &fix.edits {
            text.push_str(source.get(copied..edit.span.start as usize)?);
            text.push_str(&edit.text);
            copied = edit.span.end as usize;
        }
        let range = self.range(span);
        Some(Suggestion { range, text })
    }

    fn range(&self, span: Span) -> Range {
        let position = |offset: u32| {
            let position = self.index.bytes(offset as usize);
            Position {
                line: position.line,
                column: position.column,
            }
        };
        Range {
            start: position(span.start),
            end: position(span.end),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::report::diagnostics::tests::{clean, hostile, misspelt, rendered, spread};

    #[test]
    fn findings_are_told_to_reviewdog() {
        expect![[r#"
            {
              "source": {"name":"asl","url":"https://crates.io/crates/aslkit"},
              "diagnostics": [
                {
                  "message": "`Next` points at a state that does not exist: \"ProcesPayment\"\nhelp: did you mean \"ProcessPayment\"?",
                  "location": {
                    "path": "order.asl.json",
                    "range": {"start":{"line":7,"column":15},"end":{"line":7,"column":30}}
                  },
                  "severity": "ERROR",
                  "code": {"value":"unknown-target"},
                  "suggestions": [
                    {
                      "range": {"start":{"line":7,"column":15},"end":{"line":7,"column":30}},
                      "text": "\"ProcessPayment\""
                    }
                  ]
                }
              ]
            }
        "#]].assert_eq(&spread(&rendered(&misspelt(), render)));
        expect![[r#"
            {
              "source": {"name":"asl","url":"https://crates.io/crates/aslkit"},
              "diagnostics": [
                {
                  "message": "100% of <\"a\u001b[31m\u202e￿]]>\" & [b](http://c): {0}\nsecond line",
                  "location": {
                    "path": "flows/a b:c,100%\u001b[31m<&>\".json",
                    "range": {"start":{"line":2,"column":16},"end":{"line":2,"column":20}}
                  },
                  "severity": "WARNING",
                  "code": {"value":"unknown-field"},
                  "suggestions": [
                    {
                      "range": {"start":{"line":2,"column":16},"end":{"line":3,"column":10}},
                      "text": "\"\t\u0007\",\n  \"b\": ["
                    }
                  ]
                },
                {
                  "message": "a note\nhelp: do this\r\nor that",
                  "location": {
                    "path": "flows/a b:c,100%\u001b[31m<&>\".json",
                    "range": {"start":{"line":1,"column":1},"end":{"line":1,"column":1}}
                  },
                  "severity": "INFO",
                  "code": {"value":"test-rule"}
                },
                {
                  "message": "over lines",
                  "location": {
                    "path": "flows/a b:c,100%\u001b[31m<&>\".json",
                    "range": {"start":{"line":3,"column":8},"end":{"line":4,"column":4}}
                  },
                  "severity": "ERROR",
                  "code": {"value":"test-rule"}
                }
              ]
            }
        "#]]
        .assert_eq(&spread(&rendered(&hostile(), render)));
        expect![[r#"
            {"source":{"name":"asl","url":"https://crates.io/crates/aslkit"},"diagnostics":[]}
        "#]]
        .assert_eq(&rendered(&clean(), render));
    }
}
