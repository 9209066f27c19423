//! The stochastic tester: two neighbouring sets of people, many editions of each, and no outcome that
//! is more than e^ε times likelier with one of them. It must find a mechanism that is wrong.

use candor_reports::noise;
use candor_reports::rules::budget::shown_values;
use candor_reports::rules::{Budget, Fraction, Period, Preset, Release, Shown};
use candor_segments::tally::{Bounder, By, Dimension, Measure, Question, Said, Tally};

use crate::attacks::{self, counter, question};

const SAMPLES: usize = 20_000;

type Pings<'p> = &'p [(u8, usize, &'p [Option<u64>])];

/// Counts a set of people, and may leave one of them out.
fn counted(question: &Question, pings: Pings<'_>, without: Option<u8>) -> Tally {
    let mut bounder = Bounder::new(question).expect("within limits");
    let mut unit = None;
    for (of, place, numbers) in pings.iter().filter(|(of, ..)| Some(*of) != without) {
        if unit != Some(of) {
            bounder.unit(&[*of; 16]);
            unit = Some(of);
        }
        bounder.ping(*place, Said::Numbers(numbers));
    }
    bounder.finish()
}

/// What each of many editions of a tally shows.
fn editions(question: &Question, tally: &Tally, budget: &Budget) -> Vec<Vec<Shown>> {
    let cells = tally.cells.len();
    // One long edition is many short ones: each cell has noise of its own.
    let many = Tally { cells: tally.cells.repeat(SAMPLES) };
    let values = shown_values(&question.measure) as usize;
    let noise = noise::draw(budget, many.cells.len(), values).expect("scales");
    let shown = Release::of(question, budget).shown(&many, &noise);
    shown.chunks(cells).map(<[Shown]>::to_vec).collect()
}

/// Over all outcomes of a test, chance alone exceeds its bound less than once in 10^12 times: there
/// are some hundreds, and e^-37 is 10^-16.
const CHANCE: f64 = 37.0;

/// How far a share of the samples may be from its own probability (empirical Bernstein: Maurer and
/// Pontil 2009).
fn off(share: f64) -> f64 {
    let samples = SAMPLES as f64;
    (2.0 * share * (1.0 - share) * CHANCE / samples).sqrt() + 7.0 * CHANCE / (3.0 * (samples - 1.0))
}

/// Returns the largest amount by which an outcome is likelier than e^ε and chance allow: above zero,
/// the mechanism is wrong. Outcomes are of each cell (hidden, at least so many), of two cells, and
/// of all of them and their values together.
fn excess(one: &[Vec<Shown>], other: &[Vec<Shown>], epsilon: f64) -> f64 {
    let cells = one[0].len();
    let mut most = f64::MIN;
    let mut test = |outcome: &dyn Fn(&[Shown]) -> bool| {
        let share = |all: &[Vec<Shown>]| {
            all.iter().filter(|shown| outcome(shown)).count() as f64 / all.len() as f64
        };
        let (p, q) = (share(one), share(other));
        let beyond = |p: f64, q: f64| p - off(p) - epsilon.exp() * (q + off(q));
        most = most.max(beyond(p, q)).max(beyond(q, p));
    };
    for at in 0..cells {
        test(&|shown| shown[at].people.is_none());
        for least in 0..60 {
            test(&|shown| shown[at].people.is_some_and(|people| people >= least));
            test(&|shown| shown[at].people.is_some_and(|people| people < least));
        }
        for least in (0..500).step_by(20) {
            test(&|shown| shown[at].value.is_some_and(|value| value >= least));
            test(&|shown| shown[at].value.is_some_and(|value| value < least));
        }
    }
    if cells > 1 {
        for apart in -20..20 {
            test(&|shown| people(shown[0]) - people(shown[1]) >= apart);
            test(&|shown| people(shown[0]) - people(shown[1]) < apart);
        }
    }
    for side in [one, other] {
        let people_in = medians(side, people);
        let values = medians(side, |cell| cell.value.unwrap_or(0));
        for shift in -2..=2 {
            test(&|shown| shown.iter().zip(&people_in).all(|(cell, m)| people(*cell) >= m + shift));
            test(&|shown| shown.iter().zip(&people_in).all(|(cell, m)| people(*cell) < m + shift));
            let both = |cell: &Shown, at: usize| {
                people(*cell) >= people_in[at] + shift && cell.value.unwrap_or(0) >= values[at]
            };
            test(&|shown| shown.iter().enumerate().all(|(at, cell)| both(cell, at)));
        }
    }
    most
}

fn people(cell: Shown) -> i64 {
    cell.people.unwrap_or(0)
}

fn medians(all: &[Vec<Shown>], of: impl Fn(Shown) -> i64) -> Vec<i64> {
    let median = |at: usize| {
        let mut found: Vec<i64> = all.iter().map(|shown| of(shown[at])).collect();
        *found.select_nth_unstable(all.len() / 2).1
    };
    (0..all[0].len()).map(median).collect()
}

fn check(question: &Question, pings: Pings<'_>, changed: u8) {
    let with = counted(question, pings, None);
    let without = counted(question, pings, Some(changed));
    let budget = Budget::of(Preset::Normal, 1, Period::Week, question, with.cells.len());
    let of = |budget: &Budget| {
        let (one, other) =
            (editions(question, &with, budget), editions(question, &without, budget));
        excess(&one, &other, 1.0)
    };
    let found = of(&budget);
    assert!(found <= 0.0, "{found}: {question:?}");
    // A third of the noise, and the tester says so.
    let third = |scale: Fraction| Fraction { above: scale.above, below: scale.below * 3 };
    let mut wrong = budget;
    wrong.people = third(wrong.people);
    wrong.value = wrong.value.map(third);
    assert!(of(&wrong) > 0.0, "the tester finds nothing: {question:?}");
}

fn places(places: usize) -> Vec<Dimension> {
    let values = (1..places).map(|n| format!("v{n}")).collect();
    vec![Dimension { by: By::App, values }]
}

#[test]
fn a_person_in_one_cell_is_hidden() {
    let all: Vec<_> = (0..21).map(|person| (person, 0, [].as_slice())).collect();
    check(&attacks::people(), &all, 7);
}

#[test]
fn a_person_in_many_cells_is_hidden() {
    let mut question = question(Measure::Contributors { value: None }, 2, 1);
    question.dimensions = places(4);
    // 44 people, and one who stands in all cells: two of them count.
    let mut all: Vec<_> = (0..176).map(|n| (n / 4, usize::from(n % 4), [].as_slice())).collect();
    all.extend((0..4).map(|place| (200, place, [].as_slice())));
    check(&question, &all, 200);
    // With the noise of two cells, and no bound to two, the tester finds it.
    let budget = Budget::of(Preset::Normal, 1, Period::Week, &question, 4);
    question.bounds.cells_max = 4;
    let (with, without) = (counted(&question, &all, None), counted(&question, &all, Some(200)));
    let (one, other) =
        (editions(&question, &with, &budget), editions(&question, &without, &budget));
    assert!(excess(&one, &other, 1.0) > 0.0);
}

#[test]
fn a_person_who_adds_much_is_hidden() {
    let question = question(Measure::Sum(counter()), 1, 20);
    let few: &[Option<u64>] = &[Some(5)];
    let much: &[Option<u64>] = &[Some(1 << 40)];
    let mut all: Vec<_> = (0..30).map(|person| (person, 0, few)).collect();
    all.push((200, 0, much));
    check(&question, &all, 200);
}

#[test]
fn a_person_in_a_funnel_is_hidden() {
    let question = question(Measure::Funnel(vec![counter(); 3]), 1, 1);
    let first: &[Option<u64>] = &[Some(1), None, None];
    let last: &[Option<u64>] = &[Some(1), Some(1), Some(1)];
    let mut all: Vec<_> = (0..20).map(|person| (person, 0, first)).collect();
    all.extend((20..41).map(|person| (person, 0, last)));
    check(&question, &all, 30);
}

/// In four weeks, one week more can move a client from one cell to another: the noise is twice as
/// wide there, and with that of a week the tester finds it.
#[test]
fn a_week_more_in_a_month_is_hidden() {
    let mut question = question(Measure::Contributors { value: None }, 1, 1);
    question.dimensions = places(2);
    let tally = |unit: u8, its_places: &[usize]| {
        let mut bounder = Bounder::new(&question).expect("within limits");
        for person in 0..80_u128 {
            bounder.unit(&(1000 + person).to_be_bytes());
            bounder.ping((person % 2) as usize, Said::Numbers(&[]));
        }
        bounder.unit(&[unit; 16]);
        its_places.iter().for_each(|place| bounder.ping(*place, Said::Numbers(&[])));
        bounder.finish()
    };
    // One whose lot falls on the second place as soon as it has been there.
    let moved = |unit: &u8| tally(*unit, &[0]).cells[0] != tally(*unit, &[0, 1]).cells[0];
    let unit = (1..100).find(moved).expect("half of all");
    let (before, after) = (tally(unit, &[0]), tally(unit, &[0, 1]));
    let excess_with = |period: Period| {
        let budget = Budget::of(Preset::Normal, 1, period, &question, 2);
        let (one, other) =
            (editions(&question, &before, &budget), editions(&question, &after, &budget));
        excess(&one, &other, 1.0)
    };
    let (month, week) = (excess_with(Period::Month), excess_with(Period::Week));
    assert!(month <= 0.0, "{month}");
    assert!(week > 0.0, "the tester finds nothing: {week}");
}
