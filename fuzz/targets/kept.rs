//! What may stand in what is kept, written down a second time: nothing here asks the filter.

use std::collections::BTreeSet;

use candor_inventory::glean::{Expires, Extra, MetricKind as K};
use candor_inventory::{InForce, MetricTerms, PingTerms};
use candor_kernel::{DocumentId, limits};
use candor_preference::Offer;
use candor_telemetry::rules::filter::Kept;
use serde_json::{Map, Value};

/// Finds anything that is not declared, granted, in force and within its limit.
pub fn check(in_force: &InForce, ping: &PingTerms, text: &str) {
    let whole: Value = serde_json::from_str(text).expect("what is kept is JSON");
    for (part, value) in object(&whole) {
        match part.as_str() {
            "client_info" | "ping_info" => info(in_force, ping, part, value),
            "metrics" => metrics(ping, &whole, value),
            "events" => events(ping, value),
            _ => panic!("{part} is no part of a ping"),
        }
        assert!(!matches!(value.to_string().as_str(), "{}" | "[]" | "null"), "{part} is empty");
    }
}

/// Finds ids and data beside the payload that are not declared and in force.
pub fn permitted(in_force: &InForce, ping: &PingTerms, kept: &Kept) {
    for datum in kept.permit.data() {
        let stands = in_force.data.contains(datum);
        assert!(stands, "{datum} is in the permit and not in force");
    }
    assert!(kept.permit.allows(&ping.datum));
    assert!(kept.client.is_none() || ping.client_id.is_some());
    let secondary = ping.metrics.values().filter(|metric| metric.secondary_id).count();
    assert!(kept.secondary.len() <= secondary.min(limits::SECONDARY_IDS));
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value} is an object"))
}

fn is_whole(value: &Value) -> bool {
    value.as_i64().is_some_and(|number| number >= 0)
}

fn is_text(value: &Value, bytes_max: usize) -> bool {
    value.as_str().is_some_and(|text| text.len() <= bytes_max && !text.contains('\0'))
}

fn info(in_force: &InForce, ping: &PingTerms, section: &str, fields: &Value) {
    assert!(ping.info_sections, "{section} of a ping without");
    for (field, value) in object(fields) {
        let known = in_force.info[section].contains_key(field) && field != "client_id";
        assert!(known, "{section}.{field}");
        match field.as_str() {
            "reason" => {
                let declared = value.as_str().is_some_and(|reason| ping.reasons.contains(reason));
                assert!(declared, "the reason {value}");
            }
            _ => assert!(is_whole(value) || is_text(value, 100), "{section}.{field}: {value}"),
        }
    }
}

/// Tells whether a review allows this of everybody who said nothing.
fn stands(metric: &MetricTerms) -> bool {
    metric.standing.is_ok() && metric.offer == Offer::On
}

fn metrics(ping: &PingTerms, whole: &Value, kinds: &Value) {
    for (kind, values) in object(kinds) {
        for (id, value) in object(values) {
            let metric = ping.metrics.get(id.as_str()).filter(|metric| stands(metric));
            let metric = metric.unwrap_or_else(|| panic!("{id} is not in force"));
            assert_eq!(metric.kind.slug(), kind, "{id}");
            if let Expires::WithVersion(last) = metric.expires {
                let version = whole["client_info"]["app_display_version"].as_str();
                let major =
                    version.and_then(|v| v.split(['.', '-', '+', ' ']).next()?.parse().ok());
                assert!(major.is_some_and(|major: u32| major < last), "{id} in {version:?}");
            }
            match metric.kind.of_label() {
                Some(inner) => labeled(inner, metric.labels.as_ref(), value),
                None => plain(metric.kind, value),
            }
        }
    }
}

fn labeled(kind: K, declared: Option<&BTreeSet<String>>, values: &Value) {
    let mut others = 0;
    for (label, value) in object(values) {
        plain(kind, value);
        match declared {
            _ if label == "__other__" => {}
            Some(declared) => assert!(declared.contains(label), "the label {label:?}"),
            None => {
                others += 1;
                let printable = label.bytes().all(|byte| (b' '..=b'~').contains(&byte));
                assert!(printable && label.len() <= limits::METRIC_LABEL_BYTES, "{label:?}");
            }
        }
    }
    assert!(others <= limits::METRIC_DYNAMIC_LABELS, "{others} labels");
}

fn plain(kind: K, value: &Value) {
    let fits = match kind {
        K::Boolean => value.is_boolean(),
        K::Counter => value.as_u64().is_some_and(|number| number <= i32::MAX as u64),
        K::Quantity => is_whole(value),
        K::String => is_text(value, limits::METRIC_STRING_BYTES),
        K::Text => is_text(value, limits::METRIC_TEXT_BYTES),
        K::Url => {
            let text = value.as_str().unwrap_or_default().to_lowercase();
            is_text(value, limits::METRIC_URL_BYTES)
                && text.contains(':')
                && !text.starts_with("data:")
        }
        K::Uuid => value.as_str().is_some_and(|text| DocumentId::parse(text).is_some()),
        K::Datetime => value.as_str().is_some_and(|text| {
            text.len() <= 40 && !text.contains(|c: char| c.is_alphabetic() && c != 'T' && c != 'Z')
        }),
        K::StringList => value.as_array().is_some_and(|items| {
            items.len() <= limits::METRIC_LIST_ITEMS
                && items.iter().all(|item| is_text(item, limits::METRIC_LIST_ITEM_BYTES))
        }),
        K::Timespan => {
            let unit = value["time_unit"].as_str().unwrap_or_default();
            has_only(value, &["time_unit", "value"])
                && is_whole(&value["value"])
                && (unit.ends_with("second") || ["minute", "hour", "day"].contains(&unit))
        }
        K::Rate => {
            has_only(value, &["denominator", "numerator"]) && object(value).values().all(is_whole)
        }
        K::TimingDistribution | K::MemoryDistribution | K::CustomDistribution => {
            let buckets = object(&value["values"]);
            has_only(value, &["sum", "values"])
                && is_whole(&value["sum"])
                && buckets.len() <= limits::METRIC_BUCKETS
                && buckets.iter().all(|(name, count)| {
                    is_whole(count) && name.bytes().all(|byte| byte.is_ascii_digit())
                })
        }
        _ => false,
    };
    assert!(fits, "{value} is no {}", kind.slug());
}

fn has_only(value: &Value, names: &[&str]) -> bool {
    object(value).keys().eq(names)
}

fn events(ping: &PingTerms, events: &Value) {
    let events = events.as_array().expect("events are a list");
    assert!(events.len() <= limits::EVENTS_PER_PING);
    for event in events {
        let text = |name: &str| event[name].as_str().expect("an event is named");
        let id = format!("{}.{}", text("category"), text("name"));
        let metric = ping.metrics.get(id.as_str()).filter(|metric| stands(metric));
        let metric = metric.unwrap_or_else(|| panic!("{id} is not in force"));
        assert_eq!(metric.kind, K::Event, "{id}");
        assert!(is_whole(&event["timestamp"]), "{event}");
        let names = ["category", "extra", "name", "timestamp"];
        assert!(object(event).keys().all(|name| names.contains(&name.as_str())), "{event}");
        let Some(extra) = event.get("extra") else { continue };
        assert!(object(extra).len() <= limits::EVENT_EXTRA_KEYS);
        for (key, value) in object(extra) {
            let value = value.as_str().expect("extras are texts");
            let fits = match metric.extra_keys.get(key) {
                None => panic!("the extra {key} of {id}"),
                Some(Extra::Boolean) => value == "true" || value == "false",
                Some(Extra::Quantity) => value.bytes().all(|b| b.is_ascii_digit() || b == b'+'),
                Some(Extra::String) => !value.contains('\0'),
            };
            assert!(fits && value.len() <= limits::EVENT_EXTRA_BYTES, "{key} of {id}: {value:?}");
        }
    }
}
