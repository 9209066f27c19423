//! Telemetry at rest: landing segments, one SQLite file per UTC day.
//!
//! It keeps what a permit allowed and nothing else: no raw body, no address, no client id. One
//! thread writes, many share a commit, and nothing is acknowledged before it is durable. It never
//! decides what may be kept; it only looks a second time, at commit, whether the permit still holds.
//!
//! - [`Landing`]: the writer; [`Row`] in, [`Landed`] out after the commit.
//! - [`read`]: what is stored, for reports ([`MetricSource`]) and for the operator.
//! - [`tally`]: the questions that can be asked, and the bounds of what one client changes.
//! - [`import`]: files at rest that were never in landing, for a measurement.
//! - [`scan`]: finds bytes in every file of a folder, for residue checks.

mod documents;
mod file;
pub mod import;
mod journal;
mod landing;
pub mod read;
mod reserve;
mod rest;
mod row;
pub mod scan;
mod seen;
mod sources;
pub mod tally;
mod writer;

pub use landing::Landing;
pub use read::{MetricSource, StoredPing};
pub use row::{Erasure, ErasureRequest, ErasureState, Landed, LandingError, Row};

/// The declarations of what this crate keeps.
pub const INVENTORY: &str = include_str!("../inventory.yaml");
