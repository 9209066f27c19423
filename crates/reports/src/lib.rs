//! Numbers out: named, reviewed, with a threshold and noise, each made once.
//!
//! One kind of report exists so far: how many people's programs sent a metric on a day. It never
//! shows a row, answers no question that was not reviewed, and never computes an edition twice.

pub mod http;
pub mod noise;
mod reading;
pub mod reports;
pub mod rules;
mod store;

pub use reading::ReportReading;
pub use reports::{ReportError, Reports};

/// The declarations of what this slice keeps.
pub const INVENTORY: &str = include_str!("../inventory.yaml");
