//! What a handlers file may hold: one table for the reader, its messages and the JSON Schema.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Item, mock};
use crate::runtime::handlers::{
    AwsHandler, CommandHandler, HttpHandler, LambdaHandler, TaskHandler, aws, http, node_handler,
    python_handler,
};
use crate::syntax::{Diagnostic, Node};

/// A member of a handler.
pub(super) struct Member {
    pub(super) name: &'static str,
    shape: Shape,
    about: &'static str,
}

/// What a member's value looks like.
enum Shape {
    /// True, or how AWS is reached.
    Aws,
    /// A list of texts, or a text for a shell.
    Command,
    Duration,
    Flag,
    /// An HTTP method.
    Method,
    /// Texts by their names.
    Texts,
    Text,
    /// A file and a function in it.
    Function,
    Anything,
}

use Shape::{Anything, Aws, Command, Duration, Flag, Function, Method, Text, Texts};

/// The members, in the order in which messages list them.
pub(super) const MEMBERS: [Member; 16] = [
    member("state", Text, "The name of the state whose work it does."),
    member(
        "resource",
        Text,
        "The Tasks whose work it does: a glob over Resource; for a Lambda function also over its name.",
    ),
    member(
        "aws",
        Aws,
        "Services of AWS through the AWS CLI: true, or how they are reached.",
    ),
    member(
        "command",
        Command,
        "A program and its arguments: the payload on stdin, the result on stdout.",
    ),
    member("http", Text, "An endpoint that the payload is sent to."),
    member(
        "lambda",
        Text,
        "The endpoint of a Lambda Invoke API, such as that of SAM local or LocalStack.",
    ),
    member("mock", Anything, "The answer to every call."),
    member(
        "node",
        Function,
        "A function in a Node.js module, as Lambda's handler setting: \"index.handler\".",
    ),
    member(
        "python",
        Function,
        "A function in a Python module, as Lambda's handler setting: \"app.handler\".",
    ),
    member(
        "cwd",
        Text,
        "The folder it runs in, from the folder of this file.",
    ),
    member(
        "env",
        Texts,
        "Variables of its environment; ${NAME} is taken from ours.",
    ),
    member(
        "function",
        Text,
        "The Lambda function that does the work, in place of the one that the Task names.",
    ),
    member(
        "headers",
        Texts,
        "Headers of the request; ${NAME} is taken from the environment.",
    ),
    member("method", Method, "The method of the request."),
    member("shell", Flag, "Whether the command is a text for a shell."),
    member(
        "timeout",
        Duration,
        "How long one call may take, such as \"30s\".",
    ),
];

const fn member(name: &'static str, shape: Shape, about: &'static str) -> Member {
    Member { name, shape, about }
}

/// A kind of handler.
pub(super) struct Kind {
    /// The member that chooses it.
    pub(super) name: &'static str,
    /// The members that it has beside those that say whose work it does.
    pub(super) takes: &'static [&'static str],
    pub(super) read: Read,
}

/// Makes a handler of an entry, given the value of the member that chose the kind.
type Read = for<'t> fn(Node<'t>, &mut Item<'t, '_>) -> Result<Arc<dyn TaskHandler>, Diagnostic>;

/// The kinds of handler.
pub(super) const KINDS: [Kind; 7] = [
    Kind {
        name: "aws",
        takes: &["timeout"],
        read: |value, item| Ok(Arc::new(AwsHandler::read(value, item)?)),
    },
    Kind {
        name: "command",
        takes: &["cwd", "env", "shell", "timeout"],
        read: |value, item| Ok(Arc::new(CommandHandler::read(value, item)?)),
    },
    Kind {
        name: "http",
        takes: &["headers", "method", "timeout"],
        read: |value, item| Ok(Arc::new(HttpHandler::read(value, item)?)),
    },
    Kind {
        name: "lambda",
        takes: &["function", "timeout"],
        read: |value, item| Ok(Arc::new(LambdaHandler::read(value, item)?)),
    },
    Kind {
        name: "mock",
        takes: &[],
        read: |value, _| Ok(Arc::new(mock(value))),
    },
    Kind {
        name: "node",
        takes: &["cwd", "env", "timeout"],
        read: |value, item| Ok(Arc::new(node_handler(item.function(value, "node")?))),
    },
    Kind {
        name: "python",
        takes: &["cwd", "env", "timeout"],
        read: |value, item| Ok(Arc::new(python_handler(item.function(value, "python")?))),
    },
];

/// Names for a message: "`a`, `b` and `c`".
pub(super) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The JSON Schema of a handlers file.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Handlers of asl run",
        "description": "Who does the work of which Tasks. The first handler that is for a Task does it.",
        "type": "object",
        "required": ["handler"],
        "properties": {
            "handler": {
                "description": "The handlers, in order.",
                "type": "array",
                "items": handler(),
            },
            "secrets": {
                "description": "Variables of the environment whose values are shown as ***. Those that stand as ${NAME} in this file are anyway.",
                "type": "array",
                "items": { "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
            },
        },
        "additionalProperties": false,
    })
}

fn handler() -> Value {
    let needs = |name: &str| json!({ "required": [name] });
    let properties = MEMBERS.iter().map(|it| (it.name.to_owned(), it.schema()));
    let takers = |name: &str| -> Vec<Value> {
        let kinds = KINDS.iter().filter(|kind| kind.takes.contains(&name));
        kinds.map(|kind| needs(kind.name)).collect()
    };
    let options = MEMBERS.iter().filter(|it| !takers(it.name).is_empty());
    let dependencies: Map<String, Value> = options
        .map(|it| (it.name.to_owned(), json!({ "anyOf": takers(it.name) })))
        .collect();
    json!({
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": false,
        "allOf": [
            { "oneOf": [needs("state"), needs("resource")] },
            { "oneOf": KINDS.iter().map(|kind| needs(kind.name)).collect::<Vec<_>>() },
            {
                "if": { "required": ["shell"], "properties": { "shell": { "const": true } } },
                "then": { "properties": { "command": { "type": "string" } } },
                "else": { "properties": { "command": { "type": "array" } } },
            },
        ],
        "dependencies": dependencies,
    })
}

impl Member {
    fn schema(&self) -> Value {
        let mut schema = match self.shape {
            Aws => {
                let text = json!({ "type": "string", "minLength": 1 });
                let options = aws::MEMBERS.map(|name| (name.to_owned(), text.clone()));
                json!({
                    "anyOf": [
                        { "const": true },
                        {
                            "type": "object",
                            "properties": Map::from_iter(options),
                            "additionalProperties": false,
                        },
                    ],
                })
            }
            Command => json!({
                "anyOf": [
                    { "type": "array", "minItems": 1, "items": { "type": "string" } },
                    { "type": "string", "minLength": 1 },
                ],
            }),
            Duration => json!({
                "anyOf": [
                    { "type": "string", "pattern": r"^\s*[0-9]*\.?[0-9]+\s*(ms|s|m|min|h|d)?\s*$" },
                    { "type": "number", "exclusiveMinimum": 0 },
                ],
            }),
            Flag => json!({ "type": "boolean" }),
            Method => json!({ "enum": http::METHODS }),
            Texts => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            Text => json!({ "type": "string", "minLength": 1 }),
            Function => json!({ "type": "string", "pattern": r"[^.]\.[^.]+$" }),
            Anything => json!({}),
        };
        schema["description"] = self.about.into();
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_what_they_take_are_members() {
        let known = |name: &str| MEMBERS.iter().any(|member| member.name == name);
        for kind in &KINDS {
            assert!(known(kind.name), "{}", kind.name);
            assert!(kind.takes.iter().all(|name| known(name)), "{}", kind.name);
        }
        let used = |name: &str| {
            let of = |kind: &Kind| kind.name == name || kind.takes.contains(&name);
            ["state", "resource"].contains(&name) || KINDS.iter().any(of)
        };
        assert!(MEMBERS.iter().all(|member| used(member.name)));
    }
}
