//! Measures the telemetry edge, `cargo xtask bench ingest`, the linter, `cargo xtask bench lint`, and
//! questions to files at rest, `cargo xtask bench query`.
//!
//! - `ingest`: the generator. Starts the real binary and two baselines, each as a process of its
//!   own, and measures all three in turn ([`rounds`]).
//! - `lint GLEAN_PARSER`: `candor lint` beside glean_parser ([`mod@lint`]).
//! - `query PYTHON`: questions beside DuckDB and chDB ([`mod@query`]).
//! - `answer FOLDER`, `edition`: Candor's side of it, each a process of its own.
//! - `floor FOLDER`, `empty`: the baselines ([`baseline`]).
//!
//! The generator, [`client`] and [`load`], speaks HTTP/1.1 with bytes that were made before: it
//! shares the processors with what it measures and should take little of them.

#![expect(clippy::print_stdout, reason = "a tool speaks to the terminal")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock and rolls its ids")]

mod baseline;
mod client;
mod figures;
mod flood;
mod lint;
mod load;
mod query;
mod rounds;
mod sample;
mod server;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};
use tokio::net::TcpListener;

use crate::rounds::Effort;

const USAGE: &str = "\
candor-bench ingest [--quick] [--json]   measures; exit code 1 when a target is missed
candor-bench lint GLEAN_PARSER [--quick] [--json]
                                         measures the linter beside glean_parser
candor-bench floor FOLDER                serves the floor: inflate, parse, append
candor-bench empty                       serves nothing but 200";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["floor", folder] => serve(Some(Path::new(folder))).await,
        ["empty"] => serve(None).await,
        ["query", python, ref options @ ..] => query::query(Path::new(python), options).await,
        ["answer", folder] => query::answer(Path::new(folder)),
        ["edition"] => query::edition(),
        ["lint", glean_parser, ref options @ ..] => {
            let known = |option: &&str| ["--quick", "--json"].contains(option);
            if let Some(option) = options.iter().find(|option| !known(option)) {
                bail!("{option:?} is no option of `lint`\n{USAGE}");
            }
            lint::lint(Path::new(glean_parser), options).await
        }
        ["ingest", ref options @ ..] => {
            let (mut effort, mut json) = (Effort::FULL, false);
            for option in options {
                match *option {
                    "--quick" => effort = Effort::QUICK,
                    "--json" => json = true,
                    _ => bail!("{option:?} is no option of `ingest`\n{USAGE}"),
                }
            }
            rounds::ingest(effort, json).await
        }
        _ => bail!("these are the commands\n{USAGE}"),
    }
}

/// Serves a baseline until it is killed; with a folder, the floor.
async fn serve(folder: Option<&Path>) -> Result<bool> {
    let writer = folder.map(baseline::Writer::open).transpose()?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("The baseline is at http://{}", listener.local_addr()?);
    baseline::serve(listener, writer).await;
    Ok(true)
}
