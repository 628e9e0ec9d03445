//! `asl graph`: a definition as a picture.

mod inject;
mod markdown;
mod overlay;
mod page;
mod text;

use std::fmt;
use std::path::Path;

use super::Exit;
use super::args::{DirectionChoice, GraphArgs, GraphFormat, LabelsChoice, ThemeChoice};
use super::document::same_file;
use super::output::{Failure, Terminal, print};
use crate::graph::Graph;
use crate::report::graphs::text::Looks;
use crate::report::graphs::{Direction, Labels, Options, Picture, Theme, dot, json, mermaid, svg};

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
}

/// The picture of a definition and of what happened, with these options.
fn picture(
    args: &GraphArgs,
    format: GraphFormat,
    looks: &Looks,
    terminal: &Terminal,
) -> Result<Drawn, Failure> {
    let given = overlay::open(args, terminal)?;
    let document = &given.document;
    let graph = Graph::new(&document.machine);
    let overlay = overlay::paint(args, &given, &graph, terminal)?;
    let options = options(args);
    let picture = Picture {
        overlay: overlay.as_ref(),
        ..Picture::new(&graph, &options)
    };
    let is_broken = !document.syntax.is_empty();
    if is_broken && !terminal.quiet {
        document.show(terminal, document.syntax.clone());
    }
    Ok(Drawn {
        text: match format {
            GraphFormat::Html => page::page(args, &given, picture)?,
            GraphFormat::Dot => drawn(|out| dot::render(&picture, out)),
            GraphFormat::Json => drawn(|out| {
                let places = json::Places {
                    tree: &document.tree,
                    line: &document.lines(),
                };
                json::render(&picture, &places, out)
            }),
            GraphFormat::Mermaid => drawn(|out| mermaid::render(&picture, out)),
            GraphFormat::Svg => drawn(|out| svg::render(&picture, &svg::Extras::default(), out)),
            GraphFormat::Text => {
                drawn(|out| crate::report::graphs::text::render(&picture, looks, out))
            }
        },
        is_broken,
    })
}

/// What is written into a string.
fn drawn(write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) -> String {
    let mut text = String::new();
    write(&mut text).expect("a string takes all");
    text
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
