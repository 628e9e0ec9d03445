//! `MockConfigFile.json` without a suite: its machines are the definitions that stand beside it
//! under their names, and each of its test cases is run on `{}`. It says nothing of what is
//! expected: a case fails on States.Runtime only, which is also what a call too many comes to, and
//! where a Task is called that it does not mock.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Loaded, Loader, START, no_input, ready};
use crate::cli::document::need_tree;
use crate::cli::output::Failure;
use crate::history::ExecutionType;
use crate::language::DEFINITION_ENDINGS;
use crate::report::style::printable;
use crate::runtime::Handlers;
use crate::runtime::handlers::mocks;
use crate::suite::{Case, Expect, Given, RULE, Suite, Written};
use crate::syntax::{Diagnostic, Entry, Format, LineIndex, Source, Tree};

/// Endings that a machine may have here beside those that definitions have everywhere.
const PLAIN_ENDINGS: [&str; 3] = [".json", ".yaml", ".yml"];

impl Loader<'_> {
    /// The machines of a file with their cases. One whose definition is not there is only told,
    /// unless the file was named: it may be for other programs.
    pub(super) fn mock_config(
        &mut self,
        path: &Path,
        is_named: bool,
    ) -> Result<Vec<Loaded>, Failure> {
        let (source, tree) = need_tree(path, self.terminal)?;
        let machines = tree.root().get("StateMachines");
        let machines = machines.map_or(&[][..], |machines| machines.entries());
        let mut all = Vec::new();
        for entry in machines {
            match definition(path, &entry.key) {
                Some(file) => all.push(self.mocked(path, (&source, &tree), entry, &file)?),
                None if is_named => {
                    let finding = missing(&entry.key).label(entry.key_span, "");
                    return Err(self.refuse(&source, &tree, vec![finding]));
                }
                None if self.terminal.quiet => {}
                None => self.terminal.say(&format!(
                    "{}: {}; its cases are left out",
                    printable(&source.name),
                    printable(&missing(&entry.key).message)
                )),
            }
        }
        Ok(all)
    }

    fn mocked(
        &mut self,
        path: &Path,
        (source, tree): (&Source, &Tree),
        entry: &Entry,
        file: &Path,
    ) -> Result<Loaded, Failure> {
        let written = Written {
            value: Arc::clone(&entry.key),
            span: entry.key_span,
        };
        let machine = self.machines.get(file, None, self.terminal)?;
        let machines = tree.root().get("StateMachines");
        let name = match machines.map_or(0, |machines| machines.entries().len()) {
            0 | 1 => Arc::clone(&source.name),
            _ => format!("{}#{}", source.name, entry.key).into(),
        };
        let node = tree.node(entry.value);
        let cases = node.get("TestCases");
        let cases = cases.map_or(&[][..], |cases| cases.entries());
        let mut loaded = Loaded {
            path: path.to_owned(),
            name,
            source: source.clone(),
            tree: tree.clone(),
            format: Format::Json,
            lines: LineIndex::new(source.text.clone()),
            suite: Suite {
                machine: written,
                handlers: None,
                defaults: Given::default(),
                cases: cases.iter().map(case).collect(),
            },
            cases: Vec::new(),
            machine,
        };
        if loaded.machine.is_err() {
            return Ok(loaded);
        }
        for case in &loaded.suite.cases {
            let mut handlers = Handlers::default();
            let choice = mocks::Choice {
                machine: &entry.key,
                case: Some(&case.name),
            };
            let bound = mocks::bind(&mut handlers, tree, choice);
            bound.map_err(|finding| self.refuse(source, tree, vec![finding]))?;
            let ready = ready(handlers, no_input(), ExecutionType::default(), START);
            loaded.cases.push(ready);
        }
        Ok(loaded)
    }
}

fn missing(machine: &str) -> Diagnostic {
    let message = format!("there is no definition of \"{machine}\" beside it");
    let help = format!(
        "put it there as {machine}{}, or write a suite that names both: machine, mock-file, case",
        DEFINITION_ENDINGS[0]
    );
    Diagnostic::error(RULE, message).help(help)
}

fn case(entry: &Entry) -> Case {
    Case {
        name: Arc::clone(&entry.key),
        span: entry.key_span,
        skip: None,
        given: Given::default(),
        expect: Expect::nothing(),
    }
}

/// The definition of a machine beside a file.
fn definition(config: &Path, machine: &str) -> Option<PathBuf> {
    // A name is no way to another folder.
    if machine.contains(['/', '\\']) {
        return None;
    }
    let endings = DEFINITION_ENDINGS.into_iter().chain(PLAIN_ENDINGS);
    let mut files = endings.map(|ending| config.with_file_name(format!("{machine}{ending}")));
    files.find(|file| file.is_file())
}
