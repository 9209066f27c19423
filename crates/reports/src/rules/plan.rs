//! A report that can be made: its spec, joined with what is in force when it is asked for.

use std::collections::BTreeMap;

use candor_inventory::glean::MetricKind;
use candor_inventory::{Category, InForce, MetricTerms, PingTerms};
use candor_kernel::MetricId;
use candor_segments::tally::{Bounds, By, Dimension, Measure, Question, Unit, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::spec::{Counted, DimensionSpec, INFO_FIELDS, MeasureSpec, Spec, ValueSpec};
use super::{Budget, Period, Preset, Span};

/// Counts the ways in which editions were ever made; another way is another report.
pub const MECHANISM: u32 = 1;

/// Of `/reports/privacy`; a report of this name would have no page.
const PAGE: &str = "privacy";

/// The shortest question that is one.
const QUESTION_CHARS: usize = 10;

/// A report with everything that decides its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What was asked for.
    pub spec: Spec,
    /// How careful it is.
    pub preset: Preset,
    /// What it reads: each metric's type, and how much it can say about a person.
    pub metrics: BTreeMap<MetricId, Read>,
}

/// What a plan knows of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// Its type.
    pub kind: MetricKind,
    /// Its category.
    pub category: Category,
}

impl Plan {
    /// Joins a spec with what is in force. Errors are sentences that say what to change.
    pub fn of(spec: Spec, in_force: &InForce) -> Result<Self, String> {
        if spec.question.trim().chars().count() < QUESTION_CHARS {
            return Err("A report answers a question; write it out.".into());
        }
        if spec.report.as_str() == PAGE {
            return Err(format!("{PAGE:?} is a page beside the reports; choose another name."));
        }
        let ping = checked_ping(&spec, in_force)?;
        let mut metrics = BTreeMap::new();
        for value in spec.measure.values() {
            let terms = declared(&spec, ping, &value.metric)?;
            check_label(value, terms)?;
            metrics.insert(value.metric.clone(), read(&value.metric, terms)?);
        }
        for dimension in &spec.dimensions {
            if let Some(metric) = check_dimension(&spec, dimension, in_force, ping)? {
                let terms = declared(&spec, ping, &metric)?;
                metrics.insert(metric.clone(), read(&metric, terms)?);
            }
        }
        let plan = Self { preset: preset(&spec, &metrics)?, spec, metrics };
        plan.check_kinds()?;
        plan.question(Period::Day.of(candor_kernel::Day::from_number(0)))
            .check()
            .map_err(|error| error.to_string())?;
        Ok(plan)
    }

    /// Returns a hash of everything that decides its numbers, and of the version that is reviewed.
    #[must_use]
    pub fn terms(&self, version: u32) -> [u8; 32] {
        let (epsilon, people) = (self.preset.epsilon_milli(), self.preset.people_min());
        let mechanism = format!("report|{MECHANISM}|{version}|{epsilon}|{people}|");
        Sha256::digest(mechanism + &self.text()).into()
    }

    /// Returns its one text.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a plan holds nothing that cannot be written")
    }

    /// Returns the question that is asked of the store for one period.
    #[must_use]
    pub fn question(&self, span: Span) -> Question {
        let value = |spec: &ValueSpec| self.value(spec);
        let counted = |counted: &Counted| match counted {
            Counted::Any => None,
            Counted::Value(spec) => Some(value(spec)),
        };
        let measure = match &self.spec.measure {
            MeasureSpec::People(what) | MeasureSpec::Pings(what) => {
                Measure::Contributors { value: counted(what) }
            }
            MeasureSpec::Sum(spec) => Measure::Sum(value(spec)),
            MeasureSpec::Funnel(steps) => Measure::Funnel(steps.iter().map(value).collect()),
            MeasureSpec::Distribution(spread) => {
                Measure::Histogram { value: value(&spread.of), edges: spread.edges.clone() }
            }
            MeasureSpec::Ratio(parts) => {
                Measure::Ratio { part: value(&parts.part), whole: value(&parts.whole) }
            }
        };
        let dimension =
            |spec: &DimensionSpec| Dimension { by: self.by(&spec.by), values: spec.values.clone() };
        Question {
            product: self.spec.product.clone(),
            ping: self.spec.ping.clone(),
            first: span.start,
            last: span.last(),
            unit: self.unit(),
            measure,
            dimensions: self.spec.dimensions.iter().map(dimension).collect(),
            bounds: Bounds {
                cells_max: self.spec.bounds.cells,
                value_max: self.spec.bounds.value.unwrap_or(1),
            },
        }
    }

    /// Returns who counts once.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        match self.spec.measure {
            MeasureSpec::Pings(_) => Unit::Ping,
            _ => Unit::Client,
        }
    }

    /// Returns the budget of an edition of one period with so many cells.
    #[must_use]
    pub fn budget(&self, span: Span, cells: usize) -> Budget {
        let periods = self.spec.periods.len();
        Budget::of(self.preset, periods, span.period, &self.question(span), cells)
    }

    /// Returns the groups that the ledger charges: the metrics it reads; the ping where it reads none.
    #[must_use]
    pub fn groups(&self) -> Vec<(String, Category)> {
        if self.metrics.is_empty() {
            return vec![(format!("ping/{}", self.spec.ping), Category::Technical)];
        }
        self.metrics.iter().map(|(id, read)| (id.to_string(), read.category)).collect()
    }

    fn value(&self, ValueSpec { metric, label }: &ValueSpec) -> Value {
        let metric = metric.clone();
        match self.kind(&metric) {
            MetricKind::Event => Value::Event(metric),
            kind => Value::Metric { metric, kind, label: label.clone() },
        }
    }

    fn kind(&self, metric: &MetricId) -> MetricKind {
        self.metrics.get(metric).map_or(MetricKind::Counter, |read| read.kind)
    }

    fn by(&self, by: &str) -> By {
        match by {
            "app" => By::App,
            "label" => By::Label,
            field if INFO_FIELDS.contains(&field) => By::Info(field.to_owned()),
            metric => match MetricId::parse(metric) {
                Ok(metric) => By::Metric { kind: self.kind(&metric), metric },
                Err(_) => By::Info(metric.to_owned()),
            },
        }
    }

    fn check_kinds(&self) -> Result<(), String> {
        let measure = self.question(Period::Day.of(candor_kernel::Day::from_number(0))).measure;
        let adds =
            matches!(measure, Measure::Sum(_) | Measure::Ratio { .. }) || measure.of_samples();
        if adds && self.spec.bounds.value.is_none() {
            return Err("Values are added up, so say how much one person may add: \
                        `bounds: {value: 100}` counts at most 100 of each."
                .into());
        }
        for value in measure.values() {
            let counts = matches!(
                self.kind(value.metric()),
                MetricKind::Counter
                    | MetricKind::Quantity
                    | MetricKind::Boolean
                    | MetricKind::Timespan
                    | MetricKind::Event
                    | MetricKind::LabeledCounter
                    | MetricKind::LabeledQuantity
                    | MetricKind::LabeledBoolean
            );
            let numbers = matches!(measure, Measure::Histogram { .. }) || adds;
            if numbers && !counts && !value.is_distribution() {
                let (metric, kind) = (value.metric(), self.kind(value.metric()).slug());
                return Err(format!(
                    "{metric} is a {kind}, which holds no number; count people, or make it a dimension."
                ));
            }
        }
        Ok(())
    }
}

fn checked_ping<'f>(spec: &Spec, in_force: &'f InForce) -> Result<&'f PingTerms, String> {
    let Spec { product, ping, .. } = spec;
    let app = in_force.apps.values().find(|app| app.product == *product);
    let terms = app
        .and_then(|app| app.pings.get(ping))
        .ok_or_else(|| format!("The product {product} declares no ping {ping}; push it first."))?;
    match (&spec.measure, &terms.client_id) {
        (MeasureSpec::Pings(_), Some(_)) => Err(format!(
            "The ping {ping} carries a client id, so people can be counted, and each is protected; \
             use `people`."
        )),
        (MeasureSpec::Pings(_), None) | (_, Some(_)) => Ok(terms),
        (_, None) => Err(format!(
            "The ping {ping} carries no client id: people cannot be counted. `pings` counts pings, \
             without a promise to each person."
        )),
    }
}

fn declared<'f>(
    spec: &Spec,
    ping: &'f PingTerms,
    metric: &MetricId,
) -> Result<&'f MetricTerms, String> {
    let name = &spec.ping;
    let push = || format!("The ping {name} declares no metric {metric}; push it first.");
    ping.metrics.get(metric).ok_or_else(push)
}

fn read(metric: &MetricId, terms: &MetricTerms) -> Result<Read, String> {
    let MetricTerms { kind, category, .. } = *terms;
    match category {
        Category::HighlySensitive | Category::Unclassified => {
            let words = category.words();
            Err(format!("{metric} is {words}: numbers about it are never published."))
        }
        _ => Ok(Read { kind, category }),
    }
}

fn check_label(value: &ValueSpec, terms: &MetricTerms) -> Result<(), String> {
    let ValueSpec { metric, label } = value;
    let Some(label) = label else { return Ok(()) };
    if terms.kind.of_label().is_none() {
        return Err(format!("{metric} has no labels; leave the label out."));
    }
    match &terms.labels {
        Some(labels) if !labels.contains(label) => {
            Err(format!("{metric} declares no label {label:?}."))
        }
        _ => Ok(()),
    }
}

/// Checks a dimension's list against what is declared. Returns the metric it reads, if any.
fn check_dimension(
    spec: &Spec,
    DimensionSpec { by, values }: &DimensionSpec,
    in_force: &InForce,
    ping: &PingTerms,
) -> Result<Option<MetricId>, String> {
    match by.as_str() {
        "app" => {
            let registered = |value: &&String| {
                let app = in_force.apps.iter().find(|(id, _)| id.as_str() == value.as_str());
                app.is_none_or(|(_, app)| app.product != spec.product)
            };
            let wrong = values.iter().find(registered);
            wrong.map_or(Ok(None), |app| {
                Err(format!("{app} is no registered application of {}.", spec.product))
            })
        }
        "label" => check_labels(spec, ping, values).map(|()| None),
        field if INFO_FIELDS.contains(&field) => match ping.info_sections {
            true => Ok(None),
            false => Err(format!("The ping {} carries no {field}.", spec.ping)),
        },
        other => {
            let metric = MetricId::parse(other).ok().filter(|_| other.contains('.'));
            let metric = metric.ok_or_else(|| {
                format!(
                    "{other:?} is no dimension; there are app, label, {}, and metrics.",
                    INFO_FIELDS.join(", ")
                )
            })?;
            match declared(spec, ping, &metric)?.kind {
                MetricKind::String | MetricKind::Boolean => Ok(Some(metric)),
                kind => Err(format!(
                    "{metric} is a {}; only strings and booleans make a dimension.",
                    kind.slug()
                )),
            }
        }
    }
}

fn check_labels(spec: &Spec, ping: &PingTerms, values: &[String]) -> Result<(), String> {
    for value in spec.measure.values() {
        let labels = declared(spec, ping, &value.metric)?.labels.as_ref();
        let wrong = values.iter().find(|label| labels.is_some_and(|all| !all.contains(*label)));
        if let Some(label) = wrong {
            return Err(format!("{} declares no label {label:?}.", value.metric));
        }
    }
    Ok(())
}

fn preset(spec: &Spec, metrics: &BTreeMap<MetricId, Read>) -> Result<Preset, String> {
    let periods = &spec.periods;
    let twice = |(at, period): (usize, &Period)| periods[..at].contains(period);
    if periods.is_empty() || periods.iter().enumerate().any(twice) {
        return Err("A report names its periods, each once: day, week, month.".into());
    }
    let stored = metrics.iter().find(|(_, read)| read.category == Category::StoredContent);
    match (stored, spec.preset) {
        (None, preset) => Ok(preset.unwrap_or(Preset::Normal)),
        (Some(_), None | Some(Preset::Careful)) => Ok(Preset::Careful),
        (Some((metric, _)), Some(_)) => Err(format!(
            "{metric} is about what people store or visit; the preset is `careful` there."
        )),
    }
}

#[cfg(test)]
pub(crate) mod tests;
