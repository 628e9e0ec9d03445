//! Findings as SARIF 2.1.0, for code scanning services and editors.
//!
//! Lines and columns are from 1, columns count UTF-16 units, as viewers do that assume a unit,
//! and the end is the column after the last. Braces in messages stay single: the standard wants
//! them doubled (3.11.5), but no reader that we know of makes them single again.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

mod rules;

use std::fmt;

use serde::Serialize;

use super::{FileReport, Fingerprints, INFORMATION, file_name, message_and_help};
use crate::lint::RULES;
use crate::report::style::printable_json;
use crate::syntax::{self, Diagnostic, LineIndex, Severity, Span};
use rules::Descriptor;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes the findings of all files.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    let mut fingerprints = Fingerprints::default();
    let mut results = Vec::new();
    for file in files.iter().filter(|file| !file.diagnostics.is_empty()) {
        let reader = Reader {
            index: LineIndex::new(file.source.text.clone()),
            uri: file_name::uri(&file.source.name),
        };
        results.extend(file.diagnostics.iter().map(|finding| {
            let fingerprint = fingerprints.next(file, finding);
            reader.result(file, finding, fingerprint)
        }));
    }
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run::of(results)],
    };
    let text = serde_json::to_string(&log).map_err(|_| fmt::Error)?;
    writeln!(out, "{}", printable_json(&text))
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'a str,
    newline_sequences: [&'a str; 3],
    results: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

impl<'a> Run<'a> {
    fn of(results: Vec<Finding<'a>>) -> Self {
        let driver = Driver {
            name: "asl",
            version: env!("CARGO_PKG_VERSION"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            information_uri: INFORMATION,
            rules: RULES.iter().map(|rule| Descriptor::of(rule)).collect(),
        };
        Self {
            tool: Tool { driver },
            column_kind: "utf16CodeUnits",
            newline_sequences: ["\r\n", "\n", "\r"],
            results,
        }
    }
}

/// A `result`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'a str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Prints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties<'a>>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(rename = "physicalLocation")]
    place: Place,
    #[serde(rename = "logicalLocations", skip_serializing_if = "Vec::is_empty")]
    nodes: Vec<Pointer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pointer {
    /// A JSON Pointer.
    fully_qualified_name: String,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Prints {
    #[serde(rename = "aslFinding/v1")]
    finding: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    aws_code: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Message,
    artifact_changes: [ArtifactChange; 1],
    properties: FixProperties,
}

#[derive(Serialize)]
struct FixProperties {
    /// Whether `--fix` makes it without `--unsafe-fixes`.
    safe: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

/// A file whose findings are written.
struct Reader {
    index: LineIndex,
    uri: String,
}

impl Reader {
    fn result<'a>(
        &self,
        file: &FileReport<'_>,
        finding: &'a Diagnostic,
        fingerprint: String,
    ) -> Finding<'a> {
        let rule_index = RULES.iter().position(|rule| rule.name == finding.rule);
        let (first, others) = match &finding.labels[..] {
            [] => (None, &[][..]),
            [first, others @ ..] => (Some(first), others),
        };
        let related = others.iter().map(|label| self.location(Some(label)));
        Finding {
            rule_id: finding.rule,
            rule_index,
            level: level(finding.severity),
            message: Message::of(&message_and_help(finding)),
            locations: [Location {
                nodes: pointer(file, finding).into_iter().collect(),
                ..self.location(first)
            }],
            related_locations: related.collect(),
            partial_fingerprints: Prints {
                finding: fingerprint,
            },
            fixes: finding
                .fix
                .iter()
                .map(|fix| self.fix(fix, finding))
                .collect(),
            properties: finding.aws_code.map(|aws_code| Properties { aws_code }),
        }
    }

    /// A finding without a label is about the whole file.
    fn location(&self, label: Option<&syntax::Label>) -> Location {
        let message = label.filter(|label| !label.message.is_empty());
        Location {
            place: Place {
                artifact_location: self.artifact(),
                region: label.map(|label| self.region(label.span)),
            },
            nodes: Vec::new(),
            message: message.map(|label| Message::of(&label.message)),
        }
    }

    fn fix(&self, fix: &syntax::Fix, finding: &Diagnostic) -> Fix {
        let replacement = |edit: &syntax::Edit| Replacement {
            deleted_region: self.region(edit.span),
            inserted_content: Message {
                text: edit.text.clone(),
            },
        };
        Fix {
            description: Message::of(finding.help.as_deref().unwrap_or(&finding.message)),
            artifact_changes: [ArtifactChange {
                artifact_location: self.artifact(),
                replacements: fix.edits.iter().map(replacement).collect(),
            }],
            properties: FixProperties { safe: fix.safe },
        }
    }

    fn artifact(&self) -> ArtifactLocation {
        let uri = self.uri.clone();
        ArtifactLocation { uri }
    }

    fn region(&self, span: Span) -> Region {
        let start = self.index.utf16(span.start as usize);
        let end = self.index.utf16(span.end as usize);
        Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl Message {
    /// Names come from users' files, and `[text](target)` would be a link (3.11.6).
    fn of(text: &str) -> Self {
        let text = text.replace("](", "\\](");
        Self { text }
    }
}

/// The node of a finding; the whole document goes without saying.
fn pointer(file: &FileReport<'_>, finding: &Diagnostic) -> Option<Pointer> {
    let fully_qualified_name = file.tree?.node_at(finding.span()).pointer();
    (!fully_qualified_name.is_empty()).then_some(Pointer {
        fully_qualified_name,
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests;
