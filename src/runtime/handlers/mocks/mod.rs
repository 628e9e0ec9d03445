//! Mock files: AWS's `MockConfigFile.json` as it is, and our own.
//!
//! ```yaml
//! Charge card:                      # a state, or a glob over Resource
//!   - throw: { error: PaymentDeclined, cause: "no funds" }   # 1st call
//!   - return: { id: 7 }                                      # 2nd call, and every later one
//! ```

mod aws;
mod names;
mod own;
pub mod record;

use std::sync::Arc;

use serde_json::Value;

use super::{Handlers, MockHandler, TaskPattern};
use crate::language::StateMachine;
use crate::syntax::similar::nearest;
use crate::syntax::{Diagnostic, Kind, Node, Tree};

/// What is wrong with a mock file, and where.
const RULE: &str = "invalid-mocks";

/// Which mocks of a file are meant.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'c> {
    /// The state machine's name, where the file names several.
    pub machine: &'c str,
    /// The test case, where the file has cases.
    pub case: Option<&'c str>,
}

/// How a mocks file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MockFormat {
    /// `MockConfigFile.json`: a case names only the states it comes to.
    Aws,
    /// Our own.
    Own,
}

/// Binds the mocks of a file.
///
/// # Errors
/// With what is wrong with the file.
pub fn bind(
    handlers: &mut Handlers,
    tree: &Tree,
    choice: Choice<'_>,
) -> Result<MockFormat, Diagnostic> {
    let root = tree.root();
    if !matches!(root.kind(), Kind::Object(_)) {
        return Err(wrong(
            root,
            "a mocks file is an object of states with their answers",
        ));
    }
    if is_aws(root) {
        aws::bind(handlers, root, choice)?;
        return Ok(MockFormat::Aws);
    }
    if choice.case.is_some() {
        let help = "leave `--case` away, or use AWS's MockConfigFile.json, which has cases";
        return Err(Diagnostic::error(RULE, "this mocks file has no cases").help(help));
    }
    for entry in root.entries() {
        let answers = own::answers(tree.node(entry.value))?;
        let mock = MockHandler::answering(format!("\"{}\"", entry.key), answers);
        handlers.bind(TaskPattern::Either(entry.key.to_string()), Arc::new(mock));
    }
    Ok(MockFormat::Own)
}

/// Binds the answers of one Task: those that stand below a state in our own format.
///
/// # Errors
/// With what is wrong with the answers.
pub fn bind_answers(
    handlers: &mut Handlers,
    pattern: TaskPattern,
    answers: Node<'_>,
) -> Result<(), Diagnostic> {
    let mock = MockHandler::answering("of this Task", own::answers(answers)?);
    handlers.bind(pattern, Arc::new(mock));
    Ok(())
}

/// The names in a file that [`bind`] takes, for which the machines have no Task: warnings, because
/// one file may serve several machines.
#[must_use]
pub fn unknown_names(
    tree: &Tree,
    choice: Choice<'_>,
    machines: &[(&StateMachine, &Tree)],
) -> Vec<Diagnostic> {
    let root = tree.root();
    if is_aws(root) {
        let states = aws::states(root, choice);
        return states.map_or_else(|_| Vec::new(), |case| names::unknown(case, false, machines));
    }
    names::unknown(root, true, machines)
}

/// The JSON Schema of our own format.
///
/// # Panics
/// Never: a test reads it.
#[must_use]
pub fn schema() -> Value {
    serde_json::from_str(include_str!("schema.json")).expect("tested: it is JSON")
}

fn is_aws(root: Node<'_>) -> bool {
    root.get("StateMachines").is_some() || root.get("MockedResponses").is_some()
}

fn wrong(node: Node<'_>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(RULE, message).label(node.span(), "")
}

/// What names there are, the nearest first.
fn names_help(name: &str, node: Node<'_>) -> String {
    let names: Vec<&str> = node.entries().iter().map(|entry| &*entry.key).collect();
    let listed = if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    };
    match nearest(name, names) {
        Some(near) => format!("did you mean \"{near}\"? it has: {listed}"),
        None => format!("it has: {listed}"),
    }
}

#[cfg(test)]
mod tests;
