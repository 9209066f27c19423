//! An edition: the document that is made once for a period and never changed.

use candor_kernel::{PingName, ProductId, ReportId, Timestamp};
use candor_segments::tally::{Measure, OTHER, Question, Unit};
use serde::{Deserialize, Serialize};

use super::spec::MeasureSpec;
use super::{Budget, Period, Plan, Preset, Shown, Span};

/// An edition, as it is kept and given out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// The report.
    pub report: ReportId,
    /// Its version.
    pub version: u32,
    /// The question it answers.
    pub question: String,
    /// The product.
    pub product: ProductId,
    /// The ping.
    pub ping: PingName,
    /// What is counted.
    pub measure: MeasureSpec,
    /// How long the period is.
    pub period: Period,
    /// Its first day.
    pub start: String,
    /// Its last day, itself counted.
    pub end: String,
    /// Whose privacy is bounded.
    pub unit: UnitName,
    /// How careful the report is.
    pub preset: Preset,
    /// What this edition gives away of a unit at most, in millionths of ε.
    pub epsilon_millionths: u64,
    /// Below about this many people nothing is shown, however small the noise.
    pub k: u64,
    /// What a number with noise must reach to be shown; of a funnel, at its last step.
    pub threshold: u64,
    /// The errors that are not exceeded in 95 of 100 cases; of a funnel, at its last step.
    pub error_95: Errors,
    /// Threshold and error of each step of a funnel: earlier ones are wider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// A hash of everything that decides the numbers; the review granted exactly this.
    pub terms: String,
    /// The number of that review.
    pub request: i64,
    /// When it was made.
    pub made_at: String,
    /// By what the cells are told apart, closed before anything was counted. The last is the steps
    /// or buckets, where there are any.
    pub axes: Vec<Axis>,
    /// All cells, row by row over the axes.
    pub cells: Vec<EditionCell>,
}

/// Whose privacy is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnitName {
    /// One client id in one week.
    #[serde(rename = "client-week")]
    ClientWeek,
    /// One ping; nothing is promised to a person.
    #[serde(rename = "per ping, no per-person guarantee")]
    Ping,
}

/// Errors that are not exceeded in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    /// Of a number of people.
    pub people: u64,
    /// Of a value; none where none is shown.
    pub value: Option<u64>,
}

/// The marks of one step of a funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What the number must reach to be shown.
    pub threshold: u64,
    /// Its error that is not exceeded in 95 of 100 cases.
    pub error_95_people: u64,
}

/// A closed list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// What stands on it.
    pub name: String,
    /// The places.
    pub values: Vec<String>,
}

/// One cell. Numbers are null where there are too few to tell, for none and few alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditionCell {
    /// Its place on each axis.
    pub at: Vec<String>,
    /// About how many people (pings, where the unit is one).
    pub people: Option<i64>,
    /// About which total; null where the report shows none, too.
    pub value: Option<i64>,
    /// About which whole, of a ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<i64>,
}

/// What an edition says of itself beside its numbers.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The report's version.
    pub version: u32,
    /// The number of the review that granted it.
    pub request: i64,
    /// The period.
    pub span: Span,
    /// When it is made.
    pub now: Timestamp,
}

impl Edition {
    /// Writes an edition of cells that are to be shown.
    #[must_use]
    pub fn of(making: Making<'_>, question: &Question, budget: &Budget, shown: &[Shown]) -> Self {
        let Making { plan, version, request, span, now } = making;
        let axes = axes(plan, question);
        let steps = match &question.measure {
            Measure::Funnel(steps) => (1..=steps.len()).rev().map(|n| step(budget, n)).collect(),
            _ => Vec::new(),
        };
        let cell = |(number, shown): (usize, &Shown)| {
            let Shown { people, value, whole } = *shown;
            EditionCell { at: at(&axes, number), people, value, whole }
        };
        Self {
            report: plan.spec.report.clone(),
            version,
            question: plan.spec.question.clone(),
            product: plan.spec.product.clone(),
            ping: plan.spec.ping.clone(),
            measure: plan.spec.measure.clone(),
            period: span.period,
            start: span.start.to_string(),
            end: span.last().to_string(),
            unit: match plan.unit() {
                Unit::Client => UnitName::ClientWeek,
                Unit::Ping => UnitName::Ping,
            },
            preset: plan.preset,
            epsilon_millionths: budget.epsilon_millionths(),
            k: plan.preset.people_min(),
            threshold: budget.threshold(1),
            error_95: Errors { people: budget.error_95_people(1), value: budget.error_95_value() },
            steps,
            terms: hex(&plan.terms(version)),
            request,
            made_at: now.to_string(),
            cells: shown.iter().enumerate().map(cell).collect(),
            axes,
        }
    }

    /// Returns its one text.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("an edition holds nothing that cannot be written")
    }

    /// Returns threshold and error of people for a cell: a funnel's differ by step.
    #[must_use]
    pub fn marks(&self, cell: usize) -> Step {
        let step = cell.checked_rem(self.steps.len()).and_then(|step| self.steps.get(step));
        let (threshold, error_95_people) = (self.threshold, self.error_95.people);
        step.copied().unwrap_or(Step { threshold, error_95_people })
    }

    /// Writes the cells as CSV (RFC 4180), each with its errors; what is not shown is empty.
    #[must_use]
    pub fn csv(&self) -> String {
        let ratio = matches!(self.measure, MeasureSpec::Ratio(_));
        let mut head: Vec<&str> = self.axes.iter().map(|axis| axis.name.as_str()).collect();
        head.extend(["people", "error_95_people"]);
        if self.error_95.value.is_some() {
            head.extend(["value", "error_95_value"]);
        }
        head.extend(ratio.then_some("whole"));
        let mut csv = line(head.into_iter().map(str::to_owned));
        let number = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
        for (place, cell) in self.cells.iter().enumerate() {
            let mut fields = cell.at.clone();
            fields.extend([number(cell.people), self.marks(place).error_95_people.to_string()]);
            if let Some(error) = self.error_95.value {
                fields.extend([number(cell.value), error.to_string()]);
            }
            fields.extend(ratio.then(|| number(cell.whole)));
            csv.push_str(&line(fields.into_iter()));
        }
        csv
    }

    /// Finds the bucket of a percentile, 1 to 99, among the shown buckets of one place of the other
    /// axes. None where it is no distribution or nothing is shown there.
    #[must_use]
    pub fn percentile(&self, place: usize, percent: u32) -> Option<&str> {
        let MeasureSpec::Distribution(_) = self.measure else { return None };
        let buckets = self.axes.last()?;
        let cells = self.cells.chunks(buckets.values.len()).nth(place)?;
        let count = |cell: &EditionCell| i128::from(cell.value.or(cell.people).unwrap_or(0));
        let total: i128 = cells.iter().map(count).sum();
        let mut below = 0;
        let found = cells.iter().position(|cell| {
            below += count(cell);
            count(cell) > 0 && below * 100 >= total * i128::from(percent)
        });
        buckets.values.get(found?).map(String::as_str)
    }
}

/// Writes bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn step(budget: &Budget, noises: usize) -> Step {
    Step { threshold: budget.threshold(noises), error_95_people: budget.error_95_people(noises) }
}

fn axes(plan: &Plan, question: &Question) -> Vec<Axis> {
    let closed = |(spec, dimension): (&super::spec::DimensionSpec, _)| {
        let candor_segments::tally::Dimension { values, .. } = dimension;
        let other = std::iter::once(OTHER.to_owned());
        Axis { name: spec.by.clone(), values: Vec::into_iter(values).chain(other).collect() }
    };
    let pairs = plan.spec.dimensions.iter().zip(question.dimensions.clone());
    let mut axes: Vec<Axis> = pairs.map(closed).collect();
    match (&question.measure, &plan.spec.measure) {
        (Measure::Histogram { edges, .. }, _) => {
            axes.push(Axis { name: "bucket".into(), values: buckets(edges) });
        }
        (_, MeasureSpec::Funnel(steps)) => {
            let name = |(at, value): (usize, &super::spec::ValueSpec)| match &value.label {
                Some(label) => format!("{}. {} {label}", at + 1, value.metric),
                None => format!("{}. {}", at + 1, value.metric),
            };
            axes.push(Axis {
                name: "step".into(),
                values: steps.iter().enumerate().map(name).collect(),
            });
        }
        _ => {}
    }
    axes
}

fn buckets(edges: &[u64]) -> Vec<String> {
    let below = edges.iter().take(1).map(|edge| format!("below {edge}"));
    let between = edges.windows(2).map(|pair| format!("{} to {}", pair[0], pair[1] - 1));
    let last = edges.iter().rev().take(1).map(|edge| format!("{edge} and more"));
    below.chain(between).chain(last).collect()
}

/// Names a cell by its places on the axes.
fn at(axes: &[Axis], mut number: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(axes.len());
    for axis in axes.iter().rev() {
        names.push(axis.values[number % axis.values.len()].clone());
        number /= axis.values.len();
    }
    names.reverse();
    names
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let quoted = |field: String| match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field,
    };
    fields.map(quoted).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests;
