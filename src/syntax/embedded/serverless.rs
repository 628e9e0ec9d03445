//! The Serverless Framework: `stepFunctions.stateMachines` of its plugin, and plain resources.

use super::{Embedded, Finder, Place, cloudformation, fields, is_express};
use crate::syntax::{Entry, Kind, Node};

pub(super) fn find(finder: &mut Finder<'_>, root: Node<'_>) {
    let machines = root
        .get("stepFunctions")
        .and_then(|plugin| plugin.get("stateMachines"));
    if let Some(machines) = machines {
        // The plugin takes a list of such objects too.
        let lists = [machines].into_iter().chain(machines.items());
        for (name, machine) in lists.flat_map(fields) {
            let embedded = embedded(finder, name, machine);
            finder.machines.push(embedded);
        }
    }
    let resources = root
        .get("resources")
        .and_then(|resources| resources.get("Resources"));
    if let Some(resources) = resources {
        cloudformation::in_resources(finder, resources);
    }
}

fn embedded(finder: &mut Finder<'_>, name: &Entry, machine: Node<'_>) -> Embedded {
    Embedded {
        name: name.key.clone(),
        name_span: name.key_span,
        place: place(finder, machine),
        is_express: is_express(machine.get("type")),
        // Its variables are filled in everywhere in the file.
        substitutions: None,
    }
}

fn place(finder: &mut Finder<'_>, machine: Node<'_>) -> Place {
    const VARIABLE: Place = Place::Elsewhere("a variable of Serverless stands for it");
    let definition = match (machine.kind(), machine.get("definition")) {
        (Kind::String(_), _) => return VARIABLE,
        (_, None) => return Place::Elsewhere("the configuration gives none"),
        (_, Some(definition)) => definition,
    };
    let Some(text) = definition.as_str() else {
        return finder.value(definition);
    };
    if let Some(path) = file(text) {
        return Place::File {
            path: path.into(),
            span: definition.span(),
        };
    }
    if text.starts_with("${") {
        return VARIABLE;
    }
    finder.value(definition)
}

/// The path in `${file(path)}`, when nothing else is asked for.
fn file(text: &str) -> Option<&str> {
    let path = text.trim().strip_prefix("${file(")?.strip_suffix(")}")?;
    let path = path.trim().trim_matches(['"', '\'']);
    (!path.is_empty() && !path.contains(['$', '(', ')', ':'])).then_some(path)
}
