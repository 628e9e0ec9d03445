//! What the script of a page reads: states and visits in one document, events in another.

use serde::Serialize;

use super::failure::{self, Block};
use super::visits::{Row, Visits};
use super::{Drawn, History, Page, events, visits};
use crate::graph::{Scope, Vertex};
use crate::history::outline::{Outline, Status};
use crate::history::{Details, LogHeader};
use crate::language::State;
use crate::report::graphs::labels;
use crate::report::graphs::overlay::Look;
use crate::report::histories::About;

/// The longest definition of a state that is in a page: that of a Parallel has all inside of it.
const MAX_DEFINITION: usize = 64 << 10;

/// How much all definitions of states may take.
const MAX_DEFINITIONS: usize = 4 << 20;

/// Both documents.
pub(super) struct Texts {
    pub(super) data: String,
    pub(super) events: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    title: &'a str,
    states: Vec<Card<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution: Option<Execution<'a>>,
    visits: Vec<Row>,
    /// The visit that each event is about.
    about: Vec<Option<usize>>,
    /// Events that do not have all of their texts, and how long those are.
    cut: Vec<(u64, usize)>,
    /// How many events are not in the page.
    left_out: usize,
}

/// A state in the picture.
#[derive(Serialize)]
struct Card<'a> {
    /// The id of its element.
    id: String,
    name: &'a str,
    line: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<String>,
    /// What is painted on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    /// The address of its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Execution<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<&'a str>,
    /// Milliseconds since 1970.
    started: i64,
    /// Milliseconds from there to its end, or to the last event.
    millis: i64,
    events: u64,
    transitions: u64,
    redrives: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Block<'a>>,
}

/// Everything that the script reads.
pub(super) fn texts(page: &Page<'_, '_>) -> Texts {
    let told = page.history.map(|history| {
        let (visits, outline) = visits::read(&history.recording.events);
        (history, visits, outline)
    });
    let mut data = Data {
        title: page.title,
        states: page.drawn.as_ref().map_or_else(Vec::new, cards),
        execution: None,
        visits: Vec::new(),
        about: Vec::new(),
        cut: Vec::new(),
        left_out: 0,
    };
    let mut text = String::from("[]");
    if let Some((history, Visits { rows, about }, outline)) = &told {
        let written = events::write(&history.recording.events);
        data.execution = Some(execution(history, outline));
        data.visits.clone_from(rows);
        data.about = about[..written.count].to_vec();
        data.cut = written.cut;
        data.left_out = about.len() - written.count;
        text = written.text;
    }
    Texts {
        data: serde_json::to_string(&data).expect("keys are strings, numbers are finite"),
        events: text,
    }
}

fn cards<'a>(drawn: &Drawn<'a, '_>) -> Vec<Card<'a>> {
    let graph = drawn.picture.graph;
    let mut room = MAX_DEFINITIONS;
    let states = graph.scopes().flat_map(Scope::states);
    states
        .map(|(vertex, state)| card(drawn, vertex, state, &mut room))
        .collect()
}

fn card<'a>(drawn: &Drawn<'a, '_>, vertex: Vertex, state: &'a State, room: &mut usize) -> Card<'a> {
    let is_older = drawn.picture.graph.is_older(vertex);
    let tree = drawn.older.filter(|_| is_older).unwrap_or(drawn.tree);
    let node = tree.node(state.node);
    let span = node.span();
    // The text is about as long in the file; that of an outer scope need not be made to see it.
    let fits = span.end - span.start <= u32::try_from(MAX_DEFINITION).unwrap_or(u32::MAX);
    let definition = fits.then(|| node.to_json().text().into_owned());
    let definition = definition.filter(|text| text.len() <= MAX_DEFINITION.min(*room));
    *room -= definition.as_ref().map_or(0, String::len);
    let paint = match drawn.picture.look(vertex) {
        Look::Painted(paint) => Some(paint),
        Look::Bare | Look::Faint => None,
    };
    Card {
        id: format!("s{}", vertex.number()),
        name: &state.name,
        line: labels::type_line(state),
        definition,
        mark: paint.map(|paint| paint.mark.word()),
        note: paint.and_then(|paint| paint.note.as_deref()),
        href: drawn.link.and_then(|link| link(state)),
    }
}

fn execution<'a>(history: &'a History<'a>, outline: &'a Outline) -> Execution<'a> {
    let header = history.recording.header.as_ref();
    let summary = outline.summary();
    let started = summary.started.unwrap_or_default();
    let ended = summary.ended.or(summary.last).unwrap_or(started);
    let events = &history.recording.events;
    let first = events
        .first()
        .filter(|event| matches!(event.details, Details::ExecutionStarted { .. }));
    let last = events.last().filter(|event| {
        summary.status == Status::Succeeded && matches!(event.details, Details::Output { .. })
    });
    let about = About {
        machine: header.and_then(|header| header.state_machine_arn.rsplit(':').next()),
        catcher: history.catcher,
        ..About::default()
    };
    Execution {
        status: visits::word(summary.status),
        name: header.map(|header| header.name.as_str()),
        arn: header.map(|header: &LogHeader| header.execution_arn.as_str()),
        started: started.0,
        millis: ended.since(started),
        events: summary.events,
        transitions: summary.transitions,
        redrives: summary.redrives,
        input: first.map(|event| event.id.0),
        output: last.map(|event| event.id.0),
        failure: failure::block(outline, &about),
    }
}
