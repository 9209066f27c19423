//! What goes in, and what becomes of it.

use candor_kernel::{AppId, Day, DocumentKey, Personal, PingName, ProductId, SubjectKey};
use candor_preference::Permit;

/// One ping to be kept: what the permit allows, and nothing else.
pub struct Row {
    /// The keyed hash of the id its SDK gave it.
    pub document: DocumentKey,
    /// The same id under keys of other epochs, to find it among earlier days.
    pub document_before: Vec<DocumentKey>,
    /// Its product.
    pub product: ProductId,
    /// Its registered application.
    pub app: AppId,
    /// Its kind.
    pub ping: PingName,
    /// The day it arrived.
    pub day: Day,
    /// Who sent it, as a keyed hash of the client id; none for pings without one.
    pub subject: Option<SubjectKey>,
    /// Other ids by which its client may ask for deletion, as keyed hashes.
    pub secondary: Vec<SubjectKey>,
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
    /// It was durable already, today or on a day that is still kept.
    Duplicate,
    /// Its client asked for deletion before; nothing was kept.
    Erased,
}

/// A client's wish that everything of it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureRequest {
    /// The keyed hash of the request's own id.
    pub document: DocumentKey,
    /// The product it was sent to.
    pub product: ProductId,
    /// The day it arrived.
    pub day: Day,
    /// Its client's ids as keyed hashes, under every live key.
    pub subjects: Vec<SubjectKey>,
}

/// How far an erasure is, in this order. What it says stays true after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErasureState {
    /// It is durable; rows may still be in landing, and nobody reads until they are gone.
    Received,
    /// No byte of its rows is left in landing; files at rest may hold some, and nobody reads those.
    Hidden,
    /// Nothing of it is left, in landing and at rest; at rest a scan said so.
    Done,
}

impl ErasureState {
    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Hidden => "hidden",
            Self::Done => "done",
        }
    }
}

/// One line of the erasure journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The keyed hash of the request's own id.
    pub document: DocumentKey,
    /// The product it was sent to.
    pub product: String,
    /// The day it arrived.
    pub day: Day,
    /// How far it is.
    pub state: ErasureState,
    /// How many pings went.
    pub pings: u64,
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
    /// An erasure was received and its rows are not all gone yet; nothing is read until they are.
    #[error("an erasure is not finished yet; try again in a minute")]
    Erasing,
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
