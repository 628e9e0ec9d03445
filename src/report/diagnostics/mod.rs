//! Findings, told: to people with the source around them, line by line, or as what services and
//! programs read.
//!
//! Every format is one file with a function `render`. Names and texts come from users' files and
//! may hold anything; what goes to a terminal goes through [`crate::report::style::printable`] first.

pub mod concise;
mod excerpt;
mod file_name;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod rdjson;
pub mod sarif;
pub mod statistics;
mod summary;

pub use fingerprint::Fingerprints;
pub use summary::Summary;

use std::borrow::Cow;

use crate::syntax::{Diagnostic, Source, Tree};

/// A file and what was found in it.
#[derive(Clone, Debug)]
pub struct FileReport<'a> {
    /// The file.
    pub source: &'a Source,
    /// What was read from it, for the JSON Pointers of findings.
    pub tree: Option<&'a Tree>,
    /// The findings, in the order in which they are told.
    pub diagnostics: Vec<Diagnostic>,
}

/// Where there is more to know about the program, for formats that ask.
const INFORMATION: &str = concat!("https://crates.io/crates/", env!("CARGO_PKG_NAME"));

/// The text for formats that have no place of its own for help.
fn message_and_help(finding: &Diagnostic) -> Cow<'_, str> {
    match &finding.help {
        None => Cow::Borrowed(&finding.message),
        Some(help) => Cow::Owned(format!("{}\nhelp: {help}", finding.message)),
    }
}

#[cfg(test)]
mod tests;
