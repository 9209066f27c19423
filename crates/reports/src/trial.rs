//! What an edition would look like, before anybody reviews it: invented people, real noise.

use candor_inventory::Category;
use candor_inventory::glean::MetricKind;
use candor_kernel::Timestamp;
use candor_segments::tally::{Bounder, Measure, Question, QuestionError, Said, Tally};

use crate::noise;
use crate::rules::budget::shown_values;
use crate::rules::plan::Read;
use crate::rules::{Edition, Making, Period, Plan, Preset, Release, Spec};

/// Makes an edition of each of a spec's periods for so many invented people.
///
/// The rule by which they are invented: each person sends one ping. On every list half of them stand
/// at the first place, half of the rest at the second, and so on, `other` last; where somebody stands
/// on one list says nothing about another. A value is 1, 2 or 3 alike; a
/// spread puts as many into each bucket. Of a funnel's people half go on at each step. Of a whole a
/// tenth is the part.
///
/// Errors are sentences about the spec, or that the machine gave no randomness.
pub fn editions(spec: Spec, people: u64, now: Timestamp) -> Result<Vec<Edition>, String> {
    let plan = assumed(spec);
    let mut editions = Vec::new();
    for period in &plan.spec.periods {
        let span = last(*period, now);
        let question = plan.question(span);
        let tally = invented(&question, people).map_err(|error| error.to_string())?;
        let cells = tally.cells.len();
        let budget = plan.budget(span, cells);
        let values = shown_values(&question.measure) as usize;
        let noise = noise::draw(&budget, cells, values).map_err(|error| error.to_string())?;
        let shown = Release::of(&question, &budget).shown(&tally, &noise);
        let making = Making { plan: &plan, version: 0, request: 0, span, now };
        editions.push(Edition::of(making, &question, &budget, &shown));
    }
    Ok(editions)
}

/// The period that ended last.
fn last(period: Period, now: Timestamp) -> crate::rules::Span {
    period.of(period.of(now.day()).start.plus(-1))
}

/// Without a server nobody knows the metrics' types: each counts as a counter of category
/// interaction. The server looks closer when the report is asked for.
fn assumed(spec: Spec) -> Plan {
    let read = Read { kind: MetricKind::Counter, category: Category::Interaction };
    let labeled = Read { kind: MetricKind::LabeledCounter, ..read };
    let by_label = spec.dimensions.iter().any(|dimension| dimension.by == "label");
    let values = spec.measure.values();
    let metrics = values.into_iter().map(|value| {
        let read = if by_label || value.label.is_some() { labeled } else { read };
        (value.metric.clone(), read)
    });
    Plan { preset: spec.preset.unwrap_or(Preset::Normal), metrics: metrics.collect(), spec }
}

fn invented(question: &Question, people: u64) -> Result<Tally, QuestionError> {
    let mut bounder = Bounder::new(question)?;
    for person in 0..people {
        let mut unit = [0; 16];
        unit[..8].copy_from_slice(&person.to_be_bytes());
        bounder.unit(&unit);
        // Multiples of the golden ratio lie evenly, and their other bits look unlike each other.
        let lot = (person + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let places: Vec<usize> = (0..)
            .zip(&question.dimensions)
            .map(|(turn, dimension)| {
                let halved = lot.rotate_left(21 * turn).leading_zeros() as usize;
                halved.min(dimension.places() - 1)
            })
            .collect();
        let numbers = numbers(&question.measure, person);
        bounder.ping(question.place(&places), Said::Numbers(&numbers));
    }
    Ok(bounder.finish())
}

fn numbers(measure: &Measure, person: u64) -> Vec<Option<u64>> {
    match measure {
        Measure::Contributors { .. } | Measure::Sum(_) => vec![Some(1 + person % 3)],
        Measure::Histogram { edges, .. } => {
            let bucket = person as usize % (edges.len() + 1);
            vec![Some(bucket.checked_sub(1).map_or(0, |edge| edges[edge]))]
        }
        Measure::Funnel(steps) => {
            let reached = person.trailing_ones() as usize;
            (0..steps.len()).map(|step| Some(u64::from(step <= reached))).collect()
        }
        Measure::Ratio { .. } => vec![Some(u64::from(person.is_multiple_of(10))), Some(1)],
    }
}

#[cfg(test)]
mod tests;
