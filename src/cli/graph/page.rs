//! `asl graph --format html`: the picture as a page, with the execution that is painted on it.

use super::overlay::{self, Given};
use super::{drawn, need_definition};
use crate::cli::args::GraphArgs;
use crate::cli::output::Failure;
use crate::report::graphs::Picture;
use crate::report::histories::Definition;
use crate::report::page::{self, Drawn, History, Page};

/// The page, once the execution was read.
pub(super) fn page(
    args: &GraphArgs,
    given: &Given,
    picture: Picture<'_, '_>,
) -> Result<String, Failure> {
    let document = &given.document;
    let recording = overlay::recording(args, given)?;
    let definition = Definition::new(&document.machine, &document.source);
    let catcher = |state: &str, next: &str| definition.catcher(state, next);
    let page = Page {
        title: &title(args, given)?,
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
    Ok(drawn(|out| page::render(&page, out)))
}

/// What the template calls the machine, else the file without its endings.
fn title(args: &GraphArgs, given: &Given) -> Result<String, Failure> {
    if let Some(name) = &given.document.name {
        return Ok(name.to_string());
    }
    let name = overlay::definition_name(need_definition(args)?, given);
    let endings = [".json", ".yaml", ".yml", ".asl"];
    let mut title = name.as_str();
    for ending in endings {
        title = title.strip_suffix(ending).unwrap_or(title);
    }
    Ok(title.to_owned())
}
