//! Values of metrics, checked by type and limit, and written anew: what is kept is what was
//! understood (docs/glean.md 2.3).

use std::collections::{BTreeMap, BTreeSet};

use candor_inventory::glean::MetricKind;
use candor_kernel::{Day, DocumentId, limits};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Cause;
use super::json::{Name, each, items, pick, text, whole};

const COUNTER_MAX: i64 = i32::MAX as i64;
const OTHER: &str = "__other__";
const TIME_UNITS: [&str; 7] =
    ["nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day"];

/// Is told of each label that is not kept by its name: the label, its value, and why.
pub type Folded<'f> = &'f mut dyn FnMut(&str, &RawValue, Cause);

/// Checks a value of a declared type; none where it is not of that type or beyond its limits.
#[must_use]
pub fn check(
    kind: MetricKind,
    labels: Option<&BTreeSet<String>>,
    raw: &RawValue,
    folded: Folded<'_>,
) -> Option<Value> {
    match kind.of_label() {
        Some(inner) => labeled(inner, labels, raw, folded),
        None => plain(kind, raw),
    }
}

/// Says what a type wants; it completes "The value does not fit: …".
#[must_use]
pub const fn wants(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Boolean => "a boolean is true or false",
        MetricKind::Counter => "a counter is a whole number from 0 to 2147483647",
        MetricKind::Quantity => "a quantity is a whole number, not negative",
        MetricKind::String => "a string has up to 255 bytes",
        MetricKind::StringList => "a string_list has up to 100 texts of up to 100 bytes",
        MetricKind::Text => "a text has up to 204800 bytes",
        MetricKind::Url => "a url has a scheme other than data: and up to 8192 bytes",
        MetricKind::Uuid => "a uuid is written with hyphens",
        MetricKind::Datetime => "a datetime begins with a day, as 2026-11-21, and holds no words",
        MetricKind::Timespan => "a timespan has a time_unit and a whole number as value",
        MetricKind::TimingDistribution
        | MetricKind::MemoryDistribution
        | MetricKind::CustomDistribution => {
            "a distribution has a sum and up to 1024 values, whole numbers by bucket"
        }
        MetricKind::Rate => "a rate has a numerator and a denominator, whole numbers",
        MetricKind::Event => "an event stands under events",
        MetricKind::Object | MetricKind::DualLabeledCounter => "this type is not taken yet",
        MetricKind::LabeledBoolean => "it has true or false by label",
        MetricKind::LabeledCounter => "it has whole numbers from 0 to 2147483647 by label",
        MetricKind::LabeledQuantity => "it has whole numbers, not negative, by label",
        MetricKind::LabeledString => "it has texts of up to 255 bytes by label",
        MetricKind::LabeledTimingDistribution
        | MetricKind::LabeledMemoryDistribution
        | MetricKind::LabeledCustomDistribution => "it has distributions by label",
    }
}

fn plain(kind: MetricKind, raw: &RawValue) -> Option<Value> {
    match kind {
        MetricKind::Boolean => {
            matches!(raw.get(), "true" | "false").then(|| json!(raw.get() == "true"))
        }
        MetricKind::Counter => whole(raw).filter(|n| *n <= COUNTER_MAX).map(Value::from),
        MetricKind::Quantity => whole(raw).map(Value::from),
        MetricKind::String => words(raw, limits::METRIC_STRING_BYTES).map(Value::from),
        MetricKind::Text => words(raw, limits::METRIC_TEXT_BYTES).map(Value::from),
        MetricKind::Url => {
            words(raw, limits::METRIC_URL_BYTES).filter(|url| is_url(url)).map(Value::from)
        }
        MetricKind::Uuid => DocumentId::parse(&text(raw, 36)?).map(|id| json!(id.to_string())),
        MetricKind::Datetime => text(raw, 40).filter(|text| is_datetime(text)).map(Value::from),
        MetricKind::StringList => list(raw),
        MetricKind::Timespan => timespan(raw),
        MetricKind::Rate => rate(raw),
        MetricKind::TimingDistribution
        | MetricKind::MemoryDistribution
        | MetricKind::CustomDistribution => distribution(raw),
        // Events have their own place in a ping; the rest is not accepted.
        _ => None,
    }
}

fn words(raw: &RawValue, bytes_max: usize) -> Option<Name<'_>> {
    text(raw, bytes_max).filter(|text| !text.contains('\0'))
}

fn is_url(url: &str) -> bool {
    let Some((scheme, _)) = url.split_once(':') else { return false };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        && !scheme.eq_ignore_ascii_case("data")
}

/// SDKs send a day with offset, an hour without minutes and more (docs/glean.md 3.4): the day must be
/// one, the rest may hold only what a time holds.
fn is_datetime(text: &str) -> bool {
    text.get(..10).is_some_and(|day| Day::parse(day).is_some())
        && text[10..]
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, 'T' | 'Z' | ':' | '.' | '+' | '-'))
}

fn list(raw: &RawValue) -> Option<Value> {
    let mut kept = Vec::new();
    let walked = items(raw.get(), |item| {
        let item = words(item, limits::METRIC_LIST_ITEM_BYTES).ok_or(())?;
        kept.push(Value::from(item));
        (kept.len() <= limits::METRIC_LIST_ITEMS).then_some(()).ok_or(())
    });
    walked.is_ok().then_some(Value::Array(kept))
}

fn timespan(raw: &RawValue) -> Option<Value> {
    let [unit, value] = pick(raw, ["time_unit", "value"])?;
    let unit = text(unit?, 20).filter(|unit| TIME_UNITS.contains(&unit.as_ref()))?;
    Some(json!({ "value": whole(value?)?, "time_unit": unit }))
}

fn rate(raw: &RawValue) -> Option<Value> {
    let [numerator, denominator] = pick(raw, ["numerator", "denominator"])?;
    Some(json!({ "numerator": whole(numerator?)?, "denominator": whole(denominator?)? }))
}

fn distribution(raw: &RawValue) -> Option<Value> {
    let [sum, values] = pick(raw, ["sum", "values"])?;
    let sum = whole(sum?)?;
    let mut buckets = Map::new();
    let walked = each(values?.get(), |bucket, count| {
        let bucket: u64 = bucket.parse().map_err(drop)?;
        let twice = buckets.insert(bucket.to_string(), whole(count).ok_or(())?.into());
        let fits = twice.is_none() && buckets.len() <= limits::METRIC_BUCKETS;
        fits.then_some(()).ok_or(())
    });
    walked.is_ok().then(|| json!({ "sum": sum, "values": buckets }))
}

fn labeled(
    kind: MetricKind,
    labels: Option<&BTreeSet<String>>,
    raw: &RawValue,
    folded: Folded<'_>,
) -> Option<Value> {
    let mut seen = BTreeSet::new();
    let mut kept = BTreeMap::<String, Value>::new();
    let walked = each(raw.get(), |label, raw| {
        let value = plain(kind, raw).ok_or(())?;
        let cause = match labels {
            _ if label == OTHER => None,
            Some(declared) => (!declared.contains(label.as_ref())).then_some(Cause::Label),
            None => (!is_label(&label) || !room(&kept)).then_some(Cause::LabelOpen),
        };
        if let Some(cause) = cause {
            folded(&label, raw, cause);
        }
        if cause.is_some() || label == OTHER {
            fold(&mut kept, kind, value);
        } else {
            kept.insert(label.clone().into_owned(), value);
        }
        let fits = seen.insert(label) && seen.len() <= limits::METRIC_LABELS;
        fits.then_some(()).ok_or(())
    });
    walked.is_ok().then(|| Value::Object(kept.into_iter().collect()))
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
mod tests;
