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
            let reader = |report: crate::reports::Report| {
                let (plan, product) = (&report.plan, &report.plan.spec.product);
                let ping = compile::datum(product, "ping", plan.spec.ping.as_str());
                let metrics = plan.metrics.keys();
                let metrics = metrics.map(|id| compile::datum(product, "metric", id.as_str()));
                Reader {
                    terms: plan.terms(report.version),
                    data: std::iter::once(ping).chain(metrics).collect(),
                }
            };
            // A report that was withdrawn reads nothing any more.
            let reports = reports.into_iter().filter(|report| report.withdrawn.is_none());
            Ok(reports.map(reader).collect())
        })
    }
}
