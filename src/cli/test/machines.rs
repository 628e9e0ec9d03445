//! The machines that suites are about: each is read and compiled once, whoever names it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::document::{Document, need_document};
use crate::cli::output::{Failure, Terminal};
use crate::cli::run::{executable, function_name, machine_name, safe_name};
use crate::data::Json;
use crate::engine::Program;
use crate::language::{Body, Resource, State};
use crate::lint::nearest;
use crate::suite::{Coverage, Names, RULE, Written};
use crate::syntax::{Diagnostic, LineIndex};

/// A machine that can be run.
pub(super) struct Machine {
    pub(super) document: Document,
    pub(super) program: Arc<Program>,
    pub(super) names: Names,
    pub(super) name: String,
    /// The file, as it is shown.
    pub(super) file: Arc<str>,
    lines: LineIndex,
}

/// A machine, or why its cases cannot run.
pub(super) type Lookup = Result<Arc<Machine>, Arc<str>>;

/// Machines by file and name in it.
#[derive(Default)]
pub(super) struct Machines(HashMap<(PathBuf, Option<String>), Lookup>);

impl Machines {
    /// A machine, whose findings are shown when it cannot be run.
    pub(super) fn get(
        &mut self,
        path: &Path,
        name: Option<&str>,
        terminal: &Terminal,
    ) -> Result<Lookup, Failure> {
        let key = (path.to_owned(), name.map(str::to_owned));
        if let Some(known) = self.0.get(&key) {
            return Ok(known.clone());
        }
        let document = need_document(path, name, terminal)?;
        let machine = Machine::of(document, path, terminal);
        self.0.insert(key, machine.clone());
        Ok(machine)
    }

    /// The files that were read.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(|(path, _)| path.as_path())
    }
}

impl Machine {
    pub(super) fn of(document: Document, path: &Path, terminal: &Terminal) -> Lookup {
        let Some(program) = executable(&document, terminal) else {
            let file = path.display();
            return Err(format!("{file} cannot be run").into());
        };
        let name = match &document.name {
            Some(name) => safe_name(name),
            None => machine_name(path),
        };
        // A template may have a machine without a name.
        let name = Some(name).filter(|name| !name.is_empty());
        Ok(Arc::new(Self {
            names: Names::of(&document.machine),
            lines: LineIndex::new(document.source.text.clone()),
            program: Arc::new(program),
            name: name.unwrap_or_else(|| "machine".to_owned()),
            file: document.source.name.clone(),
            document,
        }))
    }

    /// Where a state stands: `order.asl.json:12:5`.
    pub(super) fn place(&self, state: &str) -> Option<String> {
        let mut states = self.document.machine.states();
        let state = states.find(|it| &*it.name == state)?;
        let at = self.lines.chars(state.name_span.start as usize);
        Some(format!("{}:{}:{}", self.file, at.line, at.column))
    }

    /// Coverage of nothing yet.
    pub(super) fn coverage(&self) -> Coverage {
        let document = &self.document;
        Coverage::new(
            Arc::clone(&self.file),
            document.name.clone(),
            &document.machine,
            &document.source,
        )
    }

    /// What is wrong with the Tasks that a mock is for, if `serves` none of them.
    pub(super) fn unserved(
        &self,
        pattern: &Written<Arc<str>>,
        serves: impl Fn(&State, &Resource, Option<&str>) -> bool,
    ) -> Option<Diagnostic> {
        let states = self.document.machine.states();
        let tasks: Vec<(&State, &Resource)> = states
            .filter_map(|state| match &state.body {
                Body::Task(task) => Some((state, &task.resource.as_ref()?.value)),
                _ => None,
            })
            .collect();
        let is_served = tasks.iter().any(|(state, resource)| {
            let function = function_name(&self.document.tree, state, resource);
            // A function that is named at run time may be any.
            let is_any = resource.is_lambda_invoke() && function.is_none();
            is_any || serves(state, resource, function.as_deref())
        });
        if is_served {
            return None;
        }
        let text = &*pattern.value;
        let names = tasks.iter().map(|(state, _)| &*state.name);
        let mut states = self.document.machine.states();
        let (message, help) = match states.find(|state| &*state.name == text) {
            Some(state) => {
                let kind = state.kind().map_or("no Task", |kind| kind.as_str());
                let message = format!("the state \"{text}\" is a {kind}, and calls nobody");
                (message, Some("only Tasks have mocks".to_owned()))
            }
            None => (
                format!("the machine has no Task \"{text}\", and none whose Resource matches it"),
                nearest(text, names).map(|near| format!("did you mean \"{near}\"?")),
            ),
        };
        let finding = Diagnostic::error(RULE, message).label(pattern.span, "");
        Some(match help {
            Some(help) => finding.help(help),
            None => finding,
        })
    }
}

/// The input of cases that have none.
pub(super) fn no_input() -> Json {
    Json::empty_object()
}
