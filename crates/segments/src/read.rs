//! Reading what landed: totals for reports, single rows for the operator of this server only.

use candor_inventory::glean::MetricKind;
use candor_kernel::{Day, DocumentId, MetricId, Personal, PingName, ProductId, Revision};
use rusqlite::params;

use crate::file;
use crate::landing::Landing;
use crate::row::LandingError;

/// Where reports get their totals. There is no way to ask for a row.
pub trait MetricSource: Send + Sync {
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
    /// The id its SDK gave it.
    pub document: DocumentId,
    /// Its product.
    pub product: String,
    /// Its application.
    pub app: String,
    /// Its kind.
    pub ping: String,
    /// The day it arrived.
    pub day: Day,
    /// The state of reviews that allowed it.
    pub revision: Revision,
    /// Everything that was kept of it, as JSON.
    pub payload: Personal<String>,
}

impl MetricSource for Landing {
    fn distinct_clients(
        &self,
        product: &ProductId,
        ping: &PingName,
        (metric, kind): (&MetricId, MetricKind),
        day: Day,
    ) -> Result<u64, LandingError> {
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
    /// Returns stored pings, newest day first, at most `limit`; of one document where it is named.
    pub fn stored(
        &self,
        document: Option<DocumentId>,
        limit: usize,
    ) -> Result<Vec<StoredPing>, LandingError> {
        let mut found = Vec::new();
        for day in self.days()?.into_iter().rev() {
            if found.len() < limit {
                let room = limit - found.len();
                read_day(self, day, document, room, &mut found)
                    .map_err(|error| LandingError::Failed(error.to_string()))?;
            }
        }
        Ok(found)
    }
}

fn read_day(
    landing: &Landing,
    day: Day,
    document: Option<DocumentId>,
    limit: usize,
    into: &mut Vec<StoredPing>,
) -> rusqlite::Result<()> {
    let Some(segment) = file::open_to_read(landing.folder(), day)? else { return Ok(()) };
    let mut statement = segment.prepare(
        "SELECT document, product, app, ping, revision, payload FROM ping \
         WHERE ?1 IS NULL OR document = ?1 ORDER BY rowid DESC LIMIT ?2",
    )?;
    let document = document.as_ref().map(|document| document.0.as_slice());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![document, limit], |row| {
        Ok(StoredPing {
            document: DocumentId(row.get::<_, [u8; 16]>(0)?),
            product: row.get(1)?,
            app: row.get(2)?,
            ping: row.get(3)?,
            day,
            revision: Revision(row.get(4)?),
            payload: Personal::new(row.get(5)?),
        })
    })?;
    for row in rows {
        into.push(row?);
    }
    Ok(())
}
