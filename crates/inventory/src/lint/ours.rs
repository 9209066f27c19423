//! What only a programme with reviews asks (docs/lint.md).

use std::collections::BTreeSet;

use super::{Nit, Options, Severity};
use crate::glean::{At, Definitions, Metric, Ping};

mod combination;
mod granted;
mod papers;
mod sensitivity;
#[cfg(test)]
mod tests;

pub(super) use combination::identifies;
pub use granted::{Granted, GrantedDatum};

/// The names of these checks, for `no_lint`.
pub(super) const CHECKS: [&str; 16] = [
    "REVIEW_MISSING",
    "REVIEW_IS_BUG",
    "URL_INVALID",
    "EMAIL_INVALID",
    "EXPIRES_NEVER_WITHOUT_OWNER",
    "DESCRIPTION_TOO_SHORT",
    "SENSITIVITY_MISSING",
    "SENSITIVITY_FLOOR",
    "IDENTIFIER_NEW",
    "LABELS_UNBOUNDED",
    "PING_OUTLIVES_OPTOUT",
    "CLIENT_ID_WITH_STORED_CONTENT",
    "COMBINATION_IDENTIFIES",
    "REVIEW_NOT_RESOLVED",
    "EXPIRES_OVER_REVIEW",
    "RENAMED_TYPE",
];

/// What metrics and pings have in common.
struct Item<'a> {
    about: String,
    at: &'a At,
    no_lint: &'a BTreeSet<String>,
    description: &'a str,
    emails: &'a [String],
    bugs: &'a [String],
    reviews: &'a [String],
}

/// Findings, without those that their authors switched off.
#[derive(Default)]
struct Found(Vec<Nit>);

/// Runs every check.
pub(super) fn check(definitions: &Definitions, options: &Options) -> Vec<Nit> {
    let mut found = Found::default();
    for (id, metric) in &definitions.metrics {
        let item = Item::of_metric(id.as_str(), metric);
        papers::check(&item, &mut found);
        papers::never(&item, metric, &mut found);
        sensitivity::check(&item, metric, &mut found);
    }
    for (name, ping) in &definitions.pings {
        papers::check(&Item::of_ping(name.as_str(), ping), &mut found);
    }
    combination::check(definitions, &mut found);
    if let Some(granted) = &options.granted {
        granted::check(definitions, granted, options.today, &mut found);
    }
    found.0
}

impl<'a> Item<'a> {
    fn of_metric(id: &str, metric: &'a Metric) -> Self {
        let Metric { at, no_lint, description, emails, bugs, reviews, .. } = metric;
        Self { about: id.to_owned(), at, no_lint, description, emails, bugs, reviews }
    }

    fn of_ping(name: &str, ping: &'a Ping) -> Self {
        let Ping { at, no_lint, description, emails, bugs, reviews, .. } = ping;
        Self { about: name.to_owned(), at, no_lint, description, emails, bugs, reviews }
    }
}

impl Found {
    fn error(&mut self, item: &Item<'_>, check: &'static str, says: &str, fix: &str) {
        self.add(item, check, Severity::Error, says, Some(fix));
    }

    fn warning(&mut self, item: &Item<'_>, check: &'static str, says: &str, fix: &str) {
        self.add(item, check, Severity::Warning, says, Some(fix));
    }

    fn add(
        &mut self,
        item: &Item<'_>,
        check: &'static str,
        severity: Severity,
        says: &str,
        fix: Option<&str>,
    ) {
        if !item.no_lint.contains(check) {
            let (at, about) = (item.at.clone(), item.about.clone());
            let (message, fix) = (says.to_owned(), fix.map(str::to_owned));
            self.0.push(Nit { check, severity, at, about, message, fix });
        }
    }
}
