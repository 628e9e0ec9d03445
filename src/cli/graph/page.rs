//! `asl graph --format html`: the picture as a page, with the execution that is painted on it.

use std::fmt;

use super::links::{Sources, title};
use crate::report::graphs::Picture;
use crate::report::graphs::svg::Link;
use crate::report::histories::Definition;
use crate::report::page::{self, Drawn, History, Page};

/// Writes the page.
pub(super) fn render(
    picture: &Picture<'_, '_>,
    sources: &Sources<'_>,
    link: Option<Link<'_>>,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let document = sources.document;
    let definition = Definition::new(&document.machine, &document.source);
    let catcher = |state: &str, next: &str| definition.catcher(state, next);
    let page = Page {
        title: &title(sources),
        drawn: Some(Drawn {
            picture: *picture,
            tree: &document.tree,
            older: sources.older.map(|older| &older.tree),
            link,
        }),
        history: sources.recording.map(|recording| History {
            recording,
            catcher: Some(&catcher),
        }),
        theme: picture.options.theme,
    };
    page::render(&page, out)
}
