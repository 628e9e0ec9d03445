//! One server for each file.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::StoreError;

/// The right to use a database; given back when it is dropped, and by the system when the process
/// ends.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock that lies beside the database: the file itself is `SQLite`'s to lock.
    pub(super) fn take(database: &Path) -> Result<Self, StoreError> {
        let mut name = database.as_os_str().to_owned();
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
