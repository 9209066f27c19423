use super::*;
use crate::glean::read;

const METRICS: &str = r"---
$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
shop:
  filled:
    type: labeled_counter
    description: How often a cart was filled.
    bugs: [https://example.org/1]
    data_reviews: [https://example.org/r/1]
    notification_emails: [steward@example.org]
    expires: 2027-01-01
    data_sensitivity: [interaction]
    send_in_pings: [till]
    labels: [fruit, bread]
  paid:
    type: event
    description: A cart was paid.
    bugs: [https://example.org/1]
    data_reviews: [https://example.org/r/1]
    notification_emails: [steward@example.org]
    expires: never
    data_sensitivity: [technical]
    extra_keys: {method: {type: string, description: Cash or card.}}
";
const PINGS: &str = r"---
$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
till:
  description: The till.
  include_client_id: false
  metadata: {include_info_sections: false}
  notification_emails: [till@example.org]
  reasons: {closed: The shop closed.}
";
const PRODUCT: &str = r"---
$schema: candor/product/1-0-0
persons: {design: Ann, implementation: Bo}
pings:
  till: {why: To count sales., benefit: Queues get shorter., amount: One till in ten.}
";

fn definitions(text: &str) -> Definitions {
    let files = text.split("=====").enumerate();
    let files: Vec<_> =
        files.map(|(number, text)| (format!("{number}.yaml"), text.to_owned())).collect();
    read(&files).expect("all are whole")
}

/// What a change of the text is told as: a line for each sentence, with `!` where a grant ends.
fn told(from: &str, to: &str) -> String {
    told_of(&format!("{METRICS}====={PINGS}"), from, to)
}

fn told_of(before: &str, from: &str, to: &str) -> String {
    let after = before.replacen(from, to, 1);
    assert_ne!(before, after, "{from}");
    let mut lines = String::new();
    for change in compare(&definitions(before), &definitions(&after)) {
        let mark = if change.voids { "! " } else { "" };
        let says = match change.how {
            How::Added => vec!["added".to_owned()],
            How::Removed => vec!["removed".to_owned()],
            How::Changed(says) => says,
        };
        for says in says {
            lines.push_str(&format!("{mark}{}: {says}\n", change.subject));
        }
    }
    lines.trim_end().to_owned()
}

#[test]
fn what_voids_a_grant_of_a_metric_is_said() {
    for (from, to, expected) in [
        (
            "type: event",
            "type: counter",
            "! shop.paid: Its value is now a whole number that only grows (counter); before: that \
             something happened, and when (event).\n\
             ! shop.paid: It is now sent in metrics.\n! shop.paid: It is no longer sent in events.",
        ),
        (
            "[interaction]",
            "[stored_content]",
            "! shop.filled: It is rated more sensitive: stored content; before: interaction.",
        ),
        (
            "[interaction]",
            "[technical]",
            "! shop.filled: It is rated less sensitive: technical; before: interaction.",
        ),
        (
            "[interaction]",
            "[]",
            "! shop.filled: It is no longer rated, so nobody says how sensitive it is; before: \
             interaction.",
        ),
        (
            "[till]",
            "[till, metrics]",
            "! shop.filled: It is now sent in metrics.\n! shop.filled: It now travels with the \
             client id, by which all that one copy of the program sends can be put together.",
        ),
        (
            "[till]",
            "[all-pings]",
            "! shop.filled: It is now sent in all pings.\n! shop.filled: It is no longer sent in \
             till.\n! shop.filled: It now travels with the client id, by which all that one copy of \
             the program sends can be put together.",
        ),
        (
            "[fruit, bread]",
            "[bread, salt, milk]",
            "! shop.filled: New among its labels: milk and salt.\n\
             ! shop.filled: Gone from its labels: fruit.",
        ),
        (
            "    labels: [fruit, bread]\n",
            "",
            "! shop.filled: Its labels are no longer a fixed list: the program chooses them as it \
             runs.",
        ),
        (
            "Cash or card.}",
            "Cash or card.}, amount: {type: quantity, description: In cents.}",
            "! shop.paid: It now also records amount, a whole number: In cents.",
        ),
        (
            "{method: {type: string, description: Cash or card.}}",
            "{}",
            "! shop.paid: It no longer records method.",
        ),
        (
            "type: string",
            "type: boolean",
            "! shop.paid: What it records as method is now yes or no; before: a short text.",
        ),
        (
            "    labels:",
            "    lifetime: user\n    labels:",
            "! shop.filled: The program keeps it on the device until the program is removed; \
             before: until it is sent.",
        ),
    ] {
        assert_eq!(told(from, to), expected, "{from} -> {to}");
    }
}

#[test]
fn what_a_grant_outlives_is_said_as_well() {
    for (from, to, expected) in [
        (
            "2027-01-01",
            "2028-01-01",
            "shop.filled: It is collected longer, until 2028-01-01; before: until 2027-01-01.",
        ),
        (
            "2027-01-01",
            "2026-12-01",
            "shop.filled: It ends earlier: it is collected until 2026-12-01; before: until \
             2027-01-01.",
        ),
        (
            "2027-01-01",
            "never",
            "shop.filled: It is collected longer, without an end; before: until 2027-01-01.",
        ),
        (
            "2027-01-01",
            "expired",
            "shop.filled: It is no longer collected; before: until 2027-01-01.",
        ),
        (
            "2027-01-01",
            "130",
            "shop.filled: It is collected until version 130; before: until 2027-01-01.",
        ),
        (
            "expires: never",
            "expires: 2027-01-01",
            "shop.paid: It is collected until 2027-01-01 only; before: without an end.",
        ),
        (
            "A cart was paid",
            "A cart was paid at the till",
            "shop.paid: It is described differently: “A cart was paid at the till”; before: “A \
             cart was paid”.",
        ),
        (
            "Cash or card",
            "Cash",
            "shop.paid: method is described differently: “Cash”; before: “Cash or card”.",
        ),
        (
            "[steward@example.org]",
            "[a@example.org, b@example.org]",
            "shop.filled: Who answers for it is now a@example.org and b@example.org; before: \
             steward@example.org.",
        ),
        ("[https://example.org/1]", "[https://example.org/2]", ""),
        ("A cart was paid.", "A cart\n      was paid.", ""),
    ] {
        assert_eq!(told(from, to), expected, "{from} -> {to}");
    }
}

#[test]
fn what_changed_of_a_ping_is_said() {
    for (from, to, expected) in [
        (
            "include_client_id: false",
            "include_client_id: true",
            "! till: It now travels with the client id, by which all that one copy of the program \
             sends can be put together.",
        ),
        (
            "{include_info_sections: false}",
            "{}",
            "! till: It now says from which device and version of the program it comes.",
        ),
        (
            "{include_info_sections: false}",
            "{include_info_sections: false, follows_collection_enabled: false}",
            "! till: It is now sent even where the person switched the collection off.",
        ),
        (
            "{closed: The shop closed.}",
            "{opened: The shop opened.}",
            "! till: It is now also sent for the reason opened: The shop opened.\n\
             ! till: It is no longer sent for the reason closed.",
        ),
        (
            "The till.",
            "The tills.",
            "till: It is described differently: “The tills”; before: “The till”.",
        ),
        (
            "[till@example.org]",
            "[]",
            "till: Who answers for it is now nobody; before: till@example.org.",
        ),
        ("till:\n", "counter:\n", "counter: added\n! till: removed"),
    ] {
        assert_eq!(told(from, to), expected, "{from} -> {to}");
    }
    assert_eq!(told("  paid:", "  left:"), "shop.left: added\n! shop.paid: removed");
}

#[test]
fn what_changed_of_a_purpose_is_said() {
    let before = format!("{METRICS}====={PINGS}====={PRODUCT}");
    for (from, to, mark, says) in [
        (
            "To count sales.",
            "To sell more.",
            "! ",
            "It is taken for another reason: “To sell more”; before: “To count sales”.",
        ),
        (
            "One till in ten.",
            "All tills.",
            "! ",
            "How much of it is taken is another: “All tills”; before: “One till in ten”.",
        ),
        (
            "Queues get shorter.",
            "You wait less.",
            "",
            "What people get from it is told differently: “You wait less”; before: “Queues get \
             shorter”.",
        ),
        ("  till: {why", "  other: {why", "! ", "The product no longer says why it is taken."),
    ] {
        let expected = format!("{mark}till: {says}\n{mark}shop.filled: {says}");
        assert_eq!(told_of(&before, from, to), expected, "{from} -> {to}");
    }
    let without = definitions(&format!("{METRICS}====={PINGS}"));
    let changes = compare(&without, &definitions(&before));
    let says = vec!["The product now says why: “To count sales”.".to_owned()];
    assert!(changes.iter().all(|one| one.voids && one.how == How::Changed(says.clone())));
    assert_eq!(changes.len(), 2);
}

#[test]
fn sentences_stay_short() {
    let long = "a word and another ".repeat(40);
    let says = told("A cart was paid.", &format!("A cart was paid. {long}"));
    assert!(says.chars().count() < 320, "{says}");
    let labels: Vec<String> = (0..40).map(|number| format!("new{number:02}")).collect();
    let says = told("[fruit, bread]", &format!("[fruit, bread, {}]", labels.join(", ")));
    assert!(says.ends_with("new11 and 28 more."), "{says}");
    let before = format!("{METRICS}====={PINGS}").replace("A cart was paid.", &long);
    let after = before.replace(long.trim_end(), &format!("{long}at last"));
    let changes = compare(&definitions(&before), &definitions(&after));
    let How::Changed(says) = &changes[0].how else { panic!("it changed") };
    assert!(says[0].contains("at last”"), "the end that differs is shown: {}", says[0]);
}
