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

/// Findings in definitions whose label says that they are valid, and why they stay.
///
/// AWS requires `RoleArn` in `Credentials`: its recorded answer to an object without it is "The
/// field `RoleArn` is required but was missing". Their authors only test the field's syntax.
///
/// A Lambda ARN without region and account names no function: its author only tests `Parameters`.
///
/// `lambda:listFunctions` is no optimized integration, and AWS was recorded to refuse
/// `dynamodb:query`, which is none either, as "not recognized". No recording uses this definition.
const DISPUTED: &[&str] = &[
    "asl-validator/valid-parameters-issue104.json",
    "asl-validator/valid-task-credentials.json",
    "localstack/services__lambda_list_functions.json",
    "statelint/task-with-credentials.json",
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
                let disputed = DISPUTED.contains(&path);
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

/// Everything that is found in a text, with the syntax.
fn all_findings(path: &str, text: &str, options: &Options) -> Vec<(String, Diagnostic)> {
    let source = Source::new(path, text);
    let (tree, mut found) = read(&source, Format::of(path, text));
    let (machine, of_model) = language::read(&tree);
    found.extend(checked(&source, &tree, &machine, of_model, options));
    let located = found.into_iter().map(|finding| {
        let pointer = tree.node_at(finding.span()).pointer();
        (pointer, finding)
    });
    located.collect()
}

fn errors(path: &str, text: &str) -> Vec<String> {
    let found = all_findings(path, text, &Options::default()).into_iter();
    found
        .filter(|(_, finding)| finding.severity == Severity::Error)
        .map(|(pointer, it)| format!("  {pointer}: [{}] {}", it.rule, it.message))
        .collect()
}

fn express(is_express: bool) -> Options {
    Options {
        machine_type: is_express.then_some(StateMachineType::Express),
        ..Options::default()
    }
}

/// How many probes must be judged as they are labelled: invalid ones with an error, lints with
/// any finding, controls without an error.
const FLOOR: (usize, usize) = (84, 30);

/// Lints the minimal definitions that `ASL_CONFORMANCE` holds: one for each check that any
/// validator makes, and valid ones beside them.
#[test]
fn the_probes_are_rejected_and_the_controls_are_not() {
    let Some(root) = std::env::var_os("ASL_CONFORMANCE") else {
        eprintln!("skipped: ASL_CONFORMANCE names no folder with recorded cases");
        return;
    };
    let root = std::path::Path::new(&root).join("definitions");
    let list = std::fs::read_to_string(root.join("probes.tsv")).expect("is readable");
    let (mut rejected, mut accepted) = (0, 0);
    let (mut invalid, mut valid) = (0, 0);
    let mut missed = Vec::new();
    for line in list.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [file, _, about, kind] = columns[..] else {
            continue;
        };
        let text = std::fs::read_to_string(root.join("probes").join(file)).expect("is readable");
        let found = all_findings(file, &text, &express(kind == "express"));
        let rules: Vec<String> = found
            .iter()
            .map(|(_, it)| format!("{}[{}]", it.severity, it.rule))
            .collect();
        println!("{file} {kind} {about}: {}", rules.join(" "));
        let is_error = found.iter().any(|(_, it)| it.severity == Severity::Error);
        let is_right = match kind {
            "valid" => !is_error,
            "lint" => !found.is_empty(),
            "invalid" | "express" => is_error,
            _ => continue,
        };
        if !is_right {
            missed.push(format!(
                "missed: {file} {kind} {about}: {}",
                rules.join(" ")
            ));
        }
        let (all, right) = match kind {
            "valid" => (&mut valid, &mut accepted),
            _ => (&mut invalid, &mut rejected),
        };
        *all += 1;
        *right += usize::from(is_right);
    }
    println!("{}", missed.join("\n"));
    println!(
        "{rejected} of {invalid} invalid probes rejected, {accepted} of {valid} controls accepted"
    );
    assert!(rejected >= FLOOR.0 && accepted >= FLOOR.1);
}

/// Recorded refusals that rules about paths and expressions have to find.
const FOR_OTHER_RULES: &[&str] =
    &["base_scenarios.illegal_escapes-ESCAPE_SEQUENCES_ILLEGAL_INTRINSIC_FUNCTION_2"];

/// Holds what is found against what AWS was recorded to say of definitions, and against the
/// definitions it was recorded to run.
#[test]
fn recorded_definitions_are_judged_as_aws_did() {
    let Some(root) = std::env::var_os("ASL_CONFORMANCE") else {
        eprintln!("skipped: ASL_CONFORMANCE names no folder with recorded cases");
        return;
    };
    let cases = std::path::Path::new(&root).join("conformance/cases");
    let mut wrong = Vec::new();
    let (mut judged, mut run) = (0, 0);
    for case in json_files(&cases) {
        let text = std::fs::read_to_string(&case).expect("is readable");
        let case: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
        let id = case["id"].as_str().expect("has a name");
        let definition = match &case["definition_text"] {
            serde_json::Value::String(text) => text.clone(),
            _ if case["definition"].is_null() => continue,
            _ => case["definition"].to_string(),
        };
        let options = express(case["state_machine_type"] == "EXPRESS");
        let found = all_findings("case.asl.json", &definition, &options).into_iter();
        let first = found
            .map(|(_, it)| it)
            .find(|it| it.severity == Severity::Error);
        let code = first
            .as_ref()
            .map(|it| it.aws_code.unwrap_or("-").to_owned());
        let expected = match case["kind"].as_str() {
            Some("definition-error" | "validate") => recorded_code(&case["expected"]),
            Some("execution") => None,
            _ => continue,
        };
        if case["kind"] == "execution" {
            run += 1;
        } else {
            judged += 1;
        }
        if code != expected && !FOR_OTHER_RULES.contains(&id) {
            let said = first.map(|it| format!("[{}] {}", it.rule, it.message));
            wrong.push(format!("{id}: AWS {expected:?}, here {code:?} {said:?}"));
        }
    }
    println!("{judged} recorded verdicts, {run} recorded executions");
    assert!(judged > 0, "no case was read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The code that AWS refused a definition with, if it did.
fn recorded_code(expected: &serde_json::Value) -> Option<String> {
    if let Some(found) = expected["diagnostics"].as_array() {
        let code = found.first()?["code"].as_str();
        return code.map(str::to_owned);
    }
    let error = &expected["error"];
    let message = error["message"]
        .as_str()
        .or(error["exception_value"].as_str());
    let (_, rest) = message.expect("is a text").split_once("Definition: '")?;
    rest.split_once(':').map(|(code, _)| code.to_owned())
}

fn json_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).expect("is readable") {
            let path = entry.expect("is readable").path();
            if path.is_dir() {
                pending.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                files.push(path);
            }
        }
    }
    files
}
