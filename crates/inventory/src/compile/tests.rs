use std::collections::BTreeSet;

use candor_kernel::{MetricId, Revision};
use candor_preference::{Signals, permit};

use super::*;
use crate::{glean, in_force};

const METRICS: &str = r"
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled: {type: counter, description: How often., expires: 2027-01-01, data_sensitivity: [technical], send_in_pings: [till]}
  name: {type: string, description: A name., expires: never, data_sensitivity: [stored_content], send_in_pings: [till]}
  secret: {type: string, description: A secret., expires: never, data_sensitivity: [highly_sensitive], send_in_pings: [till]}
  vague: {type: string, description: Vague., expires: never, send_in_pings: [till]}
  shape: {type: object, description: Shape., expires: never, data_sensitivity: [technical], send_in_pings: [till]}
";
const PINGS: &str = r"
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till: {description: The till., include_client_id: true}
";
const PRODUCT: &str = "
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To see what is used., benefit: It is mended first., amount: Everybody.}
";

/// When everything was granted.
const GRANTED: &str = "2026-11-01";

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn product(granted_until: Option<&str>) -> ProductInput {
    let files = [("m", METRICS), ("p", PINGS), ("product", PRODUCT)]
        .map(|(name, text)| (name.to_owned(), text.to_owned()));
    let definitions = glean::read(&files).expect("whole");
    let product = ProductId::parse("shop").expect("an id");
    let grants = data_of(&product, &definitions)
        .filter_map(|(datum, terms)| {
            Some((datum, Grant { terms, granted: day(GRANTED), expires: day(granted_until?) }))
        })
        .collect();
    let app = |name, channel| (AppId::parse(name).expect("an id"), channel);
    let apps = vec![app("shop", Channel::Release), app("shop-beta", Channel::PreRelease)];
    ProductInput {
        product,
        title: "Shop".into(),
        contact: "shop@example.org".into(),
        apps,
        definitions: Arc::new(definitions),
        grants,
    }
}

fn compiled(granted_until: Option<&str>, today: &str) -> InForce {
    compile(&[product(granted_until)], &[], true, &Read::Everything, day(today).start())
}

fn metric<'a>(in_force: &'a InForce, app: &str, metric: &str) -> &'a MetricTerms {
    let metric = MetricId::parse(&format!("shop.cart.{metric}")).expect("an id");
    &in_force.apps[app].pings["till"].metrics[&metric]
}

#[test]
fn only_what_was_granted_and_has_not_ended_stands() {
    let cases = [
        (None, "2026-11-21", "filled", Err(Why::Unreviewed)),
        (Some("2028-01-01"), "2026-11-21", "filled", Ok(())),
        (Some("2028-01-01"), "2027-01-01", "filled", Err(Why::Expired)),
        (Some("2026-11-21"), "2026-11-20", "filled", Ok(())),
        (Some("2026-11-21"), "2026-11-21", "filled", Err(Why::Expired)),
        (Some("2028-01-01"), "2026-11-21", "vague", Err(Why::Unclassified)),
        (Some("2028-01-01"), "2026-11-21", "shape", Err(Why::Unsupported)),
    ];
    for (granted, today, name, expected) in cases {
        let in_force = compiled(granted, today);
        let found = metric(&in_force, "shop", name);
        assert_eq!(found.standing, expected, "{granted:?} {today} {name}");
        assert_eq!(in_force.data.contains(&found.datum), expected.is_ok());
    }
}

#[test]
fn what_no_report_reads_ends_after_a_while() {
    let filled = datum(&ProductId::parse("shop").expect("an id"), "metric", "shop.cart.filled");
    let till = datum(&ProductId::parse("shop").expect("an id"), "ping", "till");
    let nobody = Read::Only(BTreeSet::new());
    let one = Read::Only(BTreeSet::from([filled.clone()]));
    let both = Read::Only(BTreeSet::from([filled, till]));
    let (unread, stands) = (Err(Why::Unread), Ok(()));
    // Granted on 2026-11-01: the ninetieth day after it is 2027-01-30.
    for (read, today, metric, ping) in [
        (&nobody, "2027-01-29", stands, stands),
        (&nobody, "2027-01-30", unread, unread),
        (&one, "2027-01-30", stands, unread),
        (&both, "2027-01-30", stands, stands),
        (&Read::Everything, "2027-01-30", stands, stands),
    ] {
        let mut product = product(Some("2028-01-01"));
        let definitions = Arc::make_mut(&mut product.definitions);
        for metric in definitions.metrics.values_mut() {
            metric.expires = glean::Expires::Never;
        }
        let in_force = compile(&[product], &[], true, read, day(today).start());
        let found = self::metric(&in_force, "shop", "filled");
        assert_eq!(found.standing, metric, "{read:?} {today}");
        assert_eq!(in_force.apps["shop"].pings["till"].standing, ping, "{read:?} {today}");
        assert_eq!(in_force.data.contains(&found.datum), metric.is_ok());
    }
}

#[test]
fn an_id_by_which_people_have_data_deleted_is_read_for_that() {
    let files =
        [("p", PINGS), ("product", PRODUCT)].map(|(name, text)| (name.to_owned(), text.to_owned()));
    let id = METRICS.replace(
        "type: counter, description: How often., expires: 2027-01-01",
        "type: uuid, description: Its number., expires: never",
    );
    let ids = |pings: &str| {
        let text = id.replacen("send_in_pings: [till]", pings, 1);
        let files = [&[("m".to_owned(), text)][..], &files].concat();
        let definitions = glean::read(&files).expect("whole");
        let product = ProductInput { definitions: Arc::new(definitions), ..product(None) };
        let metric = product.definitions.metrics["shop.cart.filled"].clone();
        let grant =
            Grant { terms: metric.terms(), granted: day(GRANTED), expires: day("2028-01-01") };
        standing(&metric, Some(&grant), false, day("2027-06-01"))
    };
    assert_eq!(ids("send_in_pings: [till]"), Err(Why::Unread));
    assert_eq!(ids("send_in_pings: [till, deletion-request]"), Ok(()));
}

#[test]
fn the_registered_channel_decides_what_is_offered() {
    let in_force = compiled(Some("2028-01-01"), "2026-11-21");
    let offered = [
        ("filled", Offer::On, Offer::On),
        ("name", Offer::Explicit, Offer::On),
        ("secret", Offer::Explicit, Offer::Explicit),
    ];
    for (name, release, pre_release) in offered {
        assert_eq!(metric(&in_force, "shop", name).offer, release, "{name}");
        assert_eq!(metric(&in_force, "shop-beta", name).offer, pre_release, "{name}");
    }
}

#[test]
fn a_change_that_changes_the_risk_voids_the_grant() {
    let mut product = product(Some("2028-01-01"));
    let id = MetricId::parse("shop.cart.filled").expect("an id");
    Arc::make_mut(&mut product.definitions).metrics.get_mut(&id).expect("declared").kind =
        MetricKind::Quantity;
    let in_force = compile(&[product], &[], true, &Read::Everything, day("2026-11-21").start());
    assert_eq!(metric(&in_force, "shop", "filled").standing, Err(Why::Unreviewed));
}

#[test]
fn the_fingerprint_tells_states_apart_and_forgets_the_hour() {
    let state = |granted, today| fingerprint(&compiled(granted, today));
    assert_eq!(state(Some("2028-01-01"), "2026-11-21"), state(Some("2028-01-01"), "2026-11-22"));
    assert_ne!(state(Some("2028-01-01"), "2026-12-31"), state(Some("2028-01-01"), "2027-01-01"));
    assert_ne!(state(None, "2026-11-21"), state(Some("2028-01-01"), "2026-11-21"));
}

#[test]
fn a_permit_from_before_a_withdrawal_is_not_admitted() {
    let before = InForce { revision: Revision(1), ..compiled(Some("2028-01-01"), "2026-11-21") };
    let filled = metric(&before, "shop", "filled");
    let asked = [(filled.datum.clone(), in_force::terms(filled.standing, filled.offer))];
    let permit = permit(before.revision, &Signals::default(), asked).permit.expect("it stands");
    assert!(before.admits(&permit));
    let renamed = InForce { revision: Revision(2), ..compiled(Some("2029-01-01"), "2026-11-21") };
    assert!(renamed.admits(&permit), "another revision in which it still stands");
    let after = InForce { revision: Revision(3), ..compiled(None, "2026-11-21") };
    assert!(!after.admits(&permit));
}
