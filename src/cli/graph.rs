//! `asl graph`: a definition as a picture.

mod overlay;
mod page;

use std::path::Path;

use super::Exit;
use super::args::{DirectionChoice, GraphArgs, GraphFormat, LabelsChoice, ThemeChoice};
use super::document::same_file;
use super::output::{Failure, Terminal, print};
use crate::graph::Graph;
use crate::report::graphs::{Direction, Labels, Options, Picture, Theme, dot, mermaid, svg};

pub(super) fn run(args: &GraphArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if let Some(path) = &args.output
        && same_file(path, &args.definition)
    {
        let path = path.display();
        let told = format!("the picture would overwrite {path}: name another file");
        return Err(Failure::usage(told));
    }
    overlay::spare(args)?;
    let format = format(args)?;
    let given = overlay::open(args, terminal)?;
    let document = &given.document;
    let graph = Graph::new(&document.machine);
    let overlay = overlay::paint(args, &given, &graph, terminal)?;
    let options = options(args);
    let drawn = Picture {
        overlay: overlay.as_ref(),
        ..Picture::new(&graph, &options)
    };
    let mut picture = String::new();
    match format {
        GraphFormat::Dot => dot::render(&drawn, &mut picture),
        GraphFormat::Html => page::render(args, &given, drawn, terminal, &mut picture)?,
        GraphFormat::Mermaid => mermaid::render(&drawn, &mut picture),
        GraphFormat::Svg => svg::render(&drawn, &svg::Extras::default(), &mut picture),
    }
    .expect("a string takes all");
    let broken = !document.syntax.is_empty();
    if broken && !terminal.quiet {
        document.show(terminal, document.syntax.clone());
    }
    match &args.output {
        None => print(&picture)?,
        Some(path) => std::fs::write(path, picture).map_err(|error| {
            Failure::usage(format_args!("cannot write {}: {error}", path.display()))
        })?,
    }
    // The picture shows what could be read; that something could not is still a finding.
    Ok(if broken {
        Exit::Findings
    } else {
        Exit::Success
    })
}

fn format(args: &GraphArgs) -> Result<GraphFormat, Failure> {
    if let Some(format) = args.format {
        return Ok(format);
    }
    let Some(output) = &args.output else {
        return Ok(GraphFormat::Dot);
    };
    match output
        .extension()
        .and_then(|ending| Path::new(ending).to_str())
    {
        Some("dot" | "gv") => Ok(GraphFormat::Dot),
        Some("html" | "htm") => Ok(GraphFormat::Html),
        Some("mmd" | "mermaid") => Ok(GraphFormat::Mermaid),
        Some("svg") => Ok(GraphFormat::Svg),
        _ => Err(Failure::usage(format_args!(
            "cannot tell the format from {}: say --format dot, html, mermaid or svg",
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
