//! Glean's `metrics.yaml`, `pings.yaml` and `tags.yaml` (docs/glean.md 2.1, 2.2).

use std::collections::{BTreeMap, BTreeSet};

use candor_kernel::{Day, MetricId, PingName, limits};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{Category, Finding, yaml};

mod kind;
mod product;
mod raw;
mod source;
pub use kind::{Extra, MetricKind};
pub use product::{Answerable, Lenient, Product, Purpose};
pub(crate) use raw::{expires, read_source};
pub use source::{FileKind, Source};

/// The pings that Glean itself has; a product may send metrics in them without declaring them.
pub const RESERVED_PINGS: [&str; 5] =
    ["baseline", "metrics", "events", "deletion-request", "default"];

/// Every ping, for metrics of the SDK itself.
pub const ALL_PINGS: &str = "all-pings";

/// What one revision of a product declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Definitions {
    /// Its metrics, by the id they have in a payload.
    pub metrics: BTreeMap<MetricId, Metric>,
    /// Its pings.
    pub pings: BTreeMap<PingName, Ping>,
    /// Its tags, with what each stands for.
    pub tags: BTreeMap<String, String>,
    /// Why it takes all of this, and who answers for it.
    pub product: Product,
}

/// Where a declaration stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The file, as it was named.
    pub file: String,
    /// The line of its name, from 1.
    pub line: usize,
}

/// One declared metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Its type.
    pub kind: MetricKind,
    /// What it is, in the product's words.
    pub description: String,
    /// The highest of its sensitivities.
    pub category: Category,
    /// The pings it travels in.
    pub pings: BTreeSet<PingName>,
    /// When its own declaration ends.
    pub expires: Expires,
    /// Its closed list of labels; none where labels are open or the type has none.
    pub labels: Option<BTreeSet<String>>,
    /// The extra keys of an event.
    pub extra_keys: BTreeMap<String, ExtraKey>,
    /// How long the SDK keeps the value: ping, application or user.
    pub lifetime: String,
    /// What it counts or measures in, where it says so.
    pub unit: Option<String>,
    /// Whether it is switched off by hand.
    pub disabled: bool,
    /// The persons responsible.
    pub emails: Vec<String>,
    /// Where its work is tracked.
    pub bugs: Vec<String>,
    /// Where its reviews are.
    pub reviews: Vec<String>,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// The checks that its authors switched off.
    pub no_lint: BTreeSet<String>,
    /// Why it is taken, where the product says so.
    pub purpose: Option<Purpose>,
    /// Where it stands.
    pub at: At,
}

/// One extra key of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraKey {
    /// The type of its value.
    pub kind: Extra,
    /// What it is, in the product's words.
    pub description: String,
}

/// One declared ping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// What it is for, in the product's words.
    pub description: String,
    /// True when it carries the client's id.
    pub client_id: bool,
    /// True when it carries `client_info` and `ping_info`.
    pub info_sections: bool,
    /// False for a ping that is sent although the person switched the collection off.
    pub follows_collection: bool,
    /// The reasons it may name, with what each stands for.
    pub reasons: BTreeMap<String, String>,
    /// The persons responsible.
    pub emails: Vec<String>,
    /// Where its work is tracked.
    pub bugs: Vec<String>,
    /// Where its reviews are.
    pub reviews: Vec<String>,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// The checks that its authors switched off.
    pub no_lint: BTreeSet<String>,
    /// Why it is taken, where the product says so.
    pub purpose: Option<Purpose>,
    /// Where it stands.
    pub at: At,
}

/// When a metric's own declaration ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expires {
    /// It does not; its review does.
    Never,
    /// Already ended by hand.
    Expired,
    /// On this day (docs/glean.md 2.1: expired when the day is today or past).
    On(Day),
    /// With this major version of the product; weighed against the version a ping names.
    WithVersion(u32),
}

/// Fingerprint of what a grant is given for: the purpose, too. What it covers cannot change without
/// a new review; descriptions and contacts can.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Terms(pub [u8; 32]);

impl Terms {
    fn of(canonical: &impl Serialize) -> Self {
        let text = serde_json::to_vec(canonical).expect("terms are plain data");
        Self(Sha256::digest(&text).into())
    }

    /// Returns the fingerprint in hexadecimal.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Terms({})", &self.hex()[..12])
    }
}

impl Metric {
    /// Returns what a grant for this metric covers.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let Self { kind, category, pings, labels, extra_keys, lifetime, purpose, .. } = self;
        let extra_keys: BTreeMap<_, _> =
            extra_keys.iter().map(|(key, extra)| (key, extra.kind)).collect();
        let asked = purpose.as_ref().map(Purpose::asked);
        Terms::of(&("metric", kind, category, pings, labels, extra_keys, lifetime, asked))
    }

    /// Tells whether it travels in a ping.
    #[must_use]
    pub fn travels_in(&self, ping: &str) -> bool {
        self.pings.contains(ping) || self.pings.contains(ALL_PINGS)
    }

    /// Tells whether its own declaration has ended by this day.
    #[must_use]
    pub fn expired(&self, today: Day) -> bool {
        match self.expires {
            Expires::Never | Expires::WithVersion(_) => false,
            Expires::Expired => true,
            Expires::On(day) => day <= today,
        }
    }
}

impl Ping {
    /// Returns what a grant for this ping covers.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let Self { client_id, info_sections, reasons, follows_collection, purpose, .. } = self;
        let reasons: Vec<_> = reasons.keys().collect();
        let asked = purpose.as_ref().map(Purpose::asked);
        Terms::of(&("ping", client_id, info_sections, reasons, follows_collection, asked))
    }
}

/// Reads definition files, given as name and text. A file says what it is by its `$schema`.
/// All problems come together.
pub fn read(files: &[(String, String)]) -> Result<Definitions, Vec<Finding>> {
    read_as(files, Lenient::default())
}

/// Does the same, and lets some things pass: where a demonstration breaks a promise on purpose.
pub fn read_as(files: &[(String, String)], lenient: Lenient) -> Result<Definitions, Vec<Finding>> {
    let mut definitions = Definitions::default();
    let mut findings = Vec::new();
    if files.len() > limits::PUSH_FILES {
        return Err(vec![Finding::new(
            "definitions",
            format!("{} files; at most {} make one revision.", files.len(), limits::PUSH_FILES),
        )]);
    }
    for (name, text) in files {
        read_file(name, text, lenient, &mut definitions, &mut findings);
    }
    let count = definitions.metrics.len() + definitions.pings.len();
    if count > limits::PRODUCT_DATA {
        findings.push(Finding::new(
            "definitions",
            format!("{count} data points; one product has at most {}.", limits::PRODUCT_DATA),
        ));
    }
    definitions.explain(lenient);
    if findings.is_empty() { Ok(definitions) } else { Err(findings) }
}

fn read_file(
    file: &str,
    text: &str,
    lenient: Lenient,
    into: &mut Definitions,
    findings: &mut Vec<Finding>,
) {
    let root = match yaml::read(text) {
        Ok(root) => root,
        Err(error) => {
            return findings.push(Finding::at(file, error.line, error.message));
        }
    };
    match Source::of(file, root) {
        Ok(Some(source)) => {
            let mut wrong = Vec::new();
            read_source(&source, lenient, into, &mut wrong);
            let wrong = wrong.into_iter().map(|(line, says)| Finding::at(file, line, says));
            findings.extend(wrong);
        }
        Ok(None) => {}
        Err(error) => findings.push(Finding::at(file, error.line, error.message)),
    }
}

#[cfg(test)]
mod tests;
