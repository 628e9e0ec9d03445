//! `asl history`: what happened, and why it failed.

mod mocks;
mod page;

use std::path::Path;

use super::Exit;
use super::args::HistoryArgs;
use super::document::{Document, need_log, need_source};
use super::output::{Failure, Terminal};
use crate::history::outline::Outline;
use crate::history::{LogHeader, Recording, read_history};
use crate::report::histories::{self, About, Definition, failure};
use crate::report::style::printable;
use crate::syntax::Source;

pub(super) fn run(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let source = need_log(&args.log, terminal)?;
    let recording = read_history(&source.text)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", printable(&source.name))))?;
    note_torn_line(&printable(&source.name), &recording, terminal);
    let document = definition(args, recording.header.as_ref(), terminal)?;
    if args.mocks {
        let machine = document.as_ref().map(|document| &document.machine);
        return mocks::print_mocks(&source, &recording, machine, terminal);
    }
    if page::is_wanted(&args.page)? {
        return page::write(args, &source, &recording, document.as_ref(), terminal);
    }
    let outline = folded(&recording);
    let definition = document
        .as_ref()
        .map(|d| Definition::new(&d.machine, &d.source));
    let text = render(
        args,
        terminal,
        &source,
        &recording,
        &outline,
        definition.as_ref(),
    );
    page::put(&text, args)?;
    Ok(Exit::Success)
}

/// Says so when the last line of a log is torn and was left out.
pub(super) fn note_torn_line(file: &str, recording: &Recording, terminal: &Terminal) {
    if let Some(line) = recording.torn_line.filter(|_| !terminal.quiet) {
        terminal.say(&format!(
            "note: {file} breaks off in line {line}; that line is left out"
        ));
    }
}

fn folded(recording: &Recording) -> Outline {
    let mut outline = Outline::new();
    for event in &recording.events {
        outline.push(event);
    }
    outline
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

fn render(
    args: &HistoryArgs,
    terminal: &Terminal,
    source: &Source,
    recording: &Recording,
    outline: &Outline,
    definition: Option<&Definition<'_>>,
) -> String {
    let file = Path::new(&*source.name)
        .file_name()
        .and_then(|name| name.to_str());
    let header = recording.header.as_ref();
    let machine = header.and_then(|h| h.state_machine_arn.rsplit(':').next());
    let condition = |state: &str, next: &str| definition?.condition(state, next);
    let catcher = |state: &str, next: &str| definition?.catcher(state, next);
    let about = About {
        file: file.unwrap_or(&source.name),
        machine,
        arn: header.map(|h| h.execution_arn.as_str()),
        condition: Some(&condition),
        catcher: Some(&catcher),
        hints: &[],
    };
    let mut text = String::new();
    let style = terminal.stdout_style();
    let written = if args.failed {
        failure::render(outline, &about, &style, &mut text)
    } else {
        histories::render(outline, &about, &style, &mut text)
    };
    written.expect("a string takes all");
    text
}
