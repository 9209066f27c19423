//! What the house does to itself: `cargo xtask tidy`, `fresh`, `ci` and `bench`.
//!
//! - `tidy`: what no compiler sees: who depends on whom, licences, places of SQL, declarations.
//! - `fresh`: generated pages are what the code generates.
//! - `ci`: everything that must pass, in order. `./test` calls it after starting PostgreSQL.
//! - `bench`: how fast telemetry is taken in, and with how much memory; how fast the linter is,
//!   and how fast questions are answered (docs/measured.md).

#![expect(clippy::print_stdout, reason = "a tool speaks to the terminal")]

mod bench;
mod ci;
mod fresh;
mod tidy;
mod tree;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str = "\
cargo xtask tidy            checks what no compiler sees
cargo xtask fresh           checks that generated pages are fresh
cargo xtask fresh --write   writes them
cargo xtask ci              runs everything that must pass
cargo xtask bench ingest    measures the edge of telemetry; with --quick, --json
cargo xtask bench lint      measures the linter beside glean_parser; with --quick, --json
cargo xtask bench query     measures questions beside DuckDB and chDB; with --quick, --json";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a tool reads its own arguments")]
fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // Asked when run, not when built: checkouts may share what was built.
    let own = std::env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo xtask`")?;
    let root = Path::new(&own).parent().context("xtask is in a folder")?;
    match arguments[..] {
        ["tidy"] => Ok(report("tidy", &tidy::run(root)?)),
        ["fresh"] => Ok(report("fresh", &fresh::check(root)?)),
        ["fresh", "--write"] => fresh::write(root).map(|()| true),
        ["ci"] => ci::run(root),
        ["bench", "ingest", ref options @ ..] => bench::run(root, &["ingest"], options),
        ["bench", "lint", ref options @ ..] => bench::lint(root, options),
        ["bench", "query", ref options @ ..] => bench::query(root, options),
        _ => bail!("these are the commands\n{USAGE}"),
    }
}

/// Prints findings, a line each, and tells whether there are none.
fn report(check: &str, findings: &[String]) -> bool {
    for finding in findings {
        println!("{check}: {finding}");
    }
    match findings.len() {
        0 => println!("{check}: nothing to mend."),
        count => println!("{check}: {count} to mend."),
    }
    findings.is_empty()
}
