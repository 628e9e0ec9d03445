//! The definition that is tested: a machine with the state in it, or the state alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Refusal;
use crate::data::Json;
use crate::engine::program::{Program, StateId};
use crate::language::{self, Body, StateMachine};
use crate::syntax::{self, Diagnostic, Format, Severity, Source, Tree};

/// A state in its machine.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The machine.
    pub program: Arc<Program>,
    /// The state.
    pub state: StateId,
}

/// What AWS calls a state that was given without a machine: `$$.State.Name` (11 §11.3).
const LONE: &str = "StateName";

impl Definition {
    /// Reads the definition of a call: a machine when a state is named, else a state.
    ///
    /// # Errors
    /// When it is none, or does not have the state.
    pub fn read(text: &str, state: Option<&str>) -> Result<Self, Refusal> {
        let source = Source::new("definition", text);
        let (tree, _) = syntax::read(&source, Format::Json);
        let wrapped = match state {
            Some(_) => None,
            None => lone_state(&tree, text, LONE),
        };
        let source = match wrapped {
            Some(text) => Source::new("definition", text),
            None => source,
        };
        let name = state.unwrap_or(LONE);
        let program = compile(&source)?;
        match program.find(name) {
            Some(state) => Ok(Self { program, state }),
            None => Err(Refusal::validation("State not found in definition")),
        }
    }
}

/// The text of a machine that has the state of a tree, under a name, and whatever the state leads
/// to; nothing when the tree is not that of a single state. `json` is the state's text as JSON: it
/// is kept as it is, line by line.
#[must_use]
pub fn lone_state(tree: &Tree, json: &str, name: &str) -> Option<String> {
    let root = tree.root();
    if root.get("States").is_some() || root.get("Type").is_none() {
        return None;
    }
    let quoted = Json::from(name).text().into_owned();
    let machine = |others: &str| {
        let json = json.trim_start_matches('\u{feff}').trim();
        format!("{{\"StartAt\":{quoted},\"States\":{{{quoted}:{json}{others}\n}}}}")
    };
    let source = Source::new(name, machine(""));
    let (tree, _) = syntax::read(&source, Format::Json);
    let (read, _) = language::read(&tree);
    let targets = read.flow.states.first()?.targets().into_iter();
    let names: BTreeSet<&str> = targets.map(|target| &*target.name).collect();
    let others = names.into_iter().filter(|other| *other != name);
    // On a line of their own: what is shown of the state is the state's.
    let others = others.map(|other| format!("\n,{}:{STUB}", Json::from(other).text()));
    Some(machine(&others.collect::<String>()))
}

/// What stands for a state that is not run.
const STUB: &str = r#"{"Type":"Succeed"}"#;

fn compile(source: &Source) -> Result<Arc<Program>, Refusal> {
    let (tree, syntax) = syntax::read(source, Format::Json);
    refuse(&syntax)?;
    let (machine, model) = language::read(&tree);
    unknown_type(&machine, &tree)?;
    refuse(&model)?;
    match Program::compile(&machine, &tree, source) {
        Ok(program) => Ok(Arc::new(program)),
        Err(findings) => {
            refuse(&findings)?;
            Err(invalid("SCHEMA_VALIDATION_FAILED: it cannot be executed"))
        }
    }
}

fn invalid(why: &str) -> Refusal {
    Refusal::definition(format!("Invalid State Machine Definition: '{why}'"))
}

/// In our words: those of AWS's validator are known for a part of its checks only.
fn refuse(findings: &[Diagnostic]) -> Result<(), Refusal> {
    let mut errors = findings.iter().filter(|f| f.severity == Severity::Error);
    match errors.next() {
        Some(first) => Err(invalid(&format!(
            "SCHEMA_VALIDATION_FAILED: {}",
            first.message
        ))),
        None => Ok(()),
    }
}

/// In AWS's words (recorded).
fn unknown_type(machine: &StateMachine, tree: &Tree) -> Result<(), Refusal> {
    let mut states = machine.states();
    let wrong = states.find(|state| matches!(state.body, Body::Unknown));
    match wrong.and_then(|state| state.type_name.as_ref()) {
        Some(field) => Err(invalid(&format!(
            "SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, \
             Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at {}",
            tree.node(field.node).pointer()
        ))),
        None => Ok(()),
    }
}
