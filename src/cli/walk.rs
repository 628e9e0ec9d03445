//! Walks through folders: what people have told git to leave alone is left alone here.

use std::path::Path;

use ignore::WalkBuilder;

use super::document::reason;

/// Lists what a walk leaves alone, in the form of a .gitignore.
pub(super) const IGNORE_FILE: &str = ".aslignore";

/// A walk through a folder, in order; `respect` what .gitignore says.
pub(super) fn walk(root: &Path, respect: bool) -> WalkBuilder {
    let mut walk = WalkBuilder::new(root);
    walk.git_ignore(respect)
        .git_exclude(respect)
        .git_global(respect)
        .add_custom_ignore_filename(IGNORE_FILE)
        .sort_by_file_path(Path::cmp);
    walk
}

/// What keeps a walk from a place.
pub(super) fn explained(error: &ignore::Error, root: &Path) -> String {
    let path = path_of(error).unwrap_or(root);
    let path = path.strip_prefix("./").unwrap_or(path).display();
    let reason = error.io_error().map(reason);
    let reason = reason.unwrap_or_else(|| error.to_string());
    // The path may stand in it once more.
    let reason = reason.rsplit(": ").next().unwrap_or(&reason);
    format!("cannot read {path}: {reason}")
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_folder_without_permission_is_named_once() {
        // As `walkdir` words it.
        let denied = io::Error::other("IO error for operation on ./a: b: permission denied");
        let error = ignore::Error::WithPath {
            path: "./a: b".into(),
            err: Box::new(ignore::Error::Io(denied)),
        };
        let error = ignore::Error::WithDepth {
            depth: 1,
            err: Box::new(error),
        };
        let told = explained(&error, Path::new("."));
        assert_eq!(told, "cannot read a: b: permission denied");
    }
}
