//! Folders that stand for S3 buckets: what the keys of a state machine may reach on this machine.
//!
//! A key comes out of a state's input, so it is not trusted. It never leaves its bucket's folder:
//! only plain names are followed, and no symbolic link below the folder is (the folder itself may
//! be one). What S3 would take but a folder cannot tell apart, `a//b` or `a/./b`, is refused too.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The folder of each bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buckets(BTreeMap<String, PathBuf>);

/// Why an object cannot be a file here.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BucketError {
    /// No folder was named for this bucket.
    #[error("no folder stands for the bucket {bucket:?}: name one with --bucket {bucket}=DIR")]
    NoFolder {
        /// `Bucket`
        bucket: String,
    },
    /// The key is not a way through folders.
    #[error(
        "the key {key:?} cannot be the name of a file: it needs names between single slashes, \
         none of them `.` or `..`"
    )]
    Key {
        /// `Key`
        key: String,
    },
    /// A part of the way is a symbolic link.
    #[error(
        "{} is a symbolic link, which might lead out of the folder of the bucket",
        path.display()
    )]
    Link {
        /// Which part.
        path: PathBuf,
    },
}

impl Buckets {
    /// Lets a folder stand for a bucket; the folder that did before, if any.
    pub fn insert(&mut self, bucket: impl Into<String>, folder: PathBuf) -> Option<PathBuf> {
        self.0.insert(bucket.into(), folder)
    }

    /// The folder that stands for a bucket.
    ///
    /// # Errors
    /// When none does.
    pub fn folder(&self, bucket: &str) -> Result<&Path, BucketError> {
        let folder = self.0.get(bucket).map(PathBuf::as_path);
        folder.ok_or_else(|| BucketError::NoFolder {
            bucket: bucket.to_owned(),
        })
    }

    /// The file that stands for an object, whether it is there or not.
    ///
    /// # Errors
    /// When no folder stands for the bucket, or the key would leave it.
    pub fn object(&self, bucket: &str, key: &str) -> Result<PathBuf, BucketError> {
        let mut path = self.folder(bucket)?.to_owned();
        for name in key.split('/') {
            if !is_plain(name) {
                return Err(BucketError::Key {
                    key: key.to_owned(),
                });
            }
            path.push(name);
            if is_link(&path).unwrap_or(false) {
                return Err(BucketError::Link { path });
            }
        }
        Ok(path)
    }
}

/// Whether this is the name of something right in a folder, on this system.
fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let first = parts.next();
    let whole = |part| matches!(part, Component::Normal(part) if part == name);
    first.is_some_and(whole) && parts.next().is_none() && !name.contains('\0')
}

fn is_link(path: &Path) -> io::Result<bool> {
    Ok(path.symlink_metadata()?.is_symlink())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, expected: Option<&str>) {
        let mut buckets = Buckets::default();
        buckets.insert("b", PathBuf::from("folder"));
        let path = buckets.object("b", key).ok();
        assert_eq!(path, expected.map(PathBuf::from), "{key:?}");
    }

    #[test]
    fn a_key_is_a_way_below_the_folder() {
        check("items.json", Some("folder/items.json"));
        check(
            "2024/01/Überblick 1.csv",
            Some("folder/2024/01/Überblick 1.csv"),
        );
        check("..a/b..", Some("folder/..a/b.."));
    }

    #[test]
    fn no_key_leaves_the_folder() {
        for key in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "a/../../x",
            "a/..",
            ".",
            "./x",
            "a//b",
            "a/",
            "a\0b",
        ] {
            check(key, None);
        }
    }

    #[test]
    fn an_unknown_bucket_is_told_with_the_option() {
        let error = Buckets::default().object("data", "x").expect_err("unknown");
        assert_eq!(
            error.to_string(),
            "no folder stands for the bucket \"data\": name one with --bucket data=DIR"
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_below_the_folder_are_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/", folder.path().join("out")).expect("a link");
        let mut buckets = Buckets::default();
        buckets.insert("b", folder.path().to_owned());
        for key in ["out", "out/etc/passwd"] {
            let error = buckets.object("b", key).expect_err("a link");
            assert!(matches!(error, BucketError::Link { .. }), "{key}");
        }
    }
}
