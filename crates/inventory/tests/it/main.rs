//! The linter beside glean_parser: what it says of real products' definitions and of cases of ours
//! is recorded in tests/vectors/lint, and tests/lint/run asks glean_parser whether it still does.

mod attacks;
mod case;
mod cases;
mod products;

use std::path::PathBuf;

use candor_inventory::lint::{Linted, Nit, Options, Profile, Severity, lint};
use candor_kernel::Day;

/// The checks of glean_parser's linter. Whatever else we find, it calls an error of the files.
const CHECKS: [&str; 24] = [
    "UNIT_IN_NAME",
    "CATEGORY_GENERIC",
    "BUG_NUMBER",
    "BASELINE_PING",
    "MISSPELLED_PING",
    "TAGS_REQUIRED",
    "EXPIRATION_DATE_TOO_FAR",
    "USER_LIFETIME_EXPIRATION",
    "EXPIRED",
    "OLD_EVENT_API",
    "METRIC_ON_EVENTS_LIFETIME",
    "EVENT_ON_NON_EVENTS_PING",
    "UNEXPECTED_UNIT",
    "EMPTY_DATAREVIEW",
    "HIGHER_DATA_SENSITIVITY_REQUIRED",
    "UNUSED_NO_LINT",
    "UNKNOWN_LINT",
    "REDUNDANT_PING",
    "NO_INFO_FOR_OHTTP",
    "INVALID_TAGS",
    "UNKNOWN_PING_REFERENCED",
    "NAME_TOO_SIMILAR",
    "REDEFINED_CATEGORY",
    "REDEFINED_METRIC",
];

/// Where the record is.
fn vectors() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../tests/vectors/lint"].iter().collect()
}

/// Reads flags as the command line has them. The day is that of the record.
fn options(flags: &str, profile: Profile) -> Options {
    let mut words = flags.split(' ').skip_while(|word| *word != "--expire-by-version").skip(1);
    Options {
        profile,
        today: Day::parse("2026-11-21").expect("a day"),
        version: words.next().map(|version| version.parse().expect("a version")),
        allow_reserved: flags.contains("--allow-reserved"),
        require_tags: flags.contains("--require-tags"),
        granted: None,
    }
}

/// Everything that glean_parser finds: builds run two of its checks more than its command line.
fn found(files: &[(String, String)], flags: &str) -> Linted {
    let mut linted = lint(files, &options(flags, Profile::Glean));
    let with_builds = lint(files, &options(flags, Profile::Candor)).nits.into_iter();
    let of_builds = with_builds
        .filter(|nit| matches!(nit.check, "UNKNOWN_PING_REFERENCED" | "NAME_TOO_SIMILAR"));
    linted.nits.extend(of_builds);
    linted
}

fn is_error_of_files(nit: &Nit) -> bool {
    !CHECKS.contains(&nit.check)
}

/// A nit as glean_parser prints it. How a day too far away is told is our own.
fn line(nit: &Nit) -> String {
    let severity = match nit.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "NOTE",
    };
    without_days(&format!("{severity}: {}: {}: {}", nit.check, nit.about, nit.message))
}

fn without_days(line: &str) -> String {
    match line.split_once("EXPIRATION_DATE_TOO_FAR: ").filter(|_| !line.contains("no_lint: ")) {
        Some((_, rest)) => format!("too far: {}", rest.split(':').next().unwrap_or_default()),
        None => line.to_owned(),
    }
}
