//! Arguments. Commands that change a running server go through it, never beside it.

use std::path::PathBuf;

use candor_kernel::Fault;
use clap::{Args, Parser, Subcommand};

use crate::config::Overrides;
use crate::exit::CODES;
use crate::{Config, Failure};

mod client;
mod debug;
mod declare;
mod definition_files;
mod lint;
mod notice;
mod people;
mod promises;
mod report;
mod run;

use client::Reach;

/// A privacy notice that can be caught lying: telemetry and user services on one small server.
#[derive(Debug, Parser)]
#[command(name = "candor", version = VERSION, help_template = HELP, after_help = CODES, subcommand_required = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

impl Arguments {
    /// Tells whether this is a server that stays, and no command that ends soon.
    #[must_use]
    pub const fn serves(&self) -> bool {
        matches!(self.command, Command::Serve(_))
    }
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("CANDOR_BUILD"), ")");

const HELP: &str = "\
{about-with-newline}
{usage-heading} {usage}

Run:
  init         Make the folders and propose the server's own declarations
  serve        Run the server until it is asked to stop
  token        Make, list and end tokens for programs
  pings        Show stored pings, as far as a review let them in

Declare:
  lint         Check definitions, without a server
  notice       Write a notice from definitions, without a server
  definitions  Push a product's Glean definitions and ask for their review
  review       List, show and decide requests
  debug        Show what became of pings that their sender tagged

Publish:
  report       Try and ask for a report, make an edition
  promises     Show whether this server keeps its word

People:
  erase        Delete a client's data, show deletion requests
  keys         Begin new keys for a product

Options:
{options}

{after-help}";

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the folders and propose the server's own declarations
    Init(run::Init),
    /// Run the server until it is asked to stop
    Serve(Serve),
    /// Make, list and end tokens for programs
    Token(run::Token),
    /// Show stored pings, as far as a review let them in
    Pings(run::Pings),
    /// Check definitions, without a server
    Lint(lint::Lint),
    /// Write a notice from definitions, without a server
    Notice(notice::Notice),
    /// Push a product's Glean definitions and ask for their review
    Definitions(declare::Definitions),
    /// List, show and decide requests
    Review(declare::Review),
    /// Show what became of pings that their sender tagged
    Debug(debug::Debug),
    /// Try and ask for a report, make an edition
    Report(report::Report),
    /// Show whether this server keeps its word
    Promises(promises::Promises),
    /// Delete a client's data, show deletion requests
    Erase(people::Erase),
    /// Begin new keys for a product
    Keys(people::Keys),
}

#[derive(Debug, Args)]
struct Serve {
    #[command(flatten)]
    overrides: Overrides,
    /// Fill a new folder with invented data, and let promises be broken on purpose
    #[arg(long)]
    demo: bool,
    /// Switch an enforcement off, to see a promise break; a wrong name lists those there are; in
    /// demonstrations only
    #[arg(long = "fault", value_name = "NAME", requires = "demo")]
    faults: Vec<String>,
}

/// How a command reaches the server.
#[derive(Debug, Clone, Args)]
pub(crate) struct Server {
    /// The data folder of the running server; its admin socket is used
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address of a server; needs --token-file where it changes or shows what is not public
    #[arg(long, global = true, value_name = "URL", conflicts_with = "data")]
    server: Option<String>,
    /// A file that holds a token
    #[arg(long, global = true, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A CA certificate to trust beside the system's, in PEM
    #[arg(long, global = true, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

/// Runs a command.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Init(init) => run::init(init).await,
        Command::Serve(Serve { overrides, demo, faults }) => {
            let broken = faults.iter().map(|name| fault(name)).collect::<Result<_, _>>()?;
            crate::serve::serve(Config::read(&overrides, demo)?, broken).await
        }
        Command::Token(token) => run::token(token).await,
        Command::Pings(pings) => run::pings(pings).await,
        Command::Lint(lint) => lint::lint(&lint).await,
        Command::Notice(notice) => notice::notice(notice),
        Command::Definitions(definitions) => declare::definitions(definitions).await,
        Command::Review(review) => declare::review(review).await,
        Command::Debug(debug) => debug::debug(debug).await,
        Command::Report(report) => report::report(report).await,
        Command::Promises(promises) => promises::promises(promises).await,
        Command::Erase(erase) => people::erase(erase).await,
        Command::Keys(keys) => people::keys(keys).await,
    }
}

fn fault(name: &str) -> Result<Fault, Failure> {
    Fault::by_name(name).ok_or_else(|| {
        let known = Fault::ALL.map(Fault::name).join(", ");
        Failure::configuration(format!("No fault is called {name:?}; there are {known}."))
    })
}

/// Keeps what a UUID may hold, so that it cannot end a query.
pub(crate) fn uuid_only(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_hexdigit() || *c == '-').collect()
}

/// Writes a line for people, or JSON for programs.
#[expect(clippy::print_stdout, reason = "the command line answers on standard output")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}

pub(crate) fn say_json(value: &impl serde::Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => say(&text),
        Err(error) => say(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_help_names_every_command() {
        let mut command = Arguments::command();
        command.clone().debug_assert();
        let help = command.render_help().to_string();
        for one in command.get_subcommands().filter(|one| one.get_name() != "help") {
            let about = one.get_about().map(ToString::to_string).unwrap_or_default();
            let line = format!("  {:<12} {about}", one.get_name());
            assert!(help.contains(&line), "{line}");
        }
        assert!(help.contains("19  a promise does not hold"), "{help}");
    }
}
