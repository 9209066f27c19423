//! Values of metrics, checked by type and limit, and written anew: what is kept is what was
//! understood (docs/glean.md 2.3).

use std::collections::{BTreeMap, BTreeSet};

use candor_inventory::glean::MetricKind;
use candor_kernel::{Day, DocumentId, limits};
use serde_json::{Map, Value, json};

const COUNTER_MAX: i64 = i32::MAX as i64;
const OTHER: &str = "__other__";
const TIME_UNITS: [&str; 7] =
    ["nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day"];

/// A value that was understood, and whether anything in it was left out.
#[derive(Debug, PartialEq)]
pub struct Checked {
    /// The value as it is kept.
    pub value: Value,
    /// True when a label that is not declared was folded into `__other__`.
    pub filtered: bool,
}

/// Checks a value of a declared type; none where it is not of that type or beyond its limits.
#[must_use]
pub fn check(kind: MetricKind, labels: Option<&BTreeSet<String>>, value: Value) -> Option<Checked> {
    match kind.of_label() {
        Some(inner) => labeled(inner, labels, value),
        None => plain(kind, value).map(|value| Checked { value, filtered: false }),
    }
}

fn plain(kind: MetricKind, value: Value) -> Option<Value> {
    match kind {
        MetricKind::Boolean => value.is_boolean().then_some(value),
        MetricKind::Counter => whole(&value).filter(|n| *n <= COUNTER_MAX).map(Value::from),
        MetricKind::Quantity => whole(&value).map(Value::from),
        MetricKind::String => text(value, limits::METRIC_STRING_BYTES),
        MetricKind::Text => text(value, limits::METRIC_TEXT_BYTES),
        MetricKind::Url => text(value, limits::METRIC_URL_BYTES).filter(is_url),
        MetricKind::Uuid => {
            value.as_str().and_then(DocumentId::parse).map(|id| json!(id.to_string()))
        }
        MetricKind::Datetime => value.as_str().filter(|text| is_datetime(text)).map(Value::from),
        MetricKind::StringList => list(value),
        MetricKind::Timespan => timespan(&value),
        MetricKind::Rate => rate(&value),
        MetricKind::TimingDistribution
        | MetricKind::MemoryDistribution
        | MetricKind::CustomDistribution => distribution(&value),
        // Events have their own place in a ping; the rest is not accepted.
        _ => None,
    }
}

fn whole(value: &Value) -> Option<i64> {
    value.as_i64().filter(|n| *n >= 0)
}

fn text(value: Value, bytes_max: usize) -> Option<Value> {
    let fits = value.as_str().is_some_and(|text| text.len() <= bytes_max && !text.contains('\0'));
    fits.then_some(value)
}

fn is_url(value: &Value) -> bool {
    let Some((scheme, _)) = value.as_str().and_then(|url| url.split_once(':')) else {
        return false;
    };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        && !scheme.eq_ignore_ascii_case("data")
}

/// SDKs send a day with offset, an hour without minutes and more (docs/glean.md 3.4): the day must be
/// one, the rest may hold only what a time holds.
fn is_datetime(text: &str) -> bool {
    text.len() <= 40
        && text.get(..10).is_some_and(|day| Day::parse(day).is_some())
        && text[10..]
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, 'T' | 'Z' | ':' | '.' | '+' | '-'))
}

fn list(value: Value) -> Option<Value> {
    let Value::Array(items) = value else { return None };
    if items.len() > limits::METRIC_LIST_ITEMS {
        return None;
    }
    let items: Option<Vec<_>> =
        items.into_iter().map(|item| text(item, limits::METRIC_LIST_ITEM_BYTES)).collect();
    items.map(Value::from)
}

fn timespan(value: &Value) -> Option<Value> {
    let unit = value.get("time_unit")?.as_str().filter(|unit| TIME_UNITS.contains(unit))?;
    Some(json!({ "value": whole(value.get("value")?)?, "time_unit": unit }))
}

fn rate(value: &Value) -> Option<Value> {
    let part = |name| value.get(name).and_then(whole);
    Some(json!({ "numerator": part("numerator")?, "denominator": part("denominator")? }))
}

fn distribution(value: &Value) -> Option<Value> {
    let sum = whole(value.get("sum")?)?;
    let mut buckets = Map::new();
    for (bucket, count) in value.get("values")?.as_object()? {
        let bucket: u64 = bucket.parse().ok()?;
        buckets.insert(bucket.to_string(), whole(count)?.into());
    }
    Some(json!({ "sum": sum, "values": buckets }))
}

fn labeled(kind: MetricKind, labels: Option<&BTreeSet<String>>, value: Value) -> Option<Checked> {
    let Value::Object(given) = value else { return None };
    let mut kept = BTreeMap::<String, Value>::new();
    let mut filtered = false;
    for (label, value) in given {
        let value = plain(kind, value)?;
        let known = match labels {
            Some(declared) => declared.contains(&label),
            None => is_label(&label) && (kept.contains_key(&label) || room(&kept)),
        };
        if known {
            kept.insert(label, value);
        } else {
            filtered |= label != OTHER;
            fold(&mut kept, kind, value);
        }
    }
    let value = Value::Object(kept.into_iter().collect());
    Some(Checked { value, filtered })
}

fn is_label(label: &str) -> bool {
    label.len() <= limits::METRIC_LABEL_BYTES && label.bytes().all(|b| (0x20..0x7f).contains(&b))
}

fn room(kept: &BTreeMap<String, Value>) -> bool {
    kept.keys().filter(|label| *label != OTHER).count() < limits::METRIC_DYNAMIC_LABELS
}

/// Counters add up under `__other__`; of anything else the first stays.
fn fold(kept: &mut BTreeMap<String, Value>, kind: MetricKind, value: Value) {
    let other = kept.entry(OTHER.to_owned()).or_insert(Value::Null);
    match (kind, other.as_i64(), value.as_i64()) {
        (MetricKind::Counter, Some(old), Some(new)) => {
            *other = old.saturating_add(new).min(COUNTER_MAX).into();
        }
        _ if other.is_null() => *other = value,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MetricKind as K;

    fn kept(kind: K, value: Value) -> Option<Value> {
        check(kind, None, value).map(|checked| checked.value)
    }

    #[test]
    fn good_values_are_kept_as_they_are() {
        for (kind, value) in [
            (K::Boolean, json!(true)),
            (K::Counter, json!(2_147_483_647)),
            (K::Quantity, json!(9_000_000_000_i64)),
            (K::String, json!("x".repeat(255))),
            (K::Url, json!("https://example.org/")),
            (K::Uuid, json!("e9b57833-3663-4ed2-88c9-838ee3f971ff")),
            (K::Datetime, json!("2026-11-21+00:00")),
            (K::Datetime, json!("2026-11-21T20-05:00")),
            (K::Datetime, json!("2026-11-21T20:23-00:00")),
            (K::StringList, json!(["blocker", "theme"])),
            (K::Timespan, json!({"time_unit": "millisecond", "value": 16})),
            (K::Rate, json!({"numerator": 1, "denominator": 2})),
            (K::TimingDistribution, json!({"sum": 3, "values": {"1": 1, "2": 1}})),
            (K::LabeledCounter, json!({"disk": 1, "network": 3})),
        ] {
            assert_eq!(kept(kind, value.clone()), Some(value));
        }
    }

    #[test]
    fn bad_values_are_not_kept() {
        for (kind, value) in [
            (K::Boolean, json!(1)),
            (K::Counter, json!(-1)),
            (K::Counter, json!(2_147_483_648_i64)),
            (K::Counter, json!(1.5)),
            (K::Quantity, json!(1e300)),
            (K::String, json!("x".repeat(256))),
            (K::String, json!("a\0b")),
            (K::Text, json!("x".repeat(204_801))),
            (K::Url, json!("data:text/plain,x")),
            (K::Url, json!("DATA:text/plain,x")),
            (K::Url, json!("example.org")),
            (K::Uuid, json!("not-a-uuid")),
            (K::Datetime, json!("2026-13-21+00:00")),
            (K::Datetime, json!("2026-11-21 at noon, Ann")),
            (K::Datetime, json!("20ää-11-21")),
            (K::StringList, json!(vec!["x"; 101])),
            (K::StringList, json!([1])),
            (K::Timespan, json!({"time_unit": "fortnight", "value": 1})),
            (K::Rate, json!({"numerator": 1})),
            (K::CustomDistribution, json!({"sum": 3, "values": {"a": 1}})),
            (K::CustomDistribution, json!({"sum": 3, "values": {"1": -1}})),
            (K::LabeledCounter, json!({"disk": "x"})),
            (K::LabeledCounter, json!([1])),
            (K::Object, json!({})),
            (K::DualLabeledCounter, json!({"a": {"b": 1}})),
            (K::Event, json!([])),
        ] {
            assert_eq!(kept(kind, value.clone()), None, "{kind:?} {value}");
        }
    }

    #[test]
    fn what_a_distribution_carries_besides_is_left_out() {
        let given = json!({"sum": 3, "values": {"01": 1}, "note": "Ann was here"});
        assert_eq!(kept(K::MemoryDistribution, given), Some(json!({"sum": 3, "values": {"1": 1}})));
    }

    #[test]
    fn labels_that_are_not_declared_become_other() {
        let declared = BTreeSet::from(["disk".to_owned()]);
        let given = json!({"disk": 1, "Ann": 2, "Bo": 3});
        let checked = check(K::LabeledCounter, Some(&declared), given).expect("well formed");
        assert_eq!(checked, Checked { value: json!({"__other__": 5, "disk": 1}), filtered: true });
        let given = json!({"disk": true, "Ann": false, "Bo": true});
        let checked = check(K::LabeledBoolean, Some(&declared), given).expect("well formed");
        assert_eq!(checked.value, json!({"__other__": false, "disk": true}));
    }

    #[test]
    fn open_labels_end_at_sixteen_and_at_ascii() {
        let given: Map<_, _> = (0..40).map(|n| (format!("l{n:02}"), json!(1))).collect();
        let checked = check(K::LabeledCounter, None, Value::Object(given)).expect("well formed");
        assert_eq!(checked.value.as_object().expect("a map").len(), 17);
        assert_eq!(checked.value["__other__"], json!(24));
        let checked =
            check(K::LabeledCounter, None, json!({"ä": 1, "__other__": 1})).expect("well formed");
        assert_eq!(checked, Checked { value: json!({"__other__": 2}), filtered: true });
    }
}
