//! The one thread that writes: takes what waits, commits it together, answers after the commit.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use candor_inventory::InForce;
use candor_kernel::{Day, ProductId, limits, sink};
use rusqlite::{Connection, ErrorCode, params};
use tokio::sync::{oneshot, watch};

use crate::file;
use crate::row::{Landed, LandingError, Row};

type Reply<T> = oneshot::Sender<Result<T, LandingError>>;
/// A row that waits for its commit, and who waits for the answer.
type Waiting = (Box<Row>, Reply<Landed>);

/// What the writer is asked. Removal goes through the same queue as rows, so that a row
/// acknowledged before it is removed and a row after it stays.
pub(crate) enum Command {
    Land(Box<Row>, Reply<Landed>),
    RemoveProduct(ProductId, Reply<u64>),
    RemoveBefore(Day, Reply<Vec<Day>>),
    Close,
}

pub(crate) struct Writer {
    folder: PathBuf,
    in_force: watch::Receiver<Arc<InForce>>,
    /// Today's segment and, around midnight, its neighbour.
    open: BTreeMap<Day, Connection>,
}

impl Writer {
    pub(crate) fn new(folder: PathBuf, in_force: watch::Receiver<Arc<InForce>>) -> Self {
        Self { folder, in_force, open: BTreeMap::new() }
    }

    pub(crate) fn run(mut self, commands: &Receiver<Command>) {
        let mut next = commands.recv().ok();
        while let Some(command) = next {
            match command {
                Command::Land(row, reply) => {
                    let (group, after) = gather((row, reply), commands);
                    self.land(group);
                    // A command that ended the group is next in line.
                    next = after.or_else(|| commands.recv().ok());
                    continue;
                }
                Command::RemoveProduct(product, reply) => {
                    let _ = reply.send(self.remove_product(&product).map_err(|e| explain(&e)));
                }
                Command::RemoveBefore(day, reply) => {
                    let _ = reply.send(self.remove_before(day));
                }
                Command::Close => break,
            }
            next = commands.recv().ok();
        }
        for (_, connection) in self.open {
            // What cannot be folded in now stays in the write-ahead log, which is durable too.
            let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    fn land(&mut self, group: Vec<Waiting>) {
        let mut by_day = BTreeMap::<Day, (Vec<Box<Row>>, Vec<Reply<Landed>>)>::new();
        for (row, reply) in group {
            let (rows, replies) = by_day.entry(row.day).or_default();
            rows.push(row);
            replies.push(reply);
        }
        for (day, (rows, replies)) in by_day {
            let in_force = Arc::clone(&self.in_force.borrow());
            let results = self.segment(day).and_then(|segment| commit(segment, &rows, &in_force));
            match results {
                Ok(results) => {
                    for (reply, result) in replies.into_iter().zip(results) {
                        // A sender that hung up does not undo what is durable.
                        let _ = reply.send(result);
                    }
                }
                Err(error) => {
                    self.open.remove(&day);
                    tracing::error!(%day, error = %error, "landing could not commit");
                    for reply in replies {
                        let _ = reply.send(Err(explain(&error)));
                    }
                }
            }
        }
    }

    fn segment(&mut self, day: Day) -> rusqlite::Result<&mut Connection> {
        if !self.open.contains_key(&day) {
            while self.open.len() >= 2 {
                self.open.pop_first();
            }
            let connection = file::open(&self.folder, day)?;
            self.open.insert(day, connection);
        }
        Ok(self.open.get_mut(&day).expect("it was just put there"))
    }

    fn remove_product(&mut self, product: &ProductId) -> rusqlite::Result<u64> {
        let mut removed = 0;
        let days = file::days(&self.folder).map_err(|_| rusqlite::Error::InvalidQuery)?;
        for day in days {
            let segment = self.segment(day)?;
            let rows = segment
                .execute("DELETE FROM ping WHERE product = ?1", params![product.as_str()])?;
            if rows > 0 {
                // secure_delete overwrites the pages; only this takes them out of the log.
                segment.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
                removed += rows as u64;
            }
        }
        Ok(removed)
    }

    fn remove_before(&mut self, day: Day) -> Result<Vec<Day>, LandingError> {
        let failed = |error: std::io::Error| LandingError::Failed(error.to_string());
        let mut removed = file::days(&self.folder).map_err(failed)?;
        removed.retain(|old| *old < day);
        for old in &removed {
            self.open.remove(old);
            let path = file::path(&self.folder, *old);
            for suffix in ["db-wal", "db-shm", "db"] {
                match std::fs::remove_file(path.with_extension(suffix)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(failed(error));
                    }
                    _ => {}
                }
            }
        }
        Ok(removed)
    }
}

/// Waits a moment for others to share the commit. What is not a row ends the group.
fn gather(first: Waiting, commands: &Receiver<Command>) -> (Vec<Waiting>, Option<Command>) {
    let linger = Duration::from_micros(limits::LANDING_LINGER_MICROS as u64);
    let mut group = vec![first];
    while group.len() < limits::LANDING_GROUP {
        match commands.recv_timeout(linger) {
            Ok(Command::Land(row, reply)) => group.push((row, reply)),
            Ok(other) => return (group, Some(other)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    (group, None)
}

/// Commits the rows of one day. A row whose permit no longer holds is left out; the others stay.
fn commit(
    segment: &mut Connection,
    rows: &[Box<Row>],
    in_force: &InForce,
) -> rusqlite::Result<Vec<Result<Landed, LandingError>>> {
    let transaction =
        segment.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut results = Vec::with_capacity(rows.len());
    {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO ping (document, product, app, ping, day, subject, revision, payload) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (document) DO NOTHING",
        )?;
        for row in rows {
            if !in_force.admits(&row.permit) {
                results.push(Err(LandingError::Withdrawn));
                continue;
            }
            let stored = insert.execute(params![
                row.document.0.as_slice(),
                row.product.as_str(),
                row.app.as_str(),
                row.ping.as_str(),
                row.day.number(),
                row.subject.as_ref().map(|subject| subject.0.as_slice()),
                row.permit.revision().0,
                row.payload.open(sink::Store),
            ])?;
            results.push(Ok(if stored == 1 { Landed::Stored } else { Landed::Duplicate }));
        }
    }
    transaction.commit()?;
    Ok(results)
}

fn explain(error: &rusqlite::Error) -> LandingError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => LandingError::Full,
        _ => LandingError::Failed(error.to_string()),
    }
}
