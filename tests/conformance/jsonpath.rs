//! JSONPath, held against the recorded table of Jayway's answers.

use std::fs;

use aslkit::data::Json;
use aslkit::query::JsonPath;

use super::recordings::{folder, say};

/// The rows that passed when this was last written.
const FLOOR: usize = 487;

#[test]
fn the_recorded_answers_of_jayway_are_given() {
    let Some(folder) = folder() else { return };
    let table = fs::read_to_string(folder.join("jsonpath/jayway-cases.jsonl"));
    let table = table.expect("the table is in the folder");
    let rows: Vec<_> = table.lines().collect();
    let wrong: Vec<_> = rows.iter().filter_map(|row| wrong(row)).collect();
    let passed = rows.len() - wrong.len();
    say(&format!(
        "JSONPath, Jayway's answers: {passed} of {} rows equal (floor {FLOOR})",
        rows.len()
    ));
    for wrong in wrong {
        say(&wrong);
    }
    // A smaller table than the one the floor was measured with keeps its share.
    assert!(passed >= FLOOR.min(rows.len()), "{passed} < {FLOOR}");
}

/// What is wrong with the answer to a row, if anything.
fn wrong(row: &str) -> Option<String> {
    let row = Json::parse(row).expect("a row is JSON");
    let text = |key: &str| row.get(key).and_then(Json::as_str);
    let expression = text("expr").expect("a row has an expression");
    let complain = |found: &str| {
        let wanted = row
            .get("expected")
            .or(row.get("message"))
            .or(row.get("compiled"));
        let wanted = wanted
            .map(|wanted| wanted.text().into_owned())
            .unwrap_or_default();
        Some(format!("{expression}: found {found}, wanted {wanted}"))
    };
    let refused = text("error").is_some_and(|error| error.starts_with("compile"));
    let path = match JsonPath::parse(expression) {
        Err(_) if refused => return None,
        Err(error) => return complain(&error.to_string()),
        Ok(_) if refused => return complain("a path"),
        Ok(path) => path,
    };
    let compiled = text("compiled").is_none_or(|compiled| compiled == path.to_string());
    let definite = row.get("definite").and_then(Json::as_bool);
    if !compiled || definite.is_some_and(|definite| definite != path.is_definite()) {
        return complain(&path.to_string());
    }
    if row.get("compile_only").is_some() {
        return None;
    }
    match path.evaluate(row.get("document").expect("a row has a document")) {
        Ok(found) if row.get("expected") == Some(&found) => None,
        Err(error) if text("message") == Some(error.as_str()) => None,
        Ok(found) => complain(&found.text()),
        Err(error) => complain(&error),
    }
}
