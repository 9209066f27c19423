//! The documents of a day whose pings lie at rest: their keys only, to know a ping that comes again.
//! The file is written once, whole, and takes its place by its name.

use std::fs::File;
use std::path::{Path, PathBuf};

use candor_kernel::{Day, DocumentKey};
use rusqlite::{Connection, OpenFlags, params};

use crate::file;

/// The ending of such a file.
const ENDING: &str = ".documents";

// Field by field in inventory.yaml; an audit at start compares the two.
const SCHEMA: &str = "
    CREATE TABLE document (
        document BLOB PRIMARY KEY
    ) STRICT, WITHOUT ROWID;
";

fn path(folder: &Path, day: Day) -> PathBuf {
    folder.join(format!("{day}{ENDING}"))
}

fn unplaced(folder: &Path, day: Day) -> PathBuf {
    folder.join(format!("{day}{ENDING}.new"))
}

/// Returns the days that have such a file, oldest first.
pub(crate) fn days(folder: &Path) -> std::io::Result<Vec<Day>> {
    file::days_with(folder, ENDING)
}

/// Writes the keys of all pings of a day, durable and not in its place yet.
pub(crate) fn write(folder: &Path, day: Day) -> rusqlite::Result<()> {
    let new = unplaced(folder, day);
    remove(&new)?;
    let mut to = Connection::open(&new)?;
    // It counts for nothing before it is whole and synced.
    to.pragma_update(None, "journal_mode", "OFF")?;
    to.pragma_update(None, "synchronous", "OFF")?;
    to.execute_batch(SCHEMA)?;
    to.pragma_update(None, "user_version", file::FORMAT)?;
    let transaction = to.transaction()?;
    let segment = file::open_to_read(folder, day)?.map(|segment| (segment, "ping"));
    let before = open(folder, day)?.map(|before| (before, "document"));
    for (from, table) in segment.into_iter().chain(before) {
        let mut all = from.prepare(&format!("SELECT document FROM {table} ORDER BY document"))?;
        let mut keys = all.query([])?;
        let mut insert = transaction
            .prepare("INSERT INTO document (document) VALUES (?1) ON CONFLICT DO NOTHING")?;
        while let Some(key) = keys.next()? {
            insert.execute(params![key.get::<_, [u8; 16]>(0)?])?;
        }
    }
    transaction.commit()?;
    drop(to);
    File::open(&new).and_then(|file| file.sync_all()).map_err(failed)
}

/// Puts what was written in its place. Where that was done before, nothing changes.
pub(crate) fn place(folder: &Path, day: Day) -> std::io::Result<()> {
    match std::fs::rename(unplaced(folder, day), path(folder, day)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => File::open(folder)?.sync_all(),
    }
}

/// Removes what was written and never placed.
pub(crate) fn remove_unplaced(folder: &Path) -> std::io::Result<()> {
    for day in file::days_with(folder, &format!("{ENDING}.new"))? {
        std::fs::remove_file(unplaced(folder, day))?;
    }
    Ok(())
}

/// Removes the file of a day.
pub(crate) fn remove_day(folder: &Path, day: Day) -> rusqlite::Result<()> {
    remove(&path(folder, day))
}

/// Opens the file of a day; none where it has none.
pub(crate) fn open(folder: &Path, day: Day) -> rusqlite::Result<Option<Connection>> {
    let path = path(folder, day);
    if !path.exists() {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags)?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format > file::FORMAT {
        return Err(file::newer(&path, format, file::FORMAT));
    }
    Ok(Some(connection))
}

/// Looks a document up.
pub(crate) fn holds(documents: &Connection, document: DocumentKey) -> rusqlite::Result<bool> {
    documents
        .prepare_cached("SELECT 1 FROM document WHERE document = ?1")?
        .exists(params![document.0.as_slice()])
}

fn remove(path: &Path) -> rusqlite::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(()),
    }
}

fn failed(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
