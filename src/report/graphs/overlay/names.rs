//! The states of a graph by their names.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::graph::{Graph, Scope, Vertex};

/// A name's number: names that a history has and the graph has not are numbered too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NameId(u32);

/// How many names of no state are told apart; all others are one name.
const MAX_UNKNOWN: usize = 10_000;

/// The states of each name.
#[derive(Clone, Debug)]
pub(super) struct Names {
    numbers: HashMap<Arc<str>, NameId, RandomState>,
    /// Of each name its states. AWS refuses a machine where there are several.
    states: Vec<Vec<Vertex>>,
    texts: Vec<Arc<str>>,
    most: usize,
}

impl Names {
    /// Those of a graph. Of several states with a name the ones that can be reached come first.
    pub(super) fn of(graph: &Graph<'_>) -> Self {
        let mut names = Self {
            numbers: HashMap::default(),
            states: Vec::new(),
            texts: Vec::new(),
            most: usize::MAX,
        };
        for (vertex, state) in graph.scopes().flat_map(Scope::states) {
            let NameId(number) = names.number(&state.name);
            names.states[number as usize].push(vertex);
        }
        for states in &mut names.states {
            states.sort_by_key(|vertex| !graph.is_reachable(*vertex));
        }
        names.most = names.texts.len() + MAX_UNKNOWN;
        names
    }

    /// The number of a name.
    pub(super) fn number(&mut self, name: &str) -> NameId {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let last = self.texts.len().min(self.most);
        let number = NameId(u32::try_from(last).expect("no definition has so many names"));
        if last < self.most {
            let name: Arc<str> = name.into();
            self.texts.push(Arc::clone(&name));
            self.states.push(Vec::new());
            self.numbers.insert(name, number);
        }
        number
    }

    /// The states of this name.
    pub(super) fn states(&self, name: NameId) -> &[Vertex] {
        self.states.get(name.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The name of a number, unless it stands for several.
    pub(super) fn name(&self, name: NameId) -> Option<&Arc<str>> {
        self.texts.get(name.0 as usize)
    }
}
