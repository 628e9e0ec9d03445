//! One HTML file that holds everything: the picture, and what happened in an execution, to look at
//! without a network.
//!
//! The texts of users are data, never markup: they stand in `<script type="application/json">`,
//! where nothing can end the element, and the script makes text nodes of them. A policy in the file
//! allows that one script and forbids to load anything.

mod data;
mod events;
mod failure;
#[cfg(test)]
mod tests;
mod visits;

use std::fmt::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::graphs::svg::{self, Extras, Link};
use super::graphs::{Options, Picture, Theme};
use super::histories::Lookup;
use crate::history::Recording;
use crate::syntax::Tree;

const SKELETON: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// The script, in the order of its parts.
const SCRIPT: [&str; 9] = [
    include_str!("script/text.js"),
    include_str!("script/model.js"),
    include_str!("script/picture.js"),
    include_str!("script/panel.js"),
    include_str!("script/list.js"),
    include_str!("script/timeline.js"),
    include_str!("script/views.js"),
    include_str!("script/address.js"),
    include_str!("script/main.js"),
];

/// What a page is about.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a, 'm> {
    /// What it is called: the state machine, or the file.
    pub title: &'a str,
    /// The picture, unless there is no definition.
    pub drawn: Option<Drawn<'a, 'm>>,
    /// The execution that is told, if there is one.
    pub history: Option<History<'a>>,
    /// The colours that it opens with; a button changes them.
    pub theme: Theme,
}

/// A definition that is drawn.
#[derive(Clone, Copy)]
pub struct Drawn<'a, 'm> {
    /// The picture, with what is painted.
    pub picture: Picture<'a, 'm>,
    /// The text behind it.
    pub tree: &'a Tree,
    /// The text behind the states that only an older definition has.
    pub older: Option<&'a Tree>,
    /// Where a state can be read.
    pub link: Option<Link<'a>>,
}

impl fmt::Debug for Drawn<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drawn")
            .field("picture", &self.picture)
            .finish_non_exhaustive()
    }
}

/// An execution that is told.
#[derive(Clone, Copy)]
pub struct History<'a> {
    /// Its events.
    pub recording: &'a Recording,
    /// The Catcher that led from a state to the next, and where it stands.
    pub catcher: Option<Lookup<'a>>,
}

impl fmt::Debug for History<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events = self.recording.events.len();
        f.debug_struct("History")
            .field("events", &events)
            .finish_non_exhaustive()
    }
}

/// Writes the page.
///
/// # Errors
/// Only what `out` answers.
///
/// # Panics
/// Never: the marks of the skeleton are closed.
pub fn render(page: &Page<'_, '_>, out: &mut dyn Write) -> fmt::Result {
    let (texts, script) = (data::texts(page), script());
    let mut rest = SKELETON;
    while let Some((before, after)) = rest.split_once("{{") {
        let (part, tail) = after.split_once("}}").expect("every mark is closed");
        out.write_str(before)?;
        match part {
            "data" => inert(&texts.data, out)?,
            "events" => inert(&texts.events, out)?,
            "hash" => out.write_str(&hash(&script))?,
            "picture" => picture(page, out)?,
            "script" => out.write_str(&script)?,
            "style" => out.write_str(STYLE)?,
            "theme" => out.write_str(theme(page.theme))?,
            _ => write!(out, "{}", svg::escaped(page.title))?,
        }
        rest = tail;
    }
    out.write_str(rest)
}

/// The whole script, without what only its readers need.
fn script() -> String {
    let lines = SCRIPT.iter().flat_map(|part| part.lines()).map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    let mut script = String::from("'use strict';{\n");
    for line in lines {
        script.push_str(line);
        script.push('\n');
    }
    script.push('}');
    script
}

/// The script's hash, as a policy names it.
fn hash(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(script)))
}

fn picture(page: &Page<'_, '_>, out: &mut dyn Write) -> fmt::Result {
    let Some(drawn) = &page.drawn else {
        return Ok(());
    };
    // Both themes are in the page, for its button.
    let options = Options {
        theme: Theme::Auto,
        ..*drawn.picture.options
    };
    let picture = Picture {
        options: &options,
        ..drawn.picture
    };
    let extras = Extras {
        title: page.title,
        ..Extras::default()
    };
    svg::render(&picture, &extras, out)
}

fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

/// JSON inside of a `<script>`: only strings have these characters, and there escapes mean the
/// same. Without `<` nothing ends the element or begins a comment in it.
fn inert(json: &str, out: &mut dyn Write) -> fmt::Result {
    let mut rest = json;
    while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        let (before, found) = rest.split_at(at);
        let character = found.chars().next().expect("it was found there");
        write!(out, "{before}\\u{:04x}", u32::from(character))?;
        rest = &found[character.len_utf8()..];
    }
    out.write_str(rest)
}
