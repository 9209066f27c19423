//! Which files at rest count: the manifest, a small file beside them. A file that is not in it was
//! left by a crash and is read by nobody.

use std::path::Path;

use candor_kernel::Day;
use rusqlite::{Connection, params};

use crate::file;

/// The format of the manifest, and of the files it names.
pub(crate) const FORMAT: i64 = 1;

/// The name of the file.
pub(crate) const NAME: &str = "manifest.db";

// Field by field in inventory.yaml; an audit at start compares the two.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS rest_file (
        file TEXT PRIMARY KEY,
        product TEXT NOT NULL,
        ping TEXT NOT NULL,
        day INTEGER NOT NULL,
        pings INTEGER NOT NULL,
        format INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS rest_file_by_kind ON rest_file (product, ping, day);
    CREATE TABLE IF NOT EXISTS rest_move (
        day INTEGER PRIMARY KEY
    ) STRICT;
";

/// One file at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its name below the folder.
    pub(crate) file: String,
    /// The product of its pings.
    pub(crate) product: String,
    /// Their kind.
    pub(crate) ping: String,
    /// The day they arrived.
    pub(crate) day: Day,
    /// How many they are.
    pub(crate) pings: u64,
}

impl Part {
    /// Names the next file of a kind and day.
    pub(crate) fn next(product: &str, ping: &str, day: Day, others: &[Self]) -> Self {
        let head = format!("{product}/{ping}/{day}-");
        let number = |part: &Self| {
            part.file.strip_prefix(&head)?.strip_suffix(".parquet")?.parse::<u64>().ok()
        };
        let last = others.iter().filter_map(number).max().unwrap_or(0);
        let file = format!("{head}{}.parquet", last + 1);
        Self { file, product: product.to_owned(), ping: ping.to_owned(), day, pings: 0 }
    }
}

pub(crate) struct Manifest(Connection);

impl Manifest {
    /// Opens the manifest, making it where it does not exist. Files of a newer format are an error.
    pub(crate) fn open(folder: &Path) -> rusqlite::Result<Self> {
        let path = folder.join(NAME);
        let connection = file::open_with(&path, FORMAT, SCHEMA)?;
        let newest: Option<i64> =
            connection.query_row("SELECT MAX(format) FROM rest_file", [], |row| row.get(0))?;
        match newest.filter(|newest| *newest > FORMAT) {
            Some(newest) => Err(file::newer(&path, newest, FORMAT)),
            None => Ok(Self(connection)),
        }
    }

    /// Opens a manifest that is there, to read it.
    pub(crate) fn open_to_read(folder: &Path) -> rusqlite::Result<Self> {
        file::open_path_to_read(&folder.join(NAME)).map(Self)
    }

    /// Returns the files of the days, of one kind of ping where it is named; newest day first.
    pub(crate) fn parts(
        &self,
        kind: Option<(&str, &str)>,
        days: std::ops::RangeInclusive<Day>,
    ) -> rusqlite::Result<Vec<Part>> {
        let mut all = self.0.prepare_cached(
            "SELECT file, product, ping, day, pings FROM rest_file \
             WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR product = ?3 AND ping = ?4) \
             ORDER BY day DESC, file",
        )?;
        let (product, ping) = kind.unzip();
        let part = |row: &rusqlite::Row<'_>| {
            Ok(Part {
                file: row.get(0)?,
                product: row.get(1)?,
                ping: row.get(2)?,
                day: Day::from_number(row.get(3)?),
                pings: row.get::<_, i64>(4)?.unsigned_abs(),
            })
        };
        let bounds = params![days.start().number(), days.end().number(), product, ping];
        all.query_map(bounds, part)?.collect()
    }

    /// Returns all files.
    pub(crate) fn all(&self) -> rusqlite::Result<Vec<Part>> {
        self.parts(None, Day::from_number(i64::from(i32::MIN))..=Day::from_number(i32::MAX.into()))
    }

    /// Tells whether any file holds pings of a product.
    pub(crate) fn holds(&self, product: &str) -> rusqlite::Result<bool> {
        self.0
            .prepare_cached("SELECT 1 FROM rest_file WHERE product = ?1 LIMIT 1")?
            .exists(params![product])
    }

    /// Records the files of a day, and that its landing file is about to go: one commit, from which
    /// on the files count.
    pub(crate) fn record(&mut self, day: Day, parts: &[Part]) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        for part in parts {
            insert(&transaction, part)?;
        }
        transaction.execute("INSERT INTO rest_move (day) VALUES (?1)", params![day.number()])?;
        transaction.commit()
    }

    /// Returns the days whose landing file is about to go.
    pub(crate) fn moving(&self) -> rusqlite::Result<Vec<Day>> {
        let mut all = self.0.prepare_cached("SELECT day FROM rest_move")?;
        all.query_map([], |row| row.get(0).map(Day::from_number))?.collect()
    }

    /// Notes that a day's landing file is gone.
    pub(crate) fn moved(&self, day: Day) -> rusqlite::Result<()> {
        self.0.execute("DELETE FROM rest_move WHERE day = ?1", params![day.number()]).map(drop)
    }

    /// Puts a file in another's place; false where that one does not count any more.
    pub(crate) fn replace(&mut self, old: &str, new: Option<&Part>) -> rusqlite::Result<bool> {
        let transaction = self.0.transaction()?;
        if transaction.execute("DELETE FROM rest_file WHERE file = ?1", params![old])? == 0 {
            return Ok(false);
        }
        if let Some(new) = new {
            insert(&transaction, new)?;
        }
        transaction.commit().map(|()| true)
    }

    /// Takes out the files of a product. Returns what does not count any more.
    pub(crate) fn forget_product(&self, product: &str) -> rusqlite::Result<Vec<(String, u64)>> {
        self.forget("product = ?1", params![product])
    }

    /// Takes out the files of all days before `day`. Returns what does not count any more.
    pub(crate) fn forget_before(&self, day: Day) -> rusqlite::Result<Vec<(String, u64)>> {
        self.forget("day < ?1", params![day.number()])
    }

    fn forget(
        &self,
        which: &str,
        named: &[&dyn rusqlite::ToSql],
    ) -> rusqlite::Result<Vec<(String, u64)>> {
        let text = format!("DELETE FROM rest_file WHERE {which} RETURNING file, pings");
        let mut gone = self.0.prepare_cached(&text)?;
        let line =
            |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()));
        gone.query_map(named, line)?.collect()
    }

    /// Returns its tables, for the audit.
    pub(crate) fn connection(&self) -> &Connection {
        &self.0
    }
}

fn insert(manifest: &Connection, part: &Part) -> rusqlite::Result<()> {
    manifest
        .prepare_cached(
            "INSERT INTO rest_file (file, product, ping, day, pings, format) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            part.file,
            part.product,
            part.ping,
            part.day.number(),
            i64::try_from(part.pings).unwrap_or(i64::MAX),
            FORMAT,
        ])
        .map(drop)
}
