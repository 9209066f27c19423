//! The registry of products, the requests about their data, the decisions, and what follows from
//! them: what is in force.
//!
//! It never collects anything and decides nothing about a person. A grant covers exactly what was
//! asked; what changes later is unreviewed again, without anybody having to notice.
//!
//! ```text
//! definitions push ─▶ request (a row for each new or changed datum) ─▶ decision ─▶ in force
//! ```

pub mod checks;
pub mod dictionary;
pub mod http;
pub mod registry;
pub mod rules;
pub mod store;

pub use registry::Registry;
pub use rules::{Decision, Kind, ReviewError};

/// The declarations of what this slice keeps.
pub const INVENTORY: &str = include_str!("../inventory.yaml");
