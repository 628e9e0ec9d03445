//! Published definitions that nobody labelled: no error in them that cannot be defended.

use std::collections::BTreeSet;
use std::fs;

use super::support::{folder, say};
use super::{errors, judged};

/// Every definition that gets an error, and why it deserves it. Those whose name says that they
/// are for tests of broken input are not listed one by one.
const DESERVED: &[(&str, &str)] = &[];

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
