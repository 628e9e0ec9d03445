//! The event log on disk: one line for each event, as it happens.

use std::fs::File;
use std::io::{self, Write};
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
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        // Devices and some network file systems have no locks; they are written all the same.
        if let Err(std::fs::TryLockError::WouldBlock) = file.try_lock() {
            return Err(LogFileError::Locked {
                path: path.to_owned(),
            });
        }
        if file.metadata().is_ok_and(|meta| meta.is_file()) {
            file.set_len(0).map_err(failed)?;
        }
        Ok(Self::to(Box::new(file), path, header))
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

impl Drop for LogFile {
    fn drop(&mut self) {
        self.flush();
    }
}

impl EventSink for LogFile {
    fn event(&mut self, event: &HistoryEvent<'_>) {
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
