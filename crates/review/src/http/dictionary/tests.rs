use candor_inventory::{Channel, Inventory};
use candor_kernel::{AppId, Day, PersonName, ProductId};
use candor_testing::{FixedClock, on_both};
use candor_web::Visit;
use serde_json::Value;

use super::shown::link;
use super::*;
use crate::rules::{Decision, Outcome};
use crate::store::Registration;

mod json;

const METRICS: &str = r#"$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled:
    type: labeled_counter
    description: How often <script>alert(1)</script> a cart was filled.
    expires: 2027-01-01
    data_sensitivity: [interaction]
    send_in_pings: [till]
    labels: ["<b>", apples]
    bugs: ["javascript:alert(1)", "https://example.org/bugs/1?a=<&b='"]
    data_reviews: ["https://example.org/r 1"]
    notification_emails: ["<i>@example.org"]
    metadata: {tags: ["<u>"]}
  content: {type: text, description: Content., expires: never, data_sensitivity: [stored_content], send_in_pings: [till, metrics]}
"#;
const PINGS: &str = "$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till: {description: The till., include_client_id: true, reasons: {closed: The till was closed.}}
";
const PRODUCT: &str = "$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
default: {why: To see what is used., benefit: It is mended first., amount: Everybody.}
";
const OWN_PART: &str = "
part: sample
persons: {design: Ann, approval: Cy, implementation: Bo}
records:
  visit:
    store: database
    about: One visit.
    owner: {person: {holder: sample, column: who}}
    retention: {days: {days: 30, by: day, unit: day}}
    fields:
      who: {what: The visitor, why: To find it again, benefit: It can be erased, category: interaction, arrives: given, personal: true, why_not_sealed: Compared by this server.}
      day: {what: The day, why: To end it, benefit: It ends, category: technical, arrives: observed}
";

fn person(name: &str) -> PersonName {
    PersonName::parse(name).expect("a name")
}

/// Runs a test with the dictionary of a shop whose request was granted in a title with markup.
async fn with_shop(test: impl AsyncFn(&Router)) {
    on_both(async |fresh| {
        let own = vec![Inventory::read(OWN_PART).expect("whole")];
        let registry = Arc::new(Registry::new(fresh.db.clone(), own, Vec::new()));
        let clock = Arc::new(FixedClock::on("2026-11-21"));
        let now = clock.now();
        let registration = Registration {
            product: ProductId::parse("shop").expect("an id"),
            title: "Shop & <em>Sons</em>".to_owned(),
            contact: "shop@example.org".to_owned(),
            apps: vec![(AppId::parse("org-example-shop").expect("an id"), Channel::Release)],
        };
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let files = [
            file("metrics.yaml", METRICS),
            file("pings.yaml", PINGS),
            file("product.yaml", PRODUCT),
        ];
        let pushed = registry
            .push(crate::registry::Push::of(&registration, &files, &person("Robin")), now)
            .await;
        let request = pushed.expect("it is kept").request.expect("something is asked");
        let decision = Decision {
            outcome: Outcome::Granted,
            steward: person("Sam"),
            note: "Lean <s>enough</s>.".to_owned(),
            expires: Day::parse("2027-06-01").expect("a day"),
            except: std::collections::BTreeSet::new(),
        };
        registry.decide(request, &decision, now).await.expect("it may be decided");
        test(&routes(&ReviewState { registry, clock }, 30)).await;
    })
    .await;
}

async fn get(router: &Router, path: &str) -> (u16, String) {
    let (status, body) = Visit::page(path).send(router.clone()).await.expect("a reply");
    (status, String::from_utf8(body).expect("text"))
}

async fn json(router: &Router, path: &str) -> String {
    let (status, body) = get(router, path).await;
    let value: Value = serde_json::from_str(&body).expect("JSON");
    format!("{status}\n{}", serde_json::to_string_pretty(&value).expect("plain data"))
}

#[tokio::test]
async fn what_others_wrote_is_text_on_every_page() {
    with_shop(async |router| {
        let paths = [
            "/data",
            "/data?q=%3Cscript%3E%22%27&tag=%3Cu%3E&product=%22%3E%3Cscript%3E",
            "/data?after=%22%3E%3Cscript%3E",
            "/data/shop",
            "/data/shop/ping/till",
            "/data/shop/metric/shop.cart.filled",
            "/data/candor",
            "/data/candor/field/visit.who",
        ];
        for path in paths {
            let (status, page) = get(router, path).await;
            assert_eq!(status, 200, "{path}");
            for foreign in
                ["<script", "<b>", "<i>", "<u>", "<em>", "<s>", "\"javascript:", "'javascript:"]
            {
                let own = foreign == "<b>" && path == "/data/shop";
                assert!(own || !page.contains(foreign), "{path} holds {foreign}:\n{page}");
            }
        }
        let (_, page) = get(router, "/data/shop/metric/shop.cart.filled").await;
        assert!(page.contains("javascript:alert(1)"), "it stays to be read");
        let link =
            "<a href=\"https://example.org/bugs/1?a=&#60;&#38;b=&#39;\" rel=\"noopener nofollow\">";
        assert!(page.contains(link), "{page}");
        assert!(!page.contains("href=\"https://example.org/r 1\""), "a blank ends an address");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_and_what_makes_no_sense_are_problems() {
    with_shop(async |router| {
        for path in [
            "/data/nobody",
            "/data/shop/metric/shop.cart.nothing",
            "/data/shop/ping/shop.cart.filled",
            "/data/shop/secret/till",
            "/api/dictionary/nobody",
            "/api/dictionary/shop/ping/nothing",
            "/api/allow-list/nobody",
            "/api/allow-list/candor",
            "/data/shop/metric/%00",
        ] {
            let (status, body) = get(router, path).await;
            assert_eq!(status, 404, "{path}: {body}");
        }
        let long = format!("/data?q={}", "x".repeat(201));
        for path in ["/data?state=wishful", "/api/dictionary?ends_by=2026-13-01", long.as_str()] {
            let (status, body) = get(router, path).await;
            assert_eq!(status, 400, "{path}: {body}");
            assert!(
                !body.contains("wishful") && !body.contains("xxx"),
                "it repeats nothing: {body}"
            );
        }
        let beyond = "/data?after=zzz/99999999999999999999";
        let (status, page) = get(router, beyond).await;
        assert!(status == 200 && page.contains("The list ends before it."), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_page_leads_to_the_next_with_the_same_search() {
    with_shop(async |router| {
        let (_, page) = get(router, "/data?q=cart&state=in_force").await;
        assert!(page.contains(">2 data<") && page.contains("shop.cart.content"), "{page}");
        assert!(!page.contains("Next page"), "one page holds both");
        let (_, page) = get(router, "/data?product=candor&after=candor/field/visit.day").await;
        assert!(
            page.contains("visit.who") && page.contains("href=\"/data?product=candor\""),
            "{page}"
        );
    })
    .await;
}

#[test]
fn only_addresses_of_the_web_are_links() {
    for good in ["https://example.org", "http://example.org/a?b#c", "HTTPS://EXAMPLE.ORG/x"] {
        assert_eq!(link(good), Some(good));
    }
    for other in [
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,x",
        "https://",
        "//example.org",
        "ftp://example.org",
        " https://example.org",
        "https://example.org/a b",
        "https://example.org/\u{7}",
        "example.org",
        "",
    ] {
        assert_eq!(link(other), None, "{other:?}");
    }
}
