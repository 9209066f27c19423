//! Which documents were there before, on any day that is kept. A filter in memory says "surely
//! not" for most; what it does not know is looked up on the disk, so that it never loses a good
//! ping. A day without a filter is looked up always: slower, and as right.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use candor_kernel::{Day, DocumentKey, limits};
use fastbloom::BloomFilter;
use rusqlite::{Connection, params};

use crate::{documents, file};

/// Wrong "maybe" of a filter: each costs one look at the disk.
const FALSE_MAYBE: f64 = 0.01;

/// What one day holds.
pub(crate) struct Filter {
    known: BloomFilter,
    documents: usize,
}

impl Filter {
    /// Reads all documents of a day, from the tables that have them. None where there are more than
    /// `room`.
    pub(crate) fn read(
        from: &[(Connection, &'static str)],
        room: usize,
    ) -> rusqlite::Result<Option<Self>> {
        let mut documents = 0;
        for (file, table) in from {
            let text = format!("SELECT COUNT(*) FROM {table}");
            let count: i64 = file.query_row(&text, [], |row| row.get(0))?;
            documents += usize::try_from(count).unwrap_or(usize::MAX);
        }
        if documents > room {
            return Ok(None);
        }
        let mut known = BloomFilter::with_false_pos(FALSE_MAYBE).expected_items(documents.max(1));
        for (file, table) in from {
            let mut all = file.prepare(&format!("SELECT document FROM {table}"))?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                known.insert(&row.get::<_, [u8; 16]>(0)?);
            }
        }
        Ok(Some(Self { known, documents }))
    }

    /// Returns how many documents it was made for.
    pub(crate) fn documents(&self) -> usize {
        self.documents
    }
}

/// The filters of the days that are closed.
#[derive(Default)]
pub(crate) struct Seen {
    filters: BTreeMap<Day, Filter>,
    /// Days that are read aside now and were not written to since.
    awaited: BTreeSet<Day>,
}

impl Seen {
    /// Notes that these days are about to be read; returns how many documents may still come.
    pub(crate) fn await_days(&mut self, days: &[Day]) -> usize {
        self.awaited.extend(days);
        let held: usize = self.filters.values().map(Filter::documents).sum();
        limits::DUPLICATE_FILTER_DOCUMENTS.saturating_sub(held)
    }

    /// Takes what was read aside. A day that was written to meanwhile stays without a filter.
    pub(crate) fn add(&mut self, day: Day, filter: Option<Filter>) {
        if self.awaited.remove(&day)
            && let Some(filter) = filter
        {
            self.filters.insert(day, filter);
        }
    }

    /// Tells whether a day surely does not hold a document.
    pub(crate) fn surely_not(&self, day: Day, document: DocumentKey) -> bool {
        self.filters.get(&day).is_some_and(|filter| !filter.known.contains(&document.0))
    }

    /// Tells whether the day has a filter, or is read for one.
    pub(crate) fn has(&self, day: Day) -> bool {
        self.filters.contains_key(&day) || self.awaited.contains(&day)
    }

    /// Forgets the filter of a day that is written to again, or gone.
    pub(crate) fn forget(&mut self, day: Day) {
        self.filters.remove(&day);
        self.awaited.remove(&day);
    }
}

/// Opens what holds documents of a day: its segment, and the list of those that lie at rest.
pub(crate) fn sources(
    folder: &Path,
    day: Day,
) -> rusqlite::Result<Vec<(Connection, &'static str)>> {
    let segment = file::open_to_read(folder, day)?.map(|segment| (segment, "ping"));
    let listed = documents::open(folder, day)?.map(|listed| (listed, "document"));
    Ok(segment.into_iter().chain(listed).collect())
}

/// Looks a document up in one day.
pub(crate) fn holds(segment: &Connection, document: DocumentKey) -> rusqlite::Result<bool> {
    segment
        .prepare_cached("SELECT 1 FROM ping WHERE document = ?1")?
        .exists(params![document.0.as_slice()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_spares_the_disk_and_hides_no_document() {
        let (folder, day) = (tempfile::tempdir().expect("a folder"), Day::from_number(9));
        let segment = file::open(folder.path(), day).expect("opens");
        let document = |number: u8| DocumentKey([number; 16]);
        let insert = "INSERT INTO ping VALUES (?1, 'shop', 'app', 'till', 9, NULL, 0, 1, '{}')";
        for number in 0..100 {
            segment.execute(insert, params![document(number).0.as_slice()]).expect("inserted");
        }
        let from = [(segment, "ping")];
        assert!(Filter::read(&from, 99).expect("readable").is_none(), "there is no room");
        let read = || Filter::read(&from, 100).expect("readable");
        let mut seen = Seen::default();
        seen.add(day, read());
        assert!(!seen.has(day), "nobody waited for it");
        seen.await_days(&[day]);
        seen.add(day, read());
        assert!((0..100).all(|number| !seen.surely_not(day, document(number))));
        let spared = (100..=255).filter(|number| seen.surely_not(day, document(*number))).count();
        assert!(spared > 140, "{spared} of 156 that are not there");
        // A day that is written to while it is read stays without a filter.
        seen.await_days(&[day]);
        seen.forget(day);
        seen.add(day, read());
        assert!(!seen.has(day) && !seen.surely_not(day, document(200)));
    }
}
