use super::*;

pub(super) const METRICS: &str = r"---
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
$tags: [Sample]
shop.cart:
  filled:
    type: counter
    description: How often a cart was filled.
    bugs: [https://example.org/1]
    data_reviews: [https://example.org/r/1]
    notification_emails: [steward@example.org]
    expires: 2027-01-01
    data_sensitivity: [technical, interaction]
  paid:
    type: event
    description: A cart was paid.
    expires: 130
    data_sensitivity: [interaction]
    extra_keys: {method: {type: string, description: How.}, amount: {type: quantity, description: Of what.}}
";
pub(super) const PINGS: &str = r"---
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till:
  description: The till.
  include_client_id: false
  metadata: {include_info_sections: false}
  reasons: {closed: The shop closed.}
";

fn read_texts(metrics: &str, pings: &str) -> Result<Definitions, String> {
    read(&[("metrics.yaml".into(), metrics.into()), ("pings.yaml".into(), pings.into())])
        .map_err(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

fn id(text: &str) -> MetricId {
    MetricId::parse(text).expect("an id")
}

#[test]
fn definitions_read_as_glean_means_them() {
    let definitions = read_texts(METRICS, PINGS).expect("both files are whole");
    let filled = &definitions.metrics[&id("shop.cart.filled")];
    assert_eq!(filled.category, Category::Interaction, "the highest of several rules");
    assert!(filled.pings.contains("metrics"), "default is the metrics ping");
    assert_eq!(filled.expires, Expires::On(Day::parse("2027-01-01").expect("a day")));
    let paid = &definitions.metrics[&id("shop.cart.paid")];
    assert!(paid.pings.contains("events"), "default of an event is the events ping");
    assert_eq!(paid.expires, Expires::WithVersion(130));
    let till = &definitions.pings["till"];
    assert!(!till.client_id && !till.info_sections && till.reasons.contains_key("closed"));
}

#[test]
fn a_metric_expires_on_its_day() {
    let definitions = read_texts(METRICS, PINGS).expect("both files are whole");
    let filled = &definitions.metrics[&id("shop.cart.filled")];
    let day = Day::parse("2027-01-01").expect("a day");
    assert!(!filled.expired(day.plus(-1)) && filled.expired(day) && filled.expired(day.plus(1)));
}

#[test]
fn problems_name_file_and_metric() {
    for (from, to, expected) in [
        ("type: counter", "type: abacus", "metrics.yaml:5: filled has the type \"abacus\""),
        ("2027-01-01", "soon", "expires \"soon\"; write a day"),
        ("[technical, interaction]", "[secret]", "has the sensitivity \"secret\""),
        ("type: quantity", "type: float", "has an extra key of type \"float\""),
        ("metrics/2-0-0", "things/2-0-0", "names no `$schema`"),
        ("  filled:\n", "  fil led:\n", "is not a metric id"),
    ] {
        assert!(METRICS.contains(from), "{from}");
        let found = read_texts(&METRICS.replace(from, to), PINGS).expect_err("a problem");
        assert!(found.contains(expected), "{from} -> {to}: {found}");
    }
    let twice = read(&[("a.yaml".into(), METRICS.into()), ("b.yaml".into(), METRICS.into())]);
    assert_eq!(twice.expect_err("twice").len(), 2);
}

#[test]
fn grants_cover_what_changes_the_risk_and_nothing_else() {
    let terms = |text: &str| {
        read_texts(text, PINGS).expect("whole").metrics[&id("shop.cart.filled")].terms()
    };
    let before = terms(METRICS);
    for same in [("How often", "How many times"), ("steward@", "other@"), ("2027", "2028")] {
        assert_eq!(terms(&METRICS.replace(same.0, same.1)), before, "{same:?}");
    }
    for other in [
        ("type: counter", "type: quantity"),
        ("[technical, interaction]", "[technical]"),
        ("expires: 2027-01-01", "expires: 2027-01-01\n    send_in_pings: [till]"),
        ("expires: 2027-01-01", "expires: 2027-01-01\n    lifetime: user"),
        ("expires: 2027-01-01", "expires: 2027-01-01\n    labels: [a]"),
    ] {
        assert_ne!(terms(&METRICS.replace(other.0, other.1)), before, "{other:?}");
    }
}

#[test]
fn without_a_sensitivity_a_metric_is_unclassified() {
    let text = METRICS.replace("    data_sensitivity: [technical, interaction]\n", "");
    let definitions = read_texts(&text, PINGS).expect("reads");
    assert_eq!(definitions.metrics[&id("shop.cart.filled")].category, Category::Unclassified);
}

#[test]
fn what_aliases_stand_for_has_an_end() {
    let definitions = |times: usize| {
        let list = vec!["1"; 1250].join(", ");
        let aliases = vec!["*a"; times].join(", ");
        format!("$schema: moz://x/glean/metrics/1\n$list: &a [{list}]\n$lists: [{aliases}]\n")
    };
    let check = |times| read(&[("m.yaml".to_owned(), definitions(times))]);
    assert!(check(300).is_ok());
    let findings = check(900).expect_err("it stands for more than a file holds");
    assert!(findings[0].message.starts_with("More than"), "{findings:?}");
}
