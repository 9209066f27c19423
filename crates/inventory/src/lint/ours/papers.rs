//! What must stand beside a datum: reviews, addresses, persons, a description.

use super::{Found, Item};
use crate::glean::{Expires, Metric};
use crate::lint::Severity;

/// Words that stand where something has still to be written.
const LATER: [&str; 5] = ["todo", "tbd", "tba", "fixme", "changeme"];

/// Words of mail addresses that many read, and nobody in particular.
const GROUPS: [&str; 44] = [
    "admin",
    "alert",
    "alerts",
    "all",
    "analytics",
    "android",
    "board",
    "bugs",
    "contact",
    "data",
    "desktop",
    "dev",
    "devs",
    "eng",
    "engineering",
    "feedback",
    "group",
    "hello",
    "help",
    "info",
    "internal",
    "ios",
    "list",
    "lists",
    "mail",
    "metrics",
    "mobile",
    "nobody",
    "noreply",
    "office",
    "ops",
    "owners",
    "privacy",
    "probes",
    "product",
    "project",
    "reply",
    "security",
    "staff",
    "stewards",
    "support",
    "team",
    "teams",
    "telemetry",
];

/// Words that say nothing beyond a name.
const FILLERS: [&str; 13] =
    ["a", "an", "the", "of", "is", "was", "are", "it", "this", "that", "in", "metric", "ping"];

/// Looks at everything that metrics and pings must both have.
pub(super) fn check(item: &Item<'_>, found: &mut Found) {
    reviews(item, found);
    for (key, urls) in [("bugs", item.bugs), ("data_reviews", item.reviews)] {
        for url in urls.iter().filter(|url| !is_url(url) && !is_later(url) && !url.is_empty()) {
            let says = format!("{url:?} in `{key}` is no address that a browser opens.");
            found.error(item, "URL_INVALID", &says, "write it in full, with https://");
        }
    }
    for email in item.emails.iter().filter(|email| !is_email(email)) {
        let says = format!("{email:?} in `notification_emails` is no mail address of anybody.");
        let fix = "write the address of a person who answers for this";
        found.error(item, "EMAIL_INVALID", &says, fix);
    }
    description(item, found);
}

fn reviews(item: &Item<'_>, found: &mut Found) {
    let fix = "ask for a review, and write its address into `data_reviews`";
    if let Some(later) = item.reviews.iter().find(|review| is_later(review)) {
        let says = format!("The review that it names has still to come: {later:?}.");
        return found.error(item, "REVIEW_MISSING", &says, fix);
    }
    if item.reviews.iter().all(|review| review.trim().is_empty()) {
        let says = "It names no review, so nobody can see who agreed to it, and to what.";
        return found.error(item, "REVIEW_MISSING", says, fix);
    }
    if item.reviews.iter().all(|review| item.bugs.contains(review)) {
        let says = "The only review that it names is its own bug. That is fine if the answer \
                    stands there.";
        found.add(item, "REVIEW_IS_BUG", Severity::Note, says, None);
    }
}

/// What never ends needs somebody who will notice when it should.
pub(super) fn never(item: &Item<'_>, metric: &Metric, found: &mut Found) {
    let persons = || item.emails.iter().filter(|email| !is_group(email));
    if metric.expires != Expires::Never {
        return;
    }
    if persons().count() == 0 {
        let says = "It never expires, and `notification_emails` names no person who watches over \
                    it: only addresses that many read, or none.";
        let fix = "add the address of a person, or a day to `expires`";
        found.error(item, "EXPIRES_NEVER_WITHOUT_OWNER", says, fix);
    } else if item.emails.len() == 1 {
        let says = "It never expires, and one person alone watches over it. When they leave, \
                    nobody does.";
        let fix = "add a second address, or a day to `expires`";
        found.warning(item, "EXPIRES_NEVER_WITHOUT_OWNER", says, fix);
    }
}

fn description(item: &Item<'_>, found: &mut Found) {
    let known = words(&item.about);
    let said = words(item.description);
    let telling: Vec<_> = said.iter().filter(|word| !FILLERS.contains(&word.as_str())).collect();
    let repeats = telling.len() < 3 && telling.iter().all(|word| known.contains(word));
    let says = if said.len() < 3 {
        "Its description is shorter than three words. It stands in the notice, for people who do \
         not know the program."
    } else if repeats {
        "Its description says nothing that its name does not. It stands in the notice, for people \
         who do not know the program."
    } else {
        return;
    };
    let fix = "say what is recorded, and when";
    found.warning(item, "DESCRIPTION_TOO_SHORT", says, fix);
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn is_later(text: &str) -> bool {
    let text = text.to_lowercase().replace("change-me", "changeme");
    words(&text).iter().any(|word| LATER.contains(&word.as_str()))
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let whole = |rest: &str| rest.starts_with(char::is_alphanumeric);
    rest.is_some_and(whole) && !text.contains(char::is_whitespace)
}

/// Whether a mail address has its form: that of HTML's `input type=email`, and a dot in its host.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let in_name = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_label = |label: &str| {
        let inside = label.chars().all(|c| c.is_alphanumeric() || c == '-');
        !label.is_empty() && inside && !label.starts_with('-') && !label.ends_with('-')
    };
    !name.is_empty()
        && name.chars().all(in_name)
        && host.contains('.')
        && host.split('.').all(is_label)
        && !is_later(text)
}

fn is_group(email: &str) -> bool {
    let (name, host) = email.split_once('@').unwrap_or((email, ""));
    let is_list = host.split('.').any(|label| matches!(label, "lists" | "groups" | "googlegroups"));
    is_list || !is_email(email) || words(name).iter().any(|word| GROUPS.contains(&word.as_str()))
}
