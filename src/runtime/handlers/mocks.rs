//! Mock files: AWS's `MockConfigFile.json` as it is, and our own.
//!
//! ```yaml
//! Charge card:                      # a state, or a glob over Resource
//!   - throw: { error: PaymentDeclined, cause: "no funds" }   # 1st call
//!   - return: { id: 7 }                                      # 2nd call, and every later one
//! ```

use std::sync::Arc;

use super::mock::Afterwards;
use super::{Handlers, MockHandler, Step, TaskPattern};
use crate::data::{Nature, StatesError};
use crate::syntax::{Diagnostic, Entry, Kind, Node, Tree};

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
    if root.get("StateMachines").is_some() || root.get("MockedResponses").is_some() {
        bind_aws(handlers, root, choice)?;
        return Ok(MockFormat::Aws);
    }
    if choice.case.is_some() {
        let help = "leave `--case` away, or use AWS's MockConfigFile.json, which has cases";
        return Err(Diagnostic::error(RULE, "this mocks file has no cases").help(help));
    }
    for entry in root.entries() {
        let steps = own_steps(tree.node(entry.value))?;
        let name = format!("\"{}\"", entry.key);
        let mock = MockHandler::new(name, steps, Afterwards::Repeat);
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
    let mock = MockHandler::new("of this Task", own_steps(answers)?, Afterwards::Repeat);
    handlers.bind(pattern, Arc::new(mock));
    Ok(())
}

fn wrong(node: Node<'_>, message: &str) -> Diagnostic {
    Diagnostic::error(RULE, message).label(node.span(), "")
}

fn own_steps(node: Node<'_>) -> Result<Vec<Step>, Diagnostic> {
    let steps: Vec<Step> = match node.kind() {
        Kind::Array(_) => node.items().map(own_step).collect::<Result<_, _>>()?,
        _ => vec![own_step(node)?],
    };
    if steps.is_empty() {
        return Err(wrong(node, "there must be at least one answer"));
    }
    Ok(steps)
}

fn own_step(node: Node<'_>) -> Result<Step, Diagnostic> {
    let help = "an answer is `return: VALUE`, or `throw: { error: NAME, cause: TEXT }`";
    if let ([entry], Some(value)) = (node.entries(), node.get("return")) {
        debug_assert_eq!(&*entry.key, "return");
        return Ok(Step::Return(value.to_json()));
    }
    match (node.entries(), node.get("throw")) {
        ([_], Some(error)) => Ok(Step::Throw(error_of(error, ["error", "cause"])?)),
        _ => Err(wrong(node, "this is no answer").help(help)),
    }
}

fn error_of(node: Node<'_>, [error, cause]: [&str; 2]) -> Result<StatesError, Diagnostic> {
    let known = |entry: &&Entry| [error, cause].contains(&&*entry.key);
    if let Some(entry) = node.entries().iter().find(|entry| !known(entry)) {
        let message = format!("an error has `{error}` and `{cause}`, not `{}`", entry.key);
        return Err(Diagnostic::error(RULE, message).label(entry.key_span, ""));
    }
    let text = |key: &str| match node.get(key) {
        None => Ok(None),
        Some(value) => match value.as_str() {
            Some(text) => Ok(Some(text.clone())),
            None => Err(wrong(value, &format!("`{key}` must be a string"))),
        },
    };
    let (name, cause) = (text(error)?, text(cause)?);
    if name.is_none() {
        return Err(wrong(
            node,
            &format!("`{error}`, the error's name, is missing"),
        ));
    }
    Ok(StatesError {
        error: name,
        cause,
        nature: Nature::Plain,
    })
}

fn bind_aws(handlers: &mut Handlers, root: Node<'_>, choice: Choice<'_>) -> Result<(), Diagnostic> {
    let cases = test_cases(root, choice.machine)?;
    let case = test_case(cases, choice.case)?;
    for entry in case.entries() {
        let node = root.tree().node(entry.value);
        let Some(name) = node.as_str() else {
            return Err(wrong(
                node,
                "a test case maps a state to the name of mocked responses",
            ));
        };
        let responses = root.get("MockedResponses").and_then(|all| all.get(name));
        let Some(responses) = responses else {
            let message = format!("there is no \"{name}\" in `MockedResponses`");
            return Err(wrong(node, &message));
        };
        let mock = MockHandler::new(name.to_string(), aws_steps(responses)?, Afterwards::Fail);
        handlers.bind(TaskPattern::State(entry.key.to_string()), Arc::new(mock));
    }
    Ok(())
}

/// The cases of the machine of this name, or of the only machine.
fn test_cases<'t>(root: Node<'t>, machine: &str) -> Result<Node<'t>, Diagnostic> {
    let machines = root
        .get("StateMachines")
        .ok_or_else(|| wrong(root, "`StateMachines` is missing"))?;
    let found = match machines.entries() {
        [only] => Some(root.tree().node(only.value)),
        _ => machines.get(machine),
    };
    let found = found.ok_or_else(|| {
        let message = format!("`StateMachines` has no machine \"{machine}\"");
        wrong(machines, &message).help(format!("it has: {}", keys(machines)))
    })?;
    found
        .get("TestCases")
        .ok_or_else(|| wrong(found, "`TestCases` is missing"))
}

fn test_case<'t>(cases: Node<'t>, name: Option<&str>) -> Result<Node<'t>, Diagnostic> {
    match (name, cases.entries()) {
        (None, [only]) => Ok(cases.tree().node(only.value)),
        (None, _) => Err(wrong(cases, "this file has several test cases: choose one")
            .help(format!("say `--case NAME`; it has: {}", keys(cases)))),
        (Some(name), _) => cases.get(name).ok_or_else(|| {
            wrong(cases, &format!("there is no test case \"{name}\""))
                .help(format!("it has: {}", keys(cases)))
        }),
    }
}

fn keys(node: Node<'_>) -> String {
    let names: Vec<&str> = node.entries().iter().map(|entry| &*entry.key).collect();
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

/// The answers of consecutive calls: keys are `"n"` or `"a-b"`, from 0 and without a gap
/// (11 §11.1).
fn aws_steps(responses: Node<'_>) -> Result<Vec<Step>, Diagnostic> {
    /// More calls of one state than an execution has room for.
    const MOST: usize = 25_000;
    if responses.entries().is_empty() {
        let message = "mocked responses are an object of call numbers with their answers";
        return Err(wrong(responses, message).help("for example {\"0\": {\"Return\": {}}}"));
    }
    let mut ranges = Vec::new();
    for entry in responses.entries() {
        let node = responses.tree().node(entry.value);
        let Some((first, last)) = range(&entry.key) else {
            let message = format!(
                "\"{}\" is no call number such as \"0\" or \"1-3\"",
                entry.key
            );
            return Err(Diagnostic::error(RULE, message).label(entry.key_span, ""));
        };
        ranges.push((first, last.min(MOST), entry, aws_step(node)?));
    }
    ranges.sort_by_key(|(first, ..)| *first);
    let mut steps = Vec::new();
    for (first, last, entry, step) in ranges {
        if first != steps.len() {
            let message = format!("call {} has no answer, or two", steps.len().min(first));
            return Err(Diagnostic::error(RULE, message)
                .label(entry.key_span, "")
                .help("number the calls from 0, without a gap: \"0\", \"1-2\", \"3\""));
        }
        steps.resize(last + 1, step);
    }
    Ok(steps)
}

fn range(key: &str) -> Option<(usize, usize)> {
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

fn aws_step(node: Node<'_>) -> Result<Step, Diagnostic> {
    match (node.get("Return"), node.get("Throw")) {
        (Some(value), None) => Ok(Step::Return(value.to_json())),
        (None, Some(error)) => Ok(Step::Throw(error_of(error, ["Error", "Cause"])?)),
        _ => Err(wrong(node, "an answer has either `Return` or `Throw`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Resource;
    use crate::syntax::{Format, Source, read};

    fn bound(text: &str, case: Option<&str>) -> Result<Handlers, String> {
        let source = Source::new("mocks", text);
        let (tree, findings) = read(&source, Format::of("mocks", text));
        assert_eq!(findings, []);
        let mut handlers = Handlers::default();
        let choice = Choice {
            machine: "order",
            case,
        };
        match bind(&mut handlers, &tree, choice) {
            Ok(_) => Ok(handlers),
            Err(error) => Err(error.message),
        }
    }

    fn described(handlers: &Handlers, state: &str) -> Option<String> {
        handlers
            .of(
                state,
                &Resource::parse("arn:aws:states:::sqs:sendMessage"),
                None,
            )
            .map(|h| h.describe())
    }

    #[test]
    fn our_own_file_binds_states_and_resources() {
        let text = "Charge card:\n  - throw: { error: Declined }\n  - return: { id: 7 }\n\
                    'arn:aws:states:::sqs:*':\n  return: 1\n";
        let handlers = bound(text, None).expect("a mocks file");
        assert_eq!(
            described(&handlers, "Charge card").as_deref(),
            Some("mock, 2 answers")
        );
        assert_eq!(described(&handlers, "Other").as_deref(), Some("mock"));
    }

    const AWS: &str = r#"{"StateMachines":{"order":{"TestCases":{
        "Happy":{"A":"Fine"},"Sad":{"A":"Retried"},"Gap":{"A":"Gap"}}}},
        "MockedResponses":{"Fine":{"0":{"Return":1}},
        "Retried":{"0":{"Throw":{"Error":"E","Cause":"c"}},"1-2":{"Throw":{"Error":"E","Cause":"c"}},"3":{"Return":1}},
        "Gap":{"0":{"Return":1},"2":{"Return":2}}}}"#;

    #[test]
    fn aws_files_are_read_by_case() {
        let handlers = bound(AWS, Some("Sad")).expect("a case");
        assert_eq!(
            described(&handlers, "A").as_deref(),
            Some("mock, 4 answers")
        );
        assert_eq!(described(&handlers, "B"), None);
    }

    #[test]
    fn wrong_files_say_what_is_wrong() {
        let check = |text: &str, case, expected: &str| match bound(text, case) {
            Ok(_) => panic!("{text} was accepted"),
            Err(message) => assert_eq!(message, expected),
        };
        check(AWS, None, "this file has several test cases: choose one");
        check(AWS, Some("No"), "there is no test case \"No\"");
        check(AWS, Some("Gap"), "call 1 has no answer, or two");
        check(
            "{\"MockedResponses\": {}}",
            None,
            "`StateMachines` is missing",
        );
        check(
            &AWS.replace("{\"0\":{\"Return\":1}}", "[1]"),
            Some("Happy"),
            "mocked responses are an object of call numbers with their answers",
        );
        check(
            "[1]",
            None,
            "a mocks file is an object of states with their answers",
        );
        check("{\"A\": {\"retrun\": 1}}", None, "this is no answer");
        check("{\"A\": []}", None, "there must be at least one answer");
        check(
            "{\"A\": {\"throw\": {\"cause\": \"c\"}}}",
            None,
            "`error`, the error's name, is missing",
        );
        check(
            "{\"A\": {\"return\": 1}}",
            Some("x"),
            "this mocks file has no cases",
        );
    }
}
