//! The schemas of all kinds of object in one, for editors: draft-07, which they know best.
//!
//! An editor does not know the query language of a state, nor what a deployment fills in: where
//! the check asks, this schema lets an expression `{% … %}` and a placeholder `${…}` pass.

use serde_json::{Map, Value, json};

use super::part::{Child, Part};
use crate::language::StateKind;

const PLACEHOLDER: &str = r"\$\{[^}]+\}";
const EXPRESSION_OR_PLACEHOLDER: &str = r"^\{%[\s\S]*%\}$|\$\{[^}]+\}";

/// The JSON Schema of a whole definition.
///
/// ```
/// let schema = aslkit::lint::definition_schema();
/// assert!(schema["definitions"]["Task"]["properties"]["Retry"].is_object());
/// ```
#[must_use]
pub fn published() -> Value {
    let mut definitions = Map::new();
    for part in parts() {
        definitions.insert(format!("{part:?}"), object(part));
    }
    definitions.insert("State".to_owned(), state());
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Amazon States Language",
        "description": "A state machine of AWS Step Functions: https://states-language.net/spec.html",
        "allOf": [reference("Machine")],
        "definitions": definitions,
    })
}

/// Every part that a machine leads to.
fn parts() -> Vec<Part> {
    let mut found = vec![Part::Machine];
    let mut at = 0;
    while let Some(part) = found.get(at).copied() {
        at += 1;
        for field in &part.compiled().fields {
            let children = match part.child(field) {
                None => continue,
                Some(Child::One(part) | Child::Each(part)) => vec![part],
                Some(Child::States) => states().to_vec(),
            };
            for child in children {
                if !found.contains(&child) {
                    found.push(child);
                }
            }
        }
    }
    found
}

fn states() -> [Part; 8] {
    StateKind::ALL.map(|kind| Part::state(Some(kind)))
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// Any state: its type tells which schema it is held to.
fn state() -> Value {
    let types = StateKind::ALL.map(|kind| kind.to_string());
    let cases = StateKind::ALL.map(|kind| {
        let part = Part::state(Some(kind));
        json!({
            "if": { "properties": { "Type": { "const": kind.to_string() } }, "required": ["Type"] },
            "then": reference(&format!("{part:?}")),
        })
    });
    json!({
        "type": "object",
        "required": ["Type"],
        "properties": { "Type": { "enum": types } },
        "allOf": cases,
    })
}

fn object(part: Part) -> Value {
    let mut schema: Value = serde_json::from_str(part.schema()).expect("tested: it is JSON");
    let title = part.with_article().replace('`', "");
    schema["title"] = Value::from(title);
    if let Some(fields) = schema["properties"].as_object_mut() {
        for (name, field) in fields {
            match part.child(name) {
                None => loosen(field, part),
                Some(Child::One(child)) => *field = reference(&format!("{child:?}")),
                Some(Child::Each(child)) => field["items"] = reference(&format!("{child:?}")),
                Some(Child::States) => field["additionalProperties"] = reference("State"),
            }
        }
    }
    if let Some(kind) = StateKind::ALL
        .into_iter()
        .find(|kind| Part::state(Some(*kind)) == part)
    {
        schema["properties"]["Type"] = json!({ "const": kind.to_string() });
    }
    schema
}

/// Lets what is known later stand where no text may stand.
fn loosen(field: &mut Value, part: Part) {
    let pattern = if part.takes_expressions() {
        EXPRESSION_OR_PLACEHOLDER
    } else {
        PLACEHOLDER
    };
    let text = json!({ "type": "string", "pattern": pattern });
    if field.get("enum").is_some() {
        *field = json!({ "anyOf": [field.take(), text] });
        return;
    }
    let types: Vec<Value> = match field.get("type") {
        Some(Value::String(one)) => vec![Value::from(one.as_str())],
        Some(Value::Array(several)) => several.clone(),
        _ => return,
    };
    let is_text = types.iter().any(|one| one == "string");
    let is_object = types == ["object"];
    if !is_text && !is_object {
        field["type"] = types.into_iter().chain([Value::from("string")]).collect();
        field["pattern"] = text["pattern"].clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Format, Source, read};

    fn validator() -> jsonschema::Validator {
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft7);
        options.build(&published()).expect("it is a schema")
    }

    fn value(name: &str, text: &str) -> Value {
        let source = Source::new(name, text);
        let (tree, _) = read(&source, Format::of(name, text));
        serde_json::from_str(&tree.root().to_json().text()).expect("it is JSON")
    }

    fn check(state: &str, is_valid: bool) {
        let text = format!(r#"{{"StartAt": "A", "States": {{"A": {state}}}}}"#);
        let found = validator().is_valid(&value("a.json", &text));
        assert_eq!(found, is_valid, "{text}");
    }

    #[test]
    fn every_fixture_is_accepted() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/definitions");
        let schema = validator();
        let mut count = 0;
        for entry in std::fs::read_dir(folder).expect("is there") {
            let path = entry.expect("is readable").path();
            let name = path.to_string_lossy();
            if name.contains(".asl.") {
                let text = std::fs::read_to_string(&path).expect("is text");
                assert!(schema.is_valid(&value(&name, &text)), "{name}");
                count += 1;
            }
        }
        assert!(count > 3);
    }

    #[test]
    fn fields_are_checked_by_the_type_of_the_state_however_deep_it_is() {
        check(r#"{"Type": "Pass", "End": true}"#, true);
        check(r#"{"Type": "Pass", "End": true, "Resource": "x"}"#, false);
        check(r#"{"Type": "Pas", "End": true}"#, false);
        check(r#"{"End": true}"#, false);
        let nested = |state: &str| {
            format!(
                r#"{{"Type": "Parallel", "End": true, "Branches": [{{"StartAt": "B", "States": {{"B": {{
                "Type": "Map", "End": true, "ItemProcessor": {{"StartAt": "C", "States": {{
                "C": {state}}}}}}}}}}}]}}"#
            )
        };
        check(&nested(r#"{"Type": "Succeed"}"#), true);
        check(&nested(r#"{"Type": "Succeed", "Next": "C"}"#), false);
        check(&nested(r#"{"Type": "Task", "End": true}"#), false);
    }

    #[test]
    fn expressions_and_placeholders_may_stand_for_numbers() {
        let wait =
            |seconds: &str| format!(r#"{{"Type": "Wait", "End": true, "Seconds": {seconds}}}"#);
        check(&wait("3"), true);
        check(&wait(r#""{% $states.input.n %}""#), true);
        check(&wait(r#""${Seconds}""#), true);
        check(&wait(r#""3""#), false);
        check(&wait("-1"), false);
        check(
            r#"{"Type": "Pass", "End": true, "QueryLanguage": "${Language}"}"#,
            true,
        );
        check(
            r#"{"Type": "Pass", "End": true, "QueryLanguage": "JMESPath"}"#,
            false,
        );
    }

    /// Definitions whose label says that they are valid, and which are refused: two have
    /// `Credentials` without `RoleArn`, which AWS refuses too; in one a function of a template
    /// stands for a `Resource`.
    const REFUSED: [&str; 3] = [
        "asl-validator/valid-task-credentials.json",
        "asl-validator/valid-task-intrisic-function.json",
        "statelint/task-with-credentials.json",
    ];

    #[test]
    fn published_definitions_that_are_valid_are_accepted() {
        let Some(root) = std::env::var_os("ASL_CONFORMANCE") else {
            eprintln!("skipped: ASL_CONFORMANCE names no folder with recorded cases");
            return;
        };
        let root = std::path::Path::new(&root).join("definitions");
        let labels = std::fs::read_to_string(root.join("labels.tsv")).expect("is readable");
        let schema = validator();
        let mut wrong = Vec::new();
        for line in labels.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [path, _, format, "valid", ..] = columns[..] else {
                continue;
            };
            if format.contains("broken") || path.starts_with("raw/") || REFUSED.contains(&path) {
                continue;
            }
            let text = std::fs::read_to_string(root.join(path)).expect("is readable");
            if let Err(error) = schema.validate(&value(path, &text)) {
                wrong.push(format!("{path}: {} {error}", error.instance_path()));
            }
        }
        assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
    }
}
