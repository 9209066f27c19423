//! A body on its way through the edge, and what must hold of what is left of it.

use std::collections::BTreeMap;

use candor_inventory::{InForce, PingTerms};
use candor_kernel::{limits, sink};
use candor_preference::Signals;
use candor_telemetry::rules::body::{Encoding, Payload, inflated, parse};
use candor_telemetry::rules::filter::{Kept, Switched, filter, traced};
use candor_telemetry::rules::{Dropped, Refusal, Trace};
use serde_json::{Value, json};

use super::{in_force, kept};

/// No declaration has it in a name.
const CANARY: &str = "canary-xq7";

/// What became of a ping, to be compared.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    payload: String,
    client: Option<String>,
    secondary: Vec<String>,
    dropped: BTreeMap<Dropped, u64>,
}

impl From<&Kept> for Outcome {
    fn from(kept: &Kept) -> Self {
        Self {
            payload: kept.payload.open(sink::Operator).clone(),
            client: kept.client.as_ref().map(|id| id.open(sink::KeyedHash).to_string()),
            secondary: kept
                .secondary
                .iter()
                .map(|id| id.open(sink::KeyedHash).to_string())
                .collect(),
            dropped: kept.dropped.clone(),
        }
    }
}

/// A body. Its first byte says how it came: a lower-case letter plain, an upper-case one with gzip,
/// which letter to which ping; from a preview, but with a digit or a sign from a release.
pub fn body(data: &[u8]) {
    let Some((how, wire)) = data.split_first() else { return };
    let encoding = if how & 0x20 == 0 { Encoding::Gzip } else { Encoding::Plain };
    let in_force = if how & 0x40 == 0 { in_force::release() } else { in_force::pre_release() };
    let number = usize::from(how & 0x1f).wrapping_sub(1) % in_force::PINGS.len();
    let ping = &in_force.apps[in_force::APP].pings[in_force::PINGS[number]];

    let inflated = match inflated(encoding, wire, |bytes| Ok(bytes.to_vec())) {
        Ok(inflated) => inflated,
        Err(refusal) => return refused(refusal),
    };
    assert!(inflated.len() <= limits::PING_INFLATED_BYTES);
    assert!(encoding == Encoding::Gzip || inflated == wire);
    let payload = match parse(&inflated) {
        Ok(payload) => payload,
        Err(broken) => {
            assert!(broken.at.ends_with('.') && broken.at.len() < 1000, "{:?}", broken.at);
            return refused(broken.refusal);
        }
    };
    bounded(&payload);
    let kept = match pass(in_force, ping, payload) {
        Ok(kept) => kept,
        Err(refusal) => {
            assert_eq!(refusal, Refusal::EmptyAfterFilter);
            return;
        }
    };
    let text = kept.payload.open(sink::Operator);
    // Folding labels adds a few bytes; nothing else may.
    assert!(text.len() <= 2 * inflated.len() + 2, "{} bytes of {}", text.len(), inflated.len());
    kept::check(in_force, ping, text);
    kept::permitted(in_force, ping, &kept);
    again(in_force, ping, &kept);
    planted(in_force, ping, &inflated);
}

/// Tells whether a ping that anybody may send is taken from somebody who says this.
pub fn is_taken(signals: &Signals) -> Result<(), Refusal> {
    let in_force = in_force::pre_release();
    let ping = &in_force.apps[in_force::APP].pings["everything"];
    let payload = parse(br#"{"metrics":{"counter":{"all.kinds.times":1}}}"#)?;
    filter(in_force, ping, signals, payload, Switched::default()).map(drop)
}

/// Panics unless this is what a ping with everything may leave; to try the properties themselves.
pub fn kept_by_everything(payload: &[u8]) {
    let in_force = in_force::release();
    let ping = &in_force.apps[in_force::APP].pings["everything"];
    kept::check(in_force, ping, &String::from_utf8_lossy(payload));
}

fn refused(refusal: Refusal) {
    assert!(matches!(refusal, Refusal::Malformed | Refusal::TooLarge), "{refusal:?}");
}

fn bounded(payload: &Payload<'_>) {
    let metrics = payload.metrics.iter().map(|(_, fields)| 1 + fields.len()).sum::<usize>();
    let entries = payload.client_info.len() + payload.ping_info.len() + metrics;
    assert!(entries <= limits::PING_ENTRIES, "{entries} entries");
    assert!(payload.events.len() <= limits::EVENTS_PER_PING);
}

/// Filters a ping, with and without a trace.
fn pass(in_force: &InForce, ping: &PingTerms, payload: Payload<'_>) -> Result<Kept, Refusal> {
    let mut trace = Trace::default();
    let (signals, switched) = (Signals::default(), Switched::default());
    let copy = Payload {
        ping_info: payload.ping_info.clone(),
        client_info: payload.client_info.clone(),
        metrics: payload.metrics.clone(),
        events: payload.events.clone(),
        events_beyond: payload.events_beyond,
    };
    let told = traced(in_force, ping, &signals, copy, switched, Some(&mut trace));
    assert!(trace.rows.len() <= limits::DEBUG_ROWS);
    let untold = filter(in_force, ping, &signals, payload, switched);
    match (&told, &untold) {
        (Ok(told), Ok(untold)) => assert_eq!(Outcome::from(told), Outcome::from(untold)),
        _ => assert_eq!(told.err(), untold.as_ref().err().copied()),
    }
    untold
}

/// What was kept is kept when it comes again, and nothing of it is left out.
fn again(in_force: &InForce, ping: &PingTerms, kept: &Kept) {
    let first = Outcome::from(kept);
    let payload = parse(first.payload.as_bytes()).unwrap_or_else(|broken| panic!("{}", broken.at));
    let second = pass(in_force, ping, payload).map(|kept| Outcome::from(&kept));
    let second = second.unwrap_or_else(|refusal| panic!("{refusal:?} of {}", first.payload));
    assert_eq!(second.payload, first.payload);
    assert_eq!(second.dropped, BTreeMap::new(), "{}", first.payload);
    // It went on as a keyed hash.
    assert_eq!(second.client, None);
}

/// What nobody declared changes nothing, wherever it is put.
fn planted(in_force: &InForce, ping: &PingTerms, inflated: &[u8]) {
    let Ok(Value::Object(parts)) = serde_json::from_slice(inflated) else { return };
    let whole = Value::Object(parts);
    let without = whole.to_string();
    let Ok(payload) = parse(without.as_bytes()) else { return };
    if payload.events.len() == limits::EVENTS_PER_PING || without.contains(CANARY) {
        return;
    }
    // To a ping without metrics none is added: it would have some, and none would be left.
    let has_metrics = payload.has_metrics();
    let with = plant(whole, has_metrics).to_string();
    let Ok(more) = parse(with.as_bytes()) else { return };
    match (pass(in_force, ping, payload), pass(in_force, ping, more)) {
        (Ok(before), Ok(after)) => {
            let [before, after] = [&before, &after].map(Outcome::from);
            assert_eq!(after.payload, before.payload);
            assert_eq!((after.client, after.secondary), (before.client, before.secondary));
            assert!(after.dropped.values().sum::<u64>() > before.dropped.values().sum());
        }
        (before, after) => assert_eq!(after.err(), before.err()),
    }
}

fn plant(mut whole: Value, metrics: bool) -> Value {
    let put = |part: &mut Value, name: &str, value: Value| {
        if let Some(part) = part.as_object_mut() {
            part.insert(name.to_owned(), value);
        }
    };
    for section in ["client_info", "ping_info"] {
        if whole.get(section).is_none() {
            put(&mut whole, section, json!({}));
        }
        put(&mut whole[section], CANARY, json!(CANARY));
    }
    for event in whole.get_mut("events").and_then(Value::as_array_mut).into_iter().flatten() {
        put(event, CANARY, json!({ CANARY: CANARY }));
        if let Some(extra) = event.get_mut("extra") {
            put(extra, CANARY, json!(CANARY));
        }
    }
    if !metrics {
        return whole;
    }
    for kind in ["counter", "string", "labeled_string", CANARY] {
        if whole.get("metrics").is_none() {
            put(&mut whole, "metrics", json!({}));
        }
        if whole["metrics"].get(kind).is_none() {
            put(&mut whole["metrics"], kind, json!({}));
        }
        put(&mut whole["metrics"][kind], "canary.xq7", json!({ CANARY: CANARY }));
        put(&mut whole["metrics"][kind], CANARY, json!(CANARY));
    }
    if let Some(events) = whole.get_mut("events").and_then(Value::as_array_mut) {
        events.push(json!({"timestamp": 1, "category": CANARY, "name": CANARY}));
    }
    whole
}
