//! `asl history --mocks`: what the Tasks of a recorded execution answered, as a mocks file.

use std::path::Path;

use crate::cli::Exit;
use crate::cli::output::{Failure, Terminal, print};
use crate::data::Json;
use crate::engine::EventSink;
use crate::history::{HistoryEventType, Recording};
use crate::language::StateMachine;
use crate::report::style::printable;
use crate::runtime::handlers::mocks::record::Book;
use crate::syntax::Source;

pub(super) fn print_mocks(
    source: &Source,
    recording: &Recording,
    machine: Option<&StateMachine>,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let header = recording.header.as_ref();
    let names = header.map(|header| [&*header.execution_arn, &*header.name]);
    let book = Book::default();
    let mut tap = book.tap(names.as_ref().map_or(&[], |names| names));
    for event in &recording.events {
        tap.event(event);
    }
    let file = Path::new(&*source.name).file_name();
    let file = file.map_or_else(
        || source.name.as_ref().into(),
        |name| name.to_string_lossy(),
    );
    let about = format!("What the Tasks answered in {}.", printable(&file));
    let written = book.written(&about, machine, &Json::clone);
    print(&written.text)?;
    if !terminal.quiet {
        for note in &written.notes {
            terminal.say(&format!("note: {}", printable(note)));
        }
        if has_map_run(recording) {
            terminal.say(
                "note: what Tasks inside a distributed Map answered is in the histories of its \
                 children, not in this one",
            );
        }
    }
    Ok(Exit::Success)
}

fn has_map_run(recording: &Recording) -> bool {
    let mut events = recording.events.iter();
    events.any(|event| event.kind == HistoryEventType::MapRunStarted)
}
