//! `variableReferences`: which variables each state reads (01 §1.6).

use std::collections::{BTreeMap, BTreeSet};

use crate::data::Json;
use crate::language;
use crate::language::expressions::{Slot, sites};
use crate::query::jsonata::{Reading, strip_delimiters};
use crate::query::{Argument, Path, Root};
use crate::syntax::{self, Format, Node, Source};

/// The names that each state reads, sorted; nothing when none reads any (recorded).
pub(super) fn references(definition: &str) -> Option<Json> {
    let source = Source::new("definition", definition);
    let (tree, _) = syntax::read(&source, Format::Json);
    let (machine, _) = language::read(&tree);
    let mut states: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for state in machine.states() {
        let mut names = BTreeSet::new();
        for site in sites(state, tree.node(state.node)) {
            match site.slot {
                Slot::Path | Slot::ReferencePath | Slot::Argument => {
                    if let Some(text) = site.node.as_str() {
                        argument(text, &mut names);
                    }
                }
                // It is written to, and not read.
                Slot::ResultPath => {}
                Slot::Template => template(site.node, &mut names),
                Slot::Jsonata(_) => jsonata(site.node, &mut names),
            }
        }
        if !names.is_empty() {
            states.entry(&state.name).or_default().append(&mut names);
        }
    }
    if states.is_empty() {
        return None;
    }
    let states = states.into_iter().map(|(state, names)| {
        let names = names.into_iter().map(Json::from).collect();
        (state, Json::array(names))
    });
    Some(states.collect())
}

fn argument(text: &str, names: &mut BTreeSet<String>) {
    let found = Argument::parse(text).ok();
    let paths: Vec<&Path> = match &found {
        Some(Argument::Path(path)) => vec![path],
        Some(Argument::Intrinsic(call)) => call.paths(),
        None => Vec::new(),
    };
    names.extend(paths.iter().filter_map(|path| match path.root() {
        Root::Variable(name) => Some(name.to_string()),
        _ => None,
    }));
}

fn template(template: Node<'_>, names: &mut BTreeSet<String>) {
    let mut pending = vec![template];
    while let Some(node) = pending.pop() {
        pending.extend(node.items());
        for entry in node.entries() {
            let value = node.tree().node(entry.value);
            match value.as_str() {
                Some(text) if entry.key.ends_with(".$") => argument(text, names),
                _ => pending.push(value),
            }
        }
    }
}

fn jsonata(value: Node<'_>, names: &mut BTreeSet<String>) {
    let mut pending = vec![value];
    while let Some(node) = pending.pop() {
        pending.extend(node.items());
        let entries = node.entries().iter();
        pending.extend(entries.map(|entry| node.tree().node(entry.value)));
        let inner = node.as_str().and_then(|text| strip_delimiters(text));
        if let Some(Ok(reading)) = inner.map(Reading::of) {
            names.extend(
                reading
                    .usage()
                    .reads
                    .iter()
                    .map(|read| read.name.to_string()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(definition: &str, expected: &str) {
        let found = references(definition).map(|found| found.text().into_owned());
        assert_eq!(found.as_deref().unwrap_or_default(), expected);
    }

    #[test]
    fn what_states_read_is_told_by_their_names() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
              "B": {"Type": "Pass", "InputPath": "$y.z", "Parameters": {"a.$": "States.Array($x, $.x)"}, "Next": "C"},
              "C": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"o": ["{% $w + $states.input.a %}"]}, "End": true}}}"#,
            r#"{"B":["x","y"],"C":["w"]}"#,
        );
    }

    #[test]
    fn where_nothing_is_read_nothing_is_told() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"x": 1}, "End": true}}}"#,
            "",
        );
        check("{", "");
    }
}
