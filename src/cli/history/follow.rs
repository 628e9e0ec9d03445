//! `asl history --follow`: an execution told while its log grows.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{definition, open};
use crate::cli::Exit;
use crate::cli::args::HistoryArgs;
use crate::cli::document::STDIN;
use crate::cli::log::unreadable;
use crate::cli::output::{Failure, Terminal, print};
use crate::cli::run::stop::interrupted;
use crate::cli::watch::Changes;
use crate::data::Timestamp;
use crate::history::outline::{Outline, Status};
use crate::history::{Details, HistoryEvent, HistoryReader, LogHeader, Record};
use crate::report::histories::ended::EndedState;
use crate::report::histories::live::{Live, lines};
use crate::report::histories::{self, About, Definition, failure};
use crate::report::style::{Style, printable};

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// How often the picture changes.
const INTERVAL: Duration = Duration::from_millis(100);

pub(super) fn run(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let style = terminal.stdout_style();
    let mut followed = Followed {
        name: printable(&args.log.to_string_lossy()).into_owned(),
        header: None,
        outline: Outline::new(),
        // A picture and lines would be in each other's way.
        tells_lines: !terminal.stdout_seen || !terminal.stderr_seen,
        style,
        text: String::new(),
        came: Instant::now(),
    };
    #[cfg(feature = "aws")]
    if args.elsewhere.on.is_some() {
        return stdin(args, followed, terminal);
    }
    if args.log.as_os_str() == STDIN {
        return stdin(args, followed, terminal);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let exit = runtime.block_on(file(args, &mut followed, terminal))?;
    if exit == Exit::Success {
        followed.close(args, terminal)?;
    }
    Ok(exit)
}

/// What was read so far.
struct Followed {
    name: String,
    header: Option<LogHeader>,
    outline: Outline,
    tells_lines: bool,
    style: Style,
    /// What is to be printed.
    text: String,
    /// When the last event came: time goes on after it.
    came: Instant,
}

impl Followed {
    fn take(&mut self, record: Record<'_>) {
        match record {
            Record::Header(header) => self.header = Some(*header),
            Record::Event(event) => {
                if matches!(event.details, Details::StateExited { .. }) && self.tells_lines {
                    self.left(&event);
                }
                self.outline.push(&event);
                self.came = Instant::now();
                if event.kind.ends_execution() && self.tells_lines {
                    self.ended(event.timestamp);
                }
            }
        }
    }

    fn left(&mut self, event: &HistoryEvent<'_>) {
        if let Some(visit) = self.outline.leaving(event) {
            let ended = EndedState::left(visit, event);
            let written = ended.line(&self.style, &mut self.text);
            written.expect("a string takes all");
        }
    }

    /// A state that fails with the execution has no event of its own.
    fn ended(&mut self, at: Timestamp) {
        let is_over = |status| matches!(status, Status::Succeeded | Status::Caught);
        let last = self.outline.thread().last();
        let Some(last) = last.filter(|visit| !is_over(visit.status())) else {
            return;
        };
        for ended in EndedState::failed(last, at).iter().rev() {
            let written = ended.line(&self.style, &mut self.text);
            written.expect("a string takes all");
        }
    }

    fn is_over(&self) -> bool {
        self.outline.summary().ended.is_some()
    }

    fn print(&mut self) -> Result<(), Failure> {
        print(&std::mem::take(&mut self.text))
    }

    /// The tree, or after lines only the failure.
    fn close(mut self, args: &HistoryArgs, terminal: &Terminal) -> Result<(), Failure> {
        let document = definition(args, self.header.as_ref(), terminal)?;
        let definition = document
            .as_ref()
            .map(|d| Definition::new(&d.machine, &d.source));
        let condition = |state: &str, next: &str| definition.as_ref()?.condition(state, next);
        let catcher = |state: &str, next: &str| definition.as_ref()?.catcher(state, next);
        let file = Path::new(&self.name).file_name();
        let header = self.header.as_ref();
        let about = About {
            file: file.and_then(|name| name.to_str()).unwrap_or(&self.name),
            machine: header.and_then(|header| header.state_machine_arn.rsplit(':').next()),
            arn: header.map(|header| header.execution_arn.as_str()),
            condition: Some(&condition),
            catcher: Some(&catcher),
            ..About::default()
        };
        let render = if self.tells_lines {
            failure::render
        } else {
            histories::render
        };
        let written = render(&self.outline, &about, &self.style, &mut self.text);
        written.expect("a string takes all");
        self.print()
    }
}

/// Whoever writes to a pipe ends it, and nothing need be watched; so does an execution elsewhere.
fn stdin(args: &HistoryArgs, mut followed: Followed, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut failed = None;
    let log = open(args)?;
    log.name.clone_into(&mut followed.name);
    log.read(args.views.execution.as_deref(), &mut |record| {
        followed.take(record);
        if failed.is_none() && !followed.text.is_empty() {
            failed = followed.print().err();
        }
    })?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    followed.close(args, terminal)?;
    Ok(Exit::Success)
}

async fn file(
    args: &HistoryArgs,
    followed: &mut Followed,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let mut changes = Changes::of([args.log.as_path()])?;
    let mut stop = std::pin::pin!(interrupted());
    let picture = Picture::new(terminal, !followed.tells_lines);
    let mut place = Place::new(args.views.execution.as_deref());
    if !args.log.exists() && !terminal.quiet {
        terminal.say(&format!("waiting for {}", followed.name));
    }
    loop {
        place.read_on(&args.log, followed)?;
        followed.print()?;
        if followed.is_over() {
            picture.clear();
            return Ok(Exit::Success);
        }
        picture.draw(followed, terminal);
        tokio::select! {
            biased;
            () = &mut stop => {
                picture.clear();
                return Ok(Exit::Interrupted);
            }
            _ = changes.next() => {}
            () = tokio::time::sleep(INTERVAL), if picture.is_shown => {}
        }
    }
}

/// How far a growing log was read.
struct Place {
    execution: Option<String>,
    reader: HistoryReader,
    at: u64,
}

impl Place {
    fn new(execution: Option<&str>) -> Self {
        Self {
            execution: execution.map(str::to_owned),
            reader: HistoryReader::new(execution),
            at: 0,
        }
    }

    /// Reads what came since.
    fn read_on(&mut self, path: &Path, followed: &mut Followed) -> Result<(), Failure> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(unreadable(&followed.name, &error)),
        };
        let unreadable = |error: &io::Error| unreadable(&printable(&path.to_string_lossy()), error);
        let length = file.metadata().map_err(|error| unreadable(&error))?.len();
        if length < self.at {
            // Another run writes to it from its beginning.
            *self = Self::new(self.execution.clone().as_deref());
            (followed.outline, followed.header) = (Outline::new(), None);
        }
        let seeked = file.seek(SeekFrom::Start(self.at));
        seeked.map_err(|error| unreadable(&error))?;
        let mut buffer = vec![0; CHUNK];
        loop {
            let count = file.read(&mut buffer).map_err(|error| unreadable(&error))?;
            if count == 0 {
                return Ok(());
            }
            self.at += count as u64;
            let name = followed.name.clone();
            let pushed = self
                .reader
                .push(&buffer[..count], &mut |record| followed.take(record));
            pushed.map_err(|error| Failure::usage(format_args!("{name}: {error}")))?;
            if followed.text.len() > CHUNK {
                followed.print()?;
            }
        }
    }
}

/// The states at work, drawn in place.
struct Picture {
    bar: ProgressBar,
    is_shown: bool,
    began: Instant,
}

impl Picture {
    fn new(terminal: &Terminal, is_shown: bool) -> Self {
        let is_shown = is_shown && !terminal.quiet;
        let target = if is_shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            is_shown,
            began: Instant::now(),
        }
    }

    fn draw(&self, followed: &Followed, terminal: &Terminal) {
        if !self.is_shown {
            return;
        }
        let header = followed.header.as_ref();
        let machine = header.and_then(|header| header.state_machine_arn.rsplit(':').next());
        let millis =
            |since: Instant| i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX);
        let last = followed.outline.summary().last.unwrap_or_default();
        let live = Live {
            outline: &followed.outline,
            machine: machine.unwrap_or(&followed.name),
            now: last.plus_millis(millis(followed.came)),
            millis: millis(self.began),
            due: &|_| None,
            map_run: &|_| None,
        };
        self.bar.set_message(lines(&live, &terminal.stderr_style()));
    }

    fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
