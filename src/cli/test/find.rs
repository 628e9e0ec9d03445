//! Which suites are run: those that are named, and what a walk through folders finds.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::document::reason;
use crate::cli::paths;
use crate::cli::walk::{explained, walk};
use crate::suite::SUITE_ENDINGS;

/// What AWS's Step Functions Local calls its mocks.
const MOCK_CONFIG: &str = "MockConfigFile.json";

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) suites: Vec<PathBuf>,
    /// Files with AWS's mocks, and whether they were named.
    pub(super) mock_configs: Vec<(PathBuf, bool)>,
    /// The folders that were walked.
    pub(super) folders: Vec<PathBuf>,
    /// What there was no getting at.
    pub(super) unreadable: Vec<String>,
}

/// Finds what the arguments name.
pub(super) fn find(roots: &[PathBuf]) -> Found {
    let mut found = Found::default();
    let mut seen = HashSet::new();
    for root in roots {
        if !root.is_dir() {
            if seen.insert(paths::absolute(root)) {
                found.add(root.clone(), true);
            }
            continue;
        }
        for entry in walk(root, true).build() {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {
                    found.folders.push(paths::absolute(entry.path()));
                }
                Ok(entry) => {
                    let path = entry.into_path();
                    let path = path.strip_prefix("./").map(Path::to_owned).unwrap_or(path);
                    if is_suite(&path) && seen.insert(paths::absolute(&path)) {
                        found.walked(path);
                    }
                }
                Err(error) => found.unreadable.push(explained(&error, root)),
            }
        }
    }
    found
}

/// Whether a file is called as suites and AWS's mocks are.
pub(super) fn is_suite(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| {
        name == MOCK_CONFIG
            || SUITE_ENDINGS
                .iter()
                .any(|ending| name.to_ascii_lowercase().ends_with(ending))
    })
}

impl Found {
    /// A link may lead to a folder, to nothing, or back to itself.
    fn walked(&mut self, path: PathBuf) {
        match fs::metadata(&path) {
            Ok(found) if found.is_file() => self.add(path, false),
            Ok(_) => {}
            Err(error) => {
                let message = format!("cannot read {}: {}", path.display(), reason(&error));
                self.unreadable.push(message);
            }
        }
    }

    fn add(&mut self, path: PathBuf, is_named: bool) {
        if path.file_name().is_some_and(|name| name == MOCK_CONFIG) {
            self.mock_configs.push((path, is_named));
        } else {
            self.suites.push(path);
        }
    }
}
