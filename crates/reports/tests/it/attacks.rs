//! The thirteen attacks of those who read what is published, each with its defence and without: a
//! parameter of the mechanism switches the defence off, and then the attack must succeed, or the
//! test would prove nothing.
//!
//! Statistical bounds are set so that chance breaks a test less than once in 10^12 runs.

mod cells;
mod chance;
mod many_numbers;
mod one_person;
mod senders;

use candor_inventory::glean::MetricKind;
use candor_kernel::{Day, MetricId, PingName, ProductId};
use candor_reports::noise;
use candor_reports::rules::budget::shown_values;
use candor_reports::rules::{Budget, Noise, Period, Preset, Release, Shown};
use candor_segments::tally::{Bounds, Cell, Measure, Question, Tally, Unit, Value};

/// By chance alone a share of `trials` lies this far above its own probability less than once in
/// 10^13 times (Hoeffding).
pub(crate) fn slack(trials: usize) -> f64 {
    (30.0 / (2.0 * trials as f64)).sqrt()
}

pub(crate) fn counter() -> Value {
    let metric = MetricId::parse("app.started").expect("an id");
    Value::Metric { metric, kind: MetricKind::Counter, label: None }
}

pub(crate) fn question(measure: Measure, cells_max: u32, value_max: u64) -> Question {
    Question {
        product: ProductId::parse("sample").expect("an id"),
        ping: PingName::parse("bundle").expect("a name"),
        first: Day::from_number(0),
        last: Day::from_number(6),
        unit: Unit::Client,
        measure,
        dimensions: Vec::new(),
        bounds: Bounds { cells_max, value_max },
    }
}

pub(crate) fn people() -> Question {
    question(Measure::Contributors { value: None }, 1, 1)
}

/// Cells with so many people each.
pub(crate) fn tally(people: &[u64]) -> Tally {
    let cell = |people: &u64| Cell { contributors: *people, sums: [0; 2] };
    Tally { cells: people.iter().map(cell).collect() }
}

/// What may be switched off.
#[derive(Clone, Copy)]
pub(crate) struct Defences {
    pub(crate) noise: bool,
    pub(crate) threshold: bool,
}

pub(crate) const ALL: Defences = Defences { noise: true, threshold: true };

/// Publishes each cell of a tally as a week's edition of a preset would.
pub(crate) fn publish(
    preset: Preset,
    question: &Question,
    tally: &Tally,
    defences: Defences,
) -> Vec<Shown> {
    let cells = tally.cells.len();
    let budget = Budget::of(preset, 1, Period::Week, question, 1);
    let values = shown_values(&question.measure) as usize;
    let noise = match defences.noise {
        true => noise::draw(&budget, cells, values).expect("scales"),
        false => Noise::none(cells),
    };
    let release = Release::of(question, &budget);
    match defences.threshold {
        true => release.shown(tally, &noise),
        false => release.without_threshold().shown(tally, &noise),
    }
}

/// The people that a normal week's edition shows of each cell.
pub(crate) fn shown(people_by_cell: &[u64], defences: Defences) -> Vec<Option<i64>> {
    let shown = publish(Preset::Normal, &people(), &tally(people_by_cell), defences);
    shown.into_iter().map(|cell| cell.people).collect()
}
