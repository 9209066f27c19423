//! The way in: a bounded queue to the one thread that writes.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use candor_inventory::InForce;
use candor_kernel::{Day, DocumentKey, ProductId, limits};
use candor_preference::{Erasure as MayErase, Maintenance};
use tokio::sync::{oneshot, watch};

use crate::journal::Journal;
use crate::rest::manifest::Manifest;
use crate::rest::{Rest, column, failed};
use crate::row::{Erasure, ErasureRequest, ErasureState, Landed, LandingError, Row};
use crate::writer::{Command, Writer, explain};
use crate::{documents, file};

/// The landing store. Cheap to share behind an `Arc`; closing drains the queue.
pub struct Landing {
    folder: PathBuf,
    journal: PathBuf,
    rest: Arc<Rest>,
    /// Held while closed days move or files are written anew: one at a time.
    tending: tokio::sync::Mutex<()>,
    erasing: Arc<AtomicBool>,
    queue: SyncSender<Command>,
    waiting_bytes: Arc<AtomicUsize>,
    writer: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Landing {
    /// Opens the folder of the pings, that of the erasure journal and that of closed days at rest,
    /// making them where they are missing, finishes what a crash interrupted, and starts the writer.
    pub fn open(
        folder: &Path,
        journal: &Path,
        rest: &Path,
        in_force: watch::Receiver<Arc<InForce>>,
    ) -> Result<Self, LandingError> {
        for folder in [folder, journal] {
            let mut private = std::fs::DirBuilder::new();
            private.recursive(true).mode(0o700).create(folder).map_err(|error| {
                LandingError::Failed(format!(
                    "cannot make the folder {}: {error}; give this user the right to write there",
                    folder.display()
                ))
            })?;
        }
        let (queue, commands) = sync_channel(limits::LANDING_QUEUE);
        let erasing = Arc::new(AtomicBool::new(true));
        // First, so that files of a newer format stop the start before anything changes.
        let (rest, manifest) = Rest::open(rest)?;
        let rest = Arc::new(rest);
        let opened = Journal::open(journal).map_err(|error| explain(&error))?;
        let aside = (Arc::clone(&erasing), queue.clone());
        let at_rest = (Arc::clone(&rest), manifest);
        let writer = Writer::new(folder.to_owned(), opened, at_rest, in_force, aside.0, aside.1)?;
        let handle = std::thread::Builder::new()
            .name("landing".into())
            .spawn(move || writer.run(&commands))
            .map_err(|error| LandingError::Failed(error.to_string()))?;
        Ok(Self {
            folder: folder.to_owned(),
            journal: journal.to_owned(),
            rest,
            tending: tokio::sync::Mutex::default(),
            erasing,
            queue,
            waiting_bytes: Arc::default(),
            writer: std::sync::Mutex::new(Some(handle)),
        })
    }

    /// Keeps a row. Returns after the commit that holds it, or with the reason it is not kept.
    pub async fn land(&self, row: Row) -> Result<Landed, LandingError> {
        let bytes = row.payload.open(candor_kernel::sink::Store).len();
        let _waiting = Waiting::join(&self.waiting_bytes, bytes)?;
        let (reply, answer) = oneshot::channel();
        self.send(Command::Land(Box::new(row), reply))?;
        answer.await.unwrap_or(Err(LandingError::Closed))
    }

    /// Removes everything of a client and keeps it out from now on. Returns once the wish is
    /// durable; in nearly all cases nothing is left by then, else nobody reads until it is so.
    pub async fn erase(
        &self,
        request: ErasureRequest,
        _: MayErase,
    ) -> Result<ErasureState, LandingError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Erase(request, reply))?;
        answer.await.unwrap_or(Err(LandingError::Closed))
    }

    /// Finishes what a reader or a full disk held up, and forgets tombstones from before
    /// `forget_before`. For the housekeeping.
    pub async fn resume(&self, forget_before: Day, _: &Maintenance) -> Result<(), LandingError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Resume(forget_before, reply))?;
        answer.await.unwrap_or(Err(LandingError::Closed))
    }

    /// Returns lines of the erasure journal, newest first; of one request under any of its keys
    /// where it is named.
    pub fn erasures(
        &self,
        documents: &[DocumentKey],
        limit: usize,
    ) -> Result<Vec<Erasure>, LandingError> {
        let journal = Journal::open(&self.journal).map_err(|error| explain(&error))?;
        journal.lines(documents, limit).map_err(|error| explain(&error))
    }

    /// Lets `open` open what is read, while nothing changes its place. Refuses while rows of an
    /// erasure may still be in landing.
    pub(crate) fn reading<T>(
        &self,
        open: impl FnOnce(&Rest, &Manifest) -> Result<T, LandingError>,
    ) -> Result<T, LandingError> {
        let _switch = self.rest.switch.read().expect("no holder of this lock panics");
        if self.erasing.load(Ordering::SeqCst) {
            return Err(LandingError::Erasing);
        }
        let manifest = self.rest.manifest()?;
        match manifest.moving().map_err(|error| explain(&error))?.is_empty() {
            true => open(&self.rest, &manifest),
            // Its rows are in both places.
            false => Err(LandingError::Erasing),
        }
    }

    /// Removes every row of a product, so that no byte of them is left.
    pub async fn remove_product(
        &self,
        product: ProductId,
        _: &Maintenance,
    ) -> Result<u64, LandingError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::RemoveProduct(product, reply))?;
        answer.await.unwrap_or(Err(LandingError::Closed))
    }

    /// Removes everything of all days before `day`. Returns the days removed.
    pub async fn remove_before(&self, day: Day, _: &Maintenance) -> Result<Vec<Day>, LandingError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::RemoveBefore(day, reply))?;
        answer.await.unwrap_or(Err(LandingError::Closed))
    }

    /// Returns the folder of the segments.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the days that have a segment, oldest first.
    pub fn days(&self) -> Result<Vec<Day>, LandingError> {
        file::days(&self.folder).map_err(|error| LandingError::Failed(error.to_string()))
    }

    /// Returns every table and column that any segment has, for the audit at start.
    pub fn schema(&self) -> Result<BTreeMap<String, BTreeSet<String>>, LandingError> {
        let mut all = BTreeMap::<String, BTreeSet<String>>::new();
        for day in self.days()? {
            let found = file::open_to_read(&self.folder, day)
                .and_then(|segment| segment.map(|s| file::schema(&s)).transpose())
                .map_err(|error| LandingError::Failed(format!("segment {day}: {error}")))?;
            for (table, columns) in found.into_iter().flatten() {
                all.entry(table).or_default().extend(columns);
            }
        }
        let journal = Journal::open(&self.journal).map_err(|error| explain(&error))?;
        all.extend(file::schema(journal.connection()).map_err(|error| explain(&error))?);
        Ok(all)
    }

    /// Returns the same of what is at rest: the manifest, lists of documents, and the columns of
    /// files, those of values by the rule that declares them.
    pub fn schema_at_rest(&self) -> Result<BTreeMap<String, BTreeSet<String>>, LandingError> {
        let manifest = self.rest.manifest()?;
        let mut all = file::schema(manifest.connection()).map_err(|error| explain(&error))?;
        for day in documents::days(&self.folder).map_err(failed)? {
            let listed = documents::open(&self.folder, day).map_err(|error| explain(&error))?;
            if let Some(listed) = listed {
                all.extend(file::schema(&listed).map_err(|error| explain(&error))?);
            }
        }
        for table in self.tables()? {
            let columns = table.schema().fields().iter();
            let declared = columns.map(|column| column::declared(column.name()));
            let declared = declared.chain(column::BY_RULE).map(str::to_owned);
            all.entry("rest_ping".to_owned()).or_default().extend(declared);
        }
        Ok(all)
    }

    /// Writes what waits, folds the write-ahead logs in, and stops. Later rows are refused.
    pub fn close(&self) {
        let handle = self.writer.lock().expect("no holder of this lock panics").take();
        self.rest.stop();
        if let Some(handle) = handle {
            // The writer is gone already when this fails, and has nothing left to write.
            let _ = self.queue.send(Command::Close);
            let _ = handle.join();
        }
    }

    fn send(&self, command: Command) -> Result<(), LandingError> {
        self.queue.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => LandingError::Busy,
            TrySendError::Disconnected(_) => LandingError::Closed,
        })
    }
}

impl Drop for Landing {
    fn drop(&mut self) {
        self.close();
    }
}

/// Counts the bytes that wait, so that full queues of large pings do not fill the memory.
struct Waiting {
    total: Arc<AtomicUsize>,
    bytes: usize,
}

impl Waiting {
    fn join(total: &Arc<AtomicUsize>, bytes: usize) -> Result<Self, LandingError> {
        let waiting = Self { total: Arc::clone(total), bytes };
        let before = total.fetch_add(bytes, Ordering::SeqCst);
        if before > limits::LANDING_QUEUE_BYTES { Err(LandingError::Busy) } else { Ok(waiting) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.total.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

mod tend;

#[cfg(test)]
mod tests;
