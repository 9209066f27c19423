//! The types of metrics (docs/glean.md 2.3).

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $slug:literal,)+) => {
        /// The type of a metric, by its name on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum MetricKind {
            $($(#[doc = $doc])+ #[serde(rename = $slug)] $kind,)+
        }

        impl MetricKind {
            /// Returns the name that payloads and definitions use.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$kind => $slug,)+ }
            }

            /// Finds a type by its name.
            #[must_use]
            pub fn by_slug(slug: &str) -> Option<Self> {
                match slug { $($slug => Some(Self::$kind),)+ _ => None }
            }
        }
    };
}

kinds! {
    /// True or false.
    Boolean = "boolean",
    /// A whole number that only grows.
    Counter = "counter",
    /// A whole number of a unit.
    Quantity = "quantity",
    /// A short text.
    String = "string",
    /// Up to 100 short texts.
    StringList = "string_list",
    /// A long text.
    Text = "text",
    /// An address with a scheme.
    Url = "url",
    /// A random id.
    Uuid = "uuid",
    /// A point in time, cut to a unit.
    Datetime = "datetime",
    /// A length of time.
    Timespan = "timespan",
    /// Lengths of time, counted in buckets.
    TimingDistribution = "timing_distribution",
    /// Sizes, counted in buckets.
    MemoryDistribution = "memory_distribution",
    /// Numbers, counted in buckets.
    CustomDistribution = "custom_distribution",
    /// A numerator and a denominator.
    Rate = "rate",
    /// Something that happened.
    Event = "event",
    /// Structured data; not accepted yet, since its structure must be checked.
    Object = "object",
    /// Booleans by label.
    LabeledBoolean = "labeled_boolean",
    /// Counters by label.
    LabeledCounter = "labeled_counter",
    /// Quantities by label.
    LabeledQuantity = "labeled_quantity",
    /// Strings by label.
    LabeledString = "labeled_string",
    /// Timing distributions by label.
    LabeledTimingDistribution = "labeled_timing_distribution",
    /// Memory distributions by label.
    LabeledMemoryDistribution = "labeled_memory_distribution",
    /// Custom distributions by label.
    LabeledCustomDistribution = "labeled_custom_distribution",
    /// Counters by two labels; not accepted yet, since both lists must be checked.
    DualLabeledCounter = "dual_labeled_counter",
}

impl MetricKind {
    /// Returns the type of one label's value; none for types without labels.
    #[must_use]
    pub const fn of_label(self) -> Option<Self> {
        Some(match self {
            Self::LabeledBoolean => Self::Boolean,
            Self::LabeledCounter => Self::Counter,
            Self::LabeledQuantity => Self::Quantity,
            Self::LabeledString => Self::String,
            Self::LabeledTimingDistribution => Self::TimingDistribution,
            Self::LabeledMemoryDistribution => Self::MemoryDistribution,
            Self::LabeledCustomDistribution => Self::CustomDistribution,
            _ => return None,
        })
    }
}

/// The type of an event's extra value. All arrive as text (docs/glean.md 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extra {
    /// Any text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number, not negative.
    Quantity,
}
