//! The results of a Map Run as files, laid out as AWS does (07 §7.6): below `PREFIX/UUID/` the
//! files `SUCCEEDED_0.json`, `FAILED_0.json`, `PENDING_0.json`, …, and `manifest.json` that lists
//! them.

mod record;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use crate::data::{Json, StatesError};
use crate::engine::Outcome;
use crate::engine::map_run::{Destination, OutputType, ResultWriter};

use super::Buckets;
pub use record::{entries, pending};

/// The largest result file, in bytes (07 §7.6).
const MAX_FILE: u64 = 5_000_000_000;

/// Enough for a write to be worth the system call.
const BUFFER: usize = 256 << 10;

/// Which file a child's result goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResultStatus {
    /// `FAILED`: with an error, out of time, or aborted.
    Failed,
    /// `PENDING`: not started when the Map Run ended.
    Pending,
    /// `SUCCEEDED`
    Succeeded,
}

impl ResultStatus {
    /// Every status, in the order that a manifest lists them.
    pub const ALL: [Self; 3] = [Self::Failed, Self::Pending, Self::Succeeded];

    /// The status of a child that ended so.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Succeeded(_) => Self::Succeeded,
            Outcome::Failed(_) | Outcome::TimedOut | Outcome::Aborted(_) => Self::Failed,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "FAILED",
            Self::Pending => "PENDING",
            Self::Succeeded => "SUCCEEDED",
        }
    }
}

/// An object that was written: `ResultWriterDetails` of a Map state's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// `Bucket`
    pub bucket: Arc<str>,
    /// `Key`
    pub key: String,
}

/// The result files of one Map Run, being written.
pub struct ResultFiles {
    map_run_arn: Arc<str>,
    output_type: OutputType,
    bucket: Arc<str>,
    /// What all keys begin with, up to the slash.
    prefix: String,
    folder: PathBuf,
    files: [Series; 3],
    max_file: u64,
}

/// The files of one status.
#[derive(Default)]
struct Series {
    /// The sizes of those that are full.
    full: Vec<u64>,
    open: Option<Open>,
}

struct Open {
    path: PathBuf,
    out: BufWriter<File>,
    size: u64,
}

impl ResultFiles {
    /// Makes the folder of a Map Run's results.
    ///
    /// # Errors
    /// `States.ResultWriterFailed`, when there cannot be one.
    pub fn create(
        writer: &ResultWriter,
        destination: &Destination,
        buckets: &Buckets,
        map_run_arn: &str,
        run_uuid: &str,
    ) -> Result<Self, StatesError> {
        // A folder cannot tell `prefix/` from `prefix`.
        let above = destination.prefix.trim_end_matches('/');
        let slash = if above.is_empty() { "" } else { "/" };
        let prefix = format!("{above}{slash}{run_uuid}");
        let folder = buckets.object(&destination.bucket, &prefix);
        let folder = folder.map_err(|why| {
            let bucket = &destination.bucket;
            failed(format!("cannot write S3://{bucket}/{prefix}: {why}"))
        })?;
        fs::create_dir_all(&folder).map_err(|why| unwritable(&folder, &why))?;
        Ok(Self {
            map_run_arn: map_run_arn.into(),
            output_type: writer.output_type,
            bucket: Arc::clone(&destination.bucket),
            prefix,
            folder,
            files: Default::default(),
            max_file: MAX_FILE,
        })
    }

    /// Adds what [`entries`] made of one or more children of this status.
    ///
    /// # Errors
    /// `States.ResultWriterFailed`, when it cannot be written.
    pub fn add(&mut self, status: ResultStatus, entries: &str) -> Result<(), StatesError> {
        if entries.is_empty() {
            return Ok(());
        }
        let series = &mut self.files[status as usize];
        let size = entries.len() as u64;
        if let Some(open) = series
            .open
            .take_if(|open| open.size + size >= self.max_file)
        {
            series.full.push(open.close(self.output_type)?);
        }
        let open = if let Some(open) = &mut series.open {
            open.write(separator(self.output_type))?;
            open
        } else {
            let name = file_name(status, series.full.len());
            let mut open = Open::create(self.folder.join(name))?;
            open.write(brackets(self.output_type).0)?;
            series.open.insert(open)
        };
        open.write(entries)
    }

    /// Ends all files and writes the manifest; where that is.
    ///
    /// # Errors
    /// `States.ResultWriterFailed`, when something cannot be written.
    pub fn finish(mut self) -> Result<Location, StatesError> {
        for series in &mut self.files {
            if let Some(open) = series.open.take() {
                series.full.push(open.close(self.output_type)?);
            }
        }
        let mut manifest = Open::create(self.folder.join("manifest.json"))?;
        manifest.write(&self.manifest().text())?;
        manifest.flush()?;
        Ok(Location {
            bucket: self.bucket,
            key: format!("{}/manifest.json", self.prefix),
        })
    }

    fn manifest(&self) -> Json {
        let files = ResultStatus::ALL.map(|status| {
            let sizes = self.files[status as usize].full.iter();
            let file = |(number, size): (usize, &u64)| {
                let key = format!("{}/{}", self.prefix, file_name(status, number));
                let size = i64::try_from(*size).expect("files are within MAX_FILE and an entry");
                Json::from_iter([("Key", Json::from(key)), ("Size", Json::from(size))])
            };
            (
                status.as_str(),
                sizes.enumerate().map(file).collect::<Json>(),
            )
        });
        Json::from_iter([
            ("DestinationBucket", Json::from(Arc::clone(&self.bucket))),
            ("MapRunArn", Json::from(Arc::clone(&self.map_run_arn))),
            ("ResultFiles", files.into_iter().collect()),
        ])
    }
}

/// The name for JSON Lines is unconfirmed: the documentation shows this one only.
fn file_name(status: ResultStatus, number: usize) -> String {
    format!("{}_{number}.json", status.as_str())
}

/// What is between two entries.
fn separator(output_type: OutputType) -> &'static str {
    match output_type {
        OutputType::Json => ",",
        OutputType::JsonLines => "\n",
    }
}

/// What a file begins and ends with.
fn brackets(output_type: OutputType) -> (&'static str, &'static str) {
    match output_type {
        OutputType::Json => ("[", "]"),
        OutputType::JsonLines => ("", "\n"),
    }
}

impl Open {
    fn create(path: PathBuf) -> Result<Self, StatesError> {
        // Opening a named pipe may wait forever.
        if path.symlink_metadata().is_ok_and(|meta| !meta.is_file()) {
            let why = io::Error::other("there is something that is not a file");
            return Err(unwritable(&path, &why));
        }
        let file = File::create(&path).map_err(|why| unwritable(&path, &why))?;
        Ok(Self {
            path,
            out: BufWriter::with_capacity(BUFFER, file),
            size: 0,
        })
    }

    fn write(&mut self, text: &str) -> Result<(), StatesError> {
        self.size += text.len() as u64;
        // A write that is worth a call of the system need not be copied first.
        let written = if text.len() >= BUFFER / 4 {
            let flushed = self.out.flush();
            flushed.and_then(|()| self.out.get_mut().write_all(text.as_bytes()))
        } else {
            self.out.write_all(text.as_bytes())
        };
        written.map_err(|why| unwritable(&self.path, &why))
    }

    fn flush(&mut self) -> Result<(), StatesError> {
        self.out.flush().map_err(|why| unwritable(&self.path, &why))
    }

    /// Ends the file; its size.
    fn close(mut self, output_type: OutputType) -> Result<u64, StatesError> {
        self.write(brackets(output_type).1)?;
        self.flush()?;
        Ok(self.size)
    }
}

fn unwritable(path: &std::path::Path, why: &io::Error) -> StatesError {
    failed(format!("cannot write {}: {why}", path.display()))
}

fn failed(cause: String) -> StatesError {
    StatesError::new("States.ResultWriterFailed", cause)
}

#[cfg(test)]
mod tests;
