//! What AWS said of definitions: what it created, and what it refused with which code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aslkit::language::StateMachineType;
use serde_json::Value;

use super::recordings::{folder, say};
use super::{errors, judged};

/// A recorded case.
struct Case {
    id: String,
    kind: String,
    definition: String,
    machine_type: StateMachineType,
    expected: Value,
}

#[test]
fn what_aws_created_has_no_errors() {
    let Some(root) = folder() else { return };
    let cases = cases(&root, &["execution"]);
    let mut refused = BTreeSet::new();
    let mut clean = 0;
    for case in &cases {
        let found = judged(
            "definition.asl.json",
            &case.definition,
            Some(case.machine_type),
        );
        let errors = errors(&found);
        clean += usize::from(errors.is_empty());
        if !errors.is_empty() && !ALWAYS_FAIL.iter().any(|(id, _)| case.id.starts_with(id)) {
            refused.insert(format!("{}: {errors:?}", case.id));
        }
    }
    say(&format!(
        "{clean} of {} definitions that AWS created have no errors",
        cases.len()
    ));
    assert!(refused.is_empty(), "{refused:#?}");
}

/// Machines that AWS created and in which a state can only fail.
const ALWAYS_FAIL: &[(&str, &str)] = &[(
    "error_output.parallel_catch_error-PARALLEL_CATCH_ERROR_VARIABLE_SAMPLING",
    "`$resultVar` is read outside of the branch that assigns it",
)];

#[test]
fn what_aws_refused_has_the_same_code() {
    let Some(root) = folder() else { return };
    let cases = cases(&root, &["definition-error", "validate"]);
    let mut wrong = Vec::new();
    for case in &cases {
        let found = judged(
            "definition.asl.json",
            &case.definition,
            Some(case.machine_type),
        );
        let ours: BTreeSet<&str> = found
            .iter()
            .filter_map(|finding| finding.aws_code)
            .collect();
        let told = case.expected.to_string();
        let is_refused = case.kind == "definition-error" || told.contains("\"FAIL\"");
        let same = match ours.iter().find(|code| told.contains(*code)) {
            Some(_) => is_refused,
            None => !is_refused && errors(&found).is_empty(),
        };
        if !same {
            wrong.push(format!("{}: {ours:?} {told}", case.id));
        }
    }
    say(&format!(
        "{} of {} verdicts of AWS on definitions are ours as well",
        cases.len() - wrong.len(),
        cases.len()
    ));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn cases(root: &Path, kinds: &[&str]) -> Vec<Case> {
    let mut found = Vec::new();
    let areas = fs::read_dir(root.join("conformance/cases")).expect("recorded cases");
    for area in areas {
        let area = area.expect("can be read").path();
        for file in fs::read_dir(area).expect("an area") {
            let text = fs::read_to_string(file.expect("can be read").path()).expect("a case");
            let mut case: Value = serde_json::from_str(&text).expect("JSON");
            let kind = case["kind"].as_str().unwrap_or_default().to_owned();
            if !kinds.contains(&kind.as_str()) {
                continue;
            }
            let definition = match case["definition_text"].as_str() {
                Some(text) => text.to_owned(),
                None => case["definition"].to_string(),
            };
            let express = case["state_machine_type"] == "EXPRESS";
            found.push(Case {
                id: case["id"].as_str().unwrap_or_default().to_owned(),
                kind,
                definition,
                machine_type: if express {
                    StateMachineType::Express
                } else {
                    StateMachineType::Standard
                },
                expected: case["expected"].take(),
            });
        }
    }
    found
}
