//! One person, against somebody who knows everybody else: over time, after a deletion, by surrounding
//! them, and by what they alone can add.

use candor_segments::tally::{Bounder, Said};
use candor_testing::on_both;

use super::*;
use crate::house::{House, day};

const TRIALS: usize = 20_000;
const NO_NOISE: Defences = Defences { noise: false, threshold: true };

/// How often somebody who guesses from two editions is right about whether a person joined between
/// them. The others stay the same.
fn guessed_right(others: u64, preset: Preset, defences: Defences) -> f64 {
    let cells = |people: u64| tally(&vec![people; TRIALS]);
    let joined: Vec<bool> = (0..TRIALS).map(|trial| trial % 2 == 0).collect();
    let later = joined.iter().map(|joined| others + u64::from(*joined)).collect::<Vec<_>>();
    let people_of = |tally| publish(preset, &people(), &tally, defences);
    let (first, second) = (people_of(cells(others)), people_of(tally(&later)));
    let right = joined.iter().zip(first.iter().zip(&second)).filter(|(joined, (first, second))| {
        let guess = match (first.people, second.people) {
            (Some(first), Some(second)) => second > first,
            // Where the threshold is crossed, that is what tells.
            (first, second) => second.is_some() && first.is_none(),
        };
        guess == **joined
    });
    right.count() as f64 / TRIALS as f64
}

/// 3: differencing over time. Nobody guesses better than e^ε / (1 + e^ε).
#[test]
fn who_joined_between_two_editions_is_not_told() {
    for preset in [Preset::SmallGroup, Preset::Normal, Preset::Careful] {
        let ratio = (preset.epsilon_milli() as f64 / 1000.0).exp();
        let right = guessed_right(200, preset, ALL);
        assert!(right <= ratio / (1.0 + ratio) + slack(TRIALS), "{preset:?}: {right}");
    }
    assert!(guessed_right(200, Preset::Normal, NO_NOISE) >= 1.0, "a threshold alone tells it all");
}

/// 7: nineteen invented programs around one real one.
#[test]
fn invented_programs_around_a_person_do_not_tell_of_it() {
    let ratio = 1_f64.exp();
    let right = guessed_right(19, Preset::Normal, ALL);
    assert!(right <= ratio / (1.0 + ratio) + slack(TRIALS), "{right}");
    assert!(guessed_right(19, Preset::Normal, NO_NOISE) >= 1.0, "k = 20 alone is an oracle");
}

/// 6: a person deletes everything between two editions. The one that is there does not change, and
/// the next one has noise of its own.
#[tokio::test]
async fn a_deletion_is_not_told_by_counting_again() {
    on_both(async |fresh| {
        let house = House::new(&fresh.db, 200);
        house.ask("starts", "").await.expect("possible");
        let week = Period::Week.of(day("2026-11-18"));
        let before = house.run("starts", week).await.expect("made");
        house.set_people(199);
        assert_eq!(house.run("starts", week).await.expect("there"), before);
        assert_ne!(house.run("starts", week.next()).await.expect("made").text, before.text);
    })
    .await;
    // Counted again without noise, the difference is the person.
    let again = |people| shown(&[people], NO_NOISE)[0].expect("many");
    assert_eq!(again(200) - again(199), 1);
    // And with noise, counted again as often as anybody likes, it is the person too: so it is not.
    let mean = |people: u64| {
        let shown = shown(&vec![people; TRIALS], ALL);
        shown.iter().flatten().sum::<i64>() as f64 / TRIALS as f64
    };
    // The error of a mean is 1.36 / √20,000; 0.25 is 18 of those of a difference.
    let difference = mean(200) - mean(199);
    assert!((0.75..1.25).contains(&difference), "{difference}");
}

/// 8: one client that sends 2^40.
#[test]
fn an_outlier_moves_a_total_by_its_bound_and_no_more() {
    let total = |value_max: u64, outlier: Option<u64>| {
        let question = question(Measure::Sum(counter()), 1, value_max);
        let mut bounder = Bounder::new(&question).expect("within limits");
        for person in 0..300_u128 {
            bounder.unit(&person.to_be_bytes());
            bounder.ping(0, Said::Numbers(&[Some(5)]));
        }
        if let Some(outlier) = outlier {
            bounder.unit(&[255; 16]);
            bounder.ping(0, Said::Numbers(&[Some(outlier)]));
        }
        let tally = bounder.finish();
        let noise = publish(Preset::Normal, &question, &tally, ALL)[0].value.expect("many");
        (tally.cells[0].sums[0], noise)
    };
    let (without, _) = total(100, None);
    let (with, noised) = total(100, Some(1 << 40));
    assert_eq!((without, with), (1500, 1600));
    // Scale 200: beyond 6,000 once in e^30 times.
    assert!(noised.abs_diff(1600) <= 6000);
    // With the bound as far off as it may be, it stands out of the total.
    let (unbounded, _) = total(1_000_000_000, Some(1 << 40));
    assert!(unbounded - without >= 1_000_000_000 - 100);
}
