//! What goes in, and what becomes of it.

use candor_kernel::{AppId, Day, DocumentId, Personal, PingName, ProductId, SubjectKey};
use candor_preference::Permit;

/// One ping to be kept: what the permit allows, and nothing else.
pub struct Row {
    /// The id its SDK gave it.
    pub document: DocumentId,
    /// Its product.
    pub product: ProductId,
    /// Its registered application.
    pub app: AppId,
    /// Its kind.
    pub ping: PingName,
    /// The day it arrived.
    pub day: Day,
    /// Who sent it, as a keyed hash; none for pings without an id.
    pub subject: Option<SubjectKey>,
    /// The stripped payload, as JSON.
    pub payload: Personal<String>,
    /// What allows all of it.
    pub permit: Permit,
}

/// What became of a row, after the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    /// It is durable.
    Stored,
    /// It was durable already.
    Duplicate,
}

/// Why a row was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LandingError {
    /// The queue is full; the sender shall come again.
    #[error("too many pings are waiting to be written; send it again later")]
    Busy,
    /// What allowed it was withdrawn between the edge and the commit.
    #[error("a review was withdrawn while the ping was on its way")]
    Withdrawn,
    /// The disk has no room.
    #[error("the disk has no room; free some, nothing was lost")]
    Full,
    /// The store failed; the sentence is for the operator.
    #[error("landing: {0}")]
    Failed(String),
    /// The server is stopping.
    #[error("the server is stopping; send it again later")]
    Closed,
}
