//! Reading what is kept: totals for reports, single rows for the operator of this server only.

use std::collections::BTreeSet;

use candor_kernel::{Day, DocumentKey, Personal, Revision};
use rusqlite::{OptionalExtension, params};

use crate::documents;
use crate::landing::Landing;
use crate::rest::table::Table;
use crate::rest::{failed, stored};
use crate::row::LandingError;
use crate::sources::Sources;
use crate::tally::{self, Question, Tally};

/// Where reports get their totals. There is no way to ask for a row.
pub trait MetricSource: Send + Sync {
    /// Answers a question with true, bounded totals; who publishes them adds the noise.
    ///
    /// Errors: `Erasing` while an erasure is not finished; `Failed` where the question is beyond its
    /// limits (see [`Question::check`]) or the store cannot be read.
    fn tally(&self, question: &Question) -> Result<Tally, LandingError>;
}

/// One stored ping, for the operator.
pub struct StoredPing {
    /// The keyed hash of the id its SDK gave it.
    pub document: DocumentKey,
    /// Its product.
    pub product: String,
    /// Its application.
    pub app: String,
    /// Its kind.
    pub ping: String,
    /// The day it arrived.
    pub day: Day,
    /// By how many ids its client can have it deleted; 0: by none, it ends with its day.
    pub ids: u64,
    /// The state of reviews that allowed it.
    pub revision: Revision,
    /// Everything that was kept of it, as JSON.
    pub payload: Personal<String>,
}

impl MetricSource for Landing {
    fn tally(&self, question: &Question) -> Result<Tally, LandingError> {
        let kind = (question.product.as_str(), question.ping.as_str());
        let days = question.first..=question.last;
        tally::merge::tally(self.sources(Some(kind), days, tally::merge::hands())?, question)
    }
}

impl Landing {
    /// Returns stored pings, newest day first, at most `limit`; of one document under any of its
    /// keys where it is named.
    pub fn stored(
        &self,
        documents: Option<&[DocumentKey]>,
        limit: usize,
    ) -> Result<Vec<StoredPing>, LandingError> {
        let all = Day::from_number(i32::MIN.into())..=Day::from_number(i32::MAX.into());
        let Sources { segments, files, hidden } = self.sources(None, all, 1)?;
        let segments: Vec<_> = segments.into_iter().flatten().collect();
        let days = segments.iter().map(|(day, _)| *day);
        let days: BTreeSet<Day> = days.chain(files.iter().map(|(part, _)| part.day)).collect();
        let (mut segments, mut files) =
            (segments.into_iter().peekable(), files.into_iter().peekable());
        let mut found = Vec::new();
        for day in days.into_iter().rev() {
            while let Some((_, segment)) = segments.next_if(|(of, _)| *of == day) {
                read_segment(&segment, day, documents, limit - found.len(), &mut found)
                    .map_err(failed)?;
            }
            let listed = self.lists(day, documents)?;
            while let Some((part, file)) = files.next_if(|(part, _)| part.day == day) {
                if listed && found.len() < limit {
                    let table = Table::open(part, file)?;
                    stored::read(&table, &hidden, documents, limit, &mut found)?;
                }
            }
        }
        Ok(found)
    }

    /// Tells whether files of a day may hold any of the documents.
    fn lists(&self, day: Day, wanted: Option<&[DocumentKey]>) -> Result<bool, LandingError> {
        let Some(wanted) = wanted else { return Ok(true) };
        let Some(listed) = documents::open(self.folder(), day).map_err(failed)? else {
            return Ok(true);
        };
        let mut found = wanted.iter().map(|document| documents::holds(&listed, *document));
        found.try_fold(false, |any, one| Ok(any | one?)).map_err(|e: rusqlite::Error| failed(e))
    }
}

fn read_segment(
    segment: &rusqlite::Connection,
    day: Day,
    documents: Option<&[DocumentKey]>,
    limit: usize,
    into: &mut Vec<StoredPing>,
) -> rusqlite::Result<()> {
    let columns = "SELECT document, product, app, ping, ids, revision, payload FROM ping";
    let ping = |row: &rusqlite::Row<'_>| {
        Ok(StoredPing {
            document: DocumentKey(row.get(0)?),
            product: row.get(1)?,
            app: row.get(2)?,
            ping: row.get(3)?,
            day,
            ids: row.get::<_, i64>(4)?.unsigned_abs(),
            revision: Revision(row.get(5)?),
            payload: Personal::new(row.get(6)?),
        })
    };
    let Some(documents) = documents else {
        let mut all = segment.prepare(&format!("{columns} ORDER BY rowid DESC LIMIT ?1"))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        into.extend(all.query_map(params![limit], ping)?.collect::<rusqlite::Result<Vec<_>>>()?);
        return Ok(());
    };
    let mut one = segment.prepare(&format!("{columns} WHERE document = ?1"))?;
    for document in documents {
        into.extend(one.query_row(params![document.0.as_slice()], ping).optional()?);
    }
    Ok(())
}
