//! `MockConfigFile.json`, the file of AWS's Step Functions Local. Source: 11 §11.1.

use std::sync::Arc;

use super::own::{error_of, fixed_error};
use super::{Choice, RULE, names_help, wrong};
use crate::runtime::handlers::{Answer, Handlers, MockHandler, Step, TaskPattern};
use crate::syntax::{Diagnostic, Node};

/// More calls of one state than an execution has room for.
const MOST_CALLS: u32 = 25_000;

/// Binds the states of a case; a call without an answer fails the execution.
pub(super) fn bind(
    handlers: &mut Handlers,
    root: Node<'_>,
    choice: Choice<'_>,
) -> Result<(), Diagnostic> {
    let case = states(root, choice)?;
    for entry in case.entries() {
        let node = root.tree().node(entry.value);
        let Some(name) = node.as_str() else {
            return Err(wrong(
                node,
                "a test case maps a state to the name of mocked responses",
            ));
        };
        let answers = answers(responses(root, node, name)?)?;
        let mock = MockHandler::answering(name.to_string(), answers);
        handlers.bind(TaskPattern::State(entry.key.to_string()), Arc::new(mock));
    }
    Ok(())
}

/// The states of the chosen case, each with the name of its responses.
pub(super) fn states<'t>(root: Node<'t>, choice: Choice<'_>) -> Result<Node<'t>, Diagnostic> {
    test_case(test_cases(root, choice.machine)?, choice.case)
}

fn responses<'t>(root: Node<'t>, node: Node<'t>, name: &str) -> Result<Node<'t>, Diagnostic> {
    let all = root.get("MockedResponses");
    if let Some(found) = all.and_then(|all| all.get(name)) {
        return Ok(found);
    }
    let message = format!("there is no \"{name}\" in `MockedResponses`");
    let diagnostic = wrong(node, message);
    Err(match all {
        Some(all) => diagnostic.help(names_help(name, all)),
        None => diagnostic.help("`MockedResponses` itself is missing"),
    })
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
        wrong(machines, message).help(names_help(machine, machines))
    })?;
    found
        .get("TestCases")
        .ok_or_else(|| wrong(found, "`TestCases` is missing"))
}

fn test_case<'t>(cases: Node<'t>, name: Option<&str>) -> Result<Node<'t>, Diagnostic> {
    match (name, cases.entries()) {
        (None, [only]) => Ok(cases.tree().node(only.value)),
        (None, _) => Err(wrong(cases, "this file has several test cases: choose one")
            .help(format!("say `--case NAME`; {}", names_help("", cases)))),
        (Some(name), _) => cases.get(name).ok_or_else(|| {
            wrong(cases, format!("there is no test case \"{name}\"")).help(names_help(name, cases))
        }),
    }
}

/// The answers of consecutive calls: keys are `"n"` or `"a-b"`, from 0 and without a gap.
fn answers(responses: Node<'_>) -> Result<Vec<Answer>, Diagnostic> {
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
        ranges.push((first, last.min(MOST_CALLS), entry, step(node)?));
    }
    ranges.sort_by_key(|(first, ..)| *first);
    let (mut answers, mut next) = (Vec::new(), 0);
    for (first, last, entry, step) in ranges {
        if first != next {
            let message = format!("call {} has no answer, or two", next.min(first));
            return Err(Diagnostic::error(RULE, message)
                .label(entry.key_span, "")
                .help("number the calls from 0, without a gap: \"0\", \"1-2\", \"3\""));
        }
        next = last + 1;
        answers.push(Answer::fixed(step, Some(next.saturating_sub(first))));
    }
    Ok(answers)
}

fn range(key: &str) -> Option<(u32, u32)> {
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

fn step(node: Node<'_>) -> Result<Step, Diagnostic> {
    const NAMES: [&str; 2] = ["Error", "Cause"];
    let known = |key: &str| ["Return", "Throw"].contains(&key);
    if let Some(entry) = node.entries().iter().find(|entry| !known(&entry.key)) {
        let message = format!(
            "an answer has either `Return` or `Throw`, not `{}`",
            entry.key
        );
        return Err(Diagnostic::error(RULE, message).label(entry.key_span, ""));
    }
    match (node.get("Return"), node.get("Throw")) {
        (Some(value), None) => Ok(Step::Return(value.to_json())),
        (None, Some(error)) => Ok(Step::Throw(fixed_error(&error_of(error, NAMES)?))),
        _ => Err(wrong(node, "an answer has either `Return` or `Throw`")),
    }
}
