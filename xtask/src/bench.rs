//! `cargo xtask bench`: builds what is measured as it is released, and starts the measurement.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::MetadataCommand;

/// Measures the linter beside glean_parser, which is installed when it is missing.
pub(crate) fn lint(root: &Path, options: &[&str]) -> Result<bool> {
    run(root, &["lint", &installed(root, "tests/lint/run")?], options)
}

/// Measures questions beside DuckDB and chDB, which are installed when they are missing.
pub(crate) fn query(root: &Path, options: &[&str]) -> Result<bool> {
    run(root, &["query", &installed(root, "tests/query/run")?], options)
}

/// Installs what a script drives; returns where it is.
fn installed(root: &Path, script: &str) -> Result<String> {
    let installed = Command::new(root.join(script)).arg("--install").output();
    let installed = installed.context(script.to_owned())?;
    let told = String::from_utf8_lossy(&installed.stderr);
    ensure!(installed.status.success(), "{script} did not install what it drives: {told}");
    Ok(String::from_utf8(installed.stdout)?.trim().to_owned())
}

/// Measures one thing and tells whether all its targets are met.
pub(crate) fn run(root: &Path, what: &[&str], options: &[&str]) -> Result<bool> {
    let metadata = MetadataCommand::new().current_dir(root).no_deps().exec()?;
    // In one build: the measurement starts the `candor` beside itself.
    let mut arguments = vec!["build", "--locked", "--release", "-p", "candor-bench"];
    if what[0] != "query" {
        arguments.extend(["-p", "candor"]);
    }
    let built = Command::new("cargo").args(arguments).current_dir(root).status();
    if !built.context("cargo build")?.success() {
        return Ok(false);
    }
    let program = metadata.target_directory.join("release/candor-bench");
    let measured = Command::new(&program).args(what).args(options).current_dir(root).status();
    Ok(measured.with_context(|| program.to_string())?.success())
}
