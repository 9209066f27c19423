//! `cargo xtask bench`: builds what is measured as it is released, and starts the measurement.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

/// Measures one thing and tells whether all its targets are met.
pub(crate) fn run(root: &Path, what: &str, options: &[&str]) -> Result<bool> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    // In one build: the measurement starts the `candor` beside itself.
    let arguments = ["build", "--locked", "--release", "-p", "candor", "-p", "candor-bench"];
    let built = Command::new("cargo").args(arguments).current_dir(root).status();
    if !built.context("cargo build")?.success() {
        return Ok(false);
    }
    let program = metadata.target_directory.join("release/candor-bench");
    let measured = Command::new(&program).arg(what).args(options).current_dir(root).status();
    Ok(measured.with_context(|| program.to_string())?.success())
}
