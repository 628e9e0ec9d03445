//! Paths as they are compared and shown, without asking the disk.

use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

/// Where the program was started, from the root: it stays there, so the system is asked once for
/// all paths.
static HERE: LazyLock<PathBuf> = LazyLock::new(|| std::env::current_dir().unwrap_or_default());

/// A path from the root, without `.` and `..`.
pub(super) fn absolute(path: &Path) -> PathBuf {
    use Component::{CurDir, Normal, ParentDir};
    if let Some(CurDir | Normal(_) | ParentDir) = path.components().next() {
        return folded(HERE.clone(), path);
    }
    let whole = HERE.join(path);
    // On Windows a path may be below the root of whatever drive is meant.
    let whole = if whole.is_absolute() {
        whole
    } else {
        std::path::absolute(&whole).unwrap_or(whole)
    };
    folded(PathBuf::new(), &whole)
}

/// A path from `base` on, which has no `.` and `..` itself.
fn folded(base: PathBuf, path: &Path) -> PathBuf {
    let mut folded = base;
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                folded.pop();
            }
            other => folded.push(other),
        }
    }
    folded
}

/// The way from a folder to a path, with slashes; both are absolute.
pub(super) fn relative(path: &Path, folder: &Path) -> String {
    let mut steps = Vec::new();
    for base in folder.ancestors() {
        if let Ok(rest) = path.strip_prefix(base) {
            let rest = rest
                .components()
                .map(|part| part.as_os_str().to_string_lossy());
            steps.extend(rest);
            return steps.join("/");
        }
        steps.push("..".into());
    }
    // On another drive.
    path.to_string_lossy().replace('\\', "/")
}

/// A path as messages name it: from here, when it is below here.
pub(super) fn shown(path: &Path) -> &Path {
    path.strip_prefix(&*HERE).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_folded_and_told_from_a_folder() {
        assert_eq!(absolute(Path::new("/a/./b/../c")), Path::new("/a/c"));
        let check = |path: &str, folder: &str, expected: &str| {
            assert_eq!(relative(Path::new(path), Path::new(folder)), expected);
        };
        check("/a/b/c.json", "/a", "b/c.json");
        check("/a/b/c.json", "/a/x/y", "../../b/c.json");
        check("/a", "/a", "");
    }
}
