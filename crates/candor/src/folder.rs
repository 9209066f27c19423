//! The data folder: made, held by one server at a time, and tied to its keys.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::Failure;

/// A data folder that this process holds.
pub struct DataFolder {
    /// Unlocked by the operating system when it is closed, however the process ends.
    _lock: File,
}

impl DataFolder {
    /// Makes the folder where it is missing and takes its lock.
    pub fn hold(path: &Path) -> Result<Self, Failure> {
        make_private(path)?;
        close_to_others(path)?;
        let lock_path = path.join("candor.lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| cannot_write(&lock_path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Failure::running(format!(
                "Another Candor uses the data folder {}. Stop it first, or give another --data.",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(cannot_write(&lock_path, &error)),
        }
    }

    /// Returns where the admin socket is.
    #[must_use]
    pub fn socket(path: &Path) -> PathBuf {
        path.join("admin.sock")
    }
}

/// Makes a folder that only its owner can enter.
pub fn make_private(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| cannot_write(path, &error))
}

/// An empty folder is closed; one that others may already have looked into is the operator's to judge.
fn close_to_others(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |error: std::io::Error| cannot_write(path, &error);
    if fs::metadata(path).map_err(failed)?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    if fs::read_dir(path).map_err(failed)?.next().is_none() {
        return fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed);
    }
    Err(Failure::folder(format!(
        "Others can read the data folder {0}. Run: chmod 700 {0}",
        path.display()
    )))
}

/// Says that a path cannot be written, and what to do.
#[must_use]
pub fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::folder(format!(
        "{} cannot be written ({error}). Give this user the right to write there, or name another folder.",
        path.display()
    ))
}
