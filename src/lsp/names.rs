//! Names of states where they stand: as keys of `States`, and wherever a transition leads to one.
//! A name means a state of its own scope only.

use std::collections::HashSet;

use lsp_types::{DocumentHighlight, DocumentHighlightKind, Location};

use super::client::Client;
use super::document::Document;
use crate::language::{Body, Flow, State, StateMachine, Target};
use crate::syntax::Span;

/// A state's name at one place.
#[derive(Clone, Copy)]
pub(super) struct Occurrence<'m> {
    pub(super) flow: &'m Flow,
    pub(super) name: &'m str,
    pub(super) span: Span,
    /// Whether it is the state's own key.
    pub(super) is_key: bool,
}

/// A transition of a state, with the words for where it is written.
pub(super) struct Lead<'m> {
    pub(super) by: String,
    pub(super) to: &'m Target,
}

/// The name that stands at a byte; the end of a name belongs to it, because there the cursor is
/// after typing it.
pub(super) fn at(machine: &StateMachine, offset: usize) -> Option<Occurrence<'_>> {
    let touches = |span: Span| span.start as usize <= offset && offset <= span.end as usize;
    let flows = machine.flows().into_iter();
    flows
        .flat_map(occurrences)
        .find(|found| touches(found.span))
}

/// Every place in the scope where the same name stands, in the order of the text, each once.
pub(super) fn all<'m>(of: Occurrence<'m>) -> Vec<Occurrence<'m>> {
    let mut found: Vec<Occurrence<'m>> = occurrences(of.flow)
        .filter(|occurrence| occurrence.name == of.name)
        .collect();
    found.sort_by_key(|occurrence| occurrence.span);
    // What stands below a YAML anchor stands there for every alias.
    let mut seen = HashSet::new();
    found.retain(|occurrence| seen.insert(occurrence.span));
    found
}

fn occurrences(flow: &Flow) -> impl Iterator<Item = Occurrence<'_>> {
    let target = |target| named_by(flow, target);
    let start = flow.start_at.iter().map(target);
    let states = flow.states.iter().flat_map(move |state| {
        let key = Occurrence {
            flow,
            name: &state.name,
            span: state.name_span,
            is_key: true,
        };
        let targets = state.targets().into_iter().map(target);
        std::iter::once(key).chain(targets)
    });
    start.chain(states)
}

fn named_by<'m>(flow: &'m Flow, target: &'m Target) -> Occurrence<'m> {
    Occurrence {
        flow,
        name: &target.name,
        span: target.span,
        is_key: false,
    }
}

/// Every transition of a state, in the order of [`State::targets`].
pub(super) fn leads(state: &State) -> Vec<Lead<'_>> {
    fn lead(by: String, to: Option<&Target>) -> Option<Lead<'_>> {
        to.map(|to| Lead { by, to })
    }
    let mut leads = Vec::new();
    if let Body::Choice(choice) = &state.body {
        for (index, rule) in choice.rules.iter().enumerate() {
            leads.extend(lead(format!("Choices[{index}]"), rule.next.as_ref()));
        }
        leads.extend(lead("Default".to_owned(), choice.default.as_ref()));
    }
    leads.extend(lead("Next".to_owned(), state.transition.next.as_ref()));
    for (index, catcher) in state.catch.iter().enumerate() {
        leads.extend(lead(format!("Catch[{index}]"), catcher.next.as_ref()));
    }
    leads
}

/// Where the state of the name at a byte stands. A name that its scope does not have leads to
/// the states of that name in other scopes, where it may have been meant to lead.
pub(super) fn definition(document: &Document, offset: usize, client: Client) -> Vec<Location> {
    let reading = document.reading();
    let Some(found) = at(&reading.machine, offset) else {
        return Vec::new();
    };
    let states: Vec<&State> = if let Some(state) = found.flow.state(found.name) {
        vec![state]
    } else {
        let states = reading.machine.states();
        states.filter(|state| *state.name == *found.name).collect()
    };
    let range = |state: &State| client.encoding.range(&reading.lines, state.name_span);
    let locations = states.into_iter().map(range);
    locations
        .map(|range| Location::new(document.uri.clone(), range))
        .collect()
}

/// Where the name at a byte stands in its scope, with the state's own key or without.
pub(super) fn references(
    document: &Document,
    offset: usize,
    with_key: bool,
    client: Client,
) -> Vec<Location> {
    let reading = document.reading();
    let found = at(&reading.machine, offset).map(all).unwrap_or_default();
    let wanted = found.into_iter().filter(|found| with_key || !found.is_key);
    let ranges = wanted.map(|found| client.encoding.range(&reading.lines, found.span));
    ranges
        .map(|range| Location::new(document.uri.clone(), range))
        .collect()
}

/// The same places, to be shown in the text.
pub(super) fn highlights(
    document: &Document,
    offset: usize,
    client: Client,
) -> Vec<DocumentHighlight> {
    let reading = document.reading();
    let found = at(&reading.machine, offset).map(all).unwrap_or_default();
    let highlight = |found: Occurrence<'_>| DocumentHighlight {
        range: client.encoding.range(&reading.lines, found.span),
        kind: Some(if found.is_key {
            DocumentHighlightKind::WRITE
        } else {
            DocumentHighlightKind::READ
        }),
    };
    found.into_iter().map(highlight).collect()
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::open;
    use super::*;

    const TEXT: &str = r#"{"StartAt": "A", "States": {
"A": {"Type": "Choice", "Choices": [{"Next": "B"}], "Default": "C"},
"B": {"Type": "Parallel", "Next": "C", "Catch": [{"Next": "C"}], "Branches": [
{"StartAt": "C", "States": {"C": {"Type": "Pass", "Next": "A"}}}]},
"C": {"Type": "Succeed"}}}"#;

    /// Lines and columns, from 0, of what the name at a place of the text leads to.
    fn places(locations: &[Location]) -> Vec<(u32, u32)> {
        let starts = locations.iter().map(|location| location.range.start);
        starts.map(|start| (start.line, start.character)).collect()
    }

    fn offset(of: &str) -> usize {
        TEXT.find(of).expect("is in the text") + of.len()
    }

    fn goes(of: &str, expected: &[(u32, u32)]) {
        let document = open("a.asl.json", TEXT);
        let found = definition(&document, offset(of), Client::default());
        assert_eq!(places(&found), expected, "{of}");
    }

    #[test]
    fn every_field_that_names_a_state_leads_to_it() {
        goes(r#"{"StartAt": "A"#, &[(1, 0)]);
        goes(r#"[{"Next": "B"#, &[(2, 0)]);
        goes(r#""Default": "C"#, &[(4, 0)]);
        goes(r#""Catch": [{"Next": "C"#, &[(4, 0)]);
        goes(r#""A": {"Type": "Cho"#, &[]);
    }

    #[test]
    fn a_name_means_the_state_of_its_scope() {
        goes("{\"StartAt\": \"C", &[(3, 28)]);
        goes(r#""Pass", "Next": "A"#, &[(1, 0)]);
    }

    #[test]
    fn references_are_those_of_the_scope() {
        let document = open("a.asl.json", TEXT);
        let at = offset(r#""Default": "C"#);
        let client = Client::default();
        let found = references(&document, at, false, client);
        assert_eq!(places(&found), [(1, 63), (2, 34), (2, 58)]);
        let found = references(&document, at, true, client);
        assert_eq!(places(&found), [(1, 63), (2, 34), (2, 58), (4, 0)]);
        let kinds = highlights(&document, at, client);
        let kinds: Vec<_> = kinds
            .iter()
            .filter_map(|highlight| highlight.kind)
            .collect();
        assert_eq!(
            kinds[2..],
            [DocumentHighlightKind::READ, DocumentHighlightKind::WRITE]
        );
    }

    #[test]
    fn what_an_alias_repeats_stands_in_one_place() {
        let text = "StartAt: P\nStates:\n  P:\n    Type: Parallel\n    End: true\n    Branches:\n    - &b\n      StartAt: A\n      States:\n        A: {Type: Succeed}\n    - *b\n";
        let document = open("a.asl.yaml", text);
        let at = text.find("A: {").expect("is in the text");
        assert_eq!(references(&document, at, true, Client::default()).len(), 2);
    }
}
