//! Files that are replaced as a whole or not at all. The only file that knows `tempfile`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file by way of another one beside it. Permissions stay, and a link goes on pointing
/// at the file that was written.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let Ok(target) = fs::canonicalize(path) else {
        return rename_into(path, text, None);
    };
    // A new file could take the place of one that may not be written.
    let old = OpenOptions::new().write(true).open(&target)?.metadata()?;
    if !old.is_file() {
        return fs::write(&target, text);
    }
    rename_into(&target, text, Some(old.permissions()))
}

fn rename_into(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".asl-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(path)?;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn permissions_and_links_stay() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").expect("is written");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("may be set");
        symlink("file", &link).expect("a link can be made");
        replace(&link, "new").expect("is written");
        assert_eq!(fs::read_to_string(&file).expect("is text"), "new");
        assert_eq!(fs::read_link(&link).expect("is a link"), Path::new("file"));
        let mode = fs::metadata(&file).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        let left = fs::read_dir(folder.path()).expect("is a folder").count();
        assert_eq!(left, 2);
    }

    #[test]
    fn a_new_file_is_made_as_others_are() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
        replace(&ours, "x").expect("is written");
        fs::write(&theirs, "x").expect("is written");
        let mode = |path| fs::metadata(path).expect("is there").permissions().mode();
        assert_eq!(mode(&ours), mode(&theirs));
    }
}
