//! Who hears the events of a run: the log, the tree that is told at the end, the live progress.

use std::io;
use std::path::Path;

use super::progress::Progress;
use crate::cli::args::{ProgressChoice, RunArgs};
use crate::cli::document::STDIN;
use crate::cli::output::{Failure, Terminal};
use crate::engine::EventSink;
use crate::history::outline::Outline;
use crate::history::{HistoryEvent, LogHeader};
use crate::runtime::{LogFile, LogFileError};

pub(super) struct Sinks {
    log: Option<LogFile>,
    outline: Outline,
    /// Whether anybody will read the outline.
    outlined: bool,
    progress: Option<Progress>,
}

impl Sinks {
    pub(super) fn open(
        args: &RunArgs,
        terminal: &Terminal,
        header: &LogHeader,
    ) -> Result<Self, Failure> {
        let log = match &args.log {
            None => None,
            Some(path) if path.as_os_str() == STDIN => Some(LogFile::to(
                Box::new(io::stdout()),
                Path::new("<stdout>"),
                header,
            )),
            Some(path) => Some(LogFile::create(path, header).map_err(Failure::usage)?),
        };
        let progress = match args.progress {
            _ if terminal.quiet => None,
            ProgressChoice::None => None,
            ProgressChoice::Auto if !terminal.stderr_seen => None,
            ProgressChoice::Auto | ProgressChoice::Tree => {
                Some(Progress::tree(terminal, machine(header)))
            }
            ProgressChoice::Lines => Some(Progress::lines(terminal)),
        };
        Ok(Self {
            log,
            outline: Outline::new(),
            outlined: !terminal.quiet,
            progress,
        })
    }

    /// The tree, and how writing the log went.
    pub(super) fn finish(self) -> (Outline, Result<(), LogFileError>) {
        if let Some(progress) = self.progress {
            progress.finish();
        }
        (self.outline, self.log.map_or(Ok(()), LogFile::finish))
    }
}

impl EventSink for Sinks {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        if let Some(log) = &mut self.log {
            log.event(event);
        }
        if self.outlined {
            self.outline.push(event);
        }
        if let Some(progress) = &mut self.progress {
            progress.event(event, &self.outline);
        }
    }

    fn idle(&mut self) {
        if let Some(log) = &mut self.log {
            log.idle();
        }
        if let Some(progress) = &mut self.progress {
            progress.draw(&self.outline);
        }
    }
}

/// The state machine's name: the end of its ARN.
fn machine(header: &LogHeader) -> &str {
    header
        .state_machine_arn
        .rsplit(':')
        .next()
        .unwrap_or_default()
}
