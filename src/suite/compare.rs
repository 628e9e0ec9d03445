//! In what two documents differ.

use std::sync::Arc;

use crate::data::{Json, Object};

/// How a document shall be like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Equal.
    Equal,
    /// With more members in its objects, if it likes; lists have as many items.
    Includes,
}

/// A place where two documents differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The place: `$.items[1].price`.
    pub path: String,
    /// What was expected there, if anything.
    pub expected: Option<Json>,
    /// What is there, if anything.
    pub actual: Option<Json>,
}

/// Every place where a document is not as expected. Recursion is bounded by how deep a document
/// may nest.
#[must_use]
pub fn differences(expected: &Json, actual: &Json, how: Match) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("$".to_owned(), expected, actual, how, &mut found);
    found
}

fn compare(path: String, expected: &Json, actual: &Json, how: Match, found: &mut Vec<Difference>) {
    if expected == actual {
        return;
    }
    if let (Some(one), Some(other)) = (expected.as_object(), actual.as_object()) {
        return compare_objects(&path, one, other, how, found);
    }
    if let (Some(one), Some(other)) = (expected.as_array(), actual.as_array()) {
        for at in 0..one.len().max(other.len()) {
            let path = format!("{path}[{at}]");
            either(path, one.get(at), other.get(at), how, found);
        }
        return;
    }
    found.push(Difference {
        path,
        expected: Some(expected.clone()),
        actual: Some(actual.clone()),
    });
}

fn compare_objects(
    path: &str,
    expected: &Object,
    actual: &Object,
    how: Match,
    found: &mut Vec<Difference>,
) {
    for (key, value) in expected.iter() {
        either(inside(path, key), Some(value), actual.get(key), how, found);
    }
    let added = actual.iter().filter(|(key, _)| !expected.contains_key(key));
    for (key, value) in added.filter(|_| how == Match::Equal) {
        either(inside(path, key), None, Some(value), how, found);
    }
}

fn either(
    path: String,
    expected: Option<&Json>,
    actual: Option<&Json>,
    how: Match,
    found: &mut Vec<Difference>,
) {
    match (expected, actual) {
        (Some(expected), Some(actual)) => compare(path, expected, actual, how, found),
        (expected, actual) => found.push(Difference {
            path,
            expected: expected.cloned(),
            actual: actual.cloned(),
        }),
    }
}

fn inside(path: &str, key: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(is_plain) {
        format!("{path}.{key}")
    } else {
        format!("{path}['{key}']")
    }
}

/// The document in the order of what was expected of it, and without members that nobody asked
/// for, so that the two can be read side by side.
#[must_use]
pub fn projected(expected: &Json, actual: &Json, how: Match) -> Json {
    if let (Some(one), Some(other)) = (expected.as_object(), actual.as_object()) {
        let known = one.iter().filter_map(|(key, value)| {
            let actual = other.get(key)?;
            Some((Arc::clone(key), projected(value, actual, how)))
        });
        let added = other.iter().filter(|(key, _)| !one.contains_key(key));
        let added = added.filter(|_| how == Match::Equal);
        let added = added.map(|(key, value)| (Arc::clone(key), value.clone()));
        return known.chain(added).collect();
    }
    if let (Some(one), Some(other)) = (expected.as_array(), actual.as_array()) {
        let items = other.iter().enumerate();
        return items
            .map(|(at, actual)| match one.get(at) {
                Some(expected) => projected(expected, actual, how),
                None => actual.clone(),
            })
            .collect();
    }
    actual.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: &str, actual: &str, how: Match, places: &[&str]) {
        let json = |text: &str| Json::parse(text).expect("JSON");
        let found = differences(&json(expected), &json(actual), how);
        let found: Vec<&str> = found.iter().map(|it| &*it.path).collect();
        assert_eq!(found, places, "{expected} {actual}");
    }

    #[test]
    fn every_place_that_differs_is_named() {
        check(r#"{"a":1,"b":2}"#, r#"{"b":2.0,"a":1}"#, Match::Equal, &[]);
        check(
            r#"{"a":{"b":[1,2]},"c":1}"#,
            r#"{"a":{"b":[1,3,4]},"d e":1}"#,
            Match::Equal,
            &["$.a.b[1]", "$.a.b[2]", "$.c", "$['d e']"],
        );
        check("1", "\"1\"", Match::Equal, &["$"]);
    }

    #[test]
    fn a_part_may_be_asked_for() {
        check(r#"{"a":1}"#, r#"{"a":1,"b":2}"#, Match::Includes, &[]);
        check(
            r#"{"a":[{"b":1}]}"#,
            r#"{"a":[{"b":1,"c":1},2]}"#,
            Match::Includes,
            &["$.a[1]"],
        );
    }

    #[test]
    fn a_document_is_put_in_the_order_of_another() {
        let json = |text: &str| Json::parse(text).expect("JSON");
        let (expected, actual) = (
            json(r#"{"b":{"y":1},"a":1}"#),
            json(r#"{"a":1,"c":2,"b":{"x":1,"y":1}}"#),
        );
        let text = |how| projected(&expected, &actual, how).text().into_owned();
        assert_eq!(text(Match::Equal), r#"{"b":{"y":1,"x":1},"a":1,"c":2}"#);
        assert_eq!(text(Match::Includes), r#"{"b":{"y":1},"a":1}"#);
    }
}
