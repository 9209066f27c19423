//! Joining definitions with grants: from what is declared to what is in force.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use candor_kernel::{AppId, DatumId, Day, PingName, ProductId, Timestamp, limits};
use candor_preference::Offer;
use sha2::{Digest, Sha256};

use crate::glean::{Definitions, Metric, MetricKind, Ping, Terms};
use crate::in_force::{App, Channel, InForce, MetricTerms, PingTerms, Why};
use crate::{Category, Inventory, Read, Store};

/// A granted review of one datum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// What exactly was granted; a datum whose terms differ is unreviewed.
    pub terms: Terms,
    /// The day on which it was granted.
    pub granted: Day,
    /// The first day on which it holds no longer.
    pub expires: Day,
}

/// One product as the registry knows it.
#[derive(Debug, Clone)]
pub struct ProductInput {
    /// Its id.
    pub product: ProductId,
    /// Its name in full.
    pub title: String,
    /// Where to ask about it.
    pub contact: String,
    /// Its registered applications and their channels.
    pub apps: Vec<(AppId, Channel)>,
    /// What its newest revision declares.
    pub definitions: Arc<Definitions>,
    /// The grants it has.
    pub grants: HashMap<DatumId, Grant>,
}

/// Compiles what is in force today. The revision is the caller's to count, by [`fingerprint`].
#[must_use]
pub fn compile(
    products: &[ProductInput],
    built_in: &[Inventory],
    accepted: bool,
    read: &Read,
    now: Timestamp,
) -> InForce {
    let mut in_force = InForce { refreshed: now, since: now, accepted, ..InForce::nothing() };
    if accepted {
        for (section, field, datum) in info_fields(built_in) {
            in_force.data.insert(datum.clone());
            in_force.info.entry(section).or_default().insert(field, datum);
        }
    }
    for product in products {
        for (app, channel) in &product.apps {
            let on = On { product, channel: *channel, read, today: now.day() };
            let app_terms = app_terms(&on);
            in_force.data.extend(standing_data(&app_terms));
            in_force.apps.insert(app.clone(), app_terms);
        }
    }
    in_force
}

/// Returns the id of a product's ping, of its carrying a client id, or of a metric.
#[must_use]
pub fn datum(product: &ProductId, kind: &str, name: &str) -> DatumId {
    DatumId::parse(&format!("{product}/{kind}/{name}"))
        .expect("product, ping and metric ids hold only what a datum id may, and fit")
}

/// Returns every reviewed datum of a product's definitions, with what a grant for it covers.
pub fn data_of<'a>(
    product: &'a ProductId,
    definitions: &'a Definitions,
) -> impl Iterator<Item = (DatumId, Terms)> + 'a {
    let pings = definitions
        .pings
        .iter()
        .map(|(name, ping)| (datum(product, "ping", name.as_str()), ping.terms()));
    let metrics = definitions
        .metrics
        .iter()
        .map(|(id, metric)| (datum(product, "metric", id.as_str()), metric.terms()));
    pings.chain(metrics)
}

/// Returns a fingerprint of everything that decides what is taken; time of reading left out.
#[must_use]
pub fn fingerprint(in_force: &InForce) -> [u8; 32] {
    let InForce { accepted, apps, info, data, .. } = in_force;
    let mut hash = Sha256::new();
    hash.update(format!("{accepted:?}|{info:?}|{data:?}"));
    for (id, app) in apps {
        hash.update(format!(
            "|{id}|{:?}|{}|{}|{:?}",
            app.product, app.title, app.contact, app.channel
        ));
        for (name, ping) in &app.pings {
            let PingTerms { client_id, info_sections, reasons, standing, .. } = ping;
            hash.update(format!("|{name}|{client_id:?}|{info_sections}|{reasons:?}|{standing:?}"));
            hash.update(ping.description.as_bytes());
            let metrics: BTreeMap<_, _> = ping.metrics.iter().collect();
            hash.update(format!("{metrics:?}"));
        }
    }
    hash.finalize().into()
}

fn info_fields(built_in: &[Inventory]) -> impl Iterator<Item = (String, String, DatumId)> {
    built_in
        .iter()
        .flat_map(|part| &part.records)
        .filter(|(_, r)| r.store == Store::Payload)
        .flat_map(|(section, record)| {
            record.fields.keys().filter_map(move |field| {
                let datum = DatumId::parse(&format!("candor/{section}.{field}")).ok()?;
                Some((section.clone(), field.clone(), datum))
            })
        })
}

/// What an application is compiled from.
struct On<'a> {
    product: &'a ProductInput,
    channel: Channel,
    read: &'a Read,
    today: Day,
}

fn app_terms(on: &On<'_>) -> App {
    let On { product, channel, .. } = *on;
    let pings = product
        .definitions
        .pings
        .iter()
        .map(|(name, ping)| (name.clone(), ping_terms(on, name, ping)))
        .collect();
    App {
        product: product.product.clone(),
        title: product.title.as_str().into(),
        contact: product.contact.as_str().into(),
        answerable: product.definitions.product.answerable.clone().map(Arc::new),
        readable: true,
        channel,
        pings,
    }
}

fn ping_terms(on: &On<'_>, name: &PingName, ping: &Ping) -> PingTerms {
    let On { product, read, today, .. } = *on;
    let id = datum(&product.product, "ping", name.as_str());
    let grant = product.grants.get(&id);
    let metrics = product.definitions.metrics.iter().filter(|(_, m)| m.travels_in(name.as_str()));
    PingTerms {
        client_id: ping.client_id.then(|| datum(&product.product, "client-id", name.as_str())),
        description: ping.description.as_str().into(),
        info_sections: ping.info_sections,
        reasons: ping.reasons.keys().cloned().collect(),
        purpose: ping.purpose.clone().map(Arc::new),
        standing: match ping.purpose {
            None => Err(Why::Unexplained),
            Some(_) => granted(grant, ping.terms(), today)
                .and_then(|()| read_in_time(grant, read.holds(&id), today)),
        },
        terms: ping.terms(),
        until: grant.map(|grant| grant.expires),
        datum: id,
        metrics: metrics
            .map(|(id, metric)| {
                let datum = datum(&product.product, "metric", id.as_str());
                (id.clone(), metric_terms(on, datum, metric))
            })
            .collect(),
    }
}

fn metric_terms(on: &On<'_>, datum: DatumId, metric: &Metric) -> MetricTerms {
    let On { product, channel, read, today } = *on;
    let grant = product.grants.get(&datum);
    MetricTerms {
        kind: metric.kind,
        description: metric.description.as_str().into(),
        purpose: metric.purpose.clone().map(Arc::new),
        category: metric.category,
        standing: standing(metric, grant, read.holds(&datum), today),
        terms: metric.terms(),
        until: grant.map(|grant| grant.expires),
        offer: offer(metric.category, channel),
        secondary_id: is_secondary_id(metric),
        expires: metric.expires,
        labels: metric.labels.clone(),
        extra_keys: metric
            .extra_keys
            .iter()
            .map(|(key, extra)| (key.clone(), extra.kind))
            .collect(),
        datum,
    }
}

/// Tells whether a metric stands under the grant that counts for it, or why not; `read` where a
/// report reads it.
pub fn standing(metric: &Metric, grant: Option<&Grant>, read: bool, today: Day) -> Result<(), Why> {
    if metric.category == Category::Unclassified {
        Err(Why::Unclassified)
    } else if matches!(metric.kind, MetricKind::Object | MetricKind::DualLabeledCounter) {
        Err(Why::Unsupported)
    } else if metric.expired(today) {
        Err(Why::Expired)
    } else if metric.purpose.is_none() {
        Err(Why::Unexplained)
    } else {
        // By these, deletion requests find what is to go: they are read for that.
        let read = read || is_secondary_id(metric);
        granted(grant, metric.terms(), today).and_then(|()| read_in_time(grant, read, today))
    }
}

/// Tells whether a grant covers these terms today, or why not.
pub fn granted(grant: Option<&Grant>, terms: Terms, today: Day) -> Result<(), Why> {
    match grant {
        Some(grant) if grant.terms != terms => Err(Why::Unreviewed),
        Some(grant) if grant.expires <= today => Err(Why::Expired),
        Some(_) => Ok(()),
        None => Err(Why::Unreviewed),
    }
}

/// Tells whether something that was granted is read, or may still wait for its first reader (C01).
pub fn read_in_time(grant: Option<&Grant>, read: bool, today: Day) -> Result<(), Why> {
    let waits = |grant: &Grant| today < unread_from(grant.granted);
    if read || grant.is_some_and(waits) { Ok(()) } else { Err(Why::Unread) }
}

/// Returns the first day on which something granted is not taken any more, unless a report reads it.
#[must_use]
pub fn unread_from(granted: Day) -> Day {
    granted.plus(limits::UNREAD_DAYS as i64)
}

/// Tells whether a metric is an id that the product also sends with its deletion requests.
fn is_secondary_id(metric: &Metric) -> bool {
    metric.kind == MetricKind::Uuid
        && metric.pings.iter().any(|ping| ping.as_str() == "deletion-request")
}

/// What may be on by default (C14): category 1 and 2 everywhere, 3 on pre-release, 4 never.
#[must_use]
pub fn offer(category: Category, channel: Channel) -> Offer {
    match (category, channel) {
        (Category::Technical | Category::Interaction, _)
        | (Category::StoredContent, Channel::PreRelease) => Offer::On,
        _ => Offer::Explicit,
    }
}

fn standing_data(app: &App) -> impl Iterator<Item = DatumId> + '_ {
    app.pings.values().flat_map(|ping| {
        let own = ping.standing.is_ok().then(|| [Some(ping.datum.clone()), ping.client_id.clone()]);
        let metrics = ping.metrics.values().filter(|metric| metric.standing.is_ok());
        own.into_iter().flatten().flatten().chain(metrics.map(|metric| metric.datum.clone()))
    })
}

#[cfg(test)]
mod tests;
