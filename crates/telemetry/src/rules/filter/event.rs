//! Events: what happened, when in the ping, with declared extras only (docs/glean.md 2.3).

use std::collections::BTreeMap;

use candor_inventory::MetricTerms;
use candor_inventory::glean::{Extra, MetricKind};
use candor_kernel::limits;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Sieve;
use crate::rules::Dropped;

#[derive(Deserialize)]
struct Event {
    timestamp: u64,
    category: String,
    name: String,
    #[serde(default)]
    extra: Option<BTreeMap<String, String>>,
}

pub(super) fn is(metric: &MetricTerms) -> bool {
    metric.kind == MetricKind::Event
}

pub(super) fn strip(sieve: &mut Sieve<'_>, events: Vec<&RawValue>) -> Vec<Value> {
    let beyond = events.len().saturating_sub(limits::EVENTS_PER_PING);
    for _ in 0..beyond {
        sieve.drop(Dropped::InvalidValue);
    }
    let events = events.into_iter().take(limits::EVENTS_PER_PING);
    events.filter_map(|raw| strip_one(sieve, raw)).collect()
}

fn strip_one(sieve: &mut Sieve<'_>, raw: &RawValue) -> Option<Value> {
    let Ok(event) = serde_json::from_str::<Event>(raw.get()) else {
        sieve.drop(Dropped::InvalidValue);
        return None;
    };
    let id = format!("{}.{}", event.category, event.name);
    let Some(metric) = sieve.ping.metrics.get(id.as_str()).filter(|metric| is(metric)) else {
        sieve.drop(Dropped::Undeclared);
        let keep = sieve.switched.keep_undeclared;
        return keep.then(|| serde_json::from_str(raw.get()).ok()).flatten();
    };
    if let Err(reason) = sieve.standing(metric) {
        sieve.drop(reason);
        return None;
    }
    let mut extra = Map::new();
    for (key, value) in event.extra.into_iter().flatten() {
        let fits = metric.extra_keys.get(&key).is_some_and(|kind| fits(*kind, &value));
        if fits && extra.len() < limits::EVENT_EXTRA_KEYS {
            extra.insert(key, value.into());
        } else {
            sieve.drop(Dropped::Filtered);
        }
    }
    let Event { timestamp, category, name, .. } = event;
    let mut kept = json!({ "timestamp": timestamp, "category": category, "name": name });
    super::insert_filled(kept.as_object_mut()?, "extra", Value::Object(extra));
    Some(kept)
}

fn fits(kind: Extra, value: &str) -> bool {
    match kind {
        Extra::String => value.len() <= limits::EVENT_EXTRA_BYTES && !value.contains('\0'),
        Extra::Boolean => matches!(value, "true" | "false"),
        Extra::Quantity => value.parse::<u64>().is_ok(),
    }
}
