//! Small cells: seen alone, computed from the rest, and read from what is missing.

use candor_reports::rules::{Budget, Period, Preset};

use super::*;

const NO_THRESHOLD: Defences = Defences { noise: true, threshold: false };
const NOTHING: Defences = Defences { noise: false, threshold: false };

/// 1: a cell of one person. It shows at most as often as a threshold of 1 in 1,000 for an empty cell,
/// times e^ε, allows.
#[test]
fn a_small_cell_is_not_shown() {
    const CELLS: usize = 20_000;
    for (preset, people_there) in
        [(Preset::Normal, 1), (Preset::SmallGroup, 1), (Preset::Careful, 3)]
    {
        let cells = tally(&vec![people_there; CELLS]);
        let of = |defences| {
            let shown = publish(preset, &people(), &cells, defences);
            shown.iter().filter(|cell| cell.people.is_some_and(|people| people > 0)).count()
        };
        let epsilon = preset.epsilon_milli() as f64 / 1000.0;
        let allowed = CELLS as f64 * 0.001 * (epsilon * people_there as f64).exp();
        // Beyond the mean and 7.5 of its roots, and 30, a Poisson count comes once in 10^12.
        let bound = (allowed + 7.5 * allowed.sqrt() + 30.0) as usize;
        assert!(of(ALL) <= bound, "{preset:?}: {} of at most {bound}", of(ALL));
        assert_eq!(of(NOTHING), CELLS, "without the threshold everybody sees them");
        assert!(of(NO_THRESHOLD) > bound, "noise alone shows them too");
    }
}

/// Any cell far below k stays hidden, whatever the table looks like.
#[test]
fn no_table_shows_a_cell_far_below_its_threshold() {
    let table: Vec<u64> = (0..4000).map(|cell| cell % 60).collect();
    let budget = Budget::of(Preset::Normal, 1, Period::Week, &people(), 1);
    // At scale 1, noise of 34 comes once in e^34 times: 10^-14.7.
    let shown = shown(&table, ALL);
    for (cell, people) in table.iter().zip(shown) {
        if let Some(people) = people {
            assert!(people >= i64::try_from(budget.threshold(1)).expect("small"));
            assert!(people.abs_diff(i64::try_from(*cell).expect("small")) <= 34, "{cell} {people}");
        }
    }
}

/// 2: the cell that is hidden among shown ones, computed from a report without the dimension. With
/// noise on every number the sum of three noises is in between; it is 0 in less than 46 of 100 cases.
#[test]
fn a_hidden_cell_is_not_computed_from_the_rest() {
    const TRIALS: usize = 5000;
    let found = |defences| {
        let hits = (0..TRIALS).filter(|_| {
            // Two reports of the same people: by system, and all together.
            let by_system = shown(&[60, 80, 3], defences);
            let all = shown(&[143], defences)[0].expect("many");
            let others: i64 = by_system[..2].iter().map(|cell| cell.expect("many")).sum();
            all - others == 3
        });
        hits.count() as f64 / TRIALS as f64
    };
    let with = found(ALL);
    assert!(with < 0.4621 + slack(TRIALS), "{with}");
    let threshold_alone = found(Defences { noise: false, threshold: true });
    assert!(threshold_alone >= 1.0, "a threshold alone hides nothing: {threshold_alone}");
}

/// 9: what is missing must not tell none from few: over 10,000 editions the two are hidden and shown
/// alike. 54 is exceeded by a χ² of one degree of freedom once in 10^12 times; the true difference,
/// at most a factor e^(3/7), adds about 1.
#[test]
fn none_and_few_are_missing_alike() {
    const RUNS: usize = 10_000;
    // A day of a normal report: the noise is as wide as its threshold lets it be.
    let seen = |people_there: u64, noise: bool| {
        let budget = Budget::of(Preset::Normal, 1, Period::Day, &people(), 1);
        let noise = match noise {
            true => noise::draw(&budget, RUNS, 0).expect("a scale"),
            false => Noise::none(RUNS),
        };
        let release = Release::of(&people(), &budget);
        (release, noise, tally(&vec![people_there; RUNS]))
    };
    let shown_of = |people_there| {
        let (release, noise, tally) = seen(people_there, true);
        release.shown(&tally, &noise).iter().filter(|cell| cell.people.is_some()).count()
    };
    assert!(chi_square(shown_of(0), shown_of(3), RUNS) < 54.0 + 12.0);
    // Without noise and threshold the two differ in every edition.
    let differing = |people_there| {
        let (release, noise, tally) = seen(people_there, false);
        let shown = release.without_threshold().shown(&tally, &noise);
        shown.iter().filter(|cell| cell.people != Some(0)).count()
    };
    assert!(chi_square(differing(0), differing(3), RUNS) > 10_000.0);
}

/// χ² of two counts among as many runs each.
fn chi_square(one: usize, other: usize, runs: usize) -> f64 {
    let (one, other, runs) = (one as f64, other as f64, runs as f64);
    let shown = (one + other) / 2.0;
    let hidden = runs - shown;
    if shown == 0.0 || hidden == 0.0 {
        return 0.0;
    }
    2.0 * (one - shown).powi(2) * (1.0 / shown + 1.0 / hidden)
}
