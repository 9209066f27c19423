use candor_inventory::glean::MetricKind;
use candor_kernel::{Day, MetricId, PingName, ProductId};
use candor_segments::tally::Value;

use super::*;

fn value() -> Value {
    let metric = MetricId::parse("a.b").expect("an id");
    Value::Metric { metric, kind: MetricKind::Counter, label: None }
}

fn question(measure: Measure, cells_max: u32, value_max: u64) -> Question {
    Question {
        product: ProductId::parse("p").expect("an id"),
        ping: PingName::parse("q").expect("a name"),
        first: Day::from_number(0),
        last: Day::from_number(0),
        unit: Unit::Client,
        measure,
        dimensions: Vec::new(),
        bounds: Bounds { cells_max, value_max },
    }
}

/// A budget to change in tests of other parts.
pub(crate) fn some_budget() -> Budget {
    budget(Preset::Normal, 1, Period::Week, &question(people(), 1, 1))
}

fn people() -> Measure {
    Measure::Contributors { value: None }
}

fn budget(preset: Preset, periods: usize, period: Period, question: &Question) -> Budget {
    Budget::of(preset, periods, period, question, 1)
}

/// A scale in thousandths.
fn milli(scale: Fraction) -> u128 {
    scale.above * 1000 / scale.below
}

#[test]
fn what_a_report_gives_away_of_a_week_is_its_preset_however_it_is_split() {
    for preset in [Preset::SmallGroup, Preset::Normal, Preset::Careful] {
        for periods in [vec![Period::Day], vec![Period::Week, Period::Month], Period::ALL.to_vec()]
        {
            let spent: u64 = periods
                .iter()
                .map(|period| {
                    let one = budget(preset, periods.len(), *period, &question(people(), 1, 1));
                    one.epsilon_millionths() * period.editions_by_week()
                })
                .sum();
            let promised = preset.epsilon_milli() * 1000;
            assert!((promised..promised + 10).contains(&spent), "rounded up only: {spent}");
        }
    }
}

#[test]
fn scales_are_what_one_client_can_change_by_epsilon() {
    let of = |measure, cells_max, value_max| {
        let one = budget(Preset::Normal, 1, Period::Week, &question(measure, cells_max, value_max));
        (milli(one.people), one.value.map(milli))
    };
    assert_eq!(of(people(), 1, 1), (1000, None));
    assert_eq!(of(people(), 3, 9), (3000, None));
    assert_eq!(of(Measure::Sum(value()), 1, 50), (2000, Some(100_000)), "half and half");
    let ratio = Measure::Ratio { part: value(), whole: value() };
    assert_eq!(of(ratio, 2, 50), (4000, Some(400_000)), "a half, and two quarters");
    assert_eq!(of(Measure::Funnel(vec![value(); 3]), 1, 1), (1000, None));
    let day = budget(Preset::Normal, 1, Period::Day, &question(people(), 1, 1));
    assert_eq!(milli(day.people), 7000);
    let all = budget(Preset::SmallGroup, 3, Period::Day, &question(people(), 1, 1));
    assert_eq!(milli(all.people), 10_500);
}

#[test]
fn in_four_weeks_a_client_can_change_places() {
    let scale = |measure: Measure, period, cells, cells_max| {
        let question = question(measure, cells_max, 1);
        milli(Budget::of(Preset::Normal, 1, period, &question, cells).people)
    };
    assert_eq!(scale(people(), Period::Month, 1, 1), 1000, "there is one place only");
    assert_eq!(scale(people(), Period::Month, 2, 1), 2000);
    assert_eq!(scale(people(), Period::Month, 2, 2), 2000, "two cells, and room for both");
    assert_eq!(scale(people(), Period::Week, 2, 1), 1000, "a week is there or not");
    let funnel = || Measure::Funnel(vec![value(); 2]);
    assert_eq!(scale(funnel(), Period::Month, 2, 2), 4000);
    assert_eq!(scale(funnel(), Period::Week, 2, 2), 2000);
    let mut pings = question(people(), 1, 1);
    pings.unit = Unit::Ping;
    assert_eq!(milli(Budget::of(Preset::Normal, 1, Period::Month, &pings, 9).people), 1000);
}

/// The distribution of a sum of noises is added up here, in floating point; the rules have none.
#[test]
fn thresholds_and_errors_hold_for_the_discrete_distribution() {
    for scale_milli in [500_u128, 1000, 1300, 1600, 2000, 3500, 7000, 10_000] {
        let people = Fraction { above: scale_milli, below: 1000 };
        let budget = Budget { epsilon: people, people, value: None, people_min: 0 };
        let scale = scale_milli as f64 / 1000.0;
        let reach = (scale * 16.0) as i64 + 20;
        let q = (-1.0 / scale).exp();
        let one = |n: i64| (1.0 - q) / (1.0 + q) * q.powi(i32::try_from(n.abs()).unwrap());
        let one: Vec<f64> = (-reach..=reach).map(one).collect();
        let mut sum = vec![1.0];
        for noises in 1..=5_usize {
            sum = convolved(&sum, &one);
            let zero = reach * noises as i64;
            let above = |n: u64| -> f64 { sum[(zero + n as i64) as usize..].iter().sum() };
            let (threshold, error) = (budget.threshold(noises), budget.error_95_people(noises));
            assert!(above(threshold) <= 0.001, "{scale} {noises}: {threshold}");
            assert!(2.0 * above(error + 1) <= 0.05, "{scale} {noises}: {error}");
            // Nor are they wider than they need be.
            assert!(above(threshold.saturating_sub(2)) > 0.001, "{scale} {noises}: {threshold}");
            assert!(2.0 * above(error.saturating_sub(1)) > 0.05, "{scale} {noises}: {error}");
        }
    }
}

fn convolved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            sum[i + j] += x * y;
        }
    }
    sum
}

#[test]
fn small_noise_does_not_lower_k() {
    let few = budget(Preset::SmallGroup, 1, Period::Week, &question(people(), 1, 1));
    assert_eq!((few.threshold(1), few.error_95_people(1)), (10, 2));
    let day = budget(Preset::Normal, 1, Period::Day, &question(people(), 1, 1));
    assert_eq!((day.threshold(1), day.error_95_people(1)), (45, 21));
    let sum = budget(Preset::Normal, 1, Period::Week, &question(Measure::Sum(value()), 1, 100));
    assert_eq!(
        (sum.threshold(1), sum.error_95_people(1), sum.error_95_value()),
        (20, 6, Some(600))
    );
}

#[test]
fn the_most_sensitive_metrics_have_no_budget_at_all() {
    assert_eq!(metric_budget_millionths(Category::HighlySensitive), 0);
    assert_eq!(metric_budget_millionths(Category::Unclassified), 0);
    assert!(
        metric_budget_millionths(Category::StoredContent) >= Preset::Careful.epsilon_milli() * 1000
    );
}
