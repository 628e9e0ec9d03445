//! What the executions of many inputs have in common, and what tells each of them from the others.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::{RunArgs, Time, TypeChoice};
use crate::cli::document::{Document, STDIN, reason};
use crate::cli::output::Failure;
use crate::cli::run::{clock_of, execution_type, header, max_events};
use crate::data::{EventId, Json, Seed, Timestamp};
use crate::engine::program::FlowId;
use crate::engine::{Era, Start};
use crate::history::LogHeader;
use crate::report::style::printable;
use crate::runtime::{Clock, IdentityOptions, InvalidName, LogFile, LogFileError, Masking};

/// Makes executions from inputs.
pub(super) struct Recipe {
    time: Time,
    start_time: Option<Timestamp>,
    max_events: u64,
    identity: IdentityOptions,
    logs: Option<Logs>,
}

/// A log for each execution.
struct Logs {
    folder: PathBuf,
    /// What is the same in all of them.
    header: LogHeader,
}

impl Recipe {
    pub(super) fn new(
        args: &RunArgs,
        document: &Document,
        machine: String,
        seed: Seed,
    ) -> Result<Self, Failure> {
        let mut recipe = Self {
            time: args.time,
            start_time: args.start_time,
            max_events: max_events(args, execution_type(args)),
            identity: IdentityOptions {
                machine,
                name: None,
                account: args.account.clone(),
                region: args.region(),
                express: args.execution_type == TypeChoice::Express,
                seed,
            },
            logs: None,
        };
        let example = recipe.start(0, Json::Null, Timestamp::default());
        let example = example.map_err(Failure::usage)?;
        if let Some(folder) = &args.log {
            recipe.logs = Some(Logs {
                folder: folder_of(folder)?,
                header: header(args, document, &example),
            });
        }
        Ok(recipe)
    }

    pub(super) fn clock(&self) -> Box<dyn Clock> {
        clock_of(self.time, self.start_time)
    }

    /// The execution of a line: its name and its random numbers are those of the line, whatever
    /// runs before it and beside it.
    pub(super) fn start(
        &self,
        line: u64,
        input: Json,
        at: Timestamp,
    ) -> Result<Start, InvalidName> {
        let seed = self.identity.seed.nth(EventId::NONE, line);
        let identity = IdentityOptions {
            seed,
            ..self.identity.clone()
        };
        Ok(Start {
            flow: FlowId::default(),
            input,
            variables: std::collections::BTreeMap::new(),
            identity: Arc::new(identity.identity()?),
            at,
            seed,
            max_events: self.max_events,
            era: Era::default(),
        })
    }

    /// The log of a line's execution, if there are logs.
    pub(super) fn log(
        &self,
        line: u64,
        start: &Start,
        masking: &Masking,
    ) -> Result<Option<LogFile>, LogFileError> {
        let Some(Logs { folder, header }) = &self.logs else {
            return Ok(None);
        };
        let header = masking.header(LogHeader {
            input: start.input.text().into(),
            name: start.identity.name.to_string(),
            execution_arn: start.identity.execution_arn.to_string(),
            start_time: start.at,
            seed: start.seed.0,
            ..header.clone()
        });
        let path = folder.join(format!("{line:06}.jsonl"));
        LogFile::create(&path, &header).map(Some)
    }
}

/// The folder for logs, which is made when it is not there.
fn folder_of(path: &Path) -> Result<PathBuf, Failure> {
    if path.as_os_str() == STDIN {
        return Err(Failure::usage(
            "stdout cannot hold the logs of many executions: name a folder with --log",
        ));
    }
    std::fs::create_dir_all(path).map_err(|error| {
        let (name, reason) = (path.to_string_lossy(), reason(&error));
        let name = printable(&name);
        Failure::usage(format_args!(
            "cannot make the folder {name} for a log of each execution: {reason}"
        ))
    })?;
    Ok(path.to_owned())
}
