//! The state machine and its scopes: one `States` object with its `StartAt` each.

use std::sync::Arc;

use foldhash::HashMap;

use super::field::{Reader, is_object};
use super::{Field, State, Target, query_language};
use crate::query::QueryLanguage;
use crate::syntax::{NodeId, Span};

/// A definition.
#[derive(Clone, Debug)]
pub struct StateMachine {
    /// `Comment`
    pub comment: Option<Field<Arc<str>>>,
    /// `Version`
    pub version: Option<Field<Arc<str>>>,
    /// `TimeoutSeconds` of the whole execution.
    pub timeout_seconds: Option<Field<i64>>,
    /// `QueryLanguage`, when it is given and known.
    pub query_language: Option<Field<QueryLanguage>>,
    /// The outermost scope.
    pub flow: Flow,
}

/// How the executions of a state machine are run and billed; its definition does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateMachineType {
    /// `STANDARD`: up to a year long, with a history.
    #[default]
    Standard,
    /// `EXPRESS`: up to five minutes, without callbacks and jobs.
    Express,
}

/// One scope of states: the machine's, a branch's, an item processor's.
#[derive(Clone, Debug)]
pub struct Flow {
    /// `StartAt`
    pub start_at: Option<Target>,
    /// The states in order; of states with one name, all are here.
    pub states: Vec<State>,
    /// Where the scope's object stands.
    pub span: Span,
    /// Where the key `States` stands.
    pub states_key: Option<Span>,
    /// The scope's object in the tree.
    pub node: NodeId,
    names: HashMap<Arc<str>, usize>,
}

impl StateMachine {
    /// The query language of states that do not choose their own.
    #[must_use]
    pub fn language(&self) -> QueryLanguage {
        self.query_language
            .as_ref()
            .map_or(QueryLanguage::JsonPath, |field| field.value)
    }

    /// Every scope, outer ones before the ones inside them, in order of the text.
    #[must_use]
    pub fn flows(&self) -> Vec<&Flow> {
        let mut all = Vec::new();
        let mut pending = vec![&self.flow];
        while let Some(flow) = pending.pop() {
            all.push(flow);
            let inner: Vec<&Flow> = flow.states.iter().flat_map(State::flows).collect();
            pending.extend(inner.into_iter().rev());
        }
        all
    }

    /// Every state of every scope.
    pub fn states(&self) -> impl Iterator<Item = &State> {
        self.flows().into_iter().flat_map(|flow| &flow.states)
    }

    pub(super) fn read(mut reader: Reader<'_, '_>) -> Self {
        if !is_object(reader.node) {
            let node = reader.node;
            reader.wrong_type(
                "a definition",
                "an object with `StartAt` and `States`",
                node,
            );
        }
        let query_language = reader.string("QueryLanguage").and_then(|field| {
            Some(Field {
                value: query_language(&field.value)?,
                key: field.key,
                span: field.span,
                node: field.node,
            })
        });
        let language = query_language
            .as_ref()
            .map_or(QueryLanguage::JsonPath, |field| field.value);
        Self {
            comment: reader.string("Comment"),
            version: reader.string("Version"),
            timeout_seconds: reader.integer("TimeoutSeconds"),
            query_language,
            flow: Flow::read(&mut reader, language),
        }
    }
}

impl Flow {
    /// The state of this name: the last one, when several have it.
    #[must_use]
    pub fn state(&self, name: &str) -> Option<&State> {
        self.index(name).map(|index| &self.states[index])
    }

    /// The place of the state of this name in [`Flow::states`].
    #[must_use]
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    pub(super) fn read(reader: &mut Reader<'_, '_>, language: QueryLanguage) -> Self {
        let start_at = reader.target("StartAt");
        let field = reader.object("States");
        let count = field
            .as_ref()
            .map_or(0, |field| field.value.entries().len());
        let mut states = Vec::with_capacity(count);
        if let Some(field) = &field {
            for entry in field.value.entries() {
                let node = field.value.tree().node(entry.value);
                states.push(State::read(&mut reader.at(node), entry, language));
            }
        }
        let names = states
            .iter()
            .enumerate()
            .map(|(at, state)| (state.name.clone(), at))
            .collect();
        Self {
            start_at,
            states,
            span: reader.node.span(),
            states_key: field.map(|field| field.key),
            node: reader.node.id(),
            names,
        }
    }
}
