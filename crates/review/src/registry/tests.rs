use std::collections::BTreeSet;

use candor_inventory::Channel;
use candor_kernel::{AppId, PersonName, ProductId};
use candor_testing::on_both;

use super::*;
use crate::rules::Outcome;
use crate::rules::push::Wants;
use crate::store::Registration;

mod asking;
mod history;
mod import;
mod many;
mod unreadable;

const PINGS: &str = r"
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till: {description: The till of the shop., include_client_id: true}
";

const PRODUCT: &str = r"
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To see what is used., benefit: It is mended first., amount: Everybody.}
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
    [("metrics.yaml", metrics), ("pings.yaml", PINGS), ("product.yaml", PRODUCT)]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into()
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

/// Pushes these metrics as somebody, at a second of the day.
async fn push(
    registry: &Registry,
    metrics: &str,
    (by, seconds): (&str, i64),
    wants: Wants,
) -> Pushed {
    let (registration, files, requester) = (registration(), files(metrics), person(by));
    let push = Push {
        registration: &registration,
        files: &files,
        requester: &requester,
        rev: None,
        wants,
    };
    registry.push(push, at(seconds)).await.expect("it is whole")
}

/// Decides as Sam, for a year, at a second of the day.
async fn decide(
    registry: &Registry,
    request: i64,
    (outcome, except): (Outcome, &[&str]),
    seconds: i64,
) -> Result<Revision, String> {
    let except = except.iter().map(|datum| DatumId::parse(datum).expect("an id"));
    let decision = Decision {
        outcome,
        steward: person("Sam"),
        note: "It is little.".into(),
        expires: at(seconds).day().plus(365),
        except: except.collect(),
    };
    let decided = registry.decide(request, &decision, at(seconds)).await;
    decided.map_err(|error| error.to_string())
}

/// Returns the names of the metrics of the till that are in force.
fn standing(registry: &Registry) -> Vec<String> {
    let in_force = registry.in_force().borrow().clone();
    let Some(app) = in_force.apps.get("org-shop") else { return Vec::new() };
    let of_ping = app.pings["till"].metrics.iter();
    let mut standing: Vec<_> = of_ping
        .filter(|(_, metric)| metric.standing.is_ok())
        .map(|(id, _)| id.as_str().replace("shop.cart.", ""))
        .collect();
    standing.sort();
    standing
}

/// Writes what is asked in a line: name, why, and `!` where a grant ended.
fn told(pushed: &Pushed) -> Vec<String> {
    let line = |one: &crate::rules::row::Explained| {
        let name = one.item.datum.as_str().rsplit(['/', '.']).next().unwrap_or_default();
        let voided = if one.item.voided { "!" } else { "" };
        format!("{name} {}{voided}", one.item.how.name())
    };
    pushed.asked.iter().map(line).collect()
}
