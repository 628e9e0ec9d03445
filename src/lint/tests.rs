//! The helper of all rules' tests: a definition in, its findings out.

use std::fmt::Write;

use expect_test::Expect;

use super::{Definition, Options};
use crate::language::{self, StateMachine, StateMachineType};
use crate::syntax::{Diagnostic, Edit, Format, LineIndex, Severity, Source, Span, Tree, read};

/// Holds the findings of a definition against what is expected.
#[expect(clippy::needless_pass_by_value, reason = "reads well at the call")]
pub(crate) fn check(definition: &str, expected: Expect) {
    expected.assert_eq(&findings(definition, &Options::default()));
}

/// Holds the findings of a definition of an Express state machine against what is expected.
#[expect(clippy::needless_pass_by_value, reason = "reads well at the call")]
pub(crate) fn check_express(definition: &str, expected: Expect) {
    let options = Options {
        machine_type: Some(StateMachineType::Express),
        ..Options::default()
    };
    expected.assert_eq(&findings(definition, &options));
}

/// Holds the findings with a rule that is off by default against what is expected.
#[expect(clippy::needless_pass_by_value, reason = "reads well at the call")]
pub(crate) fn check_with(rule: &str, definition: &str, expected: Expect) {
    let mut options = Options::default();
    assert!(!options.levels.is_on(rule), "{rule} is on by default");
    options.levels.set(rule, Some(Severity::Warning));
    expected.assert_eq(&findings(definition, &options));
}

fn findings(definition: &str, options: &Options) -> String {
    let source = Source::new("test.asl.json", definition);
    let (tree, syntax) = read(&source, Format::Json);
    assert_eq!(syntax, [], "the definition must be JSON");
    let (machine, found) = language::read(&tree);
    let index = LineIndex::new(definition);
    let mut text = String::new();
    for finding in checked(&source, &tree, &machine, found, options) {
        assert!(
            super::rule(finding.rule).is_some(),
            "{} has no page",
            finding.rule
        );
        write_finding(&mut text, definition, &index, &finding).expect("strings take all");
    }
    text
}

fn checked(
    source: &Source,
    tree: &Tree,
    machine: &StateMachine,
    of_model: Vec<Diagnostic>,
    options: &Options,
) -> Vec<Diagnostic> {
    let definition = Definition {
        source,
        tree,
        machine,
    };
    super::check(definition, of_model, options)
}

fn write_finding(
    out: &mut String,
    text: &str,
    index: &LineIndex,
    finding: &Diagnostic,
) -> std::fmt::Result {
    let place = |span: Span| {
        let start = index.chars(span.start as usize);
        format!("{}:{} {}", start.line, start.column, &text[span.range()])
    };
    let code = finding.aws_code.unwrap_or("-");
    writeln!(
        out,
        "{}[{}] {} ({code})",
        finding.severity, finding.rule, finding.message
    )?;
    for label in &finding.labels {
        writeln!(out, "  at {} -- {}", place(label.span), label.message)?;
    }
    for help in finding.help.iter().flat_map(|help| help.lines()) {
        writeln!(out, "  help: {help}")?;
    }
    for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
        writeln!(out, "  fix: {} -> {}", place(edit.span), edit.text)?;
    }
    Ok(())
}

#[test]
fn fixes_leave_nothing_to_find() {
    let text = r#"{"StartAt": "Charg", "States": {
        "Charge": {"Type": "Tsak", "Resorce": "${Charge}", "Next": "Shipp",
          "Retry": [{"ErrorEqual": ["States.ALL"], "JitterStrategy": "full"}]},
        "Ship": {"Type": "Succeed"}}}"#;
    let fix_once = |text: &str| {
        let source = Source::new("test.asl.json", text);
        let (tree, _) = read(&source, Format::Json);
        let (machine, of_model) = language::read(&tree);
        let found = checked(&source, &tree, &machine, of_model, &Options::default());
        let fixes = found.into_iter().filter_map(|finding| finding.fix);
        let mut edits: Vec<Edit> = fixes.flat_map(|fix| fix.edits).collect();
        edits.sort_by_key(|edit| edit.span);
        let mut mended = text.to_owned();
        for edit in edits.iter().rev() {
            mended.replace_range(edit.span.range(), &edit.text);
        }
        mended
    };
    // The fields of a state are known only when its type is.
    let fixed = fix_once(&fix_once(text));
    assert_eq!(findings(&fixed, &Options::default()), "", "{fixed}");
}

/// The examples of the rules' pages: the first is what the rule finds, the second what it does not.
#[test]
fn every_example_of_a_page_fires_and_what_to_use_instead_is_silent() {
    let mut wrong = Vec::new();
    // The example of what is too large is not as large on its page, and those about templates are
    // parts of templates: they have tests of their own.
    let elsewhere = [
        "definition-too-large",
        "missing-definition",
        "unknown-substitution",
        "unused-substitution",
    ];
    let shown = super::RULES
        .iter()
        .filter(|rule| !elsewhere.contains(&rule.name));
    for rule in shown {
        let page = rule.page();
        let example = |heading: &str| {
            let section = page
                .split(heading)
                .nth(1)
                .expect("tested: every page has it");
            let code = section.split("```").nth(1).expect("a block of code");
            code.trim_start_matches(char::is_alphabetic)
                .trim()
                .to_owned()
        };
        for (heading, fires) in [("## Example", true), ("## Use instead", false)] {
            let text = example(heading);
            if found_in(&text, rule).contains(&rule.name) != fires {
                wrong.push(format!(
                    "{} {heading}\n{text}\n{:?}",
                    rule.name,
                    found_in(&text, rule)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The rules that find something in a definition, or in a part of one: some states, one state, a
/// choice rule, a retrier.
fn found_in(part: &str, rule: &super::Rule) -> Vec<&'static str> {
    let language = if part.contains("{%") {
        "JSONata"
    } else {
        "JSONPath"
    };
    let machine = |start: &str, states: &str| {
        format!(r#"{{"QueryLanguage": "{language}", "StartAt": "{start}", "States": {states}}}"#)
    };
    let task = r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true"#;
    let first = part.split('"').nth(1).unwrap_or_default();
    let whole = match first {
        "StartAt" | "QueryLanguage" => part.to_owned(),
        "Type" => machine("Example", &format!(r#"{{"Example": {part}}}"#)),
        "ErrorEquals" if part.starts_with('[') => {
            let list = if part.contains("\"Next\"") {
                "Catch"
            } else {
                "Retry"
            };
            machine("A", &format!(r#"{{"A": {{{task}, "{list}": {part}}}}}"#))
        }
        "ErrorEquals" => machine("A", &format!(r#"{{"A": {{{task}, "Retry": [{part}]}}}}"#)),
        "Resource" => {
            let processor = r#""ItemProcessor": {"StartAt": "B", "ProcessorConfig":
                {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "States": {"B": {"Type": "Succeed"}}}"#;
            let map =
                format!(r#"{{"Type": "Map", "ItemReader": {part}, {processor}, "End": true}}"#);
            machine("A", &format!(r#"{{"A": {map}}}"#))
        }
        _ if part.contains("\"Type\"") => machine(first, part),
        _ if part.starts_with('{') => {
            let choice = format!(r#"{{"Type": "Choice", "Default": "A", "Choices": [{part}]}}"#);
            machine("A", &format!(r#"{{"A": {choice}}}"#))
        }
        _ => part.to_owned(),
    };
    let source = Source::new("example.asl.json", whole);
    let (tree, mut found) = read(&source, Format::Json);
    let (machine, of_model) = language::read(&tree);
    let mut options = Options::default();
    options.levels.set(rule.name, Some(rule.severity));
    options.machine_type =
        (rule.name == "unsupported-in-express").then_some(StateMachineType::Express);
    let definition = Definition {
        source: &source,
        tree: &tree,
        machine: &machine,
    };
    found.extend(super::check(definition, of_model, &options));
    super::silence(&source, &tree, &options.levels, &mut found);
    found.iter().map(|finding| finding.rule).collect()
}
