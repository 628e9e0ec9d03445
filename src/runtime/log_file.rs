//! The event log on disk: one line for each event, as it happens.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::engine::EventSink;
use crate::history::{HistoryEvent, LogHeader};

/// Why a log could not be written.
#[derive(Debug, thiserror::Error)]
pub enum LogFileError {
    /// The file could not be made.
    #[error("cannot write the log {}: {source}", path.display())]
    Create {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another run writes it at this moment.
    #[error("cannot write the log {}: another run is writing it", path.display())]
    Locked {
        /// Which file.
        path: PathBuf,
    },
    /// Whoever read the log has gone.
    #[error("nobody reads the log any more")]
    ClosedPipe,
    /// Writing failed on the way, for instance because the disk is full.
    #[error("the log {} is incomplete: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A log being written. What cannot be written is remembered, and told by [`LogFile::finish`]:
/// an execution does not stop because its log does.
pub struct LogFile {
    path: PathBuf,
    out: Box<dyn Write + Send>,
    buffer: String,
    error: Option<io::Error>,
    /// The file, when the last line of a log that goes on lacks its end.
    unended: Option<File>,
}

/// Enough for a write to be worth the system call.
const BUFFER: usize = 256 * 1024;

impl LogFile {
    /// Starts a log in a file, in place of what was there.
    ///
    /// # Errors
    /// When the file cannot be written, or another run is writing it.
    pub fn create(path: &Path, header: &LogHeader) -> Result<Self, LogFileError> {
        let failed = |source| LogFileError::Create {
            path: path.to_owned(),
            source,
        };
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        let file = options.open(path).map_err(failed)?;
        lock(&file, path)?;
        if file.metadata().is_ok_and(|meta| meta.is_file()) {
            file.set_len(0).map_err(failed)?;
        }
        Ok(Self::to(Box::new(file), path, header))
    }

    /// Goes on with the log in a file, behind what is there: nothing of it can be lost.
    ///
    /// # Errors
    /// When the file cannot be read or written, or another run is writing it.
    pub fn append(path: &Path) -> Result<Self, LogFileError> {
        let failed = |source| LogFileError::Create {
            path: path.to_owned(),
            source,
        };
        let mut options = File::options();
        let mut file = options.read(true).append(true).open(path).map_err(failed)?;
        lock(&file, path)?;
        let unended = lacks_end(&mut file).map_err(failed)?;
        let unended = unended.then(|| file.try_clone()).transpose();
        let unended = unended.map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            out: Box::new(file),
            buffer: String::new(),
            error: None,
            unended,
        })
    }

    /// Cuts off the last line of a log that goes on, when it lacks its end.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn cut_torn_line(&mut self) -> Result<(), LogFileError> {
        let Some(mut file) = self.unended.take() else {
            return Ok(());
        };
        let cut = whole_lines(&mut file).and_then(|length| file.set_len(length));
        cut.map_err(|source| LogFileError::Write {
            path: self.path.clone(),
            source,
        })
    }

    /// Starts a log on any writer; `path` is what messages call it.
    #[must_use]
    pub fn to(out: Box<dyn Write + Send>, path: &Path, header: &LogHeader) -> Self {
        let mut buffer = header.to_line();
        buffer.push('\n');
        Self {
            path: path.to_owned(),
            out,
            buffer,
            error: None,
            unended: None,
        }
    }

    fn flush(&mut self) {
        if self.error.is_none() && !self.buffer.is_empty() {
            let written = self.out.write_all(self.buffer.as_bytes());
            self.error = written.and_then(|()| self.out.flush()).err();
        }
        self.buffer.clear();
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// When something could not be written, now or before.
    pub fn finish(mut self) -> Result<(), LogFileError> {
        self.flush();
        match self.error.take() {
            None => Ok(()),
            Some(source) if source.kind() == io::ErrorKind::BrokenPipe => {
                Err(LogFileError::ClosedPipe)
            }
            Some(source) => Err(LogFileError::Write {
                path: self.path.clone(),
                source,
            }),
        }
    }
}

/// Devices and some network file systems have no locks; they are written all the same.
fn lock(file: &File, path: &Path) -> Result<(), LogFileError> {
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Err(LogFileError::Locked {
            path: path.to_owned(),
        }),
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(()),
    }
}

fn lacks_end(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// How many bytes the lines are that have their end.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    Ok(end.map_or(0, |end| end as u64 + 1))
}

impl Drop for LogFile {
    fn drop(&mut self) {
        self.flush();
    }
}

impl EventSink for LogFile {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        if self.unended.take().is_some() {
            self.buffer.push('\n');
        }
        event.write(&mut self.buffer);
        self.buffer.push('\n');
        if self.buffer.len() >= BUFFER {
            self.flush();
        }
    }

    fn idle(&mut self) {
        self.flush();
    }
}
