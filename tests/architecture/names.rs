//! The same file name in every phase, and files that can be read at a sitting.

use std::fs;

use aslkit::language::StateKind;

use super::rust::program;
use super::{root, rust_files, short};

/// The most lines of a file that gives no reason.
const LONG: usize = 600;
const REASON: &str = "// Longer than 600 lines because ";

/// Files of `language/states` that are no state type, with where the engine has the same.
const NO_STATE_TYPES: &[(&str, &str)] = &[
    // The operators of a Choice are compiled, and are no states.
    ("comparison", "src/engine/program/choice.rs"),
];

#[test]
fn every_state_type_has_a_file_in_every_phase() {
    let types: Vec<String> = StateKind::ALL
        .iter()
        .map(|kind| format!("{kind:?}").to_lowercase())
        .collect();
    for folder in ["src/language/states", "src/engine/states"] {
        let files: Vec<String> = rust_files(folder)
            .iter()
            .map(|path| {
                path.file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into()
            })
            .collect();
        for state in &types {
            assert!(files.contains(state), "{folder}/{state}.rs is missing");
        }
        for file in &files {
            let known = |(name, _): &&(&str, &str)| name == file && folder.contains("language");
            let has_reason = file == "mod" || NO_STATE_TYPES.iter().any(|other| known(&other));
            assert!(types.contains(file) || has_reason, "{folder}/{file}.rs");
        }
    }
    for (_, other) in NO_STATE_TYPES {
        assert!(root().join(other).exists(), "{other} is gone");
    }
}

#[test]
fn long_files_say_why_they_are_long() {
    for path in rust_files("src").iter().chain(&rust_files("tests")) {
        let text = fs::read_to_string(path).expect("a source file is text");
        let lines = text.lines().count();
        let has_reason = text.lines().any(|line| line.starts_with(REASON));
        assert!(
            lines <= LONG || has_reason,
            "{} has {lines} lines: divide it, or add a line `{REASON}…`",
            short(path)
        );
    }
}

#[test]
fn every_file_opens_with_why_it_exists() {
    let program = program();
    let tests = rust_files("tests");
    let tests = tests.iter().map(|path| short(path));
    for name in program.iter().map(|file| file.name.clone()).chain(tests) {
        let text = fs::read_to_string(root().join(&name)).expect("a source file is text");
        assert!(text.starts_with("//! "), "{name}");
    }
}
