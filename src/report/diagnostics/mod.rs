//! Findings, told: to people with the source around them, line by line, or as JSON.
//!
//! Every format is one file with a function `render`. Names and texts come from users' files and
//! may hold anything; what goes to a terminal goes through [`safe`] first.

pub mod concise;
mod excerpt;
pub mod human;
pub mod json;
mod safe;
mod summary;

pub use safe::{safe, safe_json};
pub use summary::Summary;

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

#[cfg(test)]
mod tests;
