use candor_inventory::glean;

use super::*;

const METRICS: &str = r"
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled: {type: counter, description: How often it is filled., expires: 2027-01-01, data_sensitivity: [technical], bugs: ['https://example.org/b'], data_reviews: ['https://example.org/r'], notification_emails: [ann@example.org], send_in_pings: [till]}
  contact: {type: string, description: The e-mail address., expires: never, data_sensitivity: [technical], send_in_pings: [till]}
";
const PINGS: &str = r"
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till: {description: The till., include_client_id: true}
";

fn explained(datum: &str) -> Row {
    let product = ProductId::parse("shop").expect("an id");
    let files = [("m".to_owned(), METRICS.to_owned()), ("p".to_owned(), PINGS.to_owned())];
    let definitions = glean::read(&files).expect("whole");
    let datum = DatumId::parse(datum).expect("an id");
    Declared::find(&product, &definitions, &datum)
        .map(|declared| Row::of(&datum, declared))
        .unwrap_or_default()
}

#[test]
fn a_row_says_what_a_steward_needs() {
    let filled = explained("shop/metric/shop.cart.filled");
    assert_eq!((filled.kind.as_str(), filled.until.as_str()), ("counter", "until 2027-01-01"));
    assert_eq!(filled.description, "How often it is filled.");
    assert_eq!(
        (filled.pings, filled.people),
        (vec!["till".into()], vec!["ann@example.org".into()])
    );
    assert_eq!(filled.reviews, ["https://example.org/r"]);
    assert_eq!(filled.proposed, None, "nothing speaks for more");
    let till = explained("shop/ping/till");
    assert_eq!(till.value, "with the client's id, with device information");
    for unknown in ["shop/metric/shop.cart.paid", "other/ping/till", "shop/ping"] {
        assert_eq!(explained(unknown), Row::default(), "{unknown}");
    }
}

#[test]
fn a_stricter_category_is_proposed() {
    let contact = explained("shop/metric/shop.cart.contact");
    let proposed = contact.proposed.expect("an address is not technical");
    assert!(proposed.category > Category::Technical, "{proposed:?}");
}

#[test]
fn places_of_reviews_are_counted_by_host() {
    let at = |host: &str| format!("https://{host}/1");
    let hosts: Vec<_> = ["b", "a", "b", "c", "d", "e", "f"].map(at).into_iter().collect();
    let told = places(hosts.iter().map(String::as_str).chain(["TBD", "javascript:x"]));
    assert_eq!(told, "b (2), a (1), c (1), d (1), e (1) and 1 more");
    assert_eq!(places(["N/A"]), "");
}
