//! The schema check: which fields an object may and must have, of which types, in which range.
//!
//! One small JSON Schema per kind of object, chosen by our own walk: a schema of the whole
//! definition could only say that a state is "not valid under any" of eight. Each object is
//! checked alone, with the objects inside it left empty, so the cost is linear in the text.
//! Fields of both query languages are allowed by the schemas; whether they fit the state's is
//! looked at beside them.

mod finding;
mod language;
mod part;
mod published;
mod shape;

pub use shape::{AllowedField, Inner, Shape};

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::HashSet;

use foldhash::quality::FixedState;
use serde_json::{Map, Value};

use crate::data::Number;
use crate::language::StateKind;
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Kind, Node, Span};
use part::{Child, Compiled, Field, Part};
pub use published::published;

/// An object of the definition that has a schema.
struct Visit<'t> {
    part: Part,
    node: Node<'t>,
    /// The name, when it is a state.
    state: Option<&'t str>,
    /// What to point at when something is missing.
    place: Span,
    /// The query language of the state it is or belongs to.
    language: Language,
}

/// A state's query language.
#[derive(Clone, Copy)]
struct Language {
    name: QueryLanguage,
    /// Where it is set; by default it is JSONPath.
    said: Option<Span>,
    /// Whether the state itself sets it.
    is_own: bool,
    /// Whether it is refused as such, or only known when it is deployed.
    is_disputed: bool,
}

/// Adds what the schemas find. At the places `mistyped` the model's reader has spoken already.
pub(super) fn check(
    root: Node<'_>,
    language: QueryLanguage,
    mistyped: &HashSet<Span>,
    out: &mut Vec<Diagnostic>,
) {
    let said = root.get("QueryLanguage");
    let language = Language {
        name: language,
        said: said.map(Node::span),
        is_own: false,
        is_disputed: said.is_some_and(|node| known_language(node).is_none()),
    };
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
        // Most objects of a machine are like another one, and that was judged.
        let compiled = visit.part.compiled();
        let likeness = likeness(compiled, visit.node);
        if !likeness.is_some_and(|likeness| compiled.is_sound(likeness)) {
            let instance = object(visit.node);
            let errors: Vec<_> = compiled.validator.iter_errors(&instance).collect();
            if let (true, Some(likeness)) = (errors.is_empty(), likeness) {
                compiled.found_sound(likeness);
            }
            let found = finding::translate(&visit, &errors);
            out.extend(found.into_iter().filter(|f| !mistyped.contains(&f.span())));
        }
        language::check(&visit, out);
        push_children(&visit, language, &mut pending);
    }
}

fn push_children<'t>(visit: &Visit<'t>, machine: Language, pending: &mut Vec<Visit<'t>>) {
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

fn states(node: Node<'_>, machine: Language) -> impl Iterator<Item = Visit<'_>> {
    node.entries().iter().map(move |entry| {
        let node = node.tree().node(entry.value);
        Visit {
            part: Part::state(kind(node)),
            node,
            state: Some(&entry.key),
            place: entry.key_span,
            language: own_language(node, machine),
        }
    })
}

fn kind(state: Node<'_>) -> Option<StateKind> {
    state.get("Type")?.as_str()?.parse().ok()
}

fn own_language(state: Node<'_>, machine: Language) -> Language {
    let Some(said) = state.get("QueryLanguage") else {
        return machine;
    };
    let known = known_language(said);
    let is_downgrade =
        machine.name == QueryLanguage::Jsonata && known == Some(QueryLanguage::JsonPath);
    Language {
        name: known.unwrap_or(machine.name),
        said: Some(said.span()),
        is_own: true,
        is_disputed: known.is_none() || is_downgrade,
    }
}

fn known_language(said: Node<'_>) -> Option<QueryLanguage> {
    match &**said.as_str()? {
        "JSONata" => Some(QueryLanguage::Jsonata),
        "JSONPath" => Some(QueryLanguage::JsonPath),
        _ => None,
    }
}

/// The bracket of an object or array that has no name to point at. A YAML block has none: its
/// first key is pointed at, which may begin with any character.
pub(super) fn opening(node: Node<'_>) -> Span {
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

/// What a schema can tell apart of an object, as a number: two objects that a schema judges
/// differently have two numbers, as far as 128 bits go. `None` when it has a field that the schema
/// does not know.
fn likeness(compiled: &Compiled, node: Node<'_>) -> Option<u128> {
    let mut hashers = [1, 2].map(|seed| FixedState::with_seed(seed).build_hasher());
    for entry in node.entries() {
        let field = compiled.field(&entry.key)?;
        let value = node.tree().node(entry.value);
        for hasher in &mut hashers {
            hasher.write_u64(field.number);
            hash_value(value, field, hasher);
        }
    }
    let [one, other] = hashers.map(|hasher| u128::from(hasher.finish()));
    Some(one << 64 | other)
}

fn hash_value(node: Node<'_>, field: &Field, hasher: &mut impl Hasher) {
    hash_scalar(node, field, hasher);
    for item in node.items() {
        hash_scalar(item, field, hasher);
    }
}

/// Of arrays and objects, the type and how many items there are.
fn hash_scalar(node: Node<'_>, field: &Field, hasher: &mut impl Hasher) {
    match node.kind() {
        Kind::Null => hasher.write_u64(0),
        Kind::Bool(value) => hasher.write_u64(1 + u64::from(*value)),
        Kind::Object(_) => hasher.write_u64(3),
        Kind::Number(number) if field.is_typed => {
            // Whether a number is an integer is part of its type.
            let is_integer = number.as_f64().fract() == 0.0;
            hasher.write_u64(7 + u64::from(is_integer));
        }
        Kind::Number(number) => {
            hasher.write_u64(4);
            hasher.write_u64(number.as_f64().to_bits());
        }
        Kind::String(text) => {
            hasher.write_u64(5);
            if !field.is_typed {
                text.hash(hasher);
            }
        }
        Kind::Array(items) => {
            hasher.write_u64(6);
            hasher.write_usize(items.len());
        }
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
