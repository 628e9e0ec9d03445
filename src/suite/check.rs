//! Names in a suite that its machine does not have.

use std::sync::Arc;

use super::{PathPattern, RULE, Suite, Written};
use crate::language::{Body, StateMachine};
use crate::lint::nearest;
use crate::syntax::Diagnostic;

/// What in a suite does not fit its machine, but for the mocks.
#[must_use]
pub fn check(suite: &Suite, machine: &StateMachine) -> Vec<Diagnostic> {
    let own: Vec<&str> = machine.flow.states.iter().map(|it| &*it.name).collect();
    let all: Vec<&str> = machine.states().map(|state| &*state.name).collect();
    let tasks = machine
        .states()
        .filter(|state| matches!(state.body, Body::Task(_)));
    let tasks: Vec<&str> = tasks.map(|state| &*state.name).collect();
    let mut found = Vec::new();
    for case in &suite.cases {
        for state in case.expect.path.iter().flat_map(PathPattern::states) {
            let inside = "it is inside a Map or a Parallel; a path has the states around";
            found.extend(missing(state, &own, &all, inside));
        }
        for (state, _) in &case.expect.calls {
            let no_task = "it is no Task, and calls nobody";
            found.extend(missing(state, &tasks, &all, no_task));
        }
    }
    found
}

/// A name that is not among those that are meant.
fn missing(
    name: &Written<Arc<str>>,
    meant: &[&str],
    all: &[&str],
    otherwise: &str,
) -> Option<Diagnostic> {
    let text = &*name.value;
    if meant.contains(&text) {
        return None;
    }
    let (message, help) = if all.contains(&text) {
        let message = format!("the state \"{text}\" cannot be meant here");
        (message, Some(otherwise.to_owned()))
    } else {
        let near = nearest(text, meant.iter().copied());
        let message = format!("the machine has no state \"{text}\"");
        (
            message,
            near.map(|near| format!("did you mean \"{near}\"?")),
        )
    };
    let finding = Diagnostic::error(RULE, message).label(name.span, "");
    Some(match help {
        Some(help) => finding.help(help),
        None => finding,
    })
}
