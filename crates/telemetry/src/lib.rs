//! Glean pings in: cut down to what reviews granted, acknowledged when durable, counted when
//! refused.
//!
//! It never keeps a body, an address, a header or a client id, and it decides nothing for a
//! person: `candor_preference::permit` does, on the terms in force. The path of a ping is told in
//! ARCHITECTURE.md; every reason to refuse one stands in [`rules::refusal`].

pub mod checks;
pub mod counts;
pub mod debug;
mod delete;
pub mod http;
pub mod ingest;
mod keyed;
mod look;
pub mod probe;
pub mod rules;
pub mod store;

pub use ingest::{Accepted, From, Ingest, Submission};

/// The declarations of what this slice keeps.
pub const INVENTORY: &str = include_str!("../inventory.yaml");
