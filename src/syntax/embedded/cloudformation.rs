//! `CloudFormation` and SAM: resources of two types, each with several ways to give a definition.

use super::{Embedded, Finder, Place, Substitution, fields, functions, is_express};
use crate::syntax::{Entry, Kind, Node};

pub(super) fn find(finder: &mut Finder<'_>, root: Node<'_>) {
    if let Some(resources) = root.get("Resources") {
        in_resources(finder, resources);
    }
}

/// The state machines among resources.
pub(super) fn in_resources(finder: &mut Finder<'_>, resources: Node<'_>) {
    let mut pending: Vec<_> = fields(resources).collect();
    pending.reverse();
    while let Some((entry, resource)) = pending.pop() {
        if entry.key.starts_with("Fn::ForEach") {
            // Its third item holds the resources that it repeats.
            let repeated = resource.items().nth(2);
            pending.extend(repeated.into_iter().flat_map(fields));
            continue;
        }
        let type_field = match resource
            .get("Type")
            .and_then(Node::as_str)
            .map(|name| &**name)
        {
            Some("AWS::StepFunctions::StateMachine") => "StateMachineType",
            Some("AWS::Serverless::StateMachine") => "Type",
            _ => continue,
        };
        if let Some(properties) = resource.get("Properties") {
            let machine = machine(finder, entry, properties, type_field);
            finder.machines.push(machine);
        }
    }
}

fn machine(
    finder: &mut Finder<'_>,
    name: &Entry,
    properties: Node<'_>,
    type_field: &str,
) -> Embedded {
    Embedded {
        name: name.key.clone(),
        name_span: name.key_span,
        place: place(finder, properties),
        is_express: is_express(properties.get(type_field)),
        substitutions: substitutions(properties.get("DefinitionSubstitutions")),
    }
}

fn place(finder: &mut Finder<'_>, properties: Node<'_>) -> Place {
    if let Some(node) = properties
        .get("Definition")
        .or_else(|| properties.get("DefinitionString"))
    {
        return finder.value(node);
    }
    // `aws cloudformation package` takes paths in both.
    let named = properties.get("DefinitionUri");
    match named.or_else(|| properties.get("DefinitionS3Location")) {
        None => Place::Elsewhere("the template gives none"),
        Some(node) => file(node),
    }
}

/// A path beside the template; anything else is in a bucket.
fn file(node: Node<'_>) -> Place {
    match node.as_str() {
        Some(path) if !path.contains("://") && !path.contains("${") => Place::File {
            path: path.clone(),
            span: node.span(),
        },
        _ => Place::Elsewhere("it is in a bucket"),
    }
}

fn substitutions(node: Option<Node<'_>>) -> Option<Vec<Substitution>> {
    let Some(node) = node else {
        return Some(Vec::new());
    };
    let is_object = matches!(node.kind(), Kind::Object(_));
    if !is_object || functions::call(node).is_some() {
        return None;
    }
    // A transform may add any.
    if node
        .entries()
        .iter()
        .any(|entry| entry.key.starts_with("Fn::"))
    {
        return None;
    }
    let entries = node.entries().iter();
    let substitution = |entry: &Entry| Substitution {
        name: entry.key.clone(),
        span: entry.key_span,
    };
    Some(entries.map(substitution).collect())
}
