//! Tasks as several rules look at them: what their `Resource` calls, and with which arguments.

use foldhash::{HashMap, HashMapExt};

use super::context::{Context, Scope};
use super::{integrations, is_filled_in_later};
use crate::language::states::Task;
use crate::language::{Body, Field, Resource, State};
use crate::syntax::{Node, Span};

/// A Task state whose `Resource` is a text.
#[derive(Clone, Copy)]
pub(super) struct TaskState<'a> {
    pub(super) state: &'a State,
    pub(super) task: &'a Task,
    pub(super) resource: &'a Field<Resource>,
}

/// A stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    /// Where it begins, in bytes from the start of the text.
    pub(super) at: usize,
}

/// A `Resource` of the form `arn:PARTITION:states:::SERVICE:ACTION[.PATTERN]`.
///
/// Published templates also write a region and an account where none belong, and are deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Integration<'a> {
    /// Whether the service is called by the SDK: `aws-sdk:SERVICE:ACTION`.
    pub(super) is_sdk: bool,
    pub(super) service: Part<'a>,
    /// The action without its pattern.
    pub(super) action: Part<'a>,
    /// The pattern with its dot: `.sync`; empty when there is none.
    pub(super) pattern: Part<'a>,
    /// The optimized integration that it is, when that is known.
    pub(super) optimized: Option<&'static integrations::Action>,
}

/// What a service is called with.
pub(super) struct Arguments<'a> {
    /// The field: `Parameters` or `Arguments`.
    pub(super) name: &'a str,
    pub(super) key: Span,
    pub(super) node: Node<'a>,
}

/// Resources of Step Functions itself, which are no services.
const OWN_TYPES: [&str; 5] = ["activity", "execution", "express", "mapRun", "stateMachine"];

/// The pattern of a Task that waits for its token.
pub(super) const TOKEN_PATTERN: &str = ".waitForTaskToken";

/// Every Task state that calls a service, in the order of the scopes.
pub(super) fn calls<'a>(scopes: &[Scope<'a>]) -> Vec<(TaskState<'a>, Integration<'a>)> {
    // Many Tasks call the same thing.
    let mut known: HashMap<&str, Option<Integration<'_>>> = HashMap::new();
    let states = scopes.iter().flat_map(|scope| &scope.flow.states);
    let calls = states.filter_map(|state| {
        let task = TaskState::of(state)?;
        let text = &**task.resource.value.text();
        let integration = *known.entry(text).or_insert_with(|| Integration::of(text));
        Some((task, integration?))
    });
    calls.collect()
}

impl<'a> TaskState<'a> {
    fn of(state: &'a State) -> Option<Self> {
        let Body::Task(task) = &state.body else {
            return None;
        };
        let resource = task.resource.as_ref()?;
        Some(Self {
            state,
            task,
            resource,
        })
    }
}

impl Context<'_> {
    /// Every state of every scope.
    pub(super) fn states(&self) -> impl Iterator<Item = &State> {
        self.scopes.iter().flat_map(|scope| &scope.flow.states)
    }

    /// Every Task state whose `Resource` is a text.
    pub(super) fn tasks(&self) -> impl Iterator<Item = TaskState<'_>> {
        self.states().filter_map(TaskState::of)
    }

    /// Every Task state that calls a service.
    pub(super) fn calls(&self) -> impl Iterator<Item = (TaskState<'_>, Integration<'_>)> {
        self.calls.iter().copied()
    }

    /// The place of a stretch of a field's text.
    pub(super) fn place(&self, field: Span, part: Part<'_>) -> Span {
        self.source.within(field, part.at, part.text.len())
    }

    /// What a Task's service is called with; `None` when the state's input is all it gets.
    pub(super) fn arguments(&self, state: &State) -> Option<Arguments<'_>> {
        let io = &state.io;
        let (name, field) = match (&io.arguments, &io.parameters) {
            (Some(field), _) => ("Arguments", field),
            (None, Some(field)) => ("Parameters", field),
            (None, None) => return None,
        };
        Some(Arguments {
            name,
            key: field.key,
            node: self.tree.node(field.node),
        })
    }
}

impl<'a> Integration<'a> {
    /// Takes a resource apart; `None` when it names no service, or only a deployment knows.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let (_, parts) = split(text, 7);
        let [arn, _, states, _, _, service, rest] = parts[..] else {
            return None;
        };
        if arn.text != "arn" || states.text != "states" || OWN_TYPES.contains(&service.text) {
            return None;
        }
        let is_sdk = service.text == "aws-sdk";
        let (service, rest) = if is_sdk {
            rest.split_once(':')?
        } else {
            (service, rest)
        };
        let dot = rest.text.find('.').unwrap_or(rest.text.len());
        let (action, pattern) = rest.split_at(dot);
        let all = [service, action, pattern];
        if all.iter().any(Part::is_filled_in_later) {
            return None;
        }
        let known = integrations::service(service.text).filter(|_| !is_sdk);
        Some(Self {
            is_sdk,
            service,
            action,
            pattern,
            optimized: known.and_then(|known| known.action(action.text)),
        })
    }

    /// Whether the Task waits for its token, as far as the action lets it.
    pub(super) fn waits_for_token(&self) -> bool {
        let can = self.optimized.is_none_or(|action| action.takes_token);
        self.pattern.text == TOKEN_PATTERN && can
    }

    /// What messages call it: `sqs:sendMessage`.
    pub(super) fn name(&self) -> String {
        let sdk = if self.is_sdk { "aws-sdk:" } else { "" };
        format!("{sdk}{}:{}", self.service.text, self.action.text)
    }
}

impl Part<'_> {
    fn split_at(self, at: usize) -> (Self, Self) {
        let (first, rest) = self.text.split_at(at);
        let rest = Self {
            text: rest,
            at: self.at + at,
        };
        (
            Self {
                text: first,
                at: self.at,
            },
            rest,
        )
    }

    fn split_once(self, mark: char) -> Option<(Self, Self)> {
        let (first, rest) = self.split_at(self.text.find(mark)?);
        Some((first, rest.split_at(mark.len_utf8()).1))
    }

    /// Whether a tool fills it in: `${Name}`, `<name>`, `%NAME%`, `{{name}}`, `#{name}`, `@name@`,
    /// `FUNCTION_ARN`.
    pub(super) fn is_filled_in_later(&self) -> bool {
        let is_mark = |byte: u8| matches!(byte, b'$' | b'{' | b'<' | b'%' | b'#' | b'@');
        let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let is_loud = self.text.contains('_') || matches!(self.text, "REGION" | "ACCOUNT");
        self.text.bytes().any(is_mark) || (is_loud && self.text.bytes().all(is_name))
    }
}

/// The parts between the colons, at most `most`, and how many there are. Colons in a placeholder,
/// as in `${AWS::Region}`, separate nothing.
pub(super) fn split(text: &str, most: usize) -> (usize, Vec<Part<'_>>) {
    let mut parts = Vec::with_capacity(most);
    let (mut start, mut depth) = (0, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && parts.len() + 1 < most => {
                parts.push(Part {
                    text: &text[start..at],
                    at: start,
                });
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(Part {
        text: &text[start..],
        at: start,
    });
    (parts.len(), parts)
}

impl Arguments<'_> {
    /// The names of the arguments; `None` when an expression or a deployment gives them.
    pub(super) fn names(&self) -> Option<Vec<&str>> {
        let is_object = matches!(self.node.kind(), crate::syntax::Kind::Object(_));
        if !is_object || is_filled_in_later(self.node) {
            return None;
        }
        let names = self.node.entries().iter().map(|entry| {
            let key = &*entry.key;
            key.strip_suffix(".$").unwrap_or(key)
        });
        Some(names.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = Integration::of(text).map_or("none".to_owned(), |found| {
            format!(
                "{} {}{}",
                found.name(),
                found.pattern.at,
                found.pattern.text
            )
        });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn integrations_are_taken_apart() {
        check("arn:aws:states:::sqs:sendMessage", "sqs:sendMessage 32");
        check(
            "arn:aws:states:::states:startExecution.sync:2",
            "states:startExecution 38.sync:2",
        );
        check(
            "arn:${AWS::Partition}:states:::aws-sdk:s3:getObject.waitForTaskToken",
            "aws-sdk:s3:getObject 51.waitForTaskToken",
        );
        check(
            "arn:aws:states:${AWS::Region}:1:aws-sdk:s3:getObject",
            "aws-sdk:s3:getObject 52",
        );
        check("arn:aws:states:us-east-1:1:activity:a", "none");
        check("arn:aws:states:::${Service}:invoke", "none");
        check("arn:aws:lambda:us-east-1:1:function:f", "none");
        check("foo", "none");
    }
}
