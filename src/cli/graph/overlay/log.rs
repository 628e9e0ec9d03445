//! Logs for pictures, one event at a time: of a log of ours only a line is in memory.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::cli::document::reason;
use crate::graph::Graph;
use crate::history::{HistoryEvent, LogHeader, Recording, read_event, read_history};
use crate::report::graphs::overlay::{Trace, Tracer};
use crate::report::style::printable;
use crate::syntax::Source;

/// A log that is painted.
pub(super) enum Log {
    File(PathBuf),
    /// It came from stdin.
    Text(Source),
}

/// What there is to tell of a log that was read.
#[derive(Default)]
pub(super) struct Told {
    /// A last line that was cut off and left out.
    pub(super) torn_line: Option<usize>,
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

    /// All events at once.
    pub(super) fn recording(&self) -> Result<Recording, String> {
        let placed = |error: String| format!("{}: {error}", self.name());
        let mut bytes;
        let text = match self {
            Self::Text(source) => &*source.text,
            Self::File(path) => {
                bytes = fs::read(path)
                    .map_err(|error| reason(&error))
                    .map_err(placed)?;
                text(&mut bytes).map_err(placed)?
            }
        };
        read_history(text).map_err(|error| placed(error.to_string()))
    }

    /// Follows the execution through a graph.
    pub(super) fn trace(&self, graph: &Graph<'_>) -> Result<(Trace, Told), String> {
        let mut tracer = Tracer::new(graph);
        let told = self.read(&mut |event| tracer.event(event))?;
        Ok((tracer.finish(), told))
    }

    fn read(&self, each: &mut dyn FnMut(&HistoryEvent<'_>)) -> Result<Told, String> {
        let placed = |error: String| format!("{}: {error}", self.name());
        match self {
            Self::Text(source) => whole(&source.text, each).map_err(placed),
            Self::File(path) => {
                let refused =
                    |error: io::Error| format!("cannot read {}: {}", self.name(), reason(&error));
                let file = File::open(path).map_err(refused)?;
                let mut reader = BufReader::with_capacity(1 << 16, file);
                let is_log = reader.fill_buf().map(is_header).map_err(refused)?;
                if is_log {
                    return lines(&mut reader, each).map_err(placed);
                }
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).map_err(refused)?;
                whole(text(&mut bytes).map_err(placed)?, each).map_err(placed)
            }
        }
    }
}

/// The text of a file that may have been torn off within a character.
fn text(bytes: &mut Vec<u8>) -> Result<&str, String> {
    if let Err(torn) = std::str::from_utf8(bytes)
        && torn.error_len().is_none()
    {
        bytes.truncate(torn.valid_up_to());
    }
    std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8 text".to_owned())
}

/// Every form of history, read as a whole.
fn whole(text: &str, each: &mut dyn FnMut(&HistoryEvent<'_>)) -> Result<Told, String> {
    let recording = read_history(text).map_err(|error| error.to_string())?;
    if recording.events.is_empty() {
        return Err("there is no event in it".to_owned());
    }
    recording.events.iter().for_each(each);
    let torn_line = recording.torn_line;
    Ok(Told { torn_line })
}

/// A log of ours, line by line.
fn lines(
    reader: &mut dyn BufRead,
    each: &mut dyn FnMut(&HistoryEvent<'_>),
) -> Result<Told, String> {
    let mut bytes = Vec::new();
    let mut has_event = false;
    for number in 1.. {
        bytes.clear();
        let read = reader.read_until(b'\n', &mut bytes);
        if read.map_err(|error| reason(&error))? == 0 {
            break;
        }
        match line(&bytes, number) {
            Ok(Some(event)) => each(&event),
            Ok(None) => continue,
            // A process that was killed leaves its last line without an end.
            Err(_) if number > 1 && has_event && !bytes.ends_with(b"\n") => {
                let torn_line = Some(number);
                return Ok(Told { torn_line });
            }
            Err(error) => return Err(error),
        }
        has_event = true;
    }
    if !has_event {
        return Err("there is no event in it".to_owned());
    }
    Ok(Told::default())
}

/// The event of a line; the header and blank lines have none.
fn line(bytes: &[u8], number: usize) -> Result<Option<HistoryEvent<'static>>, String> {
    let told = |message: &str| format!("line {number}: {message}");
    let text = std::str::from_utf8(bytes).map_err(|_| told("it is no UTF-8 text"))?;
    if number == 1 {
        return header_of(text).map(|_| None);
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    let event = read_event(text).map_err(|error| match error.column {
        0 => told(&error.message),
        column => format!("line {number}, column {column}: {}", error.message),
    })?;
    Ok(Some(event))
}
