//! `candor`: see `candor --help`.

use std::process::ExitCode;

use clap::Parser;

/// Pings are many small pieces; this hands them out in half the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
