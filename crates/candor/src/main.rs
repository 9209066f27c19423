//! `candor`: see `candor --help`.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = candor::cli::Arguments::parse();
    candor::real::prepare_process();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return candor::exit::report(&candor::Failure::other(error.to_string())),
    };
    match runtime.block_on(candor::cli::run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => candor::exit::report(&failure),
    }
}
