//! Recorded executions: what a history says of how its execution began.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{identity, max_events};
use crate::cli::args::RunArgs;
use crate::cli::document::{Document, need_document};
use crate::cli::log::{Log, note_ending};
use crate::cli::output::{Failure, Terminal};
use crate::data::{Json, Seed};
use crate::engine::program::FlowId;
use crate::engine::{Era, Identity, Likeness, Start};
use crate::history::{Details, ExecutionType, HistoryEvent, LogHeader, Recording};
use crate::syntax::Source;

/// A history with the name of its file.
pub(super) struct Recorded {
    pub(super) file: String,
    pub(super) recording: Recording,
}

impl Recorded {
    pub(super) fn read(path: &Path, args: &RunArgs, terminal: &Terminal) -> Result<Self, Failure> {
        let log = Log::open(path)?;
        let file = log.name.clone();
        let (recording, ending) = log.recording(args.many.execution.as_deref())?;
        note_ending(&file, &ending, terminal);
        Ok(Self { file, recording })
    }

    pub(super) fn events(&self) -> &[HistoryEvent<'static>] {
        &self.recording.events
    }

    pub(super) fn header(&self) -> Option<&LogHeader> {
        self.recording.header.as_ref()
    }

    /// How alike a replay can be: of an execution elsewhere some names are not known.
    pub(super) fn likeness(&self) -> Likeness {
        match self.header() {
            Some(_) => Likeness::Alike,
            None => Likeness::Foreign,
        }
    }

    /// The definition in a file, else the one in the log.
    pub(super) fn definition(
        &self,
        path: Option<&Path>,
        machine: Option<&str>,
        terminal: &Terminal,
    ) -> Result<Document, Failure> {
        if let Some(path) = path {
            return need_document(path, machine, terminal);
        }
        let header = self.header().ok_or_else(|| {
            Failure::usage(format_args!(
                "{} does not hold its definition: name the definition too",
                self.file
            ))
        })?;
        let name = header.definition_path.as_deref().unwrap_or("definition");
        Ok(Document::of(Source::new(name, header.definition.clone())))
    }

    /// What the execution began with.
    pub(super) fn start(&self, args: &RunArgs, machine: &str) -> Result<Start, Failure> {
        let first = &self.events()[0];
        let (input, role) = match &first.details {
            Details::ExecutionStarted { input, role_arn } => (
                input.as_ref().map(|input| input.text()),
                role_arn.as_deref(),
            ),
            _ => (None, None),
        };
        let header = self.header();
        let input = header.map(|header| (&*header.input).into()).or(input);
        let text = input.unwrap_or_else(|| "{}".into());
        let input = Json::parse(&text).map_err(|error| {
            Failure::usage(format_args!("{}: its input is no JSON: {error}", self.file))
        })?;
        let seed = Seed(header.map_or(0, |header| header.seed));
        let (identity, execution_type) = match header {
            Some(header) => (Arc::new(known(header, role)), header.execution_type),
            None => (
                identity(args, machine.to_owned(), seed)?,
                ExecutionType::Standard,
            ),
        };
        let at = header.map_or(first.timestamp, |header| header.start_time);
        Ok(Start {
            flow: FlowId::default(),
            input,
            variables: header.map_or_else(BTreeMap::new, |header| header.variables.clone()),
            identity,
            at,
            seed,
            max_events: max_events(args, execution_type),
            // What we wrote is of today, whatever time it was given.
            era: header.map_or_else(|| Era::of(at), |_| Era::default()),
        })
    }
}

/// Whose execution it was.
fn known(header: &LogHeader, role: Option<&str>) -> Identity {
    let part = |number| header.state_machine_arn.split(':').nth(number);
    Identity {
        execution_arn: header.execution_arn.as_str().into(),
        name: header.name.as_str().into(),
        state_machine_arn: header.state_machine_arn.as_str().into(),
        state_machine_name: part(6).unwrap_or_default().into(),
        role_arn: role.unwrap_or_default().into(),
        region: part(3).unwrap_or_default().into(),
        express: header.execution_type == ExecutionType::Express,
    }
}
