//! A report as people write it, in YAML or JSON.
//!
//! ```yaml
//! report: starts-by-system
//! product: sample
//! ping: sample-bundle
//! question: On which systems do people start the notebook?
//! measure: {people: sample.app.started}
//! dimensions:
//!   - {by: os, values: [Linux, Windows, Darwin]}
//! periods: [day, week]
//! ```

use candor_kernel::{MetricId, PingName, ProductId, ReportId};
use serde::de::{Error, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Period, Preset};

/// Fields of `client_info` by which a report may tell cells apart.
pub const INFO_FIELDS: [&str; 5] =
    ["os", "app_display_version", "app_channel", "architecture", "locale"];

/// What a report asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Its name. A changed spec under the same name is the next version of the report.
    pub report: ReportId,
    /// The product.
    pub product: ProductId,
    /// The ping.
    pub ping: PingName,
    /// The question it answers, in a sentence.
    pub question: String,
    /// What is counted.
    pub measure: MeasureSpec,
    /// By what cells are told apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<DimensionSpec>,
    /// Over which lengths of time; one day where it is not said.
    #[serde(default = "one_day")]
    pub periods: Vec<Period>,
    /// How careful it is; normal where it is not said, careful for stored content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// How much one client may change.
    #[serde(default)]
    pub bounds: BoundsSpec,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MeasureSpec {
    /// How many people's programs sent the ping, or a value above zero in it.
    People(Counted),
    /// How many pings came, of those that carry no client id.
    Pings(Counted),
    /// The total of a value.
    Sum(ValueSpec),
    /// How many people reached each of two to five steps with all before it.
    Funnel(Vec<ValueSpec>),
    /// How a value is spread over buckets.
    Distribution(Spread),
    /// A total as a part of another: errors of starts.
    Ratio(Parts),
}

/// What must be in a ping for it to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// Nothing: every ping counts. Written `any`.
    Any,
    /// This value, above zero.
    Value(ValueSpec),
}

/// A metric, or one label of one. Written as its id alone where no label is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueSpec {
    /// The metric or event.
    pub metric: MetricId,
    /// The label.
    pub label: Option<String>,
}

/// A spread over buckets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Of which value.
    pub of: ValueSpec,
    /// Where a bucket ends and the next begins.
    pub edges: Vec<u64>,
}

/// A part and its whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// What is counted of the whole.
    pub part: ValueSpec,
    /// The whole.
    pub whole: ValueSpec,
}

/// A closed list by which cells are told apart; what is not on it is `other`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionSpec {
    /// `app`, `label`, one of [`INFO_FIELDS`], or the id of a string or boolean metric.
    pub by: String,
    /// The list.
    pub values: Vec<String>,
}

/// How much one client may change. More is noisier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundsSpec {
    /// In how many cells of a period it may stand.
    #[serde(default = "one")]
    pub cells: u32,
    /// What it may add to one cell; needed where values are added up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
}

impl Default for BoundsSpec {
    fn default() -> Self {
        Self { cells: one(), value: None }
    }
}

impl Spec {
    /// Reads a spec from YAML or JSON. Errors are sentences that name the place.
    pub fn read(text: &str) -> Result<Self, String> {
        let read = match text.trim_start().starts_with('{') {
            true => serde_json::from_str(text).map_err(|error| error.to_string()),
            false => serde_saphyr::from_str(text).map_err(|error| error.to_string()),
        };
        read.map_err(|error| {
            let first = error.lines().next().unwrap_or_default().trim_end_matches('.');
            format!(
                "The spec cannot be read: {first}. It has report, product, ping, question, \
                     measure, and where wanted dimensions, periods, preset, bounds."
            )
        })
    }

    /// Returns its one text: what its terms cover and what is stored.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a spec holds nothing that cannot be written")
    }
}

impl MeasureSpec {
    /// Returns the values it reads.
    #[must_use]
    pub fn values(&self) -> Vec<&ValueSpec> {
        match self {
            Self::People(counted) | Self::Pings(counted) => match counted {
                Counted::Any => Vec::new(),
                Counted::Value(value) => vec![value],
            },
            Self::Sum(value) => vec![value],
            Self::Funnel(steps) => steps.iter().collect(),
            Self::Distribution(spread) => vec![&spread.of],
            Self::Ratio(parts) => vec![&parts.part, &parts.whole],
        }
    }
}

const fn one() -> u32 {
    1
}

fn one_day() -> Vec<Period> {
    vec![Period::Day]
}

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any => to.serialize_str("any"),
            Self::Value(value) => value.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = from.deserialize_any(OneOrLabel)?;
        Ok(value.map_or(Self::Any, Self::Value))
    }
}

/// The long form of a value.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Labeled {
    metric: MetricId,
    label: String,
}

impl Serialize for ValueSpec {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self { metric, label } = self.clone();
        match label {
            None => metric.serialize(to),
            Some(label) => Labeled { metric, label }.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for ValueSpec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = from.deserialize_any(OneOrLabel)?;
        value.ok_or_else(|| D::Error::custom("`any` is not a value; name a metric"))
    }
}

/// Reads `any`, a metric's id, or a metric with a label.
struct OneOrLabel;

impl<'de> Visitor<'de> for OneOrLabel {
    type Value = Option<ValueSpec>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the id of a metric, or {metric: …, label: …}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if text == "any" {
            return Ok(None);
        }
        let metric = MetricId::parse(text).map_err(E::custom)?;
        Ok(Some(ValueSpec { metric, label: None }))
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
        let Labeled { metric, label } = Labeled::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Some(ValueSpec { metric, label: Some(label) }))
    }
}

#[cfg(test)]
mod tests;
