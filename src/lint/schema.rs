//! The schema check: which fields an object may and must have, of which types, in which range.
//!
//! One small JSON Schema per kind of object, chosen by our own walk: a schema of the whole
//! definition could only say that a state is "not valid under any" of eight. Each object is
//! checked alone, with the objects inside it left empty, so the cost is linear in the text.
//! Fields of both query languages are allowed; whether they fit the state's is for other rules.

mod finding;
mod part;
mod shape;

pub use shape::{AllowedField, Inner, Shape};

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::data::Number;
use crate::language::StateKind;
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Kind, Node, Span};
use part::{Child, Part};

/// An object of the definition that has a schema.
struct Visit<'t> {
    part: Part,
    node: Node<'t>,
    /// The name, when it is a state.
    state: Option<&'t str>,
    /// What to point at when something is missing.
    place: Span,
    /// The query language of the state it is or belongs to.
    language: QueryLanguage,
}

/// Adds what the schemas find. At the places `mistyped` the model's reader has spoken already.
pub(super) fn check(
    root: Node<'_>,
    language: QueryLanguage,
    mistyped: &HashSet<Span>,
    out: &mut Vec<Diagnostic>,
) {
    let mut pending = vec![Visit {
        part: Part::Machine,
        node: root,
        state: None,
        place: opening(root),
        language,
    }];
    while let Some(visit) = pending.pop() {
        if !matches!(visit.node.kind(), Kind::Object(_)) {
            continue;
        }
        let instance = object(visit.node);
        let validator = &visit.part.compiled().validator;
        let errors: Vec<_> = validator.iter_errors(&instance).collect();
        if !errors.is_empty() {
            let found = finding::translate(&visit, &errors);
            out.extend(found.into_iter().filter(|f| !mistyped.contains(&f.span())));
        }
        push_children(&visit, language, &mut pending);
    }
}

fn push_children<'t>(visit: &Visit<'t>, machine: QueryLanguage, pending: &mut Vec<Visit<'t>>) {
    let tree = visit.node.tree();
    for entry in visit.node.entries() {
        let node = tree.node(entry.value);
        let child = |part, node, place| Visit {
            part,
            node,
            state: None,
            place,
            language: visit.language,
        };
        match visit.part.child(&entry.key) {
            None => {}
            Some(Child::One(part)) => pending.push(child(part, node, entry.key_span)),
            Some(Child::Each(part)) => {
                pending.extend(node.items().map(|item| child(part, item, opening(item))));
            }
            Some(Child::States) => pending.extend(states(node, machine)),
        }
    }
}

fn states(node: Node<'_>, machine: QueryLanguage) -> impl Iterator<Item = Visit<'_>> {
    node.entries().iter().map(move |entry| {
        let node = node.tree().node(entry.value);
        Visit {
            part: Part::state(kind(node)),
            node,
            state: Some(&entry.key),
            place: entry.key_span,
            language: own_language(node).unwrap_or(machine),
        }
    })
}

fn kind(state: Node<'_>) -> Option<StateKind> {
    state.get("Type")?.as_str()?.parse().ok()
}

fn own_language(state: Node<'_>) -> Option<QueryLanguage> {
    match &**state.get("QueryLanguage")?.as_str()? {
        "JSONata" => Some(QueryLanguage::Jsonata),
        "JSONPath" => Some(QueryLanguage::JsonPath),
        _ => None,
    }
}

/// The bracket of an object or array that has no name to point at. A YAML block has none: its
/// first key is pointed at, which may begin with any character.
fn opening(node: Node<'_>) -> Span {
    let span = node.span();
    let first = node.entries().first().map(|entry| entry.key_span);
    match first {
        Some(key) if key.start == span.start => key,
        _ => Span {
            start: span.start,
            end: span.end.min(span.start + 1),
        },
    }
}

/// What the schema of an object looks at: its fields, and the items of arrays in them.
fn object(node: Node<'_>) -> Value {
    let tree = node.tree();
    let fields = node.entries().iter().map(|entry| {
        let value = tree.node(entry.value);
        let value = match value.kind() {
            Kind::Array(_) => Value::Array(value.items().map(shallow).collect()),
            _ => shallow(value),
        };
        (entry.key.to_string(), value)
    });
    Value::Object(fields.collect())
}

fn shallow(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Number(Number::Int(value)) => Value::from(*value),
        Kind::Number(Number::Big(value)) => Value::from(*value),
        Kind::Number(Number::Float(value)) => Value::from(*value),
        Kind::String(text) => Value::String(text.to_string()),
        Kind::Array(_) => Value::Array(Vec::new()),
        Kind::Object(_) => Value::Object(Map::new()),
    }
}

#[cfg(test)]
mod tests;
