//! Room on the disk that is kept back, so that erasure works when pings have filled the rest.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use candor_kernel::limits;

/// The reserve: a file of nothing. While it is gone, no ping is taken.
pub(crate) struct Reserve {
    path: PathBuf,
    held: bool,
}

impl Reserve {
    /// Takes the reserve, where the disk has room for it.
    pub(crate) fn take(folder: &Path) -> Self {
        let mut reserve = Self { path: folder.join("reserve"), held: false };
        if let Err(error) = reserve.retake() {
            tracing::error!(%error, "no room to hold back for erasure; pings wait for room");
        }
        reserve
    }

    /// Tells whether pings may be written.
    pub(crate) fn held(&self) -> bool {
        self.held
    }

    /// Gives the room back to the disk, for what must be written now.
    pub(crate) fn release(&mut self) -> io::Result<()> {
        self.held = false;
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Takes the room again; what was written of it goes where that fails.
    pub(crate) fn retake(&mut self) -> io::Result<()> {
        let whole = limits::DISK_RESERVE_BYTES as u64;
        self.held = std::fs::metadata(&self.path).is_ok_and(|found| found.len() == whole);
        if self.held {
            return Ok(());
        }
        let result = self.fill();
        match result {
            Ok(()) => self.held = true,
            Err(_) => self.release()?,
        }
        result
    }

    fn fill(&self) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file =
            options.write(true).create(true).truncate(true).mode(0o600).open(&self.path)?;
        let piece = vec![0_u8; 1 << 20];
        for _ in 0..limits::DISK_RESERVE_BYTES / piece.len() {
            file.write_all(&piece)?;
        }
        file.sync_all()
    }
}
