//! `asl graph --format html`: the picture as a page, with the execution that is painted on it.

use std::fmt;

use super::overlay::{self, Given};
use crate::cli::args::GraphArgs;
use crate::cli::output::{Failure, Terminal};
use crate::report::graphs::Picture;
use crate::report::histories::Definition;
use crate::report::page::{self, Drawn, History, Page};

/// Writes the page, once the execution was read.
pub(super) fn render(
    args: &GraphArgs,
    given: &Given,
    picture: Picture<'_, '_>,
    terminal: &Terminal,
    out: &mut dyn fmt::Write,
) -> Result<fmt::Result, Failure> {
    let document = &given.document;
    let recording = overlay::recording(args, given, terminal)?;
    let definition = Definition::new(&document.machine, &document.source);
    let catcher = |state: &str, next: &str| definition.catcher(state, next);
    let page = Page {
        title: &title(args, given),
        drawn: Some(Drawn {
            picture,
            tree: &document.tree,
        }),
        history: recording.as_ref().map(|recording| History {
            recording,
            catcher: Some(&catcher),
        }),
        theme: picture.options.theme,
    };
    Ok(page::render(&page, out))
}

/// What the template calls the machine, else the file without its endings.
fn title(args: &GraphArgs, given: &Given) -> String {
    if let Some(name) = &given.document.name {
        return name.to_string();
    }
    let name = overlay::definition_name(args, given);
    let endings = [".json", ".yaml", ".yml", ".asl"];
    let mut title = name.as_str();
    for ending in endings {
        title = title.strip_suffix(ending).unwrap_or(title);
    }
    title.to_owned()
}
