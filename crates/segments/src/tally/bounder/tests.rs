use candor_inventory::glean::MetricKind;
use candor_kernel::MetricId;

use super::*;
use crate::tally::tests::question;
use crate::tally::{By, Dimension, Value};

fn value(kind: MetricKind) -> Value {
    Value::Metric { metric: MetricId::parse("a.b").unwrap(), kind, label: None }
}

fn five_places() -> Vec<Dimension> {
    vec![Dimension { by: By::App, values: ["a", "b", "c", "d"].map(str::to_owned).to_vec() }]
}

type Pings<'p> = &'p [(u8, usize, &'p [Option<u64>])];

/// Contributors and sums by cell, of pings as (unit, place, numbers).
fn check(question: &Question, pings: Pings<'_>) -> Vec<(u64, [u64; 2])> {
    let mut bounder = Bounder::new(question).expect("within limits");
    let mut unit = None;
    for (of, place, numbers) in pings {
        if unit != Some(of) {
            bounder.unit(&[*of; 16]);
            unit = Some(of);
        }
        bounder.ping(*place, Said::Numbers(numbers));
    }
    bounder.finish().cells.iter().map(|cell| (cell.contributors, cell.sums)).collect()
}

#[test]
fn a_unit_counts_once_however_often_it_sends() {
    let all = question(Measure::Contributors { value: None }, vec![]);
    assert_eq!(check(&all, &[(1, 0, &[]), (1, 0, &[]), (2, 0, &[])]), [(2, [0; 2])]);
    let kind = value(MetricKind::Counter);
    let some = question(Measure::Contributors { value: Some(kind) }, vec![]);
    let pings: Pings<'_> =
        &[(1, 0, &[Some(0)]), (1, 0, &[Some(2)]), (2, 0, &[Some(0)]), (3, 0, &[None])];
    assert_eq!(check(&some, pings), [(1, [0; 2])], "above zero in any ping");
}

#[test]
fn totals_are_clamped_over_all_pings_of_a_unit() {
    let sum = question(Measure::Sum(value(MetricKind::Counter)), vec![]);
    let pings: Pings<'_> = &[
        (1, 0, &[Some(60)]),
        (1, 0, &[Some(60)]),
        (2, 0, &[Some(7)]),
        (3, 0, &[Some(u64::MAX)]),
        (3, 0, &[Some(u64::MAX)]),
        (4, 0, &[Some(0)]),
    ];
    assert_eq!(check(&sum, pings), [(3, [100 + 7 + 100, 0])], "value_max is 100");
    let (part, whole) = (value(MetricKind::Counter), value(MetricKind::Quantity));
    let ratio = question(Measure::Ratio { part, whole }, vec![]);
    let pings: Pings<'_> =
        &[(1, 0, &[Some(1), Some(500)]), (2, 0, &[None, Some(5)]), (3, 0, &[Some(0), None])];
    assert_eq!(check(&ratio, pings), [(2, [1, 105])]);
}

#[test]
fn a_unit_stands_in_few_cells_and_others_do_not_matter() {
    let question = question(Measure::Contributors { value: None }, five_places());
    let everywhere = |unit: u8| (0..5).map(move |place| (unit, place, [].as_slice()));
    let one: Vec<_> = everywhere(1).collect();
    let alone = check(&question, &one);
    assert_eq!(alone.iter().map(|(people, _)| people).sum::<u64>(), 2, "cells_max is 2");
    let both: Vec<_> = everywhere(1).chain(everywhere(2)).collect();
    let other = check(&question, &both[5..]);
    for (cell, (people, _)) in check(&question, &both).iter().enumerate() {
        assert_eq!(*people, alone[cell].0 + other[cell].0);
    }
    // Among many units the lot falls on every cell about alike: 100 of 250 each.
    let all: Vec<_> = (0..250).flat_map(everywhere).collect();
    for (people, _) in check(&question, &all) {
        assert!((50..150).contains(&people), "{people}");
    }
}

#[test]
fn a_unit_stands_where_its_furthest_step_without_a_gap_is() {
    let steps = vec![value(MetricKind::Counter); 3];
    let funnel = question(Measure::Funnel(steps), vec![]);
    let pings: Pings<'_> = &[
        (1, 0, &[Some(1), None, None]),
        (1, 0, &[None, Some(1), None]),
        (2, 0, &[Some(1), None, Some(1)]),
        (3, 0, &[None, Some(1), Some(1)]),
        (4, 0, &[Some(1), Some(2), Some(3)]),
        (5, 0, &[Some(1), Some(0), None]),
    ];
    assert_eq!(check(&funnel, pings), [(2, [0; 2]), (1, [0; 2]), (1, [0; 2])]);
}

#[test]
fn a_unit_stands_in_the_bucket_of_its_value() {
    let buckets = |kind, pings: Pings<'_>| {
        let value = value(kind);
        let question = question(Measure::Histogram { value, edges: vec![10, 20] }, vec![]);
        check(&question, pings).into_iter().map(|(people, _)| people).collect::<Vec<_>>()
    };
    let pings: Pings<'_> =
        &[(1, 0, &[Some(9)]), (1, 0, &[Some(9)]), (2, 0, &[Some(10)]), (3, 0, &[Some(0)])];
    assert_eq!(buckets(MetricKind::Counter, pings), [1, 2, 0], "counts of a unit add up");
    assert_eq!(buckets(MetricKind::Quantity, pings), [2, 1, 0], "of others the largest counts");
    assert_eq!(buckets(MetricKind::Counter, &[(1, 0, &[Some(20)]), (2, 0, &[None])]), [0, 0, 1]);
}

#[test]
fn samples_are_clamped_by_bucket() {
    let value = value(MetricKind::TimingDistribution);
    let question = question(Measure::Histogram { value, edges: vec![10, 20] }, vec![]);
    let mut bounder = Bounder::new(&question).expect("within limits");
    bounder.unit(&[1; 16]);
    bounder.ping(0, Said::Samples(&[(0, 3), (5, 4), (15, 1000), (30, 0)]));
    bounder.unit(&[2; 16]);
    bounder.ping(0, Said::Samples(&[(15, 1)]));
    let cells: Vec<_> =
        bounder.finish().cells.iter().map(|cell| (cell.contributors, cell.sums[0])).collect();
    assert_eq!(cells, [(1, 7), (2, 101), (0, 0)]);
}

#[test]
fn a_unit_with_very_many_pings_is_still_one() {
    let question = question(Measure::Sum(value(MetricKind::Counter)), five_places());
    let pings: Vec<_> = (0..50_000).map(|n| (1, n % 2, [Some(1)].as_slice().to_owned())).collect();
    let mut bounder = Bounder::new(&question).expect("within limits");
    bounder.unit(&[1; 16]);
    for (_, place, numbers) in &pings {
        bounder.ping(*place, Said::Numbers(numbers));
        assert!(bounder.held.len() <= HELD);
    }
    let cells = bounder.finish().cells;
    assert_eq!((cells[0].contributors, cells[0].sums[0], cells[1].sums[0]), (1, 100, 100));
}
