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

pub(super) fn print_mocks(
    name: &str,
    arn: Option<&str>,
    recording: &Recording,
    machine: Option<&StateMachine>,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let book = Book::default();
    let mut tap = book.tap(&names(arn, recording));
    for event in &recording.events {
        tap.event(event);
    }
    let file = Path::new(name).file_name();
    let file = file.map_or_else(|| name.into(), |name| name.to_string_lossy());
    let about = format!("What the Tasks answered in {file}.");
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

/// How the execution is called, by its log's header or by CloudWatch Logs.
fn names<'r>(arn: Option<&'r str>, recording: &'r Recording) -> Vec<&'r str> {
    match (&recording.header, arn) {
        (Some(header), _) => vec![&header.execution_arn, &header.name],
        // `arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME`, of EXPRESS with one part more.
        (None, Some(arn)) => [Some(arn), arn.split(':').nth(7)]
            .into_iter()
            .flatten()
            .collect(),
        (None, None) => Vec::new(),
    }
}

fn has_map_run(recording: &Recording) -> bool {
    let mut events = recording.events.iter();
    events.any(|event| event.kind == HistoryEventType::MapRunStarted)
}
