//! Who hears the events of a run: the log, the tree that is told at the end, the live progress.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::closing::prices;
use super::progress::{Lines, Progress, Seen, Ticker, Voice};
use crate::cli::args::{ProgressChoice, RunArgs, Time};
use crate::cli::document::{STDIN, same_file};
use crate::cli::output::{Failure, Terminal};
use crate::engine::{EventSink, Note};
use crate::history::{HistoryEvent, LogHeader};
use crate::report::histories::prices::Prices;
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
    seen: Rc<RefCell<Seen>>,
    /// Whether anybody will read the outline.
    outlined: bool,
    progress: Option<Progress>,
    lines: Option<Lines>,
    /// Nothing is told but through it.
    masking: Masking,
    /// Writes down what Tasks answer.
    tap: Option<Tap>,
    prices: Prices,
    began: Instant,
    /// Whether part of it happened before.
    is_resumed: bool,
}

/// What is left when a run is over.
pub(super) struct Finished {
    pub(super) seen: Seen,
    /// Whether states were told one by one.
    pub(super) has_lines: bool,
    /// How writing the log went.
    pub(super) log: Result<(), LogFileError>,
    /// How long the run took.
    pub(super) took: Duration,
    /// Whether part of the execution happened before.
    pub(super) is_resumed: bool,
    pub(super) prices: Prices,
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
        let prices = prices(args, terminal)?;
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
        Ok(Self::to(log, unread, args, terminal, header, prices))
    }

    /// Goes on with a log that holds what happened so far.
    pub(super) fn append(
        log: LogFile,
        args: &RunArgs,
        terminal: &Terminal,
        header: &LogHeader,
    ) -> Result<Self, Failure> {
        let (prices, unread) = (prices(args, terminal)?, Arc::new(Notify::new()));
        Ok(Self::to(Some(log), unread, args, terminal, header, prices))
    }

    fn to(
        log: Option<LogFile>,
        unread: Arc<Notify>,
        args: &RunArgs,
        terminal: &Terminal,
        header: &LogHeader,
        prices: Prices,
    ) -> Self {
        let (is_tree, has_lines) = shown(args, terminal);
        let pace = match args.time {
            Time::Scaled(factor) => factor,
            Time::Real | Time::Skip => 1.0,
        };
        let progress = is_tree.then(|| Progress::new(terminal, machine(header), pace));
        let lines = has_lines.then(|| Lines {
            voice: Voice::new(terminal, progress.as_ref()),
            style: terminal.stderr_style(),
            documents: args.handlers_args.verbose,
        });
        Self {
            log,
            unread,
            seen: Rc::default(),
            outlined: !terminal.quiet,
            progress,
            lines,
            masking: Masking::default(),
            tap: None,
            prices,
            began: Instant::now(),
            is_resumed: false,
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
                self.seen.borrow_mut().push(event);
            }
        }
        self.is_resumed = true;
    }

    /// What is told when nobody reads the log on stdout any more.
    pub(super) fn unread(&self) -> Arc<Notify> {
        Arc::clone(&self.unread)
    }

    /// Says something without spoiling the live progress.
    pub(super) fn voice(&self, terminal: &Terminal) -> Voice {
        Voice::new(terminal, self.progress.as_ref())
    }

    /// What draws the states at work while something is done.
    pub(super) fn ticker(&self) -> Ticker {
        Ticker::new(self.progress.as_ref(), &self.seen)
    }

    /// What is left of the run.
    pub(super) fn finish(self) -> Finished {
        if let Some(progress) = self.progress {
            progress.finish();
        }
        Finished {
            log: self.log.map_or(Ok(()), LogFile::finish),
            seen: self.seen.take(),
            has_lines: self.lines.is_some(),
            took: self.began.elapsed(),
            is_resumed: self.is_resumed,
            prices: self.prices,
        }
    }
}

/// Whether the states at work are drawn, and whether each is told as it ends: where a person watches
/// a log grow, which is in CI. In any other pipe the tree at the end says it all.
fn shown(args: &RunArgs, terminal: &Terminal) -> (bool, bool) {
    if terminal.quiet {
        return (false, false);
    }
    let in_ci = || std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    // One state alone is told by its answer.
    let is_alone = args.alone.state.is_some();
    let (is_tree, has_lines) = match args.progress {
        ProgressChoice::None => (false, false),
        ProgressChoice::Auto if terminal.stderr_seen => (true, false),
        ProgressChoice::Auto => (false, in_ci()),
        ProgressChoice::Tree => (true, false),
        ProgressChoice::Lines => (false, true),
    };
    (
        is_tree,
        !is_alone && (has_lines || args.handlers_args.verbose),
    )
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
        if !self.outlined {
            return;
        }
        let mut seen = self.seen.borrow_mut();
        match &self.lines {
            None => seen.push(event),
            Some(lines) => {
                lines.before(event, &seen.outline);
                seen.push(event);
                lines.after(event, &seen.outline);
            }
        }
    }

    fn idle(&mut self) {
        if let Some(log) = &mut self.log {
            log.idle();
        }
    }

    fn note(&mut self, note: &Note<'_>) {
        self.seen.borrow_mut().note(note, &self.masking);
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
