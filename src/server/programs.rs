//! Definitions as programs: compiled once for each revision.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension};

use super::broken::Lost;
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
    pub(super) fn of(&self, revision: i64, connection: &Connection) -> Result<Arc<Program>, Lost> {
        if let Some(program) = self.known(revision) {
            return Ok(program);
        }
        let mut select =
            connection.prepare_cached("SELECT definition FROM revisions WHERE id = ?1")?;
        let text: Option<String> = select.query_row([revision], |row| row.get(0)).optional()?;
        let gone = || Lost::Broken("its definition is not kept any more".to_owned());
        let program = compile(&text.ok_or_else(gone)?);
        let program = Arc::new(program.map_err(|found| unknown(&found))?);
        let mut programs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if programs.len() >= MOST {
            programs.clear();
        }
        programs.insert(revision, Arc::clone(&program));
        Ok(program)
    }
}

/// A definition that was taken before, and is not taken by this version.
fn unknown(found: &[Diagnostic]) -> Lost {
    let why = found.first().map_or("", |it| it.message.as_str());
    Lost::Broken(format!("its definition cannot be executed: {why}"))
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
