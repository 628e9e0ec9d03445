//! A name for each finding that stays the same while the lines around it change, so that a
//! service or a baseline knows the finding again.

use std::collections::HashMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{FileReport, file_name};
use crate::syntax::Diagnostic;

/// Gives every finding of a run its fingerprint.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// How often findings that are alike were met.
    met: HashMap<Digested, u64>,
}

type Digested = [u8; 32];

impl Fingerprints {
    /// The fingerprint of the next finding: 32 hexadecimal digits of the rule, the file, the JSON
    /// Pointer and the message. Findings that are alike in all of these are numbered in their
    /// order, so that no two of a run have the same.
    pub fn next(&mut self, file: &FileReport<'_>, finding: &Diagnostic) -> String {
        let pointer = file.tree.map(|tree| tree.node_at(finding.span()).pointer());
        let name = file_name::path(&file.source.name);
        let message = without_numbers(&finding.message);
        let parts = [
            finding.rule,
            &name,
            pointer.as_deref().unwrap_or_default(),
            &message,
        ];
        let digested = digest(&parts, None);
        let before = self.met.entry(digested).or_default();
        *before += 1;
        match *before {
            1 => hexadecimal(&digested),
            more => hexadecimal(&digest(&parts, Some(more))),
        }
    }
}

/// Some messages name a line or count bytes; both change with what stands before.
fn without_numbers(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    for character in message.chars() {
        if !character.is_ascii_digit() {
            out.push(character);
        } else if !out.ends_with('0') {
            out.push('0');
        }
    }
    out
}

fn digest(parts: &[&str], number: Option<u64>) -> Digested {
    let mut hasher = Sha256::new();
    for part in parts {
        // Else the end of one part could be the start of the next.
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    if let Some(number) = number {
        hasher.update(number.to_le_bytes());
    }
    hasher.finalize().into()
}

fn hexadecimal(digested: &Digested) -> String {
    let mut text = String::with_capacity(32);
    for byte in &digested[..16] {
        write!(text, "{byte:02x}").expect("a string takes all");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Format, Source, Span, read};

    fn fingerprints(text: &str, findings: &[(&str, &str)]) -> Vec<String> {
        let source = Source::new("a.asl.json", text);
        let (tree, _) = read(&source, Format::Json);
        let finding = |(place, message): &(&str, &str)| {
            let start = text.find(place).expect("is in the text");
            let span = Span::new(start, start + place.len());
            Diagnostic::error("test-rule", *message).label(span, "")
        };
        let file = FileReport {
            source: &source,
            tree: Some(&tree),
            diagnostics: findings.iter().map(finding).collect(),
        };
        let mut all = Fingerprints::default();
        let found = file.diagnostics.iter();
        found.map(|finding| all.next(&file, finding)).collect()
    }

    #[test]
    fn moved_lines_change_no_fingerprint() {
        let findings = [("1", "is wrong at line 7"), ("2", "is wrong at line 8")];
        let before = fingerprints(r#"{"a": {"b": 1}, "c": 2}"#, &findings);
        let findings = [("1", "is wrong at line 12"), ("2", "is wrong at line 135")];
        let after = fingerprints(
            "{\n\n \"c\": 2,\n \"new\": [],\n \"a\": {\n \"b\": 1}}",
            &findings,
        );
        assert_eq!(before, after);
        assert_ne!(before[0], before[1]);
    }

    #[test]
    fn the_same_finding_twice_has_two_fingerprints() {
        let again = ("1", "is wrong");
        let all = fingerprints(r#"{"a": 1}"#, &[again, again, again, ("1", "is odd")]);
        for (at, fingerprint) in all.iter().enumerate() {
            assert_eq!(fingerprint.len(), 32);
            assert!(!all[..at].contains(fingerprint), "{all:?}");
        }
    }
}
