//! Files at rest that were never in landing: for a measurement, and for moving a store in from
//! elsewhere.
//!
//! Rows come in without a permit, so this can do less than the server: it only fills a folder in
//! which nothing is, never one that a server has used, and it takes the right to maintain, whose
//! few callers say why. A file is written as the move of a closed day writes it (`rest`).

use std::path::Path;
use std::sync::Mutex;

use candor_kernel::{Day, DocumentKey, PingName, ProductId, SubjectKey};
use candor_preference::Maintenance;

use crate::landing::Landing;
use crate::rest::fill::write;
use crate::rest::manifest::{Manifest, Part};
use crate::rest::write::Line;
use crate::rest::{Hidden, Rest, clean, failed};
use crate::row::LandingError;

/// A folder that is being filled.
pub struct Import {
    rest: Rest,
    /// Waits for the end; days are written side by side without it.
    manifest: Mutex<Manifest>,
}

/// One ping. Those of a day come in the order of their subjects.
pub struct ImportRow {
    /// Who sent it, as a keyed hash.
    pub subject: SubjectKey,
    /// The keyed hash of the id its SDK gave it.
    pub document: DocumentKey,
    /// Its application.
    pub app: String,
    /// The state of reviews that allowed it.
    pub revision: i64,
    /// The stripped payload, as JSON.
    pub payload: String,
}

/// A day whose file is durable and counts for nothing before [`Import::end`].
pub struct ImportedDay(Part);

impl Import {
    /// Begins with a folder that does not exist or is empty; any other is an error.
    pub fn begin(folder: &Path, _: &Maintenance) -> Result<Self, LandingError> {
        let mut entries = std::fs::read_dir(folder).into_iter().flatten();
        if entries.next().is_some() {
            let place = folder.display();
            return Err(failed(format!("{place} is not empty; import into a new folder")));
        }
        let (rest, manifest) = Rest::open(folder)?;
        Ok(Self { rest, manifest: Mutex::new(manifest) })
    }

    /// Writes the pings of a day. `rows` is called twice and gives the same rows both times: first
    /// the columns are found, then they are written. Days can be written side by side.
    ///
    /// Errors: rows that are not in the order of their subjects.
    pub fn day<R: Iterator<Item = ImportRow>>(
        &self,
        product: &ProductId,
        ping: &PingName,
        day: Day,
        rows: impl Fn() -> R,
    ) -> Result<ImportedDay, LandingError> {
        let mut part = Part::next(product.as_str(), ping.as_str(), day, &[]);
        part.pings = write(&self.rest, &part, |take| {
            let mut before = SubjectKey([0; 16]);
            rows().try_for_each(|row| {
                if row.subject.0 < before.0 {
                    return Err(failed("rows of an import come in the order of their subjects"));
                }
                before = row.subject;
                take(line(row))
            })
        })?;
        Ok(ImportedDay(part))
    }

    /// Lets all days count. A store that is opened on the folder afterwards finds them.
    pub fn end(self, days: Vec<ImportedDay>) -> Result<(), LandingError> {
        let mut manifest = self.manifest.into_inner().map_err(failed)?;
        for ImportedDay(part) in days.into_iter().filter(|day| day.0.pings > 0) {
            let day = part.day;
            manifest.record(day, &[part]).map_err(failed)?;
            // There is no landing file that would have to go.
            manifest.moved(day).map_err(failed)?;
        }
        Ok(())
    }
}

impl Landing {
    /// Looks for the rows of clients in all files at rest, as an erasure does before it writes files
    /// anew. Returns how many each file has, oldest day first; 0 where there are none.
    pub fn search(
        &self,
        subjects: &[SubjectKey],
        _: &Maintenance,
    ) -> Result<Vec<(Day, u64)>, LandingError> {
        let wanted: Hidden = subjects.iter().copied().collect();
        let mut tables = self.tables()?;
        tables.sort_by_key(|table| table.part.day);
        let count = |table| {
            let found = clean::found(table, &wanted, &Default::default())?;
            Ok((table.part.day, found.into_values().sum()))
        };
        tables.iter().map(count).collect()
    }
}

fn line(row: ImportRow) -> Line {
    Line {
        subject: Some(row.subject.0),
        document: row.document.0,
        secondary: Vec::new(),
        app: row.app,
        ids: 1,
        revision: row.revision,
        payload: row.payload,
    }
}
