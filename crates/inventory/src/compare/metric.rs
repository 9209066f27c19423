//! What changed of a metric, in sentences.

use candor_kernel::PingName;

use super::words::{client_id, description, names, only, people, purpose};
use crate::Category;
use crate::glean::{ALL_PINGS, Definitions, Expires, Metric, RESERVED_PINGS};
use crate::plain;

/// Says in what a metric is another than before. Each stands with the definitions that it is of.
pub(super) fn says(
    (before, old): (&Definitions, &Metric),
    (after, new): (&Definitions, &Metric),
) -> Vec<String> {
    let mut says = Vec::new();
    says.extend(value(old, new));
    says.extend(category(old.category, new.category));
    pings((before, old), (after, new), &mut says);
    extra_keys(old, new, &mut says);
    labels(old, new, &mut says);
    says.extend(lifetime(&old.lifetime, &new.lifetime));
    says.extend(expires(old.expires, new.expires));
    says.extend(purpose(old.purpose.as_ref(), new.purpose.as_ref()));
    says.extend(description(&old.description, &new.description));
    says.extend(people(&old.emails, &new.emails));
    says
}

fn value(old: &Metric, new: &Metric) -> Option<String> {
    if old.kind == new.kind {
        let unit = |metric: &Metric| metric.unit.clone().unwrap_or_else(|| "no unit".to_owned());
        return (old.unit != new.unit)
            .then(|| format!("It is measured in {}; before: {}.", unit(new), unit(old)));
    }
    // Labels have sentences of their own.
    let words = |metric: &Metric| plain::value(&Metric { labels: None, ..metric.clone() });
    Some(format!(
        "Its value is now {} ({}); before: {} ({}).",
        words(new),
        new.kind.slug(),
        words(old),
        old.kind.slug()
    ))
}

fn category(old: Category, new: Category) -> Option<String> {
    let says = match (old, new) {
        _ if old == new => return None,
        (Category::Unclassified, _) => {
            format!("It is now rated {}; before: not at all.", new.words())
        }
        (_, Category::Unclassified) => format!(
            "It is no longer rated, so nobody says how sensitive it is; before: {}.",
            old.words()
        ),
        _ => format!(
            "It is rated {} sensitive: {}; before: {}.",
            if new > old { "more" } else { "less" },
            new.words(),
            old.words()
        ),
    };
    Some(says)
}

fn pings(
    (before, old): (&Definitions, &Metric),
    (after, new): (&Definitions, &Metric),
    says: &mut Vec<String>,
) {
    let (joined, left) = (only(&old.pings, &new.pings), only(&new.pings, &old.pings));
    if joined.is_empty() && left.is_empty() {
        return;
    }
    let joins = |names: &str| match names {
        ALL_PINGS => "It is now sent in all pings.".to_owned(),
        names => format!("It is now sent in {names}."),
    };
    let leaves = |names: &str| match names {
        ALL_PINGS => "It is no longer sent in all pings.".to_owned(),
        names => format!("It is no longer sent in {names}."),
    };
    for (pings, say) in [(joined, &joins as &dyn Fn(&str) -> String), (left, &leaves)] {
        if !pings.is_empty() {
            says.push(say(&names(pings)));
        }
    }
    let (was, is) = (with_client_id(before, old), with_client_id(after, new));
    if was != is {
        says.push(client_id(is).to_owned());
    }
}

/// Tells whether it travels in a ping with the client's id. Glean's own pings carry it.
fn with_client_id(definitions: &Definitions, metric: &Metric) -> bool {
    let carries = |ping: &PingName| match definitions.pings.get(ping) {
        Some(ping) => ping.client_id,
        None => RESERVED_PINGS.contains(&ping.as_str()) || ping.as_str() == ALL_PINGS,
    };
    metric.pings.iter().any(carries)
}

fn extra_keys(old: &Metric, new: &Metric, says: &mut Vec<String>) {
    for key in only(old.extra_keys.keys(), new.extra_keys.keys()) {
        let extra = &new.extra_keys[key];
        let what = plain::one_line(&extra.description);
        says.push(match what.trim_end_matches('.') {
            "" => format!("It now also records {key}, {}.", plain::extra(extra.kind)),
            what => format!("It now also records {key}, {}: {what}.", plain::extra(extra.kind)),
        });
    }
    let gone = only(new.extra_keys.keys(), old.extra_keys.keys());
    if !gone.is_empty() {
        says.push(format!("It no longer records {}.", names(gone)));
    }
    for (key, extra) in &new.extra_keys {
        let Some(before) = old.extra_keys.get(key) else { continue };
        if before.kind != extra.kind {
            let (is, was) = (plain::extra(extra.kind), plain::extra(before.kind));
            says.push(format!("What it records as {key} is now {is}; before: {was}."));
        }
        if let Some(says_so) = description(&before.description, &extra.description) {
            says.push(says_so.replacen("It is", &format!("{key} is"), 1));
        }
    }
}

fn labels(old: &Metric, new: &Metric, says: &mut Vec<String>) {
    match (&old.labels, &new.labels) {
        (Some(before), Some(after)) => {
            let (more, gone) = (only(before, after), only(after, before));
            if !more.is_empty() {
                says.push(format!("New among its labels: {}.", names(more)));
            }
            if !gone.is_empty() {
                says.push(format!("Gone from its labels: {}.", names(gone)));
            }
        }
        (None, Some(labels)) => {
            says.push(format!("Its labels are now a fixed list: {}.", names(labels)));
        }
        (Some(_), None) if new.kind.of_label().is_some() => says.push(
            "Its labels are no longer a fixed list: the program chooses them as it runs."
                .to_owned(),
        ),
        (Some(_), None) => says.push("It has no labels any more.".to_owned()),
        (None, None) => {}
    }
}

fn lifetime(old: &str, new: &str) -> Option<String> {
    let says =
        |new: &str, old: &str| format!("The program keeps it on the device {new}; before: {old}.");
    (old != new).then(|| says(plain::lifetime(new), plain::lifetime(old)))
}

fn expires(old: Expires, new: Expires) -> Option<String> {
    let (is, was) = (plain::expires(new), plain::expires(old));
    let says = match (old, new) {
        _ if old == new => return None,
        (_, Expires::Expired) => format!("It is no longer collected; before: {was}."),
        (Expires::Expired, _) => format!("It is collected again, {is}."),
        (Expires::Never, _) => format!("It is collected {is} only; before: {was}."),
        _ if is_longer(old, new) => format!("It is collected longer, {is}; before: {was}."),
        (Expires::On(_), Expires::On(_)) | (Expires::WithVersion(_), Expires::WithVersion(_)) => {
            format!("It ends earlier: it is collected {is}; before: {was}.")
        }
        _ => format!("It is collected {is}; before: {was}."),
    };
    Some(says)
}

fn is_longer(old: Expires, new: Expires) -> bool {
    match (old, new) {
        (Expires::On(old), Expires::On(new)) => new > old,
        (Expires::WithVersion(old), Expires::WithVersion(new)) => new > old,
        (_, new) => new == Expires::Never,
    }
}
