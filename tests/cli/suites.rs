//! Suites: everything that can be wrong with one, and the schema that says the same.

use serde_json::Value;

use crate::asl::{Asl, Folder};
use crate::hostile::bomb;
use crate::test::{ORDER, SUITE, order};

#[test]
fn a_wrong_suite_is_told_with_its_place() {
    let check = |suite: &str, place: &str, message: &str| {
        order(suite)
            .asl("test")
            .code(2)
            .stdout("")
            .stderr_contains(&format!("order.asltest.yaml:{place}"))
            .stderr_contains(message);
    };
    let case = |text: &str| format!("machine: order.asl.json\ncases:\n  a: {{ {text} }}\n");
    check("- 1\n", "1:1", "a suite must be an object");
    check(
        "cases: { a: {} }\n",
        "1:1",
        "the `machine` that is tested is missing",
    );
    check(
        "machine: x.json\ncases: { a: {} }",
        "1:10",
        "cannot read x.json",
    );
    check(
        "machine: order.asl.json#X\ncases: { a: {} }",
        "1:10",
        "not a template",
    );
    check(&case("expct: {}"), "3:8", "did you mean `expect`?");
    check(
        &case("expect: { path: [Chrge] }"),
        "3:25",
        "did you mean \"Charge\"?",
    );
    check(
        &case("expect: { calls: { Done: 1 } }"),
        "3:27",
        "it is no Task",
    );
    check(
        &case("mocks: { Chrge: { return: 1 } }"),
        "3:17",
        "did you mean \"Charge\"?",
    );
    check(
        &case("mocks: { Done: { return: 1 } }"),
        "3:17",
        "is a Succeed",
    );
    check(
        &case("mocks: { Charge: { retrun: 1 } }"),
        "3:25",
        "this is no answer",
    );
    check(&case("mock-file: no.json"), "3:19", "cannot read no.json");
    check(&case("input-file: no.json"), "3:20", "cannot read no.json");
    check(&case("case: A"), "3:14", "without a `mock-file`");
}

#[test]
fn a_wrong_suite_does_not_keep_others_from_running() {
    order(SUITE)
        .file("other.asltest.yaml", "machine: 7\n")
        .asl("test")
        .code(2)
        .stdout_contains("PASS order.asltest.yaml::declined")
        .stderr_contains("other.asltest.yaml cannot be used");
}

#[test]
fn a_yaml_bomb_is_refused() {
    order(&bomb()).asl("test").code(2).stdout("");
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = Asl::new("schema test").code(0).stderr("").json();
    let validator = jsonschema::draft7::new(&schema).expect("it is a schema");
    let check = |text: &str, is_good: bool| {
        let value: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(validator.is_valid(&value), is_good, "the schema on {text}");
        let folder = Folder::new()
            .file("order.asl.json", ORDER)
            .file("x.asltest.json", text);
        let told = folder.asl("test --filter nothing");
        told.code(if is_good { 4 } else { 2 });
    };
    let case =
        |text: &str| format!(r#"{{"machine": "order.asl.json", "cases": {{"a": {{{text}}}}}}}"#);
    check(&case(""), true);
    check(
        r#"{"machine": "order.asl.json", "comment": 1, "defaults": {"type": "express"}, "cases": {"a": {}}}"#,
        true,
    );
    check(r#"{"machine": "order.asl.json", "cases": {}}"#, false);
    check(r#"{"machine": "order.asl.json"}"#, false);
    check(r#"{"cases": {"a": {}}}"#, false);
    check(
        r#"{"machine": "order.asl.json", "defaults": {"expect": {}}, "cases": {"a": {}}}"#,
        false,
    );
    for (text, is_good) in [
        (r#""skip": "x", "comment": [], "input": null"#, true),
        (r#""skip": """#, false),
        (r#""input": 1, "input-file": "x""#, false),
        (r#""type": "fast""#, false),
        (r#""start-time": "2026-01-01T00:00:00Z""#, true),
        (r#""start-time": "today""#, false),
        (r#""mocks": []"#, false),
        (r#""other": 1"#, false),
        (
            r#""expect": {"status": "FAILED", "error": "E", "cause": "c", "cause-includes": "c"}"#,
            true,
        ),
        (
            r#""expect": {"output": 1, "output-includes": 1, "path": ["Charge", "..."], "calls": {"Charge": [1]}}"#,
            true,
        ),
        (r#""expect": {"calls": {"Charge": -1}}"#, false),
        (r#""expect": {"path": "Charge"}"#, false),
        (r#""expect": {"status": "ABORTED"}"#, false),
        (r#""expect": {"error": 7}"#, false),
        (r#""expect": {"other": 7}"#, false),
    ] {
        check(&case(text), is_good);
    }
}

#[test]
fn the_schema_has_the_members_that_the_reader_knows() {
    use aslkit::suite::{KEYS_OF_CASES, KEYS_OF_EXPECTATIONS, KEYS_OF_SUITES};
    let schema = aslkit::suite::schema();
    let check = |object: &Value, known: &[&str]| {
        let members = object["properties"].as_object().expect("it has members");
        let mut members: Vec<&str> = members.keys().map(String::as_str).collect();
        let mut known = known.to_vec();
        members.sort_unstable();
        known.sort_unstable();
        assert_eq!(members, known);
    };
    check(&schema, &KEYS_OF_SUITES);
    check(&schema["definitions"]["case"], &KEYS_OF_CASES);
    check(&schema["definitions"]["expect"], &KEYS_OF_EXPECTATIONS);
}
