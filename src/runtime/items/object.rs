//! An object of a bucket, open for reading.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use crate::data::StatesError;

use super::super::Buckets;

/// Enough for a read to be worth the system call.
const BUFFER: usize = 256 << 10;

/// A file that stands for an object.
pub(super) struct Object {
    /// `S3://bucket/key`
    pub(super) source: Arc<str>,
    pub(super) input: Box<dyn BufRead + Send>,
}

impl Object {
    /// Opens an object, past a byte order mark.
    pub(super) fn open(bucket: &str, key: &str, buckets: &Buckets) -> Result<Self, StatesError> {
        Self::with(bucket, key, buckets, false)
    }

    /// Opens an object that a manifest lists, which is often packed by gzip.
    pub(super) fn open_unpacked(
        bucket: &str,
        key: &str,
        buckets: &Buckets,
    ) -> Result<Self, StatesError> {
        Self::with(bucket, key, buckets, true)
    }

    fn with(
        bucket: &str,
        key: &str,
        buckets: &Buckets,
        unpacks: bool,
    ) -> Result<Self, StatesError> {
        let source: Arc<str> = format!("S3://{bucket}/{key}").into();
        let failed = |why: &dyn fmt::Display| unreadable(&source, why);
        let path = buckets.object(bucket, key).map_err(|why| failed(&why))?;
        let in_file = |why: io::Error| failed(&format_args!("{}: {why}", path.display()));
        let file = regular(&path).map_err(in_file)?;
        let mut input: Box<dyn BufRead + Send> = Box::new(BufReader::with_capacity(BUFFER, file));
        if input.fill_buf().map_err(in_file)?.starts_with(b"\x1f\x8b") {
            // No text begins so.
            if !unpacks {
                return Err(failed(
                    &"it is packed by gzip, which only a manifest's files may be",
                ));
            }
            let unpacked = MultiGzDecoder::new(input);
            input = Box::new(BufReader::with_capacity(BUFFER, unpacked));
        }
        if input
            .fill_buf()
            .map_err(in_file)?
            .starts_with(b"\xef\xbb\xbf")
        {
            input.consume(3);
        }
        Ok(Self { source, input })
    }

    /// The error that this object gives.
    pub(super) fn failed(&self, why: impl fmt::Display) -> StatesError {
        unreadable(&self.source, &why)
    }
}

/// Only a regular file: opening a named pipe may wait forever, and a device may never end.
fn regular(path: &Path) -> io::Result<File> {
    let is_file = |meta: std::fs::Metadata| {
        let kind = if meta.is_dir() {
            "it is a folder"
        } else {
            "it is not a regular file"
        };
        meta.is_file()
            .then_some(())
            .ok_or_else(|| io::Error::other(kind))
    };
    is_file(path.metadata()?)?;
    let file = File::open(path)?;
    is_file(file.metadata()?)?;
    Ok(file)
}

pub(super) fn unreadable(source: &str, why: &dyn fmt::Display) -> StatesError {
    super::failed(format_args!("cannot read {source}: {why}"))
}
