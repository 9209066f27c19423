//! The binary's parts: arguments, configuration, wiring, jobs. Nothing clever happens here.
//!
//! [`Server::build`] makes everything from a [`Config`], a clock, dice and switches: the binary
//! hands in the real ones, tests their own. Slices meet only here.

pub mod access;
pub mod build;
pub mod cli;
pub mod config;
pub mod demo;
pub mod exit;
pub mod folder;
pub mod jobs;
pub mod keys;
pub mod metrics;
pub mod real;
pub mod serve;
pub mod server;
pub mod welcome;
mod well_known;

pub use config::Config;
pub use exit::Failure;
pub use server::{Options, Server};

/// The declarations of what the binary keeps.
pub const INVENTORY: &str = include_str!("../inventory.yaml");
