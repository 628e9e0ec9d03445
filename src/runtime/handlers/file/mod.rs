//! The handlers file: who does the work of which Tasks, in order; the first match does it.
//!
//! ```toml
//! secrets = ["API_KEY"]                 # shown as ***, as is every ${NAME}
//!
//! [[handler]]
//! state = "Charge card"                 # or resource = "arn:aws:lambda:*:function:charge-*"
//! command = ["python3", "charge.py"]    # or http = "http://127.0.0.1:9000/", or mock = { ok = true }
//! timeout = "30s"
//! ```
//!
//! `members.rs` has the rest.

mod item;
mod members;
mod variables;

use std::path::Path;
use std::time::Duration;

use super::mock::Afterwards;
use super::{Handlers, MockHandler, Step};
use crate::runtime::MIN_SECRET;
use crate::syntax::{Diagnostic, Kind, Node, Tree};
pub(super) use item::Item;
pub use members::schema;
use variables::is_name;

const RULE: &str = "invalid-handlers";

/// What a handlers file is read in.
pub struct Surroundings<'s> {
    /// Where `cwd` begins: the folder of the file.
    pub folder: &'s Path,
    /// The value of a variable of the environment.
    pub variable: &'s dyn Fn(&str) -> Option<String>,
}

/// Binds the handlers of a file, and masks its secrets.
///
/// # Errors
/// With everything that is wrong with the file: nothing is bound then.
pub fn bind(
    handlers: &mut Handlers,
    tree: &Tree,
    around: &Surroundings<'_>,
) -> Result<(), Vec<Diagnostic>> {
    let root = tree.root();
    let mut found = unknown_members(root);
    let mut secrets = secrets(root, around).unwrap_or_else(|error| {
        found.push(error);
        Vec::new()
    });
    let mut bound = Vec::new();
    for node in entries(root).map_err(|error| vec![error])? {
        let mut item = Item::new(node, around);
        match item.handler() {
            Ok(handler) => bound.push(handler),
            Err(error) => found.push(error),
        }
        secrets.append(&mut item.secrets);
    }
    if !found.is_empty() {
        found.sort_by_key(Diagnostic::span);
        return Err(found);
    }
    for (pattern, handler) in bound {
        handlers.bind(pattern, handler);
    }
    handlers.masking.add(secrets);
    Ok(())
}

fn entries(root: Node<'_>) -> Result<Vec<Node<'_>>, Diagnostic> {
    let Some(list) = root.get("handler") else {
        let help =
            "write one or more of them:\n[[handler]]\nresource = \"*\"\nmock = { ok = true }";
        return Err(wrong(root, "a handlers file has a list `handler`").help(help));
    };
    if !matches!(list.kind(), Kind::Array(_)) {
        return Err(wrong(list, "`handler` must be a list: write `[[handler]]`"));
    }
    Ok(list.items().collect())
}

fn unknown_members(root: Node<'_>) -> Vec<Diagnostic> {
    let known = ["handler", "secrets"];
    let others = root
        .entries()
        .iter()
        .filter(|it| !known.contains(&&*it.key));
    let told = others.map(|it| {
        let message = format!(
            "a handlers file has `[[handler]]` entries, not `{}`",
            it.key
        );
        let help = "beside them, before the first one, it may have: secrets = [\"API_KEY\"]";
        Diagnostic::error(RULE, message)
            .label(it.key_span, "")
            .help(help)
    });
    told.collect()
}

/// The values of the variables that are named as secrets. One that is not set cannot be told.
fn secrets(root: Node<'_>, around: &Surroundings<'_>) -> Result<Vec<String>, Diagnostic> {
    let Some(list) = root.get("secrets") else {
        return Ok(Vec::new());
    };
    let help = "for example: secrets = [\"API_KEY\"]";
    if !matches!(list.kind(), Kind::Array(_)) {
        let message = "`secrets` must be a list of variables of the environment";
        return Err(wrong(list, message).help(help));
    }
    let mut values = Vec::new();
    for item in list.items() {
        let Some(name) = item.as_str().filter(|name| is_name(name)) else {
            return Err(wrong(item, "a secret is the name of a variable, not a value").help(help));
        };
        let value = (around.variable)(name);
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            if value.len() < MIN_SECRET {
                let message = format!("the value of {name:?} is too short to be masked");
                let help = format!("a secret has {MIN_SECRET} bytes or more; leave this one out");
                return Err(wrong(item, message).help(help));
            }
            values.push(value);
        }
    }
    Ok(values)
}

fn wrong(node: Node<'_>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(RULE, message).label(node.span(), "")
}

/// The one answer of a mock that stands in a handlers file.
fn mock(value: Node<'_>) -> MockHandler {
    let steps = vec![Step::Return(value.to_json())];
    MockHandler::new("of the handlers file", steps, Afterwards::Repeat)
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
        let around = Surroundings {
            folder: Path::new(""),
            variable: &|name| (name == "TOKEN").then(|| "t0ken".to_owned()),
        };
        bind(&mut handlers, &tree, &around)
            .map(|()| handlers)
            .map_err(|errors| errors[0].message.clone())
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
            "a handler has exactly one of `aws`, `command`, `http`, `lambda`, `mock`, `node` and `python`",
        );
        let wrong = |members: &str, expected: &str| {
            check(&format!("[[handler]]\nstate = \"A\"\n{members}"), expected);
        };
        wrong("mock = 1\nstat = 2", "a handler has no `stat`");
        wrong("mock = 1\nshell = true", "`shell` is not for `mock`");
        check(
            "[[handler]]\nmock = 1",
            "a handler is for either a `state` or a `resource`",
        );
        let list = "`command` must be a list of the program and its arguments";
        wrong("command = \"rm -rf\"", list);
        wrong("command = []", list);
        wrong(
            "command = [\"a\"]\nshell = true",
            "with `shell = true`, `command` is a text for the shell",
        );
        wrong(
            "command = [\"a\"]\nshell = 1",
            "`shell` must be true or false",
        );
        wrong(
            "command = [\"a\"]\ntimeout = \"soon\"",
            "this is no duration",
        );
        wrong(
            "command = [\"a\"]\ncwd = \"no/such\"",
            "there is no folder \"no/such\"",
        );
        wrong(
            "command = [\"a\"]\nenv = [\"A=1\"]",
            "`env` must be a table of texts",
        );
        wrong(
            "command = [\"a\"]\nenv = { A = 1 }",
            "`A` in `env` must be a text",
        );
        wrong(
            "command = [\"a\"]\nenv = { \"A=\" = \"1\" }",
            "\"A=\" cannot be a variable of the environment",
        );
        wrong("http = \"ftp://x\"", "ftp://x/ is no http or https URL");
        wrong(
            "http = \"http://x\"\nheaders = { A = \"${ABSENT}\" }",
            "the environment has no variable \"ABSENT\"",
        );
        wrong(
            "http = \"http://x\"\nheaders = { \"A B\" = \"1\" }",
            "\"A B\" is no name of a header",
        );
        wrong(
            "http = \"http://x\"\nmethod = \"FETCH\"",
            "\"FETCH\" is no method of a request",
        );
        wrong(
            "lambda = \"127.0.0.1:3001\"",
            "\"127.0.0.1:3001\" is no URL: relative URL without a base",
        );
        wrong(
            "lambda = \"http://x\"\nfunction = \"${A}\"",
            "\"${A}\" is no function's name",
        );
        wrong("aws = false", "`aws` is true, or a table");
        wrong(
            "aws = { endpoint = \"http://x\" }",
            "`aws` has no `endpoint`",
        );
        wrong(
            "aws = { endpoint-url = \"x\" }",
            "\"x\" is no URL: relative URL without a base",
        );
        wrong(
            "python = \"app\"",
            "`python` names a file and a function in it",
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let text = "secrets = 1\n[[handler]]\nmock = 1\n[[handler]]\nstate = \"A\"\nmok = 1\n";
        let (tree, _) = read(&Source::new("handlers.toml", text), Format::Toml);
        let around = Surroundings {
            folder: Path::new(""),
            variable: &|_| None,
        };
        let mut handlers = Handlers::default();
        let found = bind(&mut handlers, &tree, &around).expect_err("three mistakes");
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn secrets_are_masked_whether_named_or_filled_in() {
        let text = "secrets = [\"TOKEN\", \"ABSENT\"]\n[[handler]]\nstate = \"A\"\nmock = 1\n";
        let handlers = bound(text).expect("a handlers file");
        assert_eq!(handlers.masking().text("a t0ken"), "a ***");
        let text = "[[handler]]\nstate = \"A\"\nhttp = \"http://x\"\n\
                    headers = { Authorization = \"Bearer ${TOKEN}\" }\n";
        let handlers = bound(text).expect("a handlers file");
        assert_eq!(handlers.masking().text("a t0ken"), "a ***");
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
