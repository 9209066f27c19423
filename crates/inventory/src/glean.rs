//! Glean's `metrics.yaml` and `pings.yaml`, as far as the edge asks them (docs/glean.md 2.1, 2.2).

use std::collections::{BTreeMap, BTreeSet};

use candor_kernel::{Day, MetricId, PingName, limits};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Category, Finding};

mod kind;
mod raw;
pub use kind::{Extra, MetricKind};

/// What one revision of a product declares.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    /// Its metrics, by the id they have in a payload.
    pub metrics: BTreeMap<MetricId, Metric>,
    /// Its pings.
    pub pings: BTreeMap<PingName, Ping>,
}

/// One declared metric.
#[derive(Debug, Clone)]
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
    /// The extra keys of an event, with their types.
    pub extra_keys: BTreeMap<String, Extra>,
    /// How long the SDK keeps the value: ping, application or user.
    pub lifetime: String,
    /// The persons responsible.
    pub emails: Vec<String>,
}

/// One declared ping.
#[derive(Debug, Clone)]
pub struct Ping {
    /// What it is for, in the product's words.
    pub description: String,
    /// True when it carries the client's id.
    pub client_id: bool,
    /// True when it carries `client_info` and `ping_info`.
    pub info_sections: bool,
    /// The reasons it may name.
    pub reasons: BTreeSet<String>,
    /// The persons responsible.
    pub emails: Vec<String>,
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

/// Fingerprint of what a grant is given for. What it covers cannot change without a new review;
/// descriptions and contacts can.
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
        let Self { kind, category, pings, labels, extra_keys, lifetime, .. } = self;
        Terms::of(&("metric", kind, category, pings, labels, extra_keys, lifetime))
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
        let Self { client_id, info_sections, reasons, .. } = self;
        Terms::of(&("ping", client_id, info_sections, reasons))
    }
}

/// Reads definition files, given as name and text. A file says what it is by its `$schema`.
/// All problems come together.
pub fn read(files: &[(String, String)]) -> Result<Definitions, Vec<Finding>> {
    let mut definitions = Definitions::default();
    let mut findings = Vec::new();
    if files.len() > limits::PUSH_FILES {
        return Err(vec![Finding::new(
            "definitions",
            format!("{} files; at most {} make one revision.", files.len(), limits::PUSH_FILES),
        )]);
    }
    for (name, text) in files {
        read_file(name, text, &mut definitions, &mut findings);
    }
    let count = definitions.metrics.len() + definitions.pings.len();
    if count > limits::PRODUCT_DATA {
        findings.push(Finding::new(
            "definitions",
            format!("{count} data points; one product has at most {}.", limits::PRODUCT_DATA),
        ));
    }
    if findings.is_empty() { Ok(definitions) } else { Err(findings) }
}

fn read_file(file: &str, text: &str, into: &mut Definitions, findings: &mut Vec<Finding>) {
    let read = serde_saphyr::from_str_with_options(text, options());
    let document: BTreeMap<String, Value> = match read {
        Ok(document) => document,
        Err(error) => return findings.push(Finding::new(file, error.to_string())),
    };
    let schema = document.get("$schema").and_then(Value::as_str).unwrap_or_default();
    if schema.contains("/glean/metrics/") {
        raw::metrics(file, &document, &mut into.metrics, findings);
    } else if schema.contains("/glean/pings/") {
        raw::pings(file, &document, &mut into.pings, findings);
    } else if !schema.contains("/glean/tags/") {
        findings.push(Finding::new(
            file,
            "names no `$schema` of Glean metrics, pings or tags; the first line of a Glean file does.",
        ));
    }
}

/// What aliases may stand for in one file: enough for every datum of the largest product to share
/// its keys. Without an end, a few hundred bytes fill a hundred megabytes.
const ALIASED_EVENTS: usize = 20 * limits::PRODUCT_DATA;

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: ALIASED_EVENTS },
        budget: serde_saphyr::budget! { max_recorded_anchor_events: ALIASED_EVENTS },
    }
}

#[cfg(test)]
mod tests;
