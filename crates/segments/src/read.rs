//! Reading what landed: totals for reports, single rows for the operator of this server only.

use candor_inventory::glean::MetricKind;
use candor_kernel::{Day, DocumentKey, MetricId, Personal, PingName, ProductId, Revision};
use rusqlite::{OptionalExtension, params};

use crate::file;
use crate::landing::Landing;
use crate::row::LandingError;
use crate::tally::{self, Question, Tally};

/// Where reports get their totals. There is no way to ask for a row.
pub trait MetricSource: Send + Sync {
    /// Answers a question with true, bounded totals; who publishes them adds the noise.
    ///
    /// Errors: `Erasing` while an erasure is not finished; `Failed` where the question is beyond its
    /// limits (see [`Question::check`]) or the store cannot be read.
    fn tally(&self, question: &Question) -> Result<Tally, LandingError>;

    /// Counts the different clients whose pings of that day hold the metric.
    fn distinct_clients(
        &self,
        product: &ProductId,
        ping: &PingName,
        metric: (&MetricId, MetricKind),
        day: Day,
    ) -> Result<u64, LandingError>;
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
        self.may_read()?;
        tally::rows::tally(self.folder(), question)
    }

    fn distinct_clients(
        &self,
        product: &ProductId,
        ping: &PingName,
        (metric, kind): (&MetricId, MetricKind),
        day: Day,
    ) -> Result<u64, LandingError> {
        self.may_read()?;
        // Metric ids hold no quote, so the path cannot end early.
        let path = format!("$.metrics.{}.\"{metric}\"", kind.slug());
        let count = |segment: rusqlite::Connection| {
            segment.query_row(
                "SELECT COUNT(DISTINCT subject) FROM ping WHERE product = ?1 AND ping = ?2 \
                 AND subject IS NOT NULL AND json_type(payload, ?3) IS NOT NULL",
                params![product.as_str(), ping.as_str(), path],
                |row| row.get::<_, i64>(0),
            )
        };
        let found = file::open_to_read(self.folder(), day)
            .and_then(|segment| segment.map(count).transpose())
            .map_err(|error| LandingError::Failed(error.to_string()))?;
        Ok(found.unwrap_or(0).unsigned_abs())
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
        self.may_read()?;
        let mut found = Vec::new();
        for day in self.days()?.into_iter().rev() {
            if found.len() < limit {
                let room = limit - found.len();
                read_day(self, day, documents, room, &mut found)
                    .map_err(|error| LandingError::Failed(error.to_string()))?;
            }
        }
        Ok(found)
    }
}

fn read_day(
    landing: &Landing,
    day: Day,
    documents: Option<&[DocumentKey]>,
    limit: usize,
    into: &mut Vec<StoredPing>,
) -> rusqlite::Result<()> {
    let Some(segment) = file::open_to_read(landing.folder(), day)? else { return Ok(()) };
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
