//! The Amazon States Language as types: what a definition says, with the place of every word.
//!
//! Reading never fails. A broken definition still gives a model, for the picture and for more
//! diagnostics; what could not be read is absent and a [`Diagnostic`] says so. The linter, the
//! picture and the engine share this one model.

mod errors;
pub mod expressions;
mod field;
mod file;
mod flow;
mod resource;
mod state;
pub mod states;

pub use errors::{Catcher, Retrier};
pub use field::{Field, InTree};
pub use file::{File, Inner, Machine, is_broken, machine_type};
pub use flow::{Flow, StateMachine, StateMachineType};
pub use resource::{IntegrationPattern, Resource};
pub use state::{Body, Io, State, StateKind, Target, Transition};

use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Node, Tree};

/// How files are called that hold a definition and nothing else: what folders are walked for.
pub const DEFINITION_ENDINGS: [&str; 5] =
    [".asl.json", ".asl.yaml", ".asl.yml", ".asl", ".sfn.json"];

/// Reads the definition that a tree is.
#[must_use]
pub fn read(tree: &Tree) -> (StateMachine, Vec<Diagnostic>) {
    read_at(tree.root())
}

/// Reads the definition at a node: a part of a tree, when a template holds the definition.
#[must_use]
pub fn read_at(node: Node<'_>) -> (StateMachine, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let machine = StateMachine::read(field::Reader::new(node, &mut diagnostics));
    (machine, diagnostics)
}

/// The query language that a name stands for.
fn query_language(name: &str) -> Option<QueryLanguage> {
    match name {
        "JSONPath" => Some(QueryLanguage::JsonPath),
        "JSONata" => Some(QueryLanguage::Jsonata),
        _ => None,
    }
}
