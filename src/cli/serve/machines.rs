//! The machines that a server is started with: read from files and judged as the API judges them,
//! with what is wrong shown where it stands.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::document::{Document, need_documents};
use crate::cli::output::{Failure, Terminal};
use crate::cli::run::dry::{function_name, tasks};
use crate::cli::run::{faults, machine_name, safe_name};
use crate::language::{IntegrationPattern, Resource, State};
use crate::report::style::printable;
use crate::runtime::Handlers;

/// A machine that is there from the start.
pub(super) struct Machine {
    pub(super) name: String,
    /// In JSON, whatever it is written in.
    pub(super) definition: Arc<str>,
    pub(super) document: Document,
}

/// A file with definitions, as it was named.
pub(super) struct Definitions {
    pub(super) path: PathBuf,
    /// What is wrong with one of them was shown.
    pub(super) machines: Option<Vec<Machine>>,
}

impl Definitions {
    /// The machine of a definition, or all of a template.
    pub(super) fn read(path: &Path, terminal: &Terminal) -> Result<Self, Failure> {
        let documents = need_documents(path, terminal)?;
        let mut machines = Vec::new();
        let mut is_good = true;
        for document in documents {
            let faults = faults(&document);
            if !faults.is_empty() {
                document.show(terminal, faults);
                is_good = false;
                continue;
            }
            machines.push(Machine {
                name: match &document.name {
                    Some(name) => safe_name(name),
                    None => machine_name(path),
                },
                definition: document.definition_json(),
                document,
            });
        }
        Ok(Self {
            path: path.to_owned(),
            machines: is_good.then_some(machines),
        })
    }

    /// The files that it is read from: a template may lead to others.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        let machines = self.machines.iter().flatten();
        let others = machines.map(|machine| Path::new(machine.document.file_name()));
        std::iter::once(self.path.as_path()).chain(others)
    }
}

/// The Tasks that nobody would work for: not a handler, not this server, and nobody outside.
pub(super) fn unhandled(all: &[Definitions], handlers: &Handlers) -> Vec<String> {
    let machines = all.iter().flat_map(|it| it.machines.iter().flatten());
    let of_machine = |machine: &Machine| {
        let document = &machine.document;
        let is_unhandled = |(state, resource): &(&State, &Resource)| {
            let function = function_name(&document.tree, state, resource);
            let is_ours = match resource {
                Resource::Service { service, .. } => matches!(&**service, "states" | "aws-sdk:sfn"),
                Resource::Activity { .. } => true,
                Resource::Lambda { .. } | Resource::Other(_) => false,
            };
            let waits = resource.pattern() == IntegrationPattern::WaitForTaskToken;
            let handler = handlers.of(&state.name, resource, function.as_deref());
            !is_ours && !waits && handler.is_none()
        };
        let tasks = tasks(document).filter(is_unhandled);
        let names = tasks.map(|(state, _)| printable(&state.name).into_owned());
        names.collect::<Vec<_>>()
    };
    machines.flat_map(of_machine).collect()
}

/// Two machines of one name would be one.
pub(super) fn distinct(all: &[Definitions]) -> Result<(), Failure> {
    let named = all.iter().flat_map(|definitions| {
        let machines = definitions.machines.iter().flatten();
        machines.map(|machine| (&machine.name, &definitions.path))
    });
    let mut known: Vec<(&String, &PathBuf)> = Vec::new();
    for (name, path) in named {
        if let Some((_, other)) = known.iter().find(|(known, _)| *known == name) {
            let (one, two) = (other.to_string_lossy(), path.to_string_lossy());
            return Err(Failure::usage(format_args!(
                "{} and {} both hold a machine called {}: a server has one of each name",
                printable(&one),
                printable(&two),
                printable(name)
            )));
        }
        known.push((name, path));
    }
    Ok(())
}
