//! What a report asks of the review: a small trait, so that neither part knows the other.

use std::collections::BTreeSet;

use candor_kernel::{DatumId, Day, PersonName, ReportId, Timestamp};

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

/// Which data the reports of this server read: what no report reads ends by itself (C01). Errors
/// are sentences for the operator.
pub trait Reading: Send + Sync {
    /// Returns every report that was asked for, granted or not.
    fn readers(&self) -> BoxFuture<'_, Result<Vec<Reader>, String>>;
}

/// One report, and what it reads.
#[derive(Debug, Clone)]
pub struct Reader {
    /// What a grant for it covers.
    pub terms: [u8; 32],
    /// The pings and metrics that it counts.
    pub data: Vec<DatumId>,
}

/// Which data are read.
#[derive(Debug, Clone)]
pub enum Read {
    /// All of them: it is not asked.
    Everything,
    /// These and no others.
    Only(BTreeSet<DatumId>),
}

impl Read {
    /// Tells whether a datum is read.
    #[must_use]
    pub fn holds(&self, datum: &DatumId) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(data) => data.contains(datum),
        }
    }
}
