//! Closed days at rest: Parquet files by product, ping and day, and the manifest that names those
//! that count (docs/decisions/0010-at-rest.md).
//!
//! What takes long is done beside the writer: [`fill`] writes a day's files, [`clean`] writes files
//! anew without erased clients, [`prove`] decodes everything and searches it. The writer only
//! switches: one commit of the manifest, then files go. Who reads opens all files under a lock that
//! the switch takes too, and reads what it opened to the end.

use std::collections::HashSet;
use std::fs::File;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use candor_kernel::SubjectKey;

use crate::row::LandingError;

pub(crate) mod clean;
pub(crate) mod column;
mod divide;
pub(crate) mod files;
pub(crate) mod fill;
pub(crate) mod manifest;
pub(crate) mod prove;
pub(crate) mod stored;
pub(crate) mod table;
pub(crate) mod write;

use files::Files;
use manifest::{Manifest, Part};

/// Clients that asked for deletion and whose rows may still be in files: nobody reads them.
pub(crate) type Hidden = HashSet<SubjectKey>;

/// What the writer and those who read share.
pub(crate) struct Rest {
    folder: PathBuf,
    pub(crate) files: Files,
    /// Taken while a day changes its place, so that nobody opens half of it, or all of it twice.
    pub(crate) switch: RwLock<()>,
    hidden: RwLock<Arc<Hidden>>,
    /// True when the server stops: what takes long gives up, and is begun anew at the next start.
    stopping: AtomicBool,
    #[cfg(test)]
    crash_after: std::sync::Mutex<Option<Step>>,
}

/// Where a crash may come between two steps. Tests stop after each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A day's files are durable and count for nothing yet.
    Filled,
    /// The day's document keys are durable beside them.
    Listed,
    /// The files count.
    Recorded,
    /// The document keys are in their place.
    Kept,
    /// The landing file is gone.
    Emptied,
    /// A file without the erased is durable and counts for nothing yet.
    Rewritten,
    /// It counts in the other's place.
    Replaced,
    /// The other is gone.
    Removed,
    /// Nothing was found.
    Proved,
}

impl Rest {
    /// Opens the folder, making it where it is missing. A newer format is an error, and nothing is
    /// touched.
    pub(crate) fn open(folder: &Path) -> Result<(Self, Manifest), LandingError> {
        let mut private = std::fs::DirBuilder::new();
        private.recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let manifest = Manifest::open(folder).map_err(|error| crate::writer::explain(&error))?;
        let rest = Self {
            folder: folder.to_owned(),
            files: Files::open(folder).map_err(failed)?,
            switch: RwLock::default(),
            hidden: RwLock::default(),
            stopping: AtomicBool::default(),
            #[cfg(test)]
            crash_after: std::sync::Mutex::default(),
        };
        Ok((rest, manifest))
    }

    /// Removes the files that count for nothing.
    pub(crate) fn remove_orphans(&self, manifest: &Manifest) -> Result<(), LandingError> {
        let counts = manifest.all().map_err(failed)?;
        let counts: HashSet<_> = counts.iter().map(|part| part.file.as_str()).collect();
        for name in self.files.names().map_err(failed)? {
            if !counts.contains(name.as_str()) {
                tracing::warn!(name, "a file that a crash left behind is removed");
                self.files.remove_raw(&name).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Opens the manifest to read it.
    pub(crate) fn manifest(&self) -> Result<Manifest, LandingError> {
        Manifest::open_to_read(&self.folder).map_err(|error| crate::writer::explain(&error))
    }

    /// Opens files that count now. To be called with the switch held.
    pub(crate) fn open_parts(&self, parts: Vec<Part>) -> Result<Vec<(Part, File)>, LandingError> {
        let open = |part: Part| {
            let file = self.files.read(&part.file).map_err(|error| {
                LandingError::Failed(format!("{} cannot be read: {error}", part.file))
            })?;
            Ok((part, file))
        };
        parts.into_iter().map(open).collect()
    }

    /// Returns whose rows nobody reads.
    pub(crate) fn hidden(&self) -> Arc<Hidden> {
        Arc::clone(&self.hidden.read().expect("no holder of this lock panics"))
    }

    /// Hides rows from every read that begins after it.
    pub(crate) fn hide(&self, subjects: impl IntoIterator<Item = SubjectKey>) {
        let mut hidden = self.hidden.write().expect("no holder of this lock panics");
        Arc::make_mut(&mut hidden).extend(subjects);
    }

    /// Forgets clients of whom nothing is left.
    pub(crate) fn forget(&self, gone: &Hidden) {
        let mut hidden = self.hidden.write().expect("no holder of this lock panics");
        Arc::make_mut(&mut hidden).retain(|subject| !gone.contains(subject));
    }

    /// Lets what takes long give up.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Goes on, unless the server stops.
    pub(crate) fn going(&self) -> Result<(), LandingError> {
        if self.stopping.load(Ordering::SeqCst) { Err(LandingError::Closed) } else { Ok(()) }
    }

    /// Goes on, unless a test stops here.
    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "a test asks it"))]
    pub(crate) fn after(&self, step: Step) -> Result<(), LandingError> {
        #[cfg(test)]
        if *self.crash_after.lock().expect("no holder of this lock panics") == Some(step) {
            return Err(LandingError::Failed(format!("stopped after {step:?}")));
        }
        let _ = step;
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn crash_after(&self, step: Step) {
        *self.crash_after.lock().expect("no holder of this lock panics") = Some(step);
    }
}

/// Says for the operator what went wrong.
pub(crate) fn failed(error: impl std::fmt::Display) -> LandingError {
    LandingError::Failed(format!("at rest: {error}"))
}

/// Returns the id by which a hidden client is known as a ping's sender; none where it is nobody's.
pub(crate) fn hidden_by(
    hidden: &Hidden,
    subject: Option<&[u8]>,
    secondary: &[u8],
) -> Option<SubjectKey> {
    if hidden.is_empty() {
        return None;
    }
    let ids = subject.into_iter().chain(secondary.chunks(16));
    ids.filter_map(|id| id.try_into().ok().map(SubjectKey)).find(|id| hidden.contains(id))
}
