//! What is in force while the targets run: the definitions of the captured pings and those of
//! fuzz/definitions, granted but for some.

use std::sync::LazyLock;

use candor_inventory::glean::{self, Definitions};
use candor_inventory::{Channel, Grant, InForce, Inventory, ProductInput, Why, compile};
use candor_kernel::{AppId, Day, ProductId};

/// The application that is registered.
pub const APP: &str = "shop";

/// Its pings.
pub const PINGS: [&str; 7] = [
    "everything",
    "bare",
    "events",
    "baseline",
    "sample-bundle",
    "no-identifiers",
    "anonymous-info",
];

const FILES: [&str; 5] = [
    include_str!("../definitions/product.yaml"),
    include_str!("../definitions/metrics.yaml"),
    include_str!("../definitions/pings.yaml"),
    include_str!("../../tests/vectors/glean/definitions/metrics.yaml"),
    include_str!("../../tests/vectors/glean/definitions/pings.yaml"),
];

/// Returns what is in force where the application is registered as released.
pub fn release() -> &'static InForce {
    static IN_FORCE: LazyLock<InForce> = LazyLock::new(|| in_force(Channel::Release));
    &IN_FORCE
}

/// Returns what is in force where it is registered as a preview.
pub fn pre_release() -> &'static InForce {
    static IN_FORCE: LazyLock<InForce> = LazyLock::new(|| in_force(Channel::PreRelease));
    &IN_FORCE
}

/// Compiles any definitions, all granted: whatever could be read can be put in force.
pub fn compiles(definitions: Definitions) {
    let (metrics, pings) = (definitions.metrics.len(), definitions.pings.len());
    let compiled = compiled(definitions, Channel::Release, |_| true);
    let app = &compiled.apps[APP];
    assert_eq!(app.pings.len(), pings);
    for ping in app.pings.values() {
        let stands = ping.standing == ping.purpose.as_ref().map(drop).ok_or(Why::Unexplained);
        assert!(stands && ping.metrics.len() <= metrics);
    }
}

fn in_force(channel: Channel) -> InForce {
    let files = FILES.iter().enumerate().map(|(n, text)| (format!("{n}.yaml"), (*text).to_owned()));
    let definitions = glean::read(&files.collect::<Vec<_>>())
        .unwrap_or_else(|findings| panic!("these definitions are whole: {findings:?}"));
    compiled(definitions, channel, |datum| !datum.ends_with(".ungranted"))
}

fn compiled(definitions: Definitions, channel: Channel, grant: fn(&str) -> bool) -> InForce {
    let product = ProductId::parse("shop").expect("it is an id");
    let expires = Day::parse("2030-01-01").expect("it is a day");
    let grants = compile::data_of(&product, &definitions)
        .filter(|(datum, _)| grant(datum.as_str()))
        .map(|(datum, terms)| (datum, Grant { terms, granted: expires, expires }))
        .collect();
    let product = ProductInput {
        product,
        title: "Shop".into(),
        contact: "shop@example.org".into(),
        apps: vec![(AppId::parse(APP).expect("it is an id"), channel)],
        definitions: definitions.into(),
        grants,
    };
    let own = Inventory::read(candor_telemetry::INVENTORY).expect("our own declarations are whole");
    let now = Day::parse("2026-11-21").expect("it is a day").start();
    compile(&[product], &[own], true, &candor_inventory::Read::Everything, now)
}
