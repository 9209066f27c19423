//! Events: what happened, when in the ping, with declared extras only (docs/glean.md 2.3).

use candor_inventory::MetricTerms;
use candor_inventory::glean::{Extra, MetricKind};
use candor_kernel::limits;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::sieve::{Sieve, write};
use crate::rules::Cause;
use crate::rules::json::{Name, each, pick, text, whole};
use crate::rules::trace::Found;

const EVENTS: Found<'static> = Found { section: "events", ..Found::NOTHING };

/// The form of an event: never read from a list.
struct Event<'a> {
    timestamp: i64,
    category: Name<'a>,
    name: Name<'a>,
    extra: Option<&'a RawValue>,
}

pub(super) fn is(metric: &MetricTerms) -> bool {
    metric.kind == MetricKind::Event
}

pub(super) fn strip(
    sieve: &mut Sieve<'_>,
    events: &[&RawValue],
    beyond: u64,
) -> Vec<Box<RawValue>> {
    let kept = events.iter().filter_map(|raw| strip_one(sieve, raw)).collect();
    if beyond > 0 {
        sieve.count(Cause::EventsBeyond, beyond);
        let came = format!("{beyond} more");
        sieve.tell(Cause::EventsBeyond, Found { came: &came, ..EVENTS });
    }
    kept
}

fn read(raw: &RawValue) -> Option<Event<'_>> {
    let [timestamp, category, name, extra] = pick(raw, ["timestamp", "category", "name", "extra"])?;
    Some(Event {
        timestamp: whole(timestamp?)?,
        category: text(category?, limits::METRIC_LABEL_BYTES)?,
        name: text(name?, limits::METRIC_LABEL_BYTES)?,
        extra: extra.filter(|extra| extra.get() != "null"),
    })
}

fn strip_one(sieve: &mut Sieve<'_>, raw: &RawValue) -> Option<Box<RawValue>> {
    let Some(event) = read(raw) else {
        sieve.leave(Cause::EventForm, Found { came: raw.get(), ..EVENTS });
        return None;
    };
    let id = format!("{}.{}", event.category, event.name);
    let found = Found { id: &id, came: raw.get(), ..EVENTS };
    let Some(metric) = sieve.ping.metrics.get(id.as_str()).filter(|metric| is(metric)) else {
        sieve.leave(Cause::of_undeclared(&id), found);
        return sieve.switched.keep_undeclared.then(|| raw.to_owned());
    };
    if let Err(cause) = sieve.standing(metric) {
        sieve.leave(cause, found);
        return None;
    }
    let Some(extra) = extras(sieve, metric, &event, found) else {
        sieve.leave(Cause::EventForm, found);
        return None;
    };
    sieve.keep(found);
    let Event { timestamp, category, name, .. } = event;
    let mut kept = json!({ "timestamp": timestamp, "category": category, "name": name });
    if !extra.is_empty() {
        kept.as_object_mut()?.insert("extra".to_owned(), Value::Object(extra));
    }
    Some(write(&kept))
}

/// The extras that stay; none where they are no object, or one of those stands twice.
fn extras(
    sieve: &mut Sieve<'_>,
    metric: &MetricTerms,
    event: &Event<'_>,
    found: Found<'_>,
) -> Option<Map<String, Value>> {
    let mut kept = Map::new();
    let Some(extra) = event.extra else { return Some(kept) };
    let walked = each(extra.get(), |key, raw| {
        let found = Found { part: &key, came: raw.get(), ..found };
        let kind = metric.extra_keys.get(key.as_ref());
        let Some(kind) = kind.filter(|_| kept.len() < limits::EVENT_EXTRA_KEYS) else {
            sieve.leave(Cause::ExtraKey, found);
            return Ok(());
        };
        match text(raw, limits::EVENT_EXTRA_BYTES).filter(|value| fits(*kind, value)) {
            Some(value) => match kept.insert(key.clone().into_owned(), json!(value)) {
                Some(_) => return Err(()),
                None => sieve.keep(found),
            },
            None => sieve.leave(Cause::ExtraValue, Found { wants: wants(*kind), ..found }),
        }
        Ok(())
    });
    walked.is_ok().then_some(kept)
}

fn fits(kind: Extra, value: &str) -> bool {
    match kind {
        Extra::String => !value.contains('\0'),
        Extra::Boolean => matches!(value, "true" | "false"),
        Extra::Quantity => value.parse::<u64>().is_ok(),
    }
}

const fn wants(kind: Extra) -> &'static str {
    match kind {
        Extra::String => "it is a text of up to 500 bytes",
        Extra::Boolean => "it is the text true or false",
        Extra::Quantity => "it is a whole number, not negative, written as text",
    }
}
