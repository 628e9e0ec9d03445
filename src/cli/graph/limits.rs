//! A note about a Mermaid picture that GitHub would not draw.

use super::links::{self, Sources};
use super::options;
use crate::cli::args::GraphArgs;
use crate::cli::output::Terminal;
use crate::report::graphs::mermaid::{self, MOST_CHARACTERS, MOST_EDGES, Size};
use crate::report::graphs::svg::Link;
use crate::report::graphs::{Options, Picture};

/// Says that a picture is too large, and how it would not be.
pub(super) fn note(
    args: &GraphArgs,
    picture: &Picture<'_, '_>,
    sources: &Sources<'_>,
    text: &str,
    terminal: &Terminal,
) {
    let size = Size::of(text);
    if size.fits() || terminal.quiet {
        return;
    }
    let advice = match links::with(picture, sources, |link| fitting_depth(args, picture, link)) {
        Some(depth) => format!("--depth {depth} fits"),
        None => "no --depth fits, --format svg has no limit".to_owned(),
    };
    terminal.say(&format!(
        "note: GitHub draws no Mermaid picture of more than {MOST_EDGES} edges or {MOST_CHARACTERS} \
         characters; this one has {} and {}: {advice}",
        size.edges, size.characters
    ));
}

/// The most levels that fit.
fn fitting_depth(
    args: &GraphArgs,
    picture: &Picture<'_, '_>,
    link: Option<Link<'_>>,
) -> Option<usize> {
    let deepest = picture
        .graph
        .scopes()
        .map(crate::graph::Scope::depth)
        .max()?;
    let most = args.depth.map_or(deepest, |depth| depth.min(deepest));
    (0..most).rev().find(|depth| {
        let options = Options {
            depth: Some(*depth),
            ..options(args)
        };
        let mut drawn = String::new();
        let picture = Picture {
            options: &options,
            ..*picture
        };
        mermaid::render_linked(&picture, link, &mut drawn).expect("a string takes all");
        Size::of(&drawn).fits()
    })
}
