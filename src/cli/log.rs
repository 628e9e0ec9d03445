//! A history from a file or from stdin, event by event: nothing of it is kept here.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::document::{STDIN, reason};
use super::output::{Failure, Terminal};
use crate::history::{Ending, ExecutionSeen, HistoryEventType, HistoryReader, Record, Recording};
use crate::report::style::printable;

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// How many executions are listed.
const MAX_LISTED: usize = 20;

/// The execution that was told of, where the log has executions.
pub(super) fn the_only(
    name: &str,
    wanted: Option<&str>,
    ending: &Ending,
) -> Result<Option<String>, Failure> {
    let found = &ending.executions;
    match (found.as_slice(), wanted) {
        ([], Some(wanted)) => Err(Failure::usage(format_args!(
            "{name} is a history of one execution: --execution {} is for logs of several",
            printable(wanted)
        ))),
        ([], None) => Ok(None),
        ([only], None) => Ok(Some(only.arn.clone())),
        ([only], Some(wanted)) if only.arn.ends_with(wanted) => Ok(Some(only.arn.clone())),
        (several, wanted) => {
            let plural = if several.len() == 1 { "" } else { "s" };
            let head = match wanted {
                Some(wanted) => format!("no execution {} in {name}", printable(wanted)),
                None => String::from("name one by --execution"),
            };
            Err(Failure::usage(format_args!(
                "{head}: {name} holds {} execution{plural}\n{}",
                several.len(),
                listed(several)
            )))
        }
    }
}

/// A line for each execution, the last ones first.
fn listed(executions: &[ExecutionSeen]) -> String {
    let mut sorted: Vec<&ExecutionSeen> = executions.iter().collect();
    sorted.sort_by_key(|seen| std::cmp::Reverse(seen.first));
    let line = |seen: &&ExecutionSeen| {
        let status = match seen.ended {
            Some(HistoryEventType::ExecutionSucceeded) => "✔ SUCCEEDED",
            Some(HistoryEventType::ExecutionFailed) => "✖ FAILED   ",
            Some(HistoryEventType::ExecutionTimedOut) => "⧗ TIMED OUT",
            Some(_) => "⊘ ABORTED  ",
            None => "● RUNNING  ",
        };
        format!(
            "  {status}  {}  {:>6} events  {}",
            seen.first,
            seen.events,
            printable(&seen.arn)
        )
    };
    let mut lines: Vec<String> = sorted.iter().take(MAX_LISTED).map(line).collect();
    if sorted.len() > MAX_LISTED {
        lines.push(format!("  … {} more", sorted.len() - MAX_LISTED));
    }
    lines.join("\n")
}

/// Says so when a history is not whole.
pub(super) fn note_ending(name: &str, ending: &Ending, terminal: &Terminal) {
    if terminal.quiet {
        return;
    }
    if let Some(line) = ending.torn_line {
        terminal.say(&format!(
            "note: {name} breaks off in line {line}; that line is left out"
        ));
    }
    if ending.truncated > 0 {
        let count = ending.truncated;
        let events = if count == 1 { "event" } else { "events" };
        terminal.say(&format!(
            "note: CloudWatch Logs cut off what went in or came out of {count} {events} in {name}"
        ));
    }
    if ending.has_more {
        terminal.say(&format!(
            "note: {name} is one page of a history: its nextToken leads to the rest"
        ));
    }
}

/// A file, or stdin.
pub(super) struct Log {
    /// As it may be printed.
    pub(super) name: String,
    bytes: Box<dyn Read>,
}

impl Log {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == STDIN {
            return Ok(Self::of("<stdin>", io::stdin()));
        }
        let name = printable(&path.to_string_lossy()).into_owned();
        match File::open(path) {
            Ok(file) => Ok(Self::of(&name, file)),
            Err(error) => Err(unreadable(&name, &error)),
        }
    }

    /// What was opened already.
    pub(super) fn of(name: &str, bytes: impl Read + 'static) -> Self {
        Self {
            name: printable(name).into_owned(),
            bytes: Box::new(bytes),
        }
    }

    /// Reads it to its end.
    pub(super) fn read(
        mut self,
        execution: Option<&str>,
        take: &mut dyn FnMut(Record<'_>),
    ) -> Result<Ending, Failure> {
        let mut reader = HistoryReader::new(execution);
        let mut buffer = vec![0; CHUNK];
        let mut is_first = true;
        let wrong = |error| Failure::usage(format_args!("{}: {error}", self.name));
        loop {
            let count = match self.bytes.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(&self.name, &error)),
            };
            if std::mem::take(&mut is_first) && is_utf16(&buffer[..count]) {
                return Err(Failure::usage(format_args!(
                    "{} is in UTF-16, not UTF-8: save it as UTF-8",
                    self.name
                )));
            }
            reader.push(&buffer[..count], take).map_err(wrong)?;
        }
        reader.end(take).map_err(wrong)
    }
}

impl Log {
    /// All events at once, in order of their ids.
    pub(super) fn recording(self, execution: Option<&str>) -> Result<(Recording, Ending), Failure> {
        let mut recording = Recording::default();
        let name = self.name.clone();
        let ending = self.read(execution, &mut |record| match record {
            Record::Header(header) => recording.header = Some(*header),
            Record::Event(event) => recording.events.push(event.into_owned()),
        })?;
        the_only(&name, execution, &ending)?;
        if recording.events.is_empty() {
            let told = format_args!("{name}: there is no event in it");
            return Err(Failure::usage(told));
        }
        recording.torn_line = ending.torn_line;
        Ok((recording, ending))
    }
}

pub(super) fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::usage(format_args!("cannot read {name}: {}", reason(error)))
}

/// As `PowerShell` writes what a command prints.
fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}
