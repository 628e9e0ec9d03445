//! `asl graph`: a definition as a picture.

mod compare;
mod inject;
mod limits;
mod links;
mod markdown;
mod overlay;
mod page;
mod text;

use std::path::Path;

use self::links::Sources;
use super::Exit;
use super::args::{DirectionChoice, GraphArgs, GraphFormat, LabelsChoice, ThemeChoice};
use super::document::{Document, same_file};
use super::output::{Failure, Terminal, print};
use crate::graph::Graph;
use crate::report::graphs::text::Looks;
use crate::report::graphs::{Direction, Labels, Options, Picture, Theme, dot, json, mermaid};

pub(super) fn run(args: &GraphArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if let Some(task) = inject::Task::of(args) {
        return task.run(args, terminal);
    }
    let definition = need_definition(args)?;
    if let Some(path) = &args.output
        && same_file(path, definition)
    {
        let path = path.display();
        let told = format!("the picture would overwrite {path}: name another file");
        return Err(Failure::usage(told));
    }
    overlay::spare(args)?;
    let format = format(args)?.unwrap_or(text::default_format(terminal));
    let drawn = picture(args, format, &text::looks(args, terminal), terminal)?;
    match &args.output {
        None => print(&drawn.text)?,
        Some(path) => std::fs::write(path, drawn.text).map_err(|error| {
            Failure::usage(format_args!("cannot write {}: {error}", path.display()))
        })?,
    }
    if let Some(said) = drawn.said.filter(|_| !terminal.quiet) {
        terminal.say(&said);
    }
    // The picture shows what could be read; that something could not is still a finding.
    Ok(if drawn.is_broken {
        Exit::Findings
    } else {
        Exit::Success
    })
}

fn need_definition(args: &GraphArgs) -> Result<&Path, Failure> {
    let definition = args.definition.as_deref();
    definition.ok_or_else(|| Failure::usage("name the definition to draw"))
}

/// A picture.
struct Drawn {
    text: String,
    /// The text of the definition is: how, was told.
    is_broken: bool,
    /// What is to be told besides.
    said: Option<String>,
}

/// The picture of a definition and of what happened, with these options.
fn picture(
    args: &GraphArgs,
    format: GraphFormat,
    looks: &Looks,
    terminal: &Terminal,
) -> Result<Drawn, Failure> {
    links::check(args.compare.links.as_deref(), format)?;
    if let Some(newer) = &args.compare.newer {
        return compare::picture(args, newer, format, looks, terminal);
    }
    let given = overlay::open_at(args, need_definition(args)?, terminal)?;
    let document = &given.document;
    let graph = Graph::new(&document.machine);
    let overlay = overlay::paint(args, &given, &graph, terminal)?;
    let options = options(args);
    let picture = Picture {
        overlay: overlay.as_ref(),
        ..Picture::new(&graph, &options)
    };
    let is_broken = show_broken(document, terminal);
    let recording = match format {
        GraphFormat::Html => overlay::recording(args, &given)?,
        _ => None,
    };
    let sources = Sources {
        document,
        older: None,
        recording: recording.as_ref(),
        links: args.compare.links.as_deref(),
    };
    let text = draw(format, &picture, &sources, looks);
    if format == GraphFormat::Mermaid {
        limits::note(args, &picture, &sources, &text, terminal);
    }
    Ok(Drawn {
        text,
        is_broken,
        said: None,
    })
}

/// Whether the text of a definition is broken, and how.
fn show_broken(document: &Document, terminal: &Terminal) -> bool {
    let is_broken = !document.syntax.is_empty();
    if is_broken && !terminal.quiet {
        document.show(terminal, document.syntax.clone());
    }
    is_broken
}

/// A picture as text.
fn draw(
    format: GraphFormat,
    picture: &Picture<'_, '_>,
    sources: &Sources<'_>,
    looks: &Looks,
) -> String {
    let document = sources.document;
    let mut drawn = String::new();
    links::with(picture, sources, |link| match format {
        GraphFormat::Dot => dot::render_linked(picture, link, &mut drawn),
        GraphFormat::Html => page::render(picture, sources, link, &mut drawn),
        GraphFormat::Json => {
            let older = sources.older.unwrap_or(document);
            let (newer_line, older_line) = (document.lines(), older.lines());
            let newer = json::Places {
                tree: &document.tree,
                line: &newer_line,
            };
            let older = json::Places {
                tree: &older.tree,
                line: &older_line,
            };
            json::render_both(picture, &newer, &older, &mut drawn)
        }
        GraphFormat::Mermaid => mermaid::render_linked(picture, link, &mut drawn),
        GraphFormat::Svg => links::svg(picture, sources, link, &mut drawn),
        GraphFormat::Text => crate::report::graphs::text::render(picture, looks, &mut drawn),
    })
    .expect("a string takes all");
    drawn
}

/// The format that is asked for, or that the output's ending says.
fn format(args: &GraphArgs) -> Result<Option<GraphFormat>, Failure> {
    let (None, Some(output)) = (args.format, &args.output) else {
        return Ok(args.format);
    };
    match output
        .extension()
        .and_then(|ending| Path::new(ending).to_str())
    {
        Some("dot" | "gv") => Ok(Some(GraphFormat::Dot)),
        Some("html" | "htm") => Ok(Some(GraphFormat::Html)),
        Some("json") => Ok(Some(GraphFormat::Json)),
        Some("mmd" | "mermaid") => Ok(Some(GraphFormat::Mermaid)),
        Some("svg") => Ok(Some(GraphFormat::Svg)),
        Some("txt") => Ok(Some(GraphFormat::Text)),
        _ => Err(Failure::usage(format_args!(
            "cannot tell the format from {}: say --format dot, html, mermaid, svg or another",
            output.display()
        ))),
    }
}

fn options(args: &GraphArgs) -> Options {
    Options {
        theme: match args.theme {
            ThemeChoice::Auto => Theme::Auto,
            ThemeChoice::Light => Theme::Light,
            ThemeChoice::Dark => Theme::Dark,
        },
        direction: match args.direction {
            DirectionChoice::TopToBottom => Direction::TopToBottom,
            DirectionChoice::LeftToRight => Direction::LeftToRight,
        },
        labels: match args.labels {
            LabelsChoice::Auto => Labels::Auto,
            LabelsChoice::Condition => Labels::Condition,
            LabelsChoice::Comment => Labels::Comment,
            LabelsChoice::None => Labels::None,
        },
        palette: overlay::colors(args),
        depth: args.depth,
    }
}
