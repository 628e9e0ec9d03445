//! The Amazon States Language as types: what a definition says, with the place of every word.
//!
//! Reading never fails. A broken definition still gives a model, for the picture and for more
//! diagnostics; what could not be read is absent and a [`Diagnostic`] says so. The linter, the
//! picture and the engine share this one model.

mod errors;
mod field;
mod flow;
mod resource;
mod state;
pub mod states;

pub use errors::{Catcher, Retrier};
pub use field::Field;
pub use flow::{Flow, StateMachine};
pub use resource::{IntegrationPattern, Resource};
pub use state::{Body, Io, State, StateKind, Target, Transition};

use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Tree};

/// Reads the definition in a tree.
#[must_use]
pub fn read(tree: &Tree) -> (StateMachine, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let machine = StateMachine::read(field::Reader::new(tree.root(), &mut diagnostics));
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
