//! `notice`: what users should know, written from definitions, without a server and without a
//! configuration.

use std::path::{Path, PathBuf};

use candor_inventory::glean::{self, Definitions};
use candor_inventory::lint::{self, Options, Profile, Severity};
use candor_kernel::{Clock, Day};
use clap::{Args, Subcommand, ValueEnum};

use super::{definition_files, say};
use crate::Failure;
use crate::real::RealClock;

mod changes;
mod html;
mod markdown;
mod since;
mod summary;
#[cfg(test)]
mod tests;
mod told;
mod view;

use told::About;

/// What `candor notice` was asked.
#[derive(Debug, Args)]
pub(crate) struct Notice {
    #[command(subcommand)]
    action: NoticeAction,
}

#[derive(Debug, Subcommand)]
enum NoticeAction {
    /// Write a notice that users can read, or what a change of definitions means for them
    Build(Build),
}

#[derive(Debug, Args)]
struct Build {
    /// Files and folders; of folders, all YAML files that name a Glean $schema. They are read
    /// together, as one product
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The product's name
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Where to ask: an address
    #[arg(long, value_name = "TEXT")]
    contact: Option<String>,
    /// What to write [default: html; markdown with --since]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Tell what changes for people since this git revision, instead of everything
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// What is over on this day, yyyy-mm-dd [default: today, in UTC]
    #[arg(long, value_name = "DAY", value_parser = super::lint::day)]
    date: Option<Day>,
    /// The product's major version, where its metrics expire by version
    #[arg(long, value_name = "N")]
    expire_by_version: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One page that needs nothing else
    Html,
    /// For a repository, or a comment on a change
    Markdown,
    /// For programs
    Json,
}

/// Writes a notice, or what changes.
pub(crate) fn notice(notice: Notice) -> Result<(), Failure> {
    let NoticeAction::Build(build) = notice.action;
    let files = definition_files::read(&build.paths)?;
    let text = match &build.since {
        Some(revision) => changed(&build, &files, revision)?,
        None => written(&build, &files)?,
    };
    match &build.output {
        None => say(text.trim_end()),
        Some(path) => std::fs::write(path, text).map_err(|error| {
            Failure::folder(format!("{} cannot be written: {error}.", path.display()))
        })?,
    }
    lint_says_more(&build, &files);
    Ok(())
}

type Files = [(String, String)];

fn written(build: &Build, files: &Files) -> Result<String, Failure> {
    if files.is_empty() {
        let paths: Vec<_> = build.paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Failure::folder(format!(
            "There are no definitions in {}: no YAML file there names a Glean `$schema`. Name the \
             files or another folder.",
            paths.join(", ")
        )));
    }
    let definitions = read(files, "")?;
    let notice = told::tell(
        &definitions,
        About {
            product: build.title.clone(),
            contact: build.contact.clone(),
            date: build.day(),
            version: build.expire_by_version,
            files: files.iter().map(|(name, _)| shown(name)).collect(),
        },
    );
    match build.format.unwrap_or(Format::Html) {
        Format::Html => html::write(&notice),
        Format::Markdown => Ok(markdown::write(&notice)),
        Format::Json => json(&notice),
    }
}

/// A notice is for everybody: where a file lies on the machine that wrote it is nobody's business.
fn shown(name: &str) -> String {
    match Path::new(name).is_absolute() {
        true => name.rsplit('/').next().unwrap_or(name).to_owned(),
        false => name.to_owned(),
    }
}

fn changed(build: &Build, files: &Files, revision: &str) -> Result<String, Failure> {
    if build.format == Some(Format::Html) {
        return Err(Failure::configuration(
            "What changed is written as markdown or json; leave --format html or --since out.",
        ));
    }
    let before = since::read(&build.paths, revision)?;
    let before = read(&before, &format!("At {revision}: "))?;
    let changes = changes::tell(&before, &read(files, "")?);
    match build.format {
        Some(Format::Json) => json(&changes),
        _ => Ok(changes::markdown(&changes)),
    }
}

/// Reads definitions, or says all that is wrong with them.
fn read(files: &Files, whose: &str) -> Result<Definitions, Failure> {
    glean::read(files).map_err(|findings| {
        let lines: Vec<_> = findings.iter().map(|one| format!("{whose}{one}")).collect();
        Failure::found(format!(
            "These definitions cannot be read as they are:\n  {}\nMend them; `candor lint` says \
             more.",
            lines.join("\n  ")
        ))
    })
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| Failure::other(error.to_string()))
}

/// A notice can be written from definitions with faults; whoever writes it is told of them.
fn lint_says_more(build: &Build, files: &Files) {
    let linted = lint::lint(
        files,
        &Options {
            profile: Profile::Candor,
            today: build.day(),
            version: build.expire_by_version,
            allow_reserved: false,
            require_tags: false,
            granted: None,
        },
    );
    let (errors, warnings) = (linted.count(Severity::Error), linted.count(Severity::Warning));
    if errors + warnings > 0 {
        #[expect(clippy::print_stderr, reason = "standard output is the notice's")]
        {
            eprintln!(
                "candor: `candor lint` finds {} and {} in these definitions.",
                summary::count(errors, "error", "errors"),
                summary::count(warnings, "warning", "warnings")
            );
        }
    }
}

impl Build {
    fn day(&self) -> Day {
        self.date.unwrap_or_else(|| RealClock.now().day())
    }
}
