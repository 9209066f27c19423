//! The programme's own examples of each category, in our words, and what must not be proposed.

use super::*;

fn proposed(kind: Option<MetricKind>, name: &str, description: &str) -> Option<Category> {
    propose(kind, name, description).map(|proposal| proposal.category)
}

#[test]
fn the_programme_s_examples_get_their_category() {
    for (category, examples) in EXAMPLES {
        let wrong = |example: &&&str| proposed(None, "", example) != Some(category);
        let wrong: Vec<_> = examples.iter().filter(wrong).collect();
        assert_eq!(wrong, Vec::<&&str>::new(), "{category:?}");
    }
}

#[test]
fn names_and_types_speak_too() {
    let string = Some(MetricKind::String);
    for (kind, name, expected) in [
        (string, "account.mail_address", Some(Category::HighlySensitive)),
        (string, "pageUrl", Some(Category::StoredContent)),
        (string, "position.lat", Some(Category::HighlySensitive)),
        (Some(MetricKind::Quantity), "position.lat", Some(Category::HighlySensitive)),
        (Some(MetricKind::Counter), "bar.url", None),
        (Some(MetricKind::Url), "search.engine", Some(Category::StoredContent)),
        (Some(MetricKind::Text), "anything", Some(Category::StoredContent)),
        (Some(MetricKind::Event), "menu.seen", Some(Category::Interaction)),
        (Some(MetricKind::TimingDistribution), "first.frame", Some(Category::Technical)),
        (string, "search.engine_name", None),
        (string, "bookmarks.reason", None),
    ] {
        assert_eq!(proposed(kind, name, "What it is."), expected, "{kind:?} {name}");
    }
}

#[test]
fn what_a_description_denies_lists_or_counts_is_not_taken_for_content() {
    for description in [
        "Why it failed. Texts are cut so that no URL is left.",
        "It holds no URL and no e-mail address.",
        "The item that was seen: bookmark, url, password.",
        "The name of the search engine.",
        "Why the passwords could not be synced.",
        "The name of the device's maker, or of the item.",
    ] {
        let found = topics(Some(MetricKind::String), "a.thing", description);
        assert!(found.iter().all(|(topic, _)| !topic.needs_words()), "{description} {found:?}");
    }
    for description in ["How many URLs were opened.", "Whether a password was saved."] {
        let found = topics(None, "a.thing", description);
        assert!(found.iter().all(|(topic, _)| !topic.needs_words()), "{description} {found:?}");
    }
}

#[test]
fn an_address_in_disguise_is_seen() {
    for description in [
        "The address the user signed in with.",
        "A hint for support, such as ann@example.org.",
        "Contact of the account (e-mail).",
    ] {
        let got = proposed(Some(MetricKind::String), "account.hint", description);
        assert_eq!(got, Some(Category::HighlySensitive), "{description}");
    }
}

#[test]
fn identifiers_are_those_of_somebody() {
    for (kind, name, description, expected) in [
        (MetricKind::Uuid, "anything", "Random.", true),
        (MetricKind::String, "sync.uid", "Hashed.", true),
        (MetricKind::String, "user.id", "Hashed.", true),
        (MetricKind::String, "sync.who", "The hashed account id.", true),
        (MetricKind::String, "sync.who", "A unique identifier of the device.", true),
        (MetricKind::String, "trial.slug", "The unique identifier of the experiment.", false),
        (MetricKind::String, "ads.campaign_id", "The id of the campaign.", false),
        (MetricKind::Counter, "user.id", "How often the id changed.", false),
    ] {
        assert_eq!(is_identifier(kind, name, description), expected, "{name}: {description}");
    }
}
