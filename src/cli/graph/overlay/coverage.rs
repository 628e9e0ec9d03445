//! `asl graph --coverage FILE`: which machine of the file is meant.

use std::path::Path;

use super::Canvas;
use crate::cli::document::{need_source, same_file};
use crate::cli::output::Failure;
use crate::cli::strangers::listed;
use crate::report::graphs::overlay::{self, CoverageFile, MachineCoverage, Overlay};
use crate::report::style::printable;

impl Canvas<'_, '_> {
    pub(super) fn coverage(&self, path: &Path, definition: &Path) -> Result<Overlay, Failure> {
        let source = need_source(path, self.yardstick.terminal)?;
        let file = printable(&source.name).into_owned();
        let read = CoverageFile::read(&source.text)
            .map_err(|error| Failure::usage(format_args!("{file}: {error}")))?;
        let machine = self.machine(&read.machines, definition).ok_or_else(|| {
            let names: Vec<String> = read.machines.iter().map(name).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let held = match &names[..] {
                [] => "no machine".to_owned(),
                names => listed(names),
            };
            Failure::usage(format_args!(
                "{file} does not tell of {}: it tells of {held}",
                self.yardstick.definition
            ))
        })?;
        let (strangers, known) = machine.strangers(self.graph);
        if known == 0 && !strangers.is_empty() {
            return Err(self.yardstick.foreign(&file, &strangers));
        }
        self.yardstick.note(&format!("{file} names"), &strangers);
        Ok(overlay::coverage(self.graph, machine))
    }

    /// The machine of this definition: by its path, else by the file's name, else the only one.
    fn machine<'c>(
        &self,
        machines: &'c [MachineCoverage],
        definition: &Path,
    ) -> Option<&'c MachineCoverage> {
        let named = |machine: &&MachineCoverage| {
            machine.machine.as_deref() == self.document.name.as_deref()
        };
        let at_path = |machine: &&MachineCoverage| {
            let path = Path::new(&machine.definition);
            path == definition || same_file(path, definition)
        };
        let by_path = machines.iter().filter(named).find(at_path);
        let of_name = |machine: &&MachineCoverage| {
            Path::new(&machine.definition).file_name() == definition.file_name()
        };
        let by_name = || {
            let mut found = machines.iter().filter(named).filter(of_name);
            found.next().filter(|_| found.next().is_none())
        };
        by_path.or_else(by_name).or(match machines {
            [only] => Some(only),
            _ => None,
        })
    }
}

fn name(machine: &MachineCoverage) -> String {
    match &machine.machine {
        Some(name) => format!("{}#{name}", machine.definition),
        None => machine.definition.clone(),
    }
}
