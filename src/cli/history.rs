//! `asl history`: what happened, and why it failed.

mod compare;
mod follow;
mod load;
mod mocks;
mod page;
mod views;

use super::Exit;
use super::args::HistoryArgs;
use super::document::{Document, need_log, need_source};
use super::output::{Failure, Terminal};
use crate::history::{LogHeader, Recording, read_history};
use crate::report::histories::About;
use crate::report::style::printable;
use crate::syntax::Source;

pub(super) fn run(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if args.views.follow {
        return follow::run(args, terminal);
    }
    if let Some(other) = &args.views.other {
        return compare::run(args, other, terminal);
    }
    if args.mocks {
        return mocked(args, terminal);
    }
    if page::is_wanted(&args.views)? {
        return page::run(args, terminal);
    }
    views::run(args, terminal)
}

/// A mocks file is made of all events at once.
fn mocked(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let source = need_log(&args.log, terminal)?;
    let recording = read_history(&source.text)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", printable(&source.name))))?;
    note_torn_line(&printable(&source.name), &recording, terminal);
    let document = definition(args, recording.header.as_ref(), terminal)?;
    let machine = document.as_ref().map(|document| &document.machine);
    mocks::print_mocks(&source, &recording, machine, terminal)
}

/// Says so when the last line of a log is torn and was left out.
pub(super) fn note_torn_line(file: &str, recording: &Recording, terminal: &Terminal) {
    if let Some(line) = recording.torn_line.filter(|_| !terminal.quiet) {
        terminal.say(&format!(
            "note: {file} breaks off in line {line}; that line is left out"
        ));
    }
}

/// The definition that was named, else the one in the log.
fn definition(
    args: &HistoryArgs,
    header: Option<&LogHeader>,
    terminal: &Terminal,
) -> Result<Option<Document>, Failure> {
    if let Some(path) = &args.definition {
        return Ok(Some(Document::of(need_source(path, terminal)?)));
    }
    let Some(header) = header else {
        return Ok(None);
    };
    let name = header.definition_path.as_deref().unwrap_or("definition");
    Ok(Some(Document::of(Source::new(
        name,
        header.definition.clone(),
    ))))
}
