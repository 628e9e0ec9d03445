//! The handlers file: who does the work of which Tasks, in order; the first match does it.
//!
//! ```toml
//! [[handler]]
//! state = "Charge card"                 # or resource = "arn:aws:lambda:*:function:charge-*"
//! command = ["python3", "charge.py"]    # or http = "http://127.0.0.1:9000/", or mock = { ok = true }
//! timeout = "30s"
//! ```

use std::sync::Arc;
use std::time::Duration;

use super::mock::Afterwards;
use super::{CommandHandler, Handlers, HttpHandler, MockHandler, Step, TaskHandler, TaskPattern};
use crate::syntax::{Diagnostic, Kind, Node, Tree};

const RULE: &str = "invalid-handlers";
const MEMBERS: [&str; 6] = ["state", "resource", "command", "http", "mock", "timeout"];

/// Binds the handlers of a file.
///
/// # Errors
/// With what is wrong with the file.
pub fn bind(handlers: &mut Handlers, tree: &Tree) -> Result<(), Diagnostic> {
    let root = tree.root();
    let Some(list) = root.get("handler") else {
        let help =
            "write one or more of them:\n[[handler]]\nresource = \"*\"\nmock = { ok = true }";
        return Err(wrong(root, "a handlers file has a list `handler`").help(help));
    };
    if let Some(other) = root.entries().iter().find(|entry| &*entry.key != "handler") {
        let message = format!(
            "a handlers file has `[[handler]]` entries, not `{}`",
            other.key
        );
        return Err(Diagnostic::error(RULE, message).label(other.key_span, ""));
    }
    if !matches!(list.kind(), Kind::Array(_)) {
        return Err(wrong(list, "`handler` must be a list: write `[[handler]]`"));
    }
    for entry in list.items() {
        let (pattern, handler) = handler(entry)?;
        handlers.bind(pattern, handler);
    }
    Ok(())
}

fn wrong(node: Node<'_>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(RULE, message).label(node.span(), "")
}

fn handler(node: Node<'_>) -> Result<(TaskPattern, Arc<dyn TaskHandler>), Diagnostic> {
    let known = |key: &str| MEMBERS.contains(&key);
    if let Some(entry) = node.entries().iter().find(|entry| !known(&entry.key)) {
        let message = format!("a handler has no `{}`", entry.key);
        let help = format!("it has: {}", MEMBERS.join(", "));
        return Err(Diagnostic::error(RULE, message)
            .label(entry.key_span, "")
            .help(help));
    }
    let timeout = node.get("timeout").map(duration).transpose()?;
    let kinds = (node.get("command"), node.get("http"), node.get("mock"));
    let handler: Arc<dyn TaskHandler> = match kinds {
        (Some(argv), None, None) => Arc::new(CommandHandler {
            argv: arguments(argv)?,
            timeout,
        }),
        (None, Some(url), None) => {
            let handler = HttpHandler::new(text(url, "http")?, timeout);
            Arc::new(handler.map_err(|message| wrong(url, message))?)
        }
        (None, None, Some(value)) => {
            let steps = vec![Step::Return(value.to_json())];
            Arc::new(MockHandler::new(
                "of the handlers file",
                steps,
                Afterwards::Repeat,
            ))
        }
        _ => {
            return Err(wrong(
                node,
                "a handler has exactly one of `command`, `http` and `mock`",
            ));
        }
    };
    Ok((pattern(node)?, handler))
}

fn pattern(node: Node<'_>) -> Result<TaskPattern, Diagnostic> {
    match (node.get("state"), node.get("resource")) {
        (Some(state), None) => Ok(TaskPattern::State(text(state, "state")?.to_owned())),
        (None, Some(glob)) => Ok(TaskPattern::Resource(text(glob, "resource")?.to_owned())),
        _ => Err(wrong(
            node,
            "a handler is for either a `state` or a `resource`",
        )),
    }
}

fn text<'t>(node: Node<'t>, member: &str) -> Result<&'t str, Diagnostic> {
    let text = node.as_str().filter(|text| !text.is_empty());
    text.map(|text| &**text)
        .ok_or_else(|| wrong(node, format!("`{member}` must be a text")))
}

fn arguments(node: Node<'_>) -> Result<Vec<String>, Diagnostic> {
    let arguments: Option<Vec<String>> = node
        .items()
        .map(|item| item.as_str().map(ToString::to_string))
        .collect();
    arguments
        .filter(|argv| !argv.is_empty() && !argv[0].is_empty())
        .ok_or_else(|| {
            wrong(
                node,
                "`command` must be a list of the program and its arguments",
            )
            .help("for example: command = [\"python3\", \"charge.py\"]")
        })
}

/// `"30s"`, `"500ms"`, `"2m"`, or a number of seconds.
fn duration(node: Node<'_>) -> Result<Duration, Diagnostic> {
    let found = match node.as_str() {
        Some(text) => parse_duration(text),
        None => node
            .as_number()
            .and_then(|number| Duration::try_from_secs_f64(number.as_f64()).ok()),
    };
    found.filter(|duration| !duration.is_zero()).ok_or_else(|| {
        wrong(node, "this is no duration").help("for example \"500ms\", \"30s\", \"2m\"")
    })
}

/// A duration as a person writes it: `500ms`, `30s`, `2m`, `1h`; a bare number is seconds.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * unit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Resource;
    use crate::syntax::{Format, Source, read};

    fn bound(text: &str) -> Result<Handlers, String> {
        let (tree, findings) = read(&Source::new("handlers.toml", text), Format::Toml);
        assert_eq!(findings, []);
        let mut handlers = Handlers::default();
        bind(&mut handlers, &tree)
            .map(|()| handlers)
            .map_err(|error| error.message)
    }

    #[test]
    fn the_first_match_does_it() {
        let handlers = bound(
            "[[handler]]\nstate = \"A\"\ncommand = [\"true\"]\n\
             [[handler]]\nresource = \"charge-*\"\nhttp = \"http://127.0.0.1:9/x\"\ntimeout = \"2s\"\n\
             [[handler]]\nresource = \"*\"\nmock = { ok = true }\n",
        )
        .expect("a handlers file");
        let check = |state: &str, resource: &str, function: Option<&str>, expected: &str| {
            let handler = handlers.of(state, &Resource::parse(resource), function);
            assert_eq!(handler.expect("bound").describe(), expected);
        };
        let invoke = "arn:aws:states:::lambda:invoke";
        check("A", invoke, Some("charge-card"), "cmd: true");
        check("B", invoke, Some("charge-card"), "http://127.0.0.1:9/x");
        check(
            "B",
            "arn:aws:lambda:us-east-1:1:function:charge-card",
            None,
            "http://127.0.0.1:9/x",
        );
        check("B", invoke, Some("other"), "mock");
    }

    #[test]
    fn wrong_files_say_what_is_wrong() {
        let check = |text: &str, expected: &str| match bound(text) {
            Ok(_) => panic!("{text} was accepted"),
            Err(message) => assert_eq!(message, expected),
        };
        check("", "a handlers file has a list `handler`");
        check(
            "[handler]\nstate = 1",
            "`handler` must be a list: write `[[handler]]`",
        );
        check(
            "[[handler]]\nstate = \"A\"",
            "a handler has exactly one of `command`, `http` and `mock`",
        );
        check("[[handler]]\nstat = \"A\"", "a handler has no `stat`");
        check(
            "[[handler]]\nmock = 1",
            "a handler is for either a `state` or a `resource`",
        );
        check(
            "[[handler]]\nstate = \"A\"\ncommand = \"rm -rf\"",
            "`command` must be a list of the program and its arguments",
        );
        check(
            "[[handler]]\nstate = \"A\"\nmock = 1\ntimeout = \"soon\"",
            "this is no duration",
        );
        check(
            "[[handler]]\nstate = \"A\"\nhttp = \"ftp://x\"",
            "ftp://x/ is no http or https URL",
        );
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(parse_duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(parse_duration("2m"), Some(Duration::from_secs(120)));
        assert_eq!(parse_duration("10"), Some(Duration::from_secs(10)));
        assert_eq!(parse_duration("-1s"), None);
        assert_eq!(parse_duration("1 week"), None);
    }
}
