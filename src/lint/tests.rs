//! The helper of all rules' tests: a definition in, its findings out.

use std::fmt::Write;

use expect_test::Expect;

use super::{Definition, Options};
use crate::language::{self, StateMachine};
use crate::syntax::{Diagnostic, Edit, Format, LineIndex, Severity, Source, Span, Tree, read};

/// Holds the findings of a definition against what is expected.
#[expect(clippy::needless_pass_by_value, reason = "reads well at the call")]
pub(crate) fn check(definition: &str, expected: Expect) {
    expected.assert_eq(&findings(definition));
}

fn findings(definition: &str) -> String {
    let source = Source::new("test.asl.json", definition);
    let (tree, syntax) = read(&source, Format::Json);
    assert_eq!(syntax, [], "the definition must be JSON");
    let (machine, found) = language::read(&tree);
    let index = LineIndex::new(definition);
    let mut text = String::new();
    for finding in checked(&source, &tree, &machine, found) {
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
) -> Vec<Diagnostic> {
    let definition = Definition {
        source,
        tree,
        machine,
    };
    super::check(definition, of_model, &Options::default())
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
        let found = checked(&source, &tree, &machine, of_model);
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
    assert_eq!(findings(&fixed), "", "{fixed}");
}

/// The examples of the rules' pages: the first is what the rule finds, the second what it does not.
#[test]
fn every_example_of_a_page_fires_and_what_to_use_instead_is_silent() {
    let mut wrong = Vec::new();
    for rule in super::RULES {
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
            if found_in(&text).contains(&rule.name) != fires {
                wrong.push(format!(
                    "{} {heading}\n{text}\n{:?}",
                    rule.name,
                    found_in(&text)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The rules that find something in a definition, or in a part of one: some states, one state, a
/// choice rule, a retrier.
fn found_in(part: &str) -> Vec<&'static str> {
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
        "ErrorEquals" => machine("A", &format!(r#"{{"A": {{{task}, "Retry": [{part}]}}}}"#)),
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
    for rule in super::RULES {
        options.levels.set(rule.name, Some(rule.severity));
    }
    let definition = Definition {
        source: &source,
        tree: &tree,
        machine: &machine,
    };
    found.extend(super::check(definition, of_model, &options));
    found.iter().map(|finding| finding.rule).collect()
}

/// Definitions that we do not judge as their label says, and why.
const DISPUTED: &[(&str, &str)] = &[
    (
        "asl-validator/valid-assign.asl.json",
        "assigns `top-level`: the specification wants an identifier, and `$top-level` is a difference",
    ),
    (
        "asl-validator/valid-fail-paths.json",
        "its path reads `$field2`, which nothing assigns; `$.field2` was meant",
    ),
    (
        "asl-validator/valid-path-array-context.json",
        "`$[(@.length-1)].bar` has a script in a path, which Jayway JsonPath refuses",
    ),
    (
        "asl-validator/valid-task-credentials.json",
        "AWS was recorded to refuse `Credentials` without `RoleArn`",
    ),
    (
        "asls/documentValidParametersIntrinsicFunction.yaml",
        "no commas between the arguments of `States.Format`",
    ),
    (
        "statelint/task-with-credentials.json",
        "`roleArn` instead of `RoleArn`: AWS was recorded to refuse `Credentials` without it",
    ),
];

/// Lints the published definitions that `ASL_CONFORMANCE` holds.
#[test]
fn published_definitions_get_the_findings_they_deserve() {
    let Some(root) = std::env::var_os("ASL_CONFORMANCE") else {
        eprintln!("skipped: ASL_CONFORMANCE names no folder with recorded cases");
        return;
    };
    let root = std::path::Path::new(&root).join("definitions");
    let labels = std::fs::read_to_string(root.join("labels.tsv")).expect("is readable");
    let mut refused = Vec::new();
    let (mut valid, mut invalid, mut found_invalid) = (0, 0, 0);
    for line in labels.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [path, _, format, expected, fails, ..] = columns[..] else {
            continue;
        };
        if format.contains("broken") || path.starts_with("raw/") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(root.join(path)) else {
            continue;
        };
        let errors = errors(path, &text);
        match expected {
            "valid" => {
                valid += 1;
                let disputed = DISPUTED.iter().any(|(known, _)| *known == path);
                if !errors.is_empty() && !disputed {
                    refused.push(format!("{path}\n{}", errors.join("\n")));
                }
            }
            "invalid" => {
                invalid += 1;
                found_invalid += usize::from(!errors.is_empty());
                if errors.is_empty() {
                    println!("not found: {path} ({fails})");
                }
            }
            _ => {}
        }
    }
    println!("{found_invalid} of {invalid} invalid definitions found, {valid} valid ones");
    assert!(valid > 0, "no definition was read");
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

fn errors(path: &str, text: &str) -> Vec<String> {
    let source = Source::new(path, text);
    let (tree, mut found) = read(&source, Format::of(path, text));
    let (machine, of_model) = language::read(&tree);
    found.extend(checked(&source, &tree, &machine, of_model));
    found
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| {
            let pointer = tree.node_at(finding.span()).pointer();
            format!("  {pointer}: [{}] {}", finding.rule, finding.message)
        })
        .collect()
}
