use candor_inventory::{Channel, Inventory, ProductInput, compile, glean};
use candor_kernel::{AppId, Day, ProductId, sink};
use candor_preference::{Dnt, Gpc};
use serde_json::{Value, json};

use super::*;
use crate::rules::body;

mod traced;

const METRICS: &str = r"
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled: {type: counter, description: How often., expires: never, data_sensitivity: [technical], send_in_pings: [till]}
  closed: {type: counter, description: Closed., expires: 2020-01-01, data_sensitivity: [technical], send_in_pings: [till]}
  by_version: {type: counter, description: Young builds., expires: 100, data_sensitivity: [technical], send_in_pings: [till]}
  mail: {type: string, description: A mail address., expires: never, data_sensitivity: [highly_sensitive], send_in_pings: [till]}
  kinds: {type: labeled_counter, description: By kind., expires: never, data_sensitivity: [technical], send_in_pings: [till], labels: [food]}
  weight: {type: quantity, unit: grams, description: How heavy., expires: never, data_sensitivity: [technical], send_in_pings: [till]}
  elsewhere: {type: counter, description: Of another ping., expires: never, data_sensitivity: [technical], send_in_pings: [other]}
  paid: {type: event, description: Paid., expires: never, data_sensitivity: [interaction], send_in_pings: [till], extra_keys: {by: {type: string, description: How.}, coins: {type: quantity, description: Of what.}}}
";
const PINGS: &str = r"
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till: {description: The till., include_client_id: true, reasons: {closed: Closed.}}
bare: {description: Bare., include_client_id: false, metadata: {include_info_sections: false}}
";
const PRODUCT: &str = "
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To see what is used., benefit: It is mended first., amount: Everybody.}
";
const CLIENT: &str = "dc7b1bd4-e636-4400-b6ed-31560b864b27";

pub(super) fn in_force() -> InForce {
    let files = [("m", METRICS), ("p", PINGS), ("product", PRODUCT)]
        .map(|(name, text)| (name.to_owned(), text.to_owned()));
    let definitions = glean::read(&files).expect("whole");
    let product = ProductId::parse("shop").expect("an id");
    let expires = Day::parse("2030-01-01").expect("a day");
    let grants = compile::data_of(&product, &definitions)
        .map(|(datum, terms)| (datum, candor_inventory::Grant { terms, granted: expires, expires }))
        .collect();
    let apps = vec![(AppId::parse("shop").expect("an id"), Channel::Release)];
    let product = ProductInput {
        product,
        title: "Shop".into(),
        contact: "shop@example.org".into(),
        apps,
        definitions: definitions.into(),
        grants,
    };
    let own = Inventory::read(crate::INVENTORY).expect("our own declarations are whole");
    compile(
        &[product],
        &[own],
        true,
        &candor_inventory::Read::Everything,
        Day::parse("2026-11-21").expect("a day").start(),
    )
}

fn filtered(ping: &str, signals: Signals, json: &str) -> Result<Kept, Refusal> {
    let in_force = in_force();
    let payload = body::parse(json.as_bytes())?;
    let switched = Switched::default();
    filter(&in_force, &in_force.apps["shop"].pings[ping], &signals, payload, switched)
}

fn kept(ping: &str, json: &str) -> (Value, BTreeMap<Dropped, u64>) {
    let kept = filtered(ping, Signals::default(), json).expect("something is kept");
    let payload = serde_json::from_str(kept.payload.open(sink::Operator)).expect("JSON");
    (payload, kept.dropped)
}

#[test]
fn declared_metrics_stay_and_everything_else_goes() {
    let (payload, dropped) = kept(
        "till",
        r#"{
        "client_info": {"client_id": "dc7b1bd4-e636-4400-b6ed-31560b864b27", "os": "Linux",
            "app_display_version": "99.1", "device_model": "Ann's phone"},
        "ping_info": {"seq": 3, "reason": "closed", "start_time": "2026-11-21T20:26+00:00"},
        "metrics": {
            "counter": {"shop.cart.filled": 2, "shop.cart.closed": 1, "shop.cart.secret": 7,
                "shop.cart.by_version": 4, "shop.cart.elsewhere": 1},
            "string": {"shop.cart.mail": "ann@example.org", "shop.cart.filled": "x"}
        }}"#,
    );
    assert_eq!(
        payload,
        json!({
            "client_info": {"os": "Linux", "app_display_version": "99.1"},
            "ping_info": {"seq": 3, "reason": "closed"},
            "metrics": {"counter": {"shop.cart.filled": 2, "shop.cart.by_version": 4}}
        })
    );
    assert_eq!(
        dropped,
        BTreeMap::from([
            (Dropped::Undeclared, 2), // secret, and elsewhere, which this ping does not declare
            (Dropped::Expired, 1),
            (Dropped::Denied, 1),
            (Dropped::InvalidValue, 1),
            (Dropped::Filtered, 2),
        ])
    );
}

#[test]
fn the_client_id_goes_on_only_where_declared_and_never_into_the_payload() {
    let json = format!(r#"{{"client_info": {{"client_id": "{CLIENT}"}}}}"#);
    let with = filtered("till", Signals::default(), &json).expect("kept");
    let client = with.client.expect("declared");
    assert_eq!(client.open(sink::KeyedHash).to_string(), CLIENT);
    assert!(!with.payload.open(sink::Operator).contains(CLIENT));
    let without = filtered("bare", Signals::default(), &json).expect("kept");
    assert!(without.client.is_none());
    assert_eq!(without.payload.open(sink::Operator), "{}");
    assert_eq!(without.dropped, BTreeMap::from([(Dropped::Filtered, 1)]));
}

#[test]
fn a_persons_no_keeps_everything_out() {
    let json = r#"{"metrics": {"counter": {"shop.cart.filled": 2}}}"#;
    for signals in [
        Signals { dnt: Dnt::Forbid, ..Signals::default() },
        Signals { gpc: Gpc::OptOut, ..Signals::default() },
    ] {
        assert_eq!(filtered("till", signals, json).err(), Some(Refusal::OptedOut));
    }
    let allowed = Signals { dnt: Dnt::Allow, ..Signals::default() };
    assert!(filtered("till", allowed, json).is_ok());
}

#[test]
fn versions_that_outlived_a_metric_are_refused_and_unknown_ones_too() {
    for (version, keeps) in [
        ("99", true),
        ("99.9.1", true),
        ("100", false),
        ("101.0", false),
        ("x", false),
        ("99.\\u0000", false),
    ] {
        let json = format!(
            r#"{{"client_info": {{"app_display_version": "{version}"}},
                "metrics": {{"counter": {{"shop.cart.by_version": 1}}}}}}"#
        );
        let result = filtered("till", Signals::default(), &json);
        assert_eq!(result.err(), (!keeps).then_some(Refusal::EmptyAfterFilter), "{version}");
    }
}

#[test]
fn a_ping_of_which_nothing_is_left_is_not_kept() {
    let nothing = r#"{"metrics": {"counter": {"shop.cart.secret": 2}}}"#;
    let result = filtered("till", Signals::default(), nothing);
    assert_eq!(result.err(), Some(Refusal::EmptyAfterFilter));
    assert!(filtered("bare", Signals::default(), "{}").is_ok(), "it never had any");
}

#[test]
fn events_keep_declared_extras() {
    let (payload, dropped) = kept(
        "till",
        r#"{"events": [
        {"timestamp": 5, "category": "shop.cart", "name": "paid",
         "extra": {"by": "card", "coins": "3", "who": "Ann"}, "session": {"id": "x"}},
        {"timestamp": 6, "category": "shop.cart", "name": "paid", "extra": {"coins": "many"}},
        {"timestamp": 7, "category": "shop.cart", "name": "stolen"},
        {"timestamp": 8, "category": "shop.cart", "name": "filled"},
        {"timestamp": null, "category": "shop.cart", "name": "paid"}]}"#,
    );
    assert_eq!(
        payload,
        json!({"events": [
            {"timestamp": 5, "category": "shop.cart", "name": "paid", "extra": {"by": "card", "coins": "3"}},
            {"timestamp": 6, "category": "shop.cart", "name": "paid"},
        ]})
    );
    assert_eq!(
        dropped,
        BTreeMap::from([
            (Dropped::Undeclared, 2),
            (Dropped::InvalidValue, 1),
            (Dropped::Filtered, 2),
        ])
    );
}

#[test]
fn reasons_are_those_declared() {
    for reason in [r#""Ann asked""#, "15550123"] {
        let json = format!(r#"{{"ping_info": {{"seq": 1, "reason": {reason}}}}}"#);
        assert_eq!(kept("till", &json).0, json!({"ping_info": {"seq": 1}}), "{reason}");
    }
}

#[test]
fn the_fault_keeps_what_nobody_declared() {
    let in_force = in_force();
    let json = br#"{"metrics": {"counter": {"shop.cart.secret": 2}}}"#;
    let payload = body::parse(json).expect("well formed");
    let switched = Switched { keep_undeclared: true };
    let ping = &in_force.apps["shop"].pings["till"];
    let kept = filter(&in_force, ping, &Signals::default(), payload, switched).expect("kept");
    assert!(kept.payload.open(sink::Operator).contains("secret"));
}

#[test]
fn an_event_is_an_object_in_which_no_key_stands_twice() {
    let paid = r#""timestamp": 5, "category": "shop.cart", "name": "paid""#;
    for event in [
        r#"[5, "shop.cart", "paid", null]"#.to_owned(),
        format!(r#"{{{paid}, "name": "filled"}}"#),
        format!(r#"{{{paid}, "extra": ["by", "card"]}}"#),
        format!(r#"{{{paid}, "extra": {{"by": "card", "by": "cash"}}}}"#),
        r#"{"timestamp": 1e3, "category": "shop.cart", "name": "paid"}"#.to_owned(),
        r#"{"timestamp": -0, "category": "shop.cart", "name": "paid"}"#.to_owned(),
        "5".to_owned(),
    ] {
        let json = format!(r#"{{"events": [{event}]}}"#);
        let result = filtered("till", Signals::default(), &json);
        assert_eq!(result.err(), Some(Refusal::EmptyAfterFilter), "{event}");
    }
    let (payload, _) = kept("till", &format!(r#"{{"events": [{{{paid}, "extra": null}}]}}"#));
    assert_eq!(payload["events"][0]["name"], "paid");
}

#[test]
fn info_fields_are_texts_and_numbers() {
    let (payload, dropped) = kept(
        "till",
        r#"{"client_info": {"os": ["Linux"], "os_version": "a\u0000b", "app_build": -0,
            "architecture": {"a": 1}, "telemetry_sdk_build": 71, "app_channel": "beta",
            "device_model": "Ann's", "client_id": "none"}}"#,
    );
    assert_eq!(payload, json!({"client_info": {"telemetry_sdk_build": 71}}));
    assert_eq!(dropped, BTreeMap::from([(Dropped::Filtered, 6), (Dropped::InvalidValue, 1)]));
}
