use candor_inventory::glean;

use super::*;

const METRICS: &str = r"
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop.cart:
  filled: {type: counter, description: How often., expires: never, data_sensitivity: [interaction], send_in_pings: [till]}
  seen: {type: boolean, description: Seen., expires: never, data_sensitivity: [technical], data_reviews: ['https://example.org/1'], send_in_pings: [till]}
  vague: {type: counter, description: Vague., expires: never, send_in_pings: [till]}
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

fn shop() -> ProductId {
    ProductId::parse("shop").expect("an id")
}

fn day(number: i64) -> Day {
    Day::from_number(number)
}

fn definitions(from: &str, to: &str) -> Definitions {
    let files = [("m", METRICS), ("p", PINGS), ("product", PRODUCT)];
    let files = files.map(|(name, text)| (name.to_owned(), text.replace(from, to)));
    glean::read(&files).expect("whole")
}

fn grants(items: &[Item], expires: i64) -> Vec<(DatumId, Grant)> {
    let grant = |item: &Item| {
        (item.datum.clone(), Grant { terms: item.terms, granted: day(0), expires: day(expires) })
    };
    items.iter().map(grant).collect()
}

/// What is asked on day 100, and why.
fn asked(before: Before<'_>, definitions: &Definitions, wants: Wants) -> Asks {
    let category = |ping: &str| candor_inventory::lint::category_of_ping(definitions, ping, false);
    asks(&shop(), definitions, before, wants, day(100), &category)
}

fn told(asks: &Asks) -> Vec<(&str, How, bool)> {
    let name = |item: &'_ Item| item.datum.as_str().rsplit('/').next().map(str::len);
    let start = |item: &Item| item.datum.as_str().len() - name(item).unwrap_or_default();
    asks.items.iter().map(|i| (&i.datum.as_str()[start(i)..], i.how, i.voided)).collect()
}

#[test]
fn a_push_asks_for_what_has_no_grant_that_holds() {
    let present = definitions("", "");
    let (none, nobody) = (HashMap::new(), HashSet::new());
    let before = Before { definitions: None, granted: &[], refused: &none, elsewhere: &nobody };
    let all = asked(before, &present, Wants::default()).items;
    let categories: Vec<_> = all.iter().map(|i| (i.datum.as_str(), i.category)).collect();
    assert_eq!(
        categories,
        [
            ("shop/ping/till", Category::Interaction),
            ("shop/metric/shop.cart.filled", Category::Interaction),
            ("shop/metric/shop.cart.seen", Category::Technical),
            ("shop/metric/shop.cart.vague", Category::Unclassified),
        ]
    );
    let held = Before { granted: &grants(&all, 101), ..before };
    assert_eq!(asked(held, &present, Wants::default()), Asks::default());
    let ended = Before { granted: &grants(&all, 100), ..before };
    assert_eq!(asked(ended, &present, Wants::default()).items, all, "ended today");
}

#[test]
fn each_datum_says_why_it_is_asked() {
    let then = definitions("", "");
    let (none, nobody) = (HashMap::new(), HashSet::new());
    let first = Before { definitions: None, granted: &[], refused: &none, elsewhere: &nobody };
    let all = asked(first, &then, Wants::default()).items;
    let of = |granted| Before { definitions: Some(&then), granted, ..first };
    let (held, ended) = (grants(&all, 101), grants(&all, 100));
    let changed = definitions("filled: {type: counter", "filled: {type: quantity");
    let more = definitions("  vague:", "  vaguer:");
    use How::{Changed, New, Renewal, Ungranted};
    for (before, now, expected) in [
        (of(&held), &changed, vec![("shop.cart.filled", Changed, true)]),
        (of(&held), &more, vec![("shop.cart.vaguer", New, false)]),
        (
            of(&ended[1..2]),
            &then,
            vec![
                ("till", Ungranted, false),
                ("shop.cart.filled", Renewal, false),
                ("shop.cart.seen", Ungranted, false),
                ("shop.cart.vague", Ungranted, false),
            ],
        ),
    ] {
        assert_eq!(told(&asked(before, now, Wants::default())), expected);
    }
    let late = asked(of(&ended), &changed, Wants::default());
    assert_eq!(told(&late)[1], ("shop.cart.filled", Changed, false), "no grant held any more");
    let gone = removed(&shop(), &more, of(&held), day(100));
    let vague = DatumId::parse("shop/metric/shop.cart.vague").expect("an id");
    assert_eq!(gone, [Removed { datum: vague, voided: true }]);
}

#[test]
fn what_was_refused_is_asked_again_only_when_somebody_wants_it() {
    let present = definitions("", "");
    let nobody = HashSet::new();
    let first =
        Before { definitions: None, granted: &[], refused: &HashMap::new(), elsewhere: &nobody };
    let all = asked(first, &present, Wants::default()).items;
    let refused = HashMap::from([((all[0].datum.clone(), all[0].terms), 7)]);
    let before = Before { definitions: Some(&present), refused: &refused, ..first };
    let rest = asked(before, &present, Wants::default());
    assert_eq!((rest.items.len(), rest.refused), (3, vec![(all[0].datum.clone(), 7)]));
    let again = asked(before, &present, Wants { again: true, ..Wants::default() });
    assert_eq!((again.items.len(), again.refused), (4, vec![]));
    let changed = definitions("include_client_id: true", "include_client_id: false");
    assert_eq!(asked(before, &changed, Wants::default()).items.len(), 4, "it is another question");
}

#[test]
fn an_import_asks_only_for_what_was_reviewed_elsewhere() {
    let present = definitions("", "");
    let (none, nobody) = (HashMap::new(), HashSet::new());
    let before = Before { definitions: None, granted: &[], refused: &none, elsewhere: &nobody };
    let imported = asked(before, &present, Wants { import: true, again: false });
    assert_eq!(told(&imported), [("shop.cart.seen", How::Elsewhere, false)]);
    assert_eq!(imported.unlinked.len(), 3);
    let open = &imported.items[0];
    let elsewhere = HashSet::from([(open.datum.clone(), open.terms)]);
    let next = Before { elsewhere: &elsewhere, ..before };
    let ordinary = asked(next, &present, Wants::default());
    assert_eq!(told(&ordinary)[2], ("shop.cart.seen", How::Elsewhere, false));
    assert_eq!(ordinary.items.len(), 4);
}
