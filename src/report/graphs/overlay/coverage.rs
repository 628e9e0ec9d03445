//! The coverage of a suite on a picture: what its cases went through, and what nothing did.
//!
//! A coverage file counts states, rules, defaults, catchers and retriers. It does not count the
//! transitions of `Next`, nor ends: a state that was entered more often than its catchers took
//! over is told to have gone on.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;

use super::execution::{grouped, joined, states, way_mark};
use super::{Mark, Overlay, Paint, Taken};
use crate::graph::{Edge, EdgeKind, Graph, Scope, Vertex};

/// The version of the file that is read.
const VERSION: u32 = 1;

/// A file that `asl test --coverage=FILE` wrote.
#[derive(Clone, Debug, Deserialize)]
pub struct CoverageFile {
    #[serde(rename = "aslCoverage")]
    version: u32,
    /// The machines that were tested.
    pub machines: Vec<MachineCoverage>,
}

/// What of one machine was gone through.
#[derive(Clone, Debug, Deserialize)]
pub struct MachineCoverage {
    /// The definition's path from where the tests were run.
    pub definition: String,
    /// The machine's name in its template.
    pub machine: Option<String>,
    states: HashMap<String, StateCoverage>,
}

#[derive(Clone, Debug, Deserialize)]
struct StateCoverage {
    #[serde(default = "counted")]
    counted: bool,
    #[serde(default)]
    entered: u64,
    #[serde(default)]
    rules: Vec<u64>,
    #[serde(default)]
    default: u64,
    #[serde(default)]
    catchers: Vec<u64>,
    #[serde(default)]
    retriers: Vec<u64>,
}

fn counted() -> bool {
    true
}

/// Why a text is no coverage file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCoverage(String);

impl fmt::Display for NoCoverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl CoverageFile {
    /// Reads a coverage file.
    ///
    /// # Errors
    /// When the text is something else, or of a newer version.
    pub fn read(text: &str) -> Result<Self, NoCoverage> {
        let file: Self = serde_json::from_str(text).map_err(|error| {
            NoCoverage(format!(
                "this is no coverage file of `asl test --coverage=FILE`: {error}"
            ))
        })?;
        if file.version > VERSION {
            return Err(NoCoverage(format!(
                "this coverage file has version {}, and this program reads up to {VERSION}: update it",
                file.version
            )));
        }
        Ok(file)
    }
}

impl MachineCoverage {
    /// The states that it names and the definition does not have, in order of their names, and
    /// how many the definition has.
    #[must_use]
    pub fn strangers(&self, graph: &Graph<'_>) -> (Vec<&str>, usize) {
        let known: std::collections::HashSet<&str> =
            states(graph).map(|(_, state)| &*state.name).collect();
        let names = self.states.keys().map(String::as_str);
        let (known, mut strangers): (Vec<_>, Vec<_>) = names.partition(|name| known.contains(name));
        strangers.sort_unstable();
        (strangers, known.len())
    }
}

/// Paints what the cases of a suite went through.
#[must_use]
pub fn coverage(graph: &Graph<'_>, machine: &MachineCoverage) -> Overlay {
    let mut overlay = Overlay::default();
    for (vertex, state) in states(graph) {
        let Some(state) = machine.states.get(&*state.name) else {
            continue;
        };
        if !state.counted {
            overlay.leave_open(vertex);
            overlay.leave_open(graph.scope_of(vertex).start());
            continue;
        }
        if state.entered > 0 {
            let (mark, note) = (Mark::Succeeded, joined(&state.note()));
            overlay.paint(vertex, Paint { mark, note });
        }
    }
    for edge in graph.scopes().flat_map(Scope::edges) {
        let count = machine.taken(graph, edge);
        if count > 0 {
            overlay.take(edge, taken(count, way_mark(&edge.kind)));
        }
    }
    for (vertex, state) in states(graph).filter(|(_, state)| state.is_terminal()) {
        let count = machine
            .state(graph, vertex)
            .map_or(0, StateCoverage::went_on);
        let is_end = state.kind() != Some(crate::language::StateKind::Fail);
        if count > 0 && is_end {
            overlay.end(vertex, taken(count, Mark::Succeeded));
        }
    }
    overlay
}

fn taken(count: u64, mark: Mark) -> Taken {
    Taken {
        mark,
        count,
        heat: 0.0,
    }
}

impl MachineCoverage {
    fn state(&self, graph: &Graph<'_>, vertex: Vertex) -> Option<&StateCoverage> {
        let state = self.states.get(&*graph.state(vertex)?.name)?;
        state.counted.then_some(state)
    }

    fn taken(&self, graph: &Graph<'_>, edge: &Edge<'_>) -> u64 {
        let entered = self.state(graph, edge.to).map_or(0, |to| to.entered);
        let Some(from) = self.state(graph, edge.from) else {
            return match edge.kind {
                EdgeKind::StartAt => entered,
                _ => 0,
            };
        };
        match edge.kind {
            EdgeKind::StartAt => entered,
            EdgeKind::Choice { index, .. } => from.rules.get(index).copied().unwrap_or_default(),
            EdgeKind::Default => from.default,
            EdgeKind::Next => from.went_on().min(entered),
            EdgeKind::Catch { index, .. } => from.catchers.get(index).copied().unwrap_or_default(),
        }
    }
}

impl StateCoverage {
    /// How often it was left without an error, at most.
    fn went_on(&self) -> u64 {
        let caught: u64 = self.catchers.iter().copied().fold(0, u64::saturating_add);
        self.entered.saturating_sub(caught)
    }

    /// `×4`, `retrier 1 never`
    fn note(&self) -> Vec<String> {
        let mut parts = vec![format!("×{}", grouped(self.entered))];
        let unused = self.retriers.iter().enumerate();
        let unused: Vec<String> = unused
            .filter(|(_, count)| **count == 0)
            .map(|(at, _)| (at + 1).to_string())
            .collect();
        match &unused[..] {
            [] => {}
            [only] => parts.push(format!("retrier {only} never")),
            several => parts.push(format!("retriers {} never", several.join(", "))),
        }
        parts
    }
}
