//! The erasure journal: which clients asked for deletion, and how far each wish is. A file of its
//! own, apart from the pings, so that a restored backup can be cleaned by it.
//!
//! What it keeps of a client is a tombstone: the keyed hash of an id that names nobody any more.
//! It keeps out what arrives late, and what a restore would bring back.

use std::collections::BTreeMap;
use std::path::Path;

use candor_kernel::{Day, DocumentKey, SubjectKey};
use rusqlite::{Connection, OptionalExtension, params};

use crate::file;
use crate::row::{Erasure, ErasureRequest, ErasureState};

/// The name of the file.
pub(crate) const NAME: &str = "erasures.db";

const FORMAT: i64 = 2;

// Field by field in inventory.yaml; an audit at start compares the two.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS erasure (
        document BLOB PRIMARY KEY,
        product TEXT NOT NULL,
        day INTEGER NOT NULL,
        state INTEGER NOT NULL,
        pings INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS erasure_open ON erasure (state) WHERE state < 2;
    CREATE TABLE IF NOT EXISTS tombstone (
        subject BLOB PRIMARY KEY,
        document BLOB NOT NULL,
        day INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS tombstone_of_erasure ON tombstone (document);
";

// A format ago there was no state between received and done.
const FROM_1: &str = "
    ALTER TABLE erasure RENAME COLUMN done TO state;
    DROP INDEX erasure_unfinished;
    UPDATE erasure SET state = 2 WHERE state = 1;
    PRAGMA user_version = 2;
";

pub(crate) struct Journal(Connection);

/// A wish of whose rows some may still be there.
pub(crate) struct Unfinished {
    /// The keyed hash of the request's own id.
    pub(crate) document: DocumentKey,
    /// The product it was sent to.
    pub(crate) product: String,
    /// The client's ids as keyed hashes, under every key that was live.
    pub(crate) subjects: Vec<SubjectKey>,
}

impl Journal {
    /// Opens the journal, making it where it does not exist.
    pub(crate) fn open(folder: &Path) -> rusqlite::Result<Self> {
        let path = folder.join(NAME);
        if path.exists() {
            let mut old = Connection::open(&path)?;
            let format: i64 = old.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if format == 1 {
                let transaction = old.transaction()?;
                transaction.execute_batch(FROM_1)?;
                transaction.commit()?;
            }
        }
        Ok(Self(file::open_with(&path, FORMAT, SCHEMA)?))
    }

    /// Makes wishes durable: after this they survive a crash, and nothing of theirs lands.
    pub(crate) fn record(&mut self, requests: &[&ErasureRequest]) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        for request in requests {
            let document = request.document.0.as_slice();
            transaction
                .prepare_cached(
                    "INSERT INTO erasure (document, product, day, state, pings) \
                 VALUES (?1, ?2, ?3, 0, 0) ON CONFLICT (document) DO UPDATE SET state = 0",
                )?
                .execute(params![document, request.product.as_str(), request.day.number()])?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO tombstone (subject, document, day) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (subject) DO UPDATE \
                 SET document = excluded.document, day = excluded.day",
            )?;
            for subject in &request.subjects {
                insert.execute(params![subject.0.as_slice(), document, request.day.number()])?;
            }
        }
        transaction.commit()
    }

    /// Tells whether a client asked for deletion.
    pub(crate) fn erased(&self, subject: SubjectKey) -> rusqlite::Result<bool> {
        let mut find = self.0.prepare_cached("SELECT 1 FROM tombstone WHERE subject = ?1")?;
        find.exists(params![subject.0.as_slice()])
    }

    /// Tells whether anybody ever asked for deletion.
    pub(crate) fn holds_any(&self) -> rusqlite::Result<bool> {
        self.0.prepare_cached("SELECT 1 FROM tombstone LIMIT 1")?.exists([])
    }

    /// Returns every client that asked, with the wish it asked by last.
    pub(crate) fn tombstones(&self) -> rusqlite::Result<BTreeMap<SubjectKey, DocumentKey>> {
        let mut all = self.0.prepare_cached("SELECT subject, document FROM tombstone")?;
        let pairs =
            |row: &rusqlite::Row<'_>| Ok((SubjectKey(row.get(0)?), DocumentKey(row.get(1)?)));
        all.query_map([], pairs)?.collect()
    }

    /// Returns the wishes that are that far, each with its product and the client's ids.
    pub(crate) fn that_are(&self, state: ErasureState) -> rusqlite::Result<Vec<Unfinished>> {
        let mut unfinished = self.0.prepare_cached(
            "SELECT document, product FROM erasure WHERE state < 2 AND state = ?1",
        )?;
        let wishes = unfinished
            .query_map(params![number(state)], |row| Ok((DocumentKey(row.get(0)?), row.get(1)?)))?;
        let mut subjects =
            self.0.prepare_cached("SELECT subject FROM tombstone WHERE document = ?1")?;
        let mut all = Vec::new();
        for wish in wishes {
            let (document, product) = wish?;
            let found = subjects
                .query_map(params![document.0.as_slice()], |row| Ok(SubjectKey(row.get(0)?)))?;
            let subjects = found.collect::<rusqlite::Result<_>>()?;
            all.push(Unfinished { document, product, subjects });
        }
        Ok(all)
    }

    /// Notes how many more pings each wish took along, and how far it is; where that is not named, it
    /// is as far as it was.
    pub(crate) fn progress(
        &mut self,
        wishes: &[(DocumentKey, u64, Option<ErasureState>)],
    ) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        for (document, pings, state) in wishes {
            let pings = i64::try_from(*pings).unwrap_or(i64::MAX);
            transaction
                .prepare_cached(
                    "UPDATE erasure SET state = COALESCE(?2, state), pings = pings + ?3 \
                     WHERE document = ?1",
                )?
                .execute(params![document.0.as_slice(), state.map(number), pings])?;
        }
        transaction.commit()
    }

    /// Forgets finished wishes and tombstones from before `day`.
    pub(crate) fn forget_before(&mut self, day: Day) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        transaction.execute(
            "DELETE FROM tombstone WHERE day < ?1 AND document NOT IN \
             (SELECT document FROM erasure WHERE state < 2)",
            params![day.number()],
        )?;
        transaction
            .execute("DELETE FROM erasure WHERE day < ?1 AND state = 2", params![day.number()])?;
        transaction.commit()
    }

    /// Folds the write-ahead log in.
    pub(crate) fn fold_in(&self) -> rusqlite::Result<bool> {
        file::fold_in(&self.0)
    }

    /// Returns lines of the journal, newest first; of one request where it is named.
    pub(crate) fn lines(
        &self,
        documents: &[DocumentKey],
        limit: usize,
    ) -> rusqlite::Result<Vec<Erasure>> {
        let columns = "SELECT document, product, day, state, pings FROM erasure";
        let line = |row: &rusqlite::Row<'_>| {
            Ok(Erasure {
                document: DocumentKey(row.get(0)?),
                product: row.get(1)?,
                day: Day::from_number(row.get(2)?),
                state: state(row.get(3)?),
                pings: row.get::<_, i64>(4)?.unsigned_abs(),
            })
        };
        if documents.is_empty() {
            let mut all = self.0.prepare(&format!("{columns} ORDER BY rowid DESC LIMIT ?1"))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            return all.query_map(params![limit], line)?.collect();
        }
        let mut one = self.0.prepare(&format!("{columns} WHERE document = ?1"))?;
        let found = documents
            .iter()
            .map(|document| one.query_row(params![document.0.as_slice()], line).optional());
        Ok(found.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// Returns the tables and columns it really has.
    pub(crate) fn connection(&self) -> &Connection {
        &self.0
    }
}

const fn number(state: ErasureState) -> i64 {
    match state {
        ErasureState::Received => 0,
        ErasureState::Hidden => 1,
        ErasureState::Done => 2,
    }
}

const fn state(number: i64) -> ErasureState {
    match number {
        2 => ErasureState::Done,
        1 => ErasureState::Hidden,
        _ => ErasureState::Received,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_of_the_format_before_is_read_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = Connection::open(folder.path().join(NAME)).expect("opens");
        old.execute_batch(
            "CREATE TABLE erasure (document BLOB PRIMARY KEY, product TEXT NOT NULL, \
             day INTEGER NOT NULL, done INTEGER NOT NULL, pings INTEGER NOT NULL) STRICT; \
             CREATE INDEX erasure_unfinished ON erasure (done) WHERE done = 0; \
             INSERT INTO erasure VALUES (x'00000000000000000000000000000001', 'shop', 9, 0, 0), \
             (x'00000000000000000000000000000002', 'shop', 9, 1, 3); PRAGMA user_version = 1;",
        )
        .expect("made");
        drop(old);
        for _ in 0..2 {
            let journal = Journal::open(folder.path()).expect("opens");
            let lines = journal.lines(&[], 9).expect("readable");
            let states: Vec<_> = lines.iter().map(|line| (line.state, line.pings)).collect();
            assert_eq!(states, [(ErasureState::Done, 3), (ErasureState::Received, 0)]);
            assert_eq!(journal.that_are(ErasureState::Received).expect("readable").len(), 1);
        }
    }
}
