//! `asl history --format html`: an execution as a page, with the picture of its definition.

use std::path::Path;

use super::{definition, open};
use crate::cli::Exit;
use crate::cli::args::{HistoryArgs, HistoryFormat, ViewArgs};
use crate::cli::document::same_file;
use crate::cli::log::note_ending;
use crate::cli::output::{Failure, Terminal, print};
use crate::cli::strangers::Yardstick;
use crate::graph::Graph;
use crate::history::Recording;
use crate::report::graphs::overlay::{Tracer, execution};
use crate::report::graphs::{Options, Picture, Theme};
use crate::report::histories::Definition;
use crate::report::page::{self, Drawn, History, Page};

/// Whether a page is asked for: by name, or by the ending of the file.
pub(super) fn is_wanted(args: &ViewArgs) -> Result<bool, Failure> {
    let Some(output) = &args.output else {
        return Ok(args.format == Some(HistoryFormat::Html));
    };
    let ending = output.extension().and_then(|ending| ending.to_str());
    match (args.format, ending) {
        (Some(HistoryFormat::Html), _) | (None, Some("html" | "htm")) => Ok(true),
        _ => Err(Failure::usage(format_args!(
            "only pages are written to files: name one that ends in .html, or redirect stdout to {}",
            output.display()
        ))),
    }
}

/// Writes the page of an execution.
pub(super) fn run(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let log = open(args)?;
    let name = log.name.clone();
    let (recording, ending) = log.recording(args.views.execution.as_deref())?;
    note_ending(&name, &ending, terminal);
    let document = definition(args, recording.header.as_ref(), terminal)?;
    let document = document.as_ref();
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
    if let (Some((_, trace)), Some(document)) = (&traced, document) {
        Yardstick::new(document, terminal).suits(&name, trace)?;
    }
    let options = Options::default();
    let drawn = match (&graph, &traced, document) {
        (Some(graph), Some((overlay, _)), Some(document)) => Some(Drawn {
            picture: Picture {
                overlay: Some(overlay),
                ..Picture::new(graph, &options)
            },
            tree: &document.tree,
            older: None,
            link: None,
        }),
        _ => None,
    };
    let definition = document.map(|document| Definition::new(&document.machine, &document.source));
    let catcher = |state: &str, next: &str| definition.as_ref()?.catcher(state, next);
    let page = Page {
        title: &title(&name, &recording),
        drawn,
        history: Some(History {
            recording: &recording,
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
fn title(name: &str, recording: &Recording) -> String {
    let header = recording.header.as_ref();
    let machine = header.and_then(|header| header.state_machine_arn.rsplit(':').next());
    let file = Path::new(name).file_name();
    let file = || file.map_or_else(|| "history".into(), |name| name.to_string_lossy());
    machine.map_or_else(|| file().into_owned(), str::to_owned)
}

/// Writes a history to where it belongs.
fn put(text: &str, args: &HistoryArgs) -> Result<(), Failure> {
    let Some(path) = &args.views.output else {
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
