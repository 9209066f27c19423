//! The first version of Glean's form, metrics/1-0-0 and pings/1-0-0: fewer types and properties,
//! shorter names, and numbers for bugs. Files in it still lint.

use super::{EXTRA_KEYS, REASONS, TEXT, TIME_UNITS, at_least_one, is_snake};
use crate::lint::schema::form::{Form, Shape};
use crate::yaml::{Node, Value};

const BUG: Form = Form::Where(
    |node| node.text().is_some() || node.int().is_some(),
    "made of addresses, or of numbers",
);
const PING_NAME: Form =
    Form::Where(|node| node.text().is_some_and(is_ping_name), "made of ping names");
const LABELS: Form =
    Form::Where(are_labels, "up to 16 labels, in words of snake_case or kebab-case, each once");

/// One metric.
pub(super) const METRIC: Shape = Shape {
    known: &[
        (
            "type",
            Form::OneOf(&[
                "event",
                "boolean",
                "string",
                "string_list",
                "counter",
                "quantity",
                "timespan",
                "timing_distribution",
                "custom_distribution",
                "memory_distribution",
                "datetime",
                "uuid",
                "jwe",
                "labeled_boolean",
                "labeled_string",
                "labeled_counter",
            ]),
        ),
        ("description", TEXT),
        ("lifetime", Form::OneOf(&["ping", "user", "application"])),
        ("send_in_pings", Form::List(&PING_NAME)),
        ("notification_emails", Form::Filled(&TEXT)),
        ("bugs", Form::Filled(&BUG)),
        ("data_reviews", Form::List(&TEXT)),
        ("disabled", Form::Bool),
        ("expires", TEXT),
        ("version", Form::Any),
        ("time_unit", TIME_UNITS),
        ("memory_unit", Form::OneOf(&["byte", "kilobyte", "megabyte", "gigabyte"])),
        ("labels", LABELS),
        ("extra_keys", EXTRA_KEYS),
        ("gecko_datapoint", TEXT),
        ("range_min", Form::Number),
        ("range_max", Form::Number),
        ("bucket_count", Form::Where(one_to_a_hundred, "a number from 1 to 100")),
        ("histogram_type", Form::OneOf(&["linear", "exponential"])),
        ("unit", TEXT),
        ("no_lint", Form::List(&TEXT)),
        (
            "data_sensitivity",
            Form::Unique(&Form::OneOf(&[
                "technical",
                "interaction",
                "web_activity",
                "highly_sensitive",
            ])),
        ),
    ],
    required: super::METRIC.required,
    open: false,
};

/// One extra key of an event: its type was not asked.
pub(super) const EXTRA_KEY: Shape =
    Shape { known: &[("description", TEXT)], required: &["description"], open: true };

/// One ping.
pub(super) const PING: Shape = Shape {
    known: &[
        ("description", TEXT),
        ("include_client_id", Form::Bool),
        ("send_if_empty", Form::Bool),
        ("notification_emails", Form::Filled(&TEXT)),
        ("bugs", Form::Filled(&BUG)),
        ("data_reviews", Form::List(&TEXT)),
        ("reasons", REASONS),
        ("no_lint", Form::List(&TEXT)),
    ],
    required: super::PING.required,
    open: false,
};

/// A category, and a name of an extra key: words of up to 30 characters.
pub(super) fn is_category(name: &str) -> bool {
    name.len() <= 40 && name.split('.').all(|part| part.len() <= 30 && is_snake(part))
}

/// A ping's name: some with underscores had a name before the rule.
pub(super) fn is_ping_name(name: &str) -> bool {
    let old = ["deletion_request", "bookmarks_sync", "history_sync", "session_end", "all_pings"];
    super::is_ping_name(name) || old.contains(&name) || name.starts_with("glean_")
}

fn are_labels(node: &Node) -> bool {
    let fits = |label: &&str| {
        label.len() <= 71
            && label.split('.').all(|part| {
                part.len() <= 30 && !part.starts_with('-') && is_snake(&part.replace('-', "_"))
            })
    };
    match &node.value {
        Value::Null => true,
        Value::List(labels) => {
            let once: std::collections::BTreeSet<_> = node.texts().filter(fits).collect();
            labels.len() <= 16 && once.len() == labels.len()
        }
        _ => false,
    }
}

fn one_to_a_hundred(node: &Node) -> bool {
    let small = match node.value {
        Value::Int(number) => number <= 100,
        Value::Float(number) => number <= 100.0,
        _ => false,
    };
    small && at_least_one(node)
}
