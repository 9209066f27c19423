use candor_inventory::Channel;
use candor_kernel::{AppId, PersonName};
use candor_testing::on_both;

use super::*;
use crate::dictionary::State;
use crate::rules::{Decision, Outcome};
use crate::store::Registration;

const METRICS: &str = "$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled: {type: counter, description: How often., expires: never, data_sensitivity: [technical], send_in_pings: [till]}
";
const PINGS: &str = "$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till: {description: The till., include_client_id: true}
";
const PRODUCT: &str = "$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To see what is used., benefit: It is mended first., amount: Everybody.}
";

fn person(name: &str) -> PersonName {
    PersonName::parse(name).expect("a name")
}

async fn push(registry: &Registry, metrics: &str, now: Timestamp) -> Option<i64> {
    let registration = Registration {
        product: ProductId::parse("shop").expect("an id"),
        title: "Shop".to_owned(),
        contact: "shop@example.org".to_owned(),
        apps: vec![(AppId::parse("org-example-shop").expect("an id"), Channel::Release)],
    };
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let files =
        [file("metrics.yaml", metrics), file("pings.yaml", PINGS), file("product.yaml", PRODUCT)];
    let pushed = registry
        .push(crate::registry::Push::of(&registration, &files, &person("Robin")), now)
        .await;
    pushed.expect("it is kept").request
}

#[tokio::test]
async fn a_dictionary_stands_until_something_changes_and_reads_each_revision_once() {
    on_both(async |test| {
        let registry = Registry::new(test.db.clone(), Vec::new(), Vec::new());
        let shelf = Shelf::default();
        let now = Day::parse("2026-11-21").expect("a day").start();
        let later = now.plus(std::time::Duration::from_secs(86_400));
        let current = async |now| shelf.current(&registry, now).await.expect("a dictionary");
        assert_eq!(current(now).await.data_of("shop").count(), 0);

        let request = push(&registry, METRICS, now).await.expect("something is asked");
        let first = current(now).await;
        assert_eq!(first.data_of("shop").count(), 2);
        assert!(Arc::ptr_eq(&first, &current(now).await), "nothing was made again");
        assert!(!Arc::ptr_eq(&first, &current(later).await), "grants end by the day");

        let product = ProductId::parse("shop").expect("an id");
        let read = Arc::clone(&shelf.0.lock().await.pasts[&product].definitions);
        let decision = Decision {
            outcome: Outcome::Granted,
            steward: person("Sam"),
            note: "Lean.".to_owned(),
            expires: now.day().plus(30),
            except: std::collections::BTreeSet::new(),
        };
        registry.decide(request, &decision, now).await.expect("it may be decided");
        let second = current(now).await;
        let state = |dictionary: &Dictionary| {
            dictionary.datum("shop", "metric", "shop.cart.filled").map(|datum| datum.state)
        };
        assert_eq!((state(&first), state(&second)), (Some(State::Waiting), Some(State::InForce)));
        let same = Arc::clone(&shelf.0.lock().await.pasts[&product].definitions);
        assert!(Arc::ptr_eq(&read, &same), "no revision was read again");

        push(&registry, &METRICS.replace("filled", "emptied"), now).await;
        let third = current(now).await;
        assert_eq!(state(&third), Some(State::Removed));
        assert_eq!(shelf.0.lock().await.pasts[&product].number(), 2);
    })
    .await;
}
