//! `asl history --format html`: an execution as a page, with the picture of its definition.

use std::path::Path;

use crate::cli::Exit;
use crate::cli::args::{HistoryArgs, HistoryFormat, PageArgs};
use crate::cli::document::{Document, same_file};
use crate::cli::output::{Failure, Terminal, print};
use crate::graph::Graph;
use crate::history::Recording;
use crate::report::graphs::overlay::{Tracer, execution};
use crate::report::graphs::{Options, Picture, Theme};
use crate::report::histories::Definition;
use crate::report::page::{self, Drawn, History, Page};
use crate::report::style::printable;
use crate::syntax::Source;

/// Whether a page is asked for: by name, or by the ending of the file.
pub(super) fn is_wanted(args: &PageArgs) -> Result<bool, Failure> {
    if let Some(format) = args.format {
        return Ok(format == HistoryFormat::Html);
    }
    let Some(output) = &args.output else {
        return Ok(false);
    };
    match output.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "htm") => Ok(true),
        Some("txt") => Ok(false),
        _ => Err(Failure::usage(format_args!(
            "cannot tell the format from {}: say --format html or text",
            output.display()
        ))),
    }
}

/// Writes the page of an execution.
pub(super) fn write(
    args: &HistoryArgs,
    source: &Source,
    recording: &Recording,
    document: Option<&Document>,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    if recording.events.is_empty() {
        let file = printable(&source.name);
        return Err(Failure::usage(format_args!(
            "{file}: there is no event in it"
        )));
    }
    let graph = document.map(|document| Graph::new(&document.machine));
    let traced = graph.as_ref().map(|graph| {
        let mut tracer = Tracer::new(graph);
        recording
            .events
            .iter()
            .for_each(|event| tracer.event(event));
        let trace = tracer.finish();
        (execution(graph, &trace), trace)
    });
    if let Some((_, trace)) = &traced {
        suits(
            trace.is_foreign(),
            trace.strangers().len(),
            source,
            terminal,
        )?;
    }
    let options = Options::default();
    let drawn = match (&graph, &traced, document) {
        (Some(graph), Some((overlay, _)), Some(document)) => Some(Drawn {
            picture: Picture {
                overlay: Some(overlay),
                ..Picture::new(graph, &options)
            },
            tree: &document.tree,
        }),
        _ => None,
    };
    let definition = document.map(|document| Definition::new(&document.machine, &document.source));
    let catcher = |state: &str, next: &str| definition.as_ref()?.catcher(state, next);
    let page = Page {
        title: &title(source, recording),
        drawn,
        history: Some(History {
            recording,
            catcher: Some(&catcher),
        }),
        theme: Theme::Auto,
    };
    let mut text = String::new();
    page::render(&page, &mut text).expect("a string takes all");
    put(&text, args)?;
    Ok(Exit::Success)
}

/// The machine's name, as far as the log says it, else the file's.
fn title(source: &Source, recording: &Recording) -> String {
    let header = recording.header.as_ref();
    let machine = header.and_then(|header| header.state_machine_arn.rsplit(':').next());
    let file = Path::new(&*source.name).file_name();
    let file = || file.map_or_else(|| "history".into(), |name| name.to_string_lossy());
    machine.map_or_else(|| file().into_owned(), str::to_owned)
}

/// A definition that has none of the states is another one's.
fn suits(
    is_foreign: bool,
    strangers: usize,
    source: &Source,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let file = printable(&source.name);
    if is_foreign {
        return Err(Failure::usage(format_args!(
            "{file} is of another machine: the definition has none of its states"
        )));
    }
    if strangers > 0 && !terminal.quiet {
        terminal.say(&format!(
            "note: {file} names {strangers} states that the definition does not have"
        ));
    }
    Ok(())
}

/// Writes a history to where it belongs.
pub(super) fn put(text: &str, args: &HistoryArgs) -> Result<(), Failure> {
    let Some(path) = &args.page.output else {
        return print(text);
    };
    let read = args.definition.iter().chain([&args.log]);
    if { read }.any(|read| same_file(read, path)) {
        return Err(Failure::usage(format_args!(
            "the page would overwrite {}: name another file",
            path.display()
        )));
    }
    std::fs::write(path, text)
        .map_err(|error| Failure::usage(format_args!("cannot write {}: {error}", path.display())))
}
