//! The one thread that writes: takes what waits, commits it together, answers after the commit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Duration;

use candor_inventory::InForce;
use candor_kernel::{Day, DocumentKey, ProductId, limits};
use rusqlite::ffi::{SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};
use rusqlite::{Connection, ErrorCode};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use crate::file;
use crate::journal::Journal;
use crate::reserve::Reserve;
use crate::rest::clean::Cleaned;
use crate::rest::fill::Filled;
use crate::rest::manifest::Manifest;
use crate::rest::{Hidden, Rest};
use crate::row::{ErasureRequest, ErasureState, Landed, LandingError, Row};
use crate::seen::{self, Filter, Seen};

mod commit;
mod erase;
mod rest;

pub(crate) type Reply<T> = oneshot::Sender<Result<T, LandingError>>;
/// A row that waits for its commit, and who waits for the answer.
type Waiting = (Box<Row>, Reply<Landed>);
/// A wish for erasure, and who waits for the answer.
type Wish = (ErasureRequest, Reply<ErasureState>);

/// What the writer is asked. Removal goes through the same queue as rows, so that a row
/// acknowledged before it is removed and a row after it stays.
pub(crate) enum Command {
    Land(Box<Row>, Reply<Landed>),
    Erase(ErasureRequest, Reply<ErasureState>),
    RemoveProduct(ProductId, Reply<u64>),
    RemoveBefore(Day, Reply<Vec<Day>>),
    /// Finishes what a reader or a full disk held up; forgets the journal's lines before the day.
    Resume(Day, Reply<()>),
    /// A day was read aside; none where it could not be.
    Filter(Day, Option<Filter>),
    /// A closed day is about to be written to files, beside the work.
    BeginMove(Day, Reply<bool>),
    /// It was; from here on the files count.
    Switch(Filled, Reply<bool>),
    /// A file was written anew without erased clients.
    Replace(Cleaned, Reply<bool>),
    /// Of these wishes a scan found nothing, and of none of these clients.
    Proved(Vec<DocumentKey>, Arc<Hidden>, Reply<()>),
    Close,
}

pub(crate) struct Writer {
    folder: PathBuf,
    in_force: watch::Receiver<Arc<InForce>>,
    journal: Journal,
    reserve: Reserve,
    /// The days that are kept.
    days: BTreeSet<Day>,
    open: BTreeMap<Day, Connection>,
    /// The documents of days whose pings lie at rest.
    kept: BTreeMap<Day, Connection>,
    seen: Seen,
    rest: Arc<Rest>,
    manifest: Manifest,
    /// The day that is written to files, unless it was written to since.
    moving: Option<Day>,
    /// True while rows of an erasure may still be there: nobody reads then.
    erasing: Arc<AtomicBool>,
    /// Whether anybody ever asked for deletion.
    any_erased: bool,
    /// For what is read aside.
    queue: SyncSender<Command>,
    /// Where those wait who are answered.
    runtime: Option<Handle>,
}

impl Writer {
    /// Opens what is there and finishes what a crash interrupted, before anybody reads.
    pub(crate) fn new(
        folder: PathBuf,
        journal: Journal,
        (rest, manifest): (Arc<Rest>, Manifest),
        in_force: watch::Receiver<Arc<InForce>>,
        erasing: Arc<AtomicBool>,
        queue: SyncSender<Command>,
    ) -> Result<Self, LandingError> {
        let days = file::days(&folder).map_err(|e| LandingError::Failed(e.to_string()))?;
        let mut writer = Self {
            reserve: Reserve::take(&folder),
            folder,
            in_force,
            any_erased: journal.holds_any().map_err(|e| explain(&e))?,
            journal,
            days: days.into_iter().collect(),
            open: BTreeMap::new(),
            kept: BTreeMap::new(),
            seen: Seen::default(),
            rest,
            manifest,
            moving: None,
            erasing,
            queue,
            runtime: Handle::try_current().ok(),
        };
        writer.settle()?;
        writer.finish_with_reserve().map_err(|e| explain(&e))?;
        Ok(writer)
    }

    pub(crate) fn run(mut self, commands: &Receiver<Command>) {
        self.read_aside();
        let mut next = commands.recv().ok();
        while let Some(command) = next.take() {
            match command {
                Command::Land(row, reply) => {
                    let (group, after) = gather((row, reply), commands);
                    self.land(group);
                    // A command that ended the group is next in line.
                    next = after;
                }
                Command::Erase(request, reply) => {
                    let (group, after) = gather_wishes((request, reply), commands);
                    self.erase(group);
                    next = after;
                }
                Command::Close => break,
                other => self.keep(other),
            }
            next = next.or_else(|| commands.recv().ok());
        }
        for connection in self.open.values() {
            // What cannot be folded in now stays in the write-ahead log, which is durable too.
            let _ = file::fold_in(connection);
        }
        let _ = self.journal.fold_in();
    }

    /// Does what nobody waits in line for with others.
    fn keep(&mut self, command: Command) {
        // Who asked may be gone; what was done stays done.
        let _ = match command {
            Command::RemoveProduct(product, reply) => {
                reply.send(self.remove_product(&product)).map_err(drop)
            }
            Command::RemoveBefore(day, reply) => reply.send(self.remove_before(day)).map_err(drop),
            Command::Resume(day, reply) => reply.send(self.resume(day)).map_err(drop),
            Command::Filter(day, filter) => {
                self.seen.add(day, filter);
                Ok(())
            }
            Command::BeginMove(day, reply) => reply.send(Ok(self.begin_move(day))).map_err(drop),
            Command::Switch(filled, reply) => reply.send(self.switch(&filled)).map_err(drop),
            Command::Replace(cleaned, reply) => reply.send(self.replace(&cleaned)).map_err(drop),
            Command::Proved(wishes, gone, reply) => {
                reply.send(self.proved(&wishes, &gone)).map_err(drop)
            }
            Command::Land(..) | Command::Erase(..) | Command::Close => Ok(()),
        };
    }

    fn is_erasing(&self) -> bool {
        self.erasing.load(Ordering::SeqCst)
    }

    /// Opens a day's segment, making it where it does not exist.
    fn segment(&mut self, day: Day) -> rusqlite::Result<&mut Connection> {
        if !self.open.contains_key(&day) {
            let connection = file::open(&self.folder, day)?;
            if self.days.last().is_none_or(|newest| day >= *newest) {
                for older in self.open.values() {
                    file::remember(older, false)?;
                }
                file::remember(&connection, true)?;
            }
            self.open.insert(day, connection);
            if self.days.insert(day) {
                self.read_aside();
            }
        }
        Ok(self.open.get_mut(&day).expect("it was just put there"))
    }

    /// Reads the days that are closed into filters, beside the work.
    fn read_aside(&mut self) {
        let Some(newest) = self.days.last().copied() else { return };
        // Around midnight two days are written.
        let days: BTreeSet<Day> = self.days.iter().chain(self.kept.keys()).copied().collect();
        let closed = days.range(..newest.plus(-1)).copied();
        let wanted: Vec<Day> = closed.filter(|day| !self.seen.has(*day)).collect();
        if wanted.is_empty() {
            return;
        }
        let room = self.seen.await_days(&wanted);
        let (folder, queue) = (self.folder.clone(), self.queue.clone());
        let read = move || {
            let mut room = room;
            for day in wanted {
                let from = seen::sources(&folder, day).ok();
                let filter = from.and_then(|from| Filter::read(&from, room).ok()?);
                room -= filter.as_ref().map_or(0, Filter::documents);
                if queue.send(Command::Filter(day, filter)).is_err() {
                    return;
                }
            }
        };
        if let Err(error) = std::thread::Builder::new().name("filters".into()).spawn(read) {
            // Without filters every day is looked up on the disk.
            tracing::warn!(%error, "no thread to read earlier days");
        }
    }

    fn remove_product(&mut self, product: &ProductId) -> Result<u64, LandingError> {
        let mut removed = 0;
        let mut folded = true;
        for day in self.days.clone() {
            let segment = self.segment(day).map_err(|e| explain(&e))?;
            let rows = erase::product(segment, product).map_err(|e| explain(&e))?;
            if rows > 0 {
                // secure_delete overwrites the pages; only this takes them out of the log.
                folded &= file::fold_in(segment).map_err(|e| explain(&e))?;
                removed += rows;
                self.moving.take_if(|moving| *moving == day);
            }
        }
        removed += self.remove_product_at_rest(product)?;
        if folded { Ok(removed) } else { Err(LandingError::Erasing) }
    }

    fn remove_before(&mut self, day: Day) -> Result<Vec<Day>, LandingError> {
        let mut removed: BTreeSet<Day> = self.days.range(..day).copied().collect();
        for old in &removed {
            self.seen.forget(*old);
            self.remove_segment(*old).map_err(|e| LandingError::Failed(e.to_string()))?;
        }
        self.moving.take_if(|moving| *moving < day);
        removed.extend(self.remove_before_at_rest(day)?);
        Ok(removed.into_iter().collect())
    }

    fn resume(&mut self, forget_before: Day) -> Result<(), LandingError> {
        self.finish_moves()?;
        self.finish_with_reserve().map_err(|e| explain(&e))?;
        self.journal.forget_before(forget_before).map_err(|e| explain(&e))?;
        self.any_erased = self.journal.holds_any().map_err(|e| explain(&e))?;
        self.reserve.retake().map_err(|error| {
            tracing::error!(%error, "no room to hold back for erasure; pings wait for room");
            LandingError::Full
        })
    }
}

/// Waits for others to share the commit, until a moment brings nobody. What is not a row ends the
/// group.
fn gather(first: Waiting, commands: &Receiver<Command>) -> (Vec<Waiting>, Option<Command>) {
    let mut group = vec![first];
    for _ in 0..limits::LANDING_LINGERS {
        // Asleep: to be woken by each ping costs more than to write it.
        std::thread::sleep(Duration::from_micros(limits::LANDING_LINGER_MICROS as u64));
        let before = group.len();
        while group.len() < limits::LANDING_GROUP {
            match commands.try_recv() {
                Ok(Command::Land(row, reply)) => group.push((row, reply)),
                Ok(other) => return (group, Some(other)),
                Err(_) => break,
            }
        }
        if group.len() == before || group.len() == limits::LANDING_GROUP {
            break;
        }
    }
    (group, None)
}

/// Takes the wishes that wait already.
fn gather_wishes(first: Wish, commands: &Receiver<Command>) -> (Vec<Wish>, Option<Command>) {
    let mut group = vec![first];
    while group.len() < limits::LANDING_GROUP {
        match commands.try_recv() {
            Ok(Command::Erase(request, reply)) => group.push((request, reply)),
            Ok(other) => return (group, Some(other)),
            Err(_) => break,
        }
    }
    (group, None)
}

pub(crate) fn explain(error: &rusqlite::Error) -> LandingError {
    if is_full(error) { LandingError::Full } else { LandingError::Failed(error.to_string()) }
}

/// Tells whether the disk has no room. SQLite says so in several ways: where the shared memory of
/// the write-ahead log cannot grow, it names an input or output error.
fn is_full(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return false };
    let told = [SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_SHMMAP];
    failure.code == ErrorCode::DiskFull || told.contains(&failure.extended_code)
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi::{Error, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_IOERR_READ};

    use super::*;

    #[test]
    fn a_full_disk_is_known_whatever_it_is_called() {
        for (code, full) in [
            (SQLITE_FULL, true),
            (SQLITE_IOERR_SHMSIZE, true),
            (SQLITE_IOERR_WRITE, true),
            (SQLITE_IOERR_READ, false),
            (SQLITE_CORRUPT, false),
        ] {
            let error = rusqlite::Error::SqliteFailure(Error::new(code), None);
            assert_eq!(explain(&error) == LandingError::Full, full, "{code}");
        }
    }
}
