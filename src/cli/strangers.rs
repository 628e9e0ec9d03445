//! Whether what was recorded is of the definition it is held against: a log that names none of its
//! states is of another machine, and one that names others besides is of another version of it.

use std::path::Path;

use super::document::Document;
use super::output::{Failure, Terminal};
use crate::report::graphs::overlay::Trace;
use crate::report::style::printable;

/// How many names are told.
pub(super) const MAX_TOLD: usize = 20;

/// A definition that others are held against.
pub(super) struct Yardstick<'t> {
    /// The definition's file, for messages.
    pub(super) definition: String,
    pub(super) terminal: &'t Terminal,
}

impl<'t> Yardstick<'t> {
    pub(super) fn new(document: &Document, terminal: &'t Terminal) -> Self {
        let path = Path::new(document.file_name());
        let file = path.file_name().unwrap_or(path.as_os_str());
        let definition = match document.file_name() {
            "<stdin>" => "the definition".to_owned(),
            _ => printable(&file.to_string_lossy()).into_owned(),
        };
        Self {
            definition,
            terminal,
        }
    }

    /// Refuses the log of another machine, and tells which states are not in the picture.
    pub(super) fn suits(&self, file: &str, trace: &Trace) -> Result<(), Failure> {
        let names: Vec<&str> = trace.strangers().collect();
        if trace.is_foreign() {
            return Err(self.foreign(file, &names));
        }
        self.note(&format!("{file} names"), &names);
        Ok(())
    }

    /// None of the names in a file is a state of the definition.
    pub(super) fn foreign(&self, file: &str, names: &[&str]) -> Failure {
        let (definition, listed) = (&self.definition, listed(names));
        Failure::usage(format_args!(
            "{file} is of another machine: {definition} has none of its states: {listed}"
        ))
    }

    /// Says which states the definition does not have: `run.jsonl names 2 states that …`.
    pub(super) fn note(&self, names_them: &str, names: &[&str]) {
        if names.is_empty() || self.terminal.quiet {
            return;
        }
        let states = if names.len() == 1 { "state" } else { "states" };
        self.terminal.say(&format!(
            "note: {names_them} {} {states} that {} does not have: {}",
            names.len(),
            self.definition,
            listed(names)
        ));
    }
}

/// Names for a note.
pub(super) fn listed(names: &[&str]) -> String {
    let shown: Vec<_> = names
        .iter()
        .take(MAX_TOLD)
        .map(|name| printable(name))
        .collect();
    let more = match names.len().saturating_sub(MAX_TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}
