//! From the parts of a ping to what the permit allows. What is not declared, reviewed, in force
//! and allowed by the person is gone here, before anything is written.

use std::collections::BTreeMap;

use candor_inventory::glean::{Expires, MetricKind};
use candor_inventory::{InForce, PingTerms, in_force::terms};
use candor_kernel::{DatumId, DocumentId, Personal, limits};
use candor_preference::{Offer, Permit, Signals, permit};

use super::body::{Fields, Payload};
use super::deletion::names_somebody;
use super::json::text;
use super::{Dropped, Refusal, Trace};

mod event;
mod sieve;

use sieve::Sieve;

/// What is kept of a ping.
pub struct Kept {
    /// The stripped payload.
    pub payload: Personal<String>,
    /// The client's random id, to be turned into a keyed hash; never kept itself.
    pub client: Option<Personal<DocumentId>>,
    /// Other ids by which the client may ask for deletion, for keyed hashes as well.
    pub secondary: Vec<Personal<DocumentId>>,
    /// What allows all of it.
    pub permit: Permit,
    /// How many things were left out, by reason.
    pub dropped: BTreeMap<Dropped, u64>,
}

/// The longest text of an info field.
const INFO_TEXT_BYTES: usize = 100;

/// Enforcements that a fault can switch off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Switched {
    /// Metrics that nobody declared are kept.
    pub keep_undeclared: bool,
}

/// Filters one ping.
pub fn filter(
    in_force: &InForce,
    ping: &PingTerms,
    signals: &Signals,
    payload: Payload<'_>,
    switched: Switched,
) -> Result<Kept, Refusal> {
    traced(in_force, ping, signals, payload, switched, None)
}

/// Does the same, and notes what became of each part where somebody asked to be told. The verdict
/// is the same with and without a trace.
pub fn traced(
    in_force: &InForce,
    ping: &PingTerms,
    signals: &Signals,
    payload: Payload<'_>,
    switched: Switched,
    trace: Option<&mut Trace>,
) -> Result<Kept, Refusal> {
    let client = ping.client_id.as_ref().and_then(|_| payload.client_id());
    let asked = asked_data(in_force, ping, &payload, client.is_some());
    let permit = permit(in_force.revision, signals, asked).permit.ok_or(Refusal::OptedOut)?;
    if !permit.allows(&ping.datum) {
        return Err(Refusal::OptedOut);
    }
    let client = client.filter(|_| ping.client_id.as_ref().is_some_and(|id| permit.allows(id)));
    let client = client.filter(|id| names_somebody(*id));
    let secondary = secondary_ids(ping, &payload, &permit);
    let version = major_version(&payload);
    let had_metrics = payload.has_metrics();
    let mut sieve = Sieve::new(in_force, ping, permit, switched, version, trace);
    let stripped = sieve.strip(&payload);
    let (permit, dropped) = sieve.end();
    if had_metrics && stripped.has_no_metrics() {
        return Err(Refusal::EmptyAfterFilter);
    }
    let payload = Personal::new(stripped.json());
    Ok(Kept { payload, client: client.map(Personal::new), secondary, permit, dropped })
}

/// The ids that the product also sends with its deletion requests.
fn secondary_ids(
    ping: &PingTerms,
    payload: &Payload<'_>,
    permit: &Permit,
) -> Vec<Personal<DocumentId>> {
    let uuids = payload.metrics.get(MetricKind::Uuid.slug());
    let ids = uuids.into_iter().flat_map(Fields::iter).filter_map(|(id, raw)| {
        let metric = ping.metrics.get(id).filter(|metric| metric.secondary_id)?;
        let id = DocumentId::parse(&text(raw, 36)?).filter(|id| names_somebody(*id))?;
        permit.allows(&metric.datum).then(|| Personal::new(id))
    });
    ids.take(limits::SECONDARY_IDS).collect()
}

/// Everything in the ping that has a declaration, with the terms of its review.
fn asked_data(
    in_force: &InForce,
    ping: &PingTerms,
    payload: &Payload<'_>,
    client: bool,
) -> Vec<(DatumId, candor_preference::Terms)> {
    let mut asked = vec![(ping.datum.clone(), terms(ping.standing, Offer::On))];
    if let (true, Some(datum)) = (client, &ping.client_id) {
        asked.push((datum.clone(), terms(ping.standing, Offer::On)));
    }
    for (section, fields) in
        [("client_info", &payload.client_info), ("ping_info", &payload.ping_info)]
    {
        let declared = in_force.info.get(section).filter(|_| ping.info_sections);
        for datum in fields.iter().filter_map(|(field, _)| declared?.get(field)) {
            asked.push((datum.clone(), terms(Ok(()), Offer::On)));
        }
    }
    let metrics = payload.metrics.iter().flat_map(|(_, values)| values.iter());
    for metric in metrics.filter_map(|(id, _)| ping.metrics.get(id)) {
        asked.push((metric.datum.clone(), terms(metric.standing, metric.offer)));
    }
    if !payload.events.is_empty() {
        for event in ping.metrics.values().filter(|metric| event::is(metric)) {
            asked.push((event.datum.clone(), terms(event.standing, event.offer)));
        }
    }
    asked
}

/// The first number of the version the ping names; it decides over declarations by version.
fn major_version(payload: &Payload<'_>) -> Option<u32> {
    let version = text(payload.client_info.get("app_display_version")?, INFO_TEXT_BYTES)?;
    // Such a text is no field that is kept, and so it decides nothing.
    let version = Some(version).filter(|version| !version.contains('\0'))?;
    version.split(['.', '-', '+', ' ']).next()?.parse().ok()
}

/// A build that cannot be told counts as too new: fail closed.
fn outlived(expires: Expires, version: Option<u32>) -> bool {
    matches!(expires, Expires::WithVersion(last) if version.is_none_or(|version| version >= last))
}

#[cfg(test)]
mod tests;
