//! `lint`: what a review would find in definitions, without a server and without a configuration.

use std::io::{IsTerminal, stdout};
use std::path::PathBuf;

use candor_inventory::lint::{self, Linted, Options, Profile, Severity};
use candor_kernel::{Clock, Day};
use clap::{Args, ValueEnum};

use super::{definition_files, say};
use crate::Failure;
use crate::real::RealClock;

mod formats;
mod granted;
mod human;
#[cfg(test)]
mod tests;

use human::Paint;

/// What `candor lint` was asked.
#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Files and folders; of folders, all YAML files that name a Glean $schema, and every
    /// inventory.yaml. They are read together, as one product
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Which checks run
    #[arg(long, value_enum, default_value_t = Checks::Candor)]
    profile: Checks,
    /// What has expired on this day, yyyy-mm-dd [default: today, in UTC]
    #[arg(long, value_name = "DAY", value_parser = day)]
    date: Option<Day>,
    /// The product's major version, where its metrics expire by version
    #[arg(long, value_name = "N")]
    expire_by_version: Option<u32>,
    /// Allow names that Glean keeps for itself: for the definitions of an SDK
    #[arg(long)]
    allow_reserved: bool,
    /// Whatever has no tag is an error
    #[arg(long)]
    require_tags: bool,
    /// How to tell what was found
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Show every place, also where many say the same
    #[arg(long)]
    all: bool,
    /// Ask this server too, whether reviews of exactly this were granted; needs no token
    #[arg(long, value_name = "URL", requires = "product")]
    server: Option<String>,
    /// The product's short name on that server
    #[arg(long, value_name = "NAME", requires = "server")]
    product: Option<String>,
    /// A CA certificate to trust beside the system's, in PEM
    #[arg(long, value_name = "FILE", requires = "server")]
    cacert: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Checks {
    /// What Glean's own linter checks, and what a review asks
    Candor,
    /// What `glean_parser glinter` checks, and nothing else
    Glean,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Sentences
    Human,
    /// A list of findings
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub and Forgejo
    Github,
    /// A code quality report of GitLab
    Gitlab,
}

/// Lints, tells what was found, and fails where there is an error.
pub(crate) async fn lint(lint: &Lint) -> Result<(), Failure> {
    let files = files(lint)?;
    let options = Options {
        profile: match lint.profile {
            Checks::Candor => Profile::Candor,
            Checks::Glean => Profile::Glean,
        },
        today: lint.date.unwrap_or_else(|| RealClock.now().day()),
        version: lint.expire_by_version,
        allow_reserved: lint.allow_reserved,
        require_tags: lint.require_tags,
        granted: granted::ask(lint).await?,
    };
    let linted = lint::lint(&files, &options);
    let format = if lint.json { Format::Json } else { lint.format };
    say(told(&linted, format, lint.all).trim_end());
    match linted.count(Severity::Error) {
        0 => Ok(()),
        1 => Err(Failure::found("1 error; mend it, or name the check in `no_lint`.")),
        errors => Err(Failure::found(format!(
            "{errors} errors; mend them, or name the checks in `no_lint`."
        ))),
    }
}

fn told(linted: &Linted, format: Format, all: bool) -> String {
    match format {
        Format::Human => {
            let paint = if stdout().is_terminal() { Paint::Colours } else { Paint::Nothing };
            human::tell(linted, paint, all)
        }
        Format::Json => formats::json(linted),
        Format::Sarif => formats::sarif(linted),
        Format::Github => formats::github(linted),
        Format::Gitlab => formats::gitlab(linted),
    }
}

fn files(lint: &Lint) -> Result<Vec<(String, String)>, Failure> {
    let mut files = definition_files::read(&lint.paths)?;
    if matches!(lint.profile, Checks::Candor) {
        files.extend(definition_files::inventories(&lint.paths)?);
    }
    if files.is_empty() {
        let paths: Vec<_> = lint.paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::folder(format!(
            "There are no definitions in {}: no YAML file there names a Glean `$schema`, and none is \
             called inventory.yaml. Name the files, or another folder.",
            paths.join(", ")
        )));
    }
    Ok(files)
}

/// Reads a day of the command line.
pub(super) fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "write a day as yyyy-mm-dd.".to_owned())
}
