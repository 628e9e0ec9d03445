//! The names of variables and their scopes: what AWS refuses to create (01-fields §1.6).

use std::collections::HashMap;
use std::sync::Arc;

use super::compile::Compiler;
use crate::language::{self, Body, Field, Flow, InTree, StateKind, StateMachine};
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, NodeId, Span};

/// The longest name, in characters.
const LONGEST_NAME: usize = 80;

/// The name that every field sees already.
const RESERVED: &str = "states";

/// The names that a scope and those around it assign, each with the states that do.
#[derive(Default)]
struct Names {
    own: HashMap<Arc<str>, Vec<NodeId>>,
    outer: Option<Around>,
}

/// What is around a scope.
#[derive(Clone)]
struct Around {
    names: Arc<Names>,
    /// The state that the scope is inside of. What it assigns when its branches are over is not
    /// there before: AWS was recorded to take the same names in both.
    owner: NodeId,
}

impl Names {
    fn is_outer(&self, name: &str) -> bool {
        let mut around = self.outer.as_ref();
        while let Some(Around { names, owner }) = around {
            let states = names.own.get(name);
            if states.is_some_and(|states| states.iter().any(|state| state != owner)) {
                return true;
            }
            around = names.outer.as_ref();
        }
        false
    }
}

impl Compiler<'_> {
    /// Reports names that are none, and names of an outer scope that an inner one assigns.
    pub(super) fn variables(&mut self, machine: &StateMachine) {
        let mut pending = vec![(&machine.flow, None)];
        while let Some((flow, outer)) = pending.pop() {
            let names = Arc::new(self.names(flow, outer));
            for state in &flow.states {
                // The children of a distributed Map see no variables of the execution they are of.
                let sees = !matches!(&state.body, Body::Map(map) if map.is_distributed());
                let around = sees.then(|| Around {
                    names: Arc::clone(&names),
                    owner: state.node,
                });
                let inner = state.flows().iter();
                pending.extend(inner.map(|flow| (flow, around.clone())));
            }
        }
    }

    fn names(&mut self, flow: &Flow, outer: Option<Around>) -> Names {
        let mut names = Names {
            own: HashMap::new(),
            outer,
        };
        for state in &flow.states {
            for field in assigns(state) {
                for (name, place) in self.assigned(state.language, field) {
                    self.name(&names, &name, place);
                    names.own.entry(name).or_default().push(state.node);
                }
            }
        }
        names
    }

    /// The names that an `Assign` sets, and where they stand.
    fn assigned(
        &mut self,
        language: QueryLanguage,
        field: &Field<InTree>,
    ) -> Vec<(Arc<str>, Span)> {
        let node = self.tree.node(field.node);
        let bare = |key: &Arc<str>| match language {
            QueryLanguage::JsonPath => key
                .strip_suffix(".$")
                .map_or_else(|| key.clone(), Arc::from),
            QueryLanguage::Jsonata => key.clone(),
        };
        let entries = node.entries().iter();
        entries
            .map(|entry| (bare(&entry.key), entry.key_span))
            .collect()
    }

    fn name(&mut self, names: &Names, name: &str, place: Span) {
        if let Some(fault) = fault(name) {
            let message = format!("\"{name}\" is no name for a variable: {fault}");
            self.report(Diagnostic::error("invalid-variable-name", message).label(place, ""));
        } else if names.is_outer(name) {
            let message = format!("variable \"{name}\" is assigned in an outer scope as well");
            let help = "an inner scope reads outer variables but cannot assign their names: \
                        choose another name";
            let diagnostic = Diagnostic::error("shadowed-variable", message).help(help);
            self.report(diagnostic.label(place, "assigned here in an inner scope"));
        }
    }
}

/// Every `Assign` that a state can carry out.
fn assigns(state: &language::State) -> Vec<&Field<InTree>> {
    if matches!(state.kind(), Some(StateKind::Succeed | StateKind::Fail)) {
        return Vec::new();
    }
    let rules = match &state.body {
        Body::Choice(choice) => choice.rules.as_slice(),
        _ => &[],
    };
    let rules = rules.iter().filter_map(|rule| rule.assign.as_ref());
    let catchers = state
        .catch
        .iter()
        .filter_map(|catcher| catcher.assign.as_ref());
    state
        .io
        .assign
        .iter()
        .chain(rules)
        .chain(catchers)
        .collect()
}

/// What keeps a name from being a variable's. That it must be a Unicode identifier is what the
/// specification says, but it is unconfirmed, and a definition published as valid has a hyphen
/// in one: such a name is set and cannot be read, which a dry run shows.
fn fault(name: &str) -> Option<String> {
    if name.chars().count() > LONGEST_NAME {
        return Some(format!("it is longer than {LONGEST_NAME} characters"));
    }
    (name == RESERVED).then(|| "it is reserved".into())
}
