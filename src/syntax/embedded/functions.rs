//! The functions of `CloudFormation`: `{"Ref": …}`, `{"Fn::…": …}`, and the tags of YAML that are
//! short for them. Only a deployment knows what they give; until then each stands for a text with
//! placeholders, `${Function.Arn}` for `!GetAtt Function.Arn`.

use std::collections::HashSet;
use std::fmt::Write;

use foldhash::fast::FixedState;

use crate::syntax::{Entry, Kind, Node, NodeId, Source, Span, Tree};

/// The functions by their tags.
const TAGS: &[(&str, &str)] = &[
    ("And", "Fn::And"),
    ("Base64", "Fn::Base64"),
    ("Cidr", "Fn::Cidr"),
    ("Condition", "Condition"),
    ("Contains", "Fn::Contains"),
    ("Equals", "Fn::Equals"),
    ("FindInMap", "Fn::FindInMap"),
    ("ForEach", "Fn::ForEach"),
    ("GetAZs", "Fn::GetAZs"),
    ("GetAtt", "Fn::GetAtt"),
    ("If", "Fn::If"),
    ("ImportValue", "Fn::ImportValue"),
    ("Join", "Fn::Join"),
    ("Length", "Fn::Length"),
    ("Not", "Fn::Not"),
    ("Or", "Fn::Or"),
    ("Ref", "Ref"),
    ("Select", "Fn::Select"),
    ("Split", "Fn::Split"),
    ("Sub", "Fn::Sub"),
    ("ToJsonString", "Fn::ToJsonString"),
    ("Transform", "Fn::Transform"),
];

/// The function that a tag such as `!Sub` is short for.
pub(in crate::syntax) fn function_of_tag(tag: &str) -> Option<&'static str> {
    let found = TAGS.iter().find(|(known, _)| *known == tag)?;
    Some(found.1)
}

/// The function that a node calls, with its argument.
pub(super) fn call(node: Node<'_>) -> Option<(&Entry, Node<'_>)> {
    let [entry] = node.entries() else {
        return None;
    };
    let is_function = matches!(&*entry.key, "Ref" | "Condition") || entry.key.starts_with("Fn::");
    // A tag is a function whatever it is called; `{"Condition": …}` is one in conditions alone.
    (is_function && &*entry.key != "Condition").then(|| (entry, node.tree().node(entry.value)))
}

/// How many bytes all texts of one template's functions may have together.
pub(super) const MOST_TEXT: usize = 16 << 20;

/// The text that a function stands for; `budget` is what is left of [`MOST_TEXT`].
pub(super) fn text(entry: &Entry, argument: Node<'_>, budget: &mut usize) -> String {
    let mut out = String::new();
    if !write_known(&mut out, &entry.key, argument, budget) {
        out = placeholder(&entry.key);
    }
    *budget = budget.saturating_sub(out.len());
    out
}

fn write_known(out: &mut String, name: &str, argument: Node<'_>, budget: &mut usize) -> bool {
    match name {
        "Ref" => named(out, [argument].into_iter()),
        "Fn::GetAtt" => match argument.kind() {
            Kind::Array(_) => named(out, argument.items()),
            _ => named(out, [argument].into_iter()),
        },
        "Fn::Sub" => match substituted(argument).and_then(Node::as_str) {
            Some(text) if text.len() <= *budget => {
                out.push_str(text);
                true
            }
            _ => false,
        },
        "Fn::Join" => joined(out, argument, budget),
        _ => false,
    }
}

/// The text of `Fn::Sub`, which may stand in a list with its own variables.
pub(super) fn substituted(argument: Node<'_>) -> Option<Node<'_>> {
    match argument.kind() {
        Kind::Array(_) => argument.items().next(),
        _ => Some(argument),
    }
}

/// The separator and the parts of `Fn::Join`.
pub(super) fn join(argument: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let mut items = argument.items();
    match (items.next(), items.next(), items.next()) {
        (Some(separator), Some(parts), None) if matches!(parts.kind(), Kind::Array(_)) => {
            Some((separator, parts))
        }
        _ => None,
    }
}

fn joined(out: &mut String, argument: Node<'_>, budget: &mut usize) -> bool {
    let Some((separator, parts)) = join(argument) else {
        return false;
    };
    let Some(separator) = separator.as_str() else {
        return false;
    };
    for (at, part) in parts.items().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        // Readers keep trees within `MAX_DEPTH`, so this recursion is bounded.
        match (part.kind(), call(part)) {
            (Kind::String(text), _) => out.push_str(text),
            (Kind::Number(_) | Kind::Bool(_), _) => out.push_str(&part.to_json().text()),
            (_, Some((entry, argument))) => out.push_str(&text(entry, argument, budget)),
            _ => return false,
        }
        if out.len() > *budget {
            return false;
        }
    }
    true
}

fn named<'t>(out: &mut String, parts: impl Iterator<Item = Node<'t>>) -> bool {
    out.push_str("${");
    for (at, part) in parts.enumerate() {
        let Some(text) = part.as_str() else {
            return false;
        };
        let separator = if at > 0 { "." } else { "" };
        write!(out, "{separator}{}", name(text)).expect("a string takes all");
    }
    out.push('}');
    true
}

/// A placeholder for what a function gives.
pub(super) fn placeholder(function: &str) -> String {
    format!("${{{}}}", name(function))
}

/// What can stand in a placeholder.
fn name(text: &str) -> String {
    const MOST: usize = 200;
    let allowed = |char: &char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':');
    text.chars().filter(allowed).take(MOST).collect()
}

/// Makes every function below a node the text that it stands for, so that what is left is a
/// definition with placeholders. An `AWS::NoValue` takes its field away, as a deployment does.
pub fn settle(tree: &mut Tree, root: NodeId) {
    settle_where(tree, root, |_| true);
}

/// Makes the functions below a node texts that are written as tags: outside of templates,
/// `{"Ref": "x"}` is an object like any other.
pub fn settle_tags(source: &Source, tree: &mut Tree, root: NodeId) {
    if !source.text.contains('!') {
        return;
    }
    settle_where(tree, root, |entry| {
        let written = source.text.get(entry.key_span.range());
        written.is_some_and(|written| written.starts_with('!'))
    });
}

fn settle_where(tree: &mut Tree, root: NodeId, is_function: impl Fn(&Entry) -> bool) {
    let mut budget = MOST_TEXT;
    let mut changes: Vec<(NodeId, Option<(String, Span)>)> = Vec::new();
    let mut pending = vec![root];
    // What aliases repeat is looked at once.
    let mut seen: HashSet<NodeId, FixedState> = HashSet::default();
    while let Some(id) = pending.pop() {
        let node = tree.node(id);
        if !seen.insert(id) {
            continue;
        }
        if let Some((entry, argument)) = call(node).filter(|(entry, _)| is_function(entry)) {
            changes.push((id, settled(node, entry, argument, &mut budget)));
            continue;
        }
        pending.extend(node.items().map(Node::id));
        pending.extend(node.entries().iter().map(|entry| entry.value));
    }
    let is_gone = |(_, text): &&(NodeId, Option<_>)| text.is_none();
    let gone: HashSet<NodeId, FixedState> =
        changes.iter().filter(is_gone).map(|(id, _)| *id).collect();
    let holder = |id: &NodeId| tree.node(*id).parent().map(Node::id);
    let holders: HashSet<NodeId, FixedState> = gone.iter().filter_map(holder).collect();
    for holder in holders {
        tree.remove_entries(holder, |entry| gone.contains(&entry.value));
    }
    for (id, text) in changes {
        let (text, span) =
            text.unwrap_or_else(|| (placeholder("AWS::NoValue"), tree.node(id).span()));
        tree.replace(id, Kind::String(text.into()), span);
    }
}

/// The text and the place of a function; `None` for `AWS::NoValue`.
fn settled(
    node: Node<'_>,
    entry: &Entry,
    argument: Node<'_>,
    budget: &mut usize,
) -> Option<(String, Span)> {
    let is_nothing = &*entry.key == "Ref"
        && argument
            .as_str()
            .is_some_and(|name| &**name == "AWS::NoValue");
    if is_nothing {
        return None;
    }
    // Parts of a text that is substituted stand where they stand in the text.
    let span = match &*entry.key {
        "Fn::Sub" => substituted(argument).map(Node::span),
        _ => None,
    };
    Some((text(entry, argument, budget), span.unwrap_or(node.span())))
}
