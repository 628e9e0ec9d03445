//! Logs for pictures, one event at a time: of a log of ours only a line is in memory.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::cli::log;
use crate::cli::output::Failure;
use crate::graph::Graph;
use crate::history::{Ending, LogHeader, Record, read_history};
use crate::report::graphs::overlay::{Trace, Tracer};
use crate::report::style::printable;
use crate::syntax::Source;

/// A log that is painted.
#[derive(Clone)]
pub(super) enum Log {
    File(PathBuf),
    /// It came from stdin.
    Text(Source),
}

/// How much of a first line is read to see whether it is the header of a log.
const HEAD: u64 = 64 << 20;

/// The header of a log of ours; none when the file is something else or cannot be read.
pub(super) fn peek(path: &Path) -> Result<Option<LogHeader>, String> {
    // A pipe can be read only once.
    let is_file = path.metadata().is_ok_and(|found| found.is_file());
    let Some(file) = File::open(path).ok().filter(|_| is_file) else {
        return Ok(None);
    };
    let mut reader = BufReader::new(file);
    let mut first = Vec::new();
    let begins = reader.fill_buf().is_ok_and(is_header);
    let read = begins && reader.take(HEAD).read_until(b'\n', &mut first).is_ok();
    match std::str::from_utf8(&first) {
        Ok(line) if read => header_of(line),
        _ => Ok(None),
    }
}

/// The header that a text begins with.
pub(super) fn header_of(text: &str) -> Result<Option<LogHeader>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !is_header(text.as_bytes()) {
        return Ok(None);
    }
    let first = text.split_inclusive('\n').next().unwrap_or_default();
    let recording = read_history(first).map_err(|error| error.to_string())?;
    Ok(recording.header)
}

/// Whether bytes begin like the header of a log: `{"asl":`.
fn is_header(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let inside = bytes.trim_ascii_start().strip_prefix(b"{");
    inside.is_some_and(|inside| inside.trim_ascii_start().starts_with(b"\"asl\""))
}

impl Log {
    /// The file's name, for messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Text(source) => printable(&source.name).into_owned(),
            Self::File(path) => printable(&path.to_string_lossy()).into_owned(),
        }
    }

    pub(super) fn open(&self) -> Result<log::Log, Failure> {
        match self {
            Self::File(path) => log::Log::open(path),
            Self::Text(source) => {
                let text = Cursor::new(String::from(&*source.text));
                Ok(log::Log::of(&source.name, text))
            }
        }
    }

    /// Follows the execution through a graph.
    pub(super) fn trace(&self, graph: &Graph<'_>) -> Result<(Trace, Ending), Failure> {
        let name = self.name();
        let log = self.open()?;
        let mut tracer = Tracer::new(graph);
        let mut has_event = false;
        let ending = log.read(None, &mut |record| {
            if let Record::Event(event) = record {
                has_event = true;
                tracer.event(&event);
            }
        })?;
        if !has_event {
            let told = format_args!("{name}: there is no event in it");
            return Err(Failure::usage(told));
        }
        log::the_only(&name, None, &ending)?;
        Ok((tracer.finish(), ending))
    }
}
