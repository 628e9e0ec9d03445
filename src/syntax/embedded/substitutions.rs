//! `${Name}` in a definition, which `DefinitionSubstitutions` of its template fill in.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::functions::{call, substituted};
use crate::syntax::{Kind, Node, NodeId, Source, Span, within};

/// A placeholder that a definition uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The name in the braces.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// Whether it can hardly be anything else: shells and queries have variables in braces too,
    /// and those stand among other words.
    pub is_certain: bool,
}

/// A key of `DefinitionSubstitutions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// The name.
    pub name: Arc<str>,
    /// Where the key stands.
    pub span: Span,
}

/// Which placeholders of a text are meant.
#[derive(Clone, Copy)]
pub(super) enum Names {
    All,
    /// `Fn::Sub` makes `${Name}` of `${!Name}`, and fills in the rest itself.
    LeftBySub,
}

/// The placeholders in the string at `span`, with their places.
pub(super) fn placed(
    source: &Source,
    span: Span,
    text: &str,
    which: Names,
    is_certain: impl Fn(usize, &str) -> bool,
) -> Vec<Use> {
    let found: Vec<(usize, &str)> = names(text, which).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let part = |(at, name): &(usize, &str)| Span::new(*at, at + name.len());
    let parts: Vec<Span> = found.iter().map(part).collect();
    let places = within::places(&source.text, span, &parts);
    let uses = found.into_iter().zip(places);
    uses.map(|((at, name), span)| Use {
        name: name.into(),
        span,
        is_certain: is_certain(at, name),
    })
    .collect()
}

/// The names of placeholders in a text, and where each begins.
fn names(text: &str, which: Names) -> impl Iterator<Item = (usize, &str)> {
    let opening = match which {
        Names::All => "${",
        Names::LeftBySub => "${!",
    };
    text.match_indices(opening).filter_map(move |(at, _)| {
        let start = at + opening.len();
        let rest = &text[start..];
        // Names of other characters are no names of substitutions.
        let end = rest.find(|char: char| !char.is_ascii_alphanumeric() && char != '_')?;
        (end > 0 && rest[end..].starts_with('}')).then(|| (start, &rest[..end]))
    })
}

/// Whether a name in the text of a whole definition is all that stands in its string, or stands
/// without quotes.
pub(super) fn is_certain(text: &str, offset: usize, name: &str) -> bool {
    /// Who writes more than this without a blank writes no words.
    const FAR: usize = 200;
    let before = text[..offset]
        .trim_end_matches("${")
        .trim_end_matches("${!");
    let is_bare = before.trim_end().ends_with([':', '[', ',', '{']);
    let mut left = before.chars().rev().take(FAR);
    let mut right = text[offset + name.len()..].chars().take(FAR);
    let has_blank = |chars: &mut dyn Iterator<Item = char>| {
        chars
            .take_while(|char| *char != '"')
            .any(char::is_whitespace)
    };
    is_bare || !(has_blank(&mut left) || has_blank(&mut right))
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
        let mut note = |text: &str, span: Span, named: Names| {
            let is_certain = !text.contains(char::is_whitespace);
            found.extend(placed(source, span, text, named, |_, _| is_certain));
        };
        if let Kind::String(text) = node.kind() {
            note(text, node.span(), Names::All);
        }
        if let Some((entry, argument)) = call(node) {
            let text = substituted(argument).filter(|_| &*entry.key == "Fn::Sub");
            if let Some((text, span)) = text.and_then(|node| Some((node.as_str()?, node.span()))) {
                note(text, span, Names::LeftBySub);
            }
            continue;
        }
        for entry in node.entries() {
            note(&entry.key, entry.key_span, Names::All);
        }
        pending.extend(node.items());
        pending.extend(node.entries().iter().map(|entry| tree.node(entry.value)));
    }
    found.sort_by_key(|found| found.span);
    found
}
