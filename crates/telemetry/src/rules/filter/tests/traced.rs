//! The trace says what the filter does, and the filter does the same without it.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::{Switched, filter, traced};
use super::in_force;
use crate::rules::body;
use crate::rules::trace::{Row, Trace, Verdict};
use crate::rules::{Dropped, Refusal};
use candor_kernel::{limits, sink};
use candor_preference::{Gpc, Signals};
use proptest::prelude::*;

type Counted = BTreeMap<Dropped, u64>;

fn trace_of(ping: &str, signals: Signals, json: &str) -> (Trace, Result<Counted, Refusal>) {
    let in_force = in_force();
    let ping = &in_force.apps["shop"].pings[ping];
    let read = || body::parse(json.as_bytes()).unwrap_or_else(|broken| panic!("{}", broken.at));
    let switched = Switched::default();
    let mut trace = Trace::default();
    let told = traced(&in_force, ping, &signals, read(), switched, Some(&mut trace));
    let untold = filter(&in_force, ping, &signals, read(), switched);
    match (&told, &untold) {
        (Ok(told), Ok(untold)) => {
            let [told_json, untold_json] = [told, untold].map(|k| k.payload.open(sink::Operator));
            assert_eq!(told_json, untold_json, "the trace changes nothing");
            assert_eq!(told.dropped, untold.dropped);
        }
        _ => assert_eq!(told.as_ref().err(), untold.as_ref().err()),
    }
    (trace, told.map(|kept| kept.dropped))
}

fn lines(trace: &Trace) -> String {
    let mut text = String::new();
    for row in &trace.rows {
        let came = row.came.as_ref().map_or("(not shown)", |came| came.open(sink::Operator));
        let verdict = match &row.verdict {
            Verdict::Kept => "kept".to_owned(),
            Verdict::Dropped(reason, mend) => format!("{}: {mend}", reason.slug()),
        };
        writeln!(text, "{} | {came} | {verdict}", row.path).expect("memory takes it");
    }
    text
}

#[test]
fn each_part_has_its_verdict_and_what_to_do() {
    let json = r#"{
        "client_info": {"client_id": "dc7b1bd4-e636-4400-b6ed-31560b864b27", "os": "Linux",
            "app_display_version": "100.1", "locale": "de-AT"},
        "ping_info": {"seq": -1, "reason": "Ann asked"},
        "metrics": {
            "counter": {"shop.cart.filled": 2, "shop.cart.closed": 1, "shop.cart.secret": 7,
                "shop.cart.by_version": 4},
            "string": {"shop.cart.mail": "ann@example.org", "shop.cart.filled": "x"},
            "labeled_counter": {"shop.cart.kinds": {"food": 1, "Ann's": 2}},
            "quantity": {"shop.cart.weight": -3}
        },
        "events": [
            {"timestamp": 5, "category": "shop.cart", "name": "paid",
             "extra": {"by": "card", "coins": "many", "who": "Ann"}},
            [5, "shop.cart", "paid"]
        ]}"#;
    let (trace, _) = trace_of("till", Signals::default(), json);
    insta::assert_snapshot!(lines(&trace), @r#"
    client_info.app_display_version | "100.1" | kept
    client_info.client_id | (not shown) | kept
    client_info.locale | "de-AT" | filtered: This server never keeps this field, whatever SDKs send; there is nothing to mend.
    client_info.os | "Linux" | kept
    ping_info.reason | "Ann asked" | filtered: Declare this reason of `till` under `reasons` in pings.yaml and push the definitions.
    ping_info.seq | -1 | filtered: The value does not fit: such a field is a text of up to 100 bytes or a whole number.
    metrics.counter.shop.cart.by_version | 4 | expired: It was declared up to a version that this program has reached or does not tell; renew it with a later `expires` and a new review, or stop sending it.
    metrics.counter.shop.cart.closed | 1 | expired: Its review or its `expires` has ended; renew it with a later `expires` and a new review, or stop sending it.
    metrics.counter.shop.cart.filled | 2 | kept
    metrics.counter.shop.cart.secret | 7 | undeclared: Declare `shop.cart.secret` in metrics.yaml with `send_in_pings: [till]` and push the definitions.
    metrics.labeled_counter.shop.cart.kinds[Ann's] | 2 | filtered: Declare the label `Ann's` of `shop.cart.kinds` in metrics.yaml; it counts under `__other__` until then.
    metrics.labeled_counter.shop.cart.kinds | {"food": 1, "Ann's": 2} | kept
    metrics.quantity.shop.cart.weight | -3 | invalid-value: The value does not fit: a quantity is a whole number, not negative.
    metrics.string.shop.cart.filled | "x" | invalid-value: It is declared as counter; build the program with the definitions that were pushed.
    metrics.string.shop.cart.mail | (not shown) | denied: The person's signal says no, or this needs the person's own yes; there is nothing to mend.
    events.shop.cart.paid[by] | "card" | kept
    events.shop.cart.paid[coins] | "many" | filtered: The value does not fit: it is a whole number, not negative, written as text.
    events.shop.cart.paid[who] | "Ann" | filtered: Declare the extra key `who` of `shop.cart.paid` in metrics.yaml and push the definitions.
    events.shop.cart.paid | {"timestamp": 5, "category": "shop.cart", "name": "paid",              "extra": … | kept
    events | [5, "shop.cart", "paid"] | invalid-value: An event is an object with `category`, `name`, a `timestamp` that is a whole number, and `extra` that is an object.
    "#);
}

#[test]
fn a_ping_of_which_nothing_is_left_is_told_too() {
    let json = r#"{"client_info": {"client_id": "x"}, "metrics": {"counter": {"a.b": 1}}}"#;
    let (trace, refused) = trace_of("bare", Signals::default(), json);
    assert_eq!(refused, Err(Refusal::EmptyAfterFilter));
    insta::assert_snapshot!(lines(&trace), @r"
    client_info.client_id | (not shown) | filtered: This ping is declared without a client id, so it was left out. If one is needed, set `include_client_id: true` in pings.yaml and ask for the review.
    metrics.counter.a.b | 1 | undeclared: Declare `a.b` in metrics.yaml with `send_in_pings: [bare]` and push the definitions.
    ");
}

#[test]
fn of_a_ping_that_a_person_did_not_allow_nothing_is_told() {
    let json = r#"{"client_info": {"os": "Linux"}, "metrics": {"counter": {"a.b": 1}}}"#;
    let signals = Signals { gpc: Gpc::OptOut, ..Signals::default() };
    let (trace, refused) = trace_of("till", signals, json);
    assert_eq!((refused, trace.rows.len()), (Err(Refusal::OptedOut), 0));
}

#[test]
fn a_flood_of_parts_is_counted() {
    let many: Vec<_> = (0..limits::DEBUG_ROWS + 9).map(|n| format!("\"a.b{n}\":1")).collect();
    let json = format!(r#"{{"metrics":{{"counter":{{{}}}}}}}"#, many.join(","));
    let (trace, _) = trace_of("till", Signals::default(), &json);
    assert_eq!((trace.rows.len(), trace.more), (limits::DEBUG_ROWS, 9));
    let events = "{},".repeat(limits::EVENTS_PER_PING + 20);
    let json = format!(r#"{{"events":[{events}1]}}"#);
    let (trace, _) = trace_of("till", Signals::default(), &json);
    assert_eq!(trace.rows.len(), limits::DEBUG_ROWS);
}

/// JSON as strangers make it, around what the ping declares.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "-?(0|[1-9][0-9]{0,20})",
        Just("1e999".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        "[a-z\\\\\"u0]{0,6}".prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3)
                .prop_map(|all| format!("[{}]", all.join(","))),
            proptest::collection::vec(("[a-c]", inner), 0..3).prop_map(|all| {
                let all: Vec<_> = all.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
                format!("{{{}}}", all.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn each_verdict_is_counted_once(
        filled in value(), kinds in value(), event in value(), extra in value(), os in value(),
    ) {
        let json = format!(
            r#"{{"client_info": {{"os": {os}}},
                "metrics": {{"counter": {{"shop.cart.filled": {filled}}},
                             "labeled_counter": {{"shop.cart.kinds": {kinds}}}}},
                "events": [{event}, {{"timestamp": 1, "category": "shop.cart", "name": "paid",
                                      "extra": {extra}}}]}}"#
        );
        let (trace, result) = trace_of("till", Signals::default(), &json);
        prop_assert!(trace.rows.len() >= 5, "each part is told: {}", lines(&trace));
        let Ok(counted) = result else { return Ok(()) };
        // Labels are counted once for their metric, where that stays.
        let is_label = |row: &&Row| row.path.starts_with("metrics.labeled_counter.shop.cart.kinds[");
        let (labels, others): (Vec<_>, Vec<_>) = trace.rows.iter().partition(is_label);
        let kept = |path: &str| {
            others.iter().any(|row| row.path.ends_with(path) && row.verdict == Verdict::Kept)
        };
        let folded = u64::from(!labels.is_empty() && kept("shop.cart.kinds"));
        let left_out = others.iter().filter(|row| row.verdict != Verdict::Kept).count() as u64;
        prop_assert_eq!(left_out + folded, counted.values().sum::<u64>(), "{}", lines(&trace));
    }
}
