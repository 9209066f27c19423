//! What only a server with reviews can answer: whether a review of exactly this was granted there,
//! until when, and whether a name means something else now.

use std::collections::BTreeMap;

use candor_kernel::Day;

use super::{Found, Item};
use crate::glean::{Definitions, Expires, Metric, MetricKind, Terms};

/// What a server takes of a product now, as its public allow-list tells it. What it names in several
/// applications or pings is the same there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Granted {
    /// By the id of a metric.
    pub metrics: BTreeMap<String, GrantedDatum>,
    /// By the name of a ping.
    pub pings: BTreeMap<String, GrantedDatum>,
}

/// One datum that a server takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedDatum {
    /// What its grant covers, in hex ([`Terms::hex`]).
    pub terms: String,
    /// The type of a metric.
    pub kind: Option<MetricKind>,
    /// The first day on which the grant holds no longer, where the server says so.
    pub until: Option<Day>,
}

/// Compares definitions with what a server takes of them.
pub(super) fn check(definitions: &Definitions, granted: &Granted, today: Day, found: &mut Found) {
    for (name, ping) in &definitions.pings {
        let item = Item::of_ping(name.as_str(), ping);
        resolved(&item, ping.terms(), granted.pings.get(name.as_str()), found);
    }
    // What has ended is told as EXPIRED and asks for no review; what travels only in pings that
    // nobody declares is taken by no server, whatever was granted.
    let travels =
        |metric: &Metric| definitions.pings.keys().any(|ping| metric.travels_in(ping.as_str()));
    let asked = definitions.metrics.iter().filter(|(_, metric)| !metric.expired(today));
    for (id, metric) in asked.filter(|(_, metric)| travels(metric)) {
        let item = Item::of_metric(id.as_str(), metric);
        let there = granted.metrics.get(id.as_str());
        let kind = there.and_then(|there| there.kind).filter(|kind| *kind != metric.kind);
        if let Some(kind) = kind {
            let says = format!(
                "The server knows it as a {}, and it is a {} here: programs of both kinds would \
                 send under one name.",
                kind.slug(),
                metric.kind.slug()
            );
            found.error(&item, "RENAMED_TYPE", &says, "give the new one another name");
        } else {
            resolved(&item, metric.terms(), there, found);
        }
        let until = there.filter(|there| there.terms == metric.terms().hex());
        if let (Expires::On(day), Some(until)) = (metric.expires, until.and_then(|it| it.until))
            && day > until
        {
            let says = format!("It is declared until {day}, and its review holds until {until}.");
            let fix = "ask for a renewal before that day, or declare it until then";
            found.warning(&item, "EXPIRES_OVER_REVIEW", &says, fix);
        }
    }
}

fn resolved(item: &Item<'_>, terms: Terms, there: Option<&GrantedDatum>, found: &mut Found) {
    let says = match there {
        Some(there) if there.terms == terms.hex() => return,
        Some(_) => {
            "A review was granted for this as it was, and what it covers has changed since: the \
             grant ends when this is pushed."
        }
        None => "No review on the server has granted this, so nothing of it would be kept.",
    };
    let fix = "push it with `candor definitions push`, and have the request granted";
    found.error(item, "REVIEW_NOT_RESOLVED", says, fix);
}
