//! The changes in words: how many, and each with its place.

use std::fmt::{self, Write};

use super::{Change, Rerouted, What};
use crate::report::graphs::overlay::Mark;
use crate::report::style::{Role, Style, printable};

/// Where changes stand: the file and line of each.
pub type Places<'a> = &'a dyn Fn(&Change) -> String;

/// Writes how many changes there are of each kind, then each of them.
///
/// # Errors
/// Only what `out` answers.
pub fn summary(
    changes: &[Change],
    places: Places<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> fmt::Result {
    writeln!(out, "{}", style.bold(&headline(changes)))?;
    for change in changes {
        let (sign, role) = sign(&change.what);
        let told = told(change);
        let place = places(change);
        writeln!(
            out,
            "{} {}  {}",
            style.paint(role, sign),
            printable(&told),
            style.dim(&printable(&place))
        )?;
    }
    Ok(())
}

/// `2 added, 1 removed, 2 ways rerouted`
fn headline(changes: &[Change]) -> String {
    let count =
        |is_so: fn(&What) -> bool| changes.iter().filter(|change| is_so(&change.what)).count();
    let states = [
        (count(|what| matches!(what, What::Added)), "added"),
        (count(|what| matches!(what, What::Removed)), "removed"),
        (count(|what| matches!(what, What::Moved(_))), "moved"),
        (count(|what| matches!(what, What::Renamed(_))), "renamed"),
        (count(|what| matches!(what, What::Changed(_))), "changed"),
    ];
    let ways = [
        (count(|what| matches!(what, What::Rerouted(_))), "rerouted"),
        (count(|what| matches!(what, What::WayAdded(_))), "added"),
        (count(|what| matches!(what, What::WayRemoved(_))), "removed"),
    ];
    let comments = count(|what| matches!(what, What::Comment));
    let mut told: Vec<String> = Vec::new();
    for (count, word) in states.into_iter().filter(|(count, _)| *count > 0) {
        told.push(format!("{count} {word}"));
    }
    for (count, word) in ways.into_iter().filter(|(count, _)| *count > 0) {
        let ways = if count == 1 { "way" } else { "ways" };
        told.push(format!("{count} {ways} {word}"));
    }
    if comments > 0 {
        let words = if comments == 1 { "comment" } else { "comments" };
        told.push(format!("{comments} {words} changed"));
    }
    if told.is_empty() {
        return "nothing changed".to_owned();
    }
    told.join(", ")
}

fn sign(what: &What) -> (&'static str, Role) {
    match what {
        What::Added | What::WayAdded(_) => (Mark::Added.glyph(), Role::Ok),
        What::Removed | What::WayRemoved(_) => (Mark::Removed.glyph(), Role::Bad),
        What::Changed(_) | What::Renamed(_) | What::Moved(_) => (Mark::Changed.glyph(), Role::Warn),
        What::Rerouted(_) => ("→", Role::Warn),
        What::Comment => ("·", Role::Dim),
    }
}

fn told(change: &Change) -> String {
    let name = match &change.state {
        Some(state) => format!("\"{state}\""),
        None => "the machine".to_owned(),
    };
    match &change.what {
        What::Added | What::Removed => name,
        What::Moved(told) => format!("{name} {told}"),
        What::Renamed(before) => format!("{name} was \"{before}\""),
        What::Changed(fields) => format!("{name} {}", fields.join(", ")),
        What::Comment => format!("{name} Comment"),
        What::Rerouted(way) | What::WayAdded(way) | What::WayRemoved(way) => {
            format!("{name} {}", way_told(way))
        }
    }
}

fn way_told(way: &Rerouted) -> String {
    let ends: Vec<String> = [&way.before, &way.now]
        .into_iter()
        .flatten()
        .map(|name| format!("\"{name}\""))
        .collect();
    match (&way.before, &way.now) {
        (Some(_), Some(_)) => format!("{}: {}", way.way, ends.join(" → ")),
        _ => format!("{} → {}", way.way, ends.join("")),
    }
}
