//! Notices from inventory and promises; the checks that keep them honest; the register.
//!
//! It runs every check of every part, keeps the results as evidence, and says what must stop while
//! a promise does not hold. It never writes a sentence by hand: a notice is what is declared, in
//! force and promised, and each version of it is dated and kept.

pub mod checks;
pub mod http;
pub mod register;
pub mod rules;
pub mod runner;
mod store;
pub mod versions;

pub use register::{Entry, Register};
pub use runner::Runner;
pub use versions::Notices;

/// The declarations of what this slice keeps.
pub const INVENTORY: &str = include_str!("../inventory.yaml");
