use std::fmt::Write;

use candor_kernel::Day;

use crate::lint::{Options, Profile, lint};

const PINGS: &str = r"$schema: moz://mozilla.org/schemas/glean/pings/2-0-0
visit:
  description: What a person looked at, once a day.
  include_client_id: false
  bugs: [https://example.org/1]
  data_reviews: [https://example.org/2]
  notification_emails: [ann@example.org, team@example.org]
";

const METRICS: &str = r"$schema: moz://mozilla.org/schemas/glean/metrics/2-0-0
page:
  layout:
    type: string
    description: How wide the window is, in three steps.
    send_in_pings: [visit]
    bugs: [https://example.org/1]
    data_reviews: [https://example.org/2]
    data_sensitivity: [technical]
    notification_emails: [ann@example.org, team@example.org]
    expires: never
";

/// Lints the sample after replacing words in it, and tells what is found.
fn found(replaced: &[(&str, &str)]) -> String {
    let (mut metrics, mut pings) = (METRICS.to_owned(), PINGS.to_owned());
    for (from, to) in replaced {
        assert!(metrics.contains(from) || pings.contains(from), "{from}");
        metrics = metrics.replace(from, to);
        pings = pings.replace(from, to);
    }
    let options = Options {
        profile: Profile::Candor,
        today: Day::parse("2026-11-21").expect("a day"),
        version: None,
        allow_reserved: false,
        require_tags: false,
        granted: None,
    };
    let files = [("m.yaml".to_owned(), metrics), ("p.yaml".to_owned(), pings)];
    let mut text = String::new();
    for nit in lint(&files, &options).nits {
        let (severity, at) = (nit.severity.word(), nit.at);
        write!(text, "{}:{} {severity} {} ", at.file, at.line, nit.check).expect("to memory");
        writeln!(text, "{}: {}", nit.about, nit.message).expect("to memory");
    }
    text
}

#[test]
fn good_definitions_are_left_alone() {
    assert_eq!(found(&[]), "");
}

/// Replaces words, and expects exactly these checks, in order.
fn check(replaced: &[(&str, &str)], expected: &[&str]) {
    let found = found(replaced);
    let checks: Vec<_> = found.lines().filter_map(|line| line.split(' ').nth(2)).collect();
    assert_eq!(checks, expected, "{replaced:?}\n{found}");
}

const OF_METRICS: &str = "data_reviews: [https://example.org/2]\n    data_sensitivity: [technical]";
const KIND: &str = "type: string";
const SAYS: &str = "How wide the window is, in three steps.";
const RATED: &str = "data_sensitivity: [technical]";
const EMAILS: &str = "notification_emails: [ann@example.org, team@example.org]\n    expires: never";

#[test]
fn reviews_are_there_and_are_reviews() {
    for (reviews, expected) in [
        ("[]", &["REVIEW_MISSING"][..]),
        ("['']", &["REVIEW_MISSING"]),
        ("[todo]", &["REVIEW_MISSING"]),
        ("[to be written (TBD)]", &["REVIEW_MISSING"]),
        ("['https://example.org/?id=todo']", &["REVIEW_MISSING"]),
        ("[https://example.org/2, tbd later]", &["REVIEW_MISSING"]),
        ("[https://example.org/1]", &["REVIEW_IS_BUG"]),
        ("[https://example.org/1, https://example.org/2]", &[]),
        ("[review of May]", &["URL_INVALID"]),
        ("['ftp://example.org/2']", &["URL_INVALID"]),
        ("['https:// example.org']", &["URL_INVALID"]),
    ] {
        let written = format!("data_reviews: {reviews}\n    {RATED}");
        check(&[(OF_METRICS, &written)], expected);
    }
}

#[test]
fn addresses_reach_somebody() {
    for (emails, expected) in [
        ("[ann@example.org, bo@example.org]", &[][..]),
        ("[ann@example.org]", &["EXPIRES_NEVER_WITHOUT_OWNER"]),
        ("[team@example.org]", &["EXPIRES_NEVER_WITHOUT_OWNER"]),
        ("[app-probes@example.org, ann@lists.example.org]", &["EXPIRES_NEVER_WITHOUT_OWNER"]),
        ("[ann@example.org, not-an-email]", &["EMAIL_INVALID"]),
        ("[ann@example.org, CHANGE-ME@example.com]", &["EMAIL_INVALID"]),
        ("[ann@example.org, '@example.org']", &["EMAIL_INVALID"]),
        ("[ann@example.org, bo@localhost]", &["EMAIL_INVALID"]),
        ("[ann@example.org, bo@-x-.org]", &["EMAIL_INVALID"]),
        ("[ann@example.org, bo b@example.org]", &["EMAIL_INVALID"]),
        ("[nobody here]", &["EMAIL_INVALID", "EXPIRES_NEVER_WITHOUT_OWNER"]),
    ] {
        let written = format!("notification_emails: {emails}\n    expires: never");
        check(&[(EMAILS, &written)], expected);
        let written = format!("notification_emails: {emails}\n    expires: 2027-01-01");
        let ends: Vec<_> =
            expected.iter().copied().filter(|it| *it != "EXPIRES_NEVER_WITHOUT_OWNER").collect();
        check(&[(EMAILS, &written)], &ends);
    }
    assert!(
        found(&[("[ann@example.org, team@example.org]\n    ", "[ann@example.org]\n    ")])
            .contains("m.yaml:3 warning EXPIRES_NEVER_WITHOUT_OWNER page.layout")
    );
    assert!(
        found(&[("[ann@example.org, team@example.org]\n    ", "[team@example.org]\n    ")])
            .contains("m.yaml:3 error EXPIRES_NEVER_WITHOUT_OWNER page.layout")
    );
}

#[test]
fn descriptions_say_something() {
    for (says, expected) in [
        ("Window width.", &["DESCRIPTION_TOO_SHORT"][..]),
        ("The layout of the page.", &["DESCRIPTION_TOO_SHORT"]),
        ("The layout that a person chose.", &[]),
        ("A page layout appeared.", &[]),
    ] {
        check(&[(SAYS, says)], expected);
    }
}

#[test]
fn what_is_sensitive_is_rated_so() {
    let rated = |rating: &str| format!("data_sensitivity: [{rating}]");
    for (kind, says, rating, expected) in [
        ("string", "The address a person signed in with.", "technical", "SENSITIVITY_FLOOR"),
        ("string", "A hint, such as ann@example.org.", "stored_content", "SENSITIVITY_FLOOR"),
        ("string", "The title of the page.", "interaction", "SENSITIVITY_FLOOR"),
        ("string_list", "The URLs of all tabs.", "interaction", "SENSITIVITY_FLOOR"),
        ("url", "Where the search goes to.", "interaction", "SENSITIVITY_FLOOR"),
        ("string", "The title of the page.", "stored_content", ""),
        ("counter", "How many URLs were opened.", "interaction", ""),
        ("boolean", "Whether a password was saved.", "interaction", ""),
        ("string", "The name of the search engine.", "interaction", ""),
        ("string", "How wide the window is.", "", "SENSITIVITY_MISSING"),
    ] {
        let kind = format!("type: {kind}");
        let replaced = [(KIND, kind.as_str()), (SAYS, says), (RATED, &rated(rating))];
        let expected: Vec<_> = Some(expected).filter(|it| !it.is_empty()).into_iter().collect();
        check(&replaced, &expected);
    }
}

#[test]
fn extra_keys_are_looked_at() {
    let event = |key: &str, says: &str, kind: &str| {
        format!("type: event\n    extra_keys: {{{key}: {{description: {says}, type: {kind}}}}}")
    };
    for (key, says, kind, expected) in [
        ("url", "Where it happened.", "string", "SENSITIVITY_FLOOR"),
        ("lat", "Degrees.", "quantity", "SENSITIVITY_FLOOR"),
        ("place", "The title of the page.", "string", "SENSITIVITY_FLOOR"),
        ("item", "The name of the item.", "string", ""),
        ("title", "Whether there was one.", "boolean", ""),
        ("device_id", "Which device it was.", "string", "IDENTIFIER_NEW"),
    ] {
        let replaced =
            [(KIND, &*event(key, says, kind)), (RATED, "data_sensitivity: [interaction]")];
        let expected: Vec<_> = Some(expected).filter(|it| !it.is_empty()).into_iter().collect();
        check(&replaced, &expected);
    }
}

#[test]
fn identifiers_are_noticed() {
    let interaction = (RATED, "data_sensitivity: [interaction]");
    for (kind, says, expected) in [
        ("uuid", "Random, once for each start.", &["IDENTIFIER_NEW"][..]),
        ("string", "The hashed account id of the person.", &["IDENTIFIER_NEW"]),
        ("string", "The id of the campaign.", &[]),
        ("counter", "How often the account id changed.", &[]),
    ] {
        check(&[(KIND, &format!("type: {kind}")), (SAYS, says), interaction], expected);
    }
    let only_deletion = [(KIND, "type: uuid"), ("[visit]", "[deletion-request]"), interaction];
    check(&only_deletion, &[]);
}

#[test]
fn open_labels_are_not_technical() {
    check(&[(KIND, "type: labeled_counter")], &["LABELS_UNBOUNDED"]);
    check(&[(KIND, "type: labeled_counter\n    labels: [small, large]")], &[]);
    let interaction = (RATED, "data_sensitivity: [interaction]");
    check(&[(KIND, "type: labeled_counter"), interaction], &[]);
    check(&[("  layout:", "  start_error:")], &["LABELS_UNBOUNDED"]);
}

#[test]
fn pings_keep_to_the_switch() {
    let metadata = "include_client_id: false\n  metadata: {follows_collection_enabled: false}";
    check(&[("include_client_id: false", metadata)], &["PING_OUTLIVES_OPTOUT"]);
}

#[test]
fn what_identifies_together_is_found() {
    let stored = (RATED, "data_sensitivity: [stored_content]");
    let client = ("include_client_id: false", "include_client_id: true");
    let high = (RATED, "data_sensitivity: [highly_sensitive]");
    let combined = "CLIENT_ID_WITH_STORED_CONTENT";
    check(&[stored], &[]);
    check(&[stored, client], &[combined]);
    check(&[high, client], &[]);
    check(&[stored, ("[visit]", "[metrics]")], &[combined]);
    let another = |name: &str, kind: &str, says: &str, rated: &str| {
        format!(
            "expires: never\n  {name}:\n    type: {kind}\n    description: {says}\n    \
             send_in_pings: [visit]\n    bugs: [https://example.org/1]\n    \
             data_reviews: [https://example.org/2]\n    data_sensitivity: [{rated}]\n    \
             notification_emails: [ann@example.org, team@example.org]\n    expires: never"
        )
    };
    let id = another("who", "uuid", "Random, once for each installation.", "highly_sensitive");
    let place = another("lat", "quantity\n    unit: degrees", "Where it was.", "stored_content");
    let log = another("crash_reason", "string", "Why it ended, as a code.", "technical");
    let group = another("cohort", "string", "The test group.", "interaction");
    let address = (SAYS, "The URL that was opened.");
    let one = "COMBINATION_IDENTIFIES";
    let never = "expires: never";
    check(&[stored, (never, &id)], &["IDENTIFIER_NEW", one]);
    check(&[stored, (KIND, "type: uuid")], &["IDENTIFIER_NEW"]);
    check(&[(never, &place), client], &[combined]);
    check(&[(never, &place)], &[]);
    check(&[(never, &format!("{place}\n{}", &group["expires: never\n".len()..]))], &[one]);
    check(&[stored, address, (never, &log)], &[one]);
    check(&[stored, (never, &log)], &[]);
}

#[test]
fn every_check_can_be_switched_off() {
    let off = "data_sensitivity: []\n    no_lint: [SENSITIVITY_MISSING]";
    check(&[(RATED, off)], &[]);
    let metadata = "include_client_id: false\n  metadata: {follows_collection_enabled: false}\n  \
                    no_lint: [PING_OUTLIVES_OPTOUT]";
    check(&[("include_client_id: false", metadata)], &[]);
    let stored = "data_sensitivity: [stored_content]\n    no_lint: [CLIENT_ID_WITH_STORED_CONTENT]";
    check(&[(RATED, stored), ("include_client_id: false", "include_client_id: true")], &[]);
}
