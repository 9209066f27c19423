use std::collections::BTreeMap;

use candor_inventory::{Category, Grant, Inventory, Read, compile, glean, lint};
use candor_kernel::{DatumId, Day, ProductId, Timestamp, limits};

use super::index::{Collected, Input, index};
use super::past::Past;
use super::*;
use crate::store::dictionary::{Decided, Known, Reviewed, Row};

const METRICS: &str = r"
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled:
    type: counter
    description: How often a Cart was filled.
    expires: never
    data_sensitivity: [interaction]
    send_in_pings: [till]
    metadata: {tags: [Carts]}
  gone: {type: string, description: Gone soon., expires: never, data_sensitivity: [technical], send_in_pings: [till]}
  old: {type: boolean, description: Ended., expires: 2026-11-01, data_sensitivity: [technical], send_in_pings: [till]}
  vague: {type: boolean, description: Vague., expires: never, send_in_pings: [till]}
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
const OWN_PART: &str = r#"
part: sample
persons: {design: Ann, approval: Bo, implementation: Cy}
records:
  visit:
    store: database
    about: One visit.
    owner: {nobody: It is counted only.}
    retention: {days: {days: 30, by: day, unit: day}}
    fields:
      day: {what: The day of a visit, why: To end it, benefit: It ends, category: technical, arrives: observed}
"#;

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn at(text: &str) -> Timestamp {
    day(text).start()
}

fn definitions(metrics: &str) -> glean::Definitions {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let files = [file("m.yaml", metrics), file("p.yaml", PINGS), file("product.yaml", PRODUCT)];
    glean::read(&files).expect("whole")
}

/// A product with two revisions: the second lacks a metric and sends another more often.
fn past() -> Past {
    let mut past = Past::default();
    past.follow((1, at("2026-10-01")), "revision 1", definitions(METRICS));
    let kept = METRICS.lines().filter(|line| !line.contains("Gone soon"));
    let kept: Vec<_> = kept.collect();
    let text =
        kept.join("\n").replace("never\n    data_s", "never\n    lifetime: user\n    data_s");
    past.follow((2, at("2026-11-02")), "revision 2 by Robin", definitions(&text));
    past
}

fn reviewed(request: i64, state: &str, opened: &str, of: &glean::Definitions) -> Reviewed {
    let product = ProductId::parse("shop").expect("an id");
    let decision = (state != "open").then(|| Decided {
        steward: "Sam".to_owned(),
        note: "Lean.".to_owned(),
        at: at(opened).plus(std::time::Duration::from_secs(86_400)),
        expires: day("2027-01-01"),
    });
    let (requester, state) = ("Robin".to_owned(), state.to_owned());
    let rows =
        compile::data_of(&product, of).map(|(datum, terms)| (datum, Row { terms, refused: false }));
    let items = rows.collect();
    Reviewed { request, requester, opened: at(opened), state, decision, items }
}

/// The dictionary of the shop on a day: the first revision was granted, the second as said.
fn dictionary(second: &str, today: &str) -> Dictionary {
    let past = past();
    let known = Known {
        product: ProductId::parse("shop").expect("an id"),
        title: "Shop".to_owned(),
        contact: "shop@example.org".to_owned(),
        registered: at("2026-10-01"),
        apps: Vec::new(),
    };
    let reviews = [
        reviewed(1, "granted", "2026-10-02", &definitions(METRICS)),
        reviewed(2, second, "2026-11-03", &past.definitions),
    ];
    let granted = reviews.iter().filter(|review| review.state == "granted");
    let granted: Vec<(DatumId, Grant)> = granted
        .flat_map(|review| review.items.iter())
        .map(|(id, row)| {
            (
                id.clone(),
                Grant { terms: row.terms, granted: day("2026-10-01"), expires: day("2027-01-01") },
            )
        })
        .collect();
    let products = vec![Collected { product: &known, past: &past, granted: Some(&granted) }];
    let own = [Inventory::read(OWN_PART).expect("whole")];
    let (accepted, today) = (true, day(today));
    index(&Input {
        products,
        reviews: &reviews,
        own: &own,
        read: &Read::Everything,
        category_of_ping: &category_of_ping,
        accepted,
        today,
    })
}

fn category_of_ping(definitions: &glean::Definitions, ping: &str) -> Category {
    lint::category_of_ping(definitions, ping, false)
}

fn found(dictionary: &Dictionary, query: &Query) -> Vec<String> {
    let filter = query.filter().expect("it makes sense");
    dictionary.search(&filter).data.iter().map(|datum| datum.path()).collect()
}

#[test]
fn every_state_is_told() {
    let states = |second: &str, today: &str| {
        let dictionary = dictionary(second, today);
        let states =
            dictionary.data_of("shop").map(|datum| (datum.name.clone(), datum.state.name()));
        states.collect::<BTreeMap<_, _>>()
    };
    let check = |second, today, name: &str, expected| {
        assert_eq!(states(second, today)[name], expected, "{second} {today} {name}");
    };
    check("open", "2026-11-21", "till", "in_force");
    check("open", "2026-11-21", "shop.cart.filled", "waiting");
    check("granted", "2026-11-21", "shop.cart.filled", "in_force");
    check("refused", "2026-11-21", "shop.cart.filled", "refused");
    check("withdrawn", "2026-11-21", "shop.cart.filled", "refused");
    check("granted", "2027-01-01", "shop.cart.filled", "expired");
    check("granted", "2026-11-21", "shop.cart.old", "expired");
    check("granted", "2026-11-21", "shop.cart.gone", "removed");
    check("granted", "2026-11-21", "shop.cart.vague", "waiting");
    check("granted", "2026-11-21", "shop.cart.shape", "refused");
}

#[test]
fn a_story_is_told_from_the_first_declaration_on() {
    let dictionary = dictionary("granted", "2027-02-01");
    let story = |name: &str| {
        let datum = dictionary.datum("shop", "metric", name).expect("it was declared");
        let line =
            |told: &Told| format!("{} {} {}", told.at.day(), told.what, told.details.join(" "));
        datum.story.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(story("shop.cart.filled"), @r#"
    2026-10-01 First declared, in revision 1. 
    2026-10-02 Robin asked to keep it (request 1). 
    2026-10-03 Sam granted it until 2027-01-01 (request 1). Lean.
    2026-11-02 Changed in revision 2 by Robin: a grant for what it was before does not count any more. The program keeps it on the device until the program is removed; before: until it is sent.
    2026-11-03 Robin asked to keep it (request 2). 
    2026-11-04 Sam granted it until 2027-01-01 (request 2). Lean.
    2027-01-01 The grant of request 2 ended.
    "#);
    insta::assert_snapshot!(story("shop.cart.gone"), @r#"
    2026-10-01 First declared, in revision 1. 
    2026-10-02 Robin asked to keep it (request 1). 
    2026-10-03 Sam granted it until 2027-01-01 (request 1). Lean.
    2026-11-02 Removed from the definitions in revision 2 by Robin.
    "#);
    insta::assert_snapshot!(story("shop.cart.old"), @r#"
    2026-10-01 First declared, in revision 1. 
    2026-10-02 Robin asked to keep it (request 1). 
    2026-10-03 Sam granted it until 2027-01-01 (request 1). Lean.
    2026-11-01 Its own declaration ended. 
    2026-11-03 Robin asked to keep it (request 2). 
    2026-11-04 Sam granted it until 2027-01-01 (request 2). Lean.
    2027-01-01 The grant of request 1 ended. 
    2027-01-01 The grant of request 2 ended.
    "#);
}

#[test]
fn a_search_narrows_by_each_of_its_parts() {
    let dictionary = dictionary("granted", "2026-11-21");
    let check = |query: Query, expected: &[&str]| {
        let names = found(&dictionary, &query);
        let names: Vec<_> = names.iter().filter_map(|path| path.rsplit('/').next()).collect();
        assert_eq!(names, expected, "{query:?}");
    };
    let text = str::to_owned;
    let all = Query::default();
    check(
        all.clone(),
        &[
            "visit.day",
            "shop.cart.filled",
            "shop.cart.gone",
            "shop.cart.old",
            "shop.cart.shape",
            "shop.cart.vague",
            "till",
        ],
    );
    check(Query { q: text("OFTEN cart"), ..all.clone() }, &["shop.cart.filled"]);
    check(Query { q: text("carts"), ..all.clone() }, &["shop.cart.filled"]);
    check(Query { tag: text("Carts"), ..all.clone() }, &["shop.cart.filled"]);
    check(Query { tag: text("Cart"), ..all.clone() }, &[]);
    check(Query { product: text("candor"), ..all.clone() }, &["visit.day"]);
    check(Query { type_name: text("object"), ..all.clone() }, &["shop.cart.shape"]);
    check(Query { type_name: text("ping"), ..all.clone() }, &["till"]);
    check(Query { category: text("unclassified"), ..all.clone() }, &["shop.cart.vague"]);
    check(Query { state: text("removed"), ..all.clone() }, &["shop.cart.gone"]);
    check(Query { ends_by: text("2026-11-21"), ..all.clone() }, &["shop.cart.old"]);
    check(Query { q: text("no such word"), ..all.clone() }, &[]);
    check(
        Query { after: text("shop/metric/shop.cart.shape"), ..all.clone() },
        &["shop.cart.vague", "till"],
    );
    for beyond in ["zzz", "shop/ping/till", "shop/zzz", "\u{10ffff}/99999999999999999999"] {
        check(Query { after: text(beyond), ..all.clone() }, &[]);
    }
}

#[test]
fn pages_hold_everything_once() {
    let lines = (0..120).map(|number| {
        format!("  m{number}: {{type: counter, description: One., expires: never, send_in_pings: [till]}}\n")
    });
    let text = format!(
        "$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0\nshop.many:\n{}",
        lines.collect::<String>()
    );
    let mut past = Past::default();
    past.follow((1, at("2026-10-01")), "revision 1", definitions(&text));
    let known = Known {
        product: ProductId::parse("shop").expect("an id"),
        title: String::new(),
        contact: String::new(),
        registered: at("2026-10-01"),
        apps: Vec::new(),
    };
    let products = vec![Collected { product: &known, past: &past, granted: None }];
    let today = day("2026-11-21");
    let dictionary = index(&Input {
        products,
        reviews: &[],
        own: &[],
        read: &Read::Everything,
        category_of_ping: &category_of_ping,
        accepted: false,
        today,
    });
    let (mut query, mut seen) = (Query::default(), Vec::new());
    loop {
        let filter = query.filter().expect("it makes sense");
        let page = dictionary.search(&filter);
        assert_eq!(page.count, 121, "the same on every page");
        assert!(page.data.len() <= limits::DICTIONARY_PAGE);
        seen.extend(page.data.iter().map(|datum| datum.path()));
        let Some(next) = page.next else { break };
        query.after = next;
    }
    let all: Vec<_> = dictionary.data_of("shop").map(Datum::path).collect();
    assert_eq!((seen.len(), seen), (121, all));
}

#[test]
fn what_makes_no_sense_is_refused_in_a_sentence_without_it() {
    let text = str::to_owned;
    let long = "x".repeat(limits::DICTIONARY_QUERY_CHARS + 1);
    let none = Query::default();
    for (query, expected) in [
        (
            Query { q: long.clone(), ..none.clone() },
            "A part of the search is longer than 200 characters.",
        ),
        (
            Query { after: long, ..none.clone() },
            "A part of the search is longer than 200 characters.",
        ),
        (
            Query { state: text("<b>"), ..none.clone() },
            "`state` is one of in_force, waiting, expired, refused, removed.",
        ),
        (
            Query { ends_by: text("soon"), ..none.clone() },
            "`ends_by` is a day, written yyyy-mm-dd.",
        ),
    ] {
        assert_eq!(query.filter().map(drop), Err(expected.to_owned()));
    }
    assert!(
        Query { category: text("<b>"), ..none }.filter().is_err_and(|says| !says.contains('<'))
    );
}

#[test]
fn an_address_holds_a_search_whatever_is_in_it() {
    let query =
        Query { q: "a&b=\"ü\" #".to_owned(), state: "waiting".to_owned(), ..Query::default() };
    let address = query.after("/data", "shop/metric/a.b");
    assert_eq!(
        address,
        "/data?q=a%26b%3D%22%C3%BC%22%20%23&state=waiting&after=shop%2Fmetric%2Fa.b"
    );
    assert_eq!(Query::default().after("/data", ""), "/data");
}

#[test]
fn own_fields_stand_beside_those_of_products() {
    let dictionary = dictionary("open", "2026-11-21");
    let field = dictionary.datum(OWN, "field", "visit.day").expect("it is declared");
    assert_eq!((field.state, field.category), (State::InForce, Category::Technical));
    let Body::Field(own) = &field.body else { panic!("it is a field") };
    assert_eq!(own.ends, "Kept for 30 days.");
    assert!(dictionary.datum(OWN, "metric", "visit.day").is_none());
    assert!(dictionary.product("nobody").is_none());
}
