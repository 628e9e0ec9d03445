//! `asl graph OLD NEW`: what a change of a definition did.

use std::path::Path;

use super::links::Sources;
use super::{Drawn, draw, limits, need_definition, options, overlay, show_broken};
use crate::cli::args::{GraphArgs, GraphFormat};
use crate::cli::document::{Document, STDIN, same_file};
use crate::cli::output::{Failure, Terminal};
use crate::report::graphs::Picture;
use crate::report::graphs::difference::{Change, Difference, Version, difference, summary};
use crate::report::graphs::text::Looks;
use crate::report::style::Style;

/// The picture of the newer definition, with what the older one had besides.
pub(super) fn picture(
    args: &GraphArgs,
    newer: &Path,
    format: GraphFormat,
    looks: &Looks,
    terminal: &Terminal,
) -> Result<Drawn, Failure> {
    let older = need_definition(args)?;
    let is_stdin = |path: &Path| path.as_os_str() == STDIN;
    if is_stdin(older) && is_stdin(newer) {
        let told = "stdin can be read once: name a file for one of the definitions";
        return Err(Failure::usage(told));
    }
    spare(args, newer)?;
    let [older, newer] = [older, newer].map(|path| overlay::open_at(args, path, terminal));
    let (older, newer) = (older?.document, newer?.document);
    let found = difference(version(&older), version(&newer));
    let options = options(args);
    let picture = Picture {
        overlay: Some(&found.overlay),
        ..Picture::new(&found.graph, &options)
    };
    let is_broken = [&older, &newer].map(|document| show_broken(document, terminal));
    let sources = Sources {
        document: &newer,
        older: Some(&older),
        recording: None,
        links: args.compare.links.as_deref(),
    };
    let mut text = draw(format, &picture, &sources, looks);
    let told = |style: &Style| told(&found, &older, &newer, style);
    if format == GraphFormat::Mermaid {
        limits::note(args, &picture, &sources, &text, terminal);
    }
    let mut said = None;
    if format == GraphFormat::Text {
        text.push('\n');
        text.push_str(&told(&looks.style));
    } else {
        said = Some(told(&terminal.stderr_style()));
    }
    Ok(Drawn {
        text,
        is_broken: is_broken.contains(&true),
        said,
    })
}

/// Keeps what is drawn from being written over.
fn spare(args: &GraphArgs, newer: &Path) -> Result<(), Failure> {
    match &args.output {
        Some(output) if same_file(output, newer) => Err(Failure::usage(format_args!(
            "the picture would overwrite {}: name another file",
            output.display()
        ))),
        Some(_) | None => Ok(()),
    }
}

fn version(document: &Document) -> Version<'_> {
    Version {
        machine: &document.machine,
        tree: &document.tree,
    }
}

/// The changes in words, each with its file and line.
fn told(found: &Difference<'_>, older: &Document, newer: &Document, style: &Style) -> String {
    let lines = (older.lines(), newer.lines());
    let place = |change: &Change| {
        if change.is_older {
            format!("{}:{}", older.file_name(), (lines.0)(change.span))
        } else {
            format!("{}:{}", newer.file_name(), (lines.1)(change.span))
        }
    };
    let mut told = String::new();
    summary(&found.changes, &place, style, &mut told).expect("a string takes all");
    told
}
