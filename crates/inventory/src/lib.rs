//! What a datum is: reading declarations and definitions, checking them, and compiling what is
//! in force.
//!
//! It never does IO and never decides for a person: whether a datum may be taken from somebody now
//! is [`candor_preference::permit`]'s answer, on the terms that this crate compiles.
//!
//! - [`declaration`]: `inventory.yaml`, the product's own columns, files and log fields.
//! - [`glean`]: Glean's `metrics.yaml` and `pings.yaml`.
//! - [`compare`](mod@compare): what changed between two states of definitions.
//! - [`lint`](mod@lint): what a review would find in definitions, before anybody asks for one.
//! - [`plain`]: plain words for what definitions say in names.
//! - [`in_force`]: declarations and definitions joined with grants: the snapshot the edge asks.
//! - [`yaml`]: the tree that definitions are read from, with lines.
//! - [`promise`]: promises, their checks and what their state stops.
//! - [`proposal`]: which category a datum probably has.

pub mod compare;
pub mod compile;
pub mod declaration;
pub mod glean;
pub mod in_force;
pub mod lint;
pub mod plain;
pub mod promise;
pub mod proposal;
pub mod publish;
pub mod reasons;
pub mod yaml;

pub use compile::{Grant, ProductInput, compile};
pub use declaration::{Category, Inventory, Record, Retention, Store};
pub use in_force::{App, Channel, InForce, MetricTerms, PingTerms, Why};
pub use promise::{BoxFuture, Checks, Promise, Standing, Verdict};
pub use publish::{PublishRequest, Publishing, Read, Reader, Reading};

/// A problem of a declaration or definition: where it stands and what to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// File, and what in it: `metrics.yaml:12`.
    pub place: String,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }

    fn at(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self::new(format!("{file}:{line}"), message)
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
