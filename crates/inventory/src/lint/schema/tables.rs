//! What may stand in Glean's files: metrics/2-0-0, pings/2-0-0 and tags/1-0-0 as tables
//! (docs/glean.md 2.1 to 2.3).

use super::form::{Form, Shape};
use crate::glean::Source;
use crate::yaml::{Node, Value};

mod first;

/// Tells whether a file is in the first version of its form.
pub(super) fn is_first(source: &Source) -> bool {
    source.schema.ends_with("/1-0-0")
}

/// What a metric of a file looks like.
pub(super) fn metric(source: &Source) -> &'static Shape {
    if is_first(source) { &first::METRIC } else { &METRIC }
}

/// What an extra key of a file looks like.
pub(super) fn extra_key(source: &Source) -> &'static Shape {
    if is_first(source) { &first::EXTRA_KEY } else { &EXTRA_KEY }
}

/// What a ping of a file looks like.
pub(super) fn ping(source: &Source) -> &'static Shape {
    if is_first(source) { &first::PING } else { &PING }
}

const TYPES: &[&str] = &[
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
    "url",
    "jwe",
    "labeled_boolean",
    "labeled_string",
    "labeled_counter",
    "labeled_custom_distribution",
    "labeled_memory_distribution",
    "labeled_timing_distribution",
    "labeled_quantity",
    "rate",
    "text",
    "object",
    "dual_labeled_counter",
];

const TEXT: Form = Form::Text;
const TAG: Form = Form::Where(|node| text_upto(node, 80), "a text of up to 80 characters");
const LABEL: Form = Form::Where(
    |node| text_upto(node, 111) && node.text().is_some_and(printable),
    "made of labels: each 1 to 111 printable ASCII characters",
);
const LABELS: Form = Form::OrNull(&Form::Unique(&LABEL));
const SENSITIVITY: Form = Form::OneOf(&[
    "technical",
    "interaction",
    "stored_content",
    "web_activity",
    "highly_sensitive",
]);
const PING_NAME: Form = Form::Where(
    |node| node.text().is_some_and(|name| is_ping_name(name) || name.starts_with("glean_")),
    "made of ping names: 1 to 30 of a-z 0-9 -, a letter first",
);
const TIME_UNITS: Form =
    Form::OneOf(&["nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day"]);
const EXTRA_KEYS: Form = Form::Where(|node| node.map().is_some(), "a map of keys");
const REASONS: Form = Form::Where(are_reasons, "a map of codes (up to 30 characters) to texts");
const DIMENSION: Shape = Shape {
    known: &[("description", Form::Text), ("labels", LABELS)],
    required: &["description"],
    open: false,
};

/// One metric.
const METRIC: Shape = Shape {
    known: &[
        ("type", Form::OneOf(TYPES)),
        ("description", Form::Text),
        (
            "metadata",
            Form::Map(&Shape { known: &[("tags", Form::List(&TAG))], required: &[], open: true }),
        ),
        ("lifetime", Form::OneOf(&["ping", "user", "application"])),
        ("send_in_pings", Form::List(&PING_NAME)),
        ("notification_emails", Form::Filled(&TEXT)),
        ("bugs", Form::Filled(&TEXT)),
        ("data_reviews", Form::List(&TEXT)),
        ("disabled", Form::Bool),
        (
            "expires",
            Form::Where(
                |node| node.text().is_some() || node.int().is_some_and(|version| version >= 1),
                "a day (yyyy-mm-dd), a major version, never or expired",
            ),
        ),
        ("version", Form::Any),
        ("time_unit", TIME_UNITS),
        ("memory_unit", Form::OneOf(&["byte", "kilobyte", "megabyte", "gigabyte"])),
        ("labels", LABELS),
        (
            "dual_labels",
            Form::Map(&Shape {
                known: &[("key", Form::Map(&DIMENSION)), ("category", Form::Map(&DIMENSION))],
                required: &["key", "category"],
                open: false,
            }),
        ),
        ("extra_keys", EXTRA_KEYS),
        ("gecko_datapoint", Form::Text),
        ("range_min", Form::Number),
        ("range_max", Form::Number),
        ("bucket_count", Form::Where(at_least_one, "a number from 1 on")),
        ("histogram_type", Form::OneOf(&["linear", "exponential"])),
        ("unit", Form::Text),
        ("no_lint", Form::List(&TEXT)),
        ("data_sensitivity", Form::Unique(&SENSITIVITY)),
        (
            "telemetry_mirror",
            Form::Where(
                |node| node.text().is_some_and(|text| text.chars().count() >= 6),
                "a text of at least 6 characters",
            ),
        ),
        ("denominator_metric", Form::Text),
        ("in_session", Form::Bool),
        ("structure", Form::Where(|node| node.map().is_some(), "a map")),
    ],
    required: &["type", "description", "bugs", "notification_emails", "data_reviews", "expires"],
    open: false,
};

/// One extra key of an event.
const EXTRA_KEY: Shape = Shape {
    known: &[
        ("description", Form::Text),
        ("type", Form::OneOf(&["string", "boolean", "quantity"])),
    ],
    required: &["description"],
    open: true,
};

/// One ping.
const PING: Shape = Shape {
    known: &[
        ("description", Form::Text),
        (
            "metadata",
            Form::Map(&Shape {
                known: &[
                    ("tags", Form::List(&TAG)),
                    ("precise_timestamps", Form::Bool),
                    ("include_info_sections", Form::Bool),
                    ("follows_collection_enabled", Form::Bool),
                    ("ping_schedule", Form::List(&SCHEDULED)),
                ],
                required: &[],
                open: true,
            }),
        ),
        ("include_client_id", Form::Bool),
        ("send_if_empty", Form::Bool),
        ("uploader_capabilities", Form::OrNull(&Form::List(&TEXT))),
        ("notification_emails", Form::Filled(&TEXT)),
        ("bugs", Form::Filled(&TEXT)),
        ("data_reviews", Form::List(&TEXT)),
        ("reasons", REASONS),
        ("enabled", Form::Bool),
        ("no_lint", Form::List(&TEXT)),
    ],
    required: &["description", "include_client_id", "bugs", "notification_emails", "data_reviews"],
    open: false,
};

const SCHEDULED: Form = Form::Where(|node| text_upto(node, 30), "made of ping names");

/// One tag.
pub(super) const TAG_SHAPE: Shape =
    Shape { known: &[("description", Form::Text)], required: &["description"], open: false };

/// What stands at the top of every file.
pub(super) const FILE: Shape = Shape {
    known: &[("$schema", Form::Text), ("no_lint", Form::List(&TEXT)), ("$tags", Form::List(&TEXT))],
    required: &["$schema"],
    open: true,
};

/// A part of a metric's name: `snake_case`.
fn is_snake(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A metric's name: `snake_case`, and not too long.
pub(super) fn is_metric(source: &Source, name: &str) -> bool {
    is_snake(name) && name.len() <= if is_first(source) { 30 } else { 70 }
}

/// A category: `snake_case` parts with dots between.
pub(super) fn is_category(source: &Source, name: &str) -> bool {
    match is_first(source) {
        true => first::is_category(name) && name != "pings",
        false => {
            name.len() <= 40 && name.split('.').all(is_snake) && !matches!(name, "pings" | "tags")
        }
    }
}

/// The name of a ping of a file.
pub(super) fn is_ping(source: &Source, name: &str) -> bool {
    name != crate::glean::ALL_PINGS
        && if is_first(source) { first::is_ping_name(name) } else { is_ping_name(name) }
}

/// A ping's name: kebab-case.
fn is_ping_name(name: &str) -> bool {
    name.len() <= 30
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// 1 to 40 printable characters of ASCII.
pub(super) fn is_extra_key(source: &Source, name: &str) -> bool {
    match is_first(source) {
        true => first::is_category(name),
        false => name.len() <= 40 && printable(name),
    }
}

/// Most extra keys of one event.
pub(super) fn extra_keys_most(source: &Source) -> usize {
    if is_first(source) { 10 } else { 50 }
}

fn printable(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == ' ' || c.is_ascii_graphic())
}

fn text_upto(node: &Node, characters: usize) -> bool {
    node.text().is_some_and(|text| text.chars().count() <= characters)
}

fn at_least_one(node: &Node) -> bool {
    match node.value {
        Value::Int(number) => number >= 1,
        Value::Float(number) => number >= 1.0,
        _ => false,
    }
}

fn are_reasons(node: &Node) -> bool {
    node.map().is_some_and(|map| {
        map.entries
            .iter()
            .all(|entry| entry.name.chars().count() <= 30 && entry.node.text().is_some())
    })
}
