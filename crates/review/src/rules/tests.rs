use candor_inventory::glean;

use super::*;

const METRICS: &str = r"
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled: {type: counter, description: How often., expires: never, data_sensitivity: [interaction], send_in_pings: [till]}
  vague: {type: counter, description: Vague., expires: never, send_in_pings: [till]}
";
const PINGS: &str = r"
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till: {description: The till., include_client_id: true}
";

fn day(number: i64) -> Day {
    Day::from_number(number)
}

fn decision(outcome: Outcome, steward: &str, expires: i64) -> Decision {
    let steward = PersonName::parse(steward).expect("a name");
    Decision { outcome, steward, note: String::new(), expires: day(expires) }
}

fn item(category: Category) -> Item {
    let datum = DatumId::parse("shop/metric/shop.cart.vague").expect("an id");
    Item { datum, terms: Terms([0; 32]), category }
}

#[test]
fn decisions_have_their_rules() {
    let fine = [item(Category::Interaction)];
    let vague = [item(Category::Unclassified)];
    let asked = |state, items| Asked { kind: Kind::Collect, state, requester: "Ann", items };
    use Outcome::{Granted, Refused, Withdrawn};
    for (asked, decision, expected) in [
        (asked("open", &fine[..]), decision(Granted, "Bo", 200), Ok(())),
        (asked("open", &fine), decision(Refused, "Bo", 0), Ok(())),
        (asked("granted", &fine), decision(Withdrawn, "Bo", 0), Ok(())),
        (asked("open", &fine), decision(Granted, " ann", 200), Err("are two people")),
        (asked("granted", &fine), decision(Granted, "Bo", 200), Err("is granted, not open")),
        (asked("open", &fine), decision(Withdrawn, "Bo", 0), Err("is open, not granted")),
        (asked("open", &vague), decision(Granted, "Bo", 200), Err("shop.cart.vague: no category")),
        (asked("open", &vague), decision(Refused, "Bo", 200), Ok(())),
        (asked("open", &fine), decision(Granted, "Bo", 100), Err("ends after today")),
        (asked("open", &fine), decision(Granted, "Bo", 831), Err("within 730 days")),
    ] {
        let result = may_decide(asked, &decision, day(100)).map_err(|error| error.to_string());
        match expected {
            Ok(()) => assert_eq!(result, Ok(()), "{asked:?} {decision:?}"),
            Err(part) => {
                let error = result.expect_err(part);
                assert!(error.contains(part), "{error}");
            }
        }
    }
    let own = Asked { kind: Kind::BuiltIn, state: "open", requester: "Ann", items: &fine };
    assert!(may_decide(own, &decision(Granted, "Ann", 200), day(100)).is_ok());
}

#[test]
fn a_push_asks_for_what_has_no_grant_that_holds() {
    let product = ProductId::parse("shop").expect("an id");
    let files = [("m.yaml".into(), METRICS.into()), ("p.yaml".into(), PINGS.into())];
    let definitions = glean::read(&files).expect("whole");
    let asked = |grants: &HashMap<_, _>| items_to_review(&product, &definitions, grants, day(100));
    let all = asked(&HashMap::new());
    let categories: Vec<_> = all.iter().map(|i| (i.datum.as_str(), i.category)).collect();
    assert_eq!(
        categories,
        [
            ("shop/ping/till", Category::Interaction),
            ("shop/metric/shop.cart.filled", Category::Interaction),
            ("shop/metric/shop.cart.vague", Category::Unclassified),
        ]
    );
    let grant = |item: &Item, expires| {
        (item.datum.clone(), Grant { terms: item.terms, expires: day(expires) })
    };
    assert_eq!(asked(&all.iter().map(|item| grant(item, 101)).collect()), []);
    assert_eq!(asked(&all.iter().map(|item| grant(item, 100)).collect()), all, "ended today");
    let other = Grant { terms: Terms([9; 32]), expires: day(200) };
    let changed = HashMap::from([(all[0].datum.clone(), other)]);
    assert_eq!(asked(&changed), all, "granted for other terms");
}

#[test]
fn the_grant_that_fits_the_present_terms_counts() {
    let datum = item(Category::Technical).datum;
    let grant = |byte, expires| Grant { terms: Terms([byte; 32]), expires: day(expires) };
    let present = BTreeMap::from([(datum.clone(), Terms([1; 32]))]);
    for (given, expected) in [
        (vec![grant(1, 10), grant(2, 20)], grant(1, 10)),
        (vec![grant(2, 20), grant(1, 10)], grant(1, 10)),
        (vec![grant(1, 10), grant(1, 30)], grant(1, 30)),
        (vec![grant(1, 30), grant(1, 10)], grant(1, 30)),
        (vec![grant(2, 20), grant(3, 10)], grant(3, 10)),
    ] {
        let given = given.into_iter().map(|grant| (datum.clone(), grant));
        assert_eq!(grants_that_count(&present, given)[&datum], expected);
    }
}
