use super::*;

fn day(number: i64) -> Day {
    Day::from_number(number)
}

fn decision(outcome: Outcome, steward: &str, expires: i64) -> Decision {
    let steward = PersonName::parse(steward).expect("a name");
    let except = BTreeSet::new();
    Decision { outcome, steward, note: String::new(), expires: day(expires), except }
}

fn item(category: Category) -> Item {
    let datum = DatumId::parse("shop/metric/shop.cart.vague").expect("an id");
    Item::new(datum, Terms([0; 32]), category)
}

#[test]
fn decisions_have_their_rules() {
    let fine = [item(Category::Interaction)];
    let vague = [item(Category::Unclassified)];
    let requesters = &["Cy".to_owned(), "Ann".to_owned()][..];
    let asked = |state, items| Asked { kind: Kind::Collect, state, requesters, items };
    use Outcome::{Granted, Refused, Withdrawn};
    for (asked, decision, expected) in [
        (asked("open", &fine[..]), decision(Granted, "Bo", 200), Ok(())),
        (asked("open", &fine), decision(Refused, "Bo", 0), Ok(())),
        (asked("granted", &fine), decision(Withdrawn, "Bo", 0), Ok(())),
        (asked("open", &fine), decision(Granted, " ann", 200), Err("are two people")),
        (asked("open", &fine), decision(Granted, "Cy", 200), Err("are two people")),
        (asked("granted", &fine), decision(Granted, "Bo", 200), Err("is granted, not open")),
        (asked("superseded", &fine), decision(Granted, "Bo", 200), Err("is superseded, not open")),
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
    let own = Asked { kind: Kind::BuiltIn, state: "open", requesters, items: &fine };
    assert!(may_decide(own, &decision(Granted, "Ann", 200), day(100)).is_ok());
}

#[test]
fn parts_can_be_left_out_of_a_grant() {
    let named = |name: &str, category| {
        let datum = DatumId::parse(&format!("shop/metric/{name}")).expect("an id");
        Item::new(datum, Terms([0; 32]), category)
    };
    let vague = named("vague", Category::Unclassified);
    let items = [named("clear", Category::Interaction), vague];
    let requesters = &["Ann".to_owned()][..];
    let asked = |kind| Asked { kind, state: "open", requesters, items: &items };
    for (kind, outcome, except, expected) in [
        (Kind::Collect, Outcome::Granted, &["vague"][..], Ok(())),
        (Kind::Collect, Outcome::Granted, &["clear"], Err("shop/metric/vague: no category")),
        (Kind::Collect, Outcome::Granted, &["clear", "vague"], Err("Nothing is left to grant")),
        (Kind::Collect, Outcome::Granted, &["other"], Err("shop/metric/other is not asked for")),
        (Kind::Collect, Outcome::Refused, &["vague"], Err("Only a grant")),
        (Kind::BuiltIn, Outcome::Granted, &["vague"], Err("Only a grant")),
    ] {
        let ids = except.iter().map(|name| named(name, Category::Technical).datum);
        let decision = Decision { except: ids.collect(), ..decision(outcome, "Bo", 200) };
        let result = may_decide(asked(kind), &decision, day(100)).map_err(|e| e.to_string());
        match (result, expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) if error.contains(part) => {}
            (result, _) => panic!("{kind:?} {outcome:?} {except:?}: {result:?}"),
        }
    }
}

#[test]
fn the_grant_that_fits_the_present_terms_counts() {
    let datum = item(Category::Technical).datum;
    let grant =
        |byte, expires| Grant { terms: Terms([byte; 32]), granted: day(0), expires: day(expires) };
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
