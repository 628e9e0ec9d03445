//! `asl run --record`: what Tasks answer, written as a mocks file for another run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::args::RunArgs;
use crate::cli::document::{reason, same_file};
use crate::cli::output::{Failure, Terminal};
use crate::cli::write::replace;
use crate::data::Json;
use crate::engine::Identity;
use crate::language::StateMachine;
use crate::report::style::printable;
use crate::runtime::handlers::mocks::record::{Book, Tap};
use crate::runtime::{Host, Masking};

/// What is recorded, and where it goes.
pub(super) struct Record {
    book: Book,
    path: PathBuf,
    identity: (String, String),
    about: String,
    /// Nothing is written but through it.
    masking: Masking,
}

impl Record {
    /// The record of a run, when one is asked for; its folder is made before anything runs.
    pub(super) fn of(
        args: &RunArgs,
        identity: &Identity,
        host: &Host,
    ) -> Result<Option<Self>, Failure> {
        let Some(folder) = &args.record.record else {
            return Ok(None);
        };
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        let machine = &identity.state_machine_name;
        let path = folder.join(format!("{machine}.mocks.yaml"));
        spare(&path, args)?;
        let book = Book::default();
        let children = book.clone();
        host.hear_children(move |child| Box::new(children.tap(&names(child))));
        Ok(Some(Self {
            book,
            path,
            identity: (
                identity.execution_arn.to_string(),
                identity.name.to_string(),
            ),
            about: format!("What the Tasks of {machine} answered, for asl run --mock."),
            masking: host.handlers.masking().clone(),
        }))
    }

    /// Hears the run.
    pub(super) fn tap(&self) -> Tap {
        let (arn, name) = &self.identity;
        self.book.tap(&[arn, name])
    }

    /// Writes the file.
    pub(super) fn write(&self, machine: &StateMachine, terminal: &Terminal) -> Result<(), Failure> {
        let shown = |value: &Json| self.masking.document(value);
        let written = self.book.written(&self.about, Some(machine), &shown);
        replace(&self.path, &written.text).map_err(|error| unwritable(&self.path, &error))?;
        if !terminal.quiet {
            let path = self.path.display().to_string();
            terminal.say(&format!("recorded in {}", printable(&path)));
            for note in &written.notes {
                terminal.say(&format!("note: {}", printable(note)));
            }
        }
        Ok(())
    }
}

/// What an execution is called, which another run calls otherwise.
fn names(identity: &Identity) -> [&str; 2] {
    [&identity.execution_arn, &identity.name]
}

/// Keeps the record from being written over what the run is made of.
fn spare(path: &Path, args: &RunArgs) -> Result<(), Failure> {
    let read = [
        &args.definition,
        &args.handlers,
        &args.input_file,
        &args.mock,
        &args.log,
    ];
    let mut read = read.into_iter().flatten();
    match read.find(|read| same_file(read, path)) {
        None => Ok(()),
        Some(_) => Err(Failure::usage(format_args!(
            "the record would overwrite {}: name another folder",
            path.display()
        ))),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let (path, why) = (path.display(), reason(error));
    Failure::usage(format_args!("cannot write {path}: {why}"))
}
