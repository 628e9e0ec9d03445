//! What a picture is of, and the addresses its states lead to.

use std::collections::HashSet;
use std::fmt::Write;
use std::path::Path;

use crate::cli::args::GraphFormat;
use crate::cli::document::Document;
use crate::cli::output::Failure;
use crate::cli::paths::{absolute, relative};
use crate::graph::Scope;
use crate::history::Recording;
use crate::language::State;
use crate::report::graphs::Picture;
use crate::report::graphs::svg::{self, Link};

/// What a picture is drawn from.
pub(super) struct Sources<'a> {
    pub(super) document: &'a Document,
    /// What it is compared with.
    pub(super) older: Option<&'a Document>,
    /// The one execution that is painted, for a page that tells it.
    pub(super) recording: Option<&'a Recording>,
    /// The address of a state, with `{file}` and `{line}` in it.
    pub(super) links: Option<&'a str>,
}

/// Refuses an address that leads to the same place from everywhere, and a format without links.
pub(super) fn check(links: Option<&str>, format: GraphFormat) -> Result<(), Failure> {
    let has_links = match format {
        GraphFormat::Dot | GraphFormat::Html | GraphFormat::Mermaid | GraphFormat::Svg => true,
        GraphFormat::Json | GraphFormat::Text => false,
    };
    match links {
        Some(_) if !has_links => Err(Failure::usage(
            "--links is for --format dot, html, mermaid and svg",
        )),
        Some(links) if !links.contains("{line}") && !links.contains("{file}") => {
            Err(Failure::usage(format_args!(
                "--links {links:?} leads nowhere: write {{file}} and {{line}} where they belong"
            )))
        }
        Some(_) | None => Ok(()),
    }
}

/// Draws with the addresses that states lead to, if they lead anywhere.
pub(super) fn with<T>(
    picture: &Picture<'_, '_>,
    sources: &Sources<'_>,
    draw: impl FnOnce(Option<Link<'_>>) -> T,
) -> T {
    let Some(links) = sources.links else {
        return draw(None);
    };
    let older: HashSet<*const State> = older_states(picture);
    let now = addresses(links, sources.document);
    let before = sources.older.map(|document| addresses(links, document));
    draw(Some(&|state| match &before {
        Some(before) if older.contains(&std::ptr::from_ref(state)) => Some(before(state)),
        Some(_) | None => Some(now(state)),
    }))
}

/// Draws an SVG picture with its title and its links.
pub(super) fn svg(
    picture: &Picture<'_, '_>,
    sources: &Sources<'_>,
    link: Option<Link<'_>>,
    drawn: &mut String,
) -> std::fmt::Result {
    let extras = svg::Extras {
        title: &title(sources),
        link,
    };
    svg::render(picture, &extras, drawn)
}

/// The states that only the older definition has: their lines are in its file.
fn older_states(picture: &Picture<'_, '_>) -> HashSet<*const State> {
    let states = picture.graph.scopes().flat_map(Scope::states);
    states
        .filter(|(vertex, _)| picture.graph.is_older(*vertex))
        .map(|(_, state)| std::ptr::from_ref(state))
        .collect()
}

fn addresses(links: &str, document: &Document) -> impl Fn(&State) -> String {
    let here = absolute(Path::new("."));
    let file = encoded(&relative(&absolute(Path::new(document.file_name())), &here));
    let line = document.lines();
    move |state| {
        let line = line(state.name_span).to_string();
        links.replace("{line}", &line).replace("{file}", &file)
    }
}

/// A path as it stands in an address (RFC 3986: what is not unreserved, `/` aside, is escaped).
fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => write!(encoded, "%{byte:02X}").expect("a string takes all"),
        }
    }
    encoded
}

/// The file, the machine in it and what it says of itself: `order.asl.json · An order`.
pub(super) fn title(sources: &Sources<'_>) -> String {
    let document = sources.document;
    let mut title = base_name(document);
    if let Some(older) = sources.older {
        title = format!("{title} after {}", base_name(older));
    }
    let comment = document.machine.comment.as_ref();
    let more = [
        document.name.as_deref(),
        comment.map(|field| field.value.trim()),
    ];
    for part in more.into_iter().flatten().filter(|part| !part.is_empty()) {
        title.push_str(" · ");
        title.push_str(part);
    }
    title
}

fn base_name(document: &Document) -> String {
    let path = Path::new(document.file_name());
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped_in_addresses() {
        assert_eq!(
            encoded("my machines/ä#1?.json"),
            "my%20machines/%C3%A4%231%3F.json"
        );
        assert_eq!(encoded("a-b_c.d~/e"), "a-b_c.d~/e");
    }
}
