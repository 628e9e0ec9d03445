//! The outline of a document: its states, those of branches and processors within their state.

#![expect(
    deprecated,
    reason = "the protocol's types demand the field that it deprecates"
)]

use lsp_types::{DocumentSymbol, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind};

use super::client::Client;
use super::document::Document;
use crate::language::{Body, Flow, State, StateKind};
use crate::syntax::Span;

/// The outline, nested if the client shows that.
pub(super) fn symbols(document: &Document, client: Client) -> DocumentSymbolResponse {
    let machine = &document.reading().machine;
    if client.nests_symbols {
        return DocumentSymbolResponse::Nested(of_flow(&machine.flow, document, client));
    }
    let of_flow = |flow: &Flow, owner: Option<&State>| -> Vec<SymbolInformation> {
        let states = flow.states.iter();
        states
            .map(|state| flat(state, owner, document, client))
            .collect()
    };
    let mut all = of_flow(&machine.flow, None);
    for state in machine.states() {
        all.extend(
            state
                .flows()
                .iter()
                .flat_map(|flow| of_flow(flow, Some(state))),
        );
    }
    DocumentSymbolResponse::Flat(all)
}

/// Recursion is bounded by the depth of a tree.
fn of_flow(flow: &Flow, document: &Document, client: Client) -> Vec<DocumentSymbol> {
    let symbol = |state| of_state(state, document, client);
    flow.states.iter().map(symbol).collect()
}

fn of_state(state: &State, document: &Document, client: Client) -> DocumentSymbol {
    let children = match state.flows() {
        [one] => of_flow(one, document, client),
        branches => {
            let branches = branches.iter().enumerate();
            let symbol = |(at, flow)| of_branch(at, flow, document, client);
            branches.map(symbol).collect()
        }
    };
    let range = |span| client.encoding.range(&document.reading().lines, span);
    DocumentSymbol {
        name: shown(&state.name),
        detail: Some(detail(state)),
        kind: kind(state),
        tags: None,
        deprecated: None,
        range: range(whole(state)),
        selection_range: range(state.name_span),
        children: (!children.is_empty()).then_some(children),
    }
}

fn of_branch(at: usize, flow: &Flow, document: &Document, client: Client) -> DocumentSymbol {
    let range = client.encoding.range(&document.reading().lines, flow.span);
    DocumentSymbol {
        name: format!("branch {at}"),
        detail: None,
        kind: SymbolKind::NAMESPACE,
        tags: None,
        deprecated: None,
        range,
        selection_range: range,
        children: Some(of_flow(flow, document, client)),
    }
}

fn flat(
    state: &State,
    owner: Option<&State>,
    document: &Document,
    client: Client,
) -> SymbolInformation {
    let range = client
        .encoding
        .range(&document.reading().lines, whole(state));
    SymbolInformation {
        name: shown(&state.name),
        kind: kind(state),
        tags: None,
        deprecated: None,
        location: Location::new(document.uri.clone(), range),
        container_name: owner.map(|owner| shown(&owner.name)),
    }
}

/// The key and the value; a value that a YAML alias repeats stands elsewhere.
fn whole(state: &State) -> Span {
    if state.span.start < state.name_span.end {
        return state.name_span;
    }
    Span {
        start: state.name_span.start,
        end: state.span.end,
    }
}

/// Clients refuse symbols without a name.
fn shown(name: &str) -> String {
    if name.trim().is_empty() {
        return "(no name)".to_owned();
    }
    name.to_owned()
}

fn detail(state: &State) -> String {
    let kind = state.type_name.as_ref();
    let kind = kind.map_or("no type", |field| &field.value);
    match &state.body {
        Body::Task(task) => match &task.resource {
            Some(resource) => format!("{kind} · {}", resource.value.text()),
            None => kind.to_owned(),
        },
        _ => kind.to_owned(),
    }
}

/// The protocol has no symbols for states: these are told apart well by their pictures.
fn kind(state: &State) -> SymbolKind {
    match state.kind() {
        Some(StateKind::Task) => SymbolKind::FUNCTION,
        Some(StateKind::Pass) => SymbolKind::CONSTANT,
        Some(StateKind::Choice) => SymbolKind::ENUM,
        Some(StateKind::Wait | StateKind::Succeed | StateKind::Fail) => SymbolKind::EVENT,
        Some(StateKind::Parallel) => SymbolKind::MODULE,
        Some(StateKind::Map) => SymbolKind::ARRAY,
        None => SymbolKind::OBJECT,
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::open;
    use super::*;

    const TEXT: &str = r#"{"StartAt": "A", "States": {
"A": {"Type": "Parallel", "Branches": [
  {"StartAt": "B", "States": {"B": {"Type": "Task", "Resource": "arn:x"}}},
  {"StartAt": "", "States": {"": {}}}], "Next": "M"},
"M": {"Type": "Map", "ItemProcessor": {"States": {"I": {"Type": "Wait"}}}}}}"#;

    fn told(symbols: &[DocumentSymbol], depth: usize, lines: &mut Vec<String>) {
        for symbol in symbols {
            assert!(symbol.range.start <= symbol.selection_range.start);
            assert!(symbol.selection_range.end <= symbol.range.end);
            let detail = symbol.detail.as_deref().unwrap_or_default();
            lines.push(format!("{}{} {detail}", "  ".repeat(depth), symbol.name));
            told(
                symbol.children.as_deref().unwrap_or_default(),
                depth + 1,
                lines,
            );
        }
    }

    #[test]
    fn states_are_nested_by_scope() {
        let client = Client {
            nests_symbols: true,
            ..Client::default()
        };
        let DocumentSymbolResponse::Nested(found) = symbols(&open("a.asl.json", TEXT), client)
        else {
            panic!("the client nests symbols");
        };
        let mut lines = Vec::new();
        told(&found, 0, &mut lines);
        assert_eq!(
            lines,
            [
                "A Parallel",
                "  branch 0 ",
                "    B Task · arn:x",
                "  branch 1 ",
                "    (no name) no type",
                "M Map",
                "  I Wait"
            ]
        );
    }

    #[test]
    fn other_clients_get_a_list_with_the_states_around() {
        let found = symbols(&open("a.asl.json", TEXT), Client::default());
        let DocumentSymbolResponse::Flat(found) = found else {
            panic!("the client does not nest symbols");
        };
        let found: Vec<_> = found
            .iter()
            .map(|symbol| (&*symbol.name, symbol.container_name.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("A", None),
                ("M", None),
                ("B", Some("A")),
                ("(no name)", Some("A")),
                ("I", Some("M"))
            ]
        );
    }
}
