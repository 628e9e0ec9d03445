//! `${Name}` in a definition, which `DefinitionSubstitutions` of its template fill in.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::functions::{call, substituted};
use crate::syntax::{Kind, Node, NodeId, Source, Span};

/// A placeholder that a definition uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The name in the braces.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
}

/// A key of `DefinitionSubstitutions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// The name.
    pub name: Arc<str>,
    /// Where the key stands.
    pub span: Span,
}

/// The names of all placeholders in a text, and where each begins.
pub(super) fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    named(text, "${")
}

/// The names that `Fn::Sub` leaves to others: it makes `${Name}` of `${!Name}`, and fills in the
/// rest itself.
pub(super) fn names_after_sub(text: &str) -> impl Iterator<Item = (usize, &str)> {
    named(text, "${!")
}

fn named<'t>(text: &'t str, opening: &'static str) -> impl Iterator<Item = (usize, &'t str)> {
    text.match_indices(opening).filter_map(move |(at, _)| {
        let start = at + opening.len();
        let rest = &text[start..];
        // Names of other characters are no names of substitutions.
        let end = rest.find(|char: char| !char.is_ascii_alphanumeric() && char != '_')?;
        (end > 0 && rest[end..].starts_with('}')).then(|| (start, &rest[..end]))
    })
}

/// The placeholders in all keys and texts of a definition. What functions of the template fill
/// in is not among them.
#[must_use]
pub fn uses(source: &Source, definition: Node<'_>) -> Vec<Use> {
    let tree = definition.tree();
    let mut found = Vec::new();
    let mut pending = vec![definition];
    let mut seen: HashSet<NodeId, FixedState> = HashSet::default();
    while let Some(node) = pending.pop() {
        // What aliases repeat is looked at once.
        if !seen.insert(node.id()) {
            continue;
        }
        let mut note = |span: Span, offset: usize, name: &str| {
            found.push(Use {
                name: name.into(),
                span: source.within(span, offset, name.len()),
            });
        };
        if let Kind::String(text) = node.kind() {
            names(text).for_each(|(offset, name)| note(node.span(), offset, name));
        }
        if let Some((entry, argument)) = call(node) {
            let text = substituted(argument).filter(|_| &*entry.key == "Fn::Sub");
            if let Some((text, written)) = text.and_then(|node| Some((node.as_str()?, node.span()))) {
                names_after_sub(text).for_each(|(offset, name)| note(written, offset, name));
            }
            continue;
        }
        for entry in node.entries() {
            names(&entry.key).for_each(|(offset, name)| note(entry.key_span, offset, name));
        }
        pending.extend(node.items());
        pending.extend(node.entries().iter().map(|entry| tree.node(entry.value)));
    }
    found.sort_by_key(|found| found.span);
    found
}
