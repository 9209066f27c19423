//! What a review would find in definitions, before anybody asks for one: everything that Glean's
//! own linter finds, by the same names, and what only a programme with reviews asks.

use std::collections::BTreeSet;

use candor_kernel::Day;
use serde::Serialize;

use crate::Category;
use crate::glean::{At, Definitions};

mod declared;
mod glinter;
mod ours;
mod schema;

pub use ours::{Granted, GrantedDatum};

/// What a finding means for whoever runs the linter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The run fails.
    Error,
    /// It is told, and the run goes on.
    Warning,
    /// It is good to know.
    Note,
}

impl Severity {
    /// Returns its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nit {
    /// The check's stable name: `UNIT_IN_NAME`.
    pub check: &'static str,
    /// What it means for the run.
    pub severity: Severity,
    /// Where it stands; line 0 is the whole file.
    pub at: At,
    /// What it is about: a metric's id, a ping, a category; empty for a whole file.
    pub about: String,
    /// What is wrong, as a sentence.
    pub message: String,
    /// What to write instead, where that can be said.
    pub fix: Option<String>,
}

/// Which checks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// All of them.
    Candor,
    /// What `glean_parser glinter` checks, and nothing else.
    Glean,
}

/// How to lint.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which checks run.
    pub profile: Profile,
    /// The day on which it is asked what has expired.
    pub today: Day,
    /// The product's major version, where its metrics expire by version.
    pub version: Option<u32>,
    /// Names that Glean keeps for itself are allowed: for the definitions of an SDK.
    pub allow_reserved: bool,
    /// Whatever has no tag is an error.
    pub require_tags: bool,
    /// What a server has granted of the product; none where no server is asked.
    pub granted: Option<Granted>,
}

/// What a run found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linted {
    /// All findings, in the order of files and lines.
    pub nits: Vec<Nit>,
    /// How many metrics were read.
    pub metrics: usize,
    /// How many pings were read.
    pub pings: usize,
    /// How many records of inventories were read.
    pub records: usize,
}

impl Linted {
    /// Counts the findings of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.nits.iter().filter(|nit| nit.severity == severity).count()
    }
}

/// Returns how sensitive a ping is: as its most sensitive metric, and highly sensitive where its
/// data identify a person together (C13). With `parts_alone`, a demonstration breaks that.
#[must_use]
pub fn category_of_ping(definitions: &Definitions, ping: &str, parts_alone: bool) -> Category {
    let metrics = definitions.metrics.values();
    let classified = metrics
        .filter(|metric| metric.travels_in(ping))
        .map(|metric| metric.category)
        .filter(|category| *category != Category::Unclassified);
    let highest = classified.max().unwrap_or(Category::Technical);
    match !parts_alone && ours::identifies(definitions, ping) {
        true => Category::HighlySensitive,
        false => highest,
    }
}

/// Tells which names in files of a product are Glean's own, in the words of a whole run. Only the
/// definitions of an SDK may use them.
#[must_use]
pub fn reserved_names(files: &[(String, String)]) -> Vec<Nit> {
    schema::reserved_names(files)
}

/// Lints definition files, given as name and text, and files called `inventory.yaml`. Together they
/// are one product.
#[must_use]
pub fn lint(files: &[(String, String)], options: &Options) -> Linted {
    let (inventories, files): (Vec<_>, Vec<_>) =
        files.iter().partition(|(name, _)| declared::is_inventory(name));
    let read = schema::read(&files, options);
    let (mut nits, sources) = (read.nits, read.sources);
    let definitions = schema::definitions(&sources, &mut nits);
    nits.extend(glinter::check(&sources, options));
    let mut records = 0;
    if options.profile == Profile::Candor {
        nits.extend(ours::check(&definitions, options));
        for (name, text) in inventories {
            let (found, read) = declared::check(name, text);
            nits.extend(found);
            records += read;
        }
        told_once(&mut nits);
    }
    nits.sort_by(|a, b| (&a.at, a.severity, a.check).cmp(&(&b.at, b.severity, b.check)));
    let Definitions { metrics, pings, .. } = definitions;
    Linted { nits, metrics: metrics.len(), pings: pings.len(), records }
}

/// Findings of Glean's linter that ours say too, and more of it.
const TOLD_BY_OURS: [(&str, &str); 2] = [
    ("EMPTY_DATAREVIEW", "REVIEW_MISSING"),
    ("HIGHER_DATA_SENSITIVITY_REQUIRED", "SENSITIVITY_FLOOR"),
];

fn told_once(nits: &mut Vec<Nit>) {
    for (theirs, ours) in TOLD_BY_OURS {
        let told = nits.iter().filter(|nit| nit.check == ours).map(|nit| nit.at.clone());
        let told: BTreeSet<At> = told.collect();
        nits.retain(|nit| nit.check != theirs || !told.contains(&nit.at));
    }
}
