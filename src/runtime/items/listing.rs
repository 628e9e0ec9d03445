//! `listObjectsV2`: the files below a folder, in the order S3 lists objects, which is that of the
//! bytes of their keys.

use std::fmt::Write;
use std::fs::{self, DirEntry};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use md5::{Digest, Md5};

use crate::data::{Json, StatesError};

use super::super::Buckets;
use super::object::unreadable;
use super::{Raw, Rows, SourceItem};

/// Up to this size the AWS tools put an object as a whole, and its tag is the sum of its bytes.
const MAX_WHOLE: u64 = 8 << 20;

/// A file that stands for an object.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) key: Arc<str>,
    path: PathBuf,
}

/// The listed objects themselves as items.
pub(super) fn items(
    bucket: &str,
    keys: impl Iterator<Item = Result<Listed, StatesError>> + Send + 'static,
) -> Rows {
    let source: Arc<str> = format!("S3://{bucket}").into();
    Box::new(keys.map(move |listed| {
        Ok(SourceItem {
            key: None,
            source: Arc::clone(&source),
            raw: Raw::Listed(listed?),
        })
    }))
}

/// The objects whose keys begin with `prefix`. Only one way from the folder down is held at a time.
pub(super) fn keys(
    bucket: &str,
    prefix: &str,
    buckets: &Buckets,
) -> Result<impl Iterator<Item = Result<Listed, StatesError>> + Send + use<>, StatesError> {
    let source = format!("S3://{bucket}");
    let failed = |why: &dyn std::fmt::Display| unreadable(&source, why);
    let top = buckets.folder(bucket).map_err(|why| failed(&why))?;
    let mut walk = Walk {
        prefix: prefix.to_owned(),
        open: Vec::new(),
    };
    // A bucket without its folder is a mistake; a prefix that nothing has lists nothing.
    fs::read_dir(top).map_err(|why| failed(&format_args!("{}: {why}", top.display())))?;
    let (start, above) = match prefix.rsplit_once('/') {
        None => (top.to_owned(), String::new()),
        Some((above, _)) => {
            let start = buckets.object(bucket, above).map_err(|why| failed(&why))?;
            (start, format!("{above}/"))
        }
    };
    if start.is_dir() {
        let entries = walk.entries(&start, &above).map_err(|why| failed(&why))?;
        walk.open.push(entries);
    }
    Ok(std::iter::from_fn(move || {
        walk.next()
            .map_err(|why| unreadable(&source, &why))
            .transpose()
    }))
}

/// A walk through folders, depth first. Links are not followed, and what is neither a file nor a
/// folder is no object.
struct Walk {
    prefix: String,
    /// What is left of every open folder, last entry first.
    open: Vec<Vec<Entry>>,
}

/// A file, or a folder: its key ends with a slash.
struct Entry {
    key: String,
    path: PathBuf,
}

impl Walk {
    fn next(&mut self) -> io::Result<Option<Listed>> {
        while let Some(folder) = self.open.last_mut() {
            let Some(Entry { key, path }) = folder.pop() else {
                self.open.pop();
                continue;
            };
            if !key.ends_with('/') {
                let key = key.into();
                return Ok(Some(Listed { key, path }));
            }
            let inside = self.entries(&path, &key)?;
            self.open.push(inside);
        }
        Ok(None)
    }

    /// What a folder holds, as far as the prefix allows, backwards.
    fn entries(&self, folder: &Path, above: &str) -> io::Result<Vec<Entry>> {
        let named = |why: io::Error| io::Error::other(format!("{}: {why}", folder.display()));
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(named)? {
            let entry = entry.and_then(|entry| read_entry(&entry, above));
            entries.extend(entry.map_err(named)?);
        }
        entries.retain(|Entry { key, .. }| {
            key.starts_with(&self.prefix) || (key.ends_with('/') && self.prefix.starts_with(key))
        });
        entries.sort_unstable_by(|a, b| b.key.cmp(&a.key));
        Ok(entries)
    }
}

fn read_entry(entry: &DirEntry, above: &str) -> io::Result<Option<Entry>> {
    let kind = entry.file_type()?;
    if !kind.is_file() && !kind.is_dir() {
        return Ok(None);
    }
    let name = entry.file_name();
    let Some(name) = name.to_str() else {
        return Err(io::Error::other(format!("{} is not UTF-8", name.display())));
    };
    // With its slash a folder is where its files are in the order of the keys.
    let slash = if kind.is_dir() { "/" } else { "" };
    Ok(Some(Entry {
        key: format!("{above}{name}{slash}"),
        path: entry.path(),
    }))
}

impl Listed {
    /// The item; the order of its fields is recorded (07 §7.4).
    pub(super) fn read(&self) -> Result<Json, String> {
        let named = |why: io::Error| format!("{}: {why}", self.path.display());
        let meta = self.path.metadata().map_err(named)?;
        let modified = meta.modified().map_err(named)?.duration_since(UNIX_EPOCH);
        let modified = modified.map_or(0, |since| since.as_secs());
        let tag = self.tag(meta.len(), modified).map_err(named)?;
        let number = |value: u64| Json::from(i64::try_from(value).unwrap_or(i64::MAX));
        let fields = [
            ("Etag", Json::from(tag)),
            ("LastModified", number(modified)),
            ("Key", Json::from(Arc::clone(&self.key))),
            ("Size", number(meta.len())),
            ("StorageClass", Json::from("STANDARD")),
        ];
        Ok(fields.into_iter().collect())
    }

    /// The tag, with its quotes: that of S3 for what is put as a whole. For larger ones it has
    /// the form of S3's, but reading them all would cost more than anybody asks for.
    fn tag(&self, size: u64, modified: u64) -> io::Result<String> {
        if size > MAX_WHOLE {
            let sum = hex(&Md5::digest(format!("{}\0{size}\0{modified}", self.key)));
            return Ok(format!("\"{sum}-{}\"", size.div_ceil(MAX_WHOLE)));
        }
        let mut content = Vec::new();
        fs::File::open(&self.path)?
            .take(MAX_WHOLE)
            .read_to_end(&mut content)?;
        Ok(format!("\"{}\"", hex(&Md5::digest(&content))))
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a string takes all");
    }
    text
}
