//! What AWS recorded, held against what `asl` does. The recordings lie in the folder that
//! `ASL_CONFORMANCE` names; without it these tests say so and do nothing.
//!
//! A floor is written down beside each number and can only rise.

mod cases;
mod executions;
mod replayer;

use std::io::Write;
use std::path::PathBuf;

/// The folder of recordings.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("ASL_CONFORMANCE").map(PathBuf::from);
    if folder.is_none() {
        say("ASL_CONFORMANCE names no folder: nothing is held against recordings");
    }
    folder
}

/// Tells a number to whoever runs the tests: past the capture of their output.
fn say(line: &str) {
    let mut stderr = std::io::stderr().lock();
    writeln!(stderr, "conformance: {line}").expect("stderr can be written");
}
