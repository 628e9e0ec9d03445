//! What stands in a suite, and what is wrong with it. `schema.json` beside this file says the same
//! to editors; a test holds the two together.

use std::sync::Arc;

use super::{
    Answers, Calls, Case, Expect, Given, InputFrom, Mocks, PathPattern, RULE, Status, Step, Suite,
    Texts, Written,
};
use crate::data::{Json, Number, Timestamp, limits};
use crate::history::ExecutionType;
use crate::lint::nearest;
use crate::syntax::{Diagnostic, Entry, Kind, Node, Tree};

/// The members of a suite.
pub const KEYS_OF_SUITES: [&str; 5] = ["machine", "handlers", "comment", "defaults", "cases"];
const KEYS_OF_GIVEN: [&str; 7] = [
    "input",
    "input-file",
    "mocks",
    "mock-file",
    "case",
    "type",
    "start-time",
];
/// The members of a case.
pub const KEYS_OF_CASES: [&str; 10] = [
    "comment",
    "skip",
    "input",
    "input-file",
    "mocks",
    "mock-file",
    "case",
    "type",
    "start-time",
    "expect",
];
/// The members of what a case expects.
pub const KEYS_OF_EXPECTATIONS: [&str; 8] = [
    "status",
    "output",
    "output-includes",
    "error",
    "cause",
    "cause-includes",
    "path",
    "calls",
];

const STATUSES: [(&str, Status); 3] = [
    ("SUCCEEDED", Status::Succeeded),
    ("FAILED", Status::Failed),
    ("TIMED_OUT", Status::TimedOut),
];
const TYPES: [(&str, ExecutionType); 2] = [
    ("standard", ExecutionType::Standard),
    ("express", ExecutionType::Express),
];
/// What stands in a path for any number of states.
const ANYTHING: &str = "...";

/// Reads a suite.
///
/// # Errors
/// With everything that is wrong with it, in the order of the text.
pub fn read(tree: &Tree) -> Result<Suite, Vec<Diagnostic>> {
    let mut reader = Reader { found: Vec::new() };
    match reader.suite(tree.root()) {
        Some(suite) if reader.found.is_empty() => Ok(suite),
        _ => {
            reader.found.sort_by_key(Diagnostic::span);
            Err(reader.found)
        }
    }
}

struct Reader {
    found: Vec<Diagnostic>,
}

impl Reader {
    fn suite(&mut self, root: Node<'_>) -> Option<Suite> {
        let help = "it begins with `machine: order.asl.json` and has `cases:` below";
        if !self.object(root, "a suite", help) {
            return None;
        }
        self.known(root, "a suite", &KEYS_OF_SUITES);
        let machine = self.text_of(root, "machine");
        if root.get("machine").is_none() {
            let help = "name the definition, relative to this file: machine: order.asl.json";
            self.wrong(root, "the `machine` that is tested is missing", help);
        }
        let handlers = self.text_of(root, "handlers");
        let defaults = root.get("defaults");
        let defaults = defaults.map(|node| self.defaults(node)).unwrap_or_default();
        let cases = if let Some(cases) = root.get("cases") {
            self.cases(cases)
        } else {
            let help = "write them below `cases:`, each under its name";
            self.wrong(root, "there are no `cases`", help);
            Vec::new()
        };
        Some(Suite {
            machine: machine?,
            handlers,
            defaults,
            cases,
        })
    }

    fn defaults(&mut self, node: Node<'_>) -> Given {
        if !self.object(node, "`defaults`", "for example: defaults: { input: {} }") {
            return Given::default();
        }
        self.known(node, "`defaults`", &KEYS_OF_GIVEN);
        self.given(node)
    }

    fn cases(&mut self, node: Node<'_>) -> Vec<Case> {
        let help = "for example:\ncases:\n  happy path:\n    input: {}";
        if !self.object(node, "`cases`", help) {
            return Vec::new();
        }
        if node.entries().is_empty() {
            self.wrong(node, "there is no case in `cases`", help);
        }
        let tree = node.tree();
        let cases = node.entries().iter();
        cases
            .map(|entry| self.case(entry, tree.node(entry.value)))
            .collect()
    }

    fn case(&mut self, entry: &Entry, node: Node<'_>) -> Case {
        let mut case = Case {
            name: entry.key.clone(),
            span: entry.key_span,
            skip: None,
            given: Given::default(),
            expect: Expect::default(),
        };
        let help = "it has `input`, `mocks` and `expect`, all of which may be left out: {}";
        if self.object(node, "a case", help) {
            self.known(node, "a case", &KEYS_OF_CASES);
            case.skip = self.text_of(node, "skip").map(|text| text.value);
            case.given = self.given(node);
            if let Some(expect) = node.get("expect") {
                case.expect = self.expect(expect);
            }
        }
        case
    }

    fn given(&mut self, node: Node<'_>) -> Given {
        let file = self.text_of(node, "input-file");
        let input = match (node.get("input"), file) {
            (Some(input), Some(_)) => {
                self.wrong(input, "there are both `input` and `input-file`", "");
                None
            }
            (Some(input), None) => self.input(input),
            (None, file) => file.map(InputFrom::File),
        };
        Given {
            input,
            mocks: self.mocks(node),
            execution_type: node.get("type").and_then(|node| self.one_of(node, &TYPES)),
            start_time: node.get("start-time").and_then(|node| self.time(node)),
        }
    }

    fn input(&mut self, node: Node<'_>) -> Option<InputFrom> {
        let input = node.to_json();
        if input.size() > limits::MAX_PAYLOAD {
            let message = format!("this input has {} bytes", input.size());
            let help = format!("AWS takes up to {}", limits::MAX_PAYLOAD);
            self.wrong(node, &message, &help);
            return None;
        }
        Some(InputFrom::Here(input))
    }

    fn mocks(&mut self, node: Node<'_>) -> Mocks {
        let mut answers = Vec::new();
        let help = "for example: mocks: { Charge card: { return: { id: 7 } } }";
        if let Some(mocks) = node.get("mocks")
            && self.object(mocks, "`mocks`", help)
        {
            let written = |entry: &Entry| Answers {
                pattern: Written {
                    value: entry.key.clone(),
                    span: entry.key_span,
                },
                node: entry.value,
            };
            answers.extend(mocks.entries().iter().map(written));
        }
        let (file, case) = (self.text_of(node, "mock-file"), self.text_of(node, "case"));
        Mocks {
            answers,
            file,
            case,
        }
    }

    fn expect(&mut self, node: Node<'_>) -> Expect {
        let help = "for example: expect: { status: SUCCEEDED, output: {} }";
        if !self.object(node, "`expect`", help) {
            return Expect::default();
        }
        self.known(node, "`expect`", &KEYS_OF_EXPECTATIONS);
        let status = node.get("status");
        let status = status.and_then(|status| self.one_of(status, &STATUSES));
        let error = self.text_of(node, "error").map(|text| text.value);
        let cause = Texts {
            equals: self.text_of(node, "cause").map(|text| text.value),
            includes: self.text_of(node, "cause-includes").map(|text| text.value),
        };
        let fails = error.is_some() || cause.equals.is_some() || cause.includes.is_some();
        let by_default = if fails {
            Status::Failed
        } else {
            Status::Succeeded
        };
        let status = status.unwrap_or(by_default);
        self.agree(node, status, fails);
        Expect {
            status: Some(status),
            output: node
                .get("output")
                .map(|output| (output.to_json(), output.id())),
            output_includes: node.get("output-includes").map(Node::to_json),
            error,
            cause,
            path: node.get("path").and_then(|path| self.path(path)),
            calls: node
                .get("calls")
                .map(|calls| self.calls(calls))
                .unwrap_or_default(),
        }
    }

    /// An execution has either an output or an error.
    fn agree(&mut self, node: Node<'_>, status: Status, fails: bool) {
        let output = node.entry("output").or(node.entry("output-includes"));
        match (status, output) {
            (Status::Succeeded, _) if fails => {
                let help = "leave `status` away, or the error";
                self.wrong(node, "an execution that succeeded has no error", help);
            }
            (Status::Failed | Status::TimedOut, Some(entry)) => {
                let name = status.as_str();
                let message = format!("an execution that ends {name} has no output");
                let finding = Diagnostic::error(RULE, message).label(entry.key_span, "");
                self.found.push(finding);
            }
            _ => {}
        }
    }

    fn path(&mut self, node: Node<'_>) -> Option<PathPattern> {
        if !matches!(node.kind(), Kind::Array(_)) {
            let help = "for example: path: [Validate, ..., Done]";
            self.wrong(node, "`path` must be a list of states", help);
            return None;
        }
        let mut steps = Vec::new();
        for item in node.items() {
            match self.text(item) {
                Some(text) if &*text.value == ANYTHING => steps.push(Step::Anything),
                Some(text) => steps.push(Step::State(text)),
                None => {}
            }
        }
        Some(PathPattern(steps))
    }

    fn calls(&mut self, node: Node<'_>) -> Vec<(Written<Arc<str>>, Calls)> {
        let help = "for example: calls: { Charge card: [ { amount: 7 } ], Ship: 1 }";
        if !self.object(node, "`calls`", help) {
            return Vec::new();
        }
        let mut calls = Vec::new();
        for entry in node.entries() {
            let value = node.tree().node(entry.value);
            let count = match value.as_number() {
                Some(Number::Int(count)) => usize::try_from(count).ok(),
                _ => None,
            };
            let expected = match (value.kind(), count) {
                (_, Some(count)) => Calls::Count(count),
                (Kind::Array(_), None) => {
                    Calls::Payloads(value.items().map(Node::to_json).collect())
                }
                _ => {
                    let message = "calls are a list of payloads, or how many there are";
                    self.wrong(value, message, help);
                    continue;
                }
            };
            let state = Written {
                value: entry.key.clone(),
                span: entry.key_span,
            };
            calls.push((state, expected));
        }
        calls
    }

    fn time(&mut self, node: Node<'_>) -> Option<Timestamp> {
        let time = node.as_str().and_then(|text| Timestamp::parse(text));
        if time.is_none() {
            let help = "for example: start-time: \"2026-01-31T08:30:00Z\"";
            self.wrong(node, "this is no time", help);
        }
        time
    }

    fn one_of<T: Copy>(&mut self, node: Node<'_>, words: &[(&str, T)]) -> Option<T> {
        let text = node.as_str().map_or("", |text| text);
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let names = words.iter().map(|(word, _)| *word);
        let help = match nearest(text, names.clone()) {
            Some(near) => format!("did you mean {near}?"),
            None => String::new(),
        };
        let names: Vec<&str> = names.collect();
        let message = format!("this must be one of {}", names.join(", "));
        self.wrong(node, &message, &help);
        None
    }

    fn text_of(&mut self, node: Node<'_>, key: &str) -> Option<Written<Arc<str>>> {
        self.text(node.get(key)?)
    }

    fn text(&mut self, node: Node<'_>) -> Option<Written<Arc<str>>> {
        let text = node.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            let kind = node.type_name();
            let help = match node.kind() {
                Kind::String(_) => "",
                _ => "put it in quotes",
            };
            self.wrong(node, &format!("this must be a text, but is {kind}"), help);
        }
        text.map(|text| Written {
            value: text.clone(),
            span: node.span(),
        })
    }

    fn object(&mut self, node: Node<'_>, what: &str, help: &str) -> bool {
        let is_object = matches!(node.kind(), Kind::Object(_));
        if !is_object {
            let message = format!("{what} must be an object, but is {}", node.type_name());
            self.wrong(node, &message, help);
        }
        is_object
    }

    fn known(&mut self, node: Node<'_>, what: &str, keys: &[&str]) {
        for entry in node.entries() {
            if keys.contains(&&*entry.key) {
                continue;
            }
            let help = match nearest(&entry.key, keys.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has: {}", keys.join(", ")),
            };
            let message = format!("{what} has no `{}`", entry.key);
            let finding = Diagnostic::error(RULE, message);
            self.found
                .push(finding.label(entry.key_span, "").help(help));
        }
    }

    fn wrong(&mut self, node: Node<'_>, message: &str, help: &str) {
        let finding = Diagnostic::error(RULE, message).label(node.span(), "");
        self.found.push(match help {
            "" => finding,
            help => finding.help(help),
        });
    }
}

/// An expectation of nothing: a case that comes from elsewhere.
impl Expect {
    /// Expects nothing in particular.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            status: None,
            ..Self::default()
        }
    }
}

impl Given {
    /// The input, when it stands in the suite.
    #[must_use]
    pub fn input_here(&self) -> Option<&Json> {
        match &self.input {
            Some(InputFrom::Here(input)) => Some(input),
            Some(InputFrom::File(_)) | None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{self, Format, Source};

    fn messages(text: &str) -> Vec<String> {
        let source = Source::new("x.asltest.yaml", text);
        let (tree, findings) = syntax::read(&source, Format::Yaml);
        assert_eq!(findings, []);
        match read(&tree) {
            Ok(_) => Vec::new(),
            Err(found) => found
                .into_iter()
                .map(|finding| match finding.help {
                    Some(help) => format!("{}; {help}", finding.message),
                    None => finding.message,
                })
                .collect(),
        }
    }

    fn check(text: &str, expected: &[&str]) {
        let whole = format!("machine: m.asl.json\ncases: {{ a: {{ {text} }} }}\n");
        assert_eq!(messages(&whole), expected, "{text}");
    }

    #[test]
    fn a_suite_with_everything_is_read() {
        check(
            "input: 1, mocks: { A: { return: 1 } }, mock-file: m.json, case: B, type: express, \
             start-time: '2026-01-01T00:00:00Z', skip: later, comment: c, expect: { status: \
             SUCCEEDED, output: 1, output-includes: 1, path: [A, ...], calls: { A: [1], B: 2 } }",
            &[],
        );
        check("expect: { error: E, cause: c, cause-includes: c }", &[]);
    }

    #[test]
    fn what_is_misspelt_is_told_with_what_was_meant() {
        check(
            "expects: {}",
            &["a case has no `expects`; did you mean `expect`?"],
        );
        check(
            "expect: { status: SUCCEDED }",
            &["this must be one of SUCCEEDED, FAILED, TIMED_OUT; did you mean SUCCEEDED?"],
        );
        check(
            "type: expres",
            &["this must be one of standard, express; did you mean express?"],
        );
    }

    #[test]
    fn values_of_the_wrong_kind_are_told() {
        check(
            "expect: { error: 7 }",
            &["this must be a text, but is number; put it in quotes"],
        );
        check(
            "expect: { path: A }",
            &["`path` must be a list of states; for example: path: [Validate, ..., Done]"],
        );
        check(
            "input: 1, input-file: a",
            &["there are both `input` and `input-file`"],
        );
        assert_eq!(messages("machine: m\ncases: {}").len(), 1);
        assert_eq!(messages("[]").len(), 1);
        assert_eq!(messages("cases: { a: {} }").len(), 1);
    }

    #[test]
    fn an_output_and_an_error_exclude_each_other() {
        check(
            "expect: { error: E, output: 1 }",
            &["an execution that ends FAILED has no output"],
        );
        check(
            "expect: { status: SUCCEEDED, error: E }",
            &["an execution that succeeded has no error; leave `status` away, or the error"],
        );
    }
}
