//! `candor`: see `candor --help`.

use std::process::ExitCode;

use clap::Parser;

/// Pings are many small pieces; this hands them out in half the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = candor::cli::Arguments::parse();
    candor::real::prepare_process();
    // Threads cost every short command a part of its time, and only a server uses them.
    let mut runtime = match arguments.serves() {
        true => tokio::runtime::Builder::new_multi_thread(),
        false => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = match runtime.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return candor::exit::report(&candor::Failure::other(error.to_string())),
    };
    match runtime.block_on(candor::cli::run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => candor::exit::report(&failure),
    }
}
