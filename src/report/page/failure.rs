//! Why an execution did not succeed, as the script of a page lays it out.

use serde::Serialize;

use crate::history::outline::{Link, Outline, Step};
use crate::report::histories::About;
use crate::report::histories::blame::{self, Line};

/// The block above everything else.
#[derive(Serialize)]
pub(super) struct Block<'o> {
    title: String,
    /// The cause that the execution ended with.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'o str>,
    /// The state whose error came first.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<&'o str>,
    rows: Vec<Row<'o>>,
}

#[derive(Serialize)]
struct Row<'o> {
    label: &'static str,
    #[serde(flatten)]
    told: Told<'o>,
}

/// The script lays out each kind in its own way.
#[derive(Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
enum Told<'o> {
    Place {
        name: &'o str,
        /// The event that entered the state.
        entered: u64,
        words: String,
        event: u64,
    },
    Path {
        machine: String,
        hops: Vec<Hop<'o>>,
    },
    Error {
        text: &'o str,
    },
    Text {
        text: String,
    },
    Document {
        text: &'o str,
    },
    /// Its text is in the event.
    Input {
        name: &'o str,
        entered: u64,
    },
}

/// A state on the way; without a name, several that are left out.
#[derive(Default, Serialize)]
struct Hop<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entered: Option<u64>,
    /// The branch or iteration that the way goes on in.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    caught: bool,
}

/// Why the execution failed, timed out or was aborted.
pub(super) fn block<'o>(outline: &'o Outline, about: &About<'_>) -> Option<Block<'o>> {
    let blame = blame::Blame::of(outline, about)?;
    let name = |line: &Line<'o>| {
        let Line::FirstCause(place) = line else {
            return None;
        };
        Some(place.visit.name())
    };
    let first = blame.lines.iter().find_map(name);
    Some(Block {
        title: blame.title,
        cause: outline.summary().cause.as_deref(),
        first,
        rows: blame.lines.into_iter().map(row).collect(),
    })
}

fn row(line: Line<'_>) -> Row<'_> {
    let label = line.label();
    let told = match line {
        Line::FirstCause(place) | Line::AtWork(place) => Told::Place {
            name: place.visit.name(),
            entered: place.visit.event().0,
            words: place.words,
            event: place.event.0,
        },
        Line::StatePath(path) => Told::Path {
            machine: path.machine,
            hops: path.hops.iter().map(hop).collect(),
        },
        Line::Error(text) => Told::Error { text },
        Line::HandledBy(text) => Told::Text { text },
        Line::Cause(text) | Line::EndedWith(text) => Told::Document { text },
        Line::Input(visit) => Told::Input {
            name: visit.name(),
            entered: visit.event().0,
        },
    };
    Row { label, told }
}

fn hop<'o>(hop: &blame::Hop<'o>) -> Hop<'o> {
    match hop {
        blame::Hop::LeftOut => Hop::default(),
        blame::Hop::Through(Step {
            visit,
            link,
            number,
        }) => Hop {
            name: Some(visit.name()),
            entered: Some(visit.event().0),
            number: *number,
            caught: *link == Link::Catch,
        },
    }
}
