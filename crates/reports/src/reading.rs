//! What reports read: the review lets what nobody reads end (C01).

use candor_database::Database;
use candor_inventory::{BoxFuture, Reader, Reading, compile};

use crate::store;

/// Knows what every report counts. It holds the database alone: the review holds it, and reports
/// hold the review.
pub struct ReportReading(pub Database);

impl Reading for ReportReading {
    fn readers(&self) -> BoxFuture<'_, Result<Vec<Reader>, String>> {
        Box::pin(async move {
            let reports = store::reports(&self.0).await.map_err(|error| error.to_string())?;
            let reader = |report: crate::rules::Report| Reader {
                terms: report.terms(),
                data: vec![
                    compile::datum(&report.product, "ping", report.ping.as_str()),
                    compile::datum(&report.product, "metric", report.metric.as_str()),
                ],
            };
            Ok(reports.into_iter().map(reader).collect())
        })
    }
}
