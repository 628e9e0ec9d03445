//! Definitions whose authors, or AWS, say whether they are valid.

use std::fs;

use super::recordings::{folder, say};
use super::{errors, judged};

/// The least share of definitions that are judged as their label says, in percent.
const FLOOR: usize = 98;

/// Definitions that we do not judge as their label says, and why.
const DISPUTED: &[(&str, &str)] = &[
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
        "localstack/services__lambda_list_functions.json",
        "`lambda` has no optimized action but `invoke`, and AWS was recorded to refuse \
         `dynamodb:query`, which is none either; no recording uses this definition",
    ),
    (
        "statelint/task-with-credentials.json",
        "`roleArn` instead of `RoleArn`: AWS was recorded to refuse `Credentials` without it",
    ),
];

#[test]
fn definitions_are_judged_as_their_labels_say() {
    let Some(root) = folder() else { return };
    let root = root.join("definitions");
    let labels = fs::read_to_string(root.join("labels.tsv")).expect("it lists the definitions");
    let (mut as_labelled, mut all) = (0, 0);
    let mut others = Vec::new();
    for line in labels.lines().skip(1) {
        let [path, _, format, expected, fails, ..] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            continue;
        };
        let is_valid = expected == "valid";
        if format.contains("broken") || !(is_valid || expected == "invalid") {
            continue;
        }
        let Ok(text) = fs::read_to_string(root.join(path)) else {
            continue;
        };
        let errors = errors(&judged(path, &text, None));
        all += 1;
        if errors.is_empty() == is_valid {
            as_labelled += 1;
        } else {
            others.push((path.to_owned(), format!("{expected} {fails}: {errors:?}")));
        }
    }
    say(&format!(
        "asl: {as_labelled} of {all} labelled definitions as labelled"
    ));
    let unknown: Vec<_> = others
        .iter()
        .filter(|(path, _)| !DISPUTED.iter().any(|(known, _)| known == path))
        .collect();
    assert!(unknown.is_empty(), "not argued: {unknown:#?}");
    assert!(as_labelled * 100 >= all * FLOOR);
}
