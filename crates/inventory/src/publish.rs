//! What a report asks of the review: a small trait, so that neither part knows the other.

use candor_kernel::{Day, PersonName, ReportId, Timestamp};

use crate::BoxFuture;

/// A request to publish a report.
#[derive(Debug, Clone)]
pub struct PublishRequest {
    /// The report.
    pub report: ReportId,
    /// Its question.
    pub question: String,
    /// A hash of everything that decides its numbers; a grant covers exactly this.
    pub terms: [u8; 32],
    /// Who asks.
    pub requester: PersonName,
}

/// Publication review. Errors are sentences for the operator.
pub trait Publishing: Send + Sync {
    /// Opens a request, or returns the number of the one that is open or granted for these terms.
    fn ask(&self, request: PublishRequest, now: Timestamp) -> BoxFuture<'_, Result<i64, String>>;
    /// Tells whether these terms have a grant that holds today.
    fn granted(&self, terms: [u8; 32], today: Day) -> BoxFuture<'_, Result<bool, String>>;
}
