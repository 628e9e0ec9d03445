//! Definitions as programs: compiled once for each revision.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension};

use super::protocol::ApiError;
use crate::engine::Program;
use crate::language;
use crate::syntax::{self, Diagnostic, Format, Severity, Source};

/// How many programs are kept at most: beyond that it begins anew.
const MOST: usize = 1000;

/// The programs of revisions, by their row.
#[derive(Default)]
pub(super) struct Programs(Mutex<HashMap<i64, Arc<Program>>>);

impl Programs {
    /// The program of a revision that was compiled before.
    pub(super) fn known(&self, revision: i64) -> Option<Arc<Program>> {
        let programs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        programs.get(&revision).cloned()
    }

    /// The program of a revision.
    pub(super) fn of(
        &self,
        revision: i64,
        connection: &Connection,
    ) -> Result<Arc<Program>, ApiError> {
        if let Some(program) = self.known(revision) {
            return Ok(program);
        }
        let mut select =
            connection.prepare_cached("SELECT definition FROM revisions WHERE id = ?1")?;
        let text: Option<String> = select.query_row([revision], |row| row.get(0)).optional()?;
        let gone = || ApiError::internal("The definition of this execution is not kept any more.");
        let program = compile(&text.ok_or_else(gone)?);
        let program = Arc::new(program.map_err(|_| gone())?);
        let mut programs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if programs.len() >= MOST {
            programs.clear();
        }
        programs.insert(revision, Arc::clone(&program));
        Ok(program)
    }
}

/// The program of a definition's text, or what keeps it from being executed.
pub(super) fn compile(text: &str) -> Result<Program, Vec<Diagnostic>> {
    let source = Source::new("definition", text);
    let (tree, mut found) = syntax::read(&source, Format::Json);
    let (machine, more) = language::read(&tree);
    found.extend(more);
    found.retain(|d| d.severity == Severity::Error && d.rule != "duplicate-key");
    match Program::compile(&machine, &tree, &source) {
        Ok(program) if found.is_empty() => Ok(program),
        Ok(_) => Err(found),
        Err(more) => {
            found.extend(more);
            Err(found)
        }
    }
}
