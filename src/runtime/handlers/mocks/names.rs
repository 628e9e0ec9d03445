//! Names in a mocks file that no Task has: misspelt, most likely.

use std::sync::Arc;

use super::RULE;
use crate::language::{Body, Resource, State, StateMachine};
use crate::runtime::handlers::TaskPattern;
use crate::syntax::similar::nearest;
use crate::syntax::{Diagnostic, Entry, Node, Tree};

/// A warning for each key that means no Task of these machines.
pub(super) fn unknown(
    node: Node<'_>,
    may_be_resources: bool,
    machines: &[(&StateMachine, &Tree)],
) -> Vec<Diagnostic> {
    let states: Vec<(&State, &Tree)> = machines
        .iter()
        .flat_map(|(machine, tree)| machine.states().map(|state| (state, *tree)))
        .collect();
    let tasks = states.iter();
    let tasks: Vec<Task<'_>> = tasks
        .filter_map(|(state, tree)| Task::of(state, tree))
        .collect();
    let check = |entry: &Entry| {
        let key = &entry.key;
        let pattern = if may_be_resources {
            TaskPattern::Either(key.to_string())
        } else {
            TaskPattern::State(key.to_string())
        };
        if tasks.iter().any(|task| task.is_meant(&pattern)) {
            return None;
        }
        let warning =
            |message: String| Some(Diagnostic::warning(RULE, message).label(entry.key_span, ""));
        if let Some((state, _)) = states.iter().find(|(state, _)| state.name == *key) {
            let kind = state
                .kind()
                .map_or_else(|| "state".to_owned(), |kind| kind.to_string());
            return warning(format!("\"{key}\" is a {kind}: only Tasks are answered"));
        }
        let names = tasks.iter().map(|task| &*task.state.name);
        let near = nearest(key, names);
        // What a function is called may be known only when it is.
        if near.is_none() && may_be_resources && tasks.iter().any(Task::is_open) {
            return None;
        }
        let message = if may_be_resources {
            format!("no Task and no resource is called \"{key}\"")
        } else {
            format!("no Task is called \"{key}\"")
        };
        let warning = warning(message);
        match near {
            Some(near) => warning.map(|it| it.help(format!("did you mean \"{near}\"?"))),
            None => warning,
        }
    };
    node.entries().iter().filter_map(check).collect()
}

struct Task<'m> {
    state: &'m State,
    resource: Resource,
    function: Option<Arc<str>>,
}

impl<'m> Task<'m> {
    fn of(state: &'m State, tree: &Tree) -> Option<Self> {
        let Body::Task(task) = &state.body else {
            return None;
        };
        let resource = task.resource.as_ref()?.value.clone();
        let arguments = state.io.parameters.as_ref().or(state.io.arguments.as_ref());
        let name = arguments.and_then(|field| tree.node(field.node).get("FunctionName"));
        let name = name.filter(|_| resource.is_lambda_invoke());
        let name = name.and_then(Node::as_str);
        let function = name.filter(|name| !name.starts_with("{%")).cloned();
        Some(Self {
            state,
            resource,
            function,
        })
    }

    fn is_meant(&self, pattern: &TaskPattern) -> bool {
        pattern.matches(&self.state.name, &self.resource, self.function.as_deref())
    }

    /// Whether it calls a function that the definition does not name.
    fn is_open(&self) -> bool {
        self.resource.is_lambda_invoke() && self.function.is_none()
    }
}
