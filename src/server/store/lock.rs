//! One server for each file.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::StoreError;

/// The right to use a database; given back when it is dropped, and by the system when the process
/// ends.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock that lies beside the database: the file itself is `SQLite`'s to lock.
    pub(super) fn take(database: &Path) -> Result<Self, StoreError> {
        let mut name = own_name(database).into_os_string();
        name.push(".lock");
        let failed = |source| StoreError::Lock {
            path: database.to_owned(),
            source,
        };
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false).open(name);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
                path: database.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// What a link leads to, under whatever name: the same database has the same lock.
fn own_name(database: &Path) -> PathBuf {
    let beside = || {
        let folder = match database.parent()? {
            folder if folder.as_os_str().is_empty() => Path::new("."),
            folder => folder,
        };
        Some(fs::canonicalize(folder).ok()?.join(database.file_name()?))
    };
    let real = fs::canonicalize(database).ok().or_else(beside);
    real.unwrap_or_else(|| database.to_owned())
}
