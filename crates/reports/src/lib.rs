//! Numbers out: named, reviewed, with bounds, noise and a threshold, each made once.
//!
//! It never shows a row, answers no question that was not reviewed, gives nothing away that its
//! ledger has no room for, and never computes an edition twice. Why it is as it is:
//! docs/decisions/0009-mechanism.md.
//!
//! - [`rules`]: what a report is, and how totals become what is shown. Pure.
//! - [`noise`]: the one place with chance in it.
//! - [`Reports`]: asking, making, withdrawing; what is due, late, missing or empty.
//! - [`checks`]: what its promises rest on, asked of the server that runs.
//! - [`trial`]: what an edition would look like, with invented people.

pub mod checks;
pub mod http;
pub mod noise;
mod reading;
pub mod reports;
pub mod rules;
mod store;
pub mod trial;

pub use reading::ReportReading;
pub use reports::{ReportError, Reports};

/// The declarations of what this slice keeps.
pub const INVENTORY: &str = include_str!("../inventory.yaml");
