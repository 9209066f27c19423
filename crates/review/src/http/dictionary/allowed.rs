//! What the edge takes of a product now, as programs and sceptics can read it.

use std::collections::{BTreeMap, BTreeSet};

use candor_inventory::glean::{Expires, Extra, MetricKind};
use candor_inventory::{App, InForce, MetricTerms, PingTerms};
use candor_kernel::{MetricId, PingName};
use candor_preference::Offer;
use serde::{Deserialize, Serialize};

/// What is in force of a product. Whatever is not named here is dropped or refused.
#[derive(Debug, Serialize, Deserialize)]
pub struct AllowList {
    /// The product.
    pub product: String,
    /// The number of the state of reviews that it was compiled from.
    pub revision: i64,
    /// Since when that state is in force, RFC 3339.
    pub since: String,
    /// False while this server's own declarations are not accepted: then it takes no ping at all.
    pub accepted: bool,
    /// The applications, by their ids.
    pub apps: BTreeMap<String, AllowedApp>,
    /// Fields of the SDK's info sections that are kept where a ping carries these sections.
    pub info: BTreeMap<String, BTreeSet<String>>,
}

/// One application.
#[derive(Debug, Serialize, Deserialize)]
pub struct AllowedApp {
    /// The channel it was registered for: release or `pre_release`.
    pub channel: String,
    /// The pings that are taken of it.
    pub pings: BTreeMap<PingName, AllowedPing>,
}

/// One ping.
#[derive(Debug, Serialize, Deserialize)]
pub struct AllowedPing {
    /// Whether its client id is made into a keyed number; else it is dropped.
    pub client_id: bool,
    /// Whether it may carry the info sections.
    pub info_sections: bool,
    /// The reasons that it may name.
    pub reasons: BTreeSet<String>,
    /// A hash of what its grant covers, in hex: definitions with the same hash need no new review.
    pub terms: String,
    /// The first day on which its grant holds no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_until: Option<String>,
    /// The metrics that are kept.
    pub metrics: BTreeMap<MetricId, AllowedMetric>,
}

/// One metric.
#[derive(Debug, Serialize, Deserialize)]
pub struct AllowedMetric {
    /// Its type.
    pub r#type: MetricKind,
    /// True where only a person's own yes allows it; else it is kept unless a signal forbids it.
    pub needs_yes: bool,
    /// Its closed list of labels; absent where they are open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeSet<String>>,
    /// The extra keys of an event, with the type of each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub extra_keys: BTreeMap<String, Extra>,
    /// When its own declaration ends: a day, `version N`, or absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// A hash of what its grant covers, in hex: definitions with the same hash need no new review.
    pub terms: String,
    /// The first day on which its grant holds no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_until: Option<String>,
}

impl AllowList {
    pub(super) fn of(in_force: &InForce, product: &str) -> Self {
        let apps = in_force.apps.iter().filter(|(_, app)| app.product.as_str() == product);
        let info = in_force
            .info
            .iter()
            .map(|(section, fields)| (section.clone(), fields.keys().cloned().collect()));
        Self {
            product: product.to_owned(),
            revision: in_force.revision.0,
            since: in_force.since.to_string(),
            accepted: in_force.accepted,
            apps: apps.map(|(id, app)| (id.to_string(), allowed_app(app))).collect(),
            info: info.collect(),
        }
    }
}

fn allowed_app(app: &App) -> AllowedApp {
    let standing = app.pings.iter().filter(|(_, ping)| ping.standing.is_ok());
    let pings = standing.map(|(name, ping)| (name.clone(), allowed_ping(ping)));
    AllowedApp { channel: app.channel.name().to_owned(), pings: pings.collect() }
}

fn allowed_ping(ping: &PingTerms) -> AllowedPing {
    let standing = ping.metrics.iter().filter(|(_, metric)| metric.standing.is_ok());
    AllowedPing {
        client_id: ping.client_id.is_some(),
        info_sections: ping.info_sections,
        reasons: ping.reasons.clone(),
        terms: ping.terms.hex(),
        granted_until: ping.until.map(|day| day.to_string()),
        metrics: standing.map(|(id, metric)| (id.clone(), allowed_metric(metric))).collect(),
    }
}

fn allowed_metric(metric: &MetricTerms) -> AllowedMetric {
    AllowedMetric {
        r#type: metric.kind,
        needs_yes: metric.offer != Offer::On,
        labels: metric.labels.clone(),
        extra_keys: metric.extra_keys.clone(),
        terms: metric.terms.hex(),
        granted_until: metric.until.map(|day| day.to_string()),
        expires: match metric.expires {
            Expires::On(day) => Some(day.to_string()),
            Expires::WithVersion(version) => Some(format!("version {version}")),
            Expires::Never | Expires::Expired => None,
        },
    }
}
