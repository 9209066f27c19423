//! The columns of a file at rest: which value of a ping stands in which.

use arrow_schema::DataType;
use candor_inventory::glean::MetricKind;

/// Who sent it: a keyed hash; null without a client id.
pub(crate) const SUBJECT: &str = "subject";
/// The ping's own keyed hash.
pub(crate) const DOCUMENT: &str = "document";
/// Other ids by which it can be found for deletion, one after the other.
pub(crate) const SECONDARY: &str = "secondary";
/// The application.
pub(crate) const APP: &str = "app";
/// By how many ids it can be found.
pub(crate) const IDS: &str = "ids";
/// The state of reviews that allowed it.
pub(crate) const REVISION: &str = "revision";
/// The JSON of what has no column.
pub(crate) const REST: &str = "rest";

/// The columns that every file has, in their order.
pub(crate) const FIXED: [&str; 7] = [SUBJECT, DOCUMENT, SECONDARY, APP, IDS, REVISION, REST];

/// What a column of values holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// True or false.
    Flag,
    /// A whole number.
    Whole,
    /// A short text, one of few.
    Word,
    /// The JSON of a value.
    Json,
}

impl Form {
    /// Returns the form of a metric's values; of one label's where it has labels.
    pub(crate) fn of(kind: MetricKind) -> Self {
        match kind.of_label().unwrap_or(kind) {
            MetricKind::Boolean => Self::Flag,
            MetricKind::Counter
            | MetricKind::Quantity
            | MetricKind::Rate
            | MetricKind::Timespan
            | MetricKind::Event => Self::Whole,
            MetricKind::String => Self::Word,
            _ => Self::Json,
        }
    }

    /// Returns the type of such a column.
    pub(crate) fn data_type(self) -> DataType {
        match self {
            Self::Flag => DataType::Boolean,
            Self::Whole => DataType::Int64,
            Self::Word => words(),
            Self::Json => DataType::Utf8,
        }
    }
}

/// Returns the type of a column of few different texts.
pub(crate) fn words() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The sections of a ping whose texts have columns.
pub(crate) const SECTIONS: [&str; 2] = ["client_info", "ping_info"];

/// What a column of values is named after. `SECTION:FIELD`, or `TYPE:METRIC` and for a part of its
/// value `TYPE:METRIC/PART`; a part may hold a slash, a metric's id may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name<'n> {
    /// A field of a section.
    Info {
        /// The section.
        section: &'n str,
        /// The field.
        field: &'n str,
    },
    /// A metric: its type, its id, and the label, the unit or the side of a rate.
    Metric(MetricKind, &'n str, Option<&'n str>),
}

impl<'n> Name<'n> {
    /// Reads the name of a column; none for a fixed one, and for none of ours.
    pub(crate) fn parse(name: &'n str) -> Option<Self> {
        let (head, tail) = name.split_once(':')?;
        if let Some(section) = SECTIONS.into_iter().find(|section| *section == head) {
            return Some(Name::Info { section, field: tail });
        }
        let kind = MetricKind::by_slug(head)?;
        if !has_parts(kind) {
            return Some(Name::Metric(kind, tail, None));
        }
        let (metric, part) = tail.split_once('/')?;
        Some(Name::Metric(kind, metric, Some(part)))
    }

    /// Returns the form of its values.
    pub(crate) fn form(self) -> Form {
        match self {
            Name::Info { .. } => Form::Word,
            Name::Metric(kind, ..) => Form::of(kind),
        }
    }
}

/// Returns what the column, or all columns, of a metric begin with.
pub(crate) fn base(kind: &str, metric: &str) -> String {
    format!("{kind}:{metric}")
}

/// Tells whether the values of a type are divided into several columns.
pub(crate) fn has_parts(kind: MetricKind) -> bool {
    kind.of_label().is_some() || matches!(kind, MetricKind::Rate | MetricKind::Timespan)
}

/// The columns of values, as they are declared; which of them a file has depends on its pings.
pub(crate) const BY_RULE: [&str; 3] = ["info", "metric", "event"];

/// Returns the declared name of a column: a fixed one is its own, others are declared by rule.
pub(crate) fn declared(name: &str) -> &str {
    match Name::parse(name) {
        Some(Name::Info { .. }) => "info",
        Some(Name::Metric(MetricKind::Event, ..)) => "event",
        Some(Name::Metric(..)) => "metric",
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_column_holds() {
        let metric = |kind, id, part| Some(Name::Metric(kind, id, part));
        for (name, expected) in [
            ("client_info:os", Some(Name::Info { section: "client_info", field: "os" })),
            ("counter:shop.cart", metric(MetricKind::Counter, "shop.cart", None)),
            ("event:shop.cart.opened", metric(MetricKind::Event, "shop.cart.opened", None)),
            (
                "labeled_counter:shop.paid/a/b:c",
                metric(MetricKind::LabeledCounter, "shop.paid", Some("a/b:c")),
            ),
            ("rate:shop.paid/numerator", metric(MetricKind::Rate, "shop.paid", Some("numerator"))),
            ("rate:shop.paid", None),
            ("number:shop.paid", None),
            ("subject", None),
        ] {
            assert_eq!(Name::parse(name), expected, "{name}");
        }
        let names = ["subject", "client_info:os", "counter:a.b", "event:a.b", "ip:address"];
        let declared: Vec<_> = names.into_iter().map(declared).collect();
        assert_eq!(declared, ["subject", "info", "metric", "event", "ip:address"]);
    }
}
