//! One segment file: its name, its schema, its pragmas.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use std::time::Duration;

use candor_kernel::Day;
use rusqlite::{Connection, OpenFlags};

/// The format of segment files, in SQLite's `user_version`.
pub(crate) const FORMAT: i64 = 2;

/// A writer waits this long for a reader to end before it goes on without.
const BUSY: Duration = Duration::from_millis(500);
/// Memory of one open file's pages; negative is KiB to SQLite. Thirty days may be open at a time;
/// pages that are asked for often are with the system.
const CACHE_KIB: i64 = -512;
/// The same for the newest day: where the pages of a commit do not fit, they are written twice.
const CACHE_NEWEST_KIB: i64 = -8192;

// Field by field in inventory.yaml; an audit at start compares the two.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS ping (
        document BLOB PRIMARY KEY,
        product TEXT NOT NULL,
        app TEXT NOT NULL,
        ping TEXT NOT NULL,
        day INTEGER NOT NULL,
        subject BLOB,
        ids INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        payload TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS ping_by_kind ON ping (product, ping, subject);
    CREATE TABLE IF NOT EXISTS secondary_id (
        subject BLOB NOT NULL,
        document BLOB NOT NULL,
        PRIMARY KEY (subject, document)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS secondary_by_document ON secondary_id (document);
";

pub(crate) fn path(folder: &Path, day: Day) -> PathBuf {
    folder.join(format!("{day}.db"))
}

/// Returns the days that have a segment, oldest first. Other files are none of ours.
pub(crate) fn days(folder: &Path) -> std::io::Result<Vec<Day>> {
    days_with(folder, ".db")
}

/// Returns the days that have a file with this ending, oldest first.
pub(crate) fn days_with(folder: &Path, ending: &str) -> std::io::Result<Vec<Day>> {
    let mut days = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let day = name.to_str().and_then(|name| name.strip_suffix(ending)).and_then(Day::parse);
        days.extend(day);
    }
    days.sort_unstable();
    Ok(days)
}

/// Opens a segment for writing, making it where it does not exist.
pub(crate) fn open(folder: &Path, day: Day) -> rusqlite::Result<Connection> {
    open_with(&path(folder, day), FORMAT, SCHEMA)
}

/// Opens a file of this crate for writing: durable at commit, overwriting what is deleted.
pub(crate) fn open_with(path: &Path, newest: i64, schema: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    remember(&connection, false)?;
    connection.busy_timeout(BUSY)?;
    // Folding the log in rewrites pages: less often than the default of 4 MB.
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = connection.query_row(
        "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table'",
        [],
        |row| row.get(0),
    )?;
    if format > newest {
        return Err(newer(path, format, newest));
    }
    if format < newest && tables > 0 {
        return Err(rusqlite::Error::InvalidColumnName(format!(
            "{} has the format {format} of an unreleased, older build, this one knows {newest}; \
             remove the data folder, there is no way to read it",
            path.display()
        )));
    }
    connection.execute_batch(schema)?;
    if format < newest {
        connection.pragma_update(None, "user_version", newest)?;
    }
    Ok(connection)
}

/// Says that a file is of a newer build.
pub(crate) fn newer(path: &Path, format: i64, newest: i64) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnName(format!(
        "{} has the format {format} of a newer build, this one knows {newest}; start the newer Candor",
        path.display()
    ))
}

/// Gives an open file the memory of the day that is written, or of the others.
pub(crate) fn remember(connection: &Connection, newest: bool) -> rusqlite::Result<()> {
    let cache = if newest { CACHE_NEWEST_KIB } else { CACHE_KIB };
    connection.pragma_update(None, "cache_size", cache)
}

/// Takes what was deleted out of the write-ahead log too; false while somebody still reads it.
pub(crate) fn fold_in(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
        row.get::<_, i64>(0).map(|busy| busy == 0)
    })
}

/// Opens a segment for reading; none where the day has no segment.
pub(crate) fn open_to_read(folder: &Path, day: Day) -> rusqlite::Result<Option<Connection>> {
    let path = path(folder, day);
    if path.exists() { open_path_to_read(&path).map(Some) } else { Ok(None) }
}

/// Opens a file of this crate for reading.
pub(crate) fn open_path_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "query_only", "ON")?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

/// Returns the tables and columns a segment really has.
pub(crate) fn schema(
    connection: &Connection,
) -> rusqlite::Result<BTreeMap<String, BTreeSet<String>>> {
    let mut statement = connection.prepare(
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    )?;
    let mut tables = BTreeMap::<String, BTreeSet<String>>::new();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        tables.entry(row.get(0)?).or_default().insert(row.get(1)?);
    }
    Ok(tables)
}
