//! Published definitions that nobody labelled: no error in them that cannot be defended.

use std::collections::BTreeSet;
use std::fs;

use super::recordings::{folder, say};
use super::{errors, judged};

/// The definitions that get an error, by the beginning of their path, and why they deserve it.
const DESERVED: &[(&str, &str)] = &[
    (
        "asls/completions",
        "half-written for the tests of an editor",
    ),
    ("asls/document1.", "half-written for the tests of an editor"),
    ("asls/document2.", "half-written for the tests of an editor"),
    ("asls/document3.", "half-written for the tests of an editor"),
    ("asls/document4.", "half-written for the tests of an editor"),
    ("asls/document5.", "half-written for the tests of an editor"),
    (
        "asls/documentFailCausePath",
        "its path does not begin with `$`, or its function gives no string, as its name says",
    ),
    (
        "asls/documentFailErrorPath",
        "its path does not begin with `$`, or its function gives no string, as its name says",
    ),
    ("asls/documentInvalid", "invalid, as its name says"),
    (
        "asls/documentNested.",
        "half-written for the tests of an editor",
    ),
    (
        "asls/documentTaskJSONata.",
        "reads `$states.function`, and `$states.result` in a catcher",
    ),
    (
        "asls/documentValidResultSelectorIntrinsicFunction.yaml",
        "no commas between the arguments of `States.Format`",
    ),
    (
        "asls/documentWaitWithAssign.",
        "a Wait that does not say how long",
    ),
    (
        "asls/documentWithAssignAndCatch",
        "empty `ErrorEquals`, no `Next`, a path that ends with a dot, or text that is no JSON",
    ),
    (
        "asls/documentWithPartialTopLevel.",
        "half-written for the tests of an editor",
    ),
    ("asls/emptyDocument.", "empty"),
    (
        "asls/passSnippetYaml.",
        "half-written for the tests of an editor",
    ),
    (
        "localstack/context_object__context_object_",
        "a placeholder of the tests, `%…%`, where a path belongs",
    ),
    (
        "localstack/errorhandling__task_",
        "empty `ErrorEquals`, which the tests fill in",
    ),
    (
        "localstack/scenarios__map_item_reader_base_csv_headers_decl.",
        "a placeholder of the tests where an array belongs",
    ),
    (
        "localstack/test_state__base_map_state_machine_choice_fail.",
        "`StartAt` names a state that does not exist; made for the test of one state",
    ),
    (
        "sam/tests_translator_input_schema_validation_1.",
        "the resource is the word `someresource`",
    ),
    (
        "sam/tests_translator_input_state_machine_with_definition_substitutions.",
        "filled in with words where types belong",
    ),
    (
        "serverless-patterns/lambda-sfn-sls_",
        "`Yes` and `No` without quotes became booleans",
    ),
    (
        "sfwc/shared-fallback-state-jsonata_",
        "`QueryLanguage` stands inside `States`",
    ),
    (
        "step-functions-agent/lambda_tools_batch_processor_",
        "`Label`, `ItemReader` and `ResultWriter` on an inline Map",
    ),
    (
        "step-functions-agent/step-functions_agent-with-tools-flow-template.",
        "a template: states are named that its program adds",
    ),
    (
        "step-functions-agent/step-functions_dynamic-",
        "a template: words stand where its program puts arrays",
    ),
    (
        "step-functions-agent/step-functions_supervisor-agent-flow-template.",
        "a template: a choice rule is not finished",
    ),
    (
        "step-functions-agent/step-functions_supervisor-with-agentcore.",
        "`Arguments` on a Map, which has none",
    ),
    (
        "step-functions-agent/step-functions_web-search-agent.",
        "calls `States.Default`, which does not exist",
    ),
];

#[test]
fn errors_in_published_definitions_are_deserved() {
    let Some(root) = folder() else { return };
    let root = root.join("definitions");
    let labels = fs::read_to_string(root.join("labels.tsv")).expect("it lists the definitions");
    let mut with_errors = BTreeSet::new();
    let mut all = 0;
    for line in labels.lines().skip(1) {
        let [path, _, _, expected, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
            continue;
        };
        if expected != "unknown" {
            continue;
        }
        let Ok(text) = fs::read_to_string(root.join(path)) else {
            continue;
        };
        all += 1;
        let errors = errors(&judged(path, &text, None));
        if let Some(first) = errors.first() {
            with_errors.insert((path.to_owned(), first.clone()));
        }
    }
    say(&format!(
        "asl: {} of {all} unlabelled definitions have errors",
        with_errors.len()
    ));
    let unknown: Vec<_> = with_errors
        .iter()
        .filter(|(path, _)| !DESERVED.iter().any(|(known, _)| path.starts_with(known)))
        .collect();
    assert!(unknown.is_empty(), "not argued: {unknown:#?}");
}
