//! From the JSON of a ping to what it says to a question.

use candor_inventory::glean::MetricKind;
use serde_json::{Map, Value as Json};

use super::{Bounder, By, Dimension, Question, Said, Value};

/// The stripped payload of one ping, as the edge wrote it.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Payload {
    #[serde(default)]
    client_info: Map<String, Json>,
    #[serde(default)]
    metrics: Map<String, Json>,
    #[serde(default)]
    events: Vec<Event>,
}

#[derive(serde::Deserialize)]
struct Event {
    category: String,
    name: String,
}

impl Payload {
    /// Tells the bounder everything that the ping says; the unit has begun.
    pub(crate) fn tell(&self, question: &Question, app: &str, bounder: &mut Bounder<'_>) {
        let mut places: Vec<usize> =
            question.dimensions.iter().map(|dimension| self.place(dimension, app)).collect();
        let values = question.measure.values();
        if question.measure.of_samples() {
            let samples = values.first().map(|value| self.samples(value)).unwrap_or_default();
            return bounder.ping(question.place(&places), Said::Samples(&samples));
        }
        let by_label = question.dimensions.iter().position(|one| one.by == By::Label);
        if let (Some(at), Some(value)) = (by_label, values.first()) {
            for (label, number) in self.labels(value) {
                places[at] = question.dimensions[at].place_of(Some(label));
                bounder.ping(question.place(&places), Said::Numbers(&[Some(number)]));
            }
            return;
        }
        let numbers: Vec<_> = values.iter().map(|value| self.number(value)).collect();
        bounder.ping(question.place(&places), Said::Numbers(&numbers));
    }

    pub(super) fn place(&self, dimension: &Dimension, app: &str) -> usize {
        match &dimension.by {
            By::App => dimension.place_of(Some(app)),
            By::Info(field) => {
                dimension.place_of(self.client_info.get(field).and_then(text_of).as_deref())
            }
            By::Metric { metric, kind } => {
                dimension.place_of(self.metric(metric.as_str(), *kind).and_then(text_of).as_deref())
            }
            // Each label has a place of its own.
            By::Label => dimension.place_of(None),
        }
    }

    fn metric(&self, metric: &str, kind: MetricKind) -> Option<&Json> {
        self.metrics.get(kind.slug())?.get(metric)
    }

    pub(super) fn number(&self, value: &Value) -> Option<u64> {
        match value {
            Value::Event(metric) => {
                let same = |event: &&Event| {
                    metric.as_str().strip_suffix(event.name.as_str())
                        == Some(format!("{}.", event.category).as_str())
                };
                Some(self.events.iter().filter(same).count() as u64).filter(|times| *times > 0)
            }
            Value::Metric { metric, kind, label } => {
                let found = self.metric(metric.as_str(), *kind)?;
                let Some(inner) = kind.of_label() else { return number(*kind, found) };
                if let Some(label) = label {
                    return number(inner, found.get(label)?);
                }
                let numbers = found.as_object()?.values().filter_map(|json| number(inner, json));
                numbers.reduce(u64::saturating_add)
            }
        }
    }

    pub(super) fn labels(&self, value: &Value) -> Vec<(&str, u64)> {
        let Value::Metric { metric, kind, .. } = value else { return Vec::new() };
        let found = self.metric(metric.as_str(), *kind).and_then(Json::as_object);
        let inner = kind.of_label().unwrap_or(*kind);
        let pairs = found.into_iter().flatten();
        pairs.filter_map(|(label, json)| Some((label.as_str(), number(inner, json)?))).collect()
    }

    pub(super) fn samples(&self, value: &Value) -> Vec<(u64, u64)> {
        let Value::Metric { metric, kind, label } = value else { return Vec::new() };
        let Some(found) = self.metric(metric.as_str(), *kind) else { return Vec::new() };
        match (kind.of_label(), label) {
            (None, _) => buckets(found),
            (Some(_), Some(label)) => found.get(label).map(buckets).unwrap_or_default(),
            (Some(_), None) => {
                let all = found.as_object().into_iter().flatten();
                all.flat_map(|(_, json)| buckets(json)).collect()
            }
        }
    }
}

/// Returns what a dimension compares with its list.
pub(super) fn text_of(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
        _ => None,
    }
}

pub(super) fn buckets(json: &Json) -> Vec<(u64, u64)> {
    let values = json.get("values").and_then(Json::as_object).into_iter().flatten();
    values.filter_map(|(value, times)| Some((value.parse().ok()?, times.as_u64()?))).collect()
}

pub(super) fn number(kind: MetricKind, json: &Json) -> Option<u64> {
    match kind {
        MetricKind::Boolean => json.as_bool().map(u64::from),
        MetricKind::Counter | MetricKind::Quantity => json.as_u64(),
        MetricKind::Timespan => json.get("value")?.as_u64(),
        MetricKind::TimingDistribution
        | MetricKind::MemoryDistribution
        | MetricKind::CustomDistribution => {
            Some(buckets(json).iter().fold(0, |all, (_, times)| all.saturating_add(*times)))
        }
        _ => Some(1),
    }
}
