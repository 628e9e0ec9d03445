//! The plan of the house, held against the house: who may use whom, what stays out of the core,
//! which names belong together; and what is written beside the code still says what it does.

mod completions;
mod integrations;
mod layers;
mod names;
mod readme;
mod rust;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of Rust below a folder of the package, in order.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A path as messages and tables write it: from the package's root, with slashes.
fn short(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("it is in the package");
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
