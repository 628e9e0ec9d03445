//! The database: machines, executions with their events and journals, activities, tags.
//!
//! One thread writes, many read. What is asked to be written goes into one transaction with all
//! else that waits at that moment, so that a thousand clients share one write to the disk; whoever
//! asked learns of it when it is there. A second server on the same file is refused.

mod lock;
mod readers;
mod row_id;
mod schema;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use super::live::Watchers;
use super::protocol::ApiError;
use crate::runtime::Ack;
use lock::Lock;
use readers::Readers;
pub(super) use row_id::RowId;
pub use writer::CommitTimes;
pub(super) use writer::Times;
use writer::Writer;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another server has it.
    #[error("{} is in use: another server runs on it", path.display())]
    InUse {
        /// Which file.
        path: PathBuf,
    },
    /// It was written by a later version of this program.
    #[error(
        "{} was written by a later version of asl (schema {found}, this version knows up to \
         {known}): use that one, or another file", path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// The version of its schema.
        found: i64,
        /// The last version that is known here.
        known: i64,
    },
    /// It is a database, but not one of a server.
    #[error("{} is a database of another program", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// There is a folder.
    #[error("{} is a directory, and no database", path.display())]
    Directory {
        /// Which.
        path: PathBuf,
    },
    /// The file system or `SQLite` says no.
    #[error("cannot use the database {}: {source}", path.display())]
    Failed {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// What is in it cannot be gone on with.
    #[error("cannot go on with the database {}: {why}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Its place cannot be locked.
    #[error("cannot lock the database {}: {source}", path.display())]
    Lock {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Where a server keeps what it knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: it is forgotten at the end.
    Memory,
    /// In a file.
    File(PathBuf),
}

/// The database of a server.
#[derive(Clone)]
pub(super) struct Store(Arc<Inner>);

struct Inner {
    writer: Writer,
    readers: Option<Readers>,
    /// Held as long as the database is open.
    _lock: Option<Lock>,
}

/// More events and entries of an execution's journal, and perhaps its end.
#[derive(Debug, Default)]
pub(super) struct Append {
    /// Its row.
    pub(super) execution: RowId,
    /// The first event in `events`.
    pub(super) first_event: u64,
    /// Events, one a line.
    pub(super) events: String,
    /// The first entry in `entries`.
    pub(super) first_entry: u64,
    /// Entries of the journal, one a line.
    pub(super) entries: String,
    /// Tokens that are about to be given away.
    pub(super) tokens: Vec<Arc<str>>,
    /// What changes about the execution itself, in order.
    pub(super) changes: Vec<Change>,
    /// How many states the events enter.
    pub(super) transitions: u64,
    /// Told when all of it is kept.
    pub(super) acks: Vec<Ack>,
}

impl Append {
    /// Whether the execution ends with it.
    fn ends(&self) -> bool {
        let ended = |change: &Change| matches!(change, Change::Ended { .. });
        self.changes.iter().any(ended)
    }
}

/// What changes about an execution, or about its Map Runs.
#[derive(Debug)]
pub(super) enum Change {
    /// It is a child of a Map Run and begins; the row's number is known from then on.
    Begun(Box<Child>),
    /// It has ended.
    Ended {
        status: &'static str,
        stopped: i64,
        output: Option<String>,
        error: Option<String>,
        cause: Option<String>,
    },
    /// It was redriven and goes on.
    Redriven {
        at: i64,
        /// How often its Map Run was redriven, if it is a child.
        round: i64,
        token: Option<String>,
    },
    /// Nothing can go on from its journal.
    Forgotten,
    /// How one of its Map Runs stands.
    MapRun {
        id: i64,
        status: &'static str,
        stopped: Option<i64>,
        item_counts: String,
        execution_counts: String,
    },
}

/// A child of a Map Run.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) arn: Arc<str>,
    pub(super) machine_arn: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) revision: i64,
    pub(super) started: i64,
    pub(super) input: String,
    pub(super) seed: i64,
    pub(super) map_run: i64,
    pub(super) round: i64,
}

impl Store {
    /// Opens a database, or makes one.
    ///
    /// # Errors
    /// When it cannot be used.
    pub(super) fn open(place: &Place) -> Result<Self, StoreError> {
        let (path, lock) = match place {
            Place::Memory => (Path::new(":memory:"), None),
            Place::File(path) if path.is_dir() => {
                return Err(StoreError::Directory { path: path.clone() });
            }
            Place::File(path) => (path.as_path(), Some(Lock::take(path)?)),
        };
        let failed = |source| StoreError::Failed {
            path: path.to_owned(),
            source,
        };
        let mut connection = Connection::open(path).map_err(failed)?;
        schema::prepare(&mut connection, path)?;
        let readers = match place {
            Place::Memory => None,
            Place::File(path) => Some(Readers::new(path.clone())),
        };
        let writer = Writer::start(connection);
        Ok(Self(Arc::new(Inner {
            writer,
            readers,
            _lock: lock,
        })))
    }

    /// Does something that may change the database, alone; ends when it is kept.
    ///
    /// # Errors
    /// When `work` does, which then has changed nothing, or when it could not be kept.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.0.writer.call(work).await
    }

    /// Asks something; what was asked to be written and is not yet kept is not seen.
    ///
    /// # Errors
    /// When `work` does, or the database cannot be read.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        match &self.0.readers {
            Some(readers) => readers.call(work).await,
            None => self.0.writer.call(work).await,
        }
    }

    /// As [`Self::read`], of a few rows by their keys: what takes as long as to ask another thread
    /// is done at once.
    ///
    /// # Errors
    /// As there.
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        match &self.0.readers {
            Some(readers) => readers.call_now(work),
            None => self.0.writer.call(work).await,
        }
    }

    /// As [`Self::write`], on a thread that may wait.
    ///
    /// # Errors
    /// As there.
    pub(super) fn write_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.0.writer.call_now(work)
    }

    /// As [`Self::read`], on a thread that may wait.
    ///
    /// # Errors
    /// As there.
    pub(super) fn read_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        match &self.0.readers {
            Some(readers) => readers.call_now(work),
            None => self.0.writer.call_now(work),
        }
    }

    /// Ends when not too much waits to be written: who writes faster than the disk takes it would
    /// fill the memory.
    pub(super) async fn has_room(&self) {
        if self.0.writer.is_behind() {
            // A closed database takes nothing any more; who waits for it is about to end.
            let _ = self.write(|_| Ok(())).await;
        }
    }

    /// Writes more of an execution, in the order of asking. It is tried until it is done.
    pub(super) fn append(&self, append: Append) {
        self.0.writer.append(append);
    }

    /// Whether it is forgotten when the server ends.
    pub(super) fn is_in_memory(&self) -> bool {
        self.0.readers.is_none()
    }

    /// How many commits there were, and how long they took.
    pub(super) fn commit_times(&self) -> CommitTimes {
        self.times().commits
    }

    /// What is counted of writing.
    pub(super) fn times(&self) -> Times {
        self.0.writer.times()
    }

    /// Who is told when more of an execution is kept.
    pub(super) fn watchers(&self) -> &Arc<Watchers> {
        self.0.writer.watchers()
    }

    /// Writes what was asked for and ends.
    pub(super) async fn close(&self) {
        self.0.writer.close().await;
    }
}

fn read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => {
                "The disk is full: nothing can be acknowledged until there is room for the database."
                    .to_owned()
            }
            _ => format!("The database cannot be used: {error}"),
        })
    }
}
