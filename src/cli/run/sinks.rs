//! Who hears the events of a run: the log, the tree that is told at the end, the live progress.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use tokio::sync::Notify;

use super::map_runs::MapRuns;
use super::progress::{Progress, Voice};
use crate::cli::args::{ProgressChoice, RunArgs};
use crate::cli::document::{STDIN, same_file};
use crate::cli::output::{Failure, Terminal};
use crate::engine::{EventSink, Note};
use crate::history::outline::Outline;
use crate::history::{HistoryEvent, LogHeader};
use crate::runtime::handlers::mocks::record::Tap;
use crate::runtime::{LogFile, LogFileError, Masking};

/// stdout as a log: whoever reads it can end the run by going away.
struct Piped(Arc<Notify>);

impl Piped {
    fn heed<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &done
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            self.0.notify_one();
        }
        done
    }
}

impl Write for Piped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heed(io::stdout().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.heed(io::stdout().flush())
    }
}

pub(super) struct Sinks {
    log: Option<LogFile>,
    /// Told when nobody reads the log on stdout any more.
    unread: Arc<Notify>,
    outline: Outline,
    /// Whether anybody will read the outline.
    outlined: bool,
    map_runs: MapRuns,
    progress: Option<Progress>,
    /// Nothing is told but through it.
    masking: Masking,
    /// Writes down what Tasks answer.
    tap: Option<Tap>,
}

impl Sinks {
    /// Lets the answers of Tasks be written down too.
    pub(super) fn record(&mut self, tap: Tap) {
        self.tap = Some(tap);
    }

    pub(super) fn open(
        args: &RunArgs,
        terminal: &Terminal,
        header: &LogHeader,
    ) -> Result<Self, Failure> {
        let unread = Arc::new(Notify::new());
        let log = match &args.log {
            None => None,
            Some(path) if path.as_os_str() == STDIN => Some(LogFile::to(
                Box::new(Piped(Arc::clone(&unread))),
                Path::new("<stdout>"),
                header,
            )),
            Some(path) => {
                spare(path, args)?;
                Some(LogFile::create(path, header).map_err(Failure::usage)?)
            }
        };
        Ok(Self::to(log, unread, args, terminal, header))
    }

    /// Goes on with a log that holds what happened so far.
    pub(super) fn append(
        log: LogFile,
        args: &RunArgs,
        terminal: &Terminal,
        header: &LogHeader,
    ) -> Self {
        Self::to(Some(log), Arc::new(Notify::new()), args, terminal, header)
    }

    fn to(
        log: Option<LogFile>,
        unread: Arc<Notify>,
        args: &RunArgs,
        terminal: &Terminal,
        header: &LogHeader,
    ) -> Self {
        let progress = match args.progress {
            _ if terminal.quiet => None,
            ProgressChoice::None => None,
            ProgressChoice::Auto if !terminal.stderr_seen => None,
            ProgressChoice::Auto | ProgressChoice::Tree => {
                Some(Progress::tree(terminal, machine(header)))
            }
            ProgressChoice::Lines => Some(Progress::lines(terminal)),
        };
        Self {
            log,
            unread,
            outline: Outline::new(),
            outlined: !terminal.quiet,
            map_runs: MapRuns::default(),
            progress,
            masking: Masking::default(),
            tap: None,
        }
    }

    /// The same, with secrets that nobody shall hear.
    pub(super) fn masked(mut self, masking: Masking) -> Self {
        self.masking = masking;
        self
    }

    pub(super) fn masking(&self) -> &Masking {
        &self.masking
    }

    /// Hears what happened before: a new log has it too, and one that goes on has it already.
    pub(super) fn recall(&mut self, events: &[HistoryEvent<'_>], is_logged: bool) {
        for event in events {
            let masked = self.masking.event(event);
            let event = masked.as_ref().unwrap_or(event);
            if let Some(log) = self.log.as_mut().filter(|_| !is_logged) {
                log.event(event);
            }
            if self.outlined {
                self.outline.push(event);
            }
        }
    }

    /// What is told when nobody reads the log on stdout any more.
    pub(super) fn unread(&self) -> Arc<Notify> {
        Arc::clone(&self.unread)
    }

    /// Says something without spoiling the live progress.
    pub(super) fn voice(&self, terminal: &Terminal) -> Voice {
        Voice::new(terminal, self.progress.as_ref())
    }

    /// The tree, the Map Runs, and how writing the log went.
    pub(super) fn finish(self) -> (Outline, MapRuns, Result<(), LogFileError>) {
        if let Some(progress) = self.progress {
            progress.finish();
        }
        let log = self.log.map_or(Ok(()), LogFile::finish);
        (self.outline, self.map_runs, log)
    }
}

/// Keeps a log from being written over what the run is made of.
fn spare(log: &Path, args: &RunArgs) -> Result<(), Failure> {
    let read = [
        args.definition.as_ref(),
        args.redrive.as_ref(),
        args.input_file.as_ref(),
        args.mock.as_ref(),
        args.handlers.as_ref(),
    ];
    match read.into_iter().flatten().find(|path| same_file(path, log)) {
        None => Ok(()),
        Some(path) => Err(Failure::usage(format_args!(
            "the log would overwrite {}: name another file",
            path.display()
        ))),
    }
}

impl EventSink for Sinks {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        // What is recorded is masked when it is written: as a whole, and not before.
        if let Some(tap) = &mut self.tap {
            tap.event(event);
        }
        let masked = self.masking.event(event);
        let event = masked.as_ref().unwrap_or(event);
        if let Some(log) = &mut self.log {
            log.event(event);
        }
        if self.outlined {
            self.outline.push(event);
        }
        if let Some(progress) = &mut self.progress {
            progress.event(event, &self.outline, &self.map_runs);
        }
    }

    fn idle(&mut self) {
        if let Some(log) = &mut self.log {
            log.idle();
        }
        if let Some(progress) = &mut self.progress {
            progress.draw(&self.outline, &self.map_runs);
        }
    }

    fn note(&mut self, note: &Note<'_>) {
        self.map_runs.note(note, &self.masking);
        if let Some(progress) = &mut self.progress {
            progress.draw(&self.outline, &self.map_runs);
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
