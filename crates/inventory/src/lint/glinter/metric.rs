//! Checks of one metric.

use super::{Item, Says, bug_numbers, is_built_in, tags_required, words};
use crate::glean::{self, Expires, RESERVED_PINGS};
use crate::lint::{Nit, Options, Profile, Severity, ours};
use crate::yaml::Node;

/// A check of one metric, with what it means for the run.
type Check = (&'static str, Severity, fn(&Item<'_>, &Options) -> Says);

const CHECKS: [Check; 14] = [
    ("UNIT_IN_NAME", Severity::Error, |it, _| unit_in_name(it)),
    ("BUG_NUMBER", Severity::Error, |it, _| bug_numbers(it)),
    ("BASELINE_PING", Severity::Error, baseline),
    ("MISSPELLED_PING", Severity::Error, |it, _| misspelled(it)),
    ("TAGS_REQUIRED", Severity::Error, tags_required),
    ("EXPIRATION_DATE_TOO_FAR", Severity::Warning, too_far),
    ("USER_LIFETIME_EXPIRATION", Severity::Warning, |it, _| user_lifetime(it)),
    ("EXPIRED", Severity::Warning, expired),
    ("OLD_EVENT_API", Severity::Warning, |it, _| old_events(it)),
    ("METRIC_ON_EVENTS_LIFETIME", Severity::Error, |it, _| lifetime_on_events(it)),
    ("EVENT_ON_NON_EVENTS_PING", Severity::Warning, |it, _| event_elsewhere(it)),
    ("UNEXPECTED_UNIT", Severity::Warning, |it, _| unexpected_unit(it)),
    ("EMPTY_DATAREVIEW", Severity::Warning, |it, _| empty_review(it)),
    ("HIGHER_DATA_SENSITIVITY_REQUIRED", Severity::Warning, |it, _| sensitivity(it)),
];

/// Names that `no_lint` may hold beside those of [`CHECKS`].
const OTHERS: [&str; 5] = [
    "UNUSED_NO_LINT",
    "UNKNOWN_PING_REFERENCED",
    "NAME_TOO_SIMILAR",
    "COMMON_PREFIX",
    "CATEGORY_GENERIC",
];

/// The longest a metric should run without a new look: two years.
const LIFE_DAYS: i64 = 730;

/// Runs them all.
pub(super) fn check(item: &Item<'_>, options: &Options, nits: &mut Vec<Nit>) {
    let no_lint = item.no_lint();
    unknown_checks(item, options, nits);
    for (check, severity, run) in CHECKS {
        let says = run(item, options);
        if !no_lint.contains(check) {
            let severity = strict(check, severity, options);
            nits.extend(says.into_iter().map(|says| item.nit(check, severity, says)));
        } else if says.is_empty() && !no_lint.contains("UNUSED_NO_LINT") {
            let says = format!(
                "Metric contains a no_lint: {check}, but {check} does not apply. Please remove the \
                 `no_lint` entry."
            );
            nits.push(item.nit("UNUSED_NO_LINT", Severity::Warning, says));
        }
    }
}

/// A server with reviews keeps nothing that has expired, so here it is no mere hint.
fn strict(check: &str, severity: Severity, options: &Options) -> Severity {
    match (check, options.profile) {
        ("EXPIRED", Profile::Candor) => Severity::Error,
        _ => severity,
    }
}

fn unknown_checks(item: &Item<'_>, options: &Options, nits: &mut Vec<Nit>) {
    let no_lint = item.no_lint();
    if no_lint.contains("UNKNOWN_LINT") {
        return;
    }
    let known = |name: &str| {
        CHECKS.iter().any(|(check, ..)| *check == name)
            || OTHERS.contains(&name)
            || (options.profile == Profile::Candor && ours::CHECKS.contains(&name))
    };
    let unknown: Vec<_> =
        no_lint.into_iter().filter(|name| !known(name)).map(|name| format!("'{name}'")).collect();
    if !unknown.is_empty() {
        let says = format!(
            "Metric contains unknown no_lints: [{}]. Please remove the `no_lint` entry.",
            unknown.join(", ")
        );
        nits.push(item.nit("UNKNOWN_LINT", Severity::Warning, says));
    }
}

fn says(applies: bool, sentence: &str) -> Says {
    applies.then(|| sentence.to_owned()).into_iter().collect()
}

const TIME_UNITS: [(&str, &str); 7] = [
    ("nanosecond", "ns"),
    ("microsecond", "us"),
    ("millisecond", "ms"),
    ("second", "s"),
    ("minute", "m"),
    ("hour", "h"),
    ("day", "d"),
];
const MEMORY_UNITS: [(&str, &str); 4] =
    [("byte", "b"), ("kilobyte", "kb"), ("megabyte", "mb"), ("gigabyte", "gb")];

fn unit_in_name(item: &Item<'_>) -> Says {
    let words = words(&item.entry.name);
    let last = words.last().copied().unwrap_or_default();
    let kind = item.kind();
    let kind = kind.strip_prefix("labeled_").unwrap_or(kind);
    let (key, units, default) = match kind {
        "timespan" | "datetime" => ("time_unit", &TIME_UNITS[..], "millisecond"),
        "timing_distribution" => ("time_unit", &TIME_UNITS[..], "nanosecond"),
        "memory_distribution" => ("memory_unit", &MEMORY_UNITS[..], "byte"),
        _ => return Says::new(),
    };
    let unit = item.text(key).unwrap_or(default);
    let short = units.iter().find(|(name, _)| *name == unit).map_or("", |(_, short)| *short);
    if last == unit || last == short {
        return vec![format!(
            "Suffix '{last}' is redundant with {key} '{unit}'. Only include {key}."
        )];
    }
    let other = units.iter().any(|(name, short)| last == *name || last == *short);
    let sentence = format!(
        "Suffix '{last}' doesn't match {key} '{unit}'. Confirm the unit is correct and only \
         include {key}."
    );
    says(other, &sentence)
}

fn baseline(item: &Item<'_>, options: &Options) -> Says {
    says(
        !options.allow_reserved && item.pings().contains("baseline"),
        "The baseline ping is Glean-internal. Remove 'baseline' from the send_in_pings array.",
    )
}

fn misspelled(item: &Item<'_>) -> Says {
    let pairs = item
        .pings()
        .into_iter()
        .flat_map(|ping| RESERVED_PINGS.into_iter().map(move |built_in| (ping, built_in)));
    pairs
        .filter(|(ping, built_in)| hamming(ping, built_in) == 1)
        .map(|(ping, meant)| format!("Ping '{ping}' seems misspelled. Did you mean '{meant}'?"))
        .collect()
}

/// In how many places two words differ, the shorter one filled up.
fn hamming(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let at = |word: &[char], place: usize| word.get(place).copied().unwrap_or(' ');
    (0..one.len().max(other.len())).filter(|place| at(&one, *place) != at(&other, *place)).count()
}

fn expiry(item: &Item<'_>) -> Option<Expires> {
    glean::expires(item.body.get("expires")?).ok()
}

fn too_far(item: &Item<'_>, options: &Options) -> Says {
    let Some(Expires::On(day)) = expiry(item) else { return Says::new() };
    let sentence = format!(
        "'{day}' is more than 730 days (~2 years) in the future. Please make sure this is \
         intentional. You can supress this warning by adding EXPIRATION_DATE_TOO_FAR to no_lint"
    );
    says(options.version.is_none() && day > options.today.plus(LIFE_DAYS), &sentence)
}

fn user_lifetime(item: &Item<'_>) -> Says {
    says(
        item.text("lifetime") == Some("user") && item.text("expires") != Some("never"),
        "Metrics with 'user' lifetime cannot have an expiration date. They live as long as the \
         user profile does. Set expires to 'never'.",
    )
}

fn expired(item: &Item<'_>, options: &Options) -> Says {
    let over = match expiry(item) {
        Some(Expires::Expired) => true,
        Some(Expires::On(day)) => day <= options.today,
        Some(Expires::WithVersion(last)) => options.version.is_some_and(|version| last <= version),
        Some(Expires::Never) | None => false,
    };
    says(over, "Metric has expired. Please consider removing it.")
}

fn extra_keys<'a>(item: &Item<'a>) -> impl Iterator<Item = (&'a str, &'a Node)> {
    let keys = item.body.get("extra_keys").and_then(Node::map).map_or(&[][..], |map| &map.entries);
    let keys = keys.iter().map(|entry| (entry.name.as_str(), &entry.node));
    let is_event = item.kind() == "event";
    keys.filter(move |_| is_event)
}

fn old_events(item: &Item<'_>) -> Says {
    let untyped = |node: &Node| node.map().is_some_and(|map| map.get("type").is_none());
    says(
        extra_keys(item).any(|(_, node)| untyped(node)),
        "The old event API is gone. Extra keys require a type.",
    )
}

fn lifetime_on_events(item: &Item<'_>) -> Says {
    let pings = item.pings();
    says(
        pings.contains("events")
            && !pings.contains("all_pings")
            && item.kind() != "event"
            && item.text("lifetime").unwrap_or("ping") == "ping",
        "Non-event metrics sent on the Events ping should not have the ping lifetime.",
    )
}

fn event_elsewhere(item: &Item<'_>) -> Says {
    let built_in = |ping: &str| {
        ping == "health" || (is_built_in(ping) && !matches!(ping, "default" | "events"))
    };
    says(
        item.kind() == "event" && item.pings().into_iter().any(built_in),
        "An event metric should usually go on the `events` ping or a custom ping, not on a builtin \
         ping.",
    )
}

fn unexpected_unit(item: &Item<'_>) -> Says {
    let may =
        ["quantity", "labeled_quantity", "custom_distribution", "labeled_custom_distribution"];
    says(
        !may.contains(&item.kind()) && item.text("unit").is_some_and(|unit| !unit.is_empty()),
        "The `unit` property is only allowed for quantity and custom distribution metrics.",
    )
}

fn empty_review(item: &Item<'_>) -> Says {
    let empty = |review: &str| matches!(review.to_lowercase().as_str(), "" | "todo" | "tbd");
    says(
        item.texts("data_reviews").any(empty),
        concat!("List of data reviews should not contain empty strings or TO", "DO markers."),
    )
}

fn sensitivity(item: &Item<'_>) -> Says {
    if item.texts("data_sensitivity").any(|one| one == "highly_sensitive") {
        return Says::new();
    }
    let keys = extra_keys(item).filter(|(key, _)| matches!(*key, "url" | "uri"));
    keys.map(|(key, _)| {
        format!(
            "`{key}` could potentially be used to collect sensitive data. Increase the metric's \
             data sensitivity or disable the lint. (This lint applies for the following extra key \
             names: url, uri)"
        )
    })
    .collect()
}
