use std::collections::BTreeSet;

use candor_inventory::Channel;
use candor_kernel::{AppId, ProductId};
use candor_testing::on_both;

use super::*;

mod history;

const PINGS: &str = r"
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till: {description: The till of the shop., include_client_id: true}
";

/// Definitions with these counters, each as sensitive as said.
fn metrics(counters: &[(&str, &str)]) -> String {
    let mut text =
        "$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\nshop.cart:\n".to_owned();
    for (name, sensitivity) in counters {
        text.push_str(&format!(
            "  {name}: {{type: counter, description: How often {name}., expires: never, \
             data_sensitivity: [{sensitivity}], data_reviews: ['https://example.org/{name}'], \
             notification_emails: [ann@example.org], send_in_pings: [till]}}\n"
        ));
    }
    text
}

fn files(metrics: &str) -> Vec<(String, String)> {
    vec![("metrics.yaml".into(), metrics.into()), ("pings.yaml".into(), PINGS.into())]
}

fn shop() -> ProductId {
    ProductId::parse("shop").expect("an id")
}

fn registration() -> Registration {
    Registration {
        product: shop(),
        title: "Shop".into(),
        contact: "shop@example.org".into(),
        apps: vec![(AppId::parse("org-shop").expect("an id"), Channel::Release)],
    }
}

fn person(name: &str) -> PersonName {
    PersonName::parse(name).expect("a name")
}

fn registry(db: &Database) -> Registry {
    Registry::new(db.clone(), Vec::new(), Vec::new())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((20_000 * 86_400 + seconds) * 1_000_000)
}
