//! Tests may use floating point; what they test does not.

use super::*;

/// Twice e^(-2·SAMPLES·BOUND²) bounds the chance that an empirical distribution of so many samples
/// is further than BOUND from its own (Dvoretzky, Kiefer, Wolfowitz; Massart's constant): here
/// 2·e^(-30.4), for all cases together less than one in 10^12.
const SAMPLES: usize = 40_000;
const BOUND: f64 = 0.019_5;

/// The exact probability that the noise is at most n.
fn at_most(n: i64, scale: f64) -> f64 {
    let q = (-1.0 / scale).exp();
    let tail = |n: i64| q.powf(n as f64) / (1.0 + q);
    if n >= 0 { 1.0 - tail(n + 1) } else { tail(-n) }
}

/// The largest distance between what was drawn and a distribution of a scale.
fn distance(drawn: &mut [i64], scale: f64) -> f64 {
    drawn.sort_unstable();
    let mut most = 0.0_f64;
    let mut seen = 0;
    for group in drawn.chunk_by(|one, next| one == next) {
        let before = seen as f64 / drawn.len() as f64;
        seen += group.len();
        let after = seen as f64 / drawn.len() as f64;
        most = most.max((after - at_most(group[0], scale)).abs());
        most = most.max((before - at_most(group[0] - 1, scale)).abs());
    }
    most
}

#[test]
fn noise_has_exactly_the_distribution_it_should_have() {
    for (above, below) in [(1, 2), (1, 1), (7, 2), (7, 1), (4, 3), (700, 1)] {
        let mut drawn = laplace(Fraction { above, below }, SAMPLES).expect("a scale");
        let scale = above as f64 / below as f64;
        let found = distance(&mut drawn, scale);
        assert!(found < BOUND, "{above}/{below}: {found}");
        // The same measure tells a scale that is a third off; it lies further than twice the bound.
        assert!(distance(&mut drawn, scale * 1.35) > BOUND, "{above}/{below}");
        assert!(distance(&mut drawn, scale / 1.35) > BOUND, "{above}/{below}");
    }
}

#[test]
fn no_scale_means_no_noise_and_no_number() {
    assert!(laplace(Fraction { above: 0, below: 1 }, 1).is_err());
    assert!(laplace(Fraction { above: 1, below: 0 }, 1).is_err());
}

#[test]
fn every_draw_is_new() {
    let draw = || laplace(Fraction { above: 1000, below: 1 }, 32).expect("a scale");
    assert_ne!(draw(), draw());
}

#[test]
fn no_byte_of_chance_is_given_out_twice() {
    let mut chance = Blocks::default();
    let mut words: Vec<u64> = (0..20_000).map(|_| chance.next_u64()).collect();
    assert!(chance.block[..chance.used].iter().all(|byte| *byte == 0), "what was used is gone");
    words.sort_unstable();
    // Among 20,000 words of 64 bits one pair is equal once in 10^11 times, two pairs once in 10^22.
    let before = words.len();
    words.dedup();
    assert!(before - words.len() < 2, "{}", before - words.len());
}

#[test]
fn a_long_draw_is_whole() {
    let drawn = laplace(Fraction { above: 1 << 40, below: 1 }, 3 * NUMBERS_BY_THREAD + 1);
    let drawn = drawn.expect("a scale");
    assert_eq!(drawn.len(), 3 * NUMBERS_BY_THREAD + 1);
    // Zero comes once in 2^41 times: none was left undrawn.
    assert!(drawn.iter().filter(|noise| **noise == 0).count() < 2);
}

#[test]
fn values_get_noise_where_they_are_shown() {
    let scale = Fraction { above: 50, below: 1 };
    let mut budget = crate::rules::budget::tests::some_budget();
    budget.value = Some(scale);
    let lengths = |values| {
        let noise = draw(&budget, 3, values).expect("scales");
        (noise.people.len(), noise.values.map(|one| one.len()))
    };
    assert_eq!(lengths(0), (3, [0, 0]));
    assert_eq!(lengths(1), (3, [3, 0]));
    assert_eq!(lengths(2), (3, [3, 3]));
}
