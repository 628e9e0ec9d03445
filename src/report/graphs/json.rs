//! The graph for programs, in JSON.
//!
//! ```json
//! {
//!   "aslGraph": 1,
//!   "scopes": [ { "id": "b0", "pointer": "", "owner": null, "depth": 0, "start": "s1" } ],
//!   "nodes": [ { "id": "s1", "scope": "b0", "kind": "state", "name": "Ship", "type": "Task",
//!                "label": "Task · lambda ship", "pointer": "/States/Ship", "line": 4,
//!                "reachable": true, "terminal": true, "canEnd": true, "retries": "↻3" } ],
//!   "edges": [ { "from": "s1", "to": "s2", "kind": "Catch", "index": 0, "label": "any error",
//!                "line": 9 } ]
//! }
//! ```
//! - `scopes`: the machine's, then those inside states; `owner` is the Map's or Parallel's node,
//!   `start` where `StartAt` leads, null when it is not given.
//! - `nodes`: in each scope the states in order of the text, then the targets it does not have:
//!   these have the kind `missing`, and `elsewhere` names the node of another scope with that name.
//!   `type` is null when it is unknown. `pointer` is a JSON Pointer into the definition, `line`
//!   counts from 1 in the file that a person edits. `reachable` is told within the scope.
//! - `edges`: kinds are `Next`, `Choice`, `Default`, `Catch`, and `StartAt` without `from`.
//! - With something painted, `mark` and `note` tell what happened to a node, `taken`, `heat` and
//!   `mark` to an edge, and `ended` how often a scope ended at a node. What lacks them was not
//!   reached.
//! - Of a comparison, `older` is true of what the older definition had besides: pointer and line are
//!   in that one. `remark` tells what stood on an edge.
//!
//! A number other than 1 in `aslGraph` will mean that a reader of this cannot read that; members
//! may be added without one.

use std::fmt::{self, Write};

use serde_json::{Map, Value, json};

use super::overlay::Taken;
use super::{Picture, labels};
use crate::graph::{Edge, EdgeKind, Missing, Node, Scope, Vertex};
use crate::language::State;
use crate::report::style::printable_json;
use crate::syntax::{Span, Tree};

/// The version of what is written.
const VERSION: u32 = 1;

/// Where things stand in the definition.
#[derive(Clone, Copy)]
pub struct Places<'a> {
    /// The definition.
    pub tree: &'a Tree,
    /// The line of a place.
    pub line: &'a dyn Fn(Span) -> usize,
}

impl fmt::Debug for Places<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").finish_non_exhaustive()
    }
}

/// Writes the graph.
///
/// # Errors
/// Only what `out` answers.
pub fn render(picture: &Picture<'_, '_>, places: &Places<'_>, out: &mut dyn Write) -> fmt::Result {
    render_both(picture, places, places, out)
}

/// Writes the graph of a newer definition with what an older one had besides.
///
/// # Errors
/// Only what `out` answers.
pub fn render_both(
    picture: &Picture<'_, '_>,
    newer: &Places<'_>,
    older: &Places<'_>,
    out: &mut dyn Write,
) -> fmt::Result {
    let of_vertex = |vertex| {
        if picture.graph.is_older(vertex) {
            older
        } else {
            newer
        }
    };
    let of_edge = |edge: &Edge<'_>| {
        if picture.graph.is_older_edge(edge) {
            older
        } else {
            newer
        }
    };
    let scopes: Vec<Value> = picture
        .graph
        .scopes()
        .map(|each| scope(of_vertex(each.start()), each))
        .collect();
    let nodes: Vec<Value> = picture
        .graph
        .scopes()
        .flat_map(|each| nodes(picture, &of_vertex, each))
        .collect();
    let edges: Vec<Value> = picture
        .graph
        .scopes()
        .flat_map(|each| {
            each.edges()
                .map(|each| edge(picture, of_edge(each), each))
                .collect::<Vec<_>>()
        })
        .collect();
    let whole = json!({
        "aslGraph": VERSION,
        "scopes": scopes,
        "nodes": nodes,
        "edges": edges,
    });
    let text = serde_json::to_string_pretty(&whole).map_err(|_| fmt::Error)?;
    writeln!(out, "{}", printable_json(&text))
}

fn id(vertex: Vertex) -> String {
    format!("s{}", vertex.number())
}

fn scope(places: &Places<'_>, scope: Scope<'_, '_>) -> Value {
    json!({
        "id": scope_id(scope),
        "pointer": places.tree.node(scope.flow().node).pointer(),
        "owner": scope.owner().map(id),
        "depth": scope.depth(),
        "start": scope.entry().map(id),
    })
}

fn scope_id(scope: Scope<'_, '_>) -> String {
    format!("b{}", scope.start().number())
}

fn nodes<'p>(
    picture: &Picture<'_, '_>,
    places: &dyn Fn(Vertex) -> &'p Places<'p>,
    scope: Scope<'_, '_>,
) -> Vec<Value> {
    let states = scope
        .states()
        .map(|(vertex, state)| self::state(picture, places(vertex), scope, vertex, state));
    let missing = scope
        .missing()
        .map(|(vertex, missing)| self::missing(scope, vertex, missing));
    states.chain(missing).collect()
}

fn state(
    picture: &Picture<'_, '_>,
    places: &Places<'_>,
    scope: Scope<'_, '_>,
    vertex: Vertex,
    state: &State,
) -> Value {
    let mut node = json!({
        "id": id(vertex),
        "scope": scope_id(scope),
        "kind": "state",
        "name": &*state.name,
        "type": state.kind().map(crate::language::StateKind::as_str),
        "label": labels::type_line(state),
        "pointer": places.tree.node(state.node).pointer(),
        "line": (places.line)(state.name_span),
        "reachable": picture.graph.is_reachable(vertex),
        "terminal": state.is_terminal(),
        "canEnd": picture.graph.can_end(vertex),
    });
    let more = node.as_object_mut().expect("it was made an object");
    if let Some(badge) = labels::retry_badge(state) {
        more.insert("retries".to_owned(), badge.into());
    }
    if let Some(paint) = picture.overlay.and_then(|overlay| overlay.state(vertex)) {
        more.insert("mark".to_owned(), paint.mark.word().into());
        if let Some(note) = &paint.note {
            more.insert("note".to_owned(), note.clone().into());
        }
    }
    if let Some(taken) = picture.overlay.and_then(|overlay| overlay.ended(vertex)) {
        more.insert("ended".to_owned(), taken.count.into());
    }
    if picture.graph.is_older(vertex) {
        more.insert("older".to_owned(), true.into());
    }
    node
}

fn missing(scope: Scope<'_, '_>, vertex: Vertex, missing: Missing<'_>) -> Value {
    json!({
        "id": id(vertex),
        "scope": scope_id(scope),
        "kind": "missing",
        "name": &**missing.name,
        "elsewhere": missing.elsewhere.map(id),
    })
}

fn edge(picture: &Picture<'_, '_>, places: &Places<'_>, edge: &Edge<'_>) -> Value {
    let mut told = Map::new();
    if !matches!(picture.graph.node(edge.from), Node::Start) {
        told.insert("from".to_owned(), id(edge.from).into());
    }
    told.insert("to".to_owned(), id(edge.to).into());
    let (kind, index) = match edge.kind {
        EdgeKind::StartAt => ("StartAt", None),
        EdgeKind::Choice { index, .. } => ("Choice", Some(index)),
        EdgeKind::Default => ("Default", None),
        EdgeKind::Next => ("Next", None),
        EdgeKind::Catch { index, .. } => ("Catch", Some(index)),
    };
    told.insert("kind".to_owned(), kind.into());
    if let Some(index) = index {
        told.insert("index".to_owned(), index.into());
    }
    if let Some(label) = labels::edge(edge, picture.options.labels) {
        told.insert("label".to_owned(), label.into());
    }
    told.insert("line".to_owned(), (places.line)(edge.target.span).into());
    if let Some(taken) = picture.overlay.and_then(|overlay| overlay.edge(edge)) {
        add_taken(&mut told, taken);
    }
    if let Some(remark) = picture.remark(edge) {
        told.insert("remark".to_owned(), remark.into());
    }
    if picture.graph.is_older_edge(edge) {
        told.insert("older".to_owned(), true.into());
    }
    told.into()
}

fn add_taken(told: &mut Map<String, Value>, taken: Taken) {
    told.insert("mark".to_owned(), taken.mark.word().into());
    told.insert("taken".to_owned(), taken.count.into());
    told.insert("heat".to_owned(), taken.heat.into());
}
