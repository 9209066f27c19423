//! One segment file: its name, its schema, its pragmas.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use candor_kernel::Day;
use rusqlite::{Connection, OpenFlags};

/// The format of segment files, in SQLite's `user_version`.
pub(crate) const FORMAT: i64 = 1;

// Field by field in inventory.yaml; an audit at start compares the two.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS ping (
        document BLOB PRIMARY KEY,
        product TEXT NOT NULL,
        app TEXT NOT NULL,
        ping TEXT NOT NULL,
        day INTEGER NOT NULL,
        subject BLOB,
        revision INTEGER NOT NULL,
        payload TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS ping_by_kind ON ping (product, ping, subject);
";

pub(crate) fn path(folder: &Path, day: Day) -> PathBuf {
    folder.join(format!("{day}.db"))
}

/// Returns the days that have a segment, oldest first. Other files are none of ours.
pub(crate) fn days(folder: &Path) -> std::io::Result<Vec<Day>> {
    let mut days = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let day = name.to_str().and_then(|name| name.strip_suffix(".db")).and_then(Day::parse);
        days.extend(day);
    }
    days.sort_unstable();
    Ok(days)
}

/// Opens a segment for writing, making it where it does not exist.
pub(crate) fn open(folder: &Path, day: Day) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path(folder, day))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format > FORMAT {
        return Err(rusqlite::Error::InvalidColumnName(format!(
            "segment {day} has format {format}, this build knows {FORMAT}; start the newer Candor"
        )));
    }
    connection.execute_batch(SCHEMA)?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    Ok(connection)
}

/// Opens a segment for reading; none where the day has no segment.
pub(crate) fn open_to_read(folder: &Path, day: Day) -> rusqlite::Result<Option<Connection>> {
    let path = path(folder, day);
    if !path.exists() {
        return Ok(None);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "query_only", "ON")?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(Some(connection))
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
