//! `asl run --watch`: runs again when what it was made of changes.

#![cfg(unix)]

use crate::asl::{Asl, Folder};
use crate::watch::Watching;

const PASS: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;

const WAIT: &str = r#"{"StartAt": "Begin", "States": {
        "Begin": {"Type": "Pass", "Next": "Long"},
        "Long": {"Type": "Wait", "Seconds": 86400, "Next": "T"},
        "T": {"Type": "Task", "Resource": "work", "End": true}}}"#;

#[test]
fn a_change_of_any_file_runs_it_again() {
    let folder = Folder::new()
        .file("m.asl.json", PASS)
        .file("in.json", "1")
        .file("mocks.yaml", "work: {return: 2}");
    let line = "run m.asl.json -w --input-file in.json --mock mocks.yaml --progress lines";
    let mut watching = Watching::start(&folder, line);
    watching.until("SUCCEEDED");
    let folder = folder.file("in.json", "x");
    watching.until("the input in in.json is no JSON");
    let folder = folder.file("in.json", "1").file("mocks.yaml", "work: 2");
    watching.until("mocks.yaml cannot be used");
    let folder = folder.file("m.asl.json", "{").file("other.json", "{");
    watching.until("m.asl.json cannot be run before this is mended");
    // A run that still goes on is ended first.
    let folder = folder
        .file("mocks.yaml", "work: {return: 2}")
        .file("m.asl.json", WAIT);
    watching.says("✔ Begin");
    let folder = folder.file("m.asl.json", PASS);
    watching.says("ABORTED");
    watching.says("── m.asl.json changed ─");
    watching.until("SUCCEEDED");
    let _folder = folder.file("m.asl.json", WAIT);
    watching.says("✔ Begin");
    assert_eq!(watching.interrupted(), Some(130));
}

#[test]
fn ctrl_c_ends_it_between_runs() {
    let folder = Folder::new().file("m.asl.json", PASS);
    let mut watching = Watching::start(&folder, "run m.asl.json --watch");
    watching.until("SUCCEEDED");
    assert_eq!(watching.interrupted(), Some(130));
}

#[test]
fn a_definition_is_held_against_a_history_again() {
    let folder = Folder::new().file("m.asl.json", PASS);
    folder.asl("run m.asl.json --log run.jsonl").code(0);
    let mut watching = Watching::start(&folder, "run m.asl.json --replay run.jsonl -w");
    watching.says("watching for changes");
    let folder = folder.file("m.asl.json", "{");
    watching.until("m.asl.json cannot be run before this is mended");
    let _folder = folder.file("m.asl.json", PASS);
    watching.says("watching for changes");
    assert_eq!(watching.interrupted(), Some(130));
}

#[test]
fn stdin_cannot_be_watched() {
    for line in ["run - -w", "run m.asl.json -w --input -"] {
        Asl::new(line)
            .file("m.asl.json", PASS)
            .code(2)
            .stderr("error: --watch cannot watch stdin\n");
    }
    Asl::new("run --redrive run.jsonl -w")
        .code(2)
        .stderr("error: --watch has no file to watch: name the definition\n");
}
