//! Where recordings and published definitions are, and telling numbers.

use std::io::Write;
use std::path::PathBuf;

/// The folder of recordings that `ASL_CONFORMANCE` names.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("ASL_CONFORMANCE").map(PathBuf::from);
    if folder.is_none() {
        say("ASL_CONFORMANCE names no folder: nothing is held against recordings");
    }
    folder
}

/// Tells a number to whoever runs the tests: past the capture of their output.
pub fn say(line: &str) {
    let mut stderr = std::io::stderr().lock();
    writeln!(stderr, "{}: {line}", env!("CARGO_CRATE_NAME")).expect("stderr can be written");
}
