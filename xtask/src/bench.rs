//! `cargo xtask bench`: builds what is measured as it is released, and starts the measurement.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::MetadataCommand;

/// Measures the linter beside glean_parser, which is installed when it is missing.
pub(crate) fn lint(root: &Path, options: &[&str]) -> Result<bool> {
    let installed = Command::new(root.join("tests/lint/run")).arg("--install").output();
    let installed = installed.context("tests/lint/run")?;
    let told = String::from_utf8_lossy(&installed.stderr);
    ensure!(installed.status.success(), "glean_parser was not installed: {told}");
    let glean_parser = String::from_utf8(installed.stdout)?;
    run(root, &["lint", glean_parser.trim()], options)
}

/// Measures one thing and tells whether all its targets are met.
pub(crate) fn run(root: &Path, what: &[&str], options: &[&str]) -> Result<bool> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    // In one build: the measurement starts the `candor` beside itself.
    let arguments = ["build", "--locked", "--release", "-p", "candor", "-p", "candor-bench"];
    let built = Command::new("cargo").args(arguments).current_dir(root).status();
    if !built.context("cargo build")?.success() {
        return Ok(false);
    }
    let program = metadata.target_directory.join("release/candor-bench");
    let measured = Command::new(&program).args(what).args(options).current_dir(root).status();
    Ok(measured.with_context(|| program.to_string())?.success())
}
