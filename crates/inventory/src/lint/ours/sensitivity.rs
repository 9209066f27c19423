//! How sensitive a metric is, against what its type and words give away.

use super::{Found, Item};
use crate::Category;
use crate::glean::{Extra, Metric, MetricKind};
use crate::lint::Severity;
use crate::proposal::{self, Proposal, Topic};

/// Last words of a name that stand for text as somebody or something else wrote it.
const FREE_TEXT: [&str; 8] =
    ["message", "text", "output", "log", "stack", "stacktrace", "trace", "error"];

/// Looks at one metric.
pub(super) fn check(item: &Item<'_>, metric: &Metric, found: &mut Found) {
    match metric.category {
        Category::Unclassified => missing(item, metric, found),
        _ => floor(item, metric, found),
    }
    identifiers(item, metric, found);
    labels(item, metric, found);
}

fn missing(item: &Item<'_>, metric: &Metric, found: &mut Found) {
    let says = "It does not say how sensitive it is, so no review can grant it.";
    let (says, fix) = match proposed(item, metric) {
        Some(Proposal { category, because }) => {
            (format!("{says} {because}"), sensitivity(category).to_owned())
        }
        None => (
            says.to_owned(),
            "data_sensitivity: technical, interaction, stored_content or highly_sensitive"
                .to_owned(),
        ),
    };
    found.error(item, "SENSITIVITY_MISSING", &says, &fix);
}

/// Of an event, its extra keys speak too.
fn proposed(item: &Item<'_>, metric: &Metric) -> Option<Proposal> {
    let own = proposal::propose(Some(metric.kind), &item.about, &metric.description);
    let extras = metric.extra_keys.iter().filter_map(|(key, extra)| {
        proposal::propose(Some(extra_kind(extra.kind)), key, &extra.description)
    });
    own.into_iter().chain(extras).max_by_key(|proposal| proposal.category)
}

fn floor(item: &Item<'_>, metric: &Metric, found: &mut Found) {
    let own = low(metric.category, metric.kind, &item.about, &metric.description);
    let extras = metric.extra_keys.iter().filter_map(|(key, extra)| {
        let (category, because) =
            low(metric.category, extra_kind(extra.kind), key, &extra.description)?;
        Some((category, format!("Its extra key `{key}`: {because}")))
    });
    let Some((category, because)) = own.into_iter().chain(extras).max_by_key(|(one, _)| *one)
    else {
        return;
    };
    let says = format!("It is rated {}, which seems too low. {because}", metric.category.words());
    found.error(item, "SENSITIVITY_FLOOR", &says, sensitivity(category));
}

/// The category that a value must have at least, where it is rated lower.
fn low(
    rated: Category,
    kind: MetricKind,
    name: &str,
    description: &str,
) -> Option<(Category, String)> {
    let by_kind = proposal::at_least(kind).map(|(category, why)| (category, why.to_owned()));
    let speaks = proposal::holds_words(kind) || kind == MetricKind::Quantity;
    let topics = match speaks {
        true => proposal::topics(Some(kind), name, description),
        false => Vec::new(),
    };
    let by_words = topics.into_iter().map(|(topic, phrase)| {
        let category = match topic {
            // Alone it is content; with an id it is more, which is another check's.
            Topic::Location => Category::StoredContent,
            _ => topic.category(),
        };
        (category, format!("{phrase:?} sounds like {}.", topic.words()))
    });
    by_words
        .chain(by_kind)
        .filter(|(least, _)| *least > rated.max(Category::Interaction))
        .max_by_key(|(least, _)| *least)
}

fn identifiers(item: &Item<'_>, metric: &Metric, found: &mut Found) {
    // What only a deletion request carries is not joined with anything.
    if metric.pings.iter().all(|ping| ping.as_str() == "deletion-request") {
        return;
    }
    let asks = "A review asks what it is needed for, how long it lives, and what can be joined by \
                it.";
    if proposal::is_identifier(metric.kind, &item.about, &metric.description) {
        let says = format!("It looks like an identifier. {asks}");
        found.add(item, "IDENTIFIER_NEW", Severity::Warning, &says, None);
    }
    for (key, extra) in &metric.extra_keys {
        if proposal::is_identifier(extra_kind(extra.kind), key, &extra.description) {
            let says = format!("Its extra key `{key}` looks like an identifier. {asks}");
            found.add(item, "IDENTIFIER_NEW", Severity::Warning, &says, None);
        }
    }
}

fn labels(item: &Item<'_>, metric: &Metric, found: &mut Found) {
    if metric.category != Category::Technical {
        return;
    }
    if metric.kind.of_label().is_some() && metric.labels.is_none() {
        let says = "It is rated technical, but its labels can be any text.";
        found.warning(item, "LABELS_UNBOUNDED", says, "labels: a list of those there are");
    }
    let last = item.about.rsplit(['.', '_']).next().unwrap_or_default();
    let is_string = matches!(metric.kind, MetricKind::String | MetricKind::StringList);
    if is_string && FREE_TEXT.contains(&last) {
        let says = "It is rated technical, but it sounds like text that can hold anything: paths, \
                    names, addresses.";
        let fix = "record a code from a closed list, as labeled_counter with `labels`";
        found.warning(item, "LABELS_UNBOUNDED", says, fix);
    }
}

fn extra_kind(extra: Extra) -> MetricKind {
    match extra {
        Extra::String => MetricKind::String,
        Extra::Boolean => MetricKind::Boolean,
        Extra::Quantity => MetricKind::Quantity,
    }
}

fn sensitivity(category: Category) -> &'static str {
    match category {
        Category::Technical => "data_sensitivity: [technical]",
        Category::Interaction => "data_sensitivity: [interaction]",
        Category::StoredContent => "data_sensitivity: [stored_content]",
        Category::HighlySensitive | Category::Unclassified => {
            "data_sensitivity: [highly_sensitive]"
        }
    }
}
