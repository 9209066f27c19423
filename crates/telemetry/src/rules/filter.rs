//! From the parts of a ping to what the permit allows. What is not declared, reviewed, in force
//! and allowed by the person is gone here, before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use candor_inventory::glean::Expires;
use candor_inventory::{InForce, MetricTerms, PingTerms, Why, in_force::terms};
use candor_kernel::{DatumId, DocumentId, Personal};
use candor_preference::{Offer, Permit, Signals, permit};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::body::Payload;
use super::{Dropped, Refusal, value};

mod event;

/// What is kept of a ping.
pub struct Kept {
    /// The stripped payload.
    pub payload: Personal<String>,
    /// The client's random id, to be turned into a keyed hash; never kept itself.
    pub client: Option<Personal<DocumentId>>,
    /// What allows all of it.
    pub permit: Permit,
    /// How many things were left out, by reason.
    pub dropped: BTreeMap<Dropped, u64>,
}

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
    let client = ping
        .client_id
        .as_ref()
        .and(payload.client_info.get("client_id"))
        .and_then(Value::as_str)
        .and_then(DocumentId::parse);
    let asked = asked_data(in_force, ping, &payload, client.is_some());
    let permit = permit(in_force.revision, signals, asked).permit.ok_or(Refusal::OptedOut)?;
    if !permit.allows(&ping.datum) {
        return Err(Refusal::OptedOut);
    }
    let client = client.filter(|_| ping.client_id.as_ref().is_some_and(|id| permit.allows(id)));
    let mut sieve =
        Sieve { in_force, ping, permit, switched, version: None, dropped: BTreeMap::new() };
    sieve.version = major_version(&payload);
    let had_metrics = !payload.metrics.is_empty() || !payload.events.is_empty();
    let kept = sieve.strip(payload);
    if had_metrics && kept.get("metrics").is_none() && kept.get("events").is_none() {
        return Err(Refusal::EmptyAfterFilter);
    }
    let payload = Personal::new(Value::Object(kept).to_string());
    let Sieve { permit, dropped, .. } = sieve;
    Ok(Kept { payload, client: client.map(Personal::new), permit, dropped })
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
        for datum in fields.keys().filter_map(|field| declared?.get(field)) {
            asked.push((datum.clone(), terms(Ok(()), Offer::On)));
        }
    }
    let metrics = payload.metrics.values().flat_map(BTreeMap::keys);
    for metric in metrics.filter_map(|id| ping.metrics.get(id.as_str())) {
        asked.push((metric.datum.clone(), terms(metric.standing, metric.offer)));
    }
    if !payload.events.is_empty() {
        for event in ping.metrics.values().filter(|metric| event::is(metric)) {
            asked.push((event.datum.clone(), terms(event.standing, event.offer)));
        }
    }
    asked
}

/// One ping on its way through.
struct Sieve<'a> {
    in_force: &'a InForce,
    ping: &'a PingTerms,
    permit: Permit,
    switched: Switched,
    version: Option<u32>,
    dropped: BTreeMap<Dropped, u64>,
}

impl Sieve<'_> {
    fn strip(&mut self, payload: Payload<'_>) -> Map<String, Value> {
        let mut kept = Map::new();
        for (section, fields) in
            [("client_info", payload.client_info), ("ping_info", payload.ping_info)]
        {
            let fields = self.info(section, fields);
            insert_filled(&mut kept, section, Value::Object(fields));
        }
        let mut metrics = Map::new();
        for (kind, values) in payload.metrics {
            let values = values.into_iter().filter_map(|(id, raw)| self.metric(&kind, id, raw));
            let values = Value::Object(values.collect());
            insert_filled(&mut metrics, &kind, values);
        }
        insert_filled(&mut kept, "metrics", Value::Object(metrics));
        let events = event::strip(self, payload.events);
        insert_filled(&mut kept, "events", Value::Array(events));
        kept
    }

    fn drop(&mut self, reason: Dropped) {
        *self.dropped.entry(reason).or_default() += 1;
    }

    fn info(&mut self, section: &str, fields: BTreeMap<String, Value>) -> Map<String, Value> {
        let declared = self.in_force.info.get(section).filter(|_| self.ping.info_sections);
        let mut kept = Map::new();
        for (field, value) in fields {
            let datum = declared.and_then(|declared| declared.get(&field));
            let allowed = datum.is_some_and(|datum| self.permit.allows(datum));
            // The id goes on as a keyed hash, if at all: it is neither kept nor left out here.
            let client_id = field == "client_id" && self.ping.client_id.is_some();
            if allowed && info_value(&field, &value, &self.ping.reasons) {
                kept.insert(field, value);
            } else if !client_id {
                self.drop(Dropped::Filtered);
            }
        }
        kept
    }

    fn metric(&mut self, kind: &str, id: String, raw: &RawValue) -> Option<(String, Value)> {
        let Some(metric) = self.ping.metrics.get(id.as_str()) else {
            self.drop(Dropped::Undeclared);
            let keep = self.switched.keep_undeclared;
            return keep.then(|| Some((id, serde_json::from_str(raw.get()).ok()?))).flatten();
        };
        if let Err(reason) = self.standing(metric) {
            self.drop(reason);
            return None;
        }
        let checked = (metric.kind.slug() == kind)
            .then(|| serde_json::from_str(raw.get()).ok())
            .flatten()
            .and_then(|value| value::check(metric.kind, metric.labels.as_ref(), value));
        let Some(checked) = checked else {
            self.drop(Dropped::InvalidValue);
            return None;
        };
        if checked.filtered {
            self.drop(Dropped::Filtered);
        }
        Some((id, checked.value))
    }

    fn standing(&self, metric: &MetricTerms) -> Result<(), Dropped> {
        match metric.standing {
            Err(Why::Expired) => Err(Dropped::Expired),
            Err(_) => Err(Dropped::Unreviewed),
            Ok(()) if outlived(metric.expires, self.version) => Err(Dropped::Expired),
            Ok(()) if !self.permit.allows(&metric.datum) => Err(Dropped::Denied),
            Ok(()) => Ok(()),
        }
    }
}

fn insert_filled(into: &mut Map<String, Value>, key: &str, value: Value) {
    let filled = value.as_object().is_some_and(|map| !map.is_empty())
        || value.as_array().is_some_and(|list| !list.is_empty());
    if filled {
        into.insert(key.to_owned(), value);
    }
}

fn info_value(field: &str, value: &Value, reasons: &BTreeSet<String>) -> bool {
    match value {
        Value::String(reason) if field == "reason" => reasons.contains(reason),
        Value::String(text) => text.len() <= 100 && !text.contains('\0'),
        Value::Number(number) => number.as_u64().is_some(),
        _ => false,
    }
}

/// The first number of the version the ping names; it decides over declarations by version.
fn major_version(payload: &Payload<'_>) -> Option<u32> {
    let version = payload.client_info.get("app_display_version")?.as_str()?;
    version.split(['.', '-', '+', ' ']).next()?.parse().ok()
}

/// A build that cannot be told counts as too new: fail closed.
fn outlived(expires: Expires, version: Option<u32>) -> bool {
    matches!(expires, Expires::WithVersion(last) if version.is_none_or(|version| version >= last))
}

#[cfg(test)]
mod tests;
