//! States that have another name and are otherwise the same: what they do, and what stands around
//! them.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;

use super::{Pair, Side};
use crate::data::Json;
use crate::graph::{Correspondence, Scope, ScopeId, Vertex};
use crate::syntax::{Kind, Node};

/// The states of two scopes that were given another name.
pub(super) fn renamed(
    pair: &Pair<'_, '_>,
    same: &Correspondence,
    older: ScopeId,
    newer: ScopeId,
) -> Vec<(Vertex, Vertex)> {
    let before = pair.older.graph.scope(older);
    let now = pair.newer.graph.scope(newer);
    // Both sides are told in the newer one's numbers.
    let known: HashMap<Vertex, usize> = same
        .vertices
        .iter()
        .map(|(old, new)| (*old, new.number()))
        .collect();
    let taken: HashMap<Vertex, usize> = same
        .vertices
        .values()
        .map(|new| (*new, new.number()))
        .collect();
    let mut left: HashMap<String, VecDeque<Vertex>> = HashMap::new();
    for (key, vertex) in signatures(&pair.older, before, &known) {
        left.entry(key).or_default().push_back(vertex);
    }
    if left.is_empty() {
        return Vec::new();
    }
    let found = signatures(&pair.newer, now, &taken).into_iter();
    found
        .filter_map(|(key, vertex)| Some((left.get_mut(&key)?.pop_front()?, vertex)))
        .collect()
}

/// What tells a state without its name, of each state that nothing is known of.
fn signatures(
    side: &Side<'_, '_>,
    scope: Scope<'_, '_>,
    known: &HashMap<Vertex, usize>,
) -> Vec<(String, Vertex)> {
    let unknown: Vec<Vertex> = scope
        .states()
        .map(|(vertex, _)| vertex)
        .filter(|vertex| !known.contains_key(vertex))
        .collect();
    if unknown.is_empty() {
        return Vec::new();
    }
    let place = |vertex: Vertex| {
        known
            .get(&vertex)
            .map_or(-1, |number| i64::try_from(*number).unwrap_or(-1))
    };
    let mut leading: HashMap<Vertex, Vec<(i64, String)>> = HashMap::new();
    for edge in scope.edges() {
        let way = (place(edge.from), edge.kind.to_string());
        leading.entry(edge.to).or_default().push(way);
    }
    let told = |vertex: Vertex| {
        let mut key = String::new();
        write_body(side.object(vertex)?, &mut key);
        for edge in side.graph.edges_from(vertex) {
            write!(key, " {} {}", edge.kind, place(edge.to)).expect("a string takes all");
        }
        let mut from = leading.remove(&vertex).unwrap_or_default();
        from.sort_unstable();
        write!(key, " from {from:?}").expect("a string takes all");
        Some((key, vertex))
    };
    unknown.into_iter().filter_map(told).collect()
}

/// The fields of a state but for where it leads and what is said about it.
fn write_body(state: Node<'_>, out: &mut String) {
    let mut fields: Vec<_> = state.entries().iter().collect();
    fields.retain(|entry| !["Comment", "Default", "Next"].contains(&&*entry.key));
    fields.sort_by(|one, other| one.key.cmp(&other.key));
    for entry in fields {
        let value = state.tree().node(entry.value);
        out.push_str(&entry.key);
        match &*entry.key {
            "Choices" | "Catch" => value.items().for_each(|item| write_rule(item, out)),
            _ => write_sorted(value, out),
        }
    }
}

fn write_rule(rule: Node<'_>, out: &mut String) {
    match rule.kind() {
        Kind::Object(_) => write_body(rule, out),
        _ => write_sorted(rule, out),
    }
}

/// A value with its keys in order. Recursion is bounded by the depth of a tree.
fn write_sorted(value: Node<'_>, out: &mut String) {
    match value.kind() {
        Kind::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|one, other| one.key.cmp(&other.key));
            out.push('{');
            for entry in sorted {
                out.push_str(Json::from(&*entry.key).text().as_ref());
                write_sorted(value.tree().node(entry.value), out);
            }
            out.push('}');
        }
        Kind::Array(_) => {
            out.push('[');
            for item in value.items() {
                write_sorted(item, out);
                out.push(',');
            }
            out.push(']');
        }
        _ => out.push_str(value.to_json().text().as_ref()),
    }
}
