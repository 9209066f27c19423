//! Plain words for what definitions say in names: what a value is, how much it can say about a
//! person, how long it lives. For people who have never seen a definition file.
//!
//! Whatever these return is text, not markup: who shows it escapes it.

use crate::Category;
use crate::glean::{Expires, Extra, Metric, MetricKind};

/// Says what a metric's value is: `a whole number that only grows, for each of 2 fixed words`.
#[must_use]
pub fn value(metric: &Metric) -> String {
    let of = metric.kind.of_label().unwrap_or(metric.kind);
    let one = match (one_value(of), &metric.unit) {
        (words, None) => words.to_owned(),
        (words, Some(unit)) => match of {
            MetricKind::Datetime => format!("{words}, to the {unit}"),
            MetricKind::Quantity | MetricKind::CustomDistribution => {
                format!("{words} ({})", one_line(unit))
            }
            _ => words.to_owned(),
        },
    };
    match (of == metric.kind, &metric.labels) {
        (true, _) => one,
        (false, Some(labels)) if labels.len() == 1 => format!("{one}, for one fixed word"),
        (false, Some(labels)) => format!("{one}, for each of {} fixed words", labels.len()),
        (false, None) => format!("{one}, for each of several words that the program chooses"),
    }
}

const fn one_value(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Boolean | MetricKind::LabeledBoolean => "yes or no",
        MetricKind::Counter | MetricKind::LabeledCounter => "a whole number that only grows",
        MetricKind::Quantity | MetricKind::LabeledQuantity => "a whole number",
        MetricKind::String | MetricKind::LabeledString => "a short text",
        MetricKind::StringList => "a list of short texts",
        MetricKind::Text => "a text of any length",
        MetricKind::Url => "an address of a page or file",
        MetricKind::Uuid => "an id: a long number that belongs to one thing only",
        MetricKind::Datetime => "a date and time",
        MetricKind::Timespan => "how long something took",
        MetricKind::TimingDistribution | MetricKind::LabeledTimingDistribution => {
            "how long something took, counted in ranges"
        }
        MetricKind::MemoryDistribution | MetricKind::LabeledMemoryDistribution => {
            "how much memory something took, counted in ranges"
        }
        MetricKind::CustomDistribution | MetricKind::LabeledCustomDistribution => {
            "numbers, counted in ranges"
        }
        MetricKind::Rate => "how often something happened, and out of how many times",
        MetricKind::Event => "that something happened, and when",
        MetricKind::Object => "several values that belong together",
        MetricKind::DualLabeledCounter => "whole numbers that only grow, for pairs of words",
    }
}

/// Says what an event's extra value is.
#[must_use]
pub const fn extra(kind: Extra) -> &'static str {
    match kind {
        Extra::String => "a short text",
        Extra::Boolean => "yes or no",
        Extra::Quantity => "a whole number",
    }
}

/// Says what a category means: `about how the program is used`.
#[must_use]
pub const fn category(category: Category) -> &'static str {
    match category {
        Category::Technical => "about the device or the program",
        Category::Interaction => "about how the program is used",
        Category::StoredContent => "about what a person stores or visits",
        Category::HighlySensitive => "able to identify a person, or worse",
        Category::Unclassified => "nobody has said yet how much it can say about a person",
    }
}

/// Says until when the program keeps a value on the device, by the name of its lifetime.
#[must_use]
pub fn lifetime(lifetime: &str) -> &'static str {
    match lifetime {
        "user" => "until the program is removed",
        "application" => "until the program is closed",
        _ => "until it is sent",
    }
}

/// Says until when something is collected.
#[must_use]
pub fn expires(expires: Expires) -> String {
    match expires {
        Expires::Never => "without an end".to_owned(),
        Expires::Expired => "no longer".to_owned(),
        Expires::On(day) => format!("until {day}"),
        Expires::WithVersion(version) => format!("until version {version}"),
    }
}

/// Puts a text on one line.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Joins words: `a, b and c`.
#[must_use]
pub fn list<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<T> = words.into_iter().collect();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests;
